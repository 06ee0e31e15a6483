//! The list indexes in memory, one a store: built from the table when a list is first asked for, kept current by the
//! writes of this process and by the feed of what other processes wrote, dropped when nobody looks for a while.
//!
//! An index is current up to one change number. As change numbers are given out in the order of commits, whatever
//! is above that number, and nothing else, is what the index lacks.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard, Weak,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use catalogue_index::{CatalogueIndex, Entry, MissingSet};
use domain::{ids::Seq, product::Missing};

use crate::{
    Changed, Store, StoreError, StoreRef,
    codec::{Many, keys_of, ord_of},
    db::{fresh, through},
    heavy,
    read::rows::EntryRow,
    sql,
};

/// The shelves of all stores that are looked at.
#[derive(Default)]
pub(crate) struct Listings {
    shelves: Mutex<HashMap<i64, Arc<Shelf>>>,
}

/// Where the index of a store is, or will be.
pub(crate) struct Shelf {
    store: StoreRef,
    current: RwLock<Option<Current>>,
    /// Held by whoever builds the index or reads the feed.
    tending: tokio::sync::Mutex<()>,
    /// Held by whoever looks for other processes' changes because nobody has for too long.
    looking: tokio::sync::Mutex<()>,
    /// The last change this process knows to be committed.
    committed: AtomicI64,
    /// Microseconds since 1970: when a list was last asked for, and when other processes' changes were last looked for.
    read_at: AtomicI64,
    checked_at: AtomicI64,
}

pub(crate) struct Current {
    pub(crate) index: CatalogueIndex,
    /// It knows everything up to this change.
    pub(crate) seq: Seq,
}

/// How often other processes' changes are looked for.
const FOLLOW: Duration = Duration::from_millis(250);

/// When a list looks for itself, in microseconds: whoever follows them was held up, or has ended.
const OVERDUE: u64 = 500_000;

/// For how long after a list was asked for they are followed, in microseconds.
const FOLLOWED: i64 = 5 * 60 * 1_000_000;

/// After how long without a list its index is dropped, in microseconds.
const IDLE: i64 = 15 * 60 * 1_000_000;

/// Rows a statement while an index is built, and while it catches up: about a megabyte.
const PAGE: i64 = 2_000;

/// Changes put into an index at once: readers wait meanwhile.
const PUT: usize = 200;

impl Listings {
    /// Whether the store has an index to keep current.
    pub(crate) fn holds(&self, store_num: i64) -> bool {
        self.get(store_num).is_some_and(|shelf| shelf.is_ready())
    }

    /// Tells of a commit, with the changed products in the order of their changes; none when they were not asked for.
    pub(crate) async fn apply(&self, db: &Store, store: &StoreRef, first: Seq, last: Seq, entries: Vec<EntryRow>) {
        let Some(shelf) = self.get(store.num) else { return };
        shelf.committed.fetch_max(last.0, Ordering::SeqCst);
        if !shelf.put(first, last, &entries) && shelf.is_ready() {
            // Another writer's commit is not here yet, or this one came unasked: the feed has both.
            if let Err(error) = db.catch_up(&shelf, last).await {
                // The next list tries again, as it sees that something is missing.
                tracing::warn!(store.id = %store.id, %error, "a list index did not catch up");
            }
        }
    }

    /// Notes a change that another process may have made: the next list has it.
    pub(crate) fn is_committed(&self, store_num: i64, seq: Seq) {
        if let Some(shelf) = self.get(store_num) {
            shelf.committed.fetch_max(seq.0, Ordering::SeqCst);
        }
    }

    /// The last change of a product, as far as its list is there and knows it.
    pub(crate) fn version(&self, store_num: i64, key: i64) -> Option<Seq> {
        self.get(store_num)?.with(|current| current.index.version(ord_of(key)))?
    }

