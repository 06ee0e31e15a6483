//! Records of the lab and changes of figures: kept once, told to whoever owns every store, and said what becomes of them.

use domain::{clock::Timestamp, role::Role};
use measuring::{ALL, Level, Row, Series, Sketch, metric};
use ports::{
    error::AppError,
    lab::{Builds, BusyHour, ChangePoint, Kind, LONGEST_NOTE, Lab, MOST_RUNS, Settlement, Source, Standing},
};
use store::{
    StoreError,
    lab::{Found, Looked, MOST_BYTES, NewRecord},
};
use uuid::Uuid;

use crate::{
    measured::operator,
    support::{Arranged, START},
    tokens::member,
};

const DAY: i64 = 86_400_000_000;

fn record(kind: Kind, content: &str, at: i64) -> NewRecord {
    NewRecord {
        kind,
        suite: "load".into(),
        plan: "list".into(),
        engine: "sqlite".into(),
        machine: "0a1b2c3d".into(),
        build: "abc".into(),
        at: Timestamp::from_micros(at),
        content: content.into(),
        text: format!("{{\"of\": \"{content}\"}}"),
    }
}

fn found(at: i64, before: f64, after: f64) -> Found {
    Found {
        at: Timestamp::from_micros(at),
        near: (Timestamp::from_micros(at - 50), Timestamp::from_micros(at + 50)),
        before,
        after,
        is_worse: after > before,
        votes: 3,
        builds: Builds { before: "old".into(), since: vec!["new".into(), "\"newer\"".into()] },
    }
}

fn looked(subject: &str, seen_from: i64, found: Vec<Found>) -> Looked {
    Looked { metric: "http.duration".into(), subject: subject.into(), unit: String::new(), seen_from: Timestamp::from_micros(seen_from), found }
}

async fn known(arranged: &Arranged, source: Source) -> Vec<ChangePoint> {
    arranged.store.known_change_points(source, 100).await.unwrap()
}

pub async fn a_record_is_kept_once_and_the_latest_is_told_first(arranged: &Arranged) {
    let who = operator(arranged).await;
    let store = &arranged.store;

    assert!(store.add_lab_record(&record(Kind::Lab, "one", 1)).await.unwrap());
    assert!(store.add_lab_record(&record(Kind::Lab, "two", 2)).await.unwrap());
    assert!(store.add_lab_record(&record(Kind::Capacity, "one", 1)).await.unwrap(), "another kind is another record");
    arranged.clock.advance(60);
    assert!(!store.add_lab_record(&record(Kind::Lab, "one", 1)).await.unwrap());
    assert!(
        store.add_lab_record(&NewRecord { text: "{}".into(), ..record(Kind::Capacity, "one", 1) }).await.unwrap(),
        "it comes to something else now"
    );

    let told = store.lab_records(&who).await.unwrap();
    assert_eq!(told.iter().map(|one| one.text.as_str()).collect::<Vec<_>>(), ["{\"of\": \"two\"}", "{\"of\": \"one\"}"]);
    assert_eq!(told[1].added_at.micros(), START, "nothing was changed");
    assert_eq!(store.capacity_run(&who).await.unwrap().unwrap().text, "{}");
    assert_eq!(store.records_of_plan("load", "list", "sqlite", 1).await.unwrap().len(), 1);
    assert_eq!(store.records_of_plan("load", "list", "postgres", 9).await.unwrap(), []);
}

pub async fn the_latest_runs_of_a_plan_are_told_whatever_they_ran_on(arranged: &Arranged) {
    let who = operator(arranged).await;
    let store = &arranged.store;
    for run in 0..=i64::from(MOST_RUNS) {
        let engine = if run % 2 == 0 { "sqlite" } else { "postgres" };
        store.add_lab_record(&NewRecord { engine: engine.into(), ..record(Kind::Lab, &run.to_string(), run) }).await.unwrap();
    }
    for other in [NewRecord { plan: "list, times 0.1".into(), ..record(Kind::Lab, "plan", 99) }, record(Kind::Capacity, "kind", 99)] {
        store.add_lab_record(&other).await.unwrap();
    }

    let told = store.latest_runs(&who, "load", "list").await.unwrap();

    let expected: Vec<String> = (1..=MOST_RUNS).rev().map(|run| format!("{{\"of\": \"{run}\"}}")).collect();
    assert_eq!(told.into_iter().map(|one| one.text).collect::<Vec<_>>(), expected);
    assert_eq!(store.latest_runs(&who, "bench", "list").await.unwrap(), []);
}

