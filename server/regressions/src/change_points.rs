//! The steps in a series of runs: since when something is slower.
//!
//! Three look for them, and what two of them see is told. Each sees other things that are not there, and all three see what is:
//!
//! - [`divisive`]: E-divisive with Student's test in windows of 50, as Apache Otava (formerly Hunter) does it;
//! - [`windows`]: Mann and Whitney's test of the runs before and behind, which an outlier does not move;
//! - [`score`]: Mozilla's Perfherder, which looks at the nearest twelve runs and sees large steps alone.
//!
//! A value that is no number is left out, and a single one far from its neighbours is brought near them before anybody looks. Runs are taken by their
//! place: where some are missing, what stands beside each other is compared. Several values of one run are to be made one before, by the least of three
//! measurements or their median.
//!
//! What the self-test says of it, in series of 60 runs, each the least of three measurements with 8 % noise: of those in which nothing happens
//! 2 % tell of something. Of steps of 10 % with fifteen runs on both sides 97 to 99 % are found; where they are is noisy too, so that 93 to 96 % are
//! within five runs of the truth and the others within ten. Of steps of 5 % it finds two in five, of 20 % all. With single measurements instead of the
//! least of three it finds two thirds of the steps of 10 %. Two things it does not know: a drift is told as one or several steps, and
//! noise that lasts from run to run, as on a machine that is busy for hours, looks like steps (in 10 % of series, where half as much lasts as
//! comes and goes); that is why two builds are compared in turns ([`crate::compare`]).
//!
//! Tried and left out: the plain vote of three lists of places, which missed one step in ten, as each of them has its own idea of where a step is; windows
//! of twelve runs for the test of ranks, which missed one in eight.

mod divisive;
mod outliers;
mod score;
mod segments;
mod windows;

use std::{fmt, ops::Range};

use crate::{
    Bigger,
    numbers::{median, rounded},
};

/// A run.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// Its place among the others: a number, or a moment. How far they are apart does not matter.
    pub at: i64,
    pub value: f64,
}

/// Since a run it is another value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ChangePoint {
    /// Of the first run with the new value, in the series as it was given; and the place of that run.
    pub index: usize,
    pub at: i64,
    /// Medians of the runs from the change before, or the beginning, and of those up to the one behind, or the end.
    pub before: f64,
    pub after: f64,
    /// By how much it is more, or, below zero, less; none where it was 0 before.
    pub percent: Option<f64>,
    pub change: Change,
    pub votes: Votes,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    Worse,
    Better,
}

/// Who sees it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Votes {
    pub divisive: bool,
    pub windows: bool,
    pub score: bool,
}

/// What one of them sees: the place of the first run behind a step, and whether that one goes up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Step {
    at: usize,
    up: bool,
}

/// Of three.
const VOTES: u32 = 2;
/// So many runs apart two of them mean the same step: where it is, is noisy too.
const SAME: usize = 5;

/// The steps of a series, the first one first.
pub fn find(series: &[Point], bigger: Bigger) -> Vec<ChangePoint> {
    let mut runs: Vec<(usize, Point)> = series.iter().copied().enumerate().filter(|(_, point)| point.value.is_finite()).collect();
    runs.sort_by_key(|(_, point)| point.at);
    let values: Vec<f64> = runs.iter().map(|(_, point)| point.value).collect();
    let tame = outliers::tamed(&values);
    let seen = |by: Voter| (by.steps)(&tame);
    let steps = elected(&tame, VOTERS.map(seen));

    let ends = steps.iter().skip(1).map(|(step, _)| step.at).chain([values.len()]);
    let mut from = 0;
    let mut found = Vec::with_capacity(steps.len());
    for ((step, votes), end) in steps.iter().zip(ends) {
        let (before, after) = (median(&values[from..step.at]), median(&values[step.at..end]));
        from = step.at;
        // Sides that look the same by their medians were told apart by what lies far from them.
        if before.total_cmp(&after).is_eq() {
            continue;
        }
        let (index, point) = runs[step.at];
        let change = if (after > before) == (bigger == Bigger::Worse) { Change::Worse } else { Change::Better };
        let percent = (before != 0.0).then(|| (after - before) / before.abs() * 100.0);
        found.push(ChangePoint { index, at: point.at, before, after, percent, change, votes: *votes });
    }
    found
}

