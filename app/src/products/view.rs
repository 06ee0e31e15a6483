//! The page.

mod facet_menu;
mod fetch;
mod filters;
mod list;
mod motion;
mod price_menu;
mod remembered;
mod rows;
mod search;
mod toolbar;

use domain::{query::ListQuery, role::Permission};
use leptos::prelude::*;
use leptos_meta::Title;
use ports::error::AppError;

use self::{
    filters::{Filters, menus},
    list::{List, use_currency, use_place},
    rows::grid,
    toolbar::{toolbar, turn},
};
use super::{
    api::{self, First},
    state::{
        address::{Place, address},
        chips::{set, unfiltered},
    },
};
use crate::{
    codec::PostcardCodec,
    frame::use_me,
    ui::{
        at_once::{at_once, changing, says},
        icon::Icon,
    },
};

#[component]
pub(crate) fn Products() -> impl IntoView {
    let place = use_place(use_currency());
    let asked = place.get_untracked();
    let first = OnceResource::<_, PostcardCodec>::new_with_options(api::first(asked.query, asked.row), true);
    view! {
        <Title text="Products" />
        <Suspense>{move || Suspend::new(async move { page(place, first.await) })}</Suspense>
    }
}

fn page(place: Memo<Place>, first: Option<First>) -> AnyView {
    let (listing, facets) = first.map(|first| (first.listing, first.facets)).unzip();
    let list = List::new(place, listing);
    let filters = Filters::new(list, facets);
    search::listen(list);
    list.start();

    let state = Memo::new(move |_| State::of(list));
    let has_no_rows = says(move || !matches!(state.get(), State::Rows | State::Stopped));
    let is_empty = says(move || state.get() == State::Empty);
    let band = changing(move || match state.get() {
        State::Stopped => failed(list),
        _ => ().into_any(),
    });
    let notice = changing(move || match state.get() {
        State::Rows | State::Stopped => ().into_any(),
        State::Empty => empty(),
        State::NoMatch => no_match(&list.place.read().query),
        State::NotLoaded => not_loaded(list),
    });
    at_once(view! {
        <div class="page fill products">
            <header class="page-head"><h1>"Products"</h1>{import()}</header>
            {toolbar(filters, is_empty)}
            {menus(filters)}
            {band}
            {grid(list, has_no_rows)}
            {notice}
            {turn(list)}
        </div>
    })
}

/// What there is to see.
#[derive(Clone, Copy, PartialEq)]
enum State {
    Rows,
    /// Rows, and a failure to fetch more of them.
    Stopped,
    NotLoaded,
    /// The store has no product.
    Empty,
    /// No product is in this list.
    NoMatch,
}

impl State {
    fn of(list: List) -> Self {
        let failed = list.failure.with(Option::is_some);
        list.totals.with(|totals| match totals {
            None if failed => Self::NotLoaded,
            _ if failed => Self::Stopped,
            Some(totals) if totals.of == 0 => Self::Empty,
            Some(totals) if totals.total == 0 => Self::NoMatch,
            _ => Self::Rows,
        })
    }
}

fn may_import() -> bool {
    use_me().is_some_and(|me| me.role.may(Permission::RunJobs))
}

fn import() -> Option<impl IntoView> {
    may_import().then(|| view! { <a class="btn primary" href="/imports"><Icon name="upload" />"Import"</a> })
}

fn told(list: List) -> String {
    list.failure.with(|error| error.as_ref().map(ToString::to_string).unwrap_or_default())
}

/// What one can do about a failure.
fn mend(list: List) -> impl IntoView {
    let is_signed_out = list.failure.with(|error| *error == Some(AppError::SignedOut));
    // Before the page has come alive, trying again is a link to the same page.
    let (href, words) = if is_signed_out { ("/sign-in".to_owned(), "Sign in") } else { (list.place.with(Place::address), "Try again") };
    let again = move |event: web_sys::MouseEvent| {
        if !is_signed_out {
            event.prevent_default();
            list.try_again();
        }
    };
    view! { <a class="btn" href=href rel=is_signed_out.then_some("external") on:click=again>{words}</a> }
}

/// The rows that are there stay; this stands above them.
fn failed(list: List) -> AnyView {
    at_once(view! {
        <div class="band bad" role="alert">
            <Icon name="circle-alert" />
            <span>{told(list)}</span>
            {mend(list)}
        </div>
    })
}

/// What stands in the place of the rows.
fn notice(role: &'static str, icon: &'static str, heading: String, text: String, next: impl IntoView + 'static) -> AnyView {
    at_once(view! {
        <div class="notice" role=role>
            <Icon name=icon />
            <h2>{heading}</h2>
            <p>{text}</p>
            <div class="line">{next}</div>
        </div>
    })
}

fn not_loaded(list: List) -> AnyView {
    notice("alert", "circle-alert", "The products could not be loaded".to_owned(), told(list), mend(list))
}

fn empty() -> AnyView {
    let (text, link) = if may_import() {
        let text = "Import a Shopify product export. A dry run shows what would be new or changed before anything is written.";
        (text, vec![("/imports".to_owned(), "Import a file")])
    } else {
        ("There is no product in this store yet. An owner or an editor can import a catalogue.", Vec::new())
    };
    notice("status", "package", "Bring in your catalogue".to_owned(), text.to_owned(), links(link))
}

fn no_match(query: &ListQuery) -> AnyView {
    let search = query.search.trim();
    let filters = set(query).len();
    let heading = if search.is_empty() { "No product matches these filters".to_owned() } else { format!("No product matches “{search}”") };
    let advice = match (search.is_empty(), filters) {
        (true, _) => "Take a filter away to see more.",
        (false, 0) => "Search for something shorter, or for another word.",
        (false, 1) => "A filter is on as well. Take it away, or search for something shorter.",
        (false, _) => "Filters are on as well. Take one away, or search for something shorter.",
    };
    let mut next = Vec::new();
    if filters > 0 {
        next.push((address(&unfiltered(query)), "Clear filters"));
    }
    if !search.is_empty() {
        next.push((address(&ListQuery { search: String::new(), ..query.clone() }), "Clear search"));
    }
    notice("status", "search-x", heading, advice.to_owned(), links(next))
}

fn links(links: Vec<(String, &'static str)>) -> impl IntoView {
    links.into_iter().map(|(href, words)| view! { <a class="btn" href=href>{words}</a> }).collect_view()
}
