//! One HTTP call, from the request to what was said, with its time-outs and its bounds.

use std::time::{Duration, Instant};

use bytes::Bytes;
use domain::clock::Timestamp;
use http::{HeaderMap, Request, StatusCode, header};
use http_body_util::BodyExt;
use ports::writing::ProviderKind;
use serde_json::Value;
use tokio::time::timeout;
use traces::Kind;

use crate::{
    dialect::{self, Problem, Spoken},
    net::{Body, Broken, Wire},
    retry::retry_after,
    sse::Reader,
};

/// A stream that has begun and then says nothing for so long has stopped. Before its first word the limit of the whole call holds:
/// a large model on a small machine thinks before it speaks.
const SILENCE: Duration = Duration::from_secs(30);
const MOST_BYTES: usize = 2_000_000;
/// An error's body is read so far.
const ERROR_BYTES: usize = 64_000;

/// Why a call came to nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// The provider says so.
    Status {
        problem: Problem,
        retry_after: Option<Duration>,
    },
    NotAnApi(String),
    Malformed(String),
    Empty,
    TooLarge,
    Forbidden(String),
    Unreachable(String),
    /// Sent, and then the connection broke.
    Disconnected,
    Stalled,
    TimedOut,
}

/// `spoken` has what was said until it broke.
pub(crate) async fn call(
    wire: &dyn Wire,
    request: Request<Bytes>,
    kind: ProviderKind,
    limit: Duration,
    now: Timestamp,
    spoken: &mut Spoken,
) -> Result<(), Trouble> {
    let began = Instant::now();
    let came = timeout(limit, speak(wire, request, kind, now, spoken)).await.unwrap_or(Err(Trouble::TimedOut));
    let result = came.as_ref().map_or_else(Trouble::result, |()| "answered");
    traces::happened(Kind::Provider, || kind.name(), began, began.elapsed(), came.is_err(), &[("result", result.into())]);
    came
}

async fn speak(wire: &dyn Wire, request: Request<Bytes>, kind: ProviderKind, now: Timestamp, spoken: &mut Spoken) -> Result<(), Trouble> {
    let (head, body) = wire.send(request).await?.into_parts();
    let says = |kind: &str| head.headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).is_some_and(|value| value.starts_with(kind));
    if head.status.is_redirection() {
        return Err(Trouble::NotAnApi(format!("it redirects{}", target(&head.headers))));
    }
    if !head.status.is_success() {
        return Err(refused(head.status, &head.headers, body, now).await);
    }
    if says("text/event-stream") {
        return stream(body, kind, spoken).await;
    }
    let bytes = read(body, MOST_BYTES).await?;
    let text = String::from_utf8_lossy(&bytes);
    let text = text.trim_start_matches('\u{feff}').trim();
    match text.as_bytes().first() {
        None => Err(Trouble::Empty),
        Some(b'<') => Err(Trouble::NotAnApi("it answers with a web page".into())),
        // A stream under the wrong name.
        Some(b'd' | b'e' | b':') if text.starts_with("data:") || text.starts_with("event:") || text.starts_with(':') => {
            let mut reader = Reader::default();
            for event in reader.feed(&bytes).iter().chain(&reader.feed(b"\n\n")) {
                dialect::hear(kind, event, spoken).map_err(reported)?;
            }
            Ok(())
        }
        Some(_) => match serde_json::from_str::<Value>(text) {
            Ok(value) => {
                if dialect::hear_whole(kind, &value, spoken).map_err(reported)? {
                    Ok(())
                } else {
                    Err(Trouble::NotAnApi("its answer has another form".into()))
                }
            }
            Err(_) if text.starts_with('{') => Err(Trouble::Malformed("its answer is not valid JSON".into())),
            Err(_) => Err(Trouble::NotAnApi("it does not answer with JSON".into())),
        },
    }
}

