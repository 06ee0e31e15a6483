//! The machine's clock counts nanoseconds, and the databases keep microseconds: no moment is another one when it comes back.

use std::sync::{Arc, Mutex};

use domain::clock::{Clock, Timestamp};
use ports::jobs::JobKind;
use server::SystemClock;
use store::{NewJob, OsEntropy, Store};

use crate::support::{Engine, Program, on_both_engines};

on_both_engines!(a_moment_of_the_machines_clock_comes_back_as_it_was);

async fn a_moment_of_the_machines_clock_comes_back_as_it_was(engine: Engine) {
    let program = Program::with_shop(engine);
    let clock = Arc::new(NotedClock::default());
    let store = Store::open(&program.location(), clock.clone(), Arc::new(OsEntropy)).await.unwrap();
    let shop = store.store_by_slug("shop").await.unwrap().unwrap();

    for _ in 0..50 {
        let new = NewJob { kind: JobKind::Import, subject: "shop.csv", params: "{}", progress: "{}", user: None };
        let job = store.enqueue(&shop, new).await.unwrap();
        let kept = store.job(&shop, job).await.unwrap().unwrap().created_at;
        assert!(clock.told().contains(&kept), "{kept:?} was never told");
    }

    store.close().await;
    assert!(clock.told().iter().any(|at| at.micros() % 1_000 != 0), "the clock is finer than a millisecond");
}

/// The program's own clock, which remembers what it has told.
#[derive(Default)]
struct NotedClock(Mutex<Vec<Timestamp>>);

impl NotedClock {
    fn told(&self) -> Vec<Timestamp> {
        self.0.lock().unwrap().clone()
    }
}

impl Clock for NotedClock {
    fn now(&self) -> Timestamp {
        let now = SystemClock.now();
        self.0.lock().unwrap().push(now);
        now
    }
}
