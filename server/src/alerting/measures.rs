//! Figures for rules, from what all servers have measured. What several rules ask in the same minute is read once.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::{Arc, Mutex, PoisonError},
};

use ::alerting::{Measured, Measures, Sentence};
use alerts::{Ask, Figure, Selector};
use async_trait::async_trait;
use domain::clock::Timestamp;
use measuring::{Level, Series, Sketch, Span, metric};
use ports::lab::{MOST_CHANGES, Source};
use regressions::{Bigger, Point, change_points, rhythm::without_rhythm};
use store::{Store, measured};

use super::{
    Finding,
    budgets::{self, Live},
    changes,
    processes::expected,
    selecting::{Breadth, Wanted, scale},
    windows::{cover, end},
};

/// The series whose findings are budgets that are passed, by their ids.
pub(super) const BUDGET: &str = "budget";

/// One does not look further back for the last report of something.
const LAST_REPORT_MINUTES: i64 = 24 * 60;

/// Measurements of an hour that its median is taken of, and hours, in which steps are looked for.
const FEWEST: u64 = 20;
const FEWEST_HOURS: usize = 24;

const MINUTES_OF_AN_HOUR: i64 = 60;
/// So far back the rhythm of a day is looked for.
const RHYTHM_MINUTES: i64 = 14 * 24 * 60;

pub(super) struct StoreMeasures {
    store: Store,
    known: Mutex<Known>,
}

/// What was read of the last minute.
#[derive(Default)]
struct Known {
    end: i64,
    rows: HashMap<(String, Breadth, Level, i64, i64), Rows>,
    live: Option<Arc<Live>>,
    /// By whole hours, which change once an hour.
    shifts: HashMap<String, (i64, Vec<Measured>)>,
}

type Rows = Arc<Vec<measured::Measured>>;

impl StoreMeasures {
    pub(super) fn new(store: Store) -> Self {
        Self { store, known: Mutex::default() }
    }

    /// What was measured of everything with a budget.
    pub(super) async fn live(&self, now: Timestamp) -> Result<Arc<Live>, Sentence> {
        let end = end(self.store.database_time(now));
        if let Some(live) = self.at(end, |known| known.live.clone()) {
            return Ok(live);
        }
        let day = self.store.measurements(budgets::day(end), budgets::is_wanted).await.map_err(unread)?;
        let hour = self.hour(end).await?;
        let mut windows = [ports::alerts::Counted::default(); 5];
        for (counted, window) in windows.iter_mut().zip(::budgets::burn::Window::ALL) {
            for span in cover((window.seconds() / 60) as u32, end) {
                budgets::count(counted, self.rows(metric::HTTP_DURATION, Breadth::Each, span, end).await?.iter());
            }
        }
        let mut month = ports::alerts::Counted::default();
        budgets::count(&mut month, self.rows(metric::HTTP_DURATION, Breadth::Each, budgets::month(end), end).await?.iter());
        let live = Arc::new(Live::of(day.iter(), hour.iter().flat_map(|rows| rows.iter()), windows, month));
        self.at(end, |known| known.live = Some(live.clone()));
        Ok(live)
    }

    /// What was measured of everything with a budget in the last hour. Requests are those that burn rates and rules are about, which are read once.
    async fn hour(&self, end: i64) -> Result<Vec<Rows>, Sentence> {
        let mut hour = Vec::new();
        for span in cover(budgets::HOUR, end) {
            let others = |series: &Series| series.metric != metric::HTTP_DURATION && budgets::is_wanted(series);
            let rows = self.store.measurements(span, others).await.map_err(unread)?;
            hour.push(Arc::new(rows));
            let requests = self.rows(metric::HTTP_DURATION, Breadth::Each, span, end).await?;
            hour.push(requests);
        }
        Ok(hour)
    }

    /// What is known of a minute, which is nothing of another one.
    fn at<T>(&self, end: i64, of: impl FnOnce(&mut Known) -> T) -> T {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.end != end {
            *known = Known { end, shifts: std::mem::take(&mut known.shifts), ..Known::default() };
        }
        of(&mut known)
    }

