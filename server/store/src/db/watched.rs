//! Looks over the shoulder of a connection while it runs a statement: its text, the rows it gives, how long it takes.

use std::{
    fmt,
    sync::{
        OnceLock,
        atomic::{AtomicU64, Ordering},
    },
    time::Instant,
};

use futures::{
    FutureExt, StreamExt, TryFutureExt, TryStreamExt,
    future::{self, BoxFuture},
    stream::{self, BoxStream},
};
use sqlx::{Database, Either, Error, Execute, Executor, SqlStr, error::BoxDynError, postgres::PgQueryResult, sqlite::SqliteQueryResult};

use super::figures::Ran;

/// A statement that runs.
pub(crate) struct Running {
    began: Instant,
    rows: AtomicU64,
    text: OnceLock<SqlStr>,
}

/// A connection that a statement is run on.
pub(crate) struct Watched<'c, E> {
    on: E,
    running: &'c Running,
}

/// A statement taken apart and put together again: its text can be had in no other way.
struct Statement<A> {
    text: SqlStr,
    arguments: Option<A>,
    persistent: bool,
}

/// How many rows a statement has written.
pub(crate) trait Affected {
    fn affected(&self) -> u64;
}

impl Running {
    pub(crate) fn new() -> Self {
        Self { began: Instant::now(), rows: AtomicU64::new(0), text: OnceLock::new() }
    }

    pub(crate) fn watch<E>(&self, on: E) -> Watched<'_, E> {
        Watched { on, running: self }
    }

    pub(crate) fn ran(&self, ok: bool) -> Ran {
        Ran { duration: self.began.elapsed(), rows: self.rows.load(Ordering::Relaxed), ok }
    }

    pub(crate) fn began(&self) -> Instant {
        self.began
    }

    pub(crate) fn text(&self) -> Option<&SqlStr> {
        self.text.get()
    }

    /// For what runs beside the watched connections.
    pub(crate) fn had(&self, rows: u64) {
        self.rows.fetch_add(rows, Ordering::Relaxed);
    }
}

impl<'c, E> Watched<'c, E>
where
    E: Executor<'c>,
{
    #[allow(clippy::type_complexity, reason = "its three parts have no name together, and are taken apart at once")]
    fn take_apart<'q>(
        self,
        mut query: impl Execute<'q, E::Database>,
    ) -> Result<(E, &'c Running, Statement<<E::Database as Database>::Arguments>), BoxDynError> {
        let arguments = query.take_arguments()?;
        let statement = Statement { persistent: query.persistent(), text: query.sql(), arguments };
        let _ = self.running.text.set(statement.text.clone());
        Ok((self.on, self.running, statement))
    }
}

impl<'c, E> Executor<'c> for Watched<'c, E>
where
    E: Executor<'c>,
    <E::Database as Database>::QueryResult: Affected,
    <E::Database as Database>::Arguments: 'static,
{
    type Database = E::Database;

    fn fetch_many<'e, 'q: 'e, Q>(
        self,
        query: Q,
    ) -> BoxStream<'e, Result<Either<<E::Database as Database>::QueryResult, <E::Database as Database>::Row>, Error>>
    where
        'c: 'e,
        Q: 'q + Execute<'q, E::Database>,
    {
        let (on, running, statement) = match self.take_apart(query) {
            Ok(parts) => parts,
            Err(error) => return stream::once(future::ready(Err(Error::Encode(error)))).boxed(),
        };
        let reads = statement.reads();
        let count = move |step: &Either<<E::Database as Database>::QueryResult, <E::Database as Database>::Row>| match step {
            Either::Right(_) => running.had(1),
            Either::Left(done) if !reads => running.had(done.affected()),
            Either::Left(_) => {}
        };
        on.fetch_many(statement).inspect_ok(count).boxed()
    }

    fn fetch_optional<'e, 'q: 'e, Q>(self, query: Q) -> BoxFuture<'e, Result<Option<<E::Database as Database>::Row>, Error>>
    where
        'c: 'e,
        Q: 'q + Execute<'q, E::Database>,
    {
        match self.take_apart(query) {
            Ok((on, running, statement)) => on.fetch_optional(statement).inspect_ok(move |row| running.had(u64::from(row.is_some()))).boxed(),
            Err(error) => future::ready(Err(Error::Encode(error))).boxed(),
        }
    }

    fn prepare_with<'e>(
        self,
        text: SqlStr,
        parameters: &'e [<E::Database as Database>::TypeInfo],
    ) -> BoxFuture<'e, Result<<E::Database as Database>::Statement, Error>>
    where
        'c: 'e,
    {
        self.on.prepare_with(text, parameters)
    }
}

impl<E: fmt::Debug> fmt::Debug for Watched<'_, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.on.fmt(f)
    }
}

impl<A> Statement<A> {
    fn reads(&self) -> bool {
        self.text.as_str().trim_start().starts_with("SELECT")
    }
}

impl<DB> Execute<'_, DB> for Statement<DB::Arguments>
where
    DB: Database,
{
    fn sql(self) -> SqlStr {
        self.text
    }

    /// None is kept from one time to the next but by the connection itself.
    fn statement(&self) -> Option<&DB::Statement> {
        None
    }

    fn take_arguments(&mut self) -> Result<Option<DB::Arguments>, BoxDynError> {
        Ok(self.arguments.take())
    }

    fn persistent(&self) -> bool {
        self.persistent
    }
}

impl Affected for PgQueryResult {
    fn affected(&self) -> u64 {
        self.rows_affected()
    }
}

impl Affected for SqliteQueryResult {
    fn affected(&self) -> u64 {
        self.rows_affected()
    }
}
