//! What a page knows of one product: what the server has said is there, what is on its way to it, and what
//! needs the person. Pure: the page feeds it what was typed and what the server answered, and asks what to
//! send and what to show.
//!
//! The rules:
//! 1. what is typed is shown at once, and called saved only when the server has said so;
//! 2. edits of one field, or of parts of one variant or picture, go one at a time and in order;
//! 3. an edit that got no answer is sent again as it was, under the same id, so that nothing is done twice;
//! 4. nothing typed is dropped: it ends saved, or stays on the screen with the reason why not.

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
    op::{Base, Edit},
    product::Versions,
};
use ports::product::{EditRequest, ProductView};

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Desk {
    product: ProductId,
    versions: Versions,
    /// What the server has said is there.
    saved: BTreeMap<Field, Value>,
    /// Oldest first.
    ops: Vec<Pending>,
    needs: BTreeMap<Field, Need>,
    /// Typed texts that are no value at all, with the reason.
    refused: BTreeMap<Field, String>,
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
    /// It got no answer; why, as a sentence.
    Stopped(String),
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
    Failed(String),
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
        if let Some(reason) = self.refused.get(field) {
            return State::Invalid(reason.clone());
        }
        match self.needs.get(field) {
            Some(Need::Conflict(conflict)) => return State::Conflict(conflict.clone()),
            Some(Need::Refused { reason, .. }) => return State::Invalid(reason.clone()),
            None => {}
        }
        let mut saving = false;
        for op in self.ops.iter().filter(|op| op.edits.iter().any(|(other, _)| other == field)) {
            if let Stage::Stopped(reason) = &op.stage {
                return State::Failed(reason.clone());
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

    /// Fields that need the person, with their states.
    pub fn needing(&self, among: impl Fn(&Field) -> bool) -> Vec<(Field, State)> {
        let fields: BTreeSet<&Field> = self.needs.keys().chain(self.refused.keys()).filter(|field| among(field)).collect();
        fields.into_iter().map(|field| (field.clone(), self.state(field))).collect()
    }

    pub fn tally(&self) -> Tally {
        let conflicts = self.needs.values().filter(|need| matches!(need, Need::Conflict(_))).count();
        let stopped = self.ops.iter().filter(|op| matches!(op.stage, Stage::Stopped(_))).count();
        Tally { saving: self.ops.len() - stopped, failed: stopped + self.needs.len() - conflicts + self.refused.len(), conflicts }
    }

    /// Whether closing the page now could lose something.
    pub fn is_unsaved(&self) -> bool {
        !self.ops.is_empty() || !self.needs.is_empty() || !self.refused.is_empty()
    }

    pub fn notice(&self) -> Option<&str> {
        self.notice.as_deref()
    }

    /// The person wants a field to be so.
    pub fn commit(&mut self, id: OpId, field: Field, value: Value) {
        self.refused.remove(&field);
        match self.needs.get_mut(&field) {
            Some(Need::Conflict(conflict)) => {
                conflict.mine = value;
                return;
            }
            Some(Need::Refused { .. }) => {
                self.needs.remove(&field);
            }
            None => {}
        }
        if self.is_so(&field, &value) {
            return;
        }
        self.done.remove(&field);
        // The last queued edit of the same lane takes the newer value; one that was sent stays as it is.
        let last = self.ops.iter_mut().rev().find(|op| op.edits.iter().any(|(other, _)| share_lane(other, &field)));
        if let Some(Pending { stage: Stage::Queued, edits, .. }) = last
            && let [(other, queued)] = edits.as_mut_slice()
            && *other == field
        {
            *queued = value;
            return;
        }
        self.push(id, vec![(field, value)]);
    }

    /// The same for several fields at once: all or none.
    pub fn commit_all(&mut self, id: OpId, edits: Vec<(Field, Value)>) {
        self.notice = None;
        let edits: Vec<_> = edits.into_iter().filter(|(field, value)| self.shown(field) != *value).collect();
        if !edits.is_empty() {
            self.push(id, edits);
        }
    }

    /// What was typed is no value of the field.
    pub fn refuse(&mut self, field: Field, reason: String) {
        self.refused.insert(field, reason);
    }

    /// What was typed is right again.
    pub fn accept(&mut self, field: &Field) {
        self.refused.remove(field);
    }

    /// Gives up what was typed: the field shows again what the server has.
    pub fn discard(&mut self, field: &Field) {
        self.refused.remove(field);
        if matches!(self.needs.get(field), Some(Need::Refused { .. })) {
            self.needs.remove(field);
        }
    }

    pub fn dismiss_notice(&mut self) {
        self.notice = None;
    }

    pub fn keep_mine(&mut self, id: OpId, field: &Field) {
        if let Some(mine) = self.accept_theirs(field) {
            self.commit(id, field.clone(), mine);
        }
    }

    pub fn keep_theirs(&mut self, field: &Field) {
        self.accept_theirs(field);
    }

    /// The next edit that may be sent: nothing of its lanes is on its way.
    pub fn start(&mut self) -> Option<EditRequest> {
        let free = |at: usize| self.ops[at].stage == Stage::Queued && !self.ops[..at].iter().any(|earlier| earlier.shares_lane(&self.ops[at]));
        let at = (0..self.ops.len()).find(|at| free(*at))?;
        let versions = &self.versions;
        let edit = |(field, value): &(Field, Value)| Edit { field: field.clone(), base: Base::Seen(versions.current(field)), value: value.clone() };
        let sent = self.ops[at].edits.iter().map(edit).collect();
        self.ops[at].sent = sent;
        Some(self.send(at))
    }

    /// An edit that got no answer goes out again.
    pub fn again(&mut self, id: OpId) -> Option<EditRequest> {
        let at = self.ops.iter().position(|op| op.id == id && matches!(op.stage, Stage::Stopped(_)))?;
        Some(self.send(at))
    }

    /// The edits that wait to be sent again.
    pub fn stopped(&self) -> Vec<OpId> {
        self.ops.iter().filter(|op| matches!(op.stage, Stage::Stopped(_))).map(|op| op.id).collect()
    }

    fn send(&mut self, at: usize) -> EditRequest {
        let op = &mut self.ops[at];
        op.stage = Stage::Sending;
        op.attempts += 1;
        EditRequest { op_id: op.id, product: self.product, edits: op.sent.clone() }
    }

    fn push(&mut self, id: OpId, edits: Vec<(Field, Value)>) {
        self.ops.push(Pending { id, edits, sent: Vec::new(), stage: Stage::Queued, attempts: 0 });
    }

    fn set_version(&mut self, field: &Field, seq: Seq) {
        self.versions.set(field.clone(), seq.max(self.versions.of(field)));
    }

    /// Takes over what the other wrote; gives back what was wanted instead.
    fn accept_theirs(&mut self, field: &Field) -> Option<Value> {
        let Some(Need::Conflict(conflict)) = self.needs.remove(field) else { return None };
        self.set_version(field, conflict.current);
        self.set_saved(field, conflict.theirs);
        Some(conflict.mine)
    }
}

impl Pending {
    fn shares_lane(&self, other: &Self) -> bool {
        self.edits.iter().any(|(a, _)| other.edits.iter().any(|(b, _)| share_lane(a, b)))
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

/// Whether edits of both must keep their order: one field, or parts of one variant or picture.
fn share_lane(a: &Field, b: &Field) -> bool {
    a == b || a.overlaps(b) || a.whole().is_some_and(|whole| b.whole() == Some(whole))
}
