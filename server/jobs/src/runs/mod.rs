//! The port of runs: starting and steering them, and looking at them.

mod estimate;
mod picture;
mod subject;
mod view;

use std::sync::Arc;

use async_trait::async_trait;
use domain::{ids::JobId, money::Cost, role::Permission};
use ports::{
    Access,
    error::AppError,
    jobs::{JobKind, JobState},
    runs::{
        Estimate, FailureBookmark, MOST_OF_RUN, MOST_RUNS, PartOfRun, Picture, ResultBookmark, RunBookmark, RunDetail, RunFailure, RunProgress,
        RunResult, RunSpec, RunView, Runs, Selection,
    },
};
use roaring::RoaringBitmap;
use store::{
    JobRow, NewJob, Store, StoreRef,
    words::records::{RunCheckpoint, RunParams},
};

pub(crate) use self::subject::{counted, grouped};
use crate::{
    Desk, Wake,
    run::checkpoint::Checkpoint,
    state::{from_json, to_json},
};

pub struct RunsService {
    store: Store,
    desk: Arc<Desk>,
    wake: Wake,
}

const RUNS: u32 = 50;
/// One such run is about one product, and a reviewer may send back hundreds.
const SENT_BACK: u32 = 10;
const RESULTS: u32 = 50;
const FAILURES: u32 = 100;
const HANDLES: usize = 10_000;

impl RunsService {
    /// `wake` is the worker's of this process, if it has one.
    pub fn new(store: Store, desk: Arc<Desk>, wake: Wake) -> Self {
        Self { store, desk, wake }
    }

    async fn at(&self, who: &Access, permission: Permission) -> Result<Arc<StoreRef>, AppError> {
        if !who.role.may(permission) {
            return Err(AppError::Forbidden);
        }
        self.store.store_by_id(who.store).await?.ok_or(AppError::NotFound)
    }

    /// A job of the store that is a run.
    async fn job(&self, at: &StoreRef, id: JobId) -> Result<Option<JobRow>, AppError> {
        Ok(self.store.job(at, id).await?.filter(|job| job.kind == JobKind::Optimise))
    }

    async fn selected(&self, at: &StoreRef, selection: &Selection) -> Result<RoaringBitmap, AppError> {
        Ok(match selection {
            Selection::Matching(query) => self.store.matching(at, query).await?,
            Selection::Products(handles) => self.store.ords_of(at, handles).await?,
        })
    }

    /// Puts a run into the queue.
    async fn enqueue(
        &self,
        who: &Access,
        at: &StoreRef,
        id: JobId,
        params: &RunParams,
        products: &RoaringBitmap,
        subject: &str,
    ) -> Result<(), AppError> {
        let progress = RunProgress { total: products.len(), ..RunProgress::default() };
        let start = to_json(&Checkpoint { run: RunCheckpoint { progress, ..RunCheckpoint::default() }, ..Checkpoint::default() })?;
        let params = to_json(params)?;
        let job = NewJob { kind: JobKind::Optimise, subject, params: &params, progress: &start, user: Some(who.user) };
        if let Err(error) = self.store.start_run(id, at, job, products).await {
            // Somebody else has started it in the same moment, or it was started and nobody was told.
            return if matches!(self.is_started(at, id).await, Ok(true)) { Ok(()) } else { Err(error.into()) };
        }
        self.wake.wake(JobKind::Optimise);
        Ok(())
    }

    /// Whether there is a run with an id that was made elsewhere.
    async fn is_started(&self, at: &StoreRef, id: JobId) -> Result<bool, AppError> {
        Ok(self.job(at, id).await?.is_some())
    }
}

#[async_trait]
impl Runs for RunsService {
    async fn estimate(&self, who: &Access, spec: &RunSpec) -> Result<Estimate, AppError> {
        let at = self.at(who, Permission::RunJobs).await?;
        sound(spec)?;
        let products = self.selected(&at, &spec.selection).await?;
        estimate::before(&self.store, &self.desk, &at, spec, &products).await
    }

    async fn start(&self, who: &Access, spec: RunSpec) -> Result<JobId, AppError> {
        let id = self.store.new_job_id();
        self.start_as(who, id, spec).await?;
        Ok(id)
    }

