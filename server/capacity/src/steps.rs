//! A stepped run of an open model, as `scripts/load capacity` writes it.

use domain::clock::Timestamp;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::bottleneck::{Kind, Reading, Window};

/// What was measured while so many requests a second were due.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Step {
    /// Requests a second that were to come. Steps of the same rate are repeats.
    pub rate: f64,
    /// Those that came: where they come by chance, a few more or less.
    pub asked: f64,
    /// Good answers a second that came while it was measured.
    pub throughput: f64,
    /// The mean time of an answer from when it was due, in milliseconds.
    pub response_ms: f64,
    pub p95_ms: f64,
    /// The share of requests that were not answered well.
    pub errors: f64,
    /// How much of its core the generator took.
    pub generator: f64,
    /// How many requests the server could have in hand at most: what waited for a connection was not yet there.
    pub connections: Option<u32>,
    pub resources: Vec<Reading>,
}

/// A run, and what it was of.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Run {
    /// RFC 3339.
    pub at: String,
    /// `sqlite`, `postgres`, or an address.
    pub target: String,
    pub products: u64,
    pub cores: usize,
    pub processor: String,
    pub steps: Vec<Step>,
    /// A step at nine tenths of what the others came to, which is no part of them.
    pub validation: Option<Step>,
}

/// Who took how many seconds of processor time while a step lasted.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Spent {
    /// How long it lasted.
    pub seconds: f64,
    pub generator: f64,
    /// None where the process is not known.
    pub server: Option<f64>,
    pub database: Option<f64>,
}

/// Why a file is no stepped run.
#[derive(Debug, Error)]
pub enum ReadError {
    #[error("The report has {0} bytes, and {MOST_BYTES} are the most that is read. Give the report of one run.")]
    TooLarge(usize),
    #[error("This is no report of a load run: {0}. Give the JSON file that `scripts/load capacity` wrote.")]
    NotAReport(#[from] serde_json::Error),
    #[error("The report has schema {0}, and this program reads schema {SCHEMA}. Run `scripts/load capacity` again.")]
    OtherSchema(u32),
    #[error("The report has no steps: it is of the plan {0:?}. Run `scripts/load capacity`.")]
    NoSteps(String),
}

pub const MOST_BYTES: usize = 16 << 20;
const SCHEMA: u32 = 1;

impl Step {
    /// How many requests were in hand, by Little's law; of answers that never came, how many waited.
    pub fn in_hand(&self) -> f64 {
        let answered = if self.throughput > 0.0 { self.throughput } else { self.rate };
        answered * self.response_ms / 1e3
    }

    /// Those of them that the server had.
    pub fn in_hand_of_the_server(&self) -> f64 {
        self.in_hand().min(self.connections.map_or(f64::INFINITY, f64::from))
    }

    /// As a window in which resources were used.
    pub fn window(&self) -> Window {
        Window { throughput: self.throughput, resources: self.resources.clone() }
    }
}

impl Run {
    /// When it began; none where its report has another kind of moment.
    pub fn began(&self) -> Option<Timestamp> {
        crate::lab::moment::parse(&self.at)
    }

