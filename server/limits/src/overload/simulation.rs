//! A machine with two processors, and three times as many requests as it can answer.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use tokio::{
    sync::Semaphore,
    time::{Instant, sleep, sleep_until},
};

use super::{Class, Gate, Kind};

const SERVICE: Duration = Duration::from_millis(2);
const PROCESSORS: usize = 2;

/// Later than this nobody waits any more.
const DEADLINE: Duration = Duration::from_millis(250);

/// What became of the requests of a class.
#[derive(Default)]
struct Count {
    asked: AtomicU32,
    good: AtomicU32,
}

/// Requests come evenly for some seconds, a background request and a write for every two reads; how many were answered in time.
async fn run(gate: Option<Gate>, per_second: u32, seconds: u32) -> [(u32, u32); 3] {
    let machine = Arc::new(Semaphore::new(PROCESSORS));
    let counts: Arc<[Count; 3]> = Arc::default();
    let begun = Instant::now();
    let mut tasks = Vec::new();
    for number in 0..per_second * seconds {
        sleep_until(begun + Duration::from_secs(1) * number / per_second).await;
        let class = [Class::Read, Class::Background, Class::Read, Class::Write][number as usize % 4];
        let (gate, machine, counts) = (gate.clone(), machine.clone(), counts.clone());
        tasks.push(tokio::spawn(async move {
            let (count, due) = (&counts[class as usize], Instant::now());
            count.asked.fetch_add(1, Ordering::Relaxed);
            let permit = match &gate {
                Some(gate) => match gate.enter(class, Kind(class as u8)).await {
                    Ok(permit) => Some(permit),
                    Err(_) => return,
                },
                None => None,
            };
            let Ok(_processor) = machine.acquire().await else { return };
            sleep(SERVICE).await;
            if let Some(permit) = permit {
                permit.done(true);
            }
            if due.elapsed() <= DEADLINE {
                count.good.fetch_add(1, Ordering::Relaxed);
            }
        }));
    }
    sleep(Duration::from_secs(1)).await;
    tasks.iter().for_each(tokio::task::JoinHandle::abort);
    [0, 1, 2].map(|class: usize| (counts[class].asked.load(Ordering::Relaxed), counts[class].good.load(Ordering::Relaxed)))
}

const CAPACITY: u32 = 1_000;

fn good(counts: [(u32, u32); 3]) -> u32 {
    counts.iter().map(|(_, good)| good).sum()
}

#[tokio::test(start_paused = true)]
async fn at_three_times_the_load_as_much_is_answered_in_time_as_at_the_peak() {
    let peak = good(run(Some(Gate::new(PROCESSORS)), CAPACITY * 9 / 10, 5).await);

    let overloaded = good(run(Some(Gate::new(PROCESSORS)), CAPACITY * 3, 5).await);

    assert!(f64::from(overloaded) >= 0.9 * f64::from(peak), "{overloaded} of {peak}");
}

#[tokio::test(start_paused = true)]
async fn without_the_gate_nearly_nothing_is() {
    let overloaded = good(run(None, CAPACITY * 3, 5).await);
    assert!(overloaded < CAPACITY, "{overloaded}");
}

#[tokio::test(start_paused = true)]
async fn background_work_is_shed_first_and_writes_last() {
    let counts = run(Some(Gate::new(PROCESSORS)), CAPACITY * 3 / 2, 5).await;

    let [background, read, write] = counts.map(|(asked, good)| f64::from(good) / f64::from(asked));

    assert!(background < read && read < write && write > 0.99, "{background} {read} {write}");
}

#[tokio::test(start_paused = true)]
async fn a_load_it_can_take_is_taken() {
    let counts = run(Some(Gate::new(PROCESSORS)), CAPACITY * 8 / 10, 5).await;
    assert!(counts.iter().all(|(asked, good)| asked == good), "{counts:?}");
}