    async fn rows(&self, metric: &str, breadth: Breadth, span: Span, end: i64) -> Result<Rows, Sentence> {
        let key = (metric.to_owned(), breadth, span.level, span.from, span.to);
        if let Some(rows) = self.at(end, |known| known.rows.get(&key).cloned()) {
            return Ok(rows);
        }
        let wanted = |series: &Series| series.metric == metric && breadth.has(series);
        let rows: Rows = Arc::new(self.store.measurements(span, wanted).await.map_err(unread)?);
        self.at(end, |known| known.rows.insert(key, rows.clone()));
        Ok(rows)
    }

    /// One sketch for each subject, of a window; and whether anything of the metric was measured at all.
    async fn window(
        &self,
        wanted: &Wanted<'_>,
        (metric, figure): (&str, Figure),
        minutes: u32,
        end: i64,
    ) -> Result<(BTreeMap<String, Sketch>, bool), Sentence> {
        let (mut sketches, mut is_measured) = (BTreeMap::<String, Sketch>::new(), false);
        for span in cover(minutes, end) {
            let rows = self.rows(metric, wanted.breadth(), span, end).await?;
            is_measured |= !rows.is_empty();
            for row in rows.iter() {
                if let Some(subject) = wanted.subject(&row.series) {
                    sketches.entry(subject).or_default().merge(&wanted.part(&row.series, &row.sketch, figure));
                }
            }
        }
        Ok((sketches, is_measured))
    }

    /// Minutes since the last report: of processes those that should report.
    async fn since(&self, selector: &Selector, wanted: &Wanted<'_>, end: i64) -> Result<Vec<Measured>, Sentence> {
        let span = Span { level: Level::Minute, from: end - LAST_REPORT_MINUTES, to: end };
        let rows = self.rows(&selector.series, wanted.breadth(), span, end).await?;
        let reports: Vec<(String, i64)> = rows.iter().filter_map(|row| Some((wanted.subject(&row.series)?, row.at))).collect();
        let reports = reports.iter().map(|(subject, at)| (subject.as_str(), *at));
        if selector.series == metric::PROCESS_ALIVE && !selector.by.is_empty() {
            let stopped = self.rows(metric::PROCESS_STOPPED, Breadth::Each, span, end).await?;
            let stopped: HashSet<&str> = stopped.iter().map(|row| row.series.of.as_str()).collect();
            return Ok(expected(reports, &stopped, end).into_iter().map(|(name, minutes)| measured(name, minutes as f64)).collect());
        }
        let mut last: BTreeMap<&str, i64> = BTreeMap::new();
        for (subject, at) in reports {
            let latest = last.entry(subject).or_insert(at);
            *latest = at.max(*latest);
        }
        Ok(last.into_iter().map(|(subject, at)| measured(subject, (end - at - 1).max(0) as f64)).collect())
    }

    /// What there may be to find, and what is said of what is so.
    async fn found(&self, series: &str, now: Timestamp) -> Result<Vec<Measured>, Sentence> {
        let source = match series {
            BUDGET => return Ok(self.live(now).await?.found().into_iter().map(told).collect()),
            changes::LIVE => Source::Live,
            changes::LAB => Source::Lab,
            _ => return Err(Sentence(format!("Nothing is found that is called {series}. There are {BUDGET}, {}, {}.", changes::LIVE, changes::LAB))),
        };
        let known = self.store.known_change_points(source, MOST_CHANGES).await.map_err(unread)?;
        Ok(changes::found(&known, now).into_iter().map(told).collect())
    }

