//! Two builds on one machine, measured in turns: whether the new one is slower.
//!
//! Each of the numbers is the least of three measurements: what disturbs one makes it slower and never faster. Slower is said only when
//! chance would hardly do it, the difference is large beside the noise, *and* it is one that matters: three conditions, as each alone is met by what
//! is no regression (the first by a difference of nothing, measured often; the second by the same on a quiet machine; the third by one bad minute).
//!
//! By the self-test, where measurements differ by 8 %: of two builds that are the same one in two thousand is called worse or better. Of builds that are
//! 10 % slower 15 pairs find half, 20 pairs three quarters, 30 pairs nine of ten; of those that are 20 % slower they miss none. On a quiet machine (3 %) 15
//! pairs find them all. Who looks for something small measures more pairs, and does not measure again until it comes out as hoped.

use std::fmt;

use crate::{
    Bigger,
    bootstrap::{Interval, ratio_of_medians},
    numbers::{finite, median, ratio},
    ranks::mann_whitney,
};

/// What is said of two builds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Verdict {
    Worse(Found),
    Better(Found),
    /// No difference that the rule is sure of; how large one may be there all the same is in the interval.
    NoDifference(Found),
    /// So many numbers of each. Nothing is said of fewer than [`FEWEST`].
    TooFew {
        base: usize,
        new: usize,
    },
}

/// What was found, whatever is made of it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Found {
    /// Medians.
    pub base: f64,
    pub new: f64,
    /// How likely chance alone is to set them as far apart: see [`crate::ranks::Ranked::p`].
    pub p: f64,
    /// Cliff's delta; above 0 the new ones are larger.
    pub delta: f64,
    /// The median of the new ones by that of the base, and within what it lies (95 %).
    pub ratio: f64,
    pub interval: Interval,
}

/// Pairs.
pub const FEWEST: usize = 15;
/// Of so many measurements the least counts.
pub const LEAST_OF: usize = 3;
/// A verdict is about some ten figures, each time: one in a hundred would be wrong often.
const LIKELY: f64 = 0.001;
/// From here on Romano and others (2006) call it large (0.474).
const LARGE: f64 = 0.47;
/// What matters: less nobody notices, and two builds of the same source differ by as much (where code happens to lie in memory).
const MATTERS: f64 = 1.03;
/// Any number is as good; it stays the same, so that the same measurements get the same verdict.
const SEED: u64 = 0x5eed;

/// Of times, bytes, and whatever else is better when it is less.
pub fn verdict(base: &[f64], new: &[f64]) -> Verdict {
    verdict_where(Bigger::Worse, base, new)
}

pub fn verdict_where(bigger: Bigger, base: &[f64], new: &[f64]) -> Verdict {
    let (base, new) = (finite(base), finite(new));
    if base.len().min(new.len()) < FEWEST {
        return Verdict::TooFew { base: base.len(), new: new.len() };
    }
    let ranked = mann_whitney(&base, &new);
    let (before, after) = (median(&base), median(&new));
    let interval = ratio_of_medians(&base, &new, SEED);
    let found = Found { base: before, new: after, p: ranked.p, delta: ranked.delta, ratio: ratio(before, after), interval };
    let differs = found.p < LIKELY && found.delta.abs() >= LARGE;
    let more = differs && found.delta > 0.0 && interval.low > MATTERS;
    let less = differs && found.delta < 0.0 && interval.high < 1.0 / MATTERS;
    match (more, less, bigger) {
        (true, _, Bigger::Worse) | (_, true, Bigger::Better) => Verdict::Worse(found),
        (true, _, Bigger::Better) | (_, true, Bigger::Worse) => Verdict::Better(found),
        (false, false, _) => Verdict::NoDifference(found),
    }
}

/// The least of each so many, one after the other; what is left over in the end is no whole group and counts for nothing. With `bigger` better
/// it is the most.
pub fn best_of(group: usize, bigger: Bigger, measured: &[f64]) -> Vec<f64> {
    let better = |one: f64, other: f64| match bigger {
        Bigger::Worse => one.min(other),
        Bigger::Better => one.max(other),
    };
    measured.chunks_exact(group.max(1)).filter_map(|group| group.iter().copied().filter(|value| value.is_finite()).reduce(better)).collect()
}

impl Verdict {
    pub const fn found(&self) -> Option<&Found> {
        match self {
            Self::Worse(found) | Self::Better(found) | Self::NoDifference(found) => Some(found),
            Self::TooFew { .. } => None,
        }
    }

    pub const fn name(&self) -> &'static str {
        match self {
            Self::Worse(_) => "worse",
            Self::Better(_) => "better",
            Self::NoDifference(_) => "no difference found",
            Self::TooFew { .. } => "too few",
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Worse(found) => write!(f, "Worse by {found}."),
            Self::Better(found) => write!(f, "Better by {found}."),
            Self::NoDifference(found) => write!(f, "No difference found: {found}."),
            Self::TooFew { base, new } => {
                let fewer = base.min(new);
                write!(f, "Too few measurements: {base} of the base and {new} of the new build, where {FEWEST} of each are needed")?;
                write!(f, "; measure {} more.", FEWEST.saturating_sub(*fewer))
            }
        }
    }
}

