//! Who is asking: a cookie with a secret, looked up once a request.

use app::context::{Appearance, Visitor};
use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, Method, header},
    middleware::Next,
    response::{IntoResponse, Redirect, Response},
};
use ports::{Access, SessionSecret, error::AppError};

use super::{errors, state::AppState};

const COOKIE: &str = "vitrine_session";
/// As long as a session lasts in the database.
const LIFETIME_SECONDS: u32 = 30 * 24 * 3_600;

/// Looks the visitor up and puts them, with the look they chose, beside the request.
pub(crate) async fn resolve(State(state): State<AppState>, mut request: Request, next: Next) -> Response {
    let visitor = match secret(request.headers()) {
        None => Visitor::default(),
        Some(secret) => match state.ports.people.me(&secret).await {
            Ok(Some((access, me))) => Visitor { me: Some(me), access: Some(access) },
            Ok(None) => Visitor::default(),
            Err(error) => return errors::page(&state, &error),
        },
    };
    let appearance = appearance(request.headers());
    request.extensions_mut().insert(visitor);
    request.extensions_mut().insert(appearance);
    next.run(request).await
}

/// Sends whoever is not signed in to the sign-in page, and back here afterwards. Server functions answer
/// for themselves.
pub(crate) async fn require(request: Request, next: Next) -> Response {
    let signed_in = request.extensions().get::<Visitor>().is_some_and(|visitor| visitor.access.is_some());
    if signed_in || request.uri().path().starts_with("/api/") {
        return next.run(request).await;
    }
    if request.method() != Method::GET {
        return Redirect::to("/sign-in").into_response();
    }
    let here = request.uri().path_and_query().map_or("/", |here| here.as_str());
    Redirect::to(&format!("/sign-in?next={}", encoded(here))).into_response()
}

/// The proof of a signed-in visitor, for handlers behind [`require`].
pub(crate) fn access(request: &Request) -> Result<Access, AppError> {
    request.extensions().get::<Visitor>().and_then(|visitor| visitor.access.clone()).ok_or(AppError::SignedOut)
}

pub(crate) fn secret(headers: &HeaderMap) -> Option<SessionSecret> {
    cookie(headers, COOKIE).map(|secret| SessionSecret(secret.to_owned()))
}

pub(crate) fn set_cookie(secret: &SessionSecret, secure: bool) -> Option<HeaderValue> {
    let secure = if secure { "; Secure" } else { "" };
    HeaderValue::from_str(&format!("{COOKIE}={}; Path=/; HttpOnly; SameSite=Lax; Max-Age={LIFETIME_SECONDS}{secure}", secret.0)).ok()
}

pub(crate) fn clear_cookie() -> HeaderValue {
    HeaderValue::from_static("vitrine_session=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0")
}

pub(crate) fn appearance(headers: &HeaderMap) -> Appearance {
    let theme = match cookie(headers, "theme") {
        Some("light") => Some("light"),
        Some("dark") => Some("dark"),
        _ => None,
    };
    Appearance { theme }
}

fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|cookies| cookies.to_str().ok())
        .flat_map(|cookies| cookies.split(';'))
        .filter_map(|cookie| cookie.trim().split_once('='))
        .find(|(known, _)| *known == name)
        .map(|(_, value)| value)
}

fn encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => encoded.push(char::from(byte)),
            byte => {
                use std::fmt::Write;
                let _ = write!(encoded, "%{byte:02X}");
            }
        }
    }
    encoded
}
