//! What every answer carries, and which requests are refused before anything is done.

use axum::{
    extract::{Request, State},
    http::{HeaderName, HeaderValue, Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};

use domain::worker::MARKER;

use super::{shared, state::AppState};

/// Laid beside a script that runs as a worker: it has the policy of its own answer, and not that of a page.
#[derive(Clone, Copy, Debug)]
pub(super) struct RunsAsWorker;

/// Headers of every answer. What is no page gets two short ones that allow nothing: fifty files a page with all of them
/// would be twenty kilobytes.
pub(super) fn headers(state: &AppState, response: &mut Response) {
    shared::mark(response, state.config.cdn.purge.is_some());
    let runs_as_worker = response.extensions_mut().remove::<RunsAsWorker>().is_some();
    let headers = response.headers_mut();
    headers.insert(HeaderName::from_static(MARKER.0), HeaderValue::from_static(MARKER.1));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    // What depends on who asks is asked for again each time.
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("private, no-cache"));
    let is_page = headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    if is_page {
        // A page that runs something has set its own policy already, with its nonce.
        if !headers.contains_key(header::CONTENT_SECURITY_POLICY)
            && let Ok(policy) = HeaderValue::from_str(&content_security_policy(None, &state.site.assets))
        {
            headers.insert(header::CONTENT_SECURITY_POLICY, policy);
        }
        headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("same-origin"));
        headers.insert(HeaderName::from_static("cross-origin-opener-policy"), HeaderValue::from_static("same-origin"));
        headers.insert(HeaderName::from_static("permissions-policy"), HeaderValue::from_static("camera=(), geolocation=(), microphone=()"));
    } else if runs_as_worker && let Ok(policy) = HeaderValue::from_str(&worker_policy(&state.site.assets)) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    } else {
        headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'"));
    }
}

/// The policy of a worker: it compiles its module, and asks us and whoever has our hashed files.
fn worker_policy(assets: &str) -> String {
    let assets = if assets.is_empty() { String::new() } else { format!(" {assets}/pkg/") };
    format!("default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'{assets}")
}

/// The content security policy of a page: its own files, its own inline scripts, pictures from shops. `assets` is where hashed files
/// come from: of what else is there, nothing runs.
pub(crate) fn content_security_policy(nonce: Option<&str>, assets: &str) -> String {
    let assets = if assets.is_empty() { String::new() } else { format!(" {assets}/pkg/") };
    let nonce = nonce.map(|nonce| format!(" 'nonce-{nonce}'")).unwrap_or_default();
    // Where `cargo leptos watch` tells a page to load again.
    let reload = if cfg!(debug_assertions) { " ws://127.0.0.1:3001 ws://localhost:3001" } else { "" };
    format!(
        "default-src 'none'; script-src 'self'{assets}{nonce} 'wasm-unsafe-eval'; style-src 'self'{assets}{nonce}; img-src 'self' https: data:; \
         connect-src 'self'{assets}{reload}; manifest-src 'self'; worker-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
}

/// Refuses writes that another site's page makes in the visitor's name: browsers say where a request comes
/// from (Fetch Metadata), older ones at least the origin.
pub(crate) async fn refuse_cross_site(State(state): State<AppState>, request: Request, next: Next) -> Response {
    if matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS) || is_same_site(&request, state.config.public_url.as_deref()) {
        return next.run(request).await;
    }
    tracing::warn!(path = request.uri().path(), "refused a write from another site");
    (StatusCode::FORBIDDEN, "This request came from another site and was refused. Open Vitrine itself and try again.").into_response()
}

fn is_same_site(request: &Request, public_url: Option<&str>) -> bool {
    let header = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok());
    if let Some(site) = header("sec-fetch-site") {
        return matches!(site, "same-origin" | "none");
    }
    match header("origin") {
        // No browser: programs have no cookies that somebody else could use.
        None => true,
        Some(origin) => {
            let host = header("host").unwrap_or_default();
            public_url == Some(origin) || origin.split_once("://").is_some_and(|(_, authority)| authority == host)
        }
    }
}
