//! One attempt: a request, and what the receiver makes of it. No redirect is followed, and of the answer only the beginning is read.

use std::time::{Duration, Instant};

use bytes::Bytes;
use domain::{clock::Clock, ids::DeliveryId};
use http::{Request, StatusCode, header};
use http_body_util::BodyExt;
use tokio::time::timeout;
use traces::Kind;
use writers::{Body, Broken, Wire, retry_after};

use super::{
    body::message_id,
    sign::{Key, signatures},
};

/// So much of an answer is kept.
const ANSWER_BYTES: usize = 1_000;
/// What was answered counts once its head is there; its beginning may take this long.
const ANSWER_PATIENCE: Duration = Duration::from_secs(2);

pub(super) struct Attempt {
    pub(super) status: Option<u16>,
    pub(super) milliseconds: u32,
    /// The beginning of the answer, or why there is none.
    pub(super) answer: String,
    pub(super) came: Came,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Came {
    Delivered,
    Failed {
        retry_after: Option<Duration>,
        /// It is the receiver as a whole that asks to be left alone.
        busy: bool,
    },
    /// The receiver wants nothing more, ever.
    Gone,
}

pub(super) async fn attempt(wire: &dyn Wire, clock: &dyn Clock, patience: Duration, url: &str, keys: &[Key], id: DeliveryId, body: &str) -> Attempt {
    let began = Instant::now();
    let (status, answer, came) = match request(clock, url, keys, id, body) {
        Ok(request) => match timeout(patience, wire.send(request)).await {
            Ok(Ok(response)) => {
                let (head, body) = response.into_parts();
                let came = judged(head.status, retry_after(&head.headers, clock.now()));
                let redirects = head.status.is_redirection().then_some("It redirects, which is not followed. Enter the address that it leads to. ");
                (Some(head.status.as_u16()), format!("{}{}", redirects.unwrap_or_default(), beginning(body).await), came)
            }
            Ok(Err(Broken::Forbidden(sentence))) => (None, sentence, FAILED),
            Ok(Err(Broken::Unreachable(why))) => (None, format!("It could not be reached: {why}."), FAILED),
            Ok(Err(Broken::Lost(why))) => (None, format!("The connection broke before it answered: {why}."), FAILED),
            Err(_) => (None, format!("It did not answer within {} seconds.", patience.as_secs().max(1)), FAILED),
        },
        Err(error) => (None, format!("Nothing can be sent to this address: {error}."), FAILED),
    };
    let took = began.elapsed();
    let failed = matches!(came, Came::Failed { .. });
    let result = match (&came, status) {
        (Came::Delivered, _) => "answered",
        (Came::Gone, _) | (_, Some(400..500)) => "refused",
        (Came::Failed { .. }, _) => "failed",
    };
    let notes = [("status", status.map_or(0_u32, u32::from).into()), ("result", result.into())];
    traces::happened(Kind::Provider, || "a receiver", began, took, failed, &notes);
    Attempt { status, milliseconds: u32::try_from(took.as_millis()).unwrap_or(u32::MAX), answer, came }
}

const FAILED: Came = Came::Failed { retry_after: None, busy: false };

fn request(clock: &dyn Clock, url: &str, keys: &[Key], id: DeliveryId, body: &str) -> Result<Request<Bytes>, http::Error> {
    // Each attempt says when it is made, as receivers refuse what is old.
    let seconds = clock.now().micros().div_euclid(1_000_000);
    let id = message_id(id);
    let mut request = Request::post(url);
    if let Some(parent) = traces::parent() {
        // Ids that were made by chance: a receiver that measures itself can say which of its answers this was.
        request = request.header("traceparent", parent.to_string());
    }
    request
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::USER_AGENT, "Vitrine-Webhooks/1")
        .header("webhook-timestamp", seconds)
        .header("webhook-signature", signatures(keys, &id, seconds, body))
        .header("webhook-id", id)
        .body(Bytes::copy_from_slice(body.as_bytes()))
}

fn judged(status: StatusCode, retry_after: Option<Duration>) -> Came {
    match status {
        status if status.is_success() => Came::Delivered,
        StatusCode::GONE => Came::Gone,
        StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE => Came::Failed { retry_after, busy: true },
        _ => Came::Failed { retry_after, busy: false },
    }
}

/// The beginning of a body as text, as far as it comes. The rest is not read: the connection is closed.
async fn beginning(mut body: Body) -> String {
    let mut bytes = Vec::new();
    let read = async {
        while bytes.len() < ANSWER_BYTES
            && let Some(Ok(frame)) = body.frame().await
        {
            if let Ok(data) = frame.into_data() {
                bytes.extend_from_slice(&data[..data.len().min(ANSWER_BYTES - bytes.len())]);
            }
        }
    };
    // What has not come by then is not waited for.
    let _ = timeout(ANSWER_PATIENCE, read).await;
    shown(&bytes)
}

/// Without what a page or a terminal would take for more than text.
fn shown(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    text.chars().map(|letter| if letter.is_control() && !matches!(letter, '\n' | '\t') { ' ' } else { letter }).collect::<String>().trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_judged_by_its_status() {
        let judged = |status: u16| judged(StatusCode::from_u16(status).unwrap(), Some(Duration::from_secs(7)));

        assert_eq!([judged(200), judged(204), judged(299)], [Came::Delivered, Came::Delivered, Came::Delivered]);
        assert_eq!(judged(410), Came::Gone);
        for (status, busy) in [(301, false), (400, false), (404, false), (429, true), (500, false), (503, true)] {
            assert_eq!(judged(status), Came::Failed { retry_after: Some(Duration::from_secs(7)), busy }, "{status}");
        }
    }

    #[test]
    fn an_answer_is_kept_as_text() {
        assert_eq!(shown(b"  <b>no\0\x1b[31m\r\nat all \xff "), "<b>no  [31m \nat all \u{fffd}");
    }

    #[tokio::test]
    async fn a_receiver_is_told_the_trace_and_nobody_is_where_there_is_none() {
        struct Stopped;
        impl Clock for Stopped {
            fn now(&self) -> domain::clock::Timestamp {
                domain::clock::Timestamp::from_micros(7_000_000)
            }
        }
        let tracer = traces::Tracer::new(traces::Options::default(), [7; 24], |_| {});
        let begin =
            traces::Begin { kind: Kind::Job, method: None, route: "webhook delivery", parent: None, at: 1, began: Instant::now(), slow: None };
        let recording = tracer.begin(begin);
        let made = || request(&Stopped, "https://example.com/", &[], DeliveryId(uuid::Uuid::from_u128(1)), "{}").unwrap();

        let told = recording.scope(async { made() }).await;

        let traceparent = |request: &Request<Bytes>| request.headers().get("traceparent").map(|value| value.to_str().unwrap().to_owned());
        assert_eq!((traceparent(&told), traceparent(&made())), (recording.response().map(|parent| parent.to_string()), None));
    }
}
