//! The changes of a product, from the change log.

use domain::{
    change::ChangeKind,
    clock::Timestamp,
    ids::{ProductId, Seq},
};
use ports::product::{HistoryEntry, Source};

use crate::{
    Store, StoreError, StoreRef,
    codec::{from_json, from_row, word},
    db::fresh,
    sql,
};

/// How many changes are answered at once.
const PAGE: i64 = 50;

impl Store {
    pub(crate) async fn history_of(&self, store: &StoreRef, product: ProductId, before: Option<Seq>) -> Result<Vec<HistoryEntry>, StoreError> {
        let before = before.map_or(i64::MAX, |seq| seq.0);
        let rows: Vec<Row> =
            fresh!(self.db(), |on| sqlx::query_as(sql::HISTORY).bind(store.num).bind(product.0).bind(before).bind(PAGE).fetch_all(on))?;
        Ok(rows.into_iter().map(|row| row.0).collect())
    }
}

struct Row(HistoryEntry);

from_row!(Row, |row| {
    Ok(Self(HistoryEntry {
        seq: Seq(row.try_get(0)?),
        at: Timestamp::from_micros(row.try_get(1)?),
        who: row.try_get::<Option<String>, _>(2)?.unwrap_or_default(),
        source: word(row.try_get(3)?, Source::from_name, "source")?,
        kind: word(row.try_get(4)?, ChangeKind::from_name, "kind of change")?,
        fields: from_json(row.try_get(5)?, "changed fields")?,
    }))
});
