//! What the outbox has of a product that this page has not put there: edits of an earlier page, or of another tab.

use domain::{
    change::FieldConflict,
    field::{Field, Value},
    ids::{OpId, Seq},
    sync::{
        end::{Conflict, End},
        intent::{Intent, Payload, Wanted},
        outbox::{Saved, State as Kept},
        shown::settles,
    },
};

use ports::product::Receipt;

use super::{Desk, Need, Pending, Stage, answer::receipt};

impl Desk {
    /// Takes over what the outbox has of this product, in the order of its numbers. Those whose history changes are told.
    pub fn adopt(&mut self, ops: &[Saved]) -> Vec<OpId> {
        let mut news = Vec::new();
        for (at, saved) in ops.iter().enumerate() {
            let id = saved.draft.id;
            let Ok(Payload { intent, .. }) = saved.draft.payload.open::<Payload>() else { continue };
            let edits = edits_of(&intent);
            if edits.is_empty() {
                continue;
            }
            let is_known = self.ops.iter().any(|op| op.id == id);
            match &saved.state {
                Kept::Pending | Kept::Quarantined => {
                    if is_known {
                        self.kept(id);
                    } else {
                        self.ops.push(Pending { id, edits, intent: Some(intent), stage: Stage::Kept, attempts: 0 });
                    }
                }
                Kept::Ended { end, seq, .. } => {
                    let is_settled = ops[at + 1..].iter().any(|later| settles(later, saved));
                    let is_older = seq.is_some_and(|seq| edits.iter().all(|(field, _)| seq <= self.versions.current(field)));
                    match end {
                        _ if is_known => {
                            self.answered(id, Ok(receipt(end, *seq)));
                            news.push(id);
                        }
                        End::Applied | End::Merged if !is_older => {
                            self.applied(Pending { id, edits, intent: Some(intent), stage: Stage::Kept, attempts: 0 }, seq.unwrap_or_default());
                            news.push(id);
                        }
                        End::Conflict(Conflict::Fields(differing)) if !is_settled && differing.len() == 1 => {
                            self.dispute(id, end, *seq);
                        }
                        _ => {}
                    }
                }
                Kept::Discarded { .. } => self.ops.retain(|op| op.id != id),
            }
        }
        news
    }

    /// A conflict that was left open before, unless something else is wanted of the field by now. Theirs is what is there now.
    fn dispute(&mut self, id: OpId, end: &End, seq: Option<Seq>) {
        let Receipt::Conflict(conflicts) = receipt(end, seq) else { return };
        for conflict in conflicts {
            let theirs = self.saved(&conflict.field);
            if self.mine(&conflict.field).is_none() && conflict.mine != theirs {
                let current = conflict.current.max(self.versions.current(&conflict.field));
                self.needs.insert(conflict.field.clone(), Need::Conflict(id, Box::new(FieldConflict { theirs, current, ..conflict })));
            }
        }
    }
}

fn edits_of(intent: &Intent) -> Vec<(Field, Value)> {
    match intent {
        Intent::Edit(wanted) => values(wanted),
        Intent::Review { verdict, .. } => values(verdict.wanted()),
        Intent::Delete => vec![(Field::Deleted, Value::Flag(true))],
        Intent::Restore => vec![(Field::Deleted, Value::Flag(false))],
        Intent::AdjustPrice { .. } | Intent::Decide { .. } | Intent::Create { .. } | Intent::KeepTheirs { .. } => Vec::new(),
    }
}

fn values(wanted: &[Wanted]) -> Vec<(Field, Value)> {
    wanted.iter().map(|wanted| (wanted.field.clone(), wanted.value.clone())).collect()
}
