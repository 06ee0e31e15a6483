//! What an entry is found by, and how long it lives.

use std::{sync::Arc, time::Duration};

use serde::Serialize;

use crate::Value;

/// What a lookup asks for. The type says which kind of value there is behind it.
pub trait Key: Serialize + Send + Sync {
    type Value: Value;

    const NAMESPACE: Namespace;

    /// Whose changes concern the value: a store.
    fn group(&self) -> u128;
}

/// A kind of keys: one a program for each type of key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Namespace {
    /// As people read it in figures.
    pub name: &'static str,
    /// Below [`Self::MOST`], and no other namespace's.
    pub id: u8,
    /// To be counted up when a value of the same key looks different from now on: processes of two versions then share nothing of it.
    pub version: u8,
    pub lifetime: Lifetime,
    /// For how long after a change that is known in detail everybody but its author may be shown what was there before. Without it each of
    /// many writes a second would have everything made anew.
    pub tolerance: Duration,
}

/// How long an entry is good for when nothing changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lifetime {
    pub fresh: Duration,
    /// For how much longer it is shown while it is made anew, and when that fails.
    pub grace: Duration,
}

impl Namespace {
    pub const MOST: u8 = 32;
}

impl Lifetime {
    /// After that it is never shown.
    pub const fn hard(self) -> Duration {
        self.fresh.saturating_add(self.grace)
    }
}

/// A key as bytes: namespace, version, and the key itself compactly.
pub(crate) type Encoded = Arc<[u8]>;

/// None for a key that cannot be written, such as a map of unknown length.
pub(crate) fn encode<K: Key>(key: &K) -> Option<Encoded> {
    let head = [K::NAMESPACE.id, K::NAMESPACE.version];
    let mut bytes = Vec::with_capacity(96);
    bytes.extend_from_slice(&head);
    postcard::to_extend(key, bytes).ok().map(Encoded::from)
}

/// The namespace of an encoded key.
pub(crate) fn namespace_of(encoded: &[u8]) -> u8 {
    encoded.first().copied().unwrap_or_default()
}
