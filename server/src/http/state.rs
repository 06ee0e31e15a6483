use std::sync::{Arc, atomic::AtomicBool};

use axum::extract::FromRef;
use cache::Cache;
use leptos::config::LeptosOptions;
use ports::Ports;
use store::Store;

use super::limits::Limits;
use crate::{config::Config, site::Site};

/// What handlers share.
#[derive(Clone)]
pub struct AppState {
    pub(crate) config: Arc<Config>,
    pub(crate) site: Arc<Site>,
    pub(crate) ports: Ports,
    /// For readiness and for how long a throttled sign-in waits: everything else goes through a port.
    pub(crate) store: Store,
    pub(crate) limits: Arc<Limits>,
    pub(crate) cache: Cache,
    /// Whether what is asked for first is there.
    pub(crate) warm: Arc<AtomicBool>,
}

impl AppState {
    pub(crate) fn new(config: Config, site: Site, ports: Ports, store: Store, limits: Arc<Limits>, (cache, warm): (Cache, Arc<AtomicBool>)) -> Self {
        Self { config: Arc::new(config), site: Arc::new(site), ports, store, limits, cache, warm }
    }
}

impl FromRef<AppState> for LeptosOptions {
    fn from_ref(state: &AppState) -> Self {
        state.site.leptos.clone()
    }
}
