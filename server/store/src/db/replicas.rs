//! Streaming replicas of a PostgreSQL database: which of them may serve whom.
//!
//! A replica serves somebody once it has replayed what they wrote last. One that is too far behind, does not answer, has become
//! a primary itself, or follows another history than the primary serves nobody, until that is over.

use std::{
    collections::VecDeque,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU8, AtomicU32, AtomicU64, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use domain::ids::{Seq, UserId};
use sqlx::PgPool;
use tokio::{sync::Notify, time::timeout};

use super::{
    DatabaseOptions, Lsn,
    lsn::{Needed, Written},
    pools::{Taken, Waits},
    postgres,
    reading::{self, Place, Reading},
    watch::ANSWERS,
};
use crate::StoreError;

/// All replicas, and what there is to know for choosing among them.
#[derive(Debug)]
pub struct Replicas {
    pub(crate) all: Vec<Replica>,
    pub(crate) written: Written,
    pub(crate) primary: Primary,
    /// A replica further behind serves nobody.
    pub(crate) most_lag: Duration,
    /// Takes turns among those that may serve.
    turn: AtomicUsize,
    /// Statements that might have gone to a replica and went to the primary.
    on_primary: AtomicU64,
}

/// One replica.
#[derive(Debug)]
pub(crate) struct Replica {
    /// Host, port and database.
    pub(crate) name: String,
    pub(crate) url: String,
    pub(crate) pool: PgPool,
    pub(crate) waits: Waits,
    /// How long an answer is waited for. A connection may be dead though the replica is not.
    longest: Duration,
    state: AtomicU8,
    replayed: AtomicU64,
    /// In microseconds, or [`UNKNOWN_LAG`].
    lag: AtomicU64,
    /// The moment before which everything that was committed is on it.
    covers: Mutex<Option<Instant>>,
    /// No connection is asked for before then.
    rests_until: Mutex<Option<Instant>>,
    /// Tells whoever waits for an answer that none may come.
    gone: Notify,
    served: AtomicU64,
    failed: AtomicU64,
}

/// Whether a replica may serve, and if not, why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum ReplicaState {
    /// It has not answered yet.
    Unknown,
    Serving,
    /// Too far behind.
    Behind,
    Unreachable,
    /// It is a primary: it was promoted, or the address is wrong.
    NotAReplica,
    /// Of another cluster, whose log has nothing to do with the primary's.
    OtherCluster,
    /// It did not come along when another server became the primary: it may have what the primary never had, and at the places in the log
    /// where the primary has something else.
    OtherTimeline,
}

/// Where the primary was when.
#[derive(Debug, Default)]
pub(crate) struct Primary {
    seen: Mutex<VecDeque<Seen>>,
    /// What tells its cluster from others; zero while it is not known.
    system: AtomicU64,
    /// Which history it writes: each server that becomes the primary begins another one. Zero while it is not known.
    timeline: AtomicU32,
    /// Whether its places are known up to the present.
    watched: AtomicBool,
}

/// Where the primary is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Places {
    /// Up to where anything may be committed.
    pub(super) committed: Lsn,
    /// Up to where it is on its disk: what is behind that is on its way to nobody, and may stay so for seconds.
    pub(super) flushed: Lsn,
    pub(super) timeline: u32,
}

#[derive(Clone, Copy, Debug)]
struct Seen {
    committed: Lsn,
    flushed: Lsn,
    /// The last moment before which nothing was committed behind these places.
    at: Instant,
}

/// How far behind a replica is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Behind {
    /// At least: none when it is further behind than the program has been looking.
    pub(super) lag: Option<Duration>,
    /// The moment before which everything that was committed is on it.
    pub(super) covers: Option<Instant>,
}

const UNKNOWN_LAG: u64 = u64::MAX;

/// For how long a replica is left alone to which no further connection can be opened, as others have them all.
const REST: Duration = Duration::from_secs(2);

/// Places of the primary that are remembered: those of the last hundred seconds, while it is written to all the time.
const MOST_SEEN: usize = 1_024;

