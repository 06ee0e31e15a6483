//! What a batch of ops comes to, decided in memory: no I/O, so that it is quick while the products are locked.
//!
//! The store's change numbers are taken last. Until then the changes of a round have provisional numbers above
//! every real one, which [`Batch::settle`] replaces.

use std::collections::{HashMap, HashSet};

use domain::{
    change::{ChangeKind, FieldChange},
    field::{Field, Value},
    ids::{OpId, ProductId, Seq},
    op::Op,
    product::{OptimisationStatus, Product},
    reduce::{Applied, Outcome, Rejection, reduce},
};
use ports::product::{Receipt, Source};

use super::rows::{Bookkeeping, missing_bits};
use crate::{
    codec::key_of,
    read::rows::{EntryRow, ProductRow},
};

#[derive(Default)]
pub(super) struct Batch {
    slots: HashMap<ProductId, Slot>,
    /// Who has the handles that the ops want.
    holders: HashMap<String, Holder>,
    /// Handles given up in this round: they are free once it is written.
    freed: HashSet<String>,
    /// Ids that products of other stores have.
    pub(super) foreign: HashSet<ProductId>,
    pub(super) changes: Vec<Change>,
    /// Change numbers that this round takes: one a change, and one for each end of a device's op that changed nothing.
    numbers: i64,
    /// Products changed in this round, in the order of their first change.
    touched: Vec<ProductId>,
}

/// A product before and after this round.
#[derive(Default)]
pub(super) struct Slot {
    pub(super) before: Option<Product>,
    pub(super) now: Option<Product>,
    pub(super) kept: Bookkeeping,
    touched: bool,
    /// New words were suggested or published in this round.
    optimised: bool,
    /// Written in some round of this batch.
    written: bool,
}

#[derive(Clone, Copy)]
pub(super) struct Holder {
    pub(super) product: ProductId,
    pub(super) deleted: bool,
}

/// One line of the change log.
pub(super) struct Change {
    /// The how manieth number of its round it has.
    pub(super) number: i64,
    pub(super) op: OpId,
    pub(super) product: ProductId,
    pub(super) kind: ChangeKind,
    pub(super) fields: Vec<FieldChange>,
    /// The door it came through, where that is not its author's.
    pub(super) source: Option<Source>,
}

pub(super) enum Taken {
    Answered(Receipt),
    /// What was taken so far has to be written before this op.
    AfterWriting,
}

/// Above every real change number.
const PROVISIONAL: i64 = 1 << 62;

impl Batch {
    pub(super) fn load(&mut self, product: Product, kept: Bookkeeping) {
        let slot = Slot { before: Some(product.clone()), now: Some(product), kept, ..Slot::default() };
        if let Some(product) = &slot.now {
            self.slots.insert(product.id, slot);
        }
    }

    pub(super) fn hold(&mut self, handle: String, holder: Holder) {
        self.holders.insert(handle, holder);
    }

    /// Decides about one op.
    pub(super) fn take(&mut self, op: &Op) -> Taken {
        let state = self.slots.get(&op.product).and_then(|slot| slot.now.as_ref());
        if state.is_none() && self.foreign.contains(&op.product) {
            return Taken::Answered(rejected(&Rejection::Exists));
        }
        let applied = match reduce(state, op) {
            Outcome::Applied(applied) => applied,
            Outcome::NoOp => return Taken::Answered(Receipt::NoOp { seq: state.map_or(Seq(0), |product| product.versions.latest) }),
            Outcome::Conflict(conflicts) => return Taken::Answered(Receipt::Conflict(conflicts)),
            Outcome::Rejected(rejection) => return Taken::Answered(rejected(&rejection)),
        };
        self.place(op.id, op.product, applied)
    }

    /// Does what an op was decided to do to its product.
    pub(super) fn place(&mut self, op: OpId, id: ProductId, applied: Applied) -> Taken {
        let state = self.slots.get(&id).and_then(|slot| slot.now.as_ref());
        let handle = applied.product.content.handle.as_str();
        let old_handle = state.map(|product| product.content.handle.as_str());
        if old_handle != Some(handle) {
            if let Some(holder) = self.holders.get(handle).filter(|holder| holder.product != id) {
                if self.freed.contains(handle) {
                    return Taken::AfterWriting;
                }
                return Taken::Answered(handle_taken(handle, *holder));
            }
            if let Some(old) = old_handle {
                self.freed.insert(old.to_owned());
                self.holders.entry(old.to_owned()).or_insert(Holder { product: id, deleted: false });
            }
            self.freed.remove(handle);
            self.holders.insert(handle.to_owned(), Holder { product: id, deleted: false });
        }

        let (number, seq) = self.number();
        let mut product = applied.product;
        match applied.kind {
            ChangeKind::Created => product.versions = domain::product::Versions::new(seq),
            _ => applied.fields.iter().for_each(|change| product.versions.set(change.field.clone(), seq)),
        }
        let slot = self.slots.entry(id).or_default();
        if !slot.touched {
            slot.touched = true;
            self.touched.push(id);
        }
        slot.optimised |= applied.fields.iter().any(is_optimised);
        slot.now = Some(product);
        self.changes.push(Change { number, op, product: id, kind: applied.kind, fields: applied.fields, source: None });
        Taken::Answered(Receipt::Applied { seq })
    }

    /// The change that was placed last was a decision about a suggestion, wherever it came from.
    pub(super) fn is_reviewed(&mut self) {
        if let Some(change) = self.changes.last_mut() {
            change.source = Some(Source::Review);
        }
    }

