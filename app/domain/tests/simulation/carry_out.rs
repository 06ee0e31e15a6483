//! What a tab wants done: storage, and requests that go through the network.

use domain::{
    ids::UserId,
    sync::{
        core::{Effect, Event, Tag},
        end::End,
        outbox::{self, Failed, State},
        replica,
        wire::{CONTENT_TYPE, Call, Head, MARKER, Pull, Push, Sealed, SentOp, Trouble, read},
    },
};

use crate::{
    backing::Backing,
    bug::Bug,
    world::{Next, Request, Undo, Who, World},
};

/// What comes back: a status, whether it is from the server itself, and a body.
struct Reply {
    status: u16,
    ours: bool,
    body: Vec<u8>,
    retry_after: Option<u32>,
}

/// What becomes of a transaction of a device's storage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    /// The tab died and took it with it.
    DiedBefore,
    Aborted,
    /// It is done, and the tab is told that it is not, as its connection is lost.
    DoneAndAborted,
    Done,
}

impl Fate {
    const fn is_done(self) -> bool {
        matches!(self, Self::Done | Self::DoneAndAborted)
    }
}

impl World {
    pub fn carry_out(&mut self, who: Who, effect: Effect) {
        match effect {
            Effect::Outbox(tag, tx) => {
                if let (Some(Bug::AcknowledgeBeforeCommit), outbox::Tx::Save(draft)) = (self.bug, &tx)
                    && let Some(typed) = self.oracle.typed.get_mut(&draft.id)
                {
                    typed.said_saved = true;
                }
                let at = self.storage_slot(who);
                self.at(at, Next::Outbox(who, tag, tx));
            }
            Effect::Replica(tag, tx) => {
                let at = self.storage_slot(who);
                self.at(at, Next::Replica(who, tag, tx));
            }
            Effect::Push(tag, push) => self.push(who, tag, push),
            Effect::Pull(tag, mut pull) => {
                self.spoil_pull(&mut pull);
                self.send(who, tag, Call::Pull, Sealed::of(&pull).bytes().to_vec());
            }
            Effect::WakeAt(at) => {
                if self.bug != Some(Bug::RetryOnlyOnNewEdit) {
                    self.devices[who.device].tabs[who.tab].wake = Some(at);
                    self.at(at, Next::Wakes(who));
                }
            }
            Effect::Tell => {
                for other in self.alive(who.device).into_iter().filter(|other| *other != who) {
                    let delay = self.rng.between(1, 20);
                    self.after(delay, Next::Hears(other, Event::Told));
                }
            }
            Effect::Saved(op) => {
                if let Some(typed) = self.oracle.typed.get_mut(&op) {
                    typed.said_saved = true;
                }
                self.check_saved(who.device);
            }
            Effect::EndedUnsaved(ended) => {
                if let Some(typed) = self.oracle.typed.get_mut(&ended.op) {
                    typed.straight = true;
                }
            }
            Effect::NotSaved(..) | Effect::Indicator(_) | Effect::Drifted(_) | Effect::WentBack => {}
        }
    }

    fn storage_slot(&mut self, who: Who) -> u64 {
        let at = self.now + self.rng.between(1, 6);
        let tab = &mut self.devices[who.device].tabs[who.tab];
        tab.storage_free = tab.storage_free.max(at);
        tab.storage_free
    }

    fn push(&mut self, who: Who, tag: Tag, mut push: Push) {
        let device = &mut self.devices[who.device];
        let sent: Vec<SentOp> = push.ops.iter().filter_map(|op| op.open().ok()).collect();
        match self.bug {
            Some(Bug::NoWitness) => push.witness = None,
            Some(Bug::SendsAsWhoeverIsThere) => push.user = device.user,
            Some(Bug::DeleteBeforeResult) => {
                device.outbox.ops.retain(|_, saved| !sent.iter().any(|op| op.id == saved.draft.id));
                device.journal.retain(|id, _| !sent.iter().any(|op| op.id == *id));
            }
            Some(Bug::FifoBlock) => {
                let first = device.outbox.ops.values().find(|saved| saved.is_pending()).map(|saved| saved.draft.lane);
                let of_first = sent.iter().take_while(|op| Some(op.lane) == first).count();
                push.ops.truncate(of_first);
                if of_first == 0 {
                    self.after(20, Next::Hears(who, Event::Pushed(tag, Err(Trouble::Lost))));
                    return;
                }
            }
            _ => {}
        }
        self.send(who, tag, Call::Push, Sealed::of(&push).bytes().to_vec());
    }

