//! Deleting uploads that no job needs any more: those of jobs that were over when nobody could delete them, of old dry
//! runs, of jobs that never came to be, and those that stopped to arrive when the program was killed.

use domain::{clock::Timestamp, ids::JobId};
use ports::jobs::{JobKind, JobState};
use store::{JobRow, Store, StoreError};

use crate::uploads::Uploads;

/// How long somebody may think about what a dry run found.
const DRY_RUN_SECONDS: i64 = 7 * 86_400;
/// A file is there before its job is.
const UNKNOWN_SECONDS: i64 = 86_400;

pub(crate) async fn uploads(store: &Store, uploads: &Uploads, now: Timestamp) {
    arriving(uploads, now).await;
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

async fn arriving(uploads: &Uploads, now: Timestamp) {
    let files = match uploads.arriving().await {
        Ok(files) => files,
        Err(error) => return tracing::warn!(%error, "the uploads could not be listed"),
    };
    for (file, written_at) in files {
        if now >= written_at.plus_seconds(UNKNOWN_SECONDS)
            && let Err(error) = uploads.discard(file).await
        {
            tracing::warn!(%error, "an upload that never arrived could not be deleted");
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

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[tokio::test]
    async fn a_file_that_stopped_to_arrive_is_deleted_after_a_day() {
        let data = tempfile::tempdir().unwrap();
        let uploads = Uploads::new(data.path());
        fs::create_dir(data.path().join("uploads")).unwrap();
        for name in ["0123.part", "notes.txt"] {
            fs::write(data.path().join("uploads").join(name), "Title").unwrap();
        }
        let written_at = uploads.arriving().await.unwrap()[0].1;

        arriving(&uploads, written_at.plus_seconds(UNKNOWN_SECONDS - 1)).await;
        assert_eq!(uploads.arriving().await.unwrap().len(), 1);
        arriving(&uploads, written_at.plus_seconds(UNKNOWN_SECONDS)).await;

        let left: Vec<_> = fs::read_dir(data.path().join("uploads")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(left, ["notes.txt"]);
    }
}
