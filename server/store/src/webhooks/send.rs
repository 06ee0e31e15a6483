//! What whoever sends needs. A webhook is leased by one process at a time, so that its deliveries are sent by one, in order; what is
//! written names the holder, and fails when another process has taken it over.

use domain::{
    clock::Timestamp,
    ids::{DeliveryId, Seq, WebhookId},
};
use uuid::Uuid;

use super::{
    rows::{DeliveryRecord, EndedJob, Flown, Health, LoggedChange, NewDelivery, Parcel, WebhookRow, kept},
    sql,
};
use crate::{
    Store, StoreError, StoreRef,
    admin::StoreRow,
    codec::Many,
    db::{fresh, within, written},
    write::{Clash, insert},
};

/// With so many changes behind, many are told of at once.
pub const MANY: u32 = 250;
/// And then so many are on their way at most: each is long.
pub const FULL_OF_MANY: u32 = 64;

/// How long a webhook's lines are kept, and how many beside those that wait.
const KEPT_SECONDS: i64 = 7 * 24 * 60 * 60;
const KEPT_LINES: i64 = 5_000;
/// Of those that tell of many at once, which are a hundred times as long.
const KEPT_OF_MANY: i64 = 200;

/// A job whose end is committed so long after the moment that it names is told of all the same.
const LATE_SECONDS: i64 = 60 * 60;

/// What came of reading on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    Done,
    /// Somebody has told the webhook to begin elsewhere, or another process has it: nothing was written.
    MovedOn,
}

impl Store {
    /// Active webhooks of all stores to which something could be sent now and which nobody has, some of them. A webhook that has `full`
    /// deliveries on their way has none for what is in the log, or [`FULL_OF_MANY`] where [`MANY`] changes are behind.
    pub async fn webhooks_with_work(&self, full: u32, most: u32) -> Result<Vec<WebhookId>, StoreError> {
        let now = self.inner.clock.now().micros();
        let (full, most, many, full_of_many) = (i64::from(full), i64::from(most), i64::from(MANY), i64::from(FULL_OF_MANY));
        let rows: Vec<(Uuid,)> =
            fresh!(self.db(), |on| { sqlx::query_as(sql::WITH_WORK).bind(now).bind(full).bind(most).bind(many).bind(full_of_many).fetch_all(on) })?;
        Ok(rows.into_iter().map(|(id,)| WebhookId(id)).collect())
    }

    /// Takes a webhook; none when another process has it or it is not active.
    pub async fn lease_webhook(&self, id: WebhookId, holder: &str, seconds: i64) -> Result<Option<StoreRef>, StoreError> {
        let now = self.inner.clock.now();
        let until = now.plus_seconds(seconds).micros();
        let leased = written!(self.db(), |on| async {
            let query = sqlx::query(sql::LEASE).bind(id.0).bind(holder).bind(until).bind(now.micros());
            query.execute(on).await.map(|done| done.rows_affected())
        })?;
        if leased == 0 {
            return Ok(None);
        }
        let row: Option<StoreRow> = fresh!(self.db(), |on| sqlx::query_as(sql::STORE_OF).bind(id.0).fetch_optional(on))?;
        Ok(row.map(|row| row.0))
    }

    /// Holds on to it. False when it is lost.
    pub async fn renew_webhook(&self, id: WebhookId, holder: &str, seconds: i64) -> Result<bool, StoreError> {
        let until = self.inner.clock.now().plus_seconds(seconds).micros();
        let renewed = written!(self.db(), |on| async {
            sqlx::query(sql::RENEW).bind(id.0).bind(holder).bind(until).execute(on).await.map(|done| done.rows_affected())
        })?;
        Ok(renewed == 1)
    }

    /// Gives it back, for whoever has something to send next.
    pub async fn release_webhook(&self, id: WebhookId, holder: &str) -> Result<(), StoreError> {
        written!(self.db(), |on| async { sqlx::query(sql::RELEASE).bind(id.0).bind(holder).execute(on).await.map(|_| ()) })?;
        Ok(())
    }

    /// As it is now; none when it is lost.
    pub async fn leased_webhook(&self, id: WebhookId, holder: &str) -> Result<Option<WebhookRow>, StoreError> {
        Ok(fresh!(self.db(), |on| sqlx::query_as(sql::STANDING).bind(id.0).bind(holder).fetch_optional(on))?)
    }

    /// The next changes of a store behind one.
    pub async fn changes_behind(&self, store: &StoreRef, seen: Seq, most: u32) -> Result<Vec<LoggedChange>, StoreError> {
        let most = i64::from(most);
        let mut changes: Vec<LoggedChange> =
            fresh!(self.db(), |on| sqlx::query_as(sql::CHANGES).bind(store.num).bind(seen.0).bind(most).fetch_all(on))?;
        changes.dedup_by_key(|change| change.seq);
        Ok(changes)
    }

