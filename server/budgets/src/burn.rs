//! How fast the failures that an objective allows are used up: the Site Reliability Workbook (Google, 2018), chapter 5, "Alerting on SLOs",
//! its sixth and last way, with several windows and several burn rates.
//!
//! An objective of 99.9 % over 30 days allows one answer in a thousand to fail: that is the error budget. A burn rate of 1 uses up exactly
//! that by the end of the 30 days, one of 14.4 a fiftieth of it in an hour. A pair of windows is passed when both burn faster than it allows:
//! the long one, so that a short disturbance alarms nobody, and the short one, so that the alarm ends soon after what caused it.

/// How much has to be answered well.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Objective {
    /// The share of answers that may fail, above 0 and below 1.
    allowed: f64,
}

/// What was asked in a window, and how much of it was answered well.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counted {
    pub good: u64,
    pub total: u64,
}

/// Up to the present.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Window {
    FiveMinutes,
    HalfAnHour,
    Hour,
    SixHours,
    ThreeDays,
}

/// Who has to hear of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Urgency {
    /// Somebody, within days.
    Ticket,
    /// Somebody, at once.
    Page,
}

/// Two windows that are watched together.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pair {
    pub long: Window,
    /// A twelfth of it.
    pub short: Window,
    /// The burn rate that both have to be above.
    pub burn: f64,
    pub urgency: Urgency,
}

/// A pair as it is now.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Burning {
    pub pair: Pair,
    /// The burn rates; none where nothing was asked.
    pub long: Option<f64>,
    pub short: Option<f64>,
    pub is_passed: bool,
    /// How many answers failed in the long window: where little is asked a single one may be enough to pass the pair.
    pub failed: u64,
}

/// The time that an objective is about, in seconds: 30 days.
pub const MONTH: u64 = 30 * 86_400;

/// The workbook's (table 5-8): what 2 % of the month's budget in an hour is, 5 % in six hours, and 10 % in three days.
pub const PAIRS: [Pair; 3] = [
    Pair { long: Window::Hour, short: Window::FiveMinutes, burn: 14.4, urgency: Urgency::Page },
    Pair { long: Window::SixHours, short: Window::HalfAnHour, burn: 6.0, urgency: Urgency::Page },
    Pair { long: Window::ThreeDays, short: Window::SixHours, burn: 1.0, urgency: Urgency::Ticket },
];

impl Objective {
    /// Of 99.9, say; none of what allows nothing or everything to fail.
    pub fn from_percent(percent: f64) -> Option<Self> {
        // 100 - 99.9 is a little less than 0.1 in binary.
        let allowed = ((100.0 - percent) * 1e9).round() / 1e11;
        (allowed > 0.0 && allowed < 1.0).then_some(Self { allowed })
    }

    /// The share of answers that may fail.
    pub const fn allowed(self) -> f64 {
        self.allowed
    }

    /// How many times as fast as it may the budget is used up: the share that failed, divided by the share that may. None where nothing was asked.
    pub fn burn_rate(self, counted: Counted) -> Option<f64> {
        (counted.total > 0).then(|| counted.failed() as f64 / (counted.total as f64 * self.allowed))
    }

    /// The share of the month's error budget that is left: 1 when nothing failed, 0 when all is used up, and less when more than that failed.
    /// 1 as well where nothing was asked.
    pub fn left(self, month: Counted) -> f64 {
        1.0 - self.burn_rate(month).unwrap_or_default()
    }

    /// Seconds until nothing is left, if it goes on as in a window; none when it does not end, as nothing fails. 0 when nothing is left.
    ///
    /// Traffic is taken to be the same all month: at a burn rate of 1 a whole budget lasts a month.
    pub fn lasts(self, left: f64, burn_rate: f64) -> Option<f64> {
        (burn_rate > 0.0).then(|| left.max(0.0) * MONTH as f64 / burn_rate)
    }

