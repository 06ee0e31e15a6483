//! Days of the calendar, in UTC.

use std::{fmt, str::FromStr};

use domain::clock::Timestamp;
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// A day, counted from 1 January 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Day(i32);

#[derive(Debug, PartialEq, Eq, Error)]
#[error("{0:?} is no day. Write it as 2026-11-27.")]
pub struct NoDay(String);

const MICROS: i64 = 86_400_000_000;
/// Years 1 to 9999: what can be written with four digits.
const FIRST: i64 = -719_162;
const LAST: i64 = 2_932_896;

/// From Monday.
pub const WEEKDAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

impl Day {
    /// None outside of the years 1 to 9999.
    pub fn new(since_1970: i64) -> Option<Self> {
        (FIRST..=LAST).contains(&since_1970).then_some(Self(since_1970 as i32))
    }

    /// The day of a moment; a moment outside of the years 1 to 9999 is on the first or the last of them.
    pub fn of(at: Timestamp) -> Self {
        Self(at.micros().div_euclid(MICROS).clamp(FIRST, LAST) as i32)
    }

    pub const fn since_1970(self) -> i32 {
        self.0
    }

    #[must_use]
    pub fn plus(self, days: u32) -> Self {
        Self((i64::from(self.0) + i64::from(days)).clamp(FIRST, LAST) as i32)
    }

    /// From 0, a Monday, to 6.
    pub const fn weekday(self) -> usize {
        // The first of January 1970 was a Thursday.
        (self.0 + 3).rem_euclid(7) as usize
    }

    /// None when there is no such day.
    pub fn civil(year: i64, month: u8, day: u8) -> Option<Self> {
        if !(1..=9_999).contains(&year) || !(1..=12).contains(&month) || day == 0 {
            return None;
        }
        // Civil date to days: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms".
        let shifted = if month <= 2 { year - 1 } else { year };
        let era = shifted.div_euclid(400);
        let year_of_era = shifted - era * 400;
        let month_from_march = (i64::from(month) + 9) % 12;
        let day_of_year = (153 * month_from_march + 2) / 5 + i64::from(day) - 1;
        let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
        let found = Self::new(era * 146_097 + day_of_era - 719_468)?;
        // The 31st of a month of 30 days would be the next month's first.
        let (same_year, same_month, same_day, ..) = found.midnight().civil();
        ((same_year, same_month, same_day) == (year, month, day)).then_some(found)
    }

    /// When it begins.
    pub const fn midnight(self) -> Timestamp {
        Timestamp::from_micros(self.0 as i64 * MICROS)
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day, ..) = self.midnight().civil();
        write!(f, "{year:04}-{month:02}-{day:02}")
    }
}

impl FromStr for Day {
    type Err = NoDay;

    fn from_str(text: &str) -> Result<Self, NoDay> {
        let wrong = || NoDay(text.chars().take(40).collect());
        let digits = |part: &str, length: usize| {
            (part.len() == length && part.bytes().all(|byte| byte.is_ascii_digit())).then(|| part.parse::<u16>().ok()).flatten()
        };
        let mut parts = text.split('-');
        let (Some(year), Some(month), Some(day), None) = (parts.next(), parts.next(), parts.next(), parts.next()) else { return Err(wrong()) };
        let parts = (digits(year, 4), digits(month, 2), digits(day, 2));
        let (Some(year), Some(month), Some(day)) = parts else { return Err(wrong()) };
        Self::civil(i64::from(year), month as u8, day as u8).ok_or_else(wrong)
    }
}

impl TryFrom<String> for Day {
    type Error = NoDay;

    fn try_from(text: String) -> Result<Self, NoDay> {
        text.parse()
    }
}

impl From<Day> for String {
    fn from(day: Day) -> Self {
        day.to_string()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn days_are_read_and_have_a_weekday() {
        let weekday = |text: &str| WEEKDAYS[text.parse::<Day>().unwrap().weekday()];

        assert_eq!(
            [weekday("1970-01-01"), weekday("2026-11-27"), weekday("2024-02-29"), weekday("1969-12-31")],
            ["Thursday", "Friday", "Thursday", "Wednesday"]
        );
    }

    #[test]
    fn what_is_no_day_is_refused() {
        for wrong in
            ["", "2026-11-31", "2025-02-29", "2026-13-01", "2026-00-10", "26-11-27", "2026-11-27-1", "2026-1a-01", "0000-01-01", "+026-01-01"]
        {
            assert_eq!(wrong.parse::<Day>(), Err(NoDay(wrong.into())), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn every_day_is_read_as_it_is_written(since_1970 in FIRST..=LAST) {
            let day = Day::new(since_1970).unwrap();

            prop_assert_eq!(day.to_string().parse(), Ok(day));
            prop_assert_eq!(Day::of(day.midnight()), day);
        }

        #[test]
        fn no_text_makes_it_panic(text in "[0-9-]{0,12}|.{0,12}") {
            let _ = text.parse::<Day>();
        }
    }
}
