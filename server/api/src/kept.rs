//! Answers that are kept as finished bytes: which, how long, and what makes them outdated.
//!
//! The version of a store is asked for before each look, at the port: it checks who may, and a change that was answered is in it. So a
//! program sees its person's own changes at once, through whichever door they were made.

use std::{
    future::Future,
    sync::{Arc, OnceLock},
    time::Duration,
};

use axum::http::{HeaderName, HeaderValue};
use cache::{Asked, Cache, Failed, Finished, Key, Lifetime, Made, Namespace, Outcome};
use domain::{
    ids::{Seq, StoreId, UserId},
    query::ListQuery,
};
use ports::{Access, Ports, error::AppError, products::Bookmark};
use serde::Serialize;
use uuid::Uuid;

use crate::{fields::Fields, options::Api, problem::Problem};

pub(crate) const CACHE_STATUS: HeaderName = HeaderName::from_static("cache-status");
pub(crate) const SERVER_TIMING: HeaderName = HeaderName::from_static("server-timing");

/// A change that nobody else is shown for so long; with what it takes until other processes know of one, half a second in all.
const TOLERANCE: Duration = Duration::from_millis(200);

/// Age says nothing here, changes do: this is how long what nobody changes stays in memory.
const LIFETIME: Lifetime = Lifetime { fresh: Duration::from_mins(10), grace: Duration::from_mins(10) };

/// A part of a list.
#[derive(Serialize)]
pub(crate) struct PartKey<'a> {
    pub(crate) store: StoreId,
    pub(crate) query: &'a ListQuery,
    pub(crate) behind: Option<&'a Bookmark>,
    pub(crate) limit: u32,
    pub(crate) fields: Fields,
}

impl Key for PartKey<'_> {
    type Value = Finished;

    const NAMESPACE: Namespace = Namespace { name: "api-list", id: 0, version: 1, lifetime: LIFETIME, tolerance: TOLERANCE };

    fn group(&self) -> u128 {
        self.store.0.as_u128()
    }
}

/// One product, by what it was called.
#[derive(Serialize)]
pub(crate) struct ProductKey<'a> {
    pub(crate) store: StoreId,
    pub(crate) name: &'a str,
}

impl Key for ProductKey<'_> {
    type Value = Finished;

    const NAMESPACE: Namespace = Namespace { name: "api-product", id: 1, version: 1, lifetime: LIFETIME, tolerance: TOLERANCE };

    fn group(&self) -> u128 {
        self.store.0.as_u128()
    }
}

/// An answer, if there is something, and how it was come by.
pub(crate) struct Kept {
    pub(crate) finished: Option<Finished>,
    pub(crate) outcome: Outcome,
    /// What the products were to it that are in memory; empty when nothing was made of any.
    products: &'static str,
}

impl Kept {
    /// The headers that tell of it. The products are nearest to the origin, and so the first member.
    pub(crate) fn told(&self) -> [(HeaderName, String); 2] {
        [(CACHE_STATUS, format!("{}{}", self.products, self.outcome.cache_status())), (SERVER_TIMING, self.outcome.server_timing())]
    }

    /// With what its load has noted, if it was this request that loaded it and waited for it.
    #[must_use]
    pub(crate) fn made_of(self, source: &Source) -> Self {
        let products = self.outcome.load.and_then(|_| source.0.get().copied()).unwrap_or_default();
        Self { products, ..self }
    }
}

/// Where the products of an answer were from, noted by the load that made it.
#[derive(Clone, Default)]
pub(crate) struct Source(Arc<OnceLock<&'static str>>);

impl Source {
    /// Of so many products some had to be read.
    pub(crate) fn note(&self, read: u32, products: usize) {
        let status = match read as usize {
            0 if products == 0 => "",
            0 => "vitrine-products; hit, ",
            read if read < products => "vitrine-products; fwd=partial; stored, ",
            _ => "vitrine-products; fwd=miss; stored, ",
        };
        // It is made once.
        let _ = self.0.set(status);
    }
}

/// Gives what is kept, or keeps what `load` makes.
pub(crate) async fn get<K, L, F>(ports: &Ports, cache: &Cache, who: &Access, key: &K, load: L) -> Result<Kept, Problem>
where
    K: Key<Value = Finished>,
    L: FnOnce() -> F + Send + 'static,
    F: Future<Output = Result<Made<Finished>, AppError>> + Send + 'static,
{
    let present = ports.catalogue.as_of(who).await?;
    match cache.get(key, asked_at(who, present), load).await {
        Ok(answer) => Ok(Kept { finished: answer.value, outcome: answer.outcome, products: "" }),
        Err(Failed::Load(error)) => Err(error.into()),
        Err(Failed::Lost) => Err(Problem::internal()),
    }
}

/// Gives what is kept if nothing has to be asked or done for it; else none.
pub(crate) async fn at_hand<K: Key<Value = Finished>>(api: &Api, who: &Access, key: &K) -> Option<Kept> {
    let present = api.ports.catalogue.known_as_of(who)?;
    let answer = api.options.cache.at_hand(key, asked_at(who, present)).await?;
    Some(Kept { finished: answer.value, outcome: answer.outcome, products: "" })
}

fn asked_at(who: &Access, present: Seq) -> Asked {
    Asked { version: u64::try_from(present.0).unwrap_or(0), by: Some(who.user.0.as_u128()) }
}

/// Who a load reads as: nobody, so that it is never answered by a replica that has not what somebody else wrote.
pub(crate) fn for_everybody(who: &Access) -> Access {
    Access { user: UserId(Uuid::nil()), ..who.clone() }
}

/// What a header holds; none for what no header can hold.
pub(crate) fn value(text: &str) -> Option<HeaderValue> {
    HeaderValue::from_str(text).ok()
}
