//! The change log of a store, as programs follow it: everything that happened to its products, in the order of commits.

use async_trait::async_trait;
use domain::{
    change::{ChangeKind, FieldChange},
    clock::Timestamp,
    handle::Handle,
    ids::{ProductId, Seq},
    money::Currency,
};

use crate::{Access, error::AppError, product::Source};

/// How many changes are told at once, at most.
pub const MOST_CHANGES: u32 = 1_000;

/// From how many bytes of values on a part of the log ends before it has as many changes as were asked for.
pub const LONGEST_PART: i64 = 4 << 20;

/// What one op did to one product.
#[derive(Clone, Debug, PartialEq)]
pub struct LoggedChange {
    pub seq: Seq,
    pub at: Timestamp,
    pub product: ProductId,
    /// The product's handle now.
    pub handle: Handle,
    pub kind: ChangeKind,
    /// None for a creation, as the log has it.
    pub fields: Vec<FieldChange>,
    pub source: Source,
    /// The person's name; empty when nobody can be named.
    pub who: String,
}

/// A part of the log.
#[derive(Clone, Debug, PartialEq)]
pub struct LogPart {
    pub changes: Vec<LoggedChange>,
    /// Behind which change to go on: the last one of this part. Without any it is what was asked with, or the last change of the
    /// store when that one is yet to come.
    pub last: Seq,
    /// Whether there are changes behind this part already.
    pub more: bool,
    /// The store's: that of every amount in the log.
    pub currency: Currency,
}

#[async_trait]
pub trait Changes: Send + Sync {
    /// The changes behind `after`, in the order of commits: `count` and [`MOST_CHANGES`] at most, and no more when their values have
    /// [`LONGEST_PART`] bytes, but one at least. Whoever goes on behind `last` each time is told every change once.
    async fn changes_since(&self, who: &Access, after: Seq, count: u32) -> Result<LogPart, AppError>;
}
