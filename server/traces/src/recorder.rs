//! What is noted while a request runs. Everything is, into room that was used by requests before; whether it is worth keeping is known at
//! the end.

use std::{
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use crate::{
    heard::{Ear, Heard},
    id::{SpanId, TraceId},
    model::{Attribute, BODY, KINDS, Kind, MOST_ATTRIBUTES, MOST_SPANS, Outcome, Span, Sums, Tally, Value},
    name::{Name, OTHERS},
    parent::TraceParent,
    tracer::Statements,
};

/// What may be noted of a span: no text but that of the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Note {
    Number(i64),
    Word(&'static str),
    Flag(bool),
}

/// The notes of one request. Tasks that it started have it too.
#[derive(Debug)]
pub(crate) struct Recorder {
    pub(crate) about: About,
    /// The tracer's: rooms are used again by the same one.
    ear: Ear,
    state: Mutex<State>,
    /// How long a thread was at it without a pause, at the longest, in microseconds.
    longest_poll: AtomicU64,
    /// How long its body was waited for, in microseconds.
    received: AtomicU64,
}

/// What is known of a request from the start.
#[derive(Clone, Copy, Debug)]
pub(crate) struct About {
    pub(crate) trace: TraceId,
    pub(crate) span: SpanId,
    pub(crate) sampled: bool,
    pub(crate) random: bool,
    pub(crate) began: Instant,
    /// From when on a span of a kind is slow, in microseconds.
    pub(crate) slow: [u64; KINDS],
}

/// Something that is over.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Past {
    pub(crate) kind: Kind,
    pub(crate) name: &'static str,
    pub(crate) start_us: u64,
    pub(crate) duration_us: u64,
    pub(crate) failed: bool,
}

