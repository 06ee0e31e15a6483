//! Emptying the outbox: look, send, write down what became of it, look again.

use std::collections::BTreeSet;

use super::{Core, Effect, Lane, Now, PUSH_TIMEOUT, Sent, Stopped, Tag, Waiting, What, backoff};
use crate::{
    ids::{DeviceId, OpId, ProductId},
    sync::{
        end::{End, Refusal},
        outbox::{self, Draft, Failed, Loaded, Reply, Saved, compose},
        replica::{self, Reason},
        wire::{Ended, MOST_BYTES, MOST_OPS, Notice, PROTO, Push, PushAnswer, PushReply, REDUCER, Sealed, SentOp, Span, Told, Trouble},
    },
};

impl Core {
    pub(super) fn look(&mut self, now: Now, out: &mut Vec<Effect>) {
        let Some(user) = self.user else { return };
        (self.push.due, self.push.busy) = (false, true);
        let skip: BTreeSet<ProductId> = self.lanes.iter().filter(|(_, lane)| lane.until > now.mono).map(|(lane, _)| *lane).collect();
        self.write(now, outbox::Tx::Load { user, skip }, What::Look, out);
    }

    pub(super) fn outbox_done(&mut self, now: Now, tag: Tag, result: Result<Reply, Failed>, out: &mut Vec<Effect>) {
        let Some(Waiting { what, .. }) = self.waiting.remove(&tag) else { return };
        match (what, result) {
            (What::Save(draft), Ok(_)) => {
                out.extend([Effect::Saved(draft.id), Effect::Tell]);
                self.push.due = true;
            }
            (What::Save(draft), Err(failed)) => self.straight(now, draft, failed, out),
            (What::Look, Ok(Reply::Loaded(loaded))) => self.looked(now, loaded, out),
            (What::Look, _) => self.push.failed(now, Trouble::Lost),
            (What::Settle, result) => {
                if !self.waiting.values().any(|waiting| matches!(waiting.what, What::Settle)) {
                    self.push.busy = false;
                }
                self.push.due = true;
                match result {
                    Ok(Reply::Settled(_)) => out.push(Effect::Tell),
                    Ok(_) => {}
                    // What was not written down is sent again, and answered the same.
                    Err(_) => self.push.failed(now, Trouble::Lost),
                }
            }
            (What::PushReset, _) => {
                (self.push.due, self.push.busy, self.pull.due) = (true, false, true);
                out.extend([Effect::WentBack, Effect::Tell]);
            }
            (What::PullReset(cookie), _) => {
                self.push.due = true;
                out.extend([Effect::WentBack, Effect::Tell]);
                self.replica(now, replica::Tx::Drop { cookie }, What::Drop, out);
            }
            (_, Ok(_)) => {
                self.push.due = true;
                out.push(Effect::Tell);
            }
            (_, Err(_)) => self.push.due = true,
        }
    }

    fn looked(&mut self, now: Now, mut loaded: Loaded, out: &mut Vec<Effect>) {
        let pending = std::mem::take(&mut loaded.pending);
        if loaded.count + loaded.quarantined == 0 && self.loaded.as_ref().is_some_and(|before| before.count + before.quarantined > 0) {
            self.replica(now, replica::Tx::Release { reason: Reason::Pending }, What::Aside, out);
        }
        let meta = loaded.meta.clone();
        self.loaded = Some(loaded);
        let chosen = self.choose(pending);
        let Some(user) = chosen.first().map(|saved| saved.draft.user) else {
            self.push.busy = false;
            return;
        };
        let ops = compose(&chosen, self.most.unwrap_or(MOST_OPS));
        let bytes = ops.iter().map(|op| op.bytes().len()).sum();
        let sent = chosen[..ops.len()].iter().map(|saved| (saved.draft.id, saved.draft.lane, saved.draft.row)).collect();
        let what = What::Push(Sent { ops: sent, bytes, session: self.session, witness: meta.witness });
        let tag = self.expect(now.mono + PUSH_TIMEOUT, what);
        out.push(Effect::Push(tag, Push { proto: PROTO, device: meta.device, user, witness: meta.witness, ops }));
    }

    /// Ops of lanes that have never failed, all of them; without any, the first of a lane that has, alone: if it fails again, it
    /// takes no other with it.
    fn choose(&self, pending: Vec<Saved>) -> Vec<Saved> {
        let (failed, sound): (Vec<Saved>, Vec<Saved>) = pending.into_iter().partition(|saved| self.lanes.contains_key(&saved.draft.lane));
        if sound.is_empty() { failed.into_iter().take(1).collect() } else { sound }
    }

    pub(super) fn pushed(&mut self, now: Now, what: What, result: Result<PushReply, Trouble>, out: &mut Vec<Effect>) {
        match (what, result) {
            (What::Straight(draft, failed), result) => self.went_straight(draft, failed, result, out),
            (What::Push(sent), Ok(PushReply { notice, answer: PushAnswer::Results { head, results } })) => {
                self.heed(notice.drain_only_below);
                self.push.worked();
                self.most = self.most.map(|most| most * 2).filter(|most| *most < MOST_OPS);
                self.results(now, &sent, &notice, (head, &results), out);
            }
            (What::Push(sent), Ok(PushReply { notice, answer: PushAnswer::Reset { head } })) => {
                let tx = outbox::Tx::Reset { witness: sent.witness, head, at: notice.at };
                self.write(now, tx, What::PushReset, out);
            }
            (What::Push(sent), Err(trouble)) => self.push_failed(now, &sent, trouble, out),
            _ => {}
        }
    }

