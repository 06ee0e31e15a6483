//! Who knows everything of a world, and says which promise was broken first.

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    field::{Field, Value},
    ids::{OpId, ProductId, Seq, UserId},
    sync::{
        end::{Conflict, Differing, End},
        intent::{Intent, adjusted},
    },
};

use crate::backing::{Backing, Change, Memory};

/// An op that somebody typed.
#[derive(Clone, Debug)]
pub struct Typed {
    pub device: usize,
    pub user: UserId,
    pub lane: ProductId,
    pub intent: Option<Intent>,
    /// "Saved on this device" was on the screen.
    pub said_saved: bool,
    /// It ended without having been saved.
    pub straight: bool,
    /// What it became is known to nobody but the server: the device has lost its outbox since.
    pub excused: bool,
}

#[derive(Debug, Default)]
pub struct Oracle {
    pub typed: BTreeMap<OpId, Typed>,
    order: BTreeMap<(usize, UserId, ProductId), Vec<OpId>>,
    /// Ends that devices have given themselves.
    pub refused: BTreeSet<OpId>,
    in_log: BTreeSet<OpId>,
    values: BTreeMap<(u32, Field), Value>,
    /// The change numbers of each product.
    versions: BTreeMap<u32, Vec<Seq>>,
    looked: usize,
    /// What is being served was sent before the server went back: of two ops in a lane it may have but the second.
    pub overtaken: bool,
    pub broken: Option<String>,
}

impl Oracle {
    /// It is in the outbox: from now on it has its place in its lane.
    pub fn saved(&mut self, op: OpId) {
        if let Some(typed) = self.typed.get(&op) {
            let order = self.order.entry((typed.device, typed.user, typed.lane)).or_default();
            if !order.contains(&op) {
                order.push(op);
            }
        }
    }

    pub fn fail(&mut self, promise: &str, what: impl FnOnce() -> String) {
        if self.broken.is_none() {
            self.broken = Some(format!("{promise}: {}", what()));
        }
    }

    /// The server went back.
    pub fn restored(&mut self, store: &Memory) {
        self.in_log.clear();
        self.values.clear();
        self.versions.clear();
        self.looked = 0;
        self.committed(store);
    }

    /// Looks through what is new in the log.
    pub fn committed(&mut self, store: &Memory) {
        let new: Vec<Change> = store.log()[self.looked..].to_vec();
        self.looked = store.log().len();
        let mut again: BTreeSet<OpId> = BTreeSet::new();
        for change in new {
            if self.typed.contains_key(&change.op) && !self.in_log.insert(change.op) && again.insert(change.op) {
                self.fail("P2", || format!("{} was applied twice", change.op));
            }
            self.versions.entry(change.ord).or_default().push(change.seq);
            for field in &change.fields {
                let before = self.values.insert((change.ord, field.field.clone()), field.after.clone());
                if before.as_ref().is_some_and(|before| *before != field.before) {
                    self.fail("P8", || format!("{} of {} was {before:?} and is taken for {:?}", field.field, change.ord, field.before));
                }
            }
        }
    }

    /// An op has ended on the server.
    pub fn recorded(&mut self, op: OpId, user: UserId, end: &End, log: &[Change], seq: Seq, store: &Memory) {
        self.committed(store);
        let Some(typed) = self.typed.get(&op).cloned() else { return };
        if typed.user != user {
            self.fail("P13", || format!("{op} went as {user}"));
        }
        let order = self.order.get(&(typed.device, typed.user, typed.lane)).cloned().unwrap_or_default();
        for earlier in order.into_iter().take_while(|earlier| *earlier != op) {
            let known = self.typed.get(&earlier).is_none_or(|earlier| !earlier.said_saved || earlier.excused);
            if !typed.straight
                && !self.overtaken
                && !known
                && typed.said_saved
                && !self.refused.contains(&earlier)
                && store.recorded(earlier).is_none()
            {
                self.fail("P5", || format!("{op} went before {earlier}, which was before it in its lane"));
            }
        }
        let fields = log.last().filter(|change| change.op == op && change.seq == seq).map(|change| &change.fields);
        match (&typed.intent, end, fields) {
            (Some(Intent::Edit(wanted)), End::Applied, Some(fields)) => {
                for (change, wanted) in fields.iter().zip(wanted) {
                    if change.before != wanted.was {
                        self.fail("P4", || format!("{op} replaced {:?}, where {:?} was seen", change.before, wanted.was));
                    }
                }
            }
            (Some(Intent::Review { verdict, .. }), End::Applied, Some(fields)) => {
                for change in fields {
                    let seen = verdict.wanted().iter().find(|wanted| wanted.field == change.field);
                    if seen.is_some_and(|wanted| change.before != wanted.was) {
                        self.fail("P4", || format!("{op} replaced {:?}, where {seen:?} was seen", change.before));
                    }
                }
            }
            (Some(Intent::Review { verdict, .. }), End::Conflict(Conflict::Stale(fields)), _) => {
                let wanted = verdict.wanted();
                let is_kept = |field: &Differing| wanted.iter().any(|wanted| wanted.field == field.field && wanted.value == field.mine);
                if let Some(field) = fields.iter().find(|field| !is_kept(field)) {
                    self.fail("P4", || format!("the conflict of {op} has lost a side: {field:?}"));
                }
            }
            (Some(Intent::AdjustPrice { basis_points, .. }), End::Applied, Some(fields)) => {
                for change in fields {
                    let (Value::Number(before), Value::Number(after)) = (&change.before, &change.after) else { continue };
                    if adjusted(domain::money::Money(*before), *basis_points).map(|price| price.0) != Some(*after) {
                        self.fail("P2", || format!("{op} made {after} of {before}"));
                    }
                }
            }
            (Some(Intent::Edit(wanted)), End::Conflict(Conflict::Fields(fields)), _) => {
                for field in fields {
                    let kept = wanted.iter().any(|wanted| wanted.field == field.field && wanted.value == field.mine && wanted.was == field.base);
                    let theirs = store.product(typed.lane).map(|product| product.get(&field.field));
                    if !kept || theirs.as_ref() != Some(&field.theirs) {
                        self.fail("P4", || format!("the conflict of {op} has lost a side: {field:?}"));
                    }
                }
            }
            _ => {}
        }
    }

    /// The version a product had at a change number.
    pub fn version_at(&self, ord: u32, seq: Seq) -> Option<Seq> {
        let versions = self.versions.get(&ord)?;
        versions[..versions.partition_point(|version| *version <= seq)].last().copied()
    }

    pub fn is_in_log(&self, op: OpId) -> bool {
        self.in_log.contains(&op)
    }
}
