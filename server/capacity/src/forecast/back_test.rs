//! How far off forecasts would have been: from a moving origin, each made of what was known then (Tashman 2000).

use serde::{Deserialize, Serialize};

use super::{PERIODS, Peak, WEEK, model::Model};
use crate::day::Day;

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct BackTest {
    /// Forecasts that were tried on days that came.
    pub forecasts: usize,
    /// The mean error as a share of what came; none when nothing but zero came.
    pub mape: Option<f64>,
    /// The share of days that came which lay within the interval that was known before; none while there was no interval.
    pub coverage: Option<f64>,
    /// On how many days that rests.
    pub covered_of: usize,
}

/// A forecast that was tried.
#[derive(Clone, Copy, Debug)]
struct Tried {
    /// The last day that was known.
    origin: Day,
    day: Day,
    came: f64,
    off: f64,
    unsureness: f64,
}

#[derive(Debug)]
pub(super) struct Errors(Vec<Tried>);

/// Each is a fit; the last of them say most.
const MOST_ORIGINS: usize = 42;
/// How far ahead each looks, in days.
const LOOKS: usize = 28;

/// How many forecasts must have been tried for an interval: with fewer, the widest of them is no bound of that certainty (Vovk et al. 2005).
pub(super) fn needed(confidence: f64) -> usize {
    (confidence / (1.0 - confidence) - 1e-9).ceil().clamp(1.0, 1e6) as usize
}

impl Errors {
    /// Forecasts of the same kind as the one that is made: with the pattern of the week only from where it was known.
    pub(super) fn of(days: &[Peak], has_week: bool) -> Self {
        let mut tried = Vec::new();
        let first = if has_week { 2 * WEEK } else { PERIODS };
        let origins = first.max(days.len().saturating_sub(MOST_ORIGINS))..days.len();
        for known in origins {
            let (before, after) = days.split_at(known);
            // Two weeks have a pattern already, only a rougher one: else three weeks of days could not be tried at all.
            let Some(model) = (if has_week { Model::of_weeks(before, PERIODS - 1) } else { Model::of(before) }) else { continue };
            let origin = before[known - 1].day;
            let looks = after.iter().take_while(|peak| peak.day.since_1970() - origin.since_1970() <= LOOKS as i32);
            tried.extend(looks.map(|peak| Tried {
                origin,
                day: peak.day,
                came: peak.value,
                off: peak.value - model.at(peak.day).max(0.0),
                unsureness: model.unsureness(peak.day),
            }));
        }
        Self(tried)
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are enough for an interval.
    pub(super) fn carry(&self, confidence: f64) -> bool {
        self.len() >= needed(confidence)
    }

    /// How far to both sides of a forecast the interval goes.
    pub(super) fn reach(&self, model: &Model, day: Day, confidence: f64) -> Option<f64> {
        self.bound(confidence, |_| true).map(|bound| bound * model.unsureness(day))
    }

    /// Within what errors lie, in proportion to how unsure each forecast was.
    fn bound(&self, confidence: f64, counts: impl Fn(&Tried) -> bool) -> Option<f64> {
        let mut off: Vec<f64> = self.0.iter().filter(|tried| counts(tried)).map(|tried| tried.off.abs() / tried.unsureness).collect();
        if off.len() < needed(confidence) {
            return None;
        }
        off.sort_unstable_by(f64::total_cmp);
        let at = ((off.len() + 1) as f64 * confidence - 1e-9).ceil() as usize;
        off.get(at.clamp(1, off.len()) - 1).copied()
    }

    pub(super) fn back_test(&self, confidence: f64) -> Option<BackTest> {
        if self.0.is_empty() {
            return None;
        }
        let shares: Vec<f64> = self.0.iter().filter(|tried| tried.came > 0.0).map(|tried| tried.off.abs() / tried.came).collect();
        let mut within = Vec::new();
        for of_one in self.0.chunk_by(|a, b| a.origin == b.origin) {
            // What was off before that day, and nothing that came later.
            let bound = self.bound(confidence, |tried| tried.day <= of_one[0].origin);
            within.extend(bound.iter().flat_map(|bound| of_one.iter().map(move |tried| tried.off.abs() <= bound * tried.unsureness * (1.0 + 1e-9))));
        }
        Some(BackTest {
            forecasts: self.len(),
            mape: (!shares.is_empty()).then(|| shares.iter().sum::<f64>() / shares.len() as f64),
            coverage: (!within.is_empty()).then(|| within.iter().filter(|within| **within).count() as f64 / within.len() as f64),
            covered_of: within.len(),
        })
    }
}
