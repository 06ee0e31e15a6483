//! The database: one write path, one read path, on SQLite and on PostgreSQL.
//!
//! Adding a method: put its SQL into [`sql`](self) once (a named pair where the engines differ), call it through
//! `fresh!` or `lagging!`, take everything store-bound from a [`StoreRef`], and add it to the contract suite in
//! `tests/contract`, which runs on both engines.
//!
//! Products are changed by [`Store::write`] and by nothing else.

mod admin;
pub mod alerts;
mod api;
mod catalogue;
mod codec;
mod codes;
mod db;
mod devices;
mod entropy;
mod error;
mod jobs;
pub mod lab;
mod listings;
pub mod measured;
mod migrate;
mod passwords;
mod people;
mod read;
mod reserve;
mod sessions;
mod sql;
mod throttle;
mod together;
pub mod traced;
pub mod webhooks;
mod who_asks;
pub mod words;
mod write;

use std::{
    collections::HashMap,
    sync::{Arc, RwLock, atomic::AtomicI64},
};

use domain::{
    clock::Clock,
    ids::{Seq, StoreId, UserId},
    money::Currency,
};
use ports::error::AppError;
use tokio::sync::{Semaphore, broadcast};

use crate::db::fresh;

pub use self::{
    db::{DatabaseOptions, Db, Engine, Location, Lsn, StatementTimes, WaitTimes, deciding},
    entropy::{Entropy, OsEntropy},
    error::StoreError,
    jobs::{Asked, JobRow, LeasedJob, NewJob},
    read::known::KnownProducts,
    sessions::SESSION_SECONDS,
    write::{Author, JobItem, JobItemKind, JobMark},
};

/// A handle to the database; clones share it.
#[derive(Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

/// A merchant's store as the database knows it: the proof that it was looked up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoreRef {
    /// The upper half of its products' keys.
    pub num: i64,
    pub id: StoreId,
    /// The short name in addresses and on the command line.
    pub slug: String,
    pub name: String,
    pub currency: Currency,
}

/// Told to listeners after a commit: the store has changes up to `seq`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Changed {
    pub store: StoreId,
    pub seq: Seq,
}

struct Inner {
    db: Db,
    process: uuid::Uuid,
    /// Where the store was opened: what goes on behind a request runs there and not on the thread of a page.
    runtime: tokio::runtime::Handle,
    clock: Arc<dyn Clock>,
    /// By how many microseconds that is ahead of the database's, as it was found ([`Store::note_clock_ahead`]).
    clock_ahead: AtomicI64,
    entropy: Arc<dyn Entropy>,
    listings: listings::Listings,
    /// Who asks.
    who_asks: Arc<who_asks::Known>,
    api: api::Memory,
    summaries: read::part::Summaries,
    products: read::known::Products,
    series: measured::Names,
    sums: measured::Sums,
    /// A store's number, name and currency do not change while the program runs.
    stores: RwLock<HashMap<StoreId, Arc<StoreRef>>>,
    /// Checking a password takes 19 MB and a core for a moment: few at a time.
    passwords: Semaphore,
    changed: broadcast::Sender<Changed>,
}

impl Store {
    /// Opens the database, makes it when it is not there, and brings its tables up to date.
    pub async fn open(location: &Location, clock: Arc<dyn Clock>, entropy: Arc<dyn Entropy>) -> Result<Self, StoreError> {
        Self::open_with(location, &DatabaseOptions::default(), clock, entropy).await
    }

