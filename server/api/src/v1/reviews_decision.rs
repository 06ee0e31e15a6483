//! Deciding about a suggestion, giving it to somebody, and having other words judged first.

use axum::{
    extract::{Path, State, rejection::PathRejection},
    http::StatusCode,
    response::Response,
};
use domain::ids::{ReviewId, UserId};
use ports::{
    Access,
    error::AppError,
    review::{Decision, ReviewStatus},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    common::{id, once_of, written},
    parameters::IdempotencyKey,
    reviews::find,
    reviews_input::NewDecision,
    reviews_json::ReviewJson,
    reviews_outcome::{already, done},
    versions_words::{FindingJson, ScoresJson, WordsJson},
};
use crate::{
    answer::Answer,
    bearer::{Allowed, ReadReviews, WriteReviews},
    body::{Asked, JSON},
    idempotency::Work,
    options::Api,
    problem::{Kind, Problem, problems},
};

problems!(WhenDecided: write, NotFound, Conflict, ChangedMeanwhile, UnsupportedMediaType, Unacceptable);
problems!(WhenGiven: write, NotFound, Conflict, UnsupportedMediaType, Unacceptable);
problems!(WhenJudged: read, InvalidRequest, NotFound, TooLarge, UnsupportedMediaType, Unacceptable);

/// Whom a suggestion is given to.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ReviewAssignment)]
pub(crate) struct Assignment {
    /// The id of a reviewer; null for nobody in particular.
    #[serde(deserialize_with = "Option::deserialize")]
    #[schema(value_type = Option<String>, format = "uuid", required = true)]
    assignee: Option<UserId>,
}

/// How good words are, and what is wrong with them.
#[derive(Serialize, ToSchema)]
#[schema(as = ReviewJudgement)]
pub(crate) struct JudgementJson<'a> {
    /// Of the whole product: what the words do not say is as its record says it.
    scores: ScoresJson<'a>,
    findings: Vec<FindingJson<'a>>,
}

/// Decide about a review
///
/// `approve` puts the suggested texts into the product, or some of them, or edited ones. `reject` leaves the product as it is.
/// `request_changes` has it written again, with a remark for the writer. When somebody decided before, the answer is 409; when somebody has
/// changed the product since the suggestion was written, it is 412, and nothing is done.
#[utoipa::path(
    post,
    path = "/reviews/{review}/decision",
    operation_id = "decideReview",
    tag = "Reviews",
    params(
        ("review" = String, Path, description = "Its id.", format = "uuid"),
        IdempotencyKey,
    ),
    request_body(content = NewDecision, content_type = "application/json", example = json!({
        "decision": "approve", "fields": ["title", "tags"], "edits": {"title": "Oak Table Lamp"},
    })),
    responses(
        (status = 200, description = "The review as it is now", body = ReviewJson<'static>, headers(
            ("ETag" = String, description = "Strong: of the suggestion as it is now."),
            ("Idempotency-Replayed" = String, description = "`true` when this is the answer of the first time."),
        )),
        WhenDecided,
    ),
    security(("bearer" = ["reviews:write"])),
)]
pub(crate) async fn decide(
    State(api): State<Api>,
    allowed: Allowed<WriteReviews>,
    review: Result<Path<String>, PathRejection>,
    asked: Asked,
) -> Response {
    once_of(api, allowed.bearer, id(review), asked, decide_now).await
}

async fn decide_now(Work { api, bearer, asked, ids }: Work, review: ReviewId) -> Result<Answer, Problem> {
    let who = &bearer.access;
    let decision: NewDecision = asked.json(JSON)?;
    let verdict = decision.verdict(&find(&api, who, review).await?)?;
    done(api.ports.reviews.decide(who, Decision { op_id: ids.op(0), review, verdict }).await?)?;
    now(&api, who, review).await
}

/// Give a review to somebody
///
/// To one of the reviewers of the store, or to nobody in particular. One that was decided can be given to nobody: 409.
#[utoipa::path(
    post,
    path = "/reviews/{review}/assignee",
    operation_id = "assignReview",
    tag = "Reviews",
    params(
        ("review" = String, Path, description = "Its id.", format = "uuid"),
        IdempotencyKey,
    ),
    request_body(content = Assignment, content_type = "application/json", example = json!({"assignee": "0198c0de-0000-7000-8000-000000000005"})),
    responses(
        (status = 200, description = "The review as it is now", body = ReviewJson<'static>, headers(
            ("ETag" = String, description = "Strong: of the suggestion as it is now."),
            ("Idempotency-Replayed" = String, description = "`true` when this is the answer of the first time."),
        )),
        WhenGiven,
    ),
    security(("bearer" = ["reviews:write"])),
)]
pub(crate) async fn assign(
    State(api): State<Api>,
    allowed: Allowed<WriteReviews>,
    review: Result<Path<String>, PathRejection>,
    asked: Asked,
) -> Response {
    once_of(api, allowed.bearer, id(review), asked, assign_now).await
}

async fn assign_now(Work { api, bearer, asked, .. }: Work, review: ReviewId) -> Result<Answer, Problem> {
    let who = &bearer.access;
    let Assignment { assignee } = asked.json(JSON)?;
    let card = find(&api, who, review).await?;
    if let (true, Some(decided)) = (card.status != ReviewStatus::Open, &card.decided) {
        return Err(already(card.status, decided));
    }
    api.ports.reviews.assign(who, review, assignee).await.map_err(|error| match error {
        AppError::Invalid(sentence) => Problem::pointer(Kind::Unacceptable, "/assignee", sentence),
        error => error.into(),
    })?;
    now(&api, who, review).await
}

/// Judge words
///
/// How good words would be in the place of those that a suggestion has, and what is wrong with them. Nothing is changed.
#[utoipa::path(
    post,
    path = "/reviews/{review}/judgement",
    operation_id = "judgeReview",
    tag = "Reviews",
    params(("review" = String, Path, description = "Its id.", format = "uuid")),
    request_body(content = WordsJson, content_type = "application/json", example = json!({"title": "Oak Table Lamp"})),
    responses(
        (status = 200, description = "What is thought of them", body = JudgementJson<'static>, example = json!({
            "scores": {
                "quality": {"value": 83, "points": [{"got": 10, "of": 10, "says": "The title says what it is."}]},
                "seo": {"value": 78, "points": []},
            },
            "findings": [{"part": "title", "kind": "unsupported", "excerpt": "Oak"}],
        })),
        WhenJudged,
    ),
    security(("bearer" = ["reviews:read"])),
)]
pub(crate) async fn judge(
    State(api): State<Api>,
    allowed: Allowed<ReadReviews>,
    review: Result<Path<String>, PathRejection>,
    asked: Asked,
) -> Result<Answer, Problem> {
    let review = id(review)?;
    let words: WordsJson = asked.json(JSON)?;
    let judgement = api.ports.reviews.judge(&allowed.bearer.access, review, words.into()).await?.ok_or_else(Problem::not_found)?;
    let findings = judgement.findings.iter().map(FindingJson::of).collect();
    Answer::json(StatusCode::OK, &JudgementJson { scores: ScoresJson::of(&judgement.scores), findings })
}

async fn now(api: &Api, who: &Access, review: ReviewId) -> Result<Answer, Problem> {
    let card = find(api, who, review).await?;
    written(StatusCode::OK, &ReviewJson::of(&card, &api.currency(who).await?))
}
