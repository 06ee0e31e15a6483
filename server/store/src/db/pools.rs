//! Taking a connection from a pool, and what taking them cost.

use std::{
    ops::{Deref, DerefMut},
    sync::atomic::{AtomicU64, Ordering},
    time::{Duration, Instant},
};

use sqlx::{Database, PgConnection, PgPool, Pool, Postgres, pool::PoolConnection};
use tokio::{runtime::Handle, time::timeout};

/// How often and how long connections of a pool were waited for.
#[derive(Debug, Default)]
pub(crate) struct Waits {
    count: AtomicU64,
    nanoseconds: AtomicU64,
    longest: AtomicU64,
    /// Nobody got one in time.
    in_vain: AtomicU64,
}

/// A connection to PostgreSQL out of its pool, which goes back when it is let go of.
///
/// The pool asks then whether it still answers, and would wait as long as the network does: a quarter of an hour when the machine at the
/// other end has vanished, and nobody else would get a connection in its place. Here it is waited for some seconds.
pub(crate) struct Taken(Option<PoolConnection<Postgres>>);

/// How long a connection that goes back may take to answer.
const GIVES_BACK: Duration = Duration::from_secs(5);

/// A pool at a moment.
#[derive(Clone, Debug)]
pub(crate) struct PoolState {
    pub(crate) name: String,
    pub(crate) most: u32,
    pub(crate) in_use: u32,
    pub(crate) idle: u32,
    pub(crate) waits: u64,
    pub(crate) waited: Duration,
    pub(crate) longest_wait: Duration,
    pub(crate) in_vain: u64,
}

impl Waits {
    /// A connection that lies ready is taken without waiting. Otherwise one is waited for; while the pool may still grow, that is
    /// the time to open one, and not counted as a wait.
    pub(crate) async fn acquire<DB: Database>(&self, pool: &Pool<DB>) -> Result<PoolConnection<DB>, sqlx::Error> {
        if let Some(connection) = pool.try_acquire() {
            return Ok(connection);
        }
        let full = pool.size() >= pool.options().get_max_connections();
        let began = Instant::now();
        let connection = pool.acquire().await;
        let timed_out = matches!(connection, Err(sqlx::Error::PoolTimedOut));
        if full || timed_out {
            let nanoseconds = u64::try_from(began.elapsed().as_nanos()).unwrap_or(u64::MAX);
            self.count.fetch_add(1, Ordering::Relaxed);
            self.nanoseconds.fetch_add(nanoseconds, Ordering::Relaxed);
            self.longest.fetch_max(nanoseconds, Ordering::Relaxed);
            self.in_vain.fetch_add(u64::from(timed_out), Ordering::Relaxed);
        }
        match connection {
            // Nobody has them: they cannot be opened, which the pool tries again and again without saying so.
            Err(sqlx::Error::PoolTimedOut) if pool.size() < pool.options().get_max_connections() => {
                Err(sqlx::Error::Io(std::io::ErrorKind::NotConnected.into()))
            }
            connection => connection,
        }
    }

    /// The same for PostgreSQL.
    pub(crate) async fn take(&self, pool: &PgPool) -> Result<Taken, sqlx::Error> {
        Ok(Taken(Some(self.acquire(pool).await?)))
    }

    pub(crate) fn of<DB: Database>(&self, name: String, pool: &Pool<DB>) -> PoolState {
        let (open, idle) = (pool.size(), u32::try_from(pool.num_idle()).unwrap_or(u32::MAX));
        let read = |value: &AtomicU64| value.load(Ordering::Relaxed);
        PoolState {
            name,
            most: pool.options().get_max_connections(),
            in_use: open.saturating_sub(idle),
            idle,
            waits: read(&self.count),
            waited: Duration::from_nanos(read(&self.nanoseconds)),
            longest_wait: Duration::from_nanos(read(&self.longest)),
            in_vain: read(&self.in_vain),
        }
    }
}

impl Taken {
    /// Lets go of one that is not to be used again.
    pub(crate) fn close(mut self) {
        if let Some(connection) = self.0.take() {
            drop(connection.detach());
        }
    }
}

impl Deref for Taken {
    type Target = PgConnection;

    fn deref(&self) -> &PgConnection {
        self.0.as_ref().expect("a connection that went back is not used")
    }
}

impl DerefMut for Taken {
    fn deref_mut(&mut self) -> &mut PgConnection {
        self.0.as_mut().expect("a connection that went back is not used")
    }
}

impl Drop for Taken {
    fn drop(&mut self) {
        let Some(mut connection) = self.0.take() else { return };
        match Handle::try_current() {
            Ok(runtime) => drop(runtime.spawn(timeout(GIVES_BACK, connection.return_to_pool()))),
            Err(_) => drop(connection.detach()),
        }
    }
}
