//! `/sync/v1`: what devices that work offline ask. Every answer carries the marker by which it is told from a captive portal's page.

use std::{convert::Infallible, time::Duration};

use app::context::Visitor;
use axum::{
    Extension,
    body::Bytes,
    extract::{Query, State},
    http::{HeaderName, HeaderValue, StatusCode, header},
    response::{
        IntoResponse, Response,
        sse::{Event, KeepAlive, Sse},
    },
};
use domain::{
    clock::Clock,
    ids::{StoreId, UserId},
    query::ListQuery,
    sync::{
        body::SCHEMA,
        server::refused,
        wire::{CONTENT_TYPE, Call, MARKER, MOST_BYTES, MOST_OPS, Notice, PROTO, Pull, PullReply, Push, PushReply, Sealed, View, ViewReply},
    },
};
use futures::stream;
use ports::{Access, error::AppError};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use tokio::{
    sync::broadcast::error::RecvError,
    time::{Instant, sleep_until},
};

use super::state::AppState;
use crate::{SystemClock, measuring::pushed};

/// After so long without a change something is sent all the same: what is between would take the connection for a dead one.
const POKE_SILENCE: Duration = Duration::from_secs(15);

/// After so long a stream ends: whoever asks for the next has to be somebody who still may.
const POKES_FOR: Duration = Duration::from_mins(10);

/// Builds older than the first may do nothing, and those older than the second may only send what they have.
const PROTOS: (u16, u16) = (PROTO, PROTO);

/// Which store is meant, where it may be another than the person looks at by now: what was saved in one is not for another.
#[derive(Deserialize)]
pub(crate) struct Of {
    store: Option<StoreId>,
    /// Segments of its replica that a device has found to differ from the server's.
    drifted: Option<u32>,
}

/// `POST /sync/v1/push`: a [`Push`], answered by a [`PushReply`].
pub(crate) async fn push(State(state): State<AppState>, Extension(visitor): Extension<Visitor>, Query(of): Query<Of>, body: Bytes) -> Response {
    answer(try_push(&state, (&visitor, of), &body).await)
}

/// `GET /sync/v1/poke`: server-sent events, each with the number of the last change of the store, or 0. Nothing hangs on them: a device asks by itself
/// now and then, and again when the stream ends.
pub(crate) async fn poke(State(state): State<AppState>, Extension(visitor): Extension<Visitor>, Query(of): Query<Of>) -> Response {
    let Some(who) = visitor.access else { return answer(Err(StatusCode::UNAUTHORIZED)) };
    answer(of.access(&state, &who).await.map(|who| pokes(&state, who.store)))
}

fn pokes(state: &AppState, store: StoreId) -> Response {
    let until = Instant::now() + POKES_FOR;
    let events = stream::unfold((state.store.changes(), state.stopping.clone()), move |(mut changes, mut stopping)| async move {
        loop {
            let changed = tokio::select! {
                changed = changes.recv() => changed,
                () = sleep_until(until) => return None,
                // Also when nobody is left who could say so.
                _ = stopping.wait_for(|stopping| *stopping) => return None,
            };
            let event = match changed {
                Ok(changed) if changed.store == store => Event::default().data(changed.seq.to_string()),
                Ok(_) => continue,
                // Some of those that were missed may have been of this store. What is empty no browser passes on.
                Err(RecvError::Lagged(_)) => Event::default().data("0"),
                Err(RecvError::Closed) => return None,
            };
            return Some((Ok::<_, Infallible>(event), (changes, stopping)));
        }
    });
    Sse::new(events).keep_alive(KeepAlive::new().interval(POKE_SILENCE)).into_response()
}

/// `POST /sync/v1/pull`: a [`Pull`], answered by a [`PullReply`].
pub(crate) async fn pull(State(state): State<AppState>, Extension(visitor): Extension<Visitor>, Query(of): Query<Of>, body: Bytes) -> Response {
    answer(try_pull(&state, (&visitor, of), &body).await)
}

