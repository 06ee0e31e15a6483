//! The rows and the head above them.

use std::sync::Arc;

use domain::{
    clock::Timestamp,
    money::Currency,
    query::{ListQuery, SortKey},
};
use leptos::{either::EitherOf3, prelude::*};
use ports::products::Row;

use super::list::{List, Slot};
use crate::{
    products::state::address::{PATH, address, sorted},
    ui::{badge, badge::Badge, format},
};

#[component]
pub(super) fn Grid(list: List, hidden: Memo<bool>) -> impl IntoView {
    let count = move || list.totals.with(|totals| totals.as_ref().map_or(-1, |totals| i64::from(totals.total) + 1));
    let busy = move || (list.waiting.get() || !list.filled.get()).to_string();
    let active = move || list.active_drawn.get().map(row_id);
    let product = Memo::new(move |_| list.shown.with(|shown| if shown.is_empty() { String::new() } else { format!("?{shown}") }));
    view! {
        <div
            class="grid"
            role="grid"
            aria-label="Products"
            aria-colcount="8"
            aria-rowcount=count
            aria-busy=busy
            aria-activedescendant=active
            data-filled=move || list.filled.get()
            hidden=move || hidden.get()
            tabindex="0"
            node_ref=list.grid
            on:scroll=move |_| list.on_scroll()
            on:keydown=move |event| list.on_key(&event)
        >
            <div role="rowgroup" class="grid-head-group">
                <Head list />
            </div>
            <div class="grid-body" role="rowgroup">
                <For
                    each=move || list.slots.get().into_iter().enumerate()
                    key=|(number, _)| *number
                    children=move |(_, slot)| move || row(slot.get(), &product.read(), list.currency, list.now.get())
                />
            </div>
        </div>
    }
}

#[component]
fn Head(list: List) -> impl IntoView {
    let column = move |key: SortKey, name: &'static str, class: &'static str| {
        let direction = move || list.place.with(|place| (place.query.sort.key == key).then_some(direction(&place.query)));
        let href = move || list.place.with(|place| address(&sorted(&place.query, key)));
        view! { <div role="columnheader" class=class aria-sort=direction><a href=href>{name}</a></div> }
    };
    view! {
        <div class="grid-head" role="row" aria-rowindex="1">
            <div role="columnheader"><span class="vh">"Picture"</span></div>
            {column(SortKey::Title, "Title", "col-title")}
            <div role="columnheader" class="col-status">"Status"</div>
            <div role="columnheader" class="col-opt">"Optimisation"</div>
            {column(SortKey::Vendor, "Vendor", "col-vendor")}
            <div role="columnheader" class="col-type">"Type"</div>
            {column(SortKey::Price, "Price", "col-price end")}
            {column(SortKey::Updated, "Updated", "col-updated end")}
        </div>
    }
}

fn direction(query: &ListQuery) -> &'static str {
    if query.sort.descending { "descending" } else { "ascending" }
}

/// One row, there or still to come: the same elements in both cases, so that a slot changes texts and no
/// more. `list` is the part of a product's address that tells which list one came from.
fn row(slot: Slot, list: &str, currency: Currency, now: Option<Timestamp>) -> impl IntoView + use<> {
    let Slot { row, product, top, active, used, turn } = slot;
    let product = product.as_deref();
    let text = |of: fn(&Row) -> &str| product.map_or_else(String::new, |product| of(product).to_owned());
    let price = product.map_or_else(String::new, |product| price(product, currency));
    let updated = product.map_or_else(String::new, |product| match now {
        Some(now) => format::ago(product.updated_at, now),
        None => format::date(product.updated_at),
    });
    let thumbnail = product.map(|product| product.thumbnail.clone()).filter(|address| !address.is_empty());
    view! {
        <div
            class="row"
            class:active=active
            class:skel=product.is_none()
            role="row"
            id=row_id(row)
            aria-rowindex=row + 2
            hidden=!used
            style:transform=top.map(|top| format!("translateY({top}px)"))
        >
            <div role="gridcell">{picture(thumbnail, turn)}</div>
            <div role="gridcell" class="row-title">
                <a href=product.map(|product| format!("{PATH}/{}{list}", product.handle)) tabindex="-1">{text(|product| &product.title)}</a>
                <span>{text(|product| product.handle.as_str())}</span>
            </div>
            <div role="gridcell" class="col-status">{product.map(|product| view! { <Badge look=badge::status(product.status) /> })}</div>
            <div role="gridcell" class="col-opt">{product.map(|product| view! { <Badge look=badge::optimisation(product.optimisation) /> })}</div>
            <div role="gridcell" class="col-vendor">{text(|product| &product.vendor)}</div>
            <div role="gridcell" class="col-type">{text(|product| &product.product_type)}</div>
            <div role="gridcell" class="col-price end num">{price}</div>
            <div role="gridcell" class="col-updated end num">{updated}</div>
        </div>
    }
}

/// A picture, or the box it would stand in. An `<img>` goes on showing its old picture until the new one is
/// there, so another product gets another element.
fn picture(address: Option<String>, turn: bool) -> impl IntoView {
    let image = |address: String| view! { <img class="thumb" src=address alt="" width="48" height="48" loading="lazy" decoding="async" /> };
    match address {
        Some(address) if turn => EitherOf3::A(image(address)),
        Some(address) => EitherOf3::B(image(address)),
        None => EitherOf3::C(view! { <span class="thumb"></span> }),
    }
}

fn price(product: &Row, currency: Currency) -> String {
    match (product.price, product.highest_price) {
        (None, _) => String::new(),
        (Some(price), Some(highest)) if highest > price => format!("{}+", format::money(price, currency)),
        (Some(price), _) => format::money(price, currency),
    }
}

fn row_id(row: u32) -> String {
    format!("row-{}", row + 1)
}

/// Where a product of a list is found, so that it knows which list one came from.
pub(super) fn product_address(product: &Arc<Row>, list: &str) -> String {
    if list.is_empty() { format!("{PATH}/{}", product.handle) } else { format!("{PATH}/{}?{list}", product.handle) }
}
