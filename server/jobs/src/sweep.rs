//! Deleting uploads that no job needs any more: those of jobs that were over when nobody could delete them, of old dry
//! runs, and of jobs that never came to be.

use domain::{clock::Timestamp, ids::JobId};
use ports::jobs::{JobKind, JobState};
use store::{JobRow, Store, StoreError};

use crate::uploads::Uploads;

/// How long somebody may think about what a dry run found.
const DRY_RUN_SECONDS: i64 = 7 * 86_400;
/// A file is there before its job is.
const UNKNOWN_SECONDS: i64 = 86_400;

pub(crate) async fn uploads(store: &Store, uploads: &Uploads, now: Timestamp) {
    let files = match uploads.all().await {
        Ok(files) => files,
        Err(error) => return tracing::warn!(%error, "the uploads could not be listed"),
    };
    for (job, written_at) in files {
        let needed = match find(store, job).await {
            Ok(Some(job)) => is_needed(&job, now),
            Ok(None) => now < written_at.plus_seconds(UNKNOWN_SECONDS),
            Err(error) => return tracing::warn!(%error, "the uploads could not be swept"),
        };
        if !needed && let Err(error) = uploads.delete(job).await {
            tracing::warn!(job.id = %job, %error, "an upload could not be deleted");
        }
    }
}

async fn find(store: &Store, job: JobId) -> Result<Option<JobRow>, StoreError> {
    for at in store.stores().await? {
        if let Some(job) = store.job(&at, job).await? {
            return Ok(Some(job));
        }
    }
    Ok(None)
}

fn is_needed(job: &JobRow, now: Timestamp) -> bool {
    match (job.kind, job.state) {
        (_, JobState::Queued | JobState::Running) => true,
        (JobKind::DryRun, JobState::Done) => job.finished_at.is_none_or(|at| now < at.plus_seconds(DRY_RUN_SECONDS)),
        _ => false,
    }
}
