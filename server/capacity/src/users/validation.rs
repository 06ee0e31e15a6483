//! Whether the prediction holds: a run at nine tenths of what is published, beside what the curve says of it.

use serde::{Deserialize, Serialize};

use super::{Estimate, Point, Question};
use crate::{
    steps::Step,
    words::{number, percent, whole},
};

/// Of the published bound, at which it is validated.
pub const SHARE: f64 = 0.9;
/// How far measured and predicted may be apart, as a share of what was predicted.
pub const TOLERANCE: f64 = 0.1;

/// What was put upon the server.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Load {
    /// Requests a second, of an open model; of those that come by chance, as many as came.
    Rate(f64),
    /// People, of a closed model, with the question's time of thought.
    Users(f64),
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Pair {
    pub predicted: f64,
    pub measured: f64,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Validation {
    pub users: Pair,
    /// Requests a second.
    pub throughput: Pair,
    /// The mean, in milliseconds. For information: near the end a little more load is a lot more time.
    pub response_ms: Pair,
    pub p95_ms: f64,
    pub errors: f64,
    /// People and throughput are within a tenth of what was predicted, answers were in time, and the number lies where steps ceased to hold, to within as much.
    pub holds: bool,
    pub sentence: String,
}

impl Pair {
    /// Measured of predicted.
    pub fn ratio(self) -> f64 {
        self.measured / self.predicted
    }

    fn is_near(self) -> bool {
        (self.ratio() - 1.0).abs() <= TOLERANCE
    }
}

impl Estimate {
    /// The rate of an open run that validates it.
    pub fn rate_to_validate(&self) -> f64 {
        SHARE * self.throughput.low
    }

    /// What the curve says of a load; none when it says that the server cannot take it.
    pub fn predict(&self, load: Load, question: &Question) -> Option<Point> {
        match load {
            Load::Rate(rate) => {
                let in_hand = self.curve.in_hand(rate)?;
                (in_hand > 0.0).then(|| Point::of(in_hand, rate, question.think_ms))
            }
            Load::Users(users) => {
                let in_hand = self.curve.in_hand_of_users(users, question.think_ms);
                (in_hand > 0.0).then(|| Point::of(in_hand, self.curve.throughput(in_hand), question.think_ms))
            }
        }
    }
}

/// A measured run beside the prediction; none when the curve says that the server cannot take that load.
pub fn validate(estimate: &Estimate, load: Load, measured: &Step, question: &Question) -> Option<Validation> {
    let predicted = estimate.predict(load, question)?;
    let people = match load {
        Load::Rate(_) => measured.throughput * (measured.response_ms + question.think_ms) / 1e3,
        Load::Users(users) => users,
    };
    let users = Pair { predicted: predicted.users, measured: people };
    let throughput = Pair { predicted: predicted.throughput, measured: measured.throughput };
    let response_ms = Pair { predicted: predicted.response_ms, measured: measured.response_ms };
    let in_time = measured.p95_ms < question.p95_ms && measured.errors <= question.errors;
    // A run below a number says nothing of one that is far too low: what steps above it came to does.
    let is_between = estimate.held <= estimate.throughput.high * (1.0 + TOLERANCE) && estimate.ended >= estimate.throughput.low * (1.0 - TOLERANCE);
    let holds = in_time && is_between && users.is_near() && throughput.is_near();
    let figures = format!(
        "{} people were predicted and {} measured, {}/s and {}/s, a mean of {} ms and {} ms",
        whole(users.predicted),
        whole(users.measured),
        number(throughput.predicted),
        number(throughput.measured),
        number(response_ms.predicted),
        number(response_ms.measured),
    );
    let why = match (holds, in_time) {
        (false, true) if !is_between => format!(
            "The prediction does not hold: the number is {}/s to {}/s, where {}/s held and {}/s did not. Repeat the run with smaller steps.",
            number(estimate.throughput.low),
            number(estimate.throughput.high),
            number(estimate.held),
            number(estimate.ended)
        ),
        (true, _) => format!("The prediction holds: {figures}; 95 of 100 answers came within {} ms.", number(measured.p95_ms)),
        (false, false) => format!(
            "The prediction does not hold, as answers were late or missing: p95 was {} ms and {} failed; {figures}. Do not rely on the number; repeat the run.",
            number(measured.p95_ms),
            percent(measured.errors)
        ),
        (false, true) => format!("The prediction does not hold to within {}: {figures}. Repeat the run with smaller steps.", percent(TOLERANCE)),
    };
    Some(Validation { users, throughput, response_ms, p95_ms: measured.p95_ms, errors: measured.errors, holds, sentence: why })
}
