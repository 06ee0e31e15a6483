//! Background Sync, where a browser has it (Chromium): once there is a line, it wakes the service worker, which sends what waits, also after the last
//! tab was closed. Nothing else depends on it.

use std::{cell::Cell, time::Duration};

use js_sys::{Promise, Reflect};
use leptos::{
    prelude::{document, set_timeout, window},
    task::spawn_local,
};
use wasm_bindgen::{JsCast, JsValue, prelude::wasm_bindgen};
use wasm_bindgen_futures::JsFuture;
use web_sys::ServiceWorkerRegistration;

use super::standing::pending;

#[wasm_bindgen]
extern "C" {
    type SyncManager;

    #[wasm_bindgen(method, catch)]
    fn register(this: &SyncManager, tag: &str) -> Result<Promise, JsValue>;
}

const TAG: &str = "outbox";

/// What is sent sooner wakes nobody.
const SOON: Duration = Duration::from_secs(2);

thread_local! {
    /// Whether the browser was asked since everything was sent, or is about to be.
    static ASKED: Cell<bool> = const { Cell::new(false) };
}

/// So many changes wait.
pub(super) fn waits(pending_now: usize) {
    if pending_now == 0 {
        ASKED.set(false);
    } else if !ASKED.replace(true) {
        set_timeout(ask, SOON);
    }
}

/// The tab may be hidden for good.
pub(super) fn left() {
    if document().hidden() {
        ask();
    }
}

fn ask() {
    if pending() > 0 {
        spawn_local(async {
            // Where it says no, tabs send.
            let _ = register().await;
        });
    }
}

async fn register() -> Result<(), JsValue> {
    let container = window().navigator().service_worker();
    if container.is_undefined() {
        return Ok(());
    }
    let registration = JsFuture::from(container.get_registration()).await?;
    let Ok(registration) = registration.dyn_into::<ServiceWorkerRegistration>() else { return Ok(()) };
    let sync = Reflect::get(&registration, &"sync".into())?;
    if sync.is_object() {
        JsFuture::from(sync.unchecked_into::<SyncManager>().register(TAG)?).await?;
    }
    Ok(())
}
