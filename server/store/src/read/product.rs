//! Products whole: from memory as their list has them, or three statements however many they are. Between them somebody may write; what comes back
//! is then newer than its versions say, which at worst makes an edit a conflict that is none. Never older: what is read for one
//! question stays with the replica it began on, or goes on to the primary.

use std::{collections::HashMap, sync::Arc};

use domain::{handle::Handle, ids::ProductId, product::Product};
use ports::product::Name;
use uuid::Uuid;

use super::rows::{ImageRow, ProductRow, VariantRow};
use crate::{
    Store, StoreError, StoreRef,
    codec::Many,
    db::{fresh, is_deciding, lagging},
    sql,
};

/// Whole products answered at once.
const MOST_PRODUCTS: usize = 250;

impl Store {
    /// Products by their handles, whole, in no particular order; those in the trash too.
    pub async fn load_by_handles(&self, store: &StoreRef, handles: &[Handle]) -> Result<Vec<Product>, StoreError> {
        if handles.is_empty() {
            return Ok(Vec::new());
        }
        let db = self.db();
        let handles: Vec<&str> = handles.iter().map(Handle::as_str).collect();
        let rows: Vec<ProductRow> =
            fresh!(db, |on| sqlx::query_as(db.sql(&sql::PRODUCTS_BY_HANDLES)).bind(store.num).bind(Many(&handles)).fetch_all(on))?;
        Ok(self.whole(rows).await?.into_iter().map(|row| row.product).collect())
    }

    pub(crate) async fn product_by_handle(&self, store: &StoreRef, handle: &Handle) -> Result<Option<ProductRow>, StoreError> {
        let db = self.db();
        self.hold_against_the_list(store);
        let mut row: Option<ProductRow> =
            lagging!(db, |on| sqlx::query_as(sql::PRODUCT_BY_HANDLE).bind(store.num).bind(handle.as_str()).fetch_optional(on))?;
        if db.may_lag() && row.as_ref().is_none_or(|row| self.is_older_than_the_list(store, row)) {
            row = fresh!(db, |on| sqlx::query_as(sql::PRODUCT_BY_HANDLE).bind(store.num).bind(handle.as_str()).fetch_optional(on))?;
        }
        Ok(self.whole(row.into_iter().collect()).await?.pop())
    }

    /// Products by their ids in the order of these, each once; those that are not there or in the trash are left out.
    pub(crate) async fn products_by_ids(&self, store: &StoreRef, ids: &[ProductId]) -> Result<Vec<ProductRow>, StoreError> {
        let ids: Vec<Uuid> = ids.iter().take(MOST_PRODUCTS).map(|id| id.0).collect();
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let db = self.db();
        self.hold_against_the_list(store);
        let mut rows: Vec<ProductRow> =
            lagging!(db, |on| sqlx::query_as(db.sql(&sql::LIVING_PRODUCTS_BY_IDS)).bind(store.num).bind(Many(&ids)).fetch_all(on))?;
        if db.may_lag() && (rows.len() < ids.len() || rows.iter().any(|row| self.is_older_than_the_list(store, row))) {
            // Whole and from one place: none of them is older than its parts.
            rows = fresh!(db, |on| sqlx::query_as(db.sql(&sql::LIVING_PRODUCTS_BY_IDS)).bind(store.num).bind(Many(&ids)).fetch_all(on))?;
        }
        rows.sort_by_cached_key(|row| ids.iter().position(|id| *id == row.product.id.0));
        self.whole(rows).await
    }

    /// A product as its list has it, from memory or from the tables. Whoever decides what is written reads the tables.
    pub(crate) async fn product_named(&self, store: &StoreRef, handle: &Handle) -> Result<Option<Arc<ProductRow>>, StoreError> {
        if !is_deciding()
            && let Some(row) = self.known_product(store, Name::Handle(handle)).await
        {
            return Ok(Some(row));
        }
        let row = self.product_by_handle(store, handle).await?.map(Arc::new);
        if let Some(row) = &row {
            self.inner.products.were_read(1);
            self.was_read(store, row);
        }
        Ok(row)
    }

