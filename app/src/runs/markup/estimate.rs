//! What a run will take, before it is started.

use domain::money::Currency;
use maud::{PreEscaped, html};
use ports::{
    error::AppError,
    runs::{Estimate, RunDetail},
};

use crate::{
    runs::state::{estimate, standing::waits_for_word},
    ui::{format::products, time::span},
};

/// What is known by now of what a run will take.
pub(crate) fn estimate(answer: Option<&Result<Estimate, AppError>>, currency: Currency) -> String {
    html! {
        @match answer {
            None => p.muted { "Once something is chosen, what it will take stands here." },
            Some(Err(error)) => p.error { (error) },
            Some(Ok(known)) => {
                @let cost = estimate::cost(known, currency);
                dl.facts {
                    div { dt { "Products" } dd.num { (products(known.products)) } }
                    div { dt { "Cost" } dd.num { b { @if let Some(cost) = &cost { (cost) } @else { "Not known" } } } }
                    div { dt { "Tokens" } dd.num { (estimate::tokens(known)) } }
                    @if let Some(seconds) = known.seconds { div { dt { "Time" } dd.num { "About " (span(seconds.max(1))) } } }
                }
                @if !known.note.is_empty() {
                    p class=(if cost.is_none() { "warn" } else { "hint" }) {
                        (known.note)
                        @if cost.is_none() { " " a.link href="/settings/providers" { "Providers and prices" } }
                    }
                }
                @if let Some((warns, says)) = estimate::budget(known, currency) {
                    p class=(if warns { "warn" } else { "hint" }) { (says) @if warns { " " a.link href="/usage" { "Budget" } } }
                }
                @if known.tokens_in.2 > 0 { p.hint { (estimate::basis(known.basis)) } }
            }
        }
    }
    .into_string()
}

/// What the others will take, once the sample has told; nothing otherwise.
pub(crate) fn rest(detail: &RunDetail) -> String {
    let Some(known) = detail.estimate.clone().filter(|_| waits_for_word(&detail.run)) else { return String::new() };
    let takes = PreEscaped(estimate(Some(&Ok(known)), detail.run.currency));
    html! { section.part.estimate aria-labelledby="rest-h" data-part="rest" { h2 #rest-h { "What the others will take" } (takes) } }.into_string()
}

#[cfg(test)]
mod tests {
    use domain::money::Cost;
    use ports::runs::Basis;

    use super::*;

    fn known() -> Estimate {
        Estimate {
            products: 214,
            tokens_in: (1_000, 900, 1_100),
            tokens_out: (500, 400, 600),
            cost: Some((Cost(3_200_000), Cost(2_800_000), Cost(3_900_000))),
            seconds: Some(0),
            basis: Basis::Measured,
            note: String::new(),
            budget_left: None,
        }
    }

    fn told(answer: Option<Result<Estimate, AppError>>) -> String {
        estimate(answer.as_ref(), Currency::EUR)
    }

    #[test]
    fn an_estimate_says_what_it_comes_to_and_what_it_rests_on() {
        let html = told(Some(Ok(known())));

        for part in ["214 products", "EUR 3.20 (EUR 2.80 to EUR 3.90)", "About 1 s", "latest answers of this provider"] {
            assert!(html.contains(part), "{part}: {html}");
        }
        assert!(!html.contains("warn"));
    }

    #[test]
    fn a_hole_in_the_price_table_is_a_sentence_with_a_way_to_mend_it() {
        let html = told(Some(Ok(Estimate { cost: None, note: "There is no price for <x>.".into(), ..known() })));

        assert!(html.contains("There is no price for &lt;x&gt;.") && html.contains("href=\"/settings/providers\""), "{html}");
    }

    #[test]
    fn what_is_not_known_is_said() {
        assert!(told(None).contains("Once something is chosen"));
        assert!(told(Some(Err(AppError::Invalid("No such provider.".into())))).contains("No such provider."));
        assert!(told(Some(Ok(Estimate { budget_left: Some(Cost(1)), ..known() }))).contains("href=\"/usage\""));
    }
}
