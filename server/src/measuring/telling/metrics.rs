//! What was measured in a minute, as a collector takes it, under the same names.

use std::collections::{BTreeMap, HashMap};

use measuring::{Series, Sketch, metric};
use traces::otlp::{Any, Data, Histogram, Metric, Number, Point};

/// What was measured since the start of the program, as far as it is told so.
#[derive(Debug)]
pub(crate) struct SinceStart {
    /// Microseconds since 1970.
    since: u64,
    sketches: HashMap<Series, Sketch>,
}

/// How a metric is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Told {
    /// How many there were of each size.
    Sizes,
    /// How many there were.
    Count,
    /// The middle of what was looked at.
    Level,
}

/// Series that are told apart.
const MOST: usize = 4_000;

/// 1, 2, 5, 10 and so on to a hundred million: microseconds up to a hundred seconds, bytes up to a hundred megabytes.
const BOUNDS: [u64; 25] = {
    let (mut bounds, mut power, mut at) = ([0; 25], 1, 0);
    while at < 25 {
        bounds[at] = power * [1, 2, 5][at % 3];
        if at % 3 == 2 {
            power *= 10;
        }
        at += 1;
    }
    bounds
};

impl SinceStart {
    pub(crate) fn new(since: u64) -> Self {
        Self { since, sketches: HashMap::new() }
    }

    /// The metrics of what was measured in a minute that ended at `at`: of each series all there was since the start.
    pub(crate) fn and(&mut self, taken: &[(Series, Sketch)], at: u64) -> Vec<Metric> {
        let mut metrics: BTreeMap<&str, Metric> = BTreeMap::new();
        for (series, sketch) in taken {
            let (told, unit) = how(&series.metric);
            let metric = metrics.entry(&series.metric).or_insert_with(|| Metric {
                name: series.metric.clone(),
                description: String::new(),
                unit: unit.to_owned(),
                data: match told {
                    Told::Sizes => Data::Histogram(Vec::new()),
                    Told::Count => Data::Count(Vec::new()),
                    Told::Level => Data::Gauge(Vec::new()),
                },
            });
            let attributes = attributes(series);
            match &mut metric.data {
                Data::Gauge(points) => {
                    let value = sketch.quantile(500).unwrap_or(0);
                    points.push(Point { attributes, since: self.since, at, value: whole(value) });
                }
                Data::Count(points) => {
                    let Some(all) = self.merged(series, sketch) else { continue };
                    let value = whole(all.count());
                    points.push(Point { attributes, since: self.since, at, value });
                }
                Data::Histogram(points) => {
                    let since = self.since;
                    let Some(all) = self.merged(series, sketch) else { continue };
                    let (bounds, counts) = sizes(all);
                    points.extend(Histogram::new(attributes, (since, at), all.sum() as f64, bounds, counts).ok());
                }
            }
        }
        metrics.into_values().collect()
    }

    fn merged(&mut self, series: &Series, sketch: &Sketch) -> Option<&Sketch> {
        if self.sketches.len() >= MOST && !self.sketches.contains_key(series) {
            return None;
        }
        let all = self.sketches.entry(series.clone()).or_default();
        all.merge(sketch);
        Some(all)
    }
}

/// How a metric is told, and in which unit as UCUM has it.
fn how(name: &str) -> (Told, &'static str) {
    match name {
        metric::HTTP_REFUSED => (Told::Count, "{request}"),
        metric::DB_FAILED => (Told::Count, "{statement}"),
        metric::CACHE_HIT | metric::CACHE_MISS => (Told::Count, "{lookup}"),
        metric::PROCESS_ALIVE | metric::BEACONS => (Told::Count, "1"),
        metric::SYNC_PUSHED => (Told::Count, "{edit}"),
        metric::JOB_WAITING => (Told::Level, "{job}"),
        metric::HTTP_IN_FLIGHT => (Told::Level, "{request}"),
        metric::CACHE_BYTES | metric::PROCESS_MEMORY => (Told::Level, "By"),
        metric::HTTP_BYTES => (Told::Sizes, "By"),
        metric::HTTP_STATEMENTS => (Told::Sizes, "{statement}"),
        _ if metric::SHARES.contains(&name) => (Told::Level, "10*-3"),
        _ if is_time(name) => (Told::Sizes, "us"),
        _ => (Told::Sizes, "1"),
    }
}

fn is_time(name: &str) -> bool {
    metric::TIMES.contains(&name) || name.strip_prefix(metric::VITALS).is_some_and(|vital| vital != "cls")
}

fn attributes(series: &Series) -> Vec<(String, Any)> {
    let parts = [("vitrine.of", &series.of), ("vitrine.class", &series.class)];
    parts.into_iter().filter(|(_, value)| !value.is_empty()).map(|(key, value)| (key.to_owned(), Any::Text(value.clone()))).collect()
}

/// How many were at most each bound and more than the one before; the last more than all.
fn sizes(sketch: &Sketch) -> (Vec<f64>, Vec<u64>) {
    let within: Vec<u64> = BOUNDS.iter().map(|bound| sketch.within(*bound)).chain([sketch.count()]).collect();
    let before = std::iter::once(0).chain(within.iter().copied());
    let counts = within.iter().zip(before).map(|(within, before)| within.saturating_sub(before)).collect();
    (BOUNDS.iter().map(|bound| *bound as f64).collect(), counts)
}

fn whole(value: u64) -> Number {
    Number::Int(i64::try_from(value).unwrap_or(i64::MAX))
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
    fn bounds_are_steps_of_one_two_and_five() {
        assert_eq!(BOUNDS[..7], [1, 2, 5, 10, 20, 50, 100]);
        assert_eq!(BOUNDS[24], 100_000_000);
    }

    #[test]
    fn times_are_told_by_their_sizes_since_the_start() {
        let mut since = SinceStart::new(1);
        since.and(&[taken(metric::HTTP_DURATION, &[3, 3])], 2);

        let told = since.and(&[taken(metric::HTTP_DURATION, &[7, 1_000_000_000])], 3);

        let Data::Histogram(_) = &told[0].data else { panic!("{told:?}") };
        let (_, counts) = sizes(&since.sketches.values().next().cloned().unwrap());
        assert_eq!((counts[2], counts[3], counts[25], counts.iter().sum::<u64>()), (2, 1, 1, 4));
        assert_eq!((told[0].name.as_str(), told[0].unit.as_str()), ("http.duration", "us"));
    }

    #[test]
    fn what_is_counted_only_grows_and_what_is_looked_at_is_as_it_is() {
        let mut since = SinceStart::new(1);
        since.and(&[taken(metric::CACHE_HIT, &[0, 0]), taken(metric::PROCESS_MEMORY, &[900])], 2);

        let told = since.and(&[taken(metric::CACHE_HIT, &[0]), taken(metric::PROCESS_MEMORY, &[100])], 3);

        let (Data::Count(hits), Data::Gauge(memory)) = (&told[0].data, &told[1].data) else { panic!("{told:?}") };
        assert_eq!((hits[0].value, hits[0].attributes.len()), (Number::Int(3), 2));
        assert!(matches!(memory[0].value, Number::Int(95..=105)), "{memory:?}");
    }
}
