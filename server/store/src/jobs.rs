//! The queue of jobs: one table, leased by workers. The worker's loop and what a job does are elsewhere.
//!
//! A worker holds a job until its lease runs out. Whatever it writes for the job names it as the holder, and fails
//! when another worker has taken the job over.

use domain::{
    clock::Timestamp,
    ids::{JobId, StoreId, UserId},
};
use ports::jobs::{JobKind, JobState};
use uuid::Uuid;

use crate::{
    JobItem, JobItemKind, Store, StoreError, StoreRef,
    admin::StoreRow,
    codec::{Many, from_row, word},
    db::{Tx, fresh, within, written},
    entropy, sql,
};

macro_rules! enqueue {
    ($id:ident, $store:ident, $job:ident, $now:ident) => {
        sqlx::query(sql::ENQUEUE)
            .bind($id.0)
            .bind($store.num)
            .bind($job.kind.name())
            .bind($job.subject)
            .bind($job.params)
            .bind($job.progress)
            .bind($now)
            .bind($job.user.map(|user| user.0))
    };
}

/// A job on its way into the queue.
#[derive(Clone, Copy, Debug)]
pub struct NewJob<'a> {
    pub kind: JobKind,
    /// What it works on, for people: the file's name.
    pub subject: &'a str,
    /// JSON: what it is asked to do.
    pub params: &'a str,
    /// JSON: where it starts.
    pub progress: &'a str,
    pub user: Option<UserId>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct JobRow {
    pub id: JobId,
    pub store: StoreId,
    pub kind: JobKind,
    pub state: JobState,
    pub subject: String,
    /// JSON
    pub params: String,
    /// JSON
    pub progress: String,
    pub message: String,
    pub cancel_requested: bool,
    /// Not taken from the queue until somebody lets it go on; a worker that has it is asked to put it back.
    pub paused: bool,
    /// How often it was begun.
    pub attempts: u32,
    /// Not to be begun before; of one that runs, since when it could have been.
    pub due_at: Timestamp,
    pub user: Option<UserId>,
    /// The person's name; empty when nobody can be named.
    pub who: String,
    pub created_at: Timestamp,
    pub started_at: Option<Timestamp>,
    pub finished_at: Option<Timestamp>,
}

/// A job that a worker may work on until the lease runs out.
#[derive(Clone, Debug, PartialEq)]
pub struct LeasedJob {
    pub job: JobRow,
    pub store: StoreRef,
}

/// What people ask of a job that a worker has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Asked {
    pub cancel: bool,
    pub pause: bool,
}

impl Store {
    pub async fn enqueue(&self, store: &StoreRef, job: NewJob<'_>) -> Result<JobId, StoreError> {
        let id = self.new_job_id();
        self.enqueue_as(id, store, job).await?;
        Ok(id)
    }

    /// For a job that has something to be made ready before it is in the queue.
    pub fn new_job_id(&self) -> JobId {
        JobId::new(self.inner.clock.now(), entropy::array(&*self.inner.entropy))
    }

    /// Puts a job with an id of [`Store::new_job_id`] into the queue.
    pub async fn enqueue_as(&self, id: JobId, store: &StoreRef, job: NewJob<'_>) -> Result<(), StoreError> {
        let now = self.inner.clock.now().micros();
        written!(self.db(), |on| async { enqueue!(id, store, job, now).execute(on).await.map(|_| ()) })?;
        Ok(())
    }

    /// Takes one job, due or not; none when it is over, or when another worker has it, unless `taken_too` says that this one is
    /// known to be dead.
    pub async fn lease(&self, job: JobId, worker: &str, lease_seconds: i64, taken_too: bool) -> Result<Option<LeasedJob>, StoreError> {
        let db = self.db();
        let now = self.inner.clock.now();
        let until = now.plus_seconds(lease_seconds).micros();
        let leased = written!(db, |on| async {
            let query = sqlx::query(sql::LEASE).bind(job.0).bind(now.micros()).bind(worker).bind(until).bind(taken_too);
            query.execute(on).await.map(|done| done.rows_affected())
        })?;
        if leased == 0 { Ok(None) } else { self.whole_job(job).await }
    }

    /// Takes the job of some kinds that has waited longest: one that is due, or one whose worker's lease ran out, and none that
    /// is paused. Its state is then `Running` and its attempts are one more.
    pub async fn lease_next(&self, worker: &str, lease_seconds: i64, kinds: &[JobKind]) -> Result<Option<LeasedJob>, StoreError> {
        let db = self.db();
        let now = self.inner.clock.now();
        let until = now.plus_seconds(lease_seconds).micros();
        let kinds = names(kinds);
        let leased: Option<(Uuid,)> = written!(db, |on| {
            sqlx::query_as(db.sql(&sql::LEASE_NEXT)).bind(now.micros()).bind(worker).bind(until).bind(Many(&kinds)).fetch_optional(on)
        })?;
        match leased {
            Some((id,)) => self.whole_job(JobId(id)).await,
            None => Ok(None),
        }
    }

