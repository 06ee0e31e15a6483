//! What a run may still spend. Asked before every call, so that neither the cap nor the budget is passed by more than what
//! the calls in flight cost beyond what was expected of them.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use domain::money::Cost;
use ports::usage::BudgetView;
use tokio::sync::watch;

/// Clones are the same purse.
#[derive(Clone, Debug)]
pub(crate) struct Purse {
    inside: Arc<Mutex<Inside>>,
    changed: watch::Sender<()>,
}

#[derive(Debug)]
struct Inside {
    cap: Option<Cost>,
    /// By this run.
    spent: Cost,
    /// The month's, and what everybody has spent of it, as the database last said.
    budget: BudgetView,
    /// By this run since then.
    unwritten: Cost,
    /// What calls in flight are expected to cost.
    held: Cost,
}

/// Why a call may not be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Short {
    /// It may be, once a call in flight has cost less than expected.
    ForNow,
    OfCap,
    OfBudget,
}

/// Money that is put aside for a call; dropped, it is in the purse again.
#[derive(Debug)]
pub(crate) struct Held {
    purse: Purse,
    cost: Cost,
}

impl Purse {
    pub(crate) fn new(cap: Option<Cost>, spent: Cost, budget: BudgetView) -> Self {
        let inside = Inside { cap, spent, budget, unwritten: Cost::ZERO, held: Cost::ZERO };
        Self { inside: Arc::new(Mutex::new(inside)), changed: watch::Sender::default() }
    }

    /// Puts aside what a call is expected to cost, as soon as it is known whether it may be spent.
    pub(crate) async fn put_aside(&self, expected: Cost) -> Result<Held, Short> {
        let mut changed = self.changed.subscribe();
        loop {
            match self.hold(expected) {
                // The purse is there, so the wait ends with a change.
                Err(Short::ForNow) => drop(changed.changed().await),
                answer => return answer,
            }
        }
    }

    /// Puts aside what a call is expected to cost. What costs nothing may always be had.
    fn hold(&self, expected: Cost) -> Result<Held, Short> {
        let mut inside = self.lock();
        if expected.0 > 0
            && let Some(short) = inside.short(expected)
        {
            return Err(if inside.held.0 > 0 { Short::ForNow } else { short });
        }
        inside.held = inside.held.plus(expected);
        drop(inside);
        Ok(Held { purse: self.clone(), cost: expected })
    }

    /// A call has cost this.
    pub(crate) fn spend(&self, cost: Cost) {
        let mut inside = self.lock();
        inside.spent = inside.spent.plus(cost);
        inside.unwritten = inside.unwritten.plus(cost);
    }

    /// What the database says after some of this run's calls were written to it.
    pub(crate) fn refresh(&self, budget: BudgetView, written: Cost) {
        let mut inside = self.lock();
        inside.budget = budget;
        inside.unwritten = Cost((inside.unwritten.0 - written.0).max(0));
        drop(inside);
        self.changed.send_replace(());
    }

    pub(crate) fn cap(&self) -> Option<Cost> {
        self.lock().cap
    }

    pub(crate) fn budget(&self) -> Option<Cost> {
        self.lock().budget.monthly
    }

    fn lock(&self) -> MutexGuard<'_, Inside> {
        self.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inside {
    fn short(&self, expected: Cost) -> Option<Short> {
        let ahead = self.held.plus(expected);
        if self.cap.is_some_and(|cap| self.spent.plus(ahead) > cap) {
            Some(Short::OfCap)
        } else if self.budget.monthly.is_some_and(|monthly| self.budget.spent.plus(self.unwritten).plus(ahead) > monthly) {
            Some(Short::OfBudget)
        } else {
            None
        }
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        let mut inside = self.purse.lock();
        inside.held = Cost((inside.held.0 - self.cost.0).max(0));
        drop(inside);
        self.purse.changed.send_replace(());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn month(monthly: i64, spent: i64) -> BudgetView {
        BudgetView { monthly: Some(Cost(monthly)), spent: Cost(spent) }
    }

    #[test]
    fn calls_in_flight_count_before_they_have_cost_anything() {
        let purse = Purse::new(Some(Cost(10)), Cost(3), BudgetView::default());
        let first = purse.hold(Cost(4)).unwrap();

        assert_eq!(purse.hold(Cost(4)).unwrap_err(), Short::ForNow);
        drop(first);
        purse.spend(Cost(2));
        let _second = purse.hold(Cost(4)).unwrap();
    }

    #[tokio::test]
    async fn a_call_waits_for_what_another_one_leaves() {
        let purse = Purse::new(Some(Cost(10)), Cost::ZERO, BudgetView::default());
        let first = purse.hold(Cost(8)).unwrap();
        let waiting = tokio::spawn({
            let purse = purse.clone();
            async move { purse.put_aside(Cost(8)).await.map(drop) }
        });
        tokio::task::yield_now().await;
        assert!(!waiting.is_finished());

        purse.spend(Cost(3));
        drop(first);

        assert_eq!(waiting.await.unwrap(), Err(Short::OfCap));
    }

    #[test]
    fn a_cap_that_is_reached_ends_it_once_nothing_is_in_flight() {
        let purse = Purse::new(Some(Cost(10)), Cost(8), BudgetView::default());

        assert_eq!(purse.hold(Cost(3)).unwrap_err(), Short::OfCap);
        assert!(purse.hold(Cost(2)).is_ok());
    }

    #[test]
    fn what_others_spend_counts_for_the_month() {
        let purse = Purse::new(None, Cost::ZERO, month(10, 2));
        purse.spend(Cost(5));
        assert!(purse.hold(Cost(3)).is_ok());

        purse.refresh(month(10, 9), Cost(5));

        assert_eq!(purse.hold(Cost(2)).unwrap_err(), Short::OfBudget);
        assert!(purse.hold(Cost(1)).is_ok());
    }

    #[test]
    fn a_budget_of_zero_lets_pass_what_costs_nothing() {
        let purse = Purse::new(Some(Cost::ZERO), Cost::ZERO, month(0, 0));

        assert!(purse.hold(Cost::ZERO).is_ok());
        assert_eq!(purse.hold(Cost(1)).unwrap_err(), Short::OfCap);
    }
}
