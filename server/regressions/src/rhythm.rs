//! The rhythm of a day, taken out of a series that is measured by the hour: a server that is slower each noon than each night would
//! otherwise have a step twice a day.
//!
//! Each value is divided by how its part of the day (four hours, in UTC) usually stands to the day it is in: the median, over days, of the
//! value by the median of its day. Days are compared with themselves, so that a step between two of them stays what it is. The rhythm of a week
//! is left in: it takes more weeks than are looked at.

use crate::{Point, numbers::median};

/// Hours of a part.
const PART: i64 = 4;
const DAY: i64 = 24;
/// Days that a part must have been seen in before it is believed to have a habit.
const FEWEST_DAYS: usize = 4;
/// Parts of a day that make it comparable with itself.
const FEWEST_PARTS: usize = 3;

/// The same values without it; `at` is in hours since a midnight in UTC. Those of a part that was seen on too few days stay as they are.
pub fn without_rhythm(points: &[Point]) -> Vec<Point> {
    let factors: Vec<f64> = (0..DAY / PART).map(|part| factor(points, part)).collect();
    let even = |point: &Point| Point { value: point.value / factors[part_of(point) as usize], ..*point };
    points.iter().map(even).collect()
}

/// How a part of the day stands to its days.
fn factor(points: &[Point], part: i64) -> f64 {
    let mut days: Vec<i64> = points.iter().map(day_of).collect();
    days.sort_unstable();
    days.dedup();
    let ratio = |day: i64| {
        let of_day = |point: &&Point| day_of(point) == day && point.value.is_finite();
        let parts = (0..DAY / PART).filter(|part| points.iter().filter(of_day).any(|point| part_of(point) == *part)).count();
        let all: Vec<f64> = points.iter().filter(of_day).map(|point| point.value).collect();
        let own: Vec<f64> = points.iter().filter(of_day).filter(|point| part_of(point) == part).map(|point| point.value).collect();
        let whole = median(&all);
        (parts >= FEWEST_PARTS && !own.is_empty() && whole > 0.0).then(|| median(&own) / whole)
    };
    let ratios: Vec<f64> = days.into_iter().filter_map(ratio).collect();
    let usual = median(&ratios);
    if ratios.len() >= FEWEST_DAYS && usual > 0.0 { usual } else { 1.0 }
}

fn day_of(point: &Point) -> i64 {
    point.at.div_euclid(DAY)
}

fn part_of(point: &Point) -> i64 {
    point.at.rem_euclid(DAY) / PART
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{Bigger, find};

    /// Two weeks, half as slow again from 8 to 16 o'clock, with a step at an hour, and a wobble.
    fn fortnight(step: Option<i64>) -> Vec<Point> {
        let wobble = [0.0, 0.02, -0.02, 0.01, -0.01, 0.03, -0.03];
        let value = |at: i64| {
            let noon = if (8..16).contains(&(at % 24)) { 1.5 } else { 1.0 };
            let slower = if step.is_some_and(|step| at >= step) { 1.3 } else { 1.0 };
            100.0 * noon * slower * (1.0 + wobble[(at % 7) as usize])
        };
        (0..336).map(|at| Point { at, value: value(at) }).collect()
    }

    #[test]
    fn what_comes_each_day_is_no_step_and_would_be_one() {
        assert!(find(&fortnight(None), Bigger::Worse).len() > 10);
        assert_eq!(find(&without_rhythm(&fortnight(None)), Bigger::Worse), []);
    }

    #[test]
    fn a_step_between_days_and_within_one_stays_where_and_as_large_as_it_is() {
        for step in [168, 177] {
            let found = find(&without_rhythm(&fortnight(Some(step))), Bigger::Worse);

            assert_eq!(found.len(), 1, "{step}: {found:?}");
            assert!(found[0].at.abs_diff(step) <= 5 && (found[0].percent.unwrap() - 30.0).abs() < 3.0, "{step}: {found:?}");
        }
    }

    #[test]
    fn of_three_days_no_rhythm_is_known() {
        let short = &fortnight(None)[..72];

        assert_eq!(without_rhythm(short), short);
        assert!(without_rhythm(&[]).is_empty());
    }

    #[test]
    fn nothing_and_what_is_no_number_are_left_as_they_are() {
        let odd: Vec<Point> = (0..336).map(|at| Point { at, value: if at % 2 == 0 { 0.0 } else { f64::NAN } }).collect();

        assert!(without_rhythm(&odd).iter().zip(&odd).all(|(one, other)| one.value.to_bits() == other.value.to_bits()));
    }

    proptest! {
        #[test]
        fn places_stay_and_no_value_changes_its_sign(values in prop::collection::vec((-500_i64..500, 0.0..1e9_f64), 0..200)) {
            let points: Vec<Point> = values.iter().map(|(at, value)| Point { at: *at, value: *value }).collect();

            let even = without_rhythm(&points);

            prop_assert!(even.iter().zip(&points).all(|(one, other)| one.at == other.at && one.value.is_finite() && one.value >= 0.0));
        }
    }
}
