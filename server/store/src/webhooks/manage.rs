//! What owners do with webhooks.

use domain::{
    clock::Timestamp,
    ids::{DeliveryId, WebhookId},
};
use ports::webhooks::{DeliveryBookmark, DeliveryPage, DeliveryView, Events, MOST_WEBHOOKS, Since, WebhookState};
use uuid::Uuid;

use super::{
    rows::{DeliveryRecord, Flown, Line, NewDelivery, WebhookRow},
    sql,
};
use crate::{
    Store, StoreError, StoreRef,
    db::{fresh, within, written},
    entropy,
    write::{Clash, insert},
};

/// What there is of a new webhook.
#[derive(Clone, Copy, Debug)]
pub struct NewWebhookRow<'a> {
    pub id: WebhookId,
    pub url: &'a str,
    pub events: Events,
    pub sealed_secret: &'a [u8],
}

impl Store {
    /// The oldest first.
    pub async fn webhooks_of(&self, store: &StoreRef) -> Result<Vec<WebhookRow>, StoreError> {
        Ok(fresh!(self.db(), |on| sqlx::query_as(sql::WEBHOOKS).bind(store.num).fetch_all(on))?)
    }

    pub async fn webhook_of(&self, store: &StoreRef, id: WebhookId) -> Result<Option<WebhookRow>, StoreError> {
        Ok(fresh!(self.db(), |on| sqlx::query_as(sql::WEBHOOK).bind(store.num).bind(id.0).fetch_optional(on))?)
    }

    pub fn new_webhook_id(&self) -> WebhookId {
        WebhookId::new(self.inner.clock.now(), entropy::array(&*self.inner.entropy))
    }

    /// Makes one that is told of what is committed from now on. [`StoreError::Race`] when its id is there already.
    pub async fn add_webhook(&self, store: &StoreRef, new: NewWebhookRow<'_>) -> Result<(), StoreError> {
        let now = self.inner.clock.now().micros();
        let mut tx = self.db().begin().await?;
        let (seq,): (i64,) = within!(tx, |on| sqlx::query_as(sql::LOCK_STORE).bind(store.num).fetch_one(on))?;
        let (there,): (i64,) = within!(tx, |on| sqlx::query_as(sql::COUNT).bind(store.num).fetch_one(on))?;
        if there >= i64::from(MOST_WEBHOOKS) {
            return Err(StoreError::Refused(format!("The store has {MOST_WEBHOOKS} webhooks, which is the most. Remove one that is not needed.")));
        }
        within!(tx, |on| async {
            sqlx::query(sql::MAKE)
                .bind(new.id.0)
                .bind(store.num)
                .bind(new.url)
                .bind(new.events.bits())
                .bind(new.sealed_secret)
                .bind(seq)
                .bind(now)
                .execute(on)
                .await
                .map(|_| ())
        })?;
        tx.commit().await
    }

    /// False when it is not there.
    pub async fn change_webhook_row(
        &self,
        store: &StoreRef,
        id: WebhookId,
        url: &str,
        events: Events,
        state: WebhookState,
    ) -> Result<bool, StoreError> {
        let now = self.inner.clock.now().micros();
        let changed = written!(self.db(), |on| async {
            let query = sqlx::query(sql::CHANGE).bind(store.num).bind(id.0).bind(url).bind(events.bits()).bind(state.name()).bind(now);
            query.execute(on).await.map(|done| done.rows_affected())
        })?;
        Ok(changed == 1)
    }

    /// With its log. False when it is not there.
    pub async fn remove_webhook_row(&self, store: &StoreRef, id: WebhookId) -> Result<bool, StoreError> {
        let removed = written!(self.db(), |on| async {
            sqlx::query(sql::REMOVE).bind(store.num).bind(id.0).execute(on).await.map(|done| done.rows_affected())
        })?;
        Ok(removed == 1)
    }

    /// Another secret; the one that was is the one from before until then. False when the webhook is not there.
    pub async fn rotate_webhook(&self, store: &StoreRef, id: WebhookId, sealed_secret: &[u8], old_until: Timestamp) -> Result<bool, StoreError> {
        let rotated = written!(self.db(), |on| async {
            let query = sqlx::query(sql::ROTATE).bind(store.num).bind(id.0).bind(sealed_secret).bind(old_until.micros());
            query.execute(on).await.map(|done| done.rows_affected())
        })?;
        Ok(rotated == 1)
    }

