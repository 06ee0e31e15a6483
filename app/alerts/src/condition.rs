//! What a rule looks at, which figures of which series that takes, and how those become one number that is held against one limit.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Which measurements: the name of a series, and of which of its dimensions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Selector {
    pub series: String,
    /// Only where a dimension has this value.
    pub only: BTreeMap<String, String>,
    /// An alert for each value of these dimensions, which is then its subject; one for all without them.
    pub by: Vec<String>,
}

/// A figure of the measurements of a window.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Figure {
    /// In 0 to 100.
    Percentile(f64),
    Mean,
    /// How many measurements.
    Count,
    /// Of what is counted up: by how much it has grown.
    Sum,
    Max,
    /// Minutes since the last measurement, or since a process last reported.
    MinutesSince,
    /// How much it has changed at the last change point of the window, as a share: 0.1 is a tenth more; 0 without one.
    Shift,
    /// Whether it is so: 1, or 0.
    Found,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Worse {
    Above,
    Below,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Condition {
    /// A figure of a series is beyond a limit.
    Threshold {
        of: Selector,
        figure: Figure,
        over_minutes: u32,
        worse: Worse,
        /// From here on it is bad.
        raise: f64,
        /// On this side it is well; in between nothing changes.
        clear: f64,
        /// Fewer measurements say nothing.
        at_least: u64,
    },
    /// Too large a share of something is bad: of the requests those that failed.
    Share { bad: Selector, all: Selector, over_minutes: u32, raise: f64, clear: f64, at_least: u64 },
    /// What an objective allows is used up too fast: multi-window, multi-burn-rate alerts as in "The Site Reliability Workbook", chapter 5,
    /// section 6. With 99.9 % a thousandth may fail; when 1.44 % fails, the allowance of 30 days burns 14.4 times too fast, and 2 % of it in an hour.
    BurnRate {
        bad: Selector,
        all: Selector,
        /// Which share has to be good, as 0.999.
        objective: f64,
        windows: Vec<Burn>,
        /// With less in the long window nothing is said.
        at_least: u64,
    },
    /// A series has changed for good at some point of the window.
    ChangePoint { of: Selector, over_minutes: u32, worse: Worse, shift: f64 },
    /// A series or a process no longer reports. One that says goodbye is not absent: whoever keeps the list of those that should report drops it.
    Absence { of: Selector, after_minutes: u32 },
    /// Somebody else found it, as that a budget is passed, and says that it is so (1) or not (0).
    Found { by: Selector },
}

/// Both windows have to burn so many times too fast: the long one so that it matters, the short one so that it is over soon after it is over.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Burn {
    pub factor: f64,
    pub long_minutes: u32,
    pub short_minutes: u32,
}

/// The three of the workbook: 2 % of a month's allowance in an hour, 5 % in six, 10 % in three days.
pub const BAD_SHARE_FACTORS: [Burn; 3] = [
    Burn { factor: 14.4, long_minutes: 60, short_minutes: 5 },
    Burn { factor: 6.0, long_minutes: 6 * 60, short_minutes: 30 },
    Burn { factor: 1.0, long_minutes: 3 * 24 * 60, short_minutes: 6 * 60 },
];

/// One question to the store of measurements.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Ask {
    pub of: Selector,
    pub figure: Figure,
    /// The window: so many whole minutes until now.
    pub minutes: u32,
}

/// What it answers, for one subject: nothing where nothing was measured.
pub type Answer = Option<f64>;

/// What a reading is held against.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Levels {
    pub worse: Worse,
    pub raise: f64,
    pub clear: f64,
}

/// Sums of fractions that should be a limit exactly may miss it by their last digits.
const LAST_DIGITS: f64 = 1e-9;
/// A burn rate counts as well again below nine tenths of what raised it.
const BURN_CLEAR: f64 = 0.9;

impl Condition {
    /// What has to be known, in the order in which [`Self::reading`] takes the answers.
    pub fn asks(&self) -> Vec<Ask> {
        let ask = |of: &Selector, figure, minutes| Ask { of: of.clone(), figure, minutes };
        match self {
            Self::Threshold { of, figure, over_minutes, at_least, .. } => {
                let mut asks = vec![ask(of, *figure, *over_minutes)];
                if *at_least > 0 && *figure != Figure::Count {
                    asks.push(ask(of, Figure::Count, *over_minutes));
                }
                asks
            }
            Self::Share { bad, all, over_minutes, .. } => {
                vec![ask(bad, Figure::Count, *over_minutes), ask(all, Figure::Count, *over_minutes)]
            }
            Self::BurnRate { bad, all, windows, .. } => {
                let both = |minutes| [ask(bad, Figure::Count, minutes), ask(all, Figure::Count, minutes)];
                windows.iter().flat_map(|burn| [both(burn.long_minutes), both(burn.short_minutes)]).flatten().collect()
            }
            Self::ChangePoint { of, over_minutes, .. } => vec![ask(of, Figure::Shift, *over_minutes)],
            Self::Absence { of, after_minutes } => vec![ask(of, Figure::MinutesSince, *after_minutes)],
            Self::Found { by } => vec![ask(by, Figure::Found, 0)],
        }
    }

