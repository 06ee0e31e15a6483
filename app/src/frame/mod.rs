//! The frame around every page: the rail and the bar on top.

mod bar;
mod prefetch;
mod rail;
pub(crate) mod search;

use leptos::prelude::*;
use ports::people::Me;

use crate::ui::{at_once::at_once, unsaved::Unsaved};

use self::{bar::Bar, rail::Rail, search::Search};

/// Whether the page has come alive. False while it is rendered and hydrated, so that both draw the same.
#[derive(Clone, Copy)]
pub(crate) struct Hydrated(pub(crate) ReadSignal<bool>);

#[component]
pub(crate) fn Frame(me: Option<Me>, children: Children) -> impl IntoView {
    let (hydrated, set_hydrated) = signal(false);
    provide_context(Hydrated(hydrated));
    provide_context(StoredValue::new(me.clone()));
    provide_context(Unsaved::new());
    Search::provide();
    Effect::new(move || {
        set_hydrated.set(true);
        if let Some(root) = document().document_element() {
            let _ = root.class_list().add_1("hydrated");
        }
        prefetch::listen();
    });
    at_once(view! {
        <div class="frame">
            <a class="skip" href="#main">"Skip to content"</a>
            {me.map(|me| at_once(view! { <Rail /><Bar me /> }))}
            <main id="main" tabindex="-1">{children()}</main>
        </div>
    })
}

/// The signed-in person, on any page.
pub(crate) fn use_me() -> Option<Me> {
    use_context::<StoredValue<Option<Me>>>().and_then(|me| me.get_value())
}
