//! One attempt at a leased job, and what becomes of the job after it.

use std::{path::PathBuf, time::Duration};

use domain::clock::Clock;
use ports::{
    jobs::{JobKind, JobState, Progress},
    product::Source,
};
use serde_json::Value;
use store::{Author, JobMark, LeasedJob, Store, StoreError};
use tokio::{sync::watch, time};

use crate::{
    desk::Desk,
    failure::Failure,
    import::{End, Import},
    keep::{Asked, Keeper, Orders},
    retry,
    run::{self, Run},
    state::{Checkpoint, ImportFile, ImportParams, from_json, to_json},
    uploads::Uploads,
    worker::Wake,
};

pub(crate) struct Attempt<'a> {
    pub(crate) store: &'a Store,
    pub(crate) clock: &'a dyn Clock,
    /// None on the command line, which has no uploads.
    pub(crate) uploads: Option<&'a Uploads>,
    /// None on the command line, which runs nothing but imports.
    pub(crate) desk: Option<&'a Desk>,
    pub(crate) leased: &'a LeasedJob,
    /// The name the lease was taken under.
    pub(crate) worker: &'a str,
    /// Turns true when the server stops.
    pub(crate) stop: watch::Receiver<bool>,
    /// Rung when something is asked of a job of this process.
    pub(crate) wake: &'a Wake,
}

/// What came of an attempt.
#[derive(Debug)]
pub(crate) enum Came {
    Over(JobState, String),
    /// It failed and may do better later.
    Again {
        wait: Duration,
        message: String,
    },
    /// It waits until a person lets it go on: the sentence says why.
    Paused(String),
    /// It was given back, to go on elsewhere or after a restart, or when whoever paused it lets it go on.
    Released(String),
    /// Another worker has the job.
    Lost,
}

/// Longer than a server lives: such a job waits for the command that started it.
const PARKED: Duration = Duration::from_hours(10 * 365 * 24);
/// How soon another server may look whether it has the upload.
const ELSEWHERE: Duration = Duration::from_secs(3);
/// How long a job waits for the server that has its upload.
const ELSEWHERE_SECONDS: i64 = 3_600;

/// Shorter than a lease, also when the last try has to wait for a lock.
const WRITE_DOWN: Duration = Duration::from_secs(10);
const WRITE_DOWN_PAUSE: Duration = Duration::from_millis(250);