    /// The last step of the medians of whole hours.
    async fn shift(&self, selector: &Selector, wanted: &Wanted<'_>, minutes: u32, end: i64) -> Result<Vec<Measured>, Sentence> {
        let to = Level::Hour.begin(end);
        let key = format!("{selector:?} {minutes}");
        let known = self.at(end, |known| known.shifts.get(&key).filter(|(at, _)| *at == to).map(|(_, shifts)| shifts.clone()));
        if let Some(shifts) = known {
            return Ok(shifts);
        }
        // What comes and goes each day is seen over some days only, however few are asked for.
        let span = Span { level: Level::Hour, from: Level::Hour.begin(to - i64::from(minutes).max(RHYTHM_MINUTES)), to };
        let rows = self.rows(&selector.series, wanted.breadth(), span, end).await?;
        let mut hours: BTreeMap<String, BTreeMap<i64, Sketch>> = BTreeMap::new();
        for row in rows.iter().filter(|row| wanted.is_of_good_answers(&row.series)) {
            if let Some(subject) = wanted.subject(&row.series) {
                hours.entry(subject).or_default().entry(row.at / MINUTES_OF_AN_HOUR).or_default().merge(&row.sketch);
            }
        }
        let since = (to - i64::from(minutes)) / MINUTES_OF_AN_HOUR;
        // Once an hour, and then for some hundred routes: others are served meanwhile.
        let find = move || hours.iter().filter_map(|(subject, hours)| Some(measured(subject, last_shift(hours, since)?))).collect::<Vec<_>>();
        let shifts = tokio::task::spawn_blocking(find).await.map_err(|_| Sentence("Steps could not be looked for. The log says why.".to_owned()))?;
        self.at(end, |known| known.shifts.insert(key, (to, shifts.clone())));
        Ok(shifts)
    }
}

#[async_trait]
impl Measures for StoreMeasures {
    async fn measure(&self, ask: &Ask, now: Timestamp) -> Result<Vec<Measured>, Sentence> {
        let Ask { of: selector, figure, minutes } = ask;
        let end = end(self.store.database_time(now));
        if *figure == Figure::Found {
            return self.found(&selector.series, now).await;
        }
        let wanted = Wanted::of(selector)?;
        match figure {
            Figure::MinutesSince => self.since(selector, &wanted, end).await,
            Figure::Shift => self.shift(selector, &wanted, *minutes, end).await,
            _ => {
                let (sketches, is_measured) = self.window(&wanted, (&selector.series, *figure), *minutes, end).await?;
                if sketches.is_empty() && is_measured && *figure == Figure::Count && selector.by.is_empty() {
                    return Ok(vec![measured("", 0.0)]);
                }
                let scale = scale(&selector.series);
                Ok(sketches.iter().filter_map(|(subject, sketch)| Some(measured(subject, figured(*figure, sketch, scale)?))).collect())
            }
        }
    }
}

fn measured(subject: &str, value: f64) -> Measured {
    Measured { subject: subject.to_owned(), value, said: None }
}

/// What is not known is no number, and ends nothing.
fn told((subject, finding): (String, Finding)) -> Measured {
    let (value, said) = match finding {
        Finding::Unknown => (f64::NAN, None),
        Finding::No => (0.0, None),
        Finding::Yes(said) => (1.0, Some(said)),
    };
    Measured { subject, value, said }
}

/// None of nothing.
fn figured(figure: Figure, sketch: &Sketch, scale: f64) -> Option<f64> {
    let value = match figure {
        Figure::Count => return Some(sketch.count() as f64),
        Figure::Percentile(at) => sketch.quantile((at * 10.0).round().clamp(0.0, 1_000.0) as u16)? as f64,
        Figure::Mean if sketch.is_empty() => return None,
        Figure::Mean => sketch.sum() as f64 / sketch.count() as f64,
        Figure::Sum => sketch.sum() as f64,
        Figure::Max => sketch.most()? as f64,
        Figure::MinutesSince | Figure::Shift | Figure::Found => return None,
    };
    Some(value * scale)
}

/// By how much it is more since the last step, as a share; 0 without a step since then. None where there are too few hours to see one. Places are hours
/// since 1970.
fn last_shift(hours: &BTreeMap<i64, Sketch>, since: i64) -> Option<f64> {
    let busy = hours.iter().filter(|(_, sketch)| sketch.count() >= FEWEST);
    let points: Vec<Point> = busy.filter_map(|(at, sketch)| Some(Point { at: *at, value: sketch.quantile(500)? as f64 })).collect();
    if points.len() < FEWEST_HOURS {
        return None;
    }
    let steps = change_points::find(&without_rhythm(&points), Bigger::Worse);
    Some(steps.into_iter().rfind(|step| step.at >= since).map_or(0.0, |step| step.percent.unwrap_or_default() / 100.0))
}

