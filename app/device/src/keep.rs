//! What an engine does for the replica without being asked: fills it with the newest products, and keeps it within its bounds.

use std::{
    cell::{Cell, RefCell},
    collections::BTreeSet,
};

use domain::sync::{
    outbox::{Failed, Saved},
    replica::{KEPT, STEP, Tx, lacking},
    wire::Span,
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
        let kept = self.held.take().filter(|held| held.len() <= KEPT + SLACK);
        let mut held = match kept {
            Some(held) => held,
            // Also once at the beginning: rows become old while nobody looks.
            None => {
                let waiting = outbox::everything(outbox).await?;
                let own = waiting.iter().filter(|op| op.is_waiting()).filter_map(|Saved { draft, .. }| draft.row).collect();
                replica::carry_out(replica, &Tx::Evict { keep: KEPT, own, at: now().wall }).await?;
                replica::everything(replica).await?.pages.values().flat_map(|page| page.entries.keys().copied()).collect()
            }
        };
        let wanted = lacking(extent.rows, &held);
        held.extend(wanted.iter().flat_map(|span| span.rows()));
        *self.held.borrow_mut() = Some(held);
        Ok(wanted)
    }
}
