//! Statistics that a few wrong figures do not move.

/// A straight line.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Line {
    pub slope: f64,
    /// At zero.
    pub intercept: f64,
}

/// None of nothing. Of an even number the mean of the two in the middle.
pub fn median(values: &[f64]) -> Option<f64> {
    quantile(values, 0.5)
}

/// The value below which `share` of all are, between two of them in proportion (Hyndman and Fan 1996, type 7). None of nothing.
pub fn quantile(values: &[f64], share: f64) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let at = share.clamp(0.0, 1.0) * sorted.len().checked_sub(1)? as f64;
    let (low, high) = (sorted[at.floor() as usize], sorted[at.ceil() as usize]);
    Some(low + (high - low) * at.fract())
}

/// The median distance from the median, times what makes it the deviation of a normal distribution (Hampel 1974). None of nothing.
pub fn deviation(values: &[f64]) -> Option<f64> {
    let middle = median(values)?;
    median(&values.iter().map(|value| (value - middle).abs()).collect::<Vec<_>>()).map(|distance| 1.482_6 * distance)
}

/// The value at which half of the weight is reached. None of nothing, and where nothing weighs.
pub fn weighted_median(mut values: Vec<(f64, f64)>) -> Option<f64> {
    values.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
    let half = values.iter().map(|(_, weight)| weight).sum::<f64>() / 2.0;
    let mut below = 0.0;
    values
        .into_iter()
        .find(|(_, weight)| {
            below += weight;
            below >= half && half > 0.0
        })
        .map(|(value, _)| value)
}

/// The slope of a line by Theil (1950) and Sen (1968): the median of the slopes of all pairs that `counts`, each told how far apart in x its
/// points are. None when there is no such pair.
pub fn slope(points: &[(f64, f64)], counts: impl Fn(f64) -> bool) -> Option<f64> {
    let mut slopes: Vec<f64> = pairs(points).filter(|(apart, _)| counts(*apart)).map(|(_, slope)| slope).collect();
    if slopes.is_empty() {
        return None;
    }
    // Only the middle is looked for: there are as many slopes as pairs.
    let (middle, even) = (slopes.len() / 2, slopes.len().is_multiple_of(2));
    let (below, upper, _) = slopes.select_nth_unstable_by(middle, f64::total_cmp);
    let upper = *upper;
    Some(if even { f64::midpoint(below.iter().copied().fold(f64::NEG_INFINITY, f64::max), upper) } else { upper })
}

/// A line by Theil and Sen in which pairs weigh as much as they are far apart (Sievers 1978): points close to each other say little.
/// None when all are at one place.
pub fn line(points: &[(f64, f64)]) -> Option<Line> {
    let slope = weighted_median(pairs(points).map(|(apart, slope)| (slope, apart)).collect())?;
    let intercept = median(&points.iter().map(|(x, y)| y - slope * x).collect::<Vec<_>>())?;
    Some(Line { slope, intercept })
}

/// How far apart in x two points are, and the slope between them.
fn pairs(points: &[(f64, f64)]) -> impl Iterator<Item = (f64, f64)> {
    let each = points.iter().enumerate();
    let pairs = each.flat_map(|(n, a)| points[n + 1..].iter().map(move |b| (b.0 - a.0, b.1 - a.1)));
    pairs.filter(|(apart, _)| *apart != 0.0).map(|(apart, up)| (apart.abs(), up / apart))
}

/// The values nearest to these in squares that never fall: pool adjacent violators (Ayer et al. 1955).
pub fn never_falling(values: &[f64]) -> Vec<f64> {
    // Sums and numbers of what is one.
    let mut pools: Vec<(f64, usize)> = Vec::new();
    let mean = |pool: (f64, usize)| pool.0 / pool.1 as f64;
    for value in values {
        let mut last = (*value, 1);
        while let Some(before) = pools.pop_if(|before| mean(*before) > mean(last)) {
            last = (last.0 + before.0, last.1 + before.1);
        }
        pools.push(last);
    }
    pools.into_iter().flat_map(|pool| std::iter::repeat_n(mean(pool), pool.1)).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn near(a: Option<f64>, b: f64) {
        assert!(a.is_some_and(|a| (a - b).abs() < 1e-9), "{a:?} is not {b}");
    }

    #[test]
    fn medians_and_quantiles_are_those_of_the_books() {
        near(median(&[3.0, 1.0, 2.0]), 2.0);
        near(median(&[4.0, 1.0, 2.0, 3.0]), 2.5);
        near(quantile(&[1.0, 2.0, 3.0, 4.0, 5.0], 0.9), 4.6);
        near(deviation(&[1.0, 1.0, 2.0, 2.0, 4.0, 6.0, 9.0]), 1.482_6);
        near(weighted_median(vec![(1.0, 1.0), (2.0, 1.0), (3.0, 5.0)]), 3.0);

        assert_eq!((median(&[]), deviation(&[]), weighted_median(vec![(1.0, 0.0)])), (None, None, None));
    }

    #[test]
    fn a_quarter_of_wrong_points_does_not_move_a_line() {
        let points: Vec<(f64, f64)> = (0..40).map(|x| (f64::from(x), if x % 4 == 1 { 1e6 } else { 5.0 + 2.0 * f64::from(x) })).collect();

        near(slope(&points, |_| true), 2.0);
        let line = line(&points).unwrap();
        near(Some(line.intercept + line.slope * 10.0), 25.0);
    }

    #[test]
    fn points_at_one_place_have_no_line() {
        assert_eq!((slope(&[(1.0, 1.0), (1.0, 2.0)], |_| true), line(&[(1.0, 1.0), (1.0, 2.0)]), line(&[])), (None, None, None));
    }

    #[test]
    fn what_falls_is_pooled() {
        assert_eq!(never_falling(&[1.0, 3.0, 2.0, 2.0, 5.0, 4.0]), [1.0, 7.0 / 3.0, 7.0 / 3.0, 7.0 / 3.0, 4.5, 4.5]);
        assert_eq!(never_falling(&[]), Vec::<f64>::new());
    }

    proptest! {
        #[test]
        fn what_comes_out_never_falls_and_has_the_same_sum(values in prop::collection::vec(0.0..1e4_f64, 0..60)) {
            let risen = never_falling(&values);

            prop_assert!(risen.is_sorted_by(|a, b| *a <= b + 1e-9));
            prop_assert_eq!(risen.len(), values.len());
            prop_assert!((risen.iter().sum::<f64>() - values.iter().sum::<f64>()).abs() < 1e-6);
        }

        #[test]
        fn the_median_of_slopes_is_that_of_all_of_them(ys in prop::collection::vec(-1e3..1e3_f64, 2..12)) {
            let points: Vec<(f64, f64)> = ys.iter().enumerate().map(|(x, y)| (x as f64, *y)).collect();

            let all: Vec<f64> = pairs(&points).map(|(_, slope)| slope).collect();

            prop_assert!((slope(&points, |_| true).unwrap() - median(&all).unwrap()).abs() < 1e-9);
        }
    }
}
