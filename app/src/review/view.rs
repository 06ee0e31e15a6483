//! The page: HTML that the server writes with the first suggestion in it, and the browser takes over as it is.

use leptos::{html::Div, prelude::*};
use leptos_router::hooks::use_location;

#[cfg(feature = "ssr")]
use super::state::address::Place;
use crate::ui::title::title;

#[component]
pub(crate) fn Review() -> impl IntoView {
    title(|| "Review".to_owned());
    let location = use_location();
    #[cfg(feature = "ssr")]
    return served(location.search.with_untracked(|search| Place::of(search)));
    #[cfg(not(feature = "ssr"))]
    return alive(location);
}

#[cfg(feature = "ssr")]
fn served(place: Place) -> impl IntoView {
    use super::{api, markup, state::desk::Desk};

    let opening = api::opening(&place);
    Suspend::new(async move {
        let opened = opening.await.map(|api::Opening { queue, first, next }| (Desk::new(queue, first), next));
        let desk = opened.as_ref().ok().map(|(desk, _)| desk);
        let shown = markup::Shown {
            place: &place,
            desk,
            failure: opened.as_ref().err(),
            seat: desk.and_then(Desk::shown),
            next: opened.as_ref().ok().and_then(|(_, next)| *next),
            people: None,
            now: None,
        };
        root(markup::page(&shown).into_string(), NodeRef::new())
    })
}

#[cfg(not(feature = "ssr"))]
fn alive(location: leptos_router::location::Location) -> impl IntoView {
    let node = NodeRef::new();
    #[cfg(feature = "hydrate")]
    let html = super::live::start(location, node);
    #[cfg(not(feature = "hydrate"))]
    let html = {
        let _ = location;
        String::new()
    };
    root(html, node)
}

fn root(html: String, node: NodeRef<Div>) -> impl IntoView {
    view! { <div class="page review" inner_html=html node_ref=node></div> }
}
