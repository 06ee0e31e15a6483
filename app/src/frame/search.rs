//! The search box. It is a form that leads to the list; a page that can answer while one types takes it over.

use leptos::{ev, html::Input, prelude::*};
use leptos_router::hooks::use_query_map;
use wasm_bindgen::JsCast;

use crate::ui::{
    icon::Icon,
    listen::{is_typing, on_window},
};

#[derive(Clone, Copy)]
pub(crate) struct Search {
    pub(crate) text: RwSignal<String>,
    /// The page that answers while one types.
    pub(crate) listener: StoredValue<Option<Callback<Typed>>>,
}

#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Typed {
    Changed,
    /// With Enter.
    Sent,
}

impl Search {
    /// The box with what the address searches for, for this page and every one below.
    pub(super) fn provide() {
        let text = use_query_map().with_untracked(|query| query.get("q").unwrap_or_default());
        provide_context(Self { text: RwSignal::new(text), listener: StoredValue::new(None) });
    }

    fn tell(self, event: Typed) -> bool {
        let listener = self.listener.get_value();
        if let Some(listener) = listener {
            listener.run(event);
        }
        listener.is_some()
    }
}

#[component]
pub(super) fn SearchBox() -> impl IntoView {
    let search = expect_context::<Search>();
    let input = NodeRef::<Input>::new();
    let on_submit = move |event: ev::SubmitEvent| {
        if search.tell(Typed::Sent) {
            event.prevent_default();
        }
    };
    let on_input = move |event: ev::Event| {
        search.text.set(event_target_value(&event));
        search.tell(Typed::Changed);
    };
    let on_key = move |event: ev::KeyboardEvent| {
        if event.key() == "Escape" && !search.text.with_untracked(String::is_empty) {
            event.prevent_default();
            search.text.set(String::new());
            search.tell(Typed::Changed);
        }
    };
    on_window("keydown", move |event| {
        let Some(key) = event.dyn_ref::<web_sys::KeyboardEvent>() else { return };
        if key.key() == "/" && !key.ctrl_key() && !key.meta_key() && !key.alt_key() && !is_typing(&event) {
            event.prevent_default();
            if let Some(input) = input.get_untracked() {
                let _ = input.focus();
                input.select();
            }
        }
    });
    view! {
        <form class="find" role="search" action="/products" on:submit=on_submit>
            <Icon name="search" />
            <input
                class="input"
                r#type="search"
                name="q"
                placeholder="Search products"
                aria-label="Search products"
                aria-keyshortcuts="/"
                autocomplete="off"
                value=search.text.get_untracked()
                prop:value=move || search.text.get()
                on:input=on_input
                on:keydown=on_key
                node_ref=input
            />
            <kbd aria-hidden="true">"/"</kbd>
        </form>
    }
}
