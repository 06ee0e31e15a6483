//! Which trace the server has made the document in that somebody has just opened: what the page asks for at once belongs to it.

use js_sys::Array;
use wasm_bindgen::{JsCast, prelude::wasm_bindgen};

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = ["globalThis", "performance"], js_name = now)]
    fn now() -> f64;

    #[wasm_bindgen(js_namespace = ["globalThis", "performance"], js_name = getEntriesByType)]
    fn entries(of: &str) -> Array;

    /// An entry of a document, or a metric of its `Server-Timing`.
    type Entry;

    #[wasm_bindgen(method, getter, js_name = serverTiming)]
    fn server_timing(this: &Entry) -> Option<Array>;

    #[wasm_bindgen(method, getter)]
    fn name(this: &Entry) -> Option<String>;

    #[wasm_bindgen(method, getter)]
    fn description(this: &Entry) -> Option<String>;
}

/// So long after a document was asked for, in milliseconds, what is asked belongs to opening it. Somebody may have it open all day.
const OPENING: f64 = 30_000.0;

/// How long a `traceparent` is.
const LENGTH: usize = 55;

/// The header `traceparent` (<https://www.w3.org/TR/trace-context/>) as `Server-Timing` has told it of the document. Nothing here records what it
/// does, so that it is the document's request that asks, and a collector finds no span missing. None in a worker, which has no document.
pub fn parent() -> Option<String> {
    if now() > OPENING {
        return None;
    }
    let document: Entry = entries("navigation").get(0).dyn_into::<js_sys::Object>().ok()?.unchecked_into();
    let told = document.server_timing()?;
    let trace = told.iter().map(JsCast::unchecked_into::<Entry>).find(|metric| metric.name().as_deref() == Some("trace"))?;
    trace.description().filter(|parent| parent.len() == LENGTH)
}
