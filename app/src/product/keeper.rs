//! Carries a desk's edits to the server, and outlives the page: what was typed goes on its way, or waits
//! for the person, even after they have gone to another page.

use std::{collections::BTreeSet, time::Duration};

use domain::{
    field::{Field, Value},
    ids::OpId,
};
use leptos::{prelude::*, task::spawn_local};
use ports::product::{EditRequest, HistoryEntry};

use super::{
    api::{Opened, edit_product, product_history},
    state::{Desk, answer::Next, history},
};
use crate::ui::{
    chance,
    unsaved::{Outstanding, Unsaved},
};

/// Several edits in a row ask for the history once.
const SETTLED: Duration = Duration::from_millis(300);

type Then = Box<dyn FnOnce() + Send + Sync>;

#[derive(Clone)]
pub(super) struct Keeper {
    pub desk: ArcRwSignal<Desk>,
    pub history: ArcRwSignal<Vec<HistoryEntry>>,
    /// Inputs with something typed that was not handed over yet, by their ids.
    typed: ArcStoredValue<BTreeSet<String>>,
    asking: ArcStoredValue<bool>,
    /// What is to be done once an edit is saved.
    then: ArcStoredValue<Vec<(OpId, Then)>>,
    unsaved: Option<Unsaved>,
}

impl Keeper {
    /// The keeper of a product: the one that still has work, or a new one.
    pub fn of(opened: &Opened) -> Self {
        #[cfg(feature = "hydrate")]
        if let Some(known) = open::find(opened.product.id) {
            known.refresh_history();
            return known;
        }
        let keeper = Self {
            desk: ArcRwSignal::new(Desk::new(&opened.product)),
            history: ArcRwSignal::new(opened.history.clone()),
            typed: ArcStoredValue::new(BTreeSet::new()),
            asking: ArcStoredValue::new(false),
            then: ArcStoredValue::new(Vec::new()),
            unsaved: use_context(),
        };
        #[cfg(feature = "hydrate")]
        open::keep(keeper.clone());
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

    /// Does something when the server has said that an edit is saved, and not before.
    pub fn once_saved(&self, edit: OpId, then: impl FnOnce() + Send + Sync + 'static) {
        self.then.update_value(|all| all.push((edit, Box::new(then))));
    }

    /// Sends again what got no answer.
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
    }

    #[cfg(feature = "hydrate")]
    pub fn is_unsaved(&self) -> bool {
        self.desk.read_untracked().is_unsaved() || !self.typed.read_value().is_empty()
    }

    pub fn refresh_history(&self) {
        if self.asking.get_value() {
            return;
        }
        self.asking.set_value(true);
        let keeper = self.clone();
        set_timeout(
            move || {
                keeper.asking.set_value(false);
                spawn_local(async move {
                    let product = keeper.desk.read_untracked().product();
                    // Without it the list is only older; the next save asks again.
                    if let Ok(latest) = product_history(product, None).await {
                        keeper.history.update(|known| history::renew(known, latest));
                    }
                });
            },
            SETTLED,
        );
    }

    fn pump(&self) {
        while let Some(request) = self.desk.try_update(Desk::start).flatten() {
            self.send(request);
        }
        self.tell();
    }

    fn again(&self, id: OpId) {
        if let Some(request) = self.desk.try_update(|desk| desk.again(id)).flatten() {
            self.send(request);
            self.tell();
        }
    }

    fn send(&self, request: EditRequest) {
        let keeper = self.clone();
        spawn_local(async move {
            let id = request.op_id;
            let answer = edit_product(request).await;
            match keeper.desk.try_update(|desk| desk.answered(id, answer)) {
                Some(Next::Saved) => {
                    keeper.refresh_history();
                    keeper.saved(id);
                }
                Some(Next::Conflict) => keeper.refresh_history(),
                Some(Next::Again(wait)) => {
                    let later = keeper.clone();
                    set_timeout(move || later.again(id), wait);
                }
                Some(Next::Rest) | None => {}
            }
            keeper.pump();
        });
    }

    fn saved(&self, edit: OpId) {
        let mut due = Vec::new();
        self.then.update_value(|all| due.extend(all.extract_if(.., |(id, _)| *id == edit)));
        for (_, then) in due {
            then();
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

pub(super) fn new_op() -> OpId {
    chance::new_op()
}

/// The keepers of this tab.
#[cfg(feature = "hydrate")]
mod open {
    use std::cell::RefCell;

    use domain::ids::ProductId;
    use leptos::prelude::*;

    use super::Keeper;

    thread_local! {
        static OPEN: RefCell<Vec<Keeper>> = const { RefCell::new(Vec::new()) };
        static LISTENING: RefCell<bool> = const { RefCell::new(false) };
    }

    /// The keeper of a product that is still open; those with nothing left to do are let go.
    pub(super) fn find(product: ProductId) -> Option<Keeper> {
        OPEN.with_borrow_mut(|all| {
            all.retain(Keeper::is_unsaved);
            all.iter().find(|keeper| keeper.desk.read_untracked().product() == product).cloned()
        })
    }

    pub(super) fn keep(keeper: Keeper) {
        OPEN.with_borrow_mut(|all| all.push(keeper));
        if !LISTENING.replace(true) {
            // For as long as the tab lives: unsaved work may be on any page.
            window_event_listener_untyped("beforeunload", |event| {
                if OPEN.with_borrow(|all| all.iter().any(Keeper::is_unsaved)) {
                    event.prevent_default();
                }
            });
            window_event_listener_untyped("online", |_| {
                let all = OPEN.with_borrow(Clone::clone);
                all.iter().for_each(Keeper::try_again);
            });
        }
    }
}
