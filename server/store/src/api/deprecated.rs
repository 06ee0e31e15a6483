//! The port of deprecated calls: counted in memory, added to the table every few seconds.

use std::{
    collections::{BTreeMap, btree_map::Entry},
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use domain::{
    clock::Timestamp,
    ids::{StoreId, TokenId},
    role::Permission,
};
use ports::{
    Access,
    deprecated::{CallingToken, Deprecated, DeprecatedCalls, MOST_DAYS},
    error::AppError,
};
use uuid::Uuid;

use super::sql;
use crate::{
    Engine, Store, StoreError,
    codec::{from_row, to_json},
    db::{Connection, another_engine, fresh},
};

/// How long calls are gathered before they are written.
const GATHERED: Duration = Duration::from_secs(5);

/// Clients and addresses that are gathered at most. More come together only while the database is away, and are not counted then.
const MOST_GATHERED: usize = 10_000;

/// Rows of a report.
const REPORTED: i64 = 1_000;

const DAY: i64 = 24 * 60 * 60 * 1_000_000;

/// What was counted and is not written yet.
#[derive(Default)]
pub(super) struct Calls(Mutex<Gathered>);

#[derive(Default)]
struct Gathered {
    calls: BTreeMap<Client, Count>,
    /// Whether somebody is going to write them.
    awaited: bool,
}

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Client {
    store: StoreId,
    day: i64,
    token: TokenId,
    route: String,
}

#[derive(Clone, Copy)]
struct Count {
    calls: i64,
    last_at: i64,
}

#[async_trait]
impl Deprecated for Store {
    async fn count(&self, store: StoreId, token: TokenId, route: &str) {
        let now = self.inner.clock.now().micros();
        let mut gathered = self.inner.api.calls.lock();
        gathered.add(Client { store, day: now.div_euclid(DAY), token, route: route.to_owned() }, Count { calls: 1, last_at: now });
        if !gathered.awaited {
            gathered.awaited = true;
            let this = self.clone();
            self.inner.runtime.spawn(async move {
                tokio::time::sleep(GATHERED).await;
                this.write_deprecated_calls().await;
            });
        }
    }

    async fn report(&self, who: &Access, days: u32) -> Result<Vec<DeprecatedCalls>, AppError> {
        let store = self.allowed(who, Permission::Manage).await?;
        if !(1..=MOST_DAYS).contains(&days) {
            return Err(AppError::Invalid(format!("Calls can be looked at for 1 to {MOST_DAYS} days. Choose the days again.")));
        }
        self.write_deprecated_calls().await;
        let after = self.inner.clock.now().micros().div_euclid(DAY) - i64::from(days);
        let rows: Vec<Row> =
            fresh!(self.db(), |on| sqlx::query_as(sql::CALLS).bind(store.num).bind(after).bind(REPORTED).fetch_all(on)).map_err(StoreError::from)?;
        Ok(rows.into_iter().map(|row| row.0).collect())
    }
}

impl Store {
    /// Writes what was counted, in one statement. What cannot be written is written with what is counted next.
    pub(crate) async fn write_deprecated_calls(&self) {
        let calls = self.inner.api.calls.take();
        if calls.is_empty() {
            return;
        }
        if let Err(error) = self.add_calls(&calls).await {
            tracing::warn!(%error, "calls of deprecated addresses were not written; they are with the next ones");
            self.inner.api.calls.put_back(calls);
        }
    }

    async fn add_calls(&self, calls: &BTreeMap<Client, Count>) -> Result<(), StoreError> {
        let mut rows = Vec::with_capacity(calls.len());
        for (client, count) in calls {
            // A store that is gone has no clients.
            if let Some(store) = self.store_by_id(client.store).await? {
                rows.push((store.num, client, count));
            }
        }
        let db = self.db();
        let text = db.sql(&sql::COUNT_CALLS);
        db.count();
        match db.engine() {
            Engine::Sqlite { write, .. } => {
                let rows: Vec<_> = rows
                    .iter()
                    .map(|(num, client, count)| (num, client.day, client.token.0.simple().to_string(), &client.route, count.calls, count.last_at))
                    .collect();
                sqlx::query(text).bind(to_json(&rows)).execute(write).await?;
            }
            Engine::Postgres { .. } => {
                let Connection::Postgres(mut on) = db.connect_to_write().await? else { return Err(another_engine().into()) };
                sqlx::query(text)
                    .bind(rows.iter().map(|row| row.0).collect::<Vec<i64>>())
                    .bind(rows.iter().map(|row| row.1.day).collect::<Vec<i64>>())
                    .bind(rows.iter().map(|row| row.1.token.0).collect::<Vec<Uuid>>())
                    .bind(rows.iter().map(|row| row.1.route.as_str()).collect::<Vec<&str>>())
                    .bind(rows.iter().map(|row| row.2.calls).collect::<Vec<i64>>())
                    .bind(rows.iter().map(|row| row.2.last_at).collect::<Vec<i64>>())
                    .execute(&mut *on)
                    .await?;
                on.answered();
            }
        }
        Ok(())
    }
}

impl Calls {
    fn take(&self) -> BTreeMap<Client, Count> {
        std::mem::take(&mut *self.lock()).calls
    }

    fn put_back(&self, calls: BTreeMap<Client, Count>) {
        let mut gathered = self.lock();
        for (client, count) in calls {
            gathered.add(client, count);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Gathered> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Gathered {
    fn add(&mut self, client: Client, count: Count) {
        let full = self.calls.len() >= MOST_GATHERED;
        match self.calls.entry(client) {
            Entry::Occupied(mut known) => {
                let known = known.get_mut();
                known.calls += count.calls;
                known.last_at = known.last_at.max(count.last_at);
            }
            Entry::Vacant(_) if full => {}
            Entry::Vacant(place) => {
                place.insert(count);
            }
        }
    }
}

struct Row(DeprecatedCalls);

from_row!(Row, |row| {
    let (client, token, person): (Uuid, Option<String>, Option<String>) = (row.try_get(1)?, row.try_get(5)?, row.try_get(6)?);
    let token = match (token, person) {
        _ if client.is_nil() => None,
        (Some(name), person) => Some(CallingToken { id: Some(TokenId(client)), name, person: person.unwrap_or_default() }),
        (None, Some(person)) => Some(CallingToken { id: None, name: "Log-ins".into(), person }),
        (None, None) => Some(CallingToken { id: Some(TokenId(client)), name: "A token that is gone".into(), person: String::new() }),
    };
    Ok(Self(DeprecatedCalls {
        day: row.try_get::<i64, _>(0)? as i32,
        token,
        route: row.try_get(2)?,
        calls: row.try_get::<i64, _>(3)?.max(0) as u64,
        last_at: Timestamp::from_micros(row.try_get(4)?),
    }))
});
