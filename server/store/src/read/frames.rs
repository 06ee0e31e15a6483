//! What makes a device's replica current: read in one transaction, so that it is as of one moment.

use std::collections::BTreeMap;

use domain::{
    clock::Timestamp,
    ids::{DeviceId, OpId, Seq},
    sync::{
        body,
        hash::Sum,
        server::{Plan, plan},
        wire::{Cookie, Ended, Extent, Frames, Pull, PullAnswer, Row, SEGMENT, Span},
    },
};
use uuid::Uuid;

use super::{
    product::attach,
    rows::{ImageRow, ProductRow, VariantRow},
};
use crate::{
    Store, StoreError, StoreRef,
    codec::{Many, from_json, from_row, key_of, ord_of},
    db::{Tx, within},
    devices::{head, knows},
    sql,
};

impl Store {
    pub(crate) async fn frames_of(&self, store: &StoreRef, pull: &Pull) -> Result<PullAnswer, StoreError> {
        let mut tx = self.db().begin_to_read().await?;
        let head = head(&mut tx, store).await?;
        let mut known = Vec::new();
        for cookie in pull.cookie.into_iter().chain(pull.witness) {
            if knows(&mut tx, store, head, cookie).await? {
                known.push(cookie);
            }
        }
        let changes = |cookie: Cookie| u64::try_from(head.seq.0.saturating_sub(cookie.seq.0)).unwrap_or(0);
        Ok(match plan(pull, |cookie| known.contains(&cookie), changes) {
            Plan::Reset { lost } => PullAnswer::Reset { head, lost },
            Plan::Far => PullAnswer::Far,
            Plan::Since(seq) => PullAnswer::Frames(frames(&mut tx, store, pull, Some(seq), head).await?),
            Plan::Compared => PullAnswer::Frames(frames(&mut tx, store, pull, None, head).await?),
        })
    }
}

async fn frames(tx: &mut Tx<'_>, store: &StoreRef, pull: &Pull, since: Option<Seq>, head: Cookie) -> Result<Frames, StoreError> {
    let mut rows = BTreeMap::new();
    let mut ords: Vec<u32> = pull.want.iter().flat_map(|span| span.rows()).collect();
    if let Some(since) = since {
        let changed: Vec<(i64,)> = within!(tx, |on| sqlx::query_as(sql::CHANGED_SINCE).bind(store.num).bind(since.0).fetch_all(on))?;
        ords.extend(changed.into_iter().map(|(key,)| ord_of(key)));
    }
    ords.sort_unstable();
    ords.dedup();
    for part in ords.chunks(SEGMENT as usize) {
        read(tx, store, part).await?.into_iter().for_each(|row| drop(rows.insert(row.ord, row)));
    }
    // Segment by segment, so that what does not differ is not held.
    for held in &pull.compare {
        let there = read(tx, store, &ords_of(&held.rows)).await?;
        if sum(&there) != held.sum {
            rows.extend(there.into_iter().map(|row| (row.ord, row)));
        }
    }
    let mut sums = Vec::with_capacity(pull.check.len());
    for held in &pull.check {
        sums.push(sum(&read(tx, store, &ords_of(&held.rows)).await?));
    }
    let ended = match (pull.device, pull.cookie) {
        (Some(device), Some(cookie)) => ended_since(tx, store, device, cookie.seq).await?,
        _ => Vec::new(),
    };
    let extent = extent(tx, store).await?;
    Ok(Frames { rows: rows.into_values().collect(), ended, sums, cookie: head, extent })
}

async fn extent(tx: &mut Tx<'_>, store: &StoreRef) -> Result<Extent, StoreError> {
    let (rows, products): (i64, i64) = within!(tx, |on| sqlx::query_as(sql::EXTENT).bind(store.num).fetch_one(on))?;
    let bounded = |count: i64| u32::try_from(count).unwrap_or(u32::MAX);
    Ok(Extent { rows: bounded(rows), products: bounded(products) })
}

/// Rows by their numbers, in their order; those that are not there are left out.
async fn read(tx: &mut Tx<'_>, store: &StoreRef, ords: &[u32]) -> Result<Vec<Row>, StoreError> {
    if ords.is_empty() {
        return Ok(Vec::new());
    }
    let keys: Vec<i64> = ords.iter().map(|ord| key_of(store.num, *ord)).collect();
    let mut rows: Vec<ProductRow> = within!(tx, |on| sqlx::query_as(tx.db.sql(&sql::ALL_PRODUCTS_BY_KEYS)).bind(Many(&keys)).fetch_all(on))?;
    let variants: Vec<VariantRow> = within!(tx, |on| sqlx::query_as(tx.db.sql(&sql::VARIANTS_OF)).bind(Many(&keys)).fetch_all(on))?;
    let images: Vec<ImageRow> = within!(tx, |on| sqlx::query_as(tx.db.sql(&sql::IMAGES_OF)).bind(Many(&keys)).fetch_all(on))?;
    attach(&mut rows, variants, images);
    Ok(rows.iter().map(|row| body::row(&row.product, Timestamp::from_micros(row.kept.updated_at))).collect())
}

async fn ended_since(tx: &mut Tx<'_>, store: &StoreRef, device: DeviceId, since: Seq) -> Result<Vec<Ended>, StoreError> {
    let rows: Vec<EndedRow> = within!(tx, |on| sqlx::query_as(sql::ENDED_SINCE).bind(device.0).bind(store.num).bind(since.0).fetch_all(on))?;
    Ok(rows.into_iter().map(|row| row.0).collect())
}

fn ords_of(rows: &[Span]) -> Vec<u32> {
    rows.iter().flat_map(|span| span.rows()).collect()
}

fn sum(rows: &[Row]) -> Sum {
    rows.iter().fold(Sum::default(), |sum, row| sum.with(row.sum()))
}

struct EndedRow(Ended);

from_row!(EndedRow, |row| {
    let op = OpId(row.try_get::<Uuid, _>(0)?);
    Ok(Self(Ended { op, end: from_json(row.try_get(1)?, "the end of an op")?, seq: Seq(row.try_get(2)?) }))
});