    fn get(&self, store_num: i64) -> Option<Arc<Shelf>> {
        self.lock().get(&store_num).cloned()
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<i64, Arc<Shelf>>> {
        self.shelves.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Shelf {
    pub(crate) fn is_ready(&self) -> bool {
        self.read().is_some()
    }

    /// Up to which change the index is current; 0 while there is none.
    fn seq(&self) -> i64 {
        self.with(|current| current.seq.0).unwrap_or(0)
    }

    /// Reads the index; none while there is none.
    pub(crate) fn with<T>(&self, read: impl FnOnce(&Current) -> T) -> Option<T> {
        self.read().as_ref().map(read)
    }

    /// Which of some products have rows that are older than what the index knows of them, or have none.
    pub(crate) fn older_than_the_list(&self, keys: &[i64], rows: impl Iterator<Item = (i64, Seq)>) -> Vec<i64> {
        let versions: HashMap<i64, Seq> = rows.collect();
        let old = |current: &Current, key: &i64| {
            let known = current.index.version(ord_of(*key));
            known.is_some_and(|known| versions.get(key).is_none_or(|version| *version < known))
        };
        self.with(|current| keys.iter().copied().filter(|key| old(current, key)).collect()).unwrap_or_default()
    }

    /// Puts changes `first..=last` into the index, if it is current up to the one before; whether it now knows `last`.
    fn put(&self, first: Seq, last: Seq, entries: &[EntryRow]) -> bool {
        let mut from = first.0;
        let mut chunks = entries.chunks(PUT).peekable();
        while let Some(chunk) = chunks.next() {
            let mut current = self.write();
            let Some(current) = current.as_mut() else { return false };
            if current.seq.0 >= last.0 {
                return true;
            }
            if current.seq.0 + 1 != from {
                return false;
            }
            let upto = if chunks.peek().is_some() { chunk.last().map_or(from, |entry| entry.seq.0) } else { last.0 };
            heavy(|| chunk.iter().for_each(|entry| put(&mut current.index, entry)));
            current.seq = Seq(upto);
            from = upto + 1;
        }
        from > last.0
    }

    fn read(&self) -> RwLockReadGuard<'_, Option<Current>> {
        self.current.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Option<Current>> {
        self.current.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Store {
    /// Keeps the lists current with what other processes write, and drops those that nobody looks at, as long as the
    /// store lives. A server wants it, a command does not.
    pub fn keep_current(&self) -> tokio::task::JoinHandle<()> {
        let inner = Arc::downgrade(&self.inner);
        self.inner.runtime.spawn(async move {
            let mut ticks = tokio::time::interval(FOLLOW);
            ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
            loop {
                ticks.tick().await;
                let Some(inner) = Weak::upgrade(&inner) else { return };
                if let Err(error) = (Self { inner }).follow().await {
                    tracing::warn!(%error, "other processes' changes could not be looked for");
                    tokio::time::sleep(Duration::from_secs(2)).await;
                }
            }
        })
    }

    /// Builds the indexes of all stores beforehand, in the background: for the start of a server.
    pub async fn warm_up(&self) -> Result<(), StoreError> {
        for store in self.stores().await? {
            let shelf = self.shelf(&store);
            self.ready(&shelf).await?;
        }
        Ok(())
    }

    /// Bytes that the list indexes take.
    pub fn listings_memory(&self) -> usize {
        let shelves: Vec<Arc<Shelf>> = self.inner.listings.lock().values().cloned().collect();
        shelves.iter().filter_map(|shelf| shelf.with(|current| current.index.memory())).sum()
    }

    /// The store's shelf, noting that somebody looks.
    pub(crate) fn shelf(&self, store: &StoreRef) -> Arc<Shelf> {
        let now = self.inner.clock.now().micros();
        let shelf = {
            let mut shelves = self.inner.listings.lock();
            let shelf = shelves.entry(store.num).or_insert_with(|| {
                Arc::new(Shelf {
                    store: store.clone(),
                    current: RwLock::default(),
                    tending: tokio::sync::Mutex::default(),
                    looking: tokio::sync::Mutex::default(),
                    committed: AtomicI64::new(0),
                    read_at: AtomicI64::new(now),
                    checked_at: AtomicI64::new(now),
                })
            });
            shelf.clone()
        };
        shelf.read_at.store(now, Ordering::Relaxed);
        shelf
    }

    /// Builds the index in the background.
    pub(crate) fn start_building(&self, shelf: &Arc<Shelf>) {
        // Somebody is at it already.
        if shelf.tending.try_lock().is_err() {
            return;
        }
        let (store, shelf) = (self.clone(), shelf.clone());
        self.inner.runtime.spawn(async move {
            if let Err(error) = store.build(&shelf).await {
                tracing::warn!(store.id = %shelf.store.id, %error, "a list index could not be built");
            }
        });
    }

    /// Waits until there is an index that knows everything this process has committed.
    pub(crate) async fn ready(&self, shelf: &Arc<Shelf>) -> Result<(), StoreError> {
        if !shelf.is_ready() {
            // In a task of its own: whoever asked may go away, others wait too.
            let (store, shelf) = (self.clone(), shelf.clone());
            match self.inner.runtime.spawn(traces::carried(async move { store.build(&shelf).await })).await {
                Ok(built) => built?,
                Err(error) => return Err(StoreError::Unreadable(format!("the catalogue, as its list could not be built ({error})"))),
            }
        }
        if self.is_overdue(shelf) {
            let _looking = shelf.looking.lock().await;
            if self.is_overdue(shelf) {
                self.check(std::slice::from_ref(shelf)).await?;
            }
        }
        let (seq, committed) = (shelf.seq(), shelf.committed.load(Ordering::SeqCst));
        if seq < committed {
            self.catch_up_with_others(shelf, Seq(committed)).await?;
        }
        Ok(())
    }

    /// Up to which change a store's list is current, if nothing has to be waited for to know it.
    pub(crate) fn current_up_to(&self, store: &StoreRef) -> Option<Seq> {
        let shelf = self.shelf(store);
        let seq = shelf.with(|current| current.seq)?;
        (!self.is_overdue(&shelf) && seq.0 >= shelf.committed.load(Ordering::SeqCst)).then_some(seq)
    }

    /// Whether other processes' changes have not been looked for as they should have been. Also where the clock was put back.
    fn is_overdue(&self, shelf: &Shelf) -> bool {
        self.inner.clock.now().micros().abs_diff(shelf.checked_at.load(Ordering::Relaxed)) > OVERDUE
    }

    async fn build(&self, shelf: &Shelf) -> Result<(), StoreError> {
        let _tending = shelf.tending.lock().await;
        if shelf.is_ready() {
            return Ok(());
        }
        let (index, seq) = match self.read_table(shelf, false).await {
            // What is wrong with a replica is not wrong with the primary.
            Err(error) if self.db().replicas().is_some() => {
                tracing::warn!(store.id = %shelf.store.id, %error, "a list index is built once more, from the primary");
                self.read_table(shelf, true).await?
            }
            read => read?,
        };
        shelf.committed.fetch_max(seq, Ordering::SeqCst);
        *shelf.write() = Some(Current { index, seq: Seq(seq) });
        self.read_feed(shelf, Seq(seq)).await
    }

    /// Makes an index of the table, and tells up to which change. It may be as old as a replica: what is missing is in the feed,
    /// which is the primary's.
    async fn read_table(&self, shelf: &Shelf, fresh: bool) -> Result<(CatalogueIndex, i64), StoreError> {
        let mut reader = self.db().reader(fresh).await?;
        // What changes while the table is read is in the feed behind this number.
        let (seq, _): (i64, i64) = through!(reader, |on| sqlx::query_as(sql::STORE_SEQ).bind(shelf.store.num).fetch_one(on))?;
        let (mut after, end) = keys_of(shelf.store.num);
        let mut builder = CatalogueIndex::build();
        loop {
            let page: Vec<EntryRow> = through!(reader, |on| sqlx::query_as(sql::ENTRIES).bind(after).bind(end).bind(PAGE).fetch_all(on))?;
            let Some(last) = page.last() else { break };
            after = last.key;
            let whole = page.len() == PAGE as usize;
            heavy(|| page.iter().filter(|row| !row.deleted).for_each(|row| with_entry(row, |entry| builder.push(entry))));
            if !whole {
                break;
            }
        }
        drop(reader);
        Ok((heavy(|| builder.finish()), seq))
    }

    /// Reads what the index lacks up to a change.
    async fn catch_up(&self, shelf: &Shelf, seq: Seq) -> Result<(), StoreError> {
        let _tending = shelf.tending.lock().await;
        // Whoever tended it before may have read that far.
        if shelf.with(|current| current.seq).is_some_and(|read| read >= seq) {
            return Ok(());
        }
        self.read_feed(shelf, seq).await
    }

    /// Reads what another process has written up to a change.
    async fn catch_up_with_others(&self, shelf: &Shelf, seq: Seq) -> Result<(), StoreError> {
        self.db().noticed(shelf.store.num);
        self.catch_up(shelf, seq).await?;
        // Also for those who listen to this process. Nobody listening is no failure.
        let _ = self.inner.changed.send(Changed { store: shelf.store.id, seq });
        Ok(())
    }

    /// Only while tending the shelf. `committed` is known to be so: a number may belong to the end of a device's op that changed nothing, and is in
    /// no feed.
    async fn read_feed(&self, shelf: &Shelf, committed: Seq) -> Result<(), StoreError> {
        let db = self.db();
        loop {
            let Some(seq) = shelf.with(|current| current.seq) else { return Ok(()) };
            let rows: Vec<EntryRow> = fresh!(db, |on| sqlx::query_as(sql::FEED).bind(shelf.store.num).bind(seq.0).bind(PAGE).fetch_all(on))?;
            for chunk in rows.chunks(PUT) {
                let mut current = shelf.write();
                let Some(current) = current.as_mut() else { return Ok(()) };
                // A writer may have put some of them in meanwhile, and later ones: what it put is newer.
                heavy(|| chunk.iter().filter(|row| row.seq > current.seq).for_each(|row| put(&mut current.index, row)));
                if let Some(last) = chunk.last() {
                    current.seq = current.seq.max(last.seq);
                }
            }
            if rows.len() < PAGE as usize {
                if let Some(current) = shelf.write().as_mut() {
                    current.seq = current.seq.max(committed);
                }
                return Ok(());
            }
        }
    }

    /// One round of looking for other processes' changes.
    async fn follow(&self) -> Result<(), StoreError> {
        let now = self.inner.clock.now().micros();
        let shelves: Vec<Arc<Shelf>> = {
            let mut shelves = self.inner.listings.lock();
            shelves.retain(|_, shelf| now - shelf.read_at.load(Ordering::Relaxed) < IDLE);
            shelves.values().filter(|shelf| now - shelf.read_at.load(Ordering::Relaxed) < FOLLOWED && shelf.is_ready()).cloned().collect()
        };
        if shelves.is_empty() { Ok(()) } else { self.check(&shelves).await }
    }

    /// The database has lost changes, as one does that another one takes the place of, or that a copy was put back into: what was made of
    /// them is forgotten.
    fn begin_anew(&self, shelf: &Shelf, seq: i64) {
        tracing::error!(store.id = %shelf.store.id, seq, "the database has gone back to an earlier change; the list is made anew");
        *shelf.write() = None;
        shelf.committed.store(seq, Ordering::SeqCst);
        self.inner.products.forget();
    }

    async fn check(&self, shelves: &[Arc<Shelf>]) -> Result<(), StoreError> {
        let db = self.db();
        let nums: Vec<i64> = shelves.iter().map(|shelf| shelf.store.num).collect();
        let (now, known): (i64, Vec<i64>) = (self.inner.clock.now().micros(), shelves.iter().map(|shelf| shelf.seq()).collect());
        let seqs: Vec<(i64, i64)> = fresh!(db, |on| sqlx::query_as(db.sql(&sql::SEQS)).bind(Many(&nums)).fetch_all(on))?;
        let mut outcome = Ok(());
        for (shelf, known) in shelves.iter().zip(known) {
            shelf.checked_at.store(now, Ordering::Relaxed);
            let Some((_, seq)) = seqs.iter().find(|(num, _)| *num == shelf.store.num) else { continue };
            if *seq < known {
                self.begin_anew(shelf, *seq);
                continue;
            }
            shelf.committed.fetch_max(*seq, Ordering::SeqCst);
            if shelf.with(|current| current.seq.0).is_some_and(|known| known < *seq) {
                // The others are followed whatever becomes of this one.
                let caught_up = self.catch_up_with_others(shelf, Seq(*seq)).await;
                outcome = outcome.and(caught_up);
            }
        }
        outcome
    }
}

fn put(index: &mut CatalogueIndex, row: &EntryRow) {
    if row.deleted { index.remove(ord_of(row.key)) } else { with_entry(row, |entry| index.put(entry)) }
}

fn with_entry(row: &EntryRow, take: impl FnOnce(&Entry<'_>)) {
    take(&Entry {
        ord: ord_of(row.key),
        seq: row.seq,
        title: &row.title,
        vendor: &row.vendor,
        product_type: &row.product_type,
        tags: &row.tags,
        status: row.status,
        optimisation: row.optimisation,
        missing: Missing::ALL.iter().copied().filter(|missing| row.missing & 1 << *missing as u8 != 0).collect::<MissingSet>(),
        price: row.price,
    });
}
