//! The forms of the providers' page.

use app::{
    forms::Form,
    providers::{Sent, form},
};
use axum::{
    extract::{Request, State},
    http::StatusCode,
    response::Response,
};
use domain::{
    clock::{Clock, Timestamp},
    ids::ProviderId,
};
use ports::{Access, error::AppError};

use super::{
    forms::{self, REFUSED},
    settings_form::{answered, saved},
    state::AppState,
};
use crate::SystemClock;

const SAVED: &str = "/settings/providers?done=saved";
const REMOVED: &str = "/settings/providers?done=removed";

/// `POST /settings/providers`: saves, removes or tries a provider, saves or removes a price, as `do` says.
pub(crate) async fn send(State(state): State<AppState>, request: Request) -> Response {
    answered(state, request, async |state, access, form| match form.text("do") {
        "remove" => remove(&state, &access, &form).await,
        "try" => try_it(&state, &access, &form).await,
        "price" => save_price(&state, &access, form).await,
        "remove_price" => remove_price(&state, &access, &form).await,
        _ => save(&state, &access, form).await,
    })
    .await
}

type Answer = forms::Answer<Sent>;

async fn save(state: &AppState, access: &Access, mut form: Form) -> Result<Answer, AppError> {
    let behind = form::behind(&state.ports.writing.providers(access).await?);
    if let Some(draft) = form::read(&mut form, behind)
        && saved(state.ports.writing.save_provider(access, draft).await, &mut form)?
    {
        return Ok(Answer::Done(SAVED));
    }
    Ok(Answer::Page(REFUSED, Sent::Provider(form::without_key(form))))
}

async fn remove(state: &AppState, access: &Access, form: &Form) -> Result<Answer, AppError> {
    state.ports.writing.remove_provider(access, id(form.text("id"))?).await?;
    Ok(Answer::Done(REMOVED))
}

async fn try_it(state: &AppState, access: &Access, form: &Form) -> Result<Answer, AppError> {
    let id = id(form.text("id"))?;
    match state.ports.writing.try_provider(access, id).await {
        Err(error @ (AppError::Forbidden | AppError::SignedOut | AppError::NotFound)) => Err(error),
        answer => Ok(Answer::Page(StatusCode::OK, Sent::Tried(id, answer))),
    }
}

async fn save_price(state: &AppState, access: &Access, mut form: Form) -> Result<Answer, AppError> {
    let providers = state.ports.writing.providers(access).await?;
    if let Some(price) = form::price(&mut form, &providers, SystemClock.now())
        && saved(state.ports.writing.save_price(access, price).await, &mut form)?
    {
        return Ok(Answer::Done(SAVED));
    }
    Ok(Answer::Page(REFUSED, Sent::Price(form)))
}

async fn remove_price(state: &AppState, access: &Access, form: &Form) -> Result<Answer, AppError> {
    let from = form.text("from").parse().map(Timestamp::from_micros).map_err(|_| AppError::NotFound)?;
    state.ports.writing.remove_price(access, id(form.text("provider"))?, form.text("model"), from).await?;
    Ok(Answer::Done(REMOVED))
}

fn id(text: &str) -> Result<ProviderId, AppError> {
    text.parse().map_err(|_| AppError::NotFound)
}
