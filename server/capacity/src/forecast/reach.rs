//! When peaks pass a share of the capacity.

use serde::{Deserialize, Serialize};

use super::{Expected, Peak, WEEK, model::Model};
use crate::day::Day;

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum When {
    /// In the last week that was seen.
    Passed,
    On {
        /// The first day whose forecast is as high.
        day: Day,
        /// The first day that may be as high, by the interval; none without an interval.
        earliest: Option<Day>,
        /// The first day that is as high even at the lower end of the interval; none without an interval, or not within a year.
        latest: Option<Day>,
    },
    NotWithinAYear {
        /// The first day that may be as high all the same.
        earliest: Option<Day>,
    },
    /// Not within as many days as were seen, and further is not looked from so few.
    TooEarlyToSay { looked: u32 },
}

/// A peak that something should be done before, and when it comes.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Reach {
    /// In what peaks are counted in.
    pub at: f64,
    pub when: When,
}

/// Days in which a year's end is looked for.
const YEAR: u32 = 365;

pub(super) fn reach(days: &[Peak], model: &Model, expect: impl Fn(Day) -> Expected, at: f64, horizon: u32) -> Reach {
    let last = days[days.len() - 1].day;
    let lately = days.iter().rev().take_while(|peak| last.since_1970() - peak.day.since_1970() < WEEK as i32);
    // As the model sees them: a single day that was out of the ordinary is no growth.
    let passed = lately.clone().any(|peak| model.at(peak.day) >= at);
    let looked = horizon.min(YEAR);
    let first = |is: &dyn Fn(Expected) -> bool| (1..=looked).map(|n| last.plus(n)).find(|day| is(expect(*day)));
    let earliest = first(&|expected| expected.interval.is_some_and(|[_, high]| high >= at));
    let when = match first(&|expected| expected.value >= at) {
        _ if passed => When::Passed,
        Some(day) => When::On { day, earliest, latest: first(&|expected| expected.interval.is_some_and(|[low, _]| low >= at)) },
        None if looked < YEAR => When::TooEarlyToSay { looked },
        None => When::NotWithinAYear { earliest },
    };
    Reach { at, when }
}
