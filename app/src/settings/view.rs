use leptos::prelude::*;
use leptos_meta::Title;

#[component]
pub(crate) fn Settings() -> impl IntoView {
    view! { <Title text="Settings" /><div class="page"><header class="page-head"><h1>"Settings"</h1></header></div> }
}
