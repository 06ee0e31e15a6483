//! What is kept of a value: the value, or that there is none; when, how dearly and from which version it was made.

use std::{
    any::Any,
    sync::atomic::{AtomicI64, AtomicU64, Ordering},
};

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use crate::{Lifetime, Tag, Value};

pub(crate) struct Entry {
    /// Of the type that belongs to the namespace of its key; none when it is known that there is nothing.
    value: Option<Box<dyn Any + Send + Sync>>,
    pub(crate) weight: usize,
    pub(crate) head: Head,
    pub(crate) lifetime: Lifetime,
    /// Counted up when changes since are known not to concern it.
    holds_for: AtomicU64,
    /// Before that moment it is not made anew in the background: the last try failed.
    retry_at: AtomicI64,
}

/// What travels to other processes with the value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Head {
    /// Microseconds since 1970.
    pub(crate) made_at: i64,
    /// Microseconds.
    pub(crate) cost: u64,
    /// Read before the load began: what changed while it went on is not in it for certain.
    pub(crate) made_from: u64,
    pub(crate) tag: Tag,
    present: bool,
}

/// Two namespaces have the same id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct OfAnotherType;

/// The entry itself, its key's place in the map, and its counters.
const OVERHEAD: usize = 256;

impl Entry {
    pub(crate) fn new<V: Value>(value: Option<V>, head: HeadOf, lifetime: Lifetime) -> Self {
        let HeadOf { made_at, cost, made_from, tag } = head;
        let head = Head { made_at, cost, made_from, tag, present: value.is_some() };
        let weight = OVERHEAD + value.as_ref().map_or(0, Value::weight);
        let value = value.map(|value| Box::new(value) as Box<dyn Any + Send + Sync>);
        Self { value, weight, head, lifetime, holds_for: AtomicU64::new(head.made_from), retry_at: AtomicI64::new(i64::MIN) }
    }

    pub(crate) fn value<V: Value>(&self) -> Result<Option<V>, OfAnotherType> {
        match &self.value {
            None => Ok(None),
            Some(value) => value.downcast_ref::<V>().cloned().map(Some).ok_or(OfAnotherType),
        }
    }

    /// The version it is known to be true for.
    pub(crate) fn holds_for(&self) -> u64 {
        self.holds_for.load(Ordering::Acquire)
    }

    pub(crate) fn holds_also_for(&self, version: u64) {
        self.holds_for.fetch_max(version, Ordering::AcqRel);
    }

    /// Whether the last try is long enough ago. A clock that was set back does not make it longer than `pause`.
    pub(crate) fn may_be_tried(&self, now: i64, pause: i64) -> bool {
        let moment = self.retry_at.load(Ordering::Relaxed);
        now >= moment || moment - now > pause
    }

    pub(crate) fn try_again_at(&self, moment: i64) {
        self.retry_at.store(moment, Ordering::Relaxed);
    }

    /// None for a value that is of another type.
    pub(crate) fn write<V: Value>(&self) -> Option<Bytes> {
        let value = self.value::<V>().ok()?;
        let mut bytes = Vec::with_capacity(self.weight + 64);
        bytes = postcard::to_extend(&self.head, bytes).ok()?;
        if let Some(value) = value {
            value.write(&mut bytes);
        }
        Some(Bytes::from(bytes))
    }

    pub(crate) fn read<V: Value>(bytes: &Bytes, lifetime: Lifetime) -> Option<Self> {
        let (head, rest) = postcard::take_from_bytes::<Head>(bytes).ok()?;
        let value = if head.present { Some(V::read(bytes.slice_ref(rest))?) } else { None };
        let Head { made_at, cost, made_from, tag, .. } = head;
        Some(Self::new(value, HeadOf { made_at, cost, made_from, tag }, lifetime))
    }
}

/// What is known of a value that was just made.
#[derive(Clone, Copy, Debug)]
pub(crate) struct HeadOf {
    pub(crate) made_at: i64,
    pub(crate) cost: u64,
    pub(crate) made_from: u64,
    pub(crate) tag: Tag,
}