impl Attempt<'_> {
    /// Runs the job and writes down what came of it.
    pub(crate) async fn run(&self, report: &mut (dyn FnMut(&Progress) + Send)) -> Came {
        let came = match self.work(report).await {
            Ok(came) => came,
            Err(failure) if failure.is_lost_lease() => Came::Lost,
            Err(failure) => self.judge(&failure),
        };
        let job = &self.leased.job;
        match self.write_down_at_length(&came).await {
            Ok(()) => came,
            Err(StoreError::LeaseLost) => Came::Lost,
            Err(error) => {
                // The lease runs out by itself, and the next attempt finds the job where this one left it.
                tracing::error!(job.id = %job.id, %error, "what came of a job could not be written down");
                match came {
                    Came::Over(..) => Came::Again { wait: retry::wait(job.id, 1), message: error.to_string() },
                    came => came,
                }
            }
        }
    }

    /// After a restart of PostgreSQL every connection that was open fails once.
    async fn write_down_at_length(&self, came: &Came) -> Result<(), StoreError> {
        let begun = time::Instant::now();
        loop {
            match self.write_down(came).await {
                Err(error) if error.is_passing() && begun.elapsed() < WRITE_DOWN => time::sleep(WRITE_DOWN_PAUSE).await,
                written => return written,
            }
        }
    }

    async fn work(&self, report: &mut (dyn FnMut(&Progress) + Send)) -> Result<Came, Failure> {
        match (self.leased.job.kind, self.desk) {
            (JobKind::Import | JobKind::DryRun, _) => Box::pin(self.import(report)).await,
            (JobKind::Optimise, Some(desk)) => Box::pin(self.optimise(desk)).await,
            (JobKind::Optimise, None) => Ok(Came::Released(String::new())),
        }
    }

    async fn import(&self, report: &mut (dyn FnMut(&Progress) + Send)) -> Result<Came, Failure> {
        let job = &self.leased.job;
        let params: ImportParams = from_json(&job.params)?;
        let checkpoint: Checkpoint = from_json(&job.progress)?;
        let path = match self.file(&params) {
            Some(path) => path,
            // A server has come upon a job of the command line that was killed.
            None if job.cancel_requested => return Ok(Came::Over(JobState::Cancelled, self.cancelled().to_owned())),
            None => return Ok(Came::Released(String::new())),
        };
        if !tokio::fs::try_exists(&path).await? {
            return Err(Failure::Elsewhere);
        }
        if self.fruitless(checkpoint.attempt) > retry::ATTEMPTS {
            return Err(Failure::Crashes);
        }
        let (keeper, asked) = self.keeper();
        let import = Import { store: self.store, leased: self.leased, worker: self.worker, params, checkpoint, path, orders: asked };
        let end = tokio::select! {
            end = import.run(report) => end?,
            () = keeper.keep(self.stop.clone()) => return Ok(Came::Lost),
        };
        Ok(match end {
            End::Done => Came::Over(JobState::Done, String::new()),
            End::Cancelled => Came::Over(JobState::Cancelled, self.cancelled().to_owned()),
            End::Stopped => Came::Released(String::new()),
        })
    }

    async fn optimise(&self, desk: &Desk) -> Result<Came, Failure> {
        let job = &self.leased.job;
        let (params, checkpoint) = (from_json(&job.params)?, from_json::<run::checkpoint::Checkpoint>(&job.progress)?);
        if self.fruitless(checkpoint.run.attempt) > retry::ATTEMPTS {
            return Err(Failure::RunCrashes);
        }
        let (keeper, asked) = self.keeper();
        let run = Run { store: self.store, desk, leased: self.leased, worker: self.worker, params, checkpoint, orders: asked };
        let end = tokio::select! {
            end = run.run() => end?,
            () = keeper.keep(self.stop.clone()) => return Ok(Came::Lost),
        };
        Ok(match end {
            run::End::Done => Came::Over(JobState::Done, String::new()),
            run::End::Cancelled => Came::Over(JobState::Cancelled, self.cancelled().to_owned()),
            run::End::Stopped => Came::Released(String::new()),
            run::End::AskedToPause => Came::Released("Paused on request.".to_owned()),
            run::End::Halted(why) => Came::Paused(why),
        })
    }

    fn keeper(&self) -> (Keeper<'_>, Orders) {
        let job = &self.leased.job;
        let (orders, asked) = watch::channel(if job.cancel_requested { Asked::Cancel } else { Asked::GoOn });
        (Keeper { store: self.store, job: job.id, worker: self.worker, orders, rung: self.wake.asked() }, asked)
    }

    fn file(&self, params: &ImportParams) -> Option<PathBuf> {
        match (&params.file, self.uploads) {
            (ImportFile::Upload, Some(uploads)) => Some(uploads.path(self.leased.job.id)),
            (ImportFile::Local { path, .. }, None) => Some(path.clone()),
            _ => None,
        }
    }

    /// Attempts since the job last came further, this one among them.
    fn fruitless(&self, came_further: u32) -> u32 {
        self.leased.job.attempts.saturating_sub(came_further)
    }

    fn cancelled(&self) -> &'static str {
        match self.leased.job.kind {
            JobKind::Import => "Stopped on request. What was imported until then stays.",
            JobKind::DryRun => "Stopped on request.",
            JobKind::Optimise => "Stopped on request. What was written until then stays.",
        }
    }

    fn judge(&self, failure: &Failure) -> Came {
        let job = &self.leased.job;
        tracing::warn!(job.id = %job.id, job.attempts, error = %failure, cause = ?failure, "an attempt at a job failed");
        if matches!(failure, Failure::Elsewhere) {
            return self.elsewhere(failure);
        }
        let fruitless = self.fruitless(attempt_of(&job.progress));
        if failure.may_pass() && fruitless < retry::ATTEMPTS {
            Came::Again { wait: retry::wait(job.id, fruitless), message: failure.to_string() }
        } else {
            Came::Over(JobState::Failed, failure.to_string())
        }
    }

    fn elsewhere(&self, failure: &Failure) -> Came {
        let gone = self.leased.job.created_at.plus_seconds(ELSEWHERE_SECONDS) < self.clock.now();
        match self.uploads {
            Some(_) if !gone => Came::Again { wait: ELSEWHERE, message: failure.to_string() },
            _ => Came::Over(JobState::Failed, Failure::Gone.to_string()),
        }
    }

    async fn write_down(&self, came: &Came) -> Result<(), StoreError> {
        let (store, job) = (self.store, &self.leased.job);
        let local = from_json(&job.params).is_ok_and(|params: ImportParams| params.file != ImportFile::Upload);
        match came {
            Came::Lost => Ok(()),
            Came::Over(state, message) => {
                store.finish(job.id, self.worker, *state, message).await?;
                tracing::info!(job.id = %job.id, job.state = state.name(), message, "a job is over");
                self.delete_upload(*state).await;
                Ok(())
            }
            // Nobody but the command that is to be run again may take it.
            Came::Again { .. } | Came::Released(_) if local => {
                store.retry_later(job.id, self.worker, PARKED.as_secs() as i64, "Interrupted. Run the same command again to go on.").await
            }
            Came::Again { wait, message } => {
                if *wait == ELSEWHERE {
                    self.forgive().await?;
                }
                store.retry_later(job.id, self.worker, wait.as_secs() as i64, message).await
            }
            Came::Released(message) => {
                self.forgive().await?;
                store.retry_later(job.id, self.worker, 0, message).await
            }
            Came::Paused(message) => {
                self.forgive().await?;
                tracing::info!(job.id = %job.id, message, "a job has paused itself");
                store.pause_self(job.id, self.worker, message).await
            }
        }
    }

    /// An attempt that was ended from outside is none that failed.
    async fn forgive(&self) -> Result<(), StoreError> {
        let (store, at) = (self.store, &self.leased.store);
        let Some(job) = store.job(at, self.leased.job.id).await? else { return Ok(()) };
        let mut checkpoint: Value = from_json(&job.progress)?;
        if let Some(checkpoint) = checkpoint.as_object_mut() {
            checkpoint.insert("attempt".to_owned(), job.attempts.into());
        }
        let author = Author { user: job.user, source: Source::Import, job: Some(job.id), remember: false };
        let progress = to_json(&checkpoint)?;
        store.write(at, &author, Vec::new(), Some(JobMark { job: job.id, leased_by: self.worker, progress: &progress, items: &[] })).await?;
        Ok(())
    }

    /// A finished dry run's file is kept for the import that may follow.
    async fn delete_upload(&self, state: JobState) {
        let job = &self.leased.job;
        if let Some(uploads) = self.uploads
            && !(job.kind == JobKind::DryRun && state == JobState::Done)
            && let Err(error) = uploads.delete(job.id).await
        {
            tracing::warn!(job.id = %job.id, %error, "an upload could not be deleted");
        }
    }
}

/// The attempt that came as far as a job is.
fn attempt_of(progress: &str) -> u32 {
    let checkpoint: Option<Value> = from_json(progress).ok();
    checkpoint.and_then(|checkpoint| checkpoint.get("attempt")?.as_u64()).and_then(|attempt| u32::try_from(attempt).ok()).unwrap_or_default()
}
