//! What happens to a core, and what it wants done.

use crate::{
    clock::Timestamp,
    ids::{OpId, UserId},
    sync::{
        outbox::{self, Draft},
        replica::{self, Reason},
        shown::Indicator,
        wire::{Ended, Poke, Pull, PullReply, Push, PushReply, Span, Trouble},
    },
};

/// The moment of a step, and chance for it.
#[derive(Clone, Copy, Debug)]
pub struct Now {
    /// Milliseconds of a clock that nobody sets. All waiting is by this one.
    pub mono: u64,
    /// What the device's clock says: shown, and never decided by.
    pub wall: Timestamp,
    /// Drawn anew for each step.
    pub random: [u8; 16],
}

/// Names an effect, so that its report finds back. Unique in a core.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tag(pub u32);

#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// The tab or the worker has started, or was thawed.
    Started {
        user: Option<UserId>,
        visible: bool,
    },
    SignedIn(UserId),
    SignedOut,
    /// A timer is due, the device is online again, the tab has the focus, or the worker was woken.
    Woke,
    Visible(bool),
    /// Somebody wants something.
    Save(Draft),
    /// Somebody throws ops away, knowing what they do.
    Discard(Vec<OpId>),
    /// Rows are wanted here, for a reason.
    Want {
        rows: Vec<Span>,
        reason: Reason,
    },
    /// The outbox was found broken, and a new one was made. This is what the journal had.
    OutboxLost {
        journal: Vec<outbox::Saved>,
    },
    /// Another tab or the worker says that the outbox has changed.
    Told,
    Poked(Poke),
    Outbox(Tag, Result<outbox::Reply, outbox::Failed>),
    Replica(Tag, Result<replica::Reply, outbox::Failed>),
    /// More of an answer has come, and it is not at its end.
    Arriving(Tag),
    Pushed(Tag, Result<PushReply, Trouble>),
    Pulled(Tag, Result<PullReply, Trouble>),
}

#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    Outbox(Tag, outbox::Tx),
    Replica(Tag, replica::Tx),
    Push(Tag, Push),
    Pull(Tag, Pull),
    /// Report [`Event::Woke`] at this moment of the clock that nobody sets. The last one counts.
    WakeAt(u64),
    /// Tell the other tabs and the worker that the outbox has changed.
    Tell,
    /// "Saved on this device" may be said.
    Saved(OpId),
    /// It is only on the screen, where it has to stay.
    NotSaved(Draft, outbox::Failed),
    /// An op that could not be saved went straight to the server.
    EndedUnsaved(Ended),
    Indicator(Indicator),
    /// The replica was wrong there; it is being mended.
    Drifted(Vec<u32>),
    /// The server went back to a copy; what it has lost is being sent again.
    WentBack,
}
