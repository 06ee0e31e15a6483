//! What a month may cost, and the form that owners set it with.

use maud::{Markup, html};
use ports::usage::UsageView;

use crate::{
    ui::chart::bar,
    usage::state::{
        budget::{Refused, standing},
        range::Range,
    },
};

/// `store` is the one the form is written for.
pub(super) fn budget(view: &UsageView, range: Range, refused: Option<&Refused>, store: &str, is_offline: bool) -> Markup {
    let (tone, says) = standing(view.budget, view.currency);
    html! {
        section.part #budget aria-labelledby="budget-h" {
            h2 #budget-h { "Budget" }
            p { span.badge data-tone=(tone) { (says) } }
            @if let Some(used) = view.budget.used() { (bar(used.min(100), 100)) }
            @if view.may_manage && is_offline { p.hint { "It can be changed once the server can be reached." } } @else if view.may_manage { (form(view, range, refused, store)) } @else {
                p.hint { "Owners of the store set it. It is counted by calendar month, in UTC." }
            }
        }
    }
}

fn form(view: &UsageView, range: Range, refused: Option<&Refused>, store: &str) -> Markup {
    let monthly = view.budget.monthly;
    let limited = monthly.is_some() || refused.is_some();
    let amount = refused.map_or_else(|| monthly.map(domain::money::Cost::plain).unwrap_or_default(), |refused| refused.typed.clone());
    html! {
        form.stack.budget method="post" action="/usage/budget" novalidate {
            input type="hidden" name="back" value=(range.to_address());
            input type="hidden" name="store" value=(store);
            fieldset.choices {
                legend.vh { "Limit of a month" }
                label.check { input type="radio" name="limit" value="none" checked[!limited] autocomplete="off"; "No limit" }
                label.check { input type="radio" name="limit" value="amount" checked[limited] autocomplete="off"; "An amount a month" }
            }
            div.field {
                label for="amount" { "Amount, in " (view.currency.code()) }
                input.input.num #amount name="amount" inputmode="decimal" autocomplete="off" value=(amount) aria-describedby=(if refused.is_some() { "amount-h amount-error" } else { "amount-h" })
                    aria-invalid=[refused.map(|_| "true")] autofocus[refused.is_some()];
                @if let Some(refused) = refused { p.error #amount-error role="alert" { (refused.says) } }
                p.hint #amount-h {
                    "Counted by calendar month, in UTC. At 80 % you are warned, at 100 % runs pause. Zero lets nothing be spent."
                }
            }
            div { button.btn { "Save the budget" } }
        }
    }
}