impl Replicas {
    pub(super) fn open(primary: &str, wanted: &DatabaseOptions) -> Result<Self, StoreError> {
        let all = wanted.replicas.iter().filter(|url| *url != primary).map(|url| Replica::open(url, wanted)).collect::<Result<Vec<_>, _>>()?;
        Ok(Self {
            all,
            written: Written::new(wanted.replica_lag),
            primary: Primary::default(),
            most_lag: wanted.replica_lag,
            turn: AtomicUsize::new(0),
            on_primary: AtomicU64::new(0),
        })
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// The replica that the next statement of the present question is run on; none is the primary.
    pub(crate) fn route(&self) -> Option<&Replica> {
        if self.is_empty() {
            return None;
        }
        let place = reading::place(|who| self.choose(self.needed(who)));
        let replica = match place {
            Place::Replica(at) => self.all.get(at).filter(|replica| replica.state() == ReplicaState::Serving),
            Place::Primary | Place::Open => None,
        };
        if replica.is_none() {
            // What comes later is not older.
            reading::stay_on_primary();
            self.on_primary.fetch_add(1, Ordering::Relaxed);
        }
        replica
    }

    /// Any replica that may serve, for reading what may be as old as it likes.
    pub(crate) fn any(&self) -> Option<&Replica> {
        match self.choose(Needed::default()) {
            Place::Replica(at) => self.all.get(at),
            Place::Primary | Place::Open => None,
        }
    }

    /// The present question is answered from where everything is that is known to be committed in a store.
    pub(crate) fn settle(&self, store_num: i64) {
        let changed = self.written.changed_at(store_num);
        let place = reading::place(|who| {
            let needed = self.needed(who);
            self.choose(Needed { before: needed.before.max(Some(changed)), ..needed })
        });
        if let Place::Replica(at) = place
            && !self.all.get(at).is_some_and(|replica| replica.covers(changed))
        {
            reading::stay_on_primary();
        }
    }

    fn needed(&self, who: &Reading) -> Needed {
        self.written.needed(who.user, who.store_num, self.primary.is_watched())
    }

    /// One that has what is needed.
    fn choose(&self, needed: Needed) -> Place {
        let first = self.turn.fetch_add(1, Ordering::Relaxed);
        let turns = (0..self.all.len()).map(|turn| (first.wrapping_add(turn)) % self.all.len());
        let mut able = turns.filter(|at| self.all.get(*at).is_some_and(|replica| replica.has(needed)));
        able.next().map_or(Place::Primary, Place::Replica)
    }

    /// Notes what was committed up to a place in the log, and up to which change.
    pub(crate) fn wrote(&self, user: Option<UserId>, store_num: i64, upto: (Lsn, Option<Seq>)) {
        self.written.note(user, store_num, upto, self.everywhere());
    }

    /// Notes that the primary is asked what a replica could not say.
    pub(crate) fn is_asked_again(&self) {
        self.on_primary.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn reads_on_primary(&self) -> u64 {
        self.on_primary.load(Ordering::Relaxed)
    }

    /// What every replica has replayed.
    pub(crate) fn everywhere(&self) -> Lsn {
        self.all.iter().map(Replica::replayed).min().unwrap_or_default()
    }
}

impl Replica {
    fn open(url: &str, wanted: &DatabaseOptions) -> Result<Self, StoreError> {
        Ok(Self {
            name: postgres::name_of(url),
            url: url.to_owned(),
            pool: postgres::replica_pool(url, wanted)?,
            waits: Waits::default(),
            longest: wanted.statement + ANSWERS,
            state: AtomicU8::new(ReplicaState::Unknown as u8),
            replayed: AtomicU64::new(0),
            lag: AtomicU64::new(UNKNOWN_LAG),
            covers: Mutex::default(),
            rests_until: Mutex::default(),
            gone: Notify::new(),
            served: AtomicU64::new(0),
            failed: AtomicU64::new(0),
        })
    }

    /// Notes that it is asked something.
    pub(crate) fn is_asked(&self) {
        self.served.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn statements(&self) -> u64 {
        self.served.load(Ordering::Relaxed)
    }

    /// Statements that were done again on the primary.
    pub(crate) fn again(&self) -> u64 {
        self.failed.load(Ordering::Relaxed)
    }

    fn has(&self, needed: Needed) -> bool {
        let Needed { lsn, before } = needed;
        self.state() == ReplicaState::Serving && self.replayed() >= lsn && before.is_none_or(|before| self.covers(before)) && !self.rests()
    }

    /// A connection to it. When none can be opened, somebody has waited for that in vain, and others need not.
    pub(crate) async fn connect(&self) -> Result<Taken, sqlx::Error> {
        // Taking one is a future of 8 kB, which everything that reads would carry along twice.
        let connection = self.unless_gone(Box::pin(self.waits.take(&self.pool))).await;
        if matches!(&connection, Err(error) if !matches!(error, sqlx::Error::PoolTimedOut)) {
            *self.rests_until() = Some(Instant::now() + REST);
        }
        connection
    }

    fn rests(&self) -> bool {
        self.rests_until().is_some_and(|until| Instant::now() < until)
    }

    fn rests_until(&self) -> MutexGuard<'_, Option<Instant>> {
        self.rests_until.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn state(&self) -> ReplicaState {
        ReplicaState::from_number(self.state.load(Ordering::Acquire))
    }

    pub(crate) fn replayed(&self) -> Lsn {
        Lsn(self.replayed.load(Ordering::Acquire))
    }

    /// Whether everything is on it that was committed before a moment.
    pub(crate) fn covers(&self, moment: Instant) -> bool {
        self.covers.lock().unwrap_or_else(PoisonError::into_inner).is_some_and(|covered| covered >= moment)
    }

    /// None while it is not known, as it is more than has been seen.
    pub(crate) fn lag(&self) -> Option<Duration> {
        Some(self.lag.load(Ordering::Relaxed)).filter(|lag| *lag != UNKNOWN_LAG).map(Duration::from_micros)
    }

    /// Notes how far it is. A replica that was made anew may be further back than before.
    pub(super) fn is_at(&self, replayed: Lsn, behind: Behind) {
        let Behind { lag, covers } = behind;
        *self.covers.lock().unwrap_or_else(PoisonError::into_inner) = covers;
        self.lag.store(lag.and_then(|lag| u64::try_from(lag.as_micros()).ok()).unwrap_or(UNKNOWN_LAG), Ordering::Relaxed);
        self.replayed.store(replayed.0, Ordering::Release);
    }

    pub(super) fn turn(&self, state: ReplicaState) {
        let before = ReplicaState::from_number(self.state.swap(state as u8, Ordering::AcqRel));
        if before == state {
            return;
        }
        if state == ReplicaState::Serving {
            tracing::info!(replica = self.name, "a replica serves reads");
        } else {
            tracing::warn!(replica = self.name, state = state.name(), "a replica is not asked; the primary answers in its place");
        }
        if !matches!(state, ReplicaState::Unknown | ReplicaState::Serving | ReplicaState::Behind) {
            self.gone.notify_waiters();
        }
    }

    /// Waits for an answer for as long as the replica is there, and no longer than one may take.
    pub(crate) async fn unless_gone<T>(&self, answer: impl Future<Output = Result<T, sqlx::Error>>) -> Result<T, sqlx::Error> {
        // Made before the state is looked at: a turn between the two is not missed.
        let gone = self.gone.notified();
        if self.state() != ReplicaState::Serving {
            return Err(is_away());
        }
        tokio::select! {
            biased;
            answer = timeout(self.longest, answer) => answer.unwrap_or_else(|_| Err(is_away())),
            () = gone => Err(is_away()),
        }
    }

    /// Whether a statement that failed here is to be done again on the primary. What it says of its own rows would be the same there.
    pub(crate) fn is_at_fault(&self, error: &sqlx::Error) -> bool {
        let own = match error {
            sqlx::Error::RowNotFound | sqlx::Error::Decode(_) | sqlx::Error::ColumnDecode { .. } | sqlx::Error::Encode(_) => true,
            // It took too long: once is enough.
            sqlx::Error::Database(error) => error.code().is_some_and(|code| code == "57014"),
            _ => false,
        };
        if !own {
            self.failed.fetch_add(1, Ordering::Relaxed);
        }
        !own
    }
}

impl ReplicaState {
    const ALL: [Self; 7] =
        [Self::Unknown, Self::Serving, Self::Behind, Self::Unreachable, Self::NotAReplica, Self::OtherCluster, Self::OtherTimeline];

    fn from_number(number: u8) -> Self {
        Self::ALL.into_iter().find(|state| *state as u8 == number).unwrap_or(Self::Unknown)
    }

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Unknown => "not asked yet",
            Self::Serving => "serving",
            Self::Behind => "too far behind",
            Self::Unreachable => "not reachable",
            Self::NotAReplica => "not a replica",
            Self::OtherCluster => "of another cluster",
            Self::OtherTimeline => "on another timeline",
        }
    }
}

impl Primary {
    /// Notes places that everything committed before a moment is below.
    pub(super) fn saw(&self, places: Places, at: Instant) {
        let Places { committed, flushed, timeline } = places;
        self.watched.store(true, Ordering::Relaxed);
        let mut seen = self.seen();
        if self.timeline.swap(timeline, Ordering::AcqRel) != timeline || seen.back().is_some_and(|last| committed < last.committed) {
            // Another primary has taken its place, and begins further back.
            seen.clear();
        }
        match seen.back_mut() {
            Some(last) if committed == last.committed => (last.flushed, last.at) = (flushed, at),
            _ => {
                if seen.len() >= MOST_SEEN {
                    seen.pop_front();
                }
                seen.push_back(Seen { committed, flushed, at });
            }
        }
    }

