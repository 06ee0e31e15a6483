//! All that was measured since the start of the program, for whoever is told it so: a collector by OTLP, and Prometheus.

use std::collections::{BTreeMap, HashMap};

use measuring::{Series, Sketch};

use super::units::{Told, told};

/// It is added to once a minute.
#[derive(Debug)]
pub(crate) struct SinceStart {
    /// Microseconds since 1970.
    pub(super) since: u64,
    series: HashMap<Series, Sketch>,
    /// Values of series for which there was no room.
    turned_away: u64,
}

/// Series that are told apart. Of those that come when there are so many nothing is told: first of parts of one, as page loads of a device, so that those
/// which are wholes, as the failures of a route, have as much room again.
const MOST: usize = 8_000;

impl SinceStart {
    pub(super) fn new(since: u64) -> Self {
        Self { since, series: HashMap::new(), turned_away: 0 }
    }

    /// What was measured in a minute that is over.
    pub(super) fn add(&mut self, taken: &[(Series, Sketch)]) {
        // What was looked at is what was looked at last, and is not any more where nobody looks.
        self.series.retain(|series, _| told(&series.metric) != Told::Level);
        for (series, sketch) in taken {
            if series.fits(self.series.len(), MOST) || self.series.contains_key(series) {
                merge(self.series.entry(series.clone()).or_default(), sketch, told(&series.metric));
            } else {
                self.turned_away += sketch.count();
            }
        }
    }

    /// Values that are told nobody, as there were more series than are told apart.
    pub(super) const fn turned_away(&self) -> u64 {
        self.turned_away
    }

    pub(super) fn of(&self, series: &Series) -> Option<&Sketch> {
        self.series.get(series)
    }

    /// With what came since it was added to last; by their names.
    pub(super) fn with(&self, present: &[(Series, Sketch)]) -> BTreeMap<Series, Sketch> {
        let mut all: BTreeMap<Series, Sketch> = self.series.iter().map(|(series, sketch)| (series.clone(), sketch.clone())).collect();
        for (series, sketch) in present {
            if series.fits(all.len(), MOST) || all.contains_key(series) {
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

#[cfg(test)]
pub(super) mod tests {
    use measuring::metric;

    use super::*;

    pub(in crate::measuring) fn taken(metric: &str, values: &[u64]) -> (Series, Sketch) {
        (Series::new(metric, "GET /products", "2xx"), values.iter().copied().collect())
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
    fn what_is_not_looked_at_any_more_is_not_told_any_more() {
        let mut since = SinceStart::new(1);
        since.add(&[taken(metric::PROVIDER_USED, &[750]), taken(metric::CACHE_HIT, &[0])]);

        since.add(&[taken(metric::CACHE_HIT, &[0])]);

        let told: Vec<_> = since.with(&[]).into_keys().map(|series| series.metric).collect();
        assert_eq!(told, [metric::CACHE_HIT]);
    }

    #[test]
    fn a_flood_of_names_is_told_as_far_as_there_is_room_and_parts_take_none_from_wholes() {
        let one = |n: usize, metric: &str, class: &str| (Series::new(metric, &format!("GET /{n}"), class), Sketch::of(1));
        let flood = |metric: &'static str, class: &'static str| (0..MOST / 2 + 9).map(move |n| one(n, metric, class));
        let parts: Vec<_> = flood("vitals.lcp", "device:phone").collect();
        let wholes: Vec<_> = flood(metric::HTTP_BYTES, "").collect();
        let mut since = SinceStart::new(1);

        since.add(&parts);
        since.add(&wholes);

        assert_eq!((since.with(&parts).len(), since.turned_away()), (MOST, 18));
    }
}
