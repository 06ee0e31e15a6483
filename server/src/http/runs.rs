//! Starting and steering runs by plain forms, for as long as the page has not come alive.

use app::runs::{Choice, Steering};
use axum::{
    RequestExt,
    extract::{Path, Request, State},
    response::{IntoResponse, Redirect, Response},
};
use domain::query::pairs;
use ports::error::AppError;

use super::{errors, session, state::AppState};

/// `POST /runs`: a choice that cannot be started goes back to its page, which says what is wrong beside each field.
pub(crate) async fn start(State(state): State<AppState>, request: Request) -> Response {
    let done = async {
        let access = session::access(&request)?;
        let form = body(request).await?;
        let choice = Choice::read(&form);
        if !choice.is_ready() {
            return Ok(format!("/runs/new?{}", choice.to_address()));
        }
        Ok(format!("/runs/{}", app::runs::start(&state.ports, &access, &form).await?))
    };
    redirect(&state, done.await)
}

/// `POST /runs/{id}/{what}`: pause, resume with a cap where one is sent, cancel, retry.
pub(crate) async fn steer(State(state): State<AppState>, Path((id, what)): Path<(String, String)>, request: Request) -> Response {
    let done = async {
        let access = session::access(&request)?;
        let id = id.parse().map_err(|_| AppError::NotFound)?;
        let what = Steering::ALL.into_iter().find(|steering| steering.name() == what).ok_or(AppError::NotFound)?;
        let form = body(request).await?;
        let cap = pairs(&form).find(|(name, _)| name == "cap").map(|(_, cap)| cap).unwrap_or_default();
        Ok(format!("/runs/{}", what.steer(&state.ports, &access, id, &cap).await?))
    };
    redirect(&state, done.await)
}

/// A form as it was sent.
pub(super) async fn body(request: Request) -> Result<String, AppError> {
    request.extract::<String, _>().await.map_err(|_| AppError::Invalid("The form was not understood. Reload the page and try again.".into()))
}

pub(super) fn redirect(state: &AppState, done: Result<String, AppError>) -> Response {
    match done {
        Ok(address) => Redirect::to(&address).into_response(),
        Err(error) => errors::page(state, &error),
    }
}
