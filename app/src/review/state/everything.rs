//! Approving all without findings, a part at a time: how far it is, what comes of an answer, what is told of it. A part that
//! got no answer is asked for again: what was approved is not approved twice.

use std::time::Duration;

use domain::clock::Timestamp;
use ports::{
    error::AppError,
    review::{Cursor, ManyOutcome},
};

use crate::ui::format::number;

/// How often a part that got no answer is asked for again before the person is.
const TRIES: u32 = 4;

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Everything {
    /// Which queue, as it stands in its address.
    pub(crate) filter: String,
    /// What was written later has not been agreed to.
    pub(crate) until: Timestamp,
    /// Where the next part begins.
    pub(crate) behind: Option<Cursor>,
    /// How many it was agreed to.
    pub(crate) count: u64,
    pub(crate) runs: bool,
    /// The person wants it to end after this part.
    pub(crate) stops: bool,
    outcome: ManyOutcome,
    /// How often in a row there was no answer.
    tries: u32,
    /// Some part got no answer: it may be approved without being counted.
    lost: bool,
}

/// What is done about an answer.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Step {
    Next,
    /// The same part after a while.
    Again(Duration),
    Over,
    /// The person has to say that it is to go on.
    Halt(Option<AppError>),
}

impl Everything {
    pub(crate) fn new(filter: String, until: Timestamp, count: u64) -> Self {
        Self { filter, until, behind: None, count, runs: false, stops: false, outcome: ManyOutcome::default(), tries: 0, lost: false }
    }

    pub(crate) const fn start(&mut self) {
        self.runs = true;
        self.stops = false;
        self.tries = 0;
    }

    pub(crate) fn take(&mut self, answer: Result<(ManyOutcome, Option<Cursor>), AppError>) -> Step {
        let step = match answer {
            Ok((some, next)) => {
                self.tries = 0;
                self.outcome.add(some);
                self.behind = next;
                match next {
                    None => Step::Over,
                    Some(_) if self.stops => Step::Halt(None),
                    Some(_) => Step::Next,
                }
            }
            Err(error) => {
                let may_pass = matches!(error, AppError::Unreachable | AppError::Unavailable(_) | AppError::Internal);
                self.lost |= may_pass;
                self.tries += 1;
                if may_pass && self.tries <= TRIES && !self.stops {
                    Step::Again(Duration::from_secs(1 << (self.tries - 1)))
                } else {
                    Step::Halt(Some(error))
                }
            }
        };
        self.runs = matches!(step, Step::Next | Step::Again(_));
        step
    }

    /// All that something became of.
    pub(crate) fn done(&self) -> u64 {
        self.outcome.all().min(self.count)
    }

    pub(crate) const fn waits(&self) -> bool {
        self.tries > 0
    }

    /// Whether there is something left in the queue that somebody should look at.
    pub(crate) const fn has_left(&self) -> bool {
        self.outcome.stale + self.outcome.refused > 0
    }

    /// `196 approved. Left in the queue, edited since: 2.`
    pub(crate) fn told(&self) -> String {
        let ManyOutcome { approved, already, stale, refused } = self.outcome;
        let rest = self.count - self.done();
        // At the end what was not counted is decided: by a part that got no answer, or by somebody else.
        let is_over = self.behind.is_none() && !self.runs && self.tries == 0;
        let (gone, lost, open) = match (is_over, self.lost) {
            (true, false) => (already + rest, 0, 0),
            (true, true) => (already, rest, 0),
            (false, _) => (already, 0, rest),
        };
        let mut words = format!("{} approved.", number(approved));
        let parts = [
            (" Decided, though the answer about it was lost: ", lost),
            (" Decided by somebody else: ", gone),
            (" Left in the queue, edited since: ", stale),
            (" Left in the queue, with words that do not fit: ", refused),
            (" Not approved yet: ", open),
        ];
        for (what, count) in parts.into_iter().filter(|(_, count)| *count > 0) {
            words.push_str(what);
            words.push_str(&number(count));
            words.push('.');
        }
        if open > 0 && self.lost {
            words.push_str(" Some of these may be: an answer was lost. Going on finds out.");
        }
        words
    }
}

