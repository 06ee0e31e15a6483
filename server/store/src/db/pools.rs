//! Taking a connection from a pool, and what taking them cost.

use std::{
    collections::HashMap,
    ops::{Deref, DerefMut},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use measuring::Sketch;
use sqlx::{Database, PgConnection, PgPool, Pool, pool::PoolConnection};
use tokio::{runtime::Handle, time::timeout};
use traces::Kind;

use super::{
    spare::{Lent, Spare},
    times::{Seen, Times},
};

/// How often and how long connections of a pool were waited for.
#[derive(Debug, Default)]
pub(crate) struct Waits {
    count: AtomicU64,
    nanoseconds: AtomicU64,
    times: Times,
    longest: AtomicU64,
    /// Nobody got one in time.
    in_vain: AtomicU64,
    /// Of PostgreSQL.
    spare: Arc<Spare>,
}

/// How far the waits of each pool were counted when it was last looked.
#[derive(Debug, Default)]
pub struct WaitTimes(HashMap<String, Seen>);

/// A connection to PostgreSQL out of its pool, which goes back when it is let go of.
///
/// The pool asks then whether it still answers, and would wait as long as the network does: a quarter of an hour when the machine at the
/// other end has vanished, and nobody else would get a connection in its place. Here it is waited for some seconds.
/// One that has answered well to its end is spared that ([`Spare`]).
pub(crate) struct Taken {
    lent: Option<Lent>,
    has_answered: bool,
    spare: Arc<Spare>,
}

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
        let connection = traces::within(Kind::Wait, "a connection", pool.acquire()).await;
        let timed_out = matches!(connection, Err(sqlx::Error::PoolTimedOut));
        if full || timed_out {
            let nanoseconds = u64::try_from(began.elapsed().as_nanos()).unwrap_or(u64::MAX);
            self.count.fetch_add(1, Ordering::Relaxed);
            self.nanoseconds.fetch_add(nanoseconds, Ordering::Relaxed);
            self.times.count(nanoseconds);
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
        let lent = match self.spare.take() {
            Some(lent) => lent,
            None => self.lend(pool).await?,
        };
        Ok(Taken { lent: Some(lent), has_answered: false, spare: self.spare.clone() })
    }

    async fn lend(&self, pool: &PgPool) -> Result<Lent, sqlx::Error> {
        let _waiting = self.spare.wait();
        // One may have been kept meanwhile, and the pool would not hear of it.
        if let Some(lent) = self.spare.take() {
            return Ok(lent);
        }
        Ok(Lent { connection: self.acquire(pool).await?, since: Instant::now() })
    }

    /// Gives everything to the pool, which is closed next.
    pub(crate) fn close(&self) {
        drop(self.spare.close());
    }

    pub(crate) fn of<DB: Database>(&self, name: String, pool: &Pool<DB>) -> PoolState {
        let (open, idle) = (pool.size(), u32::try_from(pool.num_idle() + self.spare.len()).unwrap_or(u32::MAX));
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

impl WaitTimes {
    /// How long connections of a pool were waited for since it was last looked, in microseconds.
    pub(crate) fn since(&mut self, name: String, waits: &Waits) -> (String, Sketch) {
        let waited = waits.times.since(self.0.entry(name.clone()).or_default());
        (name, waited)
    }
}

impl Taken {
    /// A statement came to its end: nothing of it is on its way any more.
    pub(crate) fn answered(&mut self) {
        self.has_answered = true;
    }

    /// The connection, for whoever outlives this one, which is dropped next.
    pub(super) fn take_over(&mut self) -> Self {
        Self { lent: self.lent.take(), has_answered: false, spare: self.spare.clone() }
    }

    /// Lets go of one that is not to be used again.
    pub(crate) fn close(mut self) {
        if let Some(lent) = self.lent.take() {
            drop(lent.connection.detach());
        }
    }
}

impl Deref for Taken {
    type Target = PgConnection;

    fn deref(&self) -> &PgConnection {
        &self.lent.as_ref().expect("a connection that went back is not used").connection
    }
}

impl DerefMut for Taken {
    fn deref_mut(&mut self) -> &mut PgConnection {
        // Until it has answered.
        self.has_answered = false;
        &mut self.lent.as_mut().expect("a connection that went back is not used").connection
    }
}

impl Drop for Taken {
    fn drop(&mut self) {
        let Some(lent) = self.lent.take() else { return };
        let Some(mut lent) = (if self.has_answered { self.spare.keep(lent) } else { Some(lent) }) else { return };
        match Handle::try_current() {
            Ok(runtime) => drop(runtime.spawn(timeout(GIVES_BACK, lent.connection.return_to_pool()))),
            Err(_) => drop(lent.connection.detach()),
        }
    }
}
