//! Keeps the frame current: the place one is at, what is not saved yet, the search box.

use leptos::{ev, prelude::*};
use leptos_router::{
    NavigateOptions,
    hooks::{use_location, use_navigate},
};
use wasm_bindgen::JsCast;
use web_sys::{Element, Event, HtmlInputElement};

use crate::device::{Standing, standing};
use crate::ui::{
    listen::{close_menu, is_typing},
    mark::mark,
    unsaved::Unsaved,
};

pub(super) fn start() {
    let path = use_location().pathname;
    Effect::new(move |before: Option<()>| {
        path.with(|path| mark_place(path));
        // The bar outlives pages; a menu of it does not.
        if before.is_some() {
            close_menu();
            mark("vitrine:route-start");
        }
    });
    if let Some(unsaved) = use_context::<Unsaved>() {
        Effect::new(move || show_unsaved(unsaved));
    }
    let navigate = use_navigate();
    window_event_listener_untyped("keydown", |event| on_key(&event));
    window_event_listener_untyped("click", |event| {
        // A link to the page one is at leads nowhere, and leaves the menu all the same.
        if element(&event).is_some_and(|element| element.closest(".bar>.menu a").ok().flatten().is_some()) {
            close_menu();
        }
    });
    // Behind the list's own listener, which stops what it answers itself.
    window_event_listener_untyped("submit", move |event| {
        if !event.default_prevented() && element(&event).is_some_and(|form| form.class_list().contains("find")) {
            event.prevent_default();
            let text = search_box().map(|input| input.value()).unwrap_or_default();
            navigate(&format!("/products?q={}", js_sys::encode_uri_component(text.trim())), NavigateOptions::default());
        }
    });
}

/// The box one searches in.
pub(crate) fn search_box() -> Option<HtmlInputElement> {
    document().query_selector(".find>.input").ok()??.dyn_into().ok()
}

fn element(event: &Event) -> Option<Element> {
    event.target().and_then(|target| target.dyn_into().ok())
}

fn mark_place(path: &str) {
    let Ok(Some(rail)) = document().query_selector(".rail") else { return };
    let links = rail.children();
    // The first is the mark.
    for link in (1..links.length()).filter_map(|at| links.item(at)) {
        let here = link.get_attribute("href").is_some_and(|address| path.starts_with(&address));
        let _ = if here { link.set_attribute("aria-current", "page") } else { link.remove_attribute("aria-current") };
    }
}

/// Nothing while everything is saved.
fn show_unsaved(unsaved: Unsaved) {
    let worst = unsaved.worst().map(|(address, tone, words)| (address, tone, words.clone(), words)).or_else(kept);
    let Ok(Some(place)) = document().query_selector(".save-state") else { return };
    place.set_text_content(None);
    if let Some((address, tone, words, short)) = worst
        && let Ok(link) = document().create_element("a")
    {
        for (name, value) in [("href", address.as_str()), ("class", "badge"), ("data-tone", tone), ("data-short", short.as_str())] {
            let _ = link.set_attribute(name, value);
        }
        link.set_text_content(Some(&words));
        let _ = place.append_child(&link);
    }
}

/// What waits on this device to be sent.
fn kept() -> Option<(String, &'static str, String, String)> {
    let Standing { words, short, tone, wants_sign_in } = standing()?;
    let address = if wants_sign_in { "/sign-in".to_owned() } else { crate::changes::PATH.to_owned() };
    Some((address, tone, words, short))
}

fn on_key(event: &Event) {
    let Some(key) = event.dyn_ref::<ev::KeyboardEvent>() else { return };
    let Some(input) = search_box() else { return };
    match key.key().as_str() {
        "/" if !key.ctrl_key() && !key.meta_key() && !key.alt_key() && !is_typing(event) => {
            event.prevent_default();
            let _ = input.focus();
            input.select();
        }
        "Escape" if event.target().as_ref() == Some(&input) && !input.value().is_empty() => {
            event.prevent_default();
            input.set_value("");
            // As if it had been typed.
            if let Ok(typed) = Event::new("input") {
                let _ = input.dispatch_event(&typed);
            }
        }
        _ => {}
    }
}
