//! The engine at work in this tab, and what of the window concerns it. All of it is in a chunk of its own.

use std::{future::Future, pin::Pin, rc::Rc};

use device::{Engine, Notice};
use domain::{
    ids::{StoreId, UserId},
    sync::{
        core::Event,
        outbox::{Draft, Failed, Saved},
        pins::OnDevice,
    },
};
use leptos::prelude::{document, window_event_listener_untyped};
use wasm_bindgen::JsCast;
use web_sys::StorageEvent;

use super::{Heard, WISHES, Wish, Works, available, belongings, leaving, standing, tell, why_not, worker};
use crate::ui::unsaved::Unsaved;

crate::lazy::in_chunk! {
    /// Starts the engine of this tab, and registers the service worker.
    device: pub(super) fn begin(store: StoreId, user: UserId, unsaved: Option<Unsaved>) -> Rc<dyn Works> {
        let engine = Engine::start(store, user, !document().hidden(), hear);
        for event in ["online", "focus", "pageshow"] {
            let engine = engine.clone();
            // Who was signed out may have signed in again in another tab; if not, the server says so once more.
            let woke = move |_| engine.happened(if standing::wants_sign_in() { Event::SignedIn(user) } else { Event::Woke });
            window_event_listener_untyped(event, woke);
        }
        let seen = engine.clone();
        // It bubbles from the document.
        window_event_listener_untyped("visibilitychange", move |_| seen.happened(Event::Visible(!document().hidden())));
        // Another tab has written down what is to be here, or how far it is.
        let told = engine.clone();
        window_event_listener_untyped("storage", move |event| {
            if event.dyn_ref::<StorageEvent>().and_then(StorageEvent::key).is_some_and(|key| key.starts_with("vitrine-pins-") && !key.contains("turn")) {
                told.pins_changed();
            }
        });
        WISHES.take().into_iter().for_each(|wish| Works::wish(&engine, wish));
        available::start(&engine);
        leaving::listen(&engine);
        worker::start(unsaved);
        Rc::new(engine)
    }
}

impl Works for Engine {
    fn save(&self, draft: Draft) {
        Self::save(self, draft);
    }

    fn ops(&self) -> Pin<Box<dyn Future<Output = Vec<Saved>>>> {
        let engine = self.clone();
        // What cannot be read now is asked for again when the outbox changes.
        Box::pin(async move { Self::ops(&engine).await.unwrap_or_default() })
    }

    fn wish(&self, wish: Wish) {
        match wish {
            Wish::View(query) => {
                belongings::persist();
                self.pin(&query);
            }
            Wish::NotView(query) => self.unpin(&query),
            Wish::Opened(row) => self.opened(row),
            Wish::Reviewing => self.reviewing(),
        }
    }

    fn on_device(&self) -> Pin<Box<dyn Future<Output = Result<OnDevice, Failed>>>> {
        let engine = self.clone();
        Box::pin(async move { Self::on_device(&engine).await })
    }
}

fn hear(notice: Notice) {
    match notice {
        Notice::Saved(op) => {
            belongings::persist();
            tell(&Heard::Kept(op));
        }
        Notice::NotSaved(op, failed) => tell(&Heard::NotKept(op, why_not(failed))),
        Notice::Ended(op, end, seq) => tell(&Heard::Ended(op, end, seq)),
        Notice::Indicator(indicator) => {
            belongings::badge(indicator.pending);
            standing::is(indicator);
        }
        Notice::Kept => tell(&Heard::Stock),
        Notice::Changed | Notice::WentBack => tell(&Heard::Changed),
    }
}
