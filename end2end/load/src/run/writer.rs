//! A program that writes while the server is killed, and remembers what it was told.
//!
//! Its products are its own, so that what is there must be what was acknowledged last. A write whose answer was lost is sent again with
//! its key until it is answered; meanwhile other products are written.

use std::{
    collections::{BTreeSet, VecDeque},
    sync::{Arc, atomic::Ordering},
};

use anyhow::{Context, bail};
use http::{HeaderName, StatusCode, header::RETRY_AFTER};
use rand::{RngExt, SeedableRng, rngs::StdRng};
use tokio::time::{Duration, Instant, sleep, timeout};

use super::kill::Counter;
use crate::{
    ask::{Caller, Product, etag, header_of, product, products},
    failure::Failed,
    http::{Answer, Asked, Connection},
};

const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");
/// When nobody answers at all.
const PAUSE: Duration = Duration::from_millis(10);
/// Before a write is sent again. Whoever was working on it is taken for dead after a minute.
const AGAIN: Duration = Duration::from_secs(2);
const ANSWER: Duration = Duration::from_secs(10);
/// For everything to be answered in the end.
const PATIENCE: Duration = Duration::from_mins(3);
/// One write in so many makes a product, or repeats an old one.
const MAKES: u64 = 16;
const REPEATS: u64 = 4;

pub(super) struct Writer {
    counter: Arc<Counter>,
    caller: Caller,
    number: usize,
    chance: StdRng,
    connection: Option<Connection>,
    mine: Vec<Mine>,
    /// Products with a write that has no answer yet.
    busy: BTreeSet<usize>,
    waiting: VecDeque<(Instant, Write)>,
    serial: u64,
}

/// A product, as it must be.
struct Mine {
    product: Product,
    /// The write before the last one, and the entity tag it was answered with.
    old: Option<(Write, String)>,
    last: Option<(Write, String)>,
}

#[derive(Clone, Debug)]
enum Write {
    Edit { at: usize, etag: String, title: String, key: String },
    Make { title: String, key: String },
}

impl Writer {
    pub(super) fn new(counter: Arc<Counter>, number: usize, of: usize) -> Self {
        let scene = &counter.scene;
        let own = scene.products.iter().skip(number).step_by(of);
        let mine = own.map(|product| Mine { product: product.clone(), old: None, last: None }).collect();
        let caller = scene.callers[number % scene.callers.len()].clone();
        let chance = StdRng::seed_from_u64(scene.seed.wrapping_add(1 + number as u64));
        Self { counter, caller, number, chance, connection: None, mine, busy: BTreeSet::new(), waiting: VecDeque::new(), serial: 0 }
    }

    /// Until it is told to stop; then until everything is answered and compared.
    pub(super) async fn work(mut self) -> anyhow::Result<()> {
        if self.mine.is_empty() {
            bail!("There are fewer products than writers. Give the plan more products.");
        }
        while !self.counter.stop.load(Ordering::Relaxed) {
            if let Some(write) = self.due() {
                self.counter.count(|counts| &mut counts.sent_again);
                self.send(write, true).await?;
            } else {
                self.write().await?;
            }
        }
        let begun = Instant::now();
        while !self.waiting.is_empty() && begun.elapsed() < PATIENCE {
            match self.due() {
                Some(write) => self.send(write, true).await?,
                None => sleep(PAUSE).await,
            }
        }
        for (_, write) in std::mem::take(&mut self.waiting) {
            self.counter.find(|counts| &mut counts.unanswered, format!("Never answered: {write:?}"));
        }
        for at in 0..self.mine.len() {
            self.settle(at).await?;
        }
        Ok(())
    }

    /// The write that has waited long enough.
    fn due(&mut self) -> Option<Write> {
        self.waiting.front().filter(|(when, _)| *when <= Instant::now())?;
        self.waiting.pop_front().map(|(_, write)| write)
    }

