use std::{
    ops::Deref,
    sync::{Arc, atomic::AtomicBool},
};

use app::context::MeasuredBy;
use axum::extract::FromRef;
use cache::Cache;
use leptos::config::LeptosOptions;
use listen::Connections;
use ports::Ports;
use store::Store;
use tokio::sync::watch;

use super::limits::Limits;
use crate::{
    config::Config,
    measuring::{Beacons, Measuring},
    site::Site,
};

/// What handlers share; a request takes several copies of it.
#[derive(Clone)]
pub struct AppState(Arc<Inner>);

pub struct Inner {
    pub(crate) config: Config,
    pub(crate) site: Site,
    pub(crate) ports: Ports,
    /// For readiness and for how long a throttled sign-in waits: everything else goes through a port.
    pub(crate) store: Store,
    pub(crate) limits: Arc<Limits>,
    pub(crate) cache: Cache,
    pub(crate) measuring: Arc<Measuring>,
    /// Of clients.
    pub(crate) connections: Arc<Connections>,
    /// None where nothing is measured in browsers.
    pub(crate) beacons: Option<Beacons>,
    /// None there, and where the site has no script for it.
    pub(crate) measured_by: Option<MeasuredBy>,
    /// Whether the program is to stop: what has no end of its own ends then.
    pub(crate) stopping: watch::Receiver<bool>,
    /// Whether what is asked for first is there.
    pub(crate) warm: Arc<AtomicBool>,
}

impl AppState {
    pub(crate) fn new(shared: Inner) -> Self {
        Self(Arc::new(shared))
    }
}

impl Deref for AppState {
    type Target = Inner;

    fn deref(&self) -> &Inner {
        &self.0
    }
}

impl FromRef<AppState> for LeptosOptions {
    fn from_ref(state: &AppState) -> Self {
        state.site.leptos.clone()
    }
}
