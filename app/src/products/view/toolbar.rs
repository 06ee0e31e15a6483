//! What stands between the title and the rows: the count, the filters, the way to a row, the order.

use domain::query::{ListQuery, Sort, SortKey};
use leptos::{either::Either, ev, prelude::*};
use wasm_bindgen::JsCast;

use super::{
    filters::{Chips, Filters},
    list::List,
};
use crate::{
    products::{
        api::FIRST_ROWS,
        state::address::{Changed, PATH, address, kept, page},
    },
    ui::format,
};

#[component]
pub(super) fn Toolbar(filters: Filters, hidden: Memo<bool>) -> impl IntoView {
    let list = filters.list;
    view! {
        <div class="tools" hidden=move || hidden.get()>
            <Count list />
            <Chips filters />
            <Jump list />
            <Order list />
        </div>
    }
}

#[component]
fn Count(list: List) -> impl IntoView {
    let all = move || list.place.with(|place| place.query.is_unfiltered());
    view! {
        <p class="count" role="status">
            {move || match list.totals.get() {
                None => Either::Left(view! { <span class="muted">"Not counted yet"</span> }),
                Some(totals) => {
                    let rest = if all() {
                        Either::Left(if totals.of == 1 { "product" } else { "products" })
                    } else {
                        Either::Right(view! { "of "<span class="num">{format::number(totals.of.into())}</span> })
                    };
                    Either::Right(view! { <b class="num">{format::number(totals.total.into())}</b>" "<span class="muted">{rest}</span> })
                }
            }}
        </p>
    }
}

/// Fields of a form that keep the rest of the list as it is.
#[component]
pub(super) fn Kept(list: List, but: Changed) -> impl IntoView {
    move || {
        list.place.with(|place| {
            kept(&place.query, but).into_iter().map(|(name, value)| view! { <input r#type="hidden" name=name value=value /> }).collect_view()
        })
    }
}

#[component]
fn Jump(list: List) -> impl IntoView {
    let input = NodeRef::<leptos::html::Input>::new();
    let on_submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        let Some(input) = input.get() else { return };
        let digits: String = input.value().chars().filter(char::is_ascii_digit).take(9).collect();
        let total = list.totals.with_untracked(|totals| totals.as_ref().map_or(0, |totals| totals.total));
        if let Ok(row) = digits.parse::<u32>()
            && total > 0
        {
            let row = row.clamp(1, total);
            input.set_value(&format::number(row.into()));
            list.jump(row - 1);
            list.active.set(Some(row - 1));
            list.paint();
        }
    };
    view! {
        <form class="jump" action=PATH on:submit=on_submit>
            <Kept list but=Changed::Row />
            <input class="input" name="row" inputmode="numeric" autocomplete="off" placeholder="Go to row" aria-label="Go to row" node_ref=input />
        </form>
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

#[component]
fn Order(list: List) -> impl IntoView {
    let current = Memo::new(move |_| list.place.with(|place| place.query.sort));
    let on_change = move |event: ev::Event| {
        let chosen = event.target().and_then(|target| target.dyn_into::<web_sys::HtmlSelectElement>().ok()).map(|select| select.value());
        if let Some(sort) = chosen.and_then(|name| Sort::from_address(&name)) {
            let query = list.place.with_untracked(|place| place.query.clone());
            list.go(address(&ListQuery { sort, ..query }));
        }
    };
    let option = move |(key, descending, name)| {
        let sort = Sort { key, descending };
        view! { <option value=sort.to_address() selected=move || current.get() == sort>{name}</option> }
    };
    view! {
        <form class="sort" action=PATH>
            <Kept list but=Changed::Sort />
            <select class="input" name="sort" aria-label="Sort by" on:change=on_change prop:value=move || current.get().to_address()>
                {ORDERS.map(option).into_iter().collect_view()}
            </select>
            <button class="btn no-script">"Sort"</button>
        </form>
    }
}

/// Previous and next, for those who turn pages.
#[component]
pub(super) fn Turn(list: List) -> impl IntoView {
    let total = move || list.totals.with(|totals| totals.as_ref().map_or(0, |totals| totals.total));
    let before = move || list.place.with(|place| (place.row > 0).then(|| page(&place.query, place.row.saturating_sub(FIRST_ROWS))));
    let behind = move || {
        list.place.with(|place| {
            let next = place.row.saturating_add(FIRST_ROWS);
            (next < total()).then(|| page(&place.query, next))
        })
    };
    let link = |href: Option<String>, rel, name| href.map(|href| view! { <a class="btn" href=href rel=rel>{name}</a> });
    view! {
        <nav class="pages no-script" aria-label="Pages">
            {move || link(before(), "prev", "Previous")}
            {move || link(behind(), "next", "Next")}
        </nav>
    }
}
