//! How sure a number is: the bootstrap (Efron 1979).
//!
//! Where every rate was tried several times, each is drawn anew from its own repeats, moved apart by `sqrt(r / (r - 1))` from their middle, as
//! `r` of them drawn with replacement lie closer together than they should (Rao and Wu 1988). Otherwise steps are drawn from all of them, which says
//! how much the number hangs on single steps.

use super::{Interval, MOST_RESAMPLES, Question, point, points, same_rate};
use crate::{chance::Chance, curve::Curve, robust::quantile, steps::Step};

pub(super) struct Found {
    pub(super) users: Interval,
    pub(super) throughput: Interval,
    /// Whether every rate was there several times.
    pub(super) repeated: bool,
}

/// A resample that says nothing is drawn again, but not for ever.
const TRIES: u32 = 20;

/// `steps` are in the order of their rates.
pub(super) fn resample(steps: &[Step], curve: Curve, question: &Question, most: f64) -> Found {
    let mut chance = Chance::new(question.seed);
    let repeated = steps.chunk_by(same_rate).all(|repeats| repeats.len() > 1);
    let (mut users, mut throughput) = (Vec::new(), Vec::new());
    for _ in 0..question.resamples.clamp(1, MOST_RESAMPLES) {
        let drawn = (0..TRIES).find_map(|_| {
            let drawn = if repeated { within_rates(steps, &mut chance) } else { among_all(steps, &mut chance) };
            let points = points(&drawn);
            let tells = repeated || tells(&drawn, question);
            tells.then(|| point(&drawn, curve.refined(&points), question, most)).flatten()
        });
        if let Some(at) = drawn {
            users.push(at.users);
            throughput.push(at.throughput);
        }
    }
    let tail = (1.0 - question.confidence) / 2.0;
    // Nothing where no resample told anything: then nothing is promised.
    let interval = |values: &[f64]| Interval { low: quantile(values, tail).unwrap_or(0.0), high: quantile(values, 1.0 - tail).unwrap_or(0.0) };
    Found { users: interval(&users), throughput: interval(&throughput), repeated }
}

fn among_all(steps: &[Step], chance: &mut Chance) -> Vec<Step> {
    let mut drawn: Vec<Step> = steps.iter().map(|_| steps[chance.below(steps.len())].clone()).collect();
    drawn.sort_by(|a, b| a.rate.total_cmp(&b.rate));
    drawn
}

fn within_rates(steps: &[Step], chance: &mut Chance) -> Vec<Step> {
    let mut drawn = Vec::with_capacity(steps.len());
    for repeats in steps.chunk_by(same_rate) {
        let wider = (repeats.len() as f64 / (repeats.len() - 1) as f64).sqrt();
        let middle = |of: fn(&Step) -> f64| (repeats.iter().map(|step| of(step).ln()).sum::<f64>() / repeats.len() as f64).exp();
        let middles = (middle(|step| step.throughput), middle(|step| step.response_ms), middle(|step| step.p95_ms));
        // Shares: what is measured is off by them. A step without any answer stays as it is.
        let moved = |value: f64, middle: f64| if middle > 0.0 { middle * (value / middle).powf(wider) } else { value };
        drawn.extend((0..repeats.len()).map(|_| {
            let step = repeats[chance.below(repeats.len())].clone();
            Step {
                throughput: moved(step.throughput, middles.0),
                response_ms: moved(step.response_ms, middles.1),
                p95_ms: moved(step.p95_ms, middles.2),
                ..step
            }
        }));
    }
    drawn
}

/// Whether a curve can be drawn through it and an end be seen.
fn tells(drawn: &[Step], question: &Question) -> bool {
    drawn.chunk_by(same_rate).count() >= crate::curve::FEWEST
        && drawn.iter().any(|step| question.is_beyond(step))
        && !drawn.iter().all(|step| question.is_beyond(step))
}
