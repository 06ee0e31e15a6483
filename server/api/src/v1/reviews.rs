//! Suggestions that wait for a decision, or got one: the queue, one of them, and who decides. Decisions are in
//! [`super::reviews_decision`].

use axum::{
    extract::{Path, RawQuery, State, rejection::PathRejection},
    http::HeaderMap,
};
use domain::ids::ReviewId;
use ports::{Access, review::Card};
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    common::{id, shown, shown_part},
    parameters::IfNoneMatch,
    reviews_json::{ReviewJson, ReviewerJson},
    reviews_queue::Wanted,
};
use crate::{
    answer::Answer,
    bearer::{Allowed, ReadReviews},
    options::Api,
    problem::{Problem, problems},
};

problems!(WhenListed: read, InvalidRequest);
problems!(WhenRead: read, NotFound);
problems!(WhenAsked: read);

/// A part of a queue.
#[derive(Serialize, ToSchema)]
pub(crate) struct ReviewPage<'a> {
    reviews: Vec<ReviewJson<'a>>,
    /// How many there are in the whole queue.
    #[schema(example = 214)]
    total: u64,
    /// Of those, with something that somebody should look at.
    #[schema(example = 9)]
    with_findings: u64,
    /// The cursor of the part behind this one; null at the end.
    #[schema(required = true)]
    next: Option<String>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct ReviewerList<'a> {
    /// By name.
    reviewers: Vec<ReviewerJson<'a>>,
}

/// List reviews
///
/// A part of a queue of suggestions, and a cursor for the next one; without parameters those that wait for a decision, the oldest first.
/// What is decided meanwhile leaves the queue and moves nothing else.
#[utoipa::path(
    get,
    path = "/reviews",
    operation_id = "listReviews",
    tag = "Reviews",
    params(
        ("status" = Option<String>, Query, description = "`open`, `approved`, `rejected`, `changes` or `superseded`; `open` without it."),
        ("assignee" = Option<String>, Query, description = "`anybody`, `me` or `nobody`; `anybody` without it."),
        ("run" = Option<String>, Query, description = "The id of the run that has written them.", format = "uuid"),
        ("type" = Option<String>, Query, description = "The type of their products."),
        ("findings" = Option<bool>, Query, description = "`true`: with something that somebody should look at; `false`: without. Both without it."),
        ("sort" = Option<String>, Query, description = "`created`, the oldest first, or `-created`.", example = "-created"),
        ("limit" = Option<u32>, Query, description = "How many at most; 20 without it.", minimum = 1, maximum = 50),
        ("cursor" = Option<String>, Query, description = "`next` of the part before. It is good for the same queue alone."),
        IfNoneMatch,
    ),
    responses(
        (status = 200, description = "A part of the queue", body = ReviewPage<'static>, headers(
            ("ETag" = String, description = "Strong: of this part of the queue as it is now."),
            ("Link" = String, description = "`rel=\"next\"`: where the next part is (RFC 8288)."),
        )),
        (status = 304, description = "One has it already"),
        WhenListed,
    ),
    security(("bearer" = ["reviews:read"])),
)]
pub(crate) async fn list(
    State(api): State<Api>,
    allowed: Allowed<ReadReviews>,
    RawQuery(address): RawQuery,
    headers: HeaderMap,
) -> Result<Answer, Problem> {
    let who = allowed.bearer.access;
    let address = address.unwrap_or_default();
    let Wanted { filter, limit, behind, list } = Wanted::read(&address, who.store)?;
    let queue = api.ports.reviews.queue(&who, &filter, behind, limit).await?;
    let next = queue.next.as_ref().and_then(|next| list.write(next));
    let reviews = queue.cards.iter().map(|card| ReviewJson::of(card, &queue.currency)).collect();
    let page = ReviewPage { reviews, total: queue.total, with_findings: queue.odd, next };
    shown_part(&page, &headers, "/reviews", &address, page.next.as_deref())
}

/// Read a review
///
/// A suggestion with all that is needed to decide about it: what it says and what was there before, how good either is, what somebody
/// should look at, and what was changed in the product since.
#[utoipa::path(
    get,
    path = "/reviews/{review}",
    operation_id = "getReview",
    tag = "Reviews",
    params(
        ("review" = String, Path, description = "Its id.", format = "uuid"),
        IfNoneMatch,
    ),
    responses(
        (status = 200, description = "The suggestion", body = ReviewJson<'static>, headers(("ETag" = String, description = "Strong: of the suggestion as it is now.")), example = json!({
            "id": "0198c0de-0000-7000-8000-000000000002", "version_id": "0198c0de-0000-7000-8000-000000000003", "status": "open",
            "product_id": "0198c0de-0000-7000-8000-000000000001", "handle": "oak-lamp", "title": "lamp oak", "vendor": "Acme",
            "product_type": "Lamps", "thumbnail": null, "created_at": "2026-11-02T08:30:00.000000Z",
            "run_id": "0198c0de-0000-7000-8000-000000000004", "provider": "Built-in rules", "model": "", "cost": "0.00", "currency": "EUR",
            "assignee": null, "decided": null,
            "fields": [{
                "field": "title", "part": "title", "image": null, "before": "lamp oak", "after": "Oak Table Lamp", "base": 12,
                "changed_since": null,
            }],
            "scores_before": {"quality": {"value": 41, "points": []}, "seo": {"value": 30, "points": []}},
            "scores_after": {"quality": {"value": 83, "points": []}, "seo": {"value": 78, "points": []}},
            "findings": [], "remark": "",
        })),
        (status = 304, description = "One has it already"),
        WhenRead,
    ),
    security(("bearer" = ["reviews:read"])),
)]
pub(crate) async fn read(
    State(api): State<Api>,
    allowed: Allowed<ReadReviews>,
    review: Result<Path<String>, PathRejection>,
    headers: HeaderMap,
) -> Result<Answer, Problem> {
    let who = &allowed.bearer.access;
    let card = find(&api, who, id(review)?).await?;
    shown(&ReviewJson::of(&card, &api.currency(who).await?), &headers)
}

/// List reviewers
///
/// The people whom a suggestion can be given to.
#[utoipa::path(
    get,
    path = "/reviewers",
    operation_id = "listReviewers",
    tag = "Reviews",
    params(IfNoneMatch),
    responses(
        (status = 200, description = "The people", body = ReviewerList<'static>, headers(("ETag" = String, description = "Strong: of the list as it is now.")), example = json!({
            "reviewers": [{"id": "0198c0de-0000-7000-8000-000000000005", "name": "Ada"}],
        })),
        (status = 304, description = "One has it already"),
        WhenAsked,
    ),
    security(("bearer" = ["reviews:read"])),
)]
pub(crate) async fn reviewers(State(api): State<Api>, allowed: Allowed<ReadReviews>, headers: HeaderMap) -> Result<Answer, Problem> {
    let reviewers = api.ports.reviews.reviewers(&allowed.bearer.access).await?;
    shown(&ReviewerList { reviewers: reviewers.iter().map(ReviewerJson::of).collect() }, &headers)
}

pub(super) async fn find(api: &Api, who: &Access, review: ReviewId) -> Result<Card, Problem> {
    api.ports.reviews.card(who, review).await?.ok_or_else(Problem::not_found)
}
