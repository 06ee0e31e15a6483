//! The port of jobs: what a page and the API may ask for.

use std::{path::Path, sync::Arc};

use async_trait::async_trait;
use domain::{ids::JobId, role::Permission};
use ports::{
    Access, ImportOptions, Jobs, Upload,
    error::AppError,
    jobs::{BadRow, JobDetail, JobKind, JobState, JobView, PlannedChange, Progress},
};
use serde::de::DeserializeOwned;
use store::{JobItemKind, JobRow, NewJob, Store, StoreError, StoreRef};

use crate::{
    Wake,
    import::items,
    state::{Checkpoint, ImportFile, ImportParams, from_json, to_json},
    uploads::Uploads,
};

#[derive(Clone, Debug)]
pub struct JobsService {
    store: Store,
    uploads: Uploads,
    wake: Wake,
}

const IMPORTS: [JobKind; 2] = [JobKind::Import, JobKind::DryRun];
const JOBS: u32 = 100;
const PLANNED: u32 = 200;
/// Bad rows shown with a job; all of them are in the file to download.
const FIRST_BAD_ROWS: u32 = 100;
const BAD_ROWS: u32 = 1_000;

impl JobsService {
    /// `wake` is the worker's of this process, if it has one.
    pub fn new(store: Store, data_dir: &Path, wake: Wake) -> Self {
        Self { store, uploads: Uploads::new(data_dir), wake }
    }

    async fn at(&self, who: &Access, permission: Permission) -> Result<Arc<StoreRef>, AppError> {
        if !who.role.may(permission) {
            return Err(AppError::Forbidden);
        }
        self.store.store_by_id(who.store).await?.ok_or(AppError::NotFound)
    }

    async fn enqueue(&self, who: &Access, at: &StoreRef, id: JobId, subject: &str, options: ImportOptions) -> Result<(), AppError> {
        let size = tokio::fs::metadata(self.uploads.path(id)).await.map_err(|error| not_kept(&error))?.len();
        let params = to_json(&ImportParams { overwrite: options.overwrite, file: ImportFile::Upload })?;
        let start = Checkpoint { progress: Progress { bytes_total: size, ..Progress::default() }, ..Checkpoint::default() };
        let kind = if options.dry_run { JobKind::DryRun } else { JobKind::Import };
        let progress = to_json(&start)?;
        let job = NewJob { kind, subject, params: &params, progress: &progress, user: Some(who.user) };
        if let Err(error) = self.store.enqueue_as(id, at, job).await {
            match self.is_started(at, id).await {
                // Somebody else has started it in the same moment, or it was started and nobody was told: the file is that job's.
                Ok(true) => return Ok(()),
                Ok(false) => self.discard(id).await,
                // Nobody knows whose the file is: one that no job has is swept some time.
                Err(_) => {}
            }
            return Err(error.into());
        }
        self.wake.wake(kind);
        Ok(())
    }

    /// A job that is no run: runs have a port of their own.
    async fn import(&self, at: &StoreRef, id: JobId) -> Result<Option<JobRow>, AppError> {
        Ok(self.store.job(at, id).await?.filter(|job| IMPORTS.contains(&job.kind)))
    }

    /// Whether there is a job with an id that was made elsewhere.
    async fn is_started(&self, at: &StoreRef, id: JobId) -> Result<bool, AppError> {
        Ok(self.import(at, id).await?.is_some())
    }

    async fn items<T: DeserializeOwned>(&self, at: &StoreRef, id: JobId, kind: JobItemKind, after: i64, limit: u32) -> Result<Vec<T>, AppError> {
        let items = self.store.job_items(at, id, kind, after, limit).await?;
        let items: Result<Vec<T>, StoreError> = items.iter().map(|item| from_json(&item.detail)).collect();
        Ok(items?)
    }

    async fn discard(&self, id: JobId) {
        if let Err(error) = self.uploads.delete(id).await {
            tracing::warn!(job.id = %id, %error, "an upload could not be deleted");
        }
    }
}

#[async_trait]
impl Jobs for JobsService {
    async fn start_import(&self, who: &Access, upload: Upload, options: ImportOptions) -> Result<JobId, AppError> {
        let id = self.store.new_job_id();
        self.start_import_as(who, id, upload, options).await?;
        Ok(id)
    }

    async fn start_import_as(&self, who: &Access, id: JobId, upload: Upload, options: ImportOptions) -> Result<(), AppError> {
        let at = self.at(who, Permission::RunJobs).await?;
        if self.is_started(&at, id).await? {
            return Ok(());
        }
        self.uploads.adopt(id, upload.path).await.map_err(|error| not_kept(&error))?;
        self.enqueue(who, &at, id, &upload.file_name, options).await
    }

