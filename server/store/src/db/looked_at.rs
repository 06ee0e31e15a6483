//! What PostgreSQL is looked at for every ten seconds: locks that statements wait for, and its clock.

use std::{sync::atomic::Ordering, time::Duration};

use domain::clock::Timestamp;
use tokio::time::timeout;

use super::{Db, Engine};
use crate::{Store, StoreError};

/// Whoever asks wants to know how it is now.
const PATIENCE: Duration = Duration::from_secs(1);

const WAITING: &str = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";

/// In microseconds since 1970.
const CLOCK: &str = "SELECT (EXTRACT(EPOCH FROM clock_timestamp()) * 1000000)::bigint";

impl Store {
    /// How many statements of this database wait for a lock of another, of this process or not. None on SQLite, where whoever writes waits for the
    /// connection that writes.
    pub async fn waiting_for_locks(&self) -> Result<Option<u64>, StoreError> {
        let waiting = self.db().look(WAITING).await?;
        Ok(waiting.map(|waiting| u64::try_from(waiting).unwrap_or(0)))
    }

    /// By how many microseconds this process's clock is ahead of the database's, negative where it is behind; as exact as the answer is quick, which
    /// is a second at most. None on SQLite, whose clock is that of the process.
    pub async fn clock_ahead(&self) -> Result<Option<i64>, StoreError> {
        let database = self.db().look(CLOCK).await?;
        Ok(database.map(|database| self.inner.clock.now().micros().saturating_sub(database)))
    }

    /// From now on what is measured is put down and looked up so many microseconds before what this process's clock says; 0 where that is well.
    pub fn note_clock_ahead(&self, ahead: i64) {
        self.inner.clock_ahead.store(ahead, Ordering::Relaxed);
    }

    /// What time it is for the database at a moment of this process's clock, as far as it is known: what several servers measure is of one time.
    pub fn database_time(&self, own: Timestamp) -> Timestamp {
        Timestamp::from_micros(own.micros().saturating_sub(self.inner.clock_ahead.load(Ordering::Relaxed)))
    }

    /// The present, as [`Store::database_time`] has it.
    pub fn database_now(&self) -> Timestamp {
        self.database_time(self.inner.clock.now())
    }
}

impl Db {
    /// A number that PostgreSQL tells. None on SQLite.
    async fn look(&self, statement: &'static str) -> Result<Option<i64>, StoreError> {
        let Engine::Postgres { primary, background, .. } = &self.engine else { return Ok(None) };
        // Those of jobs may all be waiting for locks themselves.
        let jobs = self.waits.second.of(String::new(), background);
        let (waits, pool) = if jobs.in_use < jobs.most { (&self.waits.second, background) } else { (&self.waits.first, primary) };
        let asked = async {
            let mut on = waits.take(pool).await?;
            let told = sqlx::query_scalar::<_, i64>(statement).fetch_one(&mut *on).await?;
            on.answered();
            Ok(told)
        };
        let told: i64 = timeout(PATIENCE, asked).await.unwrap_or(Err(sqlx::Error::PoolTimedOut))?;
        Ok(Some(told))
    }
}
