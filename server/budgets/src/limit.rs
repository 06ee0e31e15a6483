//! A figure that must not be passed.

use crate::counted::grouped;

/// What a reading is held against.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Limit {
    pub value: f64,
    pub unit: Unit,
    pub side: Side,
}

/// Which way is the wrong one. To be at the limit itself is well on both sides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    AtMost,
    AtLeast,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Thousands of bytes.
    Kilobytes,
    /// Millions of bytes.
    Megabytes,
    Milliseconds,
    Seconds,
    /// Hundredths of a whole, from 0 to 100.
    Percent,
    /// Of the database.
    Statements,
    /// Of a processor.
    Instructions,
    /// How often something happens in a second.
    PerSecond,
    /// Of the browser's grid, of lost writes, and whatever else is only counted.
    Count,
    /// Cumulative layout shift, which has no unit.
    Shift,
}

impl Limit {
    /// Whether something that was measured, in the limit's unit, keeps to it. What is no number does not.
    pub fn holds(&self, value: f64) -> bool {
        match self.side {
            Side::AtMost => value <= self.value * self.unit.tolerance(),
            Side::AtLeast => value >= self.value,
        }
    }

    /// Which share of what it may be it is: 1 at the limit, more when it is passed. Of a percentage that has to be large, what is missing counts:
    /// with 80 % required, 90 % uses half of the 20 that may be missing.
    pub fn used(&self, value: f64) -> f64 {
        let (taken, room) = match (self.side, self.unit) {
            (Side::AtMost, _) => (value, self.value),
            (Side::AtLeast, Unit::Percent) => (100.0 - value, 100.0 - self.value),
            (Side::AtLeast, _) => (self.value, value),
        };
        match (taken <= 0.0, room <= 0.0) {
            (true, _) => 0.0,
            (false, true) => f64::INFINITY,
            (false, false) => taken / room,
        }
    }

    /// By how much it is passed, in the limit's unit; 0 when it holds.
    pub fn passed_by(&self, value: f64) -> f64 {
        match self.side {
            Side::AtMost => (value - self.value).max(0.0),
            Side::AtLeast => (self.value - value).max(0.0),
        }
    }

    /// A passed limit, behind the name of what has passed it: `is 49.8 kB, and may be 47.0: 2.8 kB too many`.
    pub fn complaint(&self, value: f64) -> String {
        // As many digits as it takes to see that they are not the same.
        let digits = (self.unit.digits()..6).find(|digits| format!("{value:.digits$}") != format!("{:.digits$}", self.value)).unwrap_or(6);
        let (measured, limit) = (self.unit.with(format!("{value:.digits$}")), format!("{:.digits$}", self.value));
        let by = match (self.unit, self.passed_by(value)) {
            (Unit::Kilobytes, by) if by < 0.001_5 => "1 byte".to_owned(),
            (Unit::Kilobytes, by) if by < 0.1 => format!("{:.0} bytes", by * 1e3),
            (unit, by) => unit.with(format!("{by:.digits$}")),
        };
        match self.side {
            Side::AtMost => format!("is {measured}, and may be {limit}: {by} {}", self.unit.too()),
            Side::AtLeast => format!("is {measured}, and has to be {limit} at least: {by} too little"),
        }
    }
}

impl Unit {
    /// How many times its limit something may be: what is counted differs from run to run by some thousandths.
    const fn tolerance(self) -> f64 {
        match self {
            Self::Instructions => 1.0 + crate::counted::MOST_MORE as f64 / 100.0,
            _ => 1.0,
        }
    }

    pub(crate) const ALL: [Self; 10] = [
        Self::Kilobytes,
        Self::Megabytes,
        Self::Milliseconds,
        Self::Seconds,
        Self::Percent,
        Self::Statements,
        Self::Instructions,
        Self::PerSecond,
        Self::Count,
        Self::Shift,
    ];

