//! Runs: many products written anew, as they travel, and the port to start and steer them.

use async_trait::async_trait;
use domain::{
    clock::Timestamp,
    handle::Handle,
    ids::{JobId, ProviderId, ReviewId, VersionId},
    money::{Cost, Currency},
    query::ListQuery,
    words::part::Part,
};
use serde::{Deserialize, Serialize};

use crate::{Access, error::AppError, jobs::JobState};

/// Which products a run is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Selection {
    /// All that match, as they are when the run starts.
    Matching(ListQuery),
    /// These, 10,000 at most.
    Products(Vec<Handle>),
}

/// What a run is to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunSpec {
    pub selection: Selection,
    pub provider: ProviderId,
    pub parts: Vec<Part>,
    /// Leave alone what is not empty.
    pub only_empty: bool,
    /// Write again what has not changed since it was written last.
    pub again: bool,
    /// The most it may cost; none is no limit but the store's budget.
    pub cap: Option<Cost>,
    /// Stop after ten products, to look at them and to know what the rest will cost.
    pub sample_first: bool,
}

/// The most runs that are told of at once.
pub const MOST_RUNS: u32 = 100;

/// The most results, and failures, of a run that are told of at once.
pub const MOST_OF_RUN: u32 = 250;

/// How many products a sample has.
pub const SAMPLE: u32 = 10;

/// What a run will take. Each range is from the fifth to the ninety-fifth of a hundred.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Estimate {
    pub products: u64,
    /// Likely, least, most.
    pub tokens_in: (u64, u64, u64),
    pub tokens_out: (u64, u64, u64),
    /// None when the price table has a hole: the sentence in `note` says where.
    pub cost: Option<(Cost, Cost, Cost)>,
    pub seconds: Option<u64>,
    pub basis: Basis,
    pub note: String,
    /// What is left of this month's budget; none without a budget.
    pub budget_left: Option<Cost>,
}

/// What an estimate rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Basis {
    /// The lengths of the texts and what such texts usually come to.
    Lengths,
    /// What this provider's latest answers in this store came to.
    Measured,
    /// What this run's own first products came to.
    Sample,
}

/// Where a run stands. Counts are of products.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunProgress {
    pub total: u64,
    /// With a suggestion to review.
    pub written: u64,
    /// Of those, answered from what was written for the same source before, at no cost.
    pub reused: u64,
    /// Nothing to do: not changed since it was written last, nothing empty, gone, or already as good.
    pub skipped: u64,
    pub failed: u64,
    pub tokens_in: u64,
    pub tokens_out: u64,
    pub cost: Cost,
    /// The sample is written, and a person is to say whether to go on.
    pub sampled: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunView {
    pub id: JobId,
    pub state: JobState,
    /// Paused by a person, by the cap, by the budget, or after the sample: the message says which.
    pub paused: bool,
    pub cancelling: bool,
    /// What it is about, for people: `214 products, missing a description`.
    pub subject: String,
    pub who: String,
    pub created_at: Timestamp,
    pub started_at: Option<Timestamp>,
    pub finished_at: Option<Timestamp>,
    /// Why it waits or failed: a sentence.
    pub message: String,
    pub progress: RunProgress,
    pub provider: String,
    pub currency: Currency,
    /// Seconds the rest will take at the present pace.
    pub seconds_left: Option<u64>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunDetail {
    pub run: RunView,
    pub spec: RunSpec,
    /// The first suggestions, in the order they were written.
    pub results: Vec<RunResult>,
    /// The first failures.
    pub failures: Vec<RunFailure>,
    /// For the rest, once there is something to go by.
    pub estimate: Option<Estimate>,
    /// Suggestions of this run that wait for a decision.
    pub open_reviews: u64,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunResult {
    pub handle: Handle,
    pub title_before: String,
    pub title_after: String,
    pub quality: (u8, u8),
    pub seo: (u8, u8),
    pub findings: u32,
    pub cost: Cost,
    pub reused: bool,
    pub review: Option<ReviewId>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunFailure {
    /// Empty when the product is gone.
    pub handle: String,
    pub title: String,
    pub reason: String,
}

/// Behind which run a part of all of them begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunBookmark {
    pub at: Timestamp,
    pub run: JobId,
}

/// Behind which result of a run a part of them begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResultBookmark(pub VersionId);

/// Behind which failure of a run a part of them begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FailureBookmark(pub i64);

/// A part of something of a run, and where the next part begins; none at the end.
pub type PartOfRun<T, Bookmark> = (Vec<T>, Option<Bookmark>);

/// What the catalogue lacks, worst first, and what has been gained.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Picture {
    pub products: u64,
    pub lacks: Vec<Lack>,
    /// Published suggestions, and their mean scores before and after.
    pub improved: u64,
    pub quality: (u8, u8),
    pub seo: (u8, u8),
    pub open_reviews: u64,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Lack {
    /// `No description`
    pub says: String,
    pub products: u64,
    /// The list of them.
    pub query: ListQuery,
    /// What a run over them would write.
    pub parts: Vec<Part>,
}

/// Starting and steering runs: editors and owners. Looking: everybody.
#[async_trait]
pub trait Runs: Send + Sync {
    async fn estimate(&self, who: &Access, spec: &RunSpec) -> Result<Estimate, AppError>;

    async fn start(&self, who: &Access, spec: RunSpec) -> Result<JobId, AppError>;

    /// The same with an id of the caller's: a run that has it is not started again.
    async fn start_as(&self, who: &Access, id: JobId, spec: RunSpec) -> Result<(), AppError>;

    /// The latest 50 that somebody started. Of those that write again what a reviewer has sent back, one product each, no more than the
    /// latest ten, and the latest ten that are not over.
    async fn runs(&self, who: &Access) -> Result<Vec<RunView>, AppError>;

    /// All runs, the newest first, part by part: [`MOST_RUNS`] at most; and where the next part begins, none at the end.
    async fn runs_behind(&self, who: &Access, behind: Option<RunBookmark>, count: u32) -> Result<(Vec<RunView>, Option<RunBookmark>), AppError>;

    async fn run(&self, who: &Access, id: JobId) -> Result<Option<RunDetail>, AppError>;

    /// What a run has written, in the order in which it was, part by part: [`MOST_OF_RUN`] at most. None when there is no such run.
    async fn results_behind(
        &self,
        who: &Access,
        id: JobId,
        behind: Option<ResultBookmark>,
        count: u32,
    ) -> Result<Option<PartOfRun<RunResult, ResultBookmark>>, AppError>;

    /// The products that failed in a run, in the order of the catalogue, part by part: [`MOST_OF_RUN`] at most. None when there is no such
    /// run.
    async fn failures_behind(
        &self,
        who: &Access,
        id: JobId,
        behind: Option<FailureBookmark>,
        count: u32,
    ) -> Result<Option<PartOfRun<RunFailure, FailureBookmark>>, AppError>;

    async fn pause(&self, who: &Access, id: JobId) -> Result<(), AppError>;

    /// Goes on, with another cap where one is given.
    async fn resume(&self, who: &Access, id: JobId, cap: Option<Cost>) -> Result<(), AppError>;

    async fn cancel(&self, who: &Access, id: JobId) -> Result<(), AppError>;

    /// A new run over what failed in one that is over.
    async fn retry_failed(&self, who: &Access, id: JobId) -> Result<JobId, AppError>;

    /// The same with an id of the caller's for the new run: one that has it is not started again.
    async fn retry_failed_as(&self, who: &Access, again: JobId, id: JobId) -> Result<(), AppError>;

    async fn picture(&self, who: &Access) -> Result<Picture, AppError>;
}
