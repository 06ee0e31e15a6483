use leptos::prelude::*;

/// An icon of the sprite, for those who see it; the words beside it are for everybody.
#[component]
pub(crate) fn Icon(name: &'static str) -> impl IntoView {
    view! { <svg class="icon" aria-hidden="true"><use href=format!("/icons.svg#{name}")></use></svg> }
}
