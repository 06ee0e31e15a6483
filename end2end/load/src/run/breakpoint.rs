//! Steps of an open model, each of a higher rate, up to the first where a threshold breaks; then between the last good and the first bad one.

use std::{sync::Arc, time::Duration};

use super::{
    Outcome, RateStep, Thresholds,
    open::{self, Load},
    watch::{self, Watch},
};
use crate::{
    ground::Scene,
    measure::{Processor, Summary, Watching},
    plan::{Breakpoint, Span},
    schedule::Stage,
    tell::note,
    verdict,
};

const TIMEOUT: Duration = Duration::from_secs(10);
/// How often the gap between good and bad is halved.
const HALVES: u32 = 2;

/// What the steps came to.
pub(super) struct Found {
    pub(super) steps: Vec<RateStep>,
    /// That of the best step that held.
    pub(super) summary: Option<Summary>,
    pub(super) processor: Processor,
    pub(super) last_good: Option<f64>,
    pub(super) first_bad: Option<f64>,
    pub(super) void: Option<String>,
}

pub(super) async fn run(scene: &Arc<Scene>, plan: &Breakpoint, thresholds: &Thresholds) -> anyhow::Result<Outcome> {
    let watch = Watch::start(scene.meter);
    let found = find(scene, plan, thresholds).await?;
    let (_, watched) = watch.stop(0);
    let mut outcome = Outcome {
        judged: found.summary.as_ref().map(|summary| verdict::judge(thresholds, summary, &found.processor, None)).unwrap_or_default(),
        said: vec![sentence(&found, plan)],
        broken: missed(&found, plan).into_iter().collect(),
        summary: found.summary,
        processor: found.processor,
        watched,
        steps: found.steps,
        kill: None,
        capacity: None,
        void: found.void,
    };
    outcome.said.extend(watch::busy_moments(&outcome.watched));
    Ok(outcome)
}

/// Looks for the highest rate that holds.
pub(super) async fn find(scene: &Arc<Scene>, plan: &Breakpoint, thresholds: &Thresholds) -> anyhow::Result<Found> {
    let mut found = Found { steps: Vec::new(), summary: None, processor: Processor::default(), last_good: None, first_bad: None, void: None };
    let mut rate = plan.start;
    while found.first_bad.is_none() && found.void.is_none() {
        // Once more before it is believed: a machine has moments.
        if !step(scene, plan, thresholds, rate, &mut found).await? && found.void.is_none() && !step(scene, plan, thresholds, rate, &mut found).await?
        {
            found.first_bad = Some(rate);
        }
        if found.last_good.is_some_and(|good| good >= plan.most) {
            break;
        }
        rate = (rate * plan.factor).min(plan.most);
    }
    for _ in 0..HALVES {
        let (Some(good), Some(bad), None) = (found.last_good, found.first_bad, &found.void) else { break };
        let between = (good * bad).sqrt();
        if !step(scene, plan, thresholds, between, &mut found).await? {
            found.first_bad = Some(between);
        }
    }
    Ok(found)
}

/// Whether a rate holds.
async fn step(scene: &Arc<Scene>, plan: &Breakpoint, thresholds: &Thresholds, rate: f64, found: &mut Found) -> anyhow::Result<bool> {
    let (step, summary) = measure(scene, &load(plan, rate), rate, thresholds).await?;
    let held = step.held;
    if let Some(void) = step.processor.void() {
        found.void = Some(format!("At {rate:.0} requests a second: {void}"));
    } else if held {
        found.last_good = Some(rate);
        found.summary = Some(summary);
        found.processor = step.processor.clone();
    }
    found.steps.push(step);
    Ok(held && found.void.is_none())
}

/// One step.
pub(super) fn load(plan: &Breakpoint, rate: f64) -> Load {
    Load {
        start: rate,
        stages: vec![Stage { lasts: Span(plan.settle.0 + plan.step.0), to: rate }],
        arrivals: plan.arrivals,
        connections: plan.connections,
        mix: plan.mix.clone(),
        warm_up: plan.settle.0,
        timeout: TIMEOUT,
        in_time: None,
        round: 0,
    }
}

/// One rate, measured and judged.
pub(super) async fn measure(scene: &Arc<Scene>, load: &Load, rate: f64, thresholds: &Thresholds) -> anyhow::Result<(RateStep, Summary)> {
    let watching = Watching::start(scene.figures.as_ref()).await;
    let before = scene.meter.read();
    let summary = open::run(scene, load).await?;
    let processor = scene.meter.read().since(&before, summary.all_requests);
    let resources = watching.stop(summary.all_requests).await;
    let judged = verdict::judge(thresholds, &summary, &processor, None);
    let broke: Vec<String> =
        judged.iter().filter(|judged| judged.holds == Some(false)).map(|judged| format!("{}: {}", judged.of, judged.shown)).collect();
    let total = summary.total.counted.clone();
    note(format!(
        "  {rate:>7.0}/s: {:.0}/s good, p50 {:.2} ms, p95 {:.2} ms, p99 {:.2} ms, errors {:.2} %, generator {:.0} %{}",
        total.per_second,
        total.latency_ms.p50,
        total.latency_ms.p95,
        total.latency_ms.p99,
        total.error_share * 100.0,
        processor.generator_share * 100.0,
        if broke.is_empty() { String::new() } else { format!(" - broke: {}", broke.join(", ")) },
    ));
    let held = broke.is_empty() && total.requests > 0;
    let (connections, answered_per_second) = (Some(load.connections), Some(summary.answered_per_second));
    let seconds = summary.seconds;
    Ok((RateStep { rate, seconds, total, processor, held, broke, connections, answered_per_second, validation: false, resources }, summary))
}

fn sentence(found: &Found, plan: &Breakpoint) -> String {
    match (found.last_good, found.first_bad) {
        (Some(good), Some(bad)) => format!("It holds {good:.0} requests a second, and no longer {bad:.0}."),
        (Some(good), None) if good >= plan.most => format!("It holds {good:.0} requests a second, which is the most that was tried."),
        (Some(good), None) => format!("It holds {good:.0} requests a second at least."),
        (None, _) => format!("It does not hold {:.0} requests a second, the least that was tried.", plan.start),
    }
}

fn missed(found: &Found, plan: &Breakpoint) -> Option<String> {
    let good = found.last_good.unwrap_or(0.0);
    let least = plan.least.unwrap_or(plan.start);
    // Halves of a gap are never exact.
    (good < least * 0.999).then(|| format!("{least:.0} requests a second were to be held, and {good:.0} are."))
}
