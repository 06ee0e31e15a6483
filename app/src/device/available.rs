//! On the list: whether the view one looks at is available offline, and the button that makes it so. The list knows nothing of it: it is put among the
//! chips once the page is at rest, and again when these were drawn anew.

use device::Engine;
use domain::{
    query::ListQuery,
    sync::pins::{Pin, Pins, Trouble},
};
use leptos::prelude::{document, window};
use maud::{Markup, html};
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{Element, Event, HtmlElement, MutationObserver, MutationObserverInit, Node};

use super::{Heard, Wish, Works, listen};
use crate::{frame::signed_in, products::list_at, ui::format};

/// Marks what is ours among the chips, and chips that are watched.
const OURS: &str = "data-available";

/// For as long as the tab lives.
pub(super) fn start(engine: &Engine) {
    let watching = engine.clone();
    watch(document().get_element_by_id("main").as_deref(), move || come(&watching));
    let hearing = engine.clone();
    listen(move |heard| {
        if matches!(heard, Heard::Stock) {
            draw(&hearing);
        }
    });
    come(engine);
}

/// Another page may be there.
fn come(engine: &Engine) {
    let Some(chips) = chips().filter(|chips| !chips.has_attribute(OURS)) else { return };
    let _ = chips.set_attribute(OURS, "");
    let watching = engine.clone();
    watch(Some(&chips), move || draw(&watching));
    draw(engine);
}

/// Calls when children of a node come or go.
fn watch(node: Option<&Node>, act: impl FnMut() + 'static) {
    let act = Closure::<dyn FnMut()>::new(act);
    if let Some(node) = node
        && let Ok(observer) = MutationObserver::new(act.as_ref().unchecked_ref())
    {
        let what = MutationObserverInit::new();
        what.set_child_list(true);
        let _ = observer.observe_with_options(node, &what);
        // The observer goes with the node, and this with the observer.
        act.forget();
    }
}

fn chips() -> Option<Element> {
    document().query_selector(".products .chips").ok().flatten()
}

fn draw(engine: &Engine) {
    let (Some(chips), Some(me)) = (chips(), signed_in()) else { return };
    let search = window().location().search().unwrap_or_default();
    let query = list_at(&search, me.store.currency);
    let words = words(&query, &engine.pins());
    let ours = chips.query_selector(&format!(":scope > [{OURS}]")).ok().flatten();
    // Drawn anew is told once more.
    if ours.as_ref().and_then(|ours| ours.get_attribute(OURS)).unwrap_or_default() == words && ours.is_some() != words.is_empty() {
        return;
    }
    let had_focus = ours.as_ref().is_some_and(|ours| ours.contains(document().active_element().as_deref()));
    if let Some(ours) = ours {
        ours.remove();
    }
    if words.is_empty() {
        return;
    }
    let Ok(item) = document().create_element("li") else { return };
    let _ = item.set_attribute(OURS, &words);
    item.set_inner_html(&words);
    let engine = engine.clone();
    let click = Closure::<dyn FnMut(Event)>::new(move |event: Event| {
        let button = event.target().and_then(|target| target.dyn_into::<Element>().ok()).and_then(|target| target.closest("button").ok().flatten());
        match button.and_then(|button| button.get_attribute("data-do")).as_deref() {
            Some("keep") if !engine.pins().has_room() => {
                let here = html! { "There is no room for another view. Stop one under " a.link href="/changes" { "On this device" } "." };
                say(&event, &here);
            }
            Some("keep") => {
                Works::wish(&engine, Wish::View(query.clone()));
                if engine.pins().find(&query).is_none() {
                    say(&event, &html! { "This browser keeps nothing here (a private window does so)." });
                }
            }
            Some("stop") => Works::wish(&engine, Wish::NotView(query.clone())),
            _ => {}
        }
    });
    let _ = item.add_event_listener_with_callback("click", click.as_ref().unchecked_ref());
    // It goes with the element.
    click.forget();
    let _ = chips.append_child(&item);
    if had_focus && let Some(button) = item.query_selector("button").ok().flatten() {
        let _ = button.unchecked_into::<HtmlElement>().focus();
    }
}

/// In the place of the button that it is about, where the keyboard stays.
fn say(event: &Event, words: &Markup) {
    if let Some(item) = event.current_target().and_then(|item| item.dyn_into::<HtmlElement>().ok()) {
        // What is read out has to come into what is there.
        let _ = item.set_attribute("role", "status");
        item.set_inner_html(&words.0);
        item.set_tab_index(-1);
        let _ = item.focus();
    }
}

/// What there is to say of a list. The whole catalogue is agreed to where its size is told.
fn words(query: &ListQuery, pins: &Pins) -> String {
    let known = pins.find(query);
    if known.is_none() && query.is_unfiltered() {
        return String::new();
    }
    html! {
        @if let Some(pin) = known {
            span.chip {
                a href="/changes" { "Available offline: " b.num { (far(pin)) } (trouble(pin, pins.trouble)) }
                button.chip-x type="button" data-do="stop" aria-label="Stop keeping this view on this device" title="Stop" {
                    svg.icon aria-hidden="true" { use href="/icons.svg#x" {} }
                }
            }
        } @else {
            button.chip-add type="button" data-do="keep" aria-label="Make this view available offline" data-short="Offline" {
                svg.icon aria-hidden="true" { use href="/icons.svg#download" {} }
                span { "Make this view available offline" }
            }
        }
    }
    .into_string()
}

fn far(pin: &Pin) -> String {
    match pin.told {
        Some(told) => format!("{} of {}", format::number(pin.here.into()), format::number(told.of.into())),
        None => "counting".to_owned(),
    }
}

fn trouble(pin: &Pin, trouble: Option<Trouble>) -> &'static str {
    match trouble {
        _ if pin.is_whole() => "",
        Some(Trouble::Full) => ", this device is full",
        _ if pin.is_done() => ", there is no room for more",
        Some(Trouble::Away) => ", goes on when the server can be reached",
        None => "",
    }
}
