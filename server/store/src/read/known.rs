//! What was read of products, in memory: what lists tell of them, and whole ones.
//!
//! An entry is a product as it was after one change. It is used while the list index, current up to whatever is committed as far as this
//! process knows, says that this was the last one. So no change has to throw anything away, a read that a change overtakes puts in what
//! nobody will take out, and it does not matter who puts something in, as long as it is as the tables say for that change.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use domain::{
    handle::Handle,
    ids::{ProductId, Seq},
    product::{Content, Image, Variant},
};
use moka::sync::Cache;
use ports::{product::Name, products::Summary};

use super::rows::{ProductRow, SummaryRow};
use crate::{Store, StoreRef, listings::Shelf};

/// Of the memory there is, what lists tell of products: half a kilobyte each.
const SUMMARIES: f64 = 0.3;

/// Whole products: some kilobytes each.
const WHOLE: f64 = 0.6;

/// By which names they were asked for: a hundred bytes each.
const NAMES: f64 = 0.1;

/// What an entry takes beside what is in it: its place in a map, in two queues, and the counts of whoever holds it.
const PLACE: usize = 160;

pub(crate) struct Products {
    summaries: Cache<i64, Arc<Summary>>,
    whole: Cache<i64, Arc<ProductRow>>,
    /// Which product has an id, which is for good, or had a handle, which has to be looked at again.
    keys: Cache<(i64, Called), i64>,
    told: Counts,
    given: Counts,
}

/// What is in memory of products, how often they were found there, and how often they had to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KnownProducts {
    pub name: &'static str,
    pub hits: u64,
    pub misses: u64,
    /// About.
    pub bytes: u64,
}

#[derive(Clone, PartialEq, Eq, Hash)]
enum Called {
    Id(ProductId),
    Handle(Box<str>),
}

#[derive(Default)]
struct Counts {
    hits: AtomicU64,
    misses: AtomicU64,
}

impl Products {
    /// For so many bytes.
    pub(crate) fn new(bytes: u64) -> Self {
        let share = |share: f64| (bytes as f64 * share) as u64;
        Self {
            summaries: Cache::builder().max_capacity(share(SUMMARIES)).weigher(|_, summary: &Arc<Summary>| weight(of_summary(summary))).build(),
            whole: Cache::builder().max_capacity(share(WHOLE)).weigher(|_, row: &Arc<ProductRow>| weight(of_product(row))).build(),
            keys: Cache::builder().max_capacity(share(NAMES)).weigher(|(_, called): &(i64, Called), _| weight(called.bytes())).build(),
            told: Counts::default(),
            given: Counts::default(),
        }
    }

    /// What lists tell of a product after a change.
    pub(super) fn summary(&self, key: i64, version: Option<Seq>) -> Option<Arc<Summary>> {
        let found = version.and_then(|version| self.summaries.get(&key).filter(|summary| summary.version == version));
        let count = if found.is_some() { &self.told.hits } else { &self.told.misses };
        count.fetch_add(1, Ordering::Relaxed);
        found
    }

    /// None is kept from the trash.
    pub(super) fn put_summaries(&self, rows: &[SummaryRow]) {
        for row in rows.iter().filter(|row| !row.deleted) {
            if self.summaries.get(&row.key).is_none_or(|known| known.version < row.summary.version) {
                self.summaries.insert(row.key, row.summary.clone());
            }
        }
    }

    /// A product as the list says it is.
    pub(super) fn whole(&self, shelf: &Shelf, store_num: i64, name: Name<'_>) -> Option<Arc<ProductRow>> {
        let found = self.find(shelf, store_num, name);
        self.given.hits.fetch_add(u64::from(found.is_some()), Ordering::Relaxed);
        found
    }

    /// Notes that so many products had to be read.
    pub(super) fn were_read(&self, count: usize) {
        self.given.misses.fetch_add(count as u64, Ordering::Relaxed);
    }

    /// The same of a product with all its parts.
    pub(super) fn put_whole(&self, store_num: i64, row: &Arc<ProductRow>) {
        let product = &row.product;
        if product.deleted || self.whole.get(&row.key).is_some_and(|known| known.product.versions.latest > product.versions.latest) {
            return;
        }
        self.keys.insert((store_num, Called::Id(product.id)), row.key);
        self.keys.insert((store_num, Called::by(&product.content.handle)), row.key);
        self.whole.insert(row.key, row.clone());
    }

    /// The key of a product that was looked at: it stays the same.
    pub(super) fn key(&self, store_num: i64, product: ProductId) -> Option<i64> {
        self.keys.get(&(store_num, Called::Id(product)))
    }

    /// Forgets everything.
    pub(crate) fn forget(&self) {
        self.summaries.invalidate_all();
        self.whole.invalidate_all();
        self.keys.invalidate_all();
    }

    /// Gives a product that was read without its parts those that it had when it was last looked at, if that was after the same change; else
    /// they have to be read.
    pub(crate) fn give_parts(&self, row: &mut ProductRow) -> bool {
        let latest = row.product.versions.latest;
        let Some(known) = self.whole.get(&row.key).filter(|known| known.product.versions.latest == latest) else { return false };
        let Content { variants, images, .. } = &known.product.content;
        row.product.content.variants.clone_from(variants);
        row.product.content.images.clone_from(images);
        true
    }

