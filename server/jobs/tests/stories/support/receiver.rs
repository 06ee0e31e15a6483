//! A program that is told of changes, over real HTTP, and answers as it is told to.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use serde_json::Value;
use sha2::Sha256;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};

pub struct Receiver {
    pub url: String,
    shared: Arc<Shared>,
    listening: JoinHandle<()>,
}

/// A request as it came.
#[derive(Clone, Debug)]
pub struct Heard {
    pub headers: HashMap<String, String>,
    pub raw: String,
    pub body: Value,
    pub at: Instant,
    /// Whether it was answered with 2xx.
    pub taken: bool,
}

#[derive(Clone, Debug)]
pub enum Reply {
    Status(u16),
    /// With further headers, each with its end of line.
    With(u16, String),
    After(Duration, u16),
    /// A body that never ends.
    Endless,
    /// Nothing, for ever.
    Silence,
    /// The connection breaks.
    Broken,
}

type Script = Box<dyn Fn(&Heard, usize) -> Reply + Send + Sync>;

struct Shared {
    script: Script,
    heard: Mutex<Vec<Heard>>,
    /// How many are being answered, by product, and the most there ever were of one.
    busy: Mutex<(HashMap<String, usize>, usize)>,
}

impl Receiver {
    pub async fn usual() -> Self {
        Self::new(|_, _| Reply::Status(204)).await
    }

    /// `script` says how the request with a number (from 0) is answered.
    pub async fn new(script: impl Fn(&Heard, usize) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hook?key=1", listener.local_addr().unwrap());
        let shared = Arc::new(Shared { script: Box::new(script), heard: Mutex::default(), busy: Mutex::default() });
        let serving = Arc::clone(&shared);
        let listening = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let serving = Arc::clone(&serving);
                // What breaks is for the other side to find out.
                tokio::spawn(async move { serving.serve(stream).await.ok() });
            }
        });
        Self { url, shared, listening }
    }

    /// All requests so far, in the order they came.
    pub fn heard(&self) -> Vec<Heard> {
        self.shared.heard.lock().unwrap().clone()
    }

    /// What was taken, once it is as expected.
    pub async fn until(&self, expected: impl Fn(&[Heard]) -> bool) -> Vec<Heard> {
        let patience = Instant::now() + Duration::from_mins(1);
        loop {
            let heard = self.heard();
            if expected(&heard) {
                return heard;
            }
            assert!(Instant::now() < patience, "waited too long; {} were heard: {:?}", heard.len(), heard.last());
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    pub async fn until_taken(&self, count: usize) -> Vec<Heard> {
        self.until(|heard| heard.iter().filter(|heard| heard.taken).count() >= count).await
    }

    /// The most of one product that were being answered at once.
    pub fn most_of_one(&self) -> usize {
        self.shared.busy.lock().unwrap().1
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.listening.abort();
    }
}

impl Shared {
    async fn serve(&self, mut stream: TcpStream) -> std::io::Result<()> {
        stream.set_nodelay(true)?;
        let mut bytes = Vec::new();
        loop {
            let head = loop {
                if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
                    break end;
                }
                if stream.read_buf(&mut bytes).await? == 0 {
                    return Ok(());
                }
            };
            let headers: HashMap<String, String> = String::from_utf8_lossy(&bytes[..head])
                .lines()
                .skip(1)
                .filter_map(|line| line.split_once(": ").map(|(name, value)| (name.to_lowercase(), value.to_owned())))
                .collect();
            let length: usize = headers.get("content-length").and_then(|length| length.parse().ok()).unwrap_or_default();
            while bytes.len() < head + 4 + length {
                if stream.read_buf(&mut bytes).await? == 0 {
                    return Ok(());
                }
            }
            let raw = String::from_utf8_lossy(&bytes[head + 4..head + 4 + length]).into_owned();
            bytes.drain(..head + 4 + length);
            self.answer(&mut stream, headers, raw).await?;
        }
    }

    async fn answer(&self, stream: &mut TcpStream, headers: HashMap<String, String>, raw: String) -> std::io::Result<()> {
        let body: Value = serde_json::from_str(&raw).unwrap();
        let heard = Heard { headers, body, raw, at: Instant::now(), taken: false };
        let (number, reply) = {
            let mut all = self.heard.lock().unwrap();
            let reply = (self.script)(&heard, all.len());
            let taken = matches!(reply, Reply::Status(200..=299) | Reply::With(200..=299, _) | Reply::After(_, 200..=299) | Reply::Endless);
            all.push(Heard { taken, ..heard.clone() });
            (all.len() - 1, reply)
        };
        let product = heard.body["product"]["id"].as_str().map_or_else(|| format!("none {number}"), str::to_owned);
        {
            let (busy, most) = &mut *self.busy.lock().unwrap();
            let now = busy.entry(product.clone()).or_default();
            *now += 1;
            *most = (*most).max(*now);
        }
        let done = || *self.busy.lock().unwrap().0.entry(product.clone()).or_default() -= 1;
        match reply {
            Reply::Status(status) => {
                done();
                respond(stream, status, "").await
            }
            Reply::With(status, headers) => {
                done();
                respond(stream, status, &headers).await
            }
            Reply::After(delay, status) => {
                tokio::time::sleep(delay).await;
                done();
                respond(stream, status, "").await
            }
            Reply::Endless => {
                done();
                stream.write_all(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n").await?;
                loop {
                    stream.write_all(b"10\r\n<b>and on and on\r\n").await?;
                }
            }
            Reply::Silence => {
                tokio::time::sleep(Duration::from_hours(1)).await;
                Ok(())
            }
            Reply::Broken => {
                done();
                Err(std::io::Error::other("broken off"))
            }
        }
    }
}

async fn respond(stream: &mut TcpStream, status: u16, headers: &str) -> std::io::Result<()> {
    let body = if status == 204 { "" } else { "<b>So it is" };
    let length = if status == 204 { String::new() } else { format!("content-length: {}\r\n", body.len()) };
    stream.write_all(format!("HTTP/1.1 {status} So\r\n{headers}{length}\r\n{body}").as_bytes()).await
}

impl Heard {
    pub fn event(&self) -> &str {
        self.body["event"].as_str().unwrap()
    }

    /// What it tells of: itself, or the many that are in it.
    pub fn events(&self) -> Vec<&Value> {
        self.body["events"].as_array().map_or_else(|| vec![&self.body], |events| events.iter().collect())
    }

    pub fn product(&self) -> &str {
        self.body["product"]["id"].as_str().unwrap()
    }

    pub fn handle(&self) -> &str {
        self.body["product"]["handle"].as_str().unwrap_or_default()
    }

    pub fn seq(&self) -> i64 {
        self.body["seq"].as_i64().unwrap_or_default()
    }

    pub fn id(&self) -> &str {
        &self.headers["webhook-id"]
    }

    /// How many of the signatures are those of a secret.
    pub fn signed_with(&self, secret: &str) -> usize {
        let key = STANDARD.decode(secret.strip_prefix("whsec_").unwrap()).unwrap();
        let mut mac = Hmac::<Sha256>::new_from_slice(&key).unwrap();
        mac.update(format!("{}.{}.{}", self.id(), self.headers["webhook-timestamp"], self.raw).as_bytes());
        let expected = format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()));
        self.headers["webhook-signature"].split(' ').filter(|signature| *signature == expected).count()
    }
}