    /// One number of the answers; none where there is too little to say anything. Of burn rates it is how many times as fast as what
    /// is too fast, so that 1 is the limit whatever the windows are.
    pub fn reading(&self, answers: &[Answer]) -> Option<f64> {
        let at = |place: usize| answers.get(place).copied().flatten().filter(|answer| answer.is_finite());
        match self {
            Self::Threshold { figure, at_least, .. } => {
                let count = if *figure == Figure::Count { at(0) } else { at(1) };
                if *at_least > 0 && count.is_none_or(|count| count < *at_least as f64) {
                    return None;
                }
                at(0)
            }
            Self::Share { at_least, .. } => share(at(0), at(1), *at_least),
            Self::BurnRate { objective, windows, at_least, .. } => {
                let allowed = 1.0 - objective;
                let of = |place: usize, burn: &Burn| {
                    let long = share(at(place), at(place + 1), *at_least)?;
                    let short = share(at(place + 2), at(place + 3), 1)?;
                    Some(long.min(short) / allowed / burn.factor)
                };
                windows.iter().enumerate().filter_map(|(number, burn)| of(number * 4, burn)).reduce(f64::max)
            }
            // Downwards counts as how far down.
            Self::ChangePoint { worse: Worse::Below, .. } => at(0).map(|shift| -shift),
            Self::ChangePoint { .. } | Self::Absence { .. } | Self::Found { .. } => at(0),
        }
    }

    pub fn levels(&self) -> Levels {
        let above = |raise, clear| Levels { worse: Worse::Above, raise, clear };
        match self {
            Self::Threshold { worse, raise, clear, .. } => Levels { worse: *worse, raise: *raise, clear: *clear },
            Self::Share { raise, clear, .. } => above(*raise, *clear),
            Self::BurnRate { .. } => above(1.0, BURN_CLEAR),
            Self::ChangePoint { shift, .. } => above(*shift, *shift),
            Self::Absence { after_minutes, .. } => above(f64::from(*after_minutes), f64::from(*after_minutes)),
            Self::Found { .. } => above(1.0, 1.0),
        }
    }

    /// Whether nothing at all is what it is about.
    pub const fn is_absence(&self) -> bool {
        matches!(self, Self::Absence { .. })
    }

    /// The series of findings it is about, where it is about some.
    pub fn found(&self) -> Option<&str> {
        match self {
            Self::Found { by } => Some(&by.series),
            _ => None,
        }
    }

    /// What its alerts are split by.
    pub fn by(&self) -> &[String] {
        match self {
            Self::Threshold { of, .. } | Self::ChangePoint { of, .. } | Self::Absence { of, .. } | Self::Found { by: of } => &of.by,
            Self::Share { all, .. } | Self::BurnRate { all, .. } => &all.by,
        }
    }

