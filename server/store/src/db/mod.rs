//! The two engines behind one type, and how a statement is run: `fresh!` and `lagging!` read, `written!` writes
//! one statement, `within!` runs one inside a transaction, `through!` on a [`Reader`]. All of them count it, under the name of the
//! constant that holds its text.
//!
//! What `fresh!` reads is on the primary. What `lagging!` reads may be on a replica, when it is known who asks
//! ([`Db::reading_as`]), they are not about to write ([`deciding`]), and the replica has what they wrote. What somebody is to find again
//! by `lagging!` is therefore written in a transaction that ends with [`Tx::commit_as`], and its change number stands with the person.

mod figures;
mod location;
mod looked_at;
mod lsn;
mod options;
mod pools;
mod postgres;
mod presence;
mod reading;
mod replicas;
mod report;
mod slow;
mod spare;
mod sqlite;
mod times;
mod watch;
mod watched;

use std::sync::{
    Arc, Mutex, PoisonError,
    atomic::{AtomicU64, Ordering},
};

use domain::ids::{Seq, UserId};
use sqlx::{PgPool, Sqlite, SqlitePool, Transaction, pool::PoolConnection};
use tokio::{sync::mpsc::Sender, task::AbortHandle};
use traces::Kind;
use uuid::Uuid;

pub(crate) use self::{figures::Site, postgres::PgTx, presence::Presence, reading::is_deciding, replicas::Replica, watched::Running};
pub use self::{figures::StatementTimes, location::Location, lsn::Lsn, options::DatabaseOptions, pools::WaitTimes, reading::deciding};
use self::{
    figures::{Figures, Ran, Tell, index_of, inserting_into},
    pools::{Taken, Waits},
    replicas::Replicas,
};
use crate::{StoreError, sql::Pair};

/// An open database.
pub struct Db {
    engine: Engine,
    location: Location,
    statements: AtomicU64,
    figures: Arc<Figures>,
    waits: WaitsOf,
    plans: Sender<slow::Wanted>,
    /// None on SQLite.
    presence: Option<Arc<Presence>>,
    /// What looks after replicas, slow statements and this process's own row.
    tasks: Mutex<Vec<AbortHandle>>,
}

/// Which engine, and its connections.
#[derive(Clone, Debug)]
pub enum Engine {
    /// One connection writes: two would only wait for each other, and lose transactions to `SQLITE_BUSY`.
    Sqlite { write: SqlitePool, read: SqlitePool },
    /// Pages have connections of their own and so have jobs. Reads that may lag go to replicas when there are any.
    Postgres { primary: PgPool, background: PgPool, replicas: Arc<Replicas> },
}

/// How connections were waited for: of SQLite to write and to read, of PostgreSQL for pages and for jobs.
#[derive(Debug, Default)]
struct WaitsOf {
    first: Waits,
    second: Waits,
}

/// Whose work a transaction is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Work {
    /// Somebody waits for it.
    Page,
    /// Nobody does, and it may take long.
    Job,
}

/// A transaction that writes. Dropped without a commit, it is as if it had never been.
pub(crate) struct Tx<'a> {
    pub(crate) db: &'a Db,
    pub(crate) on: TxOn,
}

pub(crate) enum TxOn {
    Sqlite(Transaction<'static, Sqlite>),
    Postgres(PgTx),
}

/// One connection for reading much, page by page: all of it goes through one cache.
pub(crate) struct Reader<'a> {
    pub(crate) db: &'a Db,
    pub(crate) on: ReaderOn,
    /// Which replica it is to; none is the primary.
    pub(crate) replica: Option<&'a Replica>,
}

pub(crate) enum ReaderOn {
    Sqlite(PoolConnection<Sqlite>),
    Postgres(Taken),
}

/// Reads what was committed a moment ago: sessions, permissions, what is about to be changed.
macro_rules! fresh {
    ($db:expr, |$on:ident| $run:expr) => {{
        let db: &$crate::Db = $db;
        db.stay_on_primary();
        $crate::db::one_of!(db, connect_to_read, |$on| $run)
    }};
}

