//! What servers measure of themselves: written again and again by several processes, read as one, let go of when it is old.

use domain::role::Role;
use measuring::{ALL, Level, Row, Series, Sketch, Span, metric};
use ports::{
    Access,
    error::AppError,
    performance::{Against, Classes, Compared, Performance, Question, Range},
};
use uuid::Uuid;

use crate::{
    support::{Arranged, START},
    tokens::member,
};

const ONE: Uuid = Uuid::from_u128(1 << 64);
const OTHER: Uuid = Uuid::from_u128(2 << 64);

/// The minute that the clock stands at.
const NOW: i64 = START / 60_000_000;

fn row(level: Level, of: &str, at: i64, values: &[u64]) -> Row {
    let sketch: Sketch = values.iter().copied().collect();
    Row { level, series: Series::new(metric::HTTP_DURATION, of, "2xx"), at, generation: 0, sketch }
}

/// Somebody who owns every store.
pub async fn operator(arranged: &Arranged) -> Access {
    let who = member(arranged, "ada", &arranged.shop, Role::Owner).await;
    arranged.store.set_member(who.user, &arranged.other_shop, Role::Owner).await.unwrap();
    who
}

/// All requests by periods.
fn over_time() -> Vec<(&'static str, Option<String>)> {
    vec![(metric::HTTP_DURATION, None)]
}

async fn counts(arranged: &Arranged, span: Span) -> Vec<(String, i64, u64)> {
    let measured = arranged.store.measurements(span, |_| true).await.unwrap();
    let mut told: Vec<_> = measured.into_iter().map(|one| (one.series.of, one.at - span.from, one.sketch.count())).collect();
    told.sort();
    told
}

pub async fn what_processes_have_measured_is_read_as_one(arranged: &Arranged) {
    let second = arranged.second_store().await;
    arranged
        .store
        .write_measured(ONE, &[row(Level::Minute, "GET /products", NOW, &[5, 7]), row(Level::Minute, "GET /", NOW - 1, &[1])])
        .await
        .unwrap();
    second.write_measured(OTHER, &[row(Level::Minute, "GET /products", NOW, &[9])]).await.unwrap();

    let span = Span { level: Level::Minute, from: NOW - 10, to: NOW + 1 };

    let both = [("GET /".to_owned(), 9, 1), ("GET /products".to_owned(), 10, 3)];
    assert_eq!(counts(arranged, span).await, both);
    assert_eq!(counts(arranged, Span { to: NOW, ..span }).await, both[..1]);
    assert_eq!(counts(arranged, Span { level: Level::Hour, ..span }).await, []);
    let only = arranged.store.measurements(span, |series| series.of == "GET /").await.unwrap();
    assert_eq!((only.len(), only[0].sketch.sum()), (1, 1));
    second.close().await;
}

pub async fn a_row_that_is_written_again_replaces_itself(arranged: &Arranged) {
    let span = Span { level: Level::Hour, from: NOW - 60, to: NOW + 60 };
    for values in [&[1_u64][..], &[1, 2], &[1, 2]] {
        arranged.store.write_measured(ONE, &[row(Level::Hour, "GET /", NOW, values)]).await.unwrap();
    }
    // The clock was set back: what was there stays beside it.
    let again = Row { generation: 1, ..row(Level::Hour, "GET /", NOW, &[3]) };
    arranged.store.write_measured(ONE, &[again]).await.unwrap();

    assert_eq!(counts(arranged, span).await, [("GET /".to_owned(), 60, 3)]);
}

pub async fn many_rows_are_written_whole(arranged: &Arranged) {
    let rows: Vec<Row> = (0..5_000).map(|of| row(Level::Minute, &of.to_string(), NOW, &[of])).collect();

    arranged.store.write_measured(ONE, &rows).await.unwrap();

    let span = Span { level: Level::Minute, from: NOW, to: NOW + 1 };
    assert_eq!(counts(arranged, span).await.len(), 5_000);
}

