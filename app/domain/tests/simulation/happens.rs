//! The rarer things that go wrong.

use domain::{
    field::{Field, Value},
    ids::{OpId, ProductId},
    role::Role,
    sync::{
        core::Event,
        outbox::Draft,
        wire::{REDUCER, Sealed},
    },
};
use uuid::Uuid;

use crate::{
    faults::Happens,
    oracle::Typed,
    world::{Next, Undo, World},
};

impl World {
    pub fn happens(&mut self, happens: Happens) {
        if self.quiet {
            return;
        }
        let device = self.rng.below(self.devices.len() as u64) as usize;
        let user = self.devices[device].user;
        match happens {
            Happens::PowerCut => self.power_cut(device),
            Happens::DiskFull => {
                self.devices[device].full = true;
                self.undo_later(Undo::Full(device));
            }
            Happens::OutboxLost => self.lose_outbox(device),
            Happens::ReplicaEvicted => self.evict_replica(device),
            Happens::ReplicaMadeSmaller => self.shrink_replica(device),
            Happens::ReplicaGarbage => {
                let at = self.rng.next() as usize;
                let kept = &mut self.devices[device];
                let mut rows: Vec<_> =
                    kept.replica.pages.values_mut().flat_map(|page| page.entries.values_mut()).filter_map(|entry| entry.row.as_mut()).collect();
                if !rows.is_empty() {
                    let at = at % rows.len();
                    rows[at].body = Sealed::of(&"garbage");
                    kept.tampered = true;
                }
            }
            Happens::Cloned => {
                if self.devices.len() < 6 {
                    let kept = &self.devices[device];
                    let (outbox, replica, journal) = (kept.outbox.clone(), kept.replica.clone(), kept.journal.clone());
                    let (lost, tampered) = (kept.lost, kept.tampered);
                    self.add_device(user, outbox, replica, journal);
                    let clone = self.devices.len() - 1;
                    (self.devices[clone].lost, self.devices[clone].tampered) = (lost, tampered);
                    for _ in 0..3 {
                        let at = self.rng.between(500, 9_000);
                        self.after(at, Next::Types(clone));
                    }
                }
            }
            Happens::UserSwitched => {
                let other = self.other_user(user);
                self.everybody(device, &Event::SignedOut);
                self.devices[device].user = other;
                self.after(25, Next::Undo(Undo::SignIn(device)));
                let at = self.rng.between(100, 5_000);
                self.after(at, Next::Types(device));
            }
            Happens::RoleRevoked => {
                self.server.roles.insert(user, Some(Role::Viewer));
                self.undo_later(Undo::Role(user));
            }
            Happens::MemberLost => {
                self.server.roles.insert(user, None);
                self.undo_later(Undo::Role(user));
            }
            Happens::ClockOff => {
                let years = self.rng.between(0, 20) as i64 - 10;
                self.devices[device].clock = years * 365 * 86_400;
            }
            Happens::CopyTaken => self.server.copy = Some(self.server.store.clone()),
            Happens::WentBack => self.goes_back(false),
            Happens::WentBackOnPurpose => self.goes_back(true),
            Happens::OldServer => self.devices[device].rules = REDUCER + 1,
            Happens::OldBuild => self.server.protos = (1, 2),
            Happens::GreatImport => {
                let at = self.server_time();
                self.server.import(at, 1_500, &mut self.oracle);
                self.poke();
            }
            Happens::Poison => self.poison(device, false),
            Happens::Stumble => self.poison(device, true),
            Happens::ServerRows => self.server.schema += 1,
        }
    }

    fn goes_back(&mut self, on_purpose: bool) {
        let Some(copy) = self.server.copy.clone() else { return };
        self.server.store = copy;
        if on_purpose {
            let epoch = self.rng.next();
            crate::backing::Backing::new_epoch(&mut self.server.store, epoch);
        }
        self.life += 1;
        self.oracle.restored(&self.server.store);
        // What went straight to the server is on no device.
        for typed in self.oracle.typed.values_mut().filter(|typed| typed.straight) {
            typed.excused = true;
        }
    }

    /// An op that nobody can read, or one that the server falls over each time.
    fn poison(&mut self, device: usize, stumbles: bool) {
        let Some(who) = self.alive(device).first().copied() else { return };
        let row = self.devices[device].replica.rows().next().map(|row| (row.ord, row.product));
        let Some((ord, lane)) = row else { return };
        let id = self.new_op(device);
        let user = self.devices[device].user;
        if stumbles {
            self.server.stumbles.insert(id);
        }
        let payload = if stumbles {
            let intent = domain::sync::intent::Intent::Restore;
            domain::sync::intent::Payload { intent, at: self.wall(device), batch: None }.seal()
        } else {
            Sealed::from_bytes(vec![255; 12])
        };
        self.oracle.typed.insert(
            id,
            Typed {
                device,
                user,
                lane,
                intent: stumbles.then_some(domain::sync::intent::Intent::Restore),
                said_saved: false,
                straight: false,
                excused: false,
            },
        );
        let draft = Draft { id, lane, user, payload, row: Some(ord), at: self.wall(device) };
        self.step(who, Event::Save(draft));
    }

    pub fn new_op(&mut self, device: usize) -> OpId {
        let mut random = [0; 10];
        random.copy_from_slice(&self.rng.bytes()[..10]);
        OpId::new(self.wall(device), random)
    }

    fn undo_later(&mut self, undo: Undo) {
        let after = self.rng.between(1_000, 15_000);
        self.after(after, Next::Undo(undo));
    }

    pub fn undo(&mut self, undo: Undo) {
        match undo {
            Undo::Full(device) => self.devices[device].full = false,
            Undo::Role(user) => {
                self.server.roles.insert(user, Some(Role::Editor));
            }
            Undo::SignIn(device) => {
                let user = self.devices[device].user;
                self.sign_in(device, user);
            }
        }
    }

    pub fn token(&mut self) -> Value {
        self.tokens += 1;
        Value::text(format!("token-{}", self.tokens))
    }

    pub fn new_product(&mut self) -> ProductId {
        ProductId(Uuid::from_bytes(self.rng.bytes()))
    }

    pub const FIELDS: [Field; 2] = [Field::Title, Field::Vendor];
}
