//! Calls as they were, page by page, and what a provider's latest came to.

use domain::{
    clock::Timestamp,
    ids::{JobId, ProviderId},
    money::Cost,
};
use ports::{
    usage::{Days, UsageRecord},
    writing::ProviderKind,
};
use uuid::Uuid;

use super::super::{records::Measured, rows::DAY, sql};
use crate::{Store, StoreError, StoreRef, codec::from_row, db::fresh};

/// Calls answered at once.
const PAGE: i64 = 1_000;

/// Behind which call a page begins. As text `MICROSECONDS.ID`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Place {
    at: i64,
    id: Uuid,
}

impl Store {
    /// Calls of some days in their order, those behind a place; and the place behind which the next ones are.
    pub async fn usage_records(&self, store: &StoreRef, days: Days, after: Option<&str>) -> Result<(Vec<UsageRecord>, Option<String>), StoreError> {
        let (from, end) = (i64::from(days.from).saturating_mul(DAY), (i64::from(days.to) + 1).saturating_mul(DAY));
        let place = match after {
            // No call has this id.
            None => Place { at: from, id: Uuid::nil() },
            Some(text) => Place::from_text(text).filter(|place| (from..end).contains(&place.at)).ok_or_else(misplaced)?,
        };
        let mut calls: Vec<Call> = fresh!(self.db(), |on| {
            sqlx::query_as(sql::USAGE_CALLS).bind(store.num).bind(place.at).bind(place.id).bind(end).bind(PAGE + 1).fetch_all(on)
        })?;
        let more = calls.len() > PAGE as usize;
        calls.truncate(PAGE as usize);
        let next = calls.last().filter(|_| more).map(|call| Place { at: call.record.at.micros(), id: call.id }.text());
        Ok((calls.into_iter().map(|call| call.record).collect(), next))
    }

    /// The sums of the latest 200 good answers of one model of a provider.
    pub async fn measured(&self, store: &StoreRef, provider: ProviderId, model: &str) -> Result<Measured, StoreError> {
        Ok(fresh!(self.db(), |on| sqlx::query_as(sql::MEASURED).bind(store.num).bind(provider.0).bind(model).fetch_one(on))?)
    }
}

impl Place {
    fn from_text(text: &str) -> Option<Self> {
        let (at, id) = text.split_once('.')?;
        Some(Self { at: at.parse().ok()?, id: Uuid::try_parse(id).ok()? })
    }

    fn text(self) -> String {
        format!("{}.{}", self.at, self.id.simple())
    }
}

fn misplaced() -> StoreError {
    StoreError::Refused("The next page of calls was not understood. Begin with the first page again.".into())
}

struct Call {
    id: Uuid,
    record: UsageRecord,
}

from_row!(Call, |row| {
    let number = |name: &str| row.try_get::<i64, _>(name).map(|number| number.max(0) as u64);
    let provider_id = ProviderId(row.try_get::<Uuid, _>("provider_id")?);
    let name = if provider_id == ProviderId::BUILT_IN { Some(ProviderKind::BuiltIn.label().to_owned()) } else { row.try_get("provider")? };
    let record = UsageRecord {
        at: Timestamp::from_micros(row.try_get("created_at")?),
        provider: name.unwrap_or_default(),
        provider_id,
        model: row.try_get("model")?,
        tokens_in: number("tokens_in")?,
        tokens_out: number("tokens_out")?,
        cost: Cost(row.try_get("cost")?),
        milliseconds: number("milliseconds")?,
        outcome: row.try_get("outcome")?,
        run: row.try_get::<Option<Uuid>, _>("run_id")?.map(JobId),
        who: row.try_get::<Option<String>, _>("who")?.unwrap_or_default(),
        product_type: row.try_get("product_type")?,
    };
    Ok(Self { id: row.try_get("id")?, record })
});

from_row!(Measured, |row| {
    let number = |at: usize| row.try_get::<i64, _>(at).map(|number| number.max(0) as u64);
    Ok(Self { answers: number(0)?, tokens_in: number(1)?, tokens_out: number(2)?, milliseconds: number(3)? })
});
