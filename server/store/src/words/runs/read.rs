//! What a run reads: its products with what was asked for them last, and what was answered to the same before.

use std::collections::HashMap;

use super::super::{
    records::{KnownAnswer, RunProduct},
    rows::WordsColumns,
    sql,
};
use crate::{
    Store, StoreError, StoreRef,
    codec::{Many, from_row, key_of, unreadable},
    db::{fresh, lagging},
    read::rows::ProductRow,
    sql::PRODUCTS_BY_KEYS,
};

impl Store {
    /// Products by their numbers, whole, in the order of their numbers; those in the trash are left out.
    pub async fn load_run_products(&self, store: &StoreRef, ords: &[u32]) -> Result<Vec<RunProduct>, StoreError> {
        if ords.is_empty() {
            return Ok(Vec::new());
        }
        let db = self.db();
        let keys: Vec<i64> = ords.iter().map(|ord| key_of(store.num, *ord)).collect();
        let rows: Vec<ProductRow> = fresh!(db, |on| sqlx::query_as(db.sql(&PRODUCTS_BY_KEYS)).bind(Many(&keys)).fetch_all(on))?;
        let rows = self.whole(rows).await?;
        let latest: Vec<Asked> = lagging!(db, |on| sqlx::query_as(db.sql(&sql::LATEST_FINGERPRINTS)).bind(Many(&keys)).fetch_all(on))?;
        let mut latest: HashMap<i64, [u8; 32]> = latest.into_iter().map(|asked| (asked.product_key, asked.fingerprint)).collect();
        let product = |row: ProductRow| RunProduct { ord: row.product.ord, last_fingerprint: latest.remove(&row.key), product: row.product };
        Ok(rows.into_iter().map(product).collect())
    }

    /// What providers of the store answered to the same question before: the latest answer to each. Never what a person edited.
    pub async fn known_answers(&self, store: &StoreRef, fingerprints: &[[u8; 32]]) -> Result<HashMap<[u8; 32], KnownAnswer>, StoreError> {
        if fingerprints.is_empty() {
            return Ok(HashMap::new());
        }
        let db = self.db();
        let asked: Vec<Vec<u8>> = fingerprints.iter().map(|fingerprint| fingerprint.to_vec()).collect();
        let known: Vec<KnownAnswer> = fresh!(db, |on| sqlx::query_as(db.sql(&sql::KNOWN_ANSWERS)).bind(store.num).bind(Many(&asked)).fetch_all(on))?;
        Ok(known.into_iter().map(|answer| (answer.fingerprint, answer)).collect())
    }
}

struct Asked {
    product_key: i64,
    fingerprint: [u8; 32],
}

from_row!(Asked, |row| Ok(Self { product_key: row.try_get("product_key")?, fingerprint: fingerprint(row.try_get("fingerprint")?)? }));

from_row!(KnownAnswer, |row| {
    Ok(Self { fingerprint: fingerprint(row.try_get("fingerprint")?)?, model: row.try_get("model")?, words: WordsColumns::from_row(row)?.0 })
});

fn fingerprint(bytes: &[u8]) -> Result<[u8; 32], sqlx::Error> {
    bytes.try_into().map_err(|_| unreadable("a fingerprint of another length"))
}