    async fn import_after_dry_run(&self, who: &Access, dry_run: JobId) -> Result<JobId, AppError> {
        let id = self.store.new_job_id();
        self.import_after_dry_run_as(who, id, dry_run).await?;
        Ok(id)
    }

    async fn import_after_dry_run_as(&self, who: &Access, id: JobId, dry_run: JobId) -> Result<(), AppError> {
        let at = self.at(who, Permission::RunJobs).await?;
        if self.is_started(&at, id).await? {
            return Ok(());
        }
        let job = self.store.job(&at, dry_run).await?.ok_or(AppError::NotFound)?;
        if job.kind != JobKind::DryRun || job.state != JobState::Done {
            return Err(AppError::Invalid("Only a dry run that is done can be followed by the import.".into()));
        }
        let params: ImportParams = from_json(&job.params)?;
        if params.file != ImportFile::Upload || !self.uploads.has(dry_run).await {
            return Err(AppError::Invalid("The file of this dry run is no longer kept. Upload it again.".into()));
        }
        self.uploads.share(dry_run, id).await.map_err(|error| not_kept(&error))?;
        self.enqueue(who, &at, id, &job.subject, ImportOptions { dry_run: false, overwrite: params.overwrite }).await
    }

    async fn jobs(&self, who: &Access) -> Result<Vec<JobView>, AppError> {
        let at = self.at(who, Permission::Browse).await?;
        let jobs = self.store.jobs(&at, &IMPORTS, JOBS).await?;
        jobs.into_iter().map(view).collect()
    }

    async fn job(&self, who: &Access, id: JobId) -> Result<Option<JobDetail>, AppError> {
        let at = self.at(who, Permission::Browse).await?;
        let Some(job) = self.import(&at, id).await? else { return Ok(None) };
        let params: ImportParams = from_json(&job.params)?;
        let bad_rows = self.items(&at, id, JobItemKind::Bad, -1, FIRST_BAD_ROWS).await?;
        let planned: Vec<PlannedChange> = self.items(&at, id, JobItemKind::Planned, -1, PLANNED).await?;
        Ok(Some(JobDetail { job: view(job)?, bad_rows, planned, overwrite: params.overwrite }))
    }

    async fn bad_rows(&self, who: &Access, id: JobId, after: u64) -> Result<Vec<BadRow>, AppError> {
        let at = self.at(who, Permission::Browse).await?;
        let mut rows: Vec<BadRow> = self.items(&at, id, JobItemKind::Bad, items::last_of_line(after), BAD_ROWS).await?;
        if rows.len() == BAD_ROWS as usize {
            whole_lines(&mut rows);
        }
        Ok(rows)
    }

    async fn cancel(&self, who: &Access, id: JobId) -> Result<(), AppError> {
        let at = self.at(who, Permission::RunJobs).await?;
        self.import(&at, id).await?.ok_or(AppError::NotFound)?;
        let asked = self.store.request_cancel(&at, id).await?;
        self.wake.ask();
        let job = self.import(&at, id).await?.ok_or(AppError::NotFound)?;
        if asked && job.state.is_over() {
            self.discard(id).await;
        }
        // One that is over already has what was wanted.
        Ok(())
    }
}

/// The next page goes on behind a line, so a page ends where a line does, unless all of it is one line.
fn whole_lines(rows: &mut Vec<BadRow>) {
    let last = rows.last().map(|row| row.line);
    if rows.first().map(|row| row.line) != last {
        rows.retain(|row| Some(row.line) != last);
    }
}

fn view(job: JobRow) -> Result<JobView, AppError> {
    let checkpoint: Checkpoint = from_json(&job.progress)?;
    Ok(JobView {
        id: job.id,
        kind: job.kind,
        state: job.state,
        subject: job.subject,
        who: job.who,
        created_at: job.created_at,
        started_at: job.started_at,
        finished_at: job.finished_at,
        progress: checkpoint.progress,
        message: job.message,
        cancelling: job.cancel_requested && !job.state.is_over(),
    })
}

fn not_kept(error: &std::io::Error) -> AppError {
    tracing::error!(%error, "an upload could not be kept");
    AppError::Unavailable(
        "The file could not be kept on the server. Check that its disk is not full, and upload it again; nothing was changed.".into(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(lines: &[u64]) -> Vec<BadRow> {
        lines.iter().map(|line| BadRow { line: *line, column: String::new(), value: String::new(), reason: String::new() }).collect()
    }

    #[test]
    fn a_page_of_bad_rows_ends_where_a_line_does() {
        let mut page = rows(&[2, 3, 3]);
        whole_lines(&mut page);
        assert_eq!(page, rows(&[2]));

        let mut page = rows(&[3, 3]);
        whole_lines(&mut page);
        assert_eq!(page, rows(&[3, 3]));
    }
}