    /// A new write, of a product that waits for none.
    async fn write(&mut self) -> anyhow::Result<()> {
        self.serial += 1;
        let serial = self.serial;
        let key = format!("kill-{}-{}-{serial}", self.counter.scene.seed, self.number);
        if serial.is_multiple_of(MAKES) {
            let title = format!("Made {} {} {serial}", self.counter.scene.seed, self.number);
            return self.send(Write::Make { title, key }, false).await;
        }
        let repeats = serial.is_multiple_of(REPEATS);
        let mut free: Vec<usize> = (0..self.mine.len()).filter(|at| !self.busy.contains(at)).collect();
        if repeats && free.iter().any(|at| self.mine[*at].old.is_some()) {
            free.retain(|at| self.mine[*at].old.is_some());
        }
        if free.is_empty() {
            sleep(PAUSE).await;
            return Ok(());
        }
        let at = free[self.chance.random_range(0..free.len())];
        if repeats && !self.repeat(at).await? {
            return Ok(());
        }
        if !self.compare(at).await? {
            sleep(PAUSE).await;
            return Ok(());
        }
        // Every other one does not say what it was decided upon: nothing but its key keeps it from being done twice.
        let etag = if serial.is_multiple_of(2) { "*".to_owned() } else { self.mine[at].product.etag.clone() };
        let title = format!("Written {} {} {serial}", self.counter.scene.seed, self.number);
        self.send(Write::Edit { at, etag, title, key }, false).await
    }

    async fn send(&mut self, write: Write, again: bool) -> anyhow::Result<()> {
        let request = self.request(&write)?;
        self.counter.on_the_way.fetch_add(1, Ordering::Relaxed);
        let answer = self.ask(request).await;
        self.counter.on_the_way.fetch_sub(1, Ordering::Relaxed);
        let answer = match answer {
            Some(answer) if !is_for_later(&answer) => answer,
            other => {
                if other.is_none() {
                    sleep(PAUSE).await;
                }
                if let Write::Edit { at, .. } = &write {
                    self.busy.insert(*at);
                }
                self.waiting.push_back((Instant::now() + AGAIN, write));
                return Ok(());
            }
        };
        match write {
            Write::Edit { at, .. } => self.edited(at, write, &answer, again).await,
            Write::Make { title, .. } => {
                self.made(&title, &answer, again);
                Ok(())
            }
        }
    }

    async fn edited(&mut self, at: usize, write: Write, answer: &Answer, again: bool) -> anyhow::Result<()> {
        self.busy.remove(&at);
        let Write::Edit { title, .. } = &write else { return Ok(()) };
        let sent = title.clone();
        match (answer.status, product(answer)) {
            (StatusCode::OK, Some(now)) if now.title == sent => {
                self.counter.count(|counts| &mut counts.edits_acknowledged);
                let mine = &mut self.mine[at];
                mine.old = mine.last.replace((write, now.etag.clone()));
                mine.product = now;
                return Ok(());
            }
            // Nobody else writes this product: another version is one that was not asked for.
            (StatusCode::PRECONDITION_FAILED, _) if !again => {
                self.counter
                    .find(|counts| &mut counts.twice, format!("The version has gone on by itself: {write:?} was answered {}", excerpt(answer)));
            }
            _ => {
                self.adopt(at).await?;
                let example = format!("{write:?} was answered {}", excerpt(answer));
                if self.mine[at].product.title == sent {
                    self.counter.find(|counts| &mut counts.denied, format!("Done all the same: {example}"));
                } else {
                    self.counter.find(|counts| &mut counts.misanswered, example);
                }
                return Ok(());
            }
        }
        // What was not acknowledged may be there or not: from here on it is as it is.
        self.adopt(at).await
    }

    fn made(&mut self, title: &str, answer: &Answer, again: bool) {
        match (answer.status, product(answer)) {
            (StatusCode::CREATED, Some(product)) if product.title == title => {
                self.counter.count(|counts| &mut counts.products_made);
                self.mine.push(Mine { product, old: None, last: None });
            }
            _ => {
                let again = if again { "again " } else { "" };
                self.counter.find(|counts| &mut counts.misanswered, format!("{title:?}, {again}sent to be made, was answered {}", excerpt(answer)));
            }
        }
    }

    /// Sends the write before the last one again: it must be answered as the first time and change nothing. False when nobody answers.
    async fn repeat(&mut self, at: usize) -> anyhow::Result<bool> {
        let Some((write, etag_then)) = self.mine[at].old.clone() else { return Ok(true) };
        if !self.compare(at).await? {
            return Ok(false);
        }
        let request = self.request(&write)?;
        let Some(answer) = self.ask(request).await.filter(|answer| !is_for_later(answer)) else { return Ok(false) };
        self.counter.count(|counts| &mut counts.repeated);
        let as_before = answer.status == StatusCode::OK && header_of(&answer, &REPLAYED) == "true" && etag(&answer) == etag_then;
        let expected = self.mine[at].product.clone();
        let Some(now) = self.read(&expected.id).await? else { return Ok(false) };
        if now != expected {
            let example = format!("Repeated, {write:?} was done again: {:?} instead of {:?}", now.title, expected.title);
            self.counter.find(|counts| &mut counts.twice, example);
            self.mine[at].product = now;
        } else if !as_before {
            let example = format!("Repeated, {write:?} was answered {} instead of as the first time", excerpt(&answer));
            self.counter.find(|counts| &mut counts.misanswered, example);
        }
        Ok(true)
    }

