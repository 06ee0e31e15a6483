//! What a run, a preview and a decision hand to the database, and what they get from it.

use std::collections::BTreeMap;

use domain::{
    clock::Timestamp,
    field::Field,
    ids::{JobId, OpId, ProductId, ProviderId, Seq, UserId, VersionId},
    money::Cost,
    product::Product,
    words::{Words, brief::Brief, check::Finding, source::Source},
};
use ports::{
    runs::{RunProgress, RunSpec},
    writing::ProviderKind,
};
use serde::{Deserialize, Serialize};

/// A provider with everything needed to ask it. The key is still sealed.
#[derive(Clone, Debug, PartialEq)]
pub struct ProviderRow {
    pub id: ProviderId,
    pub kind: ProviderKind,
    pub name: String,
    pub base_url: String,
    pub model: String,
    pub sealed_key: Option<Vec<u8>>,
    pub concurrency: u32,
    pub timeout_seconds: u32,
    pub position: u32,
    pub enabled: bool,
    pub removed: bool,
}

/// A price per million tokens from a moment on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PriceRow {
    pub provider: ProviderId,
    pub model: String,
    pub from: Timestamp,
    pub input: Cost,
    pub output: Cost,
}

/// The outcome of a call that was answered well.
pub const ANSWERED: &str = "ok";

/// One call of a provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewUsage {
    pub provider: ProviderId,
    pub model: String,
    pub at: Timestamp,
    pub tokens_in: u64,
    pub tokens_out: u64,
    pub cost: Cost,
    pub milliseconds: u64,
    /// [`ANSWERED`], or in a word what went wrong.
    pub outcome: &'static str,
    pub run: Option<JobId>,
    pub user: Option<UserId>,
    pub product: Option<ProductId>,
    pub product_type: String,
}

/// Words that were written for a product.
#[derive(Clone, Debug, PartialEq)]
pub struct NewVersion {
    pub id: VersionId,
    pub product: ProductId,
    pub run: Option<JobId>,
    /// None when a person wrote it.
    pub provider: Option<ProviderId>,
    pub model: String,
    pub user: Option<UserId>,
    pub fingerprint: [u8; 32],
    pub reused: bool,
    pub brief: Brief,
    pub remark: String,
    pub source: Source,
    pub source_versions: BTreeMap<Field, Seq>,
    pub words: Words,
    pub findings: Vec<Finding>,
    pub quality: (u8, u8),
    pub seo: (u8, u8),
    pub tokens_in: u64,
    pub tokens_out: u64,
    pub cost: Cost,
}

/// What became of one product of a run.
#[derive(Clone, Debug, PartialEq)]
pub struct RunItem {
    /// The product's number in its store.
    pub ord: u32,
    pub came: ItemCame,
}

#[derive(Clone, Debug, PartialEq)]
pub enum ItemCame {
    /// A version, an open review that takes the place of the product's open one, and the op that marks the product as
    /// `Suggested`. When that op is refused, as the product went into the trash meanwhile, nothing but the usage is kept and
    /// the item counts as skipped.
    Written {
        op: OpId,
        version: Box<NewVersion>,
    },
    Skipped,
    Failed {
        reason: String,
    },
}

/// What a run's job was asked to do: its `params`, as JSON.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunParams {
    pub spec: RunSpec,
    /// What the writer is to do differently, when a reviewer has said so; empty otherwise.
    #[serde(default)]
    pub remark: String,
    /// The product that waits for this run, when a reviewer has sent its suggestion back.
    #[serde(default)]
    pub queued: Option<Queued>,
}

/// A product that is `Queued`, and the change that made it so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Queued {
    pub product: ProductId,
    pub seq: Seq,
}

/// What a run is about, for people, that writes again what a reviewer has sent back. Lists of runs tell them by it from those that
/// somebody has started.
pub const SENT_BACK: &str = "1 product, changes requested";

impl RunParams {
    /// As somebody starts a run.
    pub const fn new(spec: RunSpec) -> Self {
        Self { spec, remark: String::new(), queued: None }
    }
}

/// How far a run is: its job's `progress`, as JSON.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RunCheckpoint {
    pub progress: RunProgress,
    /// How often the batch that comes next was begun.
    pub attempt: u32,
    /// What a product has taken lately; zero while nothing is known.
    pub ms_per_product: u32,
}

/// What is written of a run in one transaction.
#[derive(Debug)]
pub struct RunBatch<'a> {
    pub run: JobId,
    pub leased_by: &'a str,
    pub user: Option<UserId>,
    /// JSON.
    pub progress: &'a str,
    pub items: Vec<RunItem>,
    /// Calls, also those of items that are not among these.
    pub usage: Vec<NewUsage>,
    /// The roaring bitmap of the products that are done after this.
    pub done: &'a [u8],
}

/// Which products of a run's batch could not be marked any more.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RunWritten {
    /// The numbers of products that are gone.
    pub gone: Vec<u32>,
}

/// A product of a run as it is read.
#[derive(Clone, Debug, PartialEq)]
pub struct RunProduct {
    pub ord: u32,
    pub product: Product,
    /// The fingerprint of its latest version that a provider wrote.
    pub last_fingerprint: Option<[u8; 32]>,
}

/// Words that were written before for the same question.
#[derive(Clone, Debug, PartialEq)]
pub struct KnownAnswer {
    pub fingerprint: [u8; 32],
    pub words: Words,
    pub model: String,
}

/// What a provider's latest good answers in a store came to, all together.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Measured {
    pub answers: u64,
    pub tokens_in: u64,
    pub tokens_out: u64,
    pub milliseconds: u64,
}
