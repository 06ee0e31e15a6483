//! The forms of the webhooks' page.

use app::{
    forms::Form,
    webhooks::{Sent, form},
};
use axum::{
    extract::{Request, State},
    http::StatusCode,
    response::Response,
};
use domain::ids::WebhookId;
use ports::{Access, error::AppError, webhooks::WebhookChange};

use super::{
    forms::{self, REFUSED},
    settings_form::{answered, saved},
    state::AppState,
};

const SAVED: &str = "/settings/webhooks?done=saved";
const REMOVED: &str = "/settings/webhooks?done=removed";

/// `POST /settings/webhooks`: makes, changes, removes, pauses or tries a webhook, or sends something again, as `do` says.
pub(crate) async fn send(State(state): State<AppState>, request: Request) -> Response {
    answered(state, request, async |state, access, form| match form.text("do") {
        "remove" => remove(&state, &access, &form).await,
        "pause" => pause(&state, &access, &form, true).await,
        "resume" => pause(&state, &access, &form, false).await,
        "rotate" => rotate(&state, &access, &form).await,
        "test" => test(&state, &access, &form).await,
        "replay" => replay(&state, &access, &form).await,
        "replay_since" => replay_since(&state, &access, form).await,
        _ => save(&state, &access, form).await,
    })
    .await
}

type Answer = forms::Answer<Sent>;

/// A new one is answered with the page itself, which nobody may keep: led to another one, the secret would have to wait for it somewhere.
async fn save(state: &AppState, access: &Access, mut form: Form) -> Result<Answer, AppError> {
    let webhooks = &state.ports.webhooks;
    if form.text("id").is_empty() {
        // Whoever may not is told so before what is wrong with the form.
        webhooks.webhooks(access).await?;
        let Some(new) = form::read(&mut form) else { return Ok(Answer::Page(REFUSED, Sent::Refused(form))) };
        return match webhooks.make_webhook(access, None, new).await {
            Ok((webhook, Some(secret))) => Ok(Answer::Page(StatusCode::OK, Sent::Made(webhook, secret))),
            Ok((_, None)) => Ok(Answer::Done(SAVED)),
            Err(AppError::Invalid(sentence)) => {
                form.refuse("url", sentence);
                Ok(Answer::Page(REFUSED, Sent::Refused(form)))
            }
            Err(error) => Err(error),
        };
    }
    let id = id(&form)?;
    webhooks.webhook(access, id).await?.ok_or(AppError::NotFound)?;
    if let Some(new) = form::read(&mut form) {
        let change = WebhookChange { url: Some(new.url), events: Some(new.events), paused: None };
        if saved(webhooks.change_webhook(access, id, change).await, &mut form)? {
            return Ok(Answer::Done(SAVED));
        }
    }
    Ok(Answer::Page(REFUSED, Sent::Refused(form)))
}

async fn remove(state: &AppState, access: &Access, form: &Form) -> Result<Answer, AppError> {
    state.ports.webhooks.remove_webhook(access, id(form)?).await?;
    Ok(Answer::Done(REMOVED))
}

async fn pause(state: &AppState, access: &Access, form: &Form, paused: bool) -> Result<Answer, AppError> {
    let change = WebhookChange { paused: Some(paused), ..WebhookChange::default() };
    state.ports.webhooks.change_webhook(access, id(form)?, change).await?;
    Ok(Answer::Done(SAVED))
}

async fn rotate(state: &AppState, access: &Access, form: &Form) -> Result<Answer, AppError> {
    let id = id(form)?;
    let (secret, until) = state.ports.webhooks.rotate_secret(access, id).await?;
    let webhook = state.ports.webhooks.webhook(access, id).await?.ok_or(AppError::NotFound)?;
    Ok(Answer::Page(StatusCode::OK, Sent::Rotated(webhook, secret, until)))
}

async fn test(state: &AppState, access: &Access, form: &Form) -> Result<Answer, AppError> {
    let id = id(form)?;
    match state.ports.webhooks.test_webhook(access, id).await {
        Err(error @ (AppError::Forbidden | AppError::SignedOut | AppError::NotFound)) => Err(error),
        answer => Ok(Answer::Page(StatusCode::OK, Sent::Tested(id, answer))),
    }
}

async fn replay(state: &AppState, access: &Access, form: &Form) -> Result<Answer, AppError> {
    let id = id(form)?;
    let delivery = form.text("delivery").parse().map_err(|_| AppError::NotFound)?;
    state.ports.webhooks.replay(access, id, delivery).await?;
    Ok(Answer::Page(StatusCode::OK, Sent::Again(id)))
}

async fn replay_since(state: &AppState, access: &Access, mut form: Form) -> Result<Answer, AppError> {
    let id = id(&form)?;
    state.ports.webhooks.webhook(access, id).await?.ok_or(AppError::NotFound)?;
    let Some(since) = form::since(&mut form) else { return Ok(Answer::Page(REFUSED, Sent::NotAgain(id, form))) };
    state.ports.webhooks.replay_since(access, id, since).await?;
    Ok(Answer::Page(StatusCode::OK, Sent::Again(id)))
}

fn id(form: &Form) -> Result<WebhookId, AppError> {
    form.text("id").parse().map_err(|_| AppError::NotFound)
}
