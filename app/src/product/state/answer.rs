//! What the server's answers do to a desk.

use std::time::Duration;

use domain::{
    change::FieldConflict,
    field::{Field, Value},
    ids::{OpId, Seq},
};
use ports::{error::AppError, product::Receipt};

use super::{Desk, Need, Pending, Stage, act::share_lane};

/// What to do after an answer.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::product) enum Next {
    /// It was saved: the history has a new entry.
    Saved,
    /// Somebody else was there: the history tells who.
    Conflict,
    /// Send it again after a while.
    Again(Duration),
    /// Nothing, until the person does something.
    Rest,
}

impl Desk {
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

    fn applied(&mut self, op: Pending, seq: Seq) {
        for (field, value) in op.edits {
            self.set_version(&field, seq);
            self.set_saved(&field, value);
            self.done.insert(field);
        }
    }

    fn conflicted(&mut self, op: Pending, conflicts: Vec<FieldConflict>) {
        if op.edits.len() > 1 {
            // None of it was done. Theirs is shown, and the person is told.
            for conflict in conflicts {
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
            self.needs.insert(conflict.field.clone(), Need::Conflict(Box::new(conflict)));
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

    /// What the person wants a field to be, where the server has not said that it is so.
    pub(super) fn mine(&self, field: &Field) -> Option<Value> {
        if let Some((typed, _)) = self.refused.get(field) {
            return Some(typed.clone());
        }
        if let Some(need) = self.needs.get(field) {
            return Some(need.mine().clone());
        }
        let whole = field.whole();
        for (other, value) in self.ops.iter().rev().flat_map(|op| op.edits.iter().rev()).filter(|(other, _)| share_lane(other, field)) {
            if other == field {
                return Some(value.clone());
            }
            if whole.as_ref() == Some(other) {
                return Some(super::parts::part_of(value, field));
            }
        }
        whole.and_then(|whole| self.needs.get(&whole)).map(|need| super::parts::part_of(need.mine(), field))
    }
}

impl Need {
    pub fn mine(&self) -> &Value {
        match self {
            Self::Refused { mine, .. } => mine,
            Self::Conflict(conflict) => &conflict.mine,
        }
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
