//! Work in the background: imports and their dry runs. Runs that write words have a resource of their own.

use axum::{
    extract::{Path, State, rejection::PathRejection},
    http::{HeaderMap, StatusCode},
    response::Response,
};
use domain::ids::JobId;
use ports::{Access, jobs::JobDetail};
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    common::{Nothing, id, once_of, optional, shown, written},
    jobs_json::{JobDetailJson, JobJson},
    parameters::{IdempotencyKey, IfNoneMatch},
};
use crate::{
    answer::Answer,
    bearer::{Allowed, ReadJobs, WriteJobs},
    body::Asked,
    idempotency::Work,
    options::Api,
    problem::{Problem, problems},
};

problems!(WhenJobsRead: read);
problems!(WhenJobRead: read, NotFound);
problems!(WhenCancelled: write, NotFound, UnsupportedMediaType);

/// The latest jobs.
#[derive(Serialize, ToSchema)]
#[schema(as = JobList)]
pub(crate) struct JobList<'a> {
    /// The latest first, 100 at most.
    jobs: Vec<JobJson<'a>>,
}

/// List jobs
///
/// The latest 100 imports and dry runs of the store.
#[utoipa::path(
    get,
    path = "/jobs",
    operation_id = "listJobs",
    tag = "Jobs",
    params(IfNoneMatch),
    responses(
        (status = 200, description = "The jobs", body = JobList<'static>, headers(("ETag" = String, description = "Strong: of the jobs as they are now.")), example = json!({
            "jobs": [{
                "id": "0198c0de-0000-7000-8000-00000000000a", "kind": "import", "state": "running", "file_name": "shop.csv", "started_by": "Ada",
                "created_at": "2026-11-02T08:30:00.000000Z", "started_at": "2026-11-02T08:30:01.000000Z", "finished_at": null,
                "progress": {"bytes": 40000, "bytes_total": 80000, "created": 120, "changed": 3, "unchanged": 0, "skipped": 0, "bad_rows": 1},
                "message": "", "cancelling": false,
            }],
        })),
        (status = 304, description = "One has them already"),
        WhenJobsRead,
    ),
    security(("bearer" = ["jobs:read"])),
)]
pub(crate) async fn list(State(api): State<Api>, allowed: Allowed<ReadJobs>, headers: HeaderMap) -> Result<Answer, Problem> {
    let jobs = api.ports.jobs.jobs(&allowed.bearer.access).await?;
    shown(&JobList { jobs: jobs.iter().map(JobJson::of).collect() }, &headers)
}

/// Read a job
///
/// How far it is; of a dry run also what it would do. Ask again with its entity tag until it is over.
#[utoipa::path(
    get,
    path = "/jobs/{id}",
    operation_id = "getJob",
    tag = "Jobs",
    params(
        ("id" = String, Path, description = "Its id.", format = "uuid"),
        IfNoneMatch,
    ),
    responses(
        (status = 200, description = "The job", body = JobDetailJson<'static>, headers(("ETag" = String, description = "Strong: of the job as it is now."))),
        (status = 304, description = "One has it already"),
        WhenJobRead,
    ),
    security(("bearer" = ["jobs:read"])),
)]
pub(crate) async fn read(
    State(api): State<Api>,
    allowed: Allowed<ReadJobs>,
    job: Result<Path<String>, PathRejection>,
    headers: HeaderMap,
) -> Result<Answer, Problem> {
    let who = &allowed.bearer.access;
    let detail = find(&api, who, id(job)?).await?;
    shown(&JobDetailJson::of(&detail, api.currency(who).await?), &headers)
}

/// Stop a job
///
/// It stops between two batches: what it has done until then stays. One that is over is left as it is.
#[utoipa::path(
    post,
    path = "/jobs/{id}/cancel",
    operation_id = "cancelJob",
    tag = "Jobs",
    params(
        ("id" = String, Path, description = "Its id.", format = "uuid"),
        IdempotencyKey,
    ),
    responses(
        (status = 200, description = "The job as it is now: `cancelling`, or over", body = JobDetailJson<'static>, headers(
            ("ETag" = String, description = "Strong: of the job as it is now."),
            ("Idempotency-Replayed" = String, description = "`true` when this is the answer of the first time."),
        )),
        WhenCancelled,
    ),
    security(("bearer" = ["jobs:write"])),
)]
pub(crate) async fn cancel(State(api): State<Api>, allowed: Allowed<WriteJobs>, job: Result<Path<String>, PathRejection>, asked: Asked) -> Response {
    once_of(api, allowed.bearer, id(job), asked, cancel_now).await
}

async fn cancel_now(Work { api, bearer, asked, .. }: Work, job: JobId) -> Result<Answer, Problem> {
    optional::<Nothing>(&asked)?;
    api.ports.jobs.cancel(&bearer.access, job).await?;
    one(&api, &bearer.access, job, StatusCode::OK).await
}

/// A job as an answer.
pub(super) async fn one(api: &Api, who: &Access, job: JobId, status: StatusCode) -> Result<Answer, Problem> {
    let detail = find(api, who, job).await?;
    written(status, &JobDetailJson::of(&detail, api.currency(who).await?))
}

pub(super) async fn find(api: &Api, who: &Access, job: JobId) -> Result<JobDetail, Problem> {
    api.ports.jobs.job(who, job).await?.ok_or_else(Problem::not_found)
}
