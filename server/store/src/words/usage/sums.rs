//! What a page shows of some days: sums by day and by each dimension, from the days' sums alone.

use std::collections::{BTreeMap, HashMap};

use domain::{ids::ProviderId, money::Cost};
use ports::usage::{Days, Sums};
use uuid::Uuid;

use super::{
    super::sql,
    record::{Dimension, added},
};
use crate::{
    Store, StoreError, StoreRef,
    codec::{Many, from_row, word},
    db::fresh,
};

/// Values of a dimension that are shown one by one; the others are shown together.
const SHOWN: usize = 12;

/// What some days came to.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Spending {
    pub(super) total: Sums,
    /// Over as many days before.
    pub(super) before: Sums,
    pub(super) by_day: Vec<(i32, Sums)>,
    pub(super) by_provider: Vec<(String, Sums)>,
    pub(super) by_model: Vec<(String, Sums)>,
    pub(super) by_person: Vec<(String, Sums)>,
    pub(super) by_type: Vec<(String, Sums)>,
}

impl Store {
    pub(super) async fn spending(&self, store: &StoreRef, days: Days) -> Result<Spending, StoreError> {
        let db = self.db();
        let (from, to) = (i64::from(days.from), i64::from(days.to));
        let before_from = from - (to - from + 1);
        let by_day: Vec<OfDay> = fresh!(db, |on| sqlx::query_as(sql::USAGE_BY_DAY).bind(store.num).bind(before_from).bind(to).fetch_all(on))?;
        let by_value: Vec<OfValue> = fresh!(db, |on| sqlx::query_as(sql::USAGE_BY_VALUE).bind(store.num).bind(from).bind(to).fetch_all(on))?;

        let mut found: BTreeMap<i64, Sums> = by_day.into_iter().map(|OfDay(day, sums)| (day, sums)).collect();
        let mut within = found.split_off(&from);
        let (total, before) = (added(within.values()), added(found.values()));
        let by_day = (days.from..=days.to).map(|day| (day, within.remove(&i64::from(day)).unwrap_or_default())).collect();

        let mut of: HashMap<Dimension, Vec<(String, Sums)>> = HashMap::new();
        for OfValue(dimension, value, sums) in by_value {
            of.entry(dimension).or_default().push((value, sums));
        }
        let mut dearest = |dimension| dearest(of.remove(&dimension).unwrap_or_default());
        let (providers, models, people, types) =
            (dearest(Dimension::Provider), dearest(Dimension::Model), dearest(Dimension::Person), dearest(Dimension::Type));
        let provider_names = self.provider_names(store).await?;
        let user_names = self.user_names(&people).await?;
        Ok(Spending {
            total,
            before,
            by_day,
            by_provider: providers.named("A provider that is gone", |id| id.parse().ok().and_then(|id| provider_names.get(&ProviderId(id))).cloned()),
            by_model: models.named("No model", |model| (!model.is_empty()).then(|| model.to_owned())),
            by_person: people.named("Nobody in particular", |id| id.parse().ok().and_then(|id: Uuid| user_names.get(&id)).cloned()),
            by_type: types.named("No type", |product_type| (!product_type.is_empty()).then(|| product_type.to_owned())),
        })
    }

    async fn user_names(&self, people: &Dearest) -> Result<HashMap<Uuid, String>, StoreError> {
        let ids: Vec<Uuid> = people.first.iter().filter_map(|(id, _)| id.parse().ok()).collect();
        if ids.is_empty() {
            return Ok(HashMap::new());
        }
        let db = self.db();
        let rows: Vec<(Uuid, String)> = fresh!(db, |on| sqlx::query_as(db.sql(&sql::USER_NAMES)).bind(Many(&ids)).fetch_all(on))?;
        Ok(rows.into_iter().collect())
    }
}

struct Dearest {
    first: Vec<(String, Sums)>,
    others: Option<Sums>,
}

/// The dearest first; at the same cost those that were asked most.
fn dearest(mut values: Vec<(String, Sums)>) -> Dearest {
    values.sort_by(|(a, of_a), (b, of_b)| (of_b.cost, of_b.calls, a).cmp(&(of_a.cost, of_a.calls, b)));
    let rest = values.split_off(SHOWN.min(values.len()));
    let others = (!rest.is_empty()).then(|| added(rest.iter().map(|(_, sums)| sums)));
    Dearest { first: values, others }
}

impl Dearest {
    /// With names for people, and one for what has none.
    fn named(self, nameless: &str, name: impl Fn(&str) -> Option<String>) -> Vec<(String, Sums)> {
        let first = self.first.into_iter().map(|(value, sums)| (name(&value).unwrap_or_else(|| nameless.to_owned()), sums));
        first.chain(self.others.map(|sums| ("Others".into(), sums))).collect()
    }
}

struct OfDay(i64, Sums);

struct OfValue(Dimension, String, Sums);

/// The sums in the columns from one on.
macro_rules! sums {
    ($row:ident, $from:literal) => {{
        let number = |at: usize| $row.try_get::<i64, _>($from + at).map(|number| number.max(0) as u64);
        Sums {
            calls: number(0)?,
            failed: number(1)?,
            tokens_in: number(2)?,
            tokens_out: number(3)?,
            cost: Cost($row.try_get($from + 4)?),
            milliseconds: number(5)?,
        }
    }};
}

from_row!(OfDay, |row| Ok(Self(row.try_get(0)?, sums!(row, 1))));

from_row!(OfValue, |row| {
    let dimension = word(row.try_get(0)?, Dimension::from_name, "dimension of usage")?;
    Ok(Self(dimension, row.try_get(1)?, sums!(row, 2)))
});