/// Reads what may be a moment old: lists, search, history. On a replica that has gone away in the middle of it, it is read once more,
/// from the primary. Where the engines need different values, each has its own words.
macro_rules! lagging {
    ($db:expr, |$on:ident| $run:expr) => {
        $crate::db::lagging!($db, sqlite(|$on| $run), postgres(|$on| $run))
    };
    ($db:expr, sqlite(|$on:ident| $run:expr), postgres(|$also:ident| $again:expr)) => {{
        static SITE: $crate::db::Site = $crate::db::Site::new(stringify!($again), module_path!());
        let db: &$crate::Db = $db;
        db.count();
        match db.engine() {
            $crate::Engine::Sqlite { .. } => match db.connect_to_read().await {
                Ok($crate::db::Connection::Sqlite(mut connection)) => $crate::db::run_on!(db, SITE, &mut *connection, |$on| $run),
                Ok($crate::db::Connection::Postgres(_)) => Err($crate::db::another_engine()),
                Err(error) => Err(error),
            },
            $crate::Engine::Postgres { replicas, .. } => {
                let mut replica = replicas.route();
                loop {
                    let connection = db.connect_to(replica).await;
                    let result = match connection {
                        Ok(mut connection) => {
                            let result = $crate::db::run_on!(db, SITE, &mut *connection, |$also| $crate::db::answer_of(replica, $again));
                            if result.is_ok() {
                                connection.answered();
                            }
                            result
                        }
                        Err(error) => Err(error),
                    };
                    match (result, replica.take()) {
                        (Err(error), Some(failed)) if failed.is_at_fault(&error) => db.stay_on_primary(),
                        (result, _) => break result,
                    }
                }
            }
        }
    }};
}

/// Runs one statement that writes, on its own.
macro_rules! written {
    ($db:expr, |$on:ident| $run:expr) => {
        $crate::db::one_of!($db, connect_to_write, |$on| $run)
    };
}

/// Runs one statement on a connection, under the name of where it stands.
macro_rules! run_on {
    ($db:expr, $site:ident, $connection:expr, |$on:ident| $run:expr) => {{
        let running = $crate::db::Running::new();
        let $on = running.watch($connection);
        let result = $run.await;
        $db.ran(&$site, &running, result.is_ok());
        result
    }};
}

macro_rules! one_of {
    ($db:expr, $connect:ident, |$on:ident| $run:expr) => {{
        static SITE: $crate::db::Site = $crate::db::Site::new(stringify!($run), module_path!());
        let db: &$crate::Db = $db;
        db.count();
        match db.$connect().await {
            Ok($crate::db::Connection::Sqlite(mut connection)) => $crate::db::run_on!(db, SITE, &mut *connection, |$on| $run),
            Ok($crate::db::Connection::Postgres(mut connection)) => {
                let result = $crate::db::run_on!(db, SITE, &mut *connection, |$on| $run);
                if result.is_ok() {
                    connection.answered();
                }
                result
            }
            Err(error) => Err(error),
        }
    }};
}

/// Runs one statement inside a transaction.
macro_rules! within {
    ($tx:expr, |$on:ident| $run:expr) => {{
        static SITE: $crate::db::Site = $crate::db::Site::new(stringify!($run), module_path!());
        let db = $tx.db;
        db.count();
        match &mut $tx.on {
            $crate::db::TxOn::Sqlite(tx) => $crate::db::run_on!(db, SITE, &mut **tx, |$on| $run),
            $crate::db::TxOn::Postgres(tx) => $crate::db::run_on!(db, SITE, &mut **tx, |$on| $run),
        }
    }};
}

/// Runs one statement on a [`Reader`].
macro_rules! through {
    ($reader:expr, |$on:ident| $run:expr) => {{
        static SITE: $crate::db::Site = $crate::db::Site::new(stringify!($run), module_path!());
        let db = $reader.db;
        db.count();
        match &mut $reader.on {
            $crate::db::ReaderOn::Sqlite(on) => $crate::db::run_on!(db, SITE, &mut **on, |$on| $run),
            $crate::db::ReaderOn::Postgres(on) => $crate::db::run_on!(db, SITE, &mut **on, |$on| $crate::db::answer_of($reader.replica, $run)),
        }
    }};
}

/// Counts a statement that is run in another way, under a name of its own.
macro_rules! counted {
    ($db:expr, $name:literal, $run:expr) => {{
        static SITE: $crate::db::Site = $crate::db::Site::new($name, module_path!());
        let db: &$crate::Db = $db;
        db.count();
        let running = $crate::db::Running::new();
        let result = $run.await;
        db.ran(&SITE, &running, result.is_ok());
        result
    }};
}

pub(crate) use {counted, fresh, lagging, one_of, run_on, through, within, written};

