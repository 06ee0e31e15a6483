//! Which processes there are, and whether this one is the only one that changes a PostgreSQL database.
//!
//! While it is, it may remember who asks ([`Known`](crate::who_asks::Known)): whatever changes that goes through it. It is so by a lease of
//! a second in its row of `processes`, which is given when no other process was seen for a while and nobody is in the middle of such
//! a change. The other side of it is in the database, in triggers (migration 7): whoever changes who may what, from wherever, waits there
//! until no lease holds. So nothing depends on everybody's being seen: that only keeps processes from waiting for one another.
//!
//! A lease is asked for while somebody asks for it. Requests read a number; a task renews it, on a connection of its own.
//!
//! The database's clock is believed by those who wait, and never alone by who relies: with one that jumps forward, or on a machine that is
//! paused, what is no longer so is relied on for [`RELIED_ON`] at most.

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use sqlx::{Connection, PgConnection, postgres::PgConnectOptions};
use tokio::{
    sync::Notify,
    task::{AbortHandle, JoinHandle},
    time::{sleep_until, timeout},
};
use uuid::Uuid;

/// By which a connection says whose it is, in the database.
pub(super) const SETTING: &str = "vitrine.process";

/// How often a process says that it is there.
const BEAT: Duration = Duration::from_secs(10);

/// How often a lease is renewed, and how long it is relied on: a little shorter than it holds in the database, whose clock may be faster.
const RENEW: Duration = Duration::from_millis(300);
const RELIED_ON: Duration = Duration::from_millis(900);

/// How long to wait after one that was not given, and how long at most when it is lost again and again: then somebody changes who may what
/// who is not seen, and each time they have waited for its end.
const ASK_AGAIN: Duration = Duration::from_secs(1);
const ASK_SELDOM: Duration = Duration::from_secs(30);

/// After so many leases without a loss, half a minute of them at least, the losses before are forgiven.
const FORGIVEN: u32 = 100;

/// What does not answer for so long is not there.
const ANSWERS: Duration = Duration::from_secs(1);

/// The database gives up before it is given up, and waits for no replica: others do not have to find the row there.
const ITS_OWN: [(&str, &str); 3] = [("synchronous_commit", "local"), ("lock_timeout", "900"), ("statement_timeout", "900")];

/// A process that is gone without saying so is gone for others after 90 seconds, and its row after an hour. What was written before the
/// database's clock was put back is taken for what is written now: nobody would have to be waited for so long.
const I_AM_HERE: &str = "\
    WITH gone AS (DELETE FROM processes WHERE id <> $1 AND seen_at < clock_timestamp() - INTERVAL '1 hour'), \
    ahead AS (UPDATE processes SET seen_at = LEAST(seen_at, clock_timestamp()), \
    alone_until = CASE WHEN alone_until > clock_timestamp() + INTERVAL '1 second' THEN clock_timestamp() + INTERVAL '1 second' ELSE alone_until END \
    WHERE id <> $1 AND (seen_at > clock_timestamp() OR alone_until > clock_timestamp() + INTERVAL '1 second')) \
    INSERT INTO processes AS own (id, seen_at) VALUES ($1, clock_timestamp()) ON CONFLICT (id) DO UPDATE SET seen_at = excluded.seen_at, \
    alone_until = CASE WHEN own.alone_until > clock_timestamp() + INTERVAL '1 second' THEN clock_timestamp() + INTERVAL '1 second' \
    ELSE own.alone_until END";

/// The lease, and whether the one before it holds still. It is given to who is known to be there already, so that whoever is in the middle
/// of a change has seen them or is seen: they hold one of two locks (migration 7). `earlier` is the row before.
const I_AM_ALONE: &str = "\
    UPDATE processes p SET seen_at = clock_timestamp(), alone_until = clock_timestamp() + INTERVAL '1 second' FROM processes earlier \
    WHERE p.id = $1 AND earlier.id = p.id AND current_setting('vitrine.process', TRUE) = $1::text \
    AND earlier.seen_at > clock_timestamp() - INTERVAL '45 seconds' \
    AND NOT EXISTS (SELECT FROM processes other WHERE other.id <> $1 AND other.seen_at > clock_timestamp() - INTERVAL '90 seconds') \
    AND NOT EXISTS (SELECT FROM pg_locks l WHERE l.locktype = 'advisory' AND l.classid = 1986622579 \
    AND l.objid <> ((hashtext($1::text)::bigint + 4294967296) % 4294967296)::oid \
    AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())) \
    AND pg_try_advisory_xact_lock(1986622578, 0) \
    RETURNING COALESCE(earlier.alone_until > clock_timestamp(), FALSE)";

