//! A clock, receivers that answer as they are told to and end when they are dropped, and what stands between.

use std::{
    collections::VecDeque,
    sync::{
        Arc, Mutex,
        atomic::{AtomicI64, AtomicU32, Ordering},
    },
    time::Duration,
};

use alerting::{Alerting, Answer, Channel, Limits, Mail, MemoryOutbox, NewMessage, Outbox, Outgoing, Parts, Post, Secret, Unsent, Way, Written};
use alerts::{Ask, Rule, Severity, Site};
use async_trait::async_trait;
use domain::clock::{Clock, Timestamp};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::{JoinHandle, JoinSet},
    time::{Instant, sleep, timeout},
};

pub const START: Timestamp = Timestamp::from_micros(1_760_000_000_000_000);

/// No story takes longer, whatever hangs.
pub async fn story<T>(told: impl Future<Output = T>) -> T {
    timeout(Duration::from_secs(20), told).await.expect("the story takes too long")
}

/// The same of one that has days, in paused time.
pub async fn days<T>(told: impl Future<Output = T>) -> T {
    timeout(Duration::from_hours(24 * 30), told).await.expect("the story takes too long")
}

/// Goes with tokio's time, and can be set.
pub struct TestClock {
    began: Instant,
    ahead: AtomicI64,
}

impl TestClock {
    pub fn new() -> Arc<Self> {
        Arc::new(Self { began: Instant::now(), ahead: AtomicI64::new(0) })
    }

    pub fn set(&self, seconds: i64) {
        self.ahead.fetch_add(seconds, Ordering::SeqCst);
    }
}

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        let passed = i64::try_from(self.began.elapsed().as_micros()).unwrap();
        Timestamp::from_micros(START.micros() + passed).plus_seconds(self.ahead.load(Ordering::SeqCst))
    }
}

/// For what hangs: a story waits for it.
pub const SHORT: Duration = Duration::from_millis(400);

/// For what answers: long enough for a machine that has something else to do.
pub fn patient() -> Limits {
    Limits { attempt: Duration::from_secs(5), look: Duration::from_millis(10), pause: Duration::from_millis(10), ..Limits::default() }
}

pub fn site() -> Site {
    Site::new("https://vitrine.example.com", "/speed/alerts")
}

pub fn webhook(name: &str, url: &str) -> Channel {
    Channel { name: name.into(), way: Way::Webhook { url: Secret::new(url) }, least: Severity::Note }
}

pub fn parts(outbox: Arc<dyn Outbox>, post: Arc<dyn Post>, clock: Arc<dyn Clock>, channels: Vec<Channel>) -> Parts {
    Parts {
        outbox,
        measures: Arc::new(Nothing),
        post,
        clock,
        chance: Arc::new(|| 0.5),
        rules: Vec::new(),
        channels,
        site: site(),
        holder: "process".into(),
        limits: patient(),
    }
}

/// With some messages to a channel in it.
pub async fn outbox_with(now: Timestamp, channel: &str, ids: &[&str]) -> Arc<MemoryOutbox> {
    let outbox = Arc::new(MemoryOutbox::default());
    outbox.begin_round("round", now, 90, 60).await.unwrap();
    let message = |id: &&str| NewMessage {
        id: (*id).into(),
        channel: channel.into(),
        subject: format!("Subject of {id}"),
        body: "a < b & <!channel>\n".into(),
    };
    let written = Written { messages: ids.iter().map(message).collect(), ..Written::default() };
    assert!(outbox.end_round("round", now, &written).await.unwrap());
    outbox
}

struct Nothing;

#[async_trait]
impl alerting::Measures for Nothing {
    async fn measure(&self, _: &Ask, _: Timestamp) -> Result<Vec<alerting::Measured>, alerting::Sentence> {
        Ok(Vec::new())
    }
}

/// The network, as bare as can be: HTTP/1.1 without TLS, a connection a request.
pub struct Bare;

#[async_trait]
impl Post for Bare {
    async fn post(&self, request: Outgoing<'_>) -> Result<Answer, Unsent> {
        bare(request).await.map_err(|error| Unsent::Failed(error.to_string()))
    }
}