    /// Products by their ids in the order of these, each once, as their list has them; those that are not there or in the trash are left out.
    pub(crate) async fn products_of_ids(&self, store: &StoreRef, ids: &[ProductId]) -> Result<Vec<Arc<ProductRow>>, StoreError> {
        let ids = &ids[..ids.len().min(MOST_PRODUCTS)];
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let mut rows: HashMap<ProductId, Arc<ProductRow>> = HashMap::with_capacity(ids.len());
        if !is_deciding()
            && let Some(shelf) = self.current_list(store).await
        {
            rows.extend(ids.iter().filter_map(|id| Some((*id, self.inner.products.whole(&shelf, store.num, Name::Id(*id))?))));
        }
        let missing: Vec<ProductId> = ids.iter().copied().filter(|id| !rows.contains_key(id)).collect();
        self.inner.products.were_read(missing.len());
        for row in self.products_by_ids(store, &missing).await? {
            let row = Arc::new(row);
            self.was_read(store, &row);
            rows.insert(row.product.id, row);
        }
        Ok(ids.iter().filter_map(|id| rows.remove(id)).collect())
    }

    /// Whoever has seen a change in the tables finds it in lists and in memory from then on.
    fn was_read(&self, store: &StoreRef, row: &Arc<ProductRow>) {
        self.inner.listings.is_committed(store.num, row.product.versions.latest);
        self.inner.products.put_whole(store.num, row);
    }

    /// A product in memory, if it is as its list has it.
    pub(crate) async fn known_product(&self, store: &StoreRef, name: Name<'_>) -> Option<Arc<ProductRow>> {
        let shelf = self.current_list(store).await?;
        self.inner.products.whole(&shelf, store.num, name)
    }

    /// What a replica says of products is to be as new as the list index, which follows the primary: finished answers are kept under
    /// the change that it is current up to. Without an index nobody knows, and the primary is asked.
    fn hold_against_the_list(&self, store: &StoreRef) {
        if !self.inner.listings.holds(store.num) {
            self.db().stay_on_primary();
        }
    }

    fn is_older_than_the_list(&self, store: &StoreRef, row: &ProductRow) -> bool {
        // One that the list does not know is in the trash, or was made or taken out of it a moment ago.
        self.inner.listings.version(store.num, row.key).is_none_or(|known| row.product.versions.latest < known)
    }

    /// Adds variants and images.
    pub(crate) async fn whole(&self, mut rows: Vec<ProductRow>) -> Result<Vec<ProductRow>, StoreError> {
        if rows.is_empty() {
            return Ok(rows);
        }
        let db = self.db();
        let keys: Vec<i64> = rows.iter().map(|row| row.key).collect();
        let variants: Vec<VariantRow> = lagging!(db, |on| sqlx::query_as(db.sql(&sql::VARIANTS_OF)).bind(Many(&keys)).fetch_all(on))?;
        let images: Vec<ImageRow> = lagging!(db, |on| sqlx::query_as(db.sql(&sql::IMAGES_OF)).bind(Many(&keys)).fetch_all(on))?;
        attach(&mut rows, variants, images);
        Ok(rows)
    }
}

/// Gives every product its parts, in the order in which they come.
pub(crate) fn attach(rows: &mut [ProductRow], variants: Vec<VariantRow>, images: Vec<ImageRow>) {
    let mut by_key: HashMap<i64, &mut Product> = rows.iter_mut().map(|row| (row.key, &mut row.product)).collect();
    for VariantRow { product_key, variant } in variants {
        if let Some(product) = by_key.get_mut(&product_key) {
            product.content.variants.push(variant);
        }
    }
    for ImageRow { product_key, image } in images {
        if let Some(product) = by_key.get_mut(&product_key) {
            product.content.images.push(image);
        }
    }
}
