//! What was measured in a minute, as a collector takes it, under the same names.

use std::collections::BTreeMap;

use measuring::{Series, Sketch, metric};
use traces::otlp::{Any, Data, Histogram, Metric, Number, Point};

use super::super::{
    since_start::SinceStart,
    units::{self, STEPS, Told, Unit, told},
};

/// The metrics of what was measured in a minute that ended at `at`: of each series all there was since the start.
pub(crate) fn metrics(since_start: &SinceStart, taken: &[(Series, Sketch)], at: u64) -> Vec<Metric> {
    let since = since_start.since;
    let mut metrics: BTreeMap<&str, Metric> = BTreeMap::new();
    for (series, _) in taken {
        let Some(all) = since_start.of(series) else { continue };
        let metric = metrics.entry(&series.metric).or_insert_with(|| Metric {
            name: series.metric.clone(),
            description: String::new(),
            unit: unit(&series.metric).to_owned(),
            data: match told(&series.metric) {
                Told::Sizes => Data::Histogram(Vec::new()),
                Told::Count => Data::Count(Vec::new()),
                Told::Level => Data::Gauge(Vec::new()),
            },
        });
        let attributes = attributes(series);
        match &mut metric.data {
            Data::Gauge(points) => points.push(Point { attributes, since, at, value: whole(all.quantile(500).unwrap_or(0)) }),
            Data::Count(points) => points.push(Point { attributes, since, at, value: whole(all.count()) }),
            Data::Histogram(points) => {
                let divisor = divisor(&series.metric);
                let (bounds, counts) = sizes(all, divisor);
                points.extend(Histogram::new(attributes, (since, at), all.sum() as f64 / divisor, bounds, counts).ok());
            }
        }
    }
    metrics.into_values().collect()
}

/// As UCUM has it.
fn unit(name: &str) -> &'static str {
    match name {
        metric::HTTP_REFUSED | metric::HTTP_IN_FLIGHT => "{request}",
        metric::DB_FAILED | metric::DB_LOCKED | metric::HTTP_STATEMENTS => "{statement}",
        metric::CACHE_HIT | metric::CACHE_MISS | metric::CACHE_SHARED => "{lookup}",
        metric::SYNC_PUSHED => "{edit}",
        metric::JOB_WAITING => "{job}",
        metric::VIEWS => "{view}",
        _ => match units::unit(name) {
            Unit::Bytes => "By",
            Unit::Thousandths => "10*-3",
            Unit::Microseconds => "us",
            Unit::TenThousandths | Unit::Number => "1",
        },
    }
}

/// What a value is divided by: a score is a score, however it is kept.
fn divisor(name: &str) -> f64 {
    if units::unit(name) == Unit::TenThousandths { 1e4 } else { 1.0 }
}

/// Under the names that Prometheus has for them.
fn attributes(series: &Series) -> Vec<(String, Any)> {
    let parts = [(metric::dimension(&series.metric), &series.of), ("class", &series.class)];
    parts.into_iter().filter(|(_, value)| !value.is_empty()).map(|(key, value)| (format!("vitrine.{key}"), Any::Text(value.clone()))).collect()
}

/// How many were at most each bound and more than the one before; the last more than all.
fn sizes(sketch: &Sketch, divisor: f64) -> (Vec<f64>, Vec<u64>) {
    let within: Vec<u64> = STEPS.iter().map(|bound| sketch.within(*bound)).chain([sketch.count()]).collect();
    let before = std::iter::once(0).chain(within.iter().copied());
    let counts = within.iter().zip(before).map(|(within, before)| within.saturating_sub(before)).collect();
    (STEPS.iter().map(|bound| *bound as f64 / divisor).collect(), counts)
}

fn whole(value: u64) -> Number {
    Number::Int(i64::try_from(value).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use super::{super::super::since_start::tests::taken, *};

    #[test]
    fn what_a_series_is_of_is_called_what_prometheus_calls_it() {
        let keys = |name: &str| attributes(&taken(name, &[]).0).into_iter().map(|(key, _)| key).collect::<Vec<_>>();

        assert_eq!(keys(metric::HTTP_DURATION), ["vitrine.route", "vitrine.class"]);
        assert_eq!(keys(metric::DB_STATEMENT)[0], "vitrine.statement");
        assert_eq!(keys(metric::CACHE_HIT)[0], "vitrine.cache");
    }

    fn told_after(minutes: &[&[(Series, Sketch)]]) -> (SinceStart, Vec<Metric>) {
        let mut since = SinceStart::new(1);
        let mut told = Vec::new();
        for (at, taken) in minutes.iter().enumerate() {
            since.add(taken);
            told = metrics(&since, taken, at as u64 + 2);
        }
        (since, told)
    }

    #[test]
    fn times_are_told_by_their_sizes_since_the_start() {
        let last = taken(metric::HTTP_DURATION, &[7, 3_600_000_000]);

        let (since, told) = told_after(&[&[taken(metric::HTTP_DURATION, &[3, 3])], std::slice::from_ref(&last)]);

        let Data::Histogram(_) = &told[0].data else { panic!("{told:?}") };
        let (_, counts) = sizes(since.of(&last.0).unwrap(), 1.0);
        // An hour is not beyond all bounds.
        assert_eq!((counts[2], counts[3], counts[29], counts.iter().sum::<u64>()), (2, 1, 1, 4));
        assert_eq!((told[0].name.as_str(), told[0].unit.as_str()), ("http.duration", "us"));
    }

    #[test]
    fn what_is_counted_only_grows_and_what_is_looked_at_is_as_it_is() {
        let minute = |hits: &[u64], memory| [taken(metric::CACHE_HIT, hits), taken(metric::PROCESS_MEMORY, &[memory])];

        let (_, told) = told_after(&[&minute(&[0, 0], 900), &minute(&[0], 100)]);

        let (Data::Count(hits), Data::Gauge(memory)) = (&told[0].data, &told[1].data) else { panic!("{told:?}") };
        assert_eq!((hits[0].value, hits[0].attributes.len()), (Number::Int(3), 2));
        assert!(matches!(memory[0].value, Number::Int(95..=105)), "{memory:?}");
    }

    #[test]
    fn views_are_counted_and_no_time() {
        let (_, told) = told_after(&[&[taken(metric::VIEWS, &[0, 0])]]);

        assert!(matches!(&told[0].data, Data::Count(views) if views[0].value == Number::Int(2)), "{told:?}");
        assert_eq!(told[0].unit, "{view}");
    }
    #[test]
    fn what_browsers_count_is_no_time_and_a_score_is_one() {
        let (_, told) = told_after(&[&[taken("vitals.cls", &[1_000]), taken("vitals.errors", &[2]), taken("vitals.lcp", &[7])]]);

        let units: Vec<_> = told.iter().map(|metric| (metric.name.as_str(), metric.unit.as_str())).collect();
        assert_eq!(units, [("vitals.cls", "1"), ("vitals.errors", "1"), ("vitals.lcp", "us")]);
        // 0.1 is at most 0.1, and more than 0.05.
        let (bounds, counts) = sizes(&Sketch::of(1_000), divisor("vitals.cls"));
        let at = counts.iter().position(|count| *count == 1).unwrap();
        assert_eq!((bounds[at - 1].to_bits(), bounds[at].to_bits()), (0.05_f64.to_bits(), 0.1_f64.to_bits()));
    }
}
