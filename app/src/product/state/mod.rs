//! What a page knows of one product: what the server has said is there, what is on its way to it, and what
//! needs the person. Pure: the page feeds it what was typed and what the server answered, and asks what to
//! send and what to show.
//!
//! The rules:
//! 1. what is typed is shown at once, called saved on this device when the outbox has it, and saved when the server has said so;
//! 2. edits of one field, or of parts of one variant or picture, are kept in order, each upon the one before it;
//! 3. an edit that could not be kept is kept again as it was, under the same id, so that nothing is done twice;
//! 4. nothing typed is dropped: it ends saved, or stays on the screen with the reason why not.

pub(super) mod act;
#[cfg(any(feature = "hydrate", test))]
mod adopt;
#[cfg(any(feature = "hydrate", test))]
pub(super) mod answer;
pub(super) mod check;
pub(super) mod history;
pub(super) mod input;
mod parts;
#[cfg(any(feature = "hydrate", test))]
mod renew;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    change::FieldConflict,
    field::{Field, Value},
    ids::{OpId, ProductId, Seq},
    product::Versions,
    sync::intent::Intent,
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
    /// As it was first handed over, and is again. None before that, and of what another page has saved.
    intent: Option<Intent>,
    stage: Stage,
    attempts: u32,
}

#[cfg_attr(not(any(feature = "hydrate", test)), expect(dead_code, reason = "the server keeps nothing, so nothing becomes of it"))]
#[derive(Clone, Debug, PartialEq)]
enum Stage {
    Queued,
    /// Handed over to the outbox, which has not said yet that it has it.
    Sending,
    /// In the outbox.
    Kept,
    /// It could not be kept, and did not get to the server either.
    Stopped(AppError),
}

/// An edit that ended without being saved: what was wanted is kept until the person decides.
#[cfg_attr(not(any(feature = "hydrate", test)), expect(dead_code, reason = "the server keeps nothing, so nothing becomes of it"))]
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Need {
    Refused {
        mine: Value,
        reason: String,
    },
    /// The op that met it, and what both want.
    Conflict(OpId, Box<FieldConflict>),
}

/// How a field stands.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum State {
    Clean,
    Saved,
    Saving,
    /// On this device.
    Kept,
    /// It is on the screen only, and is tried again.
    Failed(AppError),
    Invalid(String),
    Conflict(Box<FieldConflict>),
}

/// What stands out, for the page's one indicator.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Tally {
    pub saving: usize,
    pub kept: usize,
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

    /// Whether it is in the trash, or is to be.
    pub fn deleted(&self) -> bool {
        self.shown(&Field::Deleted) == Value::Flag(true)
    }

    pub fn state(&self, field: &Field) -> State {
        if let Some((_, reason)) = self.refused.get(field) {
            return State::Invalid(reason.clone());
        }
        match self.needs.get(field) {
            Some(Need::Conflict(_, conflict)) => return State::Conflict(conflict.clone()),
            Some(Need::Refused { reason, .. }) => return State::Invalid(reason.clone()),
            None => {}
        }
        let mut worst = None;
        for op in self.ops.iter().filter(|op| op.edits.iter().any(|(other, _)| other == field)) {
            match &op.stage {
                Stage::Stopped(error) => return State::Failed(error.clone()),
                Stage::Kept => worst = worst.or(Some(State::Kept)),
                Stage::Queued | Stage::Sending => worst = Some(State::Saving),
            }
        }
        if let Some(state) = worst {
            state
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
        matches!(self.needs.get(field), Some(Need::Conflict(..)))
    }

    pub fn tally(&self) -> Tally {
        let conflicts = self.needs.values().filter(|need| matches!(need, Need::Conflict(..))).count();
        let count = |which: fn(&Stage) -> bool| self.ops.iter().filter(|op| which(&op.stage)).count();
        let (stopped, kept) = (count(|stage| matches!(stage, Stage::Stopped(_))), count(|stage| *stage == Stage::Kept));
        let failed = stopped + self.needs.len() - conflicts + self.refused.len();
        Tally { saving: self.ops.len() - stopped - kept, kept, failed, conflicts }
    }

    /// Whether closing the page now could lose something.
    #[cfg(any(feature = "hydrate", test))]
    pub fn is_unsaved(&self) -> bool {
        self.ops.iter().any(|op| op.stage != Stage::Kept) || !self.needs.is_empty() || !self.refused.is_empty()
    }

    /// Whether something is still to be heard of it.
    #[cfg(any(feature = "hydrate", test))]
    pub fn is_busy(&self) -> bool {
        self.is_unsaved() || !self.ops.is_empty()
    }

    pub fn notice(&self) -> Option<&str> {
        self.notice.as_deref()
    }

    /// What the person wants a field to be, where the server has not said that it is so.
    fn mine(&self, field: &Field) -> Option<Value> {
        if let Some((typed, _)) = self.refused.get(field) {
            return Some(typed.clone());
        }
        if let Some(need) = self.needs.get(field) {
            return Some(need.mine().clone());
        }
        let whole = field.whole();
        for (other, value) in self.ops.iter().rev().flat_map(|op| op.edits.iter().rev()).filter(|(other, _)| act::share_lane(other, field)) {
            if other == field {
                return Some(value.clone());
            }
            if whole.as_ref() == Some(other) {
                return Some(parts::part_of(value, field));
            }
        }
        whole.and_then(|whole| self.needs.get(&whole)).map(|need| parts::part_of(need.mine(), field))
    }
}

impl Need {
    fn mine(&self) -> &Value {
        match self {
            Self::Refused { mine, .. } => mine,
            Self::Conflict(_, conflict) => &conflict.mine,
        }
    }
}

impl State {
    const fn weight(&self) -> u8 {
        match self {
            Self::Clean => 0,
            Self::Saved => 1,
            Self::Kept => 2,
            Self::Saving => 3,
            Self::Failed(_) => 4,
            Self::Invalid(_) => 5,
            Self::Conflict(_) => 6,
        }
    }
}
