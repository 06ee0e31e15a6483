//! Suggestions and what people decide about them, as they travel, and the port to decide.

use std::collections::BTreeMap;

use async_trait::async_trait;
use domain::{
    change::FieldConflict,
    clock::Timestamp,
    field::{Field, Value},
    handle::Handle,
    ids::{JobId, OpId, ProductId, ReviewId, Seq, UserId, VersionId},
    money::{Cost, Currency},
    words::{Words, check::Finding, part::Part, score::Scores},
};
use serde::{Deserialize, Serialize};

use crate::{Access, error::AppError};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ReviewStatus {
    #[default]
    Open,
    Approved,
    Rejected,
    /// Sent back with a remark; what is written then is another suggestion.
    Changes,
    /// A later suggestion took its place, or somebody chose other words for the product.
    Superseded,
}

/// Which suggestions a queue shows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct QueueFilter {
    pub status: ReviewStatus,
    pub assignee: Assignee,
    pub run: Option<JobId>,
    pub product_type: Option<String>,
    /// Only those with something wrong in them, or only those without.
    pub odd: Option<bool>,
    /// The newest first instead of the oldest.
    pub newest: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Assignee {
    #[default]
    Anybody,
    Me,
    Nobody,
}

/// A part of a queue.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Queue {
    /// How many there are in all.
    pub total: u64,
    /// Of those, with something wrong in them.
    pub odd: u64,
    pub cards: Vec<Card>,
    /// Where the next part begins; none at the end.
    pub next: Option<Cursor>,
    pub currency: Currency,
    pub may_decide: bool,
    /// What is known of it where it is the device's own answer: not all of the queue may be there. None from the server.
    pub held: Option<HeldQueue>,
}

/// Of when a device has a queue, and of how much of it the part that is there is a part.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeldQueue {
    /// Suggestions in the queue then; none when it is not known.
    pub of: Option<u64>,
    /// When that was so, by the device's clock.
    pub as_of: Timestamp,
}

/// Behind which suggestion a part of a queue begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cursor {
    pub at: Timestamp,
    pub review: ReviewId,
}

/// One suggestion with all that is needed to decide about it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Card {
    pub review: ReviewId,
    pub version: VersionId,
    pub status: ReviewStatus,
    pub product: ProductId,
    pub handle: Handle,
    /// The product's present title.
    pub title: String,
    pub vendor: String,
    pub product_type: String,
    pub thumbnail: String,
    pub created_at: Timestamp,
    pub run: Option<JobId>,
    pub provider: String,
    pub model: String,
    pub cost: Cost,
    pub assignee: Option<(UserId, String)>,
    pub decided: Option<Decided>,
    pub fields: Vec<CardField>,
    pub scores_before: Scores,
    pub scores_after: Scores,
    pub findings: Vec<Finding>,
    /// What the writer was asked to do differently, when it was.
    pub remark: String,
}

/// How good words are and what is wrong with them, by the record and the brief that a suggestion was written to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Judgement {
    /// Of the whole product: what the words do not say is as the record says it.
    pub scores: Scores,
    pub findings: Vec<Finding>,
}

/// One field of a suggestion.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CardField {
    pub field: Field,
    pub part: Part,
    /// The picture an alternative text is for; empty otherwise.
    pub image: String,
    /// As it was when the suggestion was written.
    pub before: Value,
    pub after: Value,
    /// The version `before` has.
    pub base: Seq,
    /// The value that is there now and its version, when somebody changed it since.
    pub changed_since: Option<(Value, Seq)>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decided {
    pub who: String,
    pub at: Timestamp,
    pub reason: String,
}

/// A decision about one suggestion. The same one sent twice is done once.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Decision {
    pub op_id: OpId,
    pub review: ReviewId,
    pub verdict: Verdict,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Verdict {
    /// Puts these words into the product: the accepted fields, edited or as they were suggested.
    Approve {
        words: Words,
        /// The version of each field that the reviewer has seen. A field that is not in here is taken to be as it was
        /// when the suggestion was written.
        seen: BTreeMap<Field, Seq>,
    },
    Reject {
        reason: String,
    },
    /// Has it written again, with a remark for the writer.
    Changes {
        remark: String,
    },
}

/// What became of a decision.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Outcome {
    Done,
    /// Somebody decided before: nothing was changed.
    Already {
        status: ReviewStatus,
        decided: Decided,
    },
    /// The product was edited since the suggestion was written: nothing was changed.
    Stale(Vec<FieldConflict>),
    /// The words do not fit, or the product is gone: nothing was changed.
    Refused(String),
}

/// What became of many.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ManyOutcome {
    pub approved: u64,
    /// Decided before, by somebody else mostly.
    pub already: u64,
    /// Left open because the product was edited since.
    pub stale: u64,
    pub refused: u64,
}