pub async fn what_is_old_goes_and_what_it_was_of_with_it(arranged: &Arranged) {
    let second = arranged.second_store().await;
    let old = NOW - Level::Minute.kept() - 1;
    second.write_measured(OTHER, &[row(Level::Minute, "old", old, &[1])]).await.unwrap();
    arranged.store.write_measured(ONE, &[row(Level::Minute, "new", NOW, &[1]), row(Level::Day, "day", old, &[1])]).await.unwrap();

    arranged.store.expire_measured(NOW).await.unwrap();

    assert_eq!(arranged.number("SELECT count(*) FROM measurements").await, 2);
    assert_eq!(arranged.number("SELECT count(*) FROM series").await, 2);
    // Whoever has known it before names it again.
    second.write_measured(OTHER, &[row(Level::Minute, "old", NOW, &[1])]).await.unwrap();
    let span = Span { level: Level::Minute, from: NOW, to: NOW + 1 };
    assert_eq!(counts(arranged, span).await, [("new".to_owned(), 0, 1), ("old".to_owned(), 0, 1)]);
    second.close().await;
}

pub async fn what_processes_have_measured_of_a_day_that_is_over_becomes_one_row(arranged: &Arranged) {
    let day = Level::Day.begin(NOW - 4 * 24 * 60);
    let span = Span { level: Level::Day, from: day, to: NOW + 24 * 60 };
    for (process, values) in [(ONE, &[5_u64, 7][..]), (OTHER, &[9])] {
        let rows = [
            row(Level::Day, "GET /", day, values),
            row(Level::Day, "GET /", Level::Day.begin(NOW), values),
            row(Level::Day, "GET /runs", day, values),
        ];
        arranged.store.write_measured(process, &rows[..if process == ONE { 3 } else { 2 }]).await.unwrap();
    }
    let before = counts(arranged, span).await;
    assert_eq!(arranged.number("SELECT count(*) FROM measurements").await, 5);

    let (done, also) = tokio::join!(arranged.store.fold_measured(NOW), arranged.store.fold_measured(NOW));
    done.unwrap();
    also.unwrap();

    // Today's are still written; what one process alone has written is left as it is.
    assert_eq!(arranged.number("SELECT count(*) FROM measurements").await, 4);
    assert_eq!((counts(arranged, span).await, &before[0]), (before.clone(), &("GET /".to_owned(), 0, 3)));
    // What comes late is put to it.
    arranged.store.write_measured(OTHER, &[row(Level::Day, "GET /", day, &[1])]).await.unwrap();
    arranged.store.fold_measured(NOW).await.unwrap();
    assert_eq!(counts(arranged, span).await[0], ("GET /".to_owned(), 0, 4));
    assert_eq!(arranged.number("SELECT count(*) FROM measurements").await, 4);
}

pub async fn which_process_it_was_is_forgotten_after_some_days(arranged: &Arranged) {
    let day = Level::Day.begin(NOW - 4 * 24 * 60);
    let span = Span { level: Level::Day, from: day, to: NOW + 24 * 60 };
    for (process, name, values) in [(ONE, "aaaa", &[5_u64, 7][..]), (OTHER, "bbbb", &[9])] {
        let of = |at: i64| Row { series: Series::new(metric::PROCESS_CPU, name, ""), ..row(Level::Day, "", at, values) };
        arranged.store.write_measured(process, &[of(day), of(Level::Day.begin(NOW))]).await.unwrap();
    }

    arranged.store.fold_measured(NOW).await.unwrap();
    arranged.store.fold_measured(NOW).await.unwrap();

    let told: Vec<_> = counts(arranged, span).await;
    assert_eq!(told, [("aaaa".to_owned(), 5_760, 2), ("all".to_owned(), 0, 3), ("bbbb".to_owned(), 5_760, 1)]);
    assert_eq!(arranged.number("SELECT count(*) FROM measurements").await, 3);
}

pub async fn what_a_later_version_has_written_of_a_period_is_left_as_it_is(arranged: &Arranged) {
    let day = Level::Day.begin(NOW - 4 * 24 * 60);
    for process in [ONE, OTHER] {
        arranged.store.write_measured(process, &[row(Level::Day, "GET /", day, &[5])]).await.unwrap();
    }
    let odd = if arranged.is_sqlite() { "x'09'" } else { "'\\x09'" };
    arranged
        .execute(&format!("UPDATE measurements SET sketch = {odd} WHERE process = (SELECT process FROM measurements ORDER BY process LIMIT 1)"))
        .await;

    arranged.store.fold_measured(NOW).await.unwrap();

    assert_eq!(arranged.number("SELECT count(*) FROM measurements").await, 2);
    let span = Span { level: Level::Day, from: day, to: NOW };
    assert_eq!(counts(arranged, span).await, [("GET /".to_owned(), 0, 1)]);
}

