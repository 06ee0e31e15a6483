//! Opening PostgreSQL, and its transactions.
//!
//! There are two pools to the primary. What a page asks is short, or something is wrong: its statements are given up after some
//! seconds. What a job asks may take minutes. The limit is a property of the connection, as setting it in a transaction would
//! cost every statement a round trip; and a pool of their own keeps jobs from taking the connections of pages.

use std::{
    ops::{Deref, DerefMut},
    sync::Arc,
    time::Duration,
};

use futures::StreamExt;
use sqlx::{Connection, Either, Executor, PgConnection, PgPool, Postgres, Row, pool::PoolOptions, postgres::PgConnectOptions};
use tokio::{runtime::Handle, time::timeout};
use uuid::Uuid;

use super::{
    DatabaseOptions, Engine, Lsn,
    pools::Taken,
    presence::{self, Presence},
    replicas::Replicas,
};
use crate::StoreError;

/// How long PostgreSQL lets a statement wait for a lock that somebody holds. Longer than one waits for a connection, as a batch of
/// an import holds its locks for a moment and several may wait in line; without it a lock that is never given back would
/// hold a request for ever.
const LOCK_PATIENCE: Duration = Duration::from_secs(10);

/// A transaction in which nothing happens for so long belongs to a program that is stuck or gone: its locks are given back.
const IDLE_IN_TRANSACTION: &str = "60s";

/// After which silence PostgreSQL asks whether a program is still there: one whose machine has vanished gives its locks back within
/// two minutes and not within two hours.
const KEEPALIVE: [(&str, &str); 3] = [("tcp_keepalives_idle", "60"), ("tcp_keepalives_interval", "10"), ("tcp_keepalives_count", "6")];

/// How long a transaction that nobody wants any more may take to be rolled back. The machine at the other end may have vanished.
const ROLLS_BACK: Duration = Duration::from_secs(30);

/// How long a replica's connection is waited for: the primary can be asked instead.
const REPLICA_PATIENCE: Duration = Duration::from_secs(1);

/// The place that everything committed is below: what is on the disk, unless PostgreSQL was told not to wait for that. What is behind
/// it, such as notes on pages, may be on its way to replicas for seconds, and nobody waits for it.
macro_rules! committed_at {
    () => {
        "(CASE current_setting('synchronous_commit') WHEN 'off' THEN pg_current_wal_insert_lsn() ELSE pg_current_wal_flush_lsn() END)::text"
    };
}

pub(super) use committed_at;

const COMMIT_AT: &str = concat!("COMMIT; SELECT ", committed_at!());

/// A transaction. Dropped without a commit, it is rolled back.
pub(crate) struct PgTx {
    connection: Taken,
    /// Committed: there is nothing to take back.
    is_over: bool,
}

pub(super) async fn open(url: &str, wanted: &DatabaseOptions, process: Uuid) -> Result<(Engine, Presence), StoreError> {
    // Whatever is written says by whom, for the triggers that look at it.
    let of_process = |options: PgConnectOptions| options.options([(presence::SETTING, process.to_string())]);
    let options = of_process(connect_options(url, "vitrine", wanted.statement)?);
    // The pool tries again until it runs out of patience, and then only says that it did: once by itself, a refused
    // connection says why.
    match tokio::time::timeout(wanted.patience, PgConnection::connect_with(&options)).await {
        Ok(connection) => connection?.close().await?,
        Err(_) => return Err(StoreError::Unreachable(sqlx::Error::PoolTimedOut)),
    }
    let presence = Presence::new(process, options.clone());
    let primary = pool(wanted.connections, wanted.patience).connect_with(options).await.map_err(StoreError::from)?;
    let background = of_process(connect_options(url, "vitrine background", wanted.background_statement)?);
    let background = pool(wanted.background_connections, wanted.patience.max(Duration::from_secs(30))).connect_lazy_with(background);
    Ok((Engine::Postgres { primary, background, replicas: Arc::new(Replicas::open(url, wanted)?) }, presence))
}

/// A pool to a replica, which may be away.
pub(super) fn replica_pool(url: &str, wanted: &DatabaseOptions) -> Result<PgPool, StoreError> {
    let options = connect_options(url, "vitrine", wanted.statement)?;
    Ok(pool(wanted.connections, wanted.patience.min(REPLICA_PATIENCE)).connect_lazy_with(options))
}