    pub(super) fn is_away(&self) {
        self.watched.store(false, Ordering::Relaxed);
    }

    /// Whether it was seen a moment ago: only then is it known how far behind a replica is.
    pub(crate) fn is_watched(&self) -> bool {
        self.watched.load(Ordering::Relaxed)
    }

    /// How far behind a replica is that has replayed so much.
    pub(super) fn behind(&self, replayed: Lsn) -> Behind {
        let seen = self.seen();
        let before = |count: usize| count.checked_sub(1).and_then(|last| seen.get(last)).map(|last| last.at);
        let covers = before(seen.partition_point(|seen| seen.committed <= replayed));
        let had = seen.partition_point(|seen| seen.flushed <= replayed);
        // While the primary is away nothing is written that the replica could lack, and nothing comes that it lacks already.
        let now = seen.back().filter(|_| !self.is_watched()).map_or_else(Instant::now, |last| last.at);
        let lag = before(had).map(|at| if had == seen.len() { Duration::ZERO } else { now.saturating_duration_since(at) });
        Behind { lag, covers }
    }

    /// Up to where it was last seen to have anything on its disk.
    pub(crate) fn last(&self) -> Option<Lsn> {
        self.seen().back().map(|seen| seen.flushed)
    }

    /// None while it is not known.
    pub(super) fn timeline(&self) -> Option<u32> {
        Some(self.timeline.load(Ordering::Acquire)).filter(|timeline| *timeline != 0)
    }

