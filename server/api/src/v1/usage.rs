//! What calls of providers cost: sums over days, and the calls themselves.

use axum::{
    extract::{RawQuery, State},
    http::HeaderMap,
};
use ports::{error::AppError, usage::Days};
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    common::{shown, shown_part},
    parameters::{IfNoneMatch, Parameters},
    usage_days,
    usage_json::{CallJson, UsageJson},
};
use crate::{
    answer::Answer,
    bearer::{Allowed, ReadUsage},
    cursor::{List, NO_CURSOR},
    options::Api,
    problem::{Problem, problems},
};

problems!(WhenRead: read, InvalidRequest);

/// A part of the calls of some days.
#[derive(Serialize, ToSchema)]
pub(crate) struct UsageCallPage<'a> {
    /// In the order in which they were made, 1,000 at most.
    calls: Vec<CallJson<'a>>,
    /// That of every amount, as ISO 4217 has it.
    #[schema(example = "EUR")]
    currency: &'a str,
    /// The cursor of the part behind this one; null at the end.
    #[schema(required = true)]
    next: Option<String>,
}

/// Read what was spent
///
/// Sums over some days, three years at most: in all, by day, by provider, by model, by person and by type of product; and how far this
/// month's budget is used.
#[utoipa::path(
    get,
    path = "/usage",
    operation_id = "getUsage",
    tag = "Usage",
    params(
        ("from" = Option<String>, Query, description = "The first day (UTC); without it, so that there are 30.", format = Date, example = "2026-11-01"),
        ("to" = Option<String>, Query, description = "The last day (UTC); today without it.", format = Date, example = "2026-11-30"),
        IfNoneMatch,
    ),
    responses(
        (status = 200, description = "What was spent", body = UsageJson<'static>, headers(("ETag" = String, description = "Strong: of the sums as they are now.")), example = json!({
            "from": "2026-11-01", "to": "2026-11-01", "currency": "EUR",
            "total": {"calls": 2, "failed": 0, "tokens_in": 1200, "tokens_out": 400, "cost": "0.0042", "milliseconds": 1830},
            "before": {"calls": 0, "failed": 0, "tokens_in": 0, "tokens_out": 0, "cost": "0.00", "milliseconds": 0},
            "by_day": [{"day": "2026-11-01", "sums": {"calls": 2, "failed": 0, "tokens_in": 1200, "tokens_out": 400, "cost": "0.0042", "milliseconds": 1830}}],
            "by_provider": [], "by_model": [], "by_person": [], "by_type": [],
            "budget": {"monthly": "50.00", "spent": "3.20", "left": "46.80", "used_percent": 6},
        })),
        (status = 304, description = "One has it already"),
        WhenRead,
    ),
    security(("bearer" = ["usage:read"])),
)]
pub(crate) async fn read(
    State(api): State<Api>,
    allowed: Allowed<ReadUsage>,
    RawQuery(address): RawQuery,
    headers: HeaderMap,
) -> Result<Answer, Problem> {
    let parameters = Parameters::read(&address.unwrap_or_default(), &["from", "to"])?;
    let days = usage_days::read(&parameters, api.options.clock.now())?;
    let usage = api.ports.usage.usage(&allowed.bearer.access, days).await?;
    shown(&UsageJson::of(&usage, &usage.currency), &headers)
}

/// List calls
///
/// Every call of a provider within some days, in order, 1,000 at most at once, and a cursor for the next ones.
#[utoipa::path(
    get,
    path = "/usage/calls",
    operation_id = "listUsageCalls",
    tag = "Usage",
    params(
        ("from" = Option<String>, Query, description = "The first day (UTC); without it, so that there are 30.", format = Date, example = "2026-11-01"),
        ("to" = Option<String>, Query, description = "The last day (UTC); today without it.", format = Date, example = "2026-11-30"),
        ("cursor" = Option<String>, Query, description = "`next` of the part before. It is good for the same days alone."),
        IfNoneMatch,
    ),
    responses(
        (status = 200, description = "Calls", body = UsageCallPage<'static>, headers(
            ("ETag" = String, description = "Strong: of this part of the calls."),
            ("Link" = String, description = "`rel=\"next\"`: where the next part is (RFC 8288)."),
        ), example = json!({
            "calls": [{
                "at": "2026-11-01T08:30:00.000000Z", "provider": "Acme", "provider_id": "0198c0de-0000-7000-8000-000000000006", "model": "small",
                "tokens_in": 600, "tokens_out": 200, "cost": "0.0021", "milliseconds": 830, "outcome": "ok",
                "run_id": "0198c0de-0000-7000-8000-000000000004", "user": "Ada", "product_type": "Lamps",
            }],
            "currency": "EUR", "next": null,
        })),
        (status = 304, description = "One has it already"),
        WhenRead,
    ),
    security(("bearer" = ["usage:read"])),
)]
pub(crate) async fn calls(
    State(api): State<Api>,
    allowed: Allowed<ReadUsage>,
    RawQuery(address): RawQuery,
    headers: HeaderMap,
) -> Result<Answer, Problem> {
    let who = &allowed.bearer.access;
    let address = address.unwrap_or_default();
    let parameters = Parameters::read(&address, &["from", "to", "cursor"])?;
    let days = usage_days::read(&parameters, api.options.clock.now())?;
    let list = List::of(who.store, &("calls", parameters.text("from"), parameters.text("to")));
    // The days are in it, so that a list of the latest days stays the same when a day begins.
    let behind = parameters.cursor::<(Days, String)>(list)?;
    let (days, behind) = behind.map_or((days, None), |(days, behind)| (days, Some(behind)));
    let has_cursor = behind.is_some();
    let (calls, next) = api.ports.usage.records(who, days, behind).await.map_err(|error| match error {
        AppError::Invalid(_) if has_cursor => Problem::parameter("cursor", NO_CURSOR),
        error => error.into(),
    })?;
    let next = next.and_then(|next| list.write(&(days, next)));
    let currency = api.currency(who).await?;
    let page = UsageCallPage { calls: calls.iter().map(CallJson::of).collect(), currency: currency.code(), next };
    shown_part(&page, &headers, "/usage/calls", &address, page.next.as_deref())
}
