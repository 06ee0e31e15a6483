//! The server functions of reviewing, and of the versions of a product.

use std::collections::BTreeMap;

use domain::{
    clock::Timestamp,
    field::Field,
    ids::{OpId, ProductId, ReviewId, Seq, UserId, VersionId},
    words::Words,
};
use leptos::prelude::*;
use ports::{
    error::AppError,
    review::{Card, Cursor, Decision, Judgement, ManyOutcome, Outcome, Queue, VersionsView},
};

#[cfg(feature = "ssr")]
use super::state::address::{Place, parse, parse_cursor};
#[cfg(feature = "ssr")]
use crate::context::{answer_status, authorised};
use crate::wire::{Read, Write};

/// A part of a queue. `filter` as it stands in the page's address, `behind` as the queue before has said.
#[server(prefix = "/api/fn", endpoint = "review/queue", protocol = Read)]
pub(crate) async fn read_queue(filter: String, behind: String, count: u32) -> Result<Queue, AppError> {
    let (ports, who) = authorised().inspect_err(answer_status)?;
    let invalid = |()| AppError::Invalid("There is no such place in the queue. Reload the page.".into());
    let behind = parse_cursor(&behind).map_err(invalid).inspect_err(answer_status)?;
    ports.reviews.queue(&who, &parse(&filter), behind, count.clamp(1, 50)).await.inspect_err(answer_status)
}

/// `review` as it stands in the address: what is no id is no suggestion.
#[server(prefix = "/api/fn", endpoint = "review/card", protocol = Read)]
pub(crate) async fn read_card(review: String) -> Result<Option<Card>, AppError> {
    let (ports, who) = authorised().inspect_err(answer_status)?;
    let Ok(review) = review.parse::<ReviewId>() else { return Ok(None) };
    ports.reviews.card(&who, review).await.inspect_err(answer_status)
}

/// Judges what a reviewer has written into a suggestion.
#[server(prefix = "/api/fn", endpoint = "review/judge", protocol = Write)]
pub(crate) async fn judge(review: ReviewId, words: Words) -> Result<Option<Judgement>, AppError> {
    let (ports, who) = authorised().inspect_err(answer_status)?;
    ports.reviews.judge(&who, review, words).await.inspect_err(answer_status)
}

/// For pages of earlier builds: today's hand an intent to the outbox (`crate::device`).
#[server(prefix = "/api/fn", endpoint = "review/decide", protocol = Write)]
pub(crate) async fn decide(decision: Decision) -> Result<Outcome, AppError> {
    let (ports, who) = authorised().inspect_err(answer_status)?;
    ports.reviews.decide(&who, decision).await.inspect_err(answer_status)
}

/// Approves what comes next without findings in a queue that was written up to a moment, and where the next ones begin.
#[server(prefix = "/api/fn", endpoint = "review/all", protocol = Write)]
pub(crate) async fn approve_some(filter: String, until: Timestamp, behind: Option<Cursor>) -> Result<(ManyOutcome, Option<Cursor>), AppError> {
    let (ports, who) = authorised().inspect_err(answer_status)?;
    ports.reviews.approve_some(&who, &parse(&filter), until, behind).await.inspect_err(answer_status)
}

#[server(prefix = "/api/fn", endpoint = "review/assign", protocol = Write)]
pub(crate) async fn assign(review: ReviewId, to: Option<UserId>) -> Result<(), AppError> {
    let (ports, who) = authorised().inspect_err(answer_status)?;
    ports.reviews.assign(&who, review, to).await.inspect_err(answer_status)
}

#[server(prefix = "/api/fn", endpoint = "review/reviewers", protocol = Read)]
pub(crate) async fn read_reviewers() -> Result<Vec<(UserId, String)>, AppError> {
    let (ports, who) = authorised().inspect_err(answer_status)?;
    ports.reviews.reviewers(&who).await.inspect_err(answer_status)
}

/// `handle` as it stands in the address.
#[server(prefix = "/api/fn", endpoint = "review/versions", protocol = Read)]
pub(crate) async fn read_versions(handle: String) -> Result<Option<VersionsView>, AppError> {
    let (ports, who) = authorised().inspect_err(answer_status)?;
    let Ok(handle) = handle.parse::<domain::handle::Handle>() else { return Ok(None) };
    ports.reviews.versions(&who, &handle).await.inspect_err(answer_status)
}

#[server(prefix = "/api/fn", endpoint = "review/activate", protocol = Write)]
pub(crate) async fn activate(op: OpId, version: VersionId, seen: BTreeMap<Field, Seq>) -> Result<Outcome, AppError> {
    let (ports, who) = authorised().inspect_err(answer_status)?;
    ports.reviews.activate(&who, op, version, seen).await.inspect_err(answer_status)
}

#[server(prefix = "/api/fn", endpoint = "review/back", protocol = Write)]
pub(crate) async fn roll_back(op: OpId, product: ProductId, seen: BTreeMap<Field, Seq>) -> Result<Outcome, AppError> {
    let (ports, who) = authorised().inspect_err(answer_status)?;
    ports.reviews.roll_back(&who, op, product, seen).await.inspect_err(answer_status)
}

/// What the page is sent with.
#[cfg(feature = "ssr")]
pub(super) struct Opening {
    pub(super) queue: Queue,
    /// The suggestion that the address names.
    pub(super) first: Option<Card>,
    /// The one behind the one that is shown.
    pub(super) next: Option<ReviewId>,
}

#[cfg(feature = "ssr")]
pub(super) fn opening(place: &Place) -> impl Future<Output = Result<Opening, AppError>> + Send + use<> {
    let asked = authorised();
    let place = place.clone();
    async move {
        let opened = async {
            let (ports, who) = asked?;
            // The first, and the one behind it.
            let queue = ports.reviews.queue(&who, &place.filter, None, 2).await?;
            let first = match place.card {
                Some(card) => ports.reviews.card(&who, card).await?,
                None => None,
            };
            let next = match &first {
                Some(card) => {
                    let behind = Cursor { at: card.created_at, review: card.review };
                    ports.reviews.queue(&who, &place.filter, Some(behind), 1).await?.cards.first().map(|card| card.review)
                }
                None => queue.cards.get(1).map(|card| card.review),
            };
            Ok(Opening { queue, first, next })
        };
        opened.await.inspect_err(answer_status)
    }
}
