//! Uploading a catalogue file, and what else a job needs plain HTTP for.

mod receive;

use axum::{
    body::Body,
    extract::{Path, Request, State},
    http::{StatusCode, header},
    response::{IntoResponse, Redirect, Response},
};
use domain::{ids::JobId, role::Permission};
use ports::{Access, ImportOptions, error::AppError};

use super::{
    errors, session,
    state::AppState,
    uploads::{Refused, discard},
};

/// `POST /imports`: the file goes to the disk as it arrives, then to a job.
pub(crate) async fn upload(State(state): State<AppState>, request: Request) -> Response {
    match start(&state, request).await {
        Ok(job) => Redirect::to(&format!("/imports/{job}")).into_response(),
        Err(Refused::Because(error)) => errors::page(&state, &error),
        Err(Refused::TooLarge(megabytes)) => {
            let mut page = errors::page(
                &state,
                &AppError::Invalid(format!(
                    "The file is larger than {megabytes} MB and was not kept. Split it, import it on the server with `vitrine import`, or have \
                     VITRINE_MAX_UPLOAD_MB raised."
                )),
            );
            *page.status_mut() = StatusCode::PAYLOAD_TOO_LARGE;
            page
        }
    }
}

async fn start(state: &AppState, request: Request) -> Result<JobId, Refused> {
    let access = session::access(&request)?;
    if !access.role.may(Permission::RunJobs) {
        discard(request.into_body()).await;
        return Err(AppError::Forbidden.into());
    }
    // Shared from another program, which asks nothing: it is looked at first, and imported when somebody has seen what it would do.
    let is_shared = request.uri().query() == Some("shared");
    let form = receive::form(&state.config, request).await?;
    if form.store.is_some_and(|store| store != access.store.to_string()) {
        let elsewhere = "You have gone to another store in another tab. Nothing was imported. Reload the page of imports, and choose the file there.";
        return Err(AppError::Invalid(elsewhere.into()).into());
    }
    let file = form.file.ok_or_else(|| AppError::Invalid("No file was chosen. Choose a CSV file and try again.".into()))?;
    Ok(state.ports.jobs.start_import(&access, file.upload(), ImportOptions { dry_run: is_shared || form.options.dry_run, ..form.options }).await?)
}

/// `POST /imports/{id}/cancel`
pub(crate) async fn cancel(State(state): State<AppState>, Path(id): Path<String>, request: Request) -> Response {
    let asked = asked(&request, &id);
    let done = async {
        let (access, id) = asked?;
        state.ports.jobs.cancel(&access, id).await?;
        Ok(format!("/imports/{id}"))
    };
    redirect(&state, done.await)
}

/// `POST /imports/{id}/confirm`: imports what a dry run has looked at.
pub(crate) async fn confirm(State(state): State<AppState>, Path(id): Path<String>, request: Request) -> Response {
    let asked = asked(&request, &id);
    let done = async {
        let (access, id) = asked?;
        let job = state.ports.jobs.import_after_dry_run(&access, id).await?;
        Ok(format!("/imports/{job}"))
    };
    redirect(&state, done.await)
}

/// `GET /imports/{id}/bad-rows.csv`
pub(crate) async fn bad_rows(State(state): State<AppState>, Path(id): Path<String>, request: Request) -> Response {
    let (access, id) = match asked(&request, &id) {
        Ok(asked) => asked,
        Err(error) => return errors::page(&state, &error),
    };
    // Asked for first, so that a job that is not there is an error and no empty file.
    match state.ports.jobs.job(&access, id).await {
        Ok(Some(_)) => {}
        Ok(None) => return errors::page(&state, &AppError::NotFound),
        Err(error) => return errors::page(&state, &error),
    }
    let headers = [(header::CONTENT_TYPE, "text/csv; charset=utf-8"), (header::CONTENT_DISPOSITION, "attachment; filename=\"bad-rows.csv\"")];
    (headers, Body::from_stream(jobs::bad_rows_csv(state.ports.jobs.clone(), access, id))).into_response()
}

fn asked(request: &Request, id: &str) -> Result<(Access, JobId), AppError> {
    Ok((session::access(request)?, id.parse().map_err(|_| AppError::NotFound)?))
}

fn redirect(state: &AppState, done: Result<String, AppError>) -> Response {
    match done {
        Ok(address) => Redirect::to(&address).into_response(),
        Err(error) => errors::page(state, &error),
    }
}
