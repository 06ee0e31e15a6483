//! What a browser can do for what is kept on a device: not throw it away when it needs room, and show on the app's icon that something waits.

use std::cell::Cell;

use js_sys::Promise;
use wasm_bindgen::{JsValue, prelude::wasm_bindgen};

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(catch, js_namespace = ["navigator", "storage"], js_name = persist)]
    fn ask_to_persist() -> Result<Promise, JsValue>;

    #[wasm_bindgen(catch, js_namespace = navigator, js_name = setAppBadge)]
    fn set_app_badge(count: u32) -> Result<Promise, JsValue>;
}

thread_local! {
    static IS_ASKED: Cell<bool> = const { Cell::new(false) };
}

/// Asks the browser to keep the site's storage. Some ask the person, so it is asked when there is something to be kept, and once.
pub(super) fn persist() {
    if !IS_ASKED.replace(true) {
        // Where it cannot be asked, or says no, everything is as it was.
        let _ = ask_to_persist();
    }
}

/// 0 takes the mark away.
pub(super) fn badge(pending: usize) {
    let _ = set_app_badge(u32::try_from(pending).unwrap_or(u32::MAX));
}
