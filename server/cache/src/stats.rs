//! What became of lookups, counted by namespace.

use std::sync::{
    OnceLock,
    atomic::{AtomicI64, AtomicU64, Ordering},
};

use crate::{Namespace, Served, Tier};

/// The counts of one namespace.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counted {
    pub namespace: &'static str,
    pub hits: u64,
    pub stale: u64,
    pub misses: u64,
    pub bypassed: u64,
    /// Misses that another process's work answered.
    pub shared_hits: u64,
    /// Misses that waited for somebody else's load.
    pub joined: u64,
    pub loads: u64,
    /// Loads that failed.
    pub errors: u64,
    /// Entries that went to make room.
    pub evictions: u64,
    /// In memory, about.
    pub bytes: u64,
}

impl Counted {
    /// The part of lookups that was answered from memory, from 0 to 1; 0 before there are any.
    pub fn hit_rate(&self) -> f64 {
        let answered = self.hits + self.stale;
        let all = answered + self.misses + self.bypassed;
        if all == 0 { 0.0 } else { answered as f64 / all as f64 }
    }
}

#[derive(Default)]
pub(crate) struct Stats {
    slots: [Counts; Namespace::MOST as usize],
}

#[derive(Default)]
pub(crate) struct Counts {
    name: OnceLock<&'static str>,
    hits: AtomicU64,
    stale: AtomicU64,
    misses: AtomicU64,
    bypassed: AtomicU64,
    shared_hits: AtomicU64,
    joined: AtomicU64,
    pub(crate) loads: AtomicU64,
    pub(crate) errors: AtomicU64,
    pub(crate) evictions: AtomicU64,
    pub(crate) bytes: AtomicI64,
}

impl Stats {
    pub(crate) fn of(&self, namespace: &Namespace) -> &Counts {
        let counts = self.by_id(namespace.id);
        let name = counts.name.get_or_init(|| namespace.name);
        debug_assert_eq!(*name, namespace.name, "two namespaces have the id {}", namespace.id);
        counts
    }

    pub(crate) fn by_id(&self, id: u8) -> &Counts {
        &self.slots[usize::from(id % Namespace::MOST)]
    }

    pub(crate) fn all(&self) -> Vec<Counted> {
        self.slots.iter().filter_map(Counts::read).collect()
    }
}

impl Counts {
    pub(crate) fn served(&self, served: Served, tier: Tier, joined: bool) {
        add(match served {
            Served::Hit => &self.hits,
            Served::Stale => &self.stale,
            Served::Miss => &self.misses,
            Served::Bypass => &self.bypassed,
        });
        if tier == Tier::Shared {
            add(&self.shared_hits);
        }
        if joined {
            add(&self.joined);
        }
    }

    fn read(&self) -> Option<Counted> {
        let namespace = *self.name.get()?;
        let read = |count: &AtomicU64| count.load(Ordering::Relaxed);
        Some(Counted {
            namespace,
            hits: read(&self.hits),
            stale: read(&self.stale),
            misses: read(&self.misses),
            bypassed: read(&self.bypassed),
            shared_hits: read(&self.shared_hits),
            joined: read(&self.joined),
            loads: read(&self.loads),
            errors: read(&self.errors),
            evictions: read(&self.evictions),
            bytes: u64::try_from(self.bytes.load(Ordering::Relaxed)).unwrap_or(0),
        })
    }
}

pub(crate) fn add(count: &AtomicU64) {
    count.fetch_add(1, Ordering::Relaxed);
}
