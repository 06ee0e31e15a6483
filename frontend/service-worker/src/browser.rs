//! What the browser is asked for, in as few words as there are.

use std::{future::Future, pin::Pin};

use domain::worker::MARKER;
use js_sys::{Array, JsString, Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue, prelude::wasm_bindgen};
use wasm_bindgen_futures::{JsFuture, future_to_promise};
use web_sys::{Cache, CacheQueryOptions, CacheStorage, Request, RequestCache, RequestInit, Response, ServiceWorkerGlobalScope};

use crate::answers::Answer;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(thread_local_v2, js_name = caches)]
    static CACHES: CacheStorage;
    #[wasm_bindgen(thread_local_v2, js_name = self)]
    static SCOPE: ServiceWorkerGlobalScope;
    #[wasm_bindgen(thread_local_v2, js_namespace = location, js_name = origin)]
    static ORIGIN: String;
    #[wasm_bindgen(js_name = fetch)]
    fn fetch_request(request: &Request) -> Promise;
}

/// Whatever a browser refuses.
pub(crate) type Outcome<T> = Result<T, JsValue>;

pub(crate) fn scope() -> ServiceWorkerGlobalScope {
    SCOPE.with(Clone::clone)
}

pub(crate) fn origin() -> String {
    ORIGIN.with(Clone::clone)
}

pub(crate) async fn fetch(request: &Request) -> Outcome<Response> {
    Ok(JsFuture::from(fetch_request(request)).await?.unchecked_into())
}

/// Asks for an address of ours; `anew` also where the browser has an answer of its own.
pub(crate) async fn fetch_address(address: &str, anew: bool) -> Outcome<Response> {
    let options = RequestInit::new();
    if anew {
        options.set_cache(RequestCache::Reload);
    }
    fetch(&Request::new_with_str_and_init(address, &options)?).await
}

/// What an answer says of itself.
pub(crate) fn told(response: &Response) -> Answer {
    let marker = response.headers().get(MARKER.0).ok().flatten();
    Answer { status: response.status(), is_ours: marker.as_deref() == Some(MARKER.1), redirected: response.redirected() }
}

pub(crate) async fn open(name: &str) -> Outcome<Cache> {
    let opened = CACHES.with(|caches| caches.open(name));
    Ok(JsFuture::from(opened).await?.unchecked_into())
}

/// Deletes what is kept under a name.
pub(crate) async fn delete(name: &str) -> Outcome<()> {
    let deleted = CACHES.with(|caches| caches.delete(name));
    JsFuture::from(deleted).await.map(drop)
}

/// The names of all that is kept.
pub(crate) async fn names() -> Outcome<Vec<String>> {
    let names: Array = JsFuture::from(CACHES.with(CacheStorage::keys)).await?.unchecked_into();
    Ok(names.iter().filter_map(|name| name.as_string()).collect())
}

/// What is kept of an address, under one name or under any. A cache that cannot be read has nothing.
pub(crate) async fn find(name: Option<&str>, address: &str) -> Option<Response> {
    let options = CacheQueryOptions::new();
    options.set_ignore_vary(true);
    if let Some(name) = name {
        // Unlike opening it, this makes no cache where there is none.
        Reflect::set(&options, &"cacheName".into(), &name.into()).ok()?;
    }
    let found = CACHES.with(|caches| caches.match_with_str_and_options(address, &options));
    JsFuture::from(found).await.ok()?.dyn_into().ok()
}

pub(crate) async fn put(name: &str, address: &str, response: &Response) -> Outcome<()> {
    JsFuture::from(open(name).await?.put_with_str(address, response)).await.map(drop)
}

/// A property that is text.
pub(crate) fn property(of: &JsValue, name: &str) -> String {
    Reflect::get(of, &name.into()).ok().and_then(|value| value.as_string()).unwrap_or_default()
}

pub(crate) async fn text(response: &Response) -> Outcome<JsString> {
    Ok(JsFuture::from(response.text()?).await?.unchecked_into())
}

/// In milliseconds.
pub(crate) fn now() -> u64 {
    js_sys::Date::now() as u64
}

/// Runs something to its end. All that is run so is of one type, and shares its code.
pub(crate) fn run<T: Into<JsValue>>(done: impl Future<Output = Outcome<T>> + 'static) -> Promise {
    let done: Pin<Box<dyn Future<Output = Outcome<JsValue>>>> = Box::pin(async { done.await.map(Into::into) });
    future_to_promise(done)
}