    /// Every pair, the most urgent first, by what was counted in each window.
    pub fn burning(self, counted: impl Fn(Window) -> Counted) -> [Burning; 3] {
        PAIRS.map(|pair| {
            let (over_long, over_short) = (counted(pair.long), counted(pair.short));
            let (long, short) = (self.burn_rate(over_long), self.burn_rate(over_short));
            let is_above = |rate: Option<f64>| rate.is_some_and(|rate| rate > pair.burn);
            Burning { pair, long, short, is_passed: is_above(long) && is_above(short), failed: over_long.failed() }
        })
    }
}

impl Counted {
    /// There are never fewer than none: two counters that were not read in the same moment may contradict each other.
    pub const fn failed(self) -> u64 {
        self.total.saturating_sub(self.good)
    }
}

impl Window {
    pub const ALL: [Self; 5] = [Self::FiveMinutes, Self::HalfAnHour, Self::Hour, Self::SixHours, Self::ThreeDays];

    pub const fn seconds(self) -> u64 {
        match self {
            Self::FiveMinutes => 300,
            Self::HalfAnHour => 1_800,
            Self::Hour => 3_600,
            Self::SixHours => 6 * 3_600,
            Self::ThreeDays => 3 * 86_400,
        }
    }

    /// `5 minutes`
    pub const fn words(self) -> &'static str {
        match self {
            Self::FiveMinutes => "5 minutes",
            Self::HalfAnHour => "30 minutes",
            Self::Hour => "1 hour",
            Self::SixHours => "6 hours",
            Self::ThreeDays => "3 days",
        }
    }
}

