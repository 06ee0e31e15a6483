//! Puts the program together: the only place that knows both sides of every port.

use std::sync::Arc;

use app::context::MeasuredBy;
use axum::Router;
use jobs::{
    Couriers, CouriersHandle, Desk, DeskOptions, JobsService, Post, RunsService, Wake, WebhooksService, Worker, WorkerHandle, WorkerOptions,
    WritingService,
};
use listen::Connections;
use ports::{AllPorts, Ports};
use store::{Engine, Entropy, OsEntropy, Store};
use tokio::sync::watch;

use crate::{
    SystemClock, alerting,
    config::Config,
    http::{
        caching::{self, Noted},
        limits::Limits,
        state::{AppState, Inner},
    },
    lab,
    measuring::{self, KeptProfiles, KeptTraces, Measuring, Routes, Telling, Traced, Watched},
    router,
    site::Site,
};

/// A program that is ready to answer.
pub struct Composed {
    pub router: Router,
    /// What is served on the address for figures, if there is one.
    pub figures: Router,
    pub store: Store,
    /// Told when the program is to stop.
    pub stopping: watch::Sender<bool>,
    pub worker: WorkerHandle,
    pub couriers: CouriersHandle,
    /// For whoever serves: what there is of them is measured.
    pub connections: Arc<Connections>,
    pub measuring: measuring::Handle,
    pub alerting: alerting::Handle,
}

/// Opens the database of a configuration. The data directory is made when it is not there.
pub async fn open_store(config: &Config) -> anyhow::Result<Store> {
    std::fs::create_dir_all(&config.data_dir).map_err(|error| {
        anyhow::anyhow!("The data directory {} cannot be made ({error}). Make it writable, or set VITRINE_DATA_DIR.", config.data_dir.display())
    })?;
    Ok(Store::open_with(&config.database, &config.database_options, Arc::new(SystemClock), Arc::new(OsEntropy)).await?)
}

/// Opens the database, starts the worker and builds the router.
pub async fn compose(config: &Config) -> anyhow::Result<Composed> {
    let site = Site::find(config).map_err(anyhow::Error::msg)?;
    let limits = Limits::open(config)?;
    let cache = caching::open(config)?;
    let store = open_store(config).await?;
    let telling = config.traces.collector.as_deref().map(|collector| tell(collector, &store, &site.build()));
    let exporter = telling.as_ref().map(|telling| telling.exporter().clone());
    let traced = config.measuring.then(|| Arc::new(Traced::new(config.traces.share, seed(), exporter)));
    let tracer = traced.as_ref().map(|traced| traced.tracer().clone());
    let wake = Wake::default();
    let desk = Arc::new(open_desk(config)?);
    let options = WorkerOptions {
        data_dir: config.data_dir.clone(),
        clock: Arc::new(SystemClock),
        entropy: Arc::new(OsEntropy),
        wake: wake.clone(),
        imports_at_once: 1,
        runs_at_once: 2,
        desk: desk.clone(),
        tracer: tracer.clone(),
    };
    let worker = Worker::start(store.clone(), options);
    let post = Arc::new(Post::open(desk.clone(), &config.allowed_webhook_hosts).traced(tracer));
    let couriers = Couriers::start(store.clone(), post.clone());
    store.keep_current();
    let jobs = Arc::new(JobsService::new(store.clone(), &config.data_dir, wake.clone()));
    let runs = Arc::new(RunsService::new(store.clone(), desk.clone(), wake));
    let writing = Arc::new(WritingService::new(store.clone(), desk.clone()));
    let alerting = alerting::open(config, &store, &site.dir, post.wire());
    let webhooks = Arc::new(WebhooksService::new(store.clone(), post));
    let shared = Arc::new(store.clone());
    let ports = Ports::new(AllPorts {
        catalogue: Arc::new(Noted::new(shared.clone(), cache.clone())),
        changes: shared.clone(),
        people: shared.clone(),
        jobs,
        writing,
        runs,
        reviews: shared.clone(),
        usage: shared.clone(),
        tokens: shared.clone(),
        idempotency: shared.clone(),
        devices: shared.clone(),
        database: shared.clone(),
        performance: shared.clone(),
        lab: shared.clone(),
        traces: Arc::new(KeptTraces { store: store.clone(), traced: traced.clone() }),
        profiles: Arc::new(KeptProfiles::new(store.clone(), site.build())),
        deprecated: shared,
        webhooks,
        alerts: alerting.service.clone(),
    });
    let warm = caching::warm_up(store.clone(), ports.clone(), cache.clone());
    let (stopping, stops) = watch::channel(false);
    let measuring = Arc::new(Measuring::new(traced, Routes::all()));
    let (beacons, arriving) = measuring::door();
    let connections = Arc::new(Connections::default());
    let build = site.build();
    let watched = Watched {
        measuring: measuring.clone(),
        store: store.clone(),
        cache: cache.clone(),
        limits: limits.clone(),
        connections: connections.clone(),
        desk,
        data_dir: config.data_dir.clone(),
        process: store.process(),
        build: (build.clone(), env!("CARGO_PKG_VERSION")),
        arriving,
        vitals_share: config.vitals_share,
        telling,
    };
    let watching = measuring::start(watched);
    let alerting = alerting.start();
    let beacons = (config.measuring && config.vitals_share > 0.0).then_some(beacons);
    let script = site.vitals.as_ref().filter(|_| beacons.is_some());
    let measured_by = script.map(|script| MeasuredBy::new(script, config.vitals_share, &build));
    if config.measuring {
        lab::watch(store.clone(), stops.clone());
    }
    let state = AppState::new(Inner {
        config: config.clone(),
        site,
        ports,
        store: store.clone(),
        limits,
        cache,
        measuring,
        connections: connections.clone(),
        beacons,
        measured_by,
        stopping: stops,
        warm,
    });
    let figures = router::figures(&state);
    Ok(Composed { figures, router: router::router(state), store, stopping, worker, couriers, connections, measuring: watching, alerting })
}

fn tell(collector: &str, store: &Store, build: &str) -> Telling {
    let database = match store.db().engine() {
        Engine::Sqlite { .. } => "sqlite",
        Engine::Postgres { .. } => "postgresql",
    };
    let chance = seed();
    Telling::start(collector, store.process(), build, database, u64::from_ne_bytes(chance))
}

/// Chance for ids of traces, and for when it is tried again.
fn seed<const BYTES: usize>() -> [u8; BYTES] {
    let mut seed = [0; BYTES];
    OsEntropy.fill(&mut seed);
    seed
}

/// Opens the installation's secret, which is made when there is none.
pub fn open_desk(config: &Config) -> anyhow::Result<Desk> {
    let options = DeskOptions {
        data_dir: &config.data_dir,
        secret_key: config.secret_key.as_ref().map(|key| key.0.as_str()),
        allowed_hosts: &config.allowed_provider_hosts,
        clock: Arc::new(SystemClock),
        entropy: Arc::new(OsEntropy),
    };
    Desk::open(options).map_err(|error| anyhow::anyhow!("{error} It is read from VITRINE_SECRET_KEY, or from secret.key in the data directory."))
}
