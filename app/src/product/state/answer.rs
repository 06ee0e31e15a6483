//! What the server's answers do to a desk.

use std::time::Duration;

use domain::{
    change::FieldConflict,
    field::{Field, Value},
    ids::{OpId, Seq},
    sync::end::{Conflict, Differing, End, Refusal},
};
use ports::{error::AppError, product::Receipt};

use super::{Desk, Need, Pending, Stage};

/// What to do after an answer.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::product) enum Next {
    /// It was saved: the history has a new entry.
    Saved,
    /// Somebody else was there: the history tells who.
    Conflict,
    /// Try to keep it again after a while.
    Again(Duration),
    /// Nothing, until the person does something.
    Rest,
}

/// How an op of the outbox has ended, as an answer. Of a conflict is told what the server had when it decided.
pub(in crate::product) fn receipt(end: &End, seq: Option<Seq>) -> Receipt {
    let seq = seq.unwrap_or_default();
    let conflict = |Differing { field, base: _, theirs, mine }: &Differing| FieldConflict {
        field: field.clone(),
        seen: Seq(0),
        current: seq,
        theirs: theirs.clone(),
        mine: mine.clone(),
    };
    match end {
        End::Applied | End::Merged => Receipt::Applied { seq },
        End::NoOp => Receipt::NoOp { seq },
        End::Conflict(Conflict::Fields(fields) | Conflict::Stale(fields)) => Receipt::Conflict(fields.iter().map(conflict).collect()),
        End::Conflict(Conflict::Decided(_)) => Receipt::Conflict(Vec::new()),
        End::Rejected(refusal) => {
            let field = if let Refusal::Invalid(field, _) = refusal { Some(field.clone()) } else { None };
            Receipt::Rejected { field, reason: refusal.to_string() }
        }
    }
}

impl Desk {
    /// Whether an edit is on its way from here.
    pub fn has_sent(&self, id: OpId) -> bool {
        self.ops.iter().any(|op| op.id == id)
    }

    /// The outbox has an edit.
    pub fn kept(&mut self, id: OpId) {
        if let Some(op) = self.ops.iter_mut().find(|op| op.id == id) {
            op.stage = Stage::Kept;
        }
    }

    /// What has become of an edit, or why it could not be kept.
    pub fn answered(&mut self, id: OpId, answer: Result<Receipt, AppError>) -> Next {
        let Some(at) = self.ops.iter().position(|op| op.id == id) else { return Next::Rest };
        match answer {
            Ok(Receipt::Applied { seq } | Receipt::NoOp { seq }) => {
                let op = self.ops.remove(at);
                self.applied(op, seq);
                Next::Saved
            }
            Ok(Receipt::Conflict(conflicts)) => {
                let op = self.ops.remove(at);
                self.conflicted(op, conflicts);
                Next::Conflict
            }
            Ok(Receipt::Rejected { field, reason }) => {
                let op = self.ops.remove(at);
                self.rejected(op, field.as_ref(), &reason);
                Next::Rest
            }
            Err(error) => {
                if let Some(next) = stop(&error, self.ops[at].attempts) {
                    self.ops[at].stage = Stage::Stopped(error);
                    return next;
                }
                let op = self.ops.remove(at);
                self.rejected(op, None, &error.to_string());
                Next::Rest
            }
        }
    }

    pub(super) fn applied(&mut self, op: Pending, seq: Seq) {
        for (field, value) in op.edits {
            self.needs.remove(&field);
            // Told late: what came after it is known already.
            if self.is_past(&field, seq) {
                continue;
            }
            self.set_version(&field, seq);
            self.set_saved(&field, value);
            self.done.insert(field);
        }
    }

    fn is_past(&self, field: &Field, seq: Seq) -> bool {
        seq < self.versions.current(field)
    }

    fn conflicted(&mut self, op: Pending, conflicts: Vec<FieldConflict>) {
        if op.edits.len() > 1 {
            // None of it was done. Theirs is shown, and the person is told.
            for conflict in conflicts {
                if self.is_past(&conflict.field, conflict.current) {
                    continue;
                }
                self.set_version(&conflict.field, conflict.current);
                self.set_saved(&conflict.field, conflict.theirs);
            }
            self.notice = Some("Someone else changed the same while you did. Theirs is shown; do yours again if it is better.".to_owned());
            return;
        }
        for mut conflict in conflicts {
            if let Some(newer) = self.take_queued(&conflict.field) {
                conflict.mine = newer;
            }
            if self.is_past(&conflict.field, conflict.current) {
                (conflict.theirs, conflict.current) = (self.saved(&conflict.field), self.versions.current(&conflict.field));
            }
            self.needs.insert(conflict.field.clone(), Need::Conflict(op.id, Box::new(conflict)));
        }
    }

    fn rejected(&mut self, op: Pending, about: Option<&Field>, reason: &str) {
        if op.edits.len() > 1 {
            let about = about.map_or(String::new(), |field| format!("{}: ", crate::ui::values::label(field)));
            self.notice = Some(format!("{about}{reason}"));
            return;
        }
        for (field, mine) in op.edits {
            // Something newer was typed since: that is what counts.
            if self.mine(&field).is_none() {
                self.needs.insert(field, Need::Refused { mine, reason: reason.to_owned() });
            }
        }
    }

    /// What was typed into a field since its last edit was sent, no longer to be sent.
    fn take_queued(&mut self, field: &Field) -> Option<Value> {
        let waits = |op: &Pending| op.stage == Stage::Queued && matches!(op.edits.as_slice(), [(other, _)] if other == field);
        let mut newest = None;
        while let Some(at) = self.ops.iter().position(waits) {
            newest = self.ops.remove(at).edits.pop().map(|(_, value)| value);
        }
        newest
    }
}

/// Whether an edit that failed so may succeed when it is sent again, and when that is. None when it may not.
fn stop(error: &AppError, attempts: u32) -> Option<Next> {
    let wait = Next::Again(Duration::from_secs(1 << attempts.saturating_sub(1).min(5)));
    match error {
        AppError::Unreachable | AppError::Unavailable(_) => Some(wait),
        AppError::Internal if attempts < 3 => Some(wait),
        // The person signs in again in another tab, or tries once more.
        AppError::Internal | AppError::SignedOut => Some(Next::Rest),
        AppError::Forbidden | AppError::NotFound | AppError::Invalid(_) => None,
    }
}
