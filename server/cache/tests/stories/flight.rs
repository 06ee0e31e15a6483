//! Single flight: one load, however many want it, and no load that fails is a poison.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use cache::{Failed, Made, Served};
use tokio::{
    sync::{Barrier, Semaphore},
    time::{sleep, timeout},
};

use crate::support::{ANN, Process, Seen};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_thousand_who_want_the_same_make_one_load() {
    let process = Process::alone();
    let (gate, together) = (Arc::new(Semaphore::new(0)), Arc::new(Barrier::new(1_000)));
    let mut waiting = Vec::new();
    for _ in 0..1_000 {
        let (process, gate, together) = (process.clone(), gate.clone(), together.clone());
        waiting.push(tokio::spawn(async move {
            together.wait().await;
            let shop = process.shop.clone();
            let load = move || async move {
                gate.acquire().await.unwrap().forget();
                Ok::<_, ()>(shop.load_list())
            };
            process.list_by(ANN, load).await.unwrap()
        }));
    }
    sleep(Duration::from_millis(100)).await;
    gate.add_permits(1_000);
    let mut joined = 0;
    for answer in waiting {
        let answer = answer.await.unwrap();
        assert_eq!(answer.value, Some(Seen(vec![0; 4])));
        joined += usize::from(answer.outcome.joined || answer.outcome.served == Served::Hit);
    }

    assert_eq!((process.shop.loads(), joined), (1, 999));
    let counted = &process.cache.counted()[0];
    assert_eq!((counted.namespace, counted.loads, counted.misses + counted.hits, counted.errors), ("list", 1, 1_000, 0));
}

#[tokio::test]
async fn whoever_goes_away_does_not_stop_the_load_of_the_others() {
    let process = Process::alone();
    let slow = {
        let process = process.clone();
        async move {
            let shop = process.shop.clone();
            let load = move || async move {
                sleep(Duration::from_millis(50)).await;
                Ok::<_, ()>(shop.load_list())
            };
            process.list_by(ANN, load).await.unwrap()
        }
    };
    assert!(timeout(Duration::from_millis(5), slow).await.is_err());

    let answer = process.list(ANN).await;

    assert!(answer.outcome.joined);
    assert_eq!(process.shop.loads(), 1);
}

#[tokio::test]
async fn a_load_that_fails_fails_for_all_who_wait_and_is_tried_again_by_the_next() {
    let process = Process::alone();
    let tries = Arc::new(AtomicUsize::new(0));
    let failing = || {
        let (process, tries) = (process.clone(), tries.clone());
        async move {
            let load = move || async move {
                tries.fetch_add(1, Ordering::SeqCst);
                sleep(Duration::from_millis(10)).await;
                Err("the database is away")
            };
            process.list_by(ANN, load).await.map(|answer| answer.value)
        }
    };

    let (first, second) = tokio::join!(failing(), failing());

    assert_eq!((first.unwrap_err(), second.unwrap_err()), (Failed::Load("the database is away"), Failed::Load("the database is away")));
    assert_eq!(tries.load(Ordering::SeqCst), 1);
    assert_eq!(process.list(ANN).await.outcome.served, Served::Miss);
    assert_eq!(process.cache.counted()[0].errors, 1);
}

#[tokio::test]
async fn a_load_that_panics_is_no_poison() {
    let process = Process::alone();
    let panicking = process.list_by(ANN, || async { if true { panic!("on purpose") } else { Err(()) } }).await;

    assert_eq!(panicking.unwrap_err(), Failed::Lost);
    assert_eq!(process.list(ANN).await.value, Some(Seen(vec![0; 4])));
}

#[tokio::test(start_paused = true)]
async fn a_load_that_hangs_is_waited_for_by_the_first_alone_and_not_for_ever() {
    let process = Process::alone();
    let hanging = {
        let process = process.clone();
        move || {
            let process = process.clone();
            tokio::spawn(async move { process.list_by(ANN, std::future::pending::<Result<Made<Seen>, ()>>).await.map(|answer| answer.value) })
        }
    };
    let first = hanging();
    sleep(Duration::from_secs(1)).await;
    let second = hanging();
    sleep(Duration::from_secs(3)).await;

    let third = process.list(ANN).await;

    assert_eq!((third.value, third.outcome.joined), (Some(Seen(vec![0; 4])), false));
    assert_eq!((first.await.unwrap(), second.await.unwrap()), (Err(Failed::Lost), Err(Failed::Lost)));
    assert_eq!(process.cache.counted()[0].errors, 1);
}

#[tokio::test]
async fn that_there_is_nothing_is_kept_too() {
    let process = Process::alone();
    let nothing = || process.list_by(ANN, || async { Ok::<_, ()>(cache::Made { value: None, tag: cache::Tag::Group }) });
    assert_eq!(nothing().await.unwrap().outcome.served, Served::Miss);

    let again = nothing().await.unwrap();

    assert_eq!((again.value, again.outcome.served), (None, Served::Hit));
    process.write(0, ANN);
    assert_eq!(process.list(ANN).await.value, Some(Seen(vec![1, 0, 0, 0])));
}