pub async fn a_range_is_told_with_the_time_before_and_with_builds(arranged: &Arranged) {
    let who = operator(arranged).await;
    let rows =
        [row(Level::Minute, "GET /", NOW, &[7]), row(Level::Minute, "GET /", NOW - 59, &[7]), row(Level::Minute, "GET /", NOW - 60, &[7, 7, 7])];
    arranged.store.write_measured(ONE, &rows).await.unwrap();
    arranged.store.note_deployment("abc", "0.1.0").await.unwrap();
    arranged.clock.advance(30);
    arranged.store.note_deployment("abc", "0.1.0").await.unwrap();

    let question = Question { range: Range::Hour, parts: vec![(metric::HTTP_DURATION, Classes::All)], charts: over_time(), ..Question::default() };
    let told = arranged.store.measurements_for(&who, &question).await;

    let one = &told.series[0];
    assert_eq!((told.series.len(), one.now.count(), one.before.count()), (1, 2, 3));
    assert_eq!((one.periods.len(), one.periods[0].count(), one.periods[59].count()), (60, 1, 1));
    assert_eq!(told.deployments.iter().map(|one| (one.build.as_str(), one.began_at.micros())).collect::<Vec<_>>(), [("abc", START)]);
    let others = Question { parts: vec![(metric::HTTP_BYTES, Classes::All)], ..question.clone() };
    assert_eq!(arranged.store.measurements_for(&who, &others).await.series, []);
    let only_sums = Question { charts: Vec::new(), ..question.clone() };
    let of_all = Question { of: vec![ALL.to_owned()], ..question };
    assert_eq!(arranged.store.measurements_for(&who, &of_all).await.series, []);
    let sums = arranged.store.measurements_for(&who, &only_sums).await.series;
    assert_eq!((sums[0].now.count(), sums[0].before.count(), sums[0].periods.len()), (2, 3, 0));
}

pub async fn a_build_is_told_with_the_one_before_it(arranged: &Arranged) {
    let who = operator(arranged).await;
    let at = |minutes: i64, values: &[u64]| row(Level::Minute, "GET /", NOW + minutes, values);
    let parts = vec![(metric::HTTP_DURATION, Classes::All)];
    let question = Question { range: Range::Hour, parts, charts: over_time(), against: Against::BuildBefore, ..Question::default() };
    arranged.store.note_deployment("old", "0.1.0").await.unwrap();
    let alone = arranged.store.measurements_for(&who, &question).await;
    arranged.clock.advance(600);
    arranged.store.note_deployment("new", "0.2.0").await.unwrap();
    arranged.clock.advance(300);
    let rows = [at(0, &[1]), at(1, &[2; 3]), at(9, &[3]), at(10, &[4; 50]), at(11, &[5; 7]), at(15, &[6])];
    arranged.store.write_measured(ONE, &rows).await.unwrap();

    let told = arranged.store.measurements_for(&who, &question).await;

    let Compared::Builds { now, before } = &told.compared else { panic!("{:?}", told.compared) };
    assert_eq!((now.build.as_str(), before.build.as_str(), alone.compared), ("new", "old", Compared::NoBuildBefore));
    // The minutes in which they began are of both.
    assert_eq!((told.series[0].now.count(), told.series[0].before.count()), (8, 4));
    assert_eq!(told.series[0].periods.iter().map(Sketch::count).sum::<u64>(), 63);
    // Whoever goes back to a build has it serve from then on; one that served within the same minute is passed over.
    arranged.clock.advance(60);
    for build in ["odd", "old", "old"] {
        arranged.clock.advance(1);
        arranged.store.note_deployment(build, "0.1.0").await.unwrap();
    }
    let back = arranged.store.measurements_for(&who, &question).await;
    let Compared::Builds { now, before } = &back.compared else { panic!("{:?}", back.compared) };
    assert_eq!((now.build.as_str(), before.build.as_str()), ("old", "new"));
    // The first time is not forgotten, and two processes that start together are one deployment.
    let noted: Vec<_> = back.deployments.iter().map(|one| one.build.as_str()).collect();
    assert_eq!(noted, ["old", "new", "odd", "old"]);
    let second = arranged.second_store().await;
    arranged.execute("INSERT INTO deployments (began_at, build, version) SELECT max(began_at) + 1, 'old', '0.1.0' FROM deployments").await;
    second.note_deployment("old", "0.1.0").await.unwrap();
    assert_eq!(second.deployments().await.unwrap().len(), 4);
    second.close().await;
}