    /// Writes what is to be sent of the changes from one to another, and that they were looked through: both or neither.
    pub async fn take_in_changes(
        &self,
        id: WebhookId,
        holder: &str,
        (from, to): (Seq, Seq),
        deliveries: &[NewDelivery],
    ) -> Result<Taken, StoreError> {
        let at = self.inner.clock.now();
        let mut tx = self.db().begin().await?;
        let moved = within!(tx, |on| async {
            let query = sqlx::query(sql::SEEN).bind(id.0).bind(holder).bind(from.0).bind(to.0);
            query.execute(on).await.map(|done| done.rows_affected())
        })?;
        if moved == 0 {
            return Ok(Taken::MovedOn);
        }
        let records: Vec<DeliveryRecord<'_>> = deliveries.iter().map(|new| DeliveryRecord { webhook: id, new, at, flown: None }).collect();
        // Told again, it is the same delivery.
        insert(&mut tx, &sql::DELIVERIES, &records, Clash::Replaces).await?;
        tx.commit().await?;
        Ok(Taken::Done)
    }

    /// Jobs that are over, of which a webhook is to be told and is not yet.
    pub async fn untold_jobs(&self, id: WebhookId, most: u32) -> Result<Vec<EndedJob>, StoreError> {
        Ok(fresh!(self.db(), |on| sqlx::query_as(sql::ENDED_JOBS).bind(id.0).bind(i64::from(most)).fetch_all(on))?)
    }

    pub async fn take_in_jobs(&self, id: WebhookId, holder: &str, deliveries: &[NewDelivery]) -> Result<Taken, StoreError> {
        let at = self.inner.clock.now();
        let late = at.plus_seconds(-LATE_SECONDS).micros();
        let mut tx = self.db().begin().await?;
        let held = within!(tx, |on| async {
            sqlx::query(sql::JOBS_TOLD).bind(id.0).bind(holder).bind(late).execute(on).await.map(|done| done.rows_affected())
        })?;
        if held == 0 {
            return Ok(Taken::MovedOn);
        }
        let records: Vec<DeliveryRecord<'_>> = deliveries.iter().map(|new| DeliveryRecord { webhook: id, new, at, flown: None }).collect();
        insert(&mut tx, &sql::DELIVERIES, &records, Clash::Stays).await?;
        tx.commit().await?;
        Ok(Taken::Done)
    }

    /// What may be sent now, in its order: of each product the first that waits, and none of those in the air.
    pub async fn ready_to_send(&self, id: WebhookId, in_the_air: &[DeliveryId], most: u32) -> Result<Vec<Parcel>, StoreError> {
        let (db, now) = (self.db(), self.inner.clock.now().micros());
        let ids: Vec<Uuid> = in_the_air.iter().map(|id| id.0).collect();
        let most = i64::from(most);
        Ok(fresh!(db, |on| sqlx::query_as(db.sql(&sql::READY)).bind(id.0).bind(now).bind(Many(&ids)).bind(most).fetch_all(on))?)
    }

    /// Writes what came of attempts, and how the webhook fares now; with a reason it has failed. [`StoreError::LeaseLost`] when another
    /// process has it, which sends once more what this one has sent.
    pub async fn note_flown(&self, id: WebhookId, holder: &str, flown: &[Flown], health: Health, failed: Option<&str>) -> Result<(), StoreError> {
        let mut tx = self.db().begin().await?;
        let held = within!(tx, |on| async {
            sqlx::query(sql::HEALTH)
                .bind(id.0)
                .bind(holder)
                .bind(i64::from(health.failures))
                .bind(health.failing_since.map(Timestamp::micros))
                .bind(health.delivered_at.map(Timestamp::micros))
                .bind(health.rests_until.micros())
                .bind(failed.is_some())
                .bind(failed.unwrap_or_default())
                .execute(on)
                .await
                .map(|done| done.rows_affected())
        })?;
        if held == 0 {
            return Err(StoreError::LeaseLost);
        }
        for one in flown {
            within!(tx, |on| async {
                sqlx::query(sql::FLOWN)
                    .bind(one.id.0)
                    .bind(id.0)
                    .bind(one.state.name())
                    .bind(one.due_at.micros())
                    .bind(one.at.micros())
                    .bind(one.status.map(i64::from))
                    .bind(i64::from(one.milliseconds))
                    .bind(kept(&one.answer))
                    .execute(on)
                    .await
                    .map(|_| ())
            })?;
        }
        tx.commit().await
    }

    /// Drops lines of the log that are too old or too many.
    pub async fn trim_webhook_log(&self, id: WebhookId) -> Result<(), StoreError> {
        let old = self.long_ago();
        written!(self.db(), |on| async {
            sqlx::query(sql::DROP_OLD).bind(id.0).bind(old).bind(KEPT_LINES - 1).bind(KEPT_OF_MANY - 1).execute(on).await.map(|_| ())
        })?;
        Ok(())
    }

    /// Drops lines that are too old, also of webhooks that have nothing to send any more.
    pub async fn trim_webhook_logs(&self) -> Result<(), StoreError> {
        let old = self.long_ago();
        let ids: Vec<(Uuid,)> = fresh!(self.db(), |on| sqlx::query_as(sql::WITH_OLD).bind(old).fetch_all(on))?;
        for (id,) in ids {
            self.trim_webhook_log(WebhookId(id)).await?;
        }
        Ok(())
    }

    fn long_ago(&self) -> i64 {
        self.inner.clock.now().plus_seconds(-KEPT_SECONDS).micros()
    }
}