/// A connection of either engine.
pub(crate) enum Connection {
    Sqlite(PoolConnection<Sqlite>),
    Postgres(Taken),
}

impl Db {
    /// `process` is what this process is called among those that use the database.
    pub(crate) async fn open(location: &Location, wanted: &DatabaseOptions, process: Uuid) -> Result<Self, StoreError> {
        let (engine, presence) = match location {
            Location::Sqlite(path) => (sqlite::open(path, wanted).await?, None),
            Location::Postgres(url) => {
                let (engine, presence) = postgres::open(url, wanted, process).await?;
                (engine, Some(Arc::new(presence)))
            }
        };
        let figures = Arc::new(Figures::new(wanted.slow));
        let (plans, read_plans) = slow::plans(location.clone(), figures.clone());
        let mut tasks = vec![tokio::spawn(read_plans).abort_handle()];
        if let (Engine::Postgres { replicas, .. }, Location::Postgres(url)) = (&engine, location)
            && !replicas.is_empty()
        {
            tasks.push(tokio::spawn(watch::watch_primary(url.clone(), replicas.clone())).abort_handle());
            tasks.extend((0..replicas.all.len()).map(|at| tokio::spawn(watch::watch_replica(at, replicas.clone())).abort_handle()));
        }
        let (location, waits) = (location.clone(), WaitsOf::default());
        Ok(Self { engine, location, statements: AtomicU64::new(0), figures, waits, plans, presence, tasks: Mutex::new(tasks) })
    }

    /// Says to others that this process is there, once the tables are.
    pub(crate) async fn arrive(&self, forget: impl Fn() + Send + 'static) {
        if let Some(presence) = &self.presence {
            let task = presence.arrive(forget).await;
            self.tasks.lock().unwrap_or_else(PoisonError::into_inner).push(task);
        }
    }

    pub(crate) fn presence(&self) -> Option<&Arc<Presence>> {
        self.presence.as_ref()
    }

    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    /// How many statements were run so far: a page has a budget of them.
    pub fn statements(&self) -> u64 {
        self.statements.load(Ordering::Relaxed)
    }

    pub(crate) fn count(&self) {
        self.statements.fetch_add(1, Ordering::Relaxed);
    }

    /// What came of a statement.
    pub(crate) fn ran(&self, site: &'static Site, running: &Running, ok: bool) {
        let ran = running.ran(ok);
        note(|| site.name(), running, &ran);
        let tell = self.figures.count(site, &ran);
        if tell != Tell::Nothing {
            slow::tell(&self.figures, &self.plans, site.name(), &ran, running.text(), tell);
        }
    }

    /// What came of rows that were put into a table.
    pub(crate) fn inserted(&self, table: &'static str, running: &Running, ok: bool) {
        let (ran, name) = (running.ran(ok), inserting_into(table));
        note(|| name, running, &ran);
        let tell = self.figures.count_at(index_of(name), &ran);
        if tell != Tell::Nothing {
            slow::tell(&self.figures, &self.plans, name, &ran, None, tell);
        }
    }

