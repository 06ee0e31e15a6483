//! How fast somebody may ask. A program is counted by its token and by its address, a login by its address and by the email, everything
//! else by the address. Logins and the API are counted with the other processes, where there are some; the rest is so generous that
//! each process counts for itself.

use std::{
    net::IpAddr,
    sync::Arc,
    time::{Duration, Instant},
};

use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use limits::{
    Ask, Decision, Key, Limiter, Policy, Quota,
    address::place,
    headers::{RATELIMIT, RATELIMIT_POLICY, policies, standing},
    local::Local,
    redis::RedisLimiter,
};

use super::visit::{BULK, Door, Visit};
use crate::config::Config;

/// As many clients are known at once, in some megabytes.
const CLIENTS: usize = 100_000;

/// How long a request waits for the counts of the other processes.
const PATIENCE: Duration = Duration::from_millis(20);

pub(super) struct Rates {
    limiter: Limiter,
    /// Counted from here, by a clock that is never set.
    begun: Instant,
    token: Policy,
    address: Policy,
    login_address: Policy,
    login_email: Policy,
    page: Policy,
    function: Policy,
    file: Policy,
    for_token: Option<HeaderValue>,
    for_nobody: Option<HeaderValue>,
    for_login: Option<HeaderValue>,
}

/// What came of asking.
#[derive(Default)]
pub(super) struct Verdict {
    pub(super) refused: Option<Refused>,
    /// For programs.
    pub(super) headers: [Option<(HeaderName, HeaderValue)>; 2],
}

#[derive(Clone, Copy)]
pub(super) struct Refused {
    pub(super) policy: &'static str,
    pub(super) wait: u64,
}

impl Rates {
    /// None when the configuration wants none.
    pub(super) fn open(config: &Config) -> anyhow::Result<Option<Self>> {
        let Some(factor) = config.rate_limit else { return Ok(None) };
        let limiter = Limiter::new(Local::new(CLIENTS));
        let limiter = match &config.redis_url {
            Some(url) => {
                let shared = RedisLimiter::connect(&url.0).map_err(|error| anyhow::anyhow!("VITRINE_REDIS_URL is set wrong. {error}"))?;
                limiter.shared(Arc::new(shared), PATIENCE)
            }
            None => limiter,
        };
        Ok(Some(Self::of(limiter, factor)))
    }

    fn of(limiter: Limiter, factor: f64) -> Self {
        let weighted = |name, burst, per_second| Policy { name, quota: Quota::new(burst, per_second).times(factor, BULK), weighted: true };
        let plain = |name, burst, per_second| Policy { name, quota: Quota::new(burst, per_second).times(factor, 1), weighted: false };
        let (token, address) = (weighted("token", 600, 50.0), weighted("address", 3_000, 250.0));
        // A password costs a processor some fifty milliseconds, right or wrong.
        let (login_address, login_email) = (plain("login-address", 60, 2.0), plain("login-email", 30, 1.0));
        Self {
            limiter,
            begun: Instant::now(),
            for_token: policies(&[&token, &address]),
            for_nobody: policies(&[&address]),
            for_login: policies(&[&login_address, &login_email]),
            token,
            address,
            login_address,
            login_email,
            // A page fetches up to fifty files, and a list that is scrolled fast some blocks of rows a second. Many may share an address.
            page: plain("page", 1_000, 100.0),
            function: plain("function", 2_000, 200.0),
            file: plain("file", 10_000, 1_000.0),
        }
    }

    /// The present, in microseconds since the program began.
    pub(super) fn now(&self) -> u64 {
        u64::try_from(self.begun.elapsed().as_micros()).unwrap_or(u64::MAX)
    }

    pub(super) async fn ask(&self, visit: &Visit, client: IpAddr, headers: &HeaderMap, email: Option<&str>, now: u64) -> Verdict {
        let here = place(client);
        let points = visit.points;
        match visit.door {
            Door::Health => Verdict::default(),
            Door::File => self.alone(&self.file, &here, now),
            Door::Page => self.alone(&self.page, &here, now),
            Door::Function => self.alone(&self.function, &here, now),
            Door::Api => match headers.get(header::AUTHORIZATION) {
                Some(token) => {
                    self.together(&[ask(&self.token, bearer(token), points), ask(&self.address, &here, points)], self.for_token.as_ref(), now).await
                }
                None => self.together(&[ask(&self.address, &here, points)], self.for_nobody.as_ref(), now).await,
            },
            Door::Login => {
                let both = [ask(&self.login_address, &here, points), ask(&self.login_email, email.unwrap_or_default().as_bytes(), points)];
                let asks = if email.is_some() { &both[..] } else { &both[..1] };
                self.together(asks, self.for_login.as_ref().filter(|_| visit.by_program), now).await
            }
        }
    }

    fn alone(&self, policy: &Policy, who: &[u8], now: u64) -> Verdict {
        let asks = [ask(policy, who, 1)];
        verdict(&asks, self.limiter.ask_here(&asks, now), None)
    }

    async fn together(&self, asks: &[Ask<'_>], policies: Option<&HeaderValue>, now: u64) -> Verdict {
        verdict(asks, self.limiter.ask(asks, now).await, policies)
    }
}

fn ask<'a>(policy: &'a Policy, who: &[u8], points: u32) -> Ask<'a> {
    Ask { policy, key: Key::new(policy.name, who), points }
}

