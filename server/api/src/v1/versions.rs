//! What was written for a product: all of it, one of it, and which of it the product says.

use std::collections::BTreeMap;

use axum::{
    extract::{Path, RawQuery, State, rejection::PathRejection},
    http::{HeaderMap, StatusCode},
    response::Response,
};
use domain::ids::VersionId;
use serde::Deserialize;
use utoipa::ToSchema;

use super::{
    common::{id, once_of, optional, shown, shown_part},
    parameters::{IdempotencyKey, IfNoneMatch, Parameters},
    parts::{Names, ids_of},
    products,
    reviews_outcome::done,
    versions_json::{VersionJson, VersionsJson},
    versions_words::seen,
};
use crate::{
    answer::Answer,
    bearer::{Allowed, ReadRuns, WriteRuns},
    body::Asked,
    cursor::List,
    idempotency::Work,
    options::Api,
    problem::{Problem, problems},
};

/// Versions have whole descriptions in them, twice.
const DEFAULT_LIMIT: u32 = 20;
const MOST: u32 = 50;

problems!(WhenListed: read, InvalidRequest, NotFound);
problems!(WhenRead: read, NotFound);
problems!(WhenPut: write, NotFound, ChangedMeanwhile, UnsupportedMediaType, Unacceptable);

/// Upon what it was decided.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = VersionChoice)]
pub(crate) struct Choice {
    /// The versions of the product's fields that were seen, by their names: `seen` of the product's versions. A field that is not in it
    /// is taken to be as it was when the version was written.
    #[serde(default)]
    #[schema(example = json!({"title": 12}))]
    seen: BTreeMap<String, i64>,
}

/// List the versions of a product
///
/// The sets of words that were written for it, the latest first, part by part, with the words it has now and those it had before any of them.
#[utoipa::path(
    get,
    path = "/products/{product}/versions",
    operation_id = "listVersions",
    tag = "Versions",
    params(
        ("product" = String, Path, description = "Its id or its handle.", example = "oak-lamp"),
        ("limit" = Option<u32>, Query, description = "How many at most; 20 without it.", minimum = 1, maximum = 50),
        ("cursor" = Option<String>, Query, description = "`next` of the part before. It is good for the same product alone."),
        IfNoneMatch,
    ),
    responses(
        (status = 200, description = "A part of the versions", body = VersionsJson<'static>, headers(
            ("ETag" = String, description = "Strong: of this part as it is now."),
            ("Link" = String, description = "`rel=\"next\"`: where the next part is (RFC 8288)."),
        ), example = json!({
            "product_id": "0198c0de-0000-7000-8000-000000000001", "handle": "oak-lamp", "title": "Oak Table Lamp",
            "now": {"title": "Oak Table Lamp"}, "original": {"title": "lamp oak"}, "seen": {"title": 12}, "versions": [],
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
    product: Result<Path<String>, PathRejection>,
    RawQuery(address): RawQuery,
    headers: HeaderMap,
) -> Result<Answer, Problem> {
    let (who, address) = (&allowed.bearer.access, address.unwrap_or_default());
    let (parameters, limit) = Parameters::of_part(&address, MOST, DEFAULT_LIMIT)?;
    let product = products::find(&api, who, &products::named(product)?).await?.ok_or_else(Problem::not_found)?;
    let list = List::of(who.store, &("versions", product.id));
    let view = api.ports.reviews.versions_below(who, &product.handle, parameters.cursor(list)?, limit).await?.ok_or_else(Problem::not_found)?;
    // The first is number 1.
    let below = view.versions.last().map(|last| last.number).filter(|number| *number > 1);
    let part = VersionsJson::of(&view, below.and_then(|below| list.write(&below)));
    shown_part(&part, &headers, &format!("/products/{}/versions", product.id), &address, part.next())
}

/// Read a version
///
/// One set of words that was written for a product.
#[utoipa::path(
    get,
    path = "/products/{product}/versions/{version}",
    operation_id = "getVersion",
    tag = "Versions",
    params(
        ("product" = String, Path, description = "Its id or its handle.", example = "oak-lamp"),
        ("version" = String, Path, description = "The version's id.", format = "uuid"),
        IfNoneMatch,
    ),
    responses(
        (status = 200, description = "The version", body = VersionJson<'static>, headers(("ETag" = String, description = "Strong: of the version as it is now."))),
        (status = 304, description = "One has it already"),
        WhenRead,
    ),
    security(("bearer" = ["runs:read"])),
)]
pub(crate) async fn read(State(api): State<Api>, allowed: Allowed<ReadRuns>, names: Names, headers: HeaderMap) -> Result<Answer, Problem> {
    let who = &allowed.bearer.access;
    let (product, id) = ids_of::<VersionId>(names)?;
    let product = products::find(&api, who, &product).await?.ok_or_else(Problem::not_found)?;
    let version = api.ports.reviews.version(who, id).await?.filter(|(of, _)| *of == product.id);
    let (_, version) = version.ok_or_else(Problem::not_found)?;
    shown(&VersionJson::of(&version, &product.currency), &headers)
}

/// Put a version's words into its product
///
/// By that a suggestion which waits is decided: approved when it is this one, else replaced. When somebody has changed the product since,
/// nothing is done and the answer is 412.
#[utoipa::path(
    post,
    path = "/versions/{version}/activate",
    operation_id = "activateVersion",
    tag = "Versions",
    params(
        ("version" = String, Path, description = "Its id.", format = "uuid"),
        IdempotencyKey,
    ),
    request_body(content = Option<Choice>, description = "It may be left out.", content_type = "application/json", example = json!({"seen": {"title": 12}})),
    responses(
        (status = 204, description = "Its words are the product's", headers(
            ("Idempotency-Replayed" = String, description = "`true` when this is the answer of the first time."),
        )),
        WhenPut,
    ),
    security(("bearer" = ["runs:write"])),
)]
pub(crate) async fn activate(
    State(api): State<Api>,
    allowed: Allowed<WriteRuns>,
    version: Result<Path<String>, PathRejection>,
    asked: Asked,
) -> Response {
    once_of(api, allowed.bearer, id(version), asked, activate_now).await
}

