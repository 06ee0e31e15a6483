//! The shell: the frame of whoever is signed in, for when the server cannot be reached.

use std::cell::Cell;

use domain::worker::{Files, SHELL};
use js_sys::JsString;
use wasm_bindgen::prelude::wasm_bindgen;
use web_sys::{Headers, Response, ResponseInit};

use crate::{
    answers::{Told, is_old, shell_told},
    browser::{Outcome, delete, fetch_address, find, names, now, origin, put, text, told},
    caches::{PICTURES, is_shell, shell_of},
};

#[wasm_bindgen]
extern "C" {
    /// Of text that stays where it is: a page is not copied in here and out again.
    #[wasm_bindgen(extends = Response, js_name = Response)]
    type Page;
    #[wasm_bindgen(constructor, js_class = "Response", catch)]
    fn new(text: &JsString, init: &ResponseInit) -> Outcome<Page>;
}

/// When it was fetched, in milliseconds.
const KEPT_AT: &str = "kept-at";

thread_local! {
    /// How often it was dropped: what was asked for before that may be somebody else's.
    static DROPPED: Cell<u32> = const { Cell::new(0) };
    /// When it was last asked for in vain.
    static IN_VAIN: Cell<Option<u64>> = const { Cell::new(None) };
}

/// The shell of this build, or of one before, whose files are still here.
pub(crate) async fn kept(files: &Files) -> Option<Response> {
    match find(Some(&shell_of(&files.build)), SHELL).await {
        Some(own) => Some(own),
        None => find(None, SHELL).await,
    }
}

/// Fetches it when there is none or it is old.
pub(crate) async fn refresh(files: &Files) -> Outcome<()> {
    let own = shell_of(&files.build);
    let kept = find(Some(&own), SHELL).await;
    let kept_at = kept.and_then(|kept| kept.headers().get(KEPT_AT).ok().flatten()).and_then(|at| at.parse().ok());
    let now = now();
    if !is_old(kept_at, now) || !is_old(IN_VAIN.get(), now) {
        return Ok(());
    }
    let dropped = DROPPED.get();
    let response = fetch_address(SHELL, true).await?;
    let page = text(&response).await?;
    let from = response.url();
    let path = from.strip_prefix(&origin()).and_then(|path| path.split('?').next()).unwrap_or_default();
    match shell_told(told(&response), path, page.includes(files.entry(), 0)) {
        Told::Keep if DROPPED.get() == dropped => put(&own, SHELL, &copy(&response, &page, now)?).await?,
        Told::SignedOut => drop_all().await?,
        Told::Nothing => IN_VAIN.set(Some(now)),
        Told::Keep => {}
    }
    Ok(())
}

/// Drops it, of whichever build it is: who one is has changed.
pub(crate) async fn drop_all() -> Outcome<()> {
    DROPPED.set(DROPPED.get().wrapping_add(1));
    IN_VAIN.set(None);
    for name in names().await?.iter().filter(|name| is_shell(name)) {
        delete(name).await?;
    }
    Ok(())
}

/// Drops whatever belongs to somebody.
pub(crate) async fn sign_out() -> Outcome<()> {
    drop_all().await?;
    delete(PICTURES).await
}

fn copy(response: &Response, page: &JsString, now: u64) -> Outcome<Response> {
    let headers = Headers::new_with_headers(&response.headers())?;
    // Of the answer as it came.
    headers.delete("content-encoding")?;
    headers.delete("content-length")?;
    headers.set(KEPT_AT, &now.to_string())?;
    let init = ResponseInit::new();
    init.set_headers(&headers);
    Ok(Page::new(page, &init)?.into())
}
