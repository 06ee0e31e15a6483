//! The days as columns: one each, or a week each where there are many.

use domain::money::{Cost, Currency};
use ports::usage::{BudgetView, Sums, UsageView};

use crate::ui::{
    chart::{Column, Line},
    day,
    format::number,
};

/// More days than these are drawn as weeks.
const MOST_DAYS: usize = 100;

/// Some days that follow each other.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Span {
    pub(crate) from: i32,
    pub(crate) to: i32,
    pub(crate) sums: Sums,
}

/// The days of a range in columns' worth; the last week is whole.
pub(crate) fn spans(by_day: &[(i32, Sums)]) -> Vec<Span> {
    let most = if by_day.len() > MOST_DAYS { 7 } else { 1 };
    let mut spans: Vec<Span> = by_day
        .rchunks(most)
        .filter_map(|days| {
            let ((from, _), (to, _)) = (days.first()?, days.last()?);
            Some(Span { from: *from, to: *to, sums: days.iter().fold(Sums::default(), |sums, (_, day)| plus(sums, day)) })
        })
        .collect();
    spans.reverse();
    spans
}

pub(crate) fn cost(spans: &[Span], currency: Currency) -> Vec<Column> {
    spans.iter().map(|span| Column { value: span.sums.cost.0.max(0) as u64, marked: 0, says: told(span, currency), begins: false }).collect()
}

/// What failed is marked.
pub(crate) fn calls(spans: &[Span], currency: Currency) -> Vec<Column> {
    spans.iter().map(|span| Column { value: span.sums.calls, marked: span.sums.failed, says: told(span, currency), begins: false }).collect()
}

/// The month's budget as what it allows in a column.
pub(crate) fn limit(view: &UsageView) -> Option<Line> {
    let BudgetView { monthly, .. } = view.budget;
    let monthly = monthly.filter(|monthly| monthly.0 > 0)?;
    let a_day = monthly.0 / i64::from(day::days_in_month(view.days.to));
    let (days, word) = if view.by_day.len() > MOST_DAYS { (7, "week") } else { (1, "day") };
    let value = Cost(a_day * days);
    let says = format!("Budget: {} a month, {} a {word}.", monthly.shown(view.currency), value.shown(view.currency));
    Some(Line { value: value.0.max(0) as u64, says })
}

/// `12 Nov 2026`, or `2 Nov 2026 to 8 Nov 2026`.
pub(crate) fn days(span: &Span) -> String {
    if span.from == span.to { day::shown(span.from) } else { format!("{} to {}", day::shown(span.from), day::shown(span.to)) }
}

fn told(span: &Span, currency: Currency) -> String {
    let Sums { calls, failed, cost, .. } = span.sums;
    let calls = if calls == 1 { "1 call".to_owned() } else { format!("{} calls", number(calls)) };
    let failed = if failed == 0 { String::new() } else { format!(", {} failed", number(failed)) };
    format!("{}: {}, {calls}{failed}", days(span), cost.shown(currency))
}

fn plus(sums: Sums, other: &Sums) -> Sums {
    Sums {
        calls: sums.calls + other.calls,
        failed: sums.failed + other.failed,
        tokens_in: sums.tokens_in + other.tokens_in,
        tokens_out: sums.tokens_out + other.tokens_out,
        cost: sums.cost.plus(other.cost),
        milliseconds: sums.milliseconds + other.milliseconds,
    }
}

#[cfg(test)]
mod tests {
    use ports::usage::Days;

    use super::*;

    fn by_day(count: i32) -> Vec<(i32, Sums)> {
        (0..count).map(|day| (20_700 + day, Sums { calls: 2, failed: 1, cost: Cost(500_000), ..Sums::default() })).collect()
    }

    fn view(count: i32, monthly: Option<i64>) -> UsageView {
        UsageView {
            days: Days { from: 20_700, to: 20_700 + count - 1 },
            currency: Currency::EUR,
            total: Sums::default(),
            before: Sums::default(),
            by_day: by_day(count),
            by_provider: Vec::new(),
            by_model: Vec::new(),
            by_person: Vec::new(),
            by_type: Vec::new(),
            budget: BudgetView { monthly: monthly.map(Cost), spent: Cost::ZERO },
            may_manage: true,
            as_of: None,
        }
    }

    #[test]
    fn a_day_is_a_column_with_its_figures() {
        let spans = spans(&by_day(30));

        let columns = calls(&spans, Currency::EUR);

        assert_eq!(columns.len(), 30);
        assert_eq!((columns[0].value, columns[0].marked), (2, 1));
        assert_eq!(columns[29].says, "3 Oct 2026: EUR 0.50, 2 calls, 1 failed");
        assert_eq!(cost(&spans, Currency::EUR)[0].value, 500_000);
    }

    #[test]
    fn many_days_are_weeks_of_which_the_last_is_whole() {
        let spans = spans(&by_day(365));

        assert_eq!(spans.len(), 53);
        assert_eq!((spans[0].sums.calls, spans[52].sums.calls), (2, 14));
        assert_eq!((spans[52].from, spans[52].to), (20_700 + 358, 20_700 + 364));
        assert!(days(&spans[52]).contains(" to "));
    }

    #[test]
    fn the_budget_is_told_for_a_column() {
        // The last day is in October, which has 31.
        assert_eq!(limit(&view(30, Some(62_000_000))), Some(Line { value: 2_000_000, says: "Budget: EUR 62.00 a month, EUR 2.00 a day.".into() }));
        assert!(limit(&view(300, Some(62_000_000))).is_some_and(|line| line.says.ends_with("a week.")));
        assert_eq!([limit(&view(30, None)), limit(&view(30, Some(0)))], [None, None]);
    }
}
