//! All that was measured since the start of the program, for whoever is told it so: a collector by OTLP, and Prometheus.

use std::collections::{BTreeMap, HashMap};

use measuring::{Series, Sketch, metric};

/// It is added to once a minute.
#[derive(Debug)]
pub(crate) struct SinceStart {
    /// Microseconds since 1970.
    pub(super) since: u64,
    series: HashMap<Series, Sketch>,
}

/// How a metric is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Told {
    /// How many there were of each size.
    Sizes,
    /// How many there were.
    Count,
    /// The middle of what was looked at last.
    Level,
}

/// Series that are told apart. Of those that come when there are so many nothing is told.
const MOST: usize = 4_000;

impl SinceStart {
    pub(super) fn new(since: u64) -> Self {
        Self { since, series: HashMap::new() }
    }

    /// What was measured in a minute that is over.
    pub(super) fn add(&mut self, taken: &[(Series, Sketch)]) {
        for (series, sketch) in taken {
            if self.series.len() < MOST || self.series.contains_key(series) {
                merge(self.series.entry(series.clone()).or_default(), sketch, told(&series.metric));
            }
        }
    }

    pub(super) fn of(&self, series: &Series) -> Option<&Sketch> {
        self.series.get(series)
    }

    /// With what came since it was added to last; by their names.
    pub(super) fn with(&self, present: &[(Series, Sketch)]) -> BTreeMap<Series, Sketch> {
        let mut all: BTreeMap<Series, Sketch> = self.series.iter().map(|(series, sketch)| (series.clone(), sketch.clone())).collect();
        for (series, sketch) in present {
            if all.len() < MOST || all.contains_key(series) {
                merge(all.entry(series.clone()).or_default(), sketch, told(&series.metric));
            }
        }
        all
    }
}

fn merge(all: &mut Sketch, sketch: &Sketch, told: Told) {
    match told {
        Told::Level => *all = sketch.clone(),
        Told::Sizes | Told::Count => all.merge(sketch),
    }
}

pub(crate) fn told(name: &str) -> Told {
    match name {
        metric::HTTP_REFUSED
        | metric::DB_FAILED
        | metric::CACHE_HIT
        | metric::CACHE_MISS
        | metric::CACHE_SHARED
        | metric::HTTP_REPEATED
        | metric::PROCESS_ALIVE
        | metric::PROCESS_STOPPED
        | metric::BEACONS
        | metric::VIEWS
        | metric::MEASURING_LOST
        | metric::SYNC_PUSHED => Told::Count,
        metric::JOB_WAITING | metric::HTTP_IN_FLIGHT | metric::CACHE_BYTES | metric::PROCESS_MEMORY => Told::Level,
        _ if metric::SHARES.contains(&name) => Told::Level,
        _ => Told::Sizes,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(metric: &str, values: &[u64]) -> (Series, Sketch) {
        let mut sketch = Sketch::default();
        for value in values {
            sketch.add(*value);
        }
        (Series::new(metric, "GET /products", "2xx"), sketch)
    }

    #[test]
    fn what_is_counted_only_grows_and_what_is_looked_at_is_as_it_is() {
        let mut since = SinceStart::new(1);
        since.add(&[taken(metric::CACHE_HIT, &[0, 0]), taken(metric::PROCESS_MEMORY, &[900])]);
        since.add(&[taken(metric::CACHE_HIT, &[0])]);

        let all = since.with(&[taken(metric::CACHE_HIT, &[0]), taken(metric::PROCESS_MEMORY, &[100])]);

        let of = |metric: &str| all.iter().find(|(series, _)| series.metric == metric).unwrap().1;
        assert_eq!((of(metric::CACHE_HIT).count(), of(metric::PROCESS_MEMORY).sum()), (4, 100));
        assert_eq!(since.of(&taken(metric::CACHE_HIT, &[]).0).map(Sketch::count), Some(3));
    }

    #[test]
    fn a_flood_of_names_is_told_as_far_as_there_is_room() {
        let mut since = SinceStart::new(1);
        let flood: Vec<(Series, Sketch)> =
            (0..MOST + 9).map(|n| (Series::new(metric::HTTP_BYTES, &format!("GET /{n}"), ""), Sketch::of(1))).collect();

        since.add(&flood);

        assert_eq!(since.with(&flood).len(), MOST);
    }
}
