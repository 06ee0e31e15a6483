//! Calls on their way into the tables: each as it was, and added to the sums of its day.

use std::collections::BTreeMap;

use domain::{
    ids::{ProviderId, UserId},
    money::Cost,
};
use ports::usage::Sums;
use uuid::Uuid;

use super::super::{
    records::{ANSWERED, NewUsage},
    rows::{count, day_of, kept},
    sql,
};
use crate::{
    Entropy, Store, StoreError, StoreRef,
    db::Tx,
    entropy,
    write::{Clash, Record, Sink, insert},
};

impl Store {
    /// Writes down calls, all or none.
    pub async fn record_usage(&self, store: &StoreRef, calls: &[NewUsage]) -> Result<(), StoreError> {
        if calls.is_empty() {
            return Ok(());
        }
        let rows = UsageRows::new(store, calls, &*self.inner.entropy);
        let mut tx = self.db().begin().await?;
        rows.write(&mut tx).await?;
        tx.commit().await
    }
}

/// What a sum is over. The names are those in the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Dimension {
    All,
    Model,
    Person,
    Provider,
    Type,
}

/// Calls with all that is written of them, made ready before any lock is taken.
pub(crate) struct UsageRows<'a> {
    calls: Vec<CallRecord<'a>>,
    /// In the order of their keys, in which every writer locks them.
    days: Vec<DayRecord>,
}

struct CallRecord<'a> {
    id: Uuid,
    store_num: i64,
    call: &'a NewUsage,
    sums: Sums,
}

struct DayRecord {
    store_num: i64,
    dimension: Dimension,
    day: i64,
    value: String,
    sums: Sums,
}

impl<'a> UsageRows<'a> {
    pub(crate) fn new(store: &StoreRef, calls: &'a [NewUsage], chance: &dyn Entropy) -> Self {
        let record = |call: &'a NewUsage| {
            let millis = u64::try_from(call.at.micros() / 1_000).unwrap_or(0);
            let id = uuid::Builder::from_unix_timestamp_millis(millis, &entropy::array(chance)).into_uuid();
            CallRecord { id, store_num: store.num, call, sums: sums_of(call) }
        };
        let calls: Vec<CallRecord<'_>> = calls.iter().map(record).collect();
        let mut days: BTreeMap<(Dimension, i64, String), Sums> = BTreeMap::new();
        for CallRecord { call, sums, .. } in &calls {
            let values = [
                (Dimension::All, String::new()),
                (Dimension::Provider, of_provider(call.provider)),
                (Dimension::Model, kept(&call.model).into_owned()),
                (Dimension::Person, of_person(call.user)),
                (Dimension::Type, kept(&call.product_type).into_owned()),
            ];
            for (dimension, value) in values {
                add(days.entry((dimension, day_of(call.at), value)).or_default(), sums);
            }
        }
        let store_num = store.num;
        let days = days.into_iter().map(|((dimension, day, value), sums)| DayRecord { store_num, dimension, day, value, sums }).collect();
        Self { calls, days }
    }

    pub(crate) async fn write(&self, tx: &mut Tx<'_>) -> Result<(), StoreError> {
        insert(tx, &sql::USAGE_RECORDS, &self.calls, Clash::Fails).await?;
        insert(tx, &sql::USAGE_DAYS, &self.days, Clash::Adds).await
    }
}

impl Dimension {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Model => "model",
            Self::Person => "person",
            Self::Provider => "provider",
            Self::Type => "type",
        }
    }

    pub(super) fn from_name(name: &str) -> Option<Self> {
        [Self::All, Self::Model, Self::Person, Self::Provider, Self::Type].into_iter().find(|dimension| dimension.name() == name)
    }
}

fn of_provider(provider: ProviderId) -> String {
    provider.to_string()
}

fn of_person(user: Option<UserId>) -> String {
    user.map(|user| user.to_string()).unwrap_or_default()
}

/// The most tokens and milliseconds that are believed of one call. Providers say what they like: with more, the sum of a day would
/// be too large for its column, and no later call could be written down.
const MOST: u64 = 1_000_000_000;

/// One call, as it is written down and added up.
fn sums_of(call: &NewUsage) -> Sums {
    Sums {
        calls: 1,
        failed: u64::from(call.outcome != ANSWERED),
        tokens_in: call.tokens_in.min(MOST),
        tokens_out: call.tokens_out.min(MOST),
        cost: call.cost.min(Cost::MAX),
        milliseconds: call.milliseconds.min(MOST),
    }
}

/// All together, without ever running over.
pub(super) fn added<'a>(sums: impl Iterator<Item = &'a Sums>) -> Sums {
    let mut all = Sums::default();
    for sums in sums {
        add(&mut all, sums);
    }
    all
}

fn add(all: &mut Sums, more: &Sums) {
    all.calls = all.calls.saturating_add(more.calls);
    all.failed = all.failed.saturating_add(more.failed);
    all.tokens_in = all.tokens_in.saturating_add(more.tokens_in);
    all.tokens_out = all.tokens_out.saturating_add(more.tokens_out);
    all.cost = all.cost.plus(more.cost);
    all.milliseconds = all.milliseconds.saturating_add(more.milliseconds);
}

impl Record for CallRecord<'_> {
    fn put(&self, sink: &mut impl Sink) {
        let (call, sums) = (self.call, &self.sums);
        sink.id(Some(self.id));
        sink.int(Some(self.store_num));
        sink.id(Some(call.provider.0));
        sink.text(&kept(&call.model));
        sink.int(Some(call.at.micros()));
        sink.int(Some(count(sums.tokens_in)));
        sink.int(Some(count(sums.tokens_out)));
        sink.int(Some(sums.cost.0));
        sink.int(Some(count(sums.milliseconds)));
        sink.text(call.outcome);
        sink.id(call.run.map(|run| run.0));
        sink.id(call.user.map(|user| user.0));
        sink.id(call.product.map(|product| product.0));
        sink.text(&kept(&call.product_type));
    }
}

impl Record for DayRecord {
    fn put(&self, sink: &mut impl Sink) {
        sink.int(Some(self.store_num));
        sink.text(self.dimension.name());
        sink.int(Some(self.day));
        sink.text(&self.value);
        sink.int(Some(count(self.sums.calls)));
        sink.int(Some(count(self.sums.failed)));
        sink.int(Some(count(self.sums.tokens_in)));
        sink.int(Some(count(self.sums.tokens_out)));
        sink.int(Some(self.sums.cost.0));
        sink.int(Some(count(self.sums.milliseconds)));
    }
}
