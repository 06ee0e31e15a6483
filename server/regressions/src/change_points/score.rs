//! The score of Mozilla's Perfherder (Treeherder's `perfalert`): how far the weighted means of the runs before and behind are apart, by
//! their own spread. The nearest run weighs the most.

use std::ops::Range;

use super::{
    Step,
    segments::{Clearest, apart},
};

/// Runs on each side.
const WINDOW: usize = 12;
/// From there on it is an alert.
const ALERT: f64 = 7.0;

pub(super) fn steps(values: &[f64]) -> Vec<Step> {
    apart(values.len(), |part, at| look(values, part, at))
}

pub(super) fn sees(values: &[f64], part: &Range<usize>, step: Step) -> bool {
    look(values, part, step.at).is_some_and(|seen| seen.step == step)
}

fn look(values: &[f64], part: &Range<usize>, at: usize) -> Option<Clearest> {
    if at < part.start + WINDOW || part.end < at + WINDOW {
        return None;
    }
    let score = score(values[at - WINDOW..at].iter().rev(), values[at..at + WINDOW].iter());
    (score.abs() >= ALERT).then_some(Clearest { step: Step { at, up: score > 0.0 }, clarity: score.abs() })
}

/// Of runs in the order of how near they are.
fn score<'a>(before: impl ExactSizeIterator<Item = &'a f64> + Clone, behind: impl ExactSizeIterator<Item = &'a f64> + Clone) -> f64 {
    let count = before.len() as f64;
    let ((before, spread_before), (behind, spread_behind)) = (weighted(before), weighted(behind));
    let apart = behind - before;
    let spread = ((spread_before + spread_behind) / count).sqrt();
    // Of what never wobbles every difference is one.
    if apart == 0.0 { 0.0 } else { apart / spread }
}

/// The mean with weights that fall from 1 by equal steps, and the variance around it.
fn weighted<'a>(values: impl ExactSizeIterator<Item = &'a f64> + Clone) -> (f64, f64) {
    let count = values.len() as f64;
    // By what the first one is, so that equal ones are equal to the last bit.
    let first = values.clone().next().copied().unwrap_or(0.0);
    let weight = |place: usize| (count - place as f64) / count;
    let all: f64 = (0..values.len()).map(weight).sum();
    let mean = first + values.clone().enumerate().map(|(place, value)| weight(place) * (value - first)).sum::<f64>() / all;
    (mean, values.map(|value| (value - mean).powi(2)).sum::<f64>() / (count - 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_weighs_most() {
        let (mean, variance) = weighted([3.0, 0.0, 0.0].iter());

        assert!((mean - 1.5).abs() < 1e-12);
        assert!((variance - (2.25 + 2.25 + 2.25) / 2.0).abs() < 1e-12);
    }

    #[test]
    fn an_alert_needs_twelve_on_both_sides_and_seven() {
        let side = |middle: f64, count: usize| (0..count).map(move |n| middle + if n % 2 == 0 { 0.5 } else { -0.5 });
        let values = |by: f64, behind: usize| side(10.0, 12).chain(side(10.0 + by, behind)).collect::<Vec<_>>();

        // The spread is some 0.52 on each side, by the square root of six 0.21: seven times that is 1.5.
        assert_eq!(steps(&values(1.8, 12)), [Step { at: 12, up: true }]);
        assert_eq!(steps(&values(1.2, 12)), []);
        assert_eq!(steps(&values(1.8, 11)), []);
    }

    #[test]
    fn constants_differ_infinitely_or_not_at_all() {
        assert_eq!(steps(&[vec![1.0; 12], vec![0.9; 12]].concat()), [Step { at: 12, up: false }]);
        assert_eq!(steps(&[0.1; 24]), []);
    }
}
