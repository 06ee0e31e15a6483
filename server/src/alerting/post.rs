//! What goes out to webhooks of alerts: over the way that all webhooks take, so that it goes to no address that they may not go to.

use std::{sync::Arc, time::Duration};

use ::alerting::{Answer, Outgoing, Post, Unsent};
use async_trait::async_trait;
use axum::{
    body::{Body, Bytes},
    http::{Request, header},
};
use futures::StreamExt;
use tokio::time::timeout;
use writers::{Broken, Wire};

pub(super) struct Out(pub(super) Arc<dyn Wire>);

/// So much of an answer is read, for people.
const BEGINNING: usize = 500;
/// What was answered counts once its head is there; its beginning may take this long.
const PATIENCE: Duration = Duration::from_secs(2);

#[async_trait]
impl Post for Out {
    async fn post(&self, request: Outgoing<'_>) -> Result<Answer, Unsent> {
        let mut asked = Request::post(request.url);
        for (name, value) in request.headers {
            asked = asked.header(*name, *value);
        }
        let asked = asked.body(Bytes::copy_from_slice(request.body.as_bytes())).map_err(|error| {
            Unsent::Forbidden(format!("Nothing can be sent to this address: {error}. Write it like https://hooks.example.com/services/abc."))
        })?;
        // Whoever has the address of a webhook may write there: it is shown to nobody.
        let without = |sentence: String| sentence.replace(request.url, "The address");
        match self.0.send(asked).await {
            Ok(answer) => {
                let (head, body) = answer.into_parts();
                let retry_after = head.headers.get(header::RETRY_AFTER).and_then(|value| value.to_str().ok()).map(str::to_owned);
                Ok(Answer { status: head.status.as_u16(), retry_after, beginning: beginning(Body::new(body)).await })
            }
            Err(Broken::Forbidden(sentence)) => Err(Unsent::Forbidden(without(sentence))),
            Err(Broken::Unreachable(why) | Broken::Lost(why)) => Err(Unsent::Failed(without(why))),
        }
    }
}

/// As far as it comes. The rest is not read: the connection is closed.
async fn beginning(body: Body) -> String {
    let mut pieces = body.into_data_stream();
    let mut bytes = Vec::new();
    let read = async {
        while bytes.len() < BEGINNING
            && let Some(Ok(piece)) = pieces.next().await
        {
            bytes.extend_from_slice(&piece[..piece.len().min(BEGINNING - bytes.len())]);
        }
    };
    let _ = timeout(PATIENCE, read).await;
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use axum::http::Response;
    use http_body_util::BodyExt;

    use super::*;

    /// Answers always the same, or not at all.
    struct Says(Result<(u16, &'static str, Vec<u8>), Broken>);

    #[async_trait]
    impl Wire for Says {
        async fn send(&self, request: Request<Bytes>) -> Result<Response<writers::Body>, Broken> {
            assert_eq!((request.method().as_str(), request.headers()["webhook-id"].to_str().unwrap()), ("POST", "r1-ops-0"));
            let (status, retry_after, body) = self.0.clone()?;
            let body = http_body_util::Full::new(Bytes::from(body)).map_err(|never| match never {}).boxed_unsync();
            Ok(Response::builder().status(status).header(header::RETRY_AFTER, retry_after).body(body).unwrap())
        }
    }

    async fn posted(says: Says, url: &str) -> Result<Answer, Unsent> {
        Out(Arc::new(says)).post(Outgoing { url, headers: &[("webhook-id", "r1-ops-0")], body: "{}" }).await
    }

    #[tokio::test]
    async fn an_answer_is_its_head_and_the_beginning_of_its_body() {
        let answer = posted(Says(Ok((503, "30", vec![b'x'; 10_000]))), "https://hooks.example.com/a").await.unwrap();

        assert_eq!((answer.status, answer.retry_after.as_deref(), answer.beginning.len()), (503, Some("30"), BEGINNING));
    }

    #[tokio::test]
    async fn what_the_guard_refuses_and_what_is_no_address_is_said_with_what_to_do() {
        let refused = posted(Says(Err(Broken::Forbidden("No.".into()))), "https://10.0.0.1/").await;
        let unreachable = posted(Says(Err(Broken::Unreachable("refused".into()))), "https://hooks.example.com/").await;
        let odd = posted(Says(Err(Broken::Lost(String::new()))), "not an address").await;

        assert_eq!((refused, unreachable), (Err(Unsent::Forbidden("No.".into())), Err(Unsent::Failed("refused".into()))));
        assert!(matches!(odd, Err(Unsent::Forbidden(sentence)) if sentence.contains("Write it like")));
    }
}
