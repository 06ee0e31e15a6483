//! Which request is being answered, for whatever is asked deep inside of it. Where none is recorded, that costs one look.

use std::{
    cell::Cell,
    sync::Arc,
    time::{Duration, Instant},
};

use crate::{
    model::Kind,
    parent::TraceParent,
    recorder::{Note, Past, Recorder, micros},
};

/// A span that ends when this is dropped. It is nothing where no trace is recorded.
#[derive(Debug)]
#[must_use = "a span ends when this is dropped: keep it in a variable whose name begins with an underscore"]
pub struct Guard(Option<Opened>);

/// A request to go on with elsewhere: a task and a thread that it starts do not know it by themselves.
#[derive(Clone, Debug)]
pub struct Handle {
    recorder: Arc<Recorder>,
    open: u16,
}

#[derive(Debug)]
struct Opened {
    recorder: Arc<Recorder>,
    place: u16,
    past: Past,
}

/// What a future is polled in.
#[derive(Debug)]
pub(crate) struct Current {
    recorder: Option<Arc<Recorder>>,
    /// The span that is open, by its place; 0 is the request itself.
    open: Cell<u16>,
    /// Ends together with the future.
    _around: Guard,
}

tokio::task_local! {
    static CURRENT: Current;
}

/// Opens a span of the request that is being answered; [`span!`](crate::span) is for that. What is opened before it is dropped is a part of it,
/// so that of futures that run at once each should have a span by [`within`].
pub fn open(kind: Kind, name: impl FnOnce() -> &'static str) -> Guard {
    let opened = CURRENT.try_with(|current| {
        let recorder = current.recorder.as_ref()?;
        let opened = Opened::new(recorder, kind, name(), current.open.get());
        if opened.place > 0 {
            current.open.set(opened.place);
        }
        Some(opened)
    });
    Guard(opened.ok().flatten())
}

/// Notes what is over, when its time was taken anyway: a statement. Its name is made only where a trace is recorded.
pub fn happened(kind: Kind, name: impl FnOnce() -> &'static str, began: Instant, took: Duration, failed: bool, notes: &[(&'static str, Note)]) {
    let _ = CURRENT.try_with(|current| {
        let Some(recorder) = &current.recorder else { return };
        let start_us = micros(began.saturating_duration_since(recorder.about.began));
        let past = Past { kind, name: name(), start_us, duration_us: micros(took), failed };
        recorder.happened(past, current.open.get(), notes);
    });
}

/// Does work in a span of its own, which begins now. Of several such futures that are polled in turn, each knows its own parts.
pub fn within<F: Future>(kind: Kind, name: &'static str, work: F) -> impl Future<Output = F::Output> {
    let current = CURRENT.try_with(|current| {
        let recorder = current.recorder.as_ref()?;
        let opened = Opened::new(recorder, kind, name, current.open.get());
        // What there was no room for is a part of what it is in.
        let open = if opened.place == 0 { current.open.get() } else { opened.place };
        Some(Current { recorder: Some(recorder.clone()), open: Cell::new(open), _around: Guard(Some(opened)) })
    });
    CURRENT.scope(current.ok().flatten().unwrap_or_else(Current::none), work)
}

/// The request that is being answered, to go on with in a task or a thread of its own.
pub fn current() -> Option<Handle> {
    CURRENT.try_with(|current| current.recorder.clone().map(|recorder| Handle { recorder, open: current.open.get() })).ok().flatten()
}

/// Takes the request that is being answered along: `tokio::spawn(traces::carried(work))`. What the task does after the answer is not noted.
pub fn carried<F: Future>(work: F) -> impl Future<Output = F::Output> {
    CURRENT.scope(current().map_or_else(Current::none, Handle::into_current), work)
}

/// Says which route the request came to.
pub fn route(route: &'static str) {
    let _ = CURRENT.try_with(|current| {
        if let Some(recorder) = &current.recorder {
            recorder.state().route = Some(route);
        }
    });
}

/// What another program that is asked now is told in `traceparent`.
pub fn parent() -> Option<TraceParent> {
    current().map(|handle| handle.parent())
}

/// Answers a request.
pub(crate) fn scope<F: Future>(recorder: Option<Arc<Recorder>>, work: F) -> impl Future<Output = F::Output> + use<F> {
    CURRENT.scope(Current { recorder, ..Current::none() }, work)
}

impl Handle {
    /// Does work as a part of the request.
    pub fn scope<F: Future>(self, work: F) -> impl Future<Output = F::Output> {
        CURRENT.scope(self.into_current(), work)
    }

    /// The same on a thread that waits.
    pub fn run<T>(self, work: impl FnOnce() -> T) -> T {
        CURRENT.sync_scope(self.into_current(), work)
    }

    /// Its body was waited for.
    pub(crate) fn received(&self, began: Instant, took: Duration) {
        let start_us = micros(began.saturating_duration_since(self.recorder.about.began));
        self.recorder.received(start_us, micros(took), self.open);
    }

    /// What another program that is asked now is told in `traceparent`.
    pub fn parent(&self) -> TraceParent {
        self.recorder.parent(self.open)
    }

    fn into_current(self) -> Current {
        Current { recorder: Some(self.recorder), open: Cell::new(self.open), _around: Guard(None) }
    }
}

impl Current {
    fn none() -> Self {
        Self { recorder: None, open: Cell::new(0), _around: Guard(None) }
    }
}

impl Guard {
    /// Notes something of the span. The note `result` is told in `Server-Timing`.
    pub fn note(&mut self, key: &'static str, note: impl Into<Note>) {
        if let Some(opened) = &self.0 {
            opened.recorder.note(opened.past.kind, opened.place, key, note.into());
        }
    }

    /// Says that it did not go well.
    pub fn fail(&mut self) {
        if let Some(opened) = &mut self.0 {
            opened.past.failed = true;
        }
    }

    /// Whether a trace is recorded.
    pub fn is_recorded(&self) -> bool {
        self.0.is_some()
    }
}

impl Opened {
    fn new(recorder: &Arc<Recorder>, kind: Kind, name: &'static str, parent: u16) -> Self {
        let start_us = recorder.elapsed();
        let place = recorder.open(kind, name, parent, start_us);
        Self { recorder: recorder.clone(), place, past: Past { kind, name, start_us, duration_us: 0, failed: false } }
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        let Some(opened) = self.0.take() else { return };
        let duration_us = opened.recorder.elapsed().saturating_sub(opened.past.start_us);
        let around = opened.recorder.close(opened.place, Past { duration_us, ..opened.past });
        // It may have been taken elsewhere, and something else may be open here.
        let _ = CURRENT.try_with(|current| {
            let is_here = current.recorder.as_ref().is_some_and(|recorder| Arc::ptr_eq(recorder, &opened.recorder));
            if is_here && opened.place > 0 && current.open.get() == opened.place {
                current.open.set(around);
            }
        });
    }
}
