//! The one write path: lock the products, reduce the ops, take the store's change numbers last, write rows and log,
//! commit, and bring the list up to date before answering.
//!
//! The change numbers are taken by an update of the store's row in `store_seq`, whose lock is held to the commit:
//! whoever sees a number sees everything up to it.

mod batch;
mod beside;
mod bound;
mod flush;
mod insert;
mod load;
mod pushed;
mod receipts;
mod rows;
mod rows_postgres;
mod rows_sqlite;

use std::collections::HashMap;

use domain::{
    clock::Timestamp,
    ids::{JobId, OpId, ProductId, Seq, UserId},
    op::Op,
};
use ports::product::{Receipt, Source};

use self::{
    batch::{Batch, Taken},
    beside::{Nothing, Upon},
    rows::ItemRecord,
};
pub(crate) use self::{
    beside::{Beside, Done, Go},
    insert::{Clash, insert},
    pushed::Pushed,
    rows::{Bookkeeping, Record, Sink},
};
use crate::{
    Changed, Engine, Store, StoreError, StoreRef,
    db::{Tx, Work, through, within},
    entropy, heavy,
    read::rows::{EntryRow, ProductRow},
    sql,
    who_asks::Subject,
};

/// Who makes changes, and through which door.
#[derive(Clone, Debug, PartialEq)]
pub struct Author {
    pub user: Option<UserId>,
    pub source: Source,
    pub job: Option<JobId>,
    /// Whether the receipts are kept, so that the same op sent again answers the same. A job needs none: its
    /// progress is kept in the same transaction. Nor does an op whose id nobody knows who could send it again.
    pub remember: bool,
}

/// How far a job is, saved in the same transaction as its work.
#[derive(Clone, Copy, Debug)]
pub struct JobMark<'a> {
    pub job: JobId,
    /// The worker that holds the lease.
    pub leased_by: &'a str,
    /// JSON.
    pub progress: &'a str,
    pub items: &'a [JobItem],
}

/// One result of a job. One that is there already stays as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JobItem {
    pub kind: JobItemKind,
    /// Line of the file, or a count: unique in its kind, and the order they are read in.
    pub number: i64,
    /// JSON.
    pub detail: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JobItemKind {
    /// A row that could not be used.
    Bad,
    /// What a dry run would do.
    Planned,
}

impl JobItemKind {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Bad => "bad",
            Self::Planned => "planned",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Bad, Self::Planned].into_iter().find(|kind| kind.name() == name)
    }
}

/// How often a batch is done again that met somebody else's change.
const ATTEMPTS: u32 = 5;

/// Up to how many ops of a person or a program, and of no job, are kept in memory with what they came to: it would else take the place of
/// what is looked at.
const FEW_OPS: usize = 16;

/// From how many ops on deciding about them would hold up other work on the same thread.
const MANY_OPS: usize = 64;

impl Store {
    /// Does ops in their order, all in one transaction: one receipt each. Ops of the same product see each other.
    /// With a job, its progress is saved with them; no ops saves the progress alone.
    ///
    /// Give a few thousand ops at most: all of them are in memory, and other writers wait.
    pub async fn write(&self, store: &StoreRef, author: &Author, ops: Vec<Op>, job: Option<JobMark<'_>>) -> Result<Vec<Receipt>, StoreError> {
        self.write_beside(store, author, ops, job, &mut Nothing).await
    }

    /// Does one op if its product still has the version that it was made for; no answer when it has not.
    pub(crate) async fn write_upon(&self, store: &StoreRef, author: &Author, op: Op, version: Seq) -> Result<Vec<Receipt>, StoreError> {
        let mut upon = Upon { product: op.product, version };
        self.write_beside(store, author, vec![op], None, &mut upon).await
    }

