//! Traces that are kept for everybody: written by several processes, read as one, bounded.

use std::sync::Arc;

use domain::clock::Timestamp;
use store::traced::Chosen;
use traces::{Kind, Name, Outcome, SpanId, Trace, TraceId, Why};
use uuid::Uuid;

use crate::support::{Arranged, START};

const ONE: Uuid = Uuid::from_u128(1 << 64);
const OTHER: Uuid = Uuid::from_u128(2 << 64);

const NOW: u64 = START as u64;
const HOUR: u64 = 3_600_000_000;
const DAY: u64 = 24 * HOUR;

/// One that is told apart by its number.
pub fn trace(number: u64, path: &str, begun_at: u64, duration_us: u64) -> Trace {
    Trace {
        id: TraceId::new(number.into()).unwrap(),
        span: SpanId::new(u64::MAX - number).unwrap(),
        parent: None,
        kind: Kind::Request,
        method: Name::parse("GET"),
        route: Name::parse(path).unwrap(),
        begun_at,
        duration_us,
        outcome: Outcome::Answered(200),
        why: Why::default(),
        sums: Default::default(),
        spans: Vec::new(),
        tallies: Vec::new(),
    }
}

fn failed(trace: Trace) -> Trace {
    Trace { outcome: Outcome::Answered(503), why: Why { failed: true, ..trace.why }, ..trace }
}

async fn found(arranged: &Arranged, chosen: Chosen, route: Option<&str>) -> Vec<u128> {
    let range = (NOW - 10 * DAY) as i64..(NOW + DAY) as i64;
    arranged.store.traces(chosen, route, range, 3).await.unwrap().iter().map(|trace| trace.id.number()).collect()
}

pub async fn traces_of_all_processes_are_found_by_what_they_took_and_when(arranged: &Arranged) {
    let second = arranged.second_store().await;
    let of_one = [trace(1, "/", NOW, 50), trace(2, "/products", NOW + 1, 900), failed(trace(3, "/products", NOW + 2, 7))].map(Arc::new);
    arranged.store.write_traces(ONE, &of_one).await.unwrap();
    second.write_traces(OTHER, &[failed(trace(4, "/", NOW + 3, 800)), trace(5, "/products", NOW - 11 * DAY, 9_999)]).await.unwrap();

    assert_eq!(found(arranged, Chosen::Worst, None).await, [2, 4, 1]);
    assert_eq!(found(arranged, Chosen::Worst, Some("GET /products")).await, [2, 3]);
    assert_eq!(found(arranged, Chosen::Failed, None).await, [4, 3]);
    assert_eq!(found(arranged, Chosen::Failed, Some("GET /")).await, [4]);
    assert_eq!(found(arranged, Chosen::Latest, None).await, [4, 3, 2]);
    assert_eq!(found(arranged, Chosen::Latest, Some("GET /nowhere")).await, [0_u128; 0]);
    second.close().await;
}

pub async fn the_parts_of_a_trace_are_found_by_its_id_and_written_once(arranged: &Arranged) {
    let first = trace(7, "/products", NOW, 50);
    let second = Trace { span: SpanId::new(8).unwrap(), kind: Kind::Job, begun_at: NOW - 5, ..first.clone() };
    arranged.store.write_traces(ONE, &[first.clone(), trace(9, "/", NOW, 1)]).await.unwrap();
    // Another one under the same ids changes nothing.
    arranged.store.write_traces(OTHER, &[Trace { duration_us: 1, ..first.clone() }, second.clone()]).await.unwrap();

    let parts = arranged.store.trace(first.id).await.unwrap();

    assert_eq!(parts, [second, first]);
    assert_eq!(arranged.store.trace(TraceId::new(1).unwrap()).await.unwrap(), []);
}

pub async fn of_each_hour_the_slowest_and_those_that_failed_stay(arranged: &Arranged) {
    let old = NOW - 3 * HOUR;
    let mut traces: Vec<Trace> = (1..=40).map(|number| trace(number, "/products", old + number, number)).collect();
    // Fast ones that failed, too many of them as well.
    traces.extend((101..=115).map(|number| failed(trace(number, "/products", old + number, 0))));
    traces.extend((201..=230).map(|number| trace(number, "/products", NOW, number)));
    traces.push(trace(300, "/", NOW - 15 * DAY, 9_999));
    arranged.store.write_traces(ONE, &traces).await.unwrap();

    arranged.store.expire_traces(Timestamp::from_micros(START)).await.unwrap();

    let count = |which: &str| format!("SELECT count(*) FROM traces WHERE {which}");
    let of_the_hour = format!("begun_at < {}", NOW - HOUR);
    assert_eq!(arranged.number(&count(&of_the_hour)).await, 20);
    assert_eq!(arranged.number(&count(&format!("{of_the_hour} AND failed"))).await, 10);
    assert_eq!(arranged.number(&count(&format!("{of_the_hour} AND duration > 30"))).await, 10);
    // The hour that is not over is as it was.
    assert_eq!(arranged.number(&count("1 = 1")).await, 20 + 30);
}

pub async fn beyond_five_thousand_the_oldest_go(arranged: &Arranged) {
    let traces: Vec<Trace> = (1..=5_010).map(|number| trace(number, "/", NOW + number, 1)).collect();
    arranged.store.write_traces(ONE, &traces).await.unwrap();

    arranged.store.expire_traces(Timestamp::from_micros(START)).await.unwrap();

    assert_eq!(arranged.number("SELECT count(*) FROM traces").await, 5_000);
    assert_eq!(arranged.number("SELECT min(begun_at) FROM traces").await, (NOW + 11) as i64);
}
