//! The limit of a calendar month, and what is spent of it.

use domain::{clock::Timestamp, ids::UserId, money::Cost};
use ports::usage::BudgetView;

use super::super::{rows::month_of, sql};
use crate::{
    Store, StoreError, StoreRef,
    db::{fresh, written},
};

impl Store {
    /// What the calendar month (UTC) that holds a moment has cost so far.
    pub async fn spent_in_month(&self, store: &StoreRef, at: Timestamp) -> Result<Cost, StoreError> {
        let (from, to) = month_of(at);
        let (spent,): (i64,) = fresh!(self.db(), |on| sqlx::query_as(sql::SPENT).bind(store.num).bind(from).bind(to).fetch_one(on))?;
        Ok(Cost(spent))
    }

    /// The most a month may cost; none is no limit.
    pub async fn set_budget(&self, store: &StoreRef, monthly: Option<Cost>, user: Option<UserId>) -> Result<(), StoreError> {
        if monthly.is_some_and(|monthly| monthly < Cost::ZERO) {
            return Err(StoreError::Refused("A budget is zero or more. Leave it empty for no limit.".into()));
        }
        let now = self.inner.clock.now().micros();
        written!(self.db(), |on| async {
            let query = sqlx::query(sql::SET_BUDGET).bind(store.num).bind(monthly.map(|cost| cost.0)).bind(user.map(|user| user.0)).bind(now);
            query.execute(on).await.map(|_| ())
        })?;
        Ok(())
    }

    /// Both for the present month, in one statement: what a call is checked against, and what every page may warn of.
    pub async fn budget_now(&self, store: &StoreRef) -> Result<BudgetView, StoreError> {
        let (from, to) = month_of(self.inner.clock.now());
        let (monthly, spent): (Option<i64>, i64) =
            fresh!(self.db(), |on| sqlx::query_as(sql::BUDGET_AND_SPENT).bind(store.num).bind(from).bind(to).fetch_one(on))?;
        Ok(BudgetView { monthly: monthly.map(Cost), spent: Cost(spent) })
    }
}
