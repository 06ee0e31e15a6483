//! Fetches a page's chunk when a link to it is hovered or focused, so that it is there when it is opened.

use leptos::{prelude::window_event_listener_untyped, task::spawn_local};
use wasm_bindgen::JsCast;

/// Starts to listen, once for the whole document.
pub(super) fn listen() {
    window_event_listener_untyped("pointerover", fetch);
    window_event_listener_untyped("focusin", fetch);
}

fn fetch(event: web_sys::Event) {
    let target = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
    let link = target.and_then(|element| element.closest("a[href^='/']").ok().flatten());
    if let Some(href) = link.and_then(|link| link.get_attribute("href")) {
        spawn_local(async move {
            let path = href.split(['?', '#']).next().unwrap_or_default();
            crate::routes::preload(path).await;
        });
    }
}
