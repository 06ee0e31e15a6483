//! What benches and load runs found, and since when something is another value. They are of the server and of no store; who may see them is
//! decided where they are asked for.

mod keep;
mod port;
mod sql;

use domain::clock::Timestamp;
use ports::lab::{Builds, ChangePoint, Kind, LabRecord, Settlement, Source, Standing};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::{
    Store, StoreError,
    codec::{from_json, from_row, to_json, word},
    db::{Work, fresh, within},
};

/// A record to be kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewRecord {
    pub kind: Kind,
    pub suite: String,
    pub plan: String,
    pub engine: String,
    /// Its fingerprint.
    pub machine: String,
    pub build: String,
    pub at: Timestamp,
    /// What tells it from others: records with the same are one.
    pub content: String,
    /// JSON of the crate `capacity`.
    pub text: String,
}

/// A series in which somebody has looked for changes.
#[derive(Clone, Debug, PartialEq)]
pub struct Looked {
    pub metric: String,
    pub subject: String,
    pub unit: String,
    /// From here on a change that is there is seen: one that was told of and is not found any more was none. What is before it stays as it was.
    pub seen_from: Timestamp,
    pub found: Vec<Found>,
}

/// A change that was found.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    pub at: Timestamp,
    /// From where up to where it is the same change, as where it is, is not exact.
    pub near: (Timestamp, Timestamp),
    pub before: f64,
    pub after: f64,
    pub is_worse: bool,
    pub votes: u32,
    pub builds: Builds,
}

/// Bytes of a record that is kept.
pub const MOST_BYTES: usize = 256 << 10;
/// Records of a kind; beyond that the oldest go.
const MOST_RECORDS: i64 = 3_000;
/// How long a change is kept, in seconds: 400 days.
const KEPT: i64 = 400 * 86_400;
/// Changes that are known of a source.
const MOST_KNOWN: i64 = 100_000;

impl Store {
    /// Keeps a record. False when it was there already.
    pub async fn add_lab_record(&self, new: &NewRecord) -> Result<bool, StoreError> {
        let NewRecord { kind, suite, plan, engine, machine, build, at, content, text } = new;
        if text.len() > MOST_BYTES {
            let refused =
                format!("The record has {} bytes, and {MOST_BYTES} are the most that is kept. Leave out results that nobody compares.", text.len());
            return Err(StoreError::Refused(refused));
        }
        let now = self.inner.clock.now().micros();
        let id = id_of(*kind, content);
        let mut tx = self.db().begin_for(Work::Job).await?;
        let written = within!(tx, |on| async {
            let query = sqlx::query(sql::ADD_RECORD).bind(id).bind(kind.name()).bind(&**suite).bind(&**plan).bind(&**engine).bind(&**machine);
            let query = query.bind(&**build).bind(at.micros()).bind(now).bind(&**text);
            query.execute(on).await.map(|done| done.rows_affected())
        })?;
        within!(tx, |on| async { sqlx::query(sql::DROP_RECORDS).bind(kind.name()).bind(MOST_RECORDS).execute(on).await.map(|_| ()) })?;
        tx.commit().await?;
        Ok(written > 0)
    }

    /// The latest of a kind first.
    pub async fn records_of_kind(&self, kind: Kind, most: u32) -> Result<Vec<LabRecord>, StoreError> {
        let rows: Vec<RecordRow> = fresh!(self.db(), |on| sqlx::query_as(sql::RECORDS).bind(kind.name()).bind(i64::from(most)).fetch_all(on))?;
        Ok(rows.into_iter().map(|row| row.0).collect())
    }

    /// Those of one plan and engine, the latest first.
    pub async fn records_of_plan(&self, suite: &str, plan: &str, engine: &str, most: u32) -> Result<Vec<LabRecord>, StoreError> {
        let rows: Vec<RecordRow> = fresh!(self.db(), |on| {
            let query = sqlx::query_as(sql::RECORDS_OF_PLAN).bind(Kind::Lab.name()).bind(suite).bind(plan).bind(engine);
            query.bind(i64::from(most)).fetch_all(on)
        })?;
        Ok(rows.into_iter().map(|row| row.0).collect())
    }

    /// Those of one plan on whichever engine, the latest first.
    pub async fn latest_of_plan(&self, suite: &str, plan: &str, most: u32) -> Result<Vec<LabRecord>, StoreError> {
        let rows: Vec<RecordRow> = fresh!(self.db(), |on| {
            let query = sqlx::query_as(sql::LATEST_OF_PLAN).bind(Kind::Lab.name()).bind(suite).bind(plan);
            query.bind(i64::from(most)).fetch_all(on)
        })?;
        Ok(rows.into_iter().map(|row| row.0).collect())
    }

