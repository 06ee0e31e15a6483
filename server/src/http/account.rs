//! Signing in and out, changing store and look: plain forms that need nothing loaded.

use std::net::SocketAddr;

use app::{
    context::{Appearance, Visitor},
    sign_in::{SignIn, sign_in_page as document},
};
use axum::{
    Extension, Form,
    extract::{ConnectInfo, Query, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{Html, IntoResponse, Redirect, Response},
};
use ports::error::AppError;
use serde::Deserialize;

use super::{errors, session, state::AppState};
use crate::cli::DEMO_EMAIL;

#[derive(Deserialize)]
pub(crate) struct Next {
    #[serde(default)]
    next: String,
}

/// `GET /sign-in`
pub(crate) async fn sign_in_page(
    State(state): State<AppState>,
    Extension(visitor): Extension<Visitor>,
    Extension(appearance): Extension<Appearance>,
    Query(next): Query<Next>,
) -> Response {
    if visitor.access.is_some() {
        return Redirect::to(local(&next.next)).into_response();
    }
    show(&state, appearance, StatusCode::OK, String::new(), next.next, None)
}

#[derive(Deserialize)]
pub(crate) struct Credentials {
    #[serde(default)]
    email: String,
    #[serde(default)]
    password: String,
    #[serde(default)]
    next: String,
}

/// `POST /sign-in`
pub(crate) async fn sign_in(
    State(state): State<AppState>,
    Extension(appearance): Extension<Appearance>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    Form(credentials): Form<Credentials>,
) -> Response {
    let Credentials { email, password, next } = credentials;
    let outcome = if email.trim().eq_ignore_ascii_case(DEMO_EMAIL) && !(state.config.addr.ip().is_loopback() && peer.ip().is_loopback()) {
        // Its password is in the documentation.
        Err(AppError::Invalid("The demo account works on this machine alone. Sign in with an account of your own.".into()))
    } else {
        state.ports.people.sign_in(&email, &password, &peer.ip().to_string()).await
    };
    match outcome {
        Ok(secret) => {
            let mut response = Redirect::to(local(&next)).into_response();
            if let Some(cookie) = session::set_cookie(&secret, state.config.is_https()) {
                response.headers_mut().insert(header::SET_COOKIE, cookie);
            }
            response
        }
        Err(error) => {
            let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            show(&state, appearance, status, email, next, Some(error.to_string()))
        }
    }
}

/// `POST /sign-out`
pub(crate) async fn sign_out(State(state): State<AppState>, headers: HeaderMap) -> Response {
    if let Some(secret) = session::secret(&headers)
        && let Err(error) = state.ports.people.sign_out(&secret).await
    {
        return errors::page(&state, &error);
    }
    ([(header::SET_COOKIE, session::clear_cookie())], Redirect::to("/sign-in")).into_response()
}

#[derive(Deserialize)]
pub(crate) struct SwitchStore {
    store: String,
}

/// `POST /switch-store`
pub(crate) async fn switch_store(State(state): State<AppState>, headers: HeaderMap, Form(form): Form<SwitchStore>) -> Response {
    let Ok(store) = form.store.parse() else { return errors::page(&state, &AppError::NotFound) };
    let Some(secret) = session::secret(&headers) else { return Redirect::to("/sign-in").into_response() };
    match state.ports.people.switch_store(&secret, store).await {
        Ok(()) => Redirect::to("/products").into_response(),
        Err(error) => errors::page(&state, &error),
    }
}

#[derive(Deserialize)]
pub(crate) struct Theme {
    #[serde(default)]
    theme: String,
}

/// `POST /theme`
pub(crate) async fn theme(Form(form): Form<Theme>) -> Response {
    let cookie = match form.theme.as_str() {
        "light" => "theme=light; Path=/; SameSite=Lax; Max-Age=31536000",
        "dark" => "theme=dark; Path=/; SameSite=Lax; Max-Age=31536000",
        _ => "theme=; Path=/; SameSite=Lax; Max-Age=0",
    };
    ([(header::SET_COOKIE, HeaderValue::from_static(cookie))], Redirect::to("/settings")).into_response()
}

fn show(state: &AppState, appearance: Appearance, status: StatusCode, email: String, next: String, error: Option<String>) -> Response {
    let html = document(SignIn { stylesheet: state.site.stylesheet.clone(), appearance, email, next, error });
    (status, [(header::CACHE_CONTROL, "no-store")], Html(html)).into_response()
}

/// Where to go after signing in: a page of ours, whatever the address says.
fn local(next: &str) -> &str {
    if next.starts_with('/') && !next.starts_with("//") && !next.contains('\\') && !next.starts_with("/sign-") { next } else { "/products" }
}

#[cfg(test)]
mod tests {
    use super::local;

    #[test]
    fn signing_in_leads_to_a_page_of_ours() {
        assert_eq!(local("/products?q=lamp"), "/products?q=lamp");
        for elsewhere in ["", "https://evil.test", "//evil.test", "/\\evil.test", "/sign-out"] {
            assert_eq!(local(elsewhere), "/products", "{elsewhere:?}");
        }
    }
}
