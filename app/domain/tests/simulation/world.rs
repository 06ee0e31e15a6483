//! A world: devices, a network, a server and their clock. What happens next is drawn from its seed and from nothing else.

use std::collections::BTreeMap;

use domain::{
    clock::Timestamp,
    ids::UserId,
    sync::{
        core::{Core, Event, Now, Tag},
        outbox,
        replica::{self, Reason},
        wire::{Call, Span},
    },
};

use crate::{
    bug::Bug,
    device::{Device, Tab},
    faults::{Faults, Happens},
    oracle::Oracle,
    rng::Rng,
    server::Server,
};

/// When the worlds begin, in milliseconds since 1970.
const BEGIN: u64 = 1_790_000_000_000;
/// After faults have ended, milliseconds until the outboxes of whoever is signed in have to be empty, until others sign in, and until the end.
pub const DRAINED: u64 = 45_000;
pub const SECOND_USER: u64 = 46_000;
pub const END: u64 = 125_000;

pub struct World {
    /// Says on the way what happens.
    pub telling: bool,
    pub rng: Rng,
    pub now: u64,
    pub order: u64,
    pub queue: BTreeMap<(u64, u64), Next>,
    pub server: Server,
    pub server_down_until: u64,
    pub oracle: Oracle,
    pub devices: Vec<Device>,
    pub faults: Faults,
    pub bug: Option<Bug>,
    pub users: Vec<UserId>,
    pub quiet: bool,
    /// How often the server went back.
    pub life: u32,
    pub tokens: u64,
    /// Of all that happened.
    pub trace: u64,
    pub events: u64,
    /// How long after the end of faults the last outbox was empty, in milliseconds.
    pub drained: u64,
    pub ended_faults: u64,
}

/// Who does something: a device, one of its tabs, and which life of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Who {
    pub device: usize,
    pub tab: usize,
    pub life: u32,
}

#[derive(Debug)]
pub enum Next {
    Starts(Who),
    Wakes(Who),
    Outbox(Who, Tag, outbox::Tx),
    Replica(Who, Tag, replica::Tx),
    Hears(Who, Event),
    Serves(Request),
    Types(usize),
    Happens(Happens),
    Flushes,
    Imports,
    Online(usize),
    Undo(Undo),
    Quiet,
    Drained,
    SecondUser,
    End,
}

#[derive(Clone, Copy, Debug)]
pub enum Undo {
    Full(usize),
    Role(UserId),
    SignIn(usize),
}

#[derive(Clone, Debug)]
pub struct Request {
    pub from: Who,
    pub tag: Tag,
    pub call: Call,
    pub session: UserId,
    /// Of the server, when it was sent.
    pub server_life: u32,
    pub body: Vec<u8>,
}

/// What a world came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ending {
    pub trace: u64,
    pub events: u64,
    pub ops: usize,
    pub drained: u64,
    /// The promise that was broken, and how.
    pub broken: Option<String>,
}

impl World {
    pub fn run(seed: u64, bug: Option<Bug>) -> Ending {
        let mut world = Self::new(seed, bug);
        while let Some(((at, _), next)) = world.queue.pop_first() {
            world.now = at;
            world.events += 1;
            if matches!(next, Next::End) || world.oracle.broken.is_some() {
                break;
            }
            if world.telling {
                println!("{at:>7} {next:?}");
            }
            world.next(next);
            if world.quiet {
                world.look_whether_drained();
            }
            if world.events > 200_000 {
                world.oracle.fail("P5", || "nothing comes to rest".into());
            }
        }
        if world.oracle.broken.is_none() {
            world.check_end();
        }
        Ending {
            trace: world.trace,
            events: world.events,
            ops: world.oracle.typed.len(),
            drained: world.drained,
            broken: world.oracle.broken.map(|broken| format!("seed {seed}, after {} ms: {broken}", world.now)),
        }
    }

    pub fn at(&mut self, at: u64, next: Next) {
        self.order += 1;
        self.queue.insert((at, self.order), next);
    }

    pub fn after(&mut self, millis: u64, next: Next) {
        self.at(self.now + millis, next);
    }

    pub fn server_time(&self) -> Timestamp {
        Timestamp::from_micros(((BEGIN + self.now) * 1_000) as i64)
    }

    pub fn wall(&self, device: usize) -> Timestamp {
        self.server_time().plus_seconds(self.devices[device].clock)
    }

