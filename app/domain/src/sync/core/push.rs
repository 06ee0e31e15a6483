//! Emptying the outbox: look, send, write down what became of it, look again.

use std::collections::BTreeSet;

use super::{AFTER_PUSH, Core, Effect, Lane, Now, PUSH_TIMEOUT, Sent, Stopped, Tag, Waiting, What, backoff};
use crate::{
    ids::{DeviceId, OpId, ProductId},
    sync::{
        end::{End, Refusal},
        outbox::{self, Draft, Failed, Loaded, Reply, Saved, compose},
        replica::{self, Reason},
        wire::{Cookie, Ended, MOST_BYTES, MOST_OPS, Notice, PROTO, Push, PushAnswer, PushReply, Sealed, SentOp, Span, Told, Trouble},
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
                self.count_in(&draft);
                out.extend([Effect::Saved(draft.id), Effect::Tell]);
                // Behind the words that it is saved, which somebody waits for.
                if let Some(row) = draft.row {
                    let rows = vec![Span { from: row, count: 1 }];
                    self.replica(now, replica::Tx::Hold { rows, reason: Reason::Pending, at: now.wall }, What::Aside, out);
                }
                self.push.due = true;
            }
            (What::Save(draft), Err(failed)) => self.straight(now, draft, failed, out),
            (What::Look, Ok(Reply::Loaded(loaded))) => self.looked(now, loaded, out),
            (What::Look, _) => self.push.failed(now, Trouble::Lost),
            (What::Settle(witness), result) => self.settled(now, witness, result, out),
            (What::PushReset, _) => {
                (self.push.due, self.push.busy, self.pull.due) = (true, false, true);
                out.extend([Effect::WentBack, Effect::Tell]);
            }
            (What::PullReset(cookie), _) => {
                self.push.due = true;
                out.extend([Effect::WentBack, Effect::Tell]);
                self.replica(now, replica::Tx::Drop { cookie }, What::Drop, out);
            }
            (What::Must(tx), Err(_)) => {
                self.must.push(tx);
                self.push.due = true;
                self.push.not_before = self.push.not_before.max(now.mono + backoff(1, now.random[1]));
            }
            (_, Ok(_)) => {
                self.push.due = true;
                out.push(Effect::Tell);
            }
            (_, Err(_)) => self.push.due = true,
        }
    }

    /// It may be long until the outbox is looked through again: while nobody is signed in, or the server is not tried.
    fn count_in(&mut self, draft: &Draft) {
        if let Some(loaded) = self.loaded.as_mut().filter(|_| self.user == Some(draft.user)) {
            loaded.count += 1;
            loaded.oldest = Some(loaded.oldest.map_or(draft.at, |oldest| oldest.min(draft.at)));
        }
    }

    fn settled(&mut self, now: Now, witness: Option<Cookie>, result: Result<Reply, Failed>, out: &mut Vec<Effect>) {
        self.push.busy = self.settles();
        self.push.due = true;
        match (result, &mut self.loaded) {
            (Ok(Reply::Settled(ops)), Some(loaded)) => {
                loaded.meta.witness = witness;
                loaded.count = loaded.count.saturating_sub(ops.len());
                out.push(Effect::Tell);
            }
            // What was not written down is sent again, and answered the same.
            (Err(_), _) => {
                self.queue.clear();
                self.push.failed(now, Trouble::Lost);
            }
            _ => self.queue.clear(),
        }
    }

    fn settles(&self) -> bool {
        self.waiting.values().any(|waiting| matches!(waiting.what, What::Settle(_)))
    }

    fn looked(&mut self, now: Now, mut loaded: Loaded, out: &mut Vec<Effect>) {
        self.queue = std::mem::take(&mut loaded.pending);
        self.loaded = Some(loaded);
        self.push.busy = false;
        if !self.go_on(now, out) {
            self.push.attempts = 0;
        }
    }

    /// Sends the next ops of what was found, if there are any.
    pub(super) fn go_on(&mut self, now: Now, out: &mut Vec<Effect>) -> bool {
        let Some(meta) = self.loaded.as_ref().map(|loaded| loaded.meta.clone()) else { return false };
        let chosen = self.choose(now);
        let Some(user) = chosen.first().map(|saved| saved.draft.user).filter(|user| self.user == Some(*user)) else {
            self.queue.clear();
            return false;
        };
        let ops = compose(&chosen, self.most.unwrap_or(MOST_OPS));
        let bytes = ops.iter().map(|op| op.bytes().len()).sum();
        let going = &chosen[..ops.len()];
        let numbers: BTreeSet<u64> = going.iter().map(|saved| saved.number).collect();
        self.queue.retain(|saved| !numbers.contains(&saved.number));
        let sent = going.iter().map(|saved| (saved.draft.id, saved.draft.lane, saved.draft.row)).collect();
        let what = What::Push(Sent { ops: sent, bytes, session: self.session, witness: meta.witness });
        let tag = self.wait_for(now.mono + PUSH_TIMEOUT, what);
        self.push.busy = true;
        out.push(Effect::Push(tag, Push { proto: PROTO, device: meta.device, user, witness: meta.witness, ops }));
        true
    }

    /// Ops of lanes that have never failed, as many as a push may have; without any, the first of a lane that has, alone: if it fails
    /// again, it takes no other with it.
    fn choose(&self, now: Now) -> Vec<Saved> {
        let sound = self.queue.iter().filter(|saved| !self.lanes.contains_key(&saved.draft.lane)).take(MOST_OPS);
        let sound: Vec<Saved> = sound.cloned().collect();
        if !sound.is_empty() {
            return sound;
        }
        let again = |saved: &&Saved| self.lanes.get(&saved.draft.lane).is_none_or(|lane| lane.until <= now.mono);
        self.queue.iter().find(again).cloned().into_iter().collect()
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
                self.queue.clear();
                let tx = outbox::Tx::Reset { witness: sent.witness, head, at: notice.at };
                self.write(now, tx, What::PushReset, out);
            }
            (What::Push(sent), Err(trouble)) => self.push_failed(now, &sent, trouble, out),
            _ => {}
        }
    }

    fn results(&mut self, now: Now, sent: &Sent, notice: &Notice, (head, results): (Cookie, &[Sealed]), out: &mut Vec<Effect>) {
        let mut ended: Vec<Ended> = Vec::new();
        let mut refused: Vec<(OpId, Refusal)> = Vec::new();
        let mut rekeyed = false;
        let mut later: BTreeSet<ProductId> = BTreeSet::new();
        let mut conflicts: Vec<u32> = Vec::new();
        if results.len() < sent.ops.len() {
            self.queue.clear();
        }
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
                _ => {
                    later.insert(*lane);
                }
            }
        }
        for lane in later {
            self.delay(now, lane);
        }
        if let Some(device) = self.loaded.as_ref().map(|loaded| loaded.meta.device).filter(|_| rekeyed) {
            self.queue.clear();
            self.write(now, outbox::Tx::Rekey { from: device, to: new_device(now) }, What::Settle(sent.witness), out);
        }
        // Others have changed something, too, perhaps. While there is more to be sent, it can wait for the last of it; and for what somebody
        // types meanwhile, as storage does one thing after the other.
        if self.queue.is_empty() && !self.pull.due {
            (self.pull.due, self.pull.not_before) = (true, self.pull.not_before.max(now.mono + AFTER_PUSH));
        }
        if !ended.is_empty() {
            let tx = outbox::Tx::Settle { witness: sent.witness, head, at: notice.at, ended };
            self.write(now, tx, What::Settle(Some(head)), out);
        }
        for (op, refusal) in refused {
            self.queue.clear();
            self.write(now, outbox::Tx::Refuse { op, refusal }, What::Settle(sent.witness), out);
        }
        if !conflicts.is_empty() {
            conflicts.sort_unstable();
            conflicts.dedup();
            let tx = replica::Tx::Hold { rows: Span::of(conflicts), reason: Reason::Conflict, at: now.wall };
            self.replica(now, tx, What::Aside, out);
        }
        self.push.busy = self.settles();
        self.push.due = true;
    }

    fn push_failed(&mut self, now: Now, sent: &Sent, trouble: Trouble, out: &mut Vec<Effect>) {
        self.queue.clear();
        self.push.failed(now, trouble);
        self.pull.due |= !self.mine.is_empty();
        let alone = if let [(op, lane, _)] = sent.ops.as_slice() { Some((*op, *lane)) } else { None };
        match (trouble, alone) {
            // The server has never taken it, as it takes none of this size.
            (Trouble::TooLarge, Some((op, _))) if sent.bytes > MOST_BYTES => {
                self.push.worked();
                self.push.busy = true;
                self.write(now, outbox::Tx::Refuse { op, refusal: Refusal::TooLarge }, What::Settle(sent.witness), out);
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
                self.write(now, outbox::Tx::Quarantine { ops }, What::Settle(sent.witness), out);
            }
            (Trouble::SignIn, _) if sent.session == self.session => self.stop_for_sign_in(),
            (Trouble::Upgrade, _) => self.stopped = Some(Stopped::OldBuild),
            (Trouble::Lost | Trouble::Foreign | Trouble::Busy(_) | Trouble::SignIn | Trouble::Forbidden, _) => {}
        }
    }

    fn delay(&mut self, now: Now, lane: ProductId) {
        // What is behind it in its lane must not go before it.
        self.queue.retain(|saved| saved.draft.lane != lane);
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
        let op = SentOp { id: draft.id, number: 0, lane: draft.lane, reducer: draft.rules(), payload: draft.payload.clone() };
        let push = Push { proto: PROTO, device: new_device(now), user: draft.user, witness: None, ops: vec![Sealed::of(&op)] };
        let tag = self.wait_for(now.mono + PUSH_TIMEOUT, What::Straight(draft, failed));
        out.push(Effect::Push(tag, push));
    }

    fn went_straight(&mut self, draft: Draft, failed: Failed, result: Result<PushReply, Trouble>, out: &mut Vec<Effect>) {
        if let Ok(PushReply { answer: PushAnswer::Results { results, .. }, .. }) = result
            && let Some(Ok(Told::Ended(ended))) = results.first().map(Sealed::open::<Told>)
            && ended.op == draft.id
        {
            self.mine.insert(draft.lane);
            self.pull.due = true;
            out.push(Effect::EndedUnsaved(ended));
        } else {
            out.push(Effect::NotSaved(draft, failed));
        }
    }
}

fn new_device(now: Now) -> DeviceId {
    DeviceId(uuid::Builder::from_random_bytes(now.random).into_uuid())
}