const I_LEAVE: &str = "DELETE FROM processes WHERE id = $1";

/// The task's connection, which is made when it is not there, and whether it was said already what is the matter.
#[derive(Default)]
struct Line {
    on: Option<PgConnection>,
    beat_failed: bool,
    ask_failed: bool,
}

/// How long to wait until a lease is asked for again.
#[derive(Default)]
struct Pace {
    /// Leases in a row.
    given: u32,
    /// How often one was followed by none.
    losses: u32,
}

/// This process among the others.
pub(crate) struct Presence {
    process: Uuid,
    options: PgConnectOptions,
    since: Instant,
    /// Up to when the lease holds, in nanoseconds.
    alone_until: AtomicU64,
    /// Somebody has asked since the last renewal.
    is_asked: AtomicBool,
    leaves: AtomicBool,
    wake: Notify,
    task: Mutex<Option<JoinHandle<()>>>,
}

impl Presence {
    pub(super) fn new(process: Uuid, options: PgConnectOptions) -> Self {
        Self {
            process,
            options: options.application_name("vitrine presence").options(ITS_OWN),
            since: Instant::now(),
            alone_until: AtomicU64::new(0),
            is_asked: AtomicBool::new(false),
            leaves: AtomicBool::new(false),
            wake: Notify::new(),
            task: Mutex::default(),
        }
    }

    /// One that is alone for so long whatever happens.
    #[cfg(test)]
    pub(crate) fn alone_for(time: Duration) -> Self {
        let presence = Self::new(Uuid::nil(), PgConnectOptions::new());
        presence.alone_until.store(presence.at(Instant::now() + time), Ordering::Release);
        presence
    }

    /// Whether nobody else changes who may what at this moment. Asked for, it is found out for the next ones.
    pub(crate) fn is_alone(&self) -> bool {
        if !self.is_asked.load(Ordering::Relaxed) && !self.is_asked.swap(true, Ordering::Relaxed) {
            self.wake.notify_one();
        }
        self.relies_at(Instant::now())
    }

    /// Says that this process is there, and goes on saying so. `forget` is called when it was not alone for a while, before it is again.
    pub(super) async fn arrive(self: &Arc<Self>, forget: impl Fn() + Send + 'static) -> AbortHandle {
        let mut line = Line::default();
        self.beat(&mut line).await;
        let this = self.clone();
        let task = tokio::spawn(async move { this.stay(line, forget).await });
        let handle = task.abort_handle();
        *self.task.lock().unwrap_or_else(PoisonError::into_inner) = Some(task);
        handle
    }

    /// Says that this process is there no more.
    pub(super) async fn leave(&self) {
        self.leaves.store(true, Ordering::Release);
        self.wake.notify_one();
        let task = self.task.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(task) = task {
            // A statement that is on its way, and the last one.
            let _ = timeout(ANSWERS * 3, task).await;
        }
    }

    async fn stay(&self, mut line: Line, forget: impl Fn()) {
        let mut beat_at = Instant::now() + BEAT;
        let mut ask_at = Instant::now();
        // Whether the last lease was heard of: one that was given and not heard of may have begun anew.
        let mut is_known = false;
        let mut pace = Pace::default();
        while !self.leaves.load(Ordering::Acquire) {
            let is_asked = self.is_asked.load(Ordering::Relaxed);
            let next = if is_asked { beat_at.min(ask_at) } else { beat_at };
            tokio::select! {
                () = sleep_until(next.into()) => {}
                () = self.wake.notified() => continue,
            }
            // What is said from here on holds from later on.
            let before = Instant::now();
            if before >= beat_at {
                self.beat(&mut line).await;
                beat_at = before + BEAT;
            } else if is_asked && before >= ask_at {
                self.is_asked.store(false, Ordering::Relaxed);
                let lease = self.ask(&mut line).await;
                if let Some(is_unbroken) = lease {
                    if !(is_known && self.is_unbroken(is_unbroken, Instant::now())) {
                        forget();
                    }
                    self.alone_until.store(self.at(before + RELIED_ON), Ordering::Release);
                    beat_at = before + BEAT;
                }
                is_known = lease.is_some();
                ask_at = before + pace.after(is_known);
            }
        }
        // First: whoever comes later finds no row to wait for.
        self.alone_until.store(0, Ordering::Release);
        if let Err(error) = self.say(&mut line.on, I_LEAVE).await {
            tracing::debug!(%error, "this process could not say that it leaves, and is believed to be there for a while");
        }
        if let Some(connection) = line.on {
            let _ = timeout(ANSWERS, connection.close()).await;
        }
    }

