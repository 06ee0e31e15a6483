//! What the API is given of the server around it.

use std::{net::SocketAddr, sync::Arc};

use api::{ApiOptions, Gate, RandomBytes};
use async_trait::async_trait;
use axum::{Router, http::HeaderMap};
use store::{Entropy, OsEntropy};

use super::{
    account::{DEMO_IS_LOCAL, is_demo, is_from_this_machine},
    state::AppState,
};
use crate::SystemClock;

/// The API, to be nested under [`api::ROOT`].
pub(crate) fn router(state: &AppState) -> Router {
    let options = ApiOptions {
        clock: Arc::new(SystemClock),
        random: Arc::new(Chance),
        gate: Arc::new(Door(state.clone())),
        stylesheet: state.site.stylesheet.clone(),
    };
    api::router(state.ports.clone(), options)
}

struct Chance;

impl RandomBytes for Chance {
    fn fill(&self, bytes: &mut [u8]) {
        OsEntropy.fill(bytes);
    }
}

/// The same rules as for signing in.
struct Door(AppState);

#[async_trait]
impl Gate for Door {
    fn refuses(&self, email: &str, peer: SocketAddr, headers: &HeaderMap) -> Option<String> {
        (is_demo(email) && !is_from_this_machine(&self.0.config, peer, headers)).then(|| DEMO_IS_LOCAL.to_owned())
    }

    async fn seconds_to_wait(&self, email: &str, address: &str) -> Option<u64> {
        self.0.store.sign_in_wait(email, address).await.ok().flatten()
    }
}