    /// Whether it can ever be answered; else the end of a sentence.
    pub(crate) fn check(&self) -> Result<(), String> {
        let named = |of: &Selector| if of.series.trim().is_empty() { Err("it names no series.".to_owned()) } else { Ok(()) };
        let window = |minutes: u32| {
            let kept = 31 * 24 * 60;
            if (1..=kept).contains(&minutes) { Ok(()) } else { Err(format!("a window is 1 to {kept} minutes long, and not {minutes}.")) }
        };
        let finite = |what: &str, number: f64| if number.is_finite() { Ok(()) } else { Err(format!("{what} has to be a number.")) };
        let alike = |bad: &Selector, all: &Selector| {
            if bad.by == all.by { Ok(()) } else { Err("what is bad and what is all have to be split by the same dimensions.".to_owned()) }
        };
        match self {
            Self::Threshold { of, figure, over_minutes, worse, raise, clear, .. } => {
                named(of)?;
                window(*over_minutes)?;
                finite("raise", *raise)?;
                finite("clear", *clear)?;
                if let Figure::Percentile(at) = figure
                    && !(*at > 0.0 && *at <= 100.0)
                {
                    return Err(format!("a percentile is more than 0 and at most 100, and not {at}."));
                }
                match worse {
                    Worse::Above if clear > raise => {
                        Err(format!("clear ({clear}) may not be above raise ({raise}): it would be bad and well at once."))
                    }
                    Worse::Below if clear < raise => {
                        Err(format!("clear ({clear}) may not be below raise ({raise}): it would be bad and well at once."))
                    }
                    _ => Ok(()),
                }
            }
            Self::Share { bad, all, over_minutes, raise, clear, .. } => {
                named(bad)?;
                named(all)?;
                alike(bad, all)?;
                window(*over_minutes)?;
                if *raise > 0.0 && *raise <= 1.0 && *clear >= 0.0 && clear <= raise {
                    Ok(())
                } else {
                    Err(format!("a share is in 0 to 1 (0.01 is 1 %), and clear is not above raise; they are {raise} and {clear}."))
                }
            }
            Self::BurnRate { bad, all, objective, windows, .. } => {
                named(bad)?;
                named(all)?;
                alike(bad, all)?;
                if !(*objective > 0.0 && *objective < 1.0) {
                    return Err(format!("an objective is between 0 and 1 (0.999 is 99.9 %), and not {objective}."));
                }
                if windows.is_empty() {
                    return Err("it has no windows.".to_owned());
                }
                for burn in windows {
                    window(burn.long_minutes)?;
                    window(burn.short_minutes)?;
                    if burn.short_minutes > burn.long_minutes || !burn.factor.is_finite() || burn.factor <= 0.0 {
                        return Err("the short window may not be longer than the long one, and the factor is above 0.".to_owned());
                    }
                    if burn.factor * (1.0 - objective) > 1.0 {
                        return Err(format!(
                            "with an objective of {objective}, nothing can burn {} times too fast even if everything fails.",
                            burn.factor
                        ));
                    }
                }
                Ok(())
            }
            Self::ChangePoint { of, over_minutes, shift, .. } => {
                named(of)?;
                window(*over_minutes)?;
                if shift.is_finite() && *shift > 0.0 { Ok(()) } else { Err(format!("shift is above 0 (0.1 is 10 %), and not {shift}.")) }
            }
            Self::Absence { of, after_minutes } => {
                named(of)?;
                window(*after_minutes)
            }
            Self::Found { by } => named(by),
        }
    }
}

impl Levels {
    pub(crate) fn is_bad(self, reading: f64) -> bool {
        let slack = self.raise.abs() * LAST_DIGITS;
        match self.worse {
            Worse::Above => reading >= self.raise - slack,
            Worse::Below => reading <= self.raise + slack,
        }
    }

    /// Never of what is bad.
    pub(crate) fn is_well(self, reading: f64) -> bool {
        let side = match self.worse {
            Worse::Above => reading <= self.clear,
            Worse::Below => reading >= self.clear,
        };
        side && !self.is_bad(reading)
    }

    /// The worse of two readings.
    pub(crate) fn worst(self, one: f64, other: f64) -> f64 {
        match self.worse {
            Worse::Above => one.max(other),
            Worse::Below => one.min(other),
        }
    }
}

/// Of nothing there is no share; where there is something and nothing bad was counted, none of it was bad.
fn share(bad: Option<f64>, all: Option<f64>, at_least: u64) -> Option<f64> {
    let all = all.filter(|all| *all > 0.0 && *all >= at_least as f64)?;
    Some((bad.unwrap_or_default() / all).clamp(0.0, 1.0))
}

impl Selector {
    pub fn of(series: impl Into<String>) -> Self {
        Self { series: series.into(), only: BTreeMap::new(), by: Vec::new() }
    }

    #[must_use]
    pub fn only(mut self, dimension: impl Into<String>, value: impl Into<String>) -> Self {
        self.only.insert(dimension.into(), value.into());
        self
    }