/// The token itself, however its scheme is written: another spelling is no other count.
fn bearer(sent: &HeaderValue) -> &[u8] {
    let sent = sent.as_bytes();
    let secret = sent.iter().position(|byte| *byte == b' ').map_or(sent, |space| &sent[space..]);
    secret.trim_ascii()
}

fn verdict(asks: &[Ask<'_>], decision: Decision, policies: Option<&HeaderValue>) -> Verdict {
    let Some(policy) = asks.get(decision.tightest).map(|ask| ask.policy) else { return Verdict::default() };
    let refused = (!decision.allowed).then_some(Refused { policy: policy.name, wait: decision.standing.wait });
    let headers = match policies {
        Some(policies) => [Some((RATELIMIT_POLICY, policies.clone())), standing(policy, decision.standing).map(|standing| (RATELIMIT, standing))],
        None => [None, None],
    };
    Verdict { refused, headers }
}

#[cfg(test)]
mod tests {
    use axum::{body::Body, extract::Request};

    use super::*;

    const HOME: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 7));

    fn rates(factor: f64) -> Rates {
        Rates::of(Limiter::new(Local::new(1_000)), factor)
    }

    async fn allowed(rates: &Rates, method: &str, address: &str, token: &str, email: Option<&str>, times: u32) -> u32 {
        allowed_at(0, rates, method, address, token, email, times).await
    }

    async fn allowed_at(now: u64, rates: &Rates, method: &str, address: &str, token: &str, email: Option<&str>, times: u32) -> u32 {
        let mut request = Request::builder().method(method).uri(address);
        if !token.is_empty() {
            request = request.header("authorization", token);
        }
        let request = request.body(Body::empty()).unwrap();
        let visit = Visit::of(&request);
        let mut allowed = 0;
        for _ in 0..times {
            allowed += u32::from(rates.ask(&visit, HOME, request.headers(), email, now).await.refused.is_none());
        }
        allowed
    }

    #[tokio::test]
    async fn a_token_is_let_through_by_what_it_asks() {
        let rates = rates(0.1);

        assert_eq!(allowed(&rates, "GET", "/api/v1/products", "Bearer a", None, 40).await, 40);
        assert_eq!(allowed(&rates, "POST", "/api/v1/products/batch", "bearer  a", None, 5).await, 2);
        assert_eq!(allowed(&rates, "GET", "/api/v1/products", "Bearer b", None, 100).await, 60);
        assert_eq!(allowed_at(1_000_000, &rates, "GET", "/api/v1/products", "Bearer a", None, 100).await, 5);
    }

    #[tokio::test]
    async fn invented_tokens_are_stopped_at_the_address() {
        let rates = rates(0.1);
        let mut let_through = 0;
        for number in 0..1_000 {
            let_through += allowed(&rates, "GET", "/api/v1/products", &format!("Bearer {number}"), None, 1).await;
        }
        assert_eq!(let_through, 300);
    }

    #[tokio::test]
    async fn a_login_is_stricter_by_address_and_by_email() {
        let rates = rates(1.0);

        assert_eq!(allowed(&rates, "POST", "/sign-in", "", Some("ada@shop.example"), 100).await, 30);
        assert_eq!(allowed(&rates, "POST", "/api/v1/auth/login", "", Some("ada@shop.example"), 1).await, 0);
        assert_eq!(allowed(&rates, "POST", "/api/v1/auth/login", "", Some("eve@shop.example"), 100).await, 30);
        assert_eq!(allowed(&rates, "POST", "/sign-in", "", None, 100).await, 0);
    }

    #[tokio::test]
    async fn pages_and_files_are_generous() {
        let rates = rates(1.0);

        assert_eq!(allowed(&rates, "GET", "/products", "", None, 900).await, 900);
        assert_eq!(allowed(&rates, "GET", "/pkg/a.wasm", "", None, 9_000).await, 9_000);
        assert_eq!(allowed(&rates, "GET", "/healthz", "", None, 20_000).await, 20_000);
    }

    #[tokio::test]
    async fn programs_are_told_how_they_stand_and_browsers_are_not() {
        let rates = rates(1.0);
        let told = async |address: &str, method: &str| {
            let request = Request::builder().method(method).uri(address).header("authorization", "Bearer a").body(Body::empty()).unwrap();
            let verdict = rates.ask(&Visit::of(&request), HOME, request.headers(), Some("a@b"), 0).await;
            verdict.headers.map(|header| header.map(|(_, value)| value.to_str().unwrap().to_owned()).unwrap_or_default())
        };

        let list = told("/api/v1/products?q=lamp", "GET").await;
        assert_eq!(list, [r#""token";q=600;w=12;qu="points", "address";q=3000;w=12;qu="points""#, r#""token";r=598;t=1"#]);
        assert_eq!(told("/api/auth/login", "POST").await[1], r#""login-email";r=29;t=1"#);
        assert_eq!(told("/sign-in", "POST").await, ["", ""]);
        assert_eq!(told("/products", "GET").await, ["", ""]);
    }
}
