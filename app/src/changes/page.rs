//! The page: what the server writes says only what it is for.

use leptos::{html::Div, prelude::*};

use super::markup;
use crate::ui::title::title;

#[component]
pub(crate) fn Changes() -> impl IntoView {
    title(|| "Changes on this device".to_owned());
    let node = NodeRef::<Div>::new();
    #[cfg(feature = "hydrate")]
    super::live::start(node);
    view! { <div class="page changes" inner_html=markup::unknown() node_ref=node></div> }
}
