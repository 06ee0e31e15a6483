//! What a run will take, in words.

use domain::money::{Cost, Currency};
use ports::runs::{Basis, Estimate};

use crate::ui::format::number;

/// `EUR 3.20 (EUR 2.80 to EUR 3.90)`; none when the price is not known.
pub(crate) fn cost(estimate: &Estimate, currency: Currency) -> Option<String> {
    let (likely, least, most) = estimate.cost?;
    let shown = |cost: Cost| cost.shown(currency);
    Some(match (likely, least, most) {
        (_, _, Cost::ZERO) => "Nothing".to_owned(),
        _ if shown(least) == shown(most) => shown(likely),
        _ => format!("{} ({} to {})", shown(likely), shown(least), shown(most)),
    })
}

/// `about 1.2 million in, 340,000 out`
pub(crate) fn tokens(estimate: &Estimate) -> String {
    match (estimate.tokens_in.0, estimate.tokens_out.0) {
        (0, 0) => "None".to_owned(),
        (sent, answered) => format!("About {} in, {} out", roughly(sent), roughly(answered)),
    }
}

pub(crate) const fn basis(basis: Basis) -> &'static str {
    match basis {
        Basis::Lengths => "Reckoned from the lengths of your texts and what such texts usually come to.",
        Basis::Measured => "Reckoned from what the latest answers of this provider in this store came to.",
        Basis::Sample => "Reckoned from what the first products of this run came to.",
    }
}

/// What the budget has to say to it.
pub(crate) fn budget(estimate: &Estimate, currency: Currency) -> Option<(bool, String)> {
    let left = estimate.budget_left?;
    let costs = estimate.cost.is_none_or(|(_, _, most)| most > Cost::ZERO);
    Some(match estimate.cost {
        _ if costs && left <= Cost::ZERO => (true, "Nothing is left of this month's budget: the run would pause at once.".to_owned()),
        Some((_, _, most)) if most > left => {
            (true, format!("{} is left of this month's budget. The run pauses when it is used up.", left.shown(currency)))
        }
        _ => (false, format!("{} is left of this month's budget.", left.shown(currency))),
    })
}

/// What the button says that goes on behind the sample.
pub(crate) fn the_rest(rest: u64, estimate: Option<&Estimate>, currency: Currency) -> String {
    let write = if rest == 1 { "Write the other one".to_owned() } else { format!("Write the other {}", number(rest)) };
    match estimate.and_then(|estimate| Some((estimate.cost?.2, cost(estimate, currency)?))) {
        None => write,
        Some((Cost::ZERO, _)) => format!("{write} at no cost"),
        Some((_, cost)) => format!("{write} for about {cost}"),
    }
}

/// Two figures that say something: `1.2 million`, `340,000`, `87`.
fn roughly(count: u64) -> String {
    let mut step = 1;
    while count / step >= 100 {
        step *= 10;
    }
    let rounded = (count + step / 2) / step * step;
    match rounded {
        0..1_000_000 => number(rounded),
        _ => match (rounded / 1_000_000, rounded / 100_000 % 10) {
            (millions @ 1..10, tenths @ 1..) => format!("{millions}.{tenths} million"),
            (millions, _) => format!("{} million", number(millions)),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn estimate(cost: Option<(i64, i64, i64)>, left: Option<i64>) -> Estimate {
        Estimate {
            products: 5_000,
            tokens_in: (1_234_567, 1_000_000, 1_500_000),
            tokens_out: (341_900, 300_000, 400_000),
            cost: cost.map(|(likely, least, most)| (Cost(likely), Cost(least), Cost(most))),
            seconds: Some(90),
            basis: Basis::Lengths,
            note: String::new(),
            budget_left: left.map(Cost),
        }
    }

    const SOME: Option<(i64, i64, i64)> = Some((3_200_000, 2_800_000, 3_900_000));

    #[test]
    fn a_cost_is_told_with_its_range() {
        let told = |amounts| cost(&estimate(amounts, None), Currency::EUR);

        assert_eq!(told(SOME).as_deref(), Some("EUR 3.20 (EUR 2.80 to EUR 3.90)"));
        assert_eq!(told(Some((3_200_000, 3_200_000, 3_200_000))).as_deref(), Some("EUR 3.20"));
        assert_eq!(told(Some((0, 0, 0))).as_deref(), Some("Nothing"));
        assert_eq!(told(None), None);
    }

    #[test]
    fn tokens_are_told_as_roughly_as_they_are_known() {
        assert_eq!(tokens(&estimate(SOME, None)), "About 1.2 million in, 340,000 out");
        assert_eq!(tokens(&Estimate { tokens_in: (0, 0, 0), tokens_out: (0, 0, 0), ..estimate(SOME, None) }), "None");
        assert_eq!([roughly(87), roughly(999_999), roughly(23_000_000), roughly(1_000_000)], ["87", "1 million", "23 million", "1 million"]);
    }

    #[test]
    fn a_budget_that_will_not_do_says_what_happens_then() {
        let told = |amounts, left| budget(&estimate(amounts, left), Currency::EUR);

        assert_eq!(told(SOME, None), None);
        assert_eq!(told(SOME, Some(50_000_000)), Some((false, "EUR 50.00 is left of this month's budget.".into())));
        assert!(told(SOME, Some(3_000_000)).is_some_and(|(warns, says)| warns && says.contains("pauses when it is used up")));
        assert!(told(SOME, Some(0)).is_some_and(|(warns, says)| warns && says.contains("at once")));
        assert!(told(None, Some(0)).is_some_and(|(warns, _)| warns));
        assert!(told(Some((0, 0, 0)), Some(0)).is_some_and(|(warns, _)| !warns));
    }

    #[test]
    fn the_way_on_says_what_it_costs() {
        let told = |rest, amounts| the_rest(rest, Some(&estimate(amounts, None)), Currency::EUR);

        assert_eq!(told(4_990, SOME), "Write the other 4,990 for about EUR 3.20 (EUR 2.80 to EUR 3.90)");
        assert_eq!(told(1, Some((0, 0, 0))), "Write the other one at no cost");
        assert_eq!(told(12, None), "Write the other 12");
        assert_eq!(the_rest(12, None, Currency::EUR), "Write the other 12");
    }
}