    /// A part of a webhook's log; nothing of a webhook that is not there.
    pub async fn webhook_log(
        &self,
        store: &StoreRef,
        id: WebhookId,
        behind: Option<DeliveryBookmark>,
        count: u32,
    ) -> Result<DeliveryPage, StoreError> {
        let behind = behind.map_or((i64::MAX, Uuid::max()), |bookmark| (bookmark.noted_at.micros(), bookmark.id.0));
        let one_more = i64::from(count) + 1;
        let lines: Vec<Line> = fresh!(self.db(), |on| {
            sqlx::query_as(sql::LOG).bind(store.num).bind(id.0).bind(behind.0).bind(behind.1).bind(one_more).fetch_all(on)
        })?;
        let is_more = lines.len() > count as usize;
        let deliveries: Vec<DeliveryView> = lines.into_iter().take(count as usize).map(|line| line.0).collect();
        let last = deliveries.last().filter(|_| is_more);
        let next = last.map(|last| DeliveryBookmark { noted_at: last.noted_at, id: last.id });
        Ok(DeliveryPage { deliveries, next })
    }

    pub async fn webhook_delivery(&self, store: &StoreRef, id: WebhookId, delivery: DeliveryId) -> Result<Option<DeliveryView>, StoreError> {
        let line: Option<Line> =
            fresh!(self.db(), |on| sqlx::query_as(sql::DELIVERY).bind(store.num).bind(id.0).bind(delivery.0).fetch_optional(on))?;
        Ok(line.map(|line| line.0))
    }

    /// Writes down something that was sent by hand, with what came of it. False when the webhook has gone meanwhile.
    pub async fn note_delivery(&self, store: &StoreRef, id: WebhookId, new: &NewDelivery, flown: &Flown) -> Result<bool, StoreError> {
        let mut tx = self.db().begin().await?;
        let held: Option<(Uuid,)> = within!(tx, |on| sqlx::query_as(tx.db.sql(&sql::HOLD)).bind(store.num).bind(id.0).fetch_optional(on))?;
        if held.is_none() {
            return Ok(false);
        }
        let record = DeliveryRecord { webhook: id, new, at: flown.at, flown: Some(flown) };
        insert(&mut tx, &sql::DELIVERIES, &[record], Clash::Replaces).await?;
        tx.commit().await?;
        Ok(true)
    }

    /// Has one sent once more, now, also to a webhook that rests. False when it is not there.
    pub async fn replay_delivery(&self, store: &StoreRef, id: WebhookId, delivery: DeliveryId) -> Result<bool, StoreError> {
        let now = self.inner.clock.now().micros();
        let mut tx = self.db().begin().await?;
        let roused =
            within!(tx, |on| async { sqlx::query(sql::ROUSE).bind(store.num).bind(id.0).execute(on).await.map(|done| done.rows_affected()) })?;
        if roused == 0 {
            return Ok(false);
        }
        let replayed = within!(tx, |on| async {
            sqlx::query(sql::REPLAY).bind(delivery.0).bind(id.0).bind(now).execute(on).await.map(|done| done.rows_affected())
        })?;
        if replayed == 0 {
            return Ok(false);
        }
        tx.commit().await?;
        Ok(true)
    }

    /// Has the log looked through again from a change or a moment on; since a moment also the jobs that are in the webhook's own log.
    /// False when it is not there.
    pub async fn rewind_webhook(&self, store: &StoreRef, id: WebhookId, since: Since) -> Result<bool, StoreError> {
        let seq = match since {
            Since::Change(seq) => seq.0.max(0),
            Since::Moment(at) => self.changes_before(store, at).await?,
        };
        let now = self.inner.clock.now().micros();
        let mut tx = self.db().begin().await?;
        let rewound = within!(tx, |on| async {
            sqlx::query(sql::REWIND).bind(store.num).bind(id.0).bind(seq).execute(on).await.map(|done| done.rows_affected())
        })?;
        if rewound == 0 {
            return Ok(false);
        }
        within!(tx, |on| async { sqlx::query(sql::TAKE_BACK).bind(id.0).bind(seq).execute(on).await.map(|_| ()) })?;
        if let Since::Moment(at) = since {
            within!(tx, |on| async { sqlx::query(sql::REPLAY_JOBS).bind(id.0).bind(at.micros()).bind(now).execute(on).await.map(|_| ()) })?;
        }
        tx.commit().await?;
        Ok(true)
    }

    /// The last change before a moment, found in some steps: changes are numbered in the order of commits, and their moments are those
    /// at which they began, so that a second or two around it may fall on either side.
    async fn changes_before(&self, store: &StoreRef, at: Timestamp) -> Result<i64, StoreError> {
        let (last, _): (i64, i64) = fresh!(self.db(), |on| sqlx::query_as(crate::sql::STORE_SEQ).bind(store.num).fetch_one(on))?;
        // All up to `before` are before it, and all behind `after` are not.
        let (mut before, mut after) = (0, last);
        while before < after {
            let middle = before + (after - before) / 2 + 1;
            let was: Option<(i64,)> = fresh!(self.db(), |on| sqlx::query_as(sql::WHEN_WAS).bind(store.num).bind(middle).fetch_optional(on))?;
            if was.is_some_and(|(was,)| was < at.micros()) {
                before = middle;
            } else {
                after = middle - 1;
            }
        }
        Ok(before)
    }
}
