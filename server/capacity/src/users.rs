//! How many people a server holds: from a stepped run of an open model to the number at which 95 of 100 answers still come in time.
//!
//! 1. How much was in hand at each step is `N = X R` (Little's law).
//! 2. p95 by `N` is made never to fall (pool adjacent violators); where it reaches what is bearable is the most that may be in hand.
//! 3. Throughput there is that of the curve of [`crate::curve`], moved to what was measured beside it, and never as much as was seen not to hold.
//! 4. People are `X (R + think)`.
//!
//! All of it is done again for resamples, and the lower end of what they give is what is published, but never more than was seen to be answered.

mod processes;
mod refusal;
mod resample;
mod tell;
mod validation;

#[cfg(test)]
mod known_servers;

use serde::{Deserialize, Serialize};

pub use self::{
    processes::{OneMore, one_more},
    refusal::Refusal,
    validation::{Load, Pair, SHARE, TOLERANCE, Validation, validate},
};
use crate::{
    curve::Curve,
    robust::{median, never_falling},
    steps::Step,
};

/// What is bearable, and how it is found out.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Question {
    /// 95 of 100 answers have to come within it, in milliseconds.
    pub p95_ms: f64,
    /// Between two requests of a person, in milliseconds.
    pub think_ms: f64,
    /// The share of requests that may fail.
    pub errors: f64,
    /// How sure the interval is, as a share of one: 0.9 leaves one in twenty below it and one above.
    pub confidence: f64,
    /// How many resamples; at most [`MOST_RESAMPLES`].
    pub resamples: u32,
    pub seed: u64,
}

