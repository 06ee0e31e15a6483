//! What servers measure of themselves: rows of sketches, and when builds began to serve. They are of the server and of no store; who may
//! see them is decided where they are asked for.

mod fold;
mod names;
mod port;
mod sql;
mod sums;

use std::collections::HashMap;

use domain::clock::Timestamp;
use futures::TryStreamExt;
use measuring::{Level, Packed, Row, Series, Sketch, Span};
use ports::performance::Deployment;
use uuid::Uuid;

pub(crate) use self::{names::Names, sql::hot, sums::Sums};
use crate::{
    Store, StoreError,
    codec::{Many, from_row},
    db::{Work, fresh, within, written},
    sql::{MEASUREMENTS, Table},
    write::{Clash, Record, Sink, insert},
};

/// A sketch of a period, merged of those of all processes.
#[derive(Clone, Debug, PartialEq)]
pub struct Measured {
    pub series: Series,
    /// The beginning of the period, in minutes since 1970.
    pub at: i64,
    pub sketch: Sketch,
}

/// Rows of a level at most; beyond that the oldest go before their time.
const MOST_ROWS: i64 = 1_000_000;

/// For how many minutes builds are told apart: for somewhat longer than a page looks back. There is room for some thousand series, and each build has
/// some hundred of its own.
const BUILDS_KEPT: i64 = 100 * 24 * 60;
/// Builds that are told apart at most, those that served last: where several are deployed a day there is no room for those of 100 days.
pub const MOST_BUILDS: usize = 60;

/// Rows of a transaction.
const AT_ONCE: usize = 2_000;

/// Deployments that are told of.
const DEPLOYMENTS: i64 = 500;
/// Those that are kept.
const MOST_DEPLOYMENTS: i64 = 2_000;

impl Store {
    /// Writes what a process has measured; rows that are there already are replaced. All of them are written or none.
    pub async fn write_measured(&self, process: Uuid, rows: &[Row]) -> Result<(), StoreError> {
        match self.try_to_write_measured(process, rows).await {
            // Another process has cleared away series that nothing was measured of.
            Err(StoreError::Other(sqlx::Error::Database(error))) if error.is_foreign_key_violation() => {
                self.inner.series.forget();
                self.try_to_write_measured(process, rows).await
            }
            done => done,
        }
    }

    async fn try_to_write_measured(&self, process: Uuid, rows: &[Row]) -> Result<(), StoreError> {
        let numbers = self.numbers_of_series(rows.iter().map(|row| &row.series)).await?;
        let records: Vec<SketchRecord> = rows
            .iter()
            .zip(numbers)
            .filter_map(|(row, number)| {
                let (series, of) = number?;
                let process = Uuid::from_u128(process.as_u128() ^ u128::from(row.generation) ^ of);
                Some(SketchRecord { level: row.level.number(), series, at: row.at, process, sketch: row.sketch.to_bytes() })
            })
            .collect();
        let mut tx = self.db().begin_for(Work::Job).await?;
        for records in records.chunks(AT_ONCE) {
            insert(&mut tx, TABLE, records, Clash::Replaces).await?;
        }
        tx.commit().await
    }

    /// What was measured in a span, of the series that `wanted` says, in no order.
    pub async fn measurements(&self, span: Span, wanted: impl Fn(&Series) -> bool + Send) -> Result<Vec<Measured>, StoreError> {
        let known = self.series_that(wanted).await?;
        let mut merged: HashMap<(i64, i64), Sketch> = HashMap::new();
        self.each_measured(span, &known, |series, at, packed| merged.entry((series, at)).or_default().add_packed(packed)).await?;
        let told = |((number, at), sketch)| Some(Measured { series: known.get(&number)?.clone(), at, sketch });
        Ok(merged.into_iter().filter_map(told).collect())
    }

    /// Series by their numbers.
    async fn series_that(&self, wanted: impl Fn(&Series) -> bool + Send) -> Result<HashMap<i64, Series>, StoreError> {
        self.learn_series().await?;
        Ok(self.inner.series.chosen(wanted))
    }

    /// Looks at each row of a span as it comes, with the number of its series and when its period begins. Of a period there are as many as
    /// processes have written.
    async fn each_measured(
        &self,
        span: Span,
        series: &HashMap<i64, Series>,
        mut look: impl FnMut(i64, i64, &Packed) + Send,
    ) -> Result<(), StoreError> {
        if series.is_empty() || span.from >= span.to {
            return Ok(());
        }
        let numbers: Vec<i64> = series.keys().copied().collect();
        let (db, mut packed) = (self.db(), Packed::default());
        fresh!(db, |on| async {
            let query = sqlx::query_as(db.sql(&sql::MEASURED)).bind(span.level.number()).bind(Many(&numbers));
            let mut rows = query.bind(span.from).bind(span.to).fetch(on);
            while let Some(row) = rows.try_next().await? {
                let row: SketchRow = row;
                // What is no sketch was written by a later version, and is not told of.
                if packed.read(&row.sketch).is_ok() {
                    look(row.series, row.at, &packed);
                }
            }
            Ok::<_, sqlx::Error>(())
        })?;
        Ok(())
    }

