//! Deals requests for an open model: what is asked next, by whom, of which product.

use std::{
    collections::VecDeque,
    sync::{Mutex, MutexGuard, PoisonError},
};

use rand::{RngExt, SeedableRng, rngs::StdRng};

use crate::{
    ask::{Asks, Caller, Product},
    call::{Call, Mix},
    ground::Scene,
    http::Asked,
};

/// Whatever is there is replaced.
const ANY: &str = "*";

pub(super) struct Deck<'a> {
    scene: &'a Scene,
    asks: Asks,
    mix: Mix,
    chance: StdRng,
    dealt: usize,
}

pub(super) struct Dealt {
    pub(super) call: Call,
    pub(super) request: Asked,
    /// The product that is changed, to be given back with its new version.
    pub(super) product: Option<Product>,
}

/// The products that may be changed: each by one request at a time, so that no two are in each other's way.
pub(super) struct Free(Mutex<VecDeque<Product>>);

impl<'a> Deck<'a> {
    pub(super) fn new(scene: &'a Scene, asks: Asks, mix: Mix) -> Self {
        Self { chance: StdRng::seed_from_u64(scene.seed), scene, asks, mix, dealt: 0 }
    }

    pub(super) fn deal(&mut self, free: &Free) -> anyhow::Result<Dealt> {
        self.dealt += 1;
        let call = self.mix.pick(self.chance.random());
        let caller = &self.scene.callers[self.dealt % self.scene.callers.len()];
        let product = &self.scene.products[self.chance.random_range(0..self.scene.products.len())];
        let deal = |call, request| Ok(Dealt { call, request, product: None });
        match call {
            Call::Login => match self.scene.accounts.get(self.dealt % self.scene.accounts.len().max(1)) {
                Some(account) => deal(call, self.asks.login(account)?),
                None => deal(Call::List, self.asks.list(caller, &mut self.chance)?),
            },
            Call::List => deal(call, self.asks.list(caller, &mut self.chance)?),
            Call::FreshList => deal(call, self.asks.fresh_list(caller, &mut self.chance)?),
            Call::Search => deal(call, self.asks.search(caller, &product.title, &mut self.chance)?),
            Call::Look => deal(call, self.asks.look(caller, &product.id)?),
            Call::Open => match self.asks.open(caller, &product.handle)? {
                Some(request) => deal(call, request),
                None => deal(Call::Look, self.asks.look(caller, &product.id)?),
            },
            Call::Edit => self.edit(caller, product, free),
            Call::Beacon => deal(call, self.asks.beacon(&mut self.chance)?),
        }
    }

    fn edit(&self, caller: &Caller, other: &Product, free: &Free) -> anyhow::Result<Dealt> {
        let product = free.take();
        let (changed, etag) = product.as_ref().map_or((other, ANY), |product| (product, product.etag.as_str()));
        let title = format!("{} ({})", changed.title, self.dealt);
        let request = self.asks.edit(caller, &changed.id, etag, &title, None)?;
        Ok(Dealt { call: Call::Edit, request, product })
    }
}

impl Free {
    pub(super) fn new(products: &[Product]) -> Self {
        // What somebody has changed since it was read is changed all the same.
        let all = products.iter().map(|product| Product { etag: ANY.to_owned(), ..product.clone() });
        Self(Mutex::new(all.collect()))
    }

    fn take(&self) -> Option<Product> {
        self.all().pop_front()
    }

    /// With its new version, or without one when nobody knows it.
    pub(super) fn give_back(&self, product: Product, etag: Option<String>) {
        self.all().push_back(Product { etag: etag.unwrap_or_else(|| ANY.to_owned()), ..product });
    }

    fn all(&self) -> MutexGuard<'_, VecDeque<Product>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use http::header::IF_MATCH;

    use super::*;
    use crate::{ask::bearer, http::Site, measure::Meter, plan::Addresses};

    fn scene() -> Scene {
        let product = |n: u32| Product { id: n.to_string(), handle: format!("p{n}"), title: format!("Lamp {n}"), etag: format!("\"{n}\"") };
        Scene {
            site: Site::from_url("http://127.0.0.1:1").unwrap(),
            accounts: Vec::new(),
            callers: vec![Caller { authorization: bearer("t").unwrap(), cookie: None }],
            products: (1..=2).map(product).collect(),
            total: 2,
            meter: Meter::default(),
            figures: None,
            seed: 1,
        }
    }

    fn deck(scene: &Scene, call: Call) -> Deck<'_> {
        Deck::new(scene, Asks::new(scene.site.host.clone(), Addresses::Versioned), Mix(BTreeMap::from([(call, 1)])))
    }

    #[test]
    fn no_product_is_changed_twice_at_once() {
        let scene = scene();
        let free = Free::new(&scene.products);
        let mut deck = deck(&scene, Call::Edit);

        let (first, second, third) = (deck.deal(&free).unwrap(), deck.deal(&free).unwrap(), deck.deal(&free).unwrap());

        assert_ne!(first.product, second.product);
        assert!(third.product.is_none() && third.request.headers()[IF_MATCH] == "*");
        free.give_back(first.product.unwrap(), Some("\"9\"".into()));
        assert_eq!(deck.deal(&free).unwrap().request.headers()[IF_MATCH], "\"9\"");
    }

    #[test]
    fn what_cannot_be_asked_is_left_for_something_that_can() {
        let scene = scene();
        let free = Free::new(&scene.products);
        assert_eq!(deck(&scene, Call::Open).deal(&free).unwrap().call, Call::Look);
        assert_eq!(deck(&scene, Call::Login).deal(&free).unwrap().call, Call::List);
    }
}
