use leptos::prelude::*;
use leptos_meta::Title;

#[component]
pub(crate) fn Product() -> impl IntoView {
    view! { <Title text="Product" /><div class="page"><header class="page-head"><h1>"Product"</h1></header></div> }
}