    /// Lets go of what is older than it is kept, and of the oldest of what is too much.
    pub async fn expire_measured(&self, now: i64) -> Result<(), StoreError> {
        for level in Level::ALL {
            let oldest = now - level.kept();
            let too_much: Option<(i64,)> =
                fresh!(self.db(), |on| { sqlx::query_as(sql::TOO_MUCH).bind(level.number()).bind(MOST_ROWS).fetch_optional(on) })?;
            let before = too_much.map_or(oldest, |(at,)| oldest.max(at + 1));
            written!(self.db(), |on| async { sqlx::query(sql::EXPIRE).bind(level.number()).bind(before).execute(on).await.map(|_| ()) })?;
            written!(self.db(), |on| async {
                let query = sqlx::query(sql::EXPIRE_EARLIER_BUILDS).bind(level.number()).bind(MOST_DEPLOYMENTS).bind(MOST_BUILDS as i64);
                query.execute(on).await.map(|_| ())
            })?;
        }
        let before = now - BUILDS_KEPT;
        written!(self.db(), |on| async { sqlx::query(sql::EXPIRE_BUILDS).bind(Level::Day.number()).bind(before).execute(on).await.map(|_| ()) })?;
        written!(self.db(), |on| async { sqlx::query(sql::EXPIRE_DEPLOYMENTS).bind(MOST_DEPLOYMENTS).execute(on).await.map(|_| ()) })?;
        let dropped = written!(self.db(), |on| async { sqlx::query(sql::DROP_SERIES).execute(on).await.map(|done| done.rows_affected()) })?;
        self.inner.series.forget();
        // Their numbers may be given to others.
        if dropped > 0 {
            self.inner.sums.forget();
        }
        Ok(())
    }

    /// Notes that a build serves, the first time or again after another one.
    pub async fn note_deployment(&self, build: &str, version: &str) -> Result<(), StoreError> {
        let now = self.database_now().micros();
        written!(self.db(), |on| async { sqlx::query(sql::NOTE_DEPLOYMENT).bind(build).bind(version).bind(now).execute(on).await.map(|_| ()) })?;
        Ok(())
    }

    /// The latest first.
    pub async fn deployments(&self) -> Result<Vec<Deployment>, StoreError> {
        let rows: Vec<DeploymentRow> = fresh!(self.db(), |on| sqlx::query_as(sql::DEPLOYMENTS).bind(DEPLOYMENTS).fetch_all(on))?;
        let mut deployments: Vec<Deployment> = rows.into_iter().map(|row| row.0).collect();
        // Several processes of a build may have noted it at once: it began with the first of them.
        deployments.reverse();
        deployments.dedup_by(|later, one| later.build == one.build);
        deployments.reverse();
        Ok(deployments)
    }

    /// The number of each series, in order; those that are new get one. Beside it is what tells those apart that have a number together, where there
    /// was no room: nothing for one that has its own.
    async fn numbers_of_series(&self, series: impl Iterator<Item = &Series> + Clone) -> Result<Vec<Option<(i64, u128)>>, StoreError> {
        self.learn_series().await?;
        let (names, db) = (&self.inner.series, self.db());
        let new = names.unknown(series.clone());
        if !new.is_empty() {
            let part = |of: fn(&Series) -> &str| new.iter().map(of).collect::<Vec<_>>();
            let (metrics, subjects, classes) = (part(|one| &one.metric), part(|one| &one.of), part(|one| &one.class));
            let mut tx = db.begin_for(Work::Job).await?;
            let (alone, text) = (tx.sql(&sql::NAME_ALONE), tx.sql(&sql::NAME_SERIES));
            within!(tx, |on| async { sqlx::query(alone).execute(on).await.map(|_| ()) })?;
            within!(tx, |on| async {
                let query = sqlx::query(text).bind(Many(&metrics)).bind(Many(&subjects)).bind(Many(&classes));
                query.execute(on).await.map(|_| ())
            })?;
            tx.commit().await?;
            self.learn_series().await?;
        }
        Ok(series.map(|series| names.number(series).map(|number| (number, 0)).or_else(|| names.number_among_others(series))).collect())
    }

    /// Hears of series that others have named.
    async fn learn_series(&self) -> Result<(), StoreError> {
        loop {
            let known = self.inner.series.last();
            let rows: Vec<NameRow> = fresh!(self.db(), |on| sqlx::query_as(sql::SERIES).bind(known).fetch_all(on))?;
            if self.inner.series.learn(known, rows.into_iter().map(|row| (row.number, row.series))) {
                return Ok(());
            }
        }
    }
}

static TABLE: &Table = &MEASUREMENTS;

struct SketchRecord {
    level: i64,
    series: i64,
    at: i64,
    process: Uuid,
    sketch: Vec<u8>,
}

impl Record for SketchRecord {
    fn put(&self, sink: &mut impl Sink) {
        sink.int(Some(self.level));
        sink.int(Some(self.series));
        sink.int(Some(self.at));
        sink.id(Some(self.process));
        sink.bytes(&self.sketch);
    }
}

struct SketchRow {
    series: i64,
    at: i64,
    sketch: Vec<u8>,
}

from_row!(SketchRow, |row| Ok(Self { series: row.try_get(0)?, at: row.try_get(1)?, sketch: row.try_get(2)? }));

struct NameRow {
    number: i64,
    series: Series,
}

from_row!(NameRow, |row| {
    let part = |at: usize| row.try_get::<String, _>(at);
    Ok(Self { number: row.try_get(0)?, series: Series { metric: part(1)?, of: part(2)?, class: part(3)? } })
});

struct DeploymentRow(Deployment);

from_row!(DeploymentRow, |row| {
    let began_at = Timestamp::from_micros(row.try_get(2)?);
    Ok(Self(Deployment { build: row.try_get(0)?, version: row.try_get(1)?, began_at }))
});
