//! Asking the server.

use std::cell::RefCell;

use domain::{
    ids::{StoreId, UserId},
    sync::{
        core::PULL_TIMEOUT,
        wire::{CONTENT_TYPE, Head, MARKER, Sealed, Trouble, read},
    },
    worker,
};
use js_sys::{Promise, Reflect, Uint8Array};
use serde::de::DeserializeOwned;
use wasm_bindgen::{JsCast, JsValue, prelude::wasm_bindgen};
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortController, ReadableStreamDefaultReader, Request, RequestCache, RequestInit, RequestRedirect, Response};

use crate::{chance::Timer, trace};

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = globalThis)]
    fn fetch(request: &Request) -> Promise;
}

/// A reply, or why there is none. `arriving` is called for each part of it, so that a slow one is not taken for none.
pub(crate) async fn ask<T: DeserializeOwned>(address: &str, message: &Sealed, arriving: impl Fn()) -> Result<T, Trouble> {
    let (response, body) = exchange(address, message, arriving).await.map_err(|_| Trouble::Lost)?;
    let headers = response.headers();
    let header = |name: &str| headers.get(name).ok().flatten();
    let (marker, content_type) = (header(MARKER.0), header("content-type"));
    let head = Head {
        status: response.status(),
        marker: marker.as_deref(),
        content_type: content_type.as_deref(),
        retry_after: header("retry-after").and_then(|seconds| seconds.parse().ok()),
    };
    read(head, body)
}

/// What one may ask without anything being changed. None when there is no answer, or it is not ours, or for another store or person.
pub(crate) async fn get_for(address: &str, (store, user): (StoreId, UserId)) -> Option<Vec<u8>> {
    let options = RequestInit::new();
    options.set_cache(RequestCache::NoStore);
    options.set_redirect(RequestRedirect::Manual);
    let _patience = Patience::with(&options).ok()?;
    let request = Request::new_with_str_and_init(address, &options).ok()?;
    // Whoever waits for an answer goes first.
    request.headers().set("purpose", "prefetch").ok()?;
    request.headers().set("accept", "application/x-postcard").ok()?;
    let response: Response = JsFuture::from(fetch(&request)).await.ok()?.unchecked_into();
    let header = |name: &str| response.headers().get(name).ok().flatten();
    let is_ours = header(worker::MARKER.0).as_deref() == Some(worker::MARKER.1) && header(worker::WHOSE) == Some(worker::whose(store, user));
    if response.status() != 200 || !is_ours {
        return None;
    }
    let bytes = JsFuture::from(response.array_buffer().ok()?).await.ok()?;
    Some(Uint8Array::new(&bytes).to_vec())
}

/// Ends a request of which nothing has come for so long that nobody waits for it any more; a browser by itself would hold on to it for minutes.
struct Patience {
    stop: AbortController,
    left: RefCell<Option<Timer>>,
}

impl Patience {
    fn with(options: &RequestInit) -> Result<Self, JsValue> {
        let stop = AbortController::new()?;
        options.set_signal(Some(&stop.signal()));
        let patience = Self { stop, left: RefCell::default() };
        patience.begin();
        Ok(patience)
    }

    fn begin(&self) {
        let stop = self.stop.clone();
        *self.left.borrow_mut() = Some(Timer::once(PULL_TIMEOUT, move || stop.abort()));
    }
}

async fn exchange(address: &str, message: &Sealed, arriving: impl Fn()) -> Result<(Response, Vec<u8>), JsValue> {
    let options = RequestInit::new();
    options.set_method("POST");
    options.set_body(&Uint8Array::from(message.bytes()));
    options.set_cache(RequestCache::NoStore);
    // The server sends nobody elsewhere; a portal does.
    options.set_redirect(RequestRedirect::Manual);
    let patience = Patience::with(&options)?;
    let arriving = || {
        patience.begin();
        arriving();
    };
    let request = Request::new_with_str_and_init(address, &options)?;
    request.headers().set("content-type", CONTENT_TYPE)?;
    if let Some(parent) = trace::parent() {
        request.headers().set("traceparent", &parent)?;
    }
    let response: Response = JsFuture::from(fetch(&request)).await?.unchecked_into();
    arriving();
    let mut body = Vec::new();
    if let Some(stream) = response.body() {
        let parts: ReadableStreamDefaultReader = stream.get_reader().unchecked_into();
        loop {
            let part = JsFuture::from(parts.read()).await?;
            if Reflect::get(&part, &"done".into())?.is_truthy() {
                break;
            }
            let bytes: Uint8Array = Reflect::get(&part, &"value".into())?.dyn_into()?;
            let from = body.len();
            body.resize(from + bytes.length() as usize, 0);
            bytes.copy_to(&mut body[from..]);
            arriving();
        }
    }
    Ok((response, body))
}
