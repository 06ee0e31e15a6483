//! The forms of the page of alerts.

use app::{
    forms::Form,
    performance::alerts::{Sent, form},
};
use axum::{
    extract::{Request, State},
    http::StatusCode,
    response::Response,
};
use ports::{Access, error::AppError};

use super::{
    forms::{self, REFUSED},
    settings_form::answered,
    state::AppState,
};

const SAVED: &str = "/performance/alerts?done=saved";

type Answer = forms::Answer<Sent>;

/// `POST /performance/alerts`: sees to an alert, silences, ends a silence, or tries a channel, as `do` says.
pub(crate) async fn send(State(state): State<AppState>, request: Request) -> Response {
    answered(state, request, async |state, access, form| match form.text("do") {
        "acknowledge" => acknowledge(&state, &access, &form, true).await,
        "release" => acknowledge(&state, &access, &form, false).await,
        "silence" => silence(&state, &access, form).await,
        "end" => {
            state.ports.alerts.end_silence(&access, form.text("id")).await?;
            Ok(Answer::Done(SAVED))
        }
        "test" => test(&state, &access, &form).await,
        _ => Err(AppError::Invalid("The form was not understood. Reload the page and try again.".into())),
    })
    .await
}

async fn acknowledge(state: &AppState, access: &Access, form: &Form, sees_to_it: bool) -> Result<Answer, AppError> {
    let key = form::key(form).ok_or(AppError::NotFound)?;
    match state.ports.alerts.acknowledge(access, &key, sees_to_it).await {
        Ok(()) => Ok(Answer::Done(SAVED)),
        Err(AppError::Invalid(sentence)) => Ok(Answer::Page(REFUSED, Sent::NotDone(sentence))),
        Err(error) => Err(error),
    }
}

async fn silence(state: &AppState, access: &Access, mut form: Form) -> Result<Answer, AppError> {
    let alerts = &state.ports.alerts;
    // Whoever may not is told so before what is wrong with the form.
    alerts.firing(access).await?;
    let Some(new) = form::silence(&mut form) else { return Ok(Answer::Page(REFUSED, Sent::Refused(form))) };
    match alerts.silence(access, new).await {
        Ok(()) => Ok(Answer::Done(SAVED)),
        Err(AppError::Invalid(sentence)) => {
            form.refuse("", sentence);
            Ok(Answer::Page(REFUSED, Sent::Refused(form)))
        }
        Err(error) => Err(error),
    }
}

async fn test(state: &AppState, access: &Access, form: &Form) -> Result<Answer, AppError> {
    let channel = form.text("channel");
    match state.ports.alerts.test_channel(access, channel).await {
        Err(error @ (AppError::Forbidden | AppError::SignedOut | AppError::NotFound)) => Err(error),
        // One that is not shown has no place for what came of it.
        Err(AppError::Invalid(sentence)) if !is_shown(state, access, channel).await? => Ok(Answer::Page(REFUSED, Sent::NotDone(sentence))),
        answer => Ok(Answer::Page(StatusCode::OK, Sent::Tested(channel.to_owned(), answer))),
    }
}

async fn is_shown(state: &AppState, access: &Access, channel: &str) -> Result<bool, AppError> {
    Ok(state.ports.alerts.standing(access).await?.channels.iter().any(|known| known.name == channel))
}
