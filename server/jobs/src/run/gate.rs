//! What stands between a run and every call of a provider: money, and whether the run is to go on at all.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use async_trait::async_trait;
use domain::{
    clock::Clock,
    ids::{JobId, ProductId, ProviderId, UserId},
    money::Cost,
};
use store::words::records::NewUsage;
use tokio::sync::watch;
use writers::{Call, Gate, Halt, Permit, Tokens};

use super::{
    purse::{Purse, Short},
    tariff::{Price, Tariff, hole},
};

/// For all calls of a run, or of a preview.
pub(crate) struct Till {
    pub(crate) purse: Purse,
    tariff: RwLock<Tariff>,
    clock: Arc<dyn Clock>,
    run: Option<JobId>,
    user: Option<UserId>,
    /// Whether a model without a price may be asked: for a first word, before there are prices.
    without_price: bool,
    /// Why nothing more is to be asked.
    halted: watch::Sender<Option<Stop>>,
    /// Calls that are not written down yet.
    calls: Mutex<Vec<NewUsage>>,
}

/// Why nothing more is to be asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Stop {
    Cap(Cost),
    Budget(Cost),
    /// The sentence says what to do: the price table has a hole, or the provider was taken away.
    Says(String),
    /// Somebody asked for it, or the server stops.
    Asked,
}

/// For the calls about one product, one after the other.
pub(crate) struct AtTill {
    till: Arc<Till>,
    product: Option<ProductId>,
    product_type: String,
    bill: Mutex<Bill>,
}

#[derive(Debug, Default)]
struct Bill {
    /// Of the call that was let through last: the table may have a hole, or another price, by the time it comes back.
    agreed: Option<Price>,
    /// What the calls came to.
    cost: Cost,
}

impl Till {
    pub(crate) fn new(purse: Purse, tariff: Tariff, clock: Arc<dyn Clock>, run: Option<JobId>, user: Option<UserId>) -> Self {
        let without_price = false;
        Self { purse, tariff: RwLock::new(tariff), clock, run, user, without_price, halted: watch::Sender::new(None), calls: Mutex::default() }
    }

    pub(crate) fn also_without_price(self) -> Self {
        Self { without_price: true, ..self }
    }

    /// The first reason counts.
    pub(crate) fn halt(&self, why: Stop) {
        self.halted.send_if_modified(|halted| {
            let first = halted.is_none();
            if first {
                *halted = Some(why);
            }
            first
        });
    }

    pub(crate) fn stopped(&self) -> Option<Stop> {
        self.halted.borrow().clone()
    }

    pub(crate) fn set_tariff(&self, tariff: Tariff) {
        *self.tariff.write().unwrap_or_else(PoisonError::into_inner) = tariff;
    }

    /// The calls since this was last asked.
    pub(crate) fn take_calls(&self) -> Vec<NewUsage> {
        std::mem::take(&mut *self.calls())
    }

    fn calls(&self) -> MutexGuard<'_, Vec<NewUsage>> {
        self.calls.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn refuse(&self, why: Stop) -> Halt {
        self.halt(why);
        self.says()
    }

    fn says(&self) -> Halt {
        Halt {
            says: match self.stopped() {
                Some(Stop::Says(sentence)) => sentence,
                Some(Stop::Cap(_)) => "The cap is reached. Raise it to go on.".into(),
                Some(Stop::Budget(_)) => "The month's budget is used up. Raise it under Usage, or use the built-in rules.".into(),
                Some(Stop::Asked) | None => "Stopped on request.".into(),
            },
        }
    }
}

impl AtTill {
    pub(crate) fn new(till: Arc<Till>, product: Option<ProductId>, product_type: String) -> Self {
        Self { till, product, product_type, bill: Mutex::default() }
    }

    /// What the calls came to so far.
    pub(crate) fn cost(&self) -> Cost {
        self.bill().cost
    }

    fn bill(&self) -> MutexGuard<'_, Bill> {
        self.bill.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Gate for AtTill {
    async fn before(&self, provider: ProviderId, model: &str, estimated: Tokens) -> Result<Permit, Halt> {
        let till = &self.till;
        let now = till.clock.now();
        let price = till.tariff.read().unwrap_or_else(PoisonError::into_inner).at(provider, model, now);
        self.bill().agreed = price;
        if price.is_none() && till.without_price {
            return Ok(Permit::free());
        }
        let Some(price) = price else { return Err(till.refuse(Stop::Says(hole(model, now)))) };
        let held = tokio::select! {
            biased;
            halt = self.halted() => return Err(halt),
            held = till.purse.put_aside(price.of(estimated.input, estimated.output)) => held,
        };
        match held {
            Ok(held) => Ok(Permit::holding(held)),
            Err(Short::OfBudget) => Err(till.refuse(Stop::Budget(till.purse.budget().unwrap_or_default()))),
            Err(Short::OfCap | Short::ForNow) => Err(till.refuse(Stop::Cap(till.purse.cap().unwrap_or_default()))),
        }
    }

    fn after(&self, call: &Call) {
        let mut bill = self.bill();
        let cost = bill.agreed.map_or(Cost::ZERO, |price| price.of(call.tokens_in, call.tokens_out));
        bill.cost = bill.cost.plus(cost);
        drop(bill);
        self.till.purse.spend(cost);
        self.till.calls().push(NewUsage {
            provider: call.provider,
            model: call.model.clone(),
            at: call.at,
            tokens_in: call.tokens_in,
            tokens_out: call.tokens_out,
            cost,
            milliseconds: call.milliseconds,
            outcome: call.outcome.name(),
            run: self.till.run,
            user: self.till.user,
            product: self.product,
            product_type: self.product_type.clone(),
        });
    }

    async fn halted(&self) -> Halt {
        // The till is there, so the wait ends with a reason.
        drop(self.till.halted.subscribe().wait_for(Option::is_some).await);
        self.till.says()
    }
}

#[cfg(test)]
mod tests {
    use domain::clock::Timestamp;
    use ports::usage::BudgetView;
    use store::words::records::PriceRow;
    use writers::Outcome;

    use super::*;

    const MISTRAL: ProviderId = ProviderId(uuid::Uuid::from_u128(7));
    const NOW: Timestamp = Timestamp::from_micros(1_700_000_000_000_000);

    struct Stopped;

    impl Clock for Stopped {
        fn now(&self) -> Timestamp {
            NOW
        }
    }

    #[tokio::test]
    async fn a_call_costs_what_was_agreed_also_when_its_price_is_gone_by_then() {
        let price = PriceRow { provider: MISTRAL, model: "small".into(), from: Timestamp::default(), input: Cost(2_000_000), output: Cost(0) };
        let purse = Purse::new(None, Cost::ZERO, BudgetView::default());
        let till = Arc::new(Till::new(purse, Tariff::new(vec![price]), Arc::new(Stopped), None, None));
        let gate = AtTill::new(Arc::clone(&till), None, String::new());
        let call = Call { provider: MISTRAL, model: "small".into(), at: NOW, tokens_in: 1_000, tokens_out: 5, milliseconds: 1, outcome: Outcome::Ok };

        let _permit = gate.before(MISTRAL, "small", Tokens { input: 1_000, output: 5 }).await.unwrap();
        till.set_tariff(Tariff::default());
        gate.after(&call);

        assert_eq!((gate.cost(), till.take_calls().pop().map(|call| call.cost)), (Cost(2_000), Some(Cost(2_000))));
        assert!(gate.before(MISTRAL, "small", Tokens { input: 1, output: 1 }).await.is_err());
    }
}
