//! The engine at work in this tab, and what of the window concerns it. All of it is in a chunk of its own.

use std::{future::Future, pin::Pin, rc::Rc, time::Duration};

use device::{Engine, Notice, drain_elsewhere, waiting_elsewhere};
use domain::{
    ids::{OpId, ProductId, StoreId, UserId},
    sync::{
        core::Event,
        outbox::{Draft, Failed, Saved},
        pins::OnDevice,
    },
};
use leptos::{
    prelude::{document, set_interval, set_timeout, window_event_listener_untyped},
    task::spawn_local,
};
use wasm_bindgen::JsCast;
use web_sys::StorageEvent;

use super::{Heard, WISHES, Wish, Works, available, background, belongings, goodbye, install, leaving, shelf, standing, tell, why_not, worker};
use crate::{frame::signed_in, ui::unsaved::Unsaved};

/// Other stores wait for the one that somebody looks at, and are looked after now and then.
const OTHERS_FIRST: Duration = Duration::from_secs(3);
const OTHERS_EACH: Duration = Duration::from_mins(3);
/// Milliseconds that sending what waits in them may take.
const OTHERS_MOST: u64 = 20_000;

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
        window_event_listener_untyped("visibilitychange", move |_| {
            seen.happened(Event::Visible(!document().hidden()));
            background::left();
        });
        let gone = engine.clone();
        // A page that is kept for going back has no stream, and is looked at again only when it is shown.
        window_event_listener_untyped("pagehide", move |_| gone.happened(Event::Visible(false)));
        let back = engine.clone();
        window_event_listener_untyped("pageshow", move |_| back.happened(Event::Visible(!document().hidden())));
        let others = move || {
            if !document().hidden() {
                spawn_local(async move {
                    drain_elsewhere(store, user, OTHERS_MOST).await;
                });
            }
        };
        set_timeout(others, OTHERS_FIRST);
        set_interval(others, OTHERS_EACH);
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
        shelf::start();
        goodbye::tidy(&engine, store, user, unsaved);
        worker::start(unsaved);
        install::start(unsaved);
        Rc::new(engine)
    }
}

impl Works for Engine {
    fn save(&self, draft: Draft) {
        Self::save(self, draft);
    }

    fn discard(&self, op: OpId) {
        self.happened(Event::Discard(vec![op]));
    }

    fn ops(&self, of: Option<ProductId>) -> Pin<Box<dyn Future<Output = Vec<Saved>>>> {
        let engine = self.clone();
        // What cannot be read now is asked for again when the outbox changes.
        Box::pin(async move { Self::ops(&engine, of).await.unwrap_or_default() })
    }

    fn elsewhere(&self) -> Pin<Box<dyn Future<Output = usize>>> {
        Box::pin(async {
            match signed_in() {
                Some(me) => waiting_elsewhere(me.store.id, me.id).await,
                None => 0,
            }
        })
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
            install::saved();
            tell(&Heard::Kept(op));
        }
        Notice::NotSaved(op, failed) => tell(&Heard::NotKept(op, why_not(failed))),
        Notice::Ended(op, end, seq) => tell(&Heard::Ended(op, end, seq)),
        Notice::Indicator(indicator) => {
            belongings::badge(indicator.pending);
            standing::is(indicator);
            background::waits(indicator.pending);
        }
        Notice::News(news) => tell(&Heard::News(news)),
        Notice::Kept => tell(&Heard::Stock),
        Notice::Changed | Notice::WentBack => tell(&Heard::Changed),
        Notice::Current(seq) => shelf::is_current(seq),
    }
}
