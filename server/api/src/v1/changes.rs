//! What happened to the products of a store, for whoever keeps up with it.

use axum::{
    extract::{RawQuery, State},
    http::HeaderMap,
};
use domain::ids::Seq;
use ports::changes::MOST_CHANGES;
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    ROOT, changes_json,
    changes_json::ChangeJson,
    common::{linked, shown},
    parameters::{IfNoneMatch, Parameters},
};
use crate::{
    answer::Answer,
    bearer::{Allowed, ReadProducts},
    options::Api,
    problem::{Problem, problems},
};

const DEFAULT_LIMIT: u32 = 100;

problems!(WhenLogRead: read, InvalidRequest);

/// A part of the change log.
#[derive(Serialize, ToSchema)]
#[schema(as = ChangeLogPart)]
pub(crate) struct ChangeLogPart<'a> {
    /// In the order of commits.
    changes: Vec<ChangeJson<'a>>,
    /// What to send as `after` the next time.
    #[schema(value_type = i64, example = 12)]
    last: Seq,
    /// Whether there are more already.
    more: bool,
    /// The store's, as ISO 4217 has it: that of every amount.
    #[schema(example = "EUR")]
    currency: &'a str,
}

/// Follow the changes of products
///
/// All that happened behind a change, in the order of commits. Send `last` as `after` the next time, at once when there are `more`: every change
/// is told once, and none is left out. A part never ends in the middle of changes that were made together, and ends early when its values are
/// long. An `after` that is yet to come, as behind a backup that was restored, is answered with nothing and with the `last` that there is.
#[utoipa::path(
    get,
    path = "/changes",
    operation_id = "listChanges",
    tag = "Changes",
    params(
        ("after" = Option<i64>, Query, description = "The number of the last change that one knows; 0 without it, which is the beginning.", minimum = 0, example = 11),
        ("limit" = Option<u32>, Query, description = "How many numbers at most; 100 without it. A number can be that of changes of several fields.", minimum = 1, maximum = 1_000),
        IfNoneMatch,
    ),
    responses(
        (status = 200, description = "A part of the log", body = ChangeLogPart<'static>, headers(
            ("ETag" = String, description = "Strong: of this part as it is now."),
            ("Link" = String, description = "`rel=\"next\"`: where the next part is (RFC 8288), when there are more."),
        ), example = json!({
            "changes": [{
                "seq": 12, "at": "2026-11-02T08:30:00.000000Z", "product_id": "0198c0de-0000-7000-8000-000000000001", "handle": "oak-lamp",
                "kind": "edited", "field": "title", "before": "Oak lamp", "after": "Oak lamp, large", "source": "api", "user": "Ada",
            }],
            "last": 12,
            "more": false,
            "currency": "EUR",
        })),
        (status = 304, description = "One has it already"),
        WhenLogRead,
    ),
    security(("bearer" = ["products:read"])),
)]
pub(crate) async fn list(
    State(api): State<Api>,
    allowed: Allowed<ReadProducts>,
    RawQuery(address): RawQuery,
    headers: HeaderMap,
) -> Result<Answer, Problem> {
    let parameters = Parameters::read(address.as_deref().unwrap_or_default(), &["after", "limit"])?;
    let after = Seq(parameters.number("after", 0..=i64::MAX, 0)?);
    let limit = parameters.number("limit", 1..=MOST_CHANGES, DEFAULT_LIMIT)?;
    let part = api.ports.changes.changes_since(&allowed.bearer.access, after, limit).await?;
    let changes = part.changes.iter().flat_map(|change| changes_json::changes(change, part.currency)).collect();
    let told = ChangeLogPart { changes, last: part.last, more: part.more, currency: part.currency.code() };
    let answer = shown(&told, &headers)?;
    Ok(if part.more { linked(answer, &format!("{ROOT}/changes?after={}&limit={limit}", part.last)) } else { answer })
}
