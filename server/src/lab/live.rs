//! What is measured with people at work, as series in which a change can be seen.

use std::collections::HashMap;

use domain::clock::Timestamp;
use measuring::{Level, Series, Sketch, Span, metric};
use ports::{
    lab::{Builds, ChangePoint, Source, Standing},
    performance::Deployment,
};
use regressions::{Bigger, Point, rhythm::without_rhythm};
use store::{Store, StoreError, lab::Looked, measured::Measured};

use super::look::{Around, Named, Seen, look};

/// A figure that is looked at.
#[derive(Clone, Copy)]
struct Figure {
    metric: &'static str,
    /// Of each period: 750 for the 75th percentile.
    thousandths: u16,
    /// Values that a percentile is read off.
    fewest: u64,
    /// What nobody feels is no change.
    least: f64,
}

/// Of page loads what <https://web.dev/articles/vitals> judges them by, of requests what the product promises, and of statements and of other programs that are
/// asked, which are why something became slow when one of them did. A job takes as long as what it is given to do: of that no change is told.
const FIGURES: [Figure; 8] = [
    Figure { metric: "vitals.lcp", thousandths: 750, fewest: 20, least: 10_000.0 },
    Figure { metric: "vitals.inp", thousandths: 750, fewest: 20, least: 10_000.0 },
    Figure { metric: "vitals.cls", thousandths: 750, fewest: 20, least: 100.0 },
    Figure { metric: "vitals.fcp", thousandths: 750, fewest: 20, least: 10_000.0 },
    Figure { metric: "vitals.ttfb", thousandths: 750, fewest: 20, least: 10_000.0 },
    Figure { metric: metric::HTTP_DURATION, thousandths: 950, fewest: 60, least: 1_000.0 },
    Figure { metric: metric::DB_STATEMENT, thousandths: 950, fewest: 60, least: 1_000.0 },
    Figure { metric: metric::PROVIDER_DURATION, thousandths: 950, fewest: 60, least: 1_000.0 },
];

/// How far back is looked.
const DAYS: i64 = 14;
const HOUR: i64 = 60;
const MINUTE: i64 = 60_000_000;
/// Hours with too few values are put together with those behind them, up to so many.
const TOGETHER: i64 = 6;
/// A sketch is off by a hundredth, so that less than some of them is no change.
const LEAST_PERCENT: f64 = 5.0;

/// Looks for changes in all that was measured, and writes down what there is.
pub(super) async fn look_at(store: &Store, now: Timestamp) -> Result<(), StoreError> {
    // The hour that is under way is not over.
    let to = Level::Hour.begin(now.micros().div_euclid(MINUTE));
    let span = Span { level: Level::Hour, from: to - DAYS * 24 * HOUR, to };
    let known = store.known_change_points(Source::Live, ports::lab::MOST_CHANGES).await?;
    let mut deployments = store.deployments().await?;
    deployments.reverse();
    for figure in FIGURES {
        let measured = store.measurements(span, |series| is_wanted(figure, series)).await?;
        let (accepted, deployments) = (accepted(&known, figure.metric), deployments.clone());
        // Some dozen milliseconds of each series.
        let looked = tokio::task::spawn_blocking(move || changes(figure, &measured, &accepted, &deployments)).await;
        let Ok(looked) = looked else { continue };
        store.keep_change_points(Source::Live, &looked).await?;
    }
    Ok(())
}

/// Of requests and calls those that were answered well: whoever is refused at once makes nothing faster.
fn is_wanted(figure: Figure, series: &Series) -> bool {
    series.metric == figure.metric
        && match series.class.as_str() {
            "" => true,
            "2xx" | "3xx" => figure.metric == metric::HTTP_DURATION,
            "answered" => figure.metric == metric::PROVIDER_DURATION,
            _ => false,
        }
}

/// Since when each subject is as somebody has accepted it.
fn accepted(known: &[ChangePoint], metric: &str) -> HashMap<String, Timestamp> {
    let mut since: HashMap<String, Timestamp> = HashMap::new();
    for point in known.iter().filter(|point| point.metric == metric) {
        if let Standing::Settled { how: ports::lab::Settlement::Accepted, .. } = point.standing {
            let latest = since.entry(point.subject.clone()).or_insert(point.at);
            *latest = point.at.max(*latest);
        }
    }
    since
}

fn changes(figure: Figure, measured: &[Measured], accepted: &HashMap<String, Timestamp>, deployments: &[Deployment]) -> Vec<Looked> {
    let mut by_subject: HashMap<&str, HashMap<i64, Sketch>> = HashMap::new();
    for one in measured {
        by_subject.entry(&one.series.of).or_default().entry(one.at).or_default().merge(&one.sketch);
    }
    let mut subjects: Vec<(&str, HashMap<i64, Sketch>)> = by_subject.into_iter().collect();
    subjects.sort_unstable_by_key(|(subject, _)| *subject);
    let moment = |hour: i64| Timestamp::from_micros(hour * HOUR * MINUTE);
    let builds = |around: Around| builds(deployments, around.first, around.last);
    let one = |(subject, hours): &(&str, HashMap<i64, Sketch>)| {
        let mut points = without_rhythm(&points(figure, hours));
        if let Some(since) = accepted.get(*subject) {
            points.retain(|point| moment(point.at) >= *since);
        }
        look(&Seen {
            named: Named { metric: figure.metric.to_owned(), subject: (*subject).to_owned(), unit: String::new() },
            points: &points,
            bigger: Bigger::Worse,
            moment: &moment,
            builds: &builds,
            least_percent: LEAST_PERCENT,
            least: figure.least,
        })
    };
    subjects.iter().filter_map(one).collect()
}

