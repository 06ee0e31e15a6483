//! Whether a figure is good, as <https://web.dev/articles/vitals> has it: of 100 page loads 75 have to be as good or better.

/// What is measured of page loads, and from where on it is not good any more, and poor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Vital {
    /// In series: `vitals.lcp`.
    pub(super) metric: &'static str,
    pub(super) short: &'static str,
    pub(super) name: &'static str,
    /// What it is, for people.
    pub(super) says: &'static str,
    pub(super) good: u64,
    pub(super) poor: u64,
    pub(super) unit: Unit,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unit {
    /// Microseconds.
    Time,
    /// Ten-thousandths.
    Score,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    Good,
    NeedsWork,
    Poor,
}

const SECOND: u64 = 1_000_000;

pub(super) const VITALS: [Vital; 5] = [
    Vital {
        metric: "vitals.lcp",
        short: "LCP",
        name: "Largest thing drawn",
        says: "until the largest thing of the page is on the screen",
        good: 5 * SECOND / 2,
        poor: 4 * SECOND,
        unit: Unit::Time,
    },
    Vital {
        metric: "vitals.inp",
        short: "INP",
        name: "Answer to input",
        says: "from a press or a key to what is drawn of it",
        good: SECOND / 5,
        poor: SECOND / 2,
        unit: Unit::Time,
    },
    Vital {
        metric: "vitals.cls",
        short: "CLS",
        name: "Shifts of the page",
        says: "how much of the page moves by itself",
        good: 1_000,
        poor: 2_500,
        unit: Unit::Score,
    },
    Vital {
        metric: "vitals.fcp",
        short: "FCP",
        name: "First thing drawn",
        says: "until anything is on the screen",
        good: 9 * SECOND / 5,
        poor: 3 * SECOND,
        unit: Unit::Time,
    },
    Vital {
        metric: "vitals.ttfb",
        short: "TTFB",
        name: "First byte",
        says: "until the first byte of the page is there",
        good: 4 * SECOND / 5,
        poor: 9 * SECOND / 5,
        unit: Unit::Time,
    },
];

impl Vital {
    pub(super) const fn judge(&self, value: u64) -> Verdict {
        if value <= self.good {
            Verdict::Good
        } else if value <= self.poor {
            Verdict::NeedsWork
        } else {
            Verdict::Poor
        }
    }

    pub(super) fn shown(&self, value: u64) -> String {
        match self.unit {
            Unit::Time => super::units::time(value),
            Unit::Score => format!("{}.{:03}", value / 10_000, value % 10_000 / 10),
        }
    }
}

impl Verdict {
    pub(super) const fn words(self) -> &'static str {
        match self {
            Self::Good => "Good",
            Self::NeedsWork => "Needs work",
            Self::Poor => "Poor",
        }
    }

    /// Of a badge.
    pub(super) const fn tone(self) -> &'static str {
        match self {
            Self::Good => "ok",
            Self::NeedsWork => "warn",
            Self::Poor => "bad",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_belong_to_the_better_side() {
        let judged = |at: usize, values: [u64; 3]| values.map(|value| VITALS[at].judge(value).words());

        assert_eq!(judged(0, [2_500_000, 2_500_001, 4_000_001]), ["Good", "Needs work", "Poor"]);
        assert_eq!(judged(1, [200_000, 500_000, 500_001]), ["Good", "Needs work", "Poor"]);
        assert_eq!(judged(2, [1_000, 2_500, 2_501]), ["Good", "Needs work", "Poor"]);
    }

    #[test]
    fn shifts_are_told_in_thousandths() {
        assert_eq!([VITALS[2].shown(1_000), VITALS[2].shown(12_345), VITALS[0].shown(2_500_000)], ["0.100", "1.234", "2.5 s"]);
    }
}
