//! The weekly report as files. Its page is one of the places of performance.

use app::performance::report;
use axum::{
    extract::{Request, State},
    http::header,
    response::{IntoResponse, Response},
};
use domain::clock::Clock;
use ports::{Access, error::AppError};

use super::{errors, session, state::AppState};
use crate::SystemClock;

/// `GET /performance/report.md`
pub(crate) async fn report_as_markdown(State(state): State<AppState>, request: Request) -> Response {
    file(&state, request, "text/markdown; charset=utf-8", "performance.md", report::Report::markdown).await
}

/// `GET /performance/report.csv`
pub(crate) async fn report_as_csv(State(state): State<AppState>, request: Request) -> Response {
    file(&state, request, "text/csv; charset=utf-8", "performance.csv", report::Report::csv).await
}

async fn file(state: &AppState, request: Request, kind: &'static str, name: &str, written: fn(&report::Report) -> String) -> Response {
    // Not the request itself: its body is for one thread.
    match made(state, session::access(&request)).await {
        Ok(report) => {
            let headers = [(header::CONTENT_TYPE, kind.to_owned()), (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\""))];
            (headers, written(&report)).into_response()
        }
        Err(error) => errors::page(state, &error),
    }
}

async fn made(state: &AppState, who: Result<Access, AppError>) -> Result<report::Report, AppError> {
    report::report(&state.ports, &who?, SystemClock.now()).await
}
