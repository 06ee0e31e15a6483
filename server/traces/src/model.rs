//! A trace that was kept: what one process did for one request, and how long each part of it took. Nothing in it is of a merchant: names stand
//! in the program, everything else is numbers.

use serde::{Deserialize, Serialize};

use crate::{
    id::{SpanId, TraceId},
    name::{Name, OTHERS},
};

/// What one process did for a request, or for a job; or what a browser says of a request of its own. A trace that went through several of
/// them is in as many of these, with one id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trace {
    pub id: TraceId,
    /// The request itself.
    pub span: SpanId,
    /// Who asked, where that said so.
    pub parent: Option<SpanId>,
    pub kind: Kind,
    /// `GET` and its like; none of a job, and of what came to no route.
    pub method: Option<Name>,
    /// The route that matched, never the address; the kind of a job.
    pub route: Name,
    /// Microseconds since 1970.
    pub begun_at: u64,
    pub duration_us: u64,
    pub outcome: Outcome,
    pub why: Why,
    /// Everything that happened, by kind, whether it is among `spans` or not.
    pub sums: Sums,
    /// In the order in which they began; at most [`MOST_SPANS`].
    pub spans: Vec<Span>,
    /// What happened more than once, by name.
    pub tallies: Vec<Tally>,
}

/// A part of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Span {
    pub name: Name,
    pub kind: Kind,
    /// What it is a part of: 0 is the request itself, 1 the first of its spans. Always one that began before.
    pub parent: u16,
    /// Since the request began.
    pub start_us: u64,
    pub duration_us: u64,
    pub failed: bool,
    /// At most [`MOST_ATTRIBUTES`].
    pub attributes: Vec<Attribute>,
}

/// Something to know of a span.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attribute {
    pub key: Name,
    pub value: Value,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    Number(i64),
    Word(Name),
    Flag(bool),
}

/// What sort of thing took the time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[repr(u8)]
pub enum Kind {
    Request,
    Statement,
    Cache,
    /// For a connection, a lock, a place.
    Wait,
    /// A program of somebody else: a provider of words, Redis, who is told by a webhook.
    Provider,
    Job,
    /// What a browser says of a request of its own.
    Browser,
}

/// How many kinds there are.
pub const KINDS: usize = 7;

/// How a request ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// With this status.
    Answered(u16),
    /// What is no request, well.
    Done,
    /// What is no request, not well.
    Failed,
    /// Whoever asked went away before there was an answer.
    GivenUp,
}

/// Why a trace was kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Why {
    pub sampled: bool,
    pub slow: bool,
    pub failed: bool,
}

/// How many of one kind there were, and how long they took, one after the other. Of those that ran at once that is more than passed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sum {
    pub count: u32,
    pub total_us: u64,
}

/// By kind, in the order of [`Kind::ALL`].
pub type Sums = [Sum; KINDS];

/// All spans of one name together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tally {
    pub name: Name,
    pub kind: Kind,
    pub count: u32,
    /// So many of them are not among the spans, as there were too many.
    pub beyond: u32,
    pub failed: u32,
    pub total_us: u64,
    pub longest_us: u64,
}

/// Spans of a trace that are kept one by one; the rest is counted by name.
pub const MOST_SPANS: usize = 256;

/// Attributes of a span.
pub const MOST_ATTRIBUTES: usize = 4;

/// A statement that runs more often for one request is one too many: what it reads one after the other should be read at once.
pub const MANY: u32 = 10;

/// The span in which the body of a request is waited for.
pub const BODY: &str = "a body";

impl Trace {
    /// How long the server took: without how long it waited for the body, which is for the network and whoever asks to say.
    pub fn served_us(&self) -> u64 {
        let bodies = self.spans.iter().filter(|span| span.kind == Kind::Wait && span.name.as_str() == BODY);
        self.duration_us.saturating_sub(bodies.map(|span| span.duration_us).sum())
    }

    /// The method and the route; what a browser says of it is called otherwise, as it is believed less.
    pub fn title(&self) -> String {
        let of_browser = if self.kind == Kind::Browser { "Browser: " } else { "" };
        format!("{of_browser}{}", self.name())
    }

    /// The method and the route.
    pub fn name(&self) -> String {
        match &self.method {
            Some(method) => format!("{method} {}", self.route),
            None => self.route.to_string(),
        }
    }

    pub fn sum(&self, kind: Kind) -> Sum {
        self.sums[kind as usize]
    }

    pub fn statements(&self) -> u32 {
        self.sum(Kind::Statement).count
    }

    /// Statements that ran more than [`MANY`] times.
    pub fn repeated(&self) -> impl Iterator<Item = &Tally> {
        self.tallies.iter().filter(|tally| tally.is_repeated())
    }

    /// The id of the span at a place; that of the request at 0.
    pub fn span_id(&self, place: u16) -> SpanId {
        if place == 0 { self.span } else { self.span.below(place) }
    }
}

impl Tally {
    pub fn is_repeated(&self) -> bool {
        self.kind == Kind::Statement && self.count > MANY && self.name.as_str() != OTHERS
    }
}

impl Span {
    pub fn end_us(&self) -> u64 {
        self.start_us.saturating_add(self.duration_us)
    }
}

impl Kind {
    pub const ALL: [Self; KINDS] = [Self::Request, Self::Statement, Self::Cache, Self::Wait, Self::Provider, Self::Job, Self::Browser];

    /// A word for it, which is also a class of the style sheet.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Request => "request",
            Self::Statement => "statement",
            Self::Cache => "cache",
            Self::Wait => "wait",
            Self::Provider => "provider",
            Self::Job => "job",
            Self::Browser => "browser",
        }
    }

    pub fn at(place: u8) -> Option<Self> {
        Self::ALL.get(usize::from(place)).copied()
    }
}

impl Outcome {
    /// Whether that is the fault of the server.
    pub const fn is_failure(self) -> bool {
        matches!(self, Self::Failed | Self::Answered(500..))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_where_they_say() {
        for (place, kind) in Kind::ALL.into_iter().enumerate() {
            assert_eq!((kind as usize, Kind::at(place as u8)), (place, Some(kind)));
        }
        assert_eq!(Kind::at(KINDS as u8), None);
    }

    #[test]
    fn only_what_the_server_is_to_blame_for_is_a_failure() {
        let failures = [Outcome::Answered(500), Outcome::Answered(503), Outcome::Failed];
        let others = [Outcome::Answered(200), Outcome::Answered(404), Outcome::Answered(429), Outcome::Done, Outcome::GivenUp];

        assert!(failures.iter().all(|outcome| outcome.is_failure()));
        assert!(!others.iter().any(|outcome| outcome.is_failure()));
    }
}
