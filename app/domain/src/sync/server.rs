//! The server's side: what it answers, decided from what it has read. Reading and writing are the store's.
//!
//! Rules:
//! 1. An op's result never expires. The same op again gets it again, whoever has changed what meanwhile.
//! 2. What an op does, its result, its number and the history's next link are written in one transaction.
//! 3. Every result takes a change number, also that of an op which changed nothing.
//! 4. A push's ops are taken one by one. One that cannot be done yet stops its lane, and nothing else.

mod history;

use std::collections::BTreeSet;

pub use self::history::{NEAR, Plan, differing, in_history, plan};
use super::{
    end::{End, Refusal},
    hash::PayloadHash,
    intent::{Decided, Intent, Judged, Payload, Suggestion, evaluate},
    wire::{Call, Ended, REDUCER, Sealed, SentOp, Told},
};
use crate::{
    handle::Handle,
    ids::{OpId, ProductId, Seq, UserId, VersionId},
    product::Product,
    reduce::Applied,
    role::Role,
};

/// What is kept of an op for good.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recorded {
    pub hash: PayloadHash,
    pub user: UserId,
    pub end: End,
    pub seq: Seq,
}

/// An op as it came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Incoming {
    pub op: SentOp,
    /// None when it cannot be read.
    pub payload: Option<Payload>,
}

/// What has to be read before an op can be decided, beside its product and what is known of its id and its number.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wants {
    /// Own ops it was made upon.
    pub after: Vec<OpId>,
    pub suggestion: Option<VersionId>,
    /// Whether another product has it.
    pub handle: Option<Handle>,
}

/// What was read, in the transaction that will write.
#[derive(Clone, Copy, Debug)]
pub struct Facts<'a> {
    pub user: UserId,
    pub role: Role,
    /// What is kept of an op of this id.
    pub recorded: Option<&'a Recorded>,
    /// The op that has this number of this device.
    pub numbered: Option<OpId>,
    pub product: Option<&'a Product>,
    pub suggestion: Option<&'a Suggestion>,
    pub handle_taken: bool,
    /// The ops of [`Wants::after`] that are kept.
    pub after: &'a [(OpId, Recorded)],
}

// As with an outcome: made once an op and taken apart at once.
#[expect(clippy::large_enum_variant, reason = "a box would only be one more allocation")]
#[derive(Clone, Debug, PartialEq)]
pub enum Decision {
    /// Nothing is to be written.
    Told(Told),
    /// All of this is to be written under the store's next change number.
    Write(Write),
}

#[derive(Clone, Debug, PartialEq)]
pub struct Write {
    pub hash: PayloadHash,
    pub end: End,
    /// The product as it is then. What is new of it lacks its version.
    pub applied: Option<Applied>,
    pub decided: Option<(VersionId, Decided)>,
    /// The op whose conflict is settled.
    pub closes: Option<OpId>,
}

/// One push on its way.
#[derive(Debug, Default)]
pub struct Session {
    stopped: BTreeSet<ProductId>,
    rekey: bool,
}

/// Whether a device may ask that: the status of the refusal. Builds older than `min_proto` are refused, and those below `drain_only_below`
/// may push. `user` is whose ops or rows it is about, and `session` who is signed in.
pub fn refused(call: Call, (proto, user): (u16, Option<UserId>), session: UserId, (min_proto, drain_only_below): (u16, u16)) -> Option<u16> {
    match call {
        _ if user != Some(session) => Some(401),
        _ if proto < min_proto => Some(426),
        Call::Pull if proto < drain_only_below => Some(426),
        _ => None,
    }
}

/// Reads one op of a push. One that is none is told so and leaves the others alone.
pub fn open(sealed: &Sealed) -> Result<Incoming, Told> {
    let op: SentOp = sealed.open().map_err(|_| Told::Unreadable)?;
    let payload = op.payload.open().ok();
    Ok(Incoming { op, payload })
}

impl Incoming {
    pub fn wants(&self) -> Wants {
        let mut wants = Wants::default();
        match self.payload.as_ref().map(|payload| &payload.intent) {
            Some(Intent::Edit(fields)) => wants.after = fields.iter().filter_map(|field| field.seen.own()).collect(),
            Some(Intent::Decide { version, .. }) => wants.suggestion = Some(*version),
            Some(Intent::Review { version, verdict, .. }) => {
                wants.suggestion = Some(*version);
                wants.after = verdict.wanted().iter().filter_map(|field| field.seen.own()).collect();
            }
            Some(Intent::Create { handle, .. }) => wants.handle = Some(handle.clone()),
            _ => {}
        }
        wants
    }
}

impl Session {
    /// Decides about the next op of a push.
    pub fn decide(&mut self, incoming: &Incoming, facts: &Facts<'_>) -> Decision {
        let op = &incoming.op;
        let hash = op.hash();
        match facts.recorded {
            Some(known) if known.hash == hash && known.user == facts.user => {
                return Decision::Told(Told::Ended(Ended { op: op.id, end: known.end.clone(), seq: known.seq }));
            }
            Some(_) => return Decision::Told(Told::Reused(op.id)),
            None => {}
        }
        if self.rekey || facts.numbered.is_some_and(|other| other != op.id) {
            // Whatever else is new of this device would take numbers that are not its own.
            self.rekey = true;
            return Decision::Told(Told::Rekey(op.id));
        }
        if op.reducer > REDUCER || self.stopped.contains(&op.lane) {
            self.stopped.insert(op.lane);
            return Decision::Told(Told::Later(op.id));
        }
        let refused = |refusal| Decision::Write(Write { hash, end: End::Rejected(refusal), applied: None, decided: None, closes: None });
        let Some(payload) = &incoming.payload else { return refused(Refusal::Unreadable) };
        let intent = &payload.intent;
        if !intent.allowed(facts.role) {
            return refused(Refusal::NotAllowed);
        }
        if facts.handle_taken && matches!(intent, Intent::Create { .. }) && facts.product.is_none() {
            return refused(Refusal::HandleTaken);
        }
        let made = |own: OpId| facts.after.iter().find(|(id, known)| *id == own && known.end.is_done()).map(|(_, known)| known.seq);
        Decision::Write(match evaluate(op.id, op.lane, intent, facts.product, facts.suggestion, made) {
            Judged::Changes(applied, decided) => {
                let decided = incoming.wants().suggestion.zip(decided);
                Write { hash, end: End::Applied, applied: Some(applied), decided, closes: None }
            }
            Judged::Decides(decided) => {
                let decided = incoming.wants().suggestion.map(|version| (version, decided));
                Write { hash, end: End::NoOp, applied: None, decided, closes: None }
            }
            Judged::Closes(conflict) => Write { hash, end: End::NoOp, applied: None, decided: None, closes: Some(conflict) },
            Judged::Ends(end) => Write { hash, end, applied: None, decided: None, closes: None },
        })
    }
}

#[cfg(test)]
mod tests;
