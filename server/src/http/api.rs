//! What the API is given of the server around it.

use std::{net::SocketAddr, sync::Arc};

use api::{ApiOptions, AtHand, Files, Gate, NotReceived, RandomBytes};
use async_trait::async_trait;
use axum::{Router, body::Body, http::HeaderMap};
use domain::{ids::JobId, role::Permission};
use futures::{StreamExt, TryStreamExt, future, stream};
use ports::{Access, Upload, error::AppError};
use store::{Entropy, OsEntropy};

use super::{
    account::{DEMO_IS_LOCAL, is_demo, is_from_this_machine},
    state::AppState,
    uploads::{self, Arrived, Refused},
};
use crate::SystemClock;

/// The API, to be nested under [`api::ROOT`], and what is kept of its answers.
pub(crate) fn router(state: &AppState) -> (Router, AtHand) {
    let options = ApiOptions {
        deciding: |work| Box::pin(store::deciding(work)),
        clock: Arc::new(SystemClock),
        random: Arc::new(Chance),
        gate: Arc::new(Door(state.clone())),
        files: Arc::new(Shelf(state.clone())),
        cache: state.cache.clone(),
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

/// Uploads are those of the browser; what goes out is made by the jobs' crate.
struct Shelf(AppState);

#[async_trait]
impl Files for Shelf {
    async fn receive(
        &self,
        who: &Access,
        file_name: String,
        headers: &HeaderMap,
        body: Body,
        seen: &mut (dyn for<'b> FnMut(&'b [u8]) + Send),
    ) -> Result<Box<dyn api::Arrived>, NotReceived> {
        if !who.role.may(Permission::RunJobs) {
            uploads::discard(body).await;
            return Err(NotReceived::Because(AppError::Forbidden));
        }
        match uploads::whole_body(&self.0.config, file_name, headers, body, seen).await {
            Ok(arrived) => Ok(Box::new(arrived)),
            Err(Refused::TooLarge(megabytes)) => Err(NotReceived::TooLarge(megabytes)),
            Err(Refused::Because(error)) => Err(NotReceived::Because(error)),
        }
    }

    async fn discard(&self, body: Body) {
        uploads::discard(body).await;
    }

    fn bad_rows(&self, who: &Access, job: JobId) -> Body {
        Body::from_stream(jobs::bad_rows_csv(self.0.ports.jobs.clone(), who.clone(), job))
    }

    async fn catalogue(&self, who: &Access) -> Result<Body, AppError> {
        if !who.role.may(Permission::RunJobs) {
            return Err(AppError::Forbidden);
        }
        let store = &self.0.store;
        let at = store.store_by_id(who.store).await?.ok_or(AppError::NotFound)?;
        let mut pieces = jobs::export_pieces(store.clone(), at).map_err(AppError::from);
        // Asked for first, so that a database which does not answer is a problem and no broken file.
        let first = pieces.try_next().await?;
        let all = stream::iter(first.map(Ok)).chain(pieces);
        Ok(Body::from_stream(all.map_ok(|piece| piece.bytes).try_filter(|bytes| future::ready(!bytes.is_empty()))))
    }
}

impl api::Arrived for Arrived {
    fn upload(&self) -> Upload {
        Self::upload(self)
    }
}
