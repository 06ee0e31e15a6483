//! The rows and the head above them.

use domain::{clock::Timestamp, query::SortKey};
use maud::{Markup, html};

use super::Page;
use crate::{
    products::state::{
        address::{PATH, address, sorted},
        line::Line,
    },
    ui::{
        badge::{self, Look},
        format,
    },
};

/// Rows that have their picture in the page as the server sends it: about what a window shows.
const PICTURES: usize = 20;

/// Rows that are drawn as placeholders before it is known how many there are.
const GUESSED: u32 = 30;

pub(super) fn grid(page: &Page<'_>, hidden: bool) -> Markup {
    let list = page.place.query.to_address();
    let rows = page.totals.map_or(-1, |totals| i64::from(totals.total) + 1);
    html! {
        div.grid role="grid" aria-label="Products" aria-colcount="8" aria-rowcount=(rows) aria-busy=(page.totals.is_none()) tabindex="0"
            aria-multiselectable=[page.may_run.then_some("true")] hidden[hidden]
            // What the browser goes on from.
            data-start=[page.totals.map(|_| page.start)]
            data-total=[page.totals.map(|totals| totals.total)]
            data-of=[page.totals.map(|totals| totals.of)]
            data-as-of=[page.totals.map(|totals| totals.as_of.0)]
        {
            div.grid-head-group role="rowgroup" { (head(page)) }
            div.grid-body role="rowgroup" {
                @for (at, line) in page.lines.iter().enumerate() {
                    @let row = page.start + at as u32;
                    div.row role="row" id=(row_id(row)) aria-rowindex=(row + 2) { (cells(Some(line), &list, at < PICTURES, None)) }
                }
                @if page.totals.is_none() {
                    @for _ in 0..GUESSED { div.row.skel role="row" { (cells(None, "", false, None)) } }
                }
            }
        }
    }
}

fn head(page: &Page<'_>) -> Markup {
    let query = &page.place.query;
    let column = |key: SortKey, name: &str, class: &str| {
        let direction = (query.sort.key == key).then_some(if query.sort.descending { "descending" } else { "ascending" });
        html! {
            div role="columnheader" class=(class) aria-sort=[direction] data-key=(key.name()) { a href=(address(&sorted(query, key))) { (name) } }
        }
    };
    html! {
        div.grid-head role="row" aria-rowindex="1" {
            div role="columnheader" { span.vh { "Picture" } }
            (column(SortKey::Title, "Title", "col-title"))
            div.col-status role="columnheader" { "Status" }
            div.col-opt role="columnheader" { "Optimisation" }
            (column(SortKey::Vendor, "Vendor", "col-vendor"))
            div.col-type role="columnheader" { "Type" }
            (column(SortKey::Price, "Price", "col-price end"))
            (column(SortKey::Updated, "Updated", "col-updated end"))
        }
    }
}

/// The cells of a row, there or still to come: the same elements in both cases, so that nothing moves. `list` is the
/// list's address, which a product's page keeps; `now` is none until the page has come alive.
pub(crate) fn cells(line: Option<&Line>, list: &str, pictured: bool, now: Option<Timestamp>) -> Markup {
    let Some(line) = line else {
        return html! {
            div role="gridcell" { span.thumb {} }
            div.row-title role="gridcell" { a tabindex="-1" {} span {} }
            div.col-status role="gridcell" {}
            div.col-opt role="gridcell" {}
            div.col-vendor role="gridcell" {}
            div.col-type role="gridcell" {}
            div.col-price.end.num role="gridcell" {}
            div.col-updated.end.num role="gridcell" {}
        };
    };
    let mark = if list.is_empty() { "" } else { "?" };
    html! {
        div role="gridcell" {
            (picture(line, pictured))
            // Shown to whoever may start a run, once the page has come alive.
            input.pick type="checkbox" tabindex="-1" autocomplete="off" aria-label="Select";
        }
        div.row-title role="gridcell" {
            a href={ (PATH) "/" (line.handle) (mark) (list) } tabindex="-1" { (line.title) }
            span { (line.handle) }
        }
        div.col-status role="gridcell" { (badge(badge::status(line.status))) }
        div.col-opt role="gridcell" { (badge(badge::optimisation(line.optimisation))) }
        div.col-vendor role="gridcell" { (line.vendor) }
        div.col-type role="gridcell" { (line.product_type) }
        div.col-price.end.num role="gridcell" { (line.price) }
        div.col-updated.end.num role="gridcell" { (updated(line.updated_at, now)) }
    }
}

/// A picture, or the box it stands in later.
pub(crate) fn picture(line: &Line, pictured: bool) -> Markup {
    html! {
        @if line.thumbnail.is_empty() { span.thumb {} }
        @else if pictured { img.thumb src=(line.thumbnail) alt="" width="48" height="48" decoding="async"; }
        @else { span.thumb data-src=(line.thumbnail) {} }
    }
}

/// The date, and once the page has come alive how long ago that was.
pub(crate) fn updated(at: Timestamp, now: Option<Timestamp>) -> Markup {
    let text = now.map_or_else(|| format::date(at), |now| format::ago(at, now));
    html! { time datetime=(at) { (text) } }
}

pub(crate) fn row_id(row: u32) -> String {
    format!("row-{}", row + 1)
}

fn badge(look: Look) -> Markup {
    html! { span.badge data-tone=(look.tone) { (look.word) } }
}
