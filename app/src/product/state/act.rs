//! What the person does, and what is to be sent because of it.

use domain::{
    field::{Field, Value},
    ids::{OpId, Seq},
    op::{Base, Edit},
};
use ports::product::EditRequest;

use super::{Desk, Need, Pending, Stage};

impl Desk {
    /// The person wants a field to be so. The edit that will see to it, where there is something to send.
    pub fn commit(&mut self, id: OpId, field: Field, value: Value) -> Option<OpId> {
        self.refused.remove(&field);
        match self.needs.get_mut(&field) {
            Some(Need::Conflict(conflict)) => {
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
        // The last queued edit of the same lane takes the newer value; one that was sent stays as it is.
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

    pub(super) fn set_version(&mut self, field: &Field, seq: Seq) {
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

/// Whether edits of both must keep their order: one field, or parts of one variant or picture.
pub(super) fn share_lane(a: &Field, b: &Field) -> bool {
    a == b || a.overlaps(b) || a.whole().is_some_and(|whole| b.whole() == Some(whole))
}
