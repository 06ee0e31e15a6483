//! Locks that statements wait for.

use std::time::Duration;

use tokio::time::timeout;

use super::Engine;
use crate::{Store, StoreError};

/// Whoever asks wants to know how it is now.
const PATIENCE: Duration = Duration::from_secs(1);

const WAITING: &str = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";

impl Store {
    /// How many statements of this database wait for a lock of another, of this process or not. None on SQLite, where whoever writes waits for the
    /// connection that writes.
    pub async fn waiting_for_locks(&self) -> Result<Option<u64>, StoreError> {
        let db = self.db();
        let Engine::Postgres { primary, background, .. } = &db.engine else { return Ok(None) };
        // Those of jobs may all be waiting for locks themselves.
        let jobs = db.waits.second.of(String::new(), background);
        let (waits, pool) = if jobs.in_use < jobs.most { (&db.waits.second, background) } else { (&db.waits.first, primary) };
        let asked = async {
            let mut on = waits.take(pool).await?;
            let waiting = sqlx::query_scalar::<_, i64>(WAITING).fetch_one(&mut *on).await?;
            on.answered();
            Ok(waiting)
        };
        let waiting: i64 = timeout(PATIENCE, asked).await.unwrap_or(Err(sqlx::Error::PoolTimedOut))?;
        Ok(Some(u64::try_from(waiting).unwrap_or(0)))
    }
}
