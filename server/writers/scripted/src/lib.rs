//! A provider that does as it is told, in both forms: for tests, benches, and trying things without a key.
//!
//! It answers at the addresses of OpenAI's chat completions and of Anthropic's messages as they do, streamed where that was asked
//! for. Without a script it writes something believable about the product in the question, the same each time.

mod anthropic;
mod openai;
mod pipe;
mod play;
mod product;
mod steps;

use std::{
    collections::VecDeque,
    io,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use http::{HeaderMap, Request, Response, StatusCode, header};
use http_body_util::{BodyExt, Full, combinators::UnsyncBoxBody};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::{net::TcpListener, sync::Semaphore};

pub use self::play::Play;
use self::steps::{Step, body_of};
use writers::Wire;

pub(crate) type Reply = Response<UnsyncBoxBody<Bytes, io::Error>>;

/// The provider with its script and what it has seen.
#[derive(Default)]
pub struct Scripted {
    plays: Mutex<VecDeque<Play>>,
    /// What it does when the script is at its end.
    pub usual: Usual,
    seen: Mutex<Vec<Seen>>,
    count: AtomicU64,
}

/// Good answers, with a delay and now and then a failure.
#[derive(Clone, Debug, Default)]
pub struct Usual {
    pub delay: Duration,
    /// Where there are some, as many answers come as it has permits: the others wait until more are given.
    pub permits: Option<Arc<Semaphore>>,
    /// A status, and how often it comes, in 0 to 1.
    pub failures: Vec<(u16, f64)>,
}

/// A request as it came.
#[derive(Clone, Debug)]
pub struct Seen {
    pub path: String,
    pub headers: HeaderMap,
    pub body: Value,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    OpenAi,
    Anthropic,
}

impl Scripted {
    /// Does these one after another, and then what is usual.
    pub fn new(plays: impl IntoIterator<Item = Play>) -> Arc<Self> {
        Arc::new(Self { plays: Mutex::new(plays.into_iter().collect()), ..Self::default() })
    }

    pub fn usually(usual: Usual) -> Arc<Self> {
        Arc::new(Self { usual, ..Self::default() })
    }

    /// A way to it without a network, so that time can be paused.
    pub fn wire(self: &Arc<Self>) -> Arc<dyn Wire> {
        Arc::new(pipe::Pipe(Arc::clone(self)))
    }

    /// Answers at a port until whoever waits for it stops.
    pub async fn listen(self: Arc<Self>, listener: TcpListener) -> io::Result<()> {
        loop {
            let (stream, _) = listener.accept().await?;
            stream.set_nodelay(true)?;
            tokio::spawn(Arc::clone(&self).serve(TokioIo::new(stream)));
        }
    }

    /// Every request so far.
    pub fn seen(&self) -> Vec<Seen> {
        lock(&self.seen).clone()
    }

    pub(crate) async fn serve<T: hyper::rt::Read + hyper::rt::Write + Unpin + Send + 'static>(self: Arc<Self>, connection: T) {
        let service = service_fn(move |request| Arc::clone(&self).answer(request));
        if let Err(error) = http1::Builder::new().serve_connection(connection, service).await {
            tracing::debug!(%error, "a connection of the scripted provider ended");
        }
    }

    async fn answer(self: Arc<Self>, request: Request<Incoming>) -> Result<Reply, io::Error> {
        let (head, body) = request.into_parts();
        let bytes = body.collect().await.map_err(io::Error::other)?.to_bytes();
        let body: Value = serde_json::from_slice(&bytes).unwrap_or_default();
        let path = head.uri.path_and_query().map(ToString::to_string).unwrap_or_default();
        let form = match head.uri.path() {
            path if path.ends_with("/chat/completions") => Form::OpenAi,
            path if path.ends_with("/v1/messages") => Form::Anthropic,
            _ => return Ok(whole(StatusCode::NOT_FOUND, "application/json", &[], r#"{"error":"not found"}"#.to_owned())),
        };
        let play = self.next_play(&bytes);
        let wrong = form.objection(&head.headers, &body);
        lock(&self.seen).push(Seen { path, headers: head.headers, body: body.clone() });
        if let Some((status, message)) = wrong {
            return Ok(form.refusal(status, &[], "", "", message));
        }
        self.perform(play, form, &body).await
    }

    async fn perform(&self, play: Play, form: Form, body: &Value) -> Result<Reply, io::Error> {
        let text = product::written(body);
        let pause = Duration::ZERO;
        match play {
            Play::Good => {
                if !self.usual.delay.is_zero() {
                    tokio::time::sleep(self.usual.delay).await;
                }
                if let Some(permits) = &self.usual.permits {
                    permits.acquire().await.map_err(io::Error::other)?.forget();
                }
                Ok(form.says(body, &text, "stop", pause))
            }
            Play::Says(text) => Ok(form.says(body, &text, "stop", pause)),
            Play::Whole => Ok(form.says_whole(body, &text, "stop")),
            Play::Drips(pause) => Ok(form.says(body, &text, "stop", pause)),
            Play::CutOff(text) => Ok(form.says(body, &text, "length", pause)),
            Play::Declines(text) => Ok(form.declines(body, &text)),
            Play::Fails { status, retry_after } => {
                let headers: Vec<(&'static str, String)> = retry_after.into_iter().map(|wait| ("retry-after", wait)).collect();
                Ok(form.refusal(status, &headers, "", "", ""))
            }
            Play::Refuses { status, code, param, message } => Ok(form.refusal(status, &[], code, param, message)),
            Play::Page { status, body } => Ok(whole(status_of(status), "text/html; charset=utf-8", &[], body)),
            Play::Raw { content_type, body } => Ok(whole(StatusCode::OK, content_type, &[], body)),
            Play::Redirects(to) => Ok(whole(StatusCode::FOUND, "text/plain", &[("location", to)], String::new())),
            Play::Stalls => Ok(form.breaks(body, &text, Step::Stall)),
            Play::Disconnects => Ok(form.breaks(body, &text, Step::Break)),
            Play::BreaksWith(kind) => Ok(form.breaks(body, &text, Step::Send(form.error_event(kind)))),
            Play::HangsUp | Play::Unreachable => Err(io::Error::other("as the script says")),
            Play::NeverAnswers => std::future::pending().await,
        }
    }

    fn next_play(&self, request: &[u8]) -> Play {
        if let Some(play) = lock(&self.plays).pop_front() {
            return play;
        }
        let count = self.count.fetch_add(1, Ordering::Relaxed);
        let mut dice = play::dice(count, request.len() as u64);
        for (status, share) in &self.usual.failures {
            if dice < *share {
                return Play::Fails { status: *status, retry_after: (*status == 429).then(|| "1".to_owned()) };
            }
            dice -= share;
        }
        Play::Good
    }

    /// Whether the next connection is to come to nothing.
    pub(crate) fn refuses_connection(&self) -> bool {
        let mut plays = lock(&self.plays);
        let refuses = matches!(plays.front(), Some(Play::Unreachable));
        if refuses {
            plays.pop_front();
        }
        refuses
    }
}

impl Form {
    /// What the real one would not take.
    fn objection(self, headers: &HeaderMap, body: &Value) -> Option<(u16, &'static str)> {
        let messages = body["messages"].as_array().is_some_and(|messages| !messages.is_empty());
        match self {
            _ if !body["model"].is_string() || !messages => Some((400, "model and messages are required")),
            Self::Anthropic if !headers.contains_key("anthropic-version") => Some((400, "anthropic-version: header is required")),
            Self::Anthropic if !headers.contains_key("x-api-key") => Some((401, "x-api-key header is required")),
            Self::Anthropic if !body["max_tokens"].is_u64() => Some((400, "max_tokens: Field required")),
            _ => None,
        }
    }

    fn says(self, body: &Value, text: &str, finish: &str, pause: Duration) -> Reply {
        if body["stream"] != true {
            return self.says_whole(body, text, finish);
        }
        stream(match self {
            Self::OpenAi => openai::stream(body, text, "", finish, pause),
            Self::Anthropic => anthropic::stream(body, text, finish, pause),
        })
    }

    fn says_whole(self, body: &Value, text: &str, finish: &str) -> Reply {
        let answer = match self {
            Self::OpenAi => openai::whole(body, text, finish),
            Self::Anthropic => anthropic::whole(body, text, finish),
        };
        whole(StatusCode::OK, "application/json", &[], answer.to_string())
    }

    fn declines(self, body: &Value, text: &str) -> Reply {
        stream(match self {
            Self::OpenAi => openai::stream(body, "", text, "stop", Duration::ZERO),
            Self::Anthropic => anthropic::stream(body, text, "refusal", Duration::ZERO),
        })
    }

    /// Half an answer, and then something else.
    fn breaks(self, body: &Value, text: &str, then: Step) -> Reply {
        let mut steps = match self {
            Self::OpenAi => openai::stream(body, text, "", "stop", Duration::ZERO),
            Self::Anthropic => anthropic::stream(body, text, "stop", Duration::ZERO),
        };
        steps.truncate(steps.len() / 2);
        // What was sent before the end gets through before it.
        steps.extend([Step::Pause(Duration::from_millis(20)), then]);
        stream(steps)
    }

    fn error_event(self, kind: &str) -> Bytes {
        match self {
            Self::OpenAi => openai::error_event(kind),
            Self::Anthropic => anthropic::error_event(kind),
        }
    }

    fn refusal(self, status: u16, headers: &[(&'static str, String)], code: &str, param: &str, message: &str) -> Reply {
        let body = match self {
            Self::OpenAi => openai::refusal(status, code, param, message),
            Self::Anthropic => anthropic::refusal(status, message),
        };
        whole(status_of(status), "application/json", headers, body.to_string())
    }
}

fn status_of(status: u16) -> StatusCode {
    StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

fn stream(steps: Vec<Step>) -> Reply {
    let mut reply = Response::new(body_of(steps));
    reply.headers_mut().insert(header::CONTENT_TYPE, header::HeaderValue::from_static("text/event-stream; charset=utf-8"));
    reply
}

fn whole(status: StatusCode, content_type: &'static str, headers: &[(&'static str, String)], body: String) -> Reply {
    let mut reply = Response::new(Full::new(Bytes::from(body)).map_err(|never| match never {}).boxed_unsync());
    *reply.status_mut() = status;
    reply.headers_mut().insert(header::CONTENT_TYPE, header::HeaderValue::from_static(content_type));
    for (name, value) in headers {
        if let Ok(value) = value.parse() {
            reply.headers_mut().insert(*name, value);
        }
    }
    reply
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
