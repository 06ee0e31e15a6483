//! Begins and ends recordings, and decides which become traces.

use std::{
    fmt,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use crate::{
    current,
    heard::{Ear, Heard},
    id::{Ids, TraceId},
    model::{KINDS, Kind, Outcome, Trace, Why},
    name::Name,
    parent::TraceParent,
    polls,
    recorder::{About, Recorder, State, micros},
    sampling::Share,
    timing,
};

/// Records requests. A clone is the same.
#[derive(Clone)]
pub struct Tracer(Arc<Inner>);

/// How much is kept.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Of those with which nothing is wrong.
    pub share: Share,
    /// From when on one is kept as it was slow.
    pub slow: Slow,
    /// In a second, of those that failed, of those that were slow, and of those that are kept with a part of theirs that is: when everything is slow,
    /// a few of them tell it, and keeping all would make it slower. None of the three takes the room of another.
    pub most_a_second: u32,
}

/// From when on something is slow, by kind: a request of which a part is slow is kept.
#[derive(Clone, Copy, Debug)]
pub struct Slow {
    pub request: Duration,
    pub statement: Duration,
    pub cache: Duration,
    pub wait: Duration,
    pub provider: Duration,
    pub job: Duration,
}

/// A request that begins.
#[derive(Clone, Copy, Debug)]
pub struct Begin {
    /// [`Kind::Request`] or [`Kind::Job`].
    pub kind: Kind,
    pub method: Option<&'static str>,
    /// What it is called until [`crate::route`] or [`Recording::route`] says better.
    pub route: &'static str,
    pub parent: Option<Parent>,
    /// Microseconds since 1970.
    pub at: u64,
    pub began: Instant,
    /// From when on this one is slow, if not as its kind: what is sent while it is made takes as long as the other side likes.
    pub slow: Option<Duration>,
}

/// Who asked, as it says. What it says of being kept is not asked: anybody on the internet may say so.
#[derive(Clone, Copy, Debug)]
pub struct Parent {
    pub context: TraceParent,
    /// Whether another part of the trace is kept here: then this one is kept with it.
    pub is_kept: bool,
}

/// A request that is being recorded. Dropped before it is finished, it was given up: whoever asked went away.
#[must_use = "a recording that is dropped counts as given up"]
pub struct Recording {
    tracer: Tracer,
    recorder: Option<Arc<Recorder>>,
    begin: Begin,
}

/// What a request has asked of the database.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Statements {
    pub count: u32,
    /// The one that ran most often, and how often; none where each ran once.
    pub most: Option<(&'static str, u32)>,
}

/// What a tracer has done so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    pub begun: u64,
    pub kept: u64,
    /// Worth keeping, but too many in one second.
    pub let_go: u64,
    pub given_up: u64,
}

struct Inner {
    options: Options,
    slow: [u64; KINDS],
    ids: Ids,
    keep: Box<dyn Fn(Trace) + Send + Sync>,
    ear: Ear,
    /// Room of earlier requests.
    free: Mutex<Vec<Arc<Recorder>>>,
    /// A second, and how many were kept in it for each [`Reason`].
    second: Mutex<(u64, [u32; 3])>,
    begun: AtomicU64,
    kept: AtomicU64,
    let_go: AtomicU64,
    given_up: AtomicU64,
}

/// Why one is kept that chance has not chosen.
#[derive(Clone, Copy, Debug)]
enum Reason {
    Failed,
    Slow,
    /// A part of it is kept.
    Joined,
}

/// Rooms that are kept for later.
const MOST_FREE: usize = 64;

impl Tracer {
    /// `seed` is chance, for ids; `keep` is given every trace that is kept, and must be quick: the answer waits for it.
    pub fn new(options: Options, seed: [u8; 24], keep: impl Fn(Trace) + Send + Sync + 'static) -> Self {
        Self::listening(options, seed, keep, |_| {})
    }

    /// The same, where `hear` is told of every job and every call of a provider, kept or not. It must be quick, too.
    pub fn listening(
        options: Options,
        seed: [u8; 24],
        keep: impl Fn(Trace) + Send + Sync + 'static,
        hear: impl Fn(Heard) + Send + Sync + 'static,
    ) -> Self {
        Self(Arc::new(Inner {
            options,
            slow: options.slow.by_kind(),
            ids: Ids::new(seed),
            keep: Box::new(keep),
            ear: Ear::new(hear),
            free: Mutex::default(),
            second: Mutex::default(),
            begun: AtomicU64::new(0),
            kept: AtomicU64::new(0),
            let_go: AtomicU64::new(0),
            given_up: AtomicU64::new(0),
        }))
    }

