//! The outbox: what was saved on this device, until long after the server has it.
//!
//! It is tables in a browser's storage, shared by tabs and a worker that know nothing of each other. So nobody changes it but by a
//! [`Tx`]: one transaction, strict where that is said, carried out by whoever has the storage. [`apply`] says what each does. It wants only
//! what [`Tx::needs`] says in memory, and tells what it wrote.
//!
//! Rules:
//! 1. An op gets its number in the transaction that saves it. A number is never used twice.
//! 2. An op stays as it was saved, to the byte, whatever build sends it.
//! 3. An op that has ended is kept for [`KEPT_DAYS`] by the server's clock.
//! 4. A result counts only when the server, as it gave it, had all earlier results of this device ([`Tx::Settle`]).

mod apply;
mod batch;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

pub use self::{apply::apply, batch::compose};
use super::{
    end::{End, Refusal},
    intent::Payload,
    wire::{Cookie, Ended, REDUCER, Sealed, SentOp},
};
use crate::{
    clock::Timestamp,
    ids::{DeviceId, OpId, ProductId, Seq, UserId},
};

/// For how long an op's end is shown.
pub const KEPT_DAYS: i64 = 90;
/// Ops that ended in the last days before the device last heard of the server are sent again to one that went back to a copy.
pub const OFFERED_AGAIN_DAYS: i64 = 7;
/// The most pending ops that one look at the outbox gives.
pub const LOADED: usize = 10_000;

/// An op before it has a number.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Draft {
    pub id: OpId,
    pub lane: ProductId,
    pub user: UserId,
    pub payload: Sealed,
    /// The row of the replica that the op is about, when it has one. A hint: a server that went back may give the number to another product.
    pub row: Option<u32>,
    /// By the device's clock.
    pub at: Timestamp,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Saved {
    pub number: u64,
    pub reducer: u16,
    pub draft: Draft,
    pub state: State,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum State {
    Pending,
    /// The server says that this person may not. It waits for them to be let in again, or for somebody to throw it away.
    Quarantined,
    Ended {
        end: End,
        /// None when it ended on the device.
        seq: Option<Seq>,
        /// By the server's clock.
        at: Timestamp,
    },
    /// Thrown away by the person it is of.
    Discarded {
        at: Timestamp,
    },
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Meta {
    pub device: DeviceId,
    pub next_number: u64,
    /// How often the server was found to have gone back.
    pub resets: u32,
    /// The latest place in the server's history at which an op ended. A server that does not have it has lost that end.
    pub witness: Option<Cookie>,
    /// The server's clock, when it was last heard.
    pub heard: Timestamp,
}

/// What is in the outbox, or as much of it as a transaction needs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outbox {
    pub meta: Meta,
    /// By their numbers.
    pub ops: BTreeMap<u64, Saved>,
}

impl Outbox {
    pub fn new(device: DeviceId) -> Self {
        let meta = Meta { device, next_number: 1, resets: 0, witness: None, heard: Timestamp::default() };
        Self { meta, ops: BTreeMap::new() }
    }
}

/// One transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tx {
    /// Puts an op in. Strict: when it is done, the op outlives a power cut. The same op twice is one.
    Save(Draft),
    /// Reads what is pending of a person, without the ops of some lanes.
    Load {
        user: UserId,
        skip: BTreeSet<ProductId>,
    },
    /// Strict. Does nothing when the outbox has another witness than the one that was sent: of two results on their way at once, the one
    /// that comes second may be of a server that went back meanwhile. It is asked for again.
    Settle {
        witness: Option<Cookie>,
        head: Cookie,
        at: Timestamp,
        ended: Vec<Ended>,
    },
    /// The device itself has found that an op cannot be sent.
    Refuse {
        op: OpId,
        refusal: Refusal,
    },
    Quarantine {
        ops: Vec<OpId>,
    },
    /// What was in quarantine of a person is pending again.
    Release {
        user: UserId,
    },
    /// Another device has the same id. Does nothing when this one has another by now.
    Rekey {
        from: DeviceId,
        to: DeviceId,
    },
    /// The server went back. Strict. Does nothing when that was found out before.
    Reset {
        witness: Option<Cookie>,
        head: Cookie,
        at: Timestamp,
    },
    Discard {
        ops: Vec<OpId>,
    },
    /// Takes out what need not be shown any longer. The numbers that were written and are not there any more are to be deleted.
    Prune,
    /// The outbox was lost, and is made anew of the journal.
    Recover {
        journal: Vec<Saved>,
    },
}

/// What of the outbox a transaction reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Needs {
    /// `Meta` alone.
    Nothing,
    Ops(Vec<OpId>),
    /// Those that have not ended.
    Waiting,
    All,
}

impl Tx {
    /// All others have to be on the disk before they count as done.
    pub const fn is_read(&self) -> bool {
        matches!(self, Self::Load { .. })
    }

    pub fn needs(&self) -> Needs {
        match self {
            Self::Save(draft) => Needs::Ops(vec![draft.id]),
            Self::Load { .. } | Self::Release { .. } => Needs::Waiting,
            Self::Settle { ended, .. } => Needs::Ops(ended.iter().map(|ended| ended.op).collect()),
            Self::Refuse { op, .. } => Needs::Ops(vec![*op]),
            Self::Quarantine { ops } | Self::Discard { ops } => Needs::Ops(ops.clone()),
            Self::Rekey { .. } => Needs::Nothing,
            Self::Reset { .. } | Self::Prune | Self::Recover { .. } => Needs::All,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    Done,
    /// The world has moved on: what the transaction was about is no longer so, and nothing was written.
    Moved,
    Loaded(Loaded),
    /// Of these ops the ends were written.
    Settled(Vec<OpId>),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loaded {
    pub meta: Meta,
    /// The oldest pending ops of the person, at most [`LOADED`], without those of skipped lanes.
    pub pending: Vec<Saved>,
    /// All pending ops of the person. Of others nothing is told.
    pub count: usize,
    pub quarantined: usize,
    /// When the oldest of them was saved, by the device's clock.
    pub oldest: Option<Timestamp>,
}

/// A transaction that was not done, and left nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failed {
    /// There is no room on the device, or none for this site.
    Quota,
    /// Aborted, or the handle is dead: a new one may do.
    Aborted,
    /// There is no storage at all, as in some private windows.
    Unavailable,
}

impl Draft {
    /// The rules that a server has to know to decide it.
    pub fn rules(&self) -> u16 {
        self.payload.open::<Payload>().map_or(REDUCER, |payload| payload.intent.rules())
    }
}

impl Saved {
    /// As it is sent, by whatever build.
    pub fn sent(&self) -> SentOp {
        SentOp { id: self.draft.id, number: self.number, lane: self.draft.lane, reducer: self.reducer, payload: self.draft.payload.clone() }
    }

    pub const fn is_pending(&self) -> bool {
        matches!(self.state, State::Pending)
    }

    pub const fn is_waiting(&self) -> bool {
        matches!(self.state, State::Pending | State::Quarantined)
    }

    /// Whether a replica at a place lacks what this op has done or will do, so that it is to be shown on top.
    pub fn is_ahead_of(&self, replica: Option<Cookie>) -> bool {
        match &self.state {
            State::Pending | State::Quarantined => true,
            State::Ended { end: End::Applied | End::Merged, seq: Some(seq), .. } => replica.is_none_or(|cookie| cookie.seq < *seq),
            State::Ended { .. } | State::Discarded { .. } => false,
        }
    }
}

#[cfg(test)]
mod tests;
