//! Transactions as a device's storage carries them out, and as bugs would.

use std::collections::BTreeSet;

use domain::{
    ids::{ProductId, UserId},
    sync::{
        outbox::{self, Failed, State},
        replica::{self, Replica},
    },
};

use crate::{bug::Bug, world::World};

impl World {
    pub fn in_outbox(&mut self, device: usize, mut tx: outbox::Tx) -> Result<outbox::Reply, Failed> {
        let wall = self.wall(device);
        let bug = self.bug;
        let kept = &mut self.devices[device];
        if let (Some(Bug::SettlesAnyLife), outbox::Tx::Settle { witness, .. }) = (bug, &mut tx) {
            *witness = kept.outbox.meta.witness;
        }
        let before = (bug == Some(Bug::NothingOfferedAgain)).then(|| kept.outbox.ops.clone());
        let result = kept.outbox(&tx, bug);
        match (bug, &tx) {
            (Some(Bug::NothingOfferedAgain), outbox::Tx::Reset { .. }) => kept.outbox.ops = before.unwrap_or_default(),
            (Some(Bug::ResetDropsOutbox), outbox::Tx::Reset { .. }) => {
                kept.outbox.ops.clear();
                kept.journal.clear();
            }
            (Some(Bug::RekeyThrowsAway), outbox::Tx::Rekey { .. }) => {
                let first = kept.outbox.ops.values().find(|saved| saved.is_pending()).map(|saved| (saved.number, saved.draft.id));
                if let Some((number, id)) = first {
                    kept.outbox.ops.remove(&number);
                    kept.journal.remove(&id);
                }
            }
            (Some(Bug::ForbiddenThrowsAway), outbox::Tx::Quarantine { ops }) => {
                kept.outbox.ops.retain(|_, saved| !ops.contains(&saved.draft.id));
                kept.journal.retain(|id, _| !ops.contains(id));
            }
            (Some(Bug::KeepsByOwnClock), _) => {
                let since = wall.plus_seconds(-outbox::KEPT_DAYS * 86_400);
                kept.outbox.ops.retain(|_, saved| !matches!(saved.state, State::Ended { at, .. } if at < since));
            }
            _ => {}
        }
        match &tx {
            outbox::Tx::Recover { .. } => kept.lost = false,
            outbox::Tx::Save(draft) if result.is_ok() => self.oracle.saved(draft.id),
            outbox::Tx::Refuse { op, .. } => {
                self.oracle.refused.insert(*op);
            }
            outbox::Tx::Discard { ops } => self.oracle.refused.extend(ops),
            _ => {}
        }
        if matches!(tx, outbox::Tx::Settle { .. }) {
            self.check_shown(device);
        }
        result
    }

    pub fn in_replica(&mut self, device: usize, mut tx: replica::Tx) -> replica::Reply {
        let before = self.devices[device].replica.meta.cookie;
        if let replica::Tx::Advance(advance) = &mut tx {
            match self.bug {
                Some(Bug::FramesOntoAnyCookie) => advance.from = before,
                Some(Bug::CookieBeforeRows) if before == advance.from && self.rng.chance(100) => {
                    // The tab died between the two.
                    advance.frames.rows.clear();
                    advance.checked.clear();
                }
                _ => {}
            }
        }
        let reply = self.devices[device].replica(&tx);
        if matches!(reply, replica::Reply::Advanced { .. }) {
            self.check_rows(device, before);
        }
        reply
    }

    pub fn power_cut(&mut self, device: usize) {
        for who in self.alive(device) {
            self.kill(who);
        }
        self.drop_storage(device);
        let relaxed = self.bug == Some(Bug::RelaxedOutbox);
        let kept = &mut self.devices[device];
        kept.replica = kept.replica_on_disk.clone();
        if relaxed {
            kept.outbox = kept.outbox_on_disk.clone();
            let ops = &kept.outbox.ops;
            kept.journal.retain(|id, _| ops.values().any(|saved| saved.draft.id == *id));
        }
        self.check_saved(device);
    }

    pub fn lose_outbox(&mut self, device: usize) {
        for who in self.alive(device) {
            self.kill(who);
        }
        self.drop_storage(device);
        let fresh = domain::ids::DeviceId(uuid::Uuid::from_bytes(self.rng.bytes()));
        let kept = &mut self.devices[device];
        for saved in kept.outbox.ops.values().filter(|saved| !saved.is_waiting()) {
            if let Some(typed) = self.oracle.typed.get_mut(&saved.draft.id) {
                typed.excused = true;
            }
        }
        kept.outbox = outbox::Outbox::new(fresh);
        kept.outbox_on_disk = kept.outbox.clone();
        kept.lost = true;
        self.check_saved(device);
    }

    pub fn evict_replica(&mut self, device: usize) {
        let kept = &mut self.devices[device];
        (kept.replica, kept.replica_on_disk) = (Replica::default(), Replica::default());
        self.want_all(device);
    }

    pub fn shrink_replica(&mut self, device: usize) {
        let at = self.wall(device);
        let own = self.devices[device].own_rows();
        if self.bug == Some(Bug::EvictsOwnWork) {
            for page in self.devices[device].replica.pages.values_mut() {
                page.entries.clear();
            }
        } else {
            let kept = &mut self.devices[device];
            let mine: BTreeSet<ProductId> = own.iter().filter_map(|ord| kept.replica.row(*ord)).map(|row| row.product).collect();
            let mut survey = replica::Survey::default();
            kept.replica.pages.values().for_each(|page| survey.add(page, 0, &mine, at));
            for (reasons, rows) in survey.spare(1) {
                kept.replica(&replica::Tx::Forget { rows, reasons, at, mine: mine.clone() });
            }
        }
        self.check_own_rows(device, &own);
        self.want_all(device);
    }

    /// The list is looked at again.
    pub fn want_all(&mut self, device: usize) {
        let rows = vec![domain::sync::wire::Span { from: 0, count: self.server.store_len() }];
        let event = domain::sync::core::Event::Want { rows, reason: replica::Reason::Viewport };
        if let Some(who) = self.alive(device).first().copied() {
            self.after(10, crate::world::Next::Hears(who, event));
        }
    }

    pub fn other_user(&self, user: UserId) -> UserId {
        self.users.iter().copied().find(|other| *other != user).unwrap_or(user)
    }
}