    pub(super) fn system(&self) -> Option<u64> {
        Some(self.system.load(Ordering::Acquire)).filter(|system| *system != 0)
    }

    pub(super) fn is_of(&self, system: u64) {
        self.system.store(system, Ordering::Release);
    }

    fn seen(&self) -> MutexGuard<'_, VecDeque<Seen>> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn is_away() -> sqlx::Error {
    sqlx::Error::Io(std::io::ErrorKind::NotConnected.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn places(committed: u64, flushed: u64, timeline: u32) -> Places {
        Places { committed: Lsn(committed), flushed: Lsn(flushed), timeline }
    }

    /// At 100 ten seconds ago, at 200 five seconds ago, at 300 now.
    fn seen() -> (Primary, Instant) {
        let (primary, now) = (Primary::default(), Instant::now());
        primary.saw(places(100, 100, 1), before(now, 10));
        primary.saw(places(200, 200, 1), before(now, 5));
        primary.saw(places(300, 300, 1), now);
        (primary, now)
    }

    fn before(moment: Instant, seconds: u64) -> Instant {
        moment.checked_sub(Duration::from_secs(seconds)).unwrap()
    }

    #[test]
    fn lag_is_how_old_the_last_place_is_that_a_replica_has_passed() {
        let (primary, now) = seen();

        let (level, behind) = (primary.behind(Lsn(300)), primary.behind(Lsn(250)));

        assert_eq!((level.lag, level.covers), (Some(Duration::ZERO), Some(now)));
        assert_eq!(behind.covers, Some(before(now, 5)));
        assert!(behind.lag.is_some_and(|lag| (5 * SECOND..6 * SECOND).contains(&lag)), "{behind:?}");
    }

    #[test]
    fn a_replica_behind_all_that_was_seen_is_behind_by_nobody_knows_what() {
        let (primary, _) = seen();

        assert_eq!(primary.behind(Lsn(99)).lag, None);
        assert_eq!(Primary::default().behind(Lsn(99)).lag, None);
    }

    #[test]
    fn what_the_primary_has_not_sent_yet_makes_no_replica_late_and_is_not_on_it() {
        let (primary, now) = seen();
        primary.saw(places(400, 300, 1), now);

        let level = primary.behind(Lsn(300));

        assert_eq!((level.lag, level.covers), (Some(Duration::ZERO), Some(now)));
        primary.saw(places(400, 300, 1), now + SECOND);
        assert_eq!((primary.behind(Lsn(300)).lag, primary.behind(Lsn(300)).covers), (Some(Duration::ZERO), Some(now)));
    }

    #[test]
    fn while_the_primary_is_away_no_replica_falls_further_behind() {
        let (primary, _) = seen();
        primary.is_away();

        assert_eq!(primary.behind(Lsn(250)).lag, Some(5 * SECOND));
    }

    #[test]
    fn another_primary_begins_anew() {
        let (primary, now) = seen();
        primary.saw(places(900, 900, 2), now);

        assert_eq!((primary.timeline(), primary.behind(Lsn(300)).lag), (Some(2), None));
        primary.saw(places(800, 800, 2), now);
        assert_eq!(primary.behind(Lsn(850)).lag, Some(Duration::ZERO));
    }
}
