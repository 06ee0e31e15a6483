//! The queue: which suggestions, from an index; then all that a card shows, in as many statements for fifty as for one.

use std::collections::HashMap;

use domain::{
    field::{Field, Value},
    ids::{ReviewId, UserId},
    role::Permission,
    words::part::Part,
};
use ports::{
    Access,
    review::{Assignee, Card, CardField, Cursor, Queue, QueueFilter},
};
use uuid::Uuid;

use super::{
    rows::{PresentRow, ReviewRow},
    sql::{self, Walk},
};
use crate::{
    Store, StoreError, StoreRef,
    codec::Many,
    db::{fresh, lagging},
    heavy,
    read::rows::ImageRow,
};

/// Cards answered at once.
const MOST_CARDS: u32 = 50;

/// A filter as its statements take it.
pub(super) struct Wanted<'a> {
    pub(super) walk: &'static Walk,
    pub(super) store_num: i64,
    pub(super) status: &'static str,
    pub(super) product_type: Option<&'a str>,
    pub(super) odd: Option<bool>,
    pub(super) assignee: Uuid,
    pub(super) run: Uuid,
    pub(super) whose: i64,
}

impl<'a> Wanted<'a> {
    pub(super) fn new(store: &StoreRef, me: UserId, filter: &'a QueueFilter) -> Self {
        let walk = match (filter.run, filter.assignee) {
            (Some(_), _) => &sql::OF_RUN,
            (None, Assignee::Anybody) => &sql::ANYBODYS,
            (None, Assignee::Me) => &sql::ONES_OWN,
            (None, Assignee::Nobody) => &sql::NOBODYS,
        };
        Self {
            walk,
            store_num: store.num,
            status: filter.status.name(),
            product_type: filter.product_type.as_deref(),
            odd: filter.odd,
            assignee: me.0,
            run: filter.run.map_or(Uuid::nil(), |run| run.0),
            whose: match filter.assignee {
                Assignee::Anybody => 0,
                Assignee::Me => 1,
                Assignee::Nobody => 2,
            },
        }
    }
}

/// Gives a statement of a [`Walk`] the values of a [`Wanted`].
macro_rules! filtered {
    ($query:expr, $wanted:expr) => {
        $query
            .bind($wanted.store_num)
            .bind($wanted.status)
            .bind($wanted.product_type)
            .bind($wanted.odd)
            .bind($wanted.assignee)
            .bind($wanted.run)
            .bind($wanted.whose)
    };
}

pub(super) use filtered;

impl Store {
    pub(super) async fn queue_of(
        &self,
        store: &StoreRef,
        who: &Access,
        filter: &QueueFilter,
        behind: Option<Cursor>,
        count: u32,
    ) -> Result<Queue, StoreError> {
        let count = count.clamp(1, MOST_CARDS) as usize;
        let wanted = Wanted::new(store, who.user, filter);
        let (text, begin) = if filter.newest { (wanted.walk.newest, (i64::MAX, Uuid::max())) } else { (wanted.walk.oldest, (i64::MIN, Uuid::nil())) };
        let (at, id) = behind.map_or(begin, |behind| (behind.at.micros(), behind.review.0));
        // One more, to know whether there are more.
        let limit = count as i64 + 1;

        let (total, odd): (i64, i64) = fresh!(self.db(), |on| filtered!(sqlx::query_as(wanted.walk.count), wanted).fetch_one(on))?;
        let mut rows: Vec<ReviewRow> = fresh!(self.db(), |on| filtered!(sqlx::query_as(text), wanted).bind(at).bind(id).bind(limit).fetch_all(on))?;
        rows.sort_unstable_by_key(|row| (row.asked_at, row.id));
        if filter.newest {
            rows.reverse();
        }
        let more = rows.len() > count;
        rows.truncate(count);
        let next = rows.last().filter(|_| more).map(|last| Cursor { at: last.asked_at, review: last.id });

        Ok(Queue {
            total: total as u64,
            odd: odd as u64,
            cards: self.cards(rows).await?,
            next,
            currency: store.currency,
            may_decide: who.role.may(Permission::Review),
            held: None,
        })
    }

