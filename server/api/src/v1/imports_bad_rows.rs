//! The rows of a file that could not be used, to be mended and sent again.

use axum::{
    extract::{Path, RawQuery, State, rejection::PathRejection},
    http::{HeaderMap, HeaderValue, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    common::{id, shown},
    jobs::find,
    jobs_json::BadRowJson,
    parameters::Parameters,
};
use crate::{
    bearer::{Allowed, ReadJobs},
    options::Api,
    problem::{Problem, problems},
};

problems!(WhenBadRowsRead: read, InvalidRequest, NotFound);

/// Rows that could not be used.
#[derive(Serialize, ToSchema)]
#[schema(as = BadRows)]
pub(crate) struct BadRows<'a> {
    /// In the order of the file, 1,000 or so at most.
    bad_rows: Vec<BadRowJson<'a>>,
    /// What to send as `after` for those behind them; null when there are none.
    #[schema(required = true, example = 3)]
    next: Option<u64>,
}

/// Read the rows that could not be used
///
/// Part by part as JSON; all of them as a CSV for whoever asks for `text/csv` in the header `Accept`.
#[utoipa::path(
    get,
    path = "/imports/{id}/bad-rows",
    operation_id = "listBadRows",
    tag = "Imports and exports",
    params(
        ("id" = String, Path, description = "The id of the import or of the dry run.", format = "uuid"),
        ("after" = Option<u64>, Query, description = "The line behind which to go on: `next` of the part before. Of JSON alone."),
        ("If-None-Match" = Option<String>, Header, description = "The entity tag of what one has already. Of JSON alone."),
    ),
    responses(
        (status = 200, description = "The rows", headers(("ETag" = String, description = "Strong: of this part as it is now. Of JSON alone.")), content(
            (BadRows<'static> = "application/json", example = json!({
                "bad_rows": [{"line": 3, "column": "Variant Price", "value": "-5", "reason": "This cannot be negative."}],
                "next": 3,
            })),
            (String = "text/csv", example = "Line,Column,Value,Reason\n3,Variant Price,'-5,This cannot be negative.\n"),
        )),
        (status = 304, description = "One has them already"),
        WhenBadRowsRead,
    ),
    security(("bearer" = ["jobs:read"])),
)]
pub(crate) async fn list(
    State(api): State<Api>,
    allowed: Allowed<ReadJobs>,
    job: Result<Path<String>, PathRejection>,
    RawQuery(address): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let who = &allowed.bearer.access;
    let job = id(job)?;
    let parameters = Parameters::read(address.as_deref().unwrap_or_default(), &["after"])?;
    let after = parameters.number("after", 0..=u64::MAX, 0)?;
    // Asked for first, so that a job that is not there is a problem and no empty list.
    find(&api, who, job).await?;
    let varies = [(header::VARY, HeaderValue::from_static("accept"))];
    if wants_csv(&headers) {
        let csv = [
            (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
            (header::CONTENT_DISPOSITION, "attachment; filename=\"bad-rows.csv\""),
            (header::CACHE_CONTROL, "private, no-cache"),
        ];
        return Ok((varies, csv, api.options.files.bad_rows(who, job)).into_response());
    }
    let rows = api.ports.jobs.bad_rows(who, job, after).await?;
    let next = rows.last().map(|row| row.line);
    Ok((varies, shown(&BadRows { bad_rows: rows.iter().map(BadRowJson::of).collect(), next }, &headers)?).into_response())
}

/// Whether somebody would rather have a CSV than JSON (RFC 9110, section 12.5.1).
fn wants_csv(headers: &HeaderMap) -> bool {
    let ranges: Vec<&str> = headers.get_all(header::ACCEPT).iter().filter_map(|line| line.to_str().ok()).flat_map(|line| line.split(',')).collect();
    let weight = |kind: &str| -> f32 {
        let (group, _) = kind.split_once('/').unwrap_or_default();
        let group = format!("{group}/*");
        // The most exact range that fits says how much.
        let of = |wanted: &str| ranges.iter().find_map(|range| weighed(range).filter(|(named, _)| named.eq_ignore_ascii_case(wanted)));
        of(kind).or_else(|| of(&group)).or_else(|| of("*/*")).map_or(0.0, |(_, weight)| weight)
    };
    weight("text/csv") > weight("application/json")
}

/// A range of kinds, and how much it is wanted.
fn weighed(range: &str) -> Option<(&str, f32)> {
    let mut parts = range.split(';').map(str::trim);
    let named = parts.next()?;
    let weight = parts.find_map(|part| part.strip_prefix("q=").or_else(|| part.strip_prefix("Q=")));
    Some((named, weight.map_or(1.0, |weight| weight.parse().unwrap_or(0.0))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_csv_is_for_whoever_would_rather_have_it() {
        let wants = |accept: &'static str| wants_csv(&HeaderMap::from_iter([(header::ACCEPT, HeaderValue::from_static(accept))]));

        for csv in
            ["text/csv", "TEXT/CSV", "text/*", "text/csv, application/json;q=0.9", "application/json; q=0.5, text/csv", "text/csv;charset=utf-8"]
        {
            assert!(wants(csv), "{csv}");
        }
        for json in ["", "*/*", "application/json", "text/csv;q=0.1, application/json", "text/csv, application/json", "text/csv;q=0", "image/png"] {
            assert!(!wants(json), "{json}");
        }
        assert!(!wants_csv(&HeaderMap::new()));
    }
}
