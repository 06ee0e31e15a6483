//! The page: HTML that the server writes and the browser takes over as it is.

use domain::{money::Currency, role::Permission};
use leptos::{html::Div, prelude::*};

use super::state::address::{PATH, Place};
use crate::{
    frame::use_me,
    ui::{address::asked_at, title::title},
};

#[component]
pub(crate) fn Products() -> impl IntoView {
    title(|| "Products".to_owned());
    let (currency, may_run) = use_me().map_or((Currency::EUR, false), |me| (me.store.currency, me.role.may(Permission::RunJobs)));
    let place = asked_at(PATH, move |search| Place::of(search, currency));
    #[cfg(feature = "ssr")]
    return served(place.get_untracked(), currency, may_run);
    #[cfg(not(feature = "ssr"))]
    return alive(place, currency, may_run);
}

/// The page with its first rows.
#[cfg(feature = "ssr")]
fn served(place: Place, currency: Currency, may_run: bool) -> impl IntoView {
    use super::{api, markup};

    let opening = api::opening(&place);
    Suspend::new(async move {
        let (listing, facets) = match opening.await {
            Ok(opening) => (Ok(opening.listing), opening.facets),
            Err(error) => (Err(error), Vec::new()),
        };
        let failure = listing.as_ref().err().cloned();
        let (lines, start, totals) = listing
            .map(|listing| super::state::line::lines(listing, currency))
            .ok()
            .map_or_else(|| (Vec::new(), 0, None), |(lines, start, totals)| (lines, start, Some(totals)));
        let page = markup::Page {
            place: &place,
            currency,
            totals: totals.as_ref(),
            lines: &lines,
            start,
            facets: &facets,
            failure: failure.as_ref(),
            may_run,
        };
        root(markup::page(&page).into_string(), NodeRef::new())
    })
}

#[cfg(not(feature = "ssr"))]
fn alive(place: Memo<Place>, currency: Currency, may_run: bool) -> impl IntoView {
    let node = NodeRef::new();
    #[cfg(feature = "hydrate")]
    let html = super::live::start(place, currency, may_run, node);
    #[cfg(not(feature = "hydrate"))]
    let html = {
        let _ = (place, currency, may_run);
        String::new()
    };
    root(html, node)
}

fn root(html: String, node: NodeRef<Div>) -> impl IntoView {
    view! { <div class="page fill products" inner_html=html node_ref=node></div> }
}
