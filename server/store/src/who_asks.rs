//! Who asks, as it was last read: what is remembered of tokens and sessions while this process is the only one that changes who may what
//! ([`Presence`]), so that a look-up costs no statement then. On SQLite nothing is.
//!
//! Whoever writes a statement that changes a row which is remembered here says so with [`Known::changing`], around the statement or the
//! commit that it is in: what was read before its end is believed no more. Which statements there are is told by a test
//! (`tests/contract/who_asks.rs`). Changes of other processes are not heard of here: while there can be any, nothing is remembered.
//!
//! What comes with a look-up besides, the last change of the person (`written_seq`), may be older here than in the table: the later ones
//! were made through this process, which has noted them when they were committed. Where it was not heard how a commit ended, its author is
//! read again each time, as after any other change that may still come.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use domain::ids::{TokenId, UserId};

use crate::{api, db::Presence, sessions};

/// Entries of a kind. When there are more, one begins anew.
const MOST: usize = 10_000;

/// How long a change that was not heard the end of may still come: a connection that was given up can have it on its way for as long
/// as the network tries to deliver it.
const DOUBT: Duration = Duration::from_mins(20);

pub(crate) struct Known {
    /// None on SQLite.
    presence: Option<Arc<Presence>>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    bearers: HashMap<Vec<u8>, Kept<api::Told>>,
    sessions: HashMap<Vec<u8>, Kept<sessions::Told>>,
    /// What was read up to this moment is not believed: all of it, and what is about some.
    everything: Option<Instant>,
    about: HashMap<Subject, Instant>,
}

/// What a look-up said.
struct Kept<T> {
    told: T,
    person: Subject,
    read: Read,
    /// The end of the token or session by the store's clock, in microseconds.
    expires_at: Option<i64>,
}

/// The moment before something was read, at which this process was the only one.
#[derive(Clone, Copy)]
pub(crate) struct Read(Instant);

/// What a change is about.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(crate) enum Subject {
    Person(UserId),
    Token(TokenId),
    /// By the hash of its secret.
    Session(Vec<u8>),
}

/// A change that is on its way. Dropped before it is [`done`](Self::done) or [`nothing`](Self::nothing), it may come still.
#[must_use]
pub(crate) struct Changing<'a> {
    known: &'a Known,
    subject: Subject,
    end: End,
}

/// How a change has ended.
#[derive(Clone, Copy)]
enum End {
    Unheard,
    Done,
    Nothing,
}

impl Known {
    pub(crate) fn new(presence: Option<Arc<Presence>>) -> Self {
        Self { presence, state: Mutex::default() }
    }

    /// To be had before a read whose answer is to be kept; none when it cannot be.
    pub(crate) fn reading(&self) -> Option<Read> {
        let read = Read(Instant::now());
        self.is_alone().then_some(read)
    }

    pub(crate) fn bearer(&self, secret_hash: &[u8], now: i64) -> Option<api::Told> {
        self.look(|state| &state.bearers, secret_hash, now, |told| Subject::Token(told.bearer.token))
    }

    pub(crate) fn session(&self, secret_hash: &[u8], now: i64) -> Option<sessions::Told> {
        self.look(|state| &state.sessions, secret_hash, now, |_| Subject::Session(secret_hash.to_vec()))
    }

    pub(crate) fn keep_bearer(&self, read: Read, secret_hash: &[u8], told: &api::Told) {
        let kept = Kept { told: told.clone(), person: Subject::Person(told.bearer.access.user), read, expires_at: told.expires_at };
        keep(&mut self.state().bearers, secret_hash, kept);
    }

    pub(crate) fn keep_session(&self, read: Read, secret_hash: &[u8], told: &sessions::Told) {
        let kept = Kept { told: told.clone(), person: Subject::Person(told.access.user), read, expires_at: Some(told.expires_at) };
        keep(&mut self.state().sessions, secret_hash, kept);
    }

