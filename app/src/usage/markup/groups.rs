//! Who and what it went to, the dearest first.

use domain::money::Cost;
use maud::{Markup, html};
use ports::usage::{Sums, UsageView};

use super::cells;
use crate::ui::chart::bar;

pub(super) fn groups(view: &UsageView) -> Markup {
    html! {
        (group(view, "By provider", "Provider", &view.by_provider))
        (group(view, "By model", "Model", &view.by_model))
        (group(view, "By person", "Person", &view.by_person))
        (group(view, "By product type", "Product type", &view.by_type))
    }
}

fn group(view: &UsageView, heading: &str, head: &str, rows: &[(String, Sums)]) -> Markup {
    let id = format!("by-{}", head.to_lowercase().replace(' ', "-"));
    // What is free is compared by its calls.
    let weight = |sums: &Sums| if view.total.cost > Cost::ZERO { sums.cost.0.max(0) as u64 } else { sums.calls };
    let most = rows.iter().map(|(_, sums)| weight(sums)).max().unwrap_or(0);
    html! {
        @if !rows.is_empty() {
            section.part aria-labelledby=(id) {
                h2 id=(id) { (heading) }
                div.scroll tabindex="0" role="group" aria-labelledby=(id) {
                    table.table.shares {
                        thead {
                            tr {
                                th scope="col" { (head) }
                                th scope="col" { span.vh { "Share" } }
                                @for name in ["Cost", "Calls", "Tokens", "Failed"] { th.num scope="col" { (name) } }
                            }
                        }
                        tbody {
                            @for (name, sums) in rows {
                                tr {
                                    th scope="row" { (name) }
                                    td { (bar(weight(sums), most)) }
                                    (cells(sums, view.currency))
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}
