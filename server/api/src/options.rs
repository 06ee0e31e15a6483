//! What the API is given by the server around it.

use std::{net::SocketAddr, sync::Arc};

use async_trait::async_trait;
use axum::http::HeaderMap;
use domain::clock::Clock;
use ports::Ports;

use crate::currency::Currencies;

pub struct ApiOptions {
    pub clock: Arc<dyn Clock>,
    pub random: Arc<dyn RandomBytes>,
    pub gate: Arc<dyn Gate>,
    /// The address of the design system, for the page to try the API on.
    pub stylesheet: String,
}

/// Where chance comes from.
pub trait RandomBytes: Send + Sync {
    fn fill(&self, bytes: &mut [u8]);
}

/// Who may try to log in, and when again.
#[async_trait]
pub trait Gate: Send + Sync {
    /// Why somebody may not log in from there, whatever the password.
    fn refuses(&self, email: &str, peer: SocketAddr, headers: &HeaderMap) -> Option<String>;

    /// After too many wrong passwords, how many seconds until the next one is looked at.
    async fn seconds_to_wait(&self, email: &str, address: &str) -> Option<u64>;
}

/// What handlers share.
#[derive(Clone)]
pub(crate) struct Api(Arc<Shared>);

pub(crate) struct Shared {
    pub(crate) ports: Ports,
    pub(crate) options: ApiOptions,
    pub(crate) currencies: Currencies,
}

impl Api {
    pub(crate) fn new(ports: Ports, options: ApiOptions) -> Self {
        Self(Arc::new(Shared { ports, options, currencies: Currencies::default() }))
    }
}

impl std::ops::Deref for Api {
    type Target = Shared;

    fn deref(&self) -> &Shared {
        &self.0
    }
}