/// Has that many series of a class named.
async fn name(arranged: &Arranged, many: usize, metric: &str, class: &str) {
    let sql = format!(
        "INSERT INTO series (metric, subject, class) WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {many}) \
         SELECT '{metric}', 'GET /' || n, '{class}' FROM numbers"
    );
    arranged.execute(&sql).await;
}

pub async fn what_there_is_no_room_for_is_told_together_and_nothing_of_it_is_lost(arranged: &Arranged) {
    name(arranged, 40_000, metric::HTTP_DURATION, "2xx").await;
    let late = |of: &str, at: i64, values: &[u64]| Row { level: Level::Day, ..row(Level::Day, of, Level::Day.begin(at), values) };

    // In one minute two of them, and in the next one of these again: a row is the whole of its period so far.
    arranged.store.write_measured(ONE, &[late("GET /late", NOW, &[1]), late("GET /later", NOW, &[2, 3])]).await.unwrap();
    arranged.store.write_measured(ONE, &[late("GET /late", NOW, &[1, 4])]).await.unwrap();

    let day = Span { level: Level::Day, from: Level::Day.begin(NOW), to: NOW + 1 };
    let told = arranged.store.measurements(day, |_| true).await.unwrap();
    let told: Vec<_> = told.iter().map(|one| (one.series.of.as_str(), one.sketch.count(), one.sketch.sum())).collect();
    assert_eq!(told, [("others", 4, 10)]);
}

pub async fn whatever_browsers_name_there_is_room_for_what_the_server_measures(arranged: &Arranged) {
    name(arranged, 19_999, "vitals.lcp", "device:phone").await;
    let of = |metric: &str, of: &str, class: &str| Row { series: Series::new(metric, of, class), ..row(Level::Minute, "", NOW, &[7]) };
    let made_up = ["/", "/products", "/runs"].map(|route| of("vitals.lcp", route, "device:phone"));
    let own = [of(metric::HTTP_DURATION, "GET /", "2xx"), of(metric::DB_STATEMENT, "PRODUCTS", "")];

    arranged.store.write_measured(ONE, &[&made_up[..], &own[..]].concat()).await.unwrap();
    arranged.store.write_measured(OTHER, &[of(metric::DB_STATEMENT, "RUNS", "")]).await.unwrap();

    let told = counts(arranged, Span { level: Level::Minute, from: NOW, to: NOW + 1 }).await;
    let told: Vec<_> = told.iter().map(|(of, _, count)| (of.as_str(), *count)).collect();
    assert_eq!(told, [("/", 1), ("GET /", 1), ("PRODUCTS", 1), ("RUNS", 1), ("others", 2)]);
}

pub async fn builds_are_told_apart_as_long_as_a_page_looks_back(arranged: &Arranged) {
    let day = |days: i64, class: &str| Row {
        series: Series::new("vitals.lcp", ALL, class),
        ..row(Level::Day, "", Level::Day.begin(NOW - days * 1_440), &[7])
    };
    arranged.store.write_measured(ONE, &[day(101, "build:a"), day(99, "build:b"), day(101, "device:phone"), day(101, "")]).await.unwrap();

    arranged.store.expire_measured(NOW).await.unwrap();

    let all = arranged.store.measurements(Span { level: Level::Day, from: 0, to: NOW }, |_| true).await.unwrap();
    let mut classes: Vec<_> = all.iter().map(|one| one.series.class.as_str()).collect();
    classes.sort_unstable();
    assert_eq!(classes, ["", "build:b", "device:phone"]);
}

