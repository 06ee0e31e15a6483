use domain::{fold, ids::Seq, query::SortKey};

use crate::{
    builder::Builder,
    cache::Cache,
    entry::Entry,
    order::Order,
    postings::Postings,
    rows::{Flags, Key, Row, Rows},
    title,
    values::Values,
};

/// The products of one store, ready to be listed, searched, filtered and counted.
#[derive(Debug)]
pub struct CatalogueIndex {
    pub(crate) rows: Rows,
    /// Products by the number of a title's word.
    pub(crate) word_postings: Postings,
    /// Products by the number of a tag.
    pub(crate) tag_postings: Postings,
    /// How many products have each vendor and each type, by its number.
    pub(crate) vendor_counts: Vec<u32>,
    pub(crate) type_counts: Vec<u32>,
    /// By the place of the key in `SortKey::ALL`.
    pub(crate) orders: [Order; SortKey::ALL.len()],
    pub(crate) cache: Cache,
    /// Texts that no product has any more, since they were last cleared away.
    pub(crate) unused: usize,
}

impl CatalogueIndex {
    /// The index of a store without products.
    pub fn new() -> Self {
        Self {
            rows: Rows::new(),
            word_postings: Postings::default(),
            tag_postings: Postings::default(),
            vendor_counts: Vec::new(),
            type_counts: Vec::new(),
            orders: Default::default(),
            cache: Cache::default(),
            unused: 0,
        }
    }

    /// To make the index of many products: several times faster than one [`CatalogueIndex::put`] after the other.
    pub fn build() -> Builder {
        Builder::new()
    }

