//! Medians, means and spreads of some numbers.

/// Those that are numbers: a run that failed has left none, or an infinite one. There is one zero, and not one below another.
pub(crate) fn finite(values: &[f64]) -> Vec<f64> {
    values.iter().copied().filter(|value| value.is_finite()).map(|value| value + 0.0).collect()
}

/// Puts them into another order; 0 of none.
pub(crate) fn median_of(values: &mut [f64]) -> f64 {
    if values.is_empty() {
        return 0.0;
    }
    let half = values.len() / 2;
    let even = values.len().is_multiple_of(2);
    let (below, middle, _) = values.select_nth_unstable_by(half, f64::total_cmp);
    let middle = *middle;
    if !even {
        return middle;
    }
    let next = below.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    // Halved first: the sum of two large ones is infinite.
    next / 2.0 + middle / 2.0
}

pub(crate) fn median(values: &[f64]) -> f64 {
    median_of(&mut values.to_vec())
}

/// The mean, and the sum of squared differences from it.
pub(crate) fn mean_and_squares(values: &[f64]) -> (f64, f64) {
    if values.is_empty() {
        return (0.0, 0.0);
    }
    // By what the first one is: of equal numbers the mean is that number, to the last bit.
    let first = values[0];
    let mean = first + values.iter().map(|value| value - first).sum::<f64>() / values.len() as f64;
    (mean, values.iter().map(|value| (value - mean).powi(2)).sum())
}

/// How many times as much. Of nothing, nothing is as much, and anything else infinitely more.
#[allow(clippy::float_cmp, reason = "two that are the same to the last bit")]
pub(crate) fn ratio(before: f64, after: f64) -> f64 {
    if before == after {
        1.0
    } else if before == 0.0 {
        f64::INFINITY.copysign(after)
    } else {
        after / before
    }
}

/// To four digits, as nobody reads more.
pub(crate) fn rounded(value: f64) -> String {
    let digits = if value == 0.0 { 0 } else { (3 - value.abs().log10().floor() as i32).clamp(0, 9) };
    format!("{value:.*}", digits as usize)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_median_is_in_the_middle_or_between_the_two_there() {
        assert_eq!(median(&[]), 0.0);
        assert_eq!(median(&[3.0]), 3.0);
        assert_eq!(median(&[9.0, 1.0, 5.0]), 5.0);
        assert_eq!(median(&[4.0, 1.0, 9.0, 2.0]), 3.0);
        assert_eq!(median(&[f64::MAX, f64::MAX]), f64::MAX);
    }

    #[test]
    fn equal_numbers_have_no_spread_at_all() {
        assert_eq!(mean_and_squares(&[0.1; 7]), (0.1, 0.0));
        assert_eq!(mean_and_squares(&[1.0, 2.0, 3.0]), (2.0, 2.0));
    }

    #[test]
    fn a_ratio_to_nothing_is_no_nonsense() {
        assert_eq!([ratio(2.0, 3.0), ratio(0.0, 0.0), ratio(0.0, 1.0)], [1.5, 1.0, f64::INFINITY]);
    }

    #[test]
    fn numbers_are_told_with_four_digits() {
        assert_eq!([0.0, 0.012_34, 1.5, 123.456, 98_765.4].map(rounded), ["0", "0.01234", "1.500", "123.5", "98765"]);
    }
}
