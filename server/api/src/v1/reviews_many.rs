//! Many suggestions approved as they are.

use axum::{extract::State, http::StatusCode, response::Response};
use domain::{clock::Timestamp, ids::JobId};
use ports::review::{Assignee, Cursor, QueueFilter};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::parameters::IdempotencyKey;
use crate::{
    answer::Answer,
    bearer::{Allowed, WriteReviews},
    body::{Asked, JSON},
    cursor::{List, NO_CURSOR},
    idempotency::{Work, once},
    options::Api,
    problem::{Kind, Problem, problems},
};

problems!(WhenApproved: write, UnsupportedMediaType, Unacceptable);

/// Which open suggestions are approved; all of them when nothing is chosen.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ReviewApprovals)]
pub(crate) struct Approvals {
    /// Whose they are; anybody's without it.
    #[serde(default)]
    assignee: Option<Whose>,
    /// The run that has written them.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = "uuid")]
    run: Option<JobId>,
    /// The type of their products.
    #[serde(default, rename = "type")]
    product_type: Option<String>,
    /// Those with something that somebody should look at, instead of those without.
    #[serde(default)]
    findings: bool,
    /// `next` of the answer before: it goes on with the same suggestions.
    #[serde(default)]
    cursor: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ReviewAssignee)]
pub(crate) enum Whose {
    Anybody,
    Me,
    Nobody,
}

/// What became of them.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ReviewApprovalCounts)]
pub(crate) struct ApprovalCounts {
    approved: u64,
    /// Decided before, by somebody else mostly.
    already: u64,
    /// Left open because the product was changed since.
    stale: u64,
    /// Left open because their words do not fit, or the product is gone.
    refused: u64,
    /// Send it as the cursor to go on; null when nothing is left.
    #[schema(required = true)]
    next: Option<String>,
}

/// Approve many reviews
///
/// The next 200 open suggestions at most, as they were suggested, of those that were there when this was asked first. Go on with `next`
/// until there is none. Those with something that somebody should look at are left open, unless just they are asked for. Done twice, it
/// approves nothing twice.
#[utoipa::path(
    post,
    path = "/reviews/approve",
    operation_id = "approveReviews",
    tag = "Reviews",
    params(
        IdempotencyKey,
    ),
    request_body(content = Approvals, content_type = "application/json", example = json!({"type": "Lamps"})),
    responses(
        (status = 200, description = "What became of them", body = ApprovalCounts, headers(
            ("Idempotency-Replayed" = String, description = "`true` when this is the answer of the first time."),
        ), example = json!({"approved": 198, "already": 0, "stale": 2, "refused": 0, "next": "AQs1m2r0"})),
        WhenApproved,
    ),
    security(("bearer" = ["reviews:write"])),
)]
pub(crate) async fn approve(State(api): State<Api>, allowed: Allowed<WriteReviews>, asked: Asked) -> Response {
    once(api, allowed.bearer, asked, approve_now).await
}

async fn approve_now(Work { api, bearer, asked, .. }: Work) -> Result<Answer, Problem> {
    let who = &bearer.access;
    let approvals: Approvals = asked.json(JSON)?;
    let cursor = approvals.cursor.clone();
    let filter = approvals.filter()?;
    let list = List::of(who.store, &("approvals", &filter));
    // Of all parts the moment is that of the first: what is written meanwhile has been seen by nobody.
    let (until, behind) = match cursor {
        None => (api.options.clock.now(), None),
        Some(text) => {
            let read = list.read::<(Timestamp, Cursor)>(&text);
            let (until, behind) = read.map_err(|_| Problem::pointer(Kind::InvalidRequest, "/cursor", NO_CURSOR))?;
            (until, Some(behind))
        }
    };
    let (outcome, next) = api.ports.reviews.approve_some(who, &filter, until, behind).await?;
    let next = next.and_then(|next| list.write(&(until, next)));
    let counts = ApprovalCounts { approved: outcome.approved, already: outcome.already, stale: outcome.stale, refused: outcome.refused, next };
    Answer::json(StatusCode::OK, &counts)
}

impl Approvals {
    fn filter(self) -> Result<QueueFilter, Problem> {
        if self.product_type.as_ref().is_some_and(|text| text.contains('\0')) {
            return Err(Problem::pointer(Kind::Unacceptable, "/type", "A text has no NUL character."));
        }
        Ok(QueueFilter {
            assignee: self.assignee.map_or(Assignee::Anybody, Assignee::from),
            run: self.run,
            product_type: self.product_type,
            odd: Some(self.findings),
            ..QueueFilter::default()
        })
    }
}

impl From<Whose> for Assignee {
    fn from(whose: Whose) -> Self {
        match whose {
            Whose::Anybody => Self::Anybody,
            Whose::Me => Self::Me,
            Whose::Nobody => Self::Nobody,
        }
    }
}

#[cfg(test)]
mod tests {
    use ports::review::ReviewStatus;

    use super::*;
    use crate::body::from_json;

    #[test]
    fn nothing_chosen_is_every_open_suggestion_that_nobody_need_look_at() {
        let filter = from_json::<Approvals>(b"{}").unwrap().filter().unwrap();
        assert_eq!(filter, QueueFilter { status: ReviewStatus::Open, odd: Some(false), ..QueueFilter::default() });
    }

    #[test]
    fn some_of_them_are_chosen() {
        let filter = from_json::<Approvals>(br#"{"assignee":"me","type":"Lamps","findings":true}"#).unwrap().filter().unwrap();
        let expected = QueueFilter { assignee: Assignee::Me, product_type: Some("Lamps".into()), odd: Some(true), ..QueueFilter::default() };
        assert_eq!(filter, expected);
    }

    #[test]
    fn what_is_wrong_is_pointed_at() {
        for (json, pointer) in [(r#"{"status":"open"}"#, "/status"), (r#"{"findings":"no"}"#, "/findings"), (r#"{"assignee":"ada"}"#, "/assignee")] {
            let problem = serde_json::to_value(from_json::<Approvals>(json.as_bytes()).unwrap_err()).unwrap();
            assert!(problem["errors"][0]["pointer"].as_str().unwrap().starts_with(pointer), "{json}: {problem}");
        }
        assert!(from_json::<Approvals>(b"{\"type\":\"a\\u0000\"}").unwrap().filter().is_err());
    }
}