    pub fn note(&mut self, what: u64) {
        self.trace = (self.trace.rotate_left(7) ^ what).wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ self.now;
    }

    fn next(&mut self, next: Next) {
        match next {
            Next::Starts(who) => self.starts(who),
            Next::Wakes(who) => {
                if self.tab(who).is_some_and(|tab| tab.wake == Some(self.now)) {
                    self.devices[who.device].tabs[who.tab].wake = None;
                    self.step(who, Event::Woke);
                }
            }
            Next::Outbox(who, tag, tx) => self.outbox(who, tag, tx),
            Next::Replica(who, tag, tx) => self.replica(who, tag, tx),
            Next::Hears(who, event) => self.step(who, event),
            Next::Serves(request) => self.serve(request),
            Next::Types(device) => self.types(device),
            Next::Happens(happens) => self.happens(happens),
            Next::Flushes => {
                for device in &mut self.devices {
                    device.replica_on_disk = device.replica.clone();
                    device.outbox_on_disk = device.outbox.clone();
                }
                if !self.quiet {
                    let next = self.rng.between(500, 4_000);
                    self.after(next, Next::Flushes);
                }
            }
            Next::Imports => self.imports(),
            Next::Online(device) => {
                self.devices[device].online = true;
                self.everybody(device, &Event::Woke);
            }
            Next::Undo(undo) => self.undo(undo),
            Next::Quiet => self.ends_faults(),
            Next::Drained => self.check_drained(),
            Next::SecondUser => self.second_user(),
            Next::End => {}
        }
    }

    pub fn tab(&self, who: Who) -> Option<&Tab> {
        let tab = &self.devices[who.device].tabs[who.tab];
        (tab.alive && tab.life == who.life).then_some(tab)
    }

    pub fn who(&self, device: usize, tab: usize) -> Who {
        Who { device, tab, life: self.devices[device].tabs[tab].life }
    }

    pub fn alive(&self, device: usize) -> Vec<Who> {
        (0..self.devices[device].tabs.len()).map(|tab| self.who(device, tab)).filter(|who| self.tab(*who).is_some()).collect()
    }

    pub fn everybody(&mut self, device: usize, event: &Event) {
        for who in self.alive(device) {
            let delay = self.rng.between(1, 20);
            self.after(delay, Next::Hears(who, event.clone()));
        }
    }

    /// A tab takes a step, and what comes of it is begun.
    pub fn step(&mut self, who: Who, event: Event) {
        if self.tab(who).is_none() {
            return;
        }
        let now = Now { mono: self.now, wall: self.wall(who.device), random: self.rng.bytes() };
        let tab = &mut self.devices[who.device].tabs[who.tab];
        let effects = tab.core.step(now, event);
        self.note((who.device * 8 + who.tab) as u64 ^ (effects.len() as u64) << 8);
        for effect in effects {
            if self.rng.chance(self.faults.kill) {
                self.kill(who);
                return;
            }
            self.carry_out(who, effect);
        }
    }

    /// Nothing that was under way in a device's storage is done.
    pub fn drop_storage(&mut self, device: usize) {
        self.queue.retain(|_, next| !matches!(next, Next::Outbox(who, ..) | Next::Replica(who, ..) if who.device == device));
    }

    fn starts(&mut self, who: Who) {
        let device = &mut self.devices[who.device];
        let tab = &mut device.tabs[who.tab];
        if tab.alive || tab.life != who.life {
            return;
        }
        (tab.core, tab.alive, tab.wake) = (Core::default(), true, None);
        let (user, visible, lost) = (device.user, tab.visible, device.lost);
        if lost {
            let mut journal: Vec<outbox::Saved> = device.journal.values().cloned().collect();
            journal.sort_by_key(|saved| saved.number);
            self.step(who, Event::OutboxLost { journal });
        }
        self.step(who, Event::Started { user: Some(user), visible });
        if visible {
            let rows = vec![Span { from: 0, count: self.server.store_len() }];
            self.step(who, Event::Want { rows, reason: Reason::Viewport });
        }
    }

    pub fn kill(&mut self, who: Who) {
        let tab = &mut self.devices[who.device].tabs[who.tab];
        tab.alive = false;
        tab.life += 1;
        let (who, delay) = (Who { life: tab.life, ..who }, self.rng.between(50, 4_000));
        self.after(delay, Next::Starts(who));
    }

    pub fn since_faults(&self) -> u64 {
        self.now.saturating_sub(self.ended_faults)
    }
}
