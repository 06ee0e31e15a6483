//! What the budgets that are checked while the product is used are held against. What the file calls a metric is found here among what is measured.

use std::{
    collections::{BTreeMap, HashMap},
    sync::LazyLock,
};

use ::budgets::{About, Budget, Budgets, Question, Statistic, Unit};
use measuring::{ALL, Level, Series, Sketch, Span, metric};
use ports::alerts::{Counted, LiveFigures, Reading};
use store::measured::Measured;

use super::Finding;
use crate::http::limits::takes_its_time;

/// The product's own.
pub(super) static OURS: LazyLock<Budgets> = LazyLock::new(Budgets::ours);

/// So many minutes are looked at beside the day: what is passed in them is told soon, and what is kept in them is mended.
pub(super) const HOUR: u32 = 60;
/// Fewer measurements tell nothing of a quantile.
const FEWEST: u64 = 20;
/// What the file calls the share of everything that is answered without the server's fault. It is of the month, and how fast that is used up alarms
/// somebody sooner.
const AVAILABILITY: &str = "availability";
/// How long requests took.
const DURATION: &str = "duration";
/// Statements of a request, of the route.
const STATEMENTS: &str = "http.statements";
/// Those of browsers that there are budgets of, as series and file both call them.
const VITALS: [&str; 6] = ["lcp", "inp", "cls", "fcp", "ttfb", "hydrated"];

/// Of the endpoints that have no budget of their own so many are found by themselves: where more are passed it is not one of them that is slow.
const MOST_OTHERS: usize = 20;

/// What was measured of everything with a budget.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Live {
    pub(super) figures: LiveFigures,
    /// Endpoints of the budgets of others, of each budget the worst first, as far as they are known.
    others: Vec<Reading>,
}

/// All that was measured of each series in some time.
type Merged<'a> = HashMap<&'a Series, Sketch>;

/// One of them.
type Row<'a> = (&'a Series, &'a Sketch);

/// The last 24 hours, this one among them. It is rows of whole hours that are read: of each minute they would be sixty times as many.
pub(super) fn day(end: i64) -> Span {
    let to = Level::Hour.begin(end) + 60;
    Span { level: Level::Hour, from: to - 24 * 60, to }
}

/// The last 30 days, this one among them.
pub(super) fn month(end: i64) -> Span {
    let to = Level::Day.begin(end) + Level::Day.minutes();
    Span { level: Level::Day, from: to - 30 * Level::Day.minutes(), to }
}

/// Whether a budget may be about a series.
pub(super) fn is_wanted(series: &Series) -> bool {
    let is_vital = || series.metric.strip_prefix(metric::VITALS).is_some_and(|name| VITALS.contains(&name));
    match series.metric.as_str() {
        metric::HTTP_DURATION | STATEMENTS | metric::CACHE_HIT | metric::CACHE_MISS => true,
        _ => series.class.is_empty() && is_vital(),
    }
}

/// Adds what was asked by people and programs as their work, and how much of it was answered without the server's fault.
pub(super) fn count<'a>(counted: &mut Counted, rows: impl Iterator<Item = &'a Measured>) {
    for row in rows.filter(|row| metric::is_work(&row.series.of)) {
        let (asked, failed) = (row.sketch.count(), metric::failed(&row.series.class, &row.sketch));
        counted.total += asked;
        counted.good += asked - failed;
    }
}

impl Live {
    pub(super) fn of<'a>(
        day: impl Iterator<Item = &'a Measured>,
        hour: impl Iterator<Item = &'a Measured>,
        windows: [Counted; 5],
        month: Counted,
    ) -> Self {
        let (day, hour) = (merged(day), merged(hour));
        let (day, hour) = (rows(&day), rows(&hour));
        let (mut readings, mut others) = (Vec::new(), Vec::new());
        for question in OURS.questions() {
            if question.series.is_of_others() {
                let endpoints = of_others(&question, &day, &hour);
                readings.push(worst(&question, &endpoints));
                others.extend(endpoints.into_iter().filter(|one| one.judged().is_some()).take(MOST_OTHERS));
            } else {
                readings.push(of_route(&question, &question.series.route, (&day, &hour), month));
            }
        }
        Self { figures: LiveFigures { readings, windows, month }, others }
    }

    /// Each budget; nothing is known of one of which too little was measured. Of others it is each endpoint that is known: while one of them is too
    /// slow another may be, too, of which nobody would hear.
    pub(super) fn found(&self) -> Vec<(String, Finding)> {
        let whole = self.figures.readings.iter().filter(|reading| !self.others.iter().any(|other| other.id == reading.id));
        whole.chain(&self.others).filter_map(found).collect()
    }
}

