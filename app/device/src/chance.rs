//! What a browser has everywhere, in a tab as in a worker: chance, clocks, timers.

use domain::{clock::Timestamp, sync::core::Now};
use js_sys::{Date, Function, Promise};
use wasm_bindgen::{JsCast, JsValue, closure::Closure, prelude::wasm_bindgen};
use wasm_bindgen_futures::JsFuture;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = ["globalThis", "crypto"], js_name = getRandomValues)]
    fn get_random_values(bytes: &mut [u8]);

    #[wasm_bindgen(js_namespace = ["globalThis", "performance"], js_name = now)]
    pub(crate) fn performance_now() -> f64;

    #[wasm_bindgen(js_namespace = globalThis, js_name = setTimeout)]
    pub(crate) fn set_timeout(call: &Function, milliseconds: f64) -> JsValue;

    #[wasm_bindgen(js_namespace = globalThis, js_name = clearTimeout)]
    pub(crate) fn clear_timeout(timer: &JsValue);
}

pub(crate) fn random() -> [u8; 16] {
    let mut bytes = [0; 16];
    get_random_values(&mut bytes);
    bytes
}

/// Something that is done later, unless this is dropped before.
pub(crate) struct Timer {
    id: JsValue,
    _call: Closure<dyn FnMut()>,
}

impl Timer {
    #[expect(clippy::cast_precision_loss, reason = "minutes at most")]
    pub(crate) fn once(milliseconds: u64, call: impl FnOnce() + 'static) -> Self {
        let call = Closure::once(call);
        Self { id: set_timeout(call.as_ref().unchecked_ref(), milliseconds as f64), _call: call }
    }
}

impl Drop for Timer {
    fn drop(&mut self) {
        clear_timeout(&self.id);
    }
}

pub(crate) async fn sleep(milliseconds: f64) {
    let _ = JsFuture::from(Promise::new(&mut |done, _| drop(set_timeout(&done, milliseconds)))).await;
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "milliseconds of a page's life, and of this era")]
pub(crate) fn now() -> Now {
    Now { mono: performance_now() as u64, wall: Timestamp::from_micros((Date::now() * 1_000.0) as i64), random: random() }
}
