//! The task that looks at figures every ten seconds and writes what was measured every minute.

use std::{
    path::PathBuf,
    sync::Arc,
    time::{Duration, Instant},
};

use cache::Cache;
use domain::clock::{Clock, Timestamp};
use jobs::Desk;
use listen::Connections;
use measuring::{ALL, Periods, metric};
use store::Store;
use tokio::{
    sync::watch,
    task::JoinHandle,
    time::{MissedTickBehavior, interval, timeout},
};
use traces::export::Exporter;
use uuid::Uuid;

use super::{
    Measuring, Telling, asking,
    beacons::{self, Arriving},
    counted, disk, housekeeping, lost, microseconds, process, providers,
    telling::metrics,
    together::with_all_routes,
};
use crate::{SystemClock, http::limits::Limits};

/// What is looked at.
pub(crate) struct Watched {
    pub(crate) measuring: Arc<Measuring>,
    pub(crate) store: Store,
    pub(crate) cache: Cache,
    pub(crate) limits: Arc<Limits>,
    /// Of clients.
    pub(crate) connections: Arc<Connections>,
    /// Who knows the providers of texts.
    pub(crate) desk: Arc<Desk>,
    pub(crate) data_dir: PathBuf,
    /// Which process this is, among those that write.
    pub(crate) process: Uuid,
    /// The build that serves, as its files are called, and its version.
    pub(crate) build: (String, &'static str),
    /// What browsers say.
    pub(crate) arriving: Arriving,
    /// Which share of page views they measure, from 0 to 1.
    pub(crate) vitals_share: f64,
    /// None: nobody else is told.
    pub(crate) telling: Option<Telling>,
}

/// What is to be waited for at the end of the program.
pub struct Handle {
    stop: watch::Sender<bool>,
    task: Option<JoinHandle<()>>,
    telling: Option<Telling>,
}

const LOOKS_EVERY: Duration = Duration::from_secs(10);
/// A timer that is to go off so often shows what blocks the workers.
const TIMER: Duration = Duration::from_millis(100);
/// How long the database may take to be written to.
const WRITES: Duration = Duration::from_secs(20);
/// Rows that are kept while it is away.
const MOST_WAITING: usize = 60_000;
const MINUTE: i64 = 60_000_000;

/// Begins to measure; where it is off, nothing.
pub(crate) fn start(mut watched: Watched) -> Handle {
    let (stop, stopped) = watch::channel(false);
    let telling = watched.telling.take();
    let exporter = telling.as_ref().map(|telling| telling.exporter().clone());
    let task = watched.measuring.recorder().is_some().then(|| {
        tokio::spawn(watch_timers(watched.measuring.clone(), watched.process, stopped.clone()));
        tokio::spawn(asking::look(watched.measuring.clone(), watched.store.clone(), short(watched.process), stopped.clone()));
        tokio::spawn(watch_figures(watched, exporter, stopped))
    });
    Handle { stop, task, telling }
}

impl Handle {
    /// Writes what there is, and ends.
    pub async fn stop(self) {
        self.stop.send_replace(true);
        if let Some(task) = self.task {
            let _ = task.await;
        }
        if let Some(telling) = self.telling {
            telling.stop().await;
        }
    }
}

async fn watch_figures(watched: Watched, exporter: Option<Exporter>, mut stopped: watch::Receiver<bool>) {
    let Watched { measuring, store, cache, limits, connections, desk, data_dir, process, build, arriving, vitals_share, telling: _ } = watched;
    let Some(recorder) = measuring.recorder() else { return };
    let listening = tokio::spawn({
        let (measuring, store, build, stopped) = (measuring.clone(), store.clone(), build.0.clone(), stopped.clone());
        async move { beacons::read(&measuring, &store, &build, arriving, stopped).await }
    });
    let mut listening = Some(listening);
    let name = short(process);
    let (mut counts, mut machine, mut periods) = (counted::Seen::default(), process::Seen::default(), Periods::new(MOST_WAITING));
    let (mut disk, mut providers, mut lost) = (disk::Seen::default(), providers::Seen::default(), lost::Seen::default());
    // Before anything is written at a time.
    asking::learn_clock(&store).await;
    tokio::spawn(housekeeping::keep(store.clone(), build, stopped.clone()));
    let mut looks = interval(LOOKS_EVERY);
    looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut minute = minute_of(store.database_now());
    loop {
        let is_end = tokio::select! {
            _ = looks.tick() => false,
            _ = stopped.wait_for(|stop| *stop) => true,
        };
        if is_end && let Some(listening) = listening.take() {
            // What browsers have said last belongs to what is written last.
            let _ = listening.await;
        }
        recorder.record(metric::HTTP_IN_FLIGHT, ALL, "", measuring.in_flight());
        counted::sample(recorder, &store, &cache, &connections);
        providers.look(recorder, desk.utilisation());
        machine.look(recorder, &name);
        disk.look(recorder, &data_dir);
        if vitals_share > 0.0 {
            recorder.record(metric::VITALS_SHARE, ALL, "", measured_share(vitals_share));
        }
        let present = present(&store, minute).await;
        if present == minute && !is_end {
            continue;
        }
        counts.look(recorder, &store, &cache, &limits);
        recorder.record_many(metric::PROCESS_ALIVE, &name, "", 0, 1);
        if is_end {
            recorder.record_many(metric::PROCESS_STOPPED, &name, "", 0, 1);
        }
        let taken = measuring.take(|since_start, taken| {
            if let Some(exporter) = &exporter {
                exporter.metrics(metrics(since_start, taken, micros()));
            }
        });
        if let Some(traced) = measuring.traced() {
            lost.look(recorder, &periods, traced, measuring.since_start().turned_away());
        }
        periods.add(minute, with_all_routes(taken));
        minute = present;
        write(&store, process, &mut periods).await;
        write_traces(&store, process, &measuring).await;
        if is_end {
            return;
        }
    }
}

/// The minute that it is. Where that is not the last one or the next, this process's clock was set, and the database is asked before it is believed.
async fn present(store: &Store, last: i64) -> i64 {
    let present = minute_of(store.database_now());
    if (0..=1).contains(&(present - last)) {
        return present;
    }
    asking::learn_clock(store).await;
    minute_of(store.database_now())
}

/// What cannot be written is written the next time, as long as there is room for it.
async fn write(store: &Store, process: Uuid, periods: &mut Periods) {
    let rows = periods.take();
    let trouble = match timeout(WRITES, store.write_measured(process, &rows)).await {
        Ok(Ok(())) => return,
        Ok(Err(error)) => error.to_string(),
        Err(_) => "it took too long".to_owned(),
    };
    tracing::warn!(trouble, rows = rows.len(), "what was measured was not written; it is tried again");
    periods.put_back(rows);
}

async fn write_traces(store: &Store, process: Uuid, measuring: &Measuring) {
    let Some(waiting) = measuring.traced().map(|traced| traced.waiting()) else { return };
    let traces = waiting.take();
    if traces.is_empty() {
        return;
    }
    let trouble = match timeout(WRITES, store.write_traces(process, &traces)).await {
        Ok(Ok(())) => return,
        Ok(Err(error)) => error.to_string(),
        Err(_) => "it took too long".to_owned(),
    };
    tracing::warn!(trouble, traces = traces.len(), "traces were not written; they are tried again");
    waiting.put_back(traces);
}

async fn watch_timers(measuring: Arc<Measuring>, process: Uuid, mut stopped: watch::Receiver<bool>) {
    let name = short(process);
    let Some(recorder) = measuring.recorder() else { return };
    loop {
        let begun = Instant::now();
        tokio::select! {
            () = tokio::time::sleep(TIMER) => {}
            _ = stopped.wait_for(|stop| *stop) => return,
        }
        recorder.record(metric::RUNTIME_LAG, &name, "", microseconds(begun.elapsed().saturating_sub(TIMER)));
    }
}

/// Minutes since 1970.
pub(super) fn minute_of(at: Timestamp) -> i64 {
    at.micros().div_euclid(MINUTE)
}

/// Microseconds since 1970.
fn micros() -> u64 {
    u64::try_from(SystemClock.now().micros()).unwrap_or(0)
}

/// In thousandths. What is measured at all is not told as nothing.
fn measured_share(share: f64) -> u64 {
    ((share * 1_000.0).round() as u64).max(1)
}

/// What a process is called: enough of its id to tell some dozen apart.
fn short(process: Uuid) -> String {
    let mut name = process.simple().to_string();
    name.truncate(8);
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_that_is_hardly_any_is_some() {
        assert_eq!([1.0, 0.1, 0.000_1].map(measured_share), [1_000, 100, 1]);
    }
}
