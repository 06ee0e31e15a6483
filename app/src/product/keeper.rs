//! Carries a desk's edits to the outbox of this device, and outlives the page: what was typed goes on its way, or waits
//! for the person, even after they have gone to another page.

#[cfg(feature = "hydrate")]
mod alive;

use std::collections::BTreeSet;

use domain::{
    field::{Field, Value},
    ids::OpId,
};
use leptos::prelude::*;
use ports::product::HistoryEntry;

use super::{
    api::Opened,
    state::{Desk, act::Outgoing},
};
use crate::ui::{
    chance,
    unsaved::{Outstanding, Unsaved},
};

/// What others have changed since this page has asked.
#[cfg(feature = "hydrate")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum News {
    None,
    /// It is being asked for.
    Asked,
    /// It is being asked for, and there is more by now.
    Again,
    /// Somebody is at a field: it is asked for when they are not any more.
    Later,
}

type Then = Box<dyn FnOnce() + Send + Sync>;

#[derive(Clone)]
pub(super) struct Keeper {
    pub desk: ArcRwSignal<Desk>,
    pub history: ArcRwSignal<Vec<HistoryEntry>>,
    /// Inputs with something typed that was not handed over yet, by their ids.
    typed: ArcStoredValue<BTreeSet<String>>,
    #[cfg(feature = "hydrate")]
    asking: ArcStoredValue<bool>,
    #[cfg(feature = "hydrate")]
    adopting: ArcStoredValue<alive::Adopting>,
    #[cfg(feature = "hydrate")]
    news: ArcStoredValue<News>,
    /// What is to be done once an edit is saved.
    then: ArcStoredValue<Vec<(OpId, Then)>>,
    unsaved: Option<Unsaved>,
}

impl Keeper {
    /// The keeper of a product: the one that still has work, or a new one.
    pub fn of(opened: &Opened) -> Self {
        #[cfg(feature = "hydrate")]
        if let Some(known) = alive::find(opened.product.id) {
            known.refresh_history();
            return known;
        }
        let keeper = Self {
            desk: ArcRwSignal::new(Desk::new(&opened.product)),
            history: ArcRwSignal::new(opened.history.clone()),
            typed: ArcStoredValue::new(BTreeSet::new()),
            #[cfg(feature = "hydrate")]
            asking: ArcStoredValue::new(false),
            #[cfg(feature = "hydrate")]
            adopting: ArcStoredValue::default(),
            #[cfg(feature = "hydrate")]
            news: ArcStoredValue::new(News::None),
            then: ArcStoredValue::new(Vec::new()),
            unsaved: use_context(),
        };
        #[cfg(feature = "hydrate")]
        {
            alive::keep(keeper.clone());
            // It can be looked at again without a network.
            crate::device::wish(crate::device::Wish::Opened(opened.product.ord));
            keeper.adopt();
        }
        keeper
    }

    /// Does something at the desk, and sends what can be sent then.
    pub fn act(&self, act: impl FnOnce(&mut Desk)) {
        self.desk.update(act);
        self.pump();
    }

    /// Edits a field; the edit that carries it, where there is something to send.
    pub fn commit(&self, field: Field, value: Value) -> Option<OpId> {
        let edit = self.desk.try_update(|desk| desk.commit(new_op(), field, value)).flatten();
        self.pump();
        edit
    }

    /// Does something when an edit is saved, on this device at least, and not before.
    pub fn once_saved(&self, edit: OpId, then: impl FnOnce() + Send + Sync + 'static) {
        self.then.update_value(|all| all.push((edit, Box::new(then))));
    }

    /// Tries again to keep what could not be kept.
    pub fn try_again(&self) {
        // The desk is let go of before it is changed.
        let stopped = self.desk.read_untracked().stopped();
        for id in stopped {
            self.again(id);
        }
    }

    pub fn note_typed(&self, input: &str, typed: bool) {
        self.typed.update_value(|all| {
            if typed {
                all.insert(input.to_owned());
            } else {
                all.remove(input);
            }
        });
        #[cfg(feature = "hydrate")]
        self.catch_up();
    }

    #[cfg(feature = "hydrate")]
    pub fn is_unsaved(&self) -> bool {
        self.desk.read_untracked().is_unsaved() || !self.typed.read_value().is_empty()
    }

    #[cfg(feature = "hydrate")]
    fn is_busy(&self) -> bool {
        self.desk.read_untracked().is_busy() || self.is_unsaved()
    }

    fn pump(&self) {
        while let Some(edit) = self.desk.try_update(Desk::start).flatten() {
            send(edit);
        }
        self.tell();
    }

    fn again(&self, id: OpId) {
        if let Some(edit) = self.desk.try_update(|desk| desk.again(id)).flatten() {
            send(edit);
            self.tell();
        }
    }

    /// Tells the frame how things stand.
    fn tell(&self) {
        let Some(unsaved) = self.unsaved else { return };
        let desk = self.desk.read_untracked();
        let tally = desk.tally();
        let address = format!("/products/{}", desk.saved(&domain::field::Field::Handle));
        let product = desk.product();
        drop(desk);
        unsaved.tell(Outstanding { product, address, saving: tally.saving, failed: tally.failed, conflicts: tally.conflicts });
    }
}

#[cfg(feature = "hydrate")]
fn send(edit: Outgoing) {
    let Outgoing { id, product, intent } = edit;
    crate::device::save(id, product, intent);
}

/// The server edits nothing.
#[cfg(not(feature = "hydrate"))]
fn send(_: Outgoing) {}

pub(super) fn new_op() -> OpId {
    chance::new_op()
}
