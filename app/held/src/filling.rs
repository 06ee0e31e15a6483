use catalogue_index::{Builder, CatalogueIndex};
use domain::sync::{outbox::Saved, wire::Row};

use crate::store::{About, HeldStore, Moment};

/// A store that is made part by part, so that a page does not stand still meanwhile.
#[derive(Debug)]
pub struct Filling {
    held: HeldStore,
    builder: Builder,
}

impl Filling {
    pub fn new(about: About, moment: Moment, ops: &[Saved]) -> Self {
        Self { held: HeldStore::empty(about, moment, ops), builder: CatalogueIndex::build() }
    }

    pub fn add(&mut self, rows: impl IntoIterator<Item = Row>) {
        for row in rows {
            if let Some(product) = self.held.keep(row)
                && !product.deleted
            {
                self.builder.push(&self.held.entry(&product));
            }
        }
    }

    pub fn finish(mut self) -> HeldStore {
        self.held.index = self.builder.finish();
        self.held
    }
}
