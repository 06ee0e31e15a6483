//! The shell: what the service worker answers with when there is no server. It is the page of an address that has none, and comes alive as
//! every other; then the router goes on to where the person is. So there is no second way to begin.

use std::cell::RefCell;

use domain::worker::SHELL;
use leptos::prelude::*;
use leptos_router::{NavigateOptions, hooks::use_navigate};
use wasm_bindgen::JsValue;
use web_sys::Element;

thread_local! {
    /// Where the person is.
    static WANTED: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Called before a page comes alive in `main`; whether it is a shell.
pub fn enter_shell(main: &Element) -> bool {
    let is_shell = main.has_attribute("data-shell");
    if is_shell && let Ok(history) = window().history() {
        let location = window().location();
        let parts = [location.pathname(), location.search(), location.hash()];
        WANTED.set(Some(parts.map(Result::unwrap_or_default).concat()));
        let _ = history.replace_state_with_url(&JsValue::NULL, "", Some(SHELL));
    }
    is_shell
}

/// Called where the router is known.
pub(super) fn leave() {
    if let Some(wanted) = WANTED.take() {
        let navigate = use_navigate();
        // Behind that by which pages know that they have come alive.
        Effect::new(move || navigate(&wanted, NavigateOptions { replace: true, ..NavigateOptions::default() }));
    }
}