    async fn start_as(&self, who: &Access, id: JobId, spec: RunSpec) -> Result<(), AppError> {
        let at = self.at(who, Permission::RunJobs).await?;
        if self.is_started(&at, id).await? {
            return Ok(());
        }
        sound(&spec)?;
        self.desk.can_write(&self.store, &at, spec.provider).await?;
        let products = self.selected(&at, &spec.selection).await?;
        if products.is_empty() {
            return invalid("No product is selected, or none is there any more. Choose others.");
        }
        let subject = subject::subject(&spec.selection, products.len(), at.currency);
        self.enqueue(who, &at, id, &RunParams::new(spec), &products, &subject).await
    }

    async fn runs(&self, who: &Access) -> Result<Vec<RunView>, AppError> {
        let at = self.at(who, Permission::Browse).await?;
        let jobs = self.store.runs_shown(&at, RUNS, SENT_BACK).await?;
        let names = self.store.provider_names(&at).await?;
        jobs.iter().map(|job| view::run(job, &names, at.currency)).collect()
    }

    async fn runs_behind(&self, who: &Access, behind: Option<RunBookmark>, count: u32) -> Result<(Vec<RunView>, Option<RunBookmark>), AppError> {
        let at = self.at(who, Permission::Browse).await?;
        let count = count.min(MOST_RUNS);
        // One more, to know whether it is the last part.
        let mut jobs = self.store.runs_behind(&at, behind, count + 1).await?;
        let more = jobs.len() > count as usize;
        jobs.truncate(count as usize);
        let next = jobs.last().filter(|_| more).map(|job| RunBookmark { at: job.created_at, run: job.id });
        let names = self.store.provider_names(&at).await?;
        let runs: Result<Vec<RunView>, AppError> = jobs.iter().map(|job| view::run(job, &names, at.currency)).collect();
        Ok((runs?, next))
    }

    async fn results_behind(
        &self,
        who: &Access,
        id: JobId,
        behind: Option<ResultBookmark>,
        count: u32,
    ) -> Result<Option<PartOfRun<RunResult, ResultBookmark>>, AppError> {
        let at = self.at(who, Permission::Browse).await?;
        if self.job(&at, id).await?.is_none() {
            return Ok(None);
        }
        let count = count.min(MOST_OF_RUN);
        let mut rows = self.store.run_results_behind(&at, id, behind.map(|behind| behind.0), count + 1).await?;
        let more = rows.len() > count as usize;
        rows.truncate(count as usize);
        let next = rows.last().filter(|_| more).map(|(version, _)| ResultBookmark(*version));
        Ok(Some((rows.into_iter().map(|(_, result)| result).collect(), next)))
    }

    async fn failures_behind(
        &self,
        who: &Access,
        id: JobId,
        behind: Option<FailureBookmark>,
        count: u32,
    ) -> Result<Option<PartOfRun<RunFailure, FailureBookmark>>, AppError> {
        let at = self.at(who, Permission::Browse).await?;
        if self.job(&at, id).await?.is_none() {
            return Ok(None);
        }
        let count = count.min(MOST_OF_RUN);
        let mut rows = self.store.run_failures_behind(&at, id, behind.map(|behind| behind.0), count + 1).await?;
        let more = rows.len() > count as usize;
        rows.truncate(count as usize);
        let next = rows.last().filter(|_| more).map(|(key, ..)| FailureBookmark(*key));
        Ok(Some((rows.into_iter().map(|(_, handle, title, reason)| RunFailure { handle, title, reason }).collect(), next)))
    }

    async fn run(&self, who: &Access, id: JobId) -> Result<Option<RunDetail>, AppError> {
        let at = self.at(who, Permission::Browse).await?;
        let Some(job) = self.job(&at, id).await? else { return Ok(None) };
        let names = self.store.provider_names(&at).await?;
        let (params, checkpoint) = (from_json::<RunParams>(&job.params)?, from_json::<Checkpoint>(&job.progress)?);
        let estimate = if job.state.is_over() { None } else { estimate::of_the_rest(&self.store, &at, &params.spec, &checkpoint).await? };
        let failures = self.store.run_failures(&at, id, FAILURES).await?;
        Ok(Some(RunDetail {
            run: view::run(&job, &names, at.currency)?,
            spec: params.spec,
            results: self.store.run_results(&at, id, RESULTS).await?,
            failures: failures.into_iter().map(|(_, handle, title, reason)| RunFailure { handle, title, reason }).collect(),
            estimate,
            open_reviews: self.store.open_reviews(&at, Some(id)).await?,
        }))
    }

    async fn pause(&self, who: &Access, id: JobId) -> Result<(), AppError> {
        let at = self.at(who, Permission::RunJobs).await?;
        self.job(&at, id).await?.ok_or(AppError::NotFound)?;
        // One that is over, or paused already, has what was wanted.
        self.store.pause(&at, id).await?;
        self.wake.ask();
        Ok(())
    }

