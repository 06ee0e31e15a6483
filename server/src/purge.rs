//! Tells a cache in front of the server that it shall ask again: a request to an address of the operator's, in words that Fastly, Cloudflare
//! and whoever writes rules for Varnish know.
//!
//! What others may keep changes with a release alone (`http::shared`), so the time to tell is when a server has started. No change of a
//! product makes anything outdated there, and no write waits for this.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use axum::{
    body::Bytes,
    http::{self, HeaderMap, HeaderValue, Method, Request, StatusCode, header},
};
use tokio::time::{sleep, timeout};
use writers::{Allowed, Net, Wire};

use crate::{config::PurgeHook, http::shared::TAGS};

/// How long a cache has to answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// Told again after this, twice as late each time: for some ten minutes in all.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const ATTEMPTS: u32 = 10;

/// After a server has started, how long servers of the release before may still answer, beside the time they take to drain. What a cache
/// asks them for meanwhile is old, so it is told once more.
const TAKING_OVER: Duration = Duration::from_mins(1);

/// Why a cache has not been told.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum NotPurged {
    /// Asking again would change nothing.
    #[error(
        "The cache at VITRINE_PURGE_URL answered {0}. Look whether the address, VITRINE_PURGE_METHOD and VITRINE_PURGE_SECRET are what it wants."
    )]
    Refused(StatusCode),
    #[error("The cache at VITRINE_PURGE_URL answered {0}. Try again later.")]
    NotNow(StatusCode),
    #[error("The cache at VITRINE_PURGE_URL could not be asked: {0}.")]
    Unreachable(String),
    #[error("The cache at VITRINE_PURGE_URL did not answer within {} s.", PATIENCE.as_secs())]
    Silent,
}

/// How often the cache has been told since the program began, and how often in vain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counted {
    pub told: u64,
    pub failed: u64,
}

static TOLD: AtomicU64 = AtomicU64::new(0);
static FAILED: AtomicU64 = AtomicU64::new(0);

pub fn counted() -> Counted {
    Counted { told: TOLD.load(Ordering::Relaxed), failed: FAILED.load(Ordering::Relaxed) }
}

pub struct Purge {
    hook: PurgeHook,
    net: Net,
}

impl Purge {
    /// The address is the operator's own: it may be a private one.
    pub fn open(hook: PurgeHook) -> Self {
        Self { hook, net: Net::new(Allowed::for_webhooks("*")) }
    }

    /// Asks once for everything that others may keep.
    pub async fn ask(&self) -> Result<(), NotPurged> {
        let came = self.ask_uncounted().await;
        let count = if came.is_ok() { &TOLD } else { &FAILED };
        count.fetch_add(1, Ordering::Relaxed);
        came
    }

    async fn ask_uncounted(&self) -> Result<(), NotPurged> {
        let request = request(&self.hook).map_err(|error| NotPurged::Unreachable(error.to_string()))?;
        match timeout(PATIENCE, self.net.send(request)).await {
            Ok(Ok(answer)) => judged(answer.status()),
            Ok(Err(broken)) => Err(NotPurged::Unreachable(broken.to_string())),
            Err(_) => Err(NotPurged::Silent),
        }
    }

    /// Tells in the background that a server has started; `drain` is how long one that ends goes on answering.
    pub fn tell_of_start(self, drain: Duration) {
        tokio::spawn(async move {
            self.tell().await;
            sleep(drain + TAKING_OVER).await;
            self.tell().await;
        });
    }

    async fn tell(&self) {
        let mut pause = FIRST_PAUSE;
        for attempt in 1..=ATTEMPTS {
            match self.ask().await {
                Ok(()) => {
                    tracing::info!(tags = TAGS.join(" "), attempt, "the cache in front was told to ask again");
                    return;
                }
                Err(error @ NotPurged::Refused(_)) => {
                    tracing::error!(%error, attempt, "the cache in front was not told; what it keeps may be a day old");
                    return;
                }
                Err(error) if attempt == ATTEMPTS => {
                    tracing::error!(%error, attempt, "the cache in front was not told; `vitrine purge` tells it");
                }
                Err(error) => {
                    tracing::warn!(%error, attempt, "the cache in front was not told; it is told again");
                    sleep(pause).await;
                    pause *= 2;
                }
            }
        }
    }
}

/// The names in a header for Fastly and Varnish, and as content for Cloudflare, where a request has any.
fn request(hook: &PurgeHook) -> http::Result<Request<Bytes>> {
    let mut request = Request::builder().method(hook.method).uri(&hook.url);
    request = request.header("surrogate-key", TAGS.join(" ")).header(header::USER_AGENT, "Vitrine-Purge/1");
    if let (Some(secret), Some(headers)) = (&hook.secret, request.headers_mut()) {
        let_in(headers, secret)?;
    }
    if hook.method == Method::POST {
        let content = serde_json::json!({"tags": TAGS}).to_string();
        return request.header(header::CONTENT_TYPE, "application/json").body(content.into());
    }
    request.body(Bytes::new())
}

fn let_in(headers: &mut HeaderMap, secret: &str) -> http::Result<()> {
    for (name, value) in [("authorization", format!("Bearer {secret}")), ("fastly-key", secret.to_owned())] {
        let mut value = HeaderValue::try_from(value)?;
        value.set_sensitive(true);
        headers.insert(name, value);
    }
    Ok(())
}

fn judged(status: StatusCode) -> Result<(), NotPurged> {
    match status {
        _ if status.is_success() => Ok(()),
        StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_MANY_REQUESTS => Err(NotPurged::NotNow(status)),
        _ if status.is_server_error() => Err(NotPurged::NotNow(status)),
        _ => Err(NotPurged::Refused(status)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hook(method: &'static str) -> PurgeHook {
        PurgeHook { url: "http://127.0.0.1:6081/purge".to_owned(), method, secret: Some("s3cret".to_owned()) }
    }

    #[test]
    fn the_request_is_in_the_words_of_caches() {
        let request = request(&hook("POST")).unwrap();

        let header = |name: &str| request.headers()[name].to_str().unwrap();
        assert_eq!((request.method(), request.uri().path()), (&Method::POST, "/purge"));
        assert_eq!(header("surrogate-key"), "vitrine-site vitrine-demo vitrine-docs");
        assert_eq!((header("authorization"), header("fastly-key")), ("Bearer s3cret", "s3cret"));
        assert_eq!(&request.body()[..], br#"{"tags":["vitrine-site","vitrine-demo","vitrine-docs"]}"#);
        assert!(!format!("{request:?}").contains("s3cret"), "{request:?}");
    }

    #[test]
    fn a_method_of_caches_has_no_content() {
        for method in ["PURGE", "BAN"] {
            let request = request(&hook(method)).unwrap();
            assert_eq!((request.method().as_str(), request.body().len()), (method, 0));
        }
    }

    #[test]
    fn what_will_not_change_by_itself_is_not_tried_again() {
        let judged = |status: u16| judged(StatusCode::from_u16(status).unwrap());

        assert_eq!([judged(200), judged(204)], [Ok(()), Ok(())]);
        for status in [301, 400, 401, 403, 404, 405] {
            assert!(matches!(judged(status), Err(NotPurged::Refused(_))), "{status}");
        }
        for status in [408, 429, 500, 503] {
            assert!(matches!(judged(status), Err(NotPurged::NotNow(_))), "{status}");
        }
    }
}