pub async fn a_record_that_is_too_large_is_refused_with_what_to_do(arranged: &Arranged) {
    let large = NewRecord { text: "x".repeat(MOST_BYTES + 1), ..record(Kind::Lab, "large", 1) };

    let refused = arranged.store.add_lab_record(&large).await.unwrap_err();

    assert!(matches!(&refused, StoreError::Refused(sentence) if sentence.contains("262145 bytes")), "{refused}");
    assert_eq!(arranged.number("SELECT count(*) FROM lab_records").await, 0);
}

pub async fn what_is_found_again_is_the_same_change(arranged: &Arranged) {
    let second = arranged.second_store().await;
    arranged.store.keep_change_points(Source::Live, &[looked("GET /", 0, vec![found(START, 10.0, 15.5)])]).await.unwrap();
    let first = known(arranged, Source::Live).await;

    // A little later, with more to see, by another process.
    second.keep_change_points(Source::Live, &[looked("GET /", 0, vec![found(START + 40, 10.0, 16.0)])]).await.unwrap();
    second.keep_change_points(Source::Lab, &[looked("GET /", 0, vec![found(START, 1.0, 2.0)])]).await.unwrap();

    let again = known(arranged, Source::Live).await;
    assert_eq!((first.len(), again.len(), first[0].id, first[0].at), (1, 1, again[0].id, again[0].at));
    assert_eq!((first[0].after.to_bits(), again[0].after.to_bits()), (15.5_f64.to_bits(), 16.0_f64.to_bits()));
    assert_eq!((again[0].builds.before.as_str(), again[0].builds.since.as_slice()), ("old", ["new".to_owned(), "\"newer\"".to_owned()].as_slice()));
    // The other way, far away, or of something else it is another.
    let others = [looked("GET /", 0, vec![found(START + 40, 10.0, 16.0), found(START + 45, 9.0, 2.0), found(START + DAY, 9.0, 12.0)])];
    arranged.store.keep_change_points(Source::Live, &others).await.unwrap();
    assert_eq!(known(arranged, Source::Live).await.len(), 3);
    assert_eq!(known(arranged, Source::Lab).await.len(), 1);
    second.close().await;
}

pub async fn what_is_not_seen_any_more_goes_and_what_cannot_be_seen_any_more_stays(arranged: &Arranged) {
    let both =
        [looked("GET /", 0, vec![found(START - DAY, 10.0, 15.0), found(START, 15.0, 20.0)]), looked("GET /a", 0, vec![found(START, 1.0, 2.0)])];
    arranged.store.keep_change_points(Source::Live, &both).await.unwrap();

    arranged.store.keep_change_points(Source::Live, &[looked("GET /", START - DAY / 2, Vec::new())]).await.unwrap();

    let left: Vec<_> = known(arranged, Source::Live).await.into_iter().map(|point| (point.subject, point.at.micros())).collect();
    assert_eq!(left, [("GET /a".to_owned(), START), ("GET /".to_owned(), START - DAY)]);
    // In a year nobody asks any more.
    arranged.clock.advance(401 * 86_400);
    arranged.store.keep_change_points(Source::Live, &[]).await.unwrap();
    assert_eq!(arranged.number("SELECT count(*) FROM change_points").await, 0);
}

pub async fn somebody_says_what_becomes_of_a_change_and_it_stays_so(arranged: &Arranged) {
    let who = operator(arranged).await;
    arranged
        .store
        .keep_change_points(Source::Live, &[looked("GET /", 0, vec![found(START, 10.0, 15.0), found(START + DAY, 15.0, 9.0)])])
        .await
        .unwrap();
    let (later, first) = (0, 1);
    let ids: Vec<i64> = arranged.store.change_points(&who, Source::Live).await.unwrap().iter().map(|point| point.id).collect();

    arranged.store.settle(&who, Source::Live, ids[first], Settlement::Accepted, "").await.unwrap();
    arranged.store.settle(&who, Source::Live, ids[later], Settlement::Filed, "  See\u{0}the plan.\n").await.unwrap();
    // It is found again, and then not any more.
    arranged.store.keep_change_points(Source::Live, &[looked("GET /", 0, vec![found(START, 10.0, 99.0)])]).await.unwrap();
    arranged.store.keep_change_points(Source::Live, &[looked("GET /", 0, Vec::new())]).await.unwrap();

    let told = arranged.store.change_points(&who, Source::Live).await.unwrap();
    let standing = |at: usize| match &told[at].standing {
        Standing::Settled { how, note, by, at } => (*how, note.clone(), by.clone(), at.micros()),
        Standing::Open => panic!("{told:?}"),
    };
    assert_eq!((told.len(), told[first].after.to_bits()), (2, 15.0_f64.to_bits()));
    assert_eq!(standing(first), (Settlement::Accepted, String::new(), Some("ada".to_owned()), START));
    assert_eq!(standing(later), (Settlement::Filed, "See the plan.".to_owned(), Some("ada".to_owned()), START));
}

