//! What a browser says of a page that it opened, as a part of the trace of the request that made the page. Everything in it comes from outside and is
//! believed as far as it can be true.

use crate::{
    model::{Kind, Span, Sum, Sums, Trace, Why},
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

/// The span in which a browser waits for the server: what the server did is shown in it.
pub const WAITING: &str = "waiting";

const LONGEST: u64 = 3_600_000_000;

impl Viewed {
    /// The part of the trace; none when it cannot be of that request, as the server took longer than the browser waited. The browser's clock is not
    /// asked: what it waited for the server is put around what that took.
    pub fn trace(&self, server: &Trace) -> Option<Trace> {
        let behind = [self.first_drawn, self.largest_drawn, self.fetched, self.compiled, self.alive, self.data];
        let end = behind.into_iter().flatten().chain([self.answered]).max()?;
        if end > LONGEST || self.answered < server.duration_us {
            return None;
        }
        let spans = self.spans();
        let mut sums = Sums::default();
        sums[Kind::Browser as usize] = Sum { count: spans.len() as u32, total_us: end };
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
            sums,
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

fn phase(name: &'static str, start_us: u64, duration_us: u64) -> Span {
    Span { name: Name::fixed(name), kind: Kind::Browser, parent: 0, start_us, duration_us, failed: false, attributes: Vec::new() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        id::{SpanId, TraceId},
        model::Outcome,
    };

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

    #[test]
    fn what_cannot_be_is_not_told() {
        let for_ever = Viewed { alive: Some(u64::MAX), ..viewed() };

        assert_eq!((viewed().trace(&server(501)), for_ever.trace(&server(1))), (None, None));
    }
}
