//! Connections that have just answered and are used again, past the pool: it asks each one that comes back whether it still answers,
//! which is a round trip for every statement, as long as the statement itself.
//!
//! Only one that nobody waits for stays here: whoever waits does so at the pool. Once a minute each goes back to it, to be asked.

use std::{
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use sqlx::{Postgres, pool::PoolConnection};
use tokio::runtime::Handle;

/// How long a connection is used before the pool looks at it again.
const TRUSTED: Duration = Duration::from_mins(1);

/// A connection, and when the pool gave it.
#[derive(Debug)]
pub(super) struct Lent {
    pub(super) connection: PoolConnection<Postgres>,
    pub(super) since: Instant,
}

#[derive(Debug, Default)]
pub(super) struct Spare {
    connections: Mutex<Vec<Lent>>,
    /// Those who wait at the pool.
    waiting: AtomicUsize,
    closed: AtomicBool,
}

/// Somebody who waits at the pool.
pub(super) struct Waiting<'a>(&'a Spare);

impl Spare {
    /// The one that was used last.
    pub(super) fn take(&self) -> Option<Lent> {
        self.all().pop()
    }

    pub(super) fn wait(&self) -> Waiting<'_> {
        self.waiting.fetch_add(1, Ordering::SeqCst);
        Waiting(self)
    }

    /// Keeps one that has just answered, or gives back one for the pool. Whoever comes to wait looks here once more after having said so,
    /// and this looks for them after keeping it: one of the two sees the other.
    pub(super) fn keep(&self, lent: Lent) -> Option<Lent> {
        if lent.since.elapsed() > TRUSTED || self.is_wanted() {
            return Some(lent);
        }
        self.all().push(lent);
        if self.is_wanted() { self.take() } else { None }
    }

    /// From now on none is kept; those that were.
    pub(super) fn close(&self) -> Vec<Lent> {
        self.closed.store(true, Ordering::SeqCst);
        std::mem::take(&mut self.all())
    }

    pub(super) fn len(&self) -> usize {
        self.all().len()
    }

    /// By the pool.
    fn is_wanted(&self) -> bool {
        self.waiting.load(Ordering::SeqCst) > 0 || self.closed.load(Ordering::SeqCst)
    }

    fn all(&self) -> MutexGuard<'_, Vec<Lent>> {
        self.connections.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.waiting.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Drop for Spare {
    fn drop(&mut self) {
        // The pool needs a runtime to take one back.
        if Handle::try_current().is_err() {
            self.close().into_iter().for_each(|lent| drop(lent.connection.detach()));
        }
    }
}
