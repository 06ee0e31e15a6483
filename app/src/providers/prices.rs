//! What models cost, from a day on.

use maud::{Markup, html};
use ports::writing::{PriceView, ProviderKind, ProviderView};

use super::{PATH, markup::Page};
use crate::{
    forms::{Field, Fields, Form, Kind, elsewhere},
    ui::format,
};

/// The table, and a form for one more.
pub(super) fn part(page: &Page<'_>, providers: &[ProviderView], prices: &[PriceView], form: &Form) -> Markup {
    let priced: Vec<&ProviderView> = providers.iter().filter(|provider| provider.kind != ProviderKind::BuiltIn).collect();
    let code = page.currency.code();
    html! {
        section.part.prices #prices aria-labelledby="prices-h" {
            div {
                h2 #prices-h { "Prices" }
                p.muted { "In " (code) ", for a million tokens. A price holds from its day (UTC) until the next one. What was spent before is not reckoned anew." }
            }
            div.stack {
                @if prices.is_empty() { p.muted { "There is none yet." } }
                @else {
                    div.scroll tabindex="0" role="region" aria-label="Prices" {
                        table.table {
                            thead { tr { th { "Model" } th { "From" } th.num { "In" } th.num { "Out" } th { span.vh { "Remove" } } } }
                            tbody { @for price in prices { (row(page, providers, price)) } }
                        }
                    }
                }
                @if !priced.is_empty() { (one_more(page, &priced, form)) }
            }
        }
    }
}

fn row(page: &Page<'_>, providers: &[ProviderView], price: &PriceView) -> Markup {
    let PriceView { provider, model, from, input, output } = price;
    let name = providers.iter().find(|known| known.id == *provider).map_or("Removed provider", |known| known.name.as_str());
    let day = format::date(*from);
    html! {
        tr {
            th { (model) br; span.muted.small { (name) } }
            td { time datetime=(from) { (day) } }
            td.num { (input.shown(page.currency)) }
            td.num { (output.shown(page.currency)) }
            td {
                form method="post" action=(PATH) {
                    (elsewhere(page.store))
                    input type="hidden" name="do" value="remove_price";
                    input type="hidden" name="provider" value=(provider);
                    input type="hidden" name="model" value=(model);
                    input type="hidden" name="from" value=(from.micros());
                    button.btn.ghost.danger { "Remove" span.vh { " the price of " (model) " from " (day) } }
                }
            }
        }
    }
}

fn one_more(page: &Page<'_>, priced: &[&ProviderView], form: &Form) -> Markup {
    let fields = Fields { form, locked: false, prefix: "price-" };
    let choices: Vec<(String, String)> =
        priced.iter().map(|provider| (provider.id.to_string(), format!("{} · {}", provider.name, provider.model))).collect();
    let code = page.currency.code();
    let (input, output) = (format!("In, {code}"), format!("Out, {code}"));
    html! {
        form.stack method="post" action={ (PATH) "#prices" } autocomplete="off" novalidate {
            h3 { "Add a price" }
            (elsewhere(page.store))
            input type="hidden" name="do" value="price";
            (fields.trouble())
            div.brief-row {
                (fields.field(Field { name: "provider", label: "Provider", hint: "", kind: Kind::Choice(&choices) }))
                (fields.line("model", "Model", "Empty: the provider's."))
                (fields.field(Field { name: "from", label: "From", hint: "Empty: today.", kind: Kind::Date }))
                (fields.field(Field { name: "input", label: &input, hint: "A million tokens.", kind: Kind::Amount }))
                (fields.field(Field { name: "output", label: &output, hint: "A million tokens.", kind: Kind::Amount }))
            }
            div.line { button.btn { "Add price" } }
        }
    }
}