    /// Reads the JSON report of `end2end/load`, of which `README.md` there has the fields.
    pub fn read(text: &str) -> Result<Self, ReadError> {
        if text.len() > MOST_BYTES {
            return Err(ReadError::TooLarge(text.len()));
        }
        // The number first: a report of another schema may lack any field.
        let Numbered { schema } = serde_json::from_str(text)?;
        if schema != SCHEMA {
            return Err(ReadError::OtherSchema(schema));
        }
        let file: File = serde_json::from_str(text)?;
        if file.steps.is_empty() {
            return Err(ReadError::NoSteps(file.plan));
        }
        let cores = file.machine.cores;
        let (validation, steps): (Vec<FileStep>, Vec<FileStep>) = file.steps.into_iter().partition(|step| step.validation);
        Ok(Self {
            at: file.at,
            target: file.target,
            products: file.products,
            cores,
            processor: file.machine.processor,
            steps: steps.into_iter().map(|step| step.read(cores)).collect(),
            validation: validation.into_iter().next_back().map(|step| step.read(cores)),
        })
    }
}

#[derive(Deserialize)]
struct Numbered {
    schema: u32,
}

#[derive(Deserialize)]
struct File {
    plan: String,
    at: String,
    target: String,
    products: u64,
    machine: FileMachine,
    steps: Vec<FileStep>,
}

#[derive(Deserialize)]
struct FileMachine {
    cores: usize,
    processor: String,
}

#[derive(Deserialize)]
struct FileStep {
    rate: f64,
    seconds: f64,
    total: FileTotal,
    processor: FileProcessor,
    #[serde(default)]
    connections: Option<u32>,
    #[serde(default)]
    answered_per_second: Option<f64>,
    #[serde(default)]
    validation: bool,
    #[serde(default)]
    resources: Vec<Reading>,
}

#[derive(Deserialize)]
struct FileTotal {
    requests: u64,
    per_second: f64,
    error_share: f64,
    latency_ms: FileLatency,
}

#[derive(Deserialize)]
struct FileLatency {
    mean: f64,
    p95: f64,
}

#[derive(Deserialize)]
struct FileProcessor {
    seconds: f64,
    generator_share: f64,
    server_seconds: Option<f64>,
    database_seconds: Option<f64>,
}

impl FileStep {
    fn read(self, cores: usize) -> Step {
        let FileProcessor { seconds, generator_share, server_seconds, database_seconds } = self.processor;
        let spent = Spent { seconds, generator: generator_share * seconds, server: server_seconds, database: database_seconds };
        Step {
            rate: self.rate,
            asked: self.total.requests as f64 / self.seconds.max(0.001),
            throughput: self.answered_per_second.unwrap_or(self.total.per_second),
            response_ms: self.total.latency_ms.mean,
            p95_ms: self.total.latency_ms.p95,
            errors: self.total.error_share,
            generator: generator_share,
            connections: self.connections,
            resources: spent.readings(cores).into_iter().chain(self.resources).collect(),
        }
    }
}

impl Spent {
    /// The generator is on the same machine, so that what is left of it is what all of them together leave.
    pub fn readings(&self, cores: usize) -> Vec<Reading> {
        let units = cores as f64;
        let whole = self.seconds * units;
        if whole <= 0.0 {
            return Vec::new();
        }
        let reading = |name: &str, seconds: f64| Reading {
            name: name.into(),
            kind: Kind::Processor,
            units,
            // Times are read one after another, and a hundredth of a second wide.
            utilisation: (seconds / whole).min(1.0),
            wait_ms: None,
        };
        let known = [("the server's processor time", self.server), ("the database's processor time", self.database)];
        let mut readings: Vec<Reading> = known.iter().filter_map(|(name, seconds)| Some(reading(name, (*seconds)?))).collect();
        if !readings.is_empty() {
            let all = self.server.unwrap_or(0.0) + self.database.unwrap_or(0.0) + self.generator;
            readings.push(reading("the machine's processor (the generator's part with it)", all));
        }
        readings
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(schema: u32, steps: &str) -> String {
        format!(
            r#"{{"schema": {schema}, "plan": "capacity", "at": "2026-11-27T04:00:31Z", "target": "sqlite", "products": 50000, "seed": 1,
            "machine": {{"cores": 2, "processor": "A processor", "kernel": "6"}}, "steps": [{steps}]}}"#
        )
    }

    const STEP: &str = r#"{"rate": 100.0, "seconds": 10.0, "held": true, "broke": [],
        "total": {"requests": 1000, "per_second": 99.0, "error_share": 0.01, "latency_ms": {"mean": 20.0, "p50": 9.0, "p95": 30.0}},
        "processor": {"seconds": 10.0, "generator_share": 0.2, "server_seconds": 8.0, "database_seconds": null}"#;

    #[test]
    fn the_report_of_a_load_run_is_read() {
        let disk = r#"{"name": "the disk", "kind": "disk", "units": 1.0, "utilisation": 0.3, "wait_ms": null}"#;
        let text = report(1, &format!("{STEP}, \"resources\": [{disk}]}}, {STEP}, \"connections\": 1, \"validation\": true}}"));

        let run = Run::read(&text).unwrap();

        let step = &run.steps[0];
        assert_eq!((run.steps.len(), run.cores, step.rate.to_bits(), step.p95_ms.to_bits()), (1, 2, 100_f64.to_bits(), 30_f64.to_bits()));
        assert!((step.in_hand() - 1.98).abs() < 1e-9);
        assert!((run.validation.unwrap().in_hand_of_the_server() - 1.0).abs() < 1e-9);
        let used: Vec<i64> = step.resources.iter().map(|reading| (reading.utilisation * 100.0).round() as i64).collect();
        assert_eq!(used, [40, 50, 30], "the server, all together, and what it said of itself");
    }

    #[test]
    fn what_is_no_stepped_run_is_refused_with_what_to_do() {
        let said = |text: &str| Run::read(text).unwrap_err().to_string();

        assert!(said("[]").contains("no report of a load run"));
        assert!(said(r#"{"schema": 7}"#).contains("schema 7"));
        assert!(said(&report(1, "")).contains("scripts/load capacity"));
        assert!(said(&" ".repeat(MOST_BYTES + 1)).contains("most that is read"));
    }

    #[test]
    fn of_answers_that_never_came_those_who_wait_are_in_hand() {
        let step = Step { rate: 10.0, response_ms: 10_000.0, ..Step::default() };

        assert!((step.in_hand() - 100.0).abs() < 1e-9);
    }
}
