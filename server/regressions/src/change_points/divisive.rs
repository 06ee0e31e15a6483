//! E-divisive (Matteson and James, "A nonparametric approach for multiple change point analysis of multivariate data", 2014), with Student's
//! test instead of permutations, as Apache Otava has it (Fleming, Kolaczkowski and others, "Hunter: using change point detection to hunt for
//! performance regressions", 2023): looked for in windows that overlap by half, not very strictly, and then weeded out, each
//! against its neighbours. So a step is as clear in a series of a thousand runs as in one of fifty.

use std::ops::Range;

use super::Step;
use crate::{distribution::student_two_sided, numbers::mean_and_squares};

const WINDOW: usize = 50;
/// What stays is less likely than this by chance.
const LIKELY: f64 = 0.001;
/// What is looked at at all: ten times as much, as a step's neighbours are not known yet.
const LIKELY_AT_FIRST: f64 = 10.0 * LIKELY;

pub(super) fn steps(values: &[f64]) -> Vec<Step> {
    let mut places = candidates(values);
    weed(values, &mut places);
    let sides = neighbours(values, &places);
    places.iter().zip(sides).map(|(at, (before, behind))| Step { at: *at, up: mean_and_squares(behind).0 > mean_and_squares(before).0 }).collect()
}

/// It looks at a whole series, and has said already what it sees.
pub(super) fn sees(_: &[f64], _: &Range<usize>, _: Step) -> bool {
    false
}

/// Window by window; the next one begins in the middle of the one before, or at the last place found in it.
fn candidates(values: &[f64]) -> Vec<usize> {
    let mut places = Vec::new();
    let mut from = 0;
    loop {
        let to = values.len().min(from + WINDOW);
        divide(&values[from..to], from, &mut places);
        if to == values.len() {
            break;
        }
        let last = places.iter().copied().max().unwrap_or(0);
        from = last.max(from + WINDOW / 2);
    }
    places.sort_unstable();
    places.dedup();
    places
}

/// Where a part is divided best, if that is likely at all; and each half again.
fn divide(part: &[f64], offset: usize, places: &mut Vec<usize>) {
    let Some(at) = best(part).filter(|at| likelihood(&part[..*at], &part[*at..]) < LIKELY_AT_FIRST) else { return };
    places.push(offset + at);
    divide(&part[..at], offset, places);
    divide(&part[at..], offset + at, places);
}

/// Where the energy between both sides (Q of the paper, its exponent being 1) is largest.
fn best(part: &[f64]) -> Option<usize> {
    let count = part.len();
    // Sums of distances: within what is before, between both sides, and within what is behind.
    let (mut before, mut between, mut behind) = (0.0, 0.0, 0.0);
    for (at, value) in part.iter().enumerate() {
        behind += part[at + 1..].iter().map(|other| (other - value).abs()).sum::<f64>();
    }
    let mut best = None;
    for at in 1..count {
        // This one goes over to what is before.
        let moved = part[at - 1];
        let to_before: f64 = part[..at - 1].iter().map(|other| (other - moved).abs()).sum();
        let to_behind: f64 = part[at..].iter().map(|other| (other - moved).abs()).sum();
        before += to_before;
        behind -= to_behind;
        between += to_behind - to_before;
        let (n, m) = (at as f64, (count - at) as f64);
        let mean_within = |sum: f64, count: f64| if count > 1.0 { sum / (count * (count - 1.0) / 2.0) } else { 0.0 };
        let energy = n * m / (n + m) * (2.0 * between / (n * m) - mean_within(before, n) - mean_within(behind, m));
        if best.is_none_or(|(_, most)| energy > most) {
            best = Some((at, energy));
        }
    }
    best.map(|(at, _)| at)
}

/// Of Student's test with one variance for both: how likely chance alone sets them so far apart.
fn likelihood(before: &[f64], behind: &[f64]) -> f64 {
    let (n, m) = (before.len() as f64, behind.len() as f64);
    let freedom = n + m - 2.0;
    let ((mean_before, squares_before), (mean_behind, squares_behind)) = (mean_and_squares(before), mean_and_squares(behind));
    let apart = mean_behind - mean_before;
    if freedom < 1.0 || apart == 0.0 {
        return 1.0;
    }
    let variance = (squares_before + squares_behind) / freedom;
    student_two_sided(apart / (variance * (1.0 / n + 1.0 / m)).sqrt(), freedom)
}

/// Takes away the least likely, until all are likely enough beside what is left: each time its neighbours get longer sides.
fn weed(values: &[f64], places: &mut Vec<usize>) {
    loop {
        let likely = neighbours(values, places).into_iter().map(|(before, behind)| likelihood(before, behind)).enumerate();
        match likely.max_by(|(_, one), (_, other)| one.total_cmp(other)) {
            Some((weakest, p)) if p >= LIKELY => places.remove(weakest),
            _ => return,
        };
    }
}

/// What lies before and behind each place, up to the next ones.
fn neighbours<'a>(values: &'a [f64], places: &[usize]) -> Vec<(&'a [f64], &'a [f64])> {
    (0..places.len())
        .map(|place| {
            let from = if place == 0 { 0 } else { places[place - 1] };
            let to = places.get(place + 1).copied().unwrap_or(values.len());
            (&values[from..places[place]], &values[places[place]..to])
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_energy_is_that_of_the_definition() {
        let part: [f64; 8] = [1.0, 3.0, 2.0, 7.0, 6.0, 9.0, 8.0, 2.5];
        let mean = |pairs: Vec<f64>| if pairs.is_empty() { 0.0 } else { pairs.iter().sum::<f64>() / pairs.len() as f64 };
        let within = |side: &[f64]| mean((0..side.len()).flat_map(|i| (0..i).map(move |j| (i, j))).map(|(i, j)| (side[i] - side[j]).abs()).collect());
        let energy = |at: usize| {
            let (before, behind) = part.split_at(at);
            let between = mean(before.iter().flat_map(|one| behind.iter().map(move |other| (one - other).abs())).collect());
            (before.len() * behind.len()) as f64 / part.len() as f64 * (2.0 * between - within(before) - within(behind))
        };

        let largest = (1..part.len()).max_by(|one, other| energy(*one).total_cmp(&energy(*other)));

        assert_eq!(best(&part), largest);
        assert_eq!(largest, Some(3));
    }

    #[test]
    fn students_test_is_that_of_the_textbook() {
        // Means of 2 and 5, variances of 1: t is 3 by the square root of two thirds, with four degrees of freedom.
        let p = likelihood(&[1.0, 2.0, 3.0], &[4.0, 5.0, 6.0]);

        assert!((p - 0.021_311_641).abs() < 1e-6, "{p}");
        assert_eq!(likelihood(&[1.0], &[2.0]), 1.0);
        assert_eq!(likelihood(&[1.0; 5], &[1.0; 5]), 1.0);
        assert_eq!(likelihood(&[1.0; 5], &[2.0; 5]), 0.0);
    }

    #[test]
    fn steps_are_found_wherever_windows_begin_and_end() {
        for at in 20..180 {
            let values: Vec<f64> = (0..200).map(|run| if run < at { 10.0 } else { 12.0 } + (run * 7 % 5) as f64 / 5.0).collect();

            assert_eq!(steps(&values), [Step { at, up: true }]);
        }
    }

    #[test]
    fn what_a_window_has_seen_alone_is_weeded_out() {
        let values: Vec<f64> = (0..60).map(|run| f64::from(run * 7 % 5)).collect();
        let mut places = vec![20, 40];

        weed(&values, &mut places);

        assert!(places.is_empty());
    }
}
