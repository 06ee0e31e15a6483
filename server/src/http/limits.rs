//! Before anything is done: whether somebody asks too fast, and whether there is too much to do. Every request goes through [`guard`];
//! what it costs and how important it is stands in [`visit`], what is allowed in [`rates`].

mod answer;
mod body;
mod email;
mod rates;
mod visit;

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use ::api::AtHand;
use axum::{
    extract::{ConnectInfo, Request},
    http::HeaderValue,
    middleware::Next,
    response::Response,
};
use limits::{
    address::{Proxies, place},
    overload::{Class, Figures, Gate, Permit, Shed},
};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use traces::Kind;

pub(crate) use self::{
    answer::{overloaded_explained, rate_limited_explained},
    visit::takes_its_time,
};
use self::{
    rates::{Rates, Verdict},
    visit::{Door, Visit, Work},
};
use super::{caching, deciding, negotiation, state::AppState};
use crate::config::Config;

/// What requests are measured with.
pub(crate) struct Limits {
    /// None: nobody asks too fast.
    rates: Option<Rates>,
    /// Those who look and those who write come in through doors of their own: writes wait for the disk and for each other, and all places
    /// would be theirs while reads need nothing but a moment of a processor.
    reads: Gate,
    writes: Gate,
    /// Those who log in, whose passwords are hashed one after the other.
    passwords: Arc<Semaphore>,
    bodies: Arc<body::Room>,
    proxies: Proxies,
    told_of_proxy: AtomicBool,
    refused: AtomicU64,
}

