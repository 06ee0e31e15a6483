//! Providers and what they cost.

use std::collections::HashMap;

use domain::{clock::Timestamp, ids::ProviderId, money::Cost};
use ports::writing::ProviderKind;
use uuid::Uuid;

use super::{
    records::{PriceRow, ProviderRow},
    sql,
};
use crate::{
    Store, StoreError, StoreRef,
    codec::{from_row, word},
    db::{fresh, written},
};

impl Store {
    /// Those that were not removed, in the order they are asked in: at the same place whoever was added later comes later, so that
    /// nobody is asked first without having been put there. The built-in writer is none of them.
    pub async fn providers(&self, store: &StoreRef) -> Result<Vec<ProviderRow>, StoreError> {
        let mut rows: Vec<ProviderRow> = fresh!(self.db(), |on| sqlx::query_as(sql::PROVIDERS).bind(store.num).fetch_all(on))?;
        rows.sort_by_key(|row| (row.position, row.id));
        Ok(rows)
    }

    /// Of all that ever wrote something, the removed ones and the built-in writer too.
    pub async fn provider_names(&self, store: &StoreRef) -> Result<HashMap<ProviderId, String>, StoreError> {
        let rows: Vec<(Uuid, String)> = fresh!(self.db(), |on| sqlx::query_as(sql::PROVIDER_NAMES).bind(store.num).fetch_all(on))?;
        let built_in = (ProviderId::BUILT_IN, ProviderKind::BuiltIn.label().to_owned());
        Ok(rows.into_iter().map(|(id, name)| (ProviderId(id), name)).chain([built_in]).collect())
    }

    /// Makes a provider or changes it.
    pub async fn save_provider(&self, store: &StoreRef, row: &ProviderRow) -> Result<(), StoreError> {
        if row.kind == ProviderKind::BuiltIn || row.id == ProviderId::BUILT_IN {
            return Err(StoreError::Refused("Every store has the built-in writer as it is. Add a provider of another kind.".into()));
        }
        let now = self.inner.clock.now().micros();
        let saved = written!(self.db(), |on| async {
            sqlx::query(sql::SAVE_PROVIDER)
                .bind(row.id.0)
                .bind(store.num)
                .bind(row.kind.name())
                .bind(&row.name)
                .bind(&row.base_url)
                .bind(&row.model)
                .bind(row.sealed_key.as_deref())
                .bind(i64::from(row.concurrency))
                .bind(i64::from(row.timeout_seconds))
                .bind(i64::from(row.position))
                .bind(row.enabled)
                .bind(row.removed)
                .bind(now)
                .execute(on)
                .await
                .map(|done| done.rows_affected())
        })?;
        if saved == 0 { Err(StoreError::Refused("This provider is not there. Reload the page and add it again.".into())) } else { Ok(()) }
    }

    /// Takes a provider out and forgets its key; what it wrote and cost stays. False when it is not there.
    pub async fn remove_provider(&self, store: &StoreRef, id: ProviderId) -> Result<bool, StoreError> {
        let now = self.inner.clock.now().micros();
        let removed = written!(self.db(), |on| async {
            sqlx::query(sql::REMOVE_PROVIDER).bind(store.num).bind(id.0).bind(now).execute(on).await.map(|done| done.rows_affected())
        })?;
        Ok(removed == 1)
    }

    /// The latest first.
    pub async fn prices(&self, store: &StoreRef) -> Result<Vec<PriceRow>, StoreError> {
        Ok(fresh!(self.db(), |on| sqlx::query_as(sql::PRICES).bind(store.num).fetch_all(on))?)
    }

    /// One price from a moment on; it replaces the one from the same moment.
    pub async fn save_price(&self, store: &StoreRef, price: &PriceRow) -> Result<(), StoreError> {
        written!(self.db(), |on| async {
            sqlx::query(sql::SAVE_PRICE)
                .bind(store.num)
                .bind(price.provider.0)
                .bind(&price.model)
                .bind(price.from.micros())
                .bind(price.input.0)
                .bind(price.output.0)
                .execute(on)
                .await
                .map(|_| ())
        })?;
        Ok(())
    }

    pub async fn remove_price(&self, store: &StoreRef, provider: ProviderId, model: &str, from: Timestamp) -> Result<bool, StoreError> {
        let removed = written!(self.db(), |on| async {
            let query = sqlx::query(sql::REMOVE_PRICE).bind(store.num).bind(provider.0).bind(model).bind(from.micros());
            query.execute(on).await.map(|done| done.rows_affected())
        })?;
        Ok(removed == 1)
    }

    /// The price that holds at a moment; none is a hole in the table.
    pub async fn price_at(&self, store: &StoreRef, provider: ProviderId, model: &str, at: Timestamp) -> Result<Option<PriceRow>, StoreError> {
        Ok(fresh!(self.db(), |on| {
            sqlx::query_as(sql::PRICE_AT).bind(store.num).bind(provider.0).bind(model).bind(at.micros()).fetch_optional(on)
        })?)
    }
}

from_row!(ProviderRow, |row| {
    Ok(Self {
        id: ProviderId(row.try_get::<Uuid, _>("id")?),
        kind: word(row.try_get("kind")?, ProviderKind::from_name, "kind of provider")?,
        name: row.try_get("name")?,
        base_url: row.try_get("base_url")?,
        model: row.try_get("model")?,
        sealed_key: row.try_get("sealed_key")?,
        concurrency: row.try_get::<i64, _>("concurrency")? as u32,
        timeout_seconds: row.try_get::<i64, _>("timeout_seconds")? as u32,
        position: row.try_get::<i64, _>("position")? as u32,
        enabled: row.try_get("enabled")?,
        removed: row.try_get("removed")?,
    })
});

from_row!(PriceRow, |row| {
    Ok(Self {
        provider: ProviderId(row.try_get::<Uuid, _>("provider_id")?),
        model: row.try_get("model")?,
        from: Timestamp::from_micros(row.try_get("from_at")?),
        input: Cost(row.try_get("input")?),
        output: Cost(row.try_get("output")?),
    })
});