/// What the three have in common.
#[derive(Clone, Copy)]
struct Voter {
    /// The places where it sees a step by itself.
    steps: fn(&[f64]) -> Vec<Step>,
    /// Whether it sees one at a place of a part, beside which there are other steps.
    sees: fn(&[f64], &Range<usize>, Step) -> bool,
}

const VOTERS: [Voter; 3] = [
    Voter { steps: divisive::steps, sees: divisive::sees },
    Voter { steps: windows::steps, sees: windows::sees },
    Voter { steps: score::steps, sees: score::sees },
];

/// Those that two agree upon. Each may propose, in their order, as E-divisive knows best where a step is, and is then asked about what the others propose: at
/// that place or a few runs from it, as where a step is clearest is noisy too.
fn elected(values: &[f64], proposed: [Vec<Step>; 3]) -> Vec<(Step, Votes)> {
    let mut elected: Vec<(Step, Votes)> = Vec::new();
    for (who, steps) in proposed.iter().enumerate() {
        for (place, step) in steps.iter().enumerate() {
            if elected.iter().any(|(known, _)| known.same(*step)) {
                continue;
            }
            let from = if place == 0 { 0 } else { steps[place - 1].at };
            let to = steps.get(place + 1).map_or(values.len(), |next| next.at);
            let asked = |voter: usize| {
                voter == who
                    || proposed[voter].iter().any(|own| own.same(*step))
                    || step.around(&(from..to)).any(|near| (VOTERS[voter].sees)(values, &(from..to), near))
            };
            let votes = Votes { divisive: asked(0), windows: asked(1), score: asked(2) };
            if votes.count() >= VOTES {
                elected.push((*step, votes));
            }
        }
    }
    elected.sort_by_key(|(step, _)| step.at);
    elected
}

impl Step {
    fn same(self, other: Self) -> bool {
        self.up == other.up && self.at.abs_diff(other.at) <= SAME
    }

    /// The places that mean the same, within a part.
    fn around(self, part: &Range<usize>) -> impl Iterator<Item = Self> {
        let from = self.at.saturating_sub(SAME).max(part.start + 1);
        (from..part.end.min(self.at + SAME + 1)).map(move |at| Self { at, ..self })
    }
}

impl Votes {
    pub fn count(self) -> u32 {
        u32::from(self.divisive) + u32::from(self.windows) + u32::from(self.score)
    }
}

