//! Which products a run is about, from the list index.

use domain::{
    handle::Handle,
    query::{ListQuery, Window},
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
}
