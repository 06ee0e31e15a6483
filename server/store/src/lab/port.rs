//! The port of the lab: who may, then what.

use std::collections::BTreeMap;

use async_trait::async_trait;
use measuring::{Level, Series, Span, metric};
use ports::{
    Access,
    error::AppError,
    lab::{BusyHour, ChangePoint, Kind, LONGEST_NOTE, Lab, LabRecord, MOST_CHANGES, MOST_RECORDS, MOST_RUNS, Settlement, Source},
};

use super::sql;
use crate::{Store, StoreError, db::written};

const MINUTE: i64 = 60_000_000;

#[async_trait]
impl Lab for Store {
    async fn lab_records(&self, who: &Access) -> Result<Vec<LabRecord>, AppError> {
        self.allowed_as_operator(who).await?;
        Ok(self.records_of_kind(Kind::Lab, MOST_RECORDS).await?)
    }

    async fn latest_runs(&self, who: &Access, suite: &str, plan: &str) -> Result<Vec<LabRecord>, AppError> {
        self.allowed_as_operator(who).await?;
        Ok(self.latest_of_plan(suite, plan, MOST_RUNS).await?)
    }

    async fn capacity_run(&self, who: &Access) -> Result<Option<LabRecord>, AppError> {
        self.allowed_as_operator(who).await?;
        Ok(self.records_of_kind(Kind::Capacity, 1).await?.pop())
    }

    async fn busy_hours(&self, who: &Access) -> Result<Vec<BusyHour>, AppError> {
        self.allowed_as_operator(who).await?;
        let now = self.database_now().micros().div_euclid(MINUTE);
        let span = Span { level: Level::Hour, from: Level::Day.begin(now - Level::Hour.kept()), to: Level::Day.begin(now) };
        let is_work = |series: &Series| series.metric == metric::HTTP_WORK;
        let mut hours: BTreeMap<i64, u64> = BTreeMap::new();
        for one in self.measurements(span, is_work).await? {
            *hours.entry(one.at).or_default() += one.sketch.count();
        }
        Ok(hours.into_iter().map(|(at, requests)| BusyHour { at, requests }).collect())
    }

    async fn change_points(&self, who: &Access, source: Source) -> Result<Vec<ChangePoint>, AppError> {
        self.allowed_as_operator(who).await?;
        Ok(self.known_change_points(source, MOST_CHANGES).await?)
    }

    async fn settle(&self, who: &Access, source: Source, id: i64, how: Settlement, note: &str) -> Result<(), AppError> {
        self.allowed_as_operator(who).await?;
        let note: String = note.trim().chars().map(|c| if c.is_control() && c != '\n' { ' ' } else { c }).collect();
        if note.chars().count() > LONGEST_NOTE {
            return Err(AppError::Invalid(format!("The note is longer than {LONGEST_NOTE} characters. Say it in fewer.")));
        }
        if how == Settlement::Filed && note.is_empty() {
            return Err(AppError::Invalid("Write a note: what is known of it, or where somebody sees to it.".into()));
        }
        let now = self.inner.clock.now().micros();
        let settled = written!(self.db(), |on| async {
            let query = sqlx::query(sql::SETTLE).bind(id).bind(source.name()).bind(how.name()).bind(&*note).bind(who.user.0).bind(now);
            query.execute(on).await.map(|done| done.rows_affected())
        });
        if settled.map_err(StoreError::from)? == 0 { Err(AppError::NotFound) } else { Ok(()) }
    }
}