/// By what its alert is called.
fn found(reading: &Reading) -> Option<(String, Finding)> {
    let budget = OURS.get(&reading.id)?;
    let finding = match reading.judged() {
        None => Finding::Unknown,
        Some(value) if budget.limit.holds(value) => Finding::No,
        Some(value) => {
            let what = reading.of.as_deref().unwrap_or("it");
            Finding::Yes(format!("In the last {} {what} {}.", window(budget, reading), budget.limit.complaint(value)))
        }
    };
    let key = reading.of.as_deref().map_or_else(|| budget.id.clone(), |endpoint| budget.key_of(endpoint));
    Some((key, finding))
}

/// The time that a budget was judged by.
fn window(budget: &Budget, reading: &Reading) -> &'static str {
    match &budget.about {
        About::Live(series) if series.metric == AVAILABILITY => "30 days",
        _ if reading.hour.is_some() => "hour",
        _ => "24 hours",
    }
}

fn merged<'a>(rows: impl Iterator<Item = &'a Measured>) -> Merged<'a> {
    let mut series: Merged<'a> = HashMap::new();
    for row in rows {
        series.entry(&row.series).or_default().merge(&row.sketch);
    }
    series
}

fn rows<'a>(merged: &'a Merged<'_>) -> Vec<Row<'a>> {
    merged.iter().map(|(series, sketch)| (*series, sketch)).collect()
}

/// What was measured of a budget, in its unit.
fn of_route(question: &Question<'_>, route: &str, (day, hour): (&[Row<'_>], &[Row<'_>]), month: Counted) -> Reading {
    let (value, count, needed) = figure(question, route, day, month);
    let hour = if question.series.metric == AVAILABILITY { None } else { figure(question, route, hour, month).0 };
    Reading { id: question.id.to_owned(), value, count, needed, hour, of: None }
}

/// The endpoints that have no budget of their own, the worst first. Each is told by its own hour or day: what is seldom asked for would else be
/// hidden by whatever was asked for in the last hour.
fn of_others(question: &Question<'_>, day: &[Row<'_>], hour: &[Row<'_>]) -> Vec<Reading> {
    let (days, hours) = (by_endpoint(day), by_endpoint(hour));
    let others = days.iter().filter(|(route, _)| is_another(question, route));
    let readings = others.map(|(route, day)| {
        let hour = hours.get(route).map(Vec::as_slice).unwrap_or_default();
        Reading { of: Some((*route).to_owned()), ..of_route(question, route, (day.as_slice(), hour), Counted::default()) }
    });
    let mut readings: Vec<Reading> = readings.collect();
    // What is not known of comes behind all that is: of it that which is nearest to being known.
    let used = |reading: &Reading| reading.judged().map_or(-1.0, |value| question.limit.used(value));
    readings.sort_by(|one, other| used(other).total_cmp(&used(one)).then(other.count.cmp(&one.count)));
    readings
}

/// What is told of all others: the worst of them, which is named where it is known.
fn worst(question: &Question<'_>, others: &[Reading]) -> Reading {
    let nothing = || of_route(question, &question.series.route, (&[], &[]), Counted::default());
    let worst = others.first().cloned().unwrap_or_else(nothing);
    let is_known = worst.judged().is_some();
    Reading { of: worst.of.clone().filter(|_| is_known), ..worst }
}

/// What was measured of each endpoint.
fn by_endpoint<'a>(rows: &[Row<'a>]) -> BTreeMap<&'a str, Vec<Row<'a>>> {
    let mut endpoints: BTreeMap<&'a str, Vec<Row<'a>>> = BTreeMap::new();
    for &(series, sketch) in rows.iter().filter(|(series, _)| matches!(series.metric.as_str(), metric::HTTP_DURATION | STATEMENTS)) {
        endpoints.entry(&series.of).or_default().push((series, sketch));
    }
    endpoints
}

