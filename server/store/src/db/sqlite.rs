//! Opening a SQLite database: one connection that writes, a few that read.

use std::{
    path::Path,
    time::{Duration, Instant},
};

use sqlx::{
    Connection, Sqlite, SqlitePool,
    pool::PoolOptions,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous},
};

use super::{DatabaseOptions, Engine};
use crate::{StoreError, reserve};

/// Readers beside the writer: more than the processors of a small machine only wait for each other.
const READERS: u32 = 4;

/// How long a writer waits for another process's write lock.
const PATIENCE: Duration = Duration::from_secs(5);

/// What a reading connection keeps of the file in memory, in kilobytes.
pub(super) const READ_CACHE_KB: i64 = 1_024;

/// The same for the connection that writes.
pub(super) const WRITE_CACHE_KB: i64 = 16_384;

pub(super) async fn open(path: &Path, wanted: &DatabaseOptions) -> Result<Engine, StoreError> {
    let options = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        // What is answered as saved has reached the disk.
        .synchronous(SqliteSynchronous::Full)
        .busy_timeout(PATIENCE)
        .foreign_keys(true)
        .statement_cache_capacity(64)
        // A batch of an import touches some thousands of pages: checkpointing each commit would write them twice.
        .pragma("wal_autocheckpoint", "16000")
        .pragma("journal_size_limit", "67108864")
        .thread_name(|id| format!("sqlite-{id}"));
    let write = writer(options.clone().pragma("cache_size", format!("-{WRITE_CACHE_KB}")), path).await?;
    let read = PoolOptions::<Sqlite>::new()
        .max_connections(READERS)
        .acquire_timeout(wanted.patience)
        .idle_timeout(None)
        .max_lifetime(None)
        .test_before_acquire(false)
        .connect_with(options.pragma("query_only", "1").pragma("cache_size", format!("-{READ_CACHE_KB}")).row_buffer_size(200))
        .await
        .map_err(|error| StoreError::opening(error, path))?;
    Ok(Engine::Sqlite { write, read })
}

/// Makes the file, and has it write ahead. SQLite does not wait for its lock while a file becomes one that does
/// (<https://sqlite.org/wal.html#sometimes_queries_return_sqlite_busy_in_wal_mode>): of programs that open a new one at once,
/// one does it and the others come back.
async fn writer(options: SqliteConnectOptions, path: &Path) -> Result<SqlitePool, StoreError> {
    let began = Instant::now();
    loop {
        let pool = PoolOptions::<Sqlite>::new()
            .max_connections(1)
            .acquire_timeout(Duration::from_secs(30))
            .idle_timeout(None)
            .max_lifetime(None)
            .test_before_acquire(false)
            // On a full disk SQLite rolls a transaction back by itself; sqlx then takes it for open, for ever. Such a
            // connection is not used again.
            .after_release(|on, _| {
                Box::pin(async move {
                    on.ping().await?;
                    Ok(!on.is_in_transaction())
                })
            })
            .connect_with(options.clone())
            .await
            .map_err(|error| StoreError::opening(error, path));
        match pool {
            Err(StoreError::Busy(_)) if began.elapsed() < PATIENCE => tokio::time::sleep(Duration::from_millis(10)).await,
            Err(StoreError::Full(_) | StoreError::Disk(_)) if reserve::give_back(path) => {}
            Ok(pool) => {
                reserve::take(path);
                return Ok(pool);
            }
            Err(error) => return Err(error),
        }
    }
}
