use std::sync::Arc;

use axum::extract::FromRef;
use leptos::config::LeptosOptions;
use ports::Ports;
use store::Store;

use crate::{config::Config, site::Site};

/// What handlers share.
#[derive(Clone)]
pub struct AppState {
    pub(crate) config: Arc<Config>,
    pub(crate) site: Arc<Site>,
    pub(crate) ports: Ports,
    /// For readiness and for how long a throttled sign-in waits: everything else goes through a port.
    pub(crate) store: Store,
}

impl AppState {
    pub(crate) fn new(config: Config, site: Site, ports: Ports, store: Store) -> Self {
        Self { config: Arc::new(config), site: Arc::new(site), ports, store }
    }
}

impl FromRef<AppState> for LeptosOptions {
    fn from_ref(state: &AppState) -> Self {
        state.site.leptos.clone()
    }
}
