//! Uploading a catalogue file, and what else a job needs plain HTTP for.

use axum::{
    body::Body,
    extract::{Multipart, Path, Request, State},
    http::header,
    response::{IntoResponse, Redirect, Response},
};
use domain::ids::JobId;
use ports::{Access, ImportOptions, Upload, error::AppError};
use tokio::io::AsyncWriteExt;

use super::{errors, session, state::AppState};

/// `POST /imports`: the file goes to the disk as it arrives, then to a job.
pub(crate) async fn upload(State(state): State<AppState>, request: Request) -> Response {
    match receive(&state, request).await {
        Ok(job) => Redirect::to(&format!("/imports/{job}")).into_response(),
        Err(error) => errors::page(&state, &error),
    }
}

async fn receive(state: &AppState, request: Request) -> Result<JobId, AppError> {
    let access = session::access(&request)?;
    if !access.role.may(domain::role::Permission::RunJobs) {
        return Err(AppError::Forbidden);
    }
    let mut form = axum::RequestExt::extract::<Multipart, _>(request).await.map_err(|_| broken())?;
    let mut options = ImportOptions::default();
    let mut received: Option<Upload> = None;
    while let Some(part) = form.next_field().await.map_err(|_| broken())? {
        match part.name() {
            Some("dry_run") => options.dry_run = is_checked(&part.text().await.map_err(|_| broken())?),
            Some("overwrite") => options.overwrite = is_checked(&part.text().await.map_err(|_| broken())?),
            Some("file") => {
                let file_name: String = part.file_name().unwrap_or_default().chars().filter(|c| !c.is_control()).take(200).collect();
                if !file_name.is_empty() {
                    received = Some(write_to_disk(state, file_name, part).await?);
                }
            }
            _ => {}
        }
    }
    let upload = received.ok_or_else(|| AppError::Invalid("No file was chosen. Choose a CSV file and try again.".into()))?;
    let path = upload.path.clone();
    let started = state.ports.jobs.start_import(&access, upload, options).await;
    if started.is_err() {
        let _ = tokio::fs::remove_file(path).await;
    }
    started
}

async fn write_to_disk(state: &AppState, file_name: String, mut part: axum::extract::multipart::Field<'_>) -> Result<Upload, AppError> {
    let dir = state.config.uploads_dir();
    let full = |error: std::io::Error| {
        tracing::error!(%error, "an upload could not be written");
        AppError::Unavailable("The server could not keep the file: its disk is full or cannot be written. Nothing was imported.".into())
    };
    tokio::fs::create_dir_all(&dir).await.map_err(full)?;
    let mut name = [0; 16];
    getrandom::fill(&mut name).map_err(|_| AppError::Internal)?;
    let path = dir.join(format!("{:032x}.part", u128::from_be_bytes(name)));
    let written = async {
        let mut file = tokio::io::BufWriter::with_capacity(1 << 20, tokio::fs::File::create(&path).await.map_err(full)?);
        let mut size = 0_u64;
        while let Some(bytes) = part.chunk().await.map_err(|_| broken())? {
            size += bytes.len() as u64;
            if size > state.config.max_upload_bytes {
                return Err(AppError::Invalid(format!(
                    "The file is larger than {} MB. Split it, use `vitrine import`, or raise VITRINE_MAX_UPLOAD_MB.",
                    state.config.max_upload_bytes >> 20
                )));
            }
            file.write_all(&bytes).await.map_err(full)?;
        }
        file.flush().await.map_err(full)?;
        file.get_ref().sync_all().await.map_err(full)
    };
    match written.await {
        Ok(()) => Ok(Upload { file_name, path }),
        Err(error) => {
            let _ = tokio::fs::remove_file(&path).await;
            Err(error)
        }
    }
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

fn is_checked(value: &str) -> bool {
    matches!(value, "on" | "true" | "1" | "yes")
}

fn broken() -> AppError {
    AppError::Invalid("The upload broke off or was not understood. Try again.".into())
}
