//! What is said on pages where money is spent, once most of the month's budget is. The server writes it.

use domain::money::Currency;
use leptos::prelude::use_context;
use maud::html;
use ports::{Access, Ports, error::AppError, usage::BudgetView};

use super::state::budget::standing;
use crate::context::Visitor;

/// A line with the way to the budget, as HTML; nothing while there is enough. The context may be gone by the time it is
/// answered, so it is read before.
pub(crate) fn warning(ports: &Ports, who: &Access) -> impl Future<Output = Result<String, AppError>> + Send + use<> {
    let currency = use_context::<Visitor>().and_then(|visitor| visitor.me).map_or(Currency::EUR, |me| me.store.currency);
    let (usage, who) = (ports.usage.clone(), who.clone());
    async move { Ok(usage.warning(&who).await?.map_or_else(String::new, |budget| band(budget, currency))) }
}

fn band(budget: BudgetView, currency: Currency) -> String {
    let (tone, says) = standing(budget, currency);
    html! {
        div.band.bad[tone == "bad"] role="status" data-budget=(tone) {
            svg.icon aria-hidden="true" { use href="/icons.svg#circle-alert" {} }
            span { (says) }
            a.btn href="/usage#budget" { "Budget" }
        }
    }
    .into_string()
}

#[cfg(test)]
mod tests {
    use domain::money::Cost;

    use super::*;

    #[test]
    fn the_line_says_how_the_month_stands_and_leads_to_the_budget() {
        let told = |spent| band(BudgetView { monthly: Some(Cost(50_000_000)), spent: Cost(spent) }, Currency::EUR);

        let most = told(41_000_000);
        assert!(most.contains("EUR 41.00 of EUR 50.00 spent this month, 82 %.") && most.contains("href=\"/usage#budget\""), "{most}");
        assert!(most.contains("class=\"band\"") && told(50_000_000).contains("class=\"band bad\""), "{most}");
    }
}