    /// The statement of this engine.
    pub(crate) fn sql(&self, pair: &Pair) -> &'static str {
        match self.engine {
            Engine::Sqlite { .. } => pair.sqlite,
            Engine::Postgres { .. } => pair.postgres,
        }
    }

    /// A connection for a read that must be fresh.
    pub(crate) async fn connect_to_read(&self) -> Result<Connection, sqlx::Error> {
        match &self.engine {
            Engine::Sqlite { read, .. } => Ok(Connection::Sqlite(self.waits.second.acquire(read).await?)),
            Engine::Postgres { primary, .. } => Ok(Connection::Postgres(self.waits.first.take(primary).await?)),
        }
    }

    /// A connection for a statement that writes.
    pub(crate) async fn connect_to_write(&self) -> Result<Connection, sqlx::Error> {
        match &self.engine {
            Engine::Sqlite { write, .. } => Ok(Connection::Sqlite(self.waits.first.acquire(write).await?)),
            Engine::Postgres { primary, .. } => Ok(Connection::Postgres(self.waits.first.take(primary).await?)),
        }
    }

    /// All connections of pages, for tests: nobody else has one until it is dropped.
    #[doc(hidden)]
    pub async fn hold_all(&self) -> Result<impl Sized + use<>, sqlx::Error> {
        let Engine::Postgres { primary, .. } = &self.engine else { return Err(another_engine()) };
        let mut held = Vec::new();
        for _ in 0..primary.options().get_max_connections() {
            held.push(self.waits.first.take(primary).await?);
        }
        Ok(held)
    }

    /// A connection to a replica, or to the primary.
    pub(crate) async fn connect_to(&self, replica: Option<&Replica>) -> Result<Taken, sqlx::Error> {
        match (replica, &self.engine) {
            (Some(replica), _) => replica.connect().await,
            (None, Engine::Postgres { primary, .. }) => self.waits.first.take(primary).await,
            (None, Engine::Sqlite { .. }) => Err(another_engine()),
        }
    }

    /// Answers a question of somebody in a store: what it reads that may lag is read from a replica that has what they wrote, all of
    /// it from the same one. Nobody (the id of zeros) asks for what is kept for everybody, and reads from the primary.
    pub(crate) fn reading_as<T>(&self, user: UserId, store_num: i64, answer: impl Future<Output = T>) -> impl Future<Output = T> {
        let may_lag = self.replicas().is_some() && !user.0.is_nil() && !reading::is_deciding();
        // It is large, and would be carried about in whatever it is asked from.
        let answer = Box::pin(answer);
        async move { if may_lag { reading::reading_as(user, store_num, answer).await } else { answer.await } }
    }

    /// What is read from now on for the present question is not older than what the primary says now.
    pub(crate) fn stay_on_primary(&self) {
        if let Some(replicas) = self.replicas()
            && matches!(reading::stay_on_primary(), reading::Place::Replica(_))
        {
            replicas.is_asked_again();
        }
    }

    /// What is read from now on for the present question has everything that this program knows to be committed in a store.
    pub(crate) fn read_settled(&self, store_num: i64) {
        if let Some(replicas) = self.replicas() {
            replicas.settle(store_num);
        }
    }

    /// Notes that something was committed in a store, by whichever program.
    pub(crate) fn noticed(&self, store_num: i64) {
        if let Some(replicas) = self.replicas() {
            replicas.written.noticed(store_num);
        }
    }

    /// Notes the last change that somebody has made in a store, through whichever program.
    pub(crate) fn has_written(&self, user: UserId, store_num: i64, last: Seq) {
        if let Some(replicas) = self.replicas() {
            replicas.written.heard(user, store_num, last);
        }
    }

    /// Whether what was just read by `lagging!` may be older than what the primary has.
    pub(crate) fn may_lag(&self) -> bool {
        self.replicas().is_some() && reading::may_lag()
    }

    /// None when there are none to ask.
    pub(crate) fn replicas(&self) -> Option<&Replicas> {
        match &self.engine {
            Engine::Postgres { replicas, .. } if !replicas.is_empty() => Some(replicas),
            _ => None,
        }
    }

    /// A transaction of a page.
    pub(crate) async fn begin(&self) -> Result<Tx<'_>, StoreError> {
        self.begin_for(Work::Page).await
    }

    /// On SQLite with the write lock taken at once: a transaction that reads first and writes later can lose it
    /// to another process and would have to begin again.
    pub(crate) async fn begin_for(&self, work: Work) -> Result<Tx<'_>, StoreError> {
        let on = match &self.engine {
            Engine::Sqlite { write, .. } => {
                let begun = traces::within(Kind::Wait, "to write", write.begin_with("BEGIN IMMEDIATE"));
                TxOn::Sqlite(begun.await?)
            }
            Engine::Postgres { primary, .. } if work == Work::Page => TxOn::Postgres(begin_on(&self.waits.first, primary).await?),
            Engine::Postgres { background, .. } => TxOn::Postgres(begin_on(&self.waits.second, background).await?),
        };
        Ok(Tx { db: self, on })
    }

    /// For reading several things as of one moment, which is the present one. Nothing is written in it.
    pub(crate) async fn begin_to_read(&self) -> Result<Tx<'_>, StoreError> {
        let on = match &self.engine {
            Engine::Sqlite { read, .. } => TxOn::Sqlite(read.begin().await?),
            Engine::Postgres { primary, .. } => {
                let mut tx = begin_on(&self.waits.first, primary).await?;
                sqlx::query("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY").execute(&mut *tx).await?;
                TxOn::Postgres(tx)
            }
        };
        Ok(Tx { db: self, on })
    }

    /// A connection for reading much, of a moment that may be past; `fresh` when it has to be the present one.
    pub(crate) async fn reader(&self, fresh: bool) -> Result<Reader<'_>, StoreError> {
        let (background, replicas) = match &self.engine {
            Engine::Sqlite { read, .. } => {
                let on = ReaderOn::Sqlite(self.waits.second.acquire(read).await?);
                return Ok(Reader { db: self, on, replica: None });
            }
            Engine::Postgres { background, replicas, .. } => (background, replicas),
        };
        if !fresh
            && let Some(replica) = replicas.any()
            && let Ok(connection) = self.connect_to(Some(replica)).await
        {
            return Ok(Reader { db: self, on: ReaderOn::Postgres(connection), replica: Some(replica) });
        }
        let on = ReaderOn::Postgres(self.waits.second.take(background).await?);
        Ok(Reader { db: self, on, replica: None })
    }

    pub(crate) async fn close(&self) {
        if let Some(presence) = &self.presence {
            presence.leave().await;
        }
        self.stop_tasks();
        match &self.engine {
            Engine::Sqlite { write, read } => {
                read.close().await;
                write.close().await;
            }
            Engine::Postgres { primary, background, replicas } => {
                self.waits.first.close();
                self.waits.second.close();
                primary.close().await;
                background.close().await;
                for replica in &replicas.all {
                    replica.waits.close();
                    replica.pool.close().await;
                }
            }
        }
    }

    fn stop_tasks(&self) {
        self.tasks.lock().unwrap_or_else(PoisonError::into_inner).drain(..).for_each(|task| task.abort());
    }
}

