//! What browsers say of pages, as traces: a part of the trace of the request that made the page, or one of its own where nothing of the server is kept.

use std::{
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use traces::{
    Attribute, Kind, Name, Outcome, Trace, TraceId, Value,
    browser::{Alone, Gone, Pressed, Viewed},
};

use super::Traced;

/// A page that somebody had in their browser.
pub(super) struct Page<'a> {
    /// As the server writes its route: `/products/{handle}`.
    pub(super) route: String,
    /// Microseconds since 1970.
    pub(super) begun_at: u64,
    pub(super) device: &'static str,
    pub(super) connection: &'static str,
    pub(super) build: &'a str,
}

/// How many traces of browsers alone are kept: anybody can say of any page that it was slow, and what they say must not fill the table.
#[derive(Debug, Default)]
pub(super) struct Allowance(Mutex<Option<(Instant, u32)>>);

/// In a minute, of all routes together: enough to see what is slow.
const MOST: u32 = 12;
const MINUTE: Duration = Duration::from_mins(1);

impl Traced {
    /// A browser has said how it opened a page. If the request that made the page is kept here, that becomes a part of the same trace, once: whoever
    /// knows a trace's name was told it with the page. Otherwise it is one of its own where it was slow.
    pub(super) fn viewed(&self, trace: &str, page: &Page<'_>, viewed: &Viewed) {
        let Some(id) = TraceId::parse(trace) else { return };
        let parts = self.kept().by_id(id);
        // What a worker or a cache answered has the trace of when it was made.
        let is_its = |part: &Trace| part.route.as_str() == page.route && part.method.as_ref().is_some_and(|method| method.as_str() == "GET");
        let is_document =
            |part: &&Trace| part.kind == Kind::Request && part.parent.is_none() && part.outcome == Outcome::Answered(200) && is_its(part);
        let has_browser = parts.iter().any(|part| part.kind == Kind::Browser);
        let fits = parts.iter().find(is_document).filter(|_| !has_browser).and_then(|document| viewed.trace(document));
        let by_itself = || self.by_itself(if parts.is_empty() { id } else { self.tracer().another_id() }, page, |of| viewed.alone(of));
        self.keep(fits.or_else(by_itself), page);
    }

    /// A browser has said how the app went to a page. No request has made that page, so it is a trace of its own, where it was slow.
    pub(super) fn gone(&self, page: &Page<'_>, gone: &Gone) {
        self.keep(self.by_itself(self.tracer().another_id(), page, |of| gone.alone(of)), page);
    }

    /// A browser has said how long the slowest answer to an input took.
    pub(super) fn pressed(&self, page: &Page<'_>, pressed: &Pressed) {
        self.keep(self.by_itself(self.tracer().another_id(), page, |of| pressed.alone(of)), page);
    }

    /// None where it was said of enough pages in this minute.
    fn by_itself(&self, id: TraceId, page: &Page<'_>, made: impl FnOnce(Alone) -> Option<Trace>) -> Option<Trace> {
        let of = Alone { id, route: Name::parse(&page.route)?, begun_at: page.begun_at };
        made(of).filter(|_| self.of_browsers.take(Instant::now()))
    }

    /// With whose it was on the first thing that took time.
    fn keep(&self, part: Option<Trace>, page: &Page<'_>) {
        let Some(mut part) = part else { return };
        let word = |key: &'static str, word: Option<Name>| Some(Attribute { key: Name::fixed(key), value: Value::Word(word?) });
        let whose = [
            word("device", Some(Name::fixed(page.device))),
            word("connection", Some(Name::fixed(page.connection))),
            word("build", Name::parse(page.build)),
        ];
        if let Some(first) = part.spans.first_mut() {
            first.attributes = whose.into_iter().flatten().collect();
        }
        self.sink.keep(part);
    }
}

impl Allowance {
    /// Whether there is room for another one.
    fn take(&self, now: Instant) -> bool {
        let mut taken = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (began, count) = taken.filter(|(began, _)| now.saturating_duration_since(*began) < MINUTE).unwrap_or((now, 0));
        let has_room = count < MOST;
        *taken = Some((began, count + u32::from(has_room)));
        has_room
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn so_many_are_kept_in_a_minute_and_as_many_in_the_next() {
        let (allowance, now) = (Allowance::default(), Instant::now());
        let taken = |at: Instant| (0..1_000).filter(|_| allowance.take(at)).count();

        assert_eq!([taken(now), taken(now + MINUTE / 2), taken(now + MINUTE), taken(now + MINUTE)], [12, 0, 12, 0]);
    }
}
