//! What the parts of the page share: the desk, and the ways to change it.

use domain::{
    field::{Field, Value},
    ids::OpId,
    money::Currency,
};
use leptos::{prelude::*, task::spawn_local};
use ports::product::HistoryEntry;

use super::{
    api::{Opened, product_history},
    keeper::Keeper,
    reading::Reading,
    state::{Desk, State, check::check, history},
};
use crate::ui::toast::Toasts;

#[derive(Clone, Copy)]
pub(super) struct Sheet {
    pub desk: Reading,
    pub history: RwSignal<Vec<HistoryEntry>>,
    pub currency: Currency,
    pub toasts: Toasts<Undo>,
    /// Whether the person's role lets them change it.
    editable: bool,
    locked: Signal<bool>,
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
        let editable = opened.product.editable;
        let desk = Reading::of(RwSignal::from(keeper.desk.clone()));
        Self {
            desk,
            history: RwSignal::from(keeper.history.clone()),
            currency: opened.product.currency,
            toasts: Toasts::new(),
            editable,
            locked: desk.told(move |desk| !editable || desk.deleted()),
            keeper: StoredValue::new(keeper),
        }
    }

    pub fn watch(self, field: Field) -> Signal<Watched> {
        self.desk.told(move |desk| Watched { value: desk.shown(&field), state: desk.state(&field) })
    }

    pub fn text(self, field: Field) -> Signal<String> {
        self.desk.told(move |desk| desk.shown(&field).to_string())
    }

    /// Whether nothing can be changed: for want of a role, or because the product is in the trash.
    pub fn locked(self) -> bool {
        self.locked.try_get().unwrap_or(true)
    }

    pub fn is_editor(self) -> bool {
        self.editable
    }

    pub fn act(self, act: impl FnOnce(&mut Desk)) {
        if let Some(keeper) = self.keeper.try_get_value() {
            keeper.act(act);
        }
    }

    /// Puts a value into a field: sent when it fits, kept with the reason when it does not.
    pub fn set(self, field: Field, value: Value) {
        match check(&field, value.clone()) {
            Ok(value) => {
                self.commit(field, value);
            }
            Err(reason) => self.refuse(field, value, reason),
        }
    }

    /// Keeps what was typed and does not fit.
    pub fn refuse(self, field: Field, typed: Value, reason: String) {
        self.act(|desk| desk.refuse(field, typed, reason));
    }

    /// Sends a value that is known to fit. The edit that carries it, where there is something to send.
    pub fn commit(self, field: Field, value: Value) -> Option<OpId> {
        self.keeper.try_get_value()?.commit(field, value)
    }

    /// Removes a variant or a picture.
    pub fn remove(self, part: Field) {
        let words = format!("{} removed", part.label());
        let edit = self.commit(part.clone(), Value::None);
        self.tell_saved(edit, words, Some(Undo::Removal(part)));
    }

    /// Makes a field what it was before a change. The value is from the log, so the field has had it before.
    pub fn restore(self, field: Field, before: Value) {
        let name = field.label().to_owned();
        if self.desk.now(|desk| desk.is_disputed(&field)) {
            self.toasts.tell(format!("{name}: two people changed this. Choose one of the two first."), None);
            return;
        }
        match self.commit(field, before) {
            None => self.toasts.tell(format!("{name} is so already"), None),
            edit => self.tell_saved(edit, format!("{name} restored"), None),
        }
    }

    fn tell_saved(self, edit: Option<OpId>, words: String, undo: Option<Undo>) {
        if let (Some(edit), Some(keeper)) = (edit, self.keeper.try_get_value()) {
            keeper.once_saved(edit, move || self.toasts.tell(words, undo));
        }
    }

    /// What needs the person among some fields.
    pub fn needing(self, among: fn(&Field) -> bool) -> Signal<Vec<Field>> {
        self.desk.told(move |desk| desk.needing(among))
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
        let (words, undo) = if deleted { ("Moved to the trash", Some(Undo::Trash)) } else { ("Taken out of the trash", None) };
        let edit = self.commit(Field::Deleted, Value::Flag(deleted));
        self.tell_saved(edit, words.to_owned(), undo);
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
                Some(before) => {
                    keeper.commit(part, before);
                }
                None => self.toasts.tell("It was never saved, so there is nothing to bring back.", None),
            }
        });
    }
}