async fn activate_now(Work { api, bearer, asked, ids }: Work, version: VersionId) -> Result<Answer, Problem> {
    let choice: Choice = optional(&asked)?;
    done(api.ports.reviews.activate(&bearer.access, ids.op(0), version, seen(choice.seen)?).await?)?;
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}

/// Put back a product's first words
///
/// Those that it had before anything was written for it. A suggestion which waits is replaced by that. When somebody has changed the
/// product since, nothing is done and the answer is 412.
#[utoipa::path(
    post,
    path = "/products/{product}/roll-back",
    operation_id = "rollBackProduct",
    tag = "Versions",
    params(
        ("product" = String, Path, description = "Its id or its handle.", example = "oak-lamp"),
        IdempotencyKey,
    ),
    request_body(content = Option<Choice>, description = "It may be left out.", content_type = "application/json", example = json!({"seen": {"title": 12}})),
    responses(
        (status = 204, description = "The product says what it said first", headers(
            ("Idempotency-Replayed" = String, description = "`true` when this is the answer of the first time."),
        )),
        WhenPut,
    ),
    security(("bearer" = ["runs:write"])),
)]
pub(crate) async fn roll_back(
    State(api): State<Api>,
    allowed: Allowed<WriteRuns>,
    product: Result<Path<String>, PathRejection>,
    asked: Asked,
) -> Response {
    once_of(api, allowed.bearer, products::named(product), asked, roll_back_now).await
}

async fn roll_back_now(Work { api, bearer, asked, ids }: Work, product: String) -> Result<Answer, Problem> {
    let who = &bearer.access;
    let choice: Choice = optional(&asked)?;
    let view = products::find(&api, who, &product).await?.ok_or_else(Problem::not_found)?;
    done(api.ports.reviews.roll_back(who, ids.op(0), view.id, seen(choice.seen)?).await?)?;
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}
