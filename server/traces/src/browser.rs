//! What a browser says of a page that it opened, as a part of the trace of the request that made the page. Everything in it comes from outside and is
//! believed as far as it can be true.

use crate::{
    id::{SpanId, TraceId},
    model::{Kind, Outcome, Span, Sum, Sums, Trace, Why},
    name::Name,
};

/// How opening a page went, in microseconds since it began: what is not known is none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Viewed {
    /// Until the first byte of the document was there.
    pub answered: u64,
    pub first_drawn: Option<u64>,
    pub largest_drawn: Option<u64>,
    /// Until the app's module was there, was compiled, and the page had come alive.
    pub fetched: Option<u64>,
    pub compiled: Option<u64>,
    pub alive: Option<u64>,
    /// Until what the page shows was in it.
    pub data: Option<u64>,
}

/// How it went when the app went to a page by itself, in microseconds since it began.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Gone {
    /// Until the page stood there.
    pub stands: Option<u64>,
    /// Until what it shows was in it.
    pub data: Option<u64>,
}

/// How it went when somebody pressed or typed something, in microseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pressed {
    /// Until the page began with it.
    pub heard: u64,
    /// As long as the page was at it.
    pub handled: u64,
    /// From then on until something of it was drawn.
    pub drawn: u64,
}

/// What a browser's part is of where nothing of the server is kept with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alone {
    pub id: TraceId,
    /// As the server writes it.
    pub route: Name,
    /// Microseconds since 1970, by the clock of the server.
    pub begun_at: u64,
}

/// The span in which a browser waits for the server: what the server did is shown in it.
pub const WAITING: &str = "waiting";

const LONGEST: u64 = 3_600_000_000;

/// Up to so many microseconds Google calls the largest paint good.
const SLOW: u64 = 2_500_000;

/// Within the app nothing of it is fetched: pages are promised within a second.
const SLOW_WITHIN: u64 = 1_000_000;

/// Up to so many Google calls the answer to an input good.
const SLOW_ANSWER: u64 = 200_000;

/// In the place of a method: it is about what was done on a page.
const INPUT: &str = "input on";

impl Viewed {
    /// A trace of its own, where somebody has waited so long that it is worth a look whatever the server took; none when it cannot be true.
    pub fn alone(&self, of: Alone) -> Option<Trace> {
        let moments = [Some(self.answered), self.first_drawn, self.largest_drawn, self.alive, self.data];
        let is_slow = moments.into_iter().flatten().any(|moment| moment > SLOW);
        if is_slow { alone("GET", of, self.end(), self.spans()) } else { None }
    }

    fn end(&self) -> u64 {
        let behind = [self.first_drawn, self.largest_drawn, self.fetched, self.compiled, self.alive, self.data];
        behind.into_iter().flatten().fold(self.answered, u64::max)
    }

    /// The part of the trace; none when it cannot be of that request, as the server took longer than the browser waited. The browser's clock is not
    /// asked: what it waited for the server is put around what that took.
    pub fn trace(&self, server: &Trace) -> Option<Trace> {
        let end = self.end();
        if end > LONGEST || self.answered < server.duration_us {
            return None;
        }
        let spans = self.spans();
        Some(Trace {
            id: server.id,
            // It has read which trace its page is of, and is not the server.
            span: server.span.below(u16::MAX),
            // As a program has it that was told of a trace with the page. The other way round the request would have to know its browser.
            parent: Some(server.span),
            kind: Kind::Browser,
            method: server.method.clone(),
            route: server.route.clone(),
            begun_at: server.begun_at.saturating_sub((self.answered - server.duration_us) / 2),
            duration_us: end,
            outcome: server.outcome,
            why: Why { sampled: server.why.sampled, slow: false, failed: false },
            sums: sums(&spans, end),
            spans,
            tallies: Vec::new(),
        })
    }

