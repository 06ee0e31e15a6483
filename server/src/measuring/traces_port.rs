//! The port of traces: what every process has written to the table, and what this one has in memory and not written yet.

use std::{collections::HashSet, ops::Range as Span, sync::Arc};

use async_trait::async_trait;
use domain::clock::{Clock, Timestamp};
use ports::{
    Access,
    error::AppError,
    performance::Range,
    traces::{Ended, MOST, Of, TraceHead, Traces},
};
use store::{Store, traced::Chosen};
use traces::{Attribute, Head, Outcome, Trace, TraceId, Value, encoding};

use super::Traced;
use crate::SystemClock;

/// What is kept of traces, for operators.
pub(crate) struct KeptTraces {
    pub(crate) store: Store,
    /// None where nothing is recorded; what others have written is told all the same.
    pub(crate) traced: Option<Arc<Traced>>,
}

const MINUTE: u64 = 60_000_000;

/// Of those that are asked for by what happened in them so many are read.
const LOOKED_THROUGH: usize = 1_000;

impl KeptTraces {
    async fn list(&self, who: &Access, chosen: Chosen, Of { route, with }: Of<'_>, range: Range) -> Result<Vec<TraceHead>, AppError> {
        self.store.allowed_as_operator(who).await?;
        let span = last(range);
        let signed = |at: u64| i64::try_from(at).unwrap_or(i64::MAX);
        let times = signed(span.start)..signed(span.end);
        let is_wanted = |trace: &Trace| with.is_none_or(|name| happened(trace, name));
        let written = self.store.traces(chosen, route, times, if with.is_some() { LOOKED_THROUGH } else { MOST }).await?;
        let written = written.iter().filter(|trace| is_wanted(trace)).map(Head::new).collect();
        // What is not written yet.
        let here = self.traced.as_ref().map(|traced| {
            let kept = traced.kept();
            let heads = match chosen {
                Chosen::Worst => kept.worst(route, span.clone(), MOST),
                Chosen::Failed => kept.failed(route, span.clone(), MOST),
                Chosen::Latest => kept.latest(route, MOST),
            };
            let has_it = |head: &Head| TraceId::parse(&head.id).is_some_and(|id| kept.by_id(id).iter().any(is_wanted));
            heads.into_iter().filter(|head| with.is_none() || has_it(head)).collect::<Vec<_>>()
        });
        let mut here = here.unwrap_or_default();
        here.retain(|head| span.contains(&head.begun_at));
        Ok(together(chosen, written, here).into_iter().map(told).collect())
    }
}

#[async_trait]
impl Traces for KeptTraces {
    async fn worst(&self, who: &Access, of: Of<'_>, range: Range) -> Result<Vec<TraceHead>, AppError> {
        self.list(who, Chosen::Worst, of, range).await
    }

    async fn failed(&self, who: &Access, of: Of<'_>, range: Range) -> Result<Vec<TraceHead>, AppError> {
        self.list(who, Chosen::Failed, of, range).await
    }

    async fn latest(&self, who: &Access, of: Of<'_>, range: Range) -> Result<Vec<TraceHead>, AppError> {
        self.list(who, Chosen::Latest, of, range).await
    }

    async fn by_id(&self, who: &Access, id: &str) -> Result<Vec<Vec<u8>>, AppError> {
        self.store.allowed_as_operator(who).await?;
        let Some(id) = TraceId::parse(id) else { return Ok(Vec::new()) };
        let mut parts = self.store.trace(id).await?;
        let here = self.traced.iter().flat_map(|traced| traced.kept().by_id(id));
        for part in here {
            if !parts.iter().any(|known| known.span == part.span) {
                parts.push(part);
            }
        }
        Ok(parts.iter().map(encoding::encode).collect())
    }
}

/// As far back as somebody looks, in microseconds since 1970.
fn last(range: Range) -> Span<u64> {
    let now = u64::try_from(SystemClock.now().micros()).unwrap_or(0);
    now.saturating_sub(range.minutes().unsigned_abs() * MINUTE)..now.saturating_add(MINUTE)
}

