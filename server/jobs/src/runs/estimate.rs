//! What a run will take: before it starts, and for what is left of it.

use std::sync::Arc;

use domain::{ids::ProviderId, money::Cost};
use ports::{
    error::AppError,
    runs::{Basis, Estimate, RunSpec},
};
use roaring::RoaringBitmap;
use store::{
    Store, StoreRef,
    words::records::{Measured, RunParams},
};
use writers::{Question, Tokens};

use super::{counted, view};
use crate::{
    Desk,
    desk::Standing,
    run::{
        base::Base,
        briefs::Briefs,
        checkpoint::Checkpoint,
        evenly::evenly,
        prepare::{Order, Prepared},
        spread::Spread,
        tariff::{Price, Tariff, hole},
    },
};

/// Products that are looked at, spread over all of a selection.
const LOOKED_AT: u32 = 48;
/// From so many answers on, a provider's own count is believed rather than the lengths.
const BELIEVED: u64 = 5;
/// How far lengths are off beyond what products differ by: half of the vocabulary's tokens a character vary by this between kinds of
/// text, and how long an answer gets is the model's own choice.
const LENGTHS_OFF: f64 = 0.3;
/// The products that were measured may have been others.
const MEASURED_OFF: f64 = 0.1;
/// The built-in rules write at least so many a second.
const RULES: u64 = 500;

/// Likely, least, most.
type Range = (f64, f64, f64);

pub(super) async fn before(store: &Store, desk: &Desk, at: &StoreRef, spec: &RunSpec, products: &RoaringBitmap) -> Result<Estimate, AppError> {
    let standing = desk.standing(store, at, spec.provider).await?;
    let looked_at = look(store, desk, at, spec, &standing, products).await?;
    let (price, note) = price(store, desk, at, &standing).await?;
    let total = products.len();
    if standing.is_built_in() {
        let basis = Basis::Measured;
        return Ok(Estimate { seconds: Some(total.div_ceil(RULES)), ..free(total, basis, looked_at.note(), store.budget_now(at).await?.left()) });
    }
    let measured = store.measured(at, spec.provider, &standing.model).await?;
    let believed = measured.answers >= BELIEVED;
    let (basis, off) = if believed { (Basis::Measured, MEASURED_OFF) } else { (Basis::Lengths, LENGTHS_OFF) };
    let ratios = if believed { looked_at.ratios(&measured) } else { (1.0, 1.0) };
    let input = widened(looked_at.tokens_in.of_more(total as f64), ratios.0, off);
    let output = widened(looked_at.tokens_out.of_more(total as f64), ratios.1, off);
    let seconds = believed.then(|| {
        let asked = total as f64 * looked_at.share();
        (asked * measured.milliseconds as f64 / measured.answers as f64 / 1_000.0 / f64::from(standing.concurrency.max(1))).ceil() as u64
    });
    Ok(Estimate {
        products: total,
        tokens_in: whole(input),
        tokens_out: whole(output),
        cost: price.map(|price| costs(price, input, output)),
        seconds,
        basis,
        note: note.unwrap_or_else(|| looked_at.note()),
        budget_left: store.budget_now(at).await?.left(),
    })
}

/// From what its own products came to so far; none before the first.
pub(super) async fn of_the_rest(store: &Store, at: &StoreRef, spec: &RunSpec, checkpoint: &Checkpoint) -> Result<Option<Estimate>, AppError> {
    let left = view::left(&checkpoint.run.progress);
    if checkpoint.done() == 0 || left == 0 {
        return Ok(None);
    }
    let pace = u64::from(checkpoint.run.ms_per_product);
    let seconds = (pace > 0).then(|| (left * pace).div_ceil(1_000));
    let budget_left = store.budget_now(at).await?.left();
    if spec.provider == ProviderId::BUILT_IN {
        return Ok(Some(Estimate { seconds, ..free(left, Basis::Sample, String::new(), budget_left) }));
    }
    let more = |spread: &Spread| spread.of_more(left as f64);
    Ok(Some(Estimate {
        products: left,
        tokens_in: whole(more(&checkpoint.tokens_in)),
        tokens_out: whole(more(&checkpoint.tokens_out)),
        cost: Some(money(more(&checkpoint.cost))),
        seconds,
        basis: Basis::Sample,
        note: String::new(),
        budget_left,
    }))
}

