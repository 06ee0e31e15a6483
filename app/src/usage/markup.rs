//! The page as HTML text: nothing on it lives but links and one plain form.

mod budget;
mod groups;

use maud::{Markup, html};
use ports::usage::{Sums, UsageView};

use super::state::{
    budget::Refused,
    columns::{calls, cost, limit, spans},
    figures::{figures, tokens},
    range::{Range, address},
};
use crate::ui::{chart::columns, day, format::number};
use domain::money::Cost;

/// What is inside the page's element. `as_of` says of when the figures are, where they are the device's.
pub(crate) fn page(view: &UsageView, range: Range, refused: Option<&Refused>, store: &str, as_of: Option<&str>) -> String {
    let is_empty = view.total.calls == 0;
    html! {
        header.page-head {
            h1 { "Usage" }
            @if !is_empty && as_of.is_none() { a.btn href=(export(range)) download rel="external" { (icon("download")) "Export CSV" } }
        }
        @if let Some(as_of) = as_of { (offline(as_of)) }
        (ranges(view, range))
        @if is_empty { (nothing(as_of.is_some())) } @else {
            section.part aria-labelledby="figures-h" {
                h2.vh #figures-h { "Figures" }
                dl.tiles.num {
                    @for figure in figures(view) {
                        div { dt { (figure.name) } dd { (figure.value) } @if !figure.change.is_empty() { dd.muted { (figure.change) } } }
                    }
                }
            }
            (charts(view))
            (groups::groups(view))
        }
        (budget::budget(view, range, refused, store, as_of.is_some()))
    }
    .into_string()
}

fn offline(as_of: &str) -> Markup {
    html! {
        div.notes {
            div.band.offline role="status" {
                (icon("cloud-off"))
                span { "Offline. These figures are as of " (as_of) ". They can be exported, and the budget changed, once the server can be reached." }
            }
        }
    }
}

fn ranges(view: &UsageView, range: Range) -> Markup {
    html! {
        div.line.ranges {
            nav.seg aria-label="Days" {
                @for (offered, words) in Range::OFFERED {
                    a href=(address(offered)) aria-current=[(offered == range).then_some("page")] { (words) }
                }
            }
            form.line action="/usage" {
                label { span.vh { "From" } input.input type="date" name="from" value=(day::iso(view.days.from)) autocomplete="off"; }
                span.muted aria-hidden="true" { "to" }
                label { span.vh { "To" } input.input type="date" name="to" value=(day::iso(view.days.to)) autocomplete="off"; }
                button.btn { "Show" }
            }
        }
    }
}