impl fmt::Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (between {} and {}", percent(self.ratio), percent(self.interval.low), percent(self.interval.high))?;
        match self.p {
            p if p < 0.001 => write!(f, "; p < 0.001")?,
            p => write!(f, "; p = {p:.3}")?,
        }
        write!(f, ", delta {:+.2})", self.delta)
    }
}

fn percent(ratio: f64) -> String {
    format!("{:+.1} %", (ratio - 1.0) * 100.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{bootstrap::Chance, synthetic::Noise};

    fn sample(chance: &mut Chance, middle: f64, pairs: usize) -> Vec<f64> {
        (0..pairs).map(|_| middle * Noise::of(0.03).least_of(LEAST_OF, chance)).collect()
    }

    #[test]
    fn a_build_that_is_slower_is_called_worse_and_the_other_way_round_better() {
        let mut chance = Chance::new(1);
        let (base, new) = (sample(&mut chance, 1.0, 15), sample(&mut chance, 1.2, 15));

        assert!(matches!(verdict(&base, &new), Verdict::Worse(found) if (1.1..1.3).contains(&found.ratio)));
        assert!(matches!(verdict(&new, &base), Verdict::Better(_)));
        assert!(matches!(verdict_where(Bigger::Better, &base, &new), Verdict::Better(_)));
        assert!(matches!(verdict_where(Bigger::Better, &new, &base), Verdict::Worse(_)));
    }

    #[test]
    fn a_difference_that_does_not_matter_is_none_however_sure_it_is() {
        let base: Vec<f64> = (0..40).map(|n| 1.0 + f64::from(n) / 1e5).collect();
        let new: Vec<f64> = base.iter().map(|value| value * 1.02).collect();

        for (one, other, delta) in [(&base, &new, 1.0), (&new, &base, -1.0)] {
            let verdict = verdict(one, other);

            assert!(matches!(verdict, Verdict::NoDifference(found) if found.p < 1e-9 && found.delta == delta), "{verdict}");
        }
    }

    #[test]
    fn a_difference_that_is_small_beside_the_noise_is_none() {
        // Of two kinds of answers, quick ones and slow ones, there are somewhat more slow ones.
        let of = |quick: usize| [vec![1.0; quick], vec![2.0; 500 - quick]].concat();
        let verdict = verdict(&of(300), &of(200));

        assert!(matches!(verdict, Verdict::NoDifference(found) if found.p < 1e-9 && found.interval.low > 1.9 && found.delta < 0.3), "{verdict}");
    }

    #[test]
    fn a_difference_that_chance_may_do_is_none() {
        // All but two say so.
        let verdict = verdict(&[vec![1.0; 13], vec![2.0; 2]].concat(), &[vec![1.1; 13], vec![0.5; 2]].concat());

        assert!(
            matches!(verdict, Verdict::NoDifference(found) if found.p > LIKELY && found.interval.low > MATTERS && found.delta > LARGE),
            "{verdict}"
        );
    }

    #[test]
    fn one_bad_minute_is_no_regression() {
        let mut chance = Chance::new(2);
        let (base, mut new) = (sample(&mut chance, 1.0, 15), sample(&mut chance, 1.0, 15));
        new[4..8].iter_mut().for_each(|value| *value *= 3.0);

        assert!(matches!(verdict(&base, &new), Verdict::NoDifference(_)));
    }

    #[test]
    fn of_fewer_than_fifteen_nothing_is_said() {
        let mut new = vec![2.0; 20];
        new[0..6].fill(f64::NAN);

        let verdict = verdict(&[1.0; 20], &new);

        assert_eq!(verdict, Verdict::TooFew { base: 20, new: 14 });
        assert_eq!(verdict.to_string(), "Too few measurements: 20 of the base and 14 of the new build, where 15 of each are needed; measure 1 more.");
    }

    #[test]
    fn constants_differ_or_they_do_not() {
        assert!(matches!(verdict(&[7.0; 15], &[7.0; 15]), Verdict::NoDifference(found) if found.ratio == 1.0));
        assert!(matches!(verdict(&[0.0; 15], &[0.0; 15]), Verdict::NoDifference(found) if found.ratio == 1.0));
        assert!(matches!(verdict(&[0.0; 15], &[1.0; 15]), Verdict::Worse(_)));
        assert!(matches!(verdict(&[7.0; 15], &[8.0; 15]), Verdict::Worse(_)));
    }

    #[test]
    fn a_verdict_is_a_sentence() {
        assert_eq!(verdict(&[10.0; 15], &[11.0; 15]).to_string(), "Worse by +10.0 % (between +10.0 % and +10.0 %; p < 0.001, delta +1.00).");
        assert_eq!(verdict(&[8.0; 15], &[8.0; 15]).to_string(), "No difference found: +0.0 % (between +0.0 % and +0.0 %; p = 1.000, delta +0.00).");
    }

    #[test]
    fn the_best_of_three_counts() {
        let measured = [3.0, 1.0, 2.0, 9.0, f64::NAN, 8.0, 4.0];

        assert_eq!(best_of(3, Bigger::Worse, &measured), [1.0, 8.0]);
        assert_eq!(best_of(3, Bigger::Better, &measured), [3.0, 9.0]);
        assert!(best_of(3, Bigger::Worse, &[f64::NAN; 3]).is_empty());
    }
}
