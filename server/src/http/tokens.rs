//! The forms of the tokens' page.

use app::{
    forms::Form,
    tokens::{Sent, form},
};
use axum::{
    extract::{Request, State},
    http::StatusCode,
    response::Response,
};
use domain::clock::Clock;
use ports::{Access, error::AppError};

use super::{
    forms::{self, REFUSED},
    settings_form::answered,
    state::AppState,
};
use crate::SystemClock;

const REVOKED: &str = "/settings/tokens?done=revoked";

/// `POST /settings/tokens`: makes a token or revokes one, as `do` says.
pub(crate) async fn send(State(state): State<AppState>, request: Request) -> Response {
    answered(state, request, async |state, access, form| match form.text("do") {
        "revoke" => revoke(&state, &access, &form).await,
        _ => make(&state, &access, form).await,
    })
    .await
}

type Answer = forms::Answer<Sent>;

/// Answered with the page itself, which nobody may keep: led to another one, the secret would have to wait for it somewhere.
async fn make(state: &AppState, access: &Access, mut form: Form) -> Result<Answer, AppError> {
    let known = state.ports.tokens.tokens(access).await?;
    let Some(new) = form::read(&mut form, &known, access.user, SystemClock.now()) else {
        return Ok(Answer::Page(REFUSED, Sent::Refused(form)));
    };
    match state.ports.tokens.make_token(access, new).await {
        Ok((token, secret)) => Ok(Answer::Page(StatusCode::OK, Sent::Made(token, secret))),
        Err(AppError::Invalid(sentence)) => {
            form.refuse("", sentence);
            Ok(Answer::Page(REFUSED, Sent::Refused(form)))
        }
        Err(error) => Err(error),
    }
}

async fn revoke(state: &AppState, access: &Access, form: &Form) -> Result<Answer, AppError> {
    let token = form.text("id").parse().map_err(|_| AppError::NotFound)?;
    state.ports.tokens.revoke_token(access, token).await?;
    Ok(Answer::Done(REVOKED))
}