    /// Compares what is there with what was acknowledged last. False when nobody answers.
    async fn compare(&mut self, at: usize) -> anyhow::Result<bool> {
        let expected = self.mine[at].product.clone();
        let Some(now) = self.read(&expected.id).await? else { return Ok(false) };
        self.counter.count(|counts| &mut counts.compared);
        if now.title != expected.title {
            let example = format!("{} is {:?}, and {:?} was acknowledged last", expected.id, now.title, expected.title);
            self.counter.find(|counts| &mut counts.lost, example);
        } else if now.etag != expected.etag {
            let example = format!("{} is at version {}, and {} was acknowledged last", expected.id, now.etag, expected.etag);
            self.counter.find(|counts| &mut counts.twice, example);
        }
        self.mine[at].product = now;
        Ok(true)
    }

    async fn adopt(&mut self, at: usize) -> anyhow::Result<()> {
        let id = self.mine[at].product.id.clone();
        loop {
            if let Some(now) = self.read(&id).await? {
                let mine = &mut self.mine[at];
                (mine.product, mine.old, mine.last) = (now, None, None);
                return Ok(());
            }
            sleep(PAUSE).await;
        }
    }

    /// The last comparison: the server stays up.
    async fn settle(&mut self, at: usize) -> anyhow::Result<()> {
        if self.busy.contains(&at) {
            return Ok(());
        }
        let begun = Instant::now();
        while !self.compare(at).await? {
            if begun.elapsed() > PATIENCE {
                bail!("The server does not answer any more.");
            }
            sleep(PAUSE).await;
        }
        Ok(())
    }

    fn request(&self, write: &Write) -> anyhow::Result<Asked> {
        match write {
            Write::Edit { at, etag, title, key } => self.counter.asks.edit(&self.caller, &self.mine[*at].product.id, etag, title, Some(key)),
            Write::Make { title, key } => self.counter.asks.create(&self.caller, title, key),
        }
    }

    /// None when nobody answers. A product that is not there any more is one that is lost.
    async fn read(&mut self, id: &str) -> anyhow::Result<Option<Product>> {
        let request = self.counter.asks.look(&self.caller, id)?;
        let Some(answer) = self.ask(request).await.filter(|answer| !is_for_later(answer)) else { return Ok(None) };
        if answer.status == StatusCode::NOT_FOUND {
            return Ok(Some(Product { id: id.to_owned(), handle: String::new(), title: "(gone)".into(), etag: String::new() }));
        }
        product(&answer).with_context(|| format!("A product was answered {}", excerpt(&answer))).map(Some)
    }

    async fn ask(&mut self, request: Asked) -> Option<Answer> {
        timeout(ANSWER, self.try_ask(request)).await.ok()?.ok()
    }

    async fn try_ask(&mut self, request: Asked) -> Result<Answer, Failed> {
        let mut connection = match self.connection.take() {
            Some(connection) => connection,
            None => self.counter.scene.site.connect(u32::try_from(self.number).unwrap_or(0)).await?,
        };
        let answer = connection.ask(request).await?;
        self.connection = Some(connection);
        Ok(answer)
    }
}

/// How many products the store has in the end.
pub(super) async fn total(counter: &Counter) -> anyhow::Result<u64> {
    let scene = &counter.scene;
    let caller = scene.callers.first().context("Nobody asks.")?;
    let connected = scene.site.connect(0).await;
    let mut connection = connected.map_err(|failed| anyhow::anyhow!("The server does not answer any more: {}", failed.example))?;
    let answer = connection.ask(counter.asks.sample(caller, None)?).await;
    let answer = answer.map_err(|failed| anyhow::anyhow!("The server broke off its last answer: {}", failed.example))?;
    Ok(products(&answer).context("The last list was not understood.")?.1)
}

/// Being done, refused for now, or not possible just now: to be sent again as it is.
fn is_for_later(answer: &Answer) -> bool {
    let running = answer.status == StatusCode::CONFLICT && answer.headers.contains_key(RETRY_AFTER);
    running || answer.status == StatusCode::TOO_MANY_REQUESTS || answer.status.is_server_error()
}

fn excerpt(answer: &Answer) -> String {
    Failed::of_status(answer.status.as_u16(), &answer.body).example
}