fn unread(error: store::StoreError) -> Sentence {
    tracing::debug!(%error, "what was measured could not be read for alerts");
    Sentence("What was measured could not be read. The log says why.".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sketch(values: &[u64]) -> Sketch {
        values.iter().copied().collect()
    }

    #[test]
    fn figures_are_in_the_units_of_rules() {
        let times = sketch(&[100_000, 100_000, 100_000, 300_000]);
        let of = |figure| figured(figure, &times, 1e-3).unwrap();

        assert_eq!(
            [Figure::Count, Figure::Mean, Figure::Sum, Figure::Max].map(|figure| of(figure).to_bits()),
            [4.0, 150.0, 600.0, 300.0].map(f64::to_bits)
        );
        assert!((of(Figure::Percentile(50.0)) - 100.0).abs() <= 1.0);
        assert_eq!(figured(Figure::Percentile(95.0), &Sketch::default(), 1.0), None);
        assert_eq!((figured(Figure::Mean, &Sketch::default(), 1.0), figured(Figure::Count, &Sketch::default(), 1.0)), (None, Some(0.0)));
    }

    /// 2025-10-09 08:53:20
    const NOW: Timestamp = Timestamp::from_micros(1_760_000_000_000_000);

    struct StandsStill;

    impl domain::clock::Clock for StandsStill {
        fn now(&self) -> Timestamp {
            NOW
        }
    }

    async fn measures(folder: &tempfile::TempDir) -> StoreMeasures {
        let location = store::Location::Sqlite(folder.path().join("vitrine.db"));
        StoreMeasures::new(Store::open(&location, Arc::new(StandsStill), Arc::new(store::OsEntropy)).await.unwrap())
    }

    /// Writes what a process has measured, as its own task does: `minutes` ago, by the minute, the hour and the day.
    async fn write(measures: &StoreMeasures, process: u128, measured: &[(&str, &str, &str, i64, u64, u64)]) {
        let mut periods = measuring::Periods::new(100_000);
        let mut measured = measured.to_vec();
        measured.sort_by_key(|(_, _, _, minutes, ..)| std::cmp::Reverse(*minutes));
        for (metric, of, class, minutes, value, many) in measured {
            let mut sketch = Sketch::default();
            sketch.add_many(value, many);
            periods.add(end(NOW) - minutes, vec![(Series::new(metric, of, class), sketch)]);
        }
        measures.store.write_measured(uuid::Uuid::from_u128(process), &periods.take()).await.unwrap();
    }

    async fn ask(measures: &StoreMeasures, of: Selector, figure: Figure, minutes: u32) -> Vec<(String, f64)> {
        let answer = measures.measure(&Ask { of, figure, minutes }, NOW).await.unwrap();
        answer.into_iter().map(|Measured { subject, value, .. }| (subject, (value * 10.0).round() / 10.0)).collect()
    }

    #[tokio::test]
    async fn a_figure_is_of_what_all_processes_have_measured_in_its_window() {
        let folder = tempfile::tempdir().unwrap();
        let measures = measures(&folder).await;
        let requests = || Selector::of(metric::HTTP_DURATION);
        let long_ago = 2 * 24 * 60;
        write(&measures, 1, &[("http.duration", "GET /products", "2xx", 3, 100_000, 90), ("http.duration", "GET /products", "5xx", 200, 100_000, 5)])
            .await;
        write(&measures, 2, &[("http.duration", "GET /runs", "2xx", 3, 100_000, 10), ("http.duration", "GET /runs", "5xx", long_ago, 100_000, 7)])
            .await;

        let count = async |of, minutes| ask(&measures, of, Figure::Count, minutes).await;
        assert_eq!(count(requests(), 5).await, [(String::new(), 100.0)]);
        assert_eq!(count(requests().only("class", "5xx"), 5).await, [(String::new(), 0.0)]);
        assert_eq!(count(requests().only("class", "5xx"), 360).await, [(String::new(), 5.0)]);
        assert_eq!(count(requests().only("class", "5xx"), 3 * 24 * 60).await, [(String::new(), 12.0)]);
        assert_eq!(count(requests().by("route"), 5).await, [("GET /products".to_owned(), 90.0), ("GET /runs".to_owned(), 10.0)]);
        assert_eq!(count(Selector::of("db.wait"), 5).await, []);
        let p95 = ask(&measures, requests(), Figure::Percentile(95.0), 5).await;
        assert!(p95.len() == 1 && (99.0..=101.0).contains(&p95[0].1), "{p95:?}");

        // The burn rates that budgets are shown with are of the same.
        let live = measures.live(NOW).await.unwrap();
        let counted = |good, total| ports::alerts::Counted { good, total };
        assert_eq!(live.figures.windows, [counted(100, 100), counted(100, 100), counted(100, 100), counted(100, 105), counted(100, 112)]);
        assert_eq!(live.figures.month, counted(100, 112));
    }

    #[tokio::test]
    async fn a_process_that_says_nothing_is_missing_unless_it_has_said_goodbye() {
        let folder = tempfile::tempdir().unwrap();
        let measures = measures(&folder).await;
        let alive = |name: &'static str, minutes: std::ops::RangeInclusive<i64>| minutes.map(move |at| ("process.alive", name, "", at, 0, 1));
        write(&measures, 1, &alive("a", 1..=60).collect::<Vec<_>>()).await;
        write(&measures, 2, &alive("b", 10..=60).collect::<Vec<_>>()).await;
        write(&measures, 3, &alive("c", 20..=60).chain([("process.stopped", "c", "", 20, 0, 1)]).collect::<Vec<_>>()).await;

        let rule = alerts::builtin().into_iter().find(|rule| rule.id == "process-gone").unwrap();
        let ask = rule.what.asks().remove(0);
        let since = measures.measure(&ask, NOW).await.unwrap();

        let mut told: Vec<_> = since.iter().map(|one| (one.subject.as_str(), one.value)).collect();
        told.sort_by(|one, other| one.0.cmp(other.0));
        assert_eq!(told, [("a", 0.0), ("b", 9.0)]);
    }

    #[tokio::test]
    async fn a_clock_that_is_off_is_seen_also_where_it_makes_a_server_write_into_the_past() {
        let folder = tempfile::tempdir().unwrap();
        let rule = alerts::builtin().into_iter().find(|rule| rule.id == "clock-off").unwrap();
        let (ask, limit) = (rule.what.asks().remove(0), rule.what.levels().raise);
        let measures = measures(&folder).await;
        write(&measures, 1, &[("machine.clock", "a", "", 1, 2_000, 6)]).await;
        let well = measures.measure(&ask, NOW).await.unwrap();
        // What is known of a minute is read once.
        let later = NOW.plus_seconds(60);
        write(&measures, 2, &[("machine.clock", "b", "", 11, 660_000_000, 6)]).await;
        let off = measures.measure(&ask, later).await.unwrap();

        let told: Vec<_> = well.iter().chain(&off).map(|one| (one.subject.as_str(), one.value > limit)).collect();
        assert_eq!(told, [("", false), ("", true)]);
    }

    #[tokio::test]
    async fn a_clock_that_is_an_hour_or_days_off_is_seen_by_its_own_server_and_by_others() {
        const HOUR: i64 = 3_600_000_000;
        let rule = alerts::builtin().into_iter().find(|rule| rule.id == "clock-off").unwrap();
        let (ask, limit) = (rule.what.asks().remove(0), rule.what.levels().raise);
        for ahead in [-48 * HOUR, -HOUR, HOUR, 48 * HOUR] {
            let folder = tempfile::tempdir().unwrap();
            let (own, other) = (measures(&folder).await, measures(&folder).await);
            own.store.note_clock_ahead(ahead);
            let there = own.store.database_time(NOW);
            let minutes_ago = end(NOW) - end(there) + 1;
            write(&own, 1, &[("machine.clock", "a", "", minutes_ago, ahead.unsigned_abs(), 6)]).await;

            for (measures, now) in [(&own, NOW), (&other, there)] {
                let off = measures.measure(&ask, now).await.unwrap();
                let told: Vec<_> = off.iter().map(|one| (one.subject.as_str(), one.value > limit)).collect();
                assert_eq!(told, [("", true)], "{ahead}");
            }
        }
    }

    #[tokio::test]
    async fn a_budget_that_is_passed_is_found_by_its_name() {
        let folder = tempfile::tempdir().unwrap();
        let measures = measures(&folder).await;
        write(&measures, 1, &[("vitals.lcp", "/products", "", 30, 9_000_000, 40), ("vitals.cls", "/products", "", 30, 1, 40)]).await;

        let mut found = ask(&measures, Selector::of(BUDGET).by("budget"), Figure::Found, 0).await;
        found.retain(|(_, value)| !value.is_nan());

        assert_eq!(found, [("lcp-products".to_owned(), 1.0), ("cls-products".to_owned(), 0.0)]);
    }

    #[tokio::test]
    async fn a_budget_is_held_against_the_last_hour_where_enough_was_measured_in_it() {
        let folder = tempfile::tempdir().unwrap();
        let measures = measures(&folder).await;
        let in_the_day_and_in_the_hour = [
            ("vitals.lcp", "/products", "", 300, 100_000, 4_000),
            ("vitals.fcp", "/products", "", 300, 9_000_000, 4_000),
            ("vitals.ttfb", "/products", "", 300, 9_000_000, 4_000),
            ("http.duration", "GET /products", "2xx", 300, 1_000, 4_000),
            ("vitals.lcp", "/products", "", 30, 9_000_000, 40),
            ("vitals.fcp", "/products", "", 30, 100_000, 40),
            ("vitals.ttfb", "/products", "", 30, 100_000, 19),
            ("http.duration", "GET /products", "2xx", 30, 1_000_000, 40),
        ];
        write(&measures, 1, &in_the_day_and_in_the_hour).await;

        let found = ask(&measures, Selector::of(BUDGET).by("budget"), Figure::Found, 0).await;

        let passed: Vec<String> = found.into_iter().filter(|(_, value)| *value > 0.0).map(|(id, _)| id).collect();
        assert_eq!(passed, ["lcp-products", "ttfb-products", "duration-products-page"]);
    }

    #[tokio::test]
    async fn every_built_in_rule_can_be_asked_where_nothing_was_measured() {
        let folder = tempfile::tempdir().unwrap();
        let measures = measures(&folder).await;

        for rule in alerts::builtin() {
            // Whether messages arrive is known to whoever sends them.
            for ask in rule.what.asks().into_iter().filter(|ask| ask.of.series != alerts::DELIVERY) {
                let known = measures.measure(&ask, NOW).await.unwrap().into_iter().filter(|one| !one.value.is_nan());
                assert_eq!(known.collect::<Vec<_>>(), [], "{}", rule.id);
            }
        }
    }

    #[test]
    fn a_step_is_told_as_a_share_of_what_was_and_few_hours_say_nothing() {
        let hours = |count: i64, of: fn(i64) -> u64| (0..count).map(|at| (at, sketch(&[of(at); 30]))).collect::<BTreeMap<_, _>>();
        let wobbly = |at: i64| 100_000 + (at as u64 * 7_919) % 3_000;
        let slower = |at: i64| if at < 36 { 100_000 + (at as u64 * 7_919) % 3_000 } else { 130_000 + (at as u64 * 7_919) % 3_000 };

        assert_eq!(last_shift(&hours(72, wobbly), 0), Some(0.0));
        let shift = last_shift(&hours(72, slower), 0).unwrap();
        assert!((0.25..0.35).contains(&shift), "{shift}");
        assert_eq!((last_shift(&hours(72, slower), 48), last_shift(&hours(12, slower), 0)), (Some(0.0), None));
    }

    #[test]
    fn what_comes_and_goes_each_day_is_no_step() {
        let busy_by_day = |at: i64| if (8..16).contains(&(at % 24)) { 150_000 } else { 100_000 };
        let hours: BTreeMap<i64, Sketch> = (0..14 * 24).map(|at| (at, sketch(&[busy_by_day(at) + (at as u64 * 7_919) % 3_000; 30]))).collect();

        assert_eq!(last_shift(&hours, 0), Some(0.0));
    }
}