#[derive(Debug, Default)]
pub(crate) struct State {
    /// What comes later is nobody's.
    pub(crate) ended: bool,
    pub(crate) slow: bool,
    pub(crate) route: Option<&'static str>,
    pub(crate) sums: Sums,
    /// What a kind last said it came to, such as `hit`.
    pub(crate) words: [Option<&'static str>; KINDS],
    spans: Vec<Noted>,
    notes: Vec<(u16, &'static str, Note)>,
    tallies: Vec<Counted>,
}

#[derive(Debug)]
struct Noted {
    past: Past,
    parent: u16,
    open: bool,
    notes: u8,
}

#[derive(Debug)]
struct Counted {
    name: &'static str,
    kind: Kind,
    count: u32,
    beyond: u32,
    failed: u32,
    total_us: u64,
    longest_us: u64,
}

/// Names that are told apart in one request; the rest of a kind is counted together.
const MOST_NAMES: usize = 128;

/// A body that comes sooner was not waited for, in microseconds.
const NOTICED: u64 = 200;

/// The note that `Server-Timing` tells: what a kind came to.
pub(crate) const RESULT: &str = "result";

/// The note of a span that was still open when its request was answered.
const UNFINISHED: &str = "unfinished";

impl Recorder {
    pub(crate) fn new(about: About, ear: Ear) -> Self {
        Self { about, ear, state: Mutex::default(), longest_poll: AtomicU64::new(0), received: AtomicU64::new(0) }
    }

    /// Makes it ready for another request. Its room stays.
    pub(crate) fn again(&mut self, about: About) {
        self.about = about;
        *self.longest_poll.get_mut() = 0;
        *self.received.get_mut() = 0;
        self.state.get_mut().unwrap_or_else(PoisonError::into_inner).clear();
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn polled(&self, took: Duration) {
        self.longest_poll.fetch_max(micros(took), Ordering::Relaxed);
    }

    pub(crate) fn longest_poll(&self) -> u64 {
        self.longest_poll.load(Ordering::Relaxed)
    }

    /// Microseconds since the request began.
    pub(crate) fn elapsed(&self) -> u64 {
        micros(self.about.began.elapsed())
    }

    /// How much of that was waiting for its body.
    pub(crate) fn received_us(&self) -> u64 {
        self.received.load(Ordering::Relaxed)
    }

    /// Its body was waited for: a span that makes nothing slow.
    pub(crate) fn received(&self, start_us: u64, duration_us: u64, parent: u16) {
        self.received.fetch_add(duration_us, Ordering::Relaxed);
        if duration_us < NOTICED {
            return;
        }
        let past = Past { kind: Kind::Wait, name: BODY, start_us, duration_us, failed: false };
        let mut state = self.state();
        let place = state.open(past, parent);
        state.count(past, place == 0, &[u64::MAX; KINDS]);
        if let Some(span) = state.span(place) {
            span.open = false;
        }
    }

    /// Opens a span below another, and gives its place; 0 when there is no room for it.
    pub(crate) fn open(&self, kind: Kind, name: &'static str, parent: u16, start_us: u64) -> u16 {
        self.state().open(Past { kind, name, start_us, duration_us: 0, failed: false }, parent)
    }

    /// Closes a span, and gives the place of the nearest around it that is still open.
    pub(crate) fn close(&self, place: u16, past: Past) -> u16 {
        self.tell(past, &[]);
        let mut state = self.state();
        state.count(past, place == 0, &self.about.slow);
        match state.span(place) {
            Some(span) => {
                span.past = past;
                span.open = false;
            }
            None => return 0,
        }
        state.around(place)
    }

    /// Notes what is over.
    pub(crate) fn happened(&self, past: Past, parent: u16, notes: &[(&'static str, Note)]) {
        self.tell(past, notes);
        let mut state = self.state();
        let place = state.open(past, parent);
        state.count(past, place == 0, &self.about.slow);
        if let Some(span) = state.span(place) {
            span.open = false;
        }
        for (key, note) in notes {
            state.note(past.kind, place, key, *note);
        }
    }

    /// A call of a provider is one also when whoever asked has been answered by then.
    fn tell(&self, past: Past, notes: &[(&'static str, Note)]) {
        if past.kind != Kind::Provider {
            return;
        }
        let word = notes.iter().find_map(|(key, note)| match note {
            Note::Word(word) if *key == RESULT => Some(*word),
            _ => None,
        });
        let outcome = if past.failed { Outcome::Failed } else { Outcome::Done };
        self.ear.hear(Heard { kind: past.kind, name: past.name, outcome, word, took_us: past.duration_us, longest_poll_us: 0 });
    }

    pub(crate) fn note(&self, kind: Kind, place: u16, key: &'static str, note: Note) {
        self.state().note(kind, place, key, note);
    }

    /// As whoever is asked within a span is told.
    pub(crate) fn parent(&self, place: u16) -> TraceParent {
        let About { trace, span, sampled, random, .. } = self.about;
        TraceParent { trace, span: if place == 0 { span } else { span.below(place) }, sampled, random }
    }
}

impl State {
    fn clear(&mut self) {
        let (mut spans, mut notes, mut tallies) =
            (std::mem::take(&mut self.spans), std::mem::take(&mut self.notes), std::mem::take(&mut self.tallies));
        spans.clear();
        notes.clear();
        tallies.clear();
        *self = Self { spans, notes, tallies, ..Self::default() };
    }

    fn open(&mut self, past: Past, parent: u16) -> u16 {
        if self.ended || self.spans.len() >= MOST_SPANS {
            return 0;
        }
        self.spans.push(Noted { past, parent, open: true, notes: 0 });
        self.spans.len() as u16
    }

    fn span(&mut self, place: u16) -> Option<&mut Noted> {
        if self.ended {
            return None;
        }
        self.spans.get_mut(usize::from(place).checked_sub(1)?)
    }

    fn around(&self, mut place: u16) -> u16 {
        while let Some(span) = usize::from(place).checked_sub(1).and_then(|at| self.spans.get(at)) {
            if span.open {
                break;
            }
            place = span.parent;
        }
        place
    }

    fn note(&mut self, kind: Kind, place: u16, key: &'static str, note: Note) {
        if self.ended {
            return;
        }
        if let (RESULT, Note::Word(word)) = (key, note) {
            self.words[kind as usize] = Some(word);
        }
        if let Some(span) = self.span(place)
            && usize::from(span.notes) < MOST_ATTRIBUTES
        {
            span.notes += 1;
            self.notes.push((place, key, note));
        }
    }

    fn count(&mut self, past: Past, beyond: bool, slow: &[u64; KINDS]) {
        if self.ended {
            return;
        }
        let Past { kind, name, duration_us, failed, .. } = past;
        self.slow |= duration_us >= slow[kind as usize];
        let sum = &mut self.sums[kind as usize];
        sum.count = sum.count.saturating_add(1);
        sum.total_us = sum.total_us.saturating_add(duration_us);
        let counted = self.tally(kind, name);
        counted.count = counted.count.saturating_add(1);
        counted.beyond = counted.beyond.saturating_add(u32::from(beyond));
        counted.failed = counted.failed.saturating_add(u32::from(failed));
        counted.total_us = counted.total_us.saturating_add(duration_us);
        counted.longest_us = counted.longest_us.max(duration_us);
    }

    fn tally(&mut self, kind: Kind, name: &'static str) -> &mut Counted {
        let is = |counted: &Counted, name: &str| counted.kind == kind && counted.name == name;
        let known = self.tallies.iter().position(|counted| is(counted, name));
        let place = known.unwrap_or_else(|| {
            let (name, full) =
                if self.tallies.len() < MOST_NAMES { (name, None) } else { (OTHERS, self.tallies.iter().position(|counted| is(counted, OTHERS))) };
            full.unwrap_or_else(|| {
                self.tallies.push(Counted { name, kind, count: 0, beyond: 0, failed: 0, total_us: 0, longest_us: 0 });
                self.tallies.len() - 1
            })
        });
        &mut self.tallies[place]
    }

    pub(crate) fn statements(&self) -> Statements {
        let statements = self.tallies.iter().filter(|counted| counted.kind == Kind::Statement && counted.count > 1 && counted.name != OTHERS);
        let most = statements.max_by_key(|counted| counted.count).map(|counted| (counted.name, counted.count));
        Statements { count: self.sums[Kind::Statement as usize].count, most }
    }

    /// The spans as they are kept, of a request that took so long.
    pub(crate) fn spans(&self, took_us: u64) -> Vec<Span> {
        let mut spans: Vec<_> = self.spans.iter().map(|noted| noted.kept(took_us)).collect();
        for (place, key, note) in &self.notes {
            if let Some(span) = spans.get_mut(usize::from(*place).wrapping_sub(1)) {
                span.attributes.push(Attribute { key: Name::fixed(key), value: (*note).into() });
            }
        }
        spans
    }

    pub(crate) fn tallies(&self) -> Vec<Tally> {
        let more = self.tallies.iter().filter(|counted| counted.count > 1 || counted.beyond > 0);
        more.map(|counted| Tally {
            name: Name::fixed(counted.name),
            kind: counted.kind,
            count: counted.count,
            beyond: counted.beyond,
            failed: counted.failed,
            total_us: counted.total_us,
            longest_us: counted.longest_us,
        })
        .collect()
    }
}

impl Noted {
    fn kept(&self, took_us: u64) -> Span {
        let Past { kind, name, start_us, duration_us, failed } = self.past;
        let mut attributes = Vec::with_capacity(usize::from(self.notes) + usize::from(self.open));
        if self.open && usize::from(self.notes) < MOST_ATTRIBUTES {
            attributes.push(Attribute { key: Name::fixed(UNFINISHED), value: Value::Flag(true) });
        }
        let duration_us = if self.open { took_us.saturating_sub(start_us) } else { duration_us };
        Span { name: Name::fixed(name), kind, parent: self.parent, start_us, duration_us, failed, attributes }
    }
}

pub(crate) fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}

impl From<Note> for Value {
    fn from(note: Note) -> Self {
        match note {
            Note::Number(number) => Self::Number(number),
            Note::Word(word) => Self::Word(Name::fixed(word)),
            Note::Flag(flag) => Self::Flag(flag),
        }
    }
}

impl From<&'static str> for Note {
    fn from(word: &'static str) -> Self {
        Self::Word(word)
    }
}

impl From<bool> for Note {
    fn from(flag: bool) -> Self {
        Self::Flag(flag)
    }
}

impl From<i64> for Note {
    fn from(number: i64) -> Self {
        Self::Number(number)
    }
}

impl From<u64> for Note {
    fn from(number: u64) -> Self {
        Self::Number(i64::try_from(number).unwrap_or(i64::MAX))
    }
}

impl From<u32> for Note {
    fn from(number: u32) -> Self {
        Self::Number(number.into())
    }
}

impl From<usize> for Note {
    fn from(number: usize) -> Self {
        Self::Number(i64::try_from(number).unwrap_or(i64::MAX))
    }
}
