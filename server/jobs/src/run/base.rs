//! What all products of a run have in common, and how they are read.

use std::{collections::HashSet, sync::Arc};

use domain::{
    clock::Clock,
    ids::{JobId, ProviderId},
};
use store::{
    Entropy, Store, StoreRef,
    words::records::{ItemCame, RunItem, RunProduct},
};
use tokio::task;

use super::{
    briefs::Briefs,
    judge::{Judge, Wrote},
    prepare::{Order, Prepared},
};
use crate::failure::Failure;

pub(crate) struct Base {
    pub(crate) store: Store,
    pub(crate) at: StoreRef,
    pub(crate) run: JobId,
    pub(crate) provider: ProviderId,
    pub(crate) order: Order,
    pub(crate) briefs: Briefs,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) entropy: Arc<dyn Entropy>,
}

impl Base {
    /// Products that somebody has to be asked for, and those that are done without.
    pub(crate) async fn read(self: &Arc<Self>, ords: &[u32]) -> Result<(Vec<Prepared>, Vec<RunItem>), Failure> {
        let (products, mut done) = self.load(ords).await?;
        let base = Arc::clone(self);
        // Hashing and comparing some hundred texts: pages must not wait for that.
        let (mut prepared, nothing) = task::spawn_blocking(move || base.prepare(products)).await.map_err(|_| Failure::Bug)?;
        done.extend(nothing);
        if !self.order.anew {
            let questions: Vec<[u8; 32]> = prepared.iter().map(|prepared| prepared.fingerprint).collect();
            let known = self.store.known_answers(&self.at, &questions).await?;
            let answer = |asked: &Prepared| asked.own(known.get(&asked.fingerprint)?.words.clone(), &asked.pictures());
            let (answered, open): (Vec<Prepared>, Vec<Prepared>) = prepared.into_iter().partition(|asked| answer(asked).is_some());
            prepared = open;
            if !answered.is_empty() {
                let base = Arc::clone(self);
                let items = task::spawn_blocking(move || {
                    let judge = base.judge();
                    let reused = |asked: Prepared| {
                        let answer = known.get(&asked.fingerprint)?;
                        let wrote = Wrote { provider: Some(base.provider), model: answer.model.clone(), reused: true, ..Wrote::default() };
                        Some(judge.item(asked, answer.words.clone(), wrote))
                    };
                    answered.into_iter().filter_map(reused).collect::<Vec<_>>()
                });
                done.extend(items.await.map_err(|_| Failure::Bug)?);
            }
        }
        Ok((prepared, done))
    }

    /// Those that are there; those that are gone are done.
    pub(crate) async fn load(&self, ords: &[u32]) -> Result<(Vec<RunProduct>, Vec<RunItem>), Failure> {
        let products = self.store.load_run_products(&self.at, ords).await?;
        let there: HashSet<u32> = products.iter().map(|product| product.ord).collect();
        let gone = ords.iter().filter(|ord| !there.contains(ord)).map(|ord| skipped(*ord)).collect();
        Ok((products, gone))
    }

    fn prepare(&self, products: Vec<RunProduct>) -> (Vec<Prepared>, Vec<RunItem>) {
        let (mut prepared, mut nothing) = (Vec::with_capacity(products.len()), Vec::new());
        for product in products {
            let ord = product.ord;
            match self.order.prepare(product, &self.briefs) {
                Some(asked) => prepared.push(asked),
                None => nothing.push(skipped(ord)),
            }
        }
        (prepared, nothing)
    }

    pub(crate) fn judge(&self) -> Judge<'_> {
        Judge { run: self.run, entropy: &*self.entropy, now: self.clock.now() }
    }
}

pub(crate) const fn skipped(ord: u32) -> RunItem {
    RunItem { ord, came: ItemCame::Skipped }
}
