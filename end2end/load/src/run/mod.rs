//! The models: people, arrivals, steps, and the two checkers.

mod beside;
mod breakpoint;
mod capacity;
mod deck;
mod kill;
mod open;
mod overload;
mod pace;
mod person;
mod pressed;
#[cfg(test)]
mod stub;
mod users;
mod watch;
mod writer;

use std::{collections::BTreeMap, sync::Arc};

use ::capacity::{bottleneck::Reading, users::Estimate};
use serde::{Deserialize, Serialize};

pub use self::{kill::KillCounts, watch::Watched};
use crate::{
    ground::{Program, Scene},
    measure::{Counted, Processor, Summary},
    plan::{Plan, Run},
    threshold::Threshold,
    verdict::{self, Judged},
};

/// What came of a plan.
pub struct Outcome {
    /// None of a checker that measures nothing.
    pub summary: Option<Summary>,
    pub processor: Processor,
    pub watched: Vec<Watched>,
    pub judged: Vec<Judged>,
    pub steps: Vec<RateStep>,
    pub kill: Option<KillCounts>,
    pub capacity: Option<Estimate>,
    /// What else there is to say.
    pub said: Vec<String>,
    /// What does not hold, beside the thresholds.
    pub broken: Vec<String>,
    /// Why the run says nothing.
    pub void: Option<String>,
}

/// A step of an open model at one rate.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RateStep {
    /// Requests a second that were due.
    pub rate: f64,
    pub seconds: f64,
    pub total: Counted,
    pub processor: Processor,
    pub held: bool,
    /// The thresholds that broke.
    pub broke: Vec<String>,
    /// At most so many requests were on their way at once; not known of earlier reports.
    #[serde(default)]
    pub connections: Option<u32>,
    /// Good answers a second that came while it was measured; `total` has those, too, that came after the end. Not known of earlier reports.
    #[serde(default)]
    pub answered_per_second: Option<f64>,
    /// Whether it tries what the others came to, in `capacity`.
    #[serde(default)]
    pub validation: bool,
    /// What the server said of what it has, beside its processor; not known of earlier reports.
    #[serde(default)]
    pub resources: Vec<Reading>,
}

pub type Thresholds = BTreeMap<String, Vec<Threshold>>;

/// Runs a plan. `program` is the server when it is one's own.
pub async fn run(scene: &Arc<Scene>, plan: &Plan, program: Option<&mut Program>) -> anyhow::Result<Outcome> {
    match &plan.run {
        Run::Users(users) => {
            let watch = watch::Watch::start(scene.meter);
            let summary = users::run(scene, users).await?;
            Ok(measured(summary, watch, plan))
        }
        Run::Rate(rate) => {
            let watch = watch::Watch::start(scene.meter);
            let summary = open::run(scene, &open::Load::of(rate)).await?;
            Ok(measured(summary, watch, plan))
        }
        Run::Breakpoint(steps) => breakpoint::run(scene, steps, &plan.thresholds).await,
        Run::Capacity(plan_of) => capacity::run(scene, plan_of, &plan.thresholds).await,
        Run::Overload(overload) => overload::run(scene, overload, &plan.thresholds).await,
        Run::Beside(beside) => beside::run(scene, beside).await,
        Run::Pressed(pressed) => pressed::run(scene, pressed, &plan.thresholds).await,
        Run::Kill(kill) => {
            let program = program.ok_or_else(|| anyhow::anyhow!("This plan kills its server: it runs one of its own, without --url."))?;
            kill::run(scene, kill, program).await
        }
    }
}

fn measured(summary: Summary, watch: watch::Watch, plan: &Plan) -> Outcome {
    let (processor, watched) = watch.stop(summary.all_requests);
    let mut judged = verdict::judge(&plan.thresholds, &summary, &processor, watch::growth(&watched));
    judged.extend(verdict::judge_levels(&plan.thresholds, &summary.plateaus));
    Outcome {
        void: processor.void(),
        said: watch::busy_moments(&watched).into_iter().collect(),
        broken: verdict::nothing_asked(&summary).into_iter().collect(),
        summary: Some(summary),
        processor,
        watched,
        judged,
        steps: Vec::new(),
        kill: None,
        capacity: None,
    }
}
