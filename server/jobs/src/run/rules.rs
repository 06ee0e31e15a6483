//! The built-in rules: no network and no cost, only a core that is to be left to the pages now and then.

use std::sync::Arc;

use domain::ids::ProviderId;
use store::words::records::{RunItem, RunProduct};
use tokio::task;

use super::{
    base::{Base, skipped},
    ended::Ended,
    judge::Wrote,
    save::{ITEMS, Ledger},
};
use crate::{
    failure::Failure,
    keep::{Asked, Orders},
};

/// Goes through all products, a transaction at a time, or until it is asked to end. One thing after the other, so that it takes
/// one core at most.
pub(crate) async fn run(base: &Arc<Base>, todo: impl IntoIterator<Item = u32>, ledger: &mut Ledger, orders: &Orders) -> Result<Ended, Failure> {
    let mut todo = todo.into_iter();
    loop {
        match *orders.borrow() {
            Asked::GoOn => {}
            asked => return Ok(Ended::Asked(asked)),
        }
        let ords: Vec<u32> = todo.by_ref().take(ITEMS).collect();
        if ords.is_empty() {
            return Ok(Ended::Through);
        }
        let (products, gone) = base.load(&ords).await?;
        let writing = Arc::clone(base);
        let items = task::spawn_blocking(move || products.into_iter().map(|product| write(&writing, product)).collect::<Vec<_>>());
        let items = items.await.map_err(|_| Failure::Bug)?;
        gone.into_iter().chain(items).for_each(|item| ledger.note(item));
        ledger.begin()?;
        while ledger.is_writing() {
            ledger.written().await?;
        }
    }
}

fn write(base: &Base, product: RunProduct) -> RunItem {
    let ord = product.ord;
    let Some(asked) = base.order.prepare(product, &base.briefs) else { return skipped(ord) };
    let words = rule_writer::write(&asked.source, &asked.brief, &asked.parts);
    base.judge().item(asked, words, Wrote { provider: Some(ProviderId::BUILT_IN), ..Wrote::default() })
}