    fn results(&mut self, now: Now, sent: &Sent, notice: &Notice, (head, results): (super::Cookie, &[Sealed]), out: &mut Vec<Effect>) {
        let mut ended: Vec<Ended> = Vec::new();
        let mut refused: Vec<(OpId, Refusal)> = Vec::new();
        let mut rekeyed = false;
        let mut conflicts: Vec<u32> = Vec::new();
        for ((op, lane, row), told) in sent.ops.iter().zip(results) {
            match told.open::<Told>() {
                Ok(Told::Ended(end)) if end.op == *op => {
                    self.lanes.remove(lane);
                    self.mine.insert(*lane);
                    if matches!(end.end, End::Conflict(_)) {
                        conflicts.extend(row);
                    }
                    ended.push(end);
                }
                Ok(Told::Reused(told)) if told == *op => refused.push((*op, Refusal::Reused)),
                Ok(Told::Unreadable) => refused.push((*op, Refusal::Unreadable)),
                Ok(Told::Rekey(told)) if told == *op => rekeyed = true,
                // Later, or something that only a later build understands.
                _ => self.delay(now, *lane),
            }
        }
        if let (true, Some(loaded)) = (rekeyed, &self.loaded) {
            let tx = outbox::Tx::Rekey { from: loaded.meta.device, to: new_device(now) };
            self.write(now, tx, What::Settle, out);
        }
        if !ended.is_empty() {
            self.pull.due = true;
            self.write(now, outbox::Tx::Settle { witness: sent.witness, head, at: notice.at, ended }, What::Settle, out);
        }
        for (op, refusal) in refused {
            self.write(now, outbox::Tx::Refuse { op, refusal }, What::Settle, out);
        }
        if !conflicts.is_empty() {
            conflicts.sort_unstable();
            conflicts.dedup();
            let tx = replica::Tx::Hold { rows: Span::of(conflicts), reason: Reason::Conflict, at: now.wall };
            self.replica(now, tx, What::Aside, out);
        }
        self.push.busy = self.waiting.values().any(|waiting| matches!(waiting.what, What::Settle));
        self.push.due = true;
    }

    fn push_failed(&mut self, now: Now, sent: &Sent, trouble: Trouble, out: &mut Vec<Effect>) {
        self.push.failed(now, trouble);
        let alone = if let [(op, lane, _)] = sent.ops.as_slice() { Some((*op, *lane)) } else { None };
        match (trouble, alone) {
            // The server has never taken it, as it takes none of this size.
            (Trouble::TooLarge, Some((op, _))) if sent.bytes > MOST_BYTES => {
                self.push.worked();
                self.push.busy = true;
                self.write(now, outbox::Tx::Refuse { op, refusal: Refusal::TooLarge }, What::Settle, out);
            }
            (Trouble::TooLarge, None) => {
                self.most = Some(sent.ops.len() / 2);
                self.push.not_before = now.mono;
            }
            // One op may be what the server stumbles over. Halving finds it, and soon.
            (Trouble::Failed(_), None) => {
                self.most = Some(sent.ops.len() / 2);
                self.push.not_before = now.mono + backoff(1, now.random[1]);
            }
            (Trouble::TooLarge | Trouble::Failed(_), Some((_, lane))) => self.delay(now, lane),
            (Trouble::Forbidden, _) if sent.session == self.session => {
                self.push.worked();
                self.push.busy = true;
                let ops = sent.ops.iter().map(|(op, ..)| *op).collect();
                self.write(now, outbox::Tx::Quarantine { ops }, What::Settle, out);
            }
            (Trouble::SignIn, _) if sent.session == self.session => self.stop_for_sign_in(),
            (Trouble::Upgrade, _) => self.stopped = Some(Stopped::OldBuild),
            (Trouble::Lost | Trouble::Foreign | Trouble::Busy(_) | Trouble::SignIn | Trouble::Forbidden, _) => {}
        }
    }

    fn delay(&mut self, now: Now, lane: ProductId) {
        let lane: &mut Lane = self.lanes.entry(lane).or_default();
        lane.attempts = lane.attempts.saturating_add(1);
        lane.until = now.mono + backoff(lane.attempts, now.random[2]);
    }

    pub(super) const fn stop_for_sign_in(&mut self) {
        (self.push.paused, self.pull.paused) = (true, true);
        self.stopped = Some(Stopped::SignIn);
    }

    /// What cannot be saved goes to the server at once, as a device of its own that has but this op.
    fn straight(&mut self, now: Now, draft: Draft, failed: Failed, out: &mut Vec<Effect>) {
        if self.user != Some(draft.user) {
            out.push(Effect::NotSaved(draft, failed));
            return;
        }
        let op = SentOp { id: draft.id, number: 0, lane: draft.lane, reducer: REDUCER, payload: draft.payload.clone() };
        let push = Push { proto: PROTO, device: new_device(now), user: draft.user, witness: None, ops: vec![Sealed::of(&op)] };
        let tag = self.expect(now.mono + PUSH_TIMEOUT, What::Straight(draft, failed));
        out.push(Effect::Push(tag, push));
    }

    fn went_straight(&mut self, draft: Draft, failed: Failed, result: Result<PushReply, Trouble>, out: &mut Vec<Effect>) {
        if let Ok(PushReply { answer: PushAnswer::Results { results, .. }, .. }) = result
            && let Some(Ok(Told::Ended(ended))) = results.first().map(|sealed| sealed.open::<Told>())
            && ended.op == draft.id
        {
            self.mine.insert(draft.lane);
            self.pull.due = true;
            out.push(Effect::EndedUnsaved(ended.op, ended.end));
        } else {
            out.push(Effect::NotSaved(draft, failed));
        }
    }
}

fn new_device(now: Now) -> DeviceId {
    DeviceId(uuid::Builder::from_random_bytes(now.random).into_uuid())
}
