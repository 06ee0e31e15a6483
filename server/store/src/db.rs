//! The two engines behind one type, and how a statement is run: `fresh!` and `lagging!` read, `written!` writes
//! one statement, `within!` runs one inside a transaction. All of them count it.

use std::{
    path::PathBuf,
    sync::atomic::{AtomicU64, Ordering},
    time::{Duration, Instant},
};

use sqlx::{
    Connection, PgConnection, PgPool, Postgres, Sqlite, SqlitePool, Transaction,
    pool::{PoolConnection, PoolOptions},
    postgres::PgConnectOptions,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous},
};

use crate::{StoreError, reserve, sql::Pair};

/// Where a database is.
#[derive(Clone, PartialEq, Eq)]
pub enum Location {
    /// A file; made when it is not there.
    Sqlite(PathBuf),
    /// `postgres://user@host/database`
    Postgres(String),
}

/// An open database.
pub struct Db {
    engine: Engine,
    statements: AtomicU64,
}

/// Which engine, and its connections.
#[derive(Clone, Debug)]
pub enum Engine {
    /// One connection writes: two would only wait for each other, and lose transactions to `SQLITE_BUSY`.
    Sqlite { write: SqlitePool, read: SqlitePool },
    /// Reads that may lag go to replicas when there are any.
    Postgres { primary: PgPool, replicas: Vec<PgPool> },
}

/// A transaction that writes. Dropped without a commit, it is as if it had never been.
pub(crate) struct Tx<'a> {
    pub(crate) db: &'a Db,
    pub(crate) on: TxOn,
}

pub(crate) enum TxOn {
    Sqlite(Transaction<'static, Sqlite>),
    Postgres(Transaction<'static, Postgres>),
}

/// One connection for reading much, page by page: all of it goes through one cache.
pub(crate) struct Reader<'a> {
    pub(crate) db: &'a Db,
    pub(crate) on: ReaderOn,
}

pub(crate) enum ReaderOn {
    Sqlite(PoolConnection<Sqlite>),
    Postgres(PoolConnection<Postgres>),
}

/// Reads what was committed a moment ago: sessions, permissions, what is about to be changed.
macro_rules! fresh {
    ($db:expr, |$on:ident| $run:expr) => {
        $crate::db::one_of!($db, read, primary, |$on| $run)
    };
}

/// Reads what may be a moment old: lists, search, history.
macro_rules! lagging {
    ($db:expr, |$on:ident| $run:expr) => {
        $crate::db::one_of!($db, read, primary, |$on| $run)
    };
}

/// Runs one statement that writes, on its own.
macro_rules! written {
    ($db:expr, |$on:ident| $run:expr) => {
        $crate::db::one_of!($db, write, primary, |$on| $run)
    };
}

macro_rules! one_of {
    ($db:expr, $sqlite:ident, $postgres:ident, |$on:ident| $run:expr) => {{
        let db: &$crate::Db = $db;
        db.count();
        match db.engine() {
            $crate::Engine::Sqlite { $sqlite: $on, .. } => $run.await,
            $crate::Engine::Postgres { $postgres: $on, .. } => $run.await,
        }
    }};
}

/// Runs one statement inside a transaction.
macro_rules! within {
    ($tx:expr, |$on:ident| $run:expr) => {{
        $tx.db.count();
        match &mut $tx.on {
            $crate::db::TxOn::Sqlite(tx) => {
                let $on = &mut **tx;
                $run.await
            }
            $crate::db::TxOn::Postgres(tx) => {
                let $on = &mut **tx;
                $run.await
            }
        }
    }};
}

/// Runs one statement on a [`Reader`].
macro_rules! through {
    ($reader:expr, |$on:ident| $run:expr) => {{
        $reader.db.count();
        match &mut $reader.on {
            $crate::db::ReaderOn::Sqlite(on) => {
                let $on = &mut **on;
                $run.await
            }
            $crate::db::ReaderOn::Postgres(on) => {
                let $on = &mut **on;
                $run.await
            }
        }
    }};
}

pub(crate) use {fresh, lagging, one_of, through, within, written};

impl Location {
    /// Reads `sqlite:FILE`, `postgres://...` or `postgresql://...`.
    pub fn from_url(url: &str) -> Result<Self, StoreError> {
        match url.split_once(':') {
            Some(("sqlite", path)) if !path.trim_start_matches('/').is_empty() => Ok(Self::Sqlite(path.strip_prefix("//").unwrap_or(path).into())),
            Some(("postgres" | "postgresql", rest)) if rest.starts_with("//") => Ok(Self::Postgres(url.to_owned())),
            _ => Err(StoreError::Address),
        }
    }
}

/// Without the password.
impl std::fmt::Debug for Location {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Sqlite(path) => f.debug_tuple("Sqlite").field(path).finish(),
            Self::Postgres(_) => f.write_str("Postgres(..)"),
        }
    }
}

impl Db {
    pub(crate) async fn open(location: &Location) -> Result<Self, StoreError> {
        let engine = match location {
            Location::Sqlite(path) => open_sqlite(path).await?,
            Location::Postgres(url) => open_postgres(url).await?,
        };
        Ok(Self { engine, statements: AtomicU64::new(0) })
    }

    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    /// How many statements were run so far: a page has a budget of them.
    pub fn statements(&self) -> u64 {
        self.statements.load(Ordering::Relaxed)
    }

