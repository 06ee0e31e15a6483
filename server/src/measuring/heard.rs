//! Runs of jobs and calls of providers as series, by what the tracer hears of while it records.

use measuring::{Recorder, metric};
use traces::{Heard, Kind, Outcome};

/// Counts something that is over.
pub(super) fn count(recorder: &Recorder, heard: Heard) {
    match heard.kind {
        Kind::Job => {
            recorder.record(metric::JOB_DURATION, heard.name, class(heard, "done"), heard.took_us);
            recorder.record(metric::RUNTIME_POLL, heard.name, metric::JOB, heard.longest_poll_us);
        }
        Kind::Wait => recorder.record(metric::JOB_WAITED, heard.name, "", heard.took_us),
        Kind::Provider => recorder.record(metric::PROVIDER_DURATION, heard.name, class(heard, "answered"), heard.took_us),
        Kind::Request | Kind::Statement | Kind::Cache | Kind::Browser => {}
    }
}

/// What it was said to have come to, or what its outcome is called.
fn class(heard: Heard, well: &'static str) -> &'static str {
    heard.word.unwrap_or(match heard.outcome {
        Outcome::Failed => "failed",
        Outcome::GivenUp => "given up",
        Outcome::Done | Outcome::Answered(_) => well,
    })
}

#[cfg(test)]
mod tests {
    use measuring::Series;

    use super::*;

    #[test]
    fn a_job_is_counted_by_what_came_of_it_and_a_call_by_how_it_was_answered() {
        let recorder = Recorder::new(20);
        let heard = |kind, name, outcome, word| count(&recorder, Heard { kind, name, outcome, word, took_us: 7, longest_poll_us: 3 });
        heard(Kind::Job, "import", Outcome::Failed, Some("again"));
        heard(Kind::Job, "import", Outcome::GivenUp, None);
        heard(Kind::Wait, "import", Outcome::Done, None);
        heard(Kind::Provider, "openai", Outcome::Failed, Some("refused"));
        heard(Kind::Provider, "Redis", Outcome::Failed, None);
        heard(Kind::Provider, "Redis", Outcome::Done, None);

        let mut taken: Vec<(Series, u64)> = recorder.take().into_iter().map(|(series, sketch)| (series, sketch.sum())).collect();

        taken.sort();
        let expected = [
            ("job.duration", "import", "again", 7),
            ("job.duration", "import", "given up", 7),
            ("job.waited", "import", "", 7),
            ("provider.duration", "Redis", "answered", 7),
            ("provider.duration", "Redis", "failed", 7),
            ("provider.duration", "openai", "refused", 7),
            // Both runs, however they ended.
            ("runtime.poll", "import", "job", 6),
        ];
        assert_eq!(taken, expected.map(|(metric, of, class, sum)| (Series::new(metric, of, class), sum)));
    }
}
