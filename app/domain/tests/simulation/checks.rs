//! The promises, as what must be so at each step and at the end.

use std::collections::BTreeSet;

use domain::{
    ids::Seq,
    sync::{end::End, outbox::State, server::in_history, wire::Cookie},
};

use crate::{
    backing::Backing,
    row,
    world::{DRAINED, World},
};

impl World {
    /// P1: what was said to be saved is there.
    pub fn check_saved(&mut self, device: usize) {
        let kept = &self.devices[device];
        let gone = self.oracle.typed.iter().find(|(op, typed)| {
            let expected = typed.device == device && typed.said_saved && !typed.excused;
            expected && kept.saved(**op).is_none() && !kept.journal.contains_key(op)
        });
        if let Some(op) = gone.map(|(op, _)| *op) {
            self.oracle.fail("P1", || format!("{op} was saved on device {device} and is gone"));
        }
    }

    /// P7: what was applied stays on the screen until its row has come.
    pub fn check_shown(&mut self, device: usize) {
        if let Some(op) = self.devices[device].not_shown(self.bug) {
            self.oracle.fail("P7", || format!("{op} was applied and is not on the screen of device {device}"));
        }
    }

    /// P6, P7 and P8: the rows are those of one moment, which is not before the last one.
    pub fn check_rows(&mut self, device: usize, before: Option<Cookie>) {
        let kept = &self.devices[device];
        let Some(cookie) = kept.replica.meta.cookie else { return };
        if !self.server_has(cookie) {
            return;
        }
        if let Some(before) = before.filter(|before| self.server_has(*before) && before.seq > cookie.seq) {
            self.oracle.fail("P7", || format!("device {device} went from {} back to {}", before.seq, cookie.seq));
        }
        if kept.tampered {
            return;
        }
        let wrong = kept.replica.rows().find(|row| row.version != self.oracle.version_at(row.ord, cookie.seq).unwrap_or(Seq(1)));
        if let Some((ord, version)) = wrong.map(|row| (row.ord, row.version)) {
            self.oracle.fail("P8", || format!("row {ord} of device {device} is of {version}, and the replica of {}", cookie.seq));
        }
    }

    fn server_has(&self, cookie: Cookie) -> bool {
        in_history(cookie, self.server.store.head(), self.server.store.link(cookie.seq))
    }

    /// Rows with own work in them are not evicted.
    pub fn check_own_rows(&mut self, device: usize, before: &BTreeSet<u32>) {
        let gone = before.difference(&self.devices[device].own_rows()).next().copied();
        if let Some(ord) = gone {
            self.oracle.fail("P9", || format!("row {ord} of device {device} has own work in it and was evicted"));
        }
    }

    /// P5: everything has gone by itself, but for what stands behind an op that the server always falls over.
    pub fn check_drained(&mut self) {
        if let Some((device, count)) = self.not_drained() {
            self.oracle.fail("P5", || format!("{count} ops are still on device {device}"));
        }
    }

    fn not_drained(&self) -> Option<(usize, usize)> {
        let stuck: Vec<_> = self.server.stumbles.iter().filter_map(|op| self.oracle.typed.get(op)).map(|typed| typed.lane).collect();
        (0..self.devices.len()).find_map(|device| {
            let kept = &self.devices[device];
            let waits =
                |saved: &&domain::sync::outbox::Saved| saved.is_waiting() && saved.draft.user == kept.user && !stuck.contains(&saved.draft.lane);
            let count = kept.outbox.ops.values().filter(waits).count();
            (count > 0).then_some((device, count))
        })
    }

    /// For the figures: when the last op has gone.
    pub fn look_whether_drained(&mut self) {
        if self.quiet && self.since_faults() <= DRAINED && self.not_drained().is_some() {
            self.drained = self.since_faults();
        }
    }

    pub fn check_end(&mut self) {
        self.check_drained();
        self.check_recovered();
        self.check_ends();
        self.check_same();
    }

    /// P1: what only the journal had is in the outbox again.
    fn check_recovered(&mut self) {
        let left =
            self.oracle.typed.iter().find(|(op, typed)| typed.said_saved && !typed.excused && self.devices[typed.device].saved(**op).is_none());
        if let Some(op) = left.map(|(op, _)| *op) {
            self.oracle.fail("P1", || format!("{op} was left in the journal"));
        }
    }

    /// P2, P3, P15: each op ended once, and everybody agrees how.
    fn check_ends(&mut self) {
        let mut broken = Vec::new();
        for (device, kept) in self.devices.iter().enumerate() {
            for saved in kept.outbox.ops.values() {
                let id = saved.draft.id;
                let recorded = self.server.store.recorded(id);
                match (&saved.state, recorded) {
                    (State::Ended { seq: Some(_), .. }, None) => {
                        broken.push(("P15", format!("device {device} has the end of {id}, and the server has not")));
                    }
                    (State::Ended { end, seq: Some(_), .. }, Some(recorded)) if *end != recorded.end => {
                        broken.push(("P3", format!("{id} ended as {end:?} on device {device} and as {:?} on the server", recorded.end)));
                    }
                    (State::Ended { end: End::Rejected(domain::sync::end::Refusal::Reused), .. }, _) => {
                        broken.push(("P2", format!("{id} was refused as another op")));
                    }
                    _ => {}
                }
            }
        }
        for (op, typed) in &self.oracle.typed {
            let recorded = self.server.store.recorded(*op);
            if let (Some(domain::sync::server::Recorded { end: End::Applied, .. }), false) = (&recorded, self.oracle.is_in_log(*op)) {
                broken.push(("P2", format!("{op} is said to be applied, and is not in the log")));
            }
            let unread = typed.intent.is_none()
                && matches!(self.devices[typed.device].saved(*op).map(|saved| &saved.state), Some(State::Ended { end: End::Applied, .. }));
            if unread {
                broken.push(("P3", format!("{op} cannot be read, and was applied")));
            }
        }
        for (promise, what) in broken {
            self.oracle.fail(promise, || what);
        }
    }

    /// P6: whoever is as far as the server has the same, to the byte.
    fn check_same(&mut self) {
        let head = self.server.store.head();
        let mut broken = None;
        for (device, kept) in self.devices.iter().enumerate() {
            if kept.replica.meta.cookie != Some(head) {
                broken = Some(("P5", format!("device {device} is at {:?}, and the server at {head:?}", kept.replica.meta.cookie)));
                break;
            }
            let differs = kept.replica.rows().find(|row| self.server.store.product_at(row.ord).is_none_or(|product| row::row(&product) != **row));
            if let Some(row) = differs {
                broken = Some(("P6", format!("row {} of device {device} differs from the server's", row.ord)));
                break;
            }
        }
        if let Some((promise, what)) = broken {
            self.oracle.fail(promise, || what);
        }
    }
}
