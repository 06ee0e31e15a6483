//! The loop that takes jobs from the queue.

use std::{fmt, path::PathBuf, sync::Arc, time::Duration};

use domain::clock::Clock;
use ports::jobs::{JobKind, JobState};
use store::{Entropy, LeasedJob, Store};
use tokio::{
    sync::{Notify, watch},
    task::JoinSet,
    time::{self, Instant},
};
use traces::{Outcome, Tracer};

use crate::{
    attempt::{Attempt, Came},
    desk::Desk,
    failure::Failure,
    keep::LEASE_SECONDS,
    sweep,
    traced::Piece,
    uploads::Uploads,
};

/// Takes due jobs of all stores and runs them.
#[derive(Debug)]
pub struct Worker;

pub struct WorkerOptions {
    pub data_dir: PathBuf,
    pub clock: Arc<dyn Clock>,
    pub entropy: Arc<dyn Entropy>,
    pub wake: Wake,
    /// How many imports run at once in this process. One leaves the other cores to the pages.
    pub imports_at_once: usize,
    /// How many runs: most of their time they wait for a provider.
    pub runs_at_once: usize,
    pub desk: Arc<Desk>,
    /// Records what jobs do; none: nobody wants to know.
    pub tracer: Option<Tracer>,
}

/// Tells a worker of this process that there is something to do, or something asked of what it does, so that it need not wait for
/// its next look.
#[derive(Clone, Debug, Default)]
pub struct Wake(Arc<Bells>);

#[derive(Debug, Default)]
struct Bells {
    lanes: [Notify; 2],
    asked: watch::Sender<()>,
}

/// Jobs that wait for each other. A run takes hours, so that no import waits for one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Lane {
    Imports,
    Runs,
}

/// A running worker. Dropped, it ends as it would in a crash: [`WorkerHandle::stop`] is the gentle way.
#[derive(Debug)]
pub struct WorkerHandle {
    stop: watch::Sender<bool>,
    loops: JoinSet<()>,
}

/// A job of another process, or one whose time has come, is found within this.
const LOOK: Duration = Duration::from_secs(1);
const SWEEP: Duration = Duration::from_hours(1);

impl Worker {
    pub fn start(store: Store, options: WorkerOptions) -> WorkerHandle {
        let (stop, stopping) = watch::channel(false);
        let mut name = [0; 8];
        options.entropy.fill(&mut name);
        let name = u64::from_be_bytes(name);
        let options = Arc::new(options);
        let mut loops = JoinSet::new();
        let imports = std::iter::repeat_n(Lane::Imports, options.imports_at_once);
        let runs = std::iter::repeat_n(Lane::Runs, options.runs_at_once);
        for (number, lane) in imports.chain(runs).enumerate() {
            let one = Loop {
                lane,
                sweeps: number == 0 && lane == Lane::Imports,
                store: store.clone(),
                uploads: Uploads::new(&options.data_dir),
                options: Arc::clone(&options),
                name: format!("worker {name:016x}/{number}"),
                stop: stopping.clone(),
            };
            loops.spawn(one.run());
        }
        WorkerHandle { stop, loops }
    }
}

impl Wake {
    pub fn wake(&self, kind: JobKind) {
        self.of(Lane::of(kind)).notify_one();
    }

    fn of(&self, lane: Lane) -> &Notify {
        &self.0.lanes[lane as usize]
    }

    /// A running job is to stop or to wait.
    pub(crate) fn ask(&self) {
        self.0.asked.send_replace(());
    }

    pub(crate) fn asked(&self) -> watch::Receiver<()> {
        self.0.asked.subscribe()
    }
}

impl Lane {
    const fn of(kind: JobKind) -> Self {
        match kind {
            JobKind::Import | JobKind::DryRun => Self::Imports,
            JobKind::Optimise => Self::Runs,
        }
    }

    const fn kinds(self) -> &'static [JobKind] {
        match self {
            Self::Imports => &[JobKind::Import, JobKind::DryRun],
            Self::Runs => &[JobKind::Optimise],
        }
    }
}

