//! Within what a ratio lies, by drawing again and again from what was measured (Efron, "Bootstrap methods", 1979).

use crate::numbers::{finite, median_of, ratio};

/// Numbers that look like chance and are the same each time: `SplitMix64` (Steele, Lea and Flood, 2014).
#[derive(Clone, Debug)]
pub struct Chance(u64);

/// Between which ratios the true one lies.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    pub low: f64,
    pub high: f64,
}

/// How often is drawn: at two thousand the ends of an interval wobble by less than a fifth of a percent.
const DRAWS: usize = 2_000;
/// How many of a hundred intervals have the truth in them.
const SURE: f64 = 0.95;

impl Chance {
    pub const fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub const fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// From 0 on, below 1.
    pub fn unit(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Below a number; 0 where that is 0. The error of the multiplication (Lemire) is nothing for numbers as small as these.
    pub fn below(&mut self, end: usize) -> usize {
        ((u128::from(self.bits()) * end as u128) >> 64) as usize
    }

    /// Of the normal distribution (Box and Muller).
    pub fn normal(&mut self) -> f64 {
        (-2.0 * (1.0 - self.unit()).ln()).sqrt() * (std::f64::consts::TAU * self.unit()).cos()
    }
}

/// The interval of the ratio of medians, the new one to the base, by percentiles of what is drawn. Of nothing it is everything.
pub fn ratio_of_medians(base: &[f64], new: &[f64], seed: u64) -> Interval {
    let (base, new) = (finite(base), finite(new));
    if base.is_empty() || new.is_empty() {
        return Interval { low: 0.0, high: f64::INFINITY };
    }
    let mut chance = Chance::new(seed);
    let (mut from_base, mut from_new) = (vec![0.0; base.len()], vec![0.0; new.len()]);
    let mut draw = |from: &[f64], into: &mut [f64]| {
        into.fill_with(|| from[chance.below(from.len())]);
        median_of(into)
    };
    let mut ratios: Vec<f64> = (0..DRAWS)
        .map(|_| {
            let before = draw(&base, &mut from_base);
            ratio(before, draw(&new, &mut from_new))
        })
        .collect();
    ratios.sort_unstable_by(f64::total_cmp);
    let cut = (DRAWS as f64 * (1.0 - SURE) / 2.0) as usize;
    Interval { low: ratios[cut], high: ratios[DRAWS - 1 - cut] }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chance_is_that_of_the_reference() {
        // The first numbers of the generator as its authors published it.
        let mut chance = Chance::new(1_234_567);
        assert_eq!([chance.bits(), chance.bits(), chance.bits()], [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423]);
    }

    #[test]
    fn what_is_drawn_stays_within_its_bounds() {
        let mut chance = Chance::new(1);

        let mean = (0..10_000).map(|_| chance.normal()).sum::<f64>() / 10_000.0;

        assert!(mean.abs() < 0.05);
        assert!((0..1_000).all(|_| chance.below(7) < 7 && (0.0..1.0).contains(&chance.unit())));
        assert_eq!(chance.below(0), 0);
    }

    #[test]
    fn the_same_numbers_get_the_same_interval() {
        let base: Vec<f64> = (0..15).map(|n| 10.0 + f64::from(n) / 10.0).collect();
        let new: Vec<f64> = base.iter().map(|value| value * 1.2).collect();
        let interval = ratio_of_medians(&base, &new, 7);

        assert_eq!(interval, ratio_of_medians(&base, &new, 7));
        assert!(interval.low < 1.2 && 1.2 < interval.high && interval.low > 1.1 && interval.high < 1.3, "{interval:?}");
    }

    #[test]
    fn nineteen_of_twenty_intervals_have_the_truth_in_them() {
        let mut chance = Chance::new(3);
        let mut sample = |middle: f64| -> Vec<f64> { (0..15).map(|_| middle * (0.05 * chance.normal()).exp()).collect() };

        let within = (0..100)
            .filter(|seed| {
                let interval = ratio_of_medians(&sample(1.0), &sample(1.1), *seed);
                interval.low <= 1.1 && 1.1 <= interval.high
            })
            .count();

        assert!((88..=100).contains(&within), "{within} of 100");
    }

    #[test]
    fn of_constants_and_of_nothing_it_is_no_nonsense() {
        assert_eq!(ratio_of_medians(&[2.0; 15], &[3.0; 15], 1), Interval { low: 1.5, high: 1.5 });
        assert_eq!(ratio_of_medians(&[0.0; 15], &[0.0; 15], 1), Interval { low: 1.0, high: 1.0 });
        assert_eq!(ratio_of_medians(&[], &[1.0], 1), Interval { low: 0.0, high: f64::INFINITY });
    }
}