/// What some products of a selection would be asked.
struct LookedAt {
    products: u64,
    asked: u64,
    /// Of all that were looked at: what is not asked for takes nothing.
    tokens_in: Spread,
    tokens_out: Spread,
}

impl LookedAt {
    fn share(&self) -> f64 {
        if self.products == 0 { 0.0 } else { self.asked as f64 / self.products as f64 }
    }

    /// What the provider counted, of what lengths would have it.
    fn ratios(&self, measured: &Measured) -> (f64, f64) {
        let ratio = |counted: u64, spread: &Spread| {
            let guessed = spread.sum / self.asked.max(1) as f64;
            if guessed > 0.0 { counted as f64 / measured.answers as f64 / guessed } else { 1.0 }
        };
        (ratio(measured.tokens_in, &self.tokens_in), ratio(measured.tokens_out, &self.tokens_out))
    }

    fn note(&self) -> String {
        match self.products - self.asked {
            0 => String::new(),
            nothing if nothing == self.products => "Nothing is to be written for the products that were looked at.".into(),
            nothing => format!("Of {} that were looked at, {nothing} need nobody to be asked.", counted(self.products)),
        }
    }
}

async fn look(
    store: &Store,
    desk: &Desk,
    at: &StoreRef,
    spec: &RunSpec,
    standing: &Standing,
    products: &RoaringBitmap,
) -> Result<LookedAt, AppError> {
    let params = RunParams::new(spec.clone());
    let base = Arc::new(Base {
        store: store.clone(),
        at: at.clone(),
        run: store.new_job_id(),
        provider: spec.provider,
        order: Order::new(&params, &standing.model),
        briefs: Briefs::load(store, at).await?,
        clock: Arc::clone(&desk.clock),
        entropy: Arc::clone(&desk.entropy),
    });
    let ords: Vec<u32> = evenly(products, LOOKED_AT).iter().collect();
    let (asked, done) = base.read(&ords).await?;
    let (mut tokens_in, mut tokens_out) = (Spread::default(), Spread::default());
    let count = asked.len() as u64;
    for asked in asked {
        let Tokens { input, output } = writers::estimate(&question(asked), standing.kind);
        tokens_in.add(input as f64);
        tokens_out.add(output as f64);
    }
    for _ in &done {
        tokens_in.add(0.0);
        tokens_out.add(0.0);
    }
    Ok(LookedAt { products: count + done.len() as u64, asked: count, tokens_in, tokens_out })
}

fn question(asked: Prepared) -> Question {
    Question { source: asked.source, brief: asked.brief, parts: asked.parts, remark: asked.remark }
}

/// The price that holds now, or the sentence that says where the table has a hole.
async fn price(store: &Store, desk: &Desk, at: &StoreRef, standing: &Standing) -> Result<(Option<Price>, Option<String>), AppError> {
    let now = desk.clock.now();
    let price = Tariff::new(store.prices(at).await?).at(standing.id, &standing.model, now);
    let note = price.is_none().then(|| hole(&standing.model, now));
    Ok((price, note))
}

fn free(products: u64, basis: Basis, note: String, budget_left: Option<Cost>) -> Estimate {
    Estimate {
        products,
        tokens_in: (0, 0, 0),
        tokens_out: (0, 0, 0),
        cost: Some((Cost::ZERO, Cost::ZERO, Cost::ZERO)),
        seconds: None,
        basis,
        note,
        budget_left,
    }
}

fn widened((likely, least, most): Range, ratio: f64, off: f64) -> Range {
    (likely * ratio, least * ratio * (1.0 - off), most * ratio * (1.0 + off))
}

fn whole((likely, least, most): Range) -> (u64, u64, u64) {
    (likely.round() as u64, least.floor() as u64, most.ceil() as u64)
}

fn money((likely, least, most): Range) -> (Cost, Cost, Cost) {
    (Cost(likely.round() as i64), Cost(least.floor() as i64), Cost(most.ceil() as i64))
}

fn costs(price: Price, input: Range, output: Range) -> (Cost, Cost, Cost) {
    let (input, output) = (whole(input), whole(output));
    (price.of(input.0, output.0), price.of(input.1, output.1), price.of(input.2, output.2))
}
