//! Runs that are under way, or over: paused, going on, cancelled, tried again.

use axum::{
    extract::{Path, State, rejection::PathRejection},
    http::StatusCode,
    response::Response,
};
use domain::ids::JobId;
use ports::Access;
use serde::Deserialize;
use utoipa::ToSchema;

use super::{
    common::{Nothing, clash, id, once_of, optional, written},
    parameters::IdempotencyKey,
    runs::{find, started},
    runs_input::cap,
    runs_json::RunJson,
};
use crate::{
    answer::Answer,
    bearer::{Allowed, WriteRuns},
    body::Asked,
    idempotency::Work,
    options::Api,
    problem::{Problem, problems},
};

problems!(WhenSteered: write, NotFound, UnsupportedMediaType);
problems!(WhenResumed: write, NotFound, Conflict, UnsupportedMediaType, Unacceptable);

/// With what a run goes on.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RunResumption {
    /// The most that it may cost from its beginning on, a decimal number in the store's currency. Without it, the cap stays as it is.
    #[serde(default)]
    #[schema(example = "10.00")]
    cap: Option<String>,
}

/// Pause a run
///
/// What is on its way is still written. One that is paused already, or over, stays as it is.
#[utoipa::path(
    post,
    path = "/runs/{run}/pause",
    operation_id = "pauseRun",
    tag = "Runs",
    params(
        ("run" = String, Path, description = "Its id.", format = "uuid"),
        IdempotencyKey,
    ),
    responses(
        (status = 200, description = "The run as it stands now", body = RunJson<'static>, headers(
            ("ETag" = String, description = "Strong: of the run as it is now."),
            ("Idempotency-Replayed" = String, description = "`true` when this is the answer of the first time."),
        )),
        WhenSteered,
    ),
    security(("bearer" = ["runs:write"])),
)]
pub(crate) async fn pause(State(api): State<Api>, allowed: Allowed<WriteRuns>, run: Result<Path<String>, PathRejection>, asked: Asked) -> Response {
    once_of(api, allowed.bearer, id(run), asked, pause_now).await
}

async fn pause_now(Work { api, bearer, asked, .. }: Work, run: JobId) -> Result<Answer, Problem> {
    let Nothing {} = optional(&asked)?;
    api.ports.runs.pause(&bearer.access, run).await?;
    now(&api, &bearer.access, run).await
}

/// Let a run go on
///
/// One that was paused by a person, by its cap, by the budget, or behind its sample; with another cap where one is sent.
#[utoipa::path(
    post,
    path = "/runs/{run}/resume",
    operation_id = "resumeRun",
    tag = "Runs",
    params(
        ("run" = String, Path, description = "Its id.", format = "uuid"),
        IdempotencyKey,
    ),
    request_body(content = Option<RunResumption>, description = "It may be left out.", content_type = "application/json", example = json!({"cap": "10.00"})),
    responses(
        (status = 200, description = "The run as it stands now", body = RunJson<'static>, headers(
            ("ETag" = String, description = "Strong: of the run as it is now."),
            ("Idempotency-Replayed" = String, description = "`true` when this is the answer of the first time."),
        )),
        WhenResumed,
    ),
    security(("bearer" = ["runs:write"])),
)]
pub(crate) async fn resume(State(api): State<Api>, allowed: Allowed<WriteRuns>, run: Result<Path<String>, PathRejection>, asked: Asked) -> Response {
    once_of(api, allowed.bearer, id(run), asked, resume_now).await
}

async fn resume_now(Work { api, bearer, asked, .. }: Work, run: JobId) -> Result<Answer, Problem> {
    let resumption: RunResumption = optional(&asked)?;
    let cap = cap(resumption.cap.as_deref())?;
    api.ports.runs.resume(&bearer.access, run, cap).await.map_err(clash)?;
    now(&api, &bearer.access, run).await
}

/// Cancel a run
///
/// It ends when what is on its way has come; what it has written stays. One that is over stays as it is.
#[utoipa::path(
    post,
    path = "/runs/{run}/cancel",
    operation_id = "cancelRun",
    tag = "Runs",
    params(
        ("run" = String, Path, description = "Its id.", format = "uuid"),
        IdempotencyKey,
    ),
    responses(
        (status = 200, description = "The run as it stands now", body = RunJson<'static>, headers(
            ("ETag" = String, description = "Strong: of the run as it is now."),
            ("Idempotency-Replayed" = String, description = "`true` when this is the answer of the first time."),
        )),
        WhenSteered,
    ),
    security(("bearer" = ["runs:write"])),
)]
pub(crate) async fn cancel(State(api): State<Api>, allowed: Allowed<WriteRuns>, run: Result<Path<String>, PathRejection>, asked: Asked) -> Response {
    once_of(api, allowed.bearer, id(run), asked, cancel_now).await
}

async fn cancel_now(Work { api, bearer, asked, .. }: Work, run: JobId) -> Result<Answer, Problem> {
    let Nothing {} = optional(&asked)?;
    api.ports.runs.cancel(&bearer.access, run).await?;
    now(&api, &bearer.access, run).await
}

/// Try again what failed in a run
///
/// A new run over the products that failed in one that is over. Send an `Idempotency-Key`, so that a request that is sent again does not
/// start a second one.
#[utoipa::path(
    post,
    path = "/runs/{run}/retry",
    operation_id = "retryRun",
    tag = "Runs",
    params(
        ("run" = String, Path, description = "Its id.", format = "uuid"),
        IdempotencyKey,
    ),
    responses(
        (status = 201, description = "The new run, which waits for its turn", body = RunJson<'static>, headers(
            ("Location" = String, description = "Where the new run is."),
            ("ETag" = String, description = "Strong: of the run as it is now."),
            ("Idempotency-Replayed" = String, description = "`true` when this is the answer of the first time."),
        )),
        WhenResumed,
    ),
    security(("bearer" = ["runs:write"])),
)]
pub(crate) async fn retry(State(api): State<Api>, allowed: Allowed<WriteRuns>, run: Result<Path<String>, PathRejection>, asked: Asked) -> Response {
    once_of(api, allowed.bearer, id(run), asked, retry_now).await
}

async fn retry_now(Work { api, bearer, asked, ids }: Work, run: JobId) -> Result<Answer, Problem> {
    let Nothing {} = optional(&asked)?;
    let again = ids.job();
    api.ports.runs.retry_failed_as(&bearer.access, again, run).await.map_err(clash)?;
    started(&api, &bearer.access, again).await
}

async fn now(api: &Api, who: &Access, run: JobId) -> Result<Answer, Problem> {
    written(StatusCode::OK, &RunJson::of_detail(&find(api, who, run).await?))
}
