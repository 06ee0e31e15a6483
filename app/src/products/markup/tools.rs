//! What stands between the title and the rows: the count, the filters, the order, the way to a row.

use domain::{
    money::Currency,
    query::{ListQuery, Sort, SortKey},
};
use maud::{Markup, html};

use super::{Page, icon};
use crate::{
    products::{
        api::FIRST_ROWS,
        state::{
            address::{self, Changed, PATH, address, kept},
            chips::{set, unfiltered},
            line::Totals,
        },
    },
    ui::format,
};

pub(super) fn tools(page: &Page<'_>, hidden: bool) -> Markup {
    let query = &page.place.query;
    html! {
        div.tools hidden[hidden] {
            p.count role="status" { (count(page.totals, query.is_unfiltered())) }
            ul.chips aria-label="Filters" { (chips(query, page.currency)) }
            @if page.may_run { div.region data-region="improve" { (improve(page.totals, query)) } }
            form.sort action=(PATH) {
                (kept_fields(query, Changed::Sort))
                select.input name="sort" aria-label="Sort by" { @for order in ORDERS { (option(order, query.sort)) } }
                button.btn.no-script { "Sort" }
            }
            form.jump action=(PATH) {
                (kept_fields(query, Changed::Row))
                input.input name="row" inputmode="numeric" autocomplete="off" placeholder="Go to row" aria-label="Go to row";
            }
        }
    }
}

/// How many products there are, of how many.
pub(crate) fn count(totals: Option<&Totals>, unfiltered: bool) -> Markup {
    let rest = match totals {
        Some(totals) if !unfiltered => format!("of {}", format::number(totals.of.into())),
        Some(Totals { of: 1, .. }) => "product".to_owned(),
        _ => "products".to_owned(),
    };
    html! {
        b.num { @if let Some(totals) = totals { (format::number(totals.total.into())) } @else { "…" } }
        " "
        span.muted.num { (rest) }
    }
}

/// The way to a run over all products of a list.
pub(crate) fn improve(totals: Option<&Totals>, query: &ListQuery) -> Markup {
    let list = query.to_address();
    let mark = if list.is_empty() { "" } else { "?" };
    html! {
        // Of what is on a device nobody knows whether it is all of the list.
        @if let Some(Totals { total: total @ 1.., held: None, .. }) = totals {
            a.btn.improve href={ "/runs/new" (mark) (list) } { (icon("sparkles")) "Improve all " (format::number((*total).into())) }
        }
    }
}

/// What can be done with the selected rows. Filled and shown once there are some.
pub(super) fn picks() -> Markup {
    html! {
        div.band.picks hidden {
            span role="status" {}
            a.btn.primary { "Improve" }
            button.btn data-act="clear" { "Clear" }
        }
    }
}

/// A chip for each filter that is set.
pub(crate) fn chips(query: &ListQuery, currency: Currency) -> Markup {
    let filters = set(query);
    html! {
        @for filter in &filters {
            @let words = filter.describe(query, currency).unwrap_or_default();
            li.chip {
                button popovertarget=(filter.id()) { (filter.name()) " " b { (words) } }
                a.chip-x href=(address(&filter.cleared(query))) aria-label={ "Remove filter " (filter.name()) " " (words) } { (icon("x")) }
            }
        }
        li { button.chip-add popovertarget="f-add" { (icon("plus")) "Filter" } }
        @if !filters.is_empty() { li { a.link.small href=(address(&unfiltered(query))) { "Clear all" } } }
    }
}

/// Fields of a form that keep the rest of the list as it is.
pub(super) fn kept_fields(query: &ListQuery, but: Changed) -> Markup {
    html! { @for (name, value) in kept(query, but) { input type="hidden" name=(name) value=(value); } }
}

/// Previous and next, for those who turn pages.
pub(super) fn turn(page: &Page<'_>) -> Markup {
    let row = page.place.row;
    let total = page.totals.map_or(0, |totals| totals.total);
    html! {
        nav.pages.no-script aria-label="Pages" {
            @if row > 0 { a.btn rel="prev" href=(address::page(&page.place.query, row.saturating_sub(FIRST_ROWS))) { "Previous" } }
            @if row.saturating_add(FIRST_ROWS) < total { a.btn rel="next" href=(address::page(&page.place.query, row + FIRST_ROWS)) { "Next" } }
        }
    }
}

const ORDERS: [(SortKey, bool, &str); 8] = [
    (SortKey::Updated, true, "Last updated"),
    (SortKey::Updated, false, "First updated"),
    (SortKey::Title, false, "Title A to Z"),
    (SortKey::Title, true, "Title Z to A"),
    (SortKey::Vendor, false, "Vendor A to Z"),
    (SortKey::Vendor, true, "Vendor Z to A"),
    (SortKey::Price, false, "Price, low to high"),
    (SortKey::Price, true, "Price, high to low"),
];

fn option((key, descending, name): (SortKey, bool, &str), current: Sort) -> Markup {
    let sort = Sort { key, descending };
    html! { option value=(sort.to_address()) selected[sort == current] { (name) } }
}