    #[must_use]
    pub fn by(mut self, dimension: impl Into<String>) -> Self {
        self.by.push(dimension.into());
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn burning() -> Condition {
        let of = Selector::of;
        Condition::BurnRate { bad: of("failed"), all: of("asked"), objective: 0.999, windows: BAD_SHARE_FACTORS.to_vec(), at_least: 10 }
    }

    /// Answers where the same share fails in each window.
    fn failing(long: [f64; 3], short: [f64; 3]) -> Vec<Answer> {
        long.iter().zip(short).flat_map(|(long, short)| [long * 1e5, 1e5, short * 1e5, 1e5]).map(Some).collect()
    }

    #[test]
    fn a_burn_rate_asks_for_both_windows_of_all_three() {
        let windows: Vec<_> = burning().asks().iter().map(|ask| (ask.of.series.clone(), ask.minutes)).collect();

        let expected = [60, 5, 360, 30, 4_320, 360].into_iter().flat_map(|minutes| [("failed".into(), minutes), ("asked".into(), minutes)]);
        assert_eq!(windows, expected.collect::<Vec<_>>());
    }

    #[test]
    fn the_limits_of_the_workbook_raise_and_a_little_less_does_not() {
        let is_bad = |long, short| burning().levels().is_bad(burning().reading(&failing(long, short)).unwrap());

        assert!(is_bad([0.0144, 0.0, 0.0], [0.0144, 0.0, 0.0]));
        assert!(!is_bad([0.0143, 0.0, 0.0], [0.0143, 0.0, 0.0]));
        assert!(is_bad([0.006, 0.006, 0.0], [0.0, 0.006, 0.0]));
        assert!(!is_bad([0.005, 0.005, 0.0], [0.005, 0.005, 0.0]));
        assert!(is_bad([0.0, 0.0, 0.001], [0.0, 0.0, 0.001]));
        assert!(!is_bad([0.0, 0.0, 0.0009], [0.0, 0.0, 0.0009]));
    }

    #[test]
    fn one_window_alone_raises_nothing() {
        let is_bad = |long, short| burning().levels().is_bad(burning().reading(&failing(long, short)).unwrap());

        assert!(!is_bad([0.5, 0.0, 0.0], [0.0, 0.0, 0.0]), "it is over");
        assert!(!is_bad([0.0, 0.0, 0.0], [0.5, 0.0, 0.0]), "it does not matter yet");
    }

    #[test]
    fn of_nothing_there_is_no_reading() {
        let share =
            Condition::Share { bad: Selector::of("failed"), all: Selector::of("asked"), over_minutes: 10, raise: 0.02, clear: 0.01, at_least: 20 };

        assert_eq!(share.reading(&[Some(5.0), None]), None);
        assert_eq!(share.reading(&[Some(0.0), Some(0.0)]), None);
        assert_eq!(share.reading(&[Some(5.0), Some(19.0)]), None);
        assert_eq!(share.reading(&[None, Some(20.0)]), Some(0.0));
        assert_eq!(share.reading(&[]), None);
        assert_eq!(burning().reading(&[None; 12]), None);
        assert_eq!(burning().reading(&[Some(f64::NAN); 12]), None);
    }

    #[test]
    fn few_measurements_say_nothing() {
        let of = |at_least| Condition::Threshold {
            of: Selector::of("lcp"),
            figure: Figure::Percentile(75.0),
            over_minutes: 60,
            worse: Worse::Above,
            raise: 2_500.0,
            clear: 2_300.0,
            at_least,
        };

        assert_eq!(of(50).asks().len(), 2);
        assert_eq!(of(50).reading(&[Some(9_000.0), Some(49.0)]), None);
        assert_eq!(of(50).reading(&[Some(9_000.0), Some(50.0)]), Some(9_000.0));
        assert_eq!(of(0).reading(&[Some(9_000.0)]), Some(9_000.0));
    }

    #[test]
    fn a_change_downwards_is_bad_where_less_is_worse() {
        let of = |worse| Condition::ChangePoint { of: Selector::of("hits"), over_minutes: 1_440, worse, shift: 0.1 };
        let is_bad = |worse, shift| of(worse).levels().is_bad(of(worse).reading(&[Some(shift)]).unwrap());

        assert!(is_bad(Worse::Below, -0.2) && !is_bad(Worse::Below, 0.2));
        assert!(is_bad(Worse::Above, 0.2) && !is_bad(Worse::Above, -0.2));
    }

    #[test]
    fn between_raise_and_clear_it_is_neither_bad_nor_well() {
        let above = Levels { worse: Worse::Above, raise: 10.0, clear: 8.0 };
        let below = Levels { worse: Worse::Below, raise: 8.0, clear: 10.0 };
        let judged = |levels: Levels, reading| (levels.is_bad(reading), levels.is_well(reading));

        assert_eq!([7.0, 8.0, 9.0, 10.0].map(|reading| judged(above, reading)), [(false, true), (false, true), (false, false), (true, false)]);
        assert_eq!([7.0, 8.0, 9.0, 10.0].map(|reading| judged(below, reading)), [(true, false), (true, false), (false, false), (false, true)]);
    }

    #[test]
    fn a_condition_that_makes_no_sense_is_refused() {
        let with = |change: fn(&mut f64, &mut Vec<Burn>)| {
            let mut condition = burning();
            if let Condition::BurnRate { objective, windows, .. } = &mut condition {
                change(objective, windows);
            }
            condition.check().unwrap_err()
        };

        assert!(with(|objective, _| *objective = 99.9).contains("between 0 and 1"));
        assert!(with(|objective, _| *objective = 0.9).contains("even if everything fails"));
        assert!(with(|_, windows| windows.clear()).contains("no windows"));
        assert!(with(|_, windows| windows[0].short_minutes = 61).contains("short window"));
    }
}
