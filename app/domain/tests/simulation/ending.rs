//! What others do meanwhile, and how a world comes to rest.

use domain::{
    field::{Field, Value},
    role::Role,
    sync::core::Event,
};

use crate::{
    backing::Backing,
    faults::Faults,
    world::{DRAINED, END, Next, SECOND_USER, World},
};

impl World {
    pub fn imports(&mut self) {
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

    pub fn ends_faults(&mut self) {
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
    pub fn second_user(&mut self) {
        for device in 0..self.devices.len() {
            let user = self.devices[device].user;
            let other = self.devices[device].outbox.ops.values().find(|saved| saved.is_waiting() && saved.draft.user != user);
            if let Some(other) = other.map(|saved| saved.draft.user) {
                self.devices[device].user = other;
                self.everybody(device, &Event::SignedIn(other));
            }
        }
    }
}
