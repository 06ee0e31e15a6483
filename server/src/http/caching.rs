//! What is kept of finished answers, and how every answer tells how it was made.

mod forms;
mod noted;

use std::{
    io::Write,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use axum::{
    http::{HeaderName, HeaderValue},
    response::Response,
};
use cache::{Cache, Options, Redis, Seeded, Shared};
use domain::{
    ids::{StoreId, UserId},
    role::Role,
};
use ports::{Access, Ports};
use store::{Entropy, OsEntropy, Store};
use tokio::time::timeout;
use uuid::Uuid;

pub(super) use self::forms::accept_any;
pub(crate) use self::noted::Noted;
use crate::{SystemClock, config::Config};

const CACHE_STATUS: HeaderName = HeaderName::from_static("cache-status");
const SERVER_TIMING: HeaderName = HeaderName::from_static("server-timing");

/// Of what is not kept: made for who asks, or a file that is finished anyway.
const PAST: HeaderValue = HeaderValue::from_static("vitrine-memory; fwd=bypass");

/// Stores whose lists are made ready before the program says that it is, and how long it waits for that at most.
const WARM_STORES: usize = 32;
const WARM: Duration = Duration::from_secs(15);

/// Opens the cache. Needs a runtime to run in.
pub(crate) fn open(config: &Config) -> anyhow::Result<Cache> {
    let shared = match &config.redis_url {
        Some(url) => Some(Redis::connect(&url.0).map_err(|error| anyhow::anyhow!("VITRINE_REDIS_URL is set wrong. {error}"))?),
        None => None,
    };
    Ok(Cache::new(Options {
        memory_bytes: config.memory_cache_bytes,
        shared: shared.map(|redis| Arc::new(redis) as Arc<dyn Shared>),
        clock: Arc::new(SystemClock),
        chance: Arc::new(Seeded::new(random())),
        process: random(),
    }))
}

fn random() -> u64 {
    let mut bytes = [0; 8];
    OsEntropy.fill(&mut bytes);
    u64::from_ne_bytes(bytes)
}

/// Tells of an answer how it was made (RFC 9211), where its handler has not, and how long that took. `timing` is all of that where it was
/// recorded: it takes the place of what a handler has told.
pub(super) fn tell(response: &mut Response, begun: Instant, timing: Option<String>) {
    let headers = response.headers_mut();
    headers.entry(CACHE_STATUS).or_insert(PAST);
    if let Some(timing) = timing.and_then(|timing| HeaderValue::try_from(timing).ok()) {
        headers.insert(SERVER_TIMING, timing);
        return;
    }
    if let Some(total) = total(begun.elapsed()) {
        headers.append(SERVER_TIMING, total);
    }
}

/// Whether an answer was ready, or was made of what was in memory, and nothing was asked for it.
pub(crate) fn is_from_memory(response: &Response) -> bool {
    let hit = |status: &[u8]| status.starts_with(b"vitrine-memory; hit") || status.starts_with(b"vitrine-products; hit");
    response.headers().get(CACHE_STATUS).is_some_and(|status| hit(status.as_bytes()))
}

fn total(took: Duration) -> Option<HeaderValue> {
    let mut text = [0_u8; 40];
    let mut rest = &mut text[..];
    let micros = took.as_micros();
    write!(rest, "total;dur={}.{:03}", micros / 1_000, micros % 1_000).ok()?;
    let written = 40 - rest.len();
    HeaderValue::from_bytes(&text[..written]).ok()
}

/// Makes the first part of each store's list ready, and says when that is done; then the lists themselves. Until they are, their first
/// parts come from the table.
pub(crate) fn warm_up(store: Store, ports: Ports, cache: Cache) -> Arc<AtomicBool> {
    let ready = Arc::new(AtomicBool::new(false));
    let is_ready = IsReady(ready.clone());
    tokio::spawn(async move {
        match timeout(WARM, first_parts(&store, &ports, &cache)).await {
            Ok(Ok(stores)) => tracing::info!(stores, "the first parts of the lists are ready"),
            Ok(Err(error)) => tracing::warn!(%error, "the first parts of the lists could not be made ready; each is when it is first asked for"),
            Err(_) => tracing::warn!("the first parts of the lists took too long to wait for"),
        }
        drop(is_ready);
        if let Err(error) = store.warm_up().await {
            tracing::warn!(%error, "the lists could not be made ready; each is when it is first asked for");
        }
    });
    ready
}

/// Says so when it is dropped, however that comes about: what could not be made ready is made when it is asked for.
struct IsReady(Arc<AtomicBool>);

impl Drop for IsReady {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Release);
    }
}

async fn first_parts(store: &Store, ports: &Ports, cache: &Cache) -> anyhow::Result<usize> {
    let stores = store.stores().await?;
    let warmed = stores.len().min(WARM_STORES);
    for store in stores.iter().take(WARM_STORES) {
        ::api::warm(ports, cache, &nobody(store.id)).await?;
    }
    Ok(warmed)
}

/// The program itself, which looks and does nothing else.
fn nobody(store: StoreId) -> Access {
    Access { user: UserId(Uuid::nil()), store, role: Role::Viewer }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_panic_while_lists_are_made_ready_keeps_nobody_from_being_served() {
        let ready = Arc::new(AtomicBool::new(false));
        let is_ready = IsReady(ready.clone());

        let ended = tokio::spawn(async move {
            let _is_ready = is_ready;
            panic!("on purpose");
        });

        assert!(ended.await.is_err() && ready.load(Ordering::Acquire));
    }

    #[test]
    fn an_answer_from_memory_is_known_by_what_it_tells() {
        let answered = |status: &'static str| {
            let mut response = Response::new(axum::body::Body::empty());
            response.headers_mut().insert(CACHE_STATUS, HeaderValue::from_static(status));
            is_from_memory(&response)
        };
        assert!(answered("vitrine-memory; hit; ttl=29") && answered("vitrine-memory; hit; ttl=-1"));
        assert!(answered("vitrine-products; hit, vitrine-memory; fwd=miss; stored"));
        assert!(!answered("vitrine-memory; fwd=miss; stored") && !answered("vitrine-redis; hit; ttl=3, vitrine-memory; fwd=miss; stored"));
        assert!(!is_from_memory(&Response::new(axum::body::Body::empty())));
    }

    #[test]
    fn what_was_recorded_takes_the_place_of_what_a_handler_told() {
        let told = |timing: Option<&str>| {
            let mut response = Response::new(axum::body::Body::empty());
            response.headers_mut().insert(SERVER_TIMING, HeaderValue::from_static("cache;dur=0.012"));
            tell(&mut response, Instant::now(), timing.map(str::to_owned));
            response.headers().get_all(SERVER_TIMING).iter().map(|value| value.to_str().unwrap().to_owned()).collect::<Vec<_>>()
        };

        assert_eq!(told(Some("cache;dur=0.010;desc=hit, total;dur=1.000")), ["cache;dur=0.010;desc=hit, total;dur=1.000"]);
        let alone = told(None);
        assert!(alone.len() == 2 && alone[0] == "cache;dur=0.012" && alone[1].starts_with("total;dur="), "{alone:?}");
    }

    #[test]
    fn the_time_an_answer_took_is_told_in_milliseconds() {
        assert_eq!(total(Duration::from_micros(1_234)).unwrap(), "total;dur=1.234");
        assert_eq!(total(Duration::ZERO).unwrap(), "total;dur=0.000");
        assert!(total(Duration::MAX).is_some());
    }
}
