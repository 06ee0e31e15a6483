//! More than the server can take: what it answers in time must stay near its peak, whatever it refuses.

use std::{sync::Arc, time::Duration};

use super::{
    Outcome, Thresholds,
    breakpoint::{self, find},
    open::Load,
    watch::{self, Watch},
};
use crate::{
    ground::Scene,
    plan::{Overload, Span},
    schedule::{Arrivals, Stage},
    tell::note,
};

/// Nobody waits longer, and a task that waits costs the generator.
const TIMEOUT: Duration = Duration::from_secs(5);

pub(super) async fn run(scene: &Arc<Scene>, plan: &Overload, thresholds: &Thresholds) -> anyhow::Result<Outcome> {
    let watch = Watch::start(scene.meter);
    let mut found = find(scene, &plan.peak, thresholds).await?;
    let peak = peak(&found.steps);
    let rate = found.last_good.unwrap_or(plan.peak.start) * plan.times;
    note(format!("  the peak is {peak:.0} good answers a second; now {rate:.0} requests a second"));
    let settle = Duration::from_secs(2).min(plan.lasts.0 / 4);
    let load = Load {
        start: rate,
        stages: vec![Stage { lasts: Span(plan.lasts.0 + settle), to: rate }],
        arrivals: Arrivals::Poisson,
        connections: plan.connections,
        mix: plan.peak.mix.clone(),
        warm_up: settle,
        timeout: TIMEOUT,
        in_time: Some(plan.in_time.0),
        round: 0,
    };
    let (step, summary) = breakpoint::measure(scene, &load, rate, &Thresholds::new()).await?;
    let (_, watched) = watch.stop(0);
    let goodput = step.total.in_time as f64 / summary.seconds.max(0.001);
    let share = if peak > 0.0 { goodput / peak } else { 0.0 };
    let said = format!(
        "At {rate:.0} requests a second, {:.1} times what it holds, {goodput:.0} a second are answered well within {:?}: {:.0} % of the peak of {peak:.0}.",
        plan.times,
        plan.in_time.0,
        share * 100.0
    );
    let broken = (share < plan.goodput).then(|| format!("{:.0} % of the peak were to stay, and {:.0} % do.", plan.goodput * 100.0, share * 100.0));
    let mut outcome = Outcome {
        summary: Some(summary),
        processor: step.processor.clone(),
        judged: Vec::new(),
        said: vec![said],
        broken: broken.into_iter().collect(),
        void: found.void.take().or_else(|| step.processor.void()),
        watched,
        steps: found.steps,
        kill: None,
        capacity: None,
    };
    outcome.steps.push(step);
    outcome.said.extend(watch::busy_moments(&outcome.watched));
    Ok(outcome)
}

/// The most good answers a second of any step, one that broke a threshold included.
fn peak(steps: &[super::RateStep]) -> f64 {
    steps.iter().map(|step| step.total.per_second).fold(0.0, f64::max)
}
