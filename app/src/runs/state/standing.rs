//! How a run stands, in words, and what can be done about it.

use domain::money::{Cost, Currency};
use ports::{
    jobs::JobState,
    runs::{RunProgress, RunView},
};

use crate::ui::{format::number, time::span};

/// A run's state as a badge: its tone and its word.
pub(crate) fn badge(run: &RunView) -> (&'static str, String) {
    let word = |tone, word: &str| (tone, word.to_owned());
    match run.state {
        JobState::Queued | JobState::Running if run.cancelling => word("busy", "Cancelling"),
        JobState::Queued if waits_for_word(run) => word("info", "Sample ready"),
        JobState::Queued if run.paused => word("draft", "Paused"),
        JobState::Queued => word("off", "Waiting"),
        JobState::Running if run.paused => word("busy", "Pausing"),
        JobState::Running => word("busy", "Writing"),
        JobState::Done if run.progress.failed > 0 => ("warn", format!("{} failed", number(run.progress.failed))),
        JobState::Done => word("ok", "Done"),
        JobState::Failed => word("bad", "Failed"),
        JobState::Cancelled => word("off", "Cancelled"),
    }
}

/// What is so, and what is safe.
pub(crate) fn sentence(run: &RunView) -> String {
    if !run.message.is_empty() {
        return run.message.clone();
    }
    match run.state {
        JobState::Queued | JobState::Running if run.cancelling => "It stops after the products that are being written.",
        JobState::Queued if waits_for_word(run) => "The sample is written. Look at it, then say whether to go on.",
        JobState::Queued if run.paused => "Paused. It goes on where it stopped.",
        JobState::Queued => "Waiting for its turn.",
        JobState::Running if run.paused => "It pauses after the products that are being written.",
        JobState::Running => "Writing. No product changes before somebody approves what was written for it.",
        JobState::Done if run.progress.written == 0 && run.progress.failed == 0 => "There was nothing to write.",
        JobState::Done => "Done. No product changes before somebody approves what was written for it.",
        JobState::Failed => "It stopped. What was written before stays.",
        JobState::Cancelled => "Cancelled. What was written before stays.",
    }
    .to_owned()
}

/// What stands in a run's line when there is no bar: why it waits, or what came of it.
pub(crate) fn outcome(run: &RunView) -> String {
    match run.progress.written {
        _ if !run.state.is_over() || !run.message.is_empty() => sentence(run),
        0 => "Nothing was written".to_owned(),
        written => suggestions(written),
    }
}

/// Whether the sample is written and somebody has to say whether to go on.
pub(crate) const fn waits_for_word(run: &RunView) -> bool {
    run.paused && run.progress.sampled && !run.state.is_over()
}

pub(crate) const fn done(progress: &RunProgress) -> u64 {
    progress.written + progress.skipped + progress.failed
}

pub(crate) const fn rest(progress: &RunProgress) -> u64 {
    progress.total.saturating_sub(done(progress))
}

/// `1,204 of 5,000`, with what failed: `1,204 of 5,000, 3 failed`.
pub(crate) fn counts(run: &RunView) -> String {
    let progress = &run.progress;
    let failed = if progress.failed > 0 && run.state != JobState::Done { format!(", {} failed", number(progress.failed)) } else { String::new() };
    if run.state == JobState::Done && done(progress) == progress.total {
        return format!("{}{failed}", number(progress.total));
    }
    format!("{} of {}{failed}", number(done(progress)), number(progress.total))
}

/// `EUR 1.20`, or `EUR 1.20 of EUR 5.00`.
pub(crate) fn cost(progress: &RunProgress, cap: Option<Cost>, currency: Currency) -> String {
    let so_far = progress.cost.shown(currency);
    cap.map_or_else(|| so_far.clone(), |cap| format!("{so_far} of {}", cap.shown(currency)))
}

/// While it runs how long it will still take, afterwards how long it took.
pub(crate) fn time(run: &RunView) -> String {
    match (run.state, run.seconds_left, run.started_at, run.finished_at) {
        (JobState::Running, Some(left), ..) if !run.paused => format!("{} left", span(left)),
        (state, _, Some(start), Some(end)) if state.is_over() => {
            format!("in {}", span(((end.micros() - start.micros()).max(0) as u64).div_ceil(1_000_000)))
        }
        _ => String::new(),
    }
}