    /// All that is known of a source, the latest first.
    pub async fn known_change_points(&self, source: Source, most: u32) -> Result<Vec<ChangePoint>, StoreError> {
        let rows: Vec<PointRow> = fresh!(self.db(), |on| sqlx::query_as(sql::CHANGE_POINTS).bind(source.name()).bind(i64::from(most)).fetch_all(on))?;
        Ok(rows.into_iter().map(|row| row.0).collect())
    }

    /// Writes down what was found in some series. Of changes that are known already the place, and what somebody has said, stays. Done by
    /// several processes at once, it comes to the same.
    pub async fn keep_change_points(&self, source: Source, looked: &[Looked]) -> Result<(), StoreError> {
        let now = self.inner.clock.now();
        let mut tx = self.db().begin_for(Work::Job).await?;
        let known: Vec<PointRow> = within!(tx, |on| sqlx::query_as(sql::CHANGE_POINTS).bind(source.name()).bind(MOST_KNOWN).fetch_all(on))?;
        let known: Vec<ChangePoint> = known.into_iter().map(|row| row.0).collect();
        for one in looked {
            let kept = keep::keep(&known, one);
            for found in kept.new {
                within!(tx, |on| async {
                    let query = sqlx::query(sql::ADD_CHANGE_POINT).bind(source.name()).bind(&*one.metric).bind(&*one.subject).bind(&*one.unit);
                    let query = query.bind(found.at.micros()).bind(found.before).bind(found.after).bind(found.is_worse).bind(i64::from(found.votes));
                    let query = query.bind(&*found.builds.before).bind(to_json(&found.builds.since)).bind(now.micros());
                    query.execute(on).await.map(|_| ())
                })?;
            }
            for (id, found) in kept.seen {
                within!(tx, |on| async {
                    let query = sqlx::query(sql::SEE_CHANGE_POINT).bind(id).bind(found.before).bind(found.after).bind(i64::from(found.votes));
                    query.bind(&*found.builds.before).bind(to_json(&found.builds.since)).execute(on).await.map(|_| ())
                })?;
            }
            for id in kept.gone {
                within!(tx, |on| async { sqlx::query(sql::DROP_CHANGE_POINT).bind(id).execute(on).await.map(|_| ()) })?;
            }
        }
        let oldest = now.plus_seconds(-KEPT).micros();
        within!(tx, |on| async { sqlx::query(sql::DROP_OLD_CHANGE_POINTS).bind(oldest).execute(on).await.map(|_| ()) })?;
        tx.commit().await
    }
}

/// The first half of a sum of the content.
fn id_of(kind: Kind, content: &str) -> Uuid {
    let sum = Sha256::new().chain_update(kind.name()).chain_update([0]).chain_update(content).finalize();
    let mut half = [0; 16];
    half.copy_from_slice(&sum[..16]);
    Uuid::from_bytes(half)
}

struct RecordRow(LabRecord);

from_row!(RecordRow, |row| Ok(Self(LabRecord { text: row.try_get(0)?, added_at: Timestamp::from_micros(row.try_get(1)?) })));

struct PointRow(ChangePoint);

from_row!(PointRow, |row| {
    let text = |at: usize| row.try_get::<String, _>(at);
    let at = |at: usize| row.try_get::<i64, _>(at).map(Timestamp::from_micros);
    let state = text(11)?;
    let standing = if state == "open" {
        Standing::Open
    } else {
        let how = word(&state, Settlement::from_name, "what became of a change")?;
        Standing::Settled { how, note: text(12)?, by: row.try_get(13)?, at: Timestamp::from_micros(row.try_get::<Option<i64>, _>(14)?.unwrap_or(0)) }
    };
    let builds = Builds { before: text(9)?, since: from_json(&text(10)?, "builds of a change")? };
    Ok(Self(ChangePoint {
        id: row.try_get(0)?,
        metric: text(1)?,
        subject: text(2)?,
        unit: text(3)?,
        at: at(4)?,
        before: row.try_get(5)?,
        after: row.try_get(6)?,
        is_worse: row.try_get(7)?,
        votes: row.try_get::<i64, _>(8)? as u32,
        builds,
        standing,
        found_at: at(15)?,
    }))
});