/// Where a server stands.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Point {
    pub users: f64,
    /// Requests a second.
    pub throughput: f64,
    /// Requests in hand.
    pub in_hand: f64,
    /// The mean time of an answer, in milliseconds.
    pub response_ms: f64,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Interval {
    pub low: f64,
    pub high: f64,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Estimate {
    pub curve: Curve,
    /// How far the steps are from the curve on the mean, as a share.
    pub misfit: f64,
    /// The best guess.
    pub at: Point,
    pub users: Interval,
    /// Requests a second.
    pub throughput: Interval,
    /// The highest rate that still held, and the lowest that did not.
    pub held: f64,
    pub ended: f64,
    /// What to know before the figures are believed.
    pub notes: Vec<String>,
}

pub const MOST_STEPS: usize = 500;
pub const MOST_RESAMPLES: u32 = 10_000;
/// Three numbers of a curve, and something to see whether it is one.
const FEWEST_RATES: usize = 5;
const FEWEST_HELD: usize = 3;
/// A generator above it is what is measured.
const BUSY: f64 = 0.8;
/// A server that answers less than that of what is asked is at its end.
const FOLLOWS: f64 = 0.95;
/// A curve that is further away on the mean is none.
const FITS: f64 = 0.1;
/// Rates further apart than that leave open where between them it ends.
const FAR_APART: f64 = 2.0;

impl Default for Question {
    fn default() -> Self {
        Self { p95_ms: 200.0, think_ms: 1_000.0, errors: 0.01, confidence: 0.9, resamples: 1_000, seed: 1 }
    }
}

impl Estimate {
    /// The number of people that is published: the lower end of the interval.
    pub fn published(&self) -> f64 {
        self.users.low
    }
}

impl Question {
    /// Whether a step is beyond what the server can take.
    pub fn is_beyond(&self, step: &Step) -> bool {
        step.p95_ms >= self.p95_ms || step.errors > self.errors || step.throughput < FOLLOWS * step.asked
    }
}

/// How many people the server of a stepped run holds. Steps come in any order; a rate may be there several times, which makes the interval one of
/// how the server differs from itself.
///
/// It takes some tenths of a second with a thousand resamples: it does not belong on a thread that answers requests.
pub fn estimate(steps: &[Step], question: &Question) -> Result<Estimate, Refusal> {
    let chosen = choose(steps, question)?;
    let points = points(&chosen.steps);
    let curve = Curve::fit(&points).ok_or(Refusal::NoCurve)?;
    let seen = seen(&chosen.steps);
    // A rate that is not held is not reached, unless more was seen beyond: then it was missed by chance.
    let most = chosen.ended.max(seen);
    let at = point(&chosen.steps, curve, question, most).ok_or(Refusal::NoCurve)?;
    let seen = point(&chosen.steps, curve, question, seen).ok_or(Refusal::NoCurve)?;
    let found = resample::resample(&chosen.steps, curve, question, most);
    let misfit = curve.misfit(&points);
    let mut notes = chosen.notes;
    if misfit > FITS {
        notes.push(format!(
            "The steps are {} away from the curve on the mean: what is said of rates between and beyond them is rough. Repeat the run with nothing else on the machine.",
            crate::words::percent(misfit)
        ));
    }
    if beside(&chosen.steps, curve, at.in_hand).is_some_and(|(below, above)| is_far(below) || is_far(above)) {
        notes.push("The curve is not near the steps around the end, as that of a server with several cores may be: the number is of what was seen there, and not of the curve.".into());
    }
    if !found.repeated {
        notes.push("Each rate was tried once: the interval says how much hangs on single steps. Repeat the rates to learn how the server differs from itself.".into());
    }
    let around = |found: Interval, best: f64, seen: f64| Interval { low: found.low.min(best).min(seen), high: found.high.max(best) };
    Ok(Estimate {
        curve,
        misfit,
        at,
        users: around(found.users, at.users, seen.users),
        throughput: around(found.throughput, at.throughput, seen.throughput),
        held: chosen.held,
        ended: chosen.ended,
        notes,
    })
}

/// Steps that say something of the server.
struct Chosen {
    steps: Vec<Step>,
    held: f64,
    ended: f64,
    notes: Vec<String>,
}

fn choose(steps: &[Step], question: &Question) -> Result<Chosen, Refusal> {
    refusal::sound(steps, question)?;
    let mut steps = steps.to_vec();
    steps.sort_by(|a, b| a.rate.total_cmp(&b.rate));
    let rates: Vec<&[Step]> = steps.chunk_by(same_rate).collect();
    // A hiccup in one of several repeats is not the end.
    let ends = |repeats: &[Step]| repeats.iter().filter(|step| question.is_beyond(step)).count() * 2 > repeats.len();
    let ended = rates.iter().find(|repeats| ends(repeats)).map(|repeats| repeats[0].rate);
    let busy = |step: &&Step| step.generator > BUSY && ended.is_none_or(|ended| step.rate <= ended);
    if let Some(step) = steps.iter().find(busy) {
        return Err(Refusal::GeneratorBusy { rate: step.rate, share: step.generator });
    }
    let highest = rates.last().map_or(0.0, |repeats| repeats[0].rate);
    if rates.len() < FEWEST_RATES {
        return Err(Refusal::TooFewRates { rates: rates.len(), needed: FEWEST_RATES });
    }
    let ended = ended.ok_or(Refusal::NeverEnded { highest })?;
    let below = rates.iter().filter(|repeats| repeats[0].rate < ended).count();
    if below < FEWEST_HELD {
        return Err(Refusal::EndedTooSoon { ended, held: below, needed: FEWEST_HELD });
    }
    let held = rates[below - 1][0].rate;
    let mut notes = Vec::new();
    if ended / held > FAR_APART {
        notes.push(format!(
            "It holds {} requests a second and no longer {}: between them nothing was tried, and the number is as rough. Take smaller steps there.",
            crate::words::number(held),
            crate::words::number(ended)
        ));
    }
    let all = steps.len();
    steps.retain(|step| step.generator <= BUSY);
    if steps.len() < all {
        notes.push(format!(
            "{} left out, as the generator took more than 80 % of its core there.",
            crate::words::count(all - steps.len(), "step beyond the end is", "steps beyond the end are")
        ));
    }
    Ok(Chosen { steps, held, ended, notes })
}

/// Rates are given, and not measured.
fn same_rate(a: &Step, b: &Step) -> bool {
    (a.rate - b.rate).abs() <= 1e-6 * b.rate
}

/// Of what the curve is made.
fn points(steps: &[Step]) -> Vec<(f64, f64)> {
    steps.iter().filter(|step| step.throughput > 0.0).map(|step| (step.in_hand_of_the_server(), step.throughput)).collect()
}

/// Where p95 reaches what is bearable, at a throughput of so much at the most; none when it is there from the beginning.
fn point(steps: &[Step], curve: Curve, question: &Question, most: f64) -> Option<Point> {
    let in_hand = most_in_hand(steps, question)?.min(curve.peak().map_or(f64::INFINITY, |peak| peak.max(1.0)));
    // What waits for a connection makes the server no faster.
    let connections = steps.iter().filter_map(|step| step.connections).max().map_or(f64::INFINITY, f64::from);
    let of_the_server = in_hand.min(connections);
    let (below, above) = beside(steps, curve, of_the_server)?;
    let off = between(below, above, of_the_server.ln());
    // A curve that is not near the steps around says nothing of what lies between them.
    let most = if is_far(below) || is_far(above) { most.min(seen(steps)) } else { most };
    let throughput = (curve.throughput(of_the_server) * off.exp()).min(most);
    (throughput > 0.0 && in_hand > 0.0).then(|| Point::of(in_hand, throughput, question.think_ms))
}

/// By what measured throughput is above the curve at the rates around, each with the logarithm of what was in hand: a server of several cores has a
/// knee that no curve of this law has. Beyond the last rate both are the last.
fn beside(steps: &[Step], curve: Curve, in_hand: f64) -> Option<(Beside, Beside)> {
    let off = |repeats: &[Step]| {
        let of = points(repeats);
        let middle = |value: &dyn Fn(&(f64, f64)) -> f64| median(&of.iter().map(value).collect::<Vec<_>>());
        let at = middle(&|(n, _)| n.ln())?;
        let off = middle(&|(n, x)| (x / curve.throughput(*n)).ln())?;
        (at.is_finite() && off.is_finite()).then_some(Beside { at, off })
    };
    let mut rates: Vec<Beside> = steps.chunk_by(same_rate).filter_map(off).collect();
    rates.sort_by(|a, b| a.at.total_cmp(&b.at));
    let after = rates.iter().position(|rate| rate.at >= in_hand.ln()).or_else(|| rates.len().checked_sub(1))?;
    Some((rates[after.saturating_sub(1)], rates[after]))
}

#[derive(Clone, Copy)]
struct Beside {
    at: f64,
    off: f64,
}

fn is_far(beside: Beside) -> bool {
    beside.off.abs() > FITS
}

/// In proportion, and never beyond.
fn between(below: Beside, above: Beside, at: f64) -> f64 {
    let wide = above.at - below.at;
    let share = if wide > 0.0 { ((at - below.at) / wide).clamp(0.0, 1.0) } else { 1.0 };
    below.off + (above.off - below.off) * share
}

impl Point {
    pub(crate) fn of(in_hand: f64, throughput: f64, think_ms: f64) -> Self {
        let response_ms = in_hand / throughput * 1e3;
        Self { users: throughput * (response_ms + think_ms) / 1e3, throughput, in_hand, response_ms }
    }
}

/// How much may be in hand, between two steps in proportion.
fn most_in_hand(steps: &[Step], question: &Question) -> Option<f64> {
    let limit = question.p95_ms;
    // A step with failures holds no more than one that is too slow, however fast its answers are.
    let shown = |step: &Step| if step.errors > question.errors { step.p95_ms.max(limit) } else { step.p95_ms };
    let mut by_in_hand: Vec<(f64, f64)> = steps.iter().map(|step| (step.in_hand(), shown(step))).collect();
    by_in_hand.sort_by(|a, b| a.0.total_cmp(&b.0));
    let risen = never_falling(&by_in_hand.iter().map(|(_, p95)| *p95).collect::<Vec<_>>());
    let first = risen.iter().position(|p95| *p95 >= limit);
    match first {
        Some(0) => None,
        Some(at) => {
            let ((low, high), (before, after)) = ((by_in_hand[at - 1].0, by_in_hand[at].0), (risen[at - 1], risen[at]));
            Some(low + (high - low) * (limit - before) / (after - before))
        }
        None => by_in_hand.last().map(|(in_hand, _)| *in_hand),
    }
}

/// The highest throughput that was seen; of repeats the middle.
fn seen(steps: &[Step]) -> f64 {
    let middle = |repeats: &[Step]| median(&repeats.iter().map(|step| step.throughput).collect::<Vec<_>>()).unwrap_or(0.0);
    steps.chunk_by(same_rate).map(middle).fold(0.0, f64::max)
}