    fn spoil_pull(&self, pull: &mut Pull) {
        match self.bug {
            Some(Bug::NoWitness) => pull.witness = None,
            Some(Bug::NoSums) => pull.check = Vec::new(),
            _ => {}
        }
    }

    fn send(&mut self, who: Who, tag: Tag, call: Call, body: Vec<u8>) {
        let device = &self.devices[who.device];
        let request = Request { from: who, tag, call, session: device.user, server_life: self.life, body };
        if self.rng.chance(self.faults.silence) {
            return;
        }
        if !device.online || self.rng.chance(self.faults.lose) {
            let delay = self.rng.between(5, 3_000);
            self.after(delay, hears(&request, Err(Trouble::Lost)));
            return;
        }
        if self.rng.chance(self.faults.duplicate) {
            let delay = self.rng.between(5, 4_000);
            self.after(delay, Next::Serves(request.clone()));
        }
        let delay = self.network_delay();
        self.after(delay, Next::Serves(request));
    }

    fn network_delay(&mut self) -> u64 {
        if self.rng.chance(self.faults.slow) { self.rng.between(500, 15_000) } else { self.rng.between(3, 60) }
    }

    pub fn serve(&mut self, request: Request) {
        let reply = self.reply(&request);
        self.note(u64::from(reply.as_ref().map_or(0, |reply| reply.status)));
        let delay = self.network_delay();
        let Some(mut reply) = reply else {
            self.after(delay, hears(&request, Err(Trouble::Lost)));
            return;
        };
        if self.rng.chance(self.faults.lose) {
            self.after(delay, hears(&request, Err(Trouble::Lost)));
            return;
        }
        if self.rng.chance(self.faults.cut) {
            reply.body.truncate(self.rng.below(reply.body.len() as u64) as usize);
        }
        match (reply.status, reply.ours) {
            (401 | 403, true) => {
                self.devices[request.from.device].signed_out = true;
                let again = delay + self.rng.between(500, 8_000);
                self.after(again, Next::Undo(Undo::SignIn(request.from.device)));
            }
            (200, false) if self.bug == Some(Bug::TrustsAnyAnswer) && request.call == Call::Push => self.trust(&request),
            _ => {}
        }
        self.after(delay, arrives(&request, reply));
    }

    fn reply(&mut self, request: &Request) -> Option<Reply> {
        let ours = |status| Reply { status, ours: true, body: Vec::new(), retry_after: None };
        if self.now < self.server_down_until {
            return self.rng.chance(500).then_some(Reply { ours: false, ..ours(502) });
        }
        if self.rng.chance(self.faults.portal) {
            let status = [200, 200, 302, 403, 401][self.rng.below(5) as usize];
            return Some(Reply { status, ours: false, body: b"<!doctype html><title>Welcome</title>".to_vec(), retry_after: None });
        }
        if self.rng.chance(self.faults.status) {
            let status = [401, 403, 413, 429, 500, 503][self.rng.below(6) as usize];
            return Some(Reply { retry_after: self.rng.chance(500).then_some(self.rng.between(1, 5) as u32), ..ours(status) });
        }
        let crash = self.rng.chance(self.faults.crash).then(|| self.rng.below(5) as usize);
        let (at, before) = (self.server_time(), self.server.store.head());
        self.oracle.overtaken = request.server_life != self.life;
        let answer = match request.call {
            Call::Push => self.server.push(request.session, request.body.clone(), at, crash, &mut self.oracle),
            Call::Pull => self.server.pull(request.session, request.body.clone(), at, &mut self.oracle),
        };
        if self.server.store.head() != before {
            self.poke();
        }
        match answer {
            Ok(body) => Some(Reply { body, ..ours(200) }),
            Err(Some(status)) => Some(ours(status)),
            Err(None) => {
                self.server_down_until = self.now + self.rng.between(200, 3_000);
                None
            }
        }
    }

