//! What each transaction does.

use std::collections::BTreeSet;

use super::{Draft, KEPT_DAYS, LOADED, Loaded, OFFERED_AGAIN_DAYS, Outbox, Reply, Saved, State, Tx};
use crate::{
    clock::Timestamp,
    ids::{OpId, ProductId, Seq, UserId},
    sync::{end::End, wire::Cookie},
};

const DAY: i64 = 86_400;

/// Carries a transaction out, on an outbox that has in memory what it needs. The numbers of ops that were written are added to `written`;
/// the rest of the outbox is as it was, but for `meta`. An op that is no longer there was too old to be kept.
pub fn apply(outbox: &mut Outbox, tx: &Tx, written: &mut Vec<u64>) -> Reply {
    match tx {
        Tx::Save(draft) => save(outbox, draft, written),
        Tx::Load { user, skip } => Reply::Loaded(load(outbox, *user, skip)),
        Tx::Settle { witness, .. } if *witness != outbox.meta.witness => Reply::Moved,
        Tx::Settle { head, at, ended, .. } => {
            outbox.meta.witness = Some(*head);
            outbox.meta.heard = outbox.meta.heard.max(*at);
            let mut settled = Vec::new();
            for ended in ended {
                if end(outbox, ended.op, &ended.end, Some(ended.seq), *at, written) {
                    settled.push(ended.op);
                }
            }
            Reply::Settled(settled)
        }
        Tx::Refuse { op, refusal } => {
            let at = outbox.meta.heard;
            end(outbox, *op, &End::Rejected(refusal.clone()), None, at, written);
            Reply::Settled(vec![*op])
        }
        Tx::Quarantine { ops } => {
            let theirs = |saved: &Saved| saved.is_pending() && ops.contains(&saved.draft.id);
            change(outbox, written, theirs, |state| *state = State::Quarantined);
            Reply::Done
        }
        Tx::Release { user } => {
            let theirs = |saved: &Saved| saved.state == State::Quarantined && saved.draft.user == *user;
            change(outbox, written, theirs, |state| *state = State::Pending);
            Reply::Done
        }
        Tx::Rekey { from, to } => {
            if outbox.meta.device != *from {
                return Reply::Moved;
            }
            outbox.meta.device = *to;
            Reply::Done
        }
        Tx::Reset { witness, head, at } => {
            if outbox.meta.witness != *witness {
                return Reply::Moved;
            }
            reset(outbox, *head, *at, written);
            Reply::Done
        }
        Tx::Discard { ops } => {
            let at = outbox.meta.heard;
            let unended = |saved: &Saved| saved.is_waiting() && ops.contains(&saved.draft.id);
            change(outbox, written, unended, |state| *state = State::Discarded { at });
            Reply::Done
        }
        Tx::Prune => {
            prune(outbox, written);
            Reply::Done
        }
        Tx::Recover { journal } => {
            for saved in journal {
                if !outbox.ops.values().any(|known| known.draft.id == saved.draft.id) {
                    let number = saved.number.max(outbox.meta.next_number);
                    outbox.meta.next_number = number + 1;
                    outbox.ops.insert(number, Saved { number, ..saved.clone() });
                    written.push(number);
                }
            }
            Reply::Done
        }
    }
}

fn save(outbox: &mut Outbox, draft: &Draft, written: &mut Vec<u64>) -> Reply {
    if outbox.ops.values().any(|saved| saved.draft.id == draft.id) {
        return Reply::Done;
    }
    let number = outbox.meta.next_number;
    outbox.meta.next_number += 1;
    outbox.ops.insert(number, Saved { number, reducer: draft.rules(), draft: draft.clone(), state: State::Pending });
    written.push(number);
    Reply::Done
}

fn load(outbox: &Outbox, user: UserId, skip: &BTreeSet<ProductId>) -> Loaded {
    let own = || outbox.ops.values().filter(|saved| saved.draft.user == user);
    let quarantined = || own().filter(|saved| saved.state == State::Quarantined);
    // What waits in quarantine keeps its place in its lane.
    let held: BTreeSet<ProductId> = quarantined().map(|saved| saved.draft.lane).collect();
    let ready = |saved: &&Saved| saved.is_pending() && !skip.contains(&saved.draft.lane) && !held.contains(&saved.draft.lane);
    Loaded {
        meta: outbox.meta.clone(),
        pending: own().filter(ready).take(LOADED).cloned().collect(),
        count: own().filter(|saved| saved.is_pending()).count(),
        quarantined: quarantined().count(),
        oldest: own().filter(|saved| saved.is_waiting()).map(|saved| saved.draft.at).min(),
    }
}

fn end(outbox: &mut Outbox, op: OpId, end: &End, seq: Option<Seq>, at: Timestamp, written: &mut Vec<u64>) -> bool {
    // Also what was thrown away too late: it is done, and that is to be seen.
    let ends = |saved: &Saved| saved.draft.id == op && !matches!(saved.state, State::Ended { .. });
    let before = written.len();
    change(outbox, written, ends, |state| *state = State::Ended { end: end.clone(), seq, at });
    written.len() > before
}

/// The ops are offered again as they were. What the server still has of them it answers as before.
fn reset(outbox: &mut Outbox, head: Cookie, at: Timestamp, written: &mut Vec<u64>) {
    // Counted from the last contact and not from now: whoever comes back after a year has lost as much.
    let since = outbox.meta.heard.plus_seconds(-OFFERED_AGAIN_DAYS * DAY);
    outbox.meta.resets += 1;
    outbox.meta.witness = Some(head);
    outbox.meta.heard = outbox.meta.heard.max(at);
    let recent = |saved: &Saved| matches!(&saved.state, State::Ended { seq: Some(_), at, .. } if *at >= since);
    change(outbox, written, recent, |state| *state = State::Pending);
}

fn prune(outbox: &mut Outbox, written: &mut Vec<u64>) {
    let heard = outbox.meta.heard;
    for saved in outbox.ops.values_mut() {
        if let State::Ended { at, .. } | State::Discarded { at } = &mut saved.state
            && *at == Timestamp::default()
            && heard != *at
        {
            // It ended before the server was ever heard, so its days begin now.
            *at = heard;
            written.push(saved.number);
        }
    }
    let before = heard.plus_seconds(-KEPT_DAYS * DAY);
    let old = |saved: &Saved| ended_at(&saved.state).is_some_and(|at| at < before);
    written.extend(outbox.ops.values().filter(|saved| old(saved)).map(|saved| saved.number));
    outbox.ops.retain(|_, saved| !old(saved));
}

fn change(outbox: &mut Outbox, written: &mut Vec<u64>, which: impl Fn(&Saved) -> bool, mut how: impl FnMut(&mut State)) {
    for saved in outbox.ops.values_mut().filter(|saved| which(saved)) {
        how(&mut saved.state);
        written.push(saved.number);
    }
}

const fn ended_at(state: &State) -> Option<Timestamp> {
    match state {
        State::Ended { at, .. } | State::Discarded { at } => Some(*at),
        State::Pending | State::Quarantined => None,
    }
}
