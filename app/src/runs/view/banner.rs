//! That most of the month's budget is spent, above what spends it.

use leptos::prelude::*;

use crate::ui::at_once::at_once;

/// What the server has written; nothing where there is nothing to say.
pub(super) fn banner(warning: RwSignal<String>) -> AnyView {
    let html = Memo::new(move |_| warning.get());
    at_once(view! { <div class="notes" inner_html=move || html.get()></div> })
}
