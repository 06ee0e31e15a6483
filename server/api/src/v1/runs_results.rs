//! What a run has written, and what it could not.

use axum::{
    extract::{Path, RawQuery, State, rejection::PathRejection},
    http::HeaderMap,
};
use domain::ids::JobId;
use ports::runs::MOST_OF_RUN;
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    common::{id, shown_part},
    parameters::{IfNoneMatch, Parameters},
    runs_json::{RunFailureJson, RunResultJson},
};
use crate::{
    answer::Answer,
    bearer::{Allowed, ReadRuns},
    cursor::List,
    options::Api,
    problem::{Problem, problems},
};

const DEFAULT_LIMIT: u32 = 50;

problems!(WhenPartRead: read, InvalidRequest, NotFound);

/// A part of what a run has written.
#[derive(Serialize, ToSchema)]
pub(crate) struct RunResultPage<'a> {
    /// In the order in which they were written.
    results: Vec<RunResultJson<'a>>,
    /// That of every amount, as ISO 4217 has it.
    #[schema(example = "EUR")]
    currency: &'a str,
    /// The cursor of the part behind this one; null at the end.
    #[schema(required = true)]
    next: Option<String>,
}

/// A part of what failed in a run.
#[derive(Serialize, ToSchema)]
pub(crate) struct RunFailurePage<'a> {
    failures: Vec<RunFailureJson<'a>>,
    /// The cursor of the part behind this one; null at the end.
    #[schema(required = true)]
    next: Option<String>,
}

/// Read what a run has written
///
/// Its suggestions in the order in which they were written, part by part: of a run that goes on, those that are written until now. With all
/// their texts they are in the reviews: `/reviews?run=...`.
#[utoipa::path(
    get,
    path = "/runs/{run}/results",
    operation_id = "getRunResults",
    tag = "Runs",
    params(
        ("run" = String, Path, description = "Its id.", format = "uuid"),
        ("limit" = Option<u32>, Query, description = "How many at most; 50 without it.", minimum = 1, maximum = 250),
        ("cursor" = Option<String>, Query, description = "`next` of the part before. It is good for the same run alone."),
        IfNoneMatch,
    ),
    responses(
        (status = 200, description = "A part of the suggestions", body = RunResultPage<'static>, headers(
            ("ETag" = String, description = "Strong: of this part as it is now."),
            ("Link" = String, description = "`rel=\"next\"`: where the next part is (RFC 8288)."),
        ), example = json!({
            "results": [{
                "handle": "oak-lamp", "title_before": "lamp oak", "title_after": "Oak Table Lamp", "quality_before": 41, "quality_after": 83,
                "seo_before": 30, "seo_after": 78, "findings": 0, "cost": "0.0042", "reused": false,
                "review_id": "0198c0de-0000-7000-8000-000000000002",
            }],
            "currency": "EUR",
            "next": null,
        })),
        (status = 304, description = "One has it already"),
        WhenPartRead,
    ),
    security(("bearer" = ["runs:read"])),
)]
pub(crate) async fn results(
    State(api): State<Api>,
    allowed: Allowed<ReadRuns>,
    run: Result<Path<String>, PathRejection>,
    RawQuery(address): RawQuery,
    headers: HeaderMap,
) -> Result<Answer, Problem> {
    let (who, run, address) = (&allowed.bearer.access, id::<JobId>(run)?, address.unwrap_or_default());
    let (parameters, limit) = Parameters::of_part(&address, MOST_OF_RUN, DEFAULT_LIMIT)?;
    let list = List::of(who.store, &("results", run));
    let part = api.ports.runs.results_behind(who, run, parameters.cursor(list)?, limit).await?;
    let (results, next) = part.ok_or_else(Problem::not_found)?;
    let next = next.and_then(|next| list.write(&next));
    let currency = api.currency(who).await?;
    let page = RunResultPage { results: results.iter().map(RunResultJson::of).collect(), currency: currency.code(), next };
    shown_part(&page, &headers, &format!("/runs/{run}/results"), &address, page.next.as_deref())
}

/// Read what failed in a run
///
/// The products that nothing could be written for, each with its reason, part by part.
#[utoipa::path(
    get,
    path = "/runs/{run}/failures",
    operation_id = "getRunFailures",
    tag = "Runs",
    params(
        ("run" = String, Path, description = "Its id.", format = "uuid"),
        ("limit" = Option<u32>, Query, description = "How many at most; 50 without it.", minimum = 1, maximum = 250),
        ("cursor" = Option<String>, Query, description = "`next` of the part before. It is good for the same run alone."),
        IfNoneMatch,
    ),
    responses(
        (status = 200, description = "A part of the failures", body = RunFailurePage<'static>, headers(
            ("ETag" = String, description = "Strong: of this part as it is now."),
            ("Link" = String, description = "`rel=\"next\"`: where the next part is (RFC 8288)."),
        ), example = json!({
            "failures": [{"handle": "oak-lamp", "title": "Oak lamp", "reason": "The provider did not answer in time."}],
            "next": null,
        })),
        (status = 304, description = "One has it already"),
        WhenPartRead,
    ),
    security(("bearer" = ["runs:read"])),
)]
pub(crate) async fn failures(
    State(api): State<Api>,
    allowed: Allowed<ReadRuns>,
    run: Result<Path<String>, PathRejection>,
    RawQuery(address): RawQuery,
    headers: HeaderMap,
) -> Result<Answer, Problem> {
    let (who, run, address) = (&allowed.bearer.access, id::<JobId>(run)?, address.unwrap_or_default());
    let (parameters, limit) = Parameters::of_part(&address, MOST_OF_RUN, DEFAULT_LIMIT)?;
    let list = List::of(who.store, &("failures", run));
    let part = api.ports.runs.failures_behind(who, run, parameters.cursor(list)?, limit).await?;
    let (failures, next) = part.ok_or_else(Problem::not_found)?;
    let page = RunFailurePage { failures: failures.iter().map(RunFailureJson::of).collect(), next: next.and_then(|next| list.write(&next)) };
    shown_part(&page, &headers, &format!("/runs/{run}/failures"), &address, page.next.as_deref())
}
