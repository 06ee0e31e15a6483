//! Which products a run is about, from the list index, and what the catalogue lacks.

use domain::{
    handle::Handle,
    product::Missing,
    query::{Facet, ListQuery, Window},
};
use roaring::RoaringBitmap;

use super::super::sql;
use crate::{
    Store, StoreError, StoreRef,
    codec::{Many, ord_of},
    db::fresh,
    heavy,
};

impl Store {
    /// The numbers of all products of a list, as it is at present. Waits until the list's index is there.
    pub async fn matching(&self, store: &StoreRef, query: &ListQuery) -> Result<RoaringBitmap, StoreError> {
        let shelf = self.shelf(store);
        let also = self.also_found(store, query).await?;
        self.ready(&shelf).await?;
        let window = Window { query: query.clone(), start: 0, count: u32::MAX };
        let found = shelf.with(|current| heavy(|| current.index.list(&window, &also).ords.into_iter().collect()));
        found.ok_or_else(|| StoreError::Refused("The list of products is being put in order. Try again in a moment.".into()))
    }

    /// The numbers of products by their handles, without those in the trash.
    pub async fn ords_of(&self, store: &StoreRef, handles: &[Handle]) -> Result<RoaringBitmap, StoreError> {
        if handles.is_empty() {
            return Ok(RoaringBitmap::new());
        }
        let db = self.db();
        let handles: Vec<&str> = handles.iter().map(Handle::as_str).collect();
        let keys: Vec<(i64,)> = fresh!(db, |on| sqlx::query_as(db.sql(&sql::LIVING_HANDLES)).bind(store.num).bind(Many(&handles)).fetch_all(on))?;
        Ok(keys.into_iter().map(|(key,)| ord_of(key)).collect())
    }

    /// What the catalogue lacks and how many products lack it, each kind once, in the order of [`Missing::ALL`].
    pub async fn lacking(&self, store: &StoreRef) -> Result<Vec<(Missing, u64)>, StoreError> {
        let facets = self.facets_of(store, &ListQuery::default(), &[Facet::Missing], "").await?;
        let counts: Vec<(String, u32)> = facets.into_iter().flat_map(|facet| facet.values).map(|value| (value.value, value.count)).collect();
        let count = |missing: Missing| counts.iter().find(|(name, _)| name == missing.name()).map_or(0, |(_, count)| u64::from(*count));
        Ok(Missing::ALL.iter().map(|missing| (*missing, count(*missing))).collect())
    }
}
