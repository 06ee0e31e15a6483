//! What stands out from its neighbours is brought near them (Hampel's filter): one run that something came between says nothing about the runs
//! behind it, and in a mean or a variance it would hide a step.

use crate::numbers::median_of;

/// So many runs on each side are its neighbours. A step that has lasted for as many is no outlier any more.
const NEIGHBOURS: usize = 6;
/// So many standard deviations are still usual.
const USUAL: f64 = 3.0;
/// Of a normal distribution, by the median of the distances from its middle.
const DEVIATIONS: f64 = 1.482_6;

/// The same series with outliers at the edge of what is usual around them.
pub(super) fn tamed(values: &[f64]) -> Vec<f64> {
    let mut around = Vec::with_capacity(2 * NEIGHBOURS + 1);
    (0..values.len())
        .map(|at| {
            around.clear();
            around.extend_from_slice(&values[at.saturating_sub(NEIGHBOURS)..values.len().min(at + NEIGHBOURS + 1)]);
            let middle = median_of(&mut around);
            for value in &mut around {
                *value = (*value - middle).abs();
            }
            let usual = USUAL * DEVIATIONS * median_of(&mut around);
            values[at].clamp(middle - usual, middle + usual)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Between 9 and 11.
    fn usual() -> Vec<f64> {
        (0..40).map(|run| 9.0 + f64::from(run * 7 % 5) / 2.0).collect()
    }

    #[test]
    fn one_that_stands_out_is_brought_near() {
        let mut values = usual();
        values[20] = 100.0;
        values[39] = -100.0;

        let tame = tamed(&values);

        assert!((10.0..20.0).contains(&tame[20]) && (0.0..10.0).contains(&tame[39]), "{tame:?}");
        assert_eq!(tame[..20], values[..20]);
    }

    #[test]
    fn a_step_is_left_as_it_is() {
        let values: Vec<f64> = usual().iter().enumerate().map(|(run, value)| if run < 25 { *value } else { value * 1.5 }).collect();

        assert_eq!(tamed(&values), values);
        assert_eq!(tamed(&[vec![1.0; 10], vec![2.0; 6]].concat()), [vec![1.0; 10], vec![2.0; 6]].concat());
    }

    #[test]
    fn large_numbers_and_none_are_no_trouble() {
        assert!(tamed(&[]).is_empty());
        assert_eq!(tamed(&[f64::MAX, f64::MIN, f64::MAX]).len(), 3);
    }
}