impl fmt::Display for ChangePoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let change = match self.change {
            Change::Worse => "Worse",
            Change::Better => "Better",
        };
        write!(f, "{change} since {}: from {} to {}", self.at, rounded(self.before), rounded(self.after))?;
        if let Some(percent) = self.percent {
            write!(f, ", by {percent:+.1} %")?;
        }
        write!(f, ", as {} of 3 see it.", self.votes.count())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn series(values: &[f64]) -> Vec<Point> {
        values.iter().enumerate().map(|(at, value)| Point { at: at as i64, value: *value }).collect()
    }

    /// Around a value, without chance.
    fn wobbling(middle: f64, runs: usize) -> impl Iterator<Item = f64> {
        [0.0, 0.02, -0.02, 0.01, -0.01, 0.03, -0.03].into_iter().cycle().take(runs).map(move |by| middle * (1.0 + by))
    }

    #[test]
    fn a_step_is_told_with_what_was_before_and_is_behind() {
        let values: Vec<f64> = wobbling(10.0, 20).chain(wobbling(12.0, 20)).collect();

        let found = find(&series(&values), Bigger::Worse);

        assert_eq!(found.len(), 1, "{found:?}");
        let step = found[0];
        assert_eq!((step.index, step.at, step.change, step.votes.count()), (20, 20, Change::Worse, 3));
        assert_eq!(step.to_string(), "Worse since 20: from 10.00 to 12.00, by +20.0 %, as 3 of 3 see it.");
        assert_eq!(find(&series(&values), Bigger::Better)[0].change, Change::Better);
    }

    #[test]
    fn what_went_up_and_came_back_is_two_steps() {
        let values: Vec<f64> = wobbling(10.0, 20).chain(wobbling(13.0, 15)).chain(wobbling(10.0, 25)).collect();

        let found: Vec<_> = find(&series(&values), Bigger::Worse).iter().map(|step| (step.index, step.change, step.after)).collect();

        assert_eq!(found, [(20, Change::Worse, 13.0), (35, Change::Better, 10.0)]);
    }

    #[test]
    fn nothing_is_seen_in_little_or_in_constants() {
        assert!(find(&[], Bigger::Worse).is_empty());
        assert!(find(&series(&[1.0]), Bigger::Worse).is_empty());
        assert!(find(&series(&[1.0, 2.0]), Bigger::Worse).is_empty());
        assert!(find(&series(&[4.0; 200]), Bigger::Worse).is_empty());
        assert!(find(&series(&[0.0; 60]), Bigger::Worse).is_empty());
        assert!(find(&series(&[f64::NAN; 60]), Bigger::Worse).is_empty());
    }

    #[test]
    fn a_counter_that_never_wobbles_is_told_by_its_step() {
        let found = find(&series(&[vec![70_000.0; 30], vec![70_100.0; 8]].concat()), Bigger::Worse);

        assert_eq!(found.iter().map(|step| (step.index, step.after)).collect::<Vec<_>>(), [(30, 70_100.0)]);
        let from_nothing = find(&series(&[vec![0.0; 20], vec![3.0; 20]].concat()), Bigger::Worse);
        assert_eq!(from_nothing.iter().map(|step| (step.index, step.percent)).collect::<Vec<_>>(), [(20, None)]);
    }

    #[test]
    fn single_outliers_are_no_steps() {
        let mut values: Vec<f64> = wobbling(10.0, 60).collect();
        for at in [3, 17, 31, 59] {
            values[at] *= 4.0;
        }

        assert!(find(&series(&values), Bigger::Worse).is_empty());
    }

    #[test]
    fn outliers_do_not_hide_a_step() {
        let mut values: Vec<f64> = wobbling(10.0, 30).chain(wobbling(12.0, 30)).collect();
        values[5] *= 1.5;
        values[44] *= 1.5;

        let found = find(&series(&values), Bigger::Worse);

        assert_eq!(found.iter().map(|step| step.index).collect::<Vec<_>>(), [30]);
    }

    #[test]
    fn holes_and_the_order_do_not_matter() {
        let values: Vec<f64> = wobbling(10.0, 20).chain(wobbling(12.0, 20)).collect();
        // Gone are runs that failed, and a month in which there were none.
        let mut points: Vec<Point> = values
            .iter()
            .enumerate()
            .map(|(at, value)| Point { at: if at < 25 { at as i64 } else { at as i64 + 1_000_000 }, value: *value })
            .collect();
        points.insert(10, Point { at: 9, value: f64::NAN });
        points.insert(22, Point { at: 20, value: f64::INFINITY });
        points.reverse();

        let found = find(&points, Bigger::Worse);

        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(found[0].at, 20);
        assert_eq!(points[found[0].index].value, 12.0);
    }

    #[test]
    fn one_vote_is_none() {
        let step = |at, up| Step { at, up };
        // In which nobody sees a step that they do not propose.
        let values = vec![1.0; 60];
        let seen = |divisive: &[Step], windows: &[Step], score: &[Step]| -> Vec<(usize, u32)> {
            let elected = elected(&values, [divisive.to_vec(), windows.to_vec(), score.to_vec()]);
            elected.iter().map(|(step, votes)| (step.at, votes.count())).collect()
        };

        assert_eq!(seen(&[step(20, true)], &[], &[]), []);
        assert_eq!(seen(&[step(20, true)], &[step(25, true)], &[]), [(20, 2)]);
        assert_eq!(seen(&[step(20, true)], &[step(26, true)], &[]), []);
        assert_eq!(seen(&[step(20, true)], &[step(20, false)], &[]), []);
        assert_eq!(seen(&[], &[step(40, true)], &[step(41, true)]), [(40, 2)]);
        assert_eq!(seen(&[step(50, false)], &[step(10, true), step(50, false)], &[step(10, true), step(49, false)]), [(10, 2), (50, 3)]);
    }

    #[test]
    fn who_does_not_propose_is_asked_about_places_near_by() {
        let values: Vec<f64> = wobbling(10.0, 20).chain(wobbling(12.0, 20)).collect();
        let asked = |at: usize, up: bool| elected(&values, [vec![Step { at, up }], Vec::new(), Vec::new()]);

        assert_eq!(asked(20, true)[0].1, Votes { divisive: true, windows: true, score: true });
        // Far from it the windows still differ, but the score does not any more.
        assert_eq!(asked(29, true)[0].1, Votes { divisive: true, windows: true, score: false });
        assert!(asked(20, false).is_empty());
    }
}
