//! An import in the process that asked for it: the command line. It is a job like any other, so that the one place that
//! shows jobs shows it, but only the command runs it: the file is where the person is, not where a server is.

use std::{
    fmt::Write,
    fs::{File, TryLockError},
    io::{self, Read},
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use domain::{
    clock::{Clock, Timestamp},
    ids::{JobId, UserId},
};
use futures::future::BoxFuture;
use ports::{
    ImportOptions,
    jobs::{BadRow, JobKind, JobState, PlannedChange, Progress},
};
use sha2::{Digest, Sha256};
use store::{JobItemKind, LeasedJob, NewJob, Store, StoreError, StoreRef};
use tokio::{
    sync::watch,
    task,
    time::{self, Instant},
};

use crate::{
    attempt::{Attempt, Came},
    keep::LEASE_SECONDS,
    state::{Checkpoint, ImportFile, ImportParams, from_json, to_json},
    worker::Wake,
};

#[derive(Clone, Debug)]
pub struct ImportSummary {
    pub job: JobId,
    /// Whether this went on with an import that was killed.
    pub resumed: bool,
    /// Whether somebody stopped it in the browser.
    pub cancelled: bool,
    pub progress: Progress,
    /// The first of them.
    pub bad_rows: Vec<BadRow>,
    /// Of a dry run: the first of what would be.
    pub planned: Vec<PlannedChange>,
}

/// Each is a sentence for the person at the command line.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    #[error("{} cannot be read: {}. Check its name and that it may be read.", .0.display(), .1)]
    Unreadable(PathBuf, #[source] io::Error),
    #[error("{} is being imported by another command already. Wait until that is done.", .0.display())]
    Running(PathBuf),
    #[error("{0}")]
    Failed(String),
    /// What stands in the way may be gone later; the job waits for the command to be run again.
    #[error("The import could not go on. {0} Run the same command again then: it goes on behind what is done.")]
    Interrupted(String),
    #[error("Another command has taken this import over. Look at the jobs of the store for what came of it.")]
    TakenOver,
    #[error(transparent)]
    Store(#[from] StoreError),
}

const SHOWN: u32 = 200;

/// How long it is tried without coming any further. A server has longer, but here somebody is waiting, and the same
/// command goes on at any time.
const PATIENCE: Duration = Duration::from_secs(20);

/// Imports a file. The same command on the same file, after it was killed, goes on where it was.
pub async fn import_file(
    store: &Store,
    at: &StoreRef,
    user: Option<UserId>,
    path: &Path,
    options: ImportOptions,
    mut on_progress: impl FnMut(&Progress) + Send,
) -> Result<ImportSummary, ImportError> {
    // Boxed and without type parameters, so that it is compiled here and not again by every caller.
    let import: BoxFuture<'_, _> = Box::pin(import(store, at, user, path, options, &mut on_progress));
    import.await
}

async fn import(
    store: &Store,
    at: &StoreRef,
    user: Option<UserId>,
    path: &Path,
    options: ImportOptions,
    on_progress: &mut (dyn FnMut(&Progress) + Send),
) -> Result<ImportSummary, ImportError> {
    let file = open(path).await?;
    let kind = if options.dry_run { JobKind::DryRun } else { JobKind::Import };
    let params = ImportParams { overwrite: options.overwrite, file: file.identity };
    let worker = format!("command line {}", store.new_job_id());
    let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy();

    let begun = unfinished(store, at, kind, &params).await?;
    let (id, mut leased) = if let Some(id) = begun {
        let leased = store.lease(id, &worker, LEASE_SECONDS, file.locked).await?;
        (id, Some(leased.ok_or_else(|| ImportError::Running(path.to_owned()))?))
    } else {
        let (params, progress) = (to_json(&params)?, to_json(&Checkpoint::default())?);
        let id = store.enqueue(at, NewJob { kind, subject: &name, params: &params, progress: &progress, user }).await?;
        // A server that is quicker sees that it is not for servers.
        (id, store.lease(id, &worker, LEASE_SECONDS, true).await?)
    };
    let (_go_on, stop) = watch::channel(false);
    let wake = Wake::default();
    let mut patience = Patience::default();
    let state = loop {
        let Some(mine) = leased.take() else { break ended(store, at, id).await? };
        let attempt = Attempt { store, clock: &NoHurry, uploads: None, desk: None, leased: &mine, worker: &worker, stop: stop.clone(), wake: &wake };
        let mut report = |progress: &Progress| {
            patience.note(progress);
            on_progress(progress);
        };
        match attempt.run(&mut report).await {
            Came::Over(JobState::Failed, message) => return Err(ImportError::Failed(message)),
            Came::Over(state, _) => break state,
            Came::Lost | Came::Released(_) | Came::Paused(_) => break ended(store, at, id).await?,
            Came::Again { wait, message } => {
                if !patience.lasts(wait) {
                    return Err(ImportError::Interrupted(message));
                }
                tracing::warn!(job.id = %id, message, "the import goes on in a moment");
                time::sleep(wait).await;
                leased = again(store, mine, &worker).await?;
            }
        }
    };
    summary(store, at, id, begun.is_some(), state).await
}

/// Since when an import has not come further.
#[derive(Default)]
struct Patience {
    bytes: u64,
    failing_since: Option<Instant>,
}

impl Patience {
    fn note(&mut self, progress: &Progress) {
        if progress.bytes > self.bytes {
            *self = Self { bytes: progress.bytes, failing_since: None };
        }
    }

    /// Whether it lasts beyond another wait, after an attempt that failed.
    fn lasts(&mut self, wait: Duration) -> bool {
        self.failing_since.get_or_insert_with(Instant::now).elapsed() + wait <= PATIENCE
    }
}

/// The file as it is now, held so that a second command notices.
struct Opened {
    identity: ImportFile,
    /// Whether that nobody else has it is certain: a lease that is still written down is then a dead process's.
    locked: bool,
    /// The lock lives as long as this, and no longer than the process.
    _lock: Arc<File>,
}

async fn open(path: &Path) -> Result<Opened, ImportError> {
    let asked = path.to_owned();
    let unreadable = move |error| ImportError::Unreadable(asked.clone(), error);
    let path = path.to_owned();
    task::spawn_blocking(move || {
        let full = path.canonicalize().map_err(&unreadable)?;
        let file = File::open(&full).map_err(&unreadable)?;
        let locked = match file.try_lock() {
            Ok(()) => true,
            Err(TryLockError::WouldBlock) => return Err(ImportError::Running(path)),
            // Some file systems have no locks.
            Err(TryLockError::Error(_)) => false,
        };
        let (size, sha256) = digest(&file).map_err(&unreadable)?;
        Ok(Opened { identity: ImportFile::Local { path: full, size, sha256 }, locked, _lock: Arc::new(file) })
    })
    .await
    .map_err(|error| ImportError::Failed(error.to_string()))?
}

/// All of the file, because a price in the middle of it may have been mended between two runs.
fn digest(mut file: &File) -> io::Result<(u64, String)> {
    let mut hash = Sha256::new();
    let mut size = 0;
    let mut buffer = vec![0; 1 << 18];
    loop {
        let read = file.read(&mut buffer)?;
        if read == 0 {
            break;
        }
        hash.update(&buffer[..read]);
        size += read as u64;
    }
    let mut sha256 = String::with_capacity(64);
    for byte in hash.finalize() {
        // Writing to a text cannot fail.
        let _ = write!(sha256, "{byte:02x}");
    }
    Ok((size, sha256))
}

/// The job this command began when it ran before. One that another version of the file began is of no use any more.
async fn unfinished(store: &Store, at: &StoreRef, kind: JobKind, params: &ImportParams) -> Result<Option<JobId>, ImportError> {
    let mut found = None;
    for job in store.jobs(at, &[JobKind::Import, JobKind::DryRun], SHOWN).await? {
        if job.state.is_over() {
            continue;
        }
        let known: ImportParams = from_json(&job.params)?;
        if known == *params && job.kind == kind {
            found = found.or(Some(job.id));
        } else if is_older_version(&known.file, &params.file) {
            store.request_cancel(at, job.id).await?;
        }
    }
    Ok(found)
}

fn is_older_version(known: &ImportFile, now: &ImportFile) -> bool {
    matches!((known, now), (ImportFile::Local { path: known_path, .. }, ImportFile::Local { path, .. }) if known_path == path && known != now)
}

/// Takes the job again; while the database cannot be asked, the next attempt says so.
async fn again(store: &Store, leased: LeasedJob, worker: &str) -> Result<Option<LeasedJob>, ImportError> {
    match store.lease(leased.job.id, worker, LEASE_SECONDS, true).await {
        Err(error) if error.is_passing() => Ok(Some(LeasedJob { job: store::JobRow { attempts: leased.job.attempts + 1, ..leased.job }, ..leased })),
        leased => Ok(leased?),
    }
}

/// How a job ended that is not ours any more. Somebody may have cancelled it in the very moment in which it was begun.
async fn ended(store: &Store, at: &StoreRef, id: JobId) -> Result<JobState, ImportError> {
    let state = store.job(at, id).await?.map(|job| job.state);
    state.filter(|state| state.is_over()).ok_or(ImportError::TakenOver)
}

async fn summary(store: &Store, at: &StoreRef, id: JobId, resumed: bool, state: JobState) -> Result<ImportSummary, ImportError> {
    let gone = || ImportError::Failed("The job of this import is no longer in the database.".into());
    let job = store.job(at, id).await?.ok_or_else(gone)?;
    let checkpoint: Checkpoint = from_json(&job.progress)?;
    let bad = store.job_items(at, id, JobItemKind::Bad, -1, SHOWN).await?;
    let planned = store.job_items(at, id, JobItemKind::Planned, -1, SHOWN).await?;
    Ok(ImportSummary {
        job: id,
        resumed,
        cancelled: state == JobState::Cancelled,
        progress: checkpoint.progress,
        bad_rows: bad.iter().map(|item| from_json(&item.detail)).collect::<Result<_, _>>()?,
        planned: planned.iter().map(|item| from_json(&item.detail)).collect::<Result<_, _>>()?,
    })
}

/// Only an upload waits for its server, and this is none.
struct NoHurry;

impl Clock for NoHurry {
    fn now(&self) -> Timestamp {
        Timestamp::default()
    }
}
