//! Steps from few requests to more than the server can take, each several times: how many people it holds, and what ends first. The arithmetic is the
//! crate `capacity`'s; here is what it needs measured, and a step that tries what it says.

use std::sync::Arc;

use capacity::{
    bottleneck,
    steps::{Spent, Step},
    users::{Estimate, Load as Tried, Question, Refusal, estimate, one_more, validate},
};

use super::{
    Outcome, RateStep, Thresholds, breakpoint, open,
    watch::{self, Watch},
};
use crate::{
    ground::Scene,
    measure::{Processor, Summary},
    plan::Capacity,
    report::Machine,
    tell::note,
    verdict,
};

/// How often the gap between good and bad is halved.
const HALVES: u32 = 2;
/// Below this share of use nothing is said to be near its end.
const NEAR: f64 = 0.6;

pub(super) async fn run(scene: &Arc<Scene>, plan: &Capacity, thresholds: &Thresholds) -> anyhow::Result<Outcome> {
    let watch = Watch::start(scene.meter);
    let question = question(plan, scene.seed);
    let measuring = Measuring { scene, plan, thresholds, question: &question };
    let mut steps = measuring.climb().await?;
    let mut rates: Vec<f64> = steps.iter().map(|step| step.rate).collect();
    rates.sort_by(f64::total_cmp);
    for round in 1..plan.rounds {
        note(format!("  round {}", round + 1));
        for rate in &rates {
            steps.push(measuring.one(*rate, u64::from(round)).await?.0);
        }
    }
    let cores = Machine::this().cores;
    let known: Vec<Step> = steps.iter().map(|step| step_of(step, cores)).collect();
    let found = estimate(&known, &question);
    let mut outcome = Outcome {
        summary: None,
        processor: Processor::default(),
        watched: Vec::new(),
        judged: Vec::new(),
        steps,
        kill: None,
        capacity: None,
        said: Vec::new(),
        broken: Vec::new(),
        void: None,
    };
    match found {
        Ok(estimate) => {
            note("  at nine tenths of what it came to");
            let (step, summary) = measuring.one(estimate.rate_to_validate(), u64::from(plan.rounds)).await?;
            told(&mut outcome, &estimate, &step, summary, &question, thresholds, cores);
        }
        Err(refusal @ Refusal::GeneratorBusy { .. }) => outcome.void = Some(refusal.to_string()),
        Err(refusal) => outcome.broken.push(refusal.to_string()),
    }
    let windows: Vec<bottleneck::Window> = known.iter().map(Step::window).collect();
    outcome.said.extend(bottleneck::find(&windows, NEAR).map_or_else(|refused| vec![refused.to_string()], |found| found.sentences()));
    let (_, watched) = watch.stop(0);
    outcome.said.extend(watch::busy_moments(&watched));
    outcome.watched = watched;
    Ok(outcome)
}

/// What every step is measured with.
struct Measuring<'a> {
    scene: &'a Arc<Scene>,
    plan: &'a Capacity,
    thresholds: &'a Thresholds,
    question: &'a Question,
}

impl Measuring<'_> {
    /// Each rate once, upwards until some are too much; then between the last good and the first bad one.
    async fn climb(&self) -> anyhow::Result<Vec<RateStep>> {
        let plan = &self.plan.steps;
        let mut steps: Vec<RateStep> = Vec::new();
        let (mut good, mut bad) = (None::<f64>, None::<f64>);
        let mut left = self.plan.beyond;
        let mut rate = plan.start;
        loop {
            let (step, _) = self.one(rate, 0).await?;
            let (held, is_busy) = (step.held, step.processor.void().is_some());
            steps.push(step);
            match (bad, held) {
                (None, false) => bad = Some(rate),
                (None, true) => good = Some(rate),
                (Some(_), _) => left = left.saturating_sub(1),
            }
            // Of a busy generator more would say nothing.
            if is_busy || rate >= plan.most || bad.is_some() && left == 0 {
                break;
            }
            rate = (rate * plan.factor).min(plan.most);
        }
        for _ in 0..HALVES {
            let (Some(above), Some(below)) = (good, bad) else { break };
            let between = (above * below).sqrt();
            let (step, _) = self.one(between, 0).await?;
            if step.held {
                good = Some(between);
            } else {
                bad = Some(between);
            }
            steps.push(step);
        }
        Ok(steps)
    }

    /// A step, and whether it holds: by the thresholds, and by whether the server keeps up with what is asked.
    async fn one(&self, rate: f64, round: u64) -> anyhow::Result<(RateStep, Summary)> {
        let load = open::Load { round, ..breakpoint::load(&self.plan.steps, rate) };
        let (mut step, summary) = breakpoint::measure(self.scene, &load, rate, self.thresholds).await?;
        if step.held && self.question.is_beyond(&step_of(&step, 1)) {
            step.held = false;
            let answered = step.answered_per_second.unwrap_or_default();
            step.broke.push(format!("all: it does not keep up, with {answered:.0} good answers a second"));
        }
        Ok((step, summary))
    }
}