    pub fn begin(&self, begin: Begin) -> Recording {
        let inner = &*self.0;
        inner.begun.fetch_add(1, Ordering::Relaxed);
        let (own, span) = inner.ids.another();
        let (trace, random) = begin.parent.map_or((own, true), |parent| (parent.context.trace, parent.context.random));
        // By an id that nobody else has chosen.
        let sampled = begin.parent.is_some_and(|parent| parent.is_kept) || inner.options.share.takes(own);
        let mut slow = inner.slow;
        if let Some(after) = begin.slow {
            slow[begin.kind as usize] = micros(after);
        }
        let about = About { trace, span, sampled, random, began: begin.began, slow };
        Recording { tracer: self.clone(), recorder: Some(inner.room(about)), begin }
    }

    /// The id of a trace that is not recorded here.
    pub fn another_id(&self) -> TraceId {
        self.0.ids.another().0
    }

    pub fn counts(&self) -> Counts {
        let of = |count: &AtomicU64| count.load(Ordering::Relaxed);
        let Inner { begun, kept, let_go, given_up, .. } = &*self.0;
        Counts { begun: of(begun), kept: of(kept), let_go: of(let_go), given_up: of(given_up) }
    }
}

impl Inner {
    fn room(&self, about: About) -> Arc<Recorder> {
        let free = self.free.lock().unwrap_or_else(PoisonError::into_inner).pop();
        if let Some(mut recorder) = free
            && let Some(room) = Arc::get_mut(&mut recorder)
        {
            room.again(about);
            return recorder;
        }
        Arc::new(Recorder::new(about, self.ear.clone()))
    }

    /// Takes room back, unless a task still holds it.
    fn take_back(&self, mut recorder: Arc<Recorder>) {
        if Arc::get_mut(&mut recorder).is_some() {
            let mut free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
            if free.len() < MOST_FREE {
                free.push(recorder);
            }
        }
    }

    /// Whether one more is kept in a second for a reason.
    fn may_keep(&self, second: u64, reason: Reason) -> bool {
        let mut last = self.second.lock().unwrap_or_else(PoisonError::into_inner);
        if last.0 != second {
            *last = (second, [0; 3]);
        }
        let kept = &mut last.1[reason as usize];
        *kept = kept.saturating_add(1);
        *kept <= self.options.most_a_second
    }

    fn end(&self, recorder: Arc<Recorder>, begin: &Begin, outcome: Outcome) -> bool {
        let took = recorder.elapsed();
        let mut state = recorder.state();
        state.ended = true;
        let served = took.saturating_sub(recorder.received_us());
        let slow = state.slow || served >= recorder.about.slow[begin.kind as usize];
        let why = Why { sampled: recorder.about.sampled, slow, failed: outcome.is_failure() };
        let is_kept = self.is_kept(why, begin);
        let heard = (begin.kind == Kind::Job).then(|| Heard {
            kind: begin.kind,
            name: state.route.unwrap_or(begin.route),
            outcome,
            word: state.words[begin.kind as usize],
            took_us: took,
            longest_poll_us: recorder.longest_poll(),
        });
        let trace = is_kept.then(|| made(&recorder.about, &state, begin, outcome, why, took));
        drop(state);
        self.take_back(recorder);
        if let Some(heard) = heard {
            self.ear.hear(heard);
        }
        if let Some(trace) = trace {
            self.kept.fetch_add(1, Ordering::Relaxed);
            (self.keep)(trace);
        }
        is_kept
    }

    fn is_kept(&self, why: Why, begin: &Begin) -> bool {
        let is_joined = begin.parent.is_some_and(|parent| parent.is_kept);
        if why.sampled && !is_joined {
            return true;
        }
        (why.failed || why.slow || is_joined) && self.has_room(why, is_joined, begin.at / 1_000_000)
    }

    /// Whether one more is kept in a second, for one of its reasons.
    #[cold]
    fn has_room(&self, why: Why, is_joined: bool, second: u64) -> bool {
        let reasons = [(why.failed, Reason::Failed), (why.slow, Reason::Slow), (is_joined, Reason::Joined)];
        let is_kept = reasons.into_iter().any(|(is_one, reason)| is_one && self.may_keep(second, reason));
        if !is_kept {
            self.let_go.fetch_add(1, Ordering::Relaxed);
        }
        is_kept
    }
}

fn made(about: &About, state: &State, begin: &Begin, outcome: Outcome, why: Why, took: u64) -> Trace {
    Trace {
        id: about.trace,
        span: about.span,
        parent: begin.parent.map(|parent| parent.context.span),
        kind: begin.kind,
        method: begin.method.map(Name::fixed),
        route: Name::fixed(state.route.unwrap_or(begin.route)),
        begun_at: begin.at,
        duration_us: took,
        outcome,
        why,
        sums: state.sums,
        spans: state.spans(took),
        tallies: state.tallies(),
    }
}

