use proptest::prelude::*;

use super::*;
use crate::chance::Chance;

const WEEK_SHAPE: [f64; 7] = [20.0, 10.0, 5.0, 0.0, 15.0, -20.0, -30.0];

fn day(n: u32) -> Day {
    // A Monday.
    "2026-06-01".parse::<Day>().unwrap().plus(n)
}

fn peaks(days: u32, value: impl Fn(u32) -> f64) -> Vec<Peak> {
    (0..days).map(|n| Peak { day: day(n), value: value(n) }).collect()
}

fn weekly(n: u32) -> f64 {
    WEEK_SHAPE[n as usize % 7]
}

fn near(a: f64, b: f64, by: f64) {
    assert!((a - b).abs() <= by, "{a} is not {b}");
}

#[test]
fn a_trend_with_a_week_is_found_and_continued() {
    let found = forecast(&peaks(28, |n| 100.0 + f64::from(n) + weekly(n)), &Ahead::default()).unwrap();

    near(found.growth, 1.0, 1e-9);
    for (weekday, above) in found.week.unwrap().into_iter().enumerate() {
        near(above, WEEK_SHAPE[weekday], 1e-6);
    }
    assert_eq!(found.expected.len(), 28);
    for (n, expected) in found.expected.iter().enumerate() {
        near(expected.value, 128.0 + n as f64 + weekly(n as u32), 1e-6);
        let [low, high] = expected.interval.unwrap();
        near(high - low, 0.0, 1e-6);
    }
    near(found.back_test.unwrap().mape.unwrap(), 0.0, 1e-9);
}

#[test]
fn outliers_and_holes_move_nothing_much() {
    let mut days = peaks(42, |n| 200.0 + 2.0 * f64::from(n) + weekly(n));
    days[10].value = 5_000.0;
    days[30].value = 0.0;
    days.remove(20);
    days.remove(20);

    let found = forecast(&days, &Ahead::default()).unwrap();

    near(found.growth, 2.0, 0.05);
    near(found.expected[0].value, 284.0 + weekly(0), 5.0);
    assert_eq!((found.days, found.holes), (40, 2));
    assert!(found.notes.iter().any(|note| note.starts_with("2 days are without a peak")), "{:?}", found.notes);
}

#[test]
fn a_shop_that_is_closed_on_sundays_has_a_week_all_the_same() {
    let open: Vec<Peak> = peaks(35, |n| 100.0 + weekly(n)).into_iter().filter(|peak| peak.day.weekday() != 6).collect();

    let found = forecast(&open, &Ahead::default()).unwrap();

    assert!(found.week.is_some() && found.holes == 4, "{found:?}");
    assert!(found.notes.iter().any(|note| note.starts_with("Sunday was seen less than three times")), "{:?}", found.notes);
}

#[test]
fn constants_stay_and_nothing_is_divided_by_them() {
    let ahead = Ahead { capacity: Some(100.0), ..Ahead::default() };

    for value in [0.0, 42.0] {
        let found = forecast(&peaks(30, |_| value), &ahead).unwrap();

        assert!(
            found.expected.iter().all(|expected| (expected.value - value).abs() < 1e-9 && expected.interval == Some([value, value])),
            "{found:?}"
        );
        assert_eq!(found.reach.unwrap().when, When::NotWithinAYear { earliest: None });
        assert_eq!(found.back_test.unwrap().mape.is_some(), value > 0.0);
    }
}

#[test]
fn from_fewer_than_three_days_nothing_is_forecast() {
    let said = |days: u32| forecast(&peaks(days, f64::from), &Ahead::default()).unwrap_err().to_string();

    assert!(said(0).contains("0 are known: 3 are missing"), "{}", said(0));
    assert!(said(1).contains("1 is known: 2 are missing") && said(2).contains("2 are known: 1 is missing"));
    let same_day = [1.0, 2.0, 3.0].map(|value| Peak { day: day(0), value });
    assert_eq!(forecast(&same_day, &Ahead::default()), Err(Refused::TooFewDays { days: 1 }));
}

#[test]
fn from_fewer_than_three_weeks_there_is_a_trend_alone_and_not_far() {
    let ahead = Ahead { capacity: Some(1_000.0), ..Ahead::default() };

    let found = forecast(&peaks(5, |n| 10.0 + f64::from(n)), &ahead).unwrap();

    assert_eq!((found.week, found.expected.len()), (None, 5));
    near(found.expected[4].value, 19.0, 1e-9);
    assert_eq!(found.reach.unwrap().when, When::TooEarlyToSay { looked: 5 });
    assert!(found.notes.iter().any(|note| note.starts_with("16 days are missing")), "{:?}", found.notes);
    assert!(found.expected[0].interval.is_none() && found.notes.iter().any(|note| note.starts_with("There is no interval")), "{:?}", found.notes);
    assert_eq!(forecast(&peaks(20, f64::from), &ahead).unwrap().week, None);
    assert!(forecast(&peaks(21, f64::from), &ahead).unwrap().week.is_some());
}

