//! What is read while it changes.

use std::{sync::Arc, time::Duration};

use cache::Served;
use tokio::sync::Semaphore;

use crate::support::{ANN, BEN, Process, Seen};

/// A load that has read, and waits before it says so.
fn held(process: &Process, by: u128) -> (Arc<Semaphore>, Arc<Semaphore>, tokio::task::JoinHandle<Seen>) {
    let (has_read, may_end) = (Arc::new(Semaphore::new(0)), Arc::new(Semaphore::new(0)));
    let (process, tell, wait) = (process.clone(), has_read.clone(), may_end.clone());
    let task = tokio::spawn(async move {
        let shop = process.shop.clone();
        let load = move || async move {
            let made = shop.load_list();
            tell.add_permits(1);
            wait.acquire().await.unwrap().forget();
            Ok::<_, ()>(made)
        };
        process.list_by(by, load).await.unwrap().value.unwrap()
    });
    (has_read, may_end, task)
}

#[tokio::test]
async fn what_changed_between_reading_and_keeping_is_not_served() {
    let process = Process::alone();
    let (has_read, may_end, reader) = held(&process, ANN);
    has_read.acquire().await.unwrap().forget();

    process.write(0, ANN);
    may_end.add_permits(1);

    // Whoever asked before the change may get what was there before it; nobody else.
    assert_eq!(reader.await.unwrap(), Seen(vec![0; 4]));
    let after = process.list(ANN).await;
    assert_eq!((after.value, after.outcome.served), (Some(Seen(vec![1, 0, 0, 0])), Served::Miss));
}

#[tokio::test]
async fn nobody_joins_a_load_that_set_off_before_their_change() {
    let process = Process::alone();
    let (has_read, may_end, reader) = held(&process, BEN);
    has_read.acquire().await.unwrap().forget();

    process.write(0, ANN);
    let after = process.list(ANN).await;

    assert_eq!((after.value, after.outcome.joined), (Some(Seen(vec![1, 0, 0, 0])), false));
    // The late one does not take the place of the newer.
    may_end.add_permits(1);
    reader.await.unwrap();
    let then = process.list(ANN).await;
    assert_eq!((then.value, then.outcome.served), (Some(Seen(vec![1, 0, 0, 0])), Served::Hit));
    assert_eq!(process.shop.loads(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_reader_ever_sees_less_than_what_was_there_when_they_asked() {
    let process = Process::alone();
    let writer = {
        let process = process.clone();
        tokio::spawn(async move {
            for round in 0..2_000_usize {
                // Some changes are not known in detail, as those of an import.
                if round % 3 == 0 {
                    process.shop.write(round % 4, ANN);
                } else {
                    process.write(round % 4, ANN);
                }
                if round % 7 == 0 {
                    tokio::time::sleep(Duration::from_micros(300)).await;
                } else {
                    tokio::task::yield_now().await;
                }
            }
        })
    };
    let mut readers = Vec::new();
    for reader in 0..8_usize {
        let process = process.clone();
        readers.push(tokio::spawn(async move {
            let mut looks = 0;
            while process.shop.version() < 2_000 {
                // Everything was made by Ann: she sees all of it at once.
                let before = process.shop.list();
                let seen = if reader % 2 == 0 {
                    process.list(ANN).await.value.unwrap().0
                } else {
                    vec![process.one(looks % 4, ANN).await.value.unwrap().0[0]]
                };
                let before = if reader % 2 == 0 { before } else { vec![before[looks % 4]] };
                assert!(before.iter().zip(&seen).all(|(before, seen)| seen >= before), "{before:?} and then {seen:?}");
                looks += 1;
                // What is given from memory waits for nothing.
                tokio::task::yield_now().await;
            }
            looks
        }));
    }
    writer.await.unwrap();
    for reader in readers {
        assert!(reader.await.unwrap() > 10);
    }
}
