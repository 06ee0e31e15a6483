//! Somebody at work: logs in, looks at the list, at a product in it, searches for one of their own, opens its page, corrects its title, and
//! begins again.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use rand::{RngExt, SeedableRng, rngs::StdRng};
use tokio::time::{Instant, sleep, timeout};

use crate::{
    ask::{Asks, Caller, Product, check, etag, found, one_shown, token},
    call::Call,
    failure::{Failed, Failure},
    ground::Scene,
    http::{Answer, Asked, Connection},
    measure::{Recorder, Sample},
};

/// What everybody shares.
pub(super) struct Company {
    pub(super) scene: Arc<Scene>,
    pub(super) recorder: Arc<Recorder>,
    pub(super) asks: Asks,
    pub(super) seen: Seen,
    /// How many people there are to be: whoever has a higher number goes.
    pub(super) wanted: AtomicUsize,
    pub(super) most: usize,
    pub(super) think: Duration,
    pub(super) timeout: Duration,
}

pub(super) struct Person {
    company: Arc<Company>,
    /// From 0; says also which account is theirs, and which products.
    number: usize,
    chance: StdRng,
    connection: Option<Connection>,
    caller: Option<Caller>,
}

/// The versions of products as those they belong to saw them last, by the products' places; of others it is that of the scene. None of one
/// whose edit went wrong: whether it was done is not known until it is looked at. Whoever comes back remembers.
#[derive(Default)]
pub(super) struct Seen(Mutex<HashMap<usize, Option<String>>>);

impl Seen {
    fn of(&self, place: usize, product: &Product) -> Option<String> {
        self.all().get(&place).cloned().unwrap_or_else(|| Some(product.etag.clone()))
    }

    fn note(&self, place: usize, etag: Option<String>) {
        self.all().insert(place, etag);
    }

    fn all(&self) -> MutexGuard<'_, HashMap<usize, Option<String>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Person {
    pub(super) fn new(company: Arc<Company>, number: usize, visit: u64) -> Self {
        let chance = StdRng::seed_from_u64(company.scene.seed.wrapping_add(visit));
        Self { company, number, chance, connection: None, caller: None }
    }

    /// Until there are to be fewer people.
    pub(super) async fn live(mut self) -> anyhow::Result<()> {
        let mut turn = 0;
        loop {
            if self.caller.is_none() {
                self.caller = self.log_in().await?;
            } else {
                self.work(turn).await?;
                turn += 1;
            }
            if self.is_to_go() {
                return Ok(());
            }
        }
    }

    /// Where no password is known, one has the token already.
    async fn log_in(&mut self) -> anyhow::Result<Option<Caller>> {
        let company = self.company.clone();
        let scene = &company.scene;
        let known = &scene.callers[self.number % scene.callers.len()];
        if scene.accounts.is_empty() {
            return Ok(Some(known.clone()));
        }
        let account = &scene.accounts[self.number % scene.accounts.len()];
        let answer = self.ask(Call::Login, company.asks.login(account)?).await;
        self.think().await;
        let caller = answer.as_ref().and_then(token).map(|authorization| Caller { authorization, cookie: known.cookie.clone() });
        Ok(caller)
    }

    /// Once through the journey, on a product that is nobody else's.
    async fn work(&mut self, turn: usize) -> anyhow::Result<()> {
        let company = self.company.clone();
        let Some(caller) = self.caller.clone() else { return Ok(()) };
        let own = self.own(&company.scene, turn);
        let product = &company.scene.products[own];
        let asks = &company.asks;

        let list = asks.list(&caller, &mut self.chance)?;
        let listed = self.ask(Call::List, list).await;
        if self.thinks_and_goes().await {
            return Ok(());
        }
        // At one of those that they were shown. Shown none, or not sure whether their own edit was done, they look at their own.
        let is_sure = company.seen.of(own, product).is_some();
        let shown = listed.filter(|_| is_sure).and_then(|list| one_shown(&list, &mut self.chance));
        let id = shown.as_deref().unwrap_or(&product.id);
        let looked = self.ask(Call::Look, asks.look(&caller, id)?).await;
        if let Some(looked) = looked.filter(|_| id == product.id) {
            company.seen.note(own, Some(etag(&looked)));
        }
        if self.thinks_and_goes().await {
            return Ok(());
        }
        let search = asks.search(&caller, &product.title, &mut self.chance)?;
        self.ask(Call::Search, search).await;
        if self.thinks_and_goes().await {
            return Ok(());
        }
        if let Some(page) = asks.open(&caller, &product.handle)? {
            self.ask(Call::Open, page).await;
            if self.thinks_and_goes().await {
                return Ok(());
            }
        }
        // Whoever does not know what it is like now does not correct it.
        if let Some(known) = company.seen.of(own, product) {
            let title = format!("{} ({turn})", product.title);
            let edited = self.ask(Call::Edit, asks.edit(&caller, &product.id, &known, &title, None)?).await;
            company.seen.note(own, edited.as_ref().map(etag));
            self.think().await;
        }
        Ok(())
    }

    /// The place of a product that is nobody else's.
    fn own(&self, scene: &Scene, turn: usize) -> usize {
        let (most, products) = (self.company.most, scene.products.len());
        // As many for each, so that nobody comes to somebody else's.
        let shared_out = if products < most { products } else { products / most * most };
        (self.number + turn * most) % shared_out
    }

    fn is_to_go(&self) -> bool {
        self.number >= self.company.wanted.load(Ordering::Relaxed)
    }

    /// Half as long as people think on average, to half as long again: whoever always thinks as long as everybody else comes back from a stall
    /// together with them, again and again.
    async fn think(&mut self) {
        let share = self.chance.random_range(0.5..1.5);
        sleep(self.company.think.mul_f64(share)).await;
    }

    async fn thinks_and_goes(&mut self) -> bool {
        self.think().await;
        self.is_to_go()
    }

    /// An answer that is one; what else came is counted.
    async fn ask(&mut self, call: Call, request: Asked) -> Option<Answer> {
        let due = Instant::now();
        let outcome = match timeout(self.company.timeout, self.send(request)).await {
            Ok(outcome) => outcome,
            Err(_) => Err(Failed::new(Failure::Timeout, format!("{} took longer than {:?}", call.name(), self.company.timeout))),
        };
        let ended = Instant::now();
        let bytes = outcome.as_ref().map_or(0, |answer| answer.body.len());
        let found = outcome.as_ref().ok().and_then(found);
        let (answer, failed) = match outcome {
            Ok(answer) => match check(call, &answer) {
                Ok(()) => (Some(answer), None),
                Err(failed) => (None, Some(failed)),
            },
            Err(failed) => (None, Some(failed)),
        };
        self.company.recorder.add(&Sample { call, due, taken_up: due, ended, bytes, found, failed });
        answer
    }

    async fn send(&mut self, request: Asked) -> Result<Answer, Failed> {
        let mut connection = match self.kept().await {
            Some(connection) => connection,
            None => self.company.scene.site.connect(u32::try_from(self.number).unwrap_or(u32::MAX)).await?,
        };
        let answer = connection.ask(request).await?;
        self.connection = Some(connection);
        Ok(answer)
    }

    async fn kept(&mut self) -> Option<Connection> {
        let mut connection = self.connection.take()?;
        connection.is_open().await.then_some(connection)
    }
}
