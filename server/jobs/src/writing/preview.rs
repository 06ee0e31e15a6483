//! Asking a provider for one product, with nothing being kept but what it cost; and for a first word.

use std::sync::Arc;

use domain::{
    handle::Handle,
    ids::ProviderId,
    money::Cost,
    words::{check, score},
};
use ports::{
    Access,
    error::AppError,
    runs::{RunSpec, Selection},
    writing::{Preview, Trial},
};
use store::{
    Store, StoreRef,
    words::records::{NewUsage, ProviderRow, RunParams, RunProduct},
};
use tokio::task::{self, JoinError};
use writers::{Answer, Question, Tried, WriteError};

use super::WritingService;
use crate::{
    desk::Team,
    run::{
        briefs::Briefs,
        gate::{AtTill, Till},
        prepare::{Order, Prepared},
        purse::Purse,
        tariff::Tariff,
    },
};

impl WritingService {
    pub(super) async fn written_for(&self, who: &Access, at: &StoreRef, handle: &Handle, provider: ProviderId) -> Result<Preview, AppError> {
        self.desk.can_write(&self.store, at, provider).await?;
        let product = self.product(at, handle).await?;
        let briefs = Briefs::load(&self.store, at).await?;
        let parts = briefs.of(&product.product.content.product_type).parts.clone();
        let spec = RunSpec {
            selection: Selection::Products(vec![handle.clone()]),
            provider,
            parts,
            only_empty: false,
            again: true,
            cap: None,
            sample_first: false,
        };
        let team = self.desk.team(&self.store, at, provider).await?.map_err(AppError::Invalid)?;
        let order = Order::new(&RunParams::new(spec), &team.model);
        let asked = order.prepare(product, &briefs).ok_or_else(|| AppError::Invalid("The brief has no parts to be written. Choose some.".into()))?;
        let till = Arc::new(self.till(who, at).await?);
        let (answer, cost) = self.answer(at, team, till, asked.clone()).await?;
        let tokens = answer.calls.iter().fold((0, 0), |sum, call| (sum.0 + call.tokens_in, sum.1 + call.tokens_out));
        let words = answer.result.map_err(|error| refused(&error))?.only(&asked.parts);
        let (before, names) = (asked.source.words(), self.store.provider_names(at).await?);
        let after = words.over(&before);
        let by = answer.by.map_or((provider, String::new()), |by| (by.provider, by.model));
        Ok(Preview {
            handle: handle.clone(),
            scores_before: score::scores(&before, &asked.source, &asked.brief),
            scores_after: score::scores(&after, &asked.source, &asked.brief),
            findings: check::findings(&words, &asked.source, &asked.brief),
            before,
            after,
            provider: names.get(&by.0).cloned().unwrap_or_default(),
            model: by.1,
            tokens_in: tokens.0,
            tokens_out: tokens.1,
            cost,
        })
    }

    async fn product(&self, at: &StoreRef, handle: &Handle) -> Result<RunProduct, AppError> {
        let ords: Vec<u32> = self.store.ords_of(at, std::slice::from_ref(handle)).await?.iter().collect();
        self.store.load_run_products(at, &ords).await?.pop().ok_or(AppError::NotFound)
    }

    async fn till(&self, who: &Access, at: &StoreRef) -> Result<Till, AppError> {
        let tariff = Tariff::new(self.store.prices(at).await?);
        Ok(Till::new(Purse::new(None, Cost::ZERO, self.store.budget_now(at).await?), tariff, Arc::clone(&self.desk.clock), None, Some(who.user)))
    }

    /// In a task of its own: what a call has cost is written down also when nobody waits for the answer any more.
    async fn answer(&self, at: &StoreRef, team: Team, till: Arc<Till>, asked: Prepared) -> Result<(Answer, Cost), AppError> {
        let (store, at) = (self.store.clone(), at.clone());
        let write = async move {
            // The rules are quick, and ask nobody.
            let Some(writer) = team.writer else {
                let words = rule_writer::write(&asked.source, &asked.brief, &asked.parts);
                return (Answer { result: Ok(words), by: None, calls: Vec::new() }, Cost::ZERO);
            };
            let gate = AtTill::new(Arc::clone(&till), Some(asked.product), asked.source.product_type.clone());
            let question = Question { source: asked.source, brief: asked.brief, parts: asked.parts, remark: asked.remark };
            let answer = writer.write(&question, &gate).await;
            record(&store, &at, till.take_calls()).await;
            (answer, gate.cost())
        };
        let answer = task::spawn(traces::carried(write));
        answer.await.map_err(panicked)
    }

    pub(super) async fn trial(&self, who: &Access, at: &StoreRef, row: ProviderRow) -> Result<Trial, AppError> {
        let till = Arc::new(self.till(who, at).await?.also_without_price());
        let (store, desk, at) = (self.store.clone(), Arc::clone(&self.desk), at.clone());
        let attempt = async move {
            let gate = AtTill::new(Arc::clone(&till), None, String::new());
            let tried = desk.try_it(&at, &row, &gate).await;
            record(&store, &at, till.take_calls()).await;
            tried
        };
        let tried = task::spawn(traces::carried(attempt));
        let Tried { result, .. } = tried.await.map_err(panicked)??;
        Ok(match result {
            Ok(word) => Trial { works: true, says: word },
            Err(error) => Trial { works: false, says: error.to_string() },
        })
    }
}

/// That it could not be written down is no reason to keep the answer back.
async fn record(store: &Store, at: &StoreRef, calls: Vec<NewUsage>) {
    if let Err(error) = store.record_usage(at, &calls).await {
        tracing::error!(%error, "what a preview has cost could not be written down");
    }
}

fn panicked(error: JoinError) -> AppError {
    tracing::error!(%error, "asking a provider panicked");
    AppError::Internal
}

fn refused(error: &WriteError) -> AppError {
    match error {
        WriteError::Halted(_) => AppError::Invalid(error.to_string()),
        error => AppError::Unavailable(error.to_string()),
    }
}
