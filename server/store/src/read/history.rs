//! The changes of a product, from the change log. What a replica says of them is held against the list index, as whole products are.

use domain::{
    change::ChangeKind,
    clock::Timestamp,
    ids::{ProductId, Seq},
};
use ports::product::{HistoryEntry, Source};

use crate::{
    Store, StoreError, StoreRef,
    codec::{from_json, from_row, word},
    db::{fresh, lagging},
    sql,
};

/// How many changes are answered at once.
const PAGE: i64 = 50;

impl Store {
    pub(crate) async fn history_of(&self, store: &StoreRef, product: ProductId, before: Option<Seq>) -> Result<Vec<HistoryEntry>, StoreError> {
        let db = self.db();
        let end = before.map_or(i64::MAX, |seq| seq.0);
        // What comes before a change is all there where the change itself is.
        let (behind, limit) = if before.is_some() && db.replicas().is_some() { (end.saturating_add(1), PAGE + 1) } else { (end, PAGE) };
        let mut rows: Vec<Row> =
            lagging!(db, |on| sqlx::query_as(sql::HISTORY).bind(store.num).bind(product.0).bind(behind).bind(limit).fetch_all(on))?;
        if db.may_lag() && self.lacks_changes(store, rows.first(), before) {
            rows = fresh!(db, |on| sqlx::query_as(sql::HISTORY).bind(store.num).bind(product.0).bind(end).bind(PAGE).fetch_all(on))?;
        }
        Ok(rows.into_iter().map(|row| row.entry).filter(|entry| entry.seq.0 < end).take(PAGE as usize).collect())
    }

    /// Whether a replica may lack some of the changes that were asked for: those that the list index knows, and those before one that the
    /// person has seen.
    fn lacks_changes(&self, store: &StoreRef, latest: Option<&Row>, before: Option<Seq>) -> bool {
        match (latest, before) {
            (None, _) => true,
            (Some(latest), Some(before)) => latest.entry.seq != before,
            (Some(latest), None) => self.inner.listings.version(store.num, latest.product_key).is_none_or(|known| latest.entry.seq < known),
        }
    }
}

struct Row {
    entry: HistoryEntry,
    product_key: i64,
}

from_row!(Row, |row| {
    let entry = HistoryEntry {
        seq: Seq(row.try_get(0)?),
        at: Timestamp::from_micros(row.try_get(1)?),
        who: row.try_get::<Option<String>, _>(2)?.unwrap_or_default(),
        source: word(row.try_get(3)?, Source::from_name, "source")?,
        kind: word(row.try_get(4)?, ChangeKind::from_name, "kind of change")?,
        fields: from_json(row.try_get(5)?, "changed fields")?,
    };
    Ok(Self { entry, product_key: row.try_get(6)? })
});