/// Whether an endpoint is one of the others. What comes to no route, or is told among others as there are too many, is none.
fn is_another(question: &Question<'_>, route: &str) -> bool {
    let asked = question.series.metric.as_str();
    route.contains(" /") && metric::is_work(route) && !OURS.has_own(asked, route) && !(asked == DURATION && takes_its_time(route))
}

/// The figure of a route in some time, of how many measurements, and how many it takes. None while there are fewer.
fn figure(question: &Question<'_>, route: &str, series: &[Row<'_>], month: Counted) -> (Option<f64>, u64, u64) {
    let all = |metric: &str, wanted: &dyn Fn(&Series) -> bool| {
        let mut sketch = Sketch::default();
        series.iter().filter(|(series, _)| series.metric == metric && wanted(series)).for_each(|(_, one)| sketch.merge(one));
        sketch
    };
    let limit = question.limit;
    let is_asked = |series: &Series| if route == ALL { metric::is_work(&series.of) } else { series.of == route };
    let share = |part: u64, of: u64, needed: u64| (of >= needed.max(1)).then(|| part as f64 / of as f64 * 100.0);
    // One of so many is what may fail.
    let for_failures = |allowed: f64| if allowed > 0.0 { (100.0 / allowed).ceil() as u64 } else { FEWEST };
    match question.series.metric.as_str() {
        AVAILABILITY => {
            let needed = for_failures(100.0 - limit.value);
            (share(month.good, month.total, needed), month.total, needed)
        }
        "failures" => {
            let requests = series.iter().filter(|(series, _)| series.metric == metric::HTTP_DURATION && is_asked(series));
            let failed = requests.map(|(series, took)| metric::failed(&series.class, took)).sum();
            let (asked, needed) = (all(metric::HTTP_DURATION, &is_asked).count(), for_failures(limit.value));
            (share(failed, asked, needed), asked, needed)
        }
        "hits" => {
            let caches = caches(route);
            let is_one = |series: &Series| route == ALL || caches.contains(&series.of.as_str());
            let (hits, misses) = (all(metric::CACHE_HIT, &is_one).count(), all(metric::CACHE_MISS, &is_one).count());
            (share(hits, hits + misses, FEWEST), hits + misses, FEWEST)
        }
        // Who has gone away soon says nothing of how long it takes.
        DURATION => {
            let mut took = all(metric::HTTP_DURATION, &|series| is_asked(series) && series.class != metric::GIVEN_UP);
            took.merge(&all(metric::HTTP_DURATION, &|series| is_asked(series) && series.class == metric::GIVEN_UP).above(metric::PATIENCE));
            of_values(question, &took)
        }
        "statements" => of_values(question, &all(STATEMENTS, &is_asked)),
        vital if VITALS.contains(&vital) => of_values(question, &all(&format!("{}{vital}", metric::VITALS), &|series| series.of == route)),
        _ => (None, 0, FEWEST),
    }
}

fn of_values(question: &Question<'_>, sketch: &Sketch) -> (Option<f64>, u64, u64) {
    let value = match question.series.statistic {
        Statistic::Quantile(thousandths) => sketch.quantile(thousandths).map(|value| value as f64),
        Statistic::Mean => (!sketch.is_empty()).then(|| sketch.sum() as f64 / sketch.count() as f64),
        Statistic::Share => None,
    };
    // Times are measured in microseconds, shifts in ten-thousandths.
    let scale = match question.limit.unit {
        Unit::Seconds => Some(1e-6),
        Unit::Milliseconds => Some(1e-3),
        Unit::Shift => Some(1e-4),
        Unit::Statements | Unit::Count => Some(1.0),
        Unit::Kilobytes | Unit::Megabytes | Unit::Percent | Unit::PerSecond | Unit::Instructions => None,
    };
    let value = value.filter(|_| sketch.count() >= FEWEST).zip(scale).map(|(value, scale)| value * scale);
    (value, sketch.count(), FEWEST)
}

