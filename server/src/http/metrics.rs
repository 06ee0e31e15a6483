//! Figures for Prometheus: what the server counts of itself, and what its database says. They are of all stores, and answered on an
//! address of their own (`VITRINE_METRICS_ADDRESS`), which a network can keep from everybody else.

mod database;
mod engine;
mod measured;
pub(crate) mod process;
mod standing;
mod text;

use std::{
    path::PathBuf,
    sync::Arc,
    time::{Duration, Instant},
};

use axum::{
    extract::State,
    http::header,
    response::{IntoResponse, Response},
};
use cache::{Cache, Counted};
use domain::clock::{Clock, Timestamp};
use limits::overload::Figures;
use listen::Connections;
use ports::database::EngineFigures;
use store::{KnownProducts, Store};
use tokio::sync::Mutex;
use traces::{Counts, Holding, export::Exporter, otlp::Signal};

use self::{standing::Found, text::Text};
use super::{limits::Limits, state::AppState};
use crate::{
    SystemClock,
    measuring::{Measuring, busy_seconds, workers},
    purge, telemetry,
};

/// What figures are read from.
pub(crate) struct Metrics {
    store: Store,
    cache: Cache,
    limits: Arc<Limits>,
    measuring: Arc<Measuring>,
    connections: Arc<Connections>,
    data_dir: PathBuf,
    started: Timestamp,
    /// What tells the build that serves from others.
    build: String,
    /// What the engine said last, and when: it counts the blocks of every table to answer.
    engine: Lately<EngineFigures>,
    /// How alerts stood last.
    standing: Lately<Found>,
}

/// The name and the help of a figure, and where it is found in `T`.
type Counter<T> = (&'static str, &'static str, fn(&T) -> u64);
/// One that is not always known.
type Gauge<T> = (&'static str, &'static str, fn(&T) -> Option<u64>);
/// What was told last, and when.
type Lately<T> = Mutex<Option<(Instant, T)>>;

/// However many ask, the database is asked this often. Who waits for a lock it is asked each time.
const ASKED_EVERY: Duration = Duration::from_secs(10);

const CONTENT_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// `GET /metrics`, in Prometheus's text format. A database that does not answer is told by `vitrine_database_up`, beside all that can be
/// known without it.
pub(crate) async fn exposition(State(metrics): State<Arc<Metrics>>) -> Response {
    let (engine, locks, found) = tokio::join!(metrics.engine(), metrics.store.waiting_for_locks(), metrics.standing());
    let data_dir = metrics.data_dir.clone();
    let (process, disk) = tokio::task::spawn_blocking(move || (process::read(), busy_seconds(&data_dir))).await.unwrap_or_default();
    let counts = metrics.store.database_counts();
    let mut text = Text::default();
    text.gauge("vitrine_build_info", "The program that answers.").sample(&[("version", env!("CARGO_PKG_VERSION")), ("build", &metrics.build)], 1);
    text.gauge("vitrine_database_up", "Whether the database has said how it is.").sample(&[], u8::from(engine.is_some()));
    database::statements(&mut text, &counts.statements);
    database::pools(&mut text, &counts.pools);
    database::replicas(&mut text, &counts);
    match &engine {
        Some(EngineFigures::Sqlite(figures)) => engine::sqlite(&mut text, figures),
        Some(EngineFigures::Postgres(figures)) => engine::postgres(&mut text, figures),
        None => {}
    }
    if let Ok(Some(waiting)) = locks {
        text.gauge("vitrine_postgres_lock_waiters", "Statements that wait for a lock of another.").sample(&[], waiting);
    }
    caches(&mut text, &metrics.cache.counted());
    known(&mut text, &metrics.store.known_products());
    overload(&mut text, metrics.limits.figures());
    text.counter("vitrine_rate_limit_refused_total", "Requests that were sent away because somebody asked too fast.")
        .sample(&[], metrics.limits.refused());
    purges(&mut text, purge::counted());
    measured::measured(&mut text, &metrics.measuring.all());
    if let Some(found) = &found {
        standing::write(&mut text, found);
    }
    busy(&mut text, &metrics.connections, disk);
    if let Some(traced) = metrics.measuring.traced() {
        traces(&mut text, traced.tracer().counts(), traced.kept().holding());
    }
    if let Some(exporter) = telemetry::exporter() {
        told(&mut text, exporter);
    }
    text.gauge("process_start_time_seconds", "When the program began to serve, in seconds since 1970.")
        .sample(&[], metrics.started.micros() as f64 / 1e6);
    if let Some(process) = process {
        process.write(&mut text);
    }
    ([(header::CONTENT_TYPE, CONTENT_TYPE), (header::CACHE_CONTROL, "no-store")], text.finished()).into_response()
}

