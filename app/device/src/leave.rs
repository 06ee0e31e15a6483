//! Whoever leaves takes along what is theirs and can be fetched again: databases of rows go, and which views were
//! to be here; outboxes stay. Other tabs are told of it.

use std::iter;

use domain::{
    ids::{StoreId, UserId},
    sync::whose::{DISPOSABLE, OURS, name, owner},
};
use js_sys::{Array, Promise};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use wasm_bindgen_futures::{JsFuture, future_to_promise};
use web_sys::{BroadcastChannel, MessageEvent};

use crate::{
    chance::set_timeout,
    idb::{answer, factory, named_like},
    pins,
};

/// Milliseconds that somebody who leaves waits: a tab that does not give a database up must not hold them. The browser deletes it when that has gone.
const PATIENCE: f64 = 1_500.0;

/// Where tabs tell each other who has left.
const CHANNEL: &str = "vitrine-left";

/// Deletes what a person keeps of all stores on this device. Where it cannot be known which there are, it is that of the store they are in.
pub async fn forget(user: UserId, store: StoreId) {
    let views = || pins::forget(|owner| owner == user);
    views();
    let known = DISPOSABLE.map(|kind| name(kind, store, user));
    bounded(async move {
        let meant = named_like(OURS).await.into_iter().filter(move |name| owner(name) == Some(user));
        delete(meant.chain(known)).await;
    })
    .await;
    // Another tab may have been in the middle of it.
    views();
}

/// Deletes what others have left here, who did not sign out.
pub async fn forget_others(me: UserId) {
    pins::forget(|owner| owner != me);
    bounded(delete(named_like(OURS).await.into_iter().filter(move |name| owner(name).is_some_and(|owner| owner != me)))).await;
}

/// Tells the other tabs that a person has left.
pub fn tell_left(user: UserId) {
    if let Ok(channel) = BroadcastChannel::new(CHANNEL) {
        let _ = channel.post_message(&user.0.simple().to_string().into());
        channel.close();
    }
}

/// Is told when that person leaves in another tab, for as long as this one lives.
pub fn on_left(user: UserId, act: impl Fn() + 'static) {
    let Ok(channel) = BroadcastChannel::new(CHANNEL) else { return };
    let user = user.0.simple().to_string();
    let heard = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
        if event.data().as_string().as_ref() == Some(&user) {
            act();
        }
    });
    channel.set_onmessage(Some(heard.into_js_value().unchecked_ref()));
}

/// All of them are asked for before the first is waited for.
async fn delete(names: impl Iterator<Item = String>) {
    let Ok(factory) = factory() else { return };
    let asked: Vec<_> = names.filter_map(|name| factory.delete_database(&name).ok()).collect();
    for request in asked {
        let _ = answer(request.unchecked_into()).await;
    }
}

/// Waits for something, but not for long.
async fn bounded(what: impl Future<Output = ()> + 'static) {
    let done = future_to_promise(async move {
        what.await;
        Ok(JsValue::UNDEFINED)
    });
    let late = Promise::new(&mut |call, _| {
        set_timeout(&call, PATIENCE);
    });
    let either: Array = iter::once(done).chain([late]).collect();
    let _ = JsFuture::from(Promise::race(&either)).await;
}
