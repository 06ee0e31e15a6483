use std::collections::{BTreeMap, HashMap};

use catalogue_index::{CatalogueIndex, Entry};
use domain::{
    clock::Timestamp,
    handle::Handle,
    ids::{ProductId, StoreId, UserId},
    money::Currency,
    product::Product,
    sync::{
        body,
        outbox::Saved,
        wire::{Cookie, Extent, Row},
    },
};
use ports::products::Held;

use crate::{filling::Filling, kept::Kept, own::Own};

/// Which store it is, and who looks at it.
#[derive(Clone, Copy, Debug)]
pub struct About {
    pub store: StoreId,
    pub currency: Currency,
    pub user: UserId,
    /// Whether the person may change products.
    pub editable: bool,
}

/// What rows are as of.
#[derive(Clone, Copy, Debug, Default)]
pub struct Moment {
    /// None while nothing has come.
    pub cookie: Option<Cookie>,
    pub extent: Option<Extent>,
    /// By the device's clock.
    pub at: Timestamp,
}

/// The products of one store that are on a device, ready to be listed, searched, filtered, counted and looked at.
#[derive(Debug)]
pub struct HeldStore {
    pub(crate) about: About,
    pub(crate) moment: Moment,
    pub(crate) own: Own,
    pub(crate) index: CatalogueIndex,
    pub(crate) products: BTreeMap<u32, Kept>,
    pub(crate) handles: HashMap<Handle, u32>,
    ords: HashMap<ProductId, u32>,
    /// How many of them the server has outside the trash.
    living: u32,
}

impl HeldStore {
    /// Made at once. A row that cannot be read is as good as none.
    pub fn new(about: About, moment: Moment, rows: Vec<Row>, ops: &[Saved]) -> Self {
        let mut filling = Filling::new(about, moment, ops);
        filling.add(rows);
        filling.finish()
    }

    pub(crate) fn empty(about: About, moment: Moment, ops: &[Saved]) -> Self {
        let own = Own::new(ops, about.user, moment.cookie);
        let index = CatalogueIndex::new();
        Self { about, moment, own, index, products: BTreeMap::new(), handles: HashMap::new(), ords: HashMap::new(), living: 0 }
    }

    /// Takes rows that have come, which make what is here current as of a moment.
    pub fn put(&mut self, moment: Moment, rows: Vec<Row>, ops: &[Saved]) {
        for row in rows {
            let ord = row.ord;
            self.forget(ord);
            // It is placed below, with whatever else own ops are on.
            match self.keep(row) {
                Some(product) => self.place(&product),
                None => self.index.remove(ord),
            }
        }
        self.moment = moment;
        self.changed(ops);
    }

    /// Forgets rows that are no longer on the device.
    pub fn remove(&mut self, ords: impl IntoIterator<Item = u32>) {
        for ord in ords {
            self.forget(ord);
            self.index.remove(ord);
        }
    }

    /// Something has changed in the outbox, and this is all of it.
    pub fn changed(&mut self, ops: &[Saved]) {
        let before = std::mem::replace(&mut self.own, Own::new(ops, self.about.user, self.moment.cookie));
        let mut touched: Vec<ProductId> = before.products.into_keys().chain(self.own.products.keys().copied()).collect();
        touched.sort_unstable();
        touched.dedup();
        for id in touched {
            let Some(kept) = self.ords.get(&id).copied().and_then(|ord| self.forget(ord)) else { continue };
            let ord = kept.row.ord;
            match self.keep(kept.row) {
                Some(product) => self.place(&product),
                None => self.index.remove(ord),
            }
        }
    }

    /// What part of the store is here.
    pub fn held(&self) -> Held {
        Held { rows: self.living, of: self.moment.extent.map(|extent| extent.products), has_list: false, as_of: self.moment.at }
    }

    /// Whether there is nothing to answer from.
    pub fn is_empty(&self) -> bool {
        self.products.is_empty() && !self.held().is_whole()
    }

    /// A product with own ops on it, and when it was changed last.
    pub(crate) fn shown(&self, row: &Row) -> Option<(Product, Timestamp)> {
        let (product, updated_at) = body::product(row).ok()?;
        Some(self.own.on(product, updated_at))
    }

    pub(crate) fn ord(&self, product: ProductId) -> Option<u32> {
        self.ords.get(&product).copied()
    }

    pub(crate) fn keep(&mut self, row: Row) -> Option<Product> {
        let readable = (row.ord < Entry::<String>::ORDS).then(|| body::product(&row).ok()).flatten();
        let (product, updated_at) = readable?;
        let is_living = !product.deleted;
        let (product, _) = self.own.on(product, updated_at);
        let ord = row.ord;
        let kept = Kept::new(row, is_living, &product);
        self.handles.insert(kept.handle.clone(), ord);
        self.ords.insert(product.id, ord);
        self.living += u32::from(is_living);
        self.products.insert(ord, kept);
        Some(product)
    }

    fn forget(&mut self, ord: u32) -> Option<Kept> {
        let kept = self.products.remove(&ord)?;
        // A name may be another product's by now.
        if self.handles.get(&kept.handle) == Some(&ord) {
            self.handles.remove(&kept.handle);
        }
        if self.ords.get(&kept.row.product) == Some(&ord) {
            self.ords.remove(&kept.row.product);
        }
        self.living -= u32::from(kept.is_living);
        Some(kept)
    }

    fn place(&mut self, product: &Product) {
        if product.deleted {
            self.index.remove(product.ord);
        } else {
            let entry = self.entry(product);
            self.index.put(&entry);
        }
    }

    pub(crate) fn entry<'a>(&self, product: &'a Product) -> Entry<'a> {
        Entry { seq: self.own.seq(product), ..Entry::of(product) }
    }
}
