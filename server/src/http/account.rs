//! Signing in and out, changing store and look: plain forms that need nothing loaded.

use std::net::SocketAddr;

use app::{
    context::{Appearance, Visitor},
    sign_in::{SignIn, sign_in_page as document},
};
use axum::{
    Extension, Form,
    extract::{ConnectInfo, Query, State},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{Html, IntoResponse, Redirect, Response},
};
use domain::fold::fold;
use ports::error::AppError;
use serde::Deserialize;

use super::{errors, session, state::AppState};
use crate::{cli::DEMO_EMAIL, config::Config};

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
    headers: HeaderMap,
    Form(credentials): Form<Credentials>,
) -> Response {
    let Credentials { email, password, next } = credentials;
    let address = peer.ip().to_string();
    let outcome = if is_demo(&email) && !is_from_this_machine(&state.config, peer, &headers) {
        Err(AppError::Invalid(DEMO_IS_LOCAL.into()))
    } else {
        state.ports.people.sign_in(&email, &password, &address).await
    };
    match outcome {
        Ok(secret) => {
            if let Some(before) = session::secret(&headers) {
                // Whoever signs in again leaves no session behind. One that cannot be ended runs out by itself, and the store has
                // logged why.
                let _ = state.ports.people.sign_out(&before).await;
            }
            let mut response = Redirect::to(local(&next)).into_response();
            if let Some(cookie) = session::set_cookie(&secret, state.config.is_https()) {
                response.headers_mut().insert(header::SET_COOKIE, cookie);
            }
            response
        }
        Err(error) => {
            let wait = seconds_to_wait(&state, &error, &email, &address).await;
            let status = match wait {
                Some(_) => StatusCode::TOO_MANY_REQUESTS,
                None => StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR),
            };
            let mut response = show(&state, appearance, status, email, next, Some(error.to_string()));
            if let Some(seconds) = wait {
                response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
            }
            response
        }
    }
}

pub(super) const DEMO_IS_LOCAL: &str = "The demo account works on this machine alone. Sign in with an account of your own.";

/// By the same rule as the store finds people by their email.
pub(super) fn is_demo(email: &str) -> bool {
    fold(email.trim()) == DEMO_EMAIL
}

/// The demo's password is in the documentation, so it opens for somebody at this machine alone. With a proxy in front everybody
/// seems to be here.
pub(super) fn is_from_this_machine(config: &Config, peer: SocketAddr, headers: &HeaderMap) -> bool {
    let forwarded = ["x-forwarded-for", "forwarded", "x-real-ip"].iter().any(|name| headers.contains_key(*name));
    config.is_for_this_machine() && peer.ip().is_loopback() && !forwarded
}

/// After too many wrong passwords. The port's error has no name of its own for it.
async fn seconds_to_wait(state: &AppState, error: &AppError, email: &str, address: &str) -> Option<u64> {
    match error {
        AppError::Unavailable(_) => state.store.sign_in_wait(email, address).await.ok().flatten(),
        _ => None,
    }
}

/// `POST /sign-out`
pub(crate) async fn sign_out(State(state): State<AppState>, headers: HeaderMap) -> Response {
    if let Some(secret) = session::secret(&headers)
        && let Err(error) = state.ports.people.sign_out(&secret).await
    {
        return errors::page(&state, &error);
    }
    // Whoever presses Back is shown a page as the browser has it, without anybody being asked. What is kept in storage is not meant: the outbox is there.
    let pages = (HeaderName::from_static("clear-site-data"), HeaderValue::from_static("\"cache\""));
    ([(header::SET_COOKIE, session::clear_cookie()), pages], Redirect::to("/sign-in")).into_response()
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

/// Where to go after signing in: a page of ours, whatever the address says. A browser takes tabs and line ends out of an address, which
/// makes a host of what is between two slashes then.
fn local(next: &str) -> &str {
    let leads_away = next.starts_with("//") || next.contains(|letter: char| letter == '\\' || letter.is_control());
    if next.starts_with('/') && !leads_away && !next.starts_with("/sign-") { next } else { "/products" }
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderMap, HeaderValue};

    use super::{is_demo, is_from_this_machine, local};
    use crate::config::Config;

    #[test]
    fn signing_in_leads_to_a_page_of_ours() {
        assert_eq!(local("/products?q=lamp"), "/products?q=lamp");
        for elsewhere in ["", "https://evil.test", "//evil.test", "/\\evil.test", "/\t/evil.test", "/\n/evil.test", "/a\0", "/sign-out"] {
            assert_eq!(local(elsewhere), "/products", "{elsewhere:?}");
        }
    }

    #[test]
    fn the_demo_account_is_known_however_its_email_is_written() {
        for email in ["owner@demo.test", " OWNER@Demo.test ", "öwner@demo.test", "\u{ff4f}wner@demo.test"] {
            assert!(is_demo(email), "{email:?}");
        }
        assert!(!is_demo("owner@second.test"));
    }

    #[test]
    fn a_request_is_from_this_machine_when_nothing_says_otherwise() {
        let (here, there) = ("127.0.0.1:50000".parse().unwrap(), "192.0.2.7:50000".parse().unwrap());
        let none = HeaderMap::new();
        let config = |settings: &[(&str, &str)]| Config::of(settings).unwrap();

        assert!(is_from_this_machine(&config(&[]), here, &none));
        assert!(is_from_this_machine(&config(&[("VITRINE_ADDR", "[::1]:3000")]), "[::1]:50000".parse().unwrap(), &none));
        assert!(!is_from_this_machine(&config(&[]), there, &none));
        assert!(!is_from_this_machine(&config(&[("VITRINE_ADDR", "0.0.0.0:3000")]), here, &none));
        assert!(!is_from_this_machine(&config(&[("VITRINE_PUBLIC_URL", "https://vitrine.example")]), here, &none));
        for name in ["x-forwarded-for", "forwarded", "x-real-ip"] {
            let proxied = HeaderMap::from_iter([(name.parse().unwrap(), HeaderValue::from_static("192.0.2.7"))]);
            assert!(!is_from_this_machine(&config(&[]), here, &proxied), "{name}");
        }
    }
}