#[cfg(test)]
mod tests {
    use domain::ids::ReviewId;

    use super::*;

    fn cursor(number: u8) -> Cursor {
        Cursor { at: Timestamp::from_micros(1), review: ReviewId::new(Timestamp::from_micros(1), [number; 10]) }
    }

    fn approved(count: u64) -> ManyOutcome {
        ManyOutcome { approved: count, ..ManyOutcome::default() }
    }

    fn started(count: u64) -> Everything {
        let mut all = Everything::new(String::new(), Timestamp::from_micros(1), count);
        all.start();
        all
    }

    #[test]
    fn it_goes_on_part_by_part_to_the_end() {
        let mut all = started(402);

        assert_eq!(all.take(Ok((approved(200), Some(cursor(1))))), Step::Next);
        assert_eq!((all.done(), all.behind, all.runs), (200, Some(cursor(1)), true));
        assert_eq!(all.take(Ok((ManyOutcome { stale: 1, refused: 1, ..approved(198) }, Some(cursor(2))))), Step::Next);
        assert_eq!(all.take(Ok((approved(1), None))), Step::Over);

        // One that somebody else has decided was never found.
        let told = "399 approved. Decided by somebody else: 1. Left in the queue, edited since: 1. \
                    Left in the queue, with words that do not fit: 1.";
        assert_eq!((all.told().as_str(), all.runs, all.has_left()), (told, false, true));
    }

    #[test]
    fn a_part_without_an_answer_is_asked_for_again_and_counted_at_the_end() {
        let mut all = started(500);
        all.take(Ok((approved(200), Some(cursor(1)))));

        let waits: Vec<Step> = (0..2).map(|_| all.take(Err(AppError::Unreachable))).collect();
        assert_eq!(waits, [1, 2].map(|seconds| Step::Again(Duration::from_secs(seconds))));
        assert!(all.waits() && all.behind == Some(cursor(1)));

        // It was approved: those behind it come.
        assert_eq!(all.take(Ok((approved(100), None))), Step::Over);
        assert_eq!(all.told(), "300 approved. Decided, though the answer about it was lost: 200.");
    }

    #[test]
    fn a_failure_in_the_middle_says_how_far_it_came_and_can_be_gone_on_with() {
        let mut all = started(5_000);
        all.take(Ok((approved(1_200), Some(cursor(1)))));

        assert_eq!(all.take(Err(AppError::Forbidden)), Step::Halt(Some(AppError::Forbidden)));
        assert_eq!((all.told().as_str(), all.runs), ("1,200 approved. Not approved yet: 3,800.", false));

        all.start();
        assert_eq!((all.take(Ok((approved(3_800), None))), all.told().as_str()), (Step::Over, "5,000 approved."));
    }

    #[test]
    fn a_server_that_stays_away_is_not_asked_for_ever() {
        let mut all = started(300);

        let steps: Vec<Step> = (0..5).map(|_| all.take(Err(AppError::Internal))).collect();

        assert_eq!(steps.last(), Some(&Step::Halt(Some(AppError::Internal))));
        assert_eq!(all.told(), "0 approved. Not approved yet: 300. Some of these may be: an answer was lost. Going on finds out.");
    }

    #[test]
    fn it_stops_behind_the_part_that_is_on_its_way() {
        let mut all = started(500);
        all.stops = true;

        assert_eq!(all.take(Ok((approved(200), Some(cursor(1))))), Step::Halt(None));
        assert_eq!(all.told(), "200 approved. Not approved yet: 300.");
        // Where that was the last one, it is over.
        all.start();
        all.stops = true;
        assert_eq!(all.take(Ok((approved(300), None))), Step::Over);
    }
}
