//! What a collector is told by OTLP: traces that are kept, what is measured, and warnings and errors of the log. All of it goes out behind
//! whatever else the program does: a collector that hangs or is gone costs a line a minute, and what there was no room for.

mod collector;
mod metrics;

use std::{
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use tokio::task::JoinHandle;
use traces::{
    export::{ExportOptions, Exporter, NotSent, exporter},
    otlp::{Resource, Signal},
};
use uuid::Uuid;

use self::collector::Collector;
pub(super) use self::metrics::metrics;
use crate::telemetry;

/// Tells a collector, until it is stopped.
pub(crate) struct Telling {
    exporter: Exporter,
    task: JoinHandle<()>,
}

/// How often it is said that something was not told.
const SAID_EVERY: Duration = Duration::from_mins(1);

impl Telling {
    /// `collector` is the address that `VITRINE_OTLP_URL` has, and `build` the one that serves; `chance` keeps processes from coming back all at once.
    pub(crate) fn start(collector: &str, process: Uuid, build: &str, database: &'static str, chance: u64) -> Self {
        let resource = Resource {
            service: "vitrine".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            instance: process.to_string(),
            database: Some(database),
            // A version has many builds, and beacons and deployments are told apart by them.
            more: vec![("vitrine.build".to_owned(), build.into())],
        };
        let (exporter, worker) = exporter(resource, ExportOptions::default(), chance);
        telemetry::tell(exporter.clone());
        let (collector, said) = (Collector::at(collector), Said::default());
        let task = tokio::spawn(worker.run(collector, move |signal, count, error| said.of(signal, count, error)));
        Self { exporter, task }
    }

    pub(crate) fn exporter(&self) -> &Exporter {
        &self.exporter
    }

    /// Sends what waits, for some seconds, and ends.
    pub(super) async fn stop(self) {
        self.exporter.close();
        let _ = self.task.await;
    }
}

/// Says it once a minute, and how much it was.
#[derive(Default)]
struct Said(Mutex<(Option<Instant>, usize)>);

impl Said {
    fn of(&self, signal: Signal, count: usize, error: &NotSent) {
        let lost = {
            let mut said = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            said.1 += count;
            if said.0.is_some_and(|at| at.elapsed() < SAID_EVERY) {
                return;
            }
            said.0 = Some(Instant::now());
            std::mem::take(&mut said.1)
        };
        // Under a name that the collector is not told of.
        tracing::warn!(target: telemetry::TELLING, %error, path = signal.path(), lost, "the collector at VITRINE_OTLP_URL was not told; look whether it answers");
    }
}
