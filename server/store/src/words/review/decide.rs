//! A decision about one suggestion.

use std::collections::BTreeMap;

use domain::{
    field::Field,
    ids::{OpId, ReviewId, Seq, UserId},
    op::{Action, Base, Op},
    sync::intent::{Seen, Verdict as Said, Wanted},
};
use ports::{
    error::AppError,
    product::Receipt,
    review::{Decided, Decision, Outcome, ReviewStatus, Verdict},
};
use uuid::Uuid;

use super::{
    outcome_of, reviewer,
    rows::{ReviewRow, VersionRow},
    ruling::{self, Ruled, Ruling},
    sql,
};
use crate::{
    Store, StoreError, StoreRef,
    codec::Many,
    db::{Tx, within},
    write::{Beside, Done, Go},
};

impl Store {
    pub(super) async fn decide_in(&self, store: &StoreRef, who: UserId, decision: Decision) -> Result<Outcome, AppError> {
        let Decision { op_id, review, verdict } = decision;
        let Some(row) = self.review_of(store, review).await? else { return Err(AppError::NotFound) };
        let said = said(&row.version, verdict);
        if let Err((_, sentence)) = said.check(|field| row.version.words.get(field).is_some()) {
            return Ok(Outcome::Refused(sentence));
        }
        let ruled = Ruled::of(&said);
        let (to, key) = (ruled.to, row.version.product_key);
        let handle = match to {
            ReviewStatus::Changes => Some(self.present(&[key]).await?.remove(&key).ok_or(AppError::NotFound)?.handle),
            _ => None,
        };
        let edits = said.edits(|wanted| Base::Seen(wanted.seen.version()));
        let op = Op { id: op_id, product: row.version.product, action: Action::Edit(edits) };
        let ruling = self.ruling(&row, who, ruled, handle);
        let mut deciding = Deciding { store, who, op: op_id, ruling, open: false, came: Came::Nothing };

        let receipt = self.write_beside(store, &reviewer(who), vec![op], None, &mut deciding).await?.pop();
        match (receipt, deciding.came) {
            (_, Came::Done) => Ok(Outcome::Done),
            (_, Came::Decided) => self.already(store, review).await,
            (_, Came::Answered(receipt)) => Ok(outcome_of(receipt)),
            (Some(receipt), Came::Nothing) => {
                let now = self.review_of(store, review).await?.ok_or(AppError::NotFound)?;
                Ok(sent_before(receipt, now, to, who))
            }
            (None, Came::Nothing) => Err(AppError::Internal),
        }
    }

    /// Who was faster.
    async fn already(&self, store: &StoreRef, review: ReviewId) -> Result<Outcome, AppError> {
        Ok(already_of(self.review_of(store, review).await?.ok_or(AppError::NotFound)?))
    }
}

/// A verdict as devices say it. Which value was seen of a field an earlier page does not say: its version has to do.
fn said(version: &VersionRow, verdict: Verdict) -> Said {
    let seen_in = |seen: &BTreeMap<Field, Seq>, field: &Field| seen.get(field).copied().unwrap_or_else(|| version.base(field));
    match verdict {
        Verdict::Approve { words, seen } => {
            let before = version.source.words();
            let wanted = |(field, value): (Field, _)| {
                let (seen, was) = (Seen::At(seen_in(&seen, &field)), before.get(&field).unwrap_or_default());
                Wanted { field, value, seen, was }
            };
            Said::Approve(words.fields().into_iter().map(wanted).collect())
        }
        Verdict::Reject { reason } => Said::Reject { reason },
        Verdict::Changes { remark } => Said::Changes { remark },
    }
}

/// What became of a decision whose op was sent before: of the same one, as the review itself says. Of two suggestions for one product
/// the ops may well be the same.
fn sent_before(receipt: Receipt, now: ReviewRow, to: ReviewStatus, who: UserId) -> Outcome {
    match receipt {
        _ if now.status == ReviewStatus::Open => {
            Outcome::Refused("This decision was sent before with other content. Reload the page and decide again.".into())
        }
        Receipt::Rejected { .. } => outcome_of(receipt),
        _ if now.status == to && now.decided_by == Some(who) => Outcome::Done,
        _ => already_of(now),
    }
}

fn already_of(row: ReviewRow) -> Outcome {
    let decided = row.decided.unwrap_or_else(|| Decided { who: String::new(), at: row.asked_at, reason: String::new() });
    Outcome::Already { status: row.status, decided }
}

/// A decision on its way through the write path.
struct Deciding<'a> {
    store: &'a StoreRef,
    who: UserId,
    op: OpId,
    ruling: Ruling,
    /// Whether the review still waited when the product was locked: nobody else decides about it from then on.
    open: bool,
    came: Came,
}

enum Came {
    /// The op was sent before.
    Nothing,
    Done,
    /// Somebody else was faster.
    Decided,
    /// The op was not done, and nothing is kept of it.
    Answered(Receipt),
}

impl Beside for Deciding<'_> {
    async fn look(&mut self, tx: &mut Tx<'_>) -> Result<Go, StoreError> {
        self.came = Came::Nothing;
        let open = open_among(tx, self.store, &[self.ruling.review]).await?;
        self.open = !open.is_empty();
        ruling::prepare(tx, std::slice::from_mut(&mut self.ruling)).await?;
        Ok(Go::On)
    }

    async fn write(&mut self, tx: &mut Tx<'_>, done: Done<'_>) -> Result<Go, StoreError> {
        if done.before.contains_key(&self.op) {
            return Ok(Go::On);
        }
        if !self.open {
            self.came = Came::Decided;
            return Ok(Go::Back);
        }
        self.ruling.seq = match done.receipts.first() {
            Some(Receipt::Applied { seq } | Receipt::NoOp { seq }) => *seq,
            Some(receipt) => {
                self.came = Came::Answered(receipt.clone());
                return Ok(Go::Back);
            }
            None => return Ok(Go::Back),
        };
        if !ruling::write(tx, self.store, self.who, std::slice::from_ref(&self.ruling), done.at.micros()).await? {
            self.came = Came::Decided;
            return Ok(Go::Back);
        }
        self.came = Came::Done;
        Ok(Go::On)
    }
}

/// Which of some reviews still wait for a decision.
pub(super) async fn open_among(tx: &mut Tx<'_>, store: &StoreRef, reviews: &[ReviewId]) -> Result<Vec<ReviewId>, StoreError> {
    let ids: Vec<Uuid> = reviews.iter().map(|review| review.0).collect();
    let open: Vec<(Uuid,)> = within!(tx, |on| sqlx::query_as(tx.db.sql(&sql::OPEN_AMONG)).bind(store.num).bind(Many(&ids)).fetch_all(on))?;
    Ok(open.into_iter().map(|(id,)| ReviewId(id)).collect())
}