pub async fn the_builds_that_served_last_are_told_apart(arranged: &Arranged) {
    // The second one serves again after all of them.
    for build in (0..62).chain([1]) {
        arranged.clock.advance(1);
        arranged.store.note_deployment(&build.to_string(), "0.1.0").await.unwrap();
    }
    let of = |level: Level, class: &str| Row { series: Series::new("vitals.lcp", ALL, class), ..row(level, "", level.begin(NOW), &[7]) };
    let classes = ["", "build:0", "build:1", "build:2", "build:3", "build:others"];
    let rows: Vec<Row> = Level::ALL.into_iter().flat_map(|level| classes.map(|class| of(level, class))).collect();
    arranged.store.write_measured(ONE, &rows).await.unwrap();

    arranged.store.expire_measured(NOW).await.unwrap();

    for level in Level::ALL {
        let all = arranged.store.measurements(Span { level, from: 0, to: NOW + 1 }, |_| true).await.unwrap();
        let mut classes: Vec<_> = all.iter().map(|one| one.series.class.as_str()).collect();
        classes.sort_unstable();
        assert_eq!(classes, ["", "build:1", "build:3", "build:others"], "{level:?}");
    }
    assert_eq!(arranged.number("SELECT count(*) FROM series").await, 4);
}

pub async fn what_a_quarter_comes_to_is_what_its_days_come_to_however_often_it_is_asked(arranged: &Arranged) {
    let who = operator(arranged).await;
    let rows: Vec<Row> = (0..180)
        .map(|days| row(Level::Day, ["GET /", "GET /runs"][days % 2], Level::Day.begin(NOW) - days as i64 * 1_440, &[days as u64; 3]))
        .collect();
    arranged.store.write_measured(ONE, &rows).await.unwrap();
    let parts = vec![(metric::HTTP_DURATION, Classes::All)];
    let charted = Question { range: Range::Quarter, parts, charts: over_time(), ..Question::default() };
    let summed = Question { charts: Vec::new(), ..charted.clone() };
    let told = async |question| {
        let series = arranged.store.measurements_for(&who, question).await.series;
        series.into_iter().map(|one| (one.series.of.clone(), one.now, one.before)).collect::<Vec<_>>()
    };

    let (days, first, second) = (told(&charted).await, told(&summed).await, told(&summed).await);
    arranged.store.write_measured(OTHER, &[row(Level::Day, "GET /", Level::Day.begin(NOW), &[7])]).await.unwrap();
    let (days_later, later) = (told(&charted).await, told(&summed).await);

    assert_eq!((&first, &second, &later), (&days, &days, &days_later));
    let count = |told: &[(String, Sketch, Sketch)]| told.iter().map(|(_, now, before)| now.count() + before.count()).sum::<u64>();
    assert_eq!((count(&days), count(&later)), (180 * 3, 180 * 3 + 1));
}

pub async fn a_build_of_today_is_told_apart_from_the_one_of_yesterday_in_months_too(arranged: &Arranged) {
    const SERVED: i64 = 30 * 60 + 18;
    let who = operator(arranged).await;
    arranged.store.note_deployment("old", "0.1.0").await.unwrap();
    arranged.clock.advance(SERVED * 60);
    arranged.store.note_deployment("new", "0.2.0").await.unwrap();
    arranged.clock.advance(2 * 60 * 60);
    let began = NOW + SERVED;
    let of_old = |level: Level| row(level, "GET /", level.begin(began - 120), &[1; 4]);
    let of_new = |level: Level| row(level, "GET /", level.begin(began + 70), &[2; 3]);
    let both = row(Level::Day, "GET /", Level::Day.begin(began), &[1, 1, 1, 1, 2, 2, 2]);
    let rows = [of_old(Level::Minute), of_old(Level::Hour), of_new(Level::Minute), of_new(Level::Hour), both];
    arranged.store.write_measured(ONE, &rows).await.unwrap();

    for range in [Range::Day, Range::Week, Range::Month, Range::Quarter] {
        let parts = vec![(metric::HTTP_DURATION, Classes::All)];
        let question = Question { range, parts, charts: over_time(), against: Against::BuildBefore, ..Question::default() };
        let told = arranged.store.measurements_for(&who, &question).await;

        let one = &told.series[0];
        let of_now = (one.now.count(), one.now.most());
        assert_eq!((of_now, one.before.count(), one.before.most()), ((3, Some(2)), 4, Some(1)), "{range:?}");
        assert_eq!(one.periods.iter().map(Sketch::count).sum::<u64>(), 7, "{range:?}");
    }
}

