//! A list as programs read it, part by part: which products, from the index; what is told of them, from memory, and what is not there in
//! one statement by primary key. A part goes on behind a place in the order and not at a row's number, which changes under way.

use std::collections::HashMap;

use catalogue_index as index;
use domain::{
    ids::Seq,
    query::{ListQuery, Sort},
};
use ports::{
    error::AppError,
    products::{Bookmark, Part, SortValue},
};

use super::{list::light_or_heavy, rows::SummaryRow};
use crate::{
    Store, StoreError, StoreRef,
    codec::{Many, key_of, ord_of},
    db::{fresh, lagging},
    listings::{Current, Shelf},
    sql,
    together::Together,
};

/// Products answered at once.
const MOST: u32 = 250;

impl Store {
    pub(crate) async fn part_of(&self, store: &StoreRef, query: &ListQuery, behind: Option<&Bookmark>, count: u32) -> Result<Part, StoreError> {
        let count = count.min(MOST);
        let shelf = self.shelf(store);
        let plain = query.is_unfiltered() && query.sort == Sort::default();
        if plain && !shelf.is_ready() {
            self.start_building(&shelf);
            return self.part_from_table(store, behind, count).await;
        }
        let also = self.also_found(store, query).await?;
        let behind = behind.map(into_index);
        self.ready(&shelf).await?;
        let found = shelf.with(|current| {
            let part = light_or_heavy(&current.index, query, &also, || current.index.behind(query, &also, behind.as_ref(), count));
            part.map(|part| (Listed::of(current, store.num, &part.ords), part, current.seq))
        });
        let Some(part) = found else { return Err(StoreError::Unreadable("the catalogue, as its list is not there".into())) };
        let Some((listed, part, as_of)) = part else { return Err(elsewhere()) };

        let Told { rows, read } = self.summaries(&shelf, &listed).await?;
        // Those that came into the trash meanwhile are left out.
        let products = rows.into_iter().filter(|row| !row.deleted).map(|row| row.summary).collect();
        Ok(Part { products, read, total: part.total, next: part.next.map(from_index), as_of, currency: store.currency })
    }

    /// A part of the whole list in its default order, while there is no index.
    async fn part_from_table(&self, store: &StoreRef, behind: Option<&Bookmark>, count: u32) -> Result<Part, StoreError> {
        let before = match behind.map(|bookmark| &bookmark.value) {
            None => i64::MAX,
            Some(SortValue::Updated(seq)) => seq.0,
            Some(_) => return Err(elsewhere()),
        };
        let db = self.db();
        let (seq, total): (i64, i64) = fresh!(db, |on| sqlx::query_as(sql::STORE_SEQ).bind(store.num).fetch_one(on))?;
        // One more tells whether there are more.
        let limit = i64::from(count) + 1;
        let mut rows: Vec<SummaryRow> =
            fresh!(db, |on| sqlx::query_as(sql::SUMMARIES_BY_UPDATE).bind(store.num).bind(before).bind(limit).fetch_all(on))?;
        self.inner.products.put_summaries(&rows);
        let mut next = None;
        if rows.len() > count as usize {
            rows.truncate(count as usize);
            let last = |row: &SummaryRow| Bookmark { ord: ord_of(row.key), value: SortValue::Updated(row.summary.version) };
            next = rows.last().map(last).or_else(|| behind.cloned());
        }
        let read = rows.len() as u32;
        let products = rows.into_iter().map(|row| row.summary).collect();
        let total = u32::try_from(total).unwrap_or(u32::MAX);
        Ok(Part { products, read, total, next, as_of: Seq(seq), currency: store.currency })
    }

    /// What is told of listed products, in their order. Whatever is not in memory as the list has it is read at once and is as new as the
    /// list, or newer.
    pub(super) async fn summaries(&self, shelf: &Shelf, listed: &[Listed]) -> Result<Told, StoreError> {
        let known = &self.inner.products;
        let of = |Listed { key, version }: &Listed| {
            known.summary(*key, *version).map(|summary| SummaryRow { key: *key, deleted: false, summary }).ok_or(*key)
        };
        let rows: Vec<Result<SummaryRow, i64>> = listed.iter().map(of).collect();
        let missing: Vec<i64> = rows.iter().filter_map(|row| row.as_ref().err().copied()).collect();
        let read = if missing.is_empty() { HashMap::new() } else { self.read_summaries(shelf, &missing).await? };
        let rows = rows.into_iter().filter_map(|row| row.map_or_else(|key| read.get(&key).cloned(), Some)).collect();
        Ok(Told { rows, read: missing.len() as u32 })
    }

