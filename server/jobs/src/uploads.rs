//! Uploaded files while a job needs them: `uploads/{job}.csv` in the data directory; and beside them those that are still
//! arriving, `.part`, which the HTTP layer writes.

use std::{
    fs::{self, File},
    io,
    path::{Path, PathBuf},
    time::UNIX_EPOCH,
};

use domain::{clock::Timestamp, ids::JobId};
use tokio::task;

#[derive(Clone, Debug)]
pub(crate) struct Uploads {
    dir: PathBuf,
}

impl Uploads {
    pub(crate) fn new(data_dir: &Path) -> Self {
        Self { dir: data_dir.join("uploads") }
    }

    pub(crate) fn path(&self, job: JobId) -> PathBuf {
        self.dir.join(format!("{job}.csv"))
    }

    /// Makes a file the job's own. It is on the disk for good when this returns, because the job is queued next.
    pub(crate) async fn adopt(&self, job: JobId, file: PathBuf) -> io::Result<()> {
        let (dir, target) = (self.dir.clone(), self.path(job));
        blocking(move || {
            fs::create_dir_all(&dir)?;
            // Across file systems a file cannot be renamed.
            if fs::rename(&file, &target).is_err() {
                fs::copy(&file, &target)?;
                fs::remove_file(&file)?;
            }
            sync(&target, &dir)
        })
        .await
    }

    /// Gives the file of one job to another as well.
    pub(crate) async fn share(&self, from: JobId, to: JobId) -> io::Result<()> {
        let (dir, source, target) = (self.dir.clone(), self.path(from), self.path(to));
        blocking(move || {
            // Left by an attempt that broke off; to copy onto it could be to copy a file onto itself.
            remove(&target)?;
            // A second name costs nothing; some file systems have no such thing.
            if fs::hard_link(&source, &target).is_err() {
                fs::copy(&source, &target)?;
            }
            sync(&target, &dir)
        })
        .await
    }

    /// That it is gone already is no error.
    pub(crate) async fn delete(&self, job: JobId) -> io::Result<()> {
        let path = self.path(job);
        blocking(move || remove(&path)).await
    }

    pub(crate) async fn has(&self, job: JobId) -> bool {
        tokio::fs::try_exists(self.path(job)).await.unwrap_or(false)
    }

    /// The jobs that have a file here, and when it was written.
    pub(crate) async fn all(&self) -> io::Result<Vec<(JobId, Timestamp)>> {
        self.listed(|name| name.strip_suffix(".csv")?.parse().ok()).await
    }

    /// Files that are arriving or have stopped to, and when something arrived last.
    pub(crate) async fn arriving(&self) -> io::Result<Vec<(PathBuf, Timestamp)>> {
        let dir = self.dir.clone();
        self.listed(move |name| name.ends_with(ARRIVING).then(|| dir.join(name))).await
    }

    /// That it is gone already is no error.
    pub(crate) async fn discard(&self, arriving: PathBuf) -> io::Result<()> {
        blocking(move || remove(&arriving)).await
    }

    async fn listed<T: Send + 'static>(&self, of_name: impl Fn(&str) -> Option<T> + Send + 'static) -> io::Result<Vec<(T, Timestamp)>> {
        let dir = self.dir.clone();
        blocking(move || {
            let entries = match fs::read_dir(dir) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
                entries => entries?,
            };
            let listed = |entry: fs::DirEntry| Some((of_name(entry.file_name().to_str()?)?, written_at(&entry)?));
            Ok(entries.filter_map(|entry| listed(entry.ok()?)).collect())
        })
        .await
    }
}

/// How the names of files end that no job has yet.
const ARRIVING: &str = ".part";

fn written_at(entry: &fs::DirEntry) -> Option<Timestamp> {
    let written = entry.metadata().ok()?.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
    Some(Timestamp::from_micros(i64::try_from(written.as_micros()).ok()?))
}

fn remove(file: &Path) -> io::Result<()> {
    match fs::remove_file(file) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

fn sync(file: &Path, dir: &Path) -> io::Result<()> {
    File::open(file)?.sync_all()?;
    // The name is the directory's; where a directory cannot be synced the system keeps it anyway.
    File::open(dir).and_then(|dir| dir.sync_all()).or(Ok(()))
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> io::Result<T> + Send + 'static) -> io::Result<T> {
    task::spawn_blocking(work).await.map_err(io::Error::other)?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_file_belongs_to_its_job_until_it_is_deleted() {
        let data = tempfile::tempdir().unwrap();
        let uploads = Uploads::new(data.path());
        let (job, other) = (JobId::new(Timestamp::from_micros(1), [1; 10]), JobId::new(Timestamp::from_micros(1), [2; 10]));
        let sent = data.path().join("sent");
        fs::write(&sent, "Title\nLamp\n").unwrap();

        assert!(uploads.all().await.unwrap().is_empty());
        uploads.adopt(job, sent.clone()).await.unwrap();
        uploads.share(job, other).await.unwrap();
        uploads.share(job, other).await.unwrap();
        uploads.delete(job).await.unwrap();
        uploads.delete(job).await.unwrap();

        assert!(!sent.exists());
        assert_eq!(uploads.all().await.unwrap().into_iter().map(|(job, _)| job).collect::<Vec<_>>(), [other]);
        assert!(uploads.has(other).await && !uploads.has(job).await);
        assert_eq!(fs::read_to_string(uploads.path(other)).unwrap(), "Title\nLamp\n");
    }
}
