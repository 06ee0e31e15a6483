//! Sums of days that are over: they do not change any more, and whoever looks at a quarter of a year would read each of them again.

use std::{collections::HashMap, sync::Arc, time::Duration};

use measuring::{Level, Series, Sketch, Span};
use moka::sync::Cache;

use crate::{Store, StoreError};

/// Days are left alone so many minutes after they began: what waits for a database is written late, and what processes have written of one is put
/// together and given to all of them.
const SETTLED: i64 = 12 * 24 * 60;

/// Bytes that are kept.
const ROOM: u64 = 24 << 20;
/// From tomorrow on it is other days.
const IDLE: Duration = Duration::from_hours(26);

/// The number of a series, and from which day to which.
type Key = (i64, i64, i64);

/// What series come to from one day to another.
pub(crate) struct Sums(Cache<Key, Arc<Sketch>>);

impl Sums {
    pub(super) fn forget(&self) {
        self.0.invalidate_all();
    }
}

impl Default for Sums {
    fn default() -> Self {
        let bytes = |_: &Key, sum: &Arc<Sketch>| u32::try_from(sum.bytes()).unwrap_or(u32::MAX);
        Self(Cache::builder().weigher(bytes).max_capacity(ROOM).time_to_idle(IDLE).build())
    }
}

impl Store {
    /// Adds what series have come to in a span of days.
    pub(super) async fn add_sums(
        &self,
        span: Span,
        now: i64,
        series: &HashMap<i64, Series>,
        mut add: impl FnMut(i64, &Sketch) + Send,
    ) -> Result<(), StoreError> {
        let settled = Span { to: Level::Day.begin(now - SETTLED).clamp(span.from, span.to), ..span };
        let (sums, key) = (&self.inner.sums.0, |number: i64| (number, settled.from, settled.to));
        let mut missing: HashMap<i64, Series> = HashMap::new();
        if settled.from < settled.to {
            for (number, one) in series {
                match sums.get(&key(*number)) {
                    Some(sum) => add(*number, &sum),
                    None => drop(missing.insert(*number, one.clone())),
                }
            }
        }
        let mut read: HashMap<i64, Sketch> = missing.keys().map(|number| (*number, Sketch::default())).collect();
        self.each_measured(settled, &missing, |number, _, packed| read.entry(number).or_default().add_packed(packed)).await?;
        for (number, sum) in read {
            add(number, &sum);
            sums.insert(key(number), Arc::new(sum));
        }
        let mut rest: HashMap<i64, Sketch> = HashMap::new();
        self.each_measured(Span { from: settled.to, ..span }, series, |number, _, packed| rest.entry(number).or_default().add_packed(packed)).await?;
        for (number, sum) in &rest {
            add(*number, sum);
        }
        Ok(())
    }
}

impl std::fmt::Debug for Sums {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sums").field("count", &self.0.entry_count()).finish()
    }
}
