//! What a run costs: the processor time of the generator, of the server and of the database.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::time::Instant;

use super::process;

/// Above this share of its core the generator is what is measured.
pub const BUSY: f64 = 0.8;

/// Whose time is read.
#[derive(Clone, Copy, Debug, Default)]
pub struct Meter {
    pub server: Option<u32>,
    pub database: Option<u32>,
}

/// How much time everybody has taken up to a moment.
#[derive(Clone, Copy, Debug)]
pub struct Moment {
    at: Instant,
    generator: Option<Duration>,
    server: Option<Duration>,
    database: Option<Duration>,
    memory_mb: Option<f64>,
}

/// Between two moments.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Processor {
    pub seconds: f64,
    /// Of one core.
    pub generator_share: f64,
    /// In processor seconds; null where the process is not known.
    pub server_seconds: Option<f64>,
    pub database_seconds: Option<f64>,
    /// In milliseconds, server and database together, as far as they are known.
    pub ms_per_request: Option<f64>,
    /// The server's, at the end.
    pub memory_mb: Option<f64>,
}

impl Meter {
    pub fn read(&self) -> Moment {
        Moment {
            at: Instant::now(),
            generator: process::own(),
            server: self.server.and_then(process::of_tree),
            database: self.database.and_then(process::of_tree),
            memory_mb: self.server.and_then(process::resident_megabytes),
        }
    }
}

impl Moment {
    pub fn since(&self, before: &Self, requests: u64) -> Processor {
        let seconds = self.at.saturating_duration_since(before.at).as_secs_f64();
        let taken = |now: Option<Duration>, then: Option<Duration>| Some(now?.saturating_sub(then?).as_secs_f64());
        let server_seconds = taken(self.server, before.server);
        let database_seconds = taken(self.database, before.database);
        let together = match (server_seconds, database_seconds) {
            (None, None) => None,
            (server, database) => Some(server.unwrap_or(0.0) + database.unwrap_or(0.0)),
        };
        Processor {
            seconds,
            generator_share: taken(self.generator, before.generator).unwrap_or(0.0) / seconds.max(0.001),
            server_seconds,
            database_seconds,
            ms_per_request: together.filter(|_| requests > 0).map(|together| together * 1e3 / requests as f64),
            memory_mb: self.memory_mb,
        }
    }
}

impl Processor {
    /// Why the run says nothing of the server, when it does not.
    pub fn void(&self) -> Option<String> {
        (self.generator_share > BUSY).then(|| {
            let percent = self.generator_share * 100.0;
            format!("The generator took {percent:.0} % of its core, more than the 80 % up to which it can keep to its schedule: the run is void.")
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moment(begun: Instant, seconds: u64, generator: u64, server: Option<u64>, database: Option<u64>) -> Moment {
        let millis = Duration::from_millis;
        Moment {
            at: begun + Duration::from_secs(seconds),
            generator: Some(millis(generator)),
            server: server.map(millis),
            database: database.map(millis),
            memory_mb: Some(100.0),
        }
    }

    #[test]
    fn what_a_request_costs_is_server_and_database_together() {
        let begun = Instant::now();
        let before = moment(begun, 0, 100, Some(1_000), Some(500));

        let processor = moment(begun, 10, 2_100, Some(4_000), Some(1_500)).since(&before, 10_000);

        let thousandths = |value: f64| (value * 1e3).round() as i64;
        assert_eq!((thousandths(processor.generator_share), processor.ms_per_request.map(thousandths)), (200, Some(400)));
        assert_eq!(processor.void(), None);
    }

    #[test]
    fn a_busy_generator_makes_a_run_void() {
        let begun = Instant::now();
        let processor = moment(begun, 10, 8_100, None, None).since(&moment(begun, 0, 0, None, None), 5);

        assert!(processor.void().unwrap().contains("81 % of its core"));
        assert_eq!((processor.ms_per_request, processor.server_seconds), (None, None));
    }
}
