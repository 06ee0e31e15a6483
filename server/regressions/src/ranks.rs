//! Whether one of two samples is larger, by ranks: an outlier is the largest, however large it is.

use crate::{distribution::normal_two_sided, numbers::finite};

/// Of a pair of numbers, one from each sample: how often the second is larger.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ranked {
    /// Mann and Whitney's U of the second sample: pairs in which it is larger, and half of those in which both are equal.
    pub u: f64,
    /// How likely chance alone is to give a U as far from the middle as this, on either side: 1 where nothing can be said.
    pub p: f64,
    /// Cliff's delta: -1 when the second sample is smaller in every pair, 1 when it is larger. From 0.474 on it counts as large.
    pub delta: f64,
}

/// Up to so many numbers, none twice, chance is counted out instead of approximated.
const COUNTED_OUT: usize = 20;

/// Mann and Whitney's test ("On a test of whether one of two random variables is stochastically larger than the other", 1947), with the
/// correction for ties and for U's being whole; exact for twenty different numbers at most. What is no number is left out.
pub fn mann_whitney(first: &[f64], second: &[f64]) -> Ranked {
    let (first, second) = (finite(first), finite(second));
    let (n, m) = (first.len(), second.len());
    if n == 0 || m == 0 {
        return Ranked { u: 0.0, p: 1.0, delta: 0.0 };
    }
    let mut all: Vec<(f64, bool)> = first.iter().map(|value| (*value, false)).chain(second.iter().map(|value| (*value, true))).collect();
    all.sort_unstable_by(|one, other| one.0.total_cmp(&other.0));

    // Equal ones share the middle of their ranks.
    let (mut ranks, mut ties, mut at) = (0.0, 0.0, 0);
    for equal in all.chunk_by(|one, other| one.0.total_cmp(&other.0).is_eq()) {
        let count = equal.len() as f64;
        let ours = equal.iter().filter(|(_, second)| *second).count() as f64;
        ranks += ours * (at as f64 + f64::midpoint(count, 1.0));
        ties += count.powi(3) - count;
        at += equal.len();
    }
    let (n_f, m_f) = (n as f64, m as f64);
    let (pairs, total) = (n_f * m_f, n_f + m_f);
    let u = ranks - m_f * (m_f + 1.0) / 2.0;
    let p = if ties == 0.0 && n + m <= COUNTED_OUT {
        counted_out(n, m, u)
    } else {
        let variance = pairs / 12.0 * ((total + 1.0) - ties / (total * (total - 1.0)));
        let away = ((u - pairs / 2.0).abs() - 0.5).max(0.0);
        if variance > 0.0 { normal_two_sided(away / variance.sqrt()) } else { 1.0 }
    };
    Ranked { u, p, delta: 2.0 * u / pairs - 1.0 }
}

/// See [`Ranked::delta`].
pub fn cliffs_delta(first: &[f64], second: &[f64]) -> f64 {
    mann_whitney(first, second).delta
}

