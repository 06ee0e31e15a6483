//! Rows into SQLite: several rows a statement, since a statement costs more than a row.

use std::sync::Arc;

use sqlx::{Arguments, AssertSqlSafe, Sqlite, SqliteConnection, sqlite::SqliteArguments};
use uuid::Uuid;

use super::{
    insert::{Clash, Texts},
    rows::{Record, Sink},
};
use crate::{Db, StoreError, sql::Table};

/// How many rows a statement takes: a short ladder, so that the prepared statements are few and any count needs few.
const LADDER: [usize; 4] = [64, 16, 4, 1];

pub(super) async fn insert<R: Record>(
    db: &Db,
    on: &mut SqliteConnection,
    table: &'static Table,
    records: &[R],
    clash: Clash,
) -> Result<(), StoreError> {
    let mut chunks = LadderOf(records);
    let mut next = chunks.next().map(|rows| bound(table, rows, clash));
    while let Some((text, arguments)) = next {
        db.count();
        // While SQLite, in its own thread, works on these rows, the next ones are made ready.
        let running = sqlx::query_with::<Sqlite, _>(AssertSqlSafe(text), arguments).execute(&mut *on);
        let (done, ready) = futures::join!(running, async { chunks.next().map(|rows| bound(table, rows, clash)) });
        done?;
        next = ready;
    }
    Ok(())
}

/// Rows in pieces of the ladder's sizes.
struct LadderOf<'a, R>(&'a [R]);

impl<'a, R> Iterator for LadderOf<'a, R> {
    type Item = &'a [R];

    fn next(&mut self) -> Option<Self::Item> {
        let rows = LADDER.into_iter().find(|rows| *rows <= self.0.len())?;
        let (these, others) = self.0.split_at(rows);
        self.0 = others;
        Some(these)
    }
}

fn bound<R: Record>(table: &'static Table, records: &[R], clash: Clash) -> (Arc<str>, SqliteArguments) {
    let mut arguments = SqliteArguments::default();
    arguments.reserve(records.len() * table.columns.len(), 0);
    let mut sink = Bound(&mut arguments);
    for record in records {
        record.put(&mut sink);
    }
    (statement(table, records.len(), clash), arguments)
}

struct Bound<'a>(&'a mut SqliteArguments);

impl Bound<'_> {
    fn add<'q, T: sqlx::Encode<'q, Sqlite> + sqlx::Type<Sqlite>>(&mut self, value: T) {
        // Numbers, texts and bytes are copied; nothing in their encoding can fail.
        let _ = self.0.add(value);
    }
}

impl Sink for Bound<'_> {
    fn int(&mut self, value: Option<i64>) {
        self.add(value);
    }

    fn flag(&mut self, value: bool) {
        self.add(value);
    }

    fn maybe_text(&mut self, value: Option<&str>) {
        self.add(value);
    }

    fn id(&mut self, value: Option<Uuid>) {
        self.add(value);
    }

    fn bytes(&mut self, value: &[u8]) {
        self.add(value);
    }
}

fn statement(table: &'static Table, rows: usize, clash: Clash) -> Arc<str> {
    static TEXTS: Texts = Texts::new();
    TEXTS.of(table, rows, clash, |columns| {
        let row = format!("({})", vec!["?"; columns.len()].join(","));
        format!("INSERT INTO {} ({}) VALUES {}{}", table.name, columns.join(","), vec![row.as_str(); rows].join(","), clash.clause(table))
    })
}
