//! Web Locks, which save work and are never relied on: where there are none, or whoever has one is frozen, everybody goes on as if they had it.

use std::{cell::Cell, rc::Rc};

use js_sys::{Function, Object, Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue, closure::Closure, prelude::wasm_bindgen};
use wasm_bindgen_futures::{JsFuture, spawn_local};

use crate::chance::Timer;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(catch, js_namespace = ["navigator", "locks"], js_name = request)]
    fn request(name: &str, options: &Object, granted: &JsValue) -> Result<Promise, JsValue>;

    type AbortController;

    #[wasm_bindgen(constructor, catch)]
    fn new() -> Result<AbortController, JsValue>;

    #[wasm_bindgen(method, getter)]
    fn signal(this: &AbortController) -> JsValue;

    #[wasm_bindgen(method)]
    fn abort(this: &AbortController);
}

/// Held until it is dropped.
pub(crate) struct Lock(Function);

impl Drop for Lock {
    fn drop(&mut self) {
        let _ = self.0.call0(&JsValue::NULL);
    }
}

/// A lock that is waited for until it is there or this is dropped. Then it is let go of, too.
pub(crate) struct Wish(Option<AbortController>);

impl Drop for Wish {
    fn drop(&mut self) {
        if let Some(wish) = &self.0 {
            wish.abort();
        }
    }
}

pub(crate) enum Taken {
    Lock(Lock),
    /// Somebody else has it.
    Not,
    /// There are no locks.
    Unknown,
}

/// The lock, if nobody has it now.
pub(crate) async fn take(name: &str) -> Taken {
    let options = Object::new();
    let _ = Reflect::set(&options, &"ifAvailable".into(), &true.into());
    let taken = Promise::new(&mut |answer, _| {
        let says = answer.clone();
        let granted = Closure::once_into_js(move |lock: JsValue| {
            if lock.is_null() {
                let _ = says.call1(&JsValue::NULL, &JsValue::NULL);
                return JsValue::UNDEFINED;
            }
            held(|release| drop(says.call1(&JsValue::NULL, &release))).into()
        });
        match request(name, &options, &granted) {
            Ok(asked) => quiet(asked),
            // Whoever waits for it is not told of a lock.
            Err(_) => drop(answer.call1(&JsValue::NULL, &JsValue::UNDEFINED)),
        }
    });
    match JsFuture::from(taken).await {
        Ok(taken) if taken.is_null() => Taken::Not,
        Ok(taken) => taken.dyn_into::<Function>().map_or(Taken::Unknown, |release| Taken::Lock(Lock(release))),
        Err(_) => Taken::Unknown,
    }
}

/// Waits until nobody has the lock, and no longer than so many milliseconds; whether it was free by then.
pub(crate) async fn until_free(name: &str, milliseconds: u64) -> bool {
    let Ok(abort) = AbortController::new() else { return false };
    let options = Object::new();
    let _ = Reflect::set(&options, &"signal".into(), &abort.signal());
    let granted = Closure::once_into_js(|_: JsValue| JsValue::UNDEFINED);
    let Ok(free) = request(name, &options, &granted) else { return false };
    let _late = Timer::once(milliseconds, move || abort.abort());
    JsFuture::from(free).await.is_ok()
}

/// Waits for a lock for as long as the wish is kept. Where there are none, it is there at once.
pub(crate) fn wish(name: &str, granted: impl FnOnce(Option<Lock>) + 'static) -> Wish {
    let Ok(abort) = AbortController::new() else {
        granted(None);
        return Wish(None);
    };
    let options = Object::new();
    let _ = Reflect::set(&options, &"signal".into(), &abort.signal());
    let granted = Rc::new(Cell::new(Some(granted)));
    let told = Rc::clone(&granted);
    let has_it = Closure::once_into_js(move |_: JsValue| {
        held(|release| {
            if let (Some(granted), Ok(release)) = (told.take(), release.dyn_into()) {
                granted(Some(Lock(release)));
            }
        })
    });
    match request(name, &options, &has_it) {
        Ok(asked) => quiet(asked),
        Err(_) => {
            if let Some(granted) = granted.take() {
                granted(None);
            }
        }
    }
    Wish(Some(abort))
}

/// A promise that is kept when what is handed out is called.
fn held(hand_out: impl FnOnce(JsValue)) -> Promise {
    let mut hand_out = Some(hand_out);
    Promise::new(&mut |release, _| {
        if let Some(hand_out) = hand_out.take() {
            hand_out(release.into());
        }
    })
}

/// What is given up is no error that anybody has to hear of.
fn quiet(promise: Promise) {
    spawn_local(async move {
        let _ = JsFuture::from(promise).await;
    });
}