fn charts(view: &UsageView) -> Markup {
    let spans = spans(&view.by_day);
    let each = if spans.len() < view.by_day.len() { "week" } else { "day" };
    let ends = (day::shown(view.days.from), day::shown(view.days.to));
    let ends = (ends.0.as_str(), ends.1.as_str());
    let currency = view.currency;
    html! {
        @if view.total.cost > Cost::ZERO {
            section.part aria-labelledby="cost-h" {
                h2 #cost-h { "Cost by " (each) }
                (columns("cost", &format!("Cost by {each}"), &cost(&spans, currency), limit(view).as_ref(), |value| Cost(value as i64).shown(currency), ends))
            }
        }
        section.part aria-labelledby="calls-h" {
            h2 #calls-h { "Calls by " (each) }
            (columns("calls", &format!("Calls by {each}"), &calls(&spans, currency), None, number, ends))
            @if view.total.failed > 0 { p.chart-says { "What failed is marked at the foot of a column." } }
            details {
                summary { "The same figures as a table" }
                div.scroll tabindex="0" role="group" aria-labelledby="calls-h" {
                    table.table {
                        thead {
                            tr {
                                th scope="col" { "Day" }
                                @for name in ["Cost", "Calls", "Failed", "Tokens in", "Tokens out"] { th.num scope="col" { (name) } }
                            }
                        }
                        tbody {
                            @for (day, sums) in view.by_day.iter().rev() {
                                tr {
                                    th scope="row" { (day::shown(*day)) }
                                    td.num { (sums.cost.shown(currency)) }
                                    @for count in [sums.calls, sums.failed, sums.tokens_in, sums.tokens_out] { td.num { (number(count)) } }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn nothing(is_offline: bool) -> Markup {
    html! {
        div.notice role="status" {
            (icon("chart-column"))
            h2 { @if is_offline { "No calls in these days, as far as this device knows" } @else { "No calls in these days" } }
            p { "Every call of a provider stands here with its tokens, its time and its cost, by day, model, person and type." }
            @if !is_offline { div.line { a.btn href="/runs/new" { "New run" } a.btn href="/settings/providers" { "Providers and prices" } } }
        }
    }
}

fn export(range: Range) -> String {
    match range.to_address() {
        address if address.is_empty() => "/usage/export.csv?days=30".to_owned(),
        address => format!("/usage/export.csv?{address}"),
    }
}

fn icon(name: &str) -> Markup {
    html! { svg.icon aria-hidden="true" { use href={ "/icons.svg#" (name) } {} } }
}

/// A row's figures, behind its name.
fn cells(sums: &Sums, currency: domain::money::Currency) -> Markup {
    html! {
        td.num { (sums.cost.shown(currency)) }
        td.num { (number(sums.calls)) }
        td.num { (number(tokens(sums))) }
        td.num { (super::state::figures::share(sums.failed, sums.calls)) }
    }
}

#[cfg(test)]
mod tests {
    use domain::money::Currency;
    use ports::usage::{BudgetView, Days};

    use super::*;

    fn view(calls: u64, cost: i64, may_manage: bool) -> UsageView {
        let sums = Sums { calls, failed: calls / 4, tokens_in: 1_000, tokens_out: 200, cost: Cost(cost), milliseconds: 5_000 };
        UsageView {
            days: Days { from: 20_776, to: 20_782 },
            currency: Currency::EUR,
            total: sums,
            before: Sums::default(),
            by_day: (20_776..=20_782).map(|day| (day, if day == 20_782 { sums } else { Sums::default() })).collect(),
            by_provider: vec![("Acme <b>".into(), sums), ("Built-in rules".into(), Sums { cost: Cost::ZERO, ..sums })],
            by_model: vec![("small-1".into(), sums)],
            by_person: vec![("Mara".into(), sums)],
            by_type: vec![("No type".into(), sums)],
            budget: BudgetView { monthly: Some(Cost(50_000_000)), spent: Cost(45_000_000) },
            may_manage,
            as_of: None,
        }
    }

    #[test]
    fn the_page_shows_figures_charts_and_groups() {
        let html = page(&view(8, 3_200_000, true), Range::Last(7), None, "s-1", None);

        for part in ["Export CSV", "/usage/export.csv?days=7", "Cost by day", "Calls by day", "EUR 3.20", "Acme &lt;b&gt;", "No type", "Product type"]
        {
            assert!(html.contains(part), "{part}: {html}");
        }
        assert!(html.contains("href=\"/usage?days=7\" aria-current=\"page\"") && !html.contains("<b>"), "{html}");
        assert!(!html.contains("style=") && html.contains("25 Nov 2026: EUR 3.20, 8 calls, 2 failed"), "{html}");
    }

    #[test]
    fn days_without_calls_say_what_will_stand_here() {
        let html = page(&view(0, 0, true), Range::Month, None, "s-1", None);

        assert!(html.contains("No calls in these days") && !html.contains("export.csv") && html.contains("Budget"), "{html}");
    }

    #[test]
    fn p10_figures_of_the_device_say_of_when_they_are_and_offer_nothing_that_takes_the_server() {
        let html = page(&view(8, 3_200_000, true), Range::Last(7), None, "s-1", Some("14:05"));

        assert!(html.contains("Offline. These figures are as of 14:05.") && html.contains("EUR 3.20"), "{html}");
        assert!(!html.contains("export.csv") && !html.contains("action=\"/usage/budget\"") && html.contains("90 %"), "{html}");
        assert!(!page(&view(0, 0, true), Range::Month, None, "s-1", Some("14:05")).contains("New run"));
    }

    #[test]
    fn what_is_free_has_no_chart_of_its_cost() {
        let html = page(&view(8, 0, true), Range::Last(7), None, "s-1", None);
        assert!(!html.contains("Cost by day") && html.contains("Calls by day"));
    }

    #[test]
    fn owners_set_the_budget_and_others_see_it() {
        let refused = Refused { typed: "a <lot>".into(), says: "This is not an amount.".into() };
        let owner = page(&view(8, 1, true), Range::Last(7), Some(&refused), "s-1", None);
        let other = page(&view(8, 1, false), Range::Last(7), None, "s-1", None);

        assert!(owner.contains("action=\"/usage/budget\"") && owner.contains("value=\"a &lt;lot&gt;\"") && owner.contains("This is not an amount."));
        assert!(owner.contains("name=\"back\" value=\"days=7\"") && owner.contains("value=\"s-1\"") && owner.contains("90 %"), "{owner}");
        assert!(owner.contains("aria-describedby=\"amount-h amount-error\"") && owner.contains("id=\"amount-error\""), "{owner}");
        assert!(!other.contains("/usage/budget") && other.contains("90 %"), "{other}");
    }
}
