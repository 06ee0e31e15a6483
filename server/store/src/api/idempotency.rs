//! The port of writes that are done once: a row a key, made by whoever begins, filled by whoever answers, dropped after a day.

use std::sync::atomic::{AtomicI64, Ordering};

use async_trait::async_trait;
use domain::role::Permission;
use ports::{
    Access,
    error::AppError,
    idempotency::{ABANDONED_SECONDS, Answered, Begun, Idempotency, KEPT_SECONDS, LONGEST_KEY},
};

use super::sql;
use crate::{
    Store, StoreError,
    codec::{from_json, from_row, to_json, unreadable},
    db::{fresh, written},
};

/// How often old keys are dropped, in microseconds.
const SWEPT_EVERY: u64 = 60 * 1_000_000;

/// Keys that are dropped by one statement: others do not wait for long.
const BATCH: i64 = 500;

/// How often a key is looked at again that was given back in the moment between two statements.
const LOOKS: usize = 3;

/// When old keys were dropped last, by this process.
#[derive(Default)]
pub(super) struct Swept(AtomicI64);

#[async_trait]
impl Idempotency for Store {
    async fn begin(&self, who: &Access, key: &str, asked: [u8; 32]) -> Result<Begun, AppError> {
        let store = self.allowed(who, Permission::Browse).await?;
        if key.is_empty() || key.len() > LONGEST_KEY || !key.bytes().all(|byte| byte.is_ascii_graphic()) {
            let sentence = format!("An idempotency key has 1 to {LONGEST_KEY} visible characters without spaces. A random UUID is a good one.");
            return Err(AppError::Invalid(sentence));
        }
        self.sweep_now_and_then();
        for _ in 0..LOOKS {
            if self.announce(who, store.num, key, asked).await? {
                return Ok(Begun::New);
            }
            let row: Option<Row> = fresh!(self.db(), |on| sqlx::query_as(sql::BEGUN).bind(store.num).bind(who.user.0).bind(key).fetch_optional(on))
                .map_err(StoreError::from)?;
            match row {
                Some(row) if row.asked != asked => return Ok(Begun::Other),
                Some(Row { answered: Some(answered), .. }) => return Ok(Begun::Answered(answered)),
                Some(_) => return Ok(Begun::Running),
                None => {}
            }
        }
        Ok(Begun::Running)
    }

    async fn keep(&self, who: &Access, key: &str, answered: Answered) -> Result<(), AppError> {
        if answered.status >= 500 {
            return self.give_back(who, key).await;
        }
        let store = self.allowed(who, Permission::Browse).await?;
        let Answered { status, headers, body } = answered.short_enough();
        written!(self.db(), |on| async {
            sqlx::query(sql::KEEP)
                .bind(store.num)
                .bind(who.user.0)
                .bind(key)
                .bind(i64::from(status))
                .bind(to_json(&headers))
                .bind(&body)
                .execute(on)
                .await
                .map(|_| ())
        })
        .map_err(StoreError::from)?;
        Ok(())
    }

    async fn give_back(&self, who: &Access, key: &str) -> Result<(), AppError> {
        let store = self.allowed(who, Permission::Browse).await?;
        written!(self.db(), |on| async { sqlx::query(sql::GIVE_BACK).bind(store.num).bind(who.user.0).bind(key).execute(on).await.map(|_| ()) })
            .map_err(StoreError::from)?;
        Ok(())
    }
}

impl Store {
    /// Whether the key is the caller's now.
    async fn announce(&self, who: &Access, store_num: i64, key: &str, asked: [u8; 32]) -> Result<bool, StoreError> {
        let now = self.inner.clock.now();
        let (kept, abandoned) = (now.plus_seconds(-KEPT_SECONDS).micros(), now.plus_seconds(-ABANDONED_SECONDS).micros());
        let begun = written!(self.db(), |on| async {
            sqlx::query(sql::BEGIN)
                .bind(store_num)
                .bind(who.user.0)
                .bind(key)
                .bind(&asked[..])
                .bind(now.micros())
                .bind(kept)
                .bind(abandoned)
                .execute(on)
                .await
                .map(|done| done.rows_affected())
        })?;
        Ok(begun == 1)
    }

    /// Drops old keys behind the request of whoever comes first in a minute.
    fn sweep_now_and_then(&self) {
        let now = self.inner.clock.now();
        let swept = &self.inner.api.swept.0;
        let at = swept.load(Ordering::Relaxed);
        if now.micros().abs_diff(at) < SWEPT_EVERY || swept.compare_exchange(at, now.micros(), Ordering::Relaxed, Ordering::Relaxed).is_err() {
            return;
        }
        let (this, old) = (self.clone(), now.plus_seconds(-KEPT_SECONDS).micros());
        self.inner.runtime.spawn(async move {
            if let Err(error) = this.drop_old_keys(old).await {
                tracing::warn!(%error, "old idempotency keys were not dropped; they are in a minute");
            }
        });
    }

    async fn drop_old_keys(&self, old: i64) -> Result<(), StoreError> {
        let db = self.db();
        loop {
            let dropped = written!(db, |on| async {
                sqlx::query(db.sql(&sql::DROP_OLD_KEYS)).bind(old).bind(BATCH).execute(on).await.map(|done| done.rows_affected())
            })?;
            if dropped < BATCH as u64 {
                return Ok(());
            }
        }
    }
}

struct Row {
    asked: Vec<u8>,
    answered: Option<Answered>,
}

from_row!(Row, |row| {
    let answered = match row.try_get::<Option<i64>, _>(1)? {
        None => None,
        Some(status) => Some(Answered {
            status: u16::try_from(status).map_err(|_| unreadable(format!("the status {status} of a kept answer")))?,
            headers: from_json(row.try_get(2)?, "headers of a kept answer")?,
            body: row.try_get::<Option<Vec<u8>>, _>(3)?.unwrap_or_default(),
        }),
    };
    Ok(Self { asked: row.try_get(0)?, answered })
});