/// What there is to say of a number, and of the step that tried it.
fn told(outcome: &mut Outcome, estimate: &Estimate, tried: &RateStep, summary: Summary, question: &Question, thresholds: &Thresholds, cores: usize) {
    outcome.said.extend(estimate.sentences(question));
    outcome.said.push(one_more(estimate, 1).sentence());
    let measured = step_of(tried, cores);
    // Some more or less come than were to come, by chance.
    match validate(estimate, Tried::Rate(measured.asked), &measured, question) {
        Some(validation) if validation.holds => outcome.said.push(validation.sentence),
        Some(validation) => outcome.broken.push(validation.sentence),
        None => {
            let said = "The curve says that the server cannot take nine tenths of the number: repeat the run with smaller steps.";
            outcome.broken.push(said.into());
        }
    }
    outcome.capacity = Some(estimate.clone());
    outcome.void = tried.processor.void();
    outcome.judged = verdict::judge(thresholds, &summary, &tried.processor, None);
    outcome.processor = tried.processor.clone();
    outcome.summary = Some(summary);
    outcome.steps.push(RateStep { validation: true, ..tried.clone() });
}

fn question(plan: &Capacity, seed: u64) -> Question {
    Question { p95_ms: plan.in_time.0.as_secs_f64() * 1e3, think_ms: plan.think.0.as_secs_f64() * 1e3, seed, ..Question::default() }
}

/// The same as `capacity::steps` reads it from a report.
fn step_of(step: &RateStep, cores: usize) -> Step {
    let processor = &step.processor;
    let spent = Spent {
        seconds: processor.seconds,
        generator: processor.generator_share * processor.seconds,
        server: processor.server_seconds,
        database: processor.database_seconds,
    };
    Step {
        rate: step.rate,
        asked: step.total.requests as f64 / step.seconds.max(0.001),
        throughput: step.answered_per_second.unwrap_or(step.total.per_second),
        response_ms: step.total.latency_ms.mean,
        p95_ms: step.total.latency_ms.p95,
        errors: step.total.error_share,
        generator: processor.generator_share,
        connections: step.connections,
        resources: spent.readings(cores).into_iter().chain(step.resources.iter().cloned()).collect(),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use ::capacity::{
        bottleneck::{Kind, Reading},
        steps::Run as Stepped,
    };
    use tokio::time::Instant;

    use super::*;
    use crate::{
        measure::Counted,
        plan::{Plan, Run, Span},
        report::tests::{outcome, report},
        run::stub,
    };

    fn plan() -> Capacity {
        let Run::Capacity(plan) = Plan::named("capacity").unwrap().run else { panic!() };
        plan
    }

    fn step(rate: f64) -> RateStep {
        let mut total = Counted { requests: 1_000, per_second: rate * 0.99, error_share: 0.005, ..Counted::default() };
        (total.latency_ms.mean, total.latency_ms.p95) = (12.5, 40.25);
        let processor = Processor { seconds: 10.0, generator_share: 0.2, server_seconds: Some(6.0), database_seconds: None, ..Processor::default() };
        RateStep {
            rate,
            seconds: 10.0,
            total,
            processor,
            held: true,
            broke: Vec::new(),
            connections: Some(256),
            answered_per_second: Some(rate * 0.98),
            validation: false,
            resources: vec![Reading { name: "the disk".into(), kind: Kind::Disk, units: 1.0, utilisation: 0.25, wait_ms: None }],
        }
    }

    #[test]
    fn a_report_is_read_as_the_run_itself_saw_it() {
        let steps = vec![step(100.0), RateStep { validation: true, ..step(90.0) }];
        let report = report(Outcome { steps: steps.clone(), ..outcome() });

        let read = Stepped::read(&serde_json::to_string(&report).unwrap()).unwrap();

        assert_eq!(read.steps, [step_of(&steps[0], read.cores)]);
        assert_eq!(read.validation, Some(step_of(&steps[1], read.cores)));
    }

    #[tokio::test]
    async fn a_server_that_is_never_at_its_end_has_no_number_and_a_sentence_instead() {
        const RATES: [i64; 12] = [50, 75, 113, 169, 253, 260, 50, 75, 113, 169, 253, 260];
        let scene = Arc::new(stub::scene(Instant::now()).await);
        let mut plan = plan();
        (plan.rounds, plan.steps.start, plan.steps.factor, plan.steps.most) = (2, 50.0, 1.5, 260.0);
        (plan.steps.step, plan.steps.settle, plan.in_time) = (Span(Duration::from_millis(200)), Span::default(), Span(Duration::from_secs(5)));

        let rates = |outcome: &Outcome| outcome.steps.iter().map(|step| step.rate.round() as i64).collect::<Vec<_>>();

        let mut outcome = run(&scene, &plan, &Thresholds::new()).await.unwrap();
        // A machine that others use stands still for a moment, as a server at its end would: then it is not this that was tried.
        for _ in 0..4 {
            if rates(&outcome) != RATES {
                outcome = run(&scene, &plan, &Thresholds::new()).await.unwrap();
            }
        }

        assert_eq!(rates(&outcome), RATES);
        // Arrivals by chance may be fewer than were due for a fifth of a second: whatever the sentence is, there is no number.
        assert!(outcome.summary.is_none() && (outcome.broken.len() == 1 || outcome.void.is_some()), "{:?}", outcome.broken);
    }
}