    /// A job of whatever store.
    pub(crate) async fn whole_job(&self, job: JobId) -> Result<Option<LeasedJob>, StoreError> {
        let row: Option<Leased> = fresh!(self.db(), |on| sqlx::query_as(sql::LEASED_JOB).bind(job.0).fetch_optional(on))?;
        Ok(row.map(|row| row.0))
    }

    /// Holds on to a job; what is asked of it. [`StoreError::LeaseLost`] when another worker has it.
    pub async fn renew(&self, job: JobId, worker: &str, lease_seconds: i64) -> Result<Asked, StoreError> {
        let until = self.inner.clock.now().plus_seconds(lease_seconds).micros();
        let row: Option<(bool, bool)> = written!(self.db(), |on| sqlx::query_as(sql::RENEW).bind(job.0).bind(worker).bind(until).fetch_optional(on))?;
        row.map(|(cancel, pause)| Asked { cancel, pause }).ok_or(StoreError::LeaseLost)
    }

    /// Ends a job as `Done`, `Failed` or `Cancelled`. A product that waits for it says so no more.
    pub async fn finish(&self, job: JobId, worker: &str, state: JobState, message: &str) -> Result<(), StoreError> {
        if let Some(last) = self.last_word(job, state).await? {
            return self.finish_with(last, job, worker, state, message).await;
        }
        let now = self.inner.clock.now().micros();
        let done = written!(self.db(), |on| async {
            let query = sqlx::query(sql::FINISH).bind(job.0).bind(worker).bind(state.name()).bind(message).bind(now);
            query.execute(on).await.map(|done| done.rows_affected())
        })?;
        if done == 0 { Err(StoreError::LeaseLost) } else { Ok(()) }
    }

    /// Gives a job back, to be begun again in some seconds; the message says why.
    pub async fn retry_later(&self, job: JobId, worker: &str, seconds: i64, message: &str) -> Result<(), StoreError> {
        let at = self.inner.clock.now().plus_seconds(seconds).micros();
        let done = written!(self.db(), |on| async {
            let query = sqlx::query(sql::RETRY_LATER).bind(job.0).bind(worker).bind(at).bind(message);
            query.execute(on).await.map(|done| done.rows_affected())
        })?;
        if done == 0 { Err(StoreError::LeaseLost) } else { Ok(()) }
    }

    /// Has a job of the store wait until [`Store::resume`]: at once when nobody works on it. False when there is no such job or it
    /// is over.
    pub async fn pause(&self, store: &StoreRef, job: JobId) -> Result<bool, StoreError> {
        let paused = written!(self.db(), |on| async {
            sqlx::query(sql::PAUSE).bind(store.num).bind(job.0).execute(on).await.map(|done| done.rows_affected())
        })?;
        Ok(paused == 1)
    }

    /// Lets a paused job go on, with another progress and other params where they are given. False when it is not paused; with
    /// something given also while its worker has not put it back yet.
    pub async fn resume(&self, store: &StoreRef, job: JobId, progress: Option<&str>, params: Option<&str>) -> Result<bool, StoreError> {
        let now = self.inner.clock.now().micros();
        let resumed = written!(self.db(), |on| async {
            let query = sqlx::query(sql::RESUME).bind(store.num).bind(job.0).bind(now).bind(progress).bind(params);
            query.execute(on).await.map(|done| done.rows_affected())
        })?;
        Ok(resumed == 1)
    }

    /// Puts a job back, to wait until somebody lets it go on; the message says why.
    pub async fn pause_self(&self, job: JobId, worker: &str, message: &str) -> Result<(), StoreError> {
        let done = written!(self.db(), |on| async {
            sqlx::query(sql::PAUSE_SELF).bind(job.0).bind(worker).bind(message).execute(on).await.map(|done| done.rows_affected())
        })?;
        if done == 0 { Err(StoreError::LeaseLost) } else { Ok(()) }
    }

    /// Asks a job of the store to stop: at once when nobody works on it, and then a product that waits for it says so no more. False
    /// when there is no such job or it is over.
    pub async fn request_cancel(&self, store: &StoreRef, job: JobId) -> Result<bool, StoreError> {
        if let Some(last) = self.last_word(job, JobState::Cancelled).await?.filter(|last| last.is_of(store)) {
            return self.cancel_with(&last, job).await;
        }
        let now = self.inner.clock.now().micros();
        let asked = written!(self.db(), |on| async {
            sqlx::query(sql::REQUEST_CANCEL).bind(store.num).bind(job.0).bind(now).execute(on).await.map(|done| done.rows_affected())
        })?;
        Ok(asked == 1)
    }

