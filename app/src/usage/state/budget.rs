//! What a month may cost: as it stands, in words, and as it is typed.

use domain::{
    money::{Cost, Currency},
    query::{encode, pairs},
};
use ports::usage::BudgetView;

/// What was typed and cannot be taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refused {
    pub(crate) typed: String,
    pub(crate) says: String,
}

/// How the month stands: the tone of its badge, and what is so.
pub(crate) fn standing(budget: BudgetView, currency: Currency) -> (&'static str, String) {
    let spent = budget.spent.shown(currency);
    let (Some(monthly), Some(used)) = (budget.monthly, budget.used()) else {
        return ("off", format!("No limit. {spent} spent this month."));
    };
    let of = monthly.shown(currency);
    match used {
        _ if monthly.0 <= 0 => ("bad", "Nothing may be spent: only what is free is written.".to_owned()),
        0..80 => ("ok", format!("{spent} of {of} spent this month, {used} %.")),
        80..100 => ("warn", format!("{spent} of {of} spent this month, {used} %. At 100 % runs pause.")),
        _ => ("bad", format!("{spent} of {of} spent this month. Runs pause until the month ends or the budget is raised.")),
    }
}

/// The budget that a form sends: `limit=none`, or `limit=amount` and an amount. Where it cannot be taken, what the
/// page's address says of it.
pub fn typed(body: &str) -> Result<Option<Cost>, String> {
    let value = |name: &str| pairs(body).find(|(known, _)| known == name).map(|(_, value)| value).unwrap_or_default();
    if value("limit") == "none" {
        return Ok(None);
    }
    let amount: String = value("amount").trim().chars().take(40).collect();
    Cost::parse(&amount).map(Some).map_err(|_| {
        let mut address = String::from("budget=");
        encode(&amount, &mut address);
        address
    })
}

/// What an address says of a budget that could not be taken. What could be is no reason to say anything.
pub(crate) fn refused(address: &str) -> Option<Refused> {
    let (_, typed) = pairs(address).find(|(name, _)| name == "budget")?;
    let says = match typed.trim() {
        "" => "Write an amount, or choose no limit.".to_owned(),
        text => Cost::parse(text).err()?.to_string(),
    };
    Some(Refused { typed, says })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(monthly: Option<i64>, spent: i64) -> (&'static str, String) {
        standing(BudgetView { monthly: monthly.map(Cost), spent: Cost(spent) }, Currency::EUR)
    }

    #[test]
    fn the_month_says_how_it_stands() {
        assert_eq!(told(None, 3_200_000), ("off", "No limit. EUR 3.20 spent this month.".into()));
        assert_eq!(told(Some(50_000_000), 3_200_000), ("ok", "EUR 3.20 of EUR 50.00 spent this month, 6 %.".into()));
        assert_eq!(told(Some(50_000_000), 39_999_999).0, "ok");
        assert_eq!(told(Some(50_000_000), 40_000_000).0, "warn");
        assert!(told(Some(50_000_000), 40_000_000).1.contains("At 100 % runs pause."));
        assert_eq!(told(Some(50_000_000), 50_000_000).0, "bad");
        assert_eq!(told(Some(0), 0), ("bad", "Nothing may be spent: only what is free is written.".into()));
    }

    #[test]
    fn a_budget_is_read_as_it_is_typed() {
        assert_eq!(typed("limit=none&amount=5"), Ok(None));
        assert_eq!(typed("limit=amount&amount=+50%2C00"), Ok(Some(Cost(50_000_000))));
        assert_eq!(typed("limit=amount&amount=0"), Ok(Some(Cost::ZERO)));
        assert_eq!(typed("limit=amount&amount=a+lot"), Err("budget=a+lot".into()));
        assert_eq!(typed("limit=amount"), Err("budget=".into()));
    }

    #[test]
    fn what_could_not_be_taken_stands_in_the_address_with_its_reason() {
        let says = |address: &str| refused(address).map(|refused| refused.says);

        assert_eq!(refused("days=7&budget=a+lot").map(|refused| refused.typed).as_deref(), Some("a lot"));
        assert_eq!(says("budget=-3").as_deref(), Some("An amount cannot be negative."));
        assert_eq!(says("budget=").as_deref(), Some("Write an amount, or choose no limit."));
        assert_eq!([says("budget=5"), says("days=7")], [None, None]);
    }
}
