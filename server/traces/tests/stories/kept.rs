//! Which traces stay in memory, and which have to go.

use crate::any::{any_trace, empty};
use proptest::{collection::vec, prelude::*};
use traces::{Kept, KeptOptions, Kind, Trace, TraceId, Why};

const HOUR: u64 = 3_600_000_000;

fn options() -> KeptOptions {
    KeptOptions { bytes: 1 << 20, latest: 2, failed: 2, slowest: 2, hours: 3 }
}

fn failed(trace: Trace) -> Trace {
    Trace { why: Why { sampled: false, slow: false, failed: true }, ..trace }
}

fn durations(heads: Vec<traces::Head>) -> Vec<u64> {
    heads.into_iter().map(|head| head.duration_us).collect()
}

#[test]
fn of_a_route_the_latest_and_the_slowest_of_an_hour_stay() {
    let kept = Kept::new(options());
    for (at, duration) in [(1, 90), (2, 10), (3, 80), (4, 20), (5, 30)] {
        kept.put(&empty(at, "/a", at as u64, duration));
    }
    kept.put(&empty(9, "/b", 9, 1));

    assert_eq!(durations(kept.worst(Some("GET /a"), 0..HOUR, 10)), [90, 80, 30, 20]);
    assert_eq!(durations(kept.worst(None, 4..10, 10)), [30, 20, 1]);
    assert_eq!(durations(kept.latest(Some("GET /a"), 2)), [30, 20]);
    assert_eq!(
        kept.routes().into_iter().map(|(title, count)| (title.to_string(), count)).collect::<Vec<_>>(),
        [("GET /a".into(), 4), ("GET /b".into(), 1)]
    );
    assert!(kept.by_id(TraceId::new(2).unwrap()).is_empty());
}

#[test]
fn each_hour_has_slowest_ones_of_its_own_until_it_is_long_ago() {
    let kept = Kept::new(options());
    for hour in 0..5_u64 {
        for number in 0..4 {
            kept.put(&empty(u128::from(hour * 10 + number + 1), "/a", hour * HOUR + number, 100 * hour + number));
        }
    }

    assert_eq!(durations(kept.worst(None, 0..9 * HOUR, 99)), [403, 402, 303, 302, 203, 202]);
}

#[test]
fn what_failed_stays_although_others_came_later_and_were_slower() {
    let kept = Kept::new(options());
    kept.put(&failed(empty(1, "/a", 1, 1)));
    for at in 2..20 {
        kept.put(&empty(at, "/a", at as u64, 50));
    }

    let heads = kept.failed(None, 0..HOUR, 10);

    assert_eq!(heads.iter().map(|head| head.id.clone()).collect::<Vec<_>>(), [TraceId::new(1).unwrap().to_string()]);
}

#[test]
fn when_there_is_too_much_the_latest_go_before_the_failed_and_those_before_the_slowest() {
    let kept = Kept::new(KeptOptions { bytes: 1_500, latest: 9, failed: 9, slowest: 1, hours: 3 });
    kept.put(&empty(1, "/a", 1, 999));
    kept.put(&failed(empty(2, "/a", 2, 5)));
    for at in 3..9 {
        kept.put(&empty(at, "/a", at as u64, 1));
    }

    let latest: Vec<_> = kept.latest(None, 9).into_iter().map(|head| head.begun_at).collect();

    assert!(kept.holding().bytes <= 1_500 && kept.holding().pushed_out > 0);
    assert!(latest.starts_with(&[8]) && latest.ends_with(&[2, 1]), "{latest:?}");
}

#[test]
fn what_browsers_say_pushes_out_nothing_that_the_server_has_seen() {
    let kept = Kept::new(KeptOptions { bytes: 4_000, latest: 99, failed: 99, slowest: 99, hours: 3 });
    kept.put(&empty(1, "/a", 1, 1));
    for at in 2..50 {
        kept.put(&Trace { kind: Kind::Browser, ..empty(at, "/a", at as u64, 999) });
    }

    assert!(kept.holding().pushed_out > 30);
    assert_eq!(durations(kept.worst(Some("GET /a"), 0..HOUR, 9)), [1]);
    assert!(!kept.worst(Some("Browser: GET /a"), 0..HOUR, 9).is_empty());
}

#[test]
fn what_does_not_fit_at_all_is_not_kept() {
    let kept = Kept::new(KeptOptions { bytes: 10, ..options() });

    kept.put(&empty(1, "/a", 1, 1));

    assert_eq!((kept.holding().traces, kept.holding().bytes), (0, 0));
    assert!(kept.routes().is_empty());
}

#[test]
fn all_parts_of_a_trace_are_found_and_no_more_than_some() {
    let kept = Kept::new(KeptOptions { latest: 100, ..options() });
    for at in 0..50 {
        kept.put(&empty(7, "/a", at, at));
    }

    let parts = kept.by_id(TraceId::new(7).unwrap());

    assert_eq!((parts.len(), parts.last().unwrap().begun_at), (traces::MOST_FRAGMENTS, 49));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn whatever_comes_it_is_never_more_than_was_said_and_all_of_it_is_found(traces in vec(any_trace(), 1..20), bytes in 0_usize..20_000) {
        let kept = Kept::new(KeptOptions { bytes, ..options() });
        for trace in &traces {
            kept.put(trace);
            prop_assert!(kept.holding().bytes <= bytes);
        }

        let heads = kept.latest(None, usize::MAX);
        prop_assert_eq!(heads.len(), kept.holding().traces);
        prop_assert_eq!(kept.routes().iter().map(|(_, count)| count).sum::<usize>(), heads.len());
        for head in heads {
            let parts = kept.by_id(TraceId::parse(&head.id).unwrap());
            prop_assert!(parts.iter().any(|part| part.title() == head.title && traces.contains(part)));
        }
        prop_assert!(kept.holding().traces > 0 || kept.holding().bytes == 0);
    }
}
