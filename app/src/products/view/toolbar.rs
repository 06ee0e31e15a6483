//! What stands between the title and the rows: the count, the filters, the way to a row, the order.

use domain::query::{ListQuery, Sort, SortKey};
use leptos::{ev, prelude::*};
use wasm_bindgen::JsCast;

use super::{
    filters::{Filters, chips},
    list::List,
};
use crate::{
    products::{
        api::FIRST_ROWS,
        state::address::{Changed, PATH, address, kept, page},
    },
    ui::{
        at_once::{changing, says},
        format,
    },
};

pub(super) fn toolbar(filters: Filters, hidden: Signal<bool>) -> impl IntoView {
    let list = filters.list;
    view! { <div class="tools" hidden=hidden>{count(list)}{chips(filters)}{order(list)}{jump(list)}</div> }
}

fn count(list: List) -> impl IntoView {
    let total = says(move || list.totals.with(|totals| totals.as_ref().map_or_else(|| "…".to_owned(), |totals| format::number(totals.total.into()))));
    let rest = says(move || {
        let of = list.totals.with(|totals| totals.as_ref().map(|totals| totals.of));
        match of {
            Some(of) if !list.place.with(|place| place.query.is_unfiltered()) => format!("of {}", format::number(of.into())),
            Some(1) => "product".to_owned(),
            _ => "products".to_owned(),
        }
    });
    view! { <p class="count" role="status"><b class="num">{total}</b>" "<span class="muted num">{rest}</span></p> }
}

/// Fields of a form that keep the rest of the list as it is.
pub(super) fn kept_fields(list: List, but: Changed) -> impl IntoView {
    changing(move || {
        let fields = list.place.with(|place| kept(&place.query, but));
        fields.into_iter().map(|(name, value)| view! { <input r#type="hidden" name=name value=value /> }).collect_view().into_any()
    })
}

fn jump(list: List) -> impl IntoView {
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
            input.set_value("");
            list.active.set(Some(row - 1));
            list.jump(row - 1);
        }
    };
    view! {
        <form class="jump" action=PATH on:submit=on_submit>
            {kept_fields(list, Changed::Row)}
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

fn order(list: List) -> impl IntoView {
    let current = move || list.place.with(|place| place.query.sort);
    let on_change = move |event: ev::Event| {
        let chosen = event.target().and_then(|target| target.dyn_into::<web_sys::HtmlSelectElement>().ok()).map(|select| select.value());
        if let Some(sort) = chosen.and_then(|name| Sort::from_address(&name)) {
            let query = list.place.with_untracked(|place| place.query.clone());
            list.go(address(&ListQuery { sort, ..query }));
        }
    };
    let option = move |(key, descending, name)| {
        let sort = Sort { key, descending };
        view! { <option value=sort.to_address() selected=says(move || current() == sort)>{name}</option> }
    };
    view! {
        <form class="sort" action=PATH>
            {kept_fields(list, Changed::Sort)}
            <select
                class="input"
                name="sort"
                aria-label="Sort by"
                on:change=on_change
                prop:value=says(move || current().to_address())
            >
                {ORDERS.map(option).into_iter().collect_view()}
            </select>
            <button class="btn no-script">"Sort"</button>
        </form>
    }
}

/// Previous and next, for those who turn pages.
pub(super) fn turn(list: List) -> impl IntoView {
    let total = move || list.totals.with(|totals| totals.as_ref().map_or(0, |totals| totals.total));
    let before = move || list.place.with(|place| (place.row > 0).then(|| page(&place.query, place.row.saturating_sub(FIRST_ROWS))));
    let behind = move || {
        list.place.with(|place| {
            let next = place.row.saturating_add(FIRST_ROWS);
            (next < total()).then(|| page(&place.query, next))
        })
    };
    let link = |href: Signal<Option<String>>, rel, name| {
        view! { <a class="btn" href=href rel=rel hidden=says(move || href.with(Option::is_none))>{name}</a> }
    };
    view! {
        <nav class="pages no-script" aria-label="Pages">
            {link(says(before), "prev", "Previous")}
            {link(says(behind), "next", "Next")}
        </nav>
    }
}
