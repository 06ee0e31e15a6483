//! A stepped run with all that it came to, as it is kept: what takes some tenths of a second is found once, and looked at often.

use serde::{Deserialize, Serialize};

use crate::{
    bottleneck::{self, Bottlenecks},
    steps::Run,
    users::{Estimate, Load, OneMore, Question, Refusal, Validation, estimate, one_more, validate},
};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Kept {
    schema: u32,
    pub run: Run,
    pub question: Question,
    pub estimate: Estimate,
    /// None of a run that did not try its number, or whose curve says that it could not be.
    pub validation: Option<Validation>,
    pub one_more: OneMore,
    /// What ends first, a sentence each; why there is no saying, where there is none.
    pub first: Vec<String>,
    /// All that ends, in that order; none where there is no saying.
    #[serde(default)]
    pub ends: Option<Bottlenecks>,
    /// How many servers like the one that was tried answer together, each with as much as that holds.
    #[serde(default = "one")]
    pub servers: u32,
}

const fn one() -> u32 {
    1
}

const SCHEMA: u32 = 1;
/// Above which utilisation something is near its end.
const NEAR: f64 = 0.6;

impl Kept {
    /// What a run comes to; the sentence of a refusal says what is missing. It takes as long as [`estimate`].
    pub fn of(run: Run, question: Question, processes: u32) -> Result<Self, Refusal> {
        let found = estimate(&run.steps, &question)?;
        // Some more or less come than were to come, by chance.
        let validation = run.validation.as_ref().and_then(|step| validate(&found, Load::Rate(step.asked), step, &question));
        let windows: Vec<_> = run.steps.iter().map(crate::steps::Step::window).collect();
        let (first, ends) = match bottleneck::find(&windows, NEAR) {
            Ok(found) => (found.sentences(), Some(found)),
            Err(refused) => (vec![refused.to_string()], None),
        };
        let one_more = one_more(&found, processes);
        Ok(Self { schema: SCHEMA, run, question, estimate: found, validation, one_more, first, ends, servers: 1 })
    }

    /// Of so many like the one that was tried, which hold as many times as much together.
    #[must_use]
    pub fn of_servers(mut self, servers: u32) -> Self {
        let (of_one, times) = (one_more(&self.estimate, servers), f64::from(servers.max(1)));
        self.one_more = OneMore { users_own: of_one.users_own * times, users_shared: of_one.users_shared * times, ..of_one };
        self.servers = servers;
        self
    }

    /// Requests a second that all servers hold together, at least.
    pub fn holds(&self) -> f64 {
        self.estimate.throughput.low * f64::from(self.servers.max(1))
    }

    /// JSON.
    pub fn write(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string(self)
    }

    /// None where another version has written it: the run is to be added again then.
    pub fn read(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok().filter(|kept: &Self| kept.schema == SCHEMA)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{curve::Curve, steps::Step};

    /// A server that is a curve, and answers the slower the more is in hand.
    fn run(rates: &[f64]) -> Run {
        let curve = Curve { lambda: 300.0, sigma: 0.2, kappa: 1e-4 };
        let step = |rate: &f64| {
            let in_hand = curve.in_hand(*rate).unwrap_or(400.0);
            let throughput = curve.throughput(in_hand);
            let response_ms = in_hand / throughput * 1e3;
            Step { rate: *rate, asked: *rate, throughput, response_ms, p95_ms: 2.5 * response_ms, ..Step::default() }
        };
        let steps: Vec<Step> = rates.iter().map(step).collect();
        let validation = steps.get(2).cloned();
        Run {
            at: "2026-11-27T04:00:31Z".into(),
            target: "sqlite".into(),
            products: 50_000,
            cores: 2,
            processor: "A processor".into(),
            steps,
            validation,
        }
    }

    #[test]
    fn a_run_is_read_as_it_was_kept() {
        let kept = Kept::of(run(&[100.0, 300.0, 500.0, 700.0, 900.0, 1_100.0, 1_300.0, 1_900.0]), Question::default(), 1).unwrap();

        let read = Kept::read(&kept.write().unwrap()).unwrap();

        assert_eq!((read.run.steps.len(), read.run.began()), (8, kept.run.began()));
        assert!(read.run.began().is_some() && read.estimate.published() > 100.0 && read.validation.is_some(), "{read:?}");
        // No processor was measured.
        assert!(read.first[0].starts_with("No resource was measured"), "{:?}", read.first);
    }

    #[test]
    fn one_more_beside_four_is_a_quarter_more_of_what_four_hold() {
        let one = Kept::of(run(&[100.0, 300.0, 500.0, 700.0, 900.0, 1_100.0, 1_300.0, 1_900.0]), Question::default(), 1).unwrap();
        let held = one.estimate.published();

        let four = one.of_servers(4);

        assert!((four.one_more.users_own - 5.0 * held).abs() < 1.0 && (four.one_more.own - 1.25).abs() < 1e-9, "{:?}", four.one_more);
        assert!(four.one_more.sentence().starts_with("One more process beside the 4 there are"), "{}", four.one_more.sentence());
    }

    #[test]
    fn too_little_is_refused_with_what_is_missing() {
        let said = Kept::of(run(&[100.0, 300.0]), Question::default(), 1).unwrap_err().to_string();

        assert!(said.contains("2 different rates are too few"), "{said}");
        assert_eq!((Kept::read("{}"), Kept::read("")), (None, None));
    }
}
