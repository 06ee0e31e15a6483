//! Starting a run.

use domain::ids::JobId;
use roaring::RoaringBitmap;

use super::super::sql;
use crate::{
    NewJob, Store, StoreError, StoreRef,
    codec::unreadable,
    db::{Tx, fresh, within},
    jobs::enqueue_within,
};

impl Store {
    /// Puts a run into the queue, with the products it is about; none of them is done.
    pub async fn start_run(&self, id: JobId, store: &StoreRef, job: NewJob<'_>, products: &RoaringBitmap) -> Result<(), StoreError> {
        let now = self.inner.clock.now().micros();
        let mut tx = self.db().begin().await?;
        start_run_within(&mut tx, id, store, job, products, now).await?;
        tx.commit().await
    }

    /// The products a run is about, and those of them that are done; none when there is no such run.
    pub async fn run_products(&self, run: JobId) -> Result<Option<(RoaringBitmap, RoaringBitmap)>, StoreError> {
        let row: Option<(Vec<u8>, Vec<u8>)> = fresh!(self.db(), |on| sqlx::query_as(sql::RUN_PRODUCTS).bind(run.0).fetch_optional(on))?;
        row.map(|(products, done)| Ok((from_bytes(&products)?, from_bytes(&done)?))).transpose()
    }
}

/// The same as a part of something larger: both are there, or neither.
pub(crate) async fn start_run_within(
    tx: &mut Tx<'_>,
    id: JobId,
    store: &StoreRef,
    job: NewJob<'_>,
    products: &RoaringBitmap,
    now: i64,
) -> Result<(), StoreError> {
    enqueue_within(tx, id, store, job, now).await?;
    let (products, none) = (to_bytes(products), to_bytes(&RoaringBitmap::new()));
    within!(tx, |on| async { sqlx::query(sql::START_RUN).bind(id.0).bind(products).bind(none).execute(on).await.map(|_| ()) })?;
    Ok(())
}

fn to_bytes(products: &RoaringBitmap) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(products.serialized_size());
    // Writing into memory cannot fail.
    let _ = products.serialize_into(&mut bytes);
    bytes
}

fn from_bytes(bytes: &[u8]) -> Result<RoaringBitmap, sqlx::Error> {
    RoaringBitmap::deserialize_from(bytes).map_err(|error| unreadable(format!("the products of a run: {error}")))
}