    /// The same with further rows in the same transaction; no answers when `beside` has taken all back.
    pub(crate) async fn write_beside(
        &self,
        store: &StoreRef,
        author: &Author,
        ops: Vec<Op>,
        job: Option<JobMark<'_>>,
        beside: &mut impl Beside,
    ) -> Result<Vec<Receipt>, StoreError> {
        for attempt in 1.. {
            match self.try_write(store, author, &ops, job, beside, attempt).await {
                Err(StoreError::Race(_)) if attempt < ATTEMPTS => {}
                Err(error) => return Err(error),
                Ok(None) => return Ok(Vec::new()),
                Ok(Some((receipts, written))) => {
                    self.is_written(store, written).await;
                    return Ok(receipts);
                }
            }
        }
        unreachable!("the last attempt returns")
    }

    /// Brings the list up to date after a commit.
    async fn is_written(&self, store: &StoreRef, written: Written) {
        if written.grown {
            self.gather_statistics().await;
        }
        if let Some((first, last)) = written.seqs {
            // Before the list says that they are at these versions: whoever sees that finds them.
            self.inner.products.written(store, written.products);
            self.inner.listings.apply(self, store, first, last, written.entries).await;
            // Nobody listening is no failure.
            let _ = self.inner.changed.send(Changed { store: store.id, seq: last });
        }
    }

    /// What is to be known of a batch once it is committed; with its products whole where somebody will look at them.
    fn written(&self, store: &StoreRef, batch: Batch, (seqs, grown): (Option<(Seq, Seq)>, bool), whole: bool) -> Written {
        let is_listed = self.inner.listings.holds(store.num);
        let products = if is_listed && whole { batch.products(store.num) } else { Vec::new() };
        let entries = if is_listed { batch.entries(store.num) } else { Vec::new() };
        Written { seqs, grown, entries, products }
    }

    /// Tells PostgreSQL's planner of a store that has grown: its own housekeeping comes by once a minute, which is long
    /// in an import. Not doing it costs speed only.
    async fn gather_statistics(&self) {
        let Engine::Postgres { .. } = self.db().engine() else { return };
        let gathered = async {
            let mut reader = self.db().reader(true).await?;
            through!(reader, |on| async { sqlx::query(sql::ANALYZE).execute(on).await.map(|_| ()) }).map_err(StoreError::from)
        };
        if let Err(error) = gathered.await {
            tracing::warn!(%error, "the planner's statistics were not gathered");
        }
    }