impl WorkerHandle {
    /// Lets running jobs finish their batch and gives them back, so that they go on at once after a restart.
    pub async fn stop(mut self) {
        self.stop.send_replace(true);
        while self.loops.join_next().await.is_some() {}
    }

    /// Drops everything at once, as a crash would: leases run out by themselves.
    pub async fn abort(mut self) {
        self.loops.shutdown().await;
    }
}

impl fmt::Debug for WorkerOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WorkerOptions").field("data_dir", &self.data_dir).field("imports_at_once", &self.imports_at_once).finish_non_exhaustive()
    }
}

struct Loop {
    lane: Lane,
    /// Whether it looks after the uploads as well.
    sweeps: bool,
    store: Store,
    uploads: Uploads,
    options: Arc<WorkerOptions>,
    name: String,
    stop: watch::Receiver<bool>,
}

impl Loop {
    async fn run(mut self) {
        let mut sweep_at = Instant::now();
        while !self.is_stopping() {
            if self.sweeps && Instant::now() >= sweep_at {
                sweep::uploads(&self.store, &self.uploads, self.options.clock.now()).await;
                sweep_at = Instant::now() + SWEEP;
            }
            match self.store.lease_next(&self.name, LEASE_SECONDS, self.lane.kinds()).await {
                Ok(Some(leased)) => self.attempt(leased).await,
                Ok(None) => self.wait().await,
                Err(error) => {
                    tracing::warn!(%error, "the queue of jobs could not be asked");
                    self.wait().await;
                }
            }
        }
    }

    fn is_stopping(&self) -> bool {
        *self.stop.borrow() || self.stop.has_changed().is_err()
    }

    async fn wait(&mut self) {
        tokio::select! {
            () = time::sleep(LOOK) => {}
            () = self.options.wake.of(self.lane).notified() => {}
            _ = self.stop.wait_for(|stop| *stop) => {}
        }
    }

    /// In a task of its own: a panic ends the job, not the worker.
    async fn attempt(&self, leased: LeasedJob) {
        let (store, uploads, options, worker) = (self.store.clone(), self.uploads.clone(), Arc::clone(&self.options), self.name.clone());
        let (stop, job) = (self.stop.clone(), leased.job.id);
        tracing::info!(job.id = %job, job.kind = leased.job.kind.name(), job.attempts = leased.job.attempts, "a job begins");
        let mut task = JoinSet::new();
        task.spawn(async move {
            let attempt = Attempt {
                store: &store,
                clock: &*options.clock,
                uploads: Some(&uploads),
                desk: Some(&options.desk),
                leased: &leased,
                worker: &worker,
                stop,
                wake: &options.wake,
            };
            let (name, due) = (leased.job.kind.name(), Some(leased.job.due_at));
            let piece = Piece { tracer: options.tracer.as_ref(), clock: &*options.clock, name, slow: None, due };
            // On the heap, as an attempt is large and is moved into the task.
            piece.recorded(Box::pin(attempt.run(&mut |_| {})), ended).await
        });
        match task.join_next().await {
            Some(Ok(Came::Lost)) => tracing::warn!(job.id = %job, "a job was taken over by another worker"),
            Some(Err(error)) if error.is_panic() => {
                tracing::error!(job.id = %job, %error, "a job panicked");
                if let Err(error) = self.store.finish(job, &self.name, JobState::Failed, &Failure::Bug.to_string()).await {
                    tracing::error!(job.id = %job, %error, "what came of a job could not be written down");
                }
            }
            _ => {}
        }
    }
}

/// How an attempt ended, and under which word it is counted.
fn ended(came: &Came) -> (Outcome, &'static str) {
    match came {
        Came::Over(state, _) => (if *state == JobState::Failed { Outcome::Failed } else { Outcome::Done }, state.name()),
        Came::Again { .. } => (Outcome::Failed, "again"),
        Came::Paused(_) => (Outcome::Done, "paused"),
        Came::Released(_) => (Outcome::Done, "given back"),
        Came::Lost => (Outcome::Done, "lost"),
    }
}