    /// Told to whoever looks, mostly.
    pub fn poke(&mut self) {
        let seq = self.server.store.head().seq;
        for device in 0..self.devices.len() {
            for who in self.alive(device) {
                if self.devices[device].tabs[who.tab].visible && self.devices[device].online && self.rng.chance(700) {
                    let delay = self.rng.between(5, 200);
                    self.after(delay, Next::Hears(who, Event::Poked(domain::sync::wire::Poke { seq })));
                }
            }
        }
    }

    fn trust(&mut self, request: &Request) {
        let Ok(push) = Sealed::from_bytes(request.body.clone()).open::<Push>() else { return };
        let sent: Vec<SentOp> = push.ops.iter().filter_map(|op| op.open().ok()).collect();
        let at = self.server_time();
        for saved in self.devices[request.from.device].outbox.ops.values_mut() {
            if saved.is_waiting() && sent.iter().any(|op| op.id == saved.draft.id) {
                saved.state = State::Ended { end: End::NoOp, seq: Some(domain::ids::Seq(1)), at };
            }
        }
    }

    pub fn outbox(&mut self, who: Who, tag: Tag, tx: outbox::Tx) {
        let fate = self.storage_fate(who);
        let done = if fate.is_done() { Some(self.in_outbox(who.device, tx)) } else { None };
        self.check_saved(who.device);
        self.report(who, fate, |failed| Event::Outbox(tag, failed.map_or_else(|| done.unwrap_or(Err(Failed::Aborted)), Err)));
    }

    pub fn replica(&mut self, who: Who, tag: Tag, tx: replica::Tx) {
        let fate = self.storage_fate(who);
        let done = if fate.is_done() { Ok(self.in_replica(who.device, tx)) } else { Err(Failed::Aborted) };
        self.report(who, fate, |failed| Event::Replica(tag, failed.map_or(done, Err)));
    }

    fn storage_fate(&mut self, who: Who) -> Fate {
        if self.tab(who).is_none() {
            return if self.rng.chance(500) { Fate::DiedBefore } else { Fate::Done };
        }
        match self.rng.chance(self.faults.abort) {
            true if self.rng.chance(250) => Fate::DoneAndAborted,
            true => Fate::Aborted,
            false => Fate::Done,
        }
    }

    fn report(&mut self, who: Who, fate: Fate, event: impl FnOnce(Option<Failed>) -> Event) {
        if fate == Fate::DiedBefore || self.rng.chance(self.faults.lost_report) {
            return;
        }
        let failed = (fate != Fate::Done).then_some(Failed::Aborted);
        let delay = self.rng.between(1, 4);
        self.after(delay, Next::Hears(who, event(failed)));
    }

    pub fn sign_in(&mut self, device: usize, user: UserId) {
        self.devices[device].signed_out = false;
        self.devices[device].user = user;
        self.everybody(device, &Event::SignedIn(user));
    }
}

fn hears(request: &Request, trouble: Result<(), Trouble>) -> Next {
    let trouble = trouble.err().unwrap_or(Trouble::Lost);
    Next::Hears(
        request.from,
        match request.call {
            Call::Push => Event::Pushed(request.tag, Err(trouble)),
            Call::Pull => Event::Pulled(request.tag, Err(trouble)),
        },
    )
}

fn arrives(request: &Request, reply: Reply) -> Next {
    let content_type = if reply.ours { CONTENT_TYPE } else { "text/html" };
    let marker = reply.ours.then_some(MARKER.1);
    let head = Head { status: reply.status, marker, content_type: Some(content_type), retry_after: reply.retry_after };
    Next::Hears(
        request.from,
        match request.call {
            Call::Push => Event::Pushed(request.tag, read(head, reply.body)),
            Call::Pull => Event::Pulled(request.tag, read(head, reply.body)),
        },
    )
}