/// The right to be answered.
enum Inside {
    Uncounted,
    Password(#[expect(dead_code, reason = "held until the answer is there")] OwnedSemaphorePermit),
    Database(Permit, #[expect(dead_code, reason = "held until the answer is there")] Option<body::Received>),
}

/// Each is a processor's for some fifty milliseconds: the last of them waits half a minute.
const MOST_PASSWORDS: usize = 1_024;
/// What takes less is no wait.
const NOTICED: Duration = Duration::from_micros(200);
const PASSWORDS_RETRY_SECONDS: u64 = 10;

/// When there is no room for the body of a request.
const BODIES_RETRY_SECONDS: u64 = 5;

impl Limits {
    /// Needs a runtime to run in, when there is a Redis.
    pub(crate) fn open(config: &Config) -> anyhow::Result<Arc<Self>> {
        let processors = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
        Ok(Arc::new(Self {
            rates: Rates::open(config)?,
            reads: Gate::new(processors),
            writes: Gate::new(processors),
            passwords: Arc::new(Semaphore::new(MOST_PASSWORDS)),
            bodies: Arc::default(),
            proxies: config.trusted_proxies.clone(),
            told_of_proxy: AtomicBool::new(false),
            refused: AtomicU64::new(0),
        }))
    }

    /// How much there is to do.
    pub(crate) fn figures(&self) -> Figures {
        let (reads, writes) = (self.reads.figures(), self.writes.figures());
        Figures {
            inside: reads.inside + writes.inside,
            limit: reads.limit + writes.limit,
            waiting: reads.waiting + writes.waiting,
            shed: reads.shed + writes.shed,
        }
    }

    /// How many were sent away since the start because they asked too fast.
    pub(crate) fn refused(&self) -> u64 {
        self.refused.load(Ordering::Relaxed)
    }

    /// Who asks. Behind a proxy that is believed, everything after this sees the client and not the proxy.
    fn client(&self, request: &mut Request) -> IpAddr {
        let Some(ConnectInfo(peer)) = request.extensions().get::<ConnectInfo<SocketAddr>>().copied() else { return Ipv4Addr::UNSPECIFIED.into() };
        let forwarded = request.headers().get_all("x-forwarded-for");
        if self.proxies.contains(peer.ip()) {
            let client = self.proxies.client(peer.ip(), forwarded.iter().map(HeaderValue::as_bytes));
            request.extensions_mut().insert(ConnectInfo(SocketAddr::new(client, peer.port())));
            return client;
        }
        let is_proxy = forwarded.iter().next().is_some() && peer.ip().to_canonical().is_loopback();
        if is_proxy && self.rates.is_some() && !self.told_of_proxy.swap(true, Ordering::Relaxed) {
            tracing::warn!(
                peer = %peer.ip(),
                "a proxy forwards requests and is not named in VITRINE_TRUSTED_PROXIES: everybody behind it shares one rate limit"
            );
        }
        peer.ip()
    }

    /// Waits for a place, and for the body of what changes something before that.
    async fn let_in(&self, visit: &Visit, request: &mut Request, client: IpAddr) -> Result<Inside, Shed> {
        match visit.work {
            Work::Other => Ok(Inside::Uncounted),
            Work::Password => {
                let turn = self.passwords.clone().try_acquire_owned().map_err(|_| Shed { retry_after: PASSWORDS_RETRY_SECONDS })?;
                Ok(Inside::Password(turn))
            }
            Work::Database(class, kind) => {
                let (gate, body) = match class {
                    Class::Write => {
                        let received = Box::pin(body::receive(request, &self.bodies, place(client))).await;
                        (&self.writes, Some(received.map_err(|body::NoRoom| Shed { retry_after: BODIES_RETRY_SECONDS })?))
                    }
                    Class::Read | Class::Background => (&self.reads, None),
                };
                let began = Instant::now();
                let permit = gate.enter(class, kind).await;
                waited("a place", began);
                permit.map(|permit| Inside::Database(permit, body))
            }
        }
    }
}

/// Notes in the trace of a request what it waited for.
fn waited(name: &'static str, began: Instant) {
    let took = began.elapsed();
    if took >= NOTICED {
        traces::happened(Kind::Wait, || name, began, took, false, &[]);
    }
}

impl Inside {
    /// The answer is there. One that was kept ready says nothing of how fast the database is: with some of them in the mean, any that
    /// had to be made would seem slow.
    fn leave(self, response: &Response) {
        if let Self::Database(permit, _) = self
            && !caching::is_from_memory(response)
        {
            permit.done(!response.status().is_server_error());
        }
    }
}

/// Refuses what comes too fast or is too much, and tells programs how they stand. What is kept as it is sent is never too much.
pub(super) async fn guard(state: &AppState, at_hand: &AtHand, mut request: Request, next: Next) -> Response {
    let limits = &state.limits;
    let visit = Visit::of(&request);
    let client = limits.client(&mut request);
    if visit.door == Door::Health {
        return deciding::on_primary(request, next).await;
    }
    let mut received = None;
    if visit.work == Work::Password {
        match Box::pin(body::receive(&mut request, &limits.bodies, place(client))).await {
            Ok(body) => received = Some(body),
            Err(body::NoRoom) => return answer::too_much(state, visit, Shed { retry_after: BODIES_RETRY_SECONDS }),
        }
    }
    let email = received.as_ref().and_then(|received| email::of(request.headers(), received.whole.as_ref()?));
    let verdict = match &limits.rates {
        None => Verdict::default(),
        Some(rates) => rates.ask(&visit, client, request.headers(), email.as_deref(), rates.now()).await,
    };
    let mut response = if let Some(refused) = verdict.refused {
        limits.refused.fetch_add(1, Ordering::Relaxed);
        tracing::debug!(path = request.uri().path(), policy = refused.policy, "somebody asks too fast");
        answer::too_fast(state, visit, refused)
    } else if let Some(ready) = at_hand.answer(request.method(), request.uri(), request.headers()).await {
        // It needs no place: nothing is waited for, and it says nothing of how fast the database is.
        negotiation::tell_of(ready)
    } else {
        match limits.let_in(&visit, &mut request, client).await {
            Ok(inside) => {
                let response = deciding::on_primary(request, next).await;
                inside.leave(&response);
                response
            }
            Err(shed) => {
                tracing::debug!(path = request.uri().path(), "too much to do");
                answer::too_much(state, visit, shed)
            }
        }
    };
    response.headers_mut().extend(verdict.headers.into_iter().flatten());
    response
}
