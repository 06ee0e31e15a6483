//! A run: the words of many products, written anew for review.
//!
//! One task asks, takes answers down and writes them. What has come while a transaction ran is the next transaction; an answer
//! keeps its seat until it is written, so that a crash loses what was on its way and nothing else. Which products are done
//! is written with what became of them, and a later attempt goes on with the others.

pub(crate) mod base;
pub(crate) mod briefs;
mod calls;
pub(crate) mod checkpoint;
mod ended;
pub(crate) mod evenly;
pub(crate) mod gate;
pub(crate) mod judge;
mod pace;
pub(crate) mod prepare;
pub(crate) mod purse;
mod rules;
mod save;
pub(crate) mod spread;
pub(crate) mod tariff;

use std::sync::Arc;

use ports::runs::SAMPLE;
use roaring::RoaringBitmap;
use store::{LeasedJob, Store, words::records::RunParams};

use self::{
    base::Base, briefs::Briefs, calls::Calls, checkpoint::Checkpoint, ended::Ended, evenly::evenly, gate::Till, prepare::Order, purse::Purse,
    save::Ledger, tariff::Tariff,
};
use crate::{
    desk::{Desk, Team},
    failure::Failure,
    keep::{Asked, Orders},
};

pub(crate) struct Run<'a> {
    pub(crate) store: &'a Store,
    pub(crate) desk: &'a Desk,
    pub(crate) leased: &'a LeasedJob,
    /// The name the lease was taken under.
    pub(crate) worker: &'a str,
    pub(crate) params: RunParams,
    pub(crate) checkpoint: Checkpoint,
    pub(crate) orders: Orders,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum End {
    Done,
    /// Somebody asked for it.
    Cancelled,
    /// Somebody asked for it; it goes on when they let it.
    AskedToPause,
    /// The server stops; the run goes on later.
    Stopped,
    /// It waits for somebody who lets it go on: the sentence says why.
    Halted(String),
}

const SAMPLED: &str = "Ten are written. Look at them, then let it go on.";

impl Run<'_> {
    /// Runs to the end, to what halts it, or to the next order.
    pub(crate) async fn run(mut self) -> Result<End, Failure> {
        let (job, at) = (&self.leased.job, &self.leased.store);
        let (products, done) = self.store.run_products(job.id).await?.unwrap_or_default();
        self.checkpoint.run.progress.total = products.len();
        if *self.orders.borrow() == Asked::Cancel {
            return Ok(End::Cancelled);
        }
        let team = match self.desk.team(self.store, at, self.params.spec.provider).await? {
            Ok(team) => team,
            Err(sentence) => return Ok(End::Halted(sentence)),
        };
        let base = Arc::new(self.base(&team).await?);
        let till = Arc::new(self.till().await?);
        let sample = self.sample(&products);
        let is_sample = sample.is_some();
        let todo = sample.unwrap_or(products) - &done;
        let mut ledger = Ledger::new(self.store, self.leased, self.worker, Arc::clone(&till), self.params.spec.provider, self.checkpoint, done);
        let ended = match &team.writer {
            Some(writer) => Calls::new(&base, Arc::clone(writer), till, team.seats, todo).run(&mut ledger, &mut self.orders).await?,
            None => rules::run(&base, todo, &mut ledger, &self.orders).await?,
        };
        if is_sample && ended == Ended::Through {
            ledger.set_sampled();
            ledger.all().await?;
            return Ok(End::Halted(SAMPLED.to_owned()));
        }
        ledger.all().await?;
        Ok(ended.end(ledger.checkpoint(), at.currency))
    }

    /// The products to stop after; none when nobody wants to look, when somebody has, or when all of the run is no more than that.
    fn sample(&self, products: &RoaringBitmap) -> Option<RoaringBitmap> {
        let wanted = self.params.spec.sample_first && !self.checkpoint.sample_seen && products.len() > u64::from(SAMPLE);
        wanted.then(|| evenly(products, SAMPLE))
    }

    async fn base(&self, team: &Team) -> Result<Base, Failure> {
        Ok(Base {
            store: self.store.clone(),
            at: self.leased.store.clone(),
            run: self.leased.job.id,
            provider: self.params.spec.provider,
            order: Order::new(&self.params, &team.model),
            briefs: Briefs::load(self.store, &self.leased.store).await?,
            clock: Arc::clone(&self.desk.clock),
            entropy: Arc::clone(&self.desk.entropy),
        })
    }

    async fn till(&self) -> Result<Till, Failure> {
        let (store, at, job) = (self.store, &self.leased.store, &self.leased.job);
        let purse = Purse::new(self.params.spec.cap, self.checkpoint.run.progress.cost, store.budget_now(at).await?);
        let tariff = Tariff::new(store.prices(at).await?);
        Ok(Till::new(purse, tariff, Arc::clone(&self.desk.clock), Some(job.id), job.user))
    }
}