/// How a connection is made, for statements that may take so long.
pub(super) fn connect_options(url: &str, name: &str, statement: Duration) -> Result<PgConnectOptions, StoreError> {
    let milliseconds = |duration: Duration| duration.as_millis().to_string();
    let options = url.parse::<PgConnectOptions>().map_err(|_| StoreError::Address)?;
    Ok(options
        .application_name(name)
        // All there are. Their plans are kept once they have proved no worse than such as are made for the values at hand: making them is most
        // of what a small statement takes. A table that has grown is analysed, by whoever makes it pass a thousand rows, eight thousand and so on, or by
        // PostgreSQL, and that throws its plans away.
        .statement_cache_capacity(256)
        .options([("plan_cache_mode", "auto"), ("idle_in_transaction_session_timeout", IDLE_IN_TRANSACTION)])
        // What transactions are written for, whatever a database or a role begins them with: they see what they have waited for.
        .options([("default_transaction_isolation", "read committed")])
        // A lock that is waited for is told as one, and not as a statement that takes too long.
        .options([("lock_timeout", milliseconds(LOCK_PATIENCE.min(statement * 4 / 5))), ("statement_timeout", milliseconds(statement))])
        .options(KEEPALIVE))
}

fn pool(connections: u32, patience: Duration) -> PoolOptions<Postgres> {
    PoolOptions::<Postgres>::new().max_connections(connections).acquire_timeout(patience).test_before_acquire(false)
}

/// Host, port and database of an address, for the log and for owners.
pub(super) fn name_of(url: &str) -> String {
    url.parse::<PgConnectOptions>()
        .map(|options| format!("{}:{}/{}", options.get_host(), options.get_port(), options.get_database().unwrap_or_default()))
        .unwrap_or_default()
}

impl PgTx {
    pub(super) async fn begin(connection: Taken) -> Result<Self, sqlx::Error> {
        // Made before it has begun: whoever goes away in the middle of it leaves no open transaction behind.
        let mut tx = Self { connection, is_over: false };
        tx.execute("BEGIN").await?;
        Ok(tx)
    }

    pub(super) async fn commit(mut self) -> Result<(), sqlx::Error> {
        self.execute("COMMIT").await?;
        self.is_over = true;
        self.connection.answered();
        Ok(())
    }

    /// The same, and tells behind which place everything of this transaction is: in the same round trip.
    pub(super) async fn commit_at(mut self) -> Result<Lsn, sqlx::Error> {
        let mut at = None;
        let mut committed = false;
        let mut steps = sqlx::raw_sql(COMMIT_AT).fetch_many(&mut *self);
        while let Some(step) = steps.next().await {
            match step {
                Ok(Either::Left(_)) => committed = true,
                Ok(Either::Right(row)) => at = row.try_get::<&str, _>(0).ok().and_then(|lsn| lsn.parse().ok()),
                Err(error) if !committed => return Err(error),
                Err(error) => tracing::warn!(%error, "the place of a commit was not learned; its author reads from the primary for a while"),
            }
        }
        drop(steps);
        self.is_over = true;
        self.connection.answered();
        Ok(at.unwrap_or(Lsn::UNKNOWN))
    }
}

impl Deref for PgTx {
    type Target = PgConnection;

    fn deref(&self) -> &PgConnection {
        &self.connection
    }
}

impl DerefMut for PgTx {
    fn deref_mut(&mut self) -> &mut PgConnection {
        &mut self.connection
    }
}

impl Drop for PgTx {
    fn drop(&mut self) {
        if self.is_over {
            return;
        }
        let mut connection = self.connection.take_over();
        match Handle::try_current() {
            Ok(runtime) => drop(runtime.spawn(async move {
                // In the middle of a statement this waits for its end first. Closed, PostgreSQL takes back what it was doing.
                if !matches!(timeout(ROLLS_BACK, connection.execute("ROLLBACK")).await, Ok(Ok(_))) {
                    connection.close();
                }
            })),
            Err(_) => connection.close(),
        }
    }
}
