//! The outbox as it was last read. There are months of ops in one, of which hardly any changes: what has ended stays as it is, unless the server
//! goes back, and then it waits again.

use std::{
    cell::{Ref, RefCell},
    collections::BTreeMap,
};

use domain::sync::outbox::{Failed, Needs, Saved};

use crate::{idb::Db, outbox};

#[derive(Default)]
pub(crate) struct Known(RefCell<BTreeMap<u64, Saved>>);

impl Known {
    /// Reads what may have changed: what waits, what waited, and what is new. An op that was too old to be kept may still be told of.
    pub(crate) async fn current(&self, db: &Db) -> Result<(), Failed> {
        let (last, waited) = {
            let known = self.ops();
            let waited = known.values().filter(|saved| saved.is_waiting()).map(|saved| saved.draft.id).collect();
            (known.last_key_value().map_or(0, |(number, _)| *number), waited)
        };
        let found = outbox::changed(db, last, &Needs::Ops(waited)).await?;
        let mut known = self.0.borrow_mut();
        // All that still waits is among what was found, under whichever number.
        known.retain(|_, saved| !saved.is_waiting());
        known.extend(found);
        Ok(())
    }

    /// As they were last read, by number. Not to be held while something is waited for.
    pub(crate) fn ops(&self) -> Ref<'_, BTreeMap<u64, Saved>> {
        self.0.borrow()
    }
}
