//! Registers the service worker, and shows when it has a newer build than this page is of. It never loads the page anew by itself, and
//! not at all over what is not saved.

use std::cell::{Cell, RefCell};

use domain::worker::{NOW, SCRIPT, WHICH};
use leptos::{prelude::*, task::spawn_local};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Element, Event, EventTarget, MessageEvent, ServiceWorkerRegistration};

use crate::ui::unsaved::Unsaved;

thread_local! {
    /// The worker that was asked last which build it is of.
    static ASKED: RefCell<JsValue> = const { RefCell::new(JsValue::UNDEFINED) };
    /// Whether another worker has taken over since this page was opened. The one before may be older than the page.
    static CHANGED: Cell<bool> = const { Cell::new(false) };
    /// Whether somebody waits for that.
    static WANTED: Cell<bool> = const { Cell::new(false) };
}

/// Called once.
pub(super) fn start(unsaved: Option<Unsaved>) {
    spawn_local(register(unsaved));
}

async fn register(unsaved: Option<Unsaved>) {
    let container = window().navigator().service_worker();
    // There is none where the connection is not secure.
    if container.is_undefined() {
        return;
    }
    let registered = JsFuture::from(container.register(SCRIPT)).await;
    let Some(registration) = registered.ok().and_then(|registered| registered.dyn_into::<ServiceWorkerRegistration>().ok()) else { return };
    listen(&container, "message", &registration, told);
    listen(&container, "controllerchange", &registration, |_, registration| {
        CHANGED.set(true);
        if WANTED.get() { reload() } else { ask(registration) }
    });
    listen(&registration, "updatefound", &registration, |_, registration| follow(registration));
    if let Some(button) = notice().and_then(|notice| notice.last_element_child()) {
        listen(&button, "click", &registration, move |_, registration| take_over(registration, unsaved));
    }
    follow(&registration);
    ask(&registration);
}

/// Asks the newest worker which build it is of, once.
fn ask(registration: &ServiceWorkerRegistration) {
    let Some(worker) = registration.waiting().or_else(|| registration.active()) else { return };
    let asked = ASKED.replace(worker.clone().into());
    if asked != ASKED.with_borrow(Clone::clone) {
        let _ = worker.post_message(&WHICH.into());
    }
}

/// Asks a worker that is on its way once it is there.
fn follow(registration: &ServiceWorkerRegistration) {
    if let Some(worker) = registration.installing() {
        listen(&worker, "statechange", registration, |_, registration| ask(registration));
    }
}

fn told(event: &Event, registration: &ServiceWorkerRegistration) {
    let Some(event) = event.dyn_ref::<MessageEvent>() else { return };
    let Some(entry) = event.data().as_string() else { return };
    let is_of_it = document().query_selector(&["link[href=\"", &entry, "\"]"].concat()).is_ok_and(|link| link.is_some());
    let waiting = registration.waiting().filter(|waiting| event.source().is_some_and(|source| source == *waiting.unchecked_ref()));
    match waiting {
        // The server has sent this page since: the worker comes late, and nobody has to agree to what they see already. Tabs of the build
        // before keep their files.
        Some(waiting) if is_of_it => drop(waiting.post_message(&NOW.into())),
        Some(_) => show(0),
        None if CHANGED.get() && !is_of_it => show(0),
        None => {}
    }
}

fn take_over(registration: &ServiceWorkerRegistration, unsaved: Option<Unsaved>) {
    if unsaved.is_some_and(|unsaved| unsaved.worst().is_some()) {
        return show(1);
    }
    match registration.waiting() {
        Some(waiting) => {
            WANTED.set(true);
            let _ = waiting.post_message(&NOW.into());
        }
        None => reload(),
    }
}

/// Where the frame has it, with what there is to say and a button.
fn notice() -> Option<Element> {
    document().query_selector(".newer>span").ok().flatten()
}

fn show(words: u32) {
    let Some(notice) = notice() else { return };
    let _ = notice.remove_attribute("hidden");
    for at in 0..2 {
        if let Some(said) = notice.children().item(at) {
            let _ = said.toggle_attribute_with_force("hidden", at != words);
        }
    }
}

fn reload() {
    let _ = window().location().reload();
}

/// For as long as the page is there.
fn listen(target: &EventTarget, event: &str, registration: &ServiceWorkerRegistration, act: impl Fn(&Event, &ServiceWorkerRegistration) + 'static) {
    let registration = registration.clone();
    let act: Box<dyn Fn(Event)> = Box::new(move |event| act(&event, &registration));
    let _ = target.add_event_listener_with_callback(event, Closure::wrap(act).into_js_value().unchecked_ref());
}
