//! How long an entry is shown, and when it is made anew.

use std::{sync::Arc, time::Duration};

use cache::{Served, Tier};

use crate::support::{ANN, BEN, FRESH, GRACE, NEVER_EARLY, Process, Seen, Shop, TOLERANCE};

#[tokio::test]
async fn an_entry_is_fresh_then_stale_then_gone() {
    let process = Process::alone();
    process.list(ANN).await;

    process.clock.advance(FRESH.saturating_sub(Duration::from_millis(1)));
    assert_eq!(process.list(ANN).await.outcome.served, Served::Hit);
    assert_eq!(process.shop.loads(), 1);

    process.clock.advance(Duration::from_millis(1));
    let stale = process.list(ANN).await.outcome;
    assert_eq!((stale.served, stale.tier, stale.ttl), (Served::Stale, Tier::Memory, -1));
    process.loaded(2).await;
    assert_eq!(process.list(ANN).await.outcome.served, Served::Hit);

    process.clock.advance(FRESH + GRACE);
    assert_eq!(process.list(ANN).await.outcome.served, Served::Miss);
    assert_eq!(process.shop.loads(), 3);
}

#[tokio::test]
async fn while_it_cannot_be_made_anew_the_stale_one_is_shown_to_the_end_of_its_grace() {
    let process = Process::alone();
    process.list(ANN).await;
    let failing = || process.list_by(ANN, || async { Err("the database is away") });

    process.clock.advance(FRESH);
    for _ in 0..10 {
        assert_eq!(failing().await.unwrap().outcome.served, Served::Stale);
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    // Not tried again at once.
    assert_eq!(process.cache.counted()[0].loads, 2);
    process.clock.advance(GRACE.saturating_sub(Duration::from_millis(1)));
    assert_eq!(failing().await.unwrap().outcome.served, Served::Stale);
    process.clock.advance(Duration::from_millis(1));

    assert!(failing().await.is_err());
}

#[tokio::test]
async fn what_is_dear_is_made_anew_shortly_before_its_end_by_chance() {
    // Chance decides: with 0.01 a load of 20 ms is due some 92 ms before the end, with 1 never.
    for (fraction, left, early) in [(0.01, 40, true), (0.01, 5_000, false), (NEVER_EARLY, 1, false)] {
        let process = Process::with_chance(fraction);
        let slow = || {
            let shop = process.shop.clone();
            process.list_by(ANN, move || async move {
                tokio::time::sleep(Duration::from_millis(20)).await;
                Ok::<_, ()>(shop.load_list())
            })
        };
        slow().await.unwrap();
        process.clock.advance(FRESH.saturating_sub(Duration::from_millis(left)));

        assert_eq!(slow().await.unwrap().outcome.served, Served::Hit);

        tokio::time::sleep(Duration::from_millis(60)).await;
        assert_eq!(process.shop.loads(), if early { 2 } else { 1 }, "{left} ms before the end");
    }
}

#[tokio::test]
async fn a_clock_that_jumps_makes_nothing_live_longer() {
    let process = Process::alone();
    process.list(ANN).await;

    process.clock.set_back(Duration::from_hours(1));

    assert_eq!(process.list(ANN).await.outcome.served, Served::Miss);
    assert_eq!(process.list(ANN).await.outcome.served, Served::Hit);
}

#[tokio::test]
async fn a_clock_that_is_set_back_before_a_change_hides_it_from_nobody() {
    let process = Process::alone();
    process.list(BEN).await;
    process.clock.advance(Duration::from_secs(10));
    process.write(1, ANN);

    process.clock.set_back(Duration::from_secs(8));

    assert_eq!(process.list(BEN).await.value, Some(Seen(vec![0, 1, 0, 0])));
}

#[tokio::test]
async fn a_clock_that_is_set_back_after_a_failure_keeps_nothing_from_being_tried_again() {
    let process = Process::alone();
    process.list(ANN).await;
    process.clock.advance(FRESH + Duration::from_secs(30));
    assert_eq!(process.list_by(ANN, || async { Err("the database is away") }).await.unwrap().outcome.served, Served::Stale);
    tokio::time::sleep(Duration::from_millis(5)).await;

    process.clock.set_back(Duration::from_secs(20));
    assert_eq!(process.list(ANN).await.outcome.served, Served::Stale);

    process.loaded(2).await;
    assert_eq!(process.list(ANN).await.outcome.served, Served::Hit);
}

#[tokio::test]
async fn the_author_sees_a_change_at_once_and_everybody_soon() {
    let process = Process::alone();
    process.list(BEN).await;
    process.write(1, ANN);

    let others = process.list(BEN).await;
    assert_eq!((others.value, others.outcome.served), (Some(Seen(vec![0; 4])), Served::Stale));
    assert_eq!(process.shop.loads(), 1);
    let author = process.list(ANN).await;
    assert_eq!((author.value, author.outcome.served), (Some(Seen(vec![0, 1, 0, 0])), Served::Miss));

    // What the author had made is there for everybody.
    assert_eq!(process.list(BEN).await.value, Some(Seen(vec![0, 1, 0, 0])));
}

#[tokio::test]
async fn at_hand_is_what_is_there_and_needs_nothing_to_be_done() {
    let process = Process::alone();
    assert!(process.list_at_hand(ANN).await.is_none());
    process.list(ANN).await;

    let kept = process.list_at_hand(ANN).await.unwrap();
    assert_eq!((kept.value, kept.outcome.served, kept.outcome.tier), (Some(Seen(vec![0; 4])), Served::Hit, Tier::Memory));
    process.write(1, BEN);
    let behind = process.list_at_hand(ANN).await.unwrap();
    assert_eq!((behind.value, behind.outcome.served), (Some(Seen(vec![0; 4])), Served::Stale));
    assert!(process.list_at_hand(BEN).await.is_none(), "an author is shown what was there before their change");
    // From here on it is to be made anew meanwhile.
    process.clock.advance(TOLERANCE / 2);
    assert!(process.list_at_hand(ANN).await.is_none());

    process.list(BEN).await;
    assert_eq!(process.list_at_hand(ANN).await.unwrap().value, Some(Seen(vec![0, 1, 0, 0])));
    process.clock.advance(FRESH);
    assert!(process.list_at_hand(ANN).await.is_none());
    assert_eq!(process.shop.loads(), 2);
}

#[tokio::test]
async fn many_changes_make_few_loads() {
    let process = Process::alone();
    process.list(BEN).await;

    // 200 changes in two seconds, with a look after each.
    for _ in 0..200 {
        process.write(1, ANN);
        process.clock.advance(Duration::from_millis(10));
        let seen = process.list(BEN).await.value.unwrap().0[1];
        assert!(process.shop.version() - seen <= 10 * TOLERANCE.as_millis() as u64 / 100, "{seen} of {}", process.shop.version());
        tokio::time::sleep(Duration::from_millis(1)).await;
    }

    let loads = process.shop.loads();
    assert!((5..=25).contains(&loads), "{loads} loads");
    assert!(process.cache.counted()[0].hit_rate() > 0.95);
}

#[tokio::test]
async fn one_member_outlives_the_changes_of_the_others() {
    let process = Process::alone();
    process.one(0, ANN).await;
    process.write(1, ANN);
    process.write(2, ANN);

    assert_eq!(process.one(0, ANN).await.outcome.served, Served::Hit);
    process.write(0, ANN);
    assert_eq!(process.one(0, ANN).await.value, Some(Seen(vec![3])));
    // A change that is not known in detail may be of any of them.
    process.shop.write(3, ANN);
    assert_eq!(process.one(0, ANN).await.outcome.served, Served::Miss);
}

#[tokio::test]
async fn memory_is_bounded_by_bytes() {
    let process = Process::of(Shop::new(1_000), Arc::default(), None, NEVER_EARLY);
    let asked = cache::Asked { version: 0, by: None };
    for number in 0..1_000 {
        let shop = process.shop.clone();
        process.cache.get(&crate::support::List(number), asked, move || async move { Ok::<_, ()>(shop.load_list()) }).await.unwrap();
    }

    process.cache.settle().await;

    let counted = process.cache.counted()[0];
    assert!(counted.bytes <= 1 << 20, "{} bytes", counted.bytes);
    assert!(counted.bytes > 900_000 && counted.evictions > 800, "{counted:?}");
    process.cache.clear();
    process.cache.settle().await;
    assert_eq!(process.cache.counted()[0].bytes, 0);
}