pub(crate) fn suggestions(count: u64) -> String {
    if count == 1 { "1 suggestion".to_owned() } else { format!("{} suggestions", number(count)) }
}

/// Whether a run changes by itself, so that one has to look again.
pub(crate) const fn moves(run: &RunView) -> bool {
    match run.state {
        JobState::Running => true,
        JobState::Queued => !run.paused || run.cancelling,
        JobState::Done | JobState::Failed | JobState::Cancelled => false,
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use domain::{clock::Timestamp, ids::JobId};

    use super::*;

    pub(crate) fn run(state: JobState, progress: RunProgress) -> RunView {
        RunView {
            id: JobId::new(Timestamp::from_micros(1), [1; 10]),
            state,
            paused: false,
            cancelling: false,
            subject: "214 products, missing a description".into(),
            who: "Mara".into(),
            created_at: Timestamp::from_micros(0),
            started_at: Some(Timestamp::from_micros(0)),
            finished_at: Some(Timestamp::from_micros(3_200_000)),
            message: String::new(),
            progress,
            provider: "Built-in rules".into(),
            currency: Currency::EUR,
            seconds_left: Some(120),
        }
    }

    fn half() -> RunProgress {
        RunProgress { total: 5_000, written: 1_200, skipped: 3, failed: 1, cost: Cost(1_200_000), ..RunProgress::default() }
    }

    #[test]
    fn a_run_on_its_way_says_how_far_it_is() {
        let running = run(JobState::Running, half());

        assert_eq!(badge(&running), ("busy", "Writing".into()));
        assert_eq!(counts(&running), "1,204 of 5,000, 1 failed");
        assert_eq!(rest(&running.progress), 3_796);
        assert_eq!(time(&running), "2 min left");
        assert_eq!(cost(&running.progress, None, Currency::EUR), "EUR 1.20");
        assert_eq!(cost(&running.progress, Some(Cost(5_000_000)), Currency::EUR), "EUR 1.20 of EUR 5.00");
    }

    #[test]
    fn a_pause_says_why_and_what_one_is_asked() {
        let paused = RunView { paused: true, message: "The cap of EUR 1.00 is reached.".into(), ..run(JobState::Queued, half()) };
        assert_eq!((badge(&paused).1.as_str(), sentence(&paused).as_str()), ("Paused", "The cap of EUR 1.00 is reached."));
        assert_eq!(time(&paused), "");

        let sampled = RunView { paused: true, ..run(JobState::Queued, RunProgress { sampled: true, ..half() }) };
        assert_eq!(badge(&sampled), ("info", "Sample ready".into()));
        assert!(waits_for_word(&sampled) && sentence(&sampled).contains("say whether to go on"));
        assert!(!waits_for_word(&RunView { state: JobState::Cancelled, ..sampled }));
    }

    #[test]
    fn a_run_that_is_over_says_what_came_of_it() {
        let over = |state, progress| run(state, progress);
        let all = RunProgress { total: 10, written: 10, ..RunProgress::default() };

        assert_eq!((badge(&over(JobState::Done, all)).1, counts(&over(JobState::Done, all))), ("Done".into(), "10".into()));
        assert_eq!(badge(&over(JobState::Done, RunProgress { failed: 3, ..all })), ("warn", "3 failed".into()));
        assert_eq!(sentence(&over(JobState::Done, RunProgress { total: 2, skipped: 2, ..RunProgress::default() })), "There was nothing to write.");
        assert_eq!(counts(&over(JobState::Cancelled, half())), "1,204 of 5,000, 1 failed");
        assert_eq!(time(&over(JobState::Done, all)), "in 4 s");
        assert_eq!(outcome(&over(JobState::Cancelled, all)), "10 suggestions");
        assert_eq!(outcome(&over(JobState::Done, RunProgress { written: 0, ..all })), "Nothing was written");
        assert_eq!(outcome(&RunView { message: "The key was refused.".into(), ..over(JobState::Failed, all) }), "The key was refused.");
    }

    #[test]
    fn one_looks_again_only_at_what_moves_by_itself() {
        let at = |state, paused, cancelling| moves(&RunView { paused, cancelling, ..run(state, half()) });

        assert!(at(JobState::Running, false, false) && at(JobState::Running, true, false) && at(JobState::Queued, true, true));
        assert!(at(JobState::Queued, false, false) && !at(JobState::Queued, true, false) && !at(JobState::Done, false, false));
    }
}
