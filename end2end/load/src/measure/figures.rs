//! What a server says of what it has, while it is asked: its figures for Prometheus, read twice a second.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use capacity::bottleneck::{Kind, Reading};
use http::{Method, Request, StatusCode, header::HOST};
use tokio::{
    task::JoinHandle,
    time::{Instant, sleep, timeout},
};

use crate::http::Site;

/// Looks from when it is made until it is stopped.
pub struct Watching(Option<(Arc<Mutex<Seen>>, Site, JoinHandle<()>)>);

/// What was seen, by name with labels.
#[derive(Default)]
struct Seen {
    first: Option<Look>,
    last: Option<Look>,
    levels: BTreeMap<String, Level>,
}

struct Look {
    at: Instant,
    values: BTreeMap<String, f64>,
}

/// Of a value that goes up and down.
#[derive(Default)]
struct Level {
    looks: u32,
    sum: f64,
    /// Looks at which it was more than nothing.
    above: u32,
}

const EVERY: Duration = Duration::from_millis(500);
const PATIENCE: Duration = Duration::from_secs(2);

const POOL_USED: &str = "vitrine_database_pool_connections";
const POOL_MOST: &str = "vitrine_database_pool_max_connections";
const POOL_WAITED: &str = "vitrine_database_pool_wait_seconds_total";
const LOCKS: &str = "vitrine_postgres_lock_waiters";
const CLIENTS: &str = "vitrine_http_open_connections";
const CLIENTS_MOST: &str = "vitrine_http_max_connections";
const WORKERS: &str = "vitrine_runtime_workers";
const WORKED: &str = "vitrine_runtime_busy_seconds_total";
const LATE: &str = "vitrine_runtime_lag_seconds_sum";
const LATE_COUNT: &str = "vitrine_runtime_lag_seconds_count";
const DISK: &str = "vitrine_disk_busy_seconds_total";
const READ: [&str; 11] = [POOL_USED, POOL_MOST, POOL_WAITED, LOCKS, CLIENTS, CLIENTS_MOST, WORKERS, WORKED, LATE, LATE_COUNT, DISK];

impl Watching {
    /// Of a server that tells its figures nowhere, nothing is seen.
    pub async fn start(site: Option<&Site>) -> Self {
        let Some(site) = site.cloned() else { return Self(None) };
        let seen = Arc::<Mutex<Seen>>::default();
        look(&seen, &site).await;
        let (into, of) = (seen.clone(), site.clone());
        let task = tokio::spawn(async move {
            loop {
                sleep(EVERY).await;
                look(&into, &of).await;
            }
        });
        Self(Some((seen, site, task)))
    }

    /// How much of each was in use. `requests` are all since the start.
    pub async fn stop(self, requests: u64) -> Vec<Reading> {
        let Some((seen, site, task)) = self.0 else { return Vec::new() };
        task.abort();
        look(&seen, &site).await;
        let seen = lock(&seen);
        seen.readings(requests)
    }
}

/// One that is not answered is left out.
async fn look(seen: &Mutex<Seen>, site: &Site) {
    let asked = async {
        let request = Request::builder().method(Method::GET).uri("/metrics").header(HOST, &site.host).body(http_body_util::Full::default()).ok()?;
        site.connect(0).await.ok()?.ask(request).await.ok()
    };
    if let Ok(Some(answer)) = timeout(PATIENCE, asked).await
        && answer.status == StatusCode::OK
    {
        lock(seen).add(Look { at: Instant::now(), values: values(&String::from_utf8_lossy(&answer.body)) });
    }
}

fn lock(seen: &Mutex<Seen>) -> MutexGuard<'_, Seen> {
    seen.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Those of Prometheus's text format that are of use (<https://prometheus.io/docs/instrumenting/exposition_formats/>).
fn values(text: &str) -> BTreeMap<String, f64> {
    let value = |line: &str| {
        let (key, value) = line.rsplit_once(' ')?;
        READ.contains(&name(key)).then(|| Some((key.to_owned(), value.parse().ok()?)))?
    };
    text.lines().filter_map(value).collect()
}

fn name(key: &str) -> &str {
    key.split('{').next().unwrap_or(key)
}

/// What a label says. Those that are read here have nothing escaped in them.
fn label<'a>(key: &'a str, label: &str) -> Option<&'a str> {
    key.split(['{', ',']).find_map(|part| part.strip_prefix(label)?.strip_prefix("=\"")?.trim_end_matches('}').strip_suffix('"'))
}

impl Seen {
    fn add(&mut self, look: Look) {
        for (key, value) in &look.values {
            let level = self.levels.entry(key.clone()).or_default();
            level.looks += 1;
            level.sum += value;
            level.above += u32::from(*value > 0.0);
        }
        if self.first.is_none() {
            self.first = Some(look);
        } else {
            self.last = Some(look);
        }
    }

