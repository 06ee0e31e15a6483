//! Which trace the server has made the document in that somebody has just opened: what the page asks for at once belongs to it.

use js_sys::Reflect;
use wasm_bindgen::{JsValue, prelude::wasm_bindgen};

use crate::chance::performance_now;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = ["globalThis", "performance"], js_name = getEntriesByType)]
    fn entries(of: &str) -> JsValue;
}

/// So long after a document was asked for, in milliseconds, what is asked belongs to opening it. Somebody may have it open all day.
const OPENING: f64 = 30_000.0;

/// A server tells fewer things of an answer.
const MOST_TOLD: u32 = 16;

/// How long a `traceparent` is.
const LENGTH: usize = 55;

/// The header `traceparent` (<https://www.w3.org/TR/trace-context/>) as `Server-Timing` has told it of the document. Nothing here records what it
/// does, so that it is the document's request that asks, and a collector finds no span missing. None in a worker, which has no document, and where a
/// browser does not tell.
pub fn parent() -> Option<String> {
    if performance_now() > OPENING {
        return None;
    }
    // By names: a function for each of them would be in the script of the first chunk.
    let get = |of: &JsValue, name: JsValue| Reflect::get(of, &name).ok();
    let told = get(&get(&entries("navigation"), 0.into())?, "serverTiming".into())?;
    let trace = (0..MOST_TOLD).map_while(|at| get(&told, at.into())).find(|metric| get(metric, "name".into()).is_some_and(|name| name == "trace"))?;
    get(&trace, "description".into())?.as_string().filter(|parent| parent.len() == LENGTH)
}
