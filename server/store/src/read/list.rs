//! The list: which products, from the index; their rows, from the table, in one statement.

use std::collections::HashMap;

use catalogue_index::{Around, CatalogueIndex};
use domain::{
    fold::fold,
    handle::Handle,
    ids::{ProductId, Seq},
    query::{Facet, ListQuery, Sort, Window},
    sync::wire::{MOST_SPANS, ViewRows},
};
use ports::{
    product::Neighbours,
    products::{FacetValues, Listing, MOST_ROWS, MOST_VALUES, Opening},
};
use roaring::RoaringBitmap;

use crate::{
    Store, StoreError, StoreRef,
    codec::{Many, key_of, keys_of, ord_of},
    codes,
    db::{fresh, lagging},
    heavy,
    listings::Shelf,
    read::{
        part::Listed,
        rows::{LineRow, SummaryRow},
    },
    sql,
};

/// Up to which row the table itself answers while the index is being built.
const SHALLOW: u32 = 5_000;

/// How many of each a search takes that looks for handles, SKUs and barcodes.
const MOST_FOUND: i64 = 2_000;

impl Store {
    pub(crate) async fn list_of(&self, store: &StoreRef, window: &Window) -> Result<Listing, StoreError> {
        let window = &Window { count: window.count.min(MOST_ROWS), ..window.clone() };
        let shelf = self.shelf(store);
        let plain = window.query.is_unfiltered() && window.query.sort == Sort::default();
        if plain && !shelf.is_ready() && window.start.saturating_add(window.count) <= SHALLOW {
            self.start_building(&shelf);
            return self.list_from_table(store, window).await;
        }
        let also = self.also_found(store, &window.query).await?;
        self.ready(&shelf).await?;
        let found = shelf.with(|current| {
            let listing = light_or_heavy(&current.index, &window.query, &also, || current.index.list(window, &also));
            let listed = Listed::of(current, store.num, &listing.ords);
            (listing.total, listed, current.index.len(), current.seq)
        });
        let Some((total, listed, of, as_of)) = found else { return self.list_from_table(store, window).await };

        let rows = self.summaries(&shelf, &listed).await?.rows.iter().map(SummaryRow::line).collect();
        Ok(Listing { start: window.start.min(total), rows, total, of, as_of, currency: store.currency, store: store.id, held: None })
    }

    pub(crate) async fn opening_of(&self, store: &StoreRef, window: &Window) -> Result<Opening, StoreError> {
        let mut listing = self.list_of(store, window).await?;
        // An old address may point behind the end: the last rows are what is nearest.
        if listing.rows.is_empty() && listing.total > 0 {
            let last = Window { start: listing.total.saturating_sub(window.count), ..window.clone() };
            listing = self.list_of(store, &last).await?;
        }
        if !self.shelf(store).is_ready() {
            return Ok(Opening { listing, facets: Vec::new() });
        }
        let facets = self.facets_of(store, &window.query, &Facet::ALL, "").await.unwrap_or_else(|error| {
            // Without its filters a list is still of use.
            tracing::warn!(store.id = %store.id, %error, "a list opens without its filters");
            Vec::new()
        });
        Ok(Opening { listing, facets })
    }

    pub(crate) async fn facets_of(
        &self,
        store: &StoreRef,
        query: &ListQuery,
        facets: &[Facet],
        containing: &str,
    ) -> Result<Vec<FacetValues>, StoreError> {
        let shelf = self.shelf(store);
        let also = self.also_found(store, query).await?;
        self.ready(&shelf).await?;
        let count = |facet: &Facet| {
            let found = shelf.with(|current| current.index.facet(query, &also, *facet, MOST_VALUES, containing));
            found.map_or_else(
                || FacetValues { facet: *facet, values: Vec::new(), distinct: 0 },
                |found| FacetValues { facet: *facet, values: found.values, distinct: found.distinct },
            )
        };
        Ok(heavy(|| facets.iter().map(count).collect()))
    }

    /// Which rows a list has: for devices, which keep some of them.
    pub(crate) async fn view_of(&self, store: &StoreRef, query: &ListQuery, below: Option<u32>) -> Result<ViewRows, StoreError> {
        let shelf = self.shelf(store);
        let also = self.also_found(store, query).await?;
        self.ready(&shelf).await?;
        // Of a large store with gaps it takes some milliseconds.
        let found = shelf.with(|current| (heavy(|| current.index.view(query, &also, below, MOST_SPANS)), current.seq));
        let Some((view, as_of)) = found else { return Err(StoreError::Unreadable("the catalogue, as its list is not there".into())) };
        Ok(ViewRows { of: view.total, as_of, spans: view.spans, more: view.more })
    }