#[test]
fn the_day_on_which_growth_passes_a_share_of_the_capacity_is_named() {
    let ahead = Ahead { capacity: Some(400.0), ..Ahead::default() };
    let mut chance = Chance::new(5);
    let noise: Vec<f64> = (0..56).map(|_| 6.0 * chance.normal()).collect();
    let found = forecast(&peaks(56, |n| 100.0 + f64::from(n) + weekly(n) + noise[n as usize]), &ahead).unwrap();

    let Some(Reach { at, when: When::On { day: found_day, earliest, latest } }) = found.reach else { panic!("{:?}", found.reach) };
    near(at, 280.0, 1e-9);
    // 100 + n + 20 is 280 on the Monday of n = 160 or the next.
    near(f64::from(found_day.since_1970() - day(161).since_1970()), 0.0, 14.0);
    assert!(earliest.unwrap() < found_day && latest.unwrap() > found_day, "{earliest:?} {found_day} {latest:?}");
    let said = found.sentences(&ahead).join("\n");
    assert!(said.starts_with("Peaks will pass 70 % of what the server holds (280) on 2026-1"), "{said}");
}

#[test]
fn what_has_passed_already_is_said() {
    let ahead = Ahead { capacity: Some(150.0), ..Ahead::default() };

    let found = forecast(&peaks(28, |n| 100.0 + f64::from(n)), &ahead).unwrap();

    assert_eq!(found.reach.unwrap().when, When::Passed);
    assert!(found.sentences(&ahead)[0].contains("already"));
}

#[test]
fn what_falls_never_goes_below_nothing() {
    let found = forecast(&peaks(28, |n| 60.0 - 2.0 * f64::from(n)), &Ahead::default()).unwrap();

    assert!(found.expected.iter().all(|expected| expected.value >= 0.0 && expected.interval.is_none_or(|[low, high]| low >= 0.0 && high >= 0.0)));
}

#[test]
fn nine_of_ten_days_lie_within_the_interval() {
    let (mut within, mut all, mut told) = (0, 0, 0.0);
    for seed in 0..30 {
        let mut chance = Chance::new(seed);
        let noise: Vec<f64> = (0..98).map(|_| 12.0 * chance.normal()).collect();
        let days = peaks(98, |n| 300.0 + 1.5 * f64::from(n) + weekly(n) + noise[n as usize]);
        let (known, comes) = days.split_at(70);

        let found = forecast(known, &Ahead::default()).unwrap();

        all += comes.len();
        within += found
            .expected
            .iter()
            .zip(comes)
            .filter(|(expected, came)| expected.interval.is_some_and(|[low, high]| (low..=high).contains(&came.value)))
            .count();
        told += found.back_test.unwrap().coverage.unwrap();
        assert!(found.back_test.unwrap().mape.unwrap() < 0.06, "{:?}", found.back_test);
    }

    let share = within as f64 / all as f64;
    assert!((0.85..=0.97).contains(&share), "{share}");
    near(told / 30.0, 0.9, 0.06);
}

#[test]
fn what_cannot_be_is_refused() {
    let said = |peaks: &[Peak], ahead: Ahead| forecast(peaks, &ahead).unwrap_err().to_string();
    let good = peaks(30, f64::from);

    assert!(said(&[Peak { day: day(0), value: f64::NAN }], Ahead::default()).contains("2026-06-01 cannot be NaN"));
    assert!(said(&[Peak { day: day(0), value: -1.0 }], Ahead::default()).contains("cannot be -1"));
    assert!(said(&good, Ahead { capacity: Some(0.0), ..Ahead::default() }).contains("capacity"));
    assert!(said(&good, Ahead { confidence: 1.0, ..Ahead::default() }).contains("confidence"));
    assert!(said(&vec![good[0]; MOST_PEAKS + 1], Ahead::default()).contains("more than the 20000"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_days_are_forecast_or_refused(found in prop::collection::vec((0_u32..200, 0.0..1e6_f64), 0..60), capacity in 1.0..1e6_f64) {
        let peaks: Vec<Peak> = found.iter().map(|(n, value)| Peak { day: day(*n), value: *value }).collect();
        let ahead = Ahead { capacity: Some(capacity), ..Ahead::default() };

        if let Ok(found) = forecast(&peaks, &ahead) {
            prop_assert!(found.expected.iter().all(|expected| expected.value.is_finite() && expected.interval.is_none_or(|[low, high]| low <= expected.value && expected.value <= high)));
            prop_assert!(!found.sentences(&ahead).join(" ").contains("NaN"));
        }
    }
}
