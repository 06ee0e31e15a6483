//! What several processes have written of a period becomes one row once it is over: there is one more of each series for every start of a
//! program, and a year is read by all of them.

use std::collections::HashMap;

use measuring::{ALL, Level, NotASketch, Series, Sketch, metric};
use uuid::Uuid;

use super::{SketchRecord, SketchRow, TABLE, sql};
use crate::{
    Store, StoreError,
    codec::Many,
    db::{Work, within},
    write::{Clash, insert},
};

/// Whose rows they are then.
const EVERYBODY: Uuid = Uuid::nil();

/// A period is left alone for so many minutes after it began: what waits for a database that is away is written late. What is later still is
/// put to the rest of it the next time.
const OVER: i64 = 2 * 24 * 60;

/// Periods before that are looked through, in minutes. What nobody has looked at for longer stays as it is.
const LOOKED_THROUGH: i64 = 8 * 24 * 60;

/// Series and periods that are put together at once.
const AT_ONCE: i64 = 2_000;

impl Store {
    /// Puts together what processes have written of hours and days that are over.
    pub async fn fold_measured(&self, now: i64) -> Result<(), StoreError> {
        let all_processes = metric::OF_PROCESSES.map(|metric| Series::new(metric, ALL, ""));
        self.numbers_of_series(all_processes.iter()).await?;
        for level in [Level::Hour, Level::Day] {
            self.forget_processes(level, now - OVER).await?;
            while self.fold_some(level, now - OVER).await? {}
        }
        Ok(())
    }

    /// Which process it was is of no interest any more, and there would be some series more with each start of a program.
    async fn forget_processes(&self, level: Level, before: i64) -> Result<(), StoreError> {
        let mut tx = self.db().begin_for(Work::Job).await?;
        let (lock, text) = (tx.sql(&sql::FOLD_ALONE), tx.sql(&sql::OF_ALL_PROCESSES));
        let (is_alone,): (bool,) = within!(tx, |on| sqlx::query_as(lock).fetch_one(on))?;
        if is_alone {
            within!(tx, |on| async {
                let query = sqlx::query(text).bind(level.number()).bind(before).bind(Many(&metric::OF_PROCESSES[..]));
                query.execute(on).await.map(|_| ())
            })?;
        }
        tx.commit().await
    }

    /// Whether there may be more.
    async fn fold_some(&self, level: Level, before: i64) -> Result<bool, StoreError> {
        let mut tx = self.db().begin_for(Work::Job).await?;
        // On SQLite nobody else writes meanwhile; elsewhere two at once would want to write the same row.
        let lock = tx.sql(&sql::FOLD_ALONE);
        let (is_alone,): (bool,) = within!(tx, |on| sqlx::query_as(lock).fetch_one(on))?;
        if !is_alone {
            return Ok(false);
        }
        // What is taken out is what is put together: a row that comes meanwhile stays.
        let rows: Vec<SketchRow> = within!(tx, |on| {
            sqlx::query_as(sql::TAKE_SEVERAL).bind(level.number()).bind(before - LOOKED_THROUGH).bind(before).bind(AT_ONCE).fetch_all(on)
        })?;
        // A later version has written something else, and all stays as it is.
        let Ok(folded) = folded(rows) else { return Ok(false) };
        let record = |((series, at), sketch): (&(i64, i64), &Sketch)| SketchRecord {
            level: level.number(),
            series: *series,
            at: *at,
            process: EVERYBODY,
            sketch: sketch.to_bytes(),
        };
        let records: Vec<SketchRecord> = folded.iter().map(record).collect();
        insert(&mut tx, TABLE, &records, Clash::Fails).await?;
        tx.commit().await?;
        Ok(records.len() as i64 == AT_ONCE)
    }
}

/// A sketch each series and period.
fn folded(rows: Vec<SketchRow>) -> Result<HashMap<(i64, i64), Sketch>, NotASketch> {
    let mut folded: HashMap<(i64, i64), Sketch> = HashMap::new();
    for row in rows {
        folded.entry((row.series, row.at)).or_default().merge(&Sketch::from_bytes(&row.sketch)?);
    }
    Ok(folded)
}
