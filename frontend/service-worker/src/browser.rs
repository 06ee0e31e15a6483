//! What the browser is asked for, in as few words as there are: `worker.js` has them.

use std::{future::Future, pin::Pin};

use domain::worker::MARKER;
use js_sys::{JsString, Promise};
use wasm_bindgen::{JsCast, JsValue, prelude::wasm_bindgen};
use wasm_bindgen_futures::future_to_promise;
use web_sys::{FetchEvent, Request, Response};

use crate::answers::Answer;

/// Whatever a browser refuses.
pub(crate) type Outcome<T> = Result<T, JsValue>;

mod bound {
    use super::{FetchEvent, JsValue, Outcome, Request, Response, wasm_bindgen};

    #[wasm_bindgen]
    extern "C" {
        #[wasm_bindgen(catch)]
        pub(super) async fn ask(address: &str, cache: &str) -> Outcome<JsValue>;
        #[wasm_bindgen(catch)]
        pub(super) async fn fetch(request: &Request) -> Outcome<JsValue>;
        #[wasm_bindgen(catch)]
        pub(super) async fn find(name: Option<&str>, address: &str) -> Outcome<JsValue>;
        #[wasm_bindgen(catch)]
        pub(super) async fn names() -> Outcome<JsValue>;
        #[wasm_bindgen(catch)]
        pub(super) async fn open_page(event: &FetchEvent) -> Outcome<JsValue>;
        #[wasm_bindgen(catch)]
        pub(super) async fn text(response: &Response) -> Outcome<JsValue>;
    }
}

#[wasm_bindgen]
extern "C" {
    /// Keeps an answer.
    #[wasm_bindgen(catch)]
    pub(crate) async fn put(name: &str, address: &str, response: &Response) -> Outcome<JsValue>;
    /// Keeps a text.
    #[wasm_bindgen(catch)]
    pub(crate) async fn note(name: &str, address: &str, text: &JsValue) -> Outcome<JsValue>;
    /// Drops all that is kept under a name.
    #[wasm_bindgen(catch)]
    pub(crate) async fn drop(name: &str) -> Outcome<JsValue>;
    /// Deletes what pages have kept of stores and can fetch again.
    #[wasm_bindgen(catch)]
    pub(crate) async fn forget() -> Outcome<JsValue>;
    /// Drops the oldest of what is kept under a name.
    #[wasm_bindgen(catch)]
    pub(crate) async fn trim(name: &str, most: u32) -> Outcome<JsValue>;
    /// The ids of all tabs there are, a line each.
    #[wasm_bindgen(catch)]
    pub(crate) async fn tabs() -> Outcome<JsValue>;
    #[wasm_bindgen(catch)]
    pub(crate) async fn claim() -> Outcome<JsValue>;
    #[wasm_bindgen(catch)]
    pub(crate) async fn take_over() -> Outcome<JsValue>;
    /// Whether a worker of another build is on its way, or this one is.
    pub(crate) fn others_come() -> bool;
    /// A header of an answer, or nothing.
    pub(crate) fn says(response: &Response, name: &str) -> String;
    /// A property that is text.
    pub(crate) fn property(request: &Request, name: &str) -> String;
    /// The same answer, with the time in it.
    pub(crate) fn stamped(response: &Response, text: &JsValue) -> Response;
    /// How many milliseconds ago that was; NaN when it was not.
    pub(crate) fn age(response: &Response) -> f64;
    pub(crate) fn now() -> f64;
}

/// Asks for an address of ours; `anew` also where the browser has an answer of its own.
pub(crate) async fn ask(address: &str, anew: bool) -> Outcome<Response> {
    Ok(bound::ask(address, if anew { "reload" } else { "default" }).await?.unchecked_into())
}

pub(crate) async fn fetch(request: &Request) -> Outcome<Response> {
    Ok(bound::fetch(request).await?.unchecked_into())
}

/// Asks for a page as it is opened.
pub(crate) async fn open_page(event: &FetchEvent) -> Outcome<Response> {
    Ok(bound::open_page(event).await?.unchecked_into())
}

/// What is kept of an address, under one name or under any. What cannot be read is not there.
pub(crate) async fn find(name: Option<&str>, address: &str) -> Option<Response> {
    let found = bound::find(name, address).await.ok()?;
    if found.is_undefined() { None } else { Some(found.unchecked_into()) }
}

/// The names of all that is kept.
pub(crate) async fn names() -> Outcome<Vec<String>> {
    Ok(bound::names().await?.as_string().unwrap_or_default().split('\n').map(str::to_owned).collect())
}

pub(crate) async fn text(response: &Response) -> Outcome<JsString> {
    Ok(bound::text(response).await?.unchecked_into())
}

/// What an answer says of itself.
pub(crate) fn told(response: &Response) -> Answer {
    Answer { status: response.status(), is_ours: says(response, MARKER.0) == MARKER.1, redirected: response.redirected() }
}

/// Runs something to its end. All that is run so is of one type, and shares its code.
pub(crate) fn run<T: Into<JsValue>>(done: impl Future<Output = Outcome<T>> + 'static) -> Promise {
    let done: Pin<Box<dyn Future<Output = Outcome<JsValue>>>> = Box::pin(async { done.await.map(Into::into) });
    future_to_promise(done)
}
