//! The shared tier with a bound on every wait: what does not answer in a few milliseconds is not worth waiting for, and what has not
//! answered twice is left alone for a moment, until one request has found out that it answers again.

use std::{
    future::Future,
    sync::{
        Arc,
        atomic::{AtomicI64, AtomicU32, Ordering},
    },
    time::{Duration, Instant},
};

use domain::clock::Clock;
use tokio::time::timeout;

use crate::{Shared, SharedError};

/// A Redis beside the program answers in a tenth of a millisecond; this is for one that a busy machine holds up.
const WAIT: Duration = Duration::from_millis(10);

/// Failures in a row after which it is left alone.
const PATIENCE: u32 = 2;

/// For how long, the first time and at most.
const REST: i64 = 250_000;
const LONGEST_REST: i64 = 4_000_000;

/// How long a try has, before somebody else may.
const TRY: i64 = 100_000;

pub(crate) struct Bounded {
    shared: Arc<dyn Shared>,
    clock: Arc<dyn Clock>,
    failures: AtomicU32,
    /// Microseconds since 1970; zero while it answers.
    rests_until: AtomicI64,
}

impl Bounded {
    pub(crate) fn new(shared: Arc<dyn Shared>, clock: Arc<dyn Clock>) -> Self {
        Self { shared, clock, failures: AtomicU32::new(0), rests_until: AtomicI64::new(0) }
    }

    pub(crate) fn shared(&self) -> &dyn Shared {
        &*self.shared
    }

    /// None when there is no answer, for whatever reason.
    pub(crate) async fn ask<T>(&self, question: impl Future<Output = Result<T, SharedError>>) -> Option<T> {
        let tries = self.is_worth_it()?;
        let began = Instant::now();
        let came = timeout(WAIT, question).await;
        let is_there = matches!(came, Ok(Ok(_) | Err(SharedError::Refused(_))));
        traces::happened(traces::Kind::Provider, || "Redis", began, began.elapsed(), !is_there, &[]);
        match came {
            Ok(Ok(answer)) => {
                self.answered();
                Some(answer)
            }
            // It lives: the next thing may work.
            Ok(Err(SharedError::Refused(reason))) => {
                tracing::debug!(reason, "the shared cache refused");
                self.answered();
                None
            }
            Ok(Err(SharedError::Unreachable(reason))) => self.failed(&reason, tries),
            Err(_) => self.failed("no answer in time", tries),
        }
    }

    /// None while it is left alone; else whether this is the one that tries it.
    fn is_worth_it(&self) -> Option<bool> {
        let until = self.rests_until.load(Ordering::Relaxed);
        if until == 0 {
            return Some(false);
        }
        let now = self.clock.now().micros();
        // A clock that was set back does not make a rest longer.
        if now < until && until - now <= LONGEST_REST {
            return None;
        }
        // One tries it, and all others go on without until that is known.
        self.rests_until.compare_exchange(until, now.saturating_add(TRY), Ordering::Relaxed, Ordering::Relaxed).is_ok().then_some(true)
    }

    fn answered(&self) {
        if self.rests_until.load(Ordering::Relaxed) != 0 {
            self.rests_until.store(0, Ordering::Relaxed);
        }
        if self.failures.load(Ordering::Relaxed) != 0 && self.failures.swap(0, Ordering::Relaxed) >= PATIENCE {
            tracing::info!("the shared cache answers again");
        }
    }

    fn failed<T>(&self, reason: &str, tries: bool) -> Option<T> {
        // Those that were on their way when it was left alone tell nothing new.
        if !tries && self.rests_until.load(Ordering::Relaxed) != 0 {
            return None;
        }
        let failures = self.failures.fetch_add(1, Ordering::Relaxed).saturating_add(1);
        if failures >= PATIENCE {
            let rest = (REST << (failures - PATIENCE).min(10)).min(LONGEST_REST);
            self.rests_until.store(self.clock.now().micros().saturating_add(rest), Ordering::Relaxed);
        }
        if failures == PATIENCE {
            tracing::warn!(reason, "the shared cache does not answer; going on without it");
        }
        None
    }
}