    /// The store's latest jobs of some kinds, latest first.
    pub async fn jobs(&self, store: &StoreRef, kinds: &[JobKind], limit: u32) -> Result<Vec<JobRow>, StoreError> {
        let (db, kinds, limit) = (self.db(), names(kinds), i64::from(limit));
        Ok(fresh!(db, |on| sqlx::query_as(db.sql(&sql::JOBS)).bind(store.num).bind(Many(&kinds)).bind(limit).fetch_all(on))?)
    }

    pub async fn job(&self, store: &StoreRef, job: JobId) -> Result<Option<JobRow>, StoreError> {
        Ok(fresh!(self.db(), |on| sqlx::query_as(sql::JOB).bind(store.num).bind(job.0).fetch_optional(on))?)
    }

    /// How many jobs of each kind a worker could take now, of all stores. Of kinds that are not in it there are none.
    pub async fn waiting_jobs(&self) -> Result<Vec<(JobKind, u64)>, StoreError> {
        let now = self.inner.clock.now().micros();
        let rows: Vec<(String, i64)> = fresh!(self.db(), |on| sqlx::query_as(sql::WAITING_JOBS).bind(now).fetch_all(on))?;
        Ok(rows.into_iter().filter_map(|(kind, count)| Some((JobKind::from_name(&kind)?, u64::try_from(count).ok()?))).collect())
    }

    /// Results of a job in order, those behind `after`.
    pub async fn job_items(&self, store: &StoreRef, job: JobId, kind: JobItemKind, after: i64, limit: u32) -> Result<Vec<JobItem>, StoreError> {
        let limit = i64::from(limit);
        Ok(fresh!(self.db(), |on| {
            sqlx::query_as(sql::ITEMS).bind(store.num).bind(job.0).bind(kind.name()).bind(after).bind(limit).fetch_all(on)
        })?)
    }

    /// Puts jobs whose worker's lease ran out back into the queue; how many. [`Store::lease_next`] finds them without
    /// this too; until then they are shown as running.
    pub async fn reap_expired(&self) -> Result<u64, StoreError> {
        let now = self.inner.clock.now().micros();
        Ok(written!(self.db(), |on| async { sqlx::query(sql::REAP).bind(now).execute(on).await.map(|done| done.rows_affected()) })?)
    }
}

/// The same as a part of something larger: both are there, or neither.
pub(crate) async fn enqueue_within(tx: &mut Tx<'_>, id: JobId, store: &StoreRef, job: NewJob<'_>, now: i64) -> Result<(), StoreError> {
    within!(tx, |on| async { enqueue!(id, store, job, now).execute(on).await.map(|_| ()) })?;
    Ok(())
}

fn names(kinds: &[JobKind]) -> Vec<&'static str> {
    kinds.iter().map(|kind| kind.name()).collect()
}

struct Leased(LeasedJob);

from_row!(Leased, |row| Ok(Self(LeasedJob { job: JobRow::from_row(row)?, store: StoreRow::from_row(row)?.0 })));

from_row!(JobRow, |row| {
    Ok(Self {
        id: JobId(row.try_get::<Uuid, _>("id")?),
        store: StoreId(row.try_get::<Uuid, _>("store_id")?),
        kind: word(row.try_get("kind")?, JobKind::from_name, "kind of job")?,
        state: word(row.try_get("state")?, JobState::from_name, "state of a job")?,
        subject: row.try_get("subject")?,
        params: row.try_get("params")?,
        progress: row.try_get("progress")?,
        message: row.try_get("message")?,
        cancel_requested: row.try_get("cancel_requested")?,
        paused: row.try_get("paused")?,
        attempts: row.try_get::<i64, _>("attempts")? as u32,
        due_at: Timestamp::from_micros(row.try_get("run_at")?),
        user: row.try_get::<Option<Uuid>, _>("user_id")?.map(UserId),
        who: row.try_get::<Option<String>, _>("who")?.unwrap_or_default(),
        created_at: Timestamp::from_micros(row.try_get("created_at")?),
        started_at: row.try_get::<Option<i64>, _>("started_at")?.map(Timestamp::from_micros),
        finished_at: row.try_get::<Option<i64>, _>("finished_at")?.map(Timestamp::from_micros),
    })
});

from_row!(JobItem, |row| {
    Ok(Self { kind: word(row.try_get(0)?, JobItemKind::from_name, "kind of result")?, number: row.try_get(1)?, detail: row.try_get(2)? })
});