impl Metrics {
    pub(crate) fn of(state: &AppState) -> Arc<Self> {
        Arc::new(Self {
            store: state.store.clone(),
            cache: state.cache.clone(),
            limits: state.limits.clone(),
            measuring: state.measuring.clone(),
            connections: state.connections.clone(),
            data_dir: state.config.data_dir.clone(),
            started: SystemClock.now(),
            build: state.site.build(),
            engine: Mutex::new(None),
            standing: Mutex::new(None),
        })
    }

    async fn engine(&self) -> Option<EngineFigures> {
        let ask = async { self.store.engine_figures().await.inspect_err(|error| tracing::warn!(%error, "the database does not say how it is")).ok() };
        lately(&self.engine, Box::pin(ask)).await
    }

    async fn standing(&self) -> Option<Found> {
        lately(&self.standing, Box::pin(standing::read(&self.store))).await
    }
}

/// Of those who ask at once one asks the database, and the others take what it was told.
async fn lately<T: Clone>(known: &Lately<T>, ask: impl Future<Output = Option<T>>) -> Option<T> {
    let mut known = known.lock().await;
    if let Some((at, told)) = &*known
        && at.elapsed() < ASKED_EVERY
    {
        return Some(told.clone());
    }
    let told = ask.await;
    *known = told.clone().map(|told| (Instant::now(), told));
    told
}

fn caches(text: &mut Text, caches: &[Counted]) {
    let mut lookups = text.counter("vitrine_cache_lookups_total", "Lookups of finished answers, by what they came to.");
    for cache in caches {
        for (result, count) in [("hit", cache.hits), ("stale", cache.stale), ("miss", cache.misses), ("bypass", cache.bypassed)] {
            lookups.sample(&[("cache", cache.namespace), ("result", result)], count);
        }
    }
    let counters: [Counter<Counted>; 5] = [
        ("vitrine_cache_shared_hits_total", "Misses that were answered from Redis.", |cache| cache.shared_hits),
        ("vitrine_cache_joined_total", "Misses that waited for a load somebody else had begun.", |cache| cache.joined),
        ("vitrine_cache_loads_total", "Answers that were made.", |cache| cache.loads),
        ("vitrine_cache_load_failures_total", "Answers that could not be made.", |cache| cache.errors),
        ("vitrine_cache_evictions_total", "Answers that went to make room.", |cache| cache.evictions),
    ];
    for (name, help, count) in counters {
        let mut family = text.counter(name, help);
        for cache in caches {
            family.sample(&[("cache", cache.namespace)], count(cache));
        }
    }
    let mut bytes = text.gauge("vitrine_cache_memory_bytes", "What finished answers take in memory, about.");
    for cache in caches {
        bytes.sample(&[("cache", cache.namespace)], cache.bytes);
    }
}

fn known(text: &mut Text, known: &[KnownProducts]) {
    let mut lookups = text.counter("vitrine_known_lookups_total", "Products that were in memory (hit) or had to be read (miss).");
    for of in known {
        lookups.sample(&[("of", of.name), ("result", "hit")], of.hits);
        lookups.sample(&[("of", of.name), ("result", "miss")], of.misses);
    }
    let mut bytes = text.gauge("vitrine_known_memory_bytes", "What products take in memory, about.");
    for of in known {
        bytes.sample(&[("of", of.name)], of.bytes);
    }
}

fn overload(text: &mut Text, figures: Figures) {
    let mut requests = text.gauge("vitrine_overload_requests", "Requests that need the database: those it works on, and those that stand in line.");
    requests.sample(&[("state", "inside")], figures.inside);
    requests.sample(&[("state", "waiting")], figures.waiting);
    text.gauge("vitrine_overload_limit_requests", "How many are worked on at once, as found from how long they take.").sample(&[], figures.limit);
    text.counter("vitrine_overload_shed_total", "Requests that were sent away because there was too much to do.").sample(&[], figures.shed);
}

