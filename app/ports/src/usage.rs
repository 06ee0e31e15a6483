//! What calls of providers cost, as it travels, and the port to look at it and to limit it.

use async_trait::async_trait;
use domain::{
    clock::Timestamp,
    ids::{JobId, ProviderId},
    money::{Cost, Currency},
};
use serde::{Deserialize, Serialize};

use crate::{Access, error::AppError};

/// Days of UTC, from the first to the last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Days {
    /// Days since 1970.
    pub from: i32,
    pub to: i32,
}

/// Sums over some calls.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sums {
    pub calls: u64,
    pub failed: u64,
    pub tokens_in: u64,
    pub tokens_out: u64,
    pub cost: Cost,
    /// Of all calls together.
    pub milliseconds: u64,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct UsageView {
    pub days: Days,
    pub currency: Currency,
    pub total: Sums,
    /// The same over as many days before.
    pub before: Sums,
    /// Every day of the range, days without calls too.
    pub by_day: Vec<(i32, Sums)>,
    /// The dearest first, 12 at most and then the others together.
    pub by_provider: Vec<(String, Sums)>,
    pub by_model: Vec<(String, Sums)>,
    pub by_person: Vec<(String, Sums)>,
    pub by_type: Vec<(String, Sums)>,
    pub budget: BudgetView,
    pub may_manage: bool,
    /// When the server said so, by the device's clock, where it is the device's own answer. None from the server.
    pub as_of: Option<Timestamp>,
}

/// The limit of a calendar month (UTC).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BudgetView {
    /// None is no limit; with zero nothing may be spent.
    pub monthly: Option<Cost>,
    pub spent: Cost,
}

/// One call.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct UsageRecord {
    pub at: Timestamp,
    pub provider: String,
    pub provider_id: ProviderId,
    pub model: String,
    pub tokens_in: u64,
    pub tokens_out: u64,
    pub cost: Cost,
    pub milliseconds: u64,
    /// `ok`, or in a word what went wrong: `timeout`, `rate_limited`, `malformed`, ...
    pub outcome: String,
    pub run: Option<JobId>,
    pub who: String,
    pub product_type: String,
}

/// Everybody of a store sees what it spends; owners limit it.
#[async_trait]
pub trait Usage: Send + Sync {
    async fn usage(&self, who: &Access, days: Days) -> Result<UsageView, AppError>;

    /// Calls of some days in their order, those behind `after`, 1,000 at most; and where the next ones begin.
    async fn records(&self, who: &Access, days: Days, after: Option<String>) -> Result<(Vec<UsageRecord>, Option<String>), AppError>;

    async fn set_budget(&self, who: &Access, monthly: Option<Cost>) -> Result<(), AppError>;

    /// How far the month's budget is used, for the frame's warning: none below 80 %.
    async fn warning(&self, who: &Access) -> Result<Option<BudgetView>, AppError>;
}

impl BudgetView {
    /// In percent, rounded down; none without a limit. A limit of zero is used up.
    pub fn used(self) -> Option<u64> {
        let monthly = self.monthly?;
        if monthly.0 <= 0 {
            return Some(100);
        }
        Some((self.spent.0.max(0) as u64).saturating_mul(100) / monthly.0 as u64)
    }

    pub fn left(self) -> Option<Cost> {
        self.monthly.map(|monthly| Cost((monthly.0 - self.spent.0).max(0)))
    }
}
