//! Where it is kept which views somebody has made available offline: in `localStorage`. It is a few lines, has to outlive the replica, and is read and
//! written at once, so that two tabs do not write over each other; each hears of what the other has written by an event. A further store in one of the
//! databases would make these unreadable for tabs of the build before.

use std::cell::Cell;

use domain::{
    clock::Timestamp,
    ids::UserId,
    sync::{pins::Pins, whose::owner_of_pins},
};
use js_sys::Reflect;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::Storage;

/// For so long, in microseconds, whoever took its turn at fetching has it, unless they take it again.
const TURN: i64 = 20_000_000;

/// Of a person in a store.
pub(crate) struct Board {
    pins: String,
    turn: String,
    /// Its person leaves: what goes is not written again.
    is_over: Cell<bool>,
}

impl Board {
    pub(crate) fn new(store: &str, user: &str) -> Self {
        Self { pins: format!("vitrine-pins-{store}-{user}"), turn: format!("vitrine-pins-turn-{store}-{user}"), is_over: Cell::new(false) }
    }

    /// Nothing is written any more.
    pub(crate) fn leave(&self) {
        self.is_over.set(true);
    }

    /// Nothing where a browser keeps nothing.
    pub(crate) fn read(&self) -> Pins {
        get(&self.pins).map(|text| Pins::read(&text)).unwrap_or_default()
    }

    /// Whether it is another now.
    pub(crate) fn change(&self, act: impl FnOnce(&mut Pins)) -> bool {
        let before = self.read();
        let mut pins = before.clone();
        act(&mut pins);
        pins != before && self.set(&self.pins, &pins.write())
    }

    /// Whether nobody else is at it, and if so whether one only goes on with it. It saves work and nothing else: where two are, both come to the same.
    pub(crate) fn take_turn(&self, who: u64, now: Timestamp) -> Option<Goes> {
        let held = get(&self.turn).and_then(|text| {
            let (who, until) = text.split_once(' ')?;
            Some((who.parse::<u64>().ok()?, until.parse::<i64>().ok()?))
        });
        let until = now.micros().saturating_add(TURN);
        let held = held.filter(|(_, taken)| (now.micros()..=until).contains(taken));
        let goes = match held {
            None => Goes::Begins,
            Some((other, _)) if other == who => Goes::On,
            Some(_) => return None,
        };
        self.set(&self.turn, &format!("{who} {until}"));
        Some(goes)
    }

    /// Whoever comes next need not wait until a turn is over by itself.
    pub(crate) fn give_back(&self, who: u64) {
        let is_held = get(&self.turn).is_some_and(|text| text.split_once(' ').is_some_and(|(held, _)| held.parse() == Ok(who)));
        if is_held {
            self.set(&self.turn, "");
        }
    }

    fn set(&self, key: &str, text: &str) -> bool {
        !self.is_over.get() && storage().is_some_and(|storage| storage.set_item(key, text).is_ok())
    }
}

/// Deletes what certain people have written, in whichever store. Workers cannot, and leave it to the next tab.
pub(crate) fn forget(is_meant: impl Fn(UserId) -> bool) {
    let Some(storage) = storage() else { return };
    let count = storage.length().unwrap_or_default();
    let keys: Vec<String> = (0..count).filter_map(|at| storage.key(at).ok()?).collect();
    for key in keys.into_iter().filter(|key| owner_of_pins(key).is_some_and(&is_meant)) {
        let _ = storage.remove_item(&key);
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Goes {
    /// Somebody else may have done something since.
    Begins,
    On,
}

fn storage() -> Option<Storage> {
    // It is forbidden to be asked for in some windows, and workers have none.
    let storage = Reflect::get(&js_sys::global(), &"localStorage".into()).ok().filter(JsValue::is_object);
    storage.map(JsCast::unchecked_into)
}

fn get(key: &str) -> Option<String> {
    storage()?.get_item(key).ok().flatten()
}