    pub(super) async fn card_of(&self, store: &StoreRef, review: ReviewId) -> Result<Option<Card>, StoreError> {
        let row = self.review_of(store, review).await?;
        Ok(self.cards(row.into_iter().collect()).await?.pop())
    }

    pub(super) async fn review_of(&self, store: &StoreRef, review: ReviewId) -> Result<Option<ReviewRow>, StoreError> {
        Ok(fresh!(self.db(), |on| sqlx::query_as(sql::CARD).bind(store.num).bind(review.0).fetch_optional(on))?)
    }

    async fn cards(&self, rows: Vec<ReviewRow>) -> Result<Vec<Card>, StoreError> {
        let keys: Vec<i64> = rows.iter().map(|row| row.version.product_key).collect();
        let present = self.present(&keys).await?;
        // Judging the texts of fifty cards takes some milliseconds.
        Ok(heavy(|| rows.into_iter().filter_map(|row| present.get(&row.version.product_key).map(|present| card(row, present))).collect()))
    }

    /// Products as they are now.
    pub(in crate::words) async fn present(&self, keys: &[i64]) -> Result<HashMap<i64, PresentRow>, StoreError> {
        if keys.is_empty() {
            return Ok(HashMap::new());
        }
        let db = self.db();
        let rows: Vec<PresentRow> = fresh!(db, |on| sqlx::query_as(db.sql(&sql::PRESENT)).bind(Many(keys)).fetch_all(on))?;
        let images: Vec<ImageRow> = lagging!(db, |on| sqlx::query_as(db.sql(&crate::sql::IMAGES_OF)).bind(Many(keys)).fetch_all(on))?;
        let mut present: HashMap<i64, PresentRow> = rows.into_iter().map(|row| (row.key, row)).collect();
        for ImageRow { product_key, image } in images {
            if let Some(product) = present.get_mut(&product_key) {
                product.words.alts.insert(image.id, image.alt);
                product.pictures.insert(image.id, image.url);
            }
        }
        Ok(present)
    }
}

fn card(row: ReviewRow, present: &PresentRow) -> Card {
    let (scores_before, scores_after) = row.version.scores();
    let fields = fields(&row, present);
    let ReviewRow { id, status, assignee, asked_at, decided, decided_by: _, version } = row;
    // A product in the trash keeps its title; that it is there is said behind it.
    let title = if present.deleted { format!("{} (in the trash)", present.title) } else { present.title.clone() };
    Card {
        review: id,
        version: version.id,
        status,
        product: version.product,
        handle: present.handle.clone(),
        title,
        vendor: present.vendor.clone(),
        product_type: present.product_type.clone(),
        thumbnail: present.thumbnail.clone(),
        created_at: asked_at,
        run: version.run,
        provider: version.by,
        model: version.model,
        cost: version.cost,
        assignee,
        decided,
        fields,
        scores_before,
        scores_after,
        findings: version.findings,
        remark: version.remark,
    }
}

fn fields(row: &ReviewRow, present: &PresentRow) -> Vec<CardField> {
    let said = row.version.source.words();
    let field = |(field, after): (Field, Value)| {
        let part = Part::of(&field)?;
        let before = said.get(&field).unwrap_or_default();
        let (now, current) = (present.value(&field), present.versions.current(&field));
        let base = row.version.base(&field);
        let newer = current > base;
        // Changed and changed back: whoever sees the old value has seen the present one. What says already what is suggested
        // is in nobody's way.
        let base = if newer && now == before { current } else { base };
        let changed_since = (newer && now != before && now != after).then_some((now, current));
        let image = match &field {
            Field::ImageField(id, _) => present.pictures.get(id).cloned().unwrap_or_default(),
            _ => String::new(),
        };
        Some(CardField { field, part, image, before, after, base, changed_since })
    };
    row.version.words.fields().into_iter().filter_map(field).collect()
}