    fn spans(&self) -> Vec<Span> {
        let behind = |moment: Option<u64>| moment.unwrap_or(self.answered).max(self.answered);
        let phases = [
            (WAITING, 0, Some(self.answered)),
            ("until something is drawn", self.answered, self.first_drawn),
            ("until the largest thing is drawn", self.answered, self.largest_drawn),
            ("fetching the app", self.answered, self.fetched),
            ("compiling it", behind(self.fetched), self.compiled),
            ("coming alive", behind(self.compiled.or(self.fetched)), self.alive),
            ("until its data are there", behind(self.alive), self.data),
        ];
        let took = phases.into_iter().filter_map(|(name, from, to)| Some((name, from, to?.checked_sub(from).filter(|took| *took > 0)?)));
        took.map(|(name, start_us, duration_us)| phase(name, start_us, duration_us)).collect()
    }
}

impl Gone {
    /// As [`Viewed::alone`].
    pub fn alone(&self, of: Alone) -> Option<Trace> {
        let end = self.stands.max(self.data).filter(|end| *end > SLOW_WITHIN)?;
        let stands = self.stands.unwrap_or(0);
        let data = self.data.and_then(|data| data.checked_sub(stands));
        let phases = [("until the page stands", 0, self.stands), ("until its data are there", stands, data)];
        let spans = phases.into_iter().filter_map(|(name, from, took)| Some(phase(name, from, took.filter(|took| *took > 0)?)));
        alone("GET", of, end, spans.collect())
    }
}

impl Pressed {
    /// As [`Viewed::alone`].
    pub fn alone(&self, of: Alone) -> Option<Trace> {
        let begun = self.heard.saturating_add(self.handled);
        let end = begun.saturating_add(self.drawn);
        if end <= SLOW_ANSWER {
            return None;
        }
        let phases =
            [("until the page begins with it", 0, self.heard), ("doing it", self.heard, self.handled), ("until it is drawn", begun, self.drawn)];
        let spans = phases.into_iter().filter(|(.., took)| *took > 0).map(|(name, from, took)| phase(name, from, took));
        alone(INPUT, of, end, spans.collect())
    }
}

fn alone(method: &'static str, Alone { id, route, begun_at }: Alone, end: u64, spans: Vec<Span>) -> Option<Trace> {
    (end <= LONGEST).then(|| Trace {
        id,
        // What the server calls its part is not known any more.
        span: SpanId::new(id.number() as u64 | 1).unwrap_or(SpanId::FIRST),
        parent: None,
        kind: Kind::Browser,
        method: Some(Name::fixed(method)),
        route,
        begun_at,
        duration_us: end,
        outcome: Outcome::Done,
        why: Why { sampled: false, slow: true, failed: false },
        sums: sums(&spans, end),
        spans,
        tallies: Vec::new(),
    })
}

fn sums(spans: &[Span], end: u64) -> Sums {
    let mut sums = Sums::default();
    sums[Kind::Browser as usize] = Sum { count: spans.len() as u32, total_us: end };
    sums
}

