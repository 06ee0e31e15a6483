//! The page of the list as HTML, by the same functions on the server and in the browser.
//!
//! Not as Leptos views: as text this page is a fifth of the code, which everybody downloads before they can do
//! anything, and a row is drawn anew in a twentieth of a millisecond. What lives on the page is in `live`.

mod grid;
mod menus;
pub(super) mod notice;
mod tools;

use domain::money::Currency;
use maud::{Markup, html};
use ports::{error::AppError, products::FacetValues};

use self::notice::{Notice, band};
#[cfg(feature = "hydrate")]
pub(super) use self::{
    grid::{cells, picture, row_id, updated},
    menus::{choices, hint},
    tools::{chips, count, improve},
};
use super::state::{
    address::Place,
    line::{Line, Totals},
};

/// What the page shows.
pub(super) struct Page<'a> {
    pub(super) place: &'a Place,
    pub(super) currency: Currency,
    pub(super) totals: Option<&'a Totals>,
    /// The rows from `start` on.
    pub(super) lines: &'a [Line],
    pub(super) start: u32,
    /// The values of the filters; none for menus that are filled later.
    pub(super) facets: &'a [FacetValues],
    pub(super) failure: Option<&'a AppError>,
    pub(super) may_run: bool,
}

/// What is inside the page's element.
pub(super) fn page(page: &Page<'_>) -> Markup {
    let notice = Notice::of(page.totals, page.failure);
    html! {
        header.page-head {
            h1 { "Products" }
            @if page.may_run { a.btn.primary href="/imports" { (icon("upload")) "Import" } }
        }
        (tools::tools(page, notice == Notice::Empty))
        (menus::menus(page))
        div.region data-region="band" { @if notice == Notice::Stopped { (band(page.failure, page.place)) } }
        (grid::grid(page, notice.is_instead_of_rows()))
        div.region data-region="notice" { (notice.markup(page.place, page.failure, page.may_run)) }
        (tools::turn(page))
        @if page.may_run { (tools::picks()) }
    }
}

fn icon(name: &str) -> Markup {
    html! { svg.icon aria-hidden="true" { use href={ "/icons.svg#" (name) } {} } }
}
