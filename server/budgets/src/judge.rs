//! Whether what was measured keeps to its budget.

use crate::{Budget, Budgets};

/// What was measured, of the budget with that id and in its unit.
#[derive(Clone, Debug, PartialEq)]
pub struct Reading {
    pub id: String,
    pub value: f64,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum State {
    /// Within its limit.
    Kept {
        /// Of 0 to 1: see [`crate::Limit::used`].
        used: f64,
    },
    Passed {
        /// More than 0, in the limit's unit; infinite when that is all that is known, as of what is in the last bucket of a histogram.
        by: f64,
    },
    /// There is no reading, or none that is a number.
    NotMeasured,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Judged<'a> {
    pub budget: &'a Budget,
    pub reading: Option<f64>,
    pub state: State,
}

/// Every budget, in the order of the file, with what has become of it. Of several readings of one the worst counts; one that is of no
/// budget counts for nothing.
pub fn judge<'a>(budgets: &'a Budgets, readings: &[Reading]) -> Vec<Judged<'a>> {
    budgets.iter().map(|budget| judged(budget, readings.iter().filter(|reading| reading.id == budget.id))).collect()
}

fn judged<'a, 'r>(budget: &'a Budget, readings: impl Iterator<Item = &'r Reading>) -> Judged<'a> {
    let limit = budget.limit;
    // Nothing that is measured here is less than nothing.
    let values = readings.map(|reading| reading.value).filter(|value| *value >= 0.0);
    let reading = values.max_by(|one, other| limit.used(*one).total_cmp(&limit.used(*other)));
    let state = match reading {
        None => State::NotMeasured,
        Some(value) if limit.holds(value) => State::Kept { used: limit.used(value).min(1.0) },
        Some(value) => State::Passed { by: limit.passed_by(value) },
    };
    Judged { budget, reading, state }
}

impl Judged<'_> {
    pub const fn is_passed(&self) -> bool {
        matches!(self.state, State::Passed { .. })
    }

    /// What is wrong: which, how much, by how much; none while nothing is.
    pub fn complaint(&self) -> Option<String> {
        match self.state {
            State::Passed { by } if by.is_infinite() => {
                let limit = self.budget.limit;
                Some(format!("{} is more than can be told, and may be {}.", self.budget.subject(), limit.unit.show(limit.value)))
            }
            State::Passed { .. } => self.reading.map(|value| format!("{} {}.", self.budget.subject(), self.budget.limit.complaint(value))),
            State::Kept { .. } | State::NotMeasured => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const BUDGETS: &str = r#"
[budgets]
lcp = { what = "Largest paint", limit = 2.5, unit = "s", checked = "live", series = { metric = "lcp", route = "/products", statistic = "p75" } }
hits = { what = "Hits", limit = 80, unit = "%", least = true, checked = "live", series = { metric = "hits", route = "list", statistic = "share" } }
"#;

    fn of(readings: &[(&str, f64)]) -> Vec<(State, Option<String>)> {
        let budgets = Budgets::read(BUDGETS).unwrap();
        let readings: Vec<Reading> = readings.iter().map(|(id, value)| Reading { id: (*id).to_owned(), value: *value }).collect();
        judge(&budgets, &readings).iter().map(|judged| (judged.state, judged.complaint())).collect()
    }

    #[test]
    fn every_budget_is_judged_also_without_a_reading() {
        let judged = of(&[("lcp", 1.25), ("nobodys", 9.0)]);

        assert_eq!(judged, [(State::Kept { used: 0.5 }, None), (State::NotMeasured, None)]);
    }

    #[test]
    fn what_is_passed_says_by_how_much() {
        let judged = of(&[("lcp", 3.0), ("hits", 75.0)]);

        assert_eq!(judged[0].0, State::Passed { by: 0.5 });
        assert_eq!(judged[0].1.as_deref(), Some("Largest paint, /products is 3.00 s, and may be 2.50: 0.50 s too long."));
        assert_eq!(judged[1].1.as_deref(), Some("Hits, list is 75.00 %, and has to be 80.00 at least: 5.00 % too little."));
    }

    #[test]
    fn what_is_no_figure_is_not_measured() {
        assert_eq!(of(&[("lcp", f64::NAN), ("hits", -1.0)]).iter().map(|judged| judged.0).collect::<Vec<_>>(), [State::NotMeasured; 2]);
    }

    #[test]
    fn what_is_beyond_all_buckets_is_passed() {
        let judged = of(&[("lcp", f64::INFINITY)]);

        assert_eq!(judged[0].0, State::Passed { by: f64::INFINITY });
        assert_eq!(judged[0].1.as_deref(), Some("Largest paint, /products is more than can be told, and may be 2.50 s."));
    }

    proptest! {
        #[test]
        fn of_several_readings_the_worst_counts_in_any_order(mut values in prop::collection::vec(0.0..100.0_f64, 1..6)) {
            let there = values.iter().map(|value| ("hits", *value)).collect::<Vec<_>>();
            let worst = values.iter().copied().fold(f64::INFINITY, f64::min);
            let one = of(&there);
            values.reverse();
            let other = of(&values.iter().map(|value| ("hits", *value)).collect::<Vec<_>>());

            prop_assert_eq!(&one, &other);
            prop_assert_eq!(&one, &of(&[("hits", worst)]));
        }

        #[test]
        fn kept_is_never_more_than_all_and_passed_never_by_nothing(value in 0.0..200.0_f64) {
            for (state, complaint) in of(&[("lcp", value), ("hits", value)]) {
                match state {
                    State::Kept { used } => prop_assert!((0.0..=1.0).contains(&used) && complaint.is_none()),
                    State::Passed { by } => prop_assert!(by > 0.0 && complaint.is_some()),
                    State::NotMeasured => prop_assert!(false, "it was measured"),
                }
            }
        }
    }
}
