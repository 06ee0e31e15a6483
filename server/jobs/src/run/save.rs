//! Writing down what has come, one transaction at a time: whatever has come while the last one was written is the next.

use std::{collections::VecDeque, sync::Arc, time::Duration};

use domain::{
    ids::{JobId, ProviderId, UserId},
    money::Cost,
};
use ports::usage::BudgetView;
use roaring::RoaringBitmap;
use store::{
    LeasedJob, Store, StoreError, StoreRef,
    words::records::{ItemCame, NewUsage, RunBatch, RunItem, RunWritten},
};
use tokio::{
    task::{self, JoinHandle},
    time::{self, Instant},
};

use super::{
    checkpoint::Checkpoint,
    gate::{Stop, Till},
    pace::Pace,
    tariff::Tariff,
};
use crate::{failure::Failure, state::to_json};

/// What has come, and how far the run is with it.
pub(crate) struct Ledger {
    target: Target,
    till: Arc<Till>,
    checkpoint: Checkpoint,
    attempt: u32,
    done: RoaringBitmap,
    come: VecDeque<Come>,
    writing: Option<Writing>,
    pace: Pace,
    /// Products that failed one after the other, and why the last one did.
    failing: (u32, String),
}

/// A product that is done.
struct Come {
    item: RunItem,
    /// What a provider that was asked for it took; none without one.
    took: Option<Took>,
}

#[derive(Clone, Copy, Default)]
struct Took {
    tokens_in: u64,
    tokens_out: u64,
    cost: Cost,
}

/// Where to.
#[derive(Clone)]
struct Target {
    store: Store,
    at: StoreRef,
    run: JobId,
    user: Option<UserId>,
    worker: String,
    provider: ProviderId,
}

struct Writing {
    asked: usize,
    task: JoinHandle<Result<Written, StoreError>>,
}

struct Written {
    gone: RunWritten,
    /// What was written of costs, and the month with it: none when nothing was.
    spent: Option<Spent>,
}

struct Spent {
    written: Cost,
    budget: BudgetView,
    tariff: Tariff,
    /// Whether the provider may still be asked.
    stands: bool,
}

/// More items than that are written in two transactions.
pub(crate) const ITEMS: usize = 256;

/// While the database is away nothing more is asked, and what has come is kept in memory as long as this. Should another worker
/// have the run by then, the write says so.
const PATIENCE: Duration = Duration::from_mins(2);
const PAUSE: Duration = Duration::from_millis(250);

impl Ledger {
    pub(crate) fn new(
        store: &Store,
        leased: &LeasedJob,
        worker: &str,
        till: Arc<Till>,
        provider: ProviderId,
        checkpoint: Checkpoint,
        done: RoaringBitmap,
    ) -> Self {
        let job = &leased.job;
        let target = Target { store: store.clone(), at: leased.store.clone(), run: job.id, user: job.user, worker: worker.to_owned(), provider };
        Self {
            target,
            till,
            checkpoint,
            attempt: job.attempts,
            done,
            come: VecDeque::new(),
            writing: None,
            pace: Pace::new(),
            failing: (0, String::new()),
        }
    }

    /// A product is done without anybody having been asked.
    pub(crate) fn note(&mut self, item: RunItem) {
        self.come(Come { item, took: None });
    }

    /// A product is done after a provider was asked.
    pub(crate) fn note_asked(&mut self, item: RunItem, tokens_in: u64, tokens_out: u64, cost: Cost) {
        self.come(Come { item, took: Some(Took { tokens_in, tokens_out, cost }) });
    }

    fn come(&mut self, come: Come) {
        match &come.item.came {
            ItemCame::Failed { reason } => self.failing = (self.failing.0 + 1, reason.clone()),
            ItemCame::Skipped if come.took.is_none() => {}
            ItemCame::Written { .. } | ItemCame::Skipped => self.failing.0 = 0,
        }
        self.come.push_back(come);
    }

    /// With the transaction that marks it as done, so that a crash behind that counts nothing twice.
    fn count(&mut self, come: &Come) {
        let progress = &mut self.checkpoint.run.progress;
        match &come.item.came {
            ItemCame::Written { version, .. } => {
                progress.written += 1;
                progress.reused += u64::from(version.reused);
            }
            ItemCame::Skipped => progress.skipped += 1,
            ItemCame::Failed { .. } => progress.failed += 1,
        }
        let Took { tokens_in, tokens_out, cost } = come.took.unwrap_or_default();
        self.checkpoint.add(tokens_in, tokens_out, cost);
    }

    /// Whether what has come is a transaction of its own: no more should come before it is written.
    pub(crate) fn is_full(&self) -> bool {
        self.come.len() >= ITEMS
    }

