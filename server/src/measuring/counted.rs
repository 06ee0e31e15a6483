//! What is counted elsewhere in the program since its start, as what came since it was last looked: statements, connections, caches,
//! requests that were sent away.

use std::collections::HashMap;

use cache::{Cache, Counted};
use listen::Connections;
use measuring::{ALL, Recorder, metric};
use store::{StatementTimes, Store, WaitTimes};

use crate::http::limits::Limits;

/// How far it was counted when it was last looked.
#[derive(Default)]
pub(super) struct Seen {
    times: StatementTimes,
    waits: WaitTimes,
    counts: HashMap<(&'static str, String), u64>,
}

impl Seen {
    /// Counts what came since.
    pub(super) fn look(&mut self, recorder: &Recorder, store: &Store, cache: &Cache, limits: &Limits) {
        for (name, times, failed) in store.statement_times(&mut self.times) {
            recorder.merge(metric::DB_STATEMENT, name, "", &times);
            recorder.record_many(metric::DB_FAILED, name, "", 0, failed);
        }
        for (pool, waited) in store.connection_waits(&mut self.waits) {
            recorder.merge(metric::DB_WAIT, &pool, "", &waited);
        }
        for counted in cache.counted() {
            let tiers = Tiers::of(&counted);
            let in_memory = self.since("hits", counted.namespace, tiers.in_memory);
            let shared = self.since("shared", counted.namespace, tiers.shared);
            let misses = self.since("misses", counted.namespace, tiers.made);
            looked_up(recorder, counted.namespace, in_memory + shared, misses);
            recorder.record_many(metric::CACHE_SHARED, counted.namespace, "", 0, shared);
        }
        for known in store.known_products() {
            let name = format!("known {}", known.name);
            let (hits, misses) = (self.since("hits", &name, known.hits), self.since("misses", &name, known.misses));
            looked_up(recorder, &name, hits, misses);
        }
        let (rate, overload) = (self.since("refused", "rate", limits.refused()), self.since("refused", "overload", limits.figures().shed));
        recorder.record_many(metric::HTTP_REFUSED, "rate", "", 0, rate);
        recorder.record_many(metric::HTTP_REFUSED, "overload", "", 0, overload);
    }

    fn since(&mut self, what: &'static str, of: &str, counted: u64) -> u64 {
        let before = self.counts.insert((what, of.to_owned()), counted).unwrap_or(0);
        counted.saturating_sub(before)
    }
}

/// Where lookups were answered.
#[derive(Debug, PartialEq, Eq)]
struct Tiers {
    in_memory: u64,
    shared: u64,
    made: u64,
}

impl Tiers {
    /// A cache counts what Redis had among what was not in memory.
    fn of(counted: &Counted) -> Self {
        let Counted { hits, stale, misses, bypassed, shared_hits, .. } = *counted;
        Self { in_memory: hits + stale, shared: shared_hits, made: (misses + bypassed).saturating_sub(shared_hits) }
    }
}

/// How full things are, for which there is no count.
pub(super) fn sample(recorder: &Recorder, store: &Store, cache: &Cache, connections: &Connections) {
    if let Some(used) = (connections.taken() * 1_000).checked_div(connections.most()) {
        recorder.record(metric::HTTP_CONNECTIONS, ALL, "", used as u64);
    }
    for pool in store.database_counts().pools {
        if let Some(used) = (u64::from(pool.in_use) * 1_000).checked_div(u64::from(pool.most)) {
            recorder.record(metric::DB_USED, &pool.name, "", used);
        }
    }
    for counted in cache.counted() {
        recorder.record(metric::CACHE_BYTES, counted.namespace, "", counted.bytes);
    }
    for known in store.known_products() {
        recorder.record(metric::CACHE_BYTES, &format!("known {}", known.name), "", known.bytes);
    }
}

fn looked_up(recorder: &Recorder, of: &str, hits: u64, misses: u64) {
    recorder.record_many(metric::CACHE_HIT, of, "", 0, hits);
    recorder.record_many(metric::CACHE_MISS, of, "", 0, misses);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_redis_had_was_not_made() {
        let counted = Counted { hits: 5, stale: 1, misses: 4, bypassed: 1, shared_hits: 3, ..Counted::default() };

        assert_eq!(Tiers::of(&counted), Tiers { in_memory: 6, shared: 3, made: 2 });
    }
}