impl Pair {
    /// The share of the month's budget that is gone when the long window has burned at this rate from one end to the other.
    pub fn spends(&self) -> f64 {
        self.burn * self.long.seconds() as f64 / MONTH as f64
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn objective() -> Objective {
        Objective::from_percent(99.9).unwrap()
    }

    /// Of a million, in every window the same share fails.
    fn failing(share: f64) -> Counted {
        Counted { good: 1_000_000 - (share * 1e6).round() as u64, total: 1_000_000 }
    }

    fn is_about(value: f64, expected: f64) -> bool {
        (value - expected).abs() <= expected.abs() * 1e-6 + 1e-9
    }

    #[test]
    fn burn_rates_use_a_budget_up_as_fast_as_the_workbook_says() {
        // Table 5-4: for 99.9 % over 30 days.
        let table = [(1.0, 0.001, 30.0 * 86_400.0), (2.0, 0.002, 15.0 * 86_400.0), (10.0, 0.01, 3.0 * 86_400.0), (1_000.0, 1.0, 43.2 * 60.0)];
        for (burn, errors, seconds) in table {
            let measured = objective().burn_rate(failing(errors)).unwrap();

            assert!(is_about(measured, burn), "{measured} for {errors}");
            assert!(is_about(objective().lasts(1.0, measured).unwrap(), seconds), "{errors}");
        }
    }

    #[test]
    fn pairs_spend_what_the_workbook_recommends() {
        // Table 5-8: 2 % in an hour, 5 % in six hours, 10 % in three days; the short window is a twelfth of the long one.
        let spent: Vec<f64> = PAIRS.iter().map(Pair::spends).collect();

        assert!(spent.iter().zip([0.02, 0.05, 0.1]).all(|(spent, expected)| is_about(*spent, expected)), "{spent:?}");
        assert!(PAIRS.iter().all(|pair| pair.long.seconds() == 12 * pair.short.seconds()));
    }

    #[test]
    fn the_expression_of_the_workbook_is_that_of_pages_and_tickets() {
        // Its example: > 14.4 x 0.001 over 1 h and 5 m, > 6 x 0.001 over 6 h and 30 m, > 0.001 over 3 d and 6 h.
        for (errors, passed) in [(0.0145, [true, true, true]), (0.0143, [false, true, true]), (0.0059, [false, false, true]), (0.0009, [false; 3])] {
            let burning = objective().burning(|_| failing(errors));

            assert_eq!(burning.map(|burning| burning.is_passed), passed, "{errors}");
        }
    }

    #[test]
    fn at_the_rate_itself_nothing_is_passed() {
        let burning = objective().burning(|_| failing(0.001));

        assert!(is_about(burning[2].long.unwrap(), 1.0));
        assert!(burning.iter().all(|burning| !burning.is_passed), "{burning:?}");
    }

    #[test]
    fn a_disturbance_that_is_over_is_passed_by_no_pair() {
        // A total outage of ten minutes, which ended ten minutes ago.
        let of_hour = Counted { good: 50_000, total: 60_000 };
        let burning = objective().burning(|window| match window {
            Window::FiveMinutes => Counted { good: 5_000, total: 5_000 },
            Window::HalfAnHour => Counted { good: 20_000, total: 30_000 },
            Window::Hour => of_hour,
            Window::SixHours => Counted { good: 350_000, total: 360_000 },
            Window::ThreeDays => Counted { good: 4_310_000, total: 4_320_000 },
        });

        assert!(burning[0].long.unwrap() > 100.0 && !burning[0].is_passed, "the short window says that it is over");
        assert!(burning[1].is_passed && burning[1].failed == 10_000, "six hours have spent more than a twentieth");
        assert!(burning[2].is_passed);
    }

    #[test]
    fn a_short_disturbance_passes_no_page() {
        // Five failures in a hundred for the last minute of five, 0.2 % of the hour.
        let burning = objective().burning(|window| match window {
            Window::FiveMinutes => failing(0.02),
            _ => failing(0.002),
        });

        assert!(!burning[0].is_passed && !burning[1].is_passed);
    }

    #[test]
    fn nothing_asked_is_nothing_known() {
        let burning = objective().burning(|_| Counted::default());

        assert!(burning.iter().all(|burning| burning.long.is_none() && !burning.is_passed));
        assert!(is_about(objective().left(Counted::default()), 1.0));
    }

    #[test]
    fn what_is_left_of_the_month_is_told_also_when_it_is_less_than_nothing() {
        for (failed, left) in [(0.0, 1.0), (0.0005, 0.5), (0.001, 0.0), (0.002, -1.0)] {
            assert!(is_about(objective().left(failing(failed)), left), "{failed}");
        }
        assert_eq!(objective().lasts(-1.0, 2.0), Some(0.0));
        assert_eq!(objective().lasts(0.5, 0.0), None);
    }

    #[test]
    fn an_objective_allows_something_and_not_everything() {
        for percent in [100.0, 0.0, 101.0, -1.0, f64::NAN, f64::INFINITY] {
            assert_eq!(Objective::from_percent(percent), None, "{percent}");
        }
        assert!(is_about(objective().allowed(), 0.001));
        assert_eq!(Objective::from_percent(99.99).map(Objective::allowed), Some(0.0001));
    }

    proptest! {
        #[test]
        fn more_failures_never_burn_less(total in 1_u64..1_000_000, one in 0_u64..1_000_000, other in 0_u64..1_000_000) {
            let rate = |good: u64| objective().burn_rate(Counted { good, total }).unwrap();
            let (fewer, more) = (one.min(other), one.max(other));

            prop_assert!(rate(more) <= rate(fewer));
            prop_assert!((0.0..=1_000.000_001).contains(&rate(one)));
        }

        #[test]
        fn a_pair_is_passed_when_both_of_its_windows_are(goods in prop::array::uniform5(0_u64..=1_000), total in 1_000_u64..1_001) {
            let of = |window: Window| Counted { good: goods[Window::ALL.iter().position(|other| *other == window).unwrap()], total };

            for burning in objective().burning(of) {
                let above = |window: Window| (1_000 - of(window).good) as f64 > burning.pair.burn;
                prop_assert_eq!(burning.is_passed, above(burning.pair.long) && above(burning.pair.short));
            }
        }
    }
}