/// `POST /sync/v1/rows`: a [`View`], answered by a [`ViewReply`].
pub(crate) async fn rows(State(state): State<AppState>, Extension(visitor): Extension<Visitor>, Query(of): Query<Of>, body: Bytes) -> Response {
    answer(try_rows(&state, (&visitor, of), &body).await)
}

async fn try_push(state: &AppState, asker: (&Visitor, Of), body: &Bytes) -> Result<Response, StatusCode> {
    let push: Push = read(body)?;
    let who = may(state, asker, Call::Push, (push.proto, Some(push.user))).await?;
    if push.ops.len() > MOST_OPS || push.ops.iter().map(|op| op.bytes().len()).sum::<usize>() > MOST_BYTES {
        return Err(StatusCode::PAYLOAD_TOO_LARGE);
    }
    let answer = state.ports.devices.push(&who, &push).await.map_err(status)?;
    if let Some(recorder) = state.measuring.recorder() {
        pushed(recorder, &answer);
    }
    Ok(reply(&PushReply { notice: notice(), answer }))
}

async fn try_pull(state: &AppState, asker: (&Visitor, Of), body: &Bytes) -> Result<Response, StatusCode> {
    let pull: Pull = read(body)?;
    let drifted = asker.1.drifted;
    let who = may(state, asker, Call::Pull, (pull.proto, pull.user)).await?;
    if let Some(segments) = drifted {
        tracing::warn!(segments, user = %who.user, "a replica differed from the store, and is being mended");
    }
    if !pull.is_sound() {
        return Err(StatusCode::BAD_REQUEST);
    }
    let answer = state.ports.devices.pull(&who, &pull).await.map_err(status)?;
    Ok(reply(&PullReply { notice: notice(), answer }))
}

async fn try_rows(state: &AppState, asker: (&Visitor, Of), body: &Bytes) -> Result<Response, StatusCode> {
    let view: View = read(body)?;
    let who = may(state, asker, Call::Pull, (view.proto, view.user)).await?;
    if !view.is_sound() {
        return Err(StatusCode::BAD_REQUEST);
    }
    let query = ListQuery::from_address(&view.view);
    let rows = state.ports.devices.rows(&who, &query, view.below).await.map_err(status)?;
    Ok(reply(&ViewReply { notice: notice(), rows }))
}

fn read<T: DeserializeOwned>(body: &Bytes) -> Result<T, StatusCode> {
    Sealed::from_bytes(body.to_vec()).open().map_err(|_| StatusCode::BAD_REQUEST)
}

/// Who is signed in, if the device asks for them. Somebody else's changes stay where they are until they come back.
async fn may(state: &AppState, (visitor, of): (&Visitor, Of), call: Call, asked: (u16, Option<UserId>)) -> Result<Access, StatusCode> {
    let who = visitor.access.as_ref().ok_or(StatusCode::UNAUTHORIZED)?;
    if let Some(status) = refused(call, asked, who.user, PROTOS) {
        return Err(StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR));
    }
    of.access(state, who).await
}

impl Of {
    async fn access(self, state: &AppState, who: &Access) -> Result<Access, StatusCode> {
        let there = state.ports.people.in_store(who, self.store.unwrap_or(who.store)).await.map_err(status)?;
        there.ok_or(StatusCode::FORBIDDEN)
    }
}

fn notice() -> Notice {
    Notice { min_proto: PROTOS.0, drain_only_below: PROTOS.1, schema: SCHEMA, build: 0, at: SystemClock.now() }
}

fn reply(content: &impl Serialize) -> Response {
    let body = Sealed::of(content).bytes().to_vec();
    ([(header::CONTENT_TYPE, HeaderValue::from_static(CONTENT_TYPE))], body).into_response()
}

fn status(error: AppError) -> StatusCode {
    StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

fn answer(answered: Result<Response, StatusCode>) -> Response {
    let mut response = answered.unwrap_or_else(IntoResponse::into_response);
    let headers = response.headers_mut();
    headers.insert(HeaderName::from_static(MARKER.0), HeaderValue::from_static(MARKER.1));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
