//! Reading a catalogue file into a store, batch by batch.
//!
//! Three things go on at once: a thread reads batch n+2, batch n+1 is compared with the catalogue, batch n is written. A batch's
//! products, its bad rows and the position behind it are one transaction, so that an attempt which ends anywhere leaves
//! whole batches, and the next one goes on behind the last of them.

mod ids;
pub(crate) mod items;
mod plan;
mod read;
mod refused;

use std::path::PathBuf;

use domain::{field::Field, handle::Handle, op::Op};
use ports::{
    jobs::{JobKind, Progress},
    product::{Receipt, Source},
};
use store::{Author, JobItem, JobMark, LeasedJob, Store};
use tokio::{sync::mpsc, task};

use self::{
    plan::{Plan, Rules, Step},
    read::Batch,
};
use crate::{
    failure::Failure,
    keep::{Asked, Orders},
    state::{Checkpoint, ImportParams, to_json},
};

pub(crate) struct Import<'a> {
    pub(crate) store: &'a Store,
    pub(crate) leased: &'a LeasedJob,
    /// The name the lease was taken under.
    pub(crate) worker: &'a str,
    pub(crate) params: ImportParams,
    pub(crate) checkpoint: Checkpoint,
    pub(crate) path: PathBuf,
    pub(crate) orders: Orders,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    Done,
    /// Somebody asked for it.
    Cancelled,
    /// The server stops; the job goes on later.
    Stopped,
}

impl Import<'_> {
    /// Runs to the end of the file or to the next order.
    pub(crate) async fn run(mut self, report: &mut (dyn FnMut(&Progress) + Send)) -> Result<End, Failure> {
        self.checkpoint.progress.bytes_total = tokio::fs::metadata(&self.path).await?.len();
        report(&self.checkpoint.progress);
        let currency = self.leased.store.currency;
        let mut batches = read::batches(self.path.clone(), currency, self.checkpoint.position);
        let rules = self.rules();
        // Behind a checkpoint far into a large file the first batch takes a while.
        let mut next = tokio::select! {
            next = planned(self.store, self.leased, rules, &mut batches) => next?,
            end = asked_to_end(&mut self.orders) => return Ok(end),
        };
        while let Some(plan) = next {
            if let Some(end) = ended(*self.orders.borrow()) {
                return Ok(end);
            }
            let (store, leased) = (self.store, self.leased);
            let (saved, following) = tokio::join!(self.save(plan), planned(store, leased, rules, &mut batches));
            saved?;
            report(&self.checkpoint.progress);
            next = following?;
        }
        self.checkpoint.progress.bytes = self.checkpoint.progress.bytes_total;
        self.write(Vec::new(), Vec::new()).await?;
        report(&self.checkpoint.progress);
        Ok(End::Done)
    }

    fn rules(&self) -> Rules {
        let job = &self.leased.job;
        Rules { job: job.id, created_at: job.created_at, overwrite: self.params.overwrite, dry_run: job.kind == JobKind::DryRun }
    }

    async fn save(&mut self, plan: Plan) -> Result<(), Failure> {
        let Plan { steps, ops, unchanged, skipped, bad, samples, position } = plan;
        let created = steps.iter().filter(|step| step.new).count() as u64;
        let progress = &mut self.checkpoint.progress;
        progress.created += created;
        progress.changed += steps.len() as u64 - created;
        progress.unchanged += unchanged;
        progress.skipped += skipped;
        progress.bytes = progress.bytes.max(position.end);
        self.checkpoint.position = position;
        self.checkpoint.attempt = self.leased.job.attempts;
        let mut items = items::bad(&mut self.checkpoint, bad)?;
        items.extend(items::planned(&mut self.checkpoint, &samples)?);
        let ops = if self.leased.job.kind == JobKind::DryRun { Vec::new() } else { ops };
        let receipts = self.write(ops, items).await?;
        self.settle(&steps, receipts).await
    }

    /// Corrects what was foreseen by what came, where somebody came between.
    async fn settle(&mut self, steps: &[Step], receipts: Vec<Receipt>) -> Result<(), Failure> {
        let mut bad = Vec::new();
        let progress = &mut self.checkpoint.progress;
        for (step, receipt) in steps.iter().zip(receipts) {
            let foreseen = if step.new { &mut progress.created } else { &mut progress.changed };
            match receipt {
                Receipt::Applied { .. } => {}
                Receipt::NoOp { .. } => {
                    *foreseen -= 1;
                    progress.unchanged += 1;
                }
                Receipt::Conflict(_) => {
                    *foreseen -= 1;
                    bad.push(refused::conflict(step.line, &step.handle));
                }
                Receipt::Rejected { field: Some(Field::Handle), .. } if step.new => {
                    *foreseen -= 1;
                    bad.push(refused::just_made(step.line, &step.handle));
                }
                Receipt::Rejected { field, reason } => {
                    *foreseen -= 1;
                    bad.push(refused::row(step.line, &step.handle, field.as_ref(), reason));
                }
            }
        }
        if bad.is_empty() {
            return Ok(());
        }
        let items = items::bad(&mut self.checkpoint, bad)?;
        self.write(Vec::new(), items).await?;
        Ok(())
    }

    /// In a task of its own, which ends even when this attempt does not: on PostgreSQL a `COPY` that is dropped halfway leaves
    /// its connection one answer behind, and a commit is followed by telling the list.
    async fn write(&self, ops: Vec<Op>, items: Vec<JobItem>) -> Result<Vec<Receipt>, Failure> {
        let (store, at, worker) = (self.store.clone(), self.leased.store.clone(), self.worker.to_owned());
        let job = &self.leased.job;
        let author = Author { user: job.user, source: Source::Import, job: Some(job.id), remember: false };
        let (job, progress) = (job.id, to_json(&self.checkpoint)?);
        let write = async move {
            let mark = JobMark { job, leased_by: &worker, progress: &progress, items: &items };
            store.write(&at, &author, ops, Some(mark)).await
        };
        let written = task::spawn(traces::carried(write));
        Ok(written.await.map_err(|_| Failure::Bug)??)
    }
}

fn ended(asked: Asked) -> Option<End> {
    match asked {
        Asked::GoOn | Asked::Pause => None,
        Asked::Cancel => Some(End::Cancelled),
        Asked::Stop => Some(End::Stopped),
    }
}

async fn asked_to_end(orders: &mut Orders) -> End {
    let asked = orders.wait_for(|asked| ended(*asked).is_some()).await.map_or(Asked::Stop, |asked| *asked);
    ended(asked).unwrap_or(End::Stopped)
}

/// The next batch, compared with the catalogue; none at the end of the file.
async fn planned(
    store: &Store,
    leased: &LeasedJob,
    rules: Rules,
    batches: &mut mpsc::Receiver<Result<Batch, Failure>>,
) -> Result<Option<Plan>, Failure> {
    let Some(batch) = batches.recv().await.transpose()? else { return Ok(None) };
    let handles: Vec<Handle> = batch.products.iter().map(|record| record.handle.clone()).collect();
    let known = store.load_by_handles(&leased.store, &handles).await?;
    // Some ten milliseconds of work: pages must not wait for that.
    task::spawn_blocking(move || Some(plan::plan(batch, known, rules))).await.map_err(|_| Failure::Bug)
}
