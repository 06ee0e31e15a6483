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

use domain::role::Permission;
use leptos::prelude::*;
use leptos_meta::Title;
use ports::error::AppError;

use self::{
    filters::{Filters, Menus},
    list::{List, use_currency, use_place},
    rows::Grid,
    toolbar::{Toolbar, Turn},
};
use super::{
    api::{self, First},
    state::{
        address::{PATH, Place, address},
        chips::{set, unfiltered},
    },
};
use crate::{codec::PostcardCodec, frame::use_me, ui::icon::Icon};

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

    let is_empty = Memo::new(move |_| list.totals.with(|totals| totals.as_ref().is_some_and(|totals| totals.of == 0)));
    let matches_nothing = Memo::new(move |_| list.totals.with(|totals| totals.as_ref().is_some_and(|totals| totals.of > 0 && totals.total == 0)));
    let is_unknown = Memo::new(move |_| list.failure.with(Option::is_some) && list.totals.with(Option::is_none));
    let no_rows = Memo::new(move |_| is_empty.get() || matches_nothing.get() || is_unknown.get());
    view! {
        <div class="page fill products">
            <header class="page-head"><h1>"Products"</h1><Import /></header>
            <Toolbar filters hidden=is_empty />
            <Menus filters />
            {move || (!is_unknown.get()).then(|| list.failure.get().map(|error| failed(list, error)))}
            <Grid list hidden=no_rows />
            {move || is_unknown.get().then(|| list.failure.get().map(|error| not_loaded(list, &error)))}
            {move || is_empty.get().then(empty)}
            {move || matches_nothing.get().then(|| no_match(list))}
            <Turn list />
        </div>
    }
    .into_any()
}

fn may_import() -> bool {
    use_me().is_some_and(|me| me.role.may(Permission::RunJobs))
}

#[component]
fn Import() -> impl IntoView {
    may_import().then(|| view! { <a class="btn primary" href="/imports"><Icon name="upload" />"Import"</a> })
}

/// What one can do about a failure.
fn mend(list: List, error: &AppError) -> AnyView {
    if *error == AppError::SignedOut {
        view! { <a class="btn" href="/sign-in" rel="external">"Sign in"</a> }.into_any()
    } else {
        // Before the page has come alive it is a link to the same page.
        let here = move || list.place.with(Place::address);
        let again = move |event: web_sys::MouseEvent| {
            event.prevent_default();
            list.try_again();
        };
        view! { <a class="btn" role="button" href=here on:click=again><Icon name="refresh-cw" />"Try again"</a> }.into_any()
    }
}

/// The rows that are there stay; this stands above them.
fn failed(list: List, error: AppError) -> AnyView {
    view! {
        <div class="band bad" role="alert">
            <Icon name="circle-alert" />
            <span>{error.to_string()}</span>
            {mend(list, &error)}
        </div>
    }
    .into_any()
}

fn not_loaded(list: List, error: &AppError) -> AnyView {
    view! {
        <div class="notice" role="alert">
            <Icon name="circle-alert" />
            <h2>"The products could not be loaded"</h2>
            <p>{error.to_string()}</p>
            <div class="line">{mend(list, error)}</div>
        </div>
    }
    .into_any()
}

fn empty() -> AnyView {
    let import = may_import().then(|| {
        view! {
            <p>"Import a Shopify product export. A dry run shows what would be new or changed before anything is written."</p>
            <div class="line"><a class="btn primary" href="/imports"><Icon name="upload" />"Import a file"</a></div>
        }
    });
    let ask = (!may_import()).then(|| view! { <p>"There is no product in this store yet. An owner or an editor can import a catalogue."</p> });
    view! {
        <div class="notice">
            <Icon name="package" />
            <h2>"Bring in your catalogue"</h2>
            {import}
            {ask}
        </div>
    }
    .into_any()
}

fn no_match(list: List) -> AnyView {
    let query = move || list.place.with(|place| place.query.clone());
    let heading = move || match query().search.trim() {
        "" => "No product matches these filters".to_owned(),
        search => format!("No product matches “{search}”"),
    };
    let advice = move || match (query().search.trim().is_empty(), set(&query()).len()) {
        (true, _) => "Take a filter away to see more.",
        (false, 0) => "Search for something shorter, or for another word.",
        (false, 1) => "A filter is on as well. Take it away, or search for something shorter.",
        (false, _) => "Filters are on as well. Take one away, or search for something shorter.",
    };
    let all = move || (!set(&query()).is_empty()).then(|| view! { <a class="btn" href=address(&unfiltered(&query()))>"Clear filters"</a> });
    let unsearched = move || {
        let mut query = query();
        (!std::mem::take(&mut query.search).trim().is_empty()).then(|| view! { <a class="btn ghost" href=address(&query)>"Clear search"</a> })
    };
    view! {
        <div class="notice" role="status">
            <Icon name="search-x" />
            <h2>{heading}</h2>
            <p>{advice}</p>
            <div class="line">{all}{unsearched}<a class="btn ghost" href=PATH>"All products"</a></div>
        </div>
    }
    .into_any()
}