    /// The same with replicas, connections and limits as an operator wants them.
    pub async fn open_with(
        location: &Location,
        options: &DatabaseOptions,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
    ) -> Result<Self, StoreError> {
        let process = uuid::Builder::from_random_bytes(entropy::array(&*entropy)).into_uuid();
        let db = Db::open(location, options, process).await?;
        migrate::run(&db).await?;
        let who_asks = Arc::new(who_asks::Known::new(db.presence().cloned()));
        let forgetful = who_asks.clone();
        db.arrive(move || forgetful.forget()).await;
        let inner = Inner {
            db,
            process,
            runtime: tokio::runtime::Handle::current(),
            clock,
            clock_ahead: AtomicI64::new(0),
            entropy,
            listings: listings::Listings::default(),
            who_asks,
            api: api::Memory::default(),
            summaries: read::part::Summaries::default(),
            products: read::known::Products::new(options.memory),
            series: measured::Names::default(),
            sums: measured::Sums::default(),
            stores: RwLock::default(),
            passwords: Semaphore::new(2),
            changed: broadcast::channel(256).0,
        };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// What this process is called among those that use the database.
    pub fn process(&self) -> uuid::Uuid {
        self.inner.process
    }

    pub fn db(&self) -> &Db {
        &self.inner.db
    }

    /// Commits from now on. Whoever falls behind by 256 is told so and reads again.
    pub fn changes(&self) -> broadcast::Receiver<Changed> {
        self.inner.changed.subscribe()
    }

    /// The last change that somebody has made in a store, by whichever process, as the primary said when it was asked who they are: all
    /// that they read from now on has it.
    pub(crate) fn has_written(&self, user: UserId, store_num: i64, last: Seq) {
        self.inner.listings.is_committed(store_num, last);
        self.db().has_written(user, store_num, last);
    }

    /// Makes a change in a task of its own: a person who goes away in the middle must not cut the commit from what follows it.
    pub(crate) async fn to_its_end<T, E>(&self, change: impl Future<Output = Result<T, E>> + Send + 'static) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        self.inner.runtime.spawn(traces::carried(change)).await.unwrap_or_else(|error| {
            tracing::error!(%error, "a change was not made");
            Err(StoreError::Shared(AppError::Internal).into())
        })
    }

    /// Whether the database answers: for readiness.
    pub async fn ping(&self) -> Result<(), StoreError> {
        let _: (i64,) = fresh!(self.db(), |on| sqlx::query_as(sql::PING).fetch_one(on))?;
        Ok(())
    }

    /// Waits for what is running and closes all connections. On SQLite the log is then merged into the file.
    pub async fn close(&self) {
        self.write_deprecated_calls().await;
        self.inner.db.close().await;
    }
}

/// The steps that a database goes through, by number.
pub fn migrations() -> impl Iterator<Item = (i64, &'static str)> {
    migrate::STEPS.iter().map(|(number, name, _, _)| (*number, *name))
}

/// The statements that must never read a whole table, by name, for the test of their plans.
#[doc(hidden)]
pub fn hot_statements(db: &Db) -> Vec<(&'static str, &'static str)> {
    let mut all = words::hot_statements(db);
    all.extend(api::hot(db));
    all.extend(webhooks::hot());
    all.extend(measured::hot(db));
    all.extend(alerts::hot(db));
    all.extend(traced::hot());
    all.extend([
        ("rows of a window", db.sql(&sql::SUMMARIES_BY_KEY)),
        ("handles of neighbours", db.sql(&sql::HANDLES_BY_KEY)),
        ("a product by its handle", sql::PRODUCT_BY_HANDLE),
        ("products by their handles", db.sql(&sql::PRODUCTS_BY_HANDLES)),
        ("handles that are taken", db.sql(&sql::HANDLES_TAKEN)),
        ("products by their ids", db.sql(&sql::LOCK_PRODUCTS)),
        ("living products by their ids", db.sql(&sql::LIVING_PRODUCTS_BY_IDS)),
        ("a product by its id", sql::PRODUCT_KEY),
        ("variants of products", db.sql(&sql::VARIANTS_OF)),
        ("images of products", db.sql(&sql::IMAGES_OF)),
        ("receipts", db.sql(&sql::RECEIPTS)),
        ("the feed", sql::FEED),
        ("the list without its index", sql::ROWS_BY_UPDATE),
        ("a part without the index", sql::SUMMARIES_BY_UPDATE),
        ("a page for the index", sql::ENTRIES),
        ("a page of an export", sql::PRODUCTS_BEHIND),
        ("handles and codes by their beginning", db.sql(&sql::ALSO_FOUND)),
        ("history", sql::HISTORY),
        ("how far a part of the log goes", sql::LOG_LENGTHS),
        ("a part of the log", sql::LOG),
        ("names of products", db.sql(&sql::NAMES_BY_KEY)),
        ("whose session", sql::WHOSE_SESSION),
    ]);
    all
}

/// Work of more than a moment on a thread that serves others: they move to another thread meanwhile.
fn heavy<T>(work: impl FnOnce() -> T) -> T {
    use tokio::runtime::{Handle, RuntimeFlavor};
    match Handle::try_current() {
        Ok(handle) if handle.runtime_flavor() == RuntimeFlavor::MultiThread => tokio::task::block_in_place(work),
        _ => work(),
    }
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Store").field("db", &self.inner.db).finish_non_exhaustive()
    }
}
