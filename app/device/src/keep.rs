//! What an engine does for the replica without being asked: fills it with the newest products, and keeps it within its bounds.

use std::{
    cell::{Cell, RefCell},
    collections::BTreeSet,
};

use domain::{
    ids::ProductId,
    sync::{
        outbox::Failed,
        replica::{KEPT, STEP, Tx, apply, lacking},
        wire::Span,
    },
};

use crate::{chance::now, idb::Db, outbox, replica};

/// Rows above the bound before some are given up: for that all are read.
const SLACK: usize = STEP / 2;

#[derive(Default)]
pub(crate) struct Keeper {
    /// Rows that are there or asked for, once it is known.
    held: RefCell<Option<BTreeSet<u32>>>,
    is_busy: Cell<bool>,
}

impl Keeper {
    /// After a pull, which has told how large the store is: the rows to ask for next.
    pub(crate) async fn pulled(&self, replica: &Db, outbox: &Db) -> Result<Vec<Span>, Failed> {
        if self.is_busy.replace(true) {
            return Ok(Vec::new());
        }
        let wanted = self.next(replica, outbox).await;
        self.is_busy.set(false);
        wanted
    }

    async fn next(&self, replica: &Db, outbox: &Db) -> Result<Vec<Span>, Failed> {
        let Some(extent) = replica::meta(replica).await?.extent else { return Ok(Vec::new()) };
        let mut held = if let Some(held) = self.held.take().filter(|held| held.len() <= KEPT + SLACK) {
            held
        } else {
            // Also once at the beginning: rows become old while nobody looks.
            let lanes: BTreeSet<ProductId> = outbox::waiting(outbox).await?.values().map(|op| op.draft.lane).collect();
            let mut known = replica::everything(replica).await?;
            // By their products: an op need not say which row it is about.
            let own = known.rows().filter(|row| lanes.contains(&row.product)).map(|row| row.ord).collect();
            let evict = Tx::Evict { keep: KEPT, own, at: now().wall };
            replica::carry_out(replica, &evict).await?;
            apply(&mut known, &evict, &mut BTreeSet::new());
            known.pages.values().flat_map(|page| page.entries.keys().copied()).collect()
        };
        let wanted = lacking(extent.rows, &held);
        held.extend(wanted.iter().flat_map(|span| span.rows()));
        *self.held.borrow_mut() = Some(held);
        Ok(wanted)
    }
}