async fn stream(mut body: Body, kind: ProviderKind, spoken: &mut Spoken) -> Result<(), Trouble> {
    let mut reader = Reader::default();
    let mut size = 0;
    loop {
        let frame = match size {
            0 => body.frame().await,
            _ => timeout(SILENCE, body.frame()).await.map_err(|_| Trouble::Stalled)?,
        };
        let Some(frame) = frame else { break };
        let Ok(bytes) = frame.map_err(|_| Trouble::Disconnected)?.into_data() else { continue };
        size += bytes.len();
        if size > MOST_BYTES {
            return Err(Trouble::TooLarge);
        }
        for event in reader.feed(&bytes) {
            dialect::hear(kind, &event, spoken).map_err(reported)?;
        }
        if spoken.ended {
            return Ok(());
        }
    }
    match (size, spoken.finish) {
        (0, _) => Err(Trouble::Empty),
        // Some never say that a stream is over, but why they finished.
        (_, Some(_)) => Ok(()),
        (_, None) => Err(Trouble::Disconnected),
    }
}

/// What the body of a refusal says.
async fn refused(status: StatusCode, headers: &HeaderMap, body: Body, now: Timestamp) -> Trouble {
    let bytes = read_some(body, ERROR_BYTES).await;
    let text = String::from_utf8_lossy(&bytes);
    let wait = retry_after(headers, now);
    let page = text.trim_start().starts_with('<');
    // A page with such a status comes from something that is not the provider: a proxy's own error is worth another try.
    if page && matches!(status.as_u16(), 400..=407 | 410..=428) {
        return Trouble::NotAnApi(format!("it answers with a web page and status {}", status.as_u16()));
    }
    let mut problem = match serde_json::from_str::<Value>(&text) {
        Ok(value) => dialect::problem(&value),
        Err(_) if page => Problem::default(),
        Err(_) => Problem { message: text.trim().to_owned(), ..Problem::default() },
    };
    problem.status = status.as_u16();
    Trouble::Status { problem, retry_after: wait }
}

async fn read(mut body: Body, most: usize) -> Result<Vec<u8>, Trouble> {
    let mut all = Vec::new();
    while let Some(frame) = body.frame().await {
        let Ok(bytes) = frame.map_err(|_| Trouble::Disconnected)?.into_data() else { continue };
        if all.len() + bytes.len() > most {
            return Err(Trouble::TooLarge);
        }
        all.extend_from_slice(&bytes);
    }
    Ok(all)
}

/// The beginning of a body, as far as it comes.
async fn read_some(mut body: Body, most: usize) -> Vec<u8> {
    let mut all = Vec::new();
    while let Ok(Some(Ok(frame))) = timeout(SILENCE, body.frame()).await {
        let Ok(bytes) = frame.into_data() else { continue };
        all.extend_from_slice(&bytes[..bytes.len().min(most - all.len())]);
        if all.len() == most {
            break;
        }
    }
    all
}

fn reported(problem: Problem) -> Trouble {
    Trouble::Status { problem, retry_after: None }
}

/// Where a redirect leads, without its query, which may have anything in it.
fn target(headers: &HeaderMap) -> String {
    let location = headers.get(header::LOCATION).and_then(|value| value.to_str().ok());
    location.map(|location| format!(" to {}", location.split(['?', '#']).next().unwrap_or_default())).unwrap_or_default()
}

impl Trouble {
    /// The word that a call is counted under: whether the provider would not, or could not.
    const fn result(&self) -> &'static str {
        match self {
            Self::Status { problem: Problem { status: 400..500, .. }, .. } => "refused",
            _ => "failed",
        }
    }

    /// Whether the provider had the request and may have begun to answer: that may have to be paid.
    pub(crate) const fn was_sent(&self) -> bool {
        matches!(self, Self::Disconnected | Self::Stalled | Self::TimedOut | Self::TooLarge | Self::Malformed(_) | Self::Empty)
    }
}

impl From<Broken> for Trouble {
    fn from(broken: Broken) -> Self {
        match broken {
            Broken::Forbidden(says) => Self::Forbidden(says),
            Broken::Unreachable(why) => Self::Unreachable(why),
            Broken::Lost(_) => Self::Disconnected,
        }
    }
}
