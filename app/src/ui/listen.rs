//! What is common to the whole window: its events, its focus, its menus.

use leptos::prelude::*;

/// Listens to the window. Starts once the page is alive in a browser, and ends with the caller's owner.
pub(crate) fn on_window(event: &'static str, act: impl Fn(web_sys::Event) + 'static) {
    let mut act = Some(act);
    // Nothing local is kept outside the effect: a server drops it on another thread, which panics.
    Effect::new(move |_| {
        if let Some(act) = act.take() {
            let handle = window_event_listener_untyped(event, act);
            on_cleanup(move || handle.remove());
        }
    });
}

/// Whether a key pressed here is meant as text.
pub(crate) fn is_typing(event: &web_sys::Event) -> bool {
    use wasm_bindgen::JsCast;

    let Some(element) = event.target().and_then(|target| target.dyn_into::<web_sys::HtmlElement>().ok()) else { return false };
    element.is_content_editable() || matches!(element.tag_name().as_str(), "INPUT" | "TEXTAREA" | "SELECT")
}

/// Closes the menu that is open, and those opened out of it.
#[cfg(feature = "hydrate")]
pub(crate) fn close_menu() {
    use wasm_bindgen::JsCast;

    let open = document().query_selector(".menu:popover-open").ok().flatten();
    if let Some(menu) = open.and_then(|menu| menu.dyn_into::<web_sys::HtmlElement>().ok()) {
        let _ = menu.hide_popover();
    }
}
