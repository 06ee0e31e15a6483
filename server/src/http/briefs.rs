//! The forms of the brief's page.

use app::{
    briefs::{Sent, form, product_and_provider},
    forms::Form,
};
use axum::{
    extract::{Request, State},
    http::StatusCode,
    response::Response,
};
use ports::{Access, error::AppError};

use super::{
    forms::{self, REFUSED},
    settings_form::{answered, saved},
    state::AppState,
};

/// `POST /settings/brief`: saves the brief or a template, removes a template, or asks for a preview, as `do` says.
pub(crate) async fn send(State(state): State<AppState>, request: Request) -> Response {
    answered(state, request, async |state, access, form| match form.text("do") {
        "preview" => preview(&state, &access, &form).await,
        "remove" => remove(&state, &access, &form).await,
        _ => save(&state, &access, form).await,
    })
    .await
}

type Answer = forms::Answer<Sent>;

async fn save(state: &AppState, access: &Access, mut form: Form) -> Result<Answer, AppError> {
    let template = form::template(&mut form);
    let store = match &template {
        Some(_) => Some(state.ports.writing.briefs(access).await?.brief),
        None => None,
    };
    if let Some(brief) = form::read(&mut form, store.as_ref())
        && saved(state.ports.writing.save_brief(access, template.as_deref(), brief).await, &mut form)?
    {
        return Ok(Answer::Done("/settings/brief?done=saved"));
    }
    Ok(Answer::Page(REFUSED, Sent::Brief { template, form }))
}

async fn remove(state: &AppState, access: &Access, form: &Form) -> Result<Answer, AppError> {
    state.ports.writing.remove_template(access, form.text("template")).await?;
    Ok(Answer::Done("/settings/brief?done=removed"))
}

async fn preview(state: &AppState, access: &Access, form: &Form) -> Result<Answer, AppError> {
    let (handle, provider) = (form.text("handle").to_owned(), form.text("provider").to_owned());
    let answer = match product_and_provider(&handle, &provider) {
        Ok((product, provider)) => state.ports.writing.preview(access, &product, provider).await.map(Box::new),
        Err(error) => Err(error),
    };
    let status = answer.as_ref().map_or_else(|error| StatusCode::from_u16(error.status()).unwrap_or(REFUSED), |_| StatusCode::OK);
    match answer {
        Err(error @ (AppError::Forbidden | AppError::SignedOut)) => Err(error),
        answer => Ok(Answer::Page(status, Sent::Preview { handle, provider, answer })),
    }
}
