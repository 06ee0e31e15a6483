//! Many suggestions approved as they are, in batches: what is in the way of one holds up no other.

use std::collections::HashMap;

use domain::{
    clock::Timestamp,
    field::{Field, Value},
    ids::{OpId, ReviewId, UserId},
    op::{Action, Base, Edit, Op},
    product::OptimisationStatus,
};
use ports::{
    error::AppError,
    product::Receipt,
    review::{Cursor, ManyOutcome, QueueFilter, ReviewStatus},
};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::{
    cards::{Wanted, filtered},
    decide::open_among,
    reviewer,
    rows::PendingRow,
    ruling::{Decisions, accepted, activate},
};
use crate::{
    Store, StoreError, StoreRef,
    db::{Tx, fresh},
    write::{Beside, Done, Go},
};

/// Suggestions approved in one transaction: other writers wait for some hundredths of a second.
const BATCH: i64 = 200;

impl Store {
    pub(super) async fn approve_some_in(
        &self,
        store: &StoreRef,
        who: UserId,
        filter: &QueueFilter,
        until: Timestamp,
        behind: Option<Cursor>,
    ) -> Result<(ManyOutcome, Option<Cursor>), AppError> {
        if filter.status != ReviewStatus::Open {
            return Err(AppError::Invalid("Only suggestions that wait for a decision can be approved. Show the open ones.".into()));
        }
        // What somebody should look at is approved only by whoever asks for just that.
        let filter = QueueFilter { odd: Some(filter.odd.unwrap_or(false)), newest: false, ..filter.clone() };
        let mut outcome = ManyOutcome::default();
        let behind = behind.map_or((i64::MIN, Uuid::nil()), |cursor| (cursor.at.micros(), cursor.review.0));
        let mut pending = self.pending(store, who, &filter, behind, until).await?;
        let written = pending.len();
        let last = pending.iter().map(|row| Cursor { at: row.asked_at, review: row.review }).max_by_key(|last| (last.at, last.review.0));
        let next = last.filter(|_| written as i64 == BATCH);
        pending.retain(|row| !row.words.is_empty());
        outcome.refused += (written - pending.len()) as u64;
        self.approve(store, who, pending, &mut outcome).await?;
        Ok((outcome, next))
    }

    async fn pending(
        &self,
        store: &StoreRef,
        who: UserId,
        filter: &QueueFilter,
        (at, id): (i64, Uuid),
        until: Timestamp,
    ) -> Result<Vec<PendingRow>, StoreError> {
        let wanted = Wanted::new(store, who, filter);
        let until = until.micros();
        Ok(fresh!(self.db(), |on| { filtered!(sqlx::query_as(wanted.walk.batch), wanted).bind(at).bind(id).bind(BATCH).bind(until).fetch_all(on) })?)
    }

    /// Approves what can be approved. A batch with something in it that cannot is taken back whole and done again without that.
    async fn approve(&self, store: &StoreRef, who: UserId, mut pending: Vec<PendingRow>, outcome: &mut ManyOutcome) -> Result<(), StoreError> {
        while !pending.is_empty() {
            let ops = pending.iter().map(op_of).collect();
            let mut approving = Approving { store, who, pending: &pending, apart: HashMap::new() };
            let receipts = self.write_beside(store, &reviewer(who), ops, None, &mut approving).await?;
            if !receipts.is_empty() {
                outcome.approved += pending.len() as u64;
                return Ok(());
            }
            let apart = approving.apart;
            if apart.is_empty() {
                return Err(StoreError::Unreadable("a batch of decisions that was taken back for no reason".into()));
            }
            for why in apart.values() {
                match why {
                    Apart::Already => outcome.already += 1,
                    Apart::Stale => outcome.stale += 1,
                    Apart::Refused => outcome.refused += 1,
                }
            }
            pending.retain(|row| !apart.contains_key(&row.review));
        }
        Ok(())
    }
}

fn op_of(row: &PendingRow) -> Op {
    let mut edits = row.words.edits(|field| Base::Seen(row.source_versions.get(field).copied().unwrap_or_default()));
    edits.push(Edit { field: Field::Optimisation, base: Base::Any, value: Value::text(OptimisationStatus::Published.name()) });
    Op { id: op_id_of(row.review), product: row.product, action: Action::Edit(edits) }
}

/// The same for the same review, so that nothing is approved twice.
fn op_id_of(review: ReviewId) -> OpId {
    let mut hash = Sha256::new();
    hash.update(b"approved as suggested");
    hash.update(review.0.as_bytes());
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&hash.finalize()[..16]);
    OpId(uuid::Builder::from_custom_bytes(bytes).into_uuid())
}

struct Approving<'a> {
    store: &'a StoreRef,
    who: UserId,
    pending: &'a [PendingRow],
    /// What cannot be approved.
    apart: HashMap<ReviewId, Apart>,
}

#[derive(Clone, Copy)]
enum Apart {
    Already,
    Stale,
    Refused,
}

impl Beside for Approving<'_> {
    async fn look(&mut self, tx: &mut Tx<'_>) -> Result<Go, StoreError> {
        let ids: Vec<ReviewId> = self.pending.iter().map(|row| row.review).collect();
        let open = open_among(tx, self.store, &ids).await?;
        self.apart = ids.into_iter().filter(|id| !open.contains(id)).map(|id| (id, Apart::Already)).collect();
        Ok(if self.apart.is_empty() { Go::On } else { Go::Back })
    }

    async fn write(&mut self, tx: &mut Tx<'_>, done: Done<'_>) -> Result<Go, StoreError> {
        for (row, receipt) in self.pending.iter().zip(done.receipts) {
            let why = match receipt {
                Receipt::Applied { .. } | Receipt::NoOp { .. } => continue,
                Receipt::Conflict(_) => Apart::Stale,
                Receipt::Rejected { .. } => Apart::Refused,
            };
            self.apart.insert(row.review, why);
        }
        if !self.apart.is_empty() {
            return Ok(Go::Back);
        }
        let decisions = Decisions { store: self.store, to: ReviewStatus::Approved, at: done.at.micros(), who: self.who, reason: "" };
        let reviews: Vec<(Uuid, String)> = self.pending.iter().map(|row| (row.review.0, accepted(&row.words))).collect();
        decisions.write(tx, &reviews).await?;
        let products: Vec<Uuid> = self.pending.iter().map(|row| row.product.0).collect();
        let versions: Vec<Uuid> = self.pending.iter().map(|row| row.version.0).collect();
        activate(tx, self.store, &products, &versions).await?;
        Ok(Go::On)
    }
}