fn purges(text: &mut Text, counted: purge::Counted) {
    let mut purges = text.counter("vitrine_purges_total", "Times the cache in front was told to ask again, by what came of it.");
    purges.sample(&[("result", "told")], counted.told);
    purges.sample(&[("result", "failed")], counted.failed);
}

/// For whoever wants to know it of a time of their own.
fn busy(text: &mut Text, connections: &Connections, disk: Option<f64>) {
    text.gauge("vitrine_http_open_connections", "Connections of clients.").sample(&[], connections.taken());
    text.gauge("vitrine_http_max_connections", "How many there may be.").sample(&[], connections.most());
    let (workers, seconds) = workers();
    text.gauge("vitrine_runtime_workers", "Threads that run tasks.").sample(&[], workers);
    text.counter("vitrine_runtime_busy_seconds_total", "How long they were at work, all together.").sample(&[], seconds);
    if let Some(seconds) = disk {
        text.counter("vitrine_disk_busy_seconds_total", "How long the disk that the data directory is on had something to do.").sample(&[], seconds);
    }
}

fn traces(text: &mut Text, counts: Counts, holding: Holding) {
    let counters = [
        ("vitrine_traces_recorded_total", "Requests and jobs that were recorded.", counts.begun),
        ("vitrine_traces_kept_total", "Those of them that were kept as they were sampled, slow or failed.", counts.kept),
        ("vitrine_traces_let_go_total", "Those that were worth keeping, and too many in a second.", counts.let_go),
        ("vitrine_traces_given_up_total", "Those whose asker went away before they were answered.", counts.given_up),
        ("vitrine_traces_pushed_out_total", "Traces that had to go from memory to make room.", holding.pushed_out),
    ];
    for (name, help, count) in counters {
        text.counter(name, help).sample(&[], count);
    }
    text.gauge("vitrine_traces_memory_bytes", "What traces take in memory, about.").sample(&[], holding.bytes);
}

fn told(text: &mut Text, exporter: &Exporter) {
    let mut told = text.counter("vitrine_otlp_total", "Traces, metrics and lines of the log, by what came of telling the collector.");
    for (signal, name) in Signal::ALL.into_iter().zip(["traces", "metrics", "logs"]) {
        let exported = exporter.exported(signal);
        for (result, count) in [("sent", exported.sent), ("dropped", exported.dropped), ("failed", exported.failed)] {
            told.sample(&[("signal", name), ("result", result)], count);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_cache_counted_is_told_by_its_name() {
        let mut text = Text::default();
        caches(&mut text, &[Counted { namespace: "list", hits: 7, stale: 1, loads: 2, bytes: 4_096, ..Counted::default() }]);
        let text = text.finished();

        for line in [
            "vitrine_cache_lookups_total{cache=\"list\",result=\"hit\"} 7\n",
            "vitrine_cache_lookups_total{cache=\"list\",result=\"bypass\"} 0\n",
            "vitrine_cache_loads_total{cache=\"list\"} 2\n",
            "vitrine_cache_memory_bytes{cache=\"list\"} 4096\n",
        ] {
            assert!(text.contains(line), "{line}: {text}");
        }
    }

    #[test]
    fn what_was_not_kept_is_told() {
        let mut text = Text::default();
        traces(&mut text, Counts { begun: 9, kept: 3, let_go: 2, given_up: 1 }, Holding { traces: 3, bytes: 700, pushed_out: 4 });
        let text = text.finished();

        for line in ["vitrine_traces_let_go_total 2\n", "vitrine_traces_pushed_out_total 4\n", "vitrine_traces_memory_bytes 700\n"] {
            assert!(text.contains(line), "{line}: {text}");
        }
    }

    #[test]
    fn what_is_too_much_is_told() {
        let mut text = Text::default();
        overload(&mut text, Figures { inside: 3, limit: 40, waiting: 2, shed: 11 });
        let text = text.finished();

        assert!(text.contains("vitrine_overload_requests{state=\"waiting\"} 2\n") && text.contains("vitrine_overload_shed_total 11\n"), "{text}");
    }
}
