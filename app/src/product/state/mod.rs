//! What a page knows of one product: what the server has said is there, what is on its way to it, and what
//! needs the person. Pure: the page feeds it what was typed and what the server answered, and asks what to
//! send and what to show.
//!
//! The rules:
//! 1. what is typed is shown at once, and called saved only when the server has said so;
//! 2. edits of one field, or of parts of one variant or picture, go one at a time and in order;
//! 3. an edit that got no answer is sent again as it was, under the same id, so that nothing is done twice;
//! 4. nothing typed is dropped: it ends saved, or stays on the screen with the reason why not.

mod act;
pub(super) mod answer;
pub(super) mod check;
pub(super) mod history;
pub(super) mod input;
mod parts;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    change::FieldConflict,
    field::{Field, Value},
    ids::{OpId, ProductId, Seq},
    op::Edit,
    product::Versions,
};
use ports::{error::AppError, product::ProductView};

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Desk {
    product: ProductId,
    versions: Versions,
    /// What the server has said is there.
    saved: BTreeMap<Field, Value>,
    /// Oldest first.
    ops: Vec<Pending>,
    needs: BTreeMap<Field, Need>,
    /// What was typed and does not fit, with the reason. It was never sent.
    refused: BTreeMap<Field, (Value, String)>,
    /// Fields that were saved while the page was open.
    done: BTreeSet<Field>,
    /// What happened to an edit of several fields that could not be done.
    notice: Option<String>,
}

/// An edit on its way.
#[derive(Clone, Debug, PartialEq)]
struct Pending {
    id: OpId,
    edits: Vec<(Field, Value)>,
    /// As it was first sent, and is sent again.
    sent: Vec<Edit>,
    stage: Stage,
    attempts: u32,
}

#[derive(Clone, Debug, PartialEq)]
enum Stage {
    Queued,
    Sending,
    /// It got no answer, or one that may be another the next time.
    Stopped(AppError),
}

/// An edit that ended without being saved: what was wanted is kept until the person decides.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Need {
    Refused { mine: Value, reason: String },
    Conflict(Box<FieldConflict>),
}

/// How a field stands.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum State {
    Clean,
    Saved,
    Saving,
    /// It will be sent again.
    Failed(AppError),
    Invalid(String),
    Conflict(Box<FieldConflict>),
}

/// What stands out, for the page's one indicator.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Tally {
    pub saving: usize,
    pub failed: usize,
    pub conflicts: usize,
}

impl Desk {
    pub fn new(view: &ProductView) -> Self {
        Self {
            product: view.id,
            versions: view.versions.clone(),
            saved: parts::values_of(view),
            ops: Vec::new(),
            needs: BTreeMap::new(),
            refused: BTreeMap::new(),
            done: BTreeSet::new(),
            notice: None,
        }
    }

    pub fn product(&self) -> ProductId {
        self.product
    }

    /// What the server has said is there.
    pub fn saved(&self, field: &Field) -> Value {
        self.saved.get(field).cloned().unwrap_or_default()
    }

    /// What is shown: what the person wants, saved or not.
    pub fn shown(&self, field: &Field) -> Value {
        self.mine(field).unwrap_or_else(|| self.saved(field))
    }

    /// The product's name: what the person wants it to be, unless that is nothing to see.
    pub fn name(&self) -> String {
        let shown = self.shown(&Field::Title).to_string();
        if shown.trim().is_empty() { self.saved(&Field::Title).to_string() } else { shown }
    }

    pub fn version(&self, field: &Field) -> Seq {
        self.versions.current(field)
    }

    pub fn deleted(&self) -> bool {
        self.saved.get(&Field::Deleted) == Some(&Value::Flag(true))
    }

    pub fn set_deleted(&mut self, deleted: bool) {
        self.saved.insert(Field::Deleted, Value::Flag(deleted));
    }

    pub fn state(&self, field: &Field) -> State {
        if let Some((_, reason)) = self.refused.get(field) {
            return State::Invalid(reason.clone());
        }
        match self.needs.get(field) {
            Some(Need::Conflict(conflict)) => return State::Conflict(conflict.clone()),
            Some(Need::Refused { reason, .. }) => return State::Invalid(reason.clone()),
            None => {}
        }
        let mut saving = false;
        for op in self.ops.iter().filter(|op| op.edits.iter().any(|(other, _)| other == field)) {
            if let Stage::Stopped(error) = &op.stage {
                return State::Failed(error.clone());
            }
            saving = true;
        }
        if saving {
            State::Saving
        } else if self.done.contains(field) {
            State::Saved
        } else {
            State::Clean
        }
    }

    /// The worst state of some fields, with what is told of it.
    pub fn state_of_all(&self, among: impl Fn(&Field) -> bool) -> State {
        let pending = self.ops.iter().flat_map(|op| op.edits.iter().map(|(field, _)| field));
        let fields = self.needs.keys().chain(self.refused.keys()).chain(pending).chain(&self.done);
        fields.filter(|field| among(field)).map(|field| self.state(field)).max_by_key(State::weight).unwrap_or(State::Clean)
    }

    /// Fields that need the person.
    pub fn needing(&self, among: impl Fn(&Field) -> bool) -> Vec<Field> {
        let fields: BTreeSet<&Field> = self.needs.keys().chain(self.refused.keys()).filter(|field| among(field)).collect();
        fields.into_iter().cloned().collect()
    }

    /// Whether two people want a field to be different things.
    pub fn is_disputed(&self, field: &Field) -> bool {
        matches!(self.needs.get(field), Some(Need::Conflict(_)))
    }

    pub fn tally(&self) -> Tally {
        let conflicts = self.needs.values().filter(|need| matches!(need, Need::Conflict(_))).count();
        let stopped = self.ops.iter().filter(|op| matches!(op.stage, Stage::Stopped(_))).count();
        Tally { saving: self.ops.len() - stopped, failed: stopped + self.needs.len() - conflicts + self.refused.len(), conflicts }
    }

    /// Whether closing the page now could lose something.
    #[cfg(any(feature = "hydrate", test))]
    pub fn is_unsaved(&self) -> bool {
        !self.ops.is_empty() || !self.needs.is_empty() || !self.refused.is_empty()
    }

    pub fn notice(&self) -> Option<&str> {
        self.notice.as_deref()
    }
}

impl State {
    const fn weight(&self) -> u8 {
        match self {
            Self::Clean => 0,
            Self::Saved => 1,
            Self::Saving => 2,
            Self::Failed(_) => 3,
            Self::Invalid(_) => 4,
            Self::Conflict(_) => 5,
        }
    }
}
