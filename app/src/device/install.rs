//! Offers to install the app, where a browser has one asked: quietly, at a moment when nothing is unsaved, and only to whoever has use for it
//! (`ui/installed.rs`). The browser offers it once a page, most often before this is here: the document keeps that (`app.rs`).

use std::{cell::Cell, time::Duration};

use js_sys::Reflect;
use leptos::{prelude::*, task::spawn_local};
use maud::html;
use wasm_bindgen::{JsCast, JsValue, closure::Closure, prelude::wasm_bindgen};
use web_sys::{Element, Event, Storage};

use super::standing;
use crate::ui::{
    installed::{Habit, is_installed},
    time::{now, on_the_wall},
    unsaved::Unsaved,
};

/// Where the document keeps the browser's offer.
const OFFER: &str = "installOffer";
const KEPT: &str = "vitrine-install";
const DAY: i64 = 86_400_000_000;

/// When it is looked again whether one may interrupt.
const LATER: Duration = Duration::from_secs(20);

thread_local! {
    /// Whether it is looked again by itself already: several events look, too.
    static WAITS: Cell<bool> = const { Cell::new(false) };
}

#[wasm_bindgen]
extern "C" {
    /// A `BeforeInstallPromptEvent`, of which `web-sys` does not know.
    type Offer;

    #[wasm_bindgen(method, catch)]
    async fn prompt(this: &Offer) -> Result<JsValue, JsValue>;
}

pub(super) fn start(unsaved: Option<Unsaved>) {
    if is_installed() {
        return;
    }
    change(|habit| habit.used(today()));
    for event in ["beforeinstallprompt", "online", "visibilitychange"] {
        window_event_listener_untyped(event, move |_| consider(unsaved));
    }
    window_event_listener_untyped("appinstalled", |_| {
        take();
        hide();
    });
    consider(unsaved);
}

/// Something was saved on this device.
pub(super) fn saved() {
    if !window().navigator().on_line() {
        change(|habit| Habit { was_offline: true, ..habit });
    }
}

fn consider(unsaved: Option<Unsaved>) {
    if offer().is_none() || shown().is_some() || document().hidden() || !habit().may_be_asked(today()) {
        return;
    }
    let is_busy = unsaved.is_some_and(|unsaved| unsaved.worst().is_some()) || standing::pending() > 0;
    // The news that there is a newer version stands at the same place.
    let has_news = || matches!(document().query_selector(".newer>span:not([hidden]), dialog[open]"), Ok(Some(_)));
    if is_busy || has_news() {
        if !WAITS.replace(true) {
            let again = move || {
                WAITS.set(false);
                consider(unsaved);
            };
            set_timeout(again, LATER);
        }
        return;
    }
    show();
}

fn show() {
    let (Ok(notice), Some(body)) = (document().create_element("div"), document().body()) else { return };
    notice.set_class_name("offer");
    let _ = notice.set_attribute("role", "status");
    let click = Closure::<dyn Fn(Event)>::new(|event: Event| clicked(&event)).into_js_value();
    let _ = notice.add_event_listener_with_callback("click", click.unchecked_ref());
    let _ = body.append_child(&notice);
    // What is read out has to come into what is there.
    notice.set_inner_html(&words());
}

fn words() -> String {
    html! {
        span.grow { "Keep Vitrine at hand: install it as an app." }
        button.btn.primary type="button" data-do="install" { "Install" }
        button.btn.ghost type="button" data-do="not-now" { "Not now" }
    }
    .into_string()
}

fn clicked(event: &Event) {
    let button = event.target().and_then(|target| target.dyn_into::<Element>().ok());
    match button.and_then(|button| button.get_attribute("data-do")).as_deref() {
        Some("install") => {
            hide();
            spawn_local(async {
                // It can be answered once, and anew when a page is opened.
                let Some(offer) = take() else { return };
                let answer = offer.prompt().await;
                let outcome = answer.ok().and_then(|answer| Reflect::get(&answer, &"outcome".into()).ok()?.as_string());
                if outcome.as_deref() != Some("accepted") {
                    not_now();
                }
            });
        }
        Some("not-now") => {
            hide();
            not_now();
        }
        _ => {}
    }
}

fn not_now() {
    change(|habit| Habit { declined: Some(today()), ..habit });
}

fn shown() -> Option<Element> {
    document().query_selector(".offer").ok().flatten()
}

fn hide() {
    if let Some(notice) = shown() {
        notice.remove();
    }
}

fn offer() -> Option<Offer> {
    Reflect::get(&window(), &OFFER.into()).ok().filter(JsValue::is_object).map(JsCast::unchecked_into)
}

fn take() -> Option<Offer> {
    let offer = offer();
    let _ = Reflect::set(&window(), &OFFER.into(), &JsValue::NULL);
    offer
}

fn today() -> i64 {
    on_the_wall(now()).micros().div_euclid(DAY)
}

fn habit() -> Habit {
    Habit::read(&notes().and_then(|notes| notes.get_item(KEPT).ok()?).unwrap_or_default())
}

/// Where nothing can be kept, it is never the second day.
fn change(how: impl FnOnce(Habit) -> Habit) {
    let before = habit();
    let after = how(before);
    if after != before
        && let Some(notes) = notes()
    {
        let _ = notes.set_item(KEPT, &after.written());
    }
}

fn notes() -> Option<Storage> {
    window().local_storage().ok().flatten()
}
