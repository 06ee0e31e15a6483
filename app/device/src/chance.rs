//! What a browser has everywhere, in a tab as in a worker: chance, clocks, timers.

use domain::{clock::Timestamp, sync::core::Now};
use js_sys::{Date, Function};
use wasm_bindgen::{JsValue, prelude::wasm_bindgen};

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = ["globalThis", "crypto"], js_name = getRandomValues)]
    fn get_random_values(bytes: &mut [u8]);

    #[wasm_bindgen(js_namespace = ["globalThis", "performance"], js_name = now)]
    fn performance_now() -> f64;

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

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "milliseconds of a page's life, and of this era")]
pub(crate) fn now() -> Now {
    Now { mono: performance_now() as u64, wall: Timestamp::from_micros((Date::now() * 1_000.0) as i64), random: random() }
}
