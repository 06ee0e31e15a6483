//! The rows and the head above them.

use std::sync::Arc;

use domain::{
    clock::Timestamp,
    money::Currency,
    query::{ListQuery, SortKey},
};
use leptos::{
    either::{Either, EitherOf3},
    ev,
    prelude::*,
};
use ports::products::Row;
use wasm_bindgen::JsCast;

use super::list::{List, Slot};
use crate::{
    products::state::address::{PATH, address, sorted},
    ui::{
        at_once::{at_once, each, says},
        badge,
        badge::Badge,
        format,
    },
};

pub(super) fn grid(list: List, hidden: Signal<bool>) -> impl IntoView {
    let count = says(move || list.totals.with(|totals| totals.as_ref().map_or("-1".to_owned(), |totals| (totals.total + 1).to_string())));
    let busy = says(move || (list.waiting.get() || !list.filled.get()).to_string());
    let active = says(move || list.active_drawn.get().map(row_id));
    let filled = says(move || list.filled.get());
    let product = Memo::new(move |_| list.shown.with(|shown| if shown.is_empty() { String::new() } else { format!("?{shown}") }));
    let numbers = says(move || list.slots.with(|slots| (0..slots.len() as u32).collect()));
    let slot = move |number: u32| {
        let slot = list.slots.with_untracked(|slots| slots[number as usize].clone());
        at_once(move || row(slot.get(), &product.read(), list.currency, list.now.get()))
    };
    view! {
        <div
            class="grid"
            role="grid"
            aria-label="Products"
            aria-colcount="8"
            aria-rowcount=count
            aria-busy=busy
            aria-activedescendant=active
            data-filled=filled
            hidden=hidden
            tabindex="0"
            node_ref=list.grid
            on:scroll=move |_| list.on_scroll()
            on:keydown=move |event| list.on_key(&event)
            on:error:capture=mark_broken
        >
            <div role="rowgroup" class="grid-head-group">{head(list)}</div>
            <div class="grid-body" role="rowgroup">
                {each(numbers, slot)}
            </div>
        </div>
    }
}

fn head(list: List) -> impl IntoView {
    let column = move |key: SortKey, name: &'static str, class: &'static str| {
        let direction = says(move || list.place.with(|place| (place.query.sort.key == key).then(|| direction(&place.query).to_owned())));
        let href = says(move || list.place.with(|place| address(&sorted(&place.query, key))));
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
    let thumbnail = product.map(|product| product.thumbnail.clone()).filter(|address| !address.is_empty());
    view! {
        <div
            class="row"
            class:active=active
            class:skel=product.is_none()
            role="row"
            id=used.then(|| row_id(row))
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
            <div role="gridcell" class="col-updated end num">{updated(product, now)}</div>
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

/// The date, and once the page has come alive how long ago that was: in another element then, as a text
/// that changes its width at the right edge would count as a shift of the page.
fn updated(product: Option<&Row>, now: Option<Timestamp>) -> impl IntoView + use<> {
    let text = |text: fn(Timestamp, Timestamp) -> String, now| product.map_or_else(String::new, |product| text(product.updated_at, now));
    match now {
        None => Either::Left(view! { <span>{text(|at, _| format::date(at), Timestamp::default())}</span> }),
        Some(now) => Either::Right(view! { <span>{text(format::ago, now)}</span> }),
    }
}

fn price(product: &Row, currency: Currency) -> String {
    match (product.price, product.highest_price) {
        (None, _) => String::new(),
        (Some(price), Some(highest)) if highest > price => format!("{}+", format::money(price, currency)),
        (Some(price), _) => format::money(price, currency),
    }
}

/// A picture that cannot be loaded leaves its box empty.
fn mark_broken(event: ev::ErrorEvent) {
    // A failed picture sends a plain event, which only says what failed.
    let event: &web_sys::Event = event.unchecked_ref();
    if let Some(image) = event.target().and_then(|target| target.dyn_into::<web_sys::HtmlImageElement>().ok()) {
        broken(&image);
    }
}

fn broken(image: &web_sys::HtmlImageElement) {
    let _ = image.class_list().add_1("broken");
}

/// Marks the pictures that failed before anybody listened.
pub(super) fn mark_all_broken(grid: &web_sys::Element) {
    let images = grid.get_elements_by_tag_name("img");
    for image in (0..images.length()).filter_map(|at| images.item(at)?.dyn_into::<web_sys::HtmlImageElement>().ok()) {
        if image.complete() && image.natural_width() == 0 {
            broken(&image);
        }
    }
}

fn row_id(row: u32) -> String {
    format!("row-{}", row + 1)
}

/// Where a product of a list is found, so that it knows which list one came from.
pub(super) fn product_address(product: &Arc<Row>, list: &str) -> String {
    if list.is_empty() { format!("{PATH}/{}", product.handle) } else { format!("{PATH}/{}?{list}", product.handle) }
}