/// The share of all ways to rank n and m numbers that give a U as far from the middle.
fn counted_out(n: usize, m: usize, u: f64) -> f64 {
    // ways[k][s]: in how many ways k of the ranks so far give the sum s above the least one.
    let most = n * m;
    let mut ways = vec![vec![0.0_f64; most + 1]; m + 1];
    ways[0][0] = 1.0;
    for rank in 0..n + m {
        for taken in (1..=m.min(rank + 1)).rev() {
            // Taken as the `taken`th, it is above so many that were not.
            let above = rank + 1 - taken;
            for sum in (above..=most).rev() {
                ways[taken][sum] += ways[taken - 1][sum - above];
            }
        }
    }
    let all: f64 = ways[m].iter().sum();
    let nearer = u.min(most as f64 - u);
    let tail: f64 = ways[m].iter().take(nearer as usize + 1).sum();
    (2.0 * tail / all).min(1.0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn close(measured: f64, known: f64) {
        assert!((measured - known).abs() < 1e-6, "{measured} is not {known}");
    }

    #[test]
    fn few_numbers_are_counted_out() {
        // Each of the C(6, 3) ways is as likely; two of them are this far apart.
        close(mann_whitney(&[1.0, 2.0, 3.0], &[4.0, 5.0, 6.0]).p, 2.0 / 20.0);
        // Of the C(8, 4): 1, 1 and 2 ways for U of 0, 1 and 2.
        close(mann_whitney(&[1.0, 2.0, 4.0, 5.0], &[3.0, 6.0, 7.0, 8.0]).p, 2.0 * 4.0 / 70.0);
        assert_eq!(mann_whitney(&[1.0, 4.0], &[2.0, 3.0]).p, 1.0);
    }

    #[test]
    fn many_are_approximated_with_ties_corrected() {
        // Three are 2, and two are 3.
        let ranked = mann_whitney(&[1.0, 2.0, 2.0, 3.0], &[2.0, 3.0, 4.0, 5.0]);

        close(ranked.u, 13.5);
        close(ranked.delta, 11.0 / 16.0);
        let ties = (27.0 - 3.0) + (8.0 - 2.0);
        let variance: f64 = 16.0 / 12.0 * (9.0 - ties / 56.0);
        close(ranked.p, normal_two_sided(5.0 / variance.sqrt()));
    }

    #[test]
    fn what_was_counted_out_and_what_is_approximated_agree() {
        let first: Vec<f64> = (0..10).map(|n| f64::from(n) * 2.0).collect();
        let second: Vec<f64> = (0..10).map(|n| f64::from(n) * 2.0 + 7.0).collect();
        let exact = mann_whitney(&first, &second);
        let away = (exact.u - 50.0).abs() - 0.5;

        assert!((exact.p / normal_two_sided(away / (100.0_f64 / 12.0 * 21.0).sqrt()) - 1.0).abs() < 0.1, "{exact:?}");
    }

    #[test]
    fn of_nothing_and_of_equals_nothing_is_said() {
        assert_eq!(mann_whitney(&[], &[1.0]).p, 1.0);
        assert_eq!(mann_whitney(&[f64::NAN], &[1.0]).p, 1.0);
        assert_eq!(mann_whitney(&[5.0; 30], &[5.0; 30]), Ranked { u: 450.0, p: 1.0, delta: 0.0 });
        assert_eq!(mann_whitney(&[0.0; 30], &[-0.0; 30]).p, 1.0);
    }

    #[test]
    fn deltas_end_at_one() {
        assert_eq!(cliffs_delta(&[1.0, 2.0], &[3.0, 1e300]), 1.0);
        assert_eq!(cliffs_delta(&[3.0, 4.0], &[1.0, 2.0]), -1.0);
    }

    proptest! {
        #[test]
        fn u_is_the_number_of_pairs(first in samples(), second in samples()) {
            let ranked = mann_whitney(&first, &second);

            let above = |one: &f64, other: &f64| if other > one { 1.0 } else if other == one { 0.5 } else { 0.0 };
            let pairs: f64 = first.iter().flat_map(|one| second.iter().map(move |other| above(one, other))).sum();
            prop_assert!((ranked.u - pairs).abs() < 1e-9);
            prop_assert!((0.0..=1.0).contains(&ranked.p) && ranked.delta.abs() <= 1.0);
        }

        #[test]
        fn the_other_way_round_it_is_the_other_way_round(first in samples(), second in samples()) {
            let (there, back) = (mann_whitney(&first, &second), mann_whitney(&second, &first));

            prop_assert!((there.p - back.p).abs() < 1e-9 && (there.delta + back.delta).abs() < 1e-9);
        }
    }

    /// With ties, and without.
    fn samples() -> impl Strategy<Value = Vec<f64>> {
        prop_oneof![prop::collection::vec((0_u8..9).prop_map(f64::from), 1..15), prop::collection::vec(-1e3..1e3, 1..15)]
    }
}