    fn readings(&self, requests: u64) -> Vec<Reading> {
        let (Some(first), Some(last)) = (&self.first, &self.last) else { return Vec::new() };
        let seconds = last.at.saturating_duration_since(first.at).as_secs_f64().max(0.001);
        // A server that was started anew meanwhile counts from nothing.
        let since = |key: &str| Some(last.values.get(key)? - first.values.get(key)?).filter(|more| *more >= 0.0);
        let wait = |seconds: f64| (requests > 0).then(|| seconds * 1e3 / requests as f64);
        let mut readings: Vec<Reading> = self
            .of(POOL_MOST)
            .filter_map(|(pool, most)| {
                let pool = label(pool, "pool")?;
                let used = self.levels.get(&format!("{POOL_USED}{{pool=\"{pool}\",state=\"in_use\"}}"))?.mean();
                let waited = since(&format!("{POOL_WAITED}{{pool=\"{pool}\"}}")).and_then(wait);
                Some(reading(&format!("connections to the database ({pool})"), Kind::Pool, most.mean(), used / most.mean(), waited))
            })
            .collect();
        readings.extend(self.levels.get(LOCKS).map(|locks| {
            let waited_for = f64::from(locks.above) / f64::from(locks.looks);
            Reading::of_locks(waited_for, locks.mean(), seconds, requests)
        }));
        readings.extend(
            self.levels
                .get(CLIENTS)
                .zip(self.levels.get(CLIENTS_MOST))
                .map(|(open, most)| reading("connections of clients", Kind::Connections, most.mean(), open.mean() / most.mean(), None)),
        );
        readings.extend(since(WORKED).zip(last.values.get(WORKERS)).map(|(worked, workers)| {
            let sum = |of: &str| self.of(of).filter_map(|(key, _)| since(key)).sum::<f64>();
            let late = Some(sum(LATE_COUNT)).filter(|count| *count > 0.0).map(|count| sum(LATE) * 1e3 / count);
            reading("the threads of the runtime", Kind::Runtime, *workers, worked / seconds / workers, late)
        }));
        readings.extend(since(DISK).map(|busy| reading("the disk", Kind::Disk, 1.0, busy / seconds, None)));
        readings.retain(|reading| reading.units > 0.0 && reading.utilisation.is_finite());
        readings
    }

    /// All with that name.
    fn of<'a>(&'a self, wanted: &'a str) -> impl Iterator<Item = (&'a str, &'a Level)> {
        self.levels.iter().filter(move |(key, _)| name(key) == wanted).map(|(key, level)| (key.as_str(), level))
    }
}

impl Level {
    fn mean(&self) -> f64 {
        self.sum / f64::from(self.looks.max(1))
    }
}

/// Under the names that `/performance/bottlenecks` has.
fn reading(name: &str, kind: Kind, units: f64, utilisation: f64, wait_ms: Option<f64>) -> Reading {
    // Times are read one after another.
    Reading { name: name.to_owned(), kind, units, utilisation: utilisation.clamp(0.0, 1.0), wait_ms }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(in_use: u32, waited: f64, locks: u32, worked: f64) -> String {
        format!(
            "# HELP vitrine_database_pool_connections Open ones.\n# TYPE vitrine_database_pool_connections gauge\n\
            vitrine_database_pool_connections{{pool=\"reads\",state=\"in_use\"}} {in_use}\n\
            vitrine_database_pool_connections{{pool=\"reads\",state=\"idle\"}} 1\n\
            vitrine_database_pool_max_connections{{pool=\"reads\"}} 4\n\
            vitrine_database_pool_wait_seconds_total{{pool=\"reads\"}} {waited}\n\
            vitrine_postgres_lock_waiters {locks}\nvitrine_http_open_connections 50\nvitrine_http_max_connections 200\n\
            vitrine_runtime_workers 2\nvitrine_runtime_busy_seconds_total {worked}\n\
            vitrine_runtime_lag_seconds_sum{{process=\"ab\"}} {worked}\nvitrine_runtime_lag_seconds_count{{process=\"ab\"}} {in_use}\n\
            vitrine_disk_busy_seconds_total {worked}\nvitrine_other 7\n"
        )
    }

    fn seen(looks: &[String]) -> Seen {
        let (begun, mut seen) = (Instant::now(), Seen::default());
        for (at, text) in looks.iter().enumerate() {
            seen.add(Look { at: begun + Duration::from_secs(5 * at as u64), values: values(text) });
        }
        seen
    }

    #[test]
    fn each_is_told_by_how_much_of_it_was_in_use_and_how_long_was_waited() {
        let seen = seen(&[told(1, 0.5, 0, 10.0), told(2, 1.0, 3, 12.0), told(3, 2.5, 0, 14.0)]);

        let readings = seen.readings(1_000);

        let thousandths = |value: f64| (value * 1e3).round() as i64;
        let told: Vec<_> = readings.iter().map(|one| (one.name.as_str(), thousandths(one.utilisation), one.wait_ms.map(thousandths))).collect();
        let expected = [
            ("connections to the database (reads)", 500, Some(2_000)),
            ("locks of PostgreSQL", 333, Some(10_000)),
            ("connections of clients", 250, None),
            ("the threads of the runtime", 200, Some(2_000_000)),
            ("the disk", 400, None),
        ];
        assert_eq!(told, expected);
    }

    #[test]
    fn of_one_look_and_of_other_text_nothing_is_said() {
        assert_eq!(seen(&[told(1, 0.5, 0, 10.0)]).readings(1_000), []);
        assert_eq!(seen(&["<html> 7\n".to_owned(), "}{ nan\n".to_owned()]).readings(0), []);
    }

    #[tokio::test]
    async fn of_a_server_that_tells_its_figures_nowhere_nothing_is_seen() {
        assert_eq!(Watching::start(None).await.stop(5).await, []);
        let nobody = Site::from_url("http://127.0.0.1:9").unwrap();
        assert_eq!(Watching::start(Some(&nobody)).await.stop(5).await, []);
    }
}
