//! The large figures, and how they changed.

use domain::money::Currency;
use ports::usage::{Sums, UsageView};

use crate::ui::format::number;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Figure {
    pub(crate) name: &'static str,
    pub(crate) value: String,
    /// Against the as many days before; empty where there is nothing to compare.
    pub(crate) change: String,
}

pub(crate) fn figures(view: &UsageView) -> Vec<Figure> {
    let UsageView { total, before, currency, .. } = view;
    let counted = |name, value: String, now: u64, then: u64| Figure { name, value, change: change(now, then) };
    let compared = |name, told: fn(&Sums, Currency) -> String| {
        let change = if before.calls == 0 { String::new() } else { format!("{} before", told(before, *currency)) };
        Figure { name, value: told(total, *currency), change }
    };
    vec![
        counted("Cost", total.cost.shown(*currency), total.cost.0.max(0) as u64, before.cost.0.max(0) as u64),
        counted("Calls", number(total.calls), total.calls, before.calls),
        counted("Tokens", number(tokens(total)), tokens(total), tokens(before)),
        compared("Failed", |sums, _| share(sums.failed, sums.calls)),
        compared("Seconds a call", |sums, _| seconds(sums)),
    ]
}

pub(crate) const fn tokens(sums: &Sums) -> u64 {
    sums.tokens_in.saturating_add(sums.tokens_out)
}

/// `14 % more than before`
fn change(now: u64, before: u64) -> String {
    if before == 0 {
        return String::new();
    }
    let (more, by) = if now >= before { ("more", now - before) } else { ("less", before - now) };
    let percent = (u128::from(by) * 100 + u128::from(before) / 2) / u128::from(before);
    match percent {
        _ if by == 0 => "As before".to_owned(),
        0 => format!("Under 1 % {more} than before"),
        1_000.. => format!("{} times as much as before", number(now / before)),
        percent => format!("{percent} % {more} than before"),
    }
}

/// `1.2 %`
pub(crate) fn share(part: u64, of: u64) -> String {
    if of == 0 {
        return "0 %".to_owned();
    }
    let tenths = (u128::from(part) * 1_000 + u128::from(of) / 2) / u128::from(of);
    match (tenths, part) {
        (0, 1..) => "under 0.1 %".to_owned(),
        (tenths, _) if tenths % 10 == 0 => format!("{} %", tenths / 10),
        (tenths, _) => format!("{}.{} %", tenths / 10, tenths % 10),
    }
}

/// The mean of a call: `1.84`.
fn seconds(sums: &Sums) -> String {
    let hundredths = sums.milliseconds.checked_div(sums.calls).map_or(0, |each| (each + 5) / 10);
    format!("{}.{:02}", hundredths / 100, hundredths % 100)
}

#[cfg(test)]
mod tests {
    use domain::money::Cost;
    use ports::usage::{BudgetView, Days};

    use super::*;

    #[test]
    fn a_change_is_told_as_one_would_say_it() {
        assert_eq!([change(114, 100), change(95, 100), change(100, 100)], ["14 % more than before", "5 % less than before", "As before"]);
        assert_eq!([change(10_001, 10_000), change(5, 0), change(0, 7)], ["Under 1 % more than before", "", "100 % less than before"]);
        assert_eq!(change(1_200, 100), "12 times as much as before");
    }

    #[test]
    fn shares_and_means_keep_the_places_that_tell_something() {
        assert_eq!([share(0, 0), share(0, 9), share(3, 250), share(1, 4), share(1, 100_000)], ["0 %", "0 %", "1.2 %", "25 %", "under 0.1 %"]);
        assert_eq!(seconds(&Sums { calls: 3, milliseconds: 5_530, ..Sums::default() }), "1.84");
        assert_eq!(seconds(&Sums::default()), "0.00");
    }

    #[test]
    fn figures_stand_beside_what_they_were() {
        let sums = |calls, cost| Sums { calls, failed: 1, tokens_in: 900, tokens_out: 100, cost: Cost(cost), milliseconds: 2_000 };
        let view = UsageView {
            days: Days { from: 0, to: 6 },
            currency: Currency::EUR,
            total: sums(10, 3_000_000),
            before: sums(5, 2_000_000),
            by_day: Vec::new(),
            by_provider: Vec::new(),
            by_model: Vec::new(),
            by_person: Vec::new(),
            by_type: Vec::new(),
            budget: BudgetView::default(),
            may_manage: true,
            as_of: None,
        };

        let told: Vec<String> = figures(&view).iter().map(|figure| format!("{} {} {}", figure.name, figure.value, figure.change)).collect();

        assert_eq!(
            told,
            [
                "Cost EUR 3.00 50 % more than before",
                "Calls 10 100 % more than before",
                "Tokens 1,000 As before",
                "Failed 10 % 20 % before",
                "Seconds a call 0.20 0.40 before",
            ]
        );
        let first = UsageView { before: Sums::default(), ..view };
        assert!(figures(&first).iter().all(|figure| figure.change.is_empty()));
    }
}
