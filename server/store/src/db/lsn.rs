//! Places in PostgreSQL's write-ahead log, and who has written up to which: the memory behind reading one's own writes.
//!
//! What was written through this process is known by its place in the log. What somebody wrote through another one is known by its change
//! number, which comes with the answer to who they are: whatever place it has, it was committed before that moment.

use std::{
    collections::HashMap,
    fmt,
    str::FromStr,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use domain::ids::{Seq, UserId};

/// A place in PostgreSQL's write-ahead log. What is committed before it is on every replica that has replayed up to it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Lsn(pub u64);

/// Who has written up to where. It is bounded: what is forgotten under pressure holds for everybody from then on.
#[derive(Debug)]
pub(crate) struct Written {
    marks: Mutex<Marks>,
    /// After this time a mark says nothing any more: every replica that is asked has passed it, or would not be asked.
    holds: Duration,
    since: Instant,
}

#[derive(Debug, Default)]
struct Marks {
    users: HashMap<UserId, Mark>,
    /// What nobody in particular wrote is everybody's own.
    stores: HashMap<i64, Mark>,
    /// The highest of the marks that were forgotten.
    floor: Option<Mark>,
    /// The last change of a person in a store. What is forgotten of these is heard of again.
    last: HashMap<(UserId, i64), Last>,
    /// When a store was last seen to have changed, by whichever program.
    changed: HashMap<i64, Instant>,
}

#[derive(Clone, Copy, Debug)]
struct Mark {
    lsn: Lsn,
    at: Instant,
}

/// The last change of a person that is known of.
#[derive(Clone, Copy, Debug)]
struct Last {
    seq: Seq,
    /// When it was heard of; none when it was made here, and has a mark.
    heard: Option<Instant>,
}

/// What a replica must have that is to serve somebody.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Needed {
    /// All up to here.
    pub(crate) lsn: Lsn,
    /// And all that was committed before this moment.
    pub(crate) before: Option<Instant>,
}

/// People and stores that are remembered at most.
const MOST: usize = 10_000;

impl Lsn {
    /// Behind everything: for a write whose place could not be learned.
    pub(crate) const UNKNOWN: Self = Self(u64::MAX);
}

impl fmt::Display for Lsn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:X}/{:X}", self.0 >> 32, self.0 & 0xffff_ffff)
    }
}

/// As PostgreSQL writes it: `16/B374D848`.
impl FromStr for Lsn {
    type Err = std::num::ParseIntError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (high, low) = text.split_once('/').unwrap_or((text, ""));
        Ok(Self(u64::from(u32::from_str_radix(high, 16)?) << 32 | u64::from(u32::from_str_radix(low, 16)?)))
    }
}

impl Written {
    /// Marks hold as long as a replica that is still asked may be behind, and a while longer.
    pub(crate) fn new(replica_lag: Duration) -> Self {
        Self { marks: Mutex::default(), holds: replica_lag * 2 + Duration::from_secs(2), since: Instant::now() }
    }

    /// Notes a write of this moment. `everywhere` is what all replicas have passed, for making room.
    pub(crate) fn note(&self, user: Option<UserId>, store_num: i64, (lsn, seq): (Lsn, Option<Seq>), everywhere: Lsn) {
        let mark = Mark { lsn, at: Instant::now() };
        let mut marks = self.lock();
        if let (Some(user), Some(seq)) = (user, seq) {
            let last = marks.last.entry((user, store_num)).or_insert(Last { seq, heard: None });
            // What was heard of before is below the mark, and stays known for as long as that holds.
            last.seq = last.seq.max(seq);
        }
        let known = match user {
            Some(user) => marks.users.entry(user).or_insert(mark),
            None => marks.stores.entry(store_num).or_insert(mark),
        };
        // A mark that is higher, and holds still, now has to hold for this write too. One of before a failover may be higher for ever.
        let lsn = if known.at.elapsed() < self.holds { lsn.max(known.lsn) } else { lsn };
        *known = Mark { lsn, at: mark.at };
        marks.changed.insert(store_num, mark.at);
        marks.make_room(everywhere, self.holds);
        marks.make_room_for_last(self.holds);
    }

    /// Notes the last change of somebody in a store, which may have been made elsewhere. Hearing of it again makes it no newer.
    pub(crate) fn heard(&self, user: UserId, store_num: i64, seq: Seq) {
        // Whoever has never written anything has nothing to find.
        if seq <= Seq(0) {
            return;
        }
        let mut marks = self.lock();
        if marks.last.get(&(user, store_num)).is_none_or(|last| last.seq < seq) {
            marks.last.insert((user, store_num), Last { seq, heard: Some(Instant::now()) });
            marks.make_room_for_last(self.holds);
        }
    }

    /// Notes that a store has changed.
    pub(crate) fn noticed(&self, store_num: i64) {
        self.lock().changed.insert(store_num, Instant::now());
    }

    /// When a store was last seen to have changed, in the time that this program is there.
    pub(crate) fn changed_at(&self, store_num: i64) -> Instant {
        self.lock().changed.get(&store_num).copied().unwrap_or(self.since)
    }

