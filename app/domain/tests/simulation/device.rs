//! A device: its storage, and the tabs and the worker that share it.

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    field::Field,
    ids::{OpId, ProductId, UserId},
    product::Product,
    sync::{
        core::Core,
        intent::{Intent, Payload, Wanted, shown},
        outbox::{self, Failed, Needs, Outbox, Saved, State},
        replica::{self, Replica},
        wire::REDUCER,
    },
};

use crate::{bug::Bug, row};

pub struct Device {
    pub outbox: Outbox,
    /// As a power cut would leave them.
    pub outbox_on_disk: Outbox,
    pub replica_on_disk: Replica,
    pub journal: BTreeMap<OpId, Saved>,
    pub replica: Replica,
    pub tabs: Vec<Tab>,
    pub user: UserId,
    pub online: bool,
    /// How far the device's clock is off, in seconds.
    pub clock: i64,
    pub full: bool,
    /// Some row was made garbage and not mended yet.
    pub tampered: bool,
    /// The outbox was found broken, and the journal was not read yet.
    pub lost: bool,
    /// Somebody has to sign in before anything goes on.
    pub signed_out: bool,
    /// By which rules its build makes ops.
    pub rules: u16,
}

pub struct Tab {
    pub core: Core,
    pub alive: bool,
    /// How often it was started: whatever is on its way to one that was killed does not arrive.
    pub life: u32,
    pub visible: bool,
    /// Transactions of a tab keep their order.
    pub storage_free: u64,
    pub wake: Option<u64>,
}

impl Tab {
    pub fn new(visible: bool) -> Self {
        Self { core: Core::default(), alive: false, life: 0, visible, storage_free: 0, wake: None }
    }
}

impl Device {
    /// Carries an outbox transaction out, on nothing but what it says it needs.
    pub fn outbox(&mut self, tx: &outbox::Tx, bug: Option<Bug>) -> Result<outbox::Reply, Failed> {
        if self.full && matches!(tx, outbox::Tx::Save(_)) {
            return Err(Failed::Quota);
        }
        let needs = tx.needs();
        let needed = |saved: &Saved| match &needs {
            Needs::Nothing => false,
            Needs::Ops(ops) => ops.contains(&saved.draft.id),
            Needs::Waiting => saved.is_waiting(),
            Needs::All => true,
        };
        let ops = self.outbox.ops.iter().filter(|(_, saved)| needed(saved)).map(|(number, saved)| (*number, saved.clone())).collect();
        let mut view = Outbox { meta: self.outbox.meta.clone(), ops };
        let mut written = Vec::new();
        let mut reply = outbox::apply(&mut view, tx, &mut written);
        self.outbox.meta = view.meta;
        for number in written {
            match view.ops.remove(&number) {
                Some(mut saved) => {
                    if self.rules > REDUCER && number % 2 == 1 && matches!(tx, outbox::Tx::Save(_)) {
                        saved.reducer = self.rules;
                    }
                    if saved.is_waiting() && bug != Some(Bug::NoJournal) {
                        self.journal.insert(saved.draft.id, saved.clone());
                    } else {
                        self.journal.remove(&saved.draft.id);
                    }
                    self.outbox.ops.insert(number, saved);
                }
                None => {
                    self.outbox.ops.remove(&number);
                }
            }
        }
        if let (Some(Bug::SendsAsWhoeverIsThere), outbox::Reply::Loaded(loaded)) = (bug, &mut reply) {
            let user = self.user;
            loaded.pending = self.outbox.ops.values().filter(|saved| saved.is_pending()).cloned().collect();
            loaded.pending.iter_mut().for_each(|saved| saved.draft.user = user);
        }
        Ok(reply)
    }

    /// The same for the replica.
    pub fn replica(&mut self, tx: &replica::Tx) -> replica::Reply {
        let Some(pages) = tx.needs(&self.replica.meta) else { return replica::apply(&mut self.replica, tx, &mut BTreeSet::new()) };
        let pages = self.replica.pages.iter().filter(|(number, _)| pages.contains(number)).map(|(number, page)| (*number, page.clone())).collect();
        let mut view = Replica { meta: self.replica.meta.clone(), pages };
        let mut written = BTreeSet::new();
        let reply = replica::apply(&mut view, tx, &mut written);
        self.replica.meta = view.meta;
        for number in written {
            match view.pages.remove(&number) {
                Some(page) => self.replica.pages.insert(number, page),
                None => self.replica.pages.remove(&number),
            };
        }
        reply
    }

    pub fn saved(&self, op: OpId) -> Option<&Saved> {
        self.outbox.ops.values().find(|saved| saved.draft.id == op)
    }

    /// Own ops on a product that its row does not have yet.
    pub fn ahead(&self, lane: ProductId, bug: Option<Bug>) -> Vec<(OpId, Intent)> {
        let cookie = self.replica.meta.cookie;
        let ahead = |saved: &&Saved| if bug == Some(Bug::ForgetsUntilPulled) { saved.is_waiting() } else { saved.is_ahead_of(cookie) };
        let own = |saved: &&Saved| saved.draft.lane == lane && saved.draft.user == self.user;
        let ops = self.outbox.ops.values().filter(own).filter(ahead);
        ops.filter_map(|saved| saved.draft.payload.open::<Payload>().ok().map(|payload| (saved.draft.id, payload.intent))).collect()
    }

    /// A product as it is on the screen.
    pub fn shown(&self, ord: u32, bug: Option<Bug>) -> Option<Product> {
        let product = row::product(self.replica.row(ord)?)?;
        let ops = self.ahead(product.id, bug);
        Some(shown(product, ops.iter().map(|(_, intent)| intent)))
    }

    /// What of this device's latest ops that were applied is not on the screen.
    pub fn not_shown(&self, bug: Option<Bug>) -> Option<OpId> {
        let cookie = self.replica.meta.cookie?;
        let applied = |saved: &&Saved| matches!(saved.state, State::Ended { .. }) && saved.is_ahead_of(Some(cookie));
        let mut last: BTreeMap<(ProductId, Field), (&Saved, domain::field::Value)> = BTreeMap::new();
        for saved in self.outbox.ops.values().filter(|saved| saved.draft.user == self.user) {
            if let Ok(Payload { intent, .. }) = saved.draft.payload.open() {
                for wanted in wanted(&intent) {
                    last.insert((saved.draft.lane, wanted.field.clone()), (saved, wanted.value.clone()));
                }
            }
        }
        let missing = last.into_iter().find(|((_, field), (saved, value))| {
            let is_shown = saved
                .draft
                .row
                .and_then(|ord| self.shown(ord, bug))
                .filter(|product| product.id == saved.draft.lane)
                .is_none_or(|product| product.get(field) == *value);
            applied(saved) && !is_shown
        });
        missing.map(|(_, (saved, _))| saved.draft.id)
    }

    /// Rows that are here and have own work in them.
    pub fn own_rows(&self) -> BTreeSet<u32> {
        let rows = self.outbox.ops.values().filter(|saved| saved.is_waiting()).filter_map(|saved| saved.draft.row);
        rows.filter(|ord| self.replica.row(*ord).is_some()).collect()
    }
}

/// What an op wants of fields.
pub fn wanted(intent: &Intent) -> &[Wanted] {
    match intent {
        Intent::Edit(wanted) => wanted,
        Intent::Review { verdict, .. } => verdict.wanted(),
        _ => &[],
    }
}