fn phase(name: &'static str, start_us: u64, duration_us: u64) -> Span {
    Span { name: Name::fixed(name), kind: Kind::Browser, parent: 0, start_us, duration_us, failed: false, attributes: Vec::new() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn server(duration_us: u64) -> Trace {
        Trace {
            id: TraceId::parse("0af7651916cd43dd8448eb211c80319c").unwrap(),
            span: SpanId::new(7).unwrap(),
            parent: None,
            kind: Kind::Request,
            method: Some(Name::fixed("GET")),
            route: Name::fixed("/products"),
            begun_at: 1_000_000,
            duration_us,
            outcome: Outcome::Answered(200),
            why: Why { sampled: true, slow: false, failed: false },
            sums: Sums::default(),
            spans: Vec::new(),
            tallies: Vec::new(),
        }
    }

    fn viewed() -> Viewed {
        Viewed {
            answered: 500,
            first_drawn: Some(600),
            largest_drawn: Some(900),
            fetched: Some(550),
            compiled: Some(700),
            alive: Some(1_200),
            data: None,
        }
    }

    #[test]
    fn moments_become_spans_around_what_the_server_did() {
        let trace = viewed().trace(&server(100)).unwrap();

        let spans: Vec<_> = trace.spans.iter().map(|span| (span.name.as_str(), span.start_us, span.duration_us)).collect();
        let expected = [
            (WAITING, 0, 500),
            ("until something is drawn", 500, 100),
            ("until the largest thing is drawn", 500, 400),
            ("fetching the app", 500, 50),
            ("compiling it", 550, 150),
            ("coming alive", 700, 500),
        ];
        assert_eq!(spans, expected);
        assert_eq!((trace.title().as_str(), trace.begun_at, trace.duration_us), ("Browser: GET /products", 999_800, 1_200));
        assert!(trace.span != server(100).span && trace.parent == Some(server(100).span));
    }

    #[test]
    fn what_was_in_the_browser_before_the_answer_takes_no_time() {
        let early = Viewed { fetched: Some(20), compiled: Some(30), ..viewed() };

        let spans = early.trace(&server(100)).unwrap().spans;

        assert!(spans.iter().all(|span| !span.name.as_str().contains("app") && span.name.as_str() != "compiling it"), "{spans:?}");
        assert_eq!((spans[3].name.as_str(), spans[3].start_us), ("coming alive", 500));
    }

    fn of() -> Alone {
        Alone { id: server(1).id, route: Name::fixed("/products"), begun_at: 1_000 }
    }

    #[test]
    fn what_cannot_be_is_not_told() {
        let for_ever = Viewed { alive: Some(u64::MAX), ..viewed() };
        let gone_for_ever = Gone { stands: None, data: Some(u64::MAX) };

        assert_eq!((viewed().trace(&server(501)), for_ever.trace(&server(1))), (None, None));
        assert_eq!((for_ever.alone(of()), gone_for_ever.alone(of()), Gone::default().alone(of())), (None, None, None));
    }

    #[test]
    fn a_page_that_was_slow_in_the_browser_is_a_trace_without_the_server() {
        let slow = Viewed { alive: Some(3_000_000), ..viewed() };

        let trace = slow.alone(of()).unwrap();

        assert_eq!(viewed().alone(of()), None);
        assert_eq!((trace.title().as_str(), trace.begun_at, trace.duration_us, trace.parent), ("Browser: GET /products", 1_000, 3_000_000, None));
        assert_eq!((trace.spans.first().map(|span| span.name.as_str()), trace.why.slow), (Some(WAITING), true));
    }

    #[test]
    fn an_answer_to_input_is_what_was_waited_for_before_it_during_it_and_after() {
        let pressed = Pressed { heard: 5_000, handled: 300_000, drawn: 0 };

        let trace = pressed.alone(of()).unwrap();

        let spans: Vec<_> = trace.spans.iter().map(|span| (span.name.as_str(), span.start_us, span.duration_us)).collect();
        assert_eq!(spans, [("until the page begins with it", 0, 5_000), ("doing it", 5_000, 300_000)]);
        assert_eq!((trace.title().as_str(), trace.duration_us), ("Browser: input on /products", 305_000));
        assert_eq!(Pressed { handled: 100_000, ..pressed }.alone(of()), None);
        assert_eq!(Pressed { drawn: u64::MAX, ..pressed }.alone(of()), None);
    }

    #[test]
    fn within_the_app_it_is_the_page_and_its_data_that_take_time() {
        let gone = Gone { stands: Some(300_000), data: Some(1_200_000) };

        let trace = gone.alone(of()).unwrap();

        let spans: Vec<_> = trace.spans.iter().map(|span| (span.name.as_str(), span.start_us, span.duration_us)).collect();
        assert_eq!(spans, [("until the page stands", 0, 300_000), ("until its data are there", 300_000, 900_000)]);
        assert_eq!(Gone { data: Some(900_000), ..gone }.alone(of()), None);
    }
}