pub async fn a_note_is_asked_for_and_has_an_end(arranged: &Arranged) {
    let who = operator(arranged).await;
    arranged.store.keep_change_points(Source::Live, &[looked("GET /", 0, vec![found(START, 10.0, 15.0)])]).await.unwrap();
    let id = known(arranged, Source::Live).await[0].id;
    let settle = async |source, id, how, note: &str| arranged.store.settle(&who, source, id, how, note).await;

    let empty = settle(Source::Live, id, Settlement::Filed, " ").await;
    let long = settle(Source::Live, id, Settlement::Accepted, &"ä".repeat(LONGEST_NOTE + 1)).await;

    assert!(matches!(empty, Err(AppError::Invalid(sentence)) if sentence.starts_with("Write a note")));
    assert!(matches!(long, Err(AppError::Invalid(sentence)) if sentence.contains("1000 characters")));
    assert_eq!(settle(Source::Lab, id, Settlement::Accepted, "").await, Err(AppError::NotFound));
    assert_eq!(settle(Source::Live, id + 1, Settlement::Accepted, "").await, Err(AppError::NotFound));
    assert!(known(arranged, Source::Live).await[0].is_open());
    assert_eq!(settle(Source::Live, id, Settlement::Accepted, &"ä".repeat(LONGEST_NOTE)).await, Ok(()));
}

pub async fn hours_are_told_of_what_makes_work_without_the_present_day(arranged: &Arranged) {
    let who = operator(arranged).await;
    let today = START / 60_000_000 / 1_440 * 1_440;
    let row = |metric: &str, at: i64, many: u64| Row {
        level: Level::Hour,
        series: Series::new(metric, ALL, ""),
        at,
        generation: 0,
        sketch: Sketch::counted(many),
    };
    let rows = [
        row(metric::HTTP_WORK, today - 60, 8),
        row(metric::HTTP_WORK, today - 1_440, 2),
        row(metric::HTTP_TOGETHER, today - 60, 100),
        row(metric::HTTP_WORK, today, 50),
        row(metric::HTTP_WORK, today - 40 * 1_440, 50),
    ];
    arranged.store.write_measured(Uuid::from_u128(1 << 64), &rows).await.unwrap();

    let hours = arranged.store.busy_hours(&who).await.unwrap();

    assert_eq!(hours, [BusyHour { at: today - 1_440, requests: 2 }, BusyHour { at: today - 60, requests: 8 }]);
}

pub async fn the_lab_is_for_whoever_owns_every_store(arranged: &Arranged) {
    arranged.store.keep_change_points(Source::Live, &[looked("GET /", 0, vec![found(START, 10.0, 15.0)])]).await.unwrap();
    let id = known(arranged, Source::Live).await[0].id;
    let who = member(arranged, "ada", &arranged.shop, Role::Owner).await;
    let store = &arranged.store;

    assert_eq!(store.lab_records(&who).await, Err(AppError::Forbidden));
    assert_eq!(store.latest_runs(&who, "load", "list").await, Err(AppError::Forbidden));
    assert_eq!(store.capacity_run(&who).await, Err(AppError::Forbidden));
    assert_eq!(store.busy_hours(&who).await, Err(AppError::Forbidden));
    assert_eq!(store.change_points(&who, Source::Live).await, Err(AppError::Forbidden));
    assert_eq!(store.settle(&who, Source::Live, id, Settlement::Accepted, "").await, Err(AppError::Forbidden));
    assert!(known(arranged, Source::Live).await[0].is_open());
}
