//! The port of reviews and versions: who may, then what.
//!
//! A decision is an op like any other, and the row that says who decided is written in its transaction: neither is there
//! without the other.

mod approve_all;
mod cards;
mod decide;
mod judge;
mod people;
mod rows;
pub(crate) mod ruling;
pub(super) mod sql;
pub(crate) mod suggested;

use std::collections::BTreeMap;

use async_trait::async_trait;
use domain::{
    clock::Timestamp,
    field::Field,
    handle::Handle,
    ids::{OpId, ProductId, ReviewId, Seq, UserId, VersionId},
    role::Permission,
    words::Words,
};
use ports::{
    Access,
    error::AppError,
    product::{Receipt, Source},
    review::{Card, Cursor, Decision, Judgement, ManyOutcome, Outcome, Queue, QueueFilter, Reviews, VersionView, VersionsView},
};

pub(super) use self::{
    rows::{JudgedRow, OriginalRow, VersionRow},
    ruling::{accepted, activate},
};
use crate::{Author, Db, Store};

#[async_trait]
impl Reviews for Store {
    async fn queue(&self, who: &Access, filter: &QueueFilter, behind: Option<Cursor>, count: u32) -> Result<Queue, AppError> {
        let store = self.allowed(who, Permission::Browse).await?;
        Ok(self.queue_of(&store, who, filter, behind, count).await?)
    }

    async fn card(&self, who: &Access, review: ReviewId) -> Result<Option<Card>, AppError> {
        let store = self.allowed(who, Permission::Browse).await?;
        Ok(self.card_of(&store, review).await?)
    }

    async fn judge(&self, who: &Access, review: ReviewId, words: Words) -> Result<Option<Judgement>, AppError> {
        let store = self.allowed(who, Permission::Browse).await?;
        self.judge_in(&store, review, &words).await
    }

    async fn decide(&self, who: &Access, decision: Decision) -> Result<Outcome, AppError> {
        let store = self.allowed(who, Permission::Review).await?;
        let (this, user) = (self.clone(), who.user);
        self.to_its_end(async move { this.decide_in(&store, user, decision).await }).await
    }

    async fn approve_some(
        &self,
        who: &Access,
        filter: &QueueFilter,
        until: Timestamp,
        behind: Option<Cursor>,
    ) -> Result<(ManyOutcome, Option<Cursor>), AppError> {
        let store = self.allowed(who, Permission::Review).await?;
        let (this, user, filter) = (self.clone(), who.user, filter.clone());
        self.to_its_end(async move { this.approve_some_in(&store, user, &filter, until, behind).await }).await
    }

    async fn assign(&self, who: &Access, review: ReviewId, to: Option<UserId>) -> Result<(), AppError> {
        let store = self.allowed(who, Permission::Review).await?;
        self.assign_in(&store, review, to).await
    }

    async fn reviewers(&self, who: &Access) -> Result<Vec<(UserId, String)>, AppError> {
        let store = self.allowed(who, Permission::Browse).await?;
        Ok(self.reviewers_of(&store).await?)
    }

    async fn versions_below(&self, who: &Access, product: &Handle, below: Option<u32>, count: u32) -> Result<Option<VersionsView>, AppError> {
        let store = self.allowed(who, Permission::Browse).await?;
        Ok(self.versions_of(&store, product, below, count, who.role.may(Permission::Review)).await?)
    }

    async fn version(&self, who: &Access, version: VersionId) -> Result<Option<(ProductId, VersionView)>, AppError> {
        let store = self.allowed(who, Permission::Browse).await?;
        Ok(self.version_of(&store, version).await?)
    }

    async fn activate(&self, who: &Access, op: OpId, version: VersionId, seen: BTreeMap<Field, Seq>) -> Result<Outcome, AppError> {
        let store = self.allowed(who, Permission::Review).await?;
        let (this, user) = (self.clone(), who.user);
        self.to_its_end(async move { this.activate_in(&store, user, op, version, &seen).await }).await
    }

    async fn roll_back(&self, who: &Access, op: OpId, product: ProductId, seen: BTreeMap<Field, Seq>) -> Result<Outcome, AppError> {
        let store = self.allowed(who, Permission::Review).await?;
        let (this, user) = (self.clone(), who.user);
        self.to_its_end(async move { this.roll_back_in(&store, user, op, product, &seen).await }).await
    }
}

/// Somebody who decides about suggestions.
pub(super) const fn reviewer(user: UserId) -> Author {
    Author { user: Some(user), source: Source::Review, job: None, remember: true }
}

/// What the answer to an op means to whoever decided.
pub(super) fn outcome_of(receipt: Receipt) -> Outcome {
    match receipt {
        Receipt::Applied { .. } | Receipt::NoOp { .. } => Outcome::Done,
        Receipt::Conflict(conflicts) => Outcome::Stale(conflicts),
        Receipt::Rejected { field: Some(field), reason } => Outcome::Refused(format!("{}: {reason}", field.label())),
        Receipt::Rejected { field: None, reason } => Outcome::Refused(reason),
    }
}

/// The statements that must never read a whole table, by name, for the test of their plans.
pub(crate) fn hot(db: &Db) -> Vec<(&'static str, &'static str)> {
    vec![
        ("a queue is counted", sql::ANYBODYS.count),
        ("one's own queue is counted", sql::ONES_OWN.count),
        ("nobody's queue is counted", sql::NOBODYS.count),
        ("the queue of a run is counted", sql::OF_RUN.count),
        ("a queue, the oldest first", sql::ANYBODYS.oldest),
        ("a queue, the newest first", sql::ANYBODYS.newest),
        ("one's own queue, the oldest first", sql::ONES_OWN.oldest),
        ("one's own queue, the newest first", sql::ONES_OWN.newest),
        ("nobody's queue, the oldest first", sql::NOBODYS.oldest),
        ("nobody's queue, the newest first", sql::NOBODYS.newest),
        ("the queue of a run, the oldest first", sql::OF_RUN.oldest),
        ("the queue of a run, the newest first", sql::OF_RUN.newest),
        ("what is approved at once", sql::ANYBODYS.batch),
        ("one's own queue is approved at once", sql::ONES_OWN.batch),
        ("nobody's queue is approved at once", sql::NOBODYS.batch),
        ("the queue of a run is approved at once", sql::OF_RUN.batch),
        ("one card", sql::CARD),
        ("products of cards", db.sql(&sql::PRESENT)),
        ("versions of a product", sql::VERSIONS),
        ("a version by its id", sql::VERSION),
        ("a version with what was decided", sql::JUDGED_VERSION),
        ("what a product said first", sql::ORIGINAL),
        ("which reviews are open", db.sql(&sql::OPEN_AMONG)),
        ("reviews are decided", db.sql(&sql::DECIDE)),
        ("the review of a product is decided elsewhere", db.sql(&sql::DECIDE_CHOSEN)),
        ("versions made active", db.sql(&sql::ACTIVATE)),
    ]
}
