//! What calls of providers cost, as the API shows it.

use domain::{
    ids::{JobId, ProviderId},
    money::{Cost, Currency},
};
use ports::usage::{BudgetView, Sums, UsageRecord, UsageView};
use serde::Serialize;
use utoipa::ToSchema;

use crate::format;

/// What some days cost.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Usage)]
pub(crate) struct UsageJson<'a> {
    /// The first day (UTC).
    #[schema(format = Date, example = "2026-11-01")]
    from: String,
    /// The last day.
    #[schema(format = Date, example = "2026-11-30")]
    to: String,
    /// The store's, as ISO 4217 has it: that of every amount.
    #[schema(example = "EUR")]
    currency: &'a str,
    total: SumsJson,
    /// The same over as many days before.
    before: SumsJson,
    /// Every day, those without calls too.
    by_day: Vec<UsageOfDay>,
    /// The dearest first, 12 at most and then the others together.
    by_provider: Vec<UsageOfValue<'a>>,
    by_model: Vec<UsageOfValue<'a>>,
    by_person: Vec<UsageOfValue<'a>>,
    /// By type of product.
    by_type: Vec<UsageOfValue<'a>>,
    budget: BudgetJson,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct UsageOfDay {
    #[schema(format = Date, example = "2026-11-02")]
    day: String,
    sums: SumsJson,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct UsageOfValue<'a> {
    /// For people.
    #[schema(example = "Built-in rules")]
    name: &'a str,
    sums: SumsJson,
}

/// Sums over some calls.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = UsageSums)]
pub(crate) struct SumsJson {
    calls: u64,
    failed: u64,
    tokens_in: u64,
    tokens_out: u64,
    /// A decimal number.
    #[schema(example = "3.20")]
    cost: String,
    /// Of all calls together.
    milliseconds: u64,
}

/// The limit of this calendar month (UTC). Amounts are decimal numbers.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Budget)]
pub(crate) struct BudgetJson {
    /// Null is no limit; with zero nothing may be spent.
    #[schema(required = true, example = "50.00")]
    monthly: Option<String>,
    #[schema(example = "3.20")]
    spent: String,
    /// Null without a limit.
    #[schema(required = true, example = "46.80")]
    left: Option<String>,
    /// In percent, rounded down; null without a limit.
    #[schema(required = true, example = 6)]
    used_percent: Option<u64>,
}

/// One call of a provider.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = UsageCall)]
pub(crate) struct CallJson<'a> {
    #[schema(format = DateTime)]
    at: String,
    /// The provider's name.
    provider: &'a str,
    #[schema(value_type = String, format = "uuid")]
    provider_id: ProviderId,
    model: &'a str,
    tokens_in: u64,
    tokens_out: u64,
    /// A decimal number.
    #[schema(example = "0.0042")]
    cost: String,
    milliseconds: u64,
    /// `ok`, or in a word what went wrong: `timeout`, `rate_limited`, `malformed`, ...
    #[schema(example = "ok")]
    outcome: &'a str,
    /// The run that it was made for.
    #[schema(value_type = Option<String>, format = "uuid", required = true)]
    run_id: Option<JobId>,
    /// The name of the person in whose name it was made.
    user: &'a str,
    product_type: &'a str,
}

impl<'a> UsageJson<'a> {
    pub(super) fn of(usage: &'a UsageView, currency: &'a Currency) -> Self {
        let values = |values: &'a [(String, Sums)]| values.iter().map(|(name, sums)| UsageOfValue { name, sums: SumsJson::of(*sums) }).collect();
        Self {
            from: format::day(usage.days.from),
            to: format::day(usage.days.to),
            currency: currency.code(),
            total: SumsJson::of(usage.total),
            before: SumsJson::of(usage.before),
            by_day: usage.by_day.iter().map(|(day, sums)| UsageOfDay { day: format::day(*day), sums: SumsJson::of(*sums) }).collect(),
            by_provider: values(&usage.by_provider),
            by_model: values(&usage.by_model),
            by_person: values(&usage.by_person),
            by_type: values(&usage.by_type),
            budget: BudgetJson::of(usage.budget),
        }
    }
}

impl SumsJson {
    fn of(sums: Sums) -> Self {
        let Sums { calls, failed, tokens_in, tokens_out, cost, milliseconds } = sums;
        Self { calls, failed, tokens_in, tokens_out, cost: cost.plain(), milliseconds }
    }
}

impl BudgetJson {
    fn of(budget: BudgetView) -> Self {
        Self {
            monthly: budget.monthly.map(Cost::plain),
            spent: budget.spent.plain(),
            left: budget.left().map(Cost::plain),
            used_percent: budget.used(),
        }
    }
}

impl<'a> CallJson<'a> {
    pub(super) fn of(call: &'a UsageRecord) -> Self {
        Self {
            at: format::time(call.at),
            provider: &call.provider,
            provider_id: call.provider_id,
            model: &call.model,
            tokens_in: call.tokens_in,
            tokens_out: call.tokens_out,
            cost: call.cost.plain(),
            milliseconds: call.milliseconds,
            outcome: &call.outcome,
            run_id: call.run,
            user: &call.who,
            product_type: &call.product_type,
        }
    }
}

#[cfg(test)]
mod tests {
    use ports::usage::Days;
    use serde_json::json;

    use super::*;

    #[test]
    fn some_days_are_told_with_the_budget() {
        let sums = Sums { calls: 2, failed: 1, tokens_in: 100, tokens_out: 20, cost: Cost(3_200_000), milliseconds: 830 };
        let usage = UsageView {
            days: Days { from: 20_782, to: 20_782 },
            currency: Currency::EUR,
            total: sums,
            before: Sums::default(),
            by_day: vec![(20_782, sums)],
            by_provider: vec![("Acme".into(), sums)],
            by_model: Vec::new(),
            by_person: Vec::new(),
            by_type: Vec::new(),
            budget: BudgetView { monthly: Some(Cost(50_000_000)), spent: Cost(3_200_000) },
            may_manage: false,
            as_of: None,
        };

        let written = serde_json::to_value(UsageJson::of(&usage, &usage.currency)).unwrap();

        assert_eq!(
            (&written["from"], &written["currency"], &written["by_day"][0]["day"]),
            (&json!("2026-11-25"), &json!("EUR"), &json!("2026-11-25"))
        );
        let told = json!({"calls": 2, "failed": 1, "tokens_in": 100, "tokens_out": 20, "cost": "3.20", "milliseconds": 830});
        assert_eq!((&written["total"], &written["by_provider"]), (&told, &json!([{"name": "Acme", "sums": told}])));
        assert_eq!(written["budget"], json!({"monthly": "50.00", "spent": "3.20", "left": "46.80", "used_percent": 6}));
    }
}
