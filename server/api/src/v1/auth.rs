//! Logging in with a password, for programs that a person runs. Others ask with a token that was made on the settings page.

use std::{net::SocketAddr, sync::Arc};

use axum::{
    Extension,
    extract::{ConnectInfo, State},
    http::{HeaderValue, StatusCode, header},
};
use ports::error::AppError;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    answer::Answer,
    bearer::{Caller, wrong_credentials},
    body::{Asked, JSON},
    format,
    options::Api,
    problem::{Kind, Problem, problems},
};

problems!(WhenLoggedIn: InvalidRequest, WrongCredentials, Forbidden, TooLarge, UnsupportedMediaType);

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Credentials {
    #[schema(example = "ada@shop.example")]
    email: String,
    #[schema(format = Password)]
    password: String,
    /// The short name of the store; without it, the first that the person belongs to.
    #[serde(default)]
    #[schema(example = "shop")]
    store: Option<String>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct LoggedIn {
    /// Send it in the header `Authorization`. It is shown this once.
    #[schema(example = "vitrine_1a2b3c")]
    token: String,
    #[schema(example = "Bearer")]
    token_type: &'static str,
    /// RFC 3339, UTC.
    #[schema(format = DateTime, required = true)]
    expires_at: Option<String>,
    /// What the token may be used for, as far as the person's role allows it.
    #[schema(example = json!(["products:read", "products:write"]))]
    scopes: Vec<&'static str>,
    store: LoggedInStore,
}

/// The store that is asked with this token.
#[derive(Serialize, ToSchema)]
pub(crate) struct LoggedInStore {
    #[schema(format = "uuid")]
    id: String,
}

/// Log in
///
/// Gives a token of every scope, in the name of a person and in one store, that is good for 30 days. After some wrong passwords the next one
/// is looked at only after a while.
#[utoipa::path(
    post,
    path = "/auth/login",
    operation_id = "logIn",
    tag = "Logging in",
    request_body(content = Credentials, content_type = "application/json"),
    responses((status = 200, description = "A token", body = LoggedIn), WhenLoggedIn),
    security(()),
)]
pub(crate) async fn log_in(
    State(api): State<Api>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    caller: Option<Extension<Arc<Caller>>>,
    asked: Asked,
) -> Result<Answer, Problem> {
    let Credentials { email, password, store } = asked.json(JSON)?;
    for (name, text) in [("email", &email), ("password", &password), ("store", store.as_ref().unwrap_or(&String::new()))] {
        if text.contains('\0') {
            return Err(Problem::pointer(Kind::InvalidRequest, format!("/{name}"), "A text has no NUL character."));
        }
    }
    let gate = &api.options.gate;
    if let Some(sentence) = gate.refuses(&email, peer, &asked.headers) {
        return Err(Problem::new(Kind::Forbidden, sentence));
    }
    let address = peer.ip().to_string();
    let (view, secret) = match api.ports.tokens.log_in(&email, &password, &address, store.as_deref()).await {
        Ok(made) => made,
        Err(AppError::Invalid(sentence)) => return Err(wrong_credentials(sentence)),
        Err(AppError::Unavailable(sentence)) => {
            return Err(match gate.seconds_to_wait(&email, &address).await {
                Some(seconds) => Problem::new(Kind::TooManyRequests, sentence).header(header::RETRY_AFTER, HeaderValue::from(seconds)),
                None => AppError::Unavailable(sentence).into(),
            });
        }
        Err(error) => return Err(error.into()),
    };
    let bearer = api.ports.tokens.bearer(&secret).await?.ok_or_else(Problem::internal)?;
    if let Some(Extension(caller)) = caller {
        let _ = caller.0.set((bearer.access.store, bearer.token));
    }
    let logged_in = LoggedIn {
        token: secret.0,
        token_type: "Bearer",
        expires_at: view.expires_at.map(format::time),
        scopes: view.scopes.iter().map(domain::scope::Scope::name).collect(),
        store: LoggedInStore { id: bearer.access.store.to_string() },
    };
    Ok(Answer::json(StatusCode::OK, &logged_in)?.header(header::CACHE_CONTROL, HeaderValue::from_static("no-store")))
}
