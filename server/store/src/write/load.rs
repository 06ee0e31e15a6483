//! What a batch needs to know before it can be decided: as many statements for a thousand ops as for one.

use std::collections::{HashMap, HashSet};

use domain::{
    field::{Field, Value},
    ids::{OpId, ProductId},
    op::{Action, Op},
};
use ports::product::Receipt;
use uuid::Uuid;

use super::{
    batch::{Batch, Holder},
    receipts,
};
use crate::{
    Store, StoreError, StoreRef,
    codec::{Many, from_json},
    db::{Tx, fresh, within},
    read::{
        known::Products,
        product::attach,
        rows::{ImageRow, ProductRow, VariantRow},
    },
    sql,
};

/// What became of the ops that were sent before.
pub(super) async fn receipts(tx: &mut Tx<'_>, store: &StoreRef, ops: &[Op], hashes: &[[u8; 32]]) -> Result<HashMap<OpId, Receipt>, StoreError> {
    let ids: Vec<Uuid> = ops.iter().map(|op| op.id.0).collect();
    let rows: Vec<(Uuid, i64, Vec<u8>, String)> = within!(tx, |on| sqlx::query_as(tx.db.sql(&sql::RECEIPTS)).bind(Many(&ids)).fetch_all(on))?;
    let sent: HashMap<OpId, [u8; 32]> = ops.iter().map(|op| op.id).zip(hashes.iter().copied()).collect();
    let mut known = HashMap::with_capacity(rows.len());
    for (id, store_num, hash, receipt) in rows {
        let same = store_num == store.num && sent.get(&OpId(id)).is_some_and(|sent| hash == sent);
        known.insert(OpId(id), if same { from_json(&receipt, "a receipt")? } else { receipts::reused() });
    }
    Ok(known)
}

impl Store {
    /// What became of one op that was sent before.
    pub(crate) async fn receipt_of(&self, store: &StoreRef, op: OpId) -> Result<Option<Receipt>, StoreError> {
        let db = self.db();
        let ids = [op.0];
        let rows: Vec<(Uuid, i64, Vec<u8>, String)> = fresh!(db, |on| sqlx::query_as(db.sql(&sql::RECEIPTS)).bind(Many(&ids)).fetch_all(on))?;
        let here = rows.into_iter().find(|(_, store_num, ..)| *store_num == store.num);
        Ok(here.map(|(.., receipt)| from_json(&receipt, "a receipt")).transpose()?)
    }
}

/// Locks and loads the products of the ops, and who has the handles they want.
pub(super) async fn batch(
    tx: &mut Tx<'_>,
    store: &StoreRef,
    ops: &[Op],
    known: &HashMap<OpId, Receipt>,
    (products, raced): (&Products, bool),
) -> Result<Batch, StoreError> {
    let ops = || ops.iter().filter(|op| !known.contains_key(&op.id));
    let ids = ops().map(|op| op.product.0).collect();
    let wanted = ops().flat_map(handles_wanted).collect();
    batch_of(tx, store, (ids, wanted), (products, raced)).await
}

/// The same of products by their ids, and of handles.
pub(super) async fn batch_of(
    tx: &mut Tx<'_>,
    store: &StoreRef,
    (ids, wanted): (HashSet<Uuid>, HashSet<&str>),
    (products, raced): (&Products, bool),
) -> Result<Batch, StoreError> {
    let mut batch = Batch::default();
    if ids.is_empty() {
        return Ok(batch);
    }
    let ids: Vec<Uuid> = ids.into_iter().collect();
    let mut rows: Vec<ProductRow> = within!(tx, |on| sqlx::query_as(tx.db.sql(&sql::LOCK_PRODUCTS)).bind(store.num).bind(Many(&ids)).fetch_all(on))?;
    // Of a product that nobody has changed since it was looked at the parts are in memory.
    let keys: Vec<i64> = rows.iter_mut().filter_map(|row| (!products.give_parts(row)).then_some(row.key)).collect();
    if !keys.is_empty() {
        let variants: Vec<VariantRow> = within!(tx, |on| sqlx::query_as(tx.db.sql(&sql::VARIANTS_OF)).bind(Many(&keys)).fetch_all(on))?;
        let images: Vec<ImageRow> = within!(tx, |on| sqlx::query_as(tx.db.sql(&sql::IMAGES_OF)).bind(Many(&keys)).fetch_all(on))?;
        attach(&mut rows, variants, images);
    }
    for row in rows {
        batch.load(row.product, row.kept);
    }

    if !wanted.is_empty() {
        let wanted: Vec<&str> = wanted.into_iter().collect();
        let taken: Vec<(String, Uuid, bool)> =
            within!(tx, |on| sqlx::query_as(tx.db.sql(&sql::HANDLES_TAKEN)).bind(store.num).bind(Many(&wanted)).fetch_all(on))?;
        for (handle, id, deleted) in taken {
            batch.hold(handle, Holder { product: ProductId(id), deleted });
        }
    }
    if raced {
        // The one clash that trying again cannot mend: an id that another store's product has.
        let foreign: Vec<(Uuid,)> = within!(tx, |on| sqlx::query_as(tx.db.sql(&sql::FOREIGN_IDS)).bind(store.num).bind(Many(&ids)).fetch_all(on))?;
        batch.foreign = foreign.into_iter().map(|(id,)| ProductId(id)).collect();
    }
    Ok(batch)
}

fn handles_wanted(op: &Op) -> Vec<&str> {
    match &op.action {
        Action::Create(content) => vec![content.handle.as_str()],
        Action::Edit(edits) => edits
            .iter()
            .filter(|edit| edit.field == Field::Handle)
            .filter_map(|edit| if let Value::Text(text) = &edit.value { Some(text.as_str()) } else { None })
            .collect(),
        Action::Delete | Action::Restore => Vec::new(),
    }
}
