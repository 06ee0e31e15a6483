//! Traces that are kept for everybody: what requests and jobs did, of every process. They are of the server and of no store; who may see
//! them is decided where they are asked for.

mod sql;

use std::{borrow::Borrow, ops::Range};

use domain::clock::Timestamp;
use traces::{MOST_FRAGMENTS, Outcome, Trace, TraceId, encoding};
use uuid::Uuid;

pub(crate) use self::sql::hot;
use crate::{
    Store, StoreError,
    codec::from_row,
    db::{Work, fresh, written},
    sql::{TRACES, Table},
    write::{Clash, Record, Sink, insert},
};

/// Which traces are wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Chosen {
    /// The slowest.
    Worst,
    /// The latest of those that failed.
    Failed,
    Latest,
}

/// Traces in the table at most; beyond that the oldest go before their time.
const MOST_ROWS: i64 = 5_000;

/// Traces are kept for two weeks, in microseconds.
const KEPT: i64 = 14 * 24 * HOUR;
const HOUR: i64 = 3_600_000_000;

/// Of each route and hour so many of the slowest stay, and as many of those that failed, once the hour is over.
const MOST_OF_HOUR: i64 = 10;

impl Store {
    /// Writes traces of a process. Those that are there stay as they are.
    pub async fn write_traces(&self, process: Uuid, traces: &[impl Borrow<Trace> + Sync]) -> Result<(), StoreError> {
        let records: Vec<TraceRecord> = traces.iter().map(|trace| TraceRecord::of(process, trace.borrow())).collect();
        let mut tx = self.db().begin_for(Work::Job).await?;
        insert(&mut tx, TABLE, &records, Clash::Stays).await?;
        tx.commit().await
    }

    /// Traces that began in a range of microseconds since 1970, of a route or of all of them: the first first, at most so many.
    pub async fn traces(&self, chosen: Chosen, route: Option<&str>, range: Range<i64>, most: usize) -> Result<Vec<Trace>, StoreError> {
        let most = i64::try_from(most).unwrap_or(i64::MAX);
        let rows: Vec<TraceRow> = fresh!(self.db(), |on| {
            let query = sqlx::query_as(sql::TRACES_OF[usize::from(route.is_some())][chosen as usize]).bind(range.start).bind(range.end).bind(most);
            match route {
                Some(route) => query.bind(route).fetch_all(on),
                None => query.fetch_all(on),
            }
        })?;
        let mut traces: Vec<Trace> = rows.into_iter().filter_map(TraceRow::read).collect();
        traces.sort_by_key(|trace| std::cmp::Reverse(if chosen == Chosen::Worst { trace.served_us() } else { trace.begun_at }));
        Ok(traces)
    }

    /// The parts of a trace, the first first.
    pub async fn trace(&self, id: TraceId) -> Result<Vec<Trace>, StoreError> {
        let (id, most) = (Uuid::from_u128(id.number()), MOST_FRAGMENTS as i64);
        let rows: Vec<TraceRow> = fresh!(self.db(), |on| sqlx::query_as(sql::TRACE).bind(id).bind(most).fetch_all(on))?;
        Ok(rows.into_iter().filter_map(TraceRow::read).collect())
    }

    /// Lets go of what is older than it is kept, of what is too much in an hour, and of the oldest of what is too much in all.
    pub async fn expire_traces(&self, now: Timestamp) -> Result<(), StoreError> {
        let now = now.micros();
        let too_much: Option<(i64,)> = fresh!(self.db(), |on| sqlx::query_as(sql::TOO_MANY_TRACES).bind(MOST_ROWS).fetch_optional(on))?;
        let before = too_much.map_or(now - KEPT, |(at,)| at.saturating_add(1).max(now - KEPT));
        written!(self.db(), |on| async { sqlx::query(sql::EXPIRE_TRACES).bind(before).execute(on).await.map(|_| ()) })?;
        let over = now - HOUR;
        written!(self.db(), |on| async { sqlx::query(sql::THIN_TRACES).bind(over).bind(MOST_OF_HOUR).execute(on).await.map(|_| ()) })?;
        Ok(())
    }
}

static TABLE: &Table = &TRACES;

struct TraceRecord {
    id: Uuid,
    span: i64,
    route: String,
    begun_at: i64,
    duration: i64,
    status: Option<i64>,
    failed: bool,
    process: Uuid,
    body: Vec<u8>,
}

impl TraceRecord {
    fn of(process: Uuid, trace: &Trace) -> Self {
        let number = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
        Self {
            id: Uuid::from_u128(trace.id.number()),
            span: trace.span.number().cast_signed(),
            route: trace.title(),
            begun_at: number(trace.begun_at),
            duration: number(trace.served_us()),
            status: if let Outcome::Answered(status) = trace.outcome { Some(status.into()) } else { None },
            failed: trace.why.failed,
            process,
            body: encoding::encode(trace),
        }
    }
}

impl Record for TraceRecord {
    fn put(&self, sink: &mut impl Sink) {
        sink.id(Some(self.id));
        sink.int(Some(self.span));
        sink.text(&self.route);
        sink.int(Some(self.begun_at));
        sink.int(Some(self.duration));
        sink.int(self.status);
        sink.flag(self.failed);
        sink.id(Some(self.process));
        sink.bytes(&self.body);
    }
}

struct TraceRow(Vec<u8>);

impl TraceRow {
    /// None of what a later version has written.
    fn read(self) -> Option<Trace> {
        encoding::decode(&self.0).ok()
    }
}

from_row!(TraceRow, |row| Ok(Self(row.try_get(0)?)));
