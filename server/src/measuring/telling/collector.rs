//! The way to a collector: the client that providers are asked with. The address is the operator's own, and may be a private one.

use std::time::{Duration, UNIX_EPOCH};

use axum::{
    body::Bytes,
    http::{HeaderMap, Request, header},
};
use domain::clock::Clock;
use traces::export::{Carry, NotSent, retry_after};
use writers::{Allowed, Net, Wire};

use crate::SystemClock;

pub(super) struct Collector {
    url: String,
    net: Net,
}

impl Collector {
    /// `url` has no slash at its end.
    pub(super) fn at(url: &str) -> Self {
        Self { url: url.to_owned(), net: Net::new(Allowed::for_webhooks("*")) }
    }
}

impl Carry for Collector {
    async fn carry(&self, path: &'static str, body: Bytes) -> Result<(), NotSent> {
        let request = Request::post(format!("{}{path}", self.url))
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::USER_AGENT, "Vitrine-OTLP/1")
            .body(body)
            .map_err(|error| NotSent::unanswered(error.to_string()))?;
        let answer = self.net.send(request).await.map_err(|broken| NotSent::unanswered(broken.to_string()))?;
        let status = answer.status();
        if status.is_success() {
            return Ok(());
        }
        Err(NotSent { status: Some(status.as_u16()), retry_after: wait(answer.headers()), why: format!("The collector answered {status}.") })
    }
}

fn wait(headers: &HeaderMap) -> Option<Duration> {
    let now = UNIX_EPOCH + Duration::from_micros(u64::try_from(SystemClock.now().micros()).unwrap_or(0));
    retry_after(headers.get(header::RETRY_AFTER)?.to_str().ok()?, now)
}

#[cfg(test)]
mod tests {
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        net::TcpListener,
        task::JoinHandle,
    };

    use super::*;

    /// Answers one request, and gives what it was.
    async fn answering(with: &'static str) -> (Collector, JoinHandle<String>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let collector = Collector::at(&format!("http://{}/otlp", listener.local_addr().unwrap()));
        let asked = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut request = Vec::new();
            while !request.ends_with(b"{\"a\":1}") {
                stream.read_buf(&mut request).await.unwrap();
            }
            stream.write_all(with.as_bytes()).await.unwrap();
            String::from_utf8(request).unwrap()
        });
        (collector, asked)
    }

    async fn carried(collector: &Collector) -> Result<(), NotSent> {
        collector.carry("/v1/traces", Bytes::from_static(b"{\"a\":1}")).await
    }

    #[tokio::test]
    async fn a_body_goes_to_the_path_of_its_signal_as_json() {
        let (collector, asked) = answering("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}").await;

        assert_eq!(carried(&collector).await, Ok(()));
        let asked = asked.await.unwrap();
        assert!(asked.starts_with("POST /otlp/v1/traces HTTP/1.1\r\n") && asked.contains("content-type: application/json\r\n"), "{asked}");
    }

    #[tokio::test]
    async fn a_refusal_says_how_long_to_wait_and_nobody_says_why() {
        let (collector, asked) = answering("HTTP/1.1 503 Service Unavailable\r\nretry-after: 7\r\ncontent-length: 0\r\n\r\n").await;

        let refused = carried(&collector).await.unwrap_err();
        asked.await.unwrap();
        let gone = carried(&collector).await.unwrap_err();

        assert_eq!((refused.status, refused.retry_after), (Some(503), Some(Duration::from_secs(7))));
        assert_eq!((gone.status, gone.retry_after), (None, None));
    }
}
