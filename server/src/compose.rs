//! Puts the program together: the only place that knows both sides of every port.

use std::sync::Arc;

use axum::Router;
use jobs::{Desk, DeskOptions, JobsService, RunsService, Wake, Worker, WorkerHandle, WorkerOptions, WritingService};
use ports::Ports;
use store::{OsEntropy, Store};

use crate::{SystemClock, config::Config, http::state::AppState, router, site::Site};

/// A program that is ready to answer.
pub struct Composed {
    pub router: Router,
    pub store: Store,
    pub worker: WorkerHandle,
}

/// Opens the database of a configuration. The data directory is made when it is not there.
pub async fn open_store(config: &Config) -> anyhow::Result<Store> {
    std::fs::create_dir_all(&config.data_dir).map_err(|error| {
        anyhow::anyhow!("The data directory {} cannot be made ({error}). Make it writable, or set VITRINE_DATA_DIR.", config.data_dir.display())
    })?;
    Ok(Store::open(&config.database, Arc::new(SystemClock), Arc::new(OsEntropy)).await?)
}

/// Opens the database, starts the worker and builds the router.
pub async fn compose(config: &Config) -> anyhow::Result<Composed> {
    let site = Site::find(config).map_err(anyhow::Error::msg)?;
    let store = open_store(config).await?;
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
    };
    let worker = Worker::start(store.clone(), options);
    store.keep_current();
    warm_up(store.clone());
    let jobs = Arc::new(JobsService::new(store.clone(), &config.data_dir, wake.clone()));
    let runs = Arc::new(RunsService::new(store.clone(), desk.clone(), wake));
    let writing = Arc::new(WritingService::new(store.clone(), desk));
    let shared = Arc::new(store.clone());
    let ports = Ports {
        catalogue: shared.clone(),
        people: shared.clone(),
        jobs,
        writing,
        runs,
        reviews: shared.clone(),
        usage: shared.clone(),
        tokens: shared.clone(),
        idempotency: shared.clone(),
        deprecated: shared,
    };
    let state = AppState::new(config.clone(), site, ports, store.clone());
    Ok(Composed { router: router::router(state), store, worker })
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

/// Makes the lists ready before anybody asks. Until they are, the first pages come from the table.
fn warm_up(store: Store) {
    tokio::spawn(async move {
        if let Err(error) = store.warm_up().await {
            tracing::warn!(%error, "the lists could not be made ready; each is when it is first asked for");
        }
    });
}
