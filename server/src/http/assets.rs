//! The browser's files, compressed when they were built. A hashed file never changes and is kept for a
//! year; a missing one is a 404 and never a page, so that a chunk that is gone is not taken for HTML.

use std::path::Path;

use axum::{
    Router,
    extract::{Request, State},
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use ports::error::AppError;
use tower::ServiceExt;
use tower_http::{services::ServeDir, set_header::SetResponseHeaderLayer};

use super::{errors, state::AppState};

/// `/pkg/...`
pub(crate) fn hashed(dir: &Path) -> Router {
    let files = ServeDir::new(dir.join("pkg")).precompressed_br().precompressed_gzip().append_index_html_on_directories(false);
    Router::new().fallback_service(files).layer(SetResponseHeaderLayer::overriding(header::CACHE_CONTROL, |response: &Response| {
        let found = response.status().is_success() || response.status() == StatusCode::NOT_MODIFIED;
        // While one works on it the names are plain and the files change.
        let lifetime = if found && !cfg!(debug_assertions) { "public, max-age=31536000, immutable" } else { "no-store" };
        Some(HeaderValue::from_static(lifetime))
    }))
}

/// Icons, the manifest; and a page that says so for what is not there.
pub(crate) fn public(state: AppState) -> Router {
    Router::new().fallback(serve_public).with_state(state)
}

async fn serve_public(State(state): State<AppState>, request: Request) -> Response {
    let files = ServeDir::new(&state.site.dir).precompressed_br().precompressed_gzip().append_index_html_on_directories(false);
    match files.oneshot(request).await {
        Ok(response) if response.status().is_success() || response.status() == StatusCode::NOT_MODIFIED => {
            let mut response = response.into_response();
            response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=3600"));
            response
        }
        Ok(_) => errors::page(&state, &AppError::NotFound),
        Err(never) => match never {},
    }
}
