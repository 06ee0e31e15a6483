//! The engine of a tab or a worker: what happened goes in, what is to be done comes out.
//!
//! Every tab and the worker has one, and none is the leader. What counts is in the outbox and the replica, which they share; a core only
//! remembers what it waits for, and may be killed between any two steps. Two that send the same op at once cost a little, and the
//! server answers both the same.
//!
//! Whoever runs it carries out the effects and reports what became of each, under its tag. A lock around sending saves work and is not
//! needed. Whatever is not reported in time is taken for failed.

mod backoff;
mod pull;
mod push;

use std::collections::{BTreeMap, BTreeSet};

pub use self::backoff::{MOST_WAIT, backoff};
use super::{
    end::End,
    outbox::{self, Draft, Loaded},
    replica::{self, Reason},
    shown::{Indicator, Stopped},
    wire::{Cookie, Held, PROTO, Poke, Pull, PullReply, Push, PushReply, Span, Trouble},
};
use crate::{
    clock::Timestamp,
    ids::{OpId, ProductId, UserId},
};

/// While somebody looks, the server is asked for news after so many milliseconds, poked or not.
pub const POLL: u64 = 30_000;
/// After so many milliseconds without an answer, or without more of it, there is none.
pub const PUSH_TIMEOUT: u64 = 10_000;
pub const PULL_TIMEOUT: u64 = 15_000;
pub const STORAGE_TIMEOUT: u64 = 5_000;

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
    EndedUnsaved(OpId, End),
    Indicator(Indicator),
    /// The replica was wrong there; it is being mended.
    Drifted(Vec<u32>),
    /// The server went back to a copy; what it has lost is being sent again.
    WentBack,
}

#[derive(Debug, Default)]
pub struct Core {
    user: Option<UserId>,
    /// How often somebody has signed in or out: what the server said of an earlier session is no longer so.
    session: u32,
    visible: bool,
    push: Lead,
    pull: Lead,
    /// Of the last look at the outbox.
    loaded: Option<Loaded>,
    /// Lanes whose first op the server could not do, and when it is tried again.
    lanes: BTreeMap<ProductId, Lane>,
    /// How many ops the next push may have, when fewer than usual.
    most: Option<usize>,
    /// Products of ops that ended here since the replica was last made current.
    mine: BTreeSet<ProductId>,
    /// Whether the pull under way compares everything.
    all: bool,
    polled: u64,
    stopped: Option<Stopped>,
    waiting: BTreeMap<Tag, Waiting>,
    next_tag: u32,
    wake: Option<u64>,
    indicator: Indicator,
}

/// One of the two things a core does by itself.
#[derive(Debug, Default)]
struct Lead {
    /// Whether there is something to be done.
    due: bool,
    busy: bool,
    /// Until somebody signs in.
    paused: bool,
    attempts: u32,
    not_before: u64,
}

#[derive(Debug, Default)]
struct Lane {
    attempts: u32,
    until: u64,
}

#[derive(Debug)]
struct Waiting {
    until: u64,
    what: What,
}

#[derive(Debug)]
enum What {
    Save(Draft),
    Straight(Draft, outbox::Failed),
    /// An outbox transaction whose outcome changes nothing but that there may be something to send.
    Change,
    /// A replica transaction that nobody waits for.
    Aside,
    Look,
    Push(Sent),
    /// Ends are being written. How many transactions of this push are still under way is in `Core::waiting`.
    Settle,
    PushReset,
    Ask,
    Pull(Asked),
    Advance,
    PullReset(Option<Cookie>),
    Drop,
}

#[derive(Debug)]
struct Sent {
    ops: Vec<(OpId, ProductId, Option<u32>)>,
    bytes: usize,
    session: u32,
    witness: Option<Cookie>,
}

#[derive(Debug)]
struct Asked {
    session: u32,
    cookie: Option<Cookie>,
    schema: u32,
    witness: Option<Cookie>,
    compared: Vec<Held>,
    checked: Vec<Held>,
}

