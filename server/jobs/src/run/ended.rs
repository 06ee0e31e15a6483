//! Why a run does not go on, as a sentence that says what to do.

use domain::money::{Cost, Currency};

use super::{End, checkpoint::Checkpoint, gate::Stop};
use crate::{keep::Asked, runs::grouped};

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Ended {
    /// Everything is done.
    Through,
    Asked(Asked),
    Stopped(Stop),
    /// Nobody can be asked at present: the sentence says why.
    NobodyWrites(String),
    /// So many products failed one after the other, the last one for this reason.
    KeepsFailing(u32, String),
}

impl Ended {
    pub(crate) fn end(self, checkpoint: &Checkpoint, currency: Currency) -> End {
        let progress = &checkpoint.run.progress;
        let so_far = format!("{} of {} products are done", grouped(checkpoint.done()), grouped(progress.total));
        match self {
            Self::Through => End::Done,
            Self::Asked(Asked::Cancel) => End::Cancelled,
            Self::Asked(Asked::Pause) => End::AskedToPause,
            Self::Asked(Asked::Stop | Asked::GoOn) | Self::Stopped(Stop::Asked) => End::Stopped,
            Self::Stopped(Stop::Cap(cap)) => End::Halted(format!("The cap of {} is reached: {so_far}. Raise it to go on.", cap.shown(currency))),
            Self::Stopped(Stop::Budget(Cost(..=0))) => End::Halted(format!(
                "The month's budget is zero, so nobody who costs money is asked: {so_far}. Set another one under Usage, then let the run go on."
            )),
            Self::Stopped(Stop::Budget(budget)) => End::Halted(format!(
                "The month's budget of {} is used up: {so_far}. Raise it under Usage, or let the run go on next month.",
                budget.shown(currency)
            )),
            Self::Stopped(Stop::Says(sentence)) => End::Halted(sentence),
            Self::NobodyWrites(sentence) => End::Halted(format!("{sentence} {}: let the run go on then.", capital(&so_far))),
            Self::KeepsFailing(count, reason) => End::Halted(format!(
                "The last {count} products all failed. The last one: {reason} Look at them; then let the run go on, or cancel it."
            )),
        }
    }
}

fn capital(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map(|first| first.to_uppercase().chain(characters).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn says(ended: Ended) -> String {
        let mut checkpoint = Checkpoint::default();
        (checkpoint.run.progress.total, checkpoint.run.progress.written) = (5_000, 3_120);
        match ended.end(&checkpoint, Currency::EUR) {
            End::Halted(sentence) => sentence,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_run_that_halts_says_what_to_do() {
        assert_eq!(
            says(Ended::Stopped(Stop::Cap(Cost(5_000_000)))),
            "The cap of EUR 5.00 is reached: 3,120 of 5,000 products are done. Raise it to go on."
        );
        assert!(says(Ended::Stopped(Stop::Budget(Cost(50_000_000)))).starts_with("The month's budget of EUR 50.00 is used up: 3,120 of 5,000"));
        assert!(says(Ended::Stopped(Stop::Budget(Cost::ZERO))).starts_with("The month's budget is zero"));
        assert_eq!(
            says(Ended::NobodyWrites("Mistral has no credit left. Add some there, or use another provider.".into())),
            "Mistral has no credit left. Add some there, or use another provider. 3,120 of 5,000 products are done: let the run go on then."
        );
    }
}
