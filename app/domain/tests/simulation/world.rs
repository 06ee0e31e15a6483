//! A world: devices, a network, a server and their clock. What happens next is drawn from its seed and from nothing else.

use std::collections::BTreeMap;

use domain::{
    clock::Timestamp,
    field::{Field, Value},
    ids::Seq,
    ids::{DeviceId, ProductId, UserId, VariantId, VersionId},
    money::Money,
    product::{Content, OptimisationStatus, Product, Variant, Versions},
    role::Role,
    sync::{
        core::{Core, Event, Now, Tag},
        intent::Suggestion,
        outbox::{self, Outbox},
        replica::{self, Reason, Replica},
        wire::{Call, Span},
    },
};
use uuid::Uuid;

use crate::{
    backing::{Backing, Memory},
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
const SECOND_USER: u64 = 46_000;
const END: u64 = 125_000;

pub struct World {
    /// Says on the way what happens.
    telling: bool,
    pub rng: Rng,
    pub now: u64,
    order: u64,
    queue: BTreeMap<(u64, u64), Next>,
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
    ended_faults: u64,
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

    fn new(seed: u64, bug: Option<Bug>) -> Self {
        let mut rng = Rng(seed.wrapping_mul(0x2545_f491_4f6c_dd1d) ^ 0x5bd1);
        let faults = Faults::drawn(&mut rng);
        let products: Vec<Product> = (0..rng.between(2, 8) as u32).map(|ord| product(ord, &mut rng)).collect();
        let users: Vec<UserId> = (0..2).map(|_| UserId(Uuid::from_bytes(rng.bytes()))).collect();
        let mut store = Memory::new(products, rng.next());
        for ord in 0..rng.below(3) as u32 {
            if let Some(product) = store.product_at(ord) {
                let suggestion = suggestion(&product, &mut rng);
                store.suggestions.insert(suggestion.id, suggestion);
            }
        }
        let server = Server {
            store,
            copy: None,
            roles: users.iter().map(|user| (*user, Some(Role::Editor))).collect(),
            bug,
            protos: (1, 1),
            rules: 1,
            stumbles: std::collections::BTreeSet::new(),
            schema: 1,
            rng: Rng(rng.next()),
        };
        let mut world = Self {
            telling: std::env::var_os("VITRINE_SEED").is_some(),
            now: 0,
            order: 0,
            queue: BTreeMap::new(),
            server,
            server_down_until: 0,
            oracle: Oracle::default(),
            devices: Vec::new(),
            faults,
            bug,
            users,
            quiet: false,
            life: 0,
            tokens: 0,
            trace: seed,
            events: 0,
            drained: 0,
            ended_faults: 0,
            rng,
        };
        world.oracle.committed(&world.server.store);
        world.plan();
        world
    }

    fn plan(&mut self) {
        let span = self.rng.between(8_000, 40_000);
        for _ in 0..self.rng.between(1, 5) {
            let user = self.users[usize::from(self.rng.chance(200))];
            let outbox = Outbox::new(DeviceId(Uuid::from_bytes(self.rng.bytes())));
            self.add_device(user, outbox, Replica::default(), BTreeMap::new());
        }
        for device in 0..self.devices.len() {
            for _ in 0..self.rng.between(1, 6) {
                let at = self.rng.below(span);
                self.at(at, Next::Types(device));
            }
        }
        for happens in self.faults.happenings.clone() {
            let at = match happens {
                Happens::CopyTaken => self.rng.below(span / 2),
                Happens::WentBack | Happens::WentBackOnPurpose => self.rng.between(span / 2, span),
                _ => self.rng.below(span),
            };
            self.at(at, Next::Happens(happens));
        }
        if self.faults.happenings.contains(&Happens::PowerCut) {
            self.at(1_000, Next::Flushes);
        }
        if self.faults.import > 0 {
            let at = self.rng.below(5_000);
            self.at(at, Next::Imports);
        }
        self.at(span, Next::Quiet);
    }

    pub fn add_device(&mut self, user: UserId, outbox: Outbox, replica: Replica, journal: BTreeMap<domain::ids::OpId, outbox::Saved>) {
        let number = self.devices.len();
        // The last one is the worker, which nobody looks at.
        let tabs = self.rng.between(1, 3) + 1;
        let tabs: Vec<Tab> = (0..tabs).map(|tab| Tab::new(tab == 0)).collect();
        for tab in 0..tabs.len() {
            let at = self.now + self.rng.below(400);
            self.at(at, Next::Starts(Who { device: number, tab, life: 0 }));
        }
        self.devices.push(Device {
            outbox_on_disk: outbox.clone(),
            outbox,
            replica_on_disk: replica.clone(),
            journal,
            replica,
            tabs,
            user,
            online: true,
            clock: 0,
            full: false,
            tampered: false,
            lost: false,
            signed_out: false,
            rules: 1,
        });
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
            let rows = vec![Span { from: 0, count: self.server.store.products() }];
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

    fn imports(&mut self) {
        if self.quiet {
            return;
        }
        let at = self.server_time();
        if self.rng.chance(500) {
            self.server.import(at, 0, &mut self.oracle);
        } else {
            let field = if self.rng.chance(500) { Field::Title } else { Field::Vendor };
            let ord = self.rng.below(self.server.store.products().into()) as u32;
            let value = Value::text(format!("online-{}", self.rng.below(1_000_000)));
            self.server.edit_online(&field, value, ord, at, &mut self.oracle);
        }
        self.poke();
        let next = self.rng.between(300, 600_000 / (self.faults.import + 1) + 300);
        self.after(next, Next::Imports);
    }

    fn ends_faults(&mut self) {
        self.quiet = true;
        self.ended_faults = self.now;
        let stumbles = std::mem::take(&mut self.server.stumbles);
        // Some are never mended, and the others have to go nevertheless.
        if self.rng.chance(500) {
            self.server.stumbles = stumbles;
        }
        self.faults = Faults::default();
        if self.server.protos != (1, 1) {
            // The page is loaded again, and is of a build that may do everything.
            for device in 0..self.devices.len() {
                self.alive(device).into_iter().for_each(|who| self.kill(who));
            }
        }
        (self.server.protos, self.server.rules, self.server_down_until) = ((1, 1), 9, 0);
        for role in self.server.roles.values_mut() {
            *role = Some(Role::Editor);
        }
        for device in 0..self.devices.len() {
            (self.devices[device].online, self.devices[device].full) = (true, false);
            if std::mem::take(&mut self.devices[device].signed_out) {
                let user = self.devices[device].user;
                self.everybody(device, &Event::SignedIn(user));
            }
        }
        self.after(DRAINED, Next::Drained);
        self.after(SECOND_USER, Next::SecondUser);
        self.after(END, Next::End);
    }

    /// Whoever else has typed here signs in again, so that their ops can go too.
    fn second_user(&mut self) {
        for device in 0..self.devices.len() {
            let user = self.devices[device].user;
            let other = self.devices[device].outbox.ops.values().find(|saved| saved.is_waiting() && saved.draft.user != user);
            if let Some(other) = other.map(|saved| saved.draft.user) {
                self.devices[device].user = other;
                self.everybody(device, &Event::SignedIn(other));
            }
        }
    }

    pub fn since_faults(&self) -> u64 {
        self.now.saturating_sub(self.ended_faults)
    }
}

fn product(ord: u32, rng: &mut Rng) -> Product {
    let id = ProductId(Uuid::from_bytes(rng.bytes()));
    let mut content = Content::new(domain::handle::Handle::from_title(&format!("p-{id}")).unwrap(), format!("title-{ord}"));
    content.vendor = format!("vendor-{ord}");
    content
        .variants
        .push(Variant { price: Some(Money(rng.between(1_000, 9_000) as i64)), ..Variant::new(VariantId(Uuid::from_bytes(rng.bytes())), 1) });
    Product { id, ord, content, optimisation: OptimisationStatus::Suggested, deleted: false, versions: Versions::new(Seq(1)) }
}

fn suggestion(product: &Product, rng: &mut Rng) -> Suggestion {
    let id = VersionId(Uuid::from_bytes(rng.bytes()));
    let source = [(Field::Title, (Seq(1), product.get(&Field::Title)))].into();
    Suggestion { id, decided: None, source, words: vec![(Field::Title, Value::text(format!("suggested-{}", product.ord)))] }
}
