//! How a failure reaches a person who has no page to show it in.

use std::any::Any;

use axum::{
    http::{StatusCode, header},
    response::{Html, IntoResponse, Response},
};
use ports::error::AppError;

use super::state::AppState;

/// A plain page with the sentence, and the error's status.
pub(crate) fn page(state: &AppState, error: &AppError) -> Response {
    document(Some(&state.site.stylesheet), error)
}

/// What a panic is answered with; the log has its cause.
pub(crate) fn panicked(_cause: Box<dyn Any + Send + 'static>) -> Response {
    document(None, &AppError::Internal)
}

fn document(stylesheet: Option<&str>, error: &AppError) -> Response {
    let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let style = stylesheet.map(|address| format!("<link rel=\"stylesheet\" href=\"{address}\">")).unwrap_or_default();
    let sentence = error.to_string().replace('&', "&amp;").replace('<', "&lt;");
    let html = format!(
        "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\"><meta name=\"color-scheme\" content=\"light dark\">\
         <title>Vitrine</title><link rel=\"icon\" href=\"/favicon.svg\">{style}</head><body><main class=\"page\"><div class=\"notice\" role=\"alert\"><h1>This did not work</h1><p>{sentence}</p>\
         <div class=\"line\"><a class=\"btn\" href=\"/products\">Go to the products</a></div></div></main></body></html>"
    );
    (status, [(header::CACHE_CONTROL, "no-store")], Html(html)).into_response()
}
