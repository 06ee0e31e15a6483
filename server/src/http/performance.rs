//! The forms of the places of performance: one address takes all of them, by the place.

use app::{forms::Form, performance::Sent};
use axum::{
    extract::{Path, Request, State},
    response::Response,
};
use ports::{
    Access,
    error::AppError,
    lab::{Settlement, Source},
};

use super::{
    alerts,
    forms::{self, REFUSED},
    settings_form::{answered, saved},
    state::AppState,
};

type Answer = forms::Answer<Sent>;

/// `POST /performance/{place}`: says what becomes of a change, as `do` says.
pub(crate) async fn send(State(state): State<AppState>, Path(place): Path<String>, request: Request) -> Response {
    // An address of its own would have no page: the router takes the one that is written out.
    if place == "alerts" {
        return alerts::send(State(state), request).await;
    }
    answered(state, request, async move |state, access, form| match place.as_str() {
        "lab" => settle(&state, &access, form, Source::Lab, "/performance/lab?done=saved").await,
        "regressions" => settle(&state, &access, form, Source::Live, "/performance/regressions?done=saved").await,
        _ => Err(AppError::NotFound),
    })
    .await
}

/// What is wrong with a note is said beside the change it is of.
async fn settle(state: &AppState, access: &Access, mut form: Form, source: Source, done: &'static str) -> Result<Answer, AppError> {
    let id = form.text("id").parse().unwrap_or(0);
    let how = Settlement::from_name(form.text("do")).unwrap_or(Settlement::Filed);
    let settled = state.ports.lab.settle(access, source, id, how, form.text("note")).await;
    Ok(if saved(settled, &mut form)? { Answer::Done(done) } else { Answer::Page(REFUSED, Sent(form)) })
}