impl Drop for Db {
    fn drop(&mut self) {
        self.stop_tasks();
    }
}

impl std::fmt::Debug for Db {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self.engine {
            Engine::Sqlite { .. } => "Db(sqlite)",
            Engine::Postgres { .. } => "Db(postgres)",
        })
    }
}

impl Tx<'_> {
    pub(crate) fn sql(&self, pair: &Pair) -> &'static str {
        self.db.sql(pair)
    }

    pub(crate) async fn commit(self) -> Result<(), StoreError> {
        let running = Running::new();
        let done = match self.on {
            TxOn::Sqlite(tx) => tx.commit().await,
            TxOn::Postgres(tx) => tx.commit().await,
        };
        self.db.ran(&COMMIT, &running, done.is_ok());
        Ok(done?)
    }

    /// The same for what its author, or the whole store where there is none, is to find again in the next moment, on whichever
    /// server it is read: the changes up to `last`.
    pub(crate) async fn commit_as(self, user: Option<UserId>, store_num: i64, last: Option<Seq>) -> Result<(), StoreError> {
        let db = self.db;
        match (self.on, db.replicas()) {
            (TxOn::Postgres(tx), Some(replicas)) => {
                let running = Running::new();
                let done = tx.commit_at().await;
                db.ran(&COMMIT, &running, done.is_ok());
                replicas.wrote(user, store_num, (done?, last));
                Ok(())
            }
            (on, _) => Tx { db, on }.commit().await,
        }
    }
}

/// Notes a statement in the trace of the request that it was run for.
fn note(name: impl FnOnce() -> &'static str, running: &Running, ran: &Ran) {
    traces::happened(Kind::Statement, name, running.began(), ran.duration, !ran.ok, &[("rows", ran.rows.into())]);
}

static COMMIT: Site = Site::new("COMMIT", module_path!());

/// A connection that was cut is found out when it is used. Nothing has been done on it yet: another one is taken, as often as there may
/// be some that were cut together with it.
async fn begin_on(waits: &Waits, pool: &PgPool) -> Result<PgTx, StoreError> {
    let mut others = pool.size();
    loop {
        let begun = PgTx::begin(waits.take(pool).await?).await.map_err(StoreError::from);
        match begun {
            Err(StoreError::Unreachable(_)) if others > 0 => others -= 1,
            begun => return begun,
        }
    }
}

/// Waits for what a replica answers for as long as it is there and no longer than it may take, and for the primary for ever.
pub(crate) async fn answer_of<T>(replica: Option<&Replica>, answer: impl Future<Output = Result<T, sqlx::Error>>) -> Result<T, sqlx::Error> {
    match replica {
        None => answer.await,
        Some(replica) => {
            replica.is_asked();
            replica.unless_gone(answer).await
        }
    }
}

/// Cannot happen: an engine opens its own connections only.
pub(crate) fn another_engine() -> sqlx::Error {
    sqlx::Error::Configuration("a connection of another engine".into())
}
