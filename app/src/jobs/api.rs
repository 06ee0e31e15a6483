//! The server functions of jobs.

use domain::ids::JobId;
use leptos::prelude::*;
use ports::{
    error::AppError,
    jobs::{JobDetail, JobView},
};

#[cfg(feature = "ssr")]
use crate::context::{answer_status, authorised};
use crate::wire::{Read, Write};

#[server(prefix = "/api/fn", endpoint = "jobs/list", protocol = Read)]
pub(crate) async fn list_jobs() -> Result<Vec<JobView>, AppError> {
    let (ports, access) = authorised().inspect_err(answer_status)?;
    ports.jobs.jobs(&access).await.inspect_err(answer_status)
}

/// `id` as it stands in the address: what is no id is no job.
#[server(prefix = "/api/fn", endpoint = "jobs/get", protocol = Read)]
pub(crate) async fn open_job(id: String) -> Result<Option<JobDetail>, AppError> {
    let (ports, access) = authorised().inspect_err(answer_status)?;
    let Ok(id) = id.parse::<JobId>() else { return Ok(None) };
    ports.jobs.job(&access, id).await.inspect_err(answer_status)
}

#[server(prefix = "/api/fn", endpoint = "jobs/cancel", protocol = Write)]
pub(crate) async fn cancel_job(id: JobId) -> Result<(), AppError> {
    let (ports, access) = authorised().inspect_err(answer_status)?;
    ports.jobs.cancel(&access, id).await.inspect_err(answer_status)
}

/// Imports for good what a dry run has looked at; the new job.
#[server(prefix = "/api/fn", endpoint = "jobs/import", protocol = Write)]
pub(crate) async fn import_for_good(dry_run: JobId) -> Result<JobId, AppError> {
    let (ports, access) = authorised().inspect_err(answer_status)?;
    ports.jobs.import_after_dry_run(&access, dry_run).await.inspect_err(answer_status)
}
