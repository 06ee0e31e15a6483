//! The change log of a store, part by part: by its key, so that its length does not matter, and never more of it at once than
//! fits into memory.

use std::collections::HashMap;

use async_trait::async_trait;
use domain::{
    change::{ChangeKind, FieldChange},
    clock::Timestamp,
    handle::Handle,
    ids::{ProductId, Seq},
    role::Permission,
};
use ports::{
    Access,
    changes::{Changes, LONGEST_PART, LogPart, LoggedChange, MOST_CHANGES},
    error::AppError,
    product::Source,
};
use uuid::Uuid;

use crate::{
    Store, StoreError, StoreRef,
    codec::{Many, from_json, from_row, unreadable, word},
    db::fresh,
    sql,
};

#[async_trait]
impl Changes for Store {
    async fn changes_since(&self, who: &Access, after: Seq, count: u32) -> Result<LogPart, AppError> {
        let store = self.allowed(who, Permission::Browse).await?;
        Ok(self.log_of(&store, after, count).await?)
    }
}

impl Store {
    async fn log_of(&self, store: &StoreRef, after: Seq, count: u32) -> Result<LogPart, StoreError> {
        let db = self.db();
        let count = count.clamp(1, MOST_CHANGES);
        // All of it is fresh: of two replicas one may be behind the other, and what it does not have yet would be left out for good.
        // One more tells whether there are more.
        let lengths: Vec<(i64, i64)> =
            fresh!(db, |on| sqlx::query_as(sql::LOG_LENGTHS).bind(store.num).bind(after.0).bind(i64::from(count) + 1).fetch_all(on))?;
        let taken = taken(&lengths, count as usize);
        let Some((last, _)) = taken.last() else {
            let (seq, _): (i64, i64) = fresh!(db, |on| sqlx::query_as(sql::STORE_SEQ).bind(store.num).fetch_one(on))?;
            // Never ahead of what was asked with: a change of this very moment would be left out.
            return Ok(LogPart { changes: Vec::new(), last: after.min(Seq(seq)), more: false, currency: store.currency });
        };
        let rows: Vec<LogRow> = fresh!(db, |on| sqlx::query_as(sql::LOG).bind(store.num).bind(after.0).bind(*last).fetch_all(on))?;
        let names = self.names(&rows).await?;
        let changes: Vec<LoggedChange> = rows.into_iter().filter_map(|row| row.of(&names)).collect();
        Ok(LogPart { changes, last: Seq(*last), more: taken.len() < lengths.len(), currency: store.currency })
    }

    /// The ids and handles of the products in some rows, by their keys.
    async fn names(&self, rows: &[LogRow]) -> Result<HashMap<i64, (ProductId, Handle)>, StoreError> {
        let mut keys: Vec<i64> = rows.iter().map(|row| row.product_key).collect();
        keys.sort_unstable();
        keys.dedup();
        let db = self.db();
        let names: Vec<NameRow> = fresh!(db, |on| sqlx::query_as(db.sql(&sql::NAMES_BY_KEY)).bind(Many(&keys)).fetch_all(on))?;
        Ok(names.into_iter().map(|NameRow { key, id, handle }| (key, (id, handle))).collect())
    }
}

/// Those that a part takes: one at least, then as many as fit.
fn taken(lengths: &[(i64, i64)], count: usize) -> &[(i64, i64)] {
    let mut bytes = 0;
    let fits = |(_, length): &&(i64, i64)| {
        bytes += length;
        bytes <= LONGEST_PART
    };
    let fitting = lengths.iter().take(count).take_while(fits).count();
    &lengths[..fitting.max(1).min(lengths.len())]
}

struct LogRow {
    seq: Seq,
    at: Timestamp,
    product_key: i64,
    kind: ChangeKind,
    fields: Vec<FieldChange>,
    source: Source,
    who: String,
}

impl LogRow {
    fn of(self, names: &HashMap<i64, (ProductId, Handle)>) -> Option<LoggedChange> {
        let Self { seq, at, product_key, kind, fields, source, who } = self;
        let Some((product, handle)) = names.get(&product_key).cloned() else {
            tracing::error!(%seq, product.key = product_key, "a change is of a product that is not there");
            return None;
        };
        Some(LoggedChange { seq, at, product, handle, kind, fields, source, who })
    }
}

struct NameRow {
    key: i64,
    id: ProductId,
    handle: Handle,
}

from_row!(LogRow, |row| {
    Ok(Self {
        seq: Seq(row.try_get(0)?),
        at: Timestamp::from_micros(row.try_get(1)?),
        product_key: row.try_get(2)?,
        kind: word(row.try_get(3)?, ChangeKind::from_name, "kind of change")?,
        fields: from_json(row.try_get(4)?, "changed fields")?,
        source: word(row.try_get(5)?, Source::from_name, "source")?,
        who: row.try_get::<Option<String>, _>(6)?.unwrap_or_default(),
    })
});

from_row!(NameRow, |row| {
    let handle: &str = row.try_get(2)?;
    Ok(Self {
        key: row.try_get(0)?,
        id: ProductId(row.try_get::<Uuid, _>(1)?),
        handle: handle.parse().map_err(|_| unreadable(format!("the handle {handle:?}")))?,
    })
});