impl Core {
    pub fn step(&mut self, now: Now, event: Event) -> Vec<Effect> {
        let mut effects = Vec::new();
        let out = &mut effects;
        match event {
            Event::Started { user, visible } => {
                (self.user, self.visible) = (user, visible);
                // Perhaps they are let in again.
                if let Some(user) = user {
                    self.write(now, outbox::Tx::Release { user }, What::Change, out);
                }
                self.write(now, outbox::Tx::Prune, What::Change, out);
                self.look_and_ask(now);
            }
            Event::SignedIn(user) => {
                self.user = Some(user);
                self.session += 1;
                self.stopped = self.stopped.filter(|stopped| *stopped != Stopped::SignIn);
                (self.push.paused, self.pull.paused) = (false, false);
                self.write(now, outbox::Tx::Release { user }, What::Change, out);
                self.look_and_ask(now);
            }
            Event::SignedOut => (self.user, self.session) = (None, self.session + 1),
            Event::Woke => self.push.due = true,
            Event::Visible(visible) => {
                self.visible = visible;
                if visible {
                    self.look_and_ask(now);
                }
            }
            Event::Save(draft) => {
                if let Some(row) = draft.row {
                    let rows = vec![Span { from: row, count: 1 }];
                    self.replica(now, replica::Tx::Hold { rows, reason: Reason::Pending, at: now.wall }, What::Aside, out);
                }
                self.write(now, outbox::Tx::Save(draft.clone()), What::Save(draft), out);
            }
            Event::Discard(ops) => self.write(now, outbox::Tx::Discard { ops }, What::Change, out),
            Event::Want { rows, reason } => {
                self.replica(now, replica::Tx::Hold { rows, reason, at: now.wall }, What::Aside, out);
                self.pull.due = true;
            }
            Event::OutboxLost { journal } => {
                self.loaded = None;
                self.write(now, outbox::Tx::Recover { journal }, What::Change, out);
            }
            Event::Told => self.push.due = true,
            Event::Poked(_) => self.pull.due = true,
            Event::Outbox(tag, result) => self.outbox_done(now, tag, result, out),
            Event::Replica(tag, result) => self.replica_done(now, tag, result, out),
            Event::Arriving(tag) => {
                if let Some(Waiting { until, what: What::Pull(_) }) = self.waiting.get_mut(&tag) {
                    *until = now.mono + PULL_TIMEOUT;
                }
            }
            Event::Pushed(tag, result) => {
                if let Some(Waiting { what, .. }) = self.waiting.remove(&tag) {
                    self.pushed(now, what, result, out);
                }
            }
            Event::Pulled(tag, result) => {
                if let Some(Waiting { what: What::Pull(asked), .. }) = self.waiting.remove(&tag) {
                    self.pulled(now, asked, result, out);
                }
            }
        }
        self.drive(now, out);
        effects
    }

    /// Expires what was not reported, begins what is due, and says when to go on.
    fn drive(&mut self, now: Now, out: &mut Vec<Effect>) {
        while let Some(tag) = self.waiting.iter().find(|(_, waiting)| waiting.until <= now.mono).map(|(tag, _)| *tag) {
            self.expire(now, tag, out);
        }
        if self.visible && now.mono >= self.polled + POLL {
            self.look_and_ask(now);
        }
        if self.push.ready(now) && self.user.is_some() {
            self.look(now, out);
        }
        if self.pull.ready(now) && self.user.is_some() && self.loaded.is_some() && self.stopped != Some(Stopped::OldBuild) {
            self.pull.due = false;
            self.ask(now, false, out);
        }
        self.indicate(now, out);
        let next = self.next_wake(now);
        if next != self.wake {
            self.wake = next;
            out.extend(next.map(Effect::WakeAt));
        }
    }

