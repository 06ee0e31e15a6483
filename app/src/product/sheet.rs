//! What the parts of the page share: the desk, and the ways to change it.

use domain::{
    field::{Field, Value},
    money::Currency,
};
use leptos::{prelude::*, task::spawn_local};
use ports::product::{HistoryEntry, Receipt};

use super::{
    api::{Opened, product_history, trash_product},
    keeper::{Keeper, new_op},
    state::{Desk, State, check::check, history},
};
use crate::ui::{toast::Toasts, values};

#[derive(Clone, Copy)]
pub(super) struct Sheet {
    pub desk: RwSignal<Desk>,
    pub history: RwSignal<Vec<HistoryEntry>>,
    pub currency: Currency,
    pub toasts: Toasts<Undo>,
    /// Whether the person's role lets them change it.
    editable: bool,
    keeper: StoredValue<Keeper>,
}

/// What a toast can take back.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Undo {
    /// Out of the trash again.
    Trash,
    /// A variant or picture that was removed.
    Removal(Field),
}

/// A field as it is shown.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Watched {
    pub value: Value,
    pub state: State,
}

impl Sheet {
    pub fn new(opened: &Opened) -> Self {
        let keeper = Keeper::of(opened);
        Self {
            desk: RwSignal::from(keeper.desk.clone()),
            history: RwSignal::from(keeper.history.clone()),
            currency: opened.product.currency,
            toasts: Toasts::new(),
            editable: opened.product.editable,
            keeper: StoredValue::new(keeper),
        }
    }

    pub fn watch(self, field: Field) -> Memo<Watched> {
        Memo::new(move |_| self.desk.with(|desk| Watched { value: desk.shown(&field), state: desk.state(&field) }))
    }

    pub fn text(self, field: Field) -> Memo<String> {
        Memo::new(move |_| self.desk.with(|desk| desk.shown(&field).to_string()))
    }

    /// Whether nothing can be changed: for want of a role, or because the product is in the trash.
    pub fn locked(self) -> bool {
        !self.editable || self.desk.try_with(Desk::deleted).unwrap_or(true)
    }

    pub fn is_editor(self) -> bool {
        self.editable
    }

    pub fn act(self, act: impl FnOnce(&mut Desk)) {
        if let Some(keeper) = self.keeper.try_get_value() {
            keeper.act(act);
        }
    }

    /// Puts a value into a field: sent when it fits, told when it does not. Whether it fits.
    pub fn set(self, field: Field, value: Value) -> bool {
        let checked = check(&field, value);
        let fits = checked.is_ok();
        self.act(|desk| match checked {
            Ok(value) => {
                desk.accept(&field);
                desk.commit(new_op(), field, value);
            }
            Err(reason) => desk.refuse(field, reason.to_string()),
        });
        fits
    }

    /// Removes a variant or a picture.
    pub fn remove(self, part: Field) {
        let words = format!("{} removed", values::label(&part));
        self.act(|desk| desk.commit(new_op(), part.clone(), Value::None));
        self.toasts.tell(words, Some(Undo::Removal(part)));
    }

    pub fn try_again(self) {
        if let Some(keeper) = self.keeper.try_get_value() {
            keeper.try_again();
        }
    }

    pub fn note_typed(self, input: &str, typed: bool) {
        self.keeper.try_with_value(|keeper| keeper.note_typed(input, typed));
    }

    pub fn trash(self, deleted: bool) {
        let Some(keeper) = self.keeper.try_get_value() else { return };
        spawn_local(async move {
            let product = keeper.desk.read_untracked().product();
            match trash_product(new_op(), product, deleted).await {
                Ok(Receipt::Applied { .. } | Receipt::NoOp { .. }) => {
                    keeper.desk.update(|desk| desk.set_deleted(deleted));
                    keeper.refresh_history();
                    let (words, undo) = if deleted { ("Moved to the trash", Some(Undo::Trash)) } else { ("Taken out of the trash", None) };
                    self.toasts.tell(words, undo);
                }
                Ok(Receipt::Rejected { reason, .. }) => self.toasts.tell(reason, None),
                Ok(Receipt::Conflict(_)) => self.toasts.tell("Someone else changed this. Reload the page to see it.", None),
                Err(error) => self.toasts.tell(error.to_string(), None),
            }
        });
    }

    pub fn undo(self, what: Undo) {
        match what {
            Undo::Trash => self.trash(false),
            Undo::Removal(part) => self.bring_back(part),
        }
    }

    /// The log holds the whole of what was removed, columns nobody sees among it.
    fn bring_back(self, part: Field) {
        let Some(keeper) = self.keeper.try_get_value() else { return };
        spawn_local(async move {
            let product = keeper.desk.read_untracked().product();
            let before = match product_history(product, None).await {
                Ok(latest) => history::removal(&latest, &part).map(|change| change.before.clone()),
                Err(error) => return self.toasts.tell(error.to_string(), None),
            };
            match before {
                Some(before) => keeper.act(|desk| desk.commit(new_op(), part, before)),
                None => self.toasts.tell("This was not saved yet. Try again in a moment.", Some(Undo::Removal(part))),
            }
        });
    }
}
