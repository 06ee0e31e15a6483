//! The selections that were asked for last, until a product changes.

use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use crate::{filter::Filter, index::CatalogueIndex, selection::Selection};

/// Selections kept: at a million products each takes 125 kB and what was counted in it, about a megabyte in all; to work
/// one out again takes some milliseconds.
const KEPT: usize = 8;

#[derive(Debug, Default)]
pub(crate) struct Cache {
    /// The one asked for last stands last.
    entries: Mutex<Vec<(Filter, Cell)>>,
}

/// A selection is worked out once; who asks meanwhile waits for it.
type Cell = Arc<OnceLock<Arc<Selection>>>;

impl CatalogueIndex {
    pub(crate) fn selection(&self, filter: Filter) -> Arc<Selection> {
        let cell = self.cache.cell(&filter);
        Arc::clone(cell.get_or_init(|| Arc::new(Selection::new(self, &filter))))
    }

    /// A selection that has been worked out.
    pub(crate) fn kept(&self, filter: &Filter) -> Option<Arc<Selection>> {
        let entries = self.cache.entries();
        let (_, cell) = entries.iter().rfind(|(known, _)| known == filter)?;
        cell.get().cloned()
    }
}

impl Cache {
    pub(crate) fn clear(&mut self) {
        self.entries.get_mut().unwrap_or_else(PoisonError::into_inner).clear();
    }

    pub(crate) fn memory(&self) -> usize {
        self.entries().iter().filter_map(|(_, cell)| cell.get()).map(|selection| size_of::<Selection>() + selection.memory()).sum()
    }

    fn cell(&self, filter: &Filter) -> Cell {
        let mut entries = self.entries();
        let entry = match entries.iter().rposition(|(known, _)| known == filter) {
            Some(at) => entries.remove(at),
            None => (filter.clone(), Cell::default()),
        };
        if entries.len() >= KEPT {
            entries.remove(0);
        }
        let cell = Arc::clone(&entry.1);
        entries.push(entry);
        cell
    }

    /// A panic elsewhere leaves the list whole: it is changed in steps that each keep it so.
    fn entries(&self) -> MutexGuard<'_, Vec<(Filter, Cell)>> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
