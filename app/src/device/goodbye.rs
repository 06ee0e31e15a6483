//! Leaving a device: the session ends, what was kept of the store goes, and other tabs follow. What is in the outbox stays for its person. The next
//! one deletes whatever was left by somebody who did not sign out. Where the server cannot be reached, it is noted, and done when it can be.

use std::cell::Cell;

use device::{Engine, forget, forget_others, on_left, tell_left};
use domain::ids::{StoreId, UserId};
use js_sys::{Array, Promise};
use leptos::{prelude::*, task::spawn_local};
use wasm_bindgen::{JsCast, JsValue, prelude::wasm_bindgen};
use wasm_bindgen_futures::JsFuture;
use web_sys::{HtmlElement, HtmlFormElement, Request, RequestInit, RequestRedirect, Response, ResponseType, Storage};

use super::shelf;
use crate::{frame::signed_in, ui::unsaved::Unsaved};

/// Milliseconds in which the server has to say that one is signed out.
const PATIENCE: u32 = 5_000;

const SIGN_IN: &str = "/sign-in";
const SIGN_OUT: &str = "/sign-out";

/// Where it is noted who has left and is still signed in.
const NOTED: &str = "vitrine-leaving";

thread_local! {
    static IS_LEAVING: Cell<bool> = const { Cell::new(false) };
}

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = fetch)]
    fn fetch_request(request: &Request) -> Promise;

    #[wasm_bindgen(js_name = setTimeout)]
    fn call_later(call: &js_sys::Function, milliseconds: u32) -> JsValue;
}

/// Signs out by the form that was sent. What the server says by itself, such as that it cannot, the form shows.
pub(super) fn goodbye(engine: &Engine, form: HtmlFormElement) {
    let Some(me) = signed_in().filter(|_| !IS_LEAVING.replace(true)) else { return };
    engine.leave();
    shelf::leave();
    spawn_local(async move {
        let is_out = leave(me.id, me.store.id).await;
        IS_LEAVING.set(false);
        if !is_out || window().location().assign(SIGN_IN).is_err() {
            // Without the event that has led here.
            let _ = form.submit();
        }
    });
}

/// Whether the session is over.
async fn leave(me: UserId, store: StoreId) -> bool {
    // First, so that no tab fetches anew what is deleted.
    let is_out = end_session().await;
    if is_out {
        tell_left(me);
    }
    note(if is_out { None } else { Some(me) });
    forget(me, store).await;
    is_out
}

/// What others have left here goes, and this tab follows when its person leaves in another one.
pub(super) fn tidy(engine: &Engine, store: StoreId, me: UserId, unsaved: Option<Unsaved>) {
    let has_left = notes().and_then(|notes| notes.get_item(NOTED).ok()?).is_some_and(|left| left == me.to_string());
    // Who comes from there is back: leaving was brought to its end in another way.
    let has_left = has_left && !document().referrer().contains(SIGN_IN);
    note(None);
    spawn_local(async move {
        forget_others(me).await;
        if has_left && leave(me, store).await {
            let _ = window().location().assign(SIGN_IN);
        }
    });
    let engine = engine.clone();
    on_left(me, move || {
        if IS_LEAVING.get() {
            return;
        }
        engine.leave();
        shelf::leave();
        // What was typed and is nowhere else stays on the screen: its person is still there to see it.
        if unsaved.is_none_or(|unsaved| unsaved.worst().is_none()) && !is_typing() {
            let _ = window().location().replace(SIGN_IN);
        }
    });
}

/// Whether the server has said that the session is over: it leads elsewhere then, and has a page of its own when it could not.
async fn end_session() -> bool {
    let options = RequestInit::new();
    options.set_method("POST");
    options.set_redirect(RequestRedirect::Manual);
    let Ok(request) = Request::new_with_str_and_init(SIGN_OUT, &options) else { return false };
    let late = Promise::new(&mut |done, _| {
        call_later(&done, PATIENCE);
    });
    let either: Array = [fetch_request(&request), late].into_iter().collect();
    let answer = JsFuture::from(Promise::race(&either)).await;
    answer.is_ok_and(|answer| answer.dyn_ref::<Response>().is_some_and(|answer| answer.type_() == ResponseType::Opaqueredirect))
}

fn note(leaving: Option<UserId>) {
    let _ = notes().map(|notes| leaving.map_or_else(|| notes.remove_item(NOTED), |who| notes.set_item(NOTED, &who.to_string())));
}

fn notes() -> Option<Storage> {
    window().local_storage().ok().flatten()
}

/// Whether somebody is in the middle of a field. What one searches for is none.
fn is_typing() -> bool {
    let Some(element) =
        document().active_element().filter(|element| element.parent_element().is_none_or(|around| !around.class_list().contains("find")))
    else {
        return false;
    };
    let has_text = matches!(element.tag_name().as_str(), "INPUT" | "TEXTAREA");
    has_text || element.dyn_ref::<HtmlElement>().is_some_and(HtmlElement::is_content_editable)
}
