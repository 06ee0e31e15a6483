//! Fills a database with what half a year of a busy server leaves of what it has measured, a row a day and series, and with what got slower in its last week by the
//! hour, for measuring what reads it.
//!
//! ```sh
//! cargo run --release -p store --example quarter -- sqlite:/tmp/data/vitrine.db
//! ```
//! The argument: where (the database is there already on PostgreSQL). It prints how many rows it wrote.

#![allow(clippy::print_stdout, clippy::unwrap_used, reason = "a measuring program of its own")]

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use domain::clock::{Clock, Timestamp};
use measuring::{ALL, Level, Row, Series, Sketch, metric};
use ports::lab::{Builds, Source};
use store::{
    Location, OsEntropy, Store,
    lab::{Found, Looked},
};
use uuid::Uuid;
use vitals::{Connection, Device, Metric, Route};

const DAYS: i64 = 180;
/// A build serves for so many.
const DAYS_OF_A_BUILD: i64 = 5;
/// Until then each process has rows of its own.
const DAYS_APART: i64 = 3;
const PROCESSES: u128 = 3;
const ROUTES: usize = 120;
const STATEMENTS: usize = 200;
/// Of a week there are rows of hours, of what is looked at by the hour where a page load got slower.
const HOURS: i64 = 7 * 24;
/// What got slower, and nobody has seen to, so many hours ago.
const SLOWER: [Metric; 3] = [Metric::Lcp, Metric::Inp, Metric::Fcp];
const HOURS_AGO: i64 = 60;
/// What browsers measure that is told apart by who measured it.
const TOLD_APART: [Metric; 7] = [Metric::Lcp, Metric::Inp, Metric::Cls, Metric::Fcp, Metric::Ttfb, Metric::Hydrated, Metric::Pending];

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Stands where it is put.
struct Hand(AtomicI64);

impl Clock for Hand {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(self.0.load(Ordering::Relaxed))
    }
}

#[tokio::main]
async fn main() {
    let location = Location::from_url(&std::env::args().nth(1).expect("the database")).unwrap();
    #[expect(clippy::disallowed_methods, reason = "what is looked at are the last 90 days")]
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs() as i64 / 60;
    let clock = Arc::new(Hand(AtomicI64::new(0)));
    let store = Store::open(&location, clock.clone(), Arc::new(OsEntropy)).await.unwrap();

    let mut written = 0;
    for day in (0..DAYS).rev() {
        let at = Level::Day.begin(now) - day * Level::Day.minutes();
        let build = format!("b{:06x}", (DAYS - day) / DAYS_OF_A_BUILD);
        clock.0.store(at * 60_000_000, Ordering::Relaxed);
        if (DAYS - day) % DAYS_OF_A_BUILD == 0 {
            store.note_deployment(&build, "0.1.0").await.unwrap();
        }
        for process in 1..=if day < DAYS_APART { PROCESSES } else { 1 } {
            let process = Uuid::from_u128(process << 64);
            let of = if day < DAYS_APART { process.simple().to_string() } else { ALL.to_owned() };
            let rows: Vec<Row> = measured(&of, &build)
                .enumerate()
                .map(|(number, (series, typical, count))| {
                    let sketch = spread(number as u64 + day as u64 * 7_919, typical, count);
                    Row { level: Level::Day, series, at, generation: 0, sketch }
                })
                .collect();
            written += rows.len();
            store.write_measured(process, &rows).await.unwrap();
        }
    }
    clock.0.store(now * 60_000_000, Ordering::Relaxed);
    for hour in (0..HOURS).rev() {
        let at = Level::Hour.begin(now) - hour * Level::Hour.minutes();
        let of_hour = |(number, series): (usize, Series)| {
            let sketch = spread(number as u64 + hour as u64 * 7_919, if hour < HOURS_AGO { 1_500_000 } else { 700_000 }, 300);
            Row { level: Level::Hour, series, at, generation: 0, sketch }
        };
        let rows: Vec<Row> = by_the_hour().into_iter().enumerate().map(of_hour).collect();
        written += rows.len();
        store.write_measured(Uuid::from_u128(1 << 64), &rows).await.unwrap();
    }
    store.keep_change_points(Source::Live, &SLOWER.map(|vital| slower(vital, now))).await.unwrap();
    store.close().await;
    println!("{written}");
}

