//! Mann and Whitney's test of the runs before a place and behind it.

use std::ops::Range;

use super::{
    Step,
    segments::{Clearest, apart},
};
use crate::ranks::mann_whitney;

/// So many runs on each side, the half of E-divisive's window. With twelve, as Perfherder has, it would miss one in eight of the steps of 10 %
/// at 8 % noise.
const MOST: usize = 25;
/// Fewer are no window: at the end of a series a step is seen after as many runs.
const FEWEST: usize = 6;
/// By itself it would see something in one of fifteen series in which nothing happens; but it is one vote, and a step needs two.
const LIKELY: f64 = 0.005;

pub(super) fn steps(values: &[f64]) -> Vec<Step> {
    apart(values.len(), |part, at| look(values, part, at))
}

pub(super) fn sees(values: &[f64], part: &Range<usize>, step: Step) -> bool {
    look(values, part, step.at).is_some_and(|seen| seen.step == step)
}

fn look(values: &[f64], part: &Range<usize>, at: usize) -> Option<Clearest> {
    if at < part.start + FEWEST || part.end < at + FEWEST {
        return None;
    }
    let before = &values[part.start.max(at.saturating_sub(MOST))..at];
    let behind = &values[at..part.end.min(at + MOST)];
    let ranked = mann_whitney(before, behind);
    // As far as a logarithm goes: p can be too small for a number.
    (ranked.p < LIKELY).then(|| Clearest { step: Step { at, up: ranked.delta > 0.0 }, clarity: -ranked.p.max(f64::MIN_POSITIVE).ln() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_is_seen_after_six_runs_and_not_before() {
        let values = |behind: usize| [(0..30).map(|run| f64::from(29 - run)).collect::<Vec<_>>(), vec![100.0; behind]].concat();

        assert!(sees(&values(6), &(0..36), Step { at: 30, up: true }));
        assert!(!sees(&values(5), &(0..35), Step { at: 30, up: true }));
    }

    #[test]
    fn beside_other_steps_a_part_alone_is_looked_at() {
        let values = [vec![1.0; 20], vec![2.0; 20], vec![1.0; 20]].concat();
        let step = Step { at: 40, up: false };

        assert!(sees(&values, &(20..60), step));
        assert!(!sees(&values, &(20..60), Step { up: true, ..step }));
        assert!(!sees(&values, &(35..60), step) && !sees(&values, &(20..45), step));
    }

    #[test]
    fn down_is_not_up() {
        assert_eq!(steps(&[vec![2.0; 15], vec![1.0; 15]].concat()), [Step { at: 15, up: false }]);
    }
}
