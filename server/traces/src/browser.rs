//! What a browser says of a request of its own, as a part of the same trace. Everything in it comes from outside and is believed as far as it
//! can be true.

use serde::{Deserialize, Serialize};

use crate::{
    model::{Kind, Outcome, Span, Sum, Sums, Trace, Why},
    name::Name,
    parent::{BadParent, TraceParent},
};

/// One request, by the browser's Resource Timing (<https://www.w3.org/TR/resource-timing/>): microseconds since it began.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reported {
    /// What it sent in `traceparent`; of a page itself, which it could not, what it read in `Server-Timing`.
    pub parent: String,
    /// Whether it was read.
    #[serde(default)]
    pub is_read: bool,
    pub status: u16,
    pub connect_us: u64,
    pub request_us: u64,
    pub response_us: u64,
    pub end_us: u64,
    /// When the page showed it.
    pub shown_us: u64,
}

/// What a browser cannot have seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadReport {
    #[error("{0}")]
    Parent(BadParent),
    #[error("The times of a request follow each other: connect, request, response, end, shown. None is more than an hour.")]
    Times,
}

/// The span in which a browser waits for the server: what the server did is shown in it.
pub const WAITING: &str = "waiting";

const LONGEST: u64 = 3_600_000_000;

/// Other methods than these are called so.
const METHODS: [&str; 6] = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"];

impl Reported {
    /// The part of the trace. `route` has to be one that the server knows; the browser's clock is not asked, and the request ended `now`
    /// (microseconds since 1970) or a little earlier.
    pub fn trace(&self, method: &str, route: &'static str, now: u64) -> Result<Trace, BadReport> {
        let context: TraceParent = self.parent.parse().map_err(BadReport::Parent)?;
        let times = [0, self.connect_us, self.request_us, self.response_us, self.end_us, self.shown_us];
        if !times.is_sorted() || self.shown_us > LONGEST {
            return Err(BadReport::Times);
        }
        let names = ["queued", "connecting", WAITING, "receiving", "showing"];
        let phases = names.iter().zip(times.iter().zip(&times[1..])).filter(|(_, (from, to))| from < to);
        let spans: Vec<_> = phases.map(|(name, (from, to))| phase(name, *from, to - from)).collect();
        let mut sums = Sums::default();
        sums[Kind::Browser as usize] = Sum { count: spans.len() as u32, total_us: self.shown_us };
        Ok(Trace {
            id: context.trace,
            span: if self.is_read { context.span.below(u16::MAX) } else { context.span },
            parent: None,
            kind: Kind::Browser,
            method: Some(Name::fixed(METHODS.into_iter().find(|known| *known == method).unwrap_or("_OTHER"))),
            route: Name::fixed(route),
            begun_at: now.saturating_sub(self.shown_us),
            duration_us: self.shown_us,
            outcome: Outcome::Answered(self.status),
            why: Why { sampled: true, slow: false, failed: false },
            sums,
            spans,
            tallies: Vec::new(),
        })
    }
}

fn phase(name: &'static str, start_us: u64, duration_us: u64) -> Span {
    Span { name: Name::fixed(name), kind: Kind::Browser, parent: 0, start_us, duration_us, failed: false, attributes: Vec::new() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reported() -> Reported {
        Reported {
            parent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01".into(),
            is_read: false,
            status: 200,
            connect_us: 10,
            request_us: 10,
            response_us: 500,
            end_us: 600,
            shown_us: 900,
        }
    }

    #[test]
    fn times_become_spans_and_what_took_none_is_left_out() {
        let trace = reported().trace("GET", "/products", 1_000_000).unwrap();

        let spans: Vec<_> = trace.spans.iter().map(|span| (span.name.as_str(), span.start_us, span.duration_us)).collect();
        assert_eq!(spans, [("queued", 0, 10), (WAITING, 10, 490), ("receiving", 500, 100), ("showing", 600, 300)]);
        assert_eq!((trace.name().as_str(), trace.begun_at, trace.duration_us), ("GET /products", 999_100, 900));
    }

    #[test]
    fn times_that_go_back_or_take_for_ever_are_refused() {
        let back = Reported { response_us: 5, ..reported() };
        let long = Reported { shown_us: u64::MAX, ..reported() };
        let other = Reported { parent: "00".into(), ..reported() };

        assert_eq!(back.trace("GET", "/", 0), Err(BadReport::Times));
        assert_eq!(long.trace("GET", "/", 0), Err(BadReport::Times));
        assert_eq!(other.trace("GET", "/", 0), Err(BadReport::Parent(BadParent::Form)));
    }

    #[test]
    fn whoever_read_which_trace_a_page_was_is_not_the_server() {
        let sent = reported().trace("GET", "/", 0).unwrap();
        let read = Reported { is_read: true, ..reported() }.trace("BREW", "/", 0).unwrap();

        assert_ne!(sent.span, read.span);
        assert_eq!(read.method.unwrap().as_str(), "_OTHER");
    }
}