    fn next_wake(&self, now: Now) -> Option<u64> {
        let waiting = self.waiting.values().map(|waiting| waiting.until);
        let leads = [&self.push, &self.pull].into_iter().filter(|lead| lead.due && !lead.busy && !lead.paused).map(|lead| lead.not_before);
        let poll = self.visible.then_some(self.polled + POLL);
        let lanes = self.lanes.values().map(|lane| lane.until);
        waiting.chain(leads).chain(poll).chain(lanes).filter(|at| *at > now.mono).min()
    }

    fn expire(&mut self, now: Now, tag: Tag, out: &mut Vec<Effect>) {
        let Some(waiting) = self.waiting.get(&tag) else { return };
        match waiting.what {
            What::Push(_) | What::Straight(..) => {
                if let Some(Waiting { what, .. }) = self.waiting.remove(&tag) {
                    self.pushed(now, what, Err(Trouble::Lost), out);
                }
            }
            What::Pull(_) => {
                if let Some(Waiting { what: What::Pull(asked), .. }) = self.waiting.remove(&tag) {
                    self.pulled(now, asked, Err(Trouble::Lost), out);
                }
            }
            What::Ask | What::Advance | What::Drop | What::Aside => self.replica_done(now, tag, Err(outbox::Failed::Aborted), out),
            _ => self.outbox_done(now, tag, Err(outbox::Failed::Aborted), out),
        }
    }

    fn look_and_ask(&mut self, now: Now) {
        (self.push.due, self.pull.due, self.polled) = (true, true, now.mono);
    }

    fn indicate(&mut self, now: Now, out: &mut Vec<Effect>) {
        let Some(loaded) = &self.loaded else { return };
        let indicator = Indicator::of(loaded, now.wall, self.stopped);
        // The age goes on by itself on the screen.
        let told = Indicator { oldest_seconds: self.indicator.oldest_seconds, ..indicator };
        if told != self.indicator || indicator.oldest_seconds.is_some() != self.indicator.oldest_seconds.is_some() {
            self.indicator = indicator;
            out.push(Effect::Indicator(indicator));
        }
    }

    fn write(&mut self, now: Now, tx: outbox::Tx, what: What, out: &mut Vec<Effect>) {
        let tag = self.expect(now.mono + STORAGE_TIMEOUT, what);
        out.push(Effect::Outbox(tag, tx));
    }

    fn replica(&mut self, now: Now, tx: replica::Tx, what: What, out: &mut Vec<Effect>) {
        let tag = self.expect(now.mono + STORAGE_TIMEOUT, what);
        out.push(Effect::Replica(tag, tx));
    }

    fn expect(&mut self, until: u64, what: What) -> Tag {
        self.next_tag += 1;
        let tag = Tag(self.next_tag);
        self.waiting.insert(tag, Waiting { until, what });
        tag
    }

    /// What both kinds of reply may say of this build.
    fn heed(&mut self, drain_only_below: u16) {
        if drain_only_below > PROTO {
            self.stopped = Some(Stopped::OldBuild);
        } else if self.stopped == Some(Stopped::OldBuild) {
            self.stopped = None;
        }
    }
}

impl Lead {
    const fn ready(&self, now: Now) -> bool {
        self.due && !self.busy && !self.paused && now.mono >= self.not_before
    }

    fn failed(&mut self, now: Now, trouble: Trouble) {
        self.due = true;
        self.busy = false;
        self.attempts = self.attempts.saturating_add(1);
        let asked = if let Trouble::Busy(Some(seconds)) = trouble { u64::from(seconds).saturating_mul(1_000) } else { 0 };
        // Spread over a second, as everybody was told the same.
        let asked = if asked == 0 { 0 } else { asked.min(900_000) + u64::from(now.random[0]) * 4 };
        self.not_before = now.mono + backoff(self.attempts, now.random[1]).max(asked);
    }

    const fn worked(&mut self) {
        (self.busy, self.attempts, self.not_before) = (false, 0, 0);
    }
}

#[cfg(test)]
mod tests;