    /// Takes a change number, until it is settled a provisional one.
    pub(super) fn number(&mut self) -> (i64, Seq) {
        let number = self.numbers;
        self.numbers += 1;
        (number, Seq(PROVISIONAL + number))
    }

    /// How many change numbers this round takes.
    pub(super) const fn numbers(&self) -> i64 {
        self.numbers
    }

    /// The products of this round: first those that were there before, then the new ones, so that a handle given
    /// up by one is free for the other.
    pub(super) fn touched(&self) -> impl Iterator<Item = &Slot> {
        let slots = || self.touched.iter().filter_map(|id| self.slots.get(id));
        slots().filter(|slot| slot.before.is_some()).chain(slots().filter(|slot| slot.before.is_none()))
    }

    pub(super) fn product(&self, id: ProductId) -> Option<&Product> {
        self.slots.get(&id).and_then(|slot| slot.now.as_ref())
    }

    /// How many products this round makes, and how many more are outside the trash after it.
    pub(super) fn growth(&self) -> (i64, i64) {
        let (mut made, mut more) = (0, 0);
        for slot in self.touched() {
            made += i64::from(slot.before.is_none());
            more += i64::from(slot.now.as_ref().is_some_and(|now| !now.deleted));
            more -= i64::from(slot.before.as_ref().is_some_and(|before| !before.deleted));
        }
        (made, more)
    }

    /// Gives the changes of this round their real numbers, and new products theirs.
    pub(super) fn settle(&mut self, first: Seq, first_ord: u32, at: i64) {
        let mut ord = first_ord;
        for id in &self.touched {
            let Some(slot) = self.slots.get_mut(id) else { continue };
            let Some(now) = &mut slot.now else { continue };
            if slot.before.is_none() {
                now.ord = ord;
                ord += 1;
                slot.kept.created_at = at;
            }
            slot.kept.updated_at = at;
            if std::mem::take(&mut slot.optimised) {
                slot.kept.last_optimized = Some(at);
            }
            settle(&mut now.versions.created, first);
            settle(&mut now.versions.latest, first);
            now.versions.fields.values_mut().for_each(|seq| settle(seq, first));
        }
    }

    /// What was written is what is there from now on.
    pub(super) fn next_round(&mut self) {
        for id in self.touched.drain(..) {
            if let Some(slot) = self.slots.get_mut(&id) {
                slot.before.clone_from(&slot.now);
                slot.touched = false;
                slot.written = true;
            }
        }
        for handle in self.freed.drain() {
            self.holders.remove(&handle);
        }
        self.changes.clear();
        self.numbers = 0;
    }

    /// The products that were written, as they are now.
    pub(super) fn products(&self, store_num: i64) -> Vec<ProductRow> {
        let written = self.slots.values().filter(|slot| slot.written);
        written
            .filter_map(|slot| {
                let product = slot.now.clone()?;
                Some(ProductRow { key: key_of(store_num, product.ord), product, kept: slot.kept })
            })
            .collect()
    }

    /// What the list has to know of the products that were written.
    pub(super) fn entries(self, store_num: i64) -> Vec<EntryRow> {
        let written = self.slots.into_values().filter(|slot| slot.written);
        let mut entries: Vec<EntryRow> = written.filter_map(|slot| slot.now).map(|product| entry(product, store_num)).collect();
        entries.sort_unstable_by_key(|entry| entry.seq);
        entries
    }
}

/// Whether a change is that of new words being there.
fn is_optimised(change: &FieldChange) -> bool {
    let is = |status: OptimisationStatus| matches!(&change.after, Value::Text(text) if text == status.name());
    change.field == Field::Optimisation && (is(OptimisationStatus::Suggested) || is(OptimisationStatus::Published))
}

/// Gives what an answer says of change numbers their real value.
pub(super) fn settle_receipt(receipt: &mut Receipt, first: Seq) {
    match receipt {
        Receipt::Applied { seq } | Receipt::NoOp { seq } => settle(seq, first),
        Receipt::Conflict(conflicts) => conflicts.iter_mut().for_each(|conflict| settle(&mut conflict.current, first)),
        Receipt::Rejected { .. } => {}
    }
}

pub(super) fn settle(seq: &mut Seq, first: Seq) {
    if seq.0 >= PROVISIONAL {
        seq.0 = first.0 + (seq.0 - PROVISIONAL);
    }
}

fn entry(product: Product, store_num: i64) -> EntryRow {
    EntryRow {
        key: key_of(store_num, product.ord),
        seq: product.versions.latest,
        missing: missing_bits(&product),
        price: product.content.price(),
        title: product.content.title,
        vendor: product.content.vendor,
        product_type: product.content.product_type,
        tags: product.content.tags,
        status: product.content.status,
        optimisation: product.optimisation,
        deleted: product.deleted,
    }
}

fn rejected(rejection: &Rejection) -> Receipt {
    let field = if let Rejection::Invalid { field, .. } = rejection { Some(field.clone()) } else { None };
    Receipt::Rejected { field, reason: rejection.to_string() }
}

fn handle_taken(handle: &str, holder: Holder) -> Receipt {
    let reason = if holder.deleted {
        format!("A product in the trash has the handle {handle}. Restore that product, or choose another handle.")
    } else {
        format!("Another product has the handle {handle}. Choose another one.")
    };
    Receipt::Rejected { field: Some(Field::Handle), reason }
}