/// Does the work of a request, where it is recorded and where it is not.
pub fn recorded<F: Future>(recording: Option<&Recording>, work: F) -> impl Future<Output = F::Output> + use<F> {
    let recorder = recording.and_then(|recording| recording.recorder.clone());
    current::scope(recorder.clone(), polls::watched(recorder, work))
}

impl Recording {
    /// Does the work of the request: what is opened in it is noted.
    pub fn scope<F: Future>(&self, work: F) -> impl Future<Output = F::Output> + use<F> {
        current::scope(self.recorder.clone(), work)
    }

    /// Says which route the request came to.
    pub fn route(&self, route: &'static str) {
        if let Some(recorder) = &self.recorder {
            recorder.state().route = Some(route);
        }
    }

    /// Says what it came to in a word, for whoever counts: more closely than by its outcome.
    pub fn result(&self, word: &'static str) {
        if let Some(recorder) = &self.recorder {
            recorder.state().words[self.begin.kind as usize] = Some(word);
        }
    }

    /// Says for how many microseconds it could have begun before it did, for whoever counts. It is no part of the trace.
    pub fn waited(&self, took_us: u64) {
        let heard = Heard { kind: Kind::Wait, name: self.begin.route, outcome: Outcome::Done, word: None, took_us, longest_poll_us: 0 };
        self.tracer.0.ear.hear(heard);
    }

    /// How many statements it has come to so far, and which of them was run most.
    pub fn asked(&self) -> Statements {
        self.recorder.as_ref().map(|recorder| recorder.state().statements()).unwrap_or_default()
    }

    /// How long a thread was at it without a pause, at the longest, in microseconds; of what was done inside of [`recorded`].
    pub fn longest_poll(&self) -> u64 {
        self.recorder.as_ref().map(|recorder| recorder.longest_poll()).unwrap_or_default()
    }

    /// How long it has taken so far and how much of that was waiting for its body, in microseconds.
    pub fn took(&self) -> (u64, u64) {
        self.recorder.as_ref().map(|recorder| (recorder.elapsed(), recorder.received_us())).unwrap_or_default()
    }

    pub fn id(&self) -> Option<TraceId> {
        self.recorder.as_ref().map(|recorder| recorder.about.trace)
    }

    /// For the header `traceresponse`.
    pub fn response(&self) -> Option<TraceParent> {
        self.recorder.as_ref().map(|recorder| recorder.parent(0))
    }

    /// The value of `Server-Timing` so far. With `tells_trace` the trace is in it too, from where a browser can read it of a page.
    pub fn server_timing(&self, tells_trace: bool) -> String {
        let Some(recorder) = &self.recorder else { return String::new() };
        let (sums, words) = {
            let state = recorder.state();
            (state.sums, state.words)
        };
        timing::value(&sums, &words, recorder.elapsed(), tells_trace.then(|| recorder.parent(0)))
    }

    /// Ends the recording of what nobody will look for, however it ended.
    pub fn forget(mut self) {
        if let Some(recorder) = self.recorder.take() {
            recorder.state().ended = true;
            self.tracer.0.take_back(recorder);
        }
    }

    /// Ends the recording, and says whether it is kept.
    pub fn finish(mut self, outcome: Outcome) -> bool {
        self.recorder.take().is_some_and(|recorder| self.tracer.0.end(recorder, &self.begin, outcome))
    }
}

impl Drop for Recording {
    fn drop(&mut self) {
        if let Some(recorder) = self.recorder.take() {
            self.tracer.0.given_up.fetch_add(1, Ordering::Relaxed);
            self.tracer.0.end(recorder, &self.begin, Outcome::GivenUp);
        }
    }
}

impl Slow {
    fn by_kind(self) -> [u64; KINDS] {
        Kind::ALL.map(|kind| match kind {
            Kind::Request => micros(self.request),
            Kind::Statement => micros(self.statement),
            Kind::Cache => micros(self.cache),
            Kind::Wait => micros(self.wait),
            Kind::Provider => micros(self.provider),
            Kind::Job => micros(self.job),
            Kind::Browser => u64::MAX,
        })
    }
}

/// A request as the product promises its API to be, and a statement as it is told as slow on the page of the database.
impl Default for Slow {
    fn default() -> Self {
        Self {
            request: Duration::from_millis(200),
            statement: Duration::from_millis(50),
            cache: Duration::from_millis(50),
            wait: Duration::from_millis(250),
            provider: Duration::from_secs(30),
            job: Duration::from_mins(10),
        }
    }
}

impl Default for Options {
    fn default() -> Self {
        Self { share: Share::new(0.01, 0), slow: Slow::default(), most_a_second: 50 }
    }
}

impl fmt::Debug for Tracer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tracer").field("options", &self.0.options).field("counts", &self.counts()).finish_non_exhaustive()
    }
}

impl fmt::Debug for Recording {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recording").field("begin", &self.begin).finish_non_exhaustive()
    }
}