    /// Puts in what a commit of this process has made of products. What is in the trash now is forgotten.
    pub(crate) fn written(&self, store: &StoreRef, rows: Vec<ProductRow>) {
        for mut row in rows {
            let key = row.key;
            if row.product.deleted {
                self.summaries.invalidate(&key);
                self.whole.invalidate(&key);
                continue;
            }
            // As it stands in the table, which was written before the parts were put in order.
            self.put_summaries(&[SummaryRow { key, deleted: false, summary: Arc::new(row.summary()) }]);
            let Content { variants, images, .. } = &mut row.product.content;
            // As they are read.
            variants.sort_by_key(|variant| (variant.position, variant.id.0));
            images.sort_by_key(|image| (image.position, image.id.0));
            self.put_whole(store.num, &Arc::new(row));
        }
    }

    fn find(&self, shelf: &Shelf, store_num: i64, name: Name<'_>) -> Option<Arc<ProductRow>> {
        let called = match name {
            Name::Id(id) => Called::Id(id),
            Name::Handle(handle) => Called::by(handle),
        };
        let row = self.whole.get(&self.keys.get(&(store_num, called))?)?;
        let product = &row.product;
        // A handle may be another product's by now.
        let is_called_so = match name {
            Name::Id(id) => product.id == id,
            Name::Handle(handle) => product.content.handle == *handle,
        };
        let is_current = || shelf.with(|current| current.index.version(product.ord)).flatten() == Some(product.versions.latest);
        (is_called_so && is_current()).then_some(row)
    }
}

impl Store {
    /// What is in memory of products, and how often that was enough: what lists tell of them, and whole ones.
    pub fn known_products(&self) -> [KnownProducts; 2] {
        let Products { summaries, whole, keys, told, given } = &self.inner.products;
        [told.figures("summaries", summaries.weighted_size()), given.figures("products", whole.weighted_size() + keys.weighted_size())]
    }

    /// A store's list, current up to whatever is committed as far as this process knows; none while there is none. It is not made for this.
    pub(super) async fn current_list(&self, store: &StoreRef) -> Option<Arc<Shelf>> {
        if !self.inner.listings.holds(store.num) {
            return None;
        }
        let shelf = self.shelf(store);
        match self.ready(&shelf).await {
            Ok(()) => Some(shelf),
            Err(error) => {
                tracing::warn!(store.id = %store.id, %error, "products are read, as their list is not current");
                None
            }
        }
    }
}

impl Called {
    fn by(handle: &Handle) -> Self {
        Self::Handle(handle.as_str().into())
    }

    const fn bytes(&self) -> usize {
        match self {
            Self::Id(_) => 0,
            Self::Handle(handle) => handle.len(),
        }
    }
}

impl Counts {
    fn figures(&self, name: &'static str, bytes: u64) -> KnownProducts {
        KnownProducts { name, hits: self.hits.load(Ordering::Relaxed), misses: self.misses.load(Ordering::Relaxed), bytes }
    }
}

fn weight(bytes: usize) -> u32 {
    u32::try_from(PLACE + bytes).unwrap_or(u32::MAX)
}

fn of_summary(summary: &Summary) -> usize {
    let Summary { handle, title, vendor, product_type, tags, thumbnail, .. } = summary;
    size_of::<Summary>() + handle.as_str().len() + title.len() + vendor.len() + product_type.len() + thumbnail.len() + of_texts(tags)
}

fn of_product(row: &ProductRow) -> usize {
    let Content { handle, title, description, vendor, product_type, category, tags, seo_title, seo_description, option_names, .. } =
        &row.product.content;
    let texts = [handle.as_str(), title, description, vendor, product_type, category, seo_title, seo_description];
    let Content { variants, images, extras, .. } = &row.product.content;
    // A version's place in its map, and the name of a kept column.
    let versions = row.product.versions.fields.len() * 64;
    size_of::<ProductRow>()
        + texts.iter().map(|text| text.len()).sum::<usize>()
        + of_texts(tags)
        + of_texts(option_names)
        + of_columns(extras)
        + variants.iter().map(of_variant).sum::<usize>()
        + images.iter().map(|image| size_of::<Image>() + image.url.len() + image.alt.len()).sum::<usize>()
        + versions
}

fn of_variant(variant: &Variant) -> usize {
    let Variant { options, sku, barcode, image, extras, .. } = variant;
    size_of::<Variant>() + of_texts(options) + sku.len() + barcode.len() + image.len() + of_columns(extras)
}

fn of_texts(texts: &[String]) -> usize {
    texts.iter().map(|text| size_of::<String>() + text.len()).sum()
}

fn of_columns(columns: &std::collections::BTreeMap<String, String>) -> usize {
    columns.iter().map(|(name, text)| 2 * size_of::<String>() + name.len() + text.len()).sum()
}