/// What the file calls finished lists and products, and what is known of products.
fn caches(name: &str) -> &'static [&'static str] {
    match name {
        "list" => &["api-list"],
        "product" => &["api-product"],
        "known" => &["known summaries", "known products"],
        _ => &[],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2025-10-09 08:53
    const END: i64 = 29_333_333;

    fn rows(metric: &str, of: &str, class: &str, value: u64, many: u64) -> Measured {
        let mut sketch = Sketch::default();
        sketch.add_many(value, many);
        Measured { series: Series::new(metric, of, class), at: END, sketch }
    }

    fn live(day: &[Measured], hour: &[Measured], month: Counted) -> Live {
        Live::of(day.iter(), hour.iter(), [Counted::default(); 5], month)
    }

    fn read(rows: &[Measured], id: &str) -> Reading {
        let month = Counted { good: 99_950, total: 100_000 };
        live(rows, &[], month).figures.readings.into_iter().find(|reading| reading.id == id).unwrap()
    }

    fn found(live: &Live, id: &str) -> Finding {
        live.found().into_iter().find(|(known, _)| known == id).unwrap().1
    }

    /// What is found of the largest paint of the list, which may take 1.2 seconds: microseconds, and how many paints took as long, in the last hour
    /// and in the day before it.
    fn found_of_paints(before: (u64, u64), lately: (u64, u64)) -> Finding {
        let of = |(value, many): (u64, u64)| rows("vitals.lcp", "/products", "", value, many);
        found(&live(&[of(before), of(lately)], &[of(lately)], Counted::default()), "lcp-products")
    }

    fn value(rows: &[Measured], id: &str) -> Option<f64> {
        read(rows, id).value.map(|value| (value * 1_000.0).round() / 1_000.0)
    }

    #[test]
    fn every_budget_of_use_is_asked_and_those_of_a_build_are_not() {
        let live = live(&[], &[], Counted::default());

        assert_eq!(live.figures.readings.len(), OURS.questions().count());
        assert!(live.figures.readings.iter().all(|reading| reading.judged().is_none() && reading.count == 0));
        assert!(live.found().iter().all(|(_, finding)| *finding == Finding::Unknown), "{:?}", live.found());
    }

    #[test]
    fn what_the_file_names_is_found_in_its_unit() {
        let rows = [
            rows("vitals.lcp", "/products", "", 1_500_000, 30),
            rows("vitals.lcp", "/runs/:id", "", 2_000_000, 30),
            rows("vitals.cls", "/products", "", 100, 30),
            rows("http.duration", "GET /products", "2xx", 60_000, 1_999),
            rows("http.duration", "GET /products", "5xx", 60_000, 1),
            rows("http.statements", "GET /api/v1/products", "", 3, 40),
            rows("cache.hit", "known products", "", 0, 60),
            rows("cache.hit", "known summaries", "", 0, 20),
            rows("cache.miss", "known products", "", 0, 20),
        ];

        assert!((1.485..=1.515).contains(&value(&rows, "lcp-products").unwrap()));
        assert!((1.98..=2.02).contains(&value(&rows, "lcp /runs/:id").unwrap()));
        assert_eq!(value(&rows, "cls-products"), Some(0.01));
        assert!((59.4..=60.6).contains(&value(&rows, "duration-products-page").unwrap()));
        assert_eq!(value(&rows, "failures-products-page"), Some(0.05));
        assert_eq!(value(&rows, "live-statements-list"), Some(3.0));
        assert_eq!(value(&rows, "hits-known"), Some(80.0));
        assert_eq!(value(&rows, "availability"), Some(99.95));
    }

    #[test]
    fn few_measurements_tell_nothing_and_it_says_how_many_it_takes() {
        let few = [rows("vitals.lcp", "/products", "", 9_000_000, 19), rows("http.duration", "GET /products", "5xx", 1, 999)];

        let (lcp, failures) = (read(&few, "lcp-products"), read(&few, "failures-products-page"));

        assert_eq!((lcp.value, lcp.count, lcp.needed), (None, 19, 20));
        assert_eq!((failures.value, failures.count, failures.needed), (None, 999, 1_000));
    }

    #[test]
    fn what_is_passed_is_found() {
        let rows = [rows("vitals.lcp", "/products", "", 9_000_000, 20), rows("vitals.inp", "/products", "", 1_000, 20)];

        let mut found = live(&rows, &[], Counted::default()).found();
        found.retain(|(_, finding)| *finding != Finding::Unknown);
        found.sort_by(|one, other| one.0.cmp(&other.0));

        let [(inp, Finding::No), (lcp, Finding::Yes(said))] = &found[..] else { panic!("{found:?}") };
        assert_eq!((inp.as_str(), lcp.as_str()), ("inp-products", "lcp-products"));
        assert!(said.starts_with("In the last 24 hours it is 9") && said.ends_with("too long."), "{said}");
    }

    #[test]
    fn what_is_passed_in_the_last_hour_is_told_while_the_day_is_fine() {
        let found = found_of_paints((500_000, 1_000), (3_000_000, 20));

        let Finding::Yes(said) = &found else { panic!("{found:?}") };
        assert!(said.starts_with("In the last hour it is 3") && said.ends_with("too long."), "{said}");
    }

    #[test]
    fn what_is_mended_in_the_last_hour_is_kept_while_the_day_is_still_bad() {
        let found = found_of_paints((3_000_000, 1_000), (500_000, 20));

        assert_eq!(found, Finding::No);
    }

    #[test]
    fn too_few_in_the_last_hour_leave_it_to_the_day() {
        let (bad_day, fine_day) = (found_of_paints((3_000_000, 1_000), (500_000, 19)), found_of_paints((500_000, 1_000), (9_000_000, 19)));
        let failed = [rows("http.duration", "GET /products", "5xx", 1, 999)];
        let day = [rows("http.duration", "GET /products", "2xx", 1, 999_001), failed[0].clone()];
        let of_failures = found(&live(&day, &failed, Counted::default()), "failures-products-page");

        let Finding::Yes(said) = &bad_day else { panic!("{bad_day:?}") };
        assert!(said.starts_with("In the last 24 hours it is "), "{said}");
        assert_eq!((fine_day, of_failures), (Finding::No, Finding::No));
    }

    /// Requests of an endpoint that took as many milliseconds.
    fn asked(of: &str, milliseconds: u64, many: u64) -> Measured {
        rows("http.duration", of, "2xx", milliseconds * 1_000, many)
    }

    #[test]
    fn of_endpoints_without_a_budget_of_their_own_the_worst_is_told() {
        let rows = [asked("GET /review", 300, 20), asked("GET /usage", 100, 5_000), asked("GET /products", 9_000, 50)];

        let (reading, live) = (read(&rows, "duration-others"), live(&rows, &[], Counted::default()));

        assert_eq!((reading.of.as_deref(), reading.count, reading.needed), (Some("GET /review"), 20, 20));
        assert!((295.0..=305.0).contains(&reading.value.unwrap()), "{reading:?}");
        let Finding::Yes(said) = found(&live, "duration-others GET /review") else { panic!("{live:?}") };
        assert!(said.starts_with("In the last 24 hours GET /review is ") && said.ends_with("too long."), "{said}");
        // What has a budget of its own is none of them.
        let own = read(&rows[2..], "duration-others");
        assert_eq!((own.of.as_deref(), own.judged(), own.count), (None, None, 0));
    }

    /// What is found of a budget of others: by which name, and whether it is passed.
    fn found_of_others(live: &Live, id: &str) -> Vec<(String, bool)> {
        let found = live.found().into_iter().filter(|(key, _)| key.split(' ').next() == Some(id));
        found.map(|(key, finding)| (key, matches!(finding, Finding::Yes(_)))).collect()
    }

    #[test]
    fn each_of_the_others_that_is_known_is_found_by_itself() {
        let rows = [asked("GET /review", 300, 20), asked("GET /usage", 400, 20), asked("GET /changes", 10, 20), asked("GET /runs/new", 900, 19)];

        let live = live(&rows, &[], Counted::default());

        let found = [("duration-others GET /usage", true), ("duration-others GET /review", true), ("duration-others GET /changes", false)];
        assert_eq!(found_of_others(&live, "duration-others"), found.map(|(key, is_passed)| (key.to_owned(), is_passed)));
        // An alert's name leads back to its budget.
        for (key, _) in live.found() {
            assert!(OURS.by_key(&key).is_some(), "{key}");
        }
        // Of too few requests nothing is known of failures, which is told once.
        assert_eq!(found_of_others(&live, "failures-others"), [("failures-others".to_owned(), false)]);
    }

    #[test]
    fn of_many_others_those_that_are_worst_are_found() {
        let failing = |many: u64| {
            let of = format!("GET /odd/{many}");
            [rows("http.duration", &of, "2xx", 1_000, 1_000), rows("http.duration", &of, "5xx", 1_000, many * 100)]
        };
        let all: Vec<Measured> = (1..=30).flat_map(failing).collect();

        let found = found_of_others(&live(&all, &[], Counted::default()), "failures-others");

        let worst: Vec<(String, bool)> = (11..=30).rev().map(|many| (format!("failures-others GET /odd/{many}"), true)).collect();
        assert_eq!(found, worst);
    }

    #[test]
    fn an_endpoint_that_is_seldom_asked_for_is_not_hidden_by_the_last_hour_of_another() {
        let (seldom, often) = (asked("GET /review", 300, 19), asked("GET /usage", 10, 1_000));
        let day = [seldom.clone(), seldom.clone(), often.clone()];

        let still = live(&day, &[seldom, often.clone()], Counted::default());
        let mended = live(&day, &[asked("GET /review", 20, 20), often], Counted::default());

        assert!(matches!(found(&still, "duration-others GET /review"), Finding::Yes(said) if said.contains("24 hours GET /review is")));
        assert_eq!(found(&mended, "duration-others GET /review"), Finding::No);
        let reading = mended.figures.readings.iter().find(|reading| reading.id == "duration-others").unwrap();
        assert_eq!((reading.of.as_deref(), reading.count, reading.hour.is_some()), (Some("GET /review"), 38, true));
    }

    #[test]
    fn of_too_few_requests_of_others_it_is_said_how_many_it_takes() {
        let few = [asked("GET /review", 300, 12), asked("GET /usage", 300, 19)];

        let (took, failed) = (read(&few, "duration-others"), read(&few, "failures-others"));

        assert_eq!((took.of, took.value, took.count, took.needed), (None, None, 19, 20));
        assert_eq!((failed.of, failed.value, failed.count, failed.needed), (None, None, 19, 100));
        assert_eq!(found(&live(&few, &few, Counted::default()), "duration-others"), Finding::Unknown);
    }

    #[test]
    fn what_is_slow_as_it_has_to_be_is_none_of_the_others_but_where_it_fails() {
        let slow = ["POST /imports", "GET /usage/export.csv", "POST /sign-in", "POST /api/v1/products/batch", "GET /sync/v1/poke", measuring::OTHERS];
        let rows: Vec<Measured> = slow.iter().flat_map(|of| [asked(of, 9_000, 500), rows("http.duration", of, "5xx", 1_000, 500)]).collect();

        let (took, failed) = (read(&rows, "duration-others"), read(&rows, "failures-others"));

        assert_eq!((took.of, took.count), (None, 0));
        assert_eq!((failed.value, failed.count), (Some(50.0), 1_000));
        assert!(failed.of.is_some_and(|of| slow[..4].contains(&of.as_str())));
    }

    #[test]
    fn availability_is_of_the_month_whatever_the_last_hour_was_like() {
        let failed = [rows("http.duration", "GET /products", "5xx", 1, 5_000)];
        let of = |good| found(&live(&failed, &failed, Counted { good, total: 100_000 }), "availability");

        let (kept, passed) = (of(99_950), of(99_000));

        assert_eq!(kept, Finding::No);
        let Finding::Yes(said) = &passed else { panic!("{passed:?}") };
        assert!(said.starts_with("In the last 30 days it is 99"), "{said}");
    }

    #[test]
    fn what_is_read_is_what_budgets_are_about() {
        let wanted = [("vitals.lcp", ""), ("vitals.lcp", "device:phone"), ("vitals.errors", ""), ("http.duration", "5xx"), ("db.statement", "")];

        assert_eq!(wanted.map(|(metric, class)| is_wanted(&Series::new(metric, "a", class))), [true, false, false, true, false]);
        assert_eq!((day(END).periods(), month(END).periods()), (24, 30));
    }

    #[test]
    fn what_is_no_work_of_people_is_not_counted() {
        let mut counted = Counted::default();

        count(
            &mut counted,
            [
                rows("http.duration", "GET /readyz", "5xx", 1, 9),
                rows("http.duration", "POST /vitals", "5xx", 1, 9),
                rows("http.duration", "GET /pkg/{*file}", "2xx", 1, 9),
                rows("http.duration", "GET /products", "5xx", 1, 2),
                rows("http.duration", "GET /products", "4xx", 1, 3),
                rows("http.duration", "GET /products", "given up", 900_000, 4),
                rows("http.duration", "GET /products", "given up", 9_000_000, 1),
            ]
            .iter(),
        );

        assert_eq!(counted, Counted { good: 7, total: 10 });
    }
}
