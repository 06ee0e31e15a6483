use leptos::prelude::*;
use leptos_meta::Title;

#[component]
pub(crate) fn Imports() -> impl IntoView {
    view! { <Title text="Imports" /><div class="page"><header class="page-head"><h1>"Imports"</h1></header></div> }
}

#[component]
pub(crate) fn Import() -> impl IntoView {
    view! { <Title text="Import" /><div class="page"><header class="page-head"><h1>"Import"</h1></header></div> }
}
