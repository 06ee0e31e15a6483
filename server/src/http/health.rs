//! Whether the program lives, and whether it can answer.

use std::sync::atomic::Ordering;

use axum::{extract::State, http::StatusCode};

use super::state::AppState;

/// `GET /healthz`: 200 as long as the program runs.
pub(crate) async fn alive() -> &'static str {
    "alive\n"
}

/// `GET /readyz`: 200 when the database answers and what is asked for first is there, 503 with the reason otherwise.
pub(crate) async fn ready(State(state): State<AppState>) -> (StatusCode, String) {
    match state.store.ping().await {
        Ok(()) if !state.warm.load(Ordering::Acquire) => (StatusCode::SERVICE_UNAVAILABLE, "The lists are being made ready.\n".to_owned()),
        Ok(()) => (StatusCode::OK, "ready\n".to_owned()),
        Err(error) => (StatusCode::SERVICE_UNAVAILABLE, format!("{error}\n")),
    }
}