    /// Products that somebody was asked for and that are not in the database yet.
    pub(crate) fn unwritten(&self) -> usize {
        self.come.iter().filter(|come| come.took.is_some()).count() + self.writing.as_ref().map_or(0, |writing| writing.asked)
    }

    pub(crate) const fn is_writing(&self) -> bool {
        self.writing.is_some()
    }

    pub(crate) const fn checkpoint(&self) -> &Checkpoint {
        &self.checkpoint
    }

    pub(crate) const fn failing(&self) -> &(u32, String) {
        &self.failing
    }

    pub(crate) fn set_sampled(&mut self) {
        self.checkpoint.run.progress.sampled = true;
    }

    /// Begins to write what has come, unless something is being written.
    pub(crate) fn begin(&mut self) -> Result<(), Failure> {
        if self.writing.is_none() && !self.come.is_empty() { self.write() } else { Ok(()) }
    }

    fn write(&mut self) -> Result<(), Failure> {
        let come: Vec<Come> = self.come.drain(..self.come.len().min(ITEMS)).collect();
        let asked = come.iter().filter(|come| come.took.is_some()).count();
        for come in &come {
            self.count(come);
        }
        let items: Vec<RunItem> = come.into_iter().map(|come| come.item).collect();
        self.done.extend(items.iter().map(|item| item.ord));
        self.done.optimize();
        let mut done = Vec::with_capacity(self.done.serialized_size());
        // Writing into memory cannot fail.
        let _ = self.done.serialize_into(&mut done);
        self.pace.note(items.len());
        let usage = self.till.take_calls();
        let run = &mut self.checkpoint.run;
        for call in &usage {
            run.progress.tokens_in += call.tokens_in;
            run.progress.tokens_out += call.tokens_out;
            run.progress.cost = run.progress.cost.plus(call.cost);
        }
        run.attempt = self.attempt;
        run.ms_per_product = self.pace.milliseconds().map_or(run.ms_per_product, |pace| pace.round().clamp(1.0, 1e9) as u32);
        let progress = to_json(&self.checkpoint)?;
        let target = self.target.clone();
        // In a task of its own, which ends even when this attempt does not.
        self.writing = Some(Writing { asked, task: task::spawn(traces::carried(target.write(items, usage, progress, done))) });
        Ok(())
    }

    /// The transaction that is under way; never without one. Asked again when it was not waited for.
    pub(crate) async fn written(&mut self) -> Result<(), Failure> {
        let Some(writing) = &mut self.writing else { return std::future::pending().await };
        let written = (&mut writing.task).await;
        self.writing = None;
        let Written { gone, spent } = written.map_err(|_| Failure::Bug)??;
        let gone = gone.gone.len() as u64;
        let progress = &mut self.checkpoint.run.progress;
        progress.written = progress.written.saturating_sub(gone);
        progress.skipped += gone;
        if let Some(spent) = spent {
            self.till.purse.refresh(spent.budget, spent.written);
            self.till.set_tariff(spent.tariff);
            if !spent.stands {
                self.till.halt(Stop::Says(
                    "The provider of this run was switched off or removed. Switch it on and let the run go on, or cancel it.".into(),
                ));
            }
        }
        Ok(())
    }

    /// Writes everything that has come, and how far the run is with it.
    pub(crate) async fn all(&mut self) -> Result<(), Failure> {
        loop {
            while self.is_writing() {
                self.written().await?;
            }
            if self.come.is_empty() {
                break;
            }
            self.write()?;
        }
        // The last word: products that were found gone, calls of products that are not done.
        self.write()?;
        self.written().await
    }
}

impl Target {
    async fn write(self, items: Vec<RunItem>, usage: Vec<NewUsage>, progress: String, done: Vec<u8>) -> Result<Written, StoreError> {
        let begun = Instant::now();
        let gone = loop {
            let batch = RunBatch {
                run: self.run,
                leased_by: &self.worker,
                user: self.user,
                progress: &progress,
                items: items.clone(),
                usage: usage.clone(),
                done: &done,
            };
            match self.store.write_run(&self.at, batch).await {
                Err(error) if error.is_passing() && !items.is_empty() && begun.elapsed() < PATIENCE => {
                    tracing::warn!(job.id = %self.run, %error, "what a run has come to is written again in a moment");
                    time::sleep(PAUSE).await;
                }
                written => break written?,
            }
        };
        if usage.is_empty() {
            return Ok(Written { gone, spent: None });
        }
        let written = usage.iter().fold(Cost::ZERO, |sum, call| sum.plus(call.cost));
        let spent = Spent {
            written,
            budget: self.store.budget_now(&self.at).await?,
            tariff: Tariff::new(self.store.prices(&self.at).await?),
            stands: self.store.providers(&self.at).await?.iter().any(|row| row.id == self.provider && row.enabled),
        };
        Ok(Written { gone, spent: Some(spent) })
    }
}
