//! Why there is no number.

use thiserror::Error;

use super::{BUSY, MOST_STEPS, Question};
use crate::{
    steps::Step,
    words::{number, percent},
};

#[derive(Clone, Debug, PartialEq, Error)]
pub enum Refusal {
    #[error("{rates} different rates are too few to tell how the server grows: give {needed} at least, from few requests to more than it can take.")]
    TooFewRates { rates: usize, needed: usize },
    #[error("No step reached saturation: at {}/s, the highest rate, everything was still answered in time. Go on with higher rates until answers are late or missing.", number(*highest))]
    NeverEnded { highest: f64 },
    #[error("{}/s is more than the server can take already, and only {held} lower rates were tried: begin lower, so that {needed} at least hold.", number(*ended))]
    EndedTooSoon { ended: f64, held: usize, needed: usize },
    #[error(
        "At {}/s the generator took {} of its core, more than the {} up to which it keeps to its schedule: what was measured is the generator. Give it a machine of its own, or ask less.",
        number(*rate), percent(*share), percent(BUSY)
    )]
    GeneratorBusy { rate: f64, share: f64 },
    #[error("{0} steps are more than the {MOST_STEPS} that are looked at. Give those of one run.")]
    TooManySteps(usize),
    #[error("The step of {rate}/s has a {what} that cannot be ({value}). Look at how the run was written.")]
    Unsound { rate: f64, what: &'static str, value: f64 },
    #[error("The {what} that was asked for cannot be ({value}). {hint}")]
    UnsoundQuestion { what: &'static str, value: f64, hint: &'static str },
    #[error(
        "The steps do not lie on any curve: they answered late from the first one on, or not at all. Run them again with nothing else on the machine."
    )]
    NoCurve,
}

/// What comes from a file may be anything.
pub(super) fn sound(steps: &[Step], question: &Question) -> Result<(), Refusal> {
    if steps.len() > MOST_STEPS {
        return Err(Refusal::TooManySteps(steps.len()));
    }
    let above = |value: f64| value.is_finite() && value > 0.0;
    let from = |value: f64| value.is_finite() && value >= 0.0;
    let asked = [
        ("p95", question.p95_ms, above(question.p95_ms), "Give milliseconds above 0."),
        ("time of thought", question.think_ms, from(question.think_ms), "Give milliseconds from 0."),
        ("share of errors", question.errors, from(question.errors) && question.errors < 1.0, "Give a share from 0 to below 1."),
        ("confidence", question.confidence, above(question.confidence) && question.confidence < 1.0, "Give a share between 0 and 1, such as 0.9."),
    ];
    if let Some((what, value, _, hint)) = asked.into_iter().find(|(_, _, right, _)| !right) {
        return Err(Refusal::UnsoundQuestion { what, value, hint });
    }
    for step in steps {
        let given = [
            ("rate", step.rate, above(step.rate)),
            ("number of requests a second", step.asked, from(step.asked)),
            ("throughput", step.throughput, from(step.throughput)),
            ("mean time of an answer", step.response_ms, above(step.response_ms)),
            ("p95", step.p95_ms, from(step.p95_ms)),
            ("share of errors", step.errors, (0.0..=1.0).contains(&step.errors)),
            ("share of the generator's core", step.generator, from(step.generator)),
            ("number of connections", step.connections.map_or(1.0, f64::from), step.connections != Some(0)),
        ];
        if let Some((what, value, _)) = given.into_iter().find(|(_, _, right)| !right) {
            return Err(Refusal::Unsound { rate: step.rate, what, value });
        }
    }
    Ok(())
}
