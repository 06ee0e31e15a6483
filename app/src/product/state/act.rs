//! What the person does, and what is to be sent because of it.

use domain::{
    field::{Field, Value},
    ids::{OpId, ProductId, Seq},
    sync::intent::{Intent, Seen, Wanted},
};

use super::{Desk, Need, Pending, Stage};

/// An edit for the outbox.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::product) struct Outgoing {
    pub id: OpId,
    pub product: ProductId,
    pub intent: Intent,
}

impl Desk {
    /// The person wants a field to be so. The edit that will see to it, where there is something to send.
    pub fn commit(&mut self, id: OpId, field: Field, value: Value) -> Option<OpId> {
        self.refused.remove(&field);
        match self.needs.get_mut(&field) {
            Some(Need::Conflict(_, conflict)) => {
                conflict.mine = value;
                return None;
            }
            Some(Need::Refused { .. }) => {
                self.needs.remove(&field);
            }
            None => {}
        }
        if self.is_so(&field, &value) {
            return None;
        }
        self.done.remove(&field);
        // The last queued edit of the same lane takes the newer value; one that was handed over stays as it is.
        let last = self.ops.iter_mut().rev().find(|op| op.edits.iter().any(|(other, _)| share_lane(other, &field)));
        if let Some(Pending { id, stage: Stage::Queued, edits, .. }) = last
            && let [(other, queued)] = edits.as_mut_slice()
            && *other == field
        {
            *queued = value;
            return Some(*id);
        }
        self.push(id, vec![(field, value)]);
        Some(id)
    }

    /// The same for several fields at once: all or none.
    pub fn commit_all(&mut self, id: OpId, edits: Vec<(Field, Value)>) {
        self.notice = None;
        let edits: Vec<_> = edits.into_iter().filter(|(field, value)| self.shown(field) != *value).collect();
        if !edits.is_empty() {
            self.push(id, edits);
        }
    }

    /// What was typed does not fit the field: it is kept until it does, or is given up.
    pub fn refuse(&mut self, field: Field, typed: Value, reason: String) {
        self.refused.insert(field, (typed, reason));
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
        if let Some((_, mine)) = self.accept_theirs(field) {
            self.commit(id, field.clone(), mine);
        }
    }

    /// Also for the outbox, which would ask again.
    pub fn keep_theirs(&mut self, id: OpId, field: &Field) {
        if let Some((conflict, _)) = self.accept_theirs(field) {
            let intent = Some(Intent::KeepTheirs { conflict });
            self.ops.push(Pending { id, edits: Vec::new(), intent, stage: Stage::Queued, attempts: 0 });
        }
    }

    /// The next edit for the outbox: those before it in its lanes are there.
    pub fn start(&mut self) -> Option<Outgoing> {
        let waits = |at: usize| self.ops[..at].iter().any(|earlier| earlier.stage != Stage::Kept && earlier.shares_lane(&self.ops[at]));
        let at = (0..self.ops.len()).find(|at| self.ops[*at].stage == Stage::Queued && !waits(*at))?;
        if self.ops[at].intent.is_none() {
            self.ops[at].intent = Some(self.intent(at));
        }
        self.hand_over(at)
    }

    /// An edit that could not be kept is tried again.
    pub fn again(&mut self, id: OpId) -> Option<Outgoing> {
        let at = self.ops.iter().position(|op| op.id == id && matches!(op.stage, Stage::Stopped(_)))?;
        self.hand_over(at)
    }

    /// The edits that wait to be tried again.
    pub fn stopped(&self) -> Vec<OpId> {
        self.ops.iter().filter(|op| matches!(op.stage, Stage::Stopped(_))).map(|op| op.id).collect()
    }

    fn hand_over(&mut self, at: usize) -> Option<Outgoing> {
        let op = &mut self.ops[at];
        op.stage = Stage::Sending;
        op.attempts += 1;
        Some(Outgoing { id: op.id, product: self.product, intent: op.intent.clone()? })
    }

    fn intent(&self, at: usize) -> Intent {
        match self.ops[at].edits.as_slice() {
            [(Field::Deleted, deleted)] => {
                if *deleted == Value::Flag(true) {
                    Intent::Delete
                } else {
                    Intent::Restore
                }
            }
            edits => Intent::Edit(edits.iter().map(|(field, value)| self.wanted(at, field, value)).collect()),
        }
    }

    /// With what was on the screen when it was wanted: what an own earlier edit is about to make, or what the server has.
    fn wanted(&self, at: usize, field: &Field, value: &Value) -> Wanted {
        let version = self.versions.current(field);
        let sharing = |op: &&Pending| op.edits.iter().any(|(other, _)| share_lane(other, field));
        let seen = self.ops[..at].iter().rev().find(sharing).map_or(Seen::At(version), |earlier| Seen::After(earlier.id, version));
        let earlier = self.ops[..at].iter().rev().flat_map(|op| op.edits.iter().rev()).find(|(other, _)| other == field);
        let was = earlier.map_or_else(|| self.saved(field), |(_, value)| value.clone());
        Wanted { field: field.clone(), value: value.clone(), seen, was }
    }

    fn push(&mut self, id: OpId, edits: Vec<(Field, Value)>) {
        self.ops.push(Pending { id, edits, intent: None, stage: Stage::Queued, attempts: 0 });
    }

    pub(super) fn set_version(&mut self, field: &Field, seq: Seq) {
        self.versions.set(field.clone(), seq.max(self.versions.of(field)));
    }

    /// Takes over what the other wrote; gives back the op that met it, and what was wanted instead.
    fn accept_theirs(&mut self, field: &Field) -> Option<(OpId, Value)> {
        let Some(Need::Conflict(op, conflict)) = self.needs.remove(field) else { return None };
        self.set_version(field, conflict.current);
        self.set_saved(field, conflict.theirs);
        Some((op, conflict.mine))
    }
}

impl Pending {
    fn shares_lane(&self, other: &Self) -> bool {
        self.edits.iter().any(|(a, _)| other.edits.iter().any(|(b, _)| share_lane(a, b)))
    }
}

/// Whether edits of both must keep their order: one field, or parts of one variant or picture.
pub(super) fn share_lane(a: &Field, b: &Field) -> bool {
    a == b || a.overlaps(b) || a.whole().is_some_and(|whole| b.whole() == Some(whole))
}