    /// None when `beside` has taken all back.
    async fn try_write(
        &self,
        store: &StoreRef,
        author: &Author,
        ops: &[Op],
        job: Option<JobMark<'_>>,
        beside: &mut impl Beside,
        attempt: u32,
    ) -> Result<Option<(Vec<Receipt>, Written)>, StoreError> {
        let at = self.inner.clock.now().micros();
        let link = i64::from_ne_bytes(entropy::array(&*self.inner.entropy));
        // What nobody waits for takes no connection from those who do.
        let work = if job.is_some() || author.job.is_some() || !author.source.is_waited_for() { Work::Job } else { Work::Page };
        let mut tx = self.db().begin_for(work).await?;
        let hashes: Vec<[u8; 32]> = if author.remember { ops.iter().map(receipts::payload_hash).collect() } else { Vec::new() };
        let known = if author.remember { load::receipts(&mut tx, store, ops, &hashes).await? } else { HashMap::new() };
        let mut batch = load::batch(&mut tx, store, ops, &known, (&self.inner.products, attempt > 1)).await?;
        let has_gone_on = |(product, version): (ProductId, Seq)| {
            let latest = batch.product(product).map(|product| product.versions.latest);
            if let Some(latest) = latest {
                // It is in the tables: lists are to have it as well.
                self.inner.listings.is_committed(store.num, latest);
            }
            latest != Some(version)
        };
        // What was done before is answered as it was then, whatever has become of the product.
        if (known.is_empty() && beside.upon().is_some_and(has_gone_on)) || beside.look(&mut tx).await? == Go::Back {
            return Ok(None);
        }

        let mut answers: Vec<Receipt> = Vec::with_capacity(ops.len());
        let mut sent: HashMap<OpId, usize> = HashMap::new();
        let mut settled = 0;
        let mut seqs: Option<(Seq, Seq)> = None;
        let mut grown = false;
        let mut at_op = 0;
        loop {
            // Up to the end, or to an op that needs a handle which another op of this batch has given up: that has
            // to be written first.
            let mut decide = || {
                while let Some(op) = ops.get(at_op) {
                    let answer = if let Some(receipt) = known.get(&op.id) {
                        receipt.clone()
                    } else if let Some(before) = sent.get(&op.id) {
                        if hashes[*before] == hashes[at_op] { answers[*before].clone() } else { receipts::reused() }
                    } else {
                        match batch.take(op) {
                            Taken::Answered(receipt) => receipt,
                            Taken::AfterWriting => return,
                        }
                    };
                    if author.remember {
                        sent.entry(op.id).or_insert(at_op);
                    }
                    answers.push(answer);
                    at_op += 1;
                }
            };
            if ops.len() >= MANY_OPS {
                heavy(decide);
            } else {
                decide();
            }
            if let Some(flushed) = flush::write(&mut tx, store, author, &mut batch, (at, link)).await? {
                answers[settled..].iter_mut().for_each(|answer| batch::settle_receipt(answer, flushed.first));
                seqs = Some((seqs.map_or(flushed.first, |seqs| seqs.0), flushed.last));
                grown |= crosses(flushed.ords.0, flushed.ords.1);
            }
            settled = answers.len();
            if at_op == ops.len() {
                break;
            }
        }

        if author.remember {
            let mut fresh: Vec<usize> = sent.into_iter().filter(|(op, _)| !known.contains_key(op)).map(|(_, at)| at).collect();
            fresh.sort_unstable();
            receipts::save(&mut tx, store, ops, &hashes, &answers, &fresh, at).await?;
        }
        if let Some(job) = job {
            mark(&mut tx, job).await?;
        }
        let done = Done { receipts: &answers, before: &known, at: Timestamp::from_micros(at) };
        if beside.write(&mut tx, done).await? == Go::Back {
            return Ok(None);
        }
        // Where it is not heard how this ends, the author's last change is read again.
        let changing = author.user.map(|user| self.inner.who_asks.changing(Subject::Person(user)));
        tx.commit_as(author.user, store.num, seqs.map(|seqs| seqs.1)).await?;
        if let Some(changing) = changing {
            changing.nothing();
        }
        let written = self.written(store, batch, (seqs, grown), work == Work::Page && ops.len() <= FEW_OPS);
        Ok(Some((answers, written)))
    }
}

/// Whether a store that had some products and has more now has passed 1,000, 8,000, 64,000, 512,000 or so on.
fn crosses(before: i64, now: i64) -> bool {
    std::iter::successors(Some(1_000_i64), |step| step.checked_mul(8)).take_while(|step| *step <= now).any(|step| step > before)
}

struct Written {
    /// The first and the last change number taken.
    seqs: Option<(Seq, Seq)>,
    /// Whether the store has grown so much that what the planner knows of it misleads.
    grown: bool,
    /// The changed products, for the list; empty when nobody has the list open.
    entries: Vec<EntryRow>,
    /// The same whole, to be kept in memory; empty when they are many, as nobody will look at most of them.
    products: Vec<ProductRow>,
}

/// Saves a job's progress, if the worker still holds it.
async fn mark(tx: &mut Tx<'_>, mark: JobMark<'_>) -> Result<(), StoreError> {
    let touched = within!(tx, |on| {
        async {
            let query = sqlx::query(sql::MARK_JOB).bind(mark.job.0).bind(mark.leased_by).bind(mark.progress);
            query.execute(on).await.map(|done| done.rows_affected())
        }
    })?;
    if touched == 0 {
        return Err(StoreError::LeaseLost);
    }
    let items: Vec<ItemRecord<'_>> = mark.items.iter().map(|item| ItemRecord { job: mark.job.0, item }).collect();
    insert(tx, &sql::JOB_ITEMS, &items, Clash::Stays).await
}
