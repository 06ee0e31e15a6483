//! The port of traces: what every process has written to the table, and what this one has in memory and not written yet.

use std::{collections::HashSet, ops::Range as Span, sync::Arc};

use async_trait::async_trait;
use domain::clock::{Clock, Timestamp};
use ports::{
    Access,
    error::AppError,
    performance::Range,
    traces::{Ended, MOST, TraceHead, Traces},
};
use store::{Store, traced::Chosen};
use traces::{Head, Outcome, TraceId, encoding};

use super::Traced;
use crate::SystemClock;

/// What is kept of traces, for operators.
pub(crate) struct KeptTraces {
    pub(crate) store: Store,
    /// None where nothing is recorded; what others have written is told all the same.
    pub(crate) traced: Option<Arc<Traced>>,
}

const MINUTE: u64 = 60_000_000;

impl KeptTraces {
    async fn list(&self, who: &Access, chosen: Chosen, route: Option<&str>, range: Range) -> Result<Vec<TraceHead>, AppError> {
        self.store.allowed_as_operator(who).await?;
        let span = last(range);
        let signed = |at: u64| i64::try_from(at).unwrap_or(i64::MAX);
        let written = self.store.traces(chosen, route, signed(span.start)..signed(span.end), MOST).await?;
        let written = written.iter().map(Head::new).collect();
        let here = self.traced.as_ref().map(|traced| {
            let kept = traced.kept();
            match chosen {
                Chosen::Worst => kept.worst(route, span.clone(), MOST),
                Chosen::Failed => kept.failed(route, span.clone(), MOST),
                Chosen::Latest => kept.latest(route, MOST),
            }
        });
        let mut here = here.unwrap_or_default();
        here.retain(|head| span.contains(&head.begun_at));
        Ok(together(chosen, written, here).into_iter().map(told).collect())
    }
}

#[async_trait]
impl Traces for KeptTraces {
    async fn worst(&self, who: &Access, route: Option<&str>, range: Range) -> Result<Vec<TraceHead>, AppError> {
        self.list(who, Chosen::Worst, route, range).await
    }

    async fn failed(&self, who: &Access, route: Option<&str>, range: Range) -> Result<Vec<TraceHead>, AppError> {
        self.list(who, Chosen::Failed, route, range).await
    }

    async fn latest(&self, who: &Access, route: Option<&str>, range: Range) -> Result<Vec<TraceHead>, AppError> {
        self.list(who, Chosen::Latest, route, range).await
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
    use traces::{Kind, Why};

    use super::*;

    fn head(id: &str, begun_at: u64, duration_us: u64) -> Head {
        let (title, kind, outcome) = ("GET /".to_owned(), Kind::Request, Outcome::Answered(200));
        Head { id: id.to_owned(), title, kind, begun_at, duration_us, outcome, why: Why::default(), statements: 0, is_repeated: false }
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