/// Whether something of that name is a part of it, or something of which that is said: `device:phone`.
fn happened(trace: &Trace, name: &str) -> bool {
    let is_said = |attribute: &Attribute| {
        let word = name.strip_prefix(attribute.key.as_str()).and_then(|rest| rest.strip_prefix(':'));
        matches!((&attribute.value, word), (Value::Word(value), Some(word)) if value.as_str() == word)
    };
    trace.spans.iter().any(|span| span.name.as_str() == name || span.attributes.iter().any(is_said))
        || trace.tallies.iter().any(|tally| tally.name.as_str() == name)
}

/// Each once, in the order that is asked for.
fn together(chosen: Chosen, written: Vec<Head>, here: Vec<Head>) -> Vec<Head> {
    let key = |head: &Head| (head.id.clone(), head.title.clone(), head.begun_at, head.duration_us);
    let known: HashSet<_> = written.iter().map(key).collect();
    let mut all = written;
    all.extend(here.into_iter().filter(|head| !known.contains(&key(head))));
    all.sort_by_key(|head| std::cmp::Reverse(if chosen == Chosen::Worst { head.duration_us } else { head.begun_at }));
    all.truncate(MOST);
    all
}

fn told(head: Head) -> TraceHead {
    TraceHead {
        id: head.id,
        title: head.title,
        began_at: Timestamp::from_micros(i64::try_from(head.begun_at).unwrap_or(i64::MAX)),
        microseconds: head.duration_us,
        ended: match head.outcome {
            Outcome::Answered(status) => Ended::Answered(status),
            Outcome::Done => Ended::Done,
            Outcome::Failed => Ended::Failed,
            Outcome::GivenUp => Ended::GivenUp,
        },
        statements: head.statements,
        // Jobs do the same again and again: that is what they are for.
        is_repeated: head.is_repeated && head.kind == traces::Kind::Request,
    }
}

#[cfg(test)]
mod tests {
    use traces::{Kind, Name, SpanId, Why};

    use super::*;

    fn head(id: &str, begun_at: u64, duration_us: u64) -> Head {
        let (title, kind, outcome) = ("GET /".to_owned(), Kind::Request, Outcome::Answered(200));
        Head { id: id.to_owned(), title, kind, begun_at, duration_us, outcome, why: Why::default(), statements: 0, is_repeated: false }
    }

    #[test]
    fn a_trace_is_found_by_what_happened_in_it_and_by_what_happened_too_often_to_be_kept() {
        let span = |name: &'static str| traces::Span {
            name: Name::fixed(name),
            kind: Kind::Statement,
            parent: 0,
            start_us: 0,
            duration_us: 1,
            failed: false,
            attributes: vec![Attribute { key: Name::fixed("device"), value: Value::Word(Name::fixed("phone")) }],
        };
        let tally = |name: &'static str| traces::Tally {
            name: Name::fixed(name),
            kind: Kind::Statement,
            count: 400,
            beyond: 400,
            failed: 0,
            total_us: 1,
            longest_us: 1,
        };
        let trace = Trace {
            id: TraceId::parse(&"ab".repeat(16)).unwrap(),
            span: SpanId::parse(&"cd".repeat(8)).unwrap(),
            parent: None,
            kind: Kind::Request,
            method: None,
            route: Name::fixed("/products"),
            begun_at: 0,
            duration_us: 1,
            outcome: Outcome::Answered(200),
            why: Why::default(),
            sums: traces::Sums::default(),
            spans: vec![span("STORES")],
            tallies: vec![tally("VARIANTS")],
        };

        assert_eq!(["STORES", "VARIANTS", "STORE"].map(|name| happened(&trace, name)), [true, true, false]);
        assert_eq!(["device:phone", "device:tablet", "phone"].map(|said| happened(&trace, said)), [true, false, false]);
    }

    #[test]
    fn what_is_written_and_in_memory_is_told_once() {
        let (written, here) = (vec![head("a", 1, 9), head("b", 2, 5)], vec![head("b", 2, 5), head("c", 3, 7), head("a", 4, 1)]);
        let ids = |chosen| together(chosen, written.clone(), here.clone()).into_iter().map(|head| head.id).collect::<String>();

        assert_eq!((ids(Chosen::Worst), ids(Chosen::Latest)), ("acba".to_owned(), "acba".to_owned()));
    }

    #[test]
    fn a_job_that_does_the_same_again_and_again_is_no_warning() {
        let repeated = Head { is_repeated: true, ..head("a", 1, 1) };

        assert!(told(repeated.clone()).is_repeated && !told(Head { kind: Kind::Job, ..repeated }).is_repeated);
    }
}
