//! How long the period is that a sketch is of.

/// Minutes tell what happens now, hours a week, days a year.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    Minute,
    Hour,
    Day,
}

/// A time to look at, in periods of a level. Bounds are minutes since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    pub level: Level,
    /// The beginning of the first period.
    pub from: i64,
    /// The end of the last.
    pub to: i64,
}

impl Level {
    pub const ALL: [Self; 3] = [Self::Minute, Self::Hour, Self::Day];

    /// What the store calls it.
    pub const fn number(self) -> i64 {
        match self {
            Self::Minute => 0,
            Self::Hour => 1,
            Self::Day => 2,
        }
    }

    pub fn from_number(number: i64) -> Option<Self> {
        Self::ALL.into_iter().find(|level| level.number() == number)
    }

    /// How long a period is.
    pub const fn minutes(self) -> i64 {
        match self {
            Self::Minute => 1,
            Self::Hour => 60,
            Self::Day => 24 * 60,
        }
    }

    /// How long a sketch is kept, in minutes: minutes for 26 hours, hours for 35 days, days for three years.
    pub const fn kept(self) -> i64 {
        match self {
            Self::Minute => 26 * 60,
            Self::Hour => 35 * 24 * 60,
            Self::Day => 3 * 366 * 24 * 60,
        }
    }

    /// The beginning of the period that a minute is in.
    pub const fn begin(self, minute: i64) -> i64 {
        minute.div_euclid(self.minutes()) * self.minutes()
    }
}

impl Span {
    /// The last so many minutes, the present one among them, in periods that make a chart of 24 to 360 columns.
    pub const fn last(minutes: i64, now: i64) -> Self {
        let level = match minutes {
            ..=360 => Level::Minute,
            361..=10_080 => Level::Hour,
            _ => Level::Day,
        };
        let to = level.begin(now) + level.minutes();
        Self { level, from: to - minutes.div_euclid(level.minutes()) * level.minutes(), to }
    }

    /// As long, and before.
    #[must_use]
    pub const fn before(self) -> Self {
        Self { level: self.level, from: self.from - (self.to - self.from), to: self.from }
    }

    /// How many periods.
    pub fn periods(self) -> usize {
        ((self.to - self.from) / self.level.minutes()).max(0) as usize
    }

    /// Which period a minute is in; none outside.
    pub fn period(self, minute: i64) -> Option<usize> {
        (self.from..self.to).contains(&minute).then(|| ((minute - self.from) / self.level.minutes()) as usize)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_ends_with_the_present_period() {
        let hour = Span::last(60, 1_000_003);
        let week = Span::last(7 * 24 * 60, 1_000_003);
        let quarter = Span::last(90 * 24 * 60, 1_000_003);

        assert_eq!((hour.level, hour.periods(), hour.to), (Level::Minute, 60, 1_000_004));
        assert_eq!((week.level, week.periods(), week.period(1_000_003)), (Level::Hour, 168, Some(167)));
        assert_eq!((quarter.level, quarter.periods(), quarter.before().to), (Level::Day, 90, quarter.from));
        assert_eq!((hour.period(hour.from - 1), hour.period(hour.to)), (None, None));
    }

    #[test]
    fn levels_have_numbers_and_periods_before_1970_too() {
        for level in Level::ALL {
            assert_eq!(Level::from_number(level.number()), Some(level));
        }
        assert_eq!((Level::Hour.begin(-1), Level::from_number(9)), (-60, None));
    }
}
