//! Which days are looked at, as they stand in the address.

use domain::{clock::Timestamp, query::pairs};
use ports::usage::Days;

use crate::ui::{address, day};

/// Days up to today, or from one to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Range {
    Last(u16),
    /// This month so far.
    Month,
    Between(Days),
}

pub(crate) const PATH: &str = "/usage";

/// More days than three years are not looked at together.
const MOST: i32 = 1_096;

impl Range {
    /// In the order they are offered.
    pub(crate) const OFFERED: [(Self, &str); 5] = [
        (Self::Last(7), "7 days"),
        (Self::Last(30), "30 days"),
        (Self::Last(90), "90 days"),
        (Self::Month, "This month"),
        (Self::Last(365), "12 months"),
    ];

    /// Reads an address; what is not understood is left out.
    pub fn read(address: &str) -> Self {
        let value = |name: &str| pairs(address).find(|(known, _)| known == name).map(|(_, value)| value);
        let at = |name| value(name).and_then(|text| day::from_iso(&text));
        if let (Some(from), Some(to)) = (at("from"), at("to")) {
            let (from, to) = (from.min(to), from.max(to));
            return Self::Between(Days { from: from.max(to - MOST + 1), to });
        }
        match value("days").as_deref() {
            Some("month") => Self::Month,
            Some(text) => text.parse::<u16>().ok().filter(|days| (1..=MOST as u16).contains(days)).map_or(Self::Last(30), Self::Last),
            None => Self::Last(30),
        }
    }

    /// Behind the `?`; empty for the usual one.
    pub fn to_address(self) -> String {
        match self {
            Self::Last(30) => String::new(),
            Self::Last(days) => format!("days={days}"),
            Self::Month => "days=month".to_owned(),
            Self::Between(Days { from, to }) => format!("from={}&to={}", day::iso(from), day::iso(to)),
        }
    }

    /// The days themselves.
    pub fn days(self, now: Timestamp) -> Days {
        let today = day::of(now);
        match self {
            Self::Last(days) => Days { from: today - i32::from(days) + 1, to: today },
            Self::Month => Days { from: day::month_of(today), to: today },
            Self::Between(days) => days,
        }
    }
}

/// The page with other days.
pub(crate) fn address(range: Range) -> String {
    address::address(PATH, &range.to_address())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 25 November 2026, in the afternoon.
    const NOW: Timestamp = Timestamp::from_micros((20_782 * 86_400 + 50_000) * 1_000_000);

    fn days(search: &str) -> (String, String) {
        let Days { from, to } = Range::read(search).days(NOW);
        (day::iso(from), day::iso(to))
    }

    #[test]
    fn days_are_counted_back_from_today() {
        let to = |from: &str| (from.to_owned(), "2026-11-25".to_owned());

        assert_eq!(days(""), to("2026-10-27"));
        assert_eq!(days("?days=7"), to("2026-11-19"));
        assert_eq!(days("days=month"), to("2026-11-01"));
        assert_eq!(days("days=1"), to("2026-11-25"));
    }

    #[test]
    fn two_days_are_taken_whichever_comes_first_and_nonsense_is_left_out() {
        assert_eq!(days("from=2026-03-31&to=2026-03-01"), ("2026-03-01".into(), "2026-03-31".into()));
        assert_eq!(days("from=1970-01-01&to=2026-12-31"), ("2024-01-01".into(), "2026-12-31".into()));
        for search in ["days=0", "days=x", "days=9999", "from=2026-02-30&to=2026-03-01", "from=2026-03-01"] {
            assert_eq!(days(search), days(""), "{search}");
        }
    }

    #[test]
    fn every_range_survives_its_address() {
        let between = Range::Between(Days { from: 20_000, to: 20_100 });
        for range in Range::OFFERED.map(|(range, _)| range).into_iter().chain([between]) {
            assert_eq!(Range::read(&range.to_address()), range);
        }
        assert_eq!(address(Range::Last(30)), "/usage");
        assert_eq!(address(Range::Month), "/usage?days=month");
    }
}