    /// Announces a change of what is known about something.
    pub(crate) fn changing(&self, subject: Subject) -> Changing<'_> {
        Changing { known: self, subject, end: End::Unheard }
    }

    /// What was read until now may have been changed by other processes.
    pub(crate) fn forget(&self) {
        let mut state = self.state();
        state.bearers.clear();
        state.sessions.clear();
        // What is being read now is not kept either.
        state.everything = state.everything.max(Some(Instant::now()));
    }

    fn look<T: Clone>(
        &self,
        kind: impl FnOnce(&State) -> &HashMap<Vec<u8>, Kept<T>>,
        secret_hash: &[u8],
        now: i64,
        subject: impl FnOnce(&T) -> Subject,
    ) -> Option<T> {
        // Where nobody remembers anything, nobody waits for the others.
        if !self.is_alone() {
            return None;
        }
        let state = self.state();
        let kept = kind(&state).get(secret_hash)?;
        let holds = kept.expires_at.is_none_or(|at| at > now)
            && state.believes(&kept.person, kept.read)
            && state.believes(&subject(&kept.told), kept.read)
            // Again, now that nobody can forget: what another lease was relied on for is gone before the next one is.
            && self.is_alone();
        holds.then(|| kept.told.clone())
    }

    fn is_alone(&self) -> bool {
        self.presence.as_ref().is_some_and(|presence| presence.is_alone())
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Whether what was read then of something is true still, as far as this process changed it.
    fn believes(&self, subject: &Subject, read: Read) -> bool {
        self.everything.is_none_or(|until| read.0 > until) && self.about.get(subject).is_none_or(|until| read.0 > *until)
    }

    fn doubts(&mut self, subject: Subject, until: Instant) {
        if self.about.len() >= MOST {
            let now = Instant::now();
            self.about.retain(|_, until| *until > now);
            // What is forgotten of some holds for all.
            self.everything = self.everything.max(Some(now));
        }
        if self.about.len() >= MOST {
            self.everything = self.everything.max(self.about.drain().map(|(_, until)| until).max());
        }
        let known = self.about.entry(subject).or_insert(until);
        *known = until.max(*known);
    }
}

impl Changing<'_> {
    /// It is committed: whoever asks from now on is told so.
    pub(crate) fn done(mut self) {
        self.end = End::Done;
    }

    /// It has changed nothing that is remembered.
    pub(crate) fn nothing(mut self) {
        self.end = End::Nothing;
    }

    /// One of so many rows.
    pub(crate) fn done_to(self, rows: u64) {
        if rows > 0 { self.done() } else { self.nothing() }
    }
}

impl Drop for Changing<'_> {
    fn drop(&mut self) {
        let doubt = match self.end {
            End::Unheard => DOUBT,
            End::Done => Duration::ZERO,
            End::Nothing => return,
        };
        // On SQLite there is nothing to forget.
        if self.known.presence.is_some() {
            self.known.state().doubts(self.subject.clone(), Instant::now() + doubt);
        }
    }
}

fn keep<T>(all: &mut HashMap<Vec<u8>, Kept<T>>, secret_hash: &[u8], kept: Kept<T>) {
    if all.len() >= MOST && !all.contains_key(secret_hash) {
        all.clear();
    }
    all.insert(secret_hash.to_vec(), kept);
}

#[cfg(test)]
mod tests {
    use domain::{
        ids::{Seq, StoreId},
        role::Role,
    };
    use ports::Access;
    use uuid::Uuid;

    use super::*;

    const LONG: Duration = Duration::from_mins(1);

    fn alone() -> (Arc<Presence>, Known) {
        let presence = Arc::new(Presence::alone_for(LONG));
        (presence.clone(), Known::new(Some(presence)))
    }

    fn told(person: u128) -> sessions::Told {
        let access = Access { user: UserId(Uuid::from_u128(person)), store: StoreId(Uuid::from_u128(9)), role: Role::Editor };
        sessions::Told::of(access, Seq(0), 1_000)
    }

