//! What is done in the background as traces, beside those of requests: a job, a delivery.

use std::time::{Duration, Instant};

use domain::clock::Clock;
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
}

impl Piece<'_> {
    /// Does it, and records it. `is_good` says whether it went well.
    pub(crate) async fn recorded<T>(self, work: impl Future<Output = T>, is_good: impl FnOnce(&T) -> bool) -> T {
        let at = u64::try_from(self.clock.now().micros()).unwrap_or(0);
        let begin = Begin { kind: Kind::Job, method: None, route: self.name, parent: None, at, began: Instant::now(), slow: self.slow };
        let recording = self.tracer.map(|tracer| tracer.begin(begin));
        let done = traces::recorded(recording.as_ref(), work).await;
        if let Some(recording) = recording {
            recording.finish(if is_good(&done) { Outcome::Done } else { Outcome::Failed });
        }
        done
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use domain::clock::Timestamp;
    use traces::{Options, Share};

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
        let piece = Piece { tracer: Some(&tracer), clock: &Stopped, name: "import", slow: None };

        let done = piece.recorded(async { traces::span!(Kind::Provider, "a receiver").fail() }, |()| false).await;
        Piece { tracer: None, ..piece }.recorded(async { done }, |()| true).await;

        let kept = kept.lock().unwrap();
        assert_eq!((kept.len(), kept[0].name().as_str(), kept[0].outcome, kept[0].begun_at), (1, "import", Outcome::Failed, 7));
        assert!(kept[0].spans[0].failed);
    }
}