    /// How many products there are.
    pub fn len(&self) -> u32 {
        self.rows.total
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The last change of a product that it knows; none when it does not know the product.
    pub fn version(&self, ord: u32) -> Option<Seq> {
        self.rows.row(ord).map(|row| row.seq)
    }

    /// Adds a product, or replaces what is known of it.
    ///
    /// # Panics
    /// When the ord is not below [`Entry::ORDS`].
    pub fn put<T: AsRef<str>>(&mut self, entry: &Entry<'_, T>) {
        let ord = entry.ord;
        let parts = Parts::new(&mut self.rows, entry);
        let old = self.rows.row(ord);
        let old_tags: Vec<u32> = self.rows.records.tags(ord).collect();
        let old_title: Vec<u32> = self.rows.records.title(ord).collect();

        let moves = |key: SortKey| match (&old, key) {
            (None, _) => true,
            (Some(_), SortKey::Title) => old_title != parts.title,
            (Some(old), SortKey::Vendor) => old.vendor != parts.row.vendor,
            (Some(old), SortKey::Price) => old.price != parts.row.price,
            (Some(old), SortKey::Updated) => old.seq != parts.row.seq,
        };
        let moved: Vec<SortKey> = SortKey::ALL.into_iter().filter(|key| moves(*key)).collect();
        if old.is_some() {
            self.take_out(ord, &moved);
        }
        if old_tags != parts.tags || old_title != parts.title {
            self.rows.records.put(ord, &parts.tags, &parts.title);
        }
        self.unused += repost(&mut self.tag_postings, ord, &old_tags, &parts.tags, |_| true);
        self.unused += repost(&mut self.word_postings, ord, &old_title, &parts.title, |piece| title::is_word(self.rows.words.text(piece)));
        self.recount(old.as_ref(), Some(&parts.row));
        self.rows.set(ord, &parts.row);
        for key in moved {
            let place = if key == SortKey::Title { Key::Title(parts.key.as_bytes().to_vec()) } else { self.rows.key(key, ord) };
            self.orders[key as usize].insert(ord, |other| self.rows.precedes(other, &place, ord));
        }
        self.written();
    }

    /// Forgets a product; nothing happens when it is not known.
    pub fn remove(&mut self, ord: u32) {
        let Some(old) = self.rows.row(ord) else { return };
        self.take_out(ord, &SortKey::ALL);
        let tags: Vec<u32> = self.rows.records.tags(ord).collect();
        let title: Vec<u32> = self.rows.records.title(ord).collect();
        self.unused += repost(&mut self.tag_postings, ord, &tags, &[], |_| true);
        self.unused += repost(&mut self.word_postings, ord, &title, &[], |_| true);
        self.recount(Some(&old), None);
        self.rows.remove(ord);
        self.written();
    }

    /// Bytes held, without what the allocator adds.
    pub fn memory(&self) -> usize {
        let counts = (self.vendor_counts.capacity() + self.type_counts.capacity()) * size_of::<u32>();
        let postings = self.word_postings.memory() + self.tag_postings.memory();
        self.rows.memory() + postings + counts + self.orders.iter().map(Order::memory).sum::<usize>() + self.cache.memory()
    }

    /// Takes a product out of orders, by the keys it still has.
    fn take_out(&mut self, ord: u32, orders: &[SortKey]) {
        for key in orders {
            let place = self.rows.key(*key, ord);
            self.orders[*key as usize].remove(ord, |other| self.rows.precedes(other, &place, ord));
        }
    }

    fn recount(&mut self, old: Option<&Row>, new: Option<&Row>) {
        let ids = |of: fn(&Row) -> u32| (old.map(of), new.map(of));
        self.vendor_counts.resize(self.rows.vendors.len(), 0);
        self.type_counts.resize(self.rows.types.len(), 0);
        self.unused += recount(&mut self.vendor_counts, ids(|row| row.vendor));
        self.unused += recount(&mut self.type_counts, ids(|row| row.product_type));
    }

    fn written(&mut self) {
        self.cache.clear();
        self.compact_if_wasteful();
    }
}

impl Default for CatalogueIndex {
    fn default() -> Self {
        Self::new()
    }
}

/// An entry with its texts as numbers.
pub(crate) struct Parts {
    pub(crate) row: Row,
    /// Ascending.
    pub(crate) tags: Vec<u32>,
    pub(crate) title: Vec<u32>,
    /// The title as it sorts.
    key: String,
}

impl Parts {
    /// Also makes room for the product's row.
    pub(crate) fn new<T: AsRef<str>>(rows: &mut Rows, entry: &Entry<'_, T>) -> Self {
        assert!(entry.ord < Entry::<T>::ORDS, "a store has at most {} products", Entry::<T>::ORDS);
        rows.grow(entry.ord);
        let key = fold::sort_key(entry.title);
        Self {
            row: Row {
                flags: Flags::new(entry.status, entry.optimisation, entry.missing),
                price: entry.price,
                seq: entry.seq,
                vendor: rows.vendors.intern(entry.vendor),
                product_type: rows.types.intern(entry.product_type),
            },
            tags: tag_ids(&mut rows.tags, entry.tags),
            title: title::split(&key).map(|piece| rows.words.intern(piece)).collect(),
            key,
        }
    }
}

fn tag_ids<T: AsRef<str>>(values: &mut Values, tags: &[T]) -> Vec<u32> {
    let mut ids: Vec<u32> = tags.iter().map(|tag| values.intern(tag.as_ref())).collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}

/// Moves a product from the old numbers to the new; how many of the old no product has any more.
fn repost(postings: &mut Postings, ord: u32, old: &[u32], new: &[u32], posted: impl Fn(u32) -> bool) -> usize {
    new.iter().filter(|id| !old.contains(id) && posted(**id)).for_each(|id| postings.insert(*id, ord));
    old.iter().filter(|id| !new.contains(id)).map(|id| usize::from(postings.remove(*id, ord))).sum()
}

/// Moves a product from one value to another; how many values no product has any more.
fn recount(counts: &mut [u32], (old, new): (Option<u32>, Option<u32>)) -> usize {
    if old == new {
        return 0;
    }
    if let Some(new) = new {
        counts[new as usize] += 1;
    }
    old.map_or(0, |old| {
        counts[old as usize] -= 1;
        usize::from(counts[old as usize] == 0)
    })
}