    fn person(number: u128) -> Subject {
        Subject::Person(UserId(Uuid::from_u128(number)))
    }

    fn knows(known: &Known, hash: &[u8]) -> bool {
        known.session(hash, 999).is_some()
    }

    #[test]
    fn what_was_being_read_while_it_was_changed_is_not_believed() {
        let (_presence, known) = alone();
        let (before, changing) = (known.reading().unwrap(), known.changing(person(1)));
        let meanwhile = known.reading().unwrap();
        changing.done();
        for read in [before, meanwhile] {
            known.keep_session(read, b"ada", &told(1));
            known.keep_session(read, b"bob", &told(2));

            assert_eq!((knows(&known, b"ada"), knows(&known, b"bob")), (false, true));
        }
        known.keep_session(known.reading().unwrap(), b"ada", &told(1));
        assert!(knows(&known, b"ada") && known.session(b"ada", 1_000).is_none());
    }

    #[test]
    fn a_change_whose_end_was_not_heard_of_may_come_later() {
        let (_presence, known) = alone();
        drop(known.changing(Subject::Session(b"ada".to_vec())));

        for (hash, who) in [(b"ada", 1), (b"bob", 1)] {
            known.keep_session(known.reading().unwrap(), hash, &told(who));
        }
        assert_eq!((knows(&known, b"ada"), knows(&known, b"bob")), (false, true));
        // Nor does one that was heard of end the doubt.
        known.changing(Subject::Session(b"ada".to_vec())).done();
        known.keep_session(known.reading().unwrap(), b"ada", &told(1));
        assert!(!knows(&known, b"ada"));
    }

    #[test]
    fn a_change_of_nothing_is_not_noted() {
        let (_presence, known) = alone();
        known.keep_session(known.reading().unwrap(), b"ada", &told(1));

        known.changing(person(1)).nothing();
        known.changing(Subject::Session(b"nobodys".to_vec())).done_to(0);

        assert!(knows(&known, b"ada") && known.state().about.is_empty());
        known.changing(person(1)).done_to(1);
        assert!(!knows(&known, b"ada"));
    }

    #[test]
    fn what_was_read_before_somebody_else_could_change_it_is_forgotten() {
        let (_presence, known) = alone();
        let reading = known.reading().unwrap();
        known.keep_session(reading, b"ada", &told(1));
        assert!(knows(&known, b"ada"));

        known.forget();

        assert!(!knows(&known, b"ada"));
        known.keep_session(reading, b"ada", &told(1));
        assert!(!knows(&known, b"ada"));
    }

    #[test]
    fn whoever_is_not_alone_knows_nobody() {
        let presence = Arc::new(Presence::alone_for(Duration::from_millis(20)));
        let known = Known::new(Some(presence));
        if let Some(reading) = known.reading() {
            known.keep_session(reading, b"ada", &told(1));
        }
        std::thread::sleep(Duration::from_millis(30));

        assert!(!knows(&known, b"ada") && known.reading().is_none());
        assert!(Known::new(None).reading().is_none());
    }

    #[test]
    fn however_much_changes_what_is_remembered_of_it_is_bounded_and_right() {
        let (_presence, known) = alone();
        let early = known.reading().unwrap();
        known.keep_session(early, b"ada", &told(0));
        drop(known.changing(person(1)));

        for number in 0..3 * MOST as u128 {
            known.changing(person(2 + number)).done();
        }

        assert!(known.state().about.len() <= MOST);
        known.keep_session(known.reading().unwrap(), b"bob", &told(1));
        assert!(!knows(&known, b"ada") && !knows(&known, b"bob"), "a doubt is not forgotten, and what is forgotten is doubted");
        known.keep_session(known.reading().unwrap(), b"ada", &told(0));
        assert!(knows(&known, b"ada"));
        for number in 0..2 * MOST {
            known.keep_session(known.reading().unwrap(), &number.to_be_bytes(), &told(0));
        }
        assert!(known.state().sessions.len() <= MOST);
    }
}