/// A point of each hour that has enough values; of fewer, of some hours together, told by the first. Places are hours since 1970.
fn points(figure: Figure, hours: &HashMap<i64, Sketch>) -> Vec<Point> {
    let mut sorted: Vec<(i64, &Sketch)> = hours.iter().map(|(at, sketch)| (at / HOUR, sketch)).collect();
    sorted.sort_unstable_by_key(|(hour, _)| *hour);
    let mut points = Vec::new();
    let mut waiting: Option<(i64, Sketch)> = None;
    for (hour, sketch) in sorted {
        let (from, mut all) = waiting.take().filter(|(from, _)| hour - from < TOGETHER).unwrap_or((hour, Sketch::default()));
        all.merge(sketch);
        match all.quantile(figure.thousandths).filter(|_| all.count() >= figure.fewest) {
            Some(value) => points.push(Point { at: from, value: value as f64 }),
            None => waiting = Some((from, all)),
        }
    }
    points
}

/// Builds that began to serve around a change; the last one before those.
fn builds(deployments: &[Deployment], from: Timestamp, to: Timestamp) -> Builds {
    let around = |one: &&Deployment| (from..=to).contains(&one.began_at);
    let before = deployments.iter().rfind(|one| one.began_at < from).map(|one| one.build.clone()).unwrap_or_default();
    Builds { before, since: deployments.iter().filter(around).map(|one| one.build.clone()).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIRST: i64 = 480_000;

    /// Requests of a route in an hour, all of which took as long.
    fn measured(hour: i64, of: &str, class: &str, microseconds: u64, many: u64) -> Measured {
        let mut sketch = Sketch::default();
        sketch.add_many(microseconds, many);
        Measured { series: Series::new(metric::HTTP_DURATION, of, class), at: (FIRST + hour) * HOUR, sketch }
    }

    fn requests() -> Figure {
        FIGURES[5]
    }

    fn deployment(build: &str, hour: i64) -> Deployment {
        Deployment { build: build.into(), version: "1".into(), began_at: Timestamp::from_micros((FIRST + hour) * HOUR * MINUTE) }
    }

    #[test]
    fn a_route_that_got_slower_is_found_with_the_build_that_did_it() {
        let slower = |hour: i64| if hour >= 200 { 30_000 } else { 20_000 };
        let mut all: Vec<Measured> =
            (0..336).map(|hour| measured(hour, "GET /products", "2xx", slower(hour) + (hour % 5) as u64 * 100, 100)).collect();
        all.extend((0..336).map(|hour| measured(hour, "GET /", "2xx", 5_000 + (hour % 3) as u64 * 50, 100)));

        let looked = changes(requests(), &all, &HashMap::new(), &[deployment("old", 3), deployment("new", 200), deployment("later", 300)]);

        let found: Vec<_> = looked.iter().flat_map(|one| one.found.iter().map(|found| (one.subject.as_str(), found))).collect();
        assert_eq!((looked.len(), found.len(), found[0].0), (2, 1, "GET /products"), "{found:?}");
        let step = found[0].1;
        assert!(step.is_worse && (step.after / step.before - 1.5).abs() < 0.05, "{step:?}");
        assert_eq!((step.builds.before.as_str(), step.builds.since.as_slice()), ("old", ["new".to_owned()].as_slice()));
    }

    #[test]
    fn what_was_accepted_is_what_is_held_against_from_then_on() {
        let all: Vec<Measured> = (0..336).map(|hour| measured(hour, "GET /", "2xx", if hour >= 200 { 30_000 } else { 20_000 }, 100)).collect();
        let at = Timestamp::from_micros((FIRST + 200) * HOUR * MINUTE);

        let looked = changes(requests(), &all, &HashMap::from([("GET /".to_owned(), at)]), &[]);

        assert_eq!((looked.len(), looked[0].found.len()), (1, 0));
        assert!(looked[0].seen_from > at);
    }

    #[test]
    fn hours_with_few_requests_are_put_together_and_very_few_say_nothing() {
        let hours = |many: u64| -> HashMap<i64, Sketch> {
            (0..48).map(|hour| measured(hour, "GET /", "2xx", 1_000, many)).map(|one| (one.at, one.sketch)).collect()
        };

        assert_eq!(points(requests(), &hours(60)).len(), 48);
        assert_eq!(points(requests(), &hours(20)).iter().map(|point| point.at - FIRST).take(3).collect::<Vec<_>>(), [0, 3, 6]);
        assert_eq!(points(requests(), &hours(9)), []);
    }

    #[test]
    fn of_requests_those_count_that_were_answered_well_and_of_page_loads_the_whole() {
        let wanted = |figure: Figure, class: &str| is_wanted(figure, &Series::new(figure.metric, "GET /", class));

        assert_eq!(["2xx", "3xx", "4xx", "5xx"].map(|class| wanted(requests(), class)), [true, true, false, false]);
        assert_eq!(["", "device:phone"].map(|class| wanted(FIGURES[0], class)), [true, false]);
        assert_eq!(["answered", "refused", "failed"].map(|class| wanted(FIGURES[7], class)), [true, false, false]);
        assert!(!is_wanted(FIGURES[0], &Series::new("vitals.inp", "/", "")));
    }
}
