//! What is written of a run: one transaction a batch, on the one write path.

use std::collections::{BTreeSet, HashMap};

use domain::{
    field::{Field, Value},
    ids::{JobId, ReviewId},
    op::{Action, Base, Edit, Op},
    product::OptimisationStatus,
};
use ports::product::{Receipt, Source};

use super::super::{
    records::{ItemCame, RunBatch, RunItem, RunWritten},
    rows::{FailureRecord, ReviewRecord, VersionRecord},
    sql,
    usage::UsageRows,
};
use crate::{
    Author, JobMark, Store, StoreError, StoreRef,
    codec::{Many, key_of, ord_of},
    db::{Tx, within},
    entropy, heavy,
    write::{Beside, Clash, Done, Go, insert},
};

impl Store {
    /// Writes what became of some products of a run: all of it, with the run's progress, or nothing when the worker has lost the
    /// run ([`StoreError::LeaseLost`]).
    pub async fn write_run(&self, store: &StoreRef, batch: RunBatch<'_>) -> Result<RunWritten, StoreError> {
        let author = Author { user: batch.user, source: Source::Run, job: Some(batch.run), remember: false };
        let mark = JobMark { job: batch.run, leased_by: batch.leased_by, progress: batch.progress, items: &[] };
        let ops = batch.items.iter().filter_map(op).collect();
        let mut rows = heavy(|| RunRows::new(self, store, &batch));
        self.write_beside(store, &author, ops, Some(mark), &mut rows).await?;
        Ok(RunWritten { gone: rows.gone })
    }
}

/// The op that marks a product as having a suggestion.
fn op(item: &RunItem) -> Option<Op> {
    let ItemCame::Written { op, version } = &item.came else { return None };
    let suggested = Edit { field: Field::Optimisation, base: Base::Any, value: Value::text(OptimisationStatus::Suggested.name()) };
    Some(Op { id: *op, product: version.product, action: Action::Edit(vec![suggested]) })
}

/// What is written beside the ops. What takes time is made ready before any lock is taken.
struct RunRows<'a> {
    run: JobId,
    store_num: i64,
    done: &'a [u8],
    /// One an op, in their order.
    versions: Vec<VersionRecord<'a>>,
    reviews: Vec<ReviewId>,
    failures: Vec<(i64, &'a str)>,
    usage: UsageRows<'a>,
    /// The number of the latest version that each product has, by the product's key.
    numbers: HashMap<i64, i64>,
    /// The products whose op was refused.
    gone: Vec<u32>,
}

impl<'a> RunRows<'a> {
    fn new(db: &Store, store: &StoreRef, batch: &'a RunBatch<'_>) -> Self {
        let (clock, chance) = (&db.inner.clock, &*db.inner.entropy);
        let (mut versions, mut failures) = (Vec::with_capacity(batch.items.len()), Vec::new());
        for item in &batch.items {
            match &item.came {
                ItemCame::Written { version, .. } => versions.push(VersionRecord::new(store.num, item.ord, version)),
                ItemCame::Failed { reason } => failures.push((key_of(store.num, item.ord), reason.as_str())),
                ItemCame::Skipped => {}
            }
        }
        Self {
            run: batch.run,
            store_num: store.num,
            done: batch.done,
            reviews: versions.iter().map(|_| ReviewId::new(clock.now(), entropy::array(chance))).collect(),
            versions,
            failures,
            usage: UsageRows::new(store, &batch.usage, chance),
            numbers: HashMap::new(),
            gone: Vec::new(),
        }
    }
}

impl Beside for RunRows<'_> {
    async fn look(&mut self, tx: &mut Tx<'_>) -> Result<Go, StoreError> {
        if self.versions.is_empty() {
            return Ok(Go::On);
        }
        let keys: Vec<i64> = self.versions.iter().map(|version| version.product_key).collect();
        let numbers: Vec<(i64, i64)> = within!(tx, |on| sqlx::query_as(tx.db.sql(&sql::LATEST_NUMBERS)).bind(Many(&keys)).fetch_all(on))?;
        self.numbers = numbers.into_iter().collect();
        // Each once, in one order for all writers.
        let briefs: BTreeSet<_> = self.versions.iter().map(VersionRecord::brief).cloned().collect();
        insert(tx, &sql::ASKED_BRIEFS, &briefs.into_iter().collect::<Vec<_>>(), Clash::Stays).await?;
        Ok(Go::On)
    }

    async fn write(&mut self, tx: &mut Tx<'_>, done: Done<'_>) -> Result<Go, StoreError> {
        let (at, run, store_num) = (done.at.micros(), self.run, self.store_num);
        self.gone.clear();
        let (mut versions, mut reviews) = (Vec::new(), Vec::new());
        for ((version, review), receipt) in self.versions.iter_mut().zip(&self.reviews).zip(done.receipts) {
            if !matches!(receipt, Receipt::Applied { .. } | Receipt::NoOp { .. }) {
                self.gone.push(ord_of(version.product_key));
                continue;
            }
            let number = self.numbers.entry(version.product_key).or_insert(0);
            *number += 1;
            (version.number, version.at) = (*number, at);
            let (product_key, version) = (version.product_key, &*version);
            reviews.push(ReviewRecord { id: *review, store_num, product_key, version: version.version, at });
            versions.push(version);
        }
        if !versions.is_empty() {
            let keys: Vec<i64> = versions.iter().map(|version| version.product_key).collect();
            within!(tx, |on| async { sqlx::query(tx.db.sql(&sql::SUPERSEDE)).bind(Many(&keys)).bind(at).execute(on).await.map(|_| ()) })?;
        }
        insert(tx, &sql::VERSIONS, &versions, Clash::Fails).await?;
        insert(tx, &sql::REVIEWS, &reviews, Clash::Fails).await?;
        let failures: Vec<FailureRecord<'_>> =
            self.failures.iter().map(|(product_key, reason)| FailureRecord { run, product_key: *product_key, reason, at }).collect();
        insert(tx, &sql::RUN_FAILURES, &failures, Clash::Replaces).await?;
        self.usage.write(tx).await?;
        within!(tx, |on| async { sqlx::query(sql::MARK_DONE).bind(run.0).bind(self.done).execute(on).await.map(|_| ()) })?;
        Ok(Go::On)
    }
}