    /// As the file has it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Kilobytes => "kB",
            Self::Megabytes => "MB",
            Self::Milliseconds => "ms",
            Self::Seconds => "s",
            Self::Percent => "%",
            Self::Statements => "statements",
            Self::Instructions => "instructions",
            Self::PerSecond => "/s",
            Self::Count => "count",
            Self::Shift => "shift",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|unit| unit.name() == name)
    }

    /// Whether the lab calls it so. What is only counted has no unit there, and how often something happens may say what it is.
    pub fn is_called(self, name: &str) -> bool {
        match self {
            Self::Count | Self::Shift => name.is_empty(),
            Self::PerSecond => matches!(name, "/s" | "products/s"),
            _ => name == self.name(),
        }
    }

    /// A value with its unit: `49.8 kB`.
    pub fn show(self, value: f64) -> String {
        match self {
            // They are many: nobody reads seven digits in a row.
            Self::Instructions => self.with(grouped(value as u64)),
            _ => self.with(format!("{value:.*}", self.digits())),
        }
    }

    fn with(self, number: String) -> String {
        match self {
            Self::Count | Self::Shift => number,
            Self::PerSecond => format!("{number}/s"),
            _ => format!("{number} {}", self.name()),
        }
    }

    /// Behind the point.
    const fn digits(self) -> usize {
        match self {
            Self::Count | Self::PerSecond | Self::Milliseconds | Self::Instructions => 0,
            Self::Kilobytes | Self::Megabytes | Self::Statements => 1,
            Self::Seconds | Self::Percent | Self::Shift => 2,
        }
    }

    const fn too(self) -> &'static str {
        match self {
            Self::Kilobytes | Self::Megabytes | Self::Statements | Self::Instructions | Self::PerSecond | Self::Count => "too many",
            Self::Milliseconds | Self::Seconds => "too long",
            Self::Percent | Self::Shift => "too much",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn most(value: f64, unit: Unit) -> Limit {
        Limit { value, unit, side: Side::AtMost }
    }

    const fn least(value: f64, unit: Unit) -> Limit {
        Limit { value, unit, side: Side::AtLeast }
    }

    #[test]
    fn at_the_limit_is_kept_and_all_used_up() {
        for limit in [most(47.0, Unit::Kilobytes), least(80.0, Unit::Percent), least(3_000.0, Unit::PerSecond)] {
            assert!(limit.holds(limit.value), "{limit:?}");
            assert!((limit.used(limit.value) - 1.0).abs() < f64::EPSILON, "{limit:?}");
        }
    }

    #[test]
    fn a_limit_of_nothing_is_used_up_by_nothing_and_passed_by_anything() {
        let none = most(0.0, Unit::Statements);

        assert!(none.holds(0.0) && none.used(0.0) == 0.0);
        assert!(!none.holds(1.0) && none.used(1.0).is_infinite());
    }

    #[test]
    fn of_a_percentage_that_has_to_be_large_what_is_missing_is_counted() {
        let hits = least(80.0, Unit::Percent);

        assert!((hits.used(90.0) - 0.5).abs() < 1e-9 && hits.used(100.0) == 0.0);
        assert!(!hits.holds(70.0) && (hits.used(70.0) - 1.5).abs() < 1e-9);
    }

    #[test]
    fn no_number_keeps_to_no_limit() {
        assert!(!most(1.0, Unit::Seconds).holds(f64::NAN) && !least(1.0, Unit::Percent).holds(f64::NAN));
        assert!(!most(1.0, Unit::Seconds).holds(f64::INFINITY));
    }

    #[test]
    fn instructions_may_be_a_hundredth_more_as_where_they_are_counted() {
        let limit = most(1_000.0, Unit::Instructions);

        assert_eq!([1_000.0, 1_010.0, 1_011.0].map(|value| limit.holds(value)), [true, true, false]);
        assert!(!most(1_000.0, Unit::Count).holds(1_001.0));
    }

    #[test]
    fn a_complaint_says_how_much_and_by_how_much() {
        assert_eq!(most(47.0, Unit::Kilobytes).complaint(49.8), "is 49.8 kB, and may be 47.0: 2.8 kB too many");
        assert_eq!(most(2.5, Unit::Seconds).complaint(3.0), "is 3.00 s, and may be 2.50: 0.50 s too long");
        assert_eq!(least(80.0, Unit::Percent).complaint(71.25), "is 71.25 %, and has to be 80.00 at least: 8.75 % too little");
        assert_eq!(most(4.0, Unit::Statements).complaint(6.0), "is 6.0 statements, and may be 4.0: 2.0 statements too many");
    }

    #[test]
    fn what_is_passed_by_little_has_digits_enough_to_see_it() {
        assert_eq!(most(47.0, Unit::Kilobytes).complaint(47.012), "is 47.01 kB, and may be 47.00: 12 bytes too many");
        assert_eq!(most(50.0, Unit::Milliseconds).complaint(50.2), "is 50.2 ms, and may be 50.0: 0.2 ms too long");
    }

    #[test]
    fn instructions_are_shown_so_that_they_can_be_read() {
        assert_eq!(
            [0.0, 999.0, 1_000.0, 24_718_829.0].map(|many| Unit::Instructions.show(many)),
            ["0 instructions", "999 instructions", "1,000 instructions", "24,718,829 instructions"]
        );
    }

    #[test]
    fn units_are_known_by_their_names() {
        for unit in Unit::ALL {
            assert_eq!(Unit::from_name(unit.name()), Some(unit));
        }
        assert_eq!(Unit::from_name("KB"), None);
    }

    #[test]
    fn the_lab_calls_units_as_the_file_does_but_for_what_is_counted() {
        let called = [(Unit::Kilobytes, "kB"), (Unit::Percent, "%"), (Unit::Count, ""), (Unit::Shift, ""), (Unit::PerSecond, "products/s")];
        let other = [(Unit::Seconds, "ms"), (Unit::Count, "count"), (Unit::PerSecond, "MB/s"), (Unit::Milliseconds, "")];

        assert!(called.iter().all(|(unit, name)| unit.is_called(name)) && !other.iter().any(|(unit, name)| unit.is_called(name)));
    }
}
