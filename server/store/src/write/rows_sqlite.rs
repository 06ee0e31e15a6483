//! Rows into SQLite: several rows a statement, since a statement costs more than a row.

use std::sync::Arc;

use sqlx::{AssertSqlSafe, Sqlite, SqliteConnection};

use super::{
    bound::bound,
    insert::{Clash, Texts},
    rows::Record,
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
    let mut make_ready =
        || chunks.next().map(|rows| bound::<Sqlite, _>(table, rows).map(|arguments| (statement(table, rows.len(), clash), arguments)));
    let mut next = make_ready().transpose()?;
    while let Some((text, arguments)) = next {
        db.count();
        // While SQLite, in its own thread, works on these rows, the next ones are made ready.
        let running = sqlx::query_with::<Sqlite, _>(AssertSqlSafe(text), arguments).execute(&mut *on);
        let (done, ready) = futures::join!(running, async { make_ready() });
        done?;
        next = ready.transpose()?;
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

fn statement(table: &'static Table, rows: usize, clash: Clash) -> Arc<str> {
    static TEXTS: Texts = Texts::new();
    TEXTS.of(table, rows, clash, |columns| {
        let row = format!("({})", vec!["?"; columns.len()].join(","));
        format!("INSERT INTO {} ({}) VALUES {}{}", table.name, columns.join(","), vec![row.as_str(); rows].join(","), clash.clause(table))
    })
}
