//! Runs: what they would take, starting one, and looking at them. What they have written is in [`super::runs_results`], how they are
//! steered in [`super::runs_steering`].

use axum::{
    extract::{Path, RawQuery, State, rejection::PathRejection},
    http::{HeaderMap, StatusCode, header},
    response::Response,
};
use domain::ids::JobId;
use ports::{
    Access,
    runs::{MOST_RUNS, RunDetail},
};
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    ROOT,
    common::{id, shown, shown_part, written},
    parameters::{IdempotencyKey, IfNoneMatch, Parameters},
    runs_input::NewRun,
    runs_json::{EstimateJson, RunJson},
};
use crate::{
    answer::Answer,
    bearer::{Allowed, ReadRuns, WriteRuns},
    body::{Asked, JSON},
    cursor::List,
    idempotency::{Work, once},
    options::Api,
    problem::{Problem, problems},
};

const DEFAULT_LIMIT: u32 = 50;

problems!(WhenListed: read, InvalidRequest);
problems!(WhenRead: read, NotFound);
problems!(WhenEstimated: read, InvalidRequest, TooLarge, UnsupportedMediaType, Unacceptable);
problems!(WhenStarted: write, UnsupportedMediaType, Unacceptable);

/// A part of the runs of a store.
#[derive(Serialize, ToSchema)]
pub(crate) struct RunPage<'a> {
    /// The newest first.
    runs: Vec<RunJson<'a>>,
    /// The cursor of the part behind this one; null at the end.
    #[schema(required = true)]
    next: Option<String>,
}

/// List runs
///
/// All of them, the newest first, part by part: also those of one product that write again what a reviewer has sent back. A run that begins
/// meanwhile moves nothing: it is in front.
#[utoipa::path(
    get,
    path = "/runs",
    operation_id = "listRuns",
    tag = "Runs",
    params(
        ("limit" = Option<u32>, Query, description = "How many at most; 50 without it.", minimum = 1, maximum = 100),
        ("cursor" = Option<String>, Query, description = "`next` of the part before."),
        IfNoneMatch,
    ),
    responses(
        (status = 200, description = "A part of the runs", body = RunPage<'static>, headers(
            ("ETag" = String, description = "Strong: of this part as it is now."),
            ("Link" = String, description = "`rel=\"next\"`: where the next part is (RFC 8288)."),
        ), example = json!({
            "runs": [{
                "id": "0198c0de-0000-7000-8000-000000000001", "state": "running", "paused": false, "cancelling": false,
                "subject": "214 products, missing a description", "started_by": "Ada", "created_at": "2026-11-02T08:30:00.000000Z",
                "started_at": "2026-11-02T08:30:01.000000Z", "finished_at": null, "message": "", "provider": "Built-in rules",
                "progress": {"total": 214, "written": 87, "reused": 2, "skipped": 3, "failed": 0, "sampled": false},
                "tokens_in": 0, "tokens_out": 0, "cost": "0.00", "currency": "EUR", "seconds_left": 12,
            }],
            "next": null,
        })),
        (status = 304, description = "One has it already"),
        WhenListed,
    ),
    security(("bearer" = ["runs:read"])),
)]
pub(crate) async fn list(
    State(api): State<Api>,
    allowed: Allowed<ReadRuns>,
    RawQuery(address): RawQuery,
    headers: HeaderMap,
) -> Result<Answer, Problem> {
    let (who, address) = (&allowed.bearer.access, address.unwrap_or_default());
    let (parameters, limit) = Parameters::of_part(&address, MOST_RUNS, DEFAULT_LIMIT)?;
    let list = List::of(who.store, &"runs");
    let (runs, next) = api.ports.runs.runs_behind(who, parameters.cursor(list)?, limit).await?;
    let page = RunPage { runs: runs.iter().map(RunJson::of).collect(), next: next.and_then(|next| list.write(&next)) };
    shown_part(&page, &headers, "/runs", &address, page.next.as_deref())
}