    /// What a replica must have that is to serve somebody in a store. Marks are let go only while it is known how far behind the
    /// replicas are.
    pub(crate) fn needed(&self, user: UserId, store_num: i64, known: bool) -> Needed {
        let marks = self.lock();
        let holds = |at: Instant| !known || at.elapsed() < self.holds;
        let all = [marks.users.get(&user), marks.stores.get(&store_num), marks.floor.as_ref()];
        let lsn = all.into_iter().flatten().filter(|mark| holds(mark.at)).map(|mark| mark.lsn).max().unwrap_or_default();
        let before = marks.last.get(&(user, store_num)).and_then(|last| last.heard).filter(|heard| holds(*heard));
        Needed { lsn, before }
    }

    fn lock(&self) -> MutexGuard<'_, Marks> {
        self.marks.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Marks {
    fn make_room(&mut self, everywhere: Lsn, holds: Duration) {
        if self.users.len() + self.stores.len() <= MOST {
            return;
        }
        let matters = |mark: &Mark| mark.lsn > everywhere && mark.at.elapsed() < holds;
        self.users.retain(|_, mark| matters(mark));
        self.stores.retain(|_, mark| matters(mark));
        if self.users.len() + self.stores.len() > MOST / 2 {
            let marks = self.users.values().chain(self.stores.values()).chain(self.floor.as_ref());
            let lsn = marks.map(|mark| mark.lsn).max().unwrap_or_default();
            self.floor = Some(Mark { lsn, at: Instant::now() });
            self.users.clear();
            self.stores.clear();
        }
    }

    fn make_room_for_last(&mut self, holds: Duration) {
        if self.last.len() > MOST {
            self.last.retain(|_, last| last.heard.is_some_and(|heard| heard.elapsed() < holds));
        }
        if self.last.len() > MOST {
            self.last.clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    const SHOP: i64 = 1;
    const OTHER_SHOP: i64 = 2;
    const HERE: Option<Seq> = Some(Seq(7));

    fn person(number: usize) -> UserId {
        UserId(Uuid::from_u128(number as u128 + 1))
    }

    fn written() -> Written {
        Written::new(Duration::from_secs(5))
    }

    #[test]
    fn whoever_wrote_here_needs_the_place_of_it() {
        let written = written();
        written.note(Some(person(1)), SHOP, (Lsn(50), HERE), Lsn(0));
        written.heard(person(1), SHOP, Seq(7));

        assert_eq!(written.needed(person(1), SHOP, true), Needed { lsn: Lsn(50), before: None });
        assert_eq!(written.needed(person(2), SHOP, true), Needed::default());
    }

    #[test]
    fn whoever_wrote_elsewhere_needs_all_that_was_there_when_it_was_heard_of() {
        let written = written();
        written.note(Some(person(1)), SHOP, (Lsn(50), HERE), Lsn(0));
        let begun = Instant::now();
        written.heard(person(1), SHOP, Seq(8));
        let first = written.needed(person(1), SHOP, true);
        written.heard(person(1), SHOP, Seq(8));
        written.heard(person(1), SHOP, Seq(7));

        assert!(first.lsn == Lsn(50) && first.before.is_some_and(|before| before >= begun), "{first:?}");
        assert_eq!(written.needed(person(1), SHOP, true), first, "heard of again, it is no newer");
        assert_eq!(written.needed(person(1), OTHER_SHOP, true).before, None);
    }

    #[test]
    fn what_nobody_in_particular_wrote_is_everybodys() {
        let written = written();
        written.note(None, SHOP, (Lsn(50), HERE), Lsn(0));

        assert_eq!(written.needed(person(1), SHOP, true).lsn, Lsn(50));
        assert_eq!(written.needed(person(1), OTHER_SHOP, true).lsn, Lsn(0));
    }

    #[test]
    fn a_mark_is_let_go_only_while_it_is_known_how_far_replicas_are() {
        let written = Written { holds: Duration::ZERO, ..written() };
        written.note(Some(person(1)), SHOP, (Lsn(50), HERE), Lsn(0));
        written.heard(person(1), SHOP, Seq(8));

        assert_eq!(written.needed(person(1), SHOP, true), Needed::default());
        let unknown = written.needed(person(1), SHOP, false);
        assert!(unknown.lsn == Lsn(50) && unknown.before.is_some(), "{unknown:?}");
    }

    #[test]
    fn what_is_forgotten_under_pressure_holds_for_everybody() {
        let written = written();
        (0..=MOST).for_each(|number| written.note(Some(person(number)), SHOP, (Lsn(50 + number as u64), HERE), Lsn(0)));

        let marks = written.lock();
        assert!(marks.users.len() <= MOST && marks.last.len() <= MOST, "{} and {}", marks.users.len(), marks.last.len());
        drop(marks);
        assert_eq!(written.needed(person(MOST + 5), SHOP, true).lsn, Lsn(50 + MOST as u64));
        // Not known any more, it is news again.
        written.heard(person(1), SHOP, Seq(7));
        assert!(written.needed(person(1), SHOP, true).before.is_some());
    }

    #[test]
    fn what_every_replica_has_is_forgotten_without_a_trace() {
        let written = written();
        (0..=MOST).for_each(|number| written.note(Some(person(number)), SHOP, (Lsn(50), HERE), Lsn(50)));

        assert_eq!(written.needed(person(MOST + 5), SHOP, true), Needed::default());
    }
}