async fn bare(request: Outgoing<'_>) -> std::io::Result<Answer> {
    let (host, path) = request.url.strip_prefix("http://").unwrap().split_once('/').unwrap();
    let mut stream = TcpStream::connect(host).await?;
    let headers: Vec<_> = request.headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    let headers = headers.concat();
    let head = format!("POST /{path} HTTP/1.1\r\nhost: {host}\r\n{headers}content-length: {}\r\n\r\n", request.body.len());
    stream.write_all(format!("{head}{}", request.body).as_bytes()).await?;
    let mut came = Vec::new();
    let end = loop {
        if let Some(end) = came.windows(4).position(|window| window == b"\r\n\r\n") {
            break end;
        }
        if stream.read_buf(&mut came).await? == 0 {
            return Err(std::io::Error::other("connection closed"));
        }
    };
    let head = String::from_utf8_lossy(&came[..end]).into_owned();
    let mut body = came.split_off(end + 4);
    // As much as comes soon.
    let _ = timeout(Duration::from_millis(50), stream.read_buf(&mut body)).await;
    Ok(Answer {
        status: head.split(' ').nth(1).and_then(|status| status.parse().ok()).ok_or_else(|| std::io::Error::other("no status"))?,
        retry_after: head.lines().find_map(|line| line.strip_prefix("retry-after: ")).map(str::to_owned),
        beginning: String::from_utf8_lossy(&body).into_owned(),
    })
}

/// A channel in memory that answers as it is told to, for stories of days.
#[derive(Default)]
pub struct Scripted {
    pub answers: Mutex<VecDeque<u16>>,
    /// What it answers when nothing is left.
    pub usual: AtomicU32,
    pub heard: Mutex<Vec<(String, String)>>,
}

impl Scripted {
    pub fn usually(status: u32) -> Arc<Self> {
        Arc::new(Self { usual: AtomicU32::new(status), ..Self::default() })
    }

    pub fn answer_from_now_on(&self, status: u32) {
        self.usual.store(status, Ordering::SeqCst);
    }

    /// First lines of what was answered with 200.
    pub fn taken(&self) -> Vec<String> {
        self.heard.lock().unwrap().iter().map(|(_, text)| text.lines().next().unwrap_or_default().to_owned()).collect()
    }
}

#[async_trait]
impl Post for Scripted {
    async fn post(&self, request: Outgoing<'_>) -> Result<Answer, Unsent> {
        let status = self.answers.lock().unwrap().pop_front().unwrap_or(self.usual.load(Ordering::SeqCst) as u16);
        if status == 0 {
            return std::future::pending().await;
        }
        if status == 200 {
            let body: serde_json::Value = serde_json::from_str(request.body).unwrap();
            self.heard.lock().unwrap().push((request.url.to_owned(), body["text"].as_str().unwrap().to_owned()));
        }
        Ok(Answer { status, retry_after: None, beginning: String::new() })
    }
}

/// Something that listens until it is dropped, with all its connections.
pub struct Listening {
    pub port: u16,
    task: JoinHandle<()>,
}

impl Listening {
    pub async fn new<F: Future<Output = std::io::Result<()>> + Send + 'static>(serve: impl Fn(TcpStream) -> F + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let task = tokio::spawn(async move {
            // What breaks is for the other side to find out.
            let mut connections = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                connections.spawn(serve(stream));
            }
        });
        Self { port, task }
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// A port on which nobody listens.
pub async fn nobody() -> u16 {
    TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port()
}

/// Writes a byte at a time, for ever so long.
pub async fn drip(stream: &mut TcpStream, text: &str) -> std::io::Result<()> {
    for byte in text.as_bytes() {
        stream.write_all(&[*byte]).await?;
        sleep(Duration::from_millis(30)).await;
    }
    Ok(())
}

pub fn alerting(parts: Parts, mail: Option<Mail>) -> Alerting {
    Alerting::new(parts, mail)
}

/// A rule that fires at once above 1, by some subject.
pub fn rule(id: &str) -> Rule {
    let mut rule = alerts::builtin().into_iter().find(|rule| rule.id == "budget").unwrap();
    (rule.id, rule.group) = (id.into(), id.into());
    (rule.for_minutes, rule.clear_minutes) = (0, 0);
    rule
}
