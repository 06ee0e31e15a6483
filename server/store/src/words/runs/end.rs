//! The end of a run that writes again what a reviewer has sent back. Its product says `Queued` since then: in the transaction in
//! which the run is over, whatever ended it, the product says what has become of it.
//!
//! The op names the change that queued the product, so that nothing is said twice, and nothing at all where somebody has said
//! something since: this run, when it has written its suggestion, or another one, or whoever has chosen other words.

use domain::{
    field::{Field, Value},
    ids::{JobId, OpId},
    op::{Action, Base, Edit, Op},
    product::OptimisationStatus,
};
use ports::{
    jobs::{JobKind, JobState},
    product::Source,
};

use super::super::{
    records::{Queued, RunParams},
    sql,
};
use crate::{
    Author, LeasedJob, Store, StoreError, StoreRef,
    codec::from_json,
    db::{Tx, within, written},
    entropy, sql as jobs_sql,
    write::{Beside, Done, Go},
};

/// What is said of a product when the run it waits for is over.
pub(crate) struct LastWord {
    at: StoreRef,
    author: Author,
    op: Op,
}

impl Store {
    /// What is to be said when a job ends in this way; none when no product waits for it.
    ///
    /// `Failed` when the run has failed, or has failed for the product. Else nothing was written: there was nothing better to say, or
    /// nobody wants it any more. Then the product is as if its suggestion had been turned down without a remark: `Rejected`.
    pub(crate) async fn last_word(&self, job: JobId, state: JobState) -> Result<Option<LastWord>, StoreError> {
        let Some(LeasedJob { job, store: at }) = self.whole_job(job).await? else { return Ok(None) };
        if job.kind != JobKind::Optimise {
            return Ok(None);
        }
        // One that nobody can read is ended all the same.
        let params: Result<RunParams, _> = from_json(&job.params, "the params of a run");
        let Ok(RunParams { queued: Some(Queued { product, seq }), .. }) = params else { return Ok(None) };
        let failed = state == JobState::Failed || !self.failed_of(&at, job.id).await?.is_empty();
        let status = if failed { OptimisationStatus::Failed } else { OptimisationStatus::Rejected };
        let edit = Edit { field: Field::Optimisation, base: Base::Seen(seq), value: Value::text(status.name()) };
        let id = OpId::new(self.inner.clock.now(), entropy::array(&*self.inner.entropy));
        let author = Author { user: job.user, source: Source::Run, job: Some(job.id), remember: false };
        Ok(Some(LastWord { at, author, op: Op { id, product, action: Action::Edit(vec![edit]) } }))
    }

    /// Ends a job that a worker has, with the last word about its product.
    pub(crate) async fn finish_with(&self, last: LastWord, job: JobId, worker: &str, state: JobState, message: &str) -> Result<(), StoreError> {
        let mut finish = Finish { job, worker, state, message };
        self.write_beside(&last.at, &last.author, vec![last.op], None, &mut finish).await?;
        Ok(())
    }

    /// Asks a job to stop: with the last word about its product when nobody works on it, else whoever does will say it.
    pub(crate) async fn cancel_with(&self, last: &LastWord, job: JobId) -> Result<bool, StoreError> {
        let (store, now) = (last.at.num, self.inner.clock.now().micros());
        // Between the two a worker may take it, or lose it.
        for _ in 0..2 {
            let mut cancel = Cancel { store, job, at_once: false };
            self.write_beside(&last.at, &last.author, vec![last.op.clone()], None, &mut cancel).await?;
            if cancel.at_once {
                return Ok(true);
            }
            let asked = written!(self.db(), |on| async {
                sqlx::query(sql::ASK_TO_CANCEL).bind(store).bind(job.0).bind(now).execute(on).await.map(|done| done.rows_affected())
            })?;
            if asked == 1 {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

impl LastWord {
    pub(crate) fn is_of(&self, store: &StoreRef) -> bool {
        self.at.num == store.num
    }
}

struct Finish<'a> {
    job: JobId,
    worker: &'a str,
    state: JobState,
    message: &'a str,
}

impl Beside for Finish<'_> {
    async fn write(&mut self, tx: &mut Tx<'_>, done: Done<'_>) -> Result<Go, StoreError> {
        let ended = within!(tx, |on| async {
            let query = sqlx::query(jobs_sql::FINISH).bind(self.job.0).bind(self.worker).bind(self.state.name());
            query.bind(self.message).bind(done.at.micros()).execute(on).await.map(|done| done.rows_affected())
        })?;
        if ended == 0 { Err(StoreError::LeaseLost) } else { Ok(Go::On) }
    }
}

struct Cancel {
    store: i64,
    job: JobId,
    /// Whether nobody worked on it, so that it is over.
    at_once: bool,
}

impl Beside for Cancel {
    async fn write(&mut self, tx: &mut Tx<'_>, done: Done<'_>) -> Result<Go, StoreError> {
        let ended = within!(tx, |on| async {
            let query = sqlx::query(sql::CANCEL_AT_ONCE).bind(self.store).bind(self.job.0).bind(done.at.micros());
            query.execute(on).await.map(|done| done.rows_affected())
        })?;
        self.at_once = ended == 1;
        Ok(if self.at_once { Go::On } else { Go::Back })
    }
}