/// Estimate a run
///
/// What a run would take, without starting it: products, tokens, cost and time. It is asked for as a run is started.
#[utoipa::path(
    post,
    path = "/runs/estimate",
    operation_id = "estimateRun",
    tag = "Runs",
    request_body(content = NewRun, content_type = "application/json", example = json!({"filter": {"missing": ["description"]}, "parts": ["description"]})),
    responses(
        (status = 200, description = "What it would take", body = EstimateJson<'static>, example = json!({
            "products": 214, "tokens_in": {"likely": 128_000, "least": 120_000, "most": 140_000},
            "tokens_out": {"likely": 42_000, "least": 35_000, "most": 51_000},
            "cost": {"likely": "3.20", "least": "2.80", "most": "3.90"}, "currency": "EUR", "seconds": 540, "basis": "measured", "note": "",
            "budget_left": "46.80",
        })),
        WhenEstimated,
    ),
    security(("bearer" = ["runs:read"])),
)]
pub(crate) async fn estimate(State(api): State<Api>, allowed: Allowed<ReadRuns>, asked: Asked) -> Result<Answer, Problem> {
    let who = &allowed.bearer.access;
    let new: NewRun = asked.json(JSON)?;
    let spec = new.spec(&api, who).await?;
    let (estimate, currency) = (api.ports.runs.estimate(who, &spec).await?, api.currency(who).await?);
    Answer::json(StatusCode::OK, &EstimateJson::of(&estimate, &currency))
}

/// Start a run
///
/// It writes suggestions in the background, product by product, and each of them waits for a decision in the reviews. Send an
/// `Idempotency-Key`, so that a request that is sent again does not start a second run.
#[utoipa::path(
    post,
    path = "/runs",
    operation_id = "startRun",
    tag = "Runs",
    params(
        IdempotencyKey,
    ),
    request_body(content = NewRun, content_type = "application/json", example = json!({
        "filter": {"missing": ["description"]}, "parts": ["title", "description"], "cap": "5.00", "sample_first": true,
    })),
    responses(
        (status = 201, description = "The run, which waits for its turn", body = RunJson<'static>, headers(
            ("ETag" = String, description = "Strong: of the run as it is now."),
            ("Location" = String, description = "Where the run is."),
            ("Idempotency-Replayed" = String, description = "`true` when this is the answer of the first time."),
        )),
        WhenStarted,
    ),
    security(("bearer" = ["runs:write"])),
)]
pub(crate) async fn start(State(api): State<Api>, allowed: Allowed<WriteRuns>, asked: Asked) -> Response {
    once(api, allowed.bearer, asked, start_now).await
}

async fn start_now(Work { api, bearer, asked, ids }: Work) -> Result<Answer, Problem> {
    let who = &bearer.access;
    let new: NewRun = asked.json(JSON)?;
    let spec = new.spec(&api, who).await?;
    let run = ids.job();
    // Its id follows from the key: where a first attempt was not answered, it is this very run.
    api.ports.runs.start_as(who, run, spec).await?;
    started(&api, who, run).await
}

/// The answer to whoever has started a run.
pub(super) async fn started(api: &Api, who: &Access, run: JobId) -> Result<Answer, Problem> {
    let detail = find(api, who, run).await?;
    let answer = written(StatusCode::CREATED, &RunJson::of_detail(&detail))?;
    Ok(answer.text_header(header::LOCATION, &format!("{ROOT}/runs/{run}")))
}

/// Read a run
///
/// Where it stands, what it is to do, what it has cost, and what the rest will take.
#[utoipa::path(
    get,
    path = "/runs/{run}",
    operation_id = "getRun",
    tag = "Runs",
    params(
        ("run" = String, Path, description = "Its id.", format = "uuid"),
        IfNoneMatch,
    ),
    responses(
        (status = 200, description = "The run", body = RunJson<'static>, headers(("ETag" = String, description = "Strong: of the run as it stands now."))),
        (status = 304, description = "One has it already"),
        WhenRead,
    ),
    security(("bearer" = ["runs:read"])),
)]
pub(crate) async fn read(
    State(api): State<Api>,
    allowed: Allowed<ReadRuns>,
    run: Result<Path<String>, PathRejection>,
    headers: HeaderMap,
) -> Result<Answer, Problem> {
    let detail = find(&api, &allowed.bearer.access, id(run)?).await?;
    shown(&RunJson::of_detail(&detail), &headers)
}

pub(super) async fn find(api: &Api, who: &Access, run: JobId) -> Result<RunDetail, Problem> {
    api.ports.runs.run(who, run).await?.ok_or_else(Problem::not_found)
}
