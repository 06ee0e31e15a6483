//! What is done in the background as traces, beside those of requests: a job, a delivery. What is traced is counted, too.

use std::time::{Duration, Instant};

use domain::clock::{Clock, Timestamp};
use traces::{Begin, Kind, Outcome, Tracer};

/// A piece of work to record.
#[derive(Clone, Copy)]
pub(crate) struct Piece<'a> {
    /// None: it is not recorded.
    pub(crate) tracer: Option<&'a Tracer>,
    pub(crate) clock: &'a dyn Clock,
    /// What it is called.
    pub(crate) name: &'static str,
    /// From when on it is slow; none: as jobs are.
    pub(crate) slow: Option<Duration>,
    /// Since when it could have begun; none: nobody asks.
    pub(crate) due: Option<Timestamp>,
}

impl Piece<'_> {
    /// Does it, and records it. `judge` says how it ended, and the word it is counted under.
    pub(crate) async fn recorded<T>(self, work: impl Future<Output = T>, judge: impl FnOnce(&T) -> (Outcome, &'static str)) -> T {
        let now = self.clock.now().micros();
        let at = u64::try_from(now).unwrap_or(0);
        let begin = Begin { kind: Kind::Job, method: None, route: self.name, parent: None, at, began: Instant::now(), slow: self.slow };
        let recording = self.tracer.map(|tracer| tracer.begin(begin));
        if let (Some(recording), Some(due)) = (&recording, self.due) {
            recording.waited(u64::try_from(now.saturating_sub(due.micros())).unwrap_or(0));
        }
        let done = traces::recorded(recording.as_ref(), work).await;
        if let Some(recording) = recording {
            let (outcome, word) = judge(&done);
            recording.result(word);
            recording.finish(outcome);
        }
        done
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use traces::{Heard, Options, Share};

    use super::*;

    struct Stopped;

    impl Clock for Stopped {
        fn now(&self) -> Timestamp {
            Timestamp::from_micros(7)
        }
    }

    #[tokio::test]
    async fn a_piece_of_work_is_a_trace_by_its_name_with_what_happened_in_it() {
        let kept = Arc::new(Mutex::new(Vec::new()));
        let keep = kept.clone();
        let tracer = Tracer::new(Options { share: Share::new(1.0, 0), ..Options::default() }, [7; 24], move |trace| keep.lock().unwrap().push(trace));
        let piece = Piece { tracer: Some(&tracer), clock: &Stopped, name: "import", slow: None, due: None };

        let done = piece.recorded(async { traces::span!(Kind::Provider, "a receiver").fail() }, |()| (Outcome::Failed, "failed")).await;
        Piece { tracer: None, ..piece }.recorded(async { done }, |()| (Outcome::Done, "done")).await;

        let kept = kept.lock().unwrap();
        assert_eq!((kept.len(), kept[0].name().as_str(), kept[0].outcome, kept[0].begun_at), (1, "import", Outcome::Failed, 7));
        assert!(kept[0].spans[0].failed);
    }

    #[tokio::test]
    async fn whoever_counts_hears_how_long_it_waited_and_what_came_of_it() {
        let heard = Arc::new(Mutex::new(Vec::<Heard>::new()));
        let hear = heard.clone();
        let tracer = Tracer::listening(Options::default(), [7; 24], |_| {}, move |one| hear.lock().unwrap().push(one));
        let piece = |due: i64| Piece { tracer: Some(&tracer), clock: &Stopped, name: "import", slow: None, due: Some(Timestamp::from_micros(due)) };

        piece(2).recorded(async {}, |()| (Outcome::Done, "cancelled")).await;
        piece(9).recorded(async {}, |()| (Outcome::Failed, "again")).await;

        let heard = heard.lock().unwrap();
        let waited: Vec<_> = heard.iter().filter(|one| one.kind == Kind::Wait).map(|one| one.took_us).collect();
        let words: Vec<_> = heard.iter().filter(|one| one.kind == Kind::Job).map(|one| (one.outcome, one.word)).collect();
        assert_eq!((waited, words), (vec![5, 0], vec![(Outcome::Done, Some("cancelled")), (Outcome::Failed, Some("again"))]));
    }
}
