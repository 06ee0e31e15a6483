//! The port of usage: who may, then what.

use async_trait::async_trait;
use domain::{money::Cost, role::Permission};
use ports::{
    Access,
    error::AppError,
    usage::{BudgetView, Days, Usage, UsageRecord, UsageView},
};

use super::sums::Spending;
use crate::Store;

/// Days shown at once: three years and their leap day.
const MOST_DAYS: i64 = 3 * 365 + 1;

/// From how many percent of a month's budget on a warning is given.
const WARNED_FROM: u64 = 80;

#[async_trait]
impl Usage for Store {
    async fn usage(&self, who: &Access, days: Days) -> Result<UsageView, AppError> {
        let store = self.allowed(who, Permission::Browse).await?;
        check(days)?;
        let Spending { total, before, by_day, by_provider, by_model, by_person, by_type } = self.spending(&store, days).await?;
        Ok(UsageView {
            days,
            currency: store.currency,
            total,
            before,
            by_day,
            by_provider,
            by_model,
            by_person,
            by_type,
            budget: self.budget_now(&store).await?,
            may_manage: who.role.may(Permission::Manage),
            as_of: None,
        })
    }

    async fn records(&self, who: &Access, days: Days, after: Option<String>) -> Result<(Vec<UsageRecord>, Option<String>), AppError> {
        let store = self.allowed(who, Permission::Browse).await?;
        check(days)?;
        Ok(self.usage_records(&store, days, after.as_deref()).await?)
    }

    async fn set_budget(&self, who: &Access, monthly: Option<Cost>) -> Result<(), AppError> {
        let store = self.allowed(who, Permission::Manage).await?;
        Ok(Self::set_budget(self, &store, monthly, Some(who.user)).await?)
    }

    async fn warning(&self, who: &Access) -> Result<Option<BudgetView>, AppError> {
        let store = self.allowed(who, Permission::Browse).await?;
        let budget = self.budget_now(&store).await?;
        Ok(Some(budget).filter(|budget| budget.used().is_some_and(|used| used >= WARNED_FROM)))
    }
}

fn check(days: Days) -> Result<(), AppError> {
    let count = i64::from(days.to) - i64::from(days.from) + 1;
    if count < 1 {
        return Err(AppError::Invalid("The last day is before the first. Choose the days again.".into()));
    }
    if count > MOST_DAYS {
        return Err(AppError::Invalid("Three years can be shown at once at most. Choose fewer days.".into()));
    }
    Ok(())
}