    /// One that fails is made up for by the next: a database that can only be read at the moment can be browsed.
    async fn beat(&self, line: &mut Line) {
        let said = self.say(&mut line.on, I_AM_HERE).await;
        tell(&mut line.beat_failed, &said, "this process could not say in the table processes that it is there; it tries again");
    }

    /// Asks for the lease; whether the one before it holds still, or none when it was not given.
    async fn ask(&self, line: &mut Line) -> Option<bool> {
        let lease = self.say(&mut line.on, I_AM_ALONE).await;
        tell(&mut line.ask_failed, &lease, "whether this process is alone could not be found out; who asks is read each time meanwhile");
        lease.ok().flatten()
    }

    /// Whether nobody can have changed anything between the lease before and one that was just given. The database has said whether it held,
    /// but its clock may have been put back: by this process's own, nobody who waited for its end can have come to theirs.
    fn is_unbroken(&self, is_said: bool, now: Instant) -> bool {
        is_said && self.relies_at(now)
    }

    fn relies_at(&self, now: Instant) -> bool {
        self.at(now) < self.alone_until.load(Ordering::Acquire)
    }

    /// Runs one of the statements on the connection, which is made when it is not there and let go of when the statement fails.
    async fn say(&self, connection: &mut Option<PgConnection>, statement: &'static str) -> Result<Option<bool>, sqlx::Error> {
        let answer = async {
            let mut on = match connection.take() {
                Some(on) => on,
                None => PgConnection::connect_with(&self.options).await?,
            };
            let answer = sqlx::query_scalar(statement).bind(self.process).fetch_optional(&mut on).await?;
            *connection = Some(on);
            Ok(answer)
        };
        timeout(ANSWERS, answer).await.unwrap_or(Err(sqlx::Error::PoolTimedOut))
    }

    fn at(&self, moment: Instant) -> u64 {
        u64::try_from(moment.duration_since(self.since).as_nanos()).unwrap_or(u64::MAX)
    }
}

impl Pace {
    fn after(&mut self, is_given: bool) -> Duration {
        if is_given {
            self.given += 1;
            if self.given == FORGIVEN {
                *self = Self { given: 1, losses: 0 };
            }
            return RENEW;
        }
        // Where none is given at all, nobody waits for its end.
        self.losses += u32::from(self.given > 0);
        self.given = 0;
        ASK_AGAIN.saturating_mul(1 << self.losses.saturating_sub(1).min(10)).min(ASK_SELDOM)
    }
}

/// Says what is the matter when it begins to be.
fn tell<T>(has_failed: &mut bool, said: &Result<T, sqlx::Error>, what: &str) {
    match (said, std::mem::replace(has_failed, said.is_err())) {
        (Err(error), false) => tracing::warn!(%error, "{what}"),
        (Err(error), true) => tracing::debug!(%error, "{what}"),
        (Ok(_), _) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_database_says_of_the_lease_before_is_believed_while_it_holds_here() {
        let presence = Presence::alone_for(Duration::from_secs(5));
        let now = Instant::now();

        assert!(presence.is_unbroken(true, now));
        assert!(!presence.is_unbroken(false, now) && !presence.is_unbroken(true, now + Duration::from_secs(5)));
    }

    #[test]
    fn a_lease_that_is_lost_again_and_again_is_asked_for_ever_more_seldom() {
        let mut pace = Pace::default();
        let refused: Vec<Duration> = (0..3).map(|_| pace.after(false)).collect();
        let lost: Vec<u64> = (0..8).map(|_| (pace.after(true), pace.after(false)).1.as_secs()).collect();

        assert_eq!((refused, &lost[..]), (vec![ASK_AGAIN; 3], &[1, 2, 4, 8, 16, 30, 30, 30][..]));
        (0..FORGIVEN - 1).for_each(|_| assert_eq!(pace.after(true), RENEW));
        assert_eq!(pace.after(false), ASK_SELDOM);
        (0..FORGIVEN).for_each(|_| assert_eq!(pace.after(true), RENEW));
        assert_eq!((pace.after(false), pace.after(false)), (ASK_AGAIN, ASK_AGAIN));
    }
}