/// One set of words of a product: what was asked, of whom, what came back.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct VersionView {
    pub id: VersionId,
    /// From 1 in its product.
    pub number: u32,
    pub created_at: Timestamp,
    /// The provider, or the person who edited it.
    pub by: String,
    pub model: String,
    pub run: Option<JobId>,
    pub words: Words,
    /// What the product said when it was written.
    pub before: Words,
    pub scores_before: Scores,
    pub scores_after: Scores,
    pub findings: Vec<Finding>,
    pub tokens_in: u64,
    pub tokens_out: u64,
    pub cost: Cost,
    pub remark: String,
    /// Its words are the product's.
    pub active: bool,
    pub status: Option<ReviewStatus>,
    pub decided: Option<Decided>,
}

/// The most versions of a product that are told of at once.
pub const MOST_VERSIONS: u32 = 100;

/// The versions of a product, latest first, with the words it has now and those it had before any of them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct VersionsView {
    pub product: ProductId,
    pub handle: Handle,
    pub title: String,
    pub now: Words,
    pub original: Option<Words>,
    /// The version each field has now.
    pub seen: BTreeMap<Field, Seq>,
    pub versions: Vec<VersionView>,
    pub currency: Currency,
    pub may_decide: bool,
}

/// Reviewing: reviewers, editors and owners. Looking: everybody.
#[async_trait]
pub trait Reviews: Send + Sync {
    /// A part of a queue, 50 at most.
    async fn queue(&self, who: &Access, filter: &QueueFilter, behind: Option<Cursor>, count: u32) -> Result<Queue, AppError>;

    async fn card(&self, who: &Access, review: ReviewId) -> Result<Option<Card>, AppError>;

    /// Judges words that somebody would put in the place of those suggested; none when there is no such suggestion. Nothing is
    /// changed.
    async fn judge(&self, who: &Access, review: ReviewId, words: Words) -> Result<Option<Judgement>, AppError>;

    async fn decide(&self, who: &Access, decision: Decision) -> Result<Outcome, AppError>;

    /// Approves as suggested what comes next in a queue, 200 at most, of what was written up to `until`; and where the next ones
    /// begin, none at the end. With `odd` none, those with something wrong in them stay open. What was approved before is not
    /// approved again.
    async fn approve_some(
        &self,
        who: &Access,
        filter: &QueueFilter,
        until: Timestamp,
        behind: Option<Cursor>,
    ) -> Result<(ManyOutcome, Option<Cursor>), AppError>;

    /// The same until nothing comes next.
    async fn approve_all(&self, who: &Access, filter: &QueueFilter, until: Timestamp) -> Result<ManyOutcome, AppError> {
        let (mut sum, mut behind) = (ManyOutcome::default(), None);
        loop {
            let (some, next) = self.approve_some(who, filter, until, behind).await?;
            sum.add(some);
            behind = next;
            if behind.is_none() {
                return Ok(sum);
            }
        }
    }

    /// Gives a suggestion to a person of the store, or to nobody.
    async fn assign(&self, who: &Access, review: ReviewId, to: Option<UserId>) -> Result<(), AppError>;

    /// Whom a suggestion can be given to.
    async fn reviewers(&self, who: &Access) -> Result<Vec<(UserId, String)>, AppError>;

    /// The latest versions of a product, [`MOST_VERSIONS`] at most.
    async fn versions(&self, who: &Access, product: &Handle) -> Result<Option<VersionsView>, AppError> {
        self.versions_below(who, product, None, MOST_VERSIONS).await
    }

    /// The versions of a product with a number below one, the latest first, [`MOST_VERSIONS`] at most.
    async fn versions_below(&self, who: &Access, product: &Handle, below: Option<u32>, count: u32) -> Result<Option<VersionsView>, AppError>;

    /// A version, and which product it is of.
    async fn version(&self, who: &Access, version: VersionId) -> Result<Option<(ProductId, VersionView)>, AppError>;

    /// Puts a version's words into the product, and decides by that about a suggestion which waits: approved when it is this one,
    /// else [`ReviewStatus::Superseded`]. `seen` as in [`Verdict::Approve`].
    async fn activate(&self, who: &Access, op: OpId, version: VersionId, seen: BTreeMap<Field, Seq>) -> Result<Outcome, AppError>;

    /// Puts back the words a product had before its first version. A suggestion which waits is [`ReviewStatus::Superseded`].
    async fn roll_back(&self, who: &Access, op: OpId, product: ProductId, seen: BTreeMap<Field, Seq>) -> Result<Outcome, AppError>;
}

impl ManyOutcome {
    pub const fn add(&mut self, other: Self) {
        self.approved += other.approved;
        self.already += other.already;
        self.stale += other.stale;
        self.refused += other.refused;
    }

    /// All that something became of.
    pub const fn all(&self) -> u64 {
        self.approved + self.already + self.stale + self.refused
    }
}

impl ReviewStatus {
    pub const ALL: [Self; 5] = [Self::Open, Self::Approved, Self::Rejected, Self::Changes, Self::Superseded];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Approved => "approved",
            Self::Rejected => "rejected",
            Self::Changes => "changes",
            Self::Superseded => "superseded",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.name() == name)
    }

    /// What a person calls it.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Open => "Open",
            Self::Approved => "Approved",
            Self::Rejected => "Rejected",
            Self::Changes => "Changes requested",
            Self::Superseded => "Replaced",
        }
    }
}
