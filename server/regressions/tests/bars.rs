//! What the rules promise, in made-up series: `cargo run -p regressions --release --example self-test` has more of them, and other noise.

use proptest::prelude::*;
use regressions::{
    Bigger, Verdict,
    bootstrap::Chance,
    change_points::{Change, Point, find},
    compare::{LEAST_OF, verdict},
    synthetic::{Noise, Story, series, step},
};

const SERIES: usize = 400;
/// So many runs away it is the same step: where it is, is noisy as well.
const SAME: usize = 10;
const NOISE: Noise = Noise::of(0.08);

fn share(count: usize, mut is: impl FnMut() -> bool) -> f64 {
    (0..count).filter(|_| is()).count() as f64 / count as f64
}

#[test]
fn one_series_in_twenty_at_most_tells_of_what_is_not_there() {
    let mut chance = Chance::new(11);

    let alarms = share(SERIES, || !find(&series(Story::Nothing, NOISE, LEAST_OF, &mut chance), Bigger::Worse).is_empty());

    assert!(alarms <= 0.05, "{alarms}");
}

#[test]
fn nineteen_steps_of_twenty_are_found() {
    // Single measurements have outliers, which the least of three has next to none of.
    for (by, way, group) in [(0.1, Change::Worse, LEAST_OF), (-0.1, Change::Better, LEAST_OF), (0.2, Change::Worse, 1)] {
        let mut chance = Chance::new(12);

        let found = share(SERIES, || {
            let story = step(by, &mut chance);
            let Story::Step { at, .. } = story else { unreachable!() };
            let points = series(story, NOISE, group, &mut chance);
            find(&points, Bigger::Worse).iter().any(|point| point.index.abs_diff(at) <= SAME && point.change == way)
        });

        assert!(found >= 0.95, "{found} of steps of {by}, the least of {group}");
    }
}

#[test]
fn two_builds_that_are_the_same_are_called_so_and_one_that_is_a_fifth_slower_is_found() {
    let mut chance = Chance::new(13);
    let mut compared = |ratio: f64| {
        let mut sample = |middle: f64| -> Vec<f64> { (0..15).map(|_| middle * NOISE.least_of(LEAST_OF, &mut chance)).collect() };
        verdict(&sample(1.0), &sample(ratio))
    };

    assert!(share(40, || matches!(compared(1.0), Verdict::NoDifference(_))) >= 1.0);
    assert!(share(40, || matches!(compared(1.2), Verdict::Worse(_))) >= 0.95);
}

proptest! {
    /// Whatever a series is made of: nothing is told twice, out of order, or of what is not in it.
    #[test]
    fn what_is_told_is_of_the_series(points in prop::collection::vec(point(), 0..80), up in any::<bool>()) {
        let told = find(&points, if up { Bigger::Worse } else { Bigger::Better });

        prop_assert!(told.windows(2).all(|pair| pair[0].at <= pair[1].at && pair[0].index != pair[1].index));
        for change in &told {
            prop_assert_eq!(change.at, points[change.index].at);
            prop_assert!(points[change.index].value.is_finite());
            prop_assert!(change.votes.count() >= 2 && change.before.total_cmp(&change.after).is_ne());
            prop_assert_eq!(change.change == Change::Worse, (change.after > change.before) == up);
        }
    }

    /// In another unit, it is the same story.
    #[test]
    fn the_unit_does_not_matter(seed in any::<u64>(), by in -0.3..0.5, power in -8_i32..9) {
        let points = series(Story::Step { at: 30, by }, Noise::of(0.05), LEAST_OF, &mut Chance::new(seed));
        // A power of two, so that no digit is lost.
        let unit = 2_f64.powi(power);
        let scaled: Vec<Point> = points.iter().map(|point| Point { value: point.value * unit, ..*point }).collect();

        let told = |points: &[Point]| find(points, Bigger::Worse).iter().map(|point| (point.index, point.change, point.votes)).collect::<Vec<_>>();

        prop_assert_eq!(told(&points), told(&scaled));
    }
}

fn point() -> impl Strategy<Value = Point> {
    let value = prop_oneof![8 => 0.0..10.0, 4 => (0_u8..3).prop_map(f64::from), 1 => any::<f64>(), 1 => Just(f64::NAN), 1 => Just(0.0)];
    (-50_i64..50, value).prop_map(|(at, value)| Point { at, value })
}
