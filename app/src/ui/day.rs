//! Days of UTC, counted since 1970.

use domain::clock::Timestamp;

use super::format;

const MICROS: i64 = 86_400_000_000;

pub(crate) const fn of(at: Timestamp) -> i32 {
    at.micros().div_euclid(MICROS) as i32
}

/// The day's first moment.
pub(crate) const fn start(day: i32) -> Timestamp {
    Timestamp::from_micros(day as i64 * MICROS)
}

/// `2026-11-25`
pub(crate) fn iso(day: i32) -> String {
    let (year, month, day, ..) = start(day).civil();
    format!("{year:04}-{month:02}-{day:02}")
}

pub(crate) fn from_iso(text: &str) -> Option<i32> {
    let mut parts = text.trim().split('-').map(str::parse::<u32>);
    let (Some(Ok(year @ 1970..=9999)), Some(Ok(month @ 1..=12)), Some(Ok(of_month @ 1..=31)), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return None;
    };
    // Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms".
    let shifted = if month > 2 { year } else { year - 1 };
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + of_month - 1;
    let day = (shifted * 365 + shifted / 4 - shifted / 100 + shifted / 400 + day_of_year) as i32 - 719_468;
    // The 31st of a month that has none is the first of another.
    (start(day).civil().2 == of_month as u8).then_some(day)
}

/// `25 Nov 2026`
pub(crate) fn shown(day: i32) -> String {
    format::date(start(day))
}

/// The first day of the month a day is in.
pub(crate) const fn month_of(day: i32) -> i32 {
    day - start(day).civil().2 as i32 + 1
}

/// How many days the month has that a day is in.
pub(crate) const fn days_in_month(day: i32) -> i32 {
    // Any day of the next month, back to its first.
    month_of(month_of(day) + 31) - month_of(day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_read_as_it_is_written() {
        for (text, day) in [("1970-01-01", 0), ("2024-02-29", 19_782), ("2026-11-25", 20_782), ("2000-03-01", 11_017)] {
            assert_eq!(from_iso(text), Some(day), "{text}");
            assert_eq!(iso(day), text);
        }
        for text in ["", "2023-02-29", "2026-13-01", "2026-11-00", "2026-11-25-1", "1969-12-31", "25.11.2026"] {
            assert_eq!(from_iso(text), None, "{text:?}");
        }
    }

    #[test]
    fn a_month_has_its_days() {
        let days = |text: &str| from_iso(text).map(|day| (iso(month_of(day)), days_in_month(day)));

        assert_eq!(days("2024-02-29"), Some(("2024-02-01".into(), 29)));
        assert_eq!(days("2026-12-31"), Some(("2026-12-01".into(), 31)));
        assert_eq!(days("2026-11-01"), Some(("2026-11-01".into(), 30)));
    }

    #[test]
    fn a_moment_is_in_its_day() {
        assert_eq!([of(Timestamp::from_micros(-1)), of(Timestamp::from_micros(MICROS))], [-1, 1]);
        assert_eq!(shown(20_782), "25 Nov 2026");
    }
}