    async fn read_summaries(&self, shelf: &Shelf, keys: &[i64]) -> Result<HashMap<i64, SummaryRow>, StoreError> {
        let db = self.db();
        if db.replicas().is_none() {
            return self.summaries_together(keys).await;
        }
        let mut rows: Vec<SummaryRow> = lagging!(db, |on| sqlx::query_as(db.sql(&sql::SUMMARIES_BY_KEY)).bind(Many(keys)).fetch_all(on))?;
        let old = if db.may_lag() { shelf.older_than_the_list(keys, rows.iter().map(|row| (row.key, row.summary.version))) } else { Vec::new() };
        if !old.is_empty() {
            // In the map below they take the place of the old ones.
            let new: Vec<SummaryRow> = fresh!(db, |on| sqlx::query_as(db.sql(&sql::SUMMARIES_BY_KEY)).bind(Many(&old)).fetch_all(on))?;
            rows.retain(|row| !old.contains(&row.key));
            rows.extend(new);
        }
        self.inner.products.put_summaries(&rows);
        Ok(rows.into_iter().map(|row| (row.key, row)).collect())
    }

    async fn summaries_together(&self, keys: &[i64]) -> Result<HashMap<i64, SummaryRow>, StoreError> {
        let (answer, is_first) = self.inner.summaries.ask(keys.to_vec());
        if is_first {
            // In a task of its own: whoever asked may go away, others wait too.
            let this = self.clone();
            self.inner.runtime.spawn(traces::carried(async move { this.inner.summaries.answer(|keys| this.read_and_keep(keys)).await }));
        }
        let answer = traces::within(traces::Kind::Wait, "summaries", answer);
        let found = answer.await.map_err(|_| StoreError::Unreadable("what was asked for, as nobody went to read it".into()))?;
        let found = found.map_err(StoreError::Shared)?;
        Ok(keys.iter().filter_map(|key| found.get(key).map(|row| (*key, row.clone()))).collect())
    }

    async fn read_and_keep(&self, keys: Vec<i64>) -> Result<Vec<(i64, SummaryRow)>, AppError> {
        let db = self.db();
        let rows: Vec<SummaryRow> =
            fresh!(db, |on| sqlx::query_as(db.sql(&sql::SUMMARIES_BY_KEY)).bind(Many(&keys)).fetch_all(on)).map_err(StoreError::from)?;
        self.inner.products.put_summaries(&rows);
        Ok(rows.into_iter().map(|row| (row.key, row)).collect())
    }
}

/// A product of a list, and its last change as the list has it.
pub(super) struct Listed {
    key: i64,
    version: Option<Seq>,
}

impl Listed {
    pub(super) fn of(current: &Current, store_num: i64, ords: &[u32]) -> Vec<Self> {
        ords.iter().map(|ord| Self { key: key_of(store_num, *ord), version: current.index.version(*ord) }).collect()
    }
}

/// What was told of listed products.
pub(super) struct Told {
    pub(super) rows: Vec<SummaryRow>,
    /// How many of them were not in memory.
    pub(super) read: u32,
}

/// What is told of products, read for all who ask at a time: the first parts of lists are asked for by many, and have much in common.
pub(crate) type Summaries = Together<i64, SummaryRow>;

fn into_index(bookmark: &Bookmark) -> index::Bookmark {
    let value = match &bookmark.value {
        SortValue::Text(key) => index::SortValue::Text(key.clone()),
        SortValue::Price(price) => index::SortValue::Price(*price),
        SortValue::Updated(seq) => index::SortValue::Updated(*seq),
    };
    index::Bookmark { ord: bookmark.ord, value }
}

fn from_index(bookmark: index::Bookmark) -> Bookmark {
    let value = match bookmark.value {
        index::SortValue::Text(key) => SortValue::Text(key),
        index::SortValue::Price(price) => SortValue::Price(price),
        index::SortValue::Updated(seq) => SortValue::Updated(seq),
    };
    Bookmark { ord: bookmark.ord, value }
}

fn elsewhere() -> StoreError {
    StoreError::Refused("This place belongs to a list in another order. Begin again at the first part of this one.".into())
}