    async fn resume(&self, who: &Access, id: JobId, cap: Option<Cost>) -> Result<(), AppError> {
        let at = self.at(who, Permission::RunJobs).await?;
        let job = self.job(&at, id).await?.ok_or(AppError::NotFound)?;
        let mut params: RunParams = from_json(&job.params)?;
        let mut checkpoint: Checkpoint = from_json(&job.progress)?;
        if job.state.is_over() {
            return invalid("This run is over. Start another one over what is left.");
        }
        if !job.paused {
            return if cap.is_none() || cap == params.spec.cap {
                Ok(())
            } else {
                invalid("This run is going on. Pause it first, then change its cap.")
            };
        }
        if cap.is_some_and(|cap| cap.0 < 0) {
            return invalid(NEGATIVE_CAP);
        }
        self.desk.can_write(&self.store, &at, params.spec.provider).await?;
        if job.state == JobState::Running {
            // Calls are on their way still, and who works on it has the cap and knows how far it is.
            if cap.is_some() && cap != params.spec.cap {
                return invalid("This run is about to pause. Wait a moment, then change its cap.");
            }
            self.store.resume(&at, id, None, None).await?;
            return Ok(());
        }
        if let Some(cap) = cap {
            params.spec.cap = Some(cap);
        }
        // Who lets a run go on before its sample is done has not seen it.
        checkpoint.sample_seen |= std::mem::take(&mut checkpoint.run.progress.sampled);
        self.store.resume(&at, id, Some(&to_json(&checkpoint)?), Some(&to_json(&params)?)).await?;
        self.wake.wake(JobKind::Optimise);
        Ok(())
    }

    async fn cancel(&self, who: &Access, id: JobId) -> Result<(), AppError> {
        let at = self.at(who, Permission::RunJobs).await?;
        self.job(&at, id).await?.ok_or(AppError::NotFound)?;
        self.store.request_cancel(&at, id).await?;
        self.wake.ask();
        Ok(())
    }

    async fn retry_failed(&self, who: &Access, id: JobId) -> Result<JobId, AppError> {
        let again = self.store.new_job_id();
        self.retry_failed_as(who, again, id).await?;
        Ok(again)
    }

    async fn retry_failed_as(&self, who: &Access, again: JobId, id: JobId) -> Result<(), AppError> {
        let at = self.at(who, Permission::RunJobs).await?;
        if self.is_started(&at, again).await? {
            return Ok(());
        }
        let job = self.job(&at, id).await?.ok_or(AppError::NotFound)?;
        if !job.state.is_over() {
            return invalid("This run is not over yet. Let it end, or cancel it; then what failed can be tried again.");
        }
        let products = self.store.failed_of(&at, id).await?;
        if products.is_empty() {
            return invalid("Nothing failed in this run, or what failed is gone.");
        }
        let mut params: RunParams = from_json(&job.params)?;
        params.spec.sample_first = false;
        // It says that it has failed, and waits for nobody.
        params.queued = None;
        self.desk.can_write(&self.store, &at, params.spec.provider).await?;
        let subject = format!("{} that failed before", counted(products.len()));
        self.enqueue(who, &at, again, &params, &products, &subject).await
    }

    async fn picture(&self, who: &Access) -> Result<Picture, AppError> {
        let at = self.at(who, Permission::Browse).await?;
        picture::of(&self.store, who, &at).await
    }
}

const NEGATIVE_CAP: &str = "The cap cannot be negative. Leave it empty for none.";

/// What can be said of a spec without asking the database.
fn sound(spec: &RunSpec) -> Result<(), AppError> {
    if spec.parts.is_empty() {
        return invalid("Nothing is chosen to be written. Choose at least one part, such as the description.");
    }
    if spec.cap.is_some_and(|cap| cap.0 < 0) {
        return invalid(NEGATIVE_CAP);
    }
    match &spec.selection {
        Selection::Products(handles) if handles.is_empty() => invalid("No product is selected. Choose some first."),
        Selection::Products(handles) if handles.len() > HANDLES => {
            invalid(format!("At most {} products can be chosen one by one. Filter the list and choose all that match.", grouped(HANDLES as u64)))
        }
        _ => Ok(()),
    }
}

fn invalid<T>(sentence: impl Into<String>) -> Result<T, AppError> {
    Err(AppError::Invalid(sentence.into()))
}

impl std::fmt::Debug for RunsService {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RunsService").finish_non_exhaustive()
    }
}
