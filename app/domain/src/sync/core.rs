//! The engine of a tab or a worker: what happened goes in, what is to be done comes out.
//!
//! Every tab and the worker has one, and none is the leader. What counts is in the outbox and the replica, which they share; a core only
//! remembers what it waits for, and may be killed between any two steps. Two that send the same op at once cost a little, and the
//! server answers both the same.
//!
//! Whoever runs it carries out the effects and reports what became of each, under its tag. A lock around sending saves work and is not
//! needed. Whatever is not reported in time is taken for failed.

mod backoff;
mod event;
mod lead;
mod pull;
mod push;

use std::collections::{BTreeMap, BTreeSet};

use self::lead::{Lane, Lead};
pub use self::{
    backoff::{MOST_WAIT, backoff, between},
    event::{Effect, Event, Now, Tag},
};
use super::{
    outbox::{self, Draft, Loaded, Saved},
    replica,
    shown::{Indicator, Stopped},
    wire::{Cookie, Held, PROTO, Trouble},
};
use crate::ids::{OpId, ProductId, UserId};

/// While somebody looks, the server is asked for news after so many milliseconds, poked or not.
pub const POLL: u64 = 30_000;
/// After so many milliseconds without an answer, or without more of it, there is none.
pub const PUSH_TIMEOUT: u64 = 10_000;
pub const PULL_TIMEOUT: u64 = 15_000;
pub const STORAGE_TIMEOUT: u64 = 5_000;
/// What another tab has to send is left to it for so many milliseconds.
pub const TOLD: u64 = 300;
/// What others may have changed is asked for so many milliseconds after one's own changes have arrived.
pub const AFTER_PUSH: u64 = 250;

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
    /// What that look found and has not been sent yet.
    queue: Vec<Saved>,
    /// Changes of the outbox that are begun until they are done.
    must: Vec<outbox::Tx>,
    /// Moves on with every pull: see `replica::Tx::Load`.
    turn: u32,
    /// Whether the next pull checks as much as one may. Most check little, as they are many, and somebody may be typing.
    thorough: bool,
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
    /// One that has to be done: see `Core::must`.
    Must(outbox::Tx),
    /// A replica transaction that nobody waits for.
    Aside,
    Look,
    Push(Sent),
    /// What became of a push is being written, maybe in several transactions; with the witness that the outbox has then.
    Settle(Option<Cookie>),
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
                (self.user, self.visible, self.thorough) = (user, visible, true);
                self.turn = u32::from_le_bytes([now.random[4], now.random[5], now.random[6], 0]);
                // Perhaps they are let in again.
                if let Some(user) = user {
                    self.must.push(outbox::Tx::Release { user });
                }
                self.write(now, outbox::Tx::Prune, What::Change, out);
                self.look_and_ask(now);
            }
            Event::SignedIn(user) => {
                self.user = Some(user);
                self.session += 1;
                self.queue.clear();
                self.stopped = self.stopped.filter(|stopped| *stopped != Stopped::SignIn);
                (self.push.paused, self.pull.paused) = (false, false);
                self.must.push(outbox::Tx::Release { user });
                self.look_and_ask(now);
            }
            Event::SignedOut => {
                (self.user, self.session) = (None, self.session + 1);
                self.queue.clear();
            }
            Event::Woke => self.push.due = true,
            Event::Visible(visible) => {
                self.visible = visible;
                if visible {
                    self.thorough = true;
                    self.look_and_ask(now);
                }
            }
            Event::Save(draft) => self.write(now, outbox::Tx::Save(draft.clone()), What::Save(draft), out),
            Event::Discard(ops) => {
                self.queue.clear();
                // At once: somebody waits to see it gone, however long the server is left alone.
                let tx = outbox::Tx::Discard { ops };
                self.write(now, tx.clone(), What::Must(tx), out);
            }
            Event::Want { rows, reason } => {
                self.replica(now, replica::Tx::Hold { rows, reason, at: now.wall }, What::Aside, out);
                self.pull.due = true;
            }
            Event::OutboxLost { journal } => {
                self.loaded = None;
                self.queue.clear();
                self.must.push(outbox::Tx::Recover { journal });
            }
            // Perhaps somebody has thrown something away. Whoever tells of an op sends it too, and most often has in a moment.
            Event::Told => {
                self.queue.clear();
                self.push.due = true;
                if self.push.not_before <= now.mono {
                    self.push.not_before = now.mono + TOLD;
                }
            }
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
        if now.mono >= self.push.not_before {
            for tx in std::mem::take(&mut self.must) {
                self.write(now, tx.clone(), What::Must(tx), out);
            }
        }
        if self.push.ready(now) && self.user.is_some() && !self.go_on(now, out) {
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
        let must = (!self.must.is_empty()).then_some(self.push.not_before);
        let lanes = self.lanes.values().map(|lane| lane.until);
        waiting.chain(leads).chain(poll).chain(must).chain(lanes).filter(|at| *at > now.mono).min()
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
        let tag = self.wait_for(now.mono + STORAGE_TIMEOUT, what);
        out.push(Effect::Outbox(tag, tx));
    }

    fn replica(&mut self, now: Now, tx: replica::Tx, what: What, out: &mut Vec<Effect>) {
        let tag = self.wait_for(now.mono + STORAGE_TIMEOUT, what);
        out.push(Effect::Replica(tag, tx));
    }

    fn wait_for(&mut self, until: u64, what: What) -> Tag {
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

#[cfg(test)]
mod tests;