    pub(crate) async fn neighbours_of(&self, store: &StoreRef, query: &ListQuery, product: ProductId) -> Result<Neighbours, StoreError> {
        let Some(key) = self.key_of_product(store, product).await? else { return Ok(Neighbours::default()) };
        let shelf = self.shelf(store);
        let also = self.also_found(store, query).await?;
        self.ready(&shelf).await?;
        let found = shelf.with(|current| light_or_heavy(&current.index, query, &also, || current.index.around(query, &also, ord_of(key))));
        let Some(Some(Around { position, total, previous, next })) = found else {
            let total = shelf.with(|current| current.index.list(&Window { query: query.clone(), start: 0, count: 0 }, &also).total);
            return Ok(Neighbours { total: total.unwrap_or(0), ..Neighbours::default() });
        };

        let key_beside = |ord: Option<u32>| ord.map(|ord| key_of(store.num, ord));
        let (previous, next) = (key_beside(previous), key_beside(next));
        let keys: Vec<i64> = previous.into_iter().chain(next).collect();
        let handles = self.handles(&shelf, &keys).await?;
        let handle = |key: Option<i64>| key.and_then(|key| handles.get(&key).cloned());
        Ok(Neighbours { position: Some(position), total, previous: handle(previous), next: handle(next) })
    }

    async fn key_of_product(&self, store: &StoreRef, product: ProductId) -> Result<Option<i64>, StoreError> {
        if let Some(key) = self.inner.products.key(store.num, product) {
            return Ok(Some(key));
        }
        let db = self.db();
        let mut key: Option<(i64,)> = lagging!(db, |on| sqlx::query_as(sql::PRODUCT_KEY).bind(store.num).bind(product.0).fetch_optional(on))?;
        if key.is_none() && db.may_lag() {
            // Made a moment ago.
            key = fresh!(db, |on| sqlx::query_as(sql::PRODUCT_KEY).bind(store.num).bind(product.0).fetch_optional(on))?;
        }
        Ok(key.map(|(key,)| key))
    }

    /// The whole list in its default order, while there is no index.
    async fn list_from_table(&self, store: &StoreRef, window: &Window) -> Result<Listing, StoreError> {
        let db = self.db();
        let (seq, products): (i64, i64) = fresh!(db, |on| sqlx::query_as(sql::STORE_SEQ).bind(store.num).fetch_one(on))?;
        let (count, start) = (i64::from(window.count), i64::from(window.start));
        let rows: Vec<LineRow> = fresh!(db, |on| sqlx::query_as(sql::ROWS_BY_UPDATE).bind(store.num).bind(count).bind(start).fetch_all(on))?;
        let total = u32::try_from(products).unwrap_or(u32::MAX);
        let rows = rows.into_iter().map(|LineRow(row)| row).collect();
        Ok(Listing { start: window.start.min(total), rows, total, of: total, as_of: Seq(seq), currency: store.currency, store: store.id, held: None })
    }

    async fn handles(&self, shelf: &Shelf, keys: &[i64]) -> Result<HashMap<i64, Handle>, StoreError> {
        if keys.is_empty() {
            return Ok(HashMap::new());
        }
        let db = self.db();
        let mut rows: Vec<(i64, String, i64)> = lagging!(db, |on| sqlx::query_as(db.sql(&sql::HANDLES_BY_KEY)).bind(Many(keys)).fetch_all(on))?;
        if db.may_lag() && !shelf.older_than_the_list(keys, rows.iter().map(|(key, _, version)| (*key, Seq(*version)))).is_empty() {
            rows = fresh!(db, |on| sqlx::query_as(db.sql(&sql::HANDLES_BY_KEY)).bind(Many(keys)).fetch_all(on))?;
        }
        Ok(rows.into_iter().filter_map(|(key, handle, _)| handle.parse().ok().map(|handle| (key, handle))).collect())
    }

    /// Products that a search finds by the beginning of their handle, SKU or barcode.
    pub(crate) async fn also_found(&self, store: &StoreRef, query: &ListQuery) -> Result<RoaringBitmap, StoreError> {
        let Some(search) = query.beginning() else { return Ok(RoaringBitmap::new()) };
        let db = self.db();
        let (handle, sku) = (search.to_lowercase(), fold(search));
        // What is found has to be what the list index will put in order.
        db.read_settled(store.num);
        let (before, end) = keys_of(store.num);
        let keys: Vec<(i64,)> = lagging!(
            db,
            sqlite(|on| sqlx::query_as(db.sql(&sql::ALSO_FOUND))
                .bind(store.num)
                .bind(MOST_FOUND)
                .bind(&handle)
                .bind(behind(&handle))
                .bind(codes::beginning_with(store.num, &sku))
                .bind(before)
                .bind(end)
                .fetch_all(on)),
            postgres(|on| sqlx::query_as(db.sql(&sql::ALSO_FOUND))
                .bind(store.num)
                .bind(MOST_FOUND)
                .bind(&handle)
                .bind(behind(&handle))
                .bind(&sku)
                .bind(behind(&sku))
                .bind(search)
                .bind(behind(search))
                .fetch_all(on))
        )?;
        Ok(keys.into_iter().map(|(key,)| ord_of(key)).collect())
    }
}

/// Behind every text that begins with the prefix.
fn behind(prefix: &str) -> String {
    format!("{prefix}{}", char::MAX)
}

/// What needs a selection may take some milliseconds, once; the next time it takes none, and to make way for others would cost
/// more than it.
pub(super) fn light_or_heavy<T>(index: &CatalogueIndex, query: &ListQuery, also_found: &RoaringBitmap, work: impl FnOnce() -> T) -> T {
    if index.is_at_hand(query, also_found) { work() } else { heavy(work) }
}
