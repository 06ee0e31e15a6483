//! The forms of the places of performance: one address takes all of them, by the place.

use app::{forms::Form, performance::Sent};
use axum::{
    extract::{Path, Request, State},
    http::StatusCode,
    response::Response,
};
use ports::{
    Access,
    error::AppError,
    lab::{Settlement, Source},
    profiles::USUAL_SECONDS,
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
        "bottlenecks" => look(state, access, form).await,
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

/// Looks where the processors' time goes, which takes as long as it was asked for. Whoever waits is told when the server stops meanwhile.
async fn look(state: AppState, access: Access, mut form: Form) -> Result<Answer, AppError> {
    let seconds = match form.text("seconds") {
        "" => USUAL_SECONDS,
        seconds => seconds.parse().unwrap_or(0),
    };
    let mut stopping = state.stopping.clone();
    let taken = tokio::select! {
        taken = state.ports.profiles.take(&access, seconds) => taken,
        _ = stopping.wait_for(|stopping| *stopping) => Err(AppError::Unavailable("The server is stopping. Try again when it is back.".into())),
    };
    let status = match &taken {
        Err(AppError::Unavailable(_)) => StatusCode::SERVICE_UNAVAILABLE,
        _ => REFUSED,
    };
    match taken {
        Ok(()) => Ok(Answer::Done("/performance/bottlenecks#profile-h")),
        Err(AppError::Invalid(sentence) | AppError::Unavailable(sentence)) => {
            form.refuse("", sentence);
            Ok(Answer::Page(status, Sent(form)))
        }
        Err(error) => Err(error),
    }
}