pub async fn a_class_is_asked_for_alone(arranged: &Arranged) {
    let who = operator(arranged).await;
    let of_class = |class: &str| Row { series: Series::new("vitals.lcp", "/products", class), ..row(Level::Minute, "", NOW, &[7]) };
    let share = Row { series: Series::new(metric::VITALS_SHARE, ALL, ""), ..row(Level::Minute, "", NOW, &[100]) };
    arranged.store.write_measured(ONE, &[of_class(""), of_class("device:phone"), of_class("device:desktop"), share]).await.unwrap();
    let parts = vec![("vitals.lcp", Classes::All), (metric::VITALS_SHARE, Classes::Whole)];

    let question = Question { range: Range::Hour, parts, class: Some("device:phone".into()), ..Question::default() };
    let told = arranged.store.measurements_for(&who, &question).await;

    // What has no classes is told all the same.
    let told: Vec<_> = told.series.iter().map(|one| (one.series.metric.as_str(), one.series.class.as_str())).collect();
    assert_eq!(told, [("vitals.lcp", "device:phone"), (metric::VITALS_SHARE, "")]);
}

pub async fn what_is_measured_is_for_whoever_owns_every_store(arranged: &Arranged) {
    let who = member(arranged, "ada", &arranged.shop, Role::Owner).await;
    let question = Question { range: Range::Hour, ..Question::default() };

    let refused = Performance::measurements(&arranged.store, &who, &question).await;

    assert_eq!(refused.unwrap_err(), AppError::Forbidden);
}

/// What `/performance` and `/performance/requests` ask of 90 days, and the 90 before, of a server that is busy: 120 routes in two classes, as three
/// processes have measured them, of which the days that are over are one row each; and all routes together.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a measurement: it prints how long it took"]
async fn a_quarter_of_a_busy_server_is_read_in_a_moment() {
    for arranged in [Arranged::on_sqlite().await, Arranged::on_postgres().await] {
        let who = operator(&arranged).await;
        let values: Vec<u64> = (0..2_000).map(|at| 500 + at * at % 90_000).collect();
        for day in 0..180 {
            for process in 1..=3 {
                let at = Level::Day.begin(NOW) - day * Level::Day.minutes();
                let mut rows: Vec<Row> = (0..240).map(|of| row(Level::Day, &format!("GET /{of}"), at, &values)).collect();
                let sketch: Sketch = values.iter().copied().collect();
                rows.extend((0..60).map(|of| {
                    let class = format!("{of}");
                    Row { level: Level::Day, series: Series::new(metric::HTTP_TOGETHER, ALL, &class), at, generation: 0, sketch: sketch.clone() }
                }));
                arranged.store.write_measured(Uuid::from_u128(process << 64), &rows).await.unwrap();
            }
            arranged.store.fold_measured(NOW - day * 24 * 60 + 3 * 24 * 60).await.unwrap();
        }
        let (parts, charts) = (vec![(metric::HTTP_TOGETHER, Classes::All)], vec![(metric::HTTP_TOGETHER, None)]);
        let overview = Question { range: Range::Quarter, parts, charts, ..Question::default() };
        let routes = Question { parts: vec![(metric::HTTP_DURATION, Classes::All)], charts: Vec::new(), ..overview.clone() };
        for (name, question, series) in [("60 series over time", overview, 60), ("the sums of 240 series", routes, 240)] {
            let mut best = std::time::Duration::MAX;
            for _ in 0..5 {
                let begun = std::time::Instant::now();
                let told = arranged.store.measurements_for(&who, &question).await;
                best = best.min(begun.elapsed());
                assert_eq!((told.series.len(), told.series[0].now.count()), (series, 90 * 3 * 2_000));
            }
            println!("{:?}: {best:?} for {name} of 90 days and the 90 before", arranged.store.db());
        }
        arranged.clear_away().await;
    }
}

/// Asks the port.
trait Asked {
    async fn measurements_for(&self, who: &Access, question: &Question) -> ports::performance::Measurements;
}

impl Asked for store::Store {
    async fn measurements_for(&self, who: &Access, question: &Question) -> ports::performance::Measurements {
        Performance::measurements(self, who, question).await.unwrap()
    }
}