/// What a server measures in a day: each series, what is typical for it, and how many different values it saw.
fn measured(process: &str, build: &str) -> impl Iterator<Item = (Series, u64, u64)> {
    let mut all = Vec::new();
    let mut one = |metric: &str, of: &str, class: &str, typical, count| all.push((Series::new(metric, of, class), typical, count));
    for number in 0..ROUTES {
        let route = format!("GET /route/{number}");
        one(metric::HTTP_DURATION, &route, "2xx", 9_000, 2_000);
        one(metric::HTTP_DURATION, &route, "4xx", 900, 200);
        one(metric::HTTP_BYTES, &route, "", 20_000, 2_000);
        one(metric::HTTP_STATEMENTS, &route, "", 4, 100);
        one(metric::RUNTIME_POLL, &route, "", 300, 500);
    }
    for class in ["2xx", "3xx", "4xx", "5xx"] {
        one(metric::HTTP_TOGETHER, ALL, class, 8_000, 4_000);
    }
    one(metric::HTTP_WORK, ALL, "", 1, 1);
    one(metric::HTTP_IN_FLIGHT, ALL, "", 12, 300);
    one(metric::HTTP_CONNECTIONS, ALL, "", 60, 300);
    one(metric::DB_TOGETHER, ALL, "", 400, 4_000);
    for number in 0..STATEMENTS {
        one(metric::DB_STATEMENT, &format!("STATEMENT_{number}"), "", 400, 1_000);
    }
    for pool in ["reads", "writes", "replica"] {
        one(metric::DB_WAIT, pool, "", 900, 300);
        one(metric::DB_USED, pool, "", 200, 300);
    }
    for cache in ["products", "memory", "redis", "listings", "sessions", "known", "facets", "pages"] {
        one(metric::CACHE_HIT, cache, "", 1, 1);
        one(metric::CACHE_MISS, cache, "", 1, 1);
        one(metric::CACHE_BYTES, cache, "", 40_000_000, 300);
    }
    for kind in ["import", "export", "run", "webhook delivery", "dry run", "warming"] {
        one(metric::JOB_DURATION, kind, "done", 4_000_000, 400);
        one(metric::JOB_DURATION, kind, "failed", 4_000_000, 40);
        one(metric::JOB_WAITED, kind, "", 90_000, 400);
        one(metric::RUNTIME_POLL, kind, metric::JOB, 2_000, 400);
        one(metric::JOB_WAITING, kind, "", 3, 100);
    }
    for of in ["applied", "no change", "conflict", "refused"] {
        one(metric::SYNC_PUSHED, of, "", 1, 1);
    }
    for name in metric::OF_PROCESSES {
        one(name, process, "", 300, 300);
    }
    one(metric::DISK_USED, ALL, "", 400, 300);
    one(metric::DISK_BUSY, ALL, "", 90, 300);
    for of in ["taken", "refused", "twice", "shed"] {
        one(metric::BEACONS, of, "", 1, 1);
    }
    for route in Route::ALL.map(Route::name).into_iter().chain([ALL]) {
        one(metric::VIEWS, route, "", 1, 1);
        for vital in Metric::ALL {
            let name = name_of(vital);
            let typical = if vital.unit() == vitals::Unit::Microseconds { 700_000 } else { 40 };
            one(&name, route, "", typical, 800);
            if !TOLD_APART.contains(&vital) {
                continue;
            }
            for device in Device::ALL {
                one(&name, route, &format!("device:{}", device.name()), typical, 300);
            }
            for connection in Connection::ALL {
                one(&name, route, &format!("connection:{}", connection.name()), typical, 200);
            }
            one(&name, route, &format!("build:{build}"), typical, 800);
        }
    }
    all.into_iter()
}

/// What got slower, of all pages, with who measured it.
fn by_the_hour() -> Vec<Series> {
    let devices = Device::ALL.map(|device| format!("device:{}", device.name()));
    let connections = Connection::ALL.map(|connection| format!("connection:{}", connection.name()));
    let classes = || [String::new()].into_iter().chain(devices.iter().chain(&connections).cloned());
    SLOWER.iter().flat_map(|vital| classes().map(move |class| Series::new(&name_of(*vital), ALL, &class))).collect()
}

fn slower(vital: Metric, now: i64) -> Looked {
    let moment = |hours_ago: i64| Timestamp::from_micros((Level::Hour.begin(now) - hours_ago * Level::Hour.minutes()) * 60_000_000);
    let builds = Builds { before: "b00001e".to_owned(), since: vec!["b00001f".to_owned()] };
    let near = (moment(HOURS_AGO + 3), moment(HOURS_AGO - 3));
    let found = Found { at: moment(HOURS_AGO), near, before: 700_000.0, after: 1_500_000.0, is_worse: true, votes: 3, builds };
    Looked { metric: name_of(vital), subject: ALL.to_owned(), unit: String::new(), seen_from: moment(HOURS), found: vec![found] }
}

fn name_of(vital: Metric) -> String {
    format!("{}{}", metric::VITALS, vital.name())
}

/// So many values from a twentieth to twenty times what is typical, most of them about it.
fn spread(seed: u64, typical: u64, count: u64) -> Sketch {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut random = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 11) as f64 / (1_u64 << 53) as f64
    };
    (0..count).map(|_| (typical as f64 * 20_f64.powf(random() + random() - 1.0)) as u64).collect()
}