    pub(crate) fn count(&self) {
        self.statements.fetch_add(1, Ordering::Relaxed);
    }

    /// The statement of this engine.
    pub(crate) fn sql(&self, pair: &Pair) -> &'static str {
        match self.engine {
            Engine::Sqlite { .. } => pair.sqlite,
            Engine::Postgres { .. } => pair.postgres,
        }
    }

    /// On SQLite with the write lock taken at once: a transaction that reads first and writes later can lose it
    /// to another process and would have to begin again.
    pub(crate) async fn begin(&self) -> Result<Tx<'_>, StoreError> {
        let on = match &self.engine {
            Engine::Sqlite { write, .. } => TxOn::Sqlite(write.begin_with("BEGIN IMMEDIATE").await?),
            Engine::Postgres { primary, .. } => TxOn::Postgres(primary.begin().await?),
        };
        Ok(Tx { db: self, on })
    }

    pub(crate) async fn reader(&self) -> Result<Reader<'_>, StoreError> {
        let on = match &self.engine {
            Engine::Sqlite { read, .. } => ReaderOn::Sqlite(read.acquire().await?),
            Engine::Postgres { primary, .. } => ReaderOn::Postgres(primary.acquire().await?),
        };
        Ok(Reader { db: self, on })
    }

    pub(crate) async fn close(&self) {
        match &self.engine {
            Engine::Sqlite { write, read } => {
                read.close().await;
                write.close().await;
            }
            Engine::Postgres { primary, replicas } => {
                primary.close().await;
                for replica in replicas {
                    replica.close().await;
                }
            }
        }
    }
}

impl std::fmt::Debug for Db {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self.engine {
            Engine::Sqlite { .. } => "Db(sqlite)",
            Engine::Postgres { .. } => "Db(postgres)",
        })
    }
}

impl Tx<'_> {
    pub(crate) fn sql(&self, pair: &Pair) -> &'static str {
        self.db.sql(pair)
    }

    pub(crate) async fn commit(self) -> Result<(), StoreError> {
        match self.on {
            TxOn::Sqlite(tx) => tx.commit().await?,
            TxOn::Postgres(tx) => tx.commit().await?,
        }
        Ok(())
    }
}

/// How long a writer waits for another process's write lock, and a request for a connection.
const PATIENCE: Duration = Duration::from_secs(5);

/// How long PostgreSQL lets a statement wait for a lock that somebody holds. Longer than [`PATIENCE`], as a batch of an
/// import holds its locks for a moment and several may wait in line; without it a lock that is never given back would
/// hold a request for ever.
const LOCK_PATIENCE: &str = "10s";

/// Readers beside the writer: more than the processors of a small machine only wait for each other.
const SQLITE_READERS: u32 = 4;

async fn open_sqlite(path: &std::path::Path) -> Result<Engine, StoreError> {
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
    let write = sqlite_writer(options.clone().pragma("cache_size", "-16384"), path).await?;
    let read = PoolOptions::<Sqlite>::new()
        .max_connections(SQLITE_READERS)
        .acquire_timeout(PATIENCE)
        .idle_timeout(None)
        .max_lifetime(None)
        .test_before_acquire(false)
        .connect_with(options.pragma("query_only", "1").pragma("cache_size", "-1024").row_buffer_size(200))
        .await
        .map_err(|error| StoreError::opening(error, path))?;
    Ok(Engine::Sqlite { write, read })
}

/// Makes the file, and has it write ahead. SQLite does not wait for its lock while a file becomes one that does
/// (<https://sqlite.org/wal.html#sometimes_queries_return_sqlite_busy_in_wal_mode>): of programs that open a new one at once,
/// one does it and the others come back.
async fn sqlite_writer(options: SqliteConnectOptions, path: &std::path::Path) -> Result<SqlitePool, StoreError> {
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

async fn open_postgres(url: &str) -> Result<Engine, StoreError> {
    // A plan made while a table was small must not be kept when it has grown to a million rows.
    let options = url
        .parse::<PgConnectOptions>()
        .map_err(|_| StoreError::Address)?
        .application_name("vitrine")
        .statement_cache_capacity(64)
        .options([("plan_cache_mode", "force_custom_plan"), ("lock_timeout", LOCK_PATIENCE)]);
    // The pool tries again until it runs out of patience, and then only says that it did: once by itself, a refused
    // connection says why.
    match tokio::time::timeout(PATIENCE, PgConnection::connect_with(&options)).await {
        Ok(connection) => connection?.close().await?,
        Err(_) => return Err(StoreError::Unreachable(sqlx::Error::PoolTimedOut)),
    }
    let primary = PoolOptions::<Postgres>::new()
        .max_connections(10)
        .acquire_timeout(PATIENCE)
        .test_before_acquire(false)
        .connect_with(options)
        .await
        .map_err(StoreError::from)?;
    Ok(Engine::Postgres { primary, replicas: Vec::new() })
}
