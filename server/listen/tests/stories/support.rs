//! A server of a few addresses, and clients that behave badly.

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use axum::{
    Router,
    body::{Body, Bytes},
    extract::{ConnectInfo, Path, Request, State},
    http::{StatusCode, header},
    routing::{get, post},
};
use futures::StreamExt;
use http_body_util::{BodyExt, Empty};
use hyper::client::conn::http2::SendRequest;
use hyper_util::rt::{TokioExecutor, TokioIo};
use listen::{Limits, Options, Rate, Tls, serve};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::oneshot,
    task::JoinHandle,
    time::{sleep, timeout},
};

/// What a story waits at most for what should happen at once or never.
pub(crate) const SOON: Duration = Duration::from_secs(5);

/// More than the system takes into its buffers at once.
pub(crate) const LARGE: usize = 24 << 20;

pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    stop: oneshot::Sender<()>,
    ended: JoinHandle<usize>,
    pub(crate) most_at_once: Arc<AtomicUsize>,
}

/// A connection that says what it is told to, byte by byte.
pub(crate) struct Raw(pub(crate) TcpStream);

#[derive(Clone, Default)]
struct Counts {
    running: Arc<AtomicUsize>,
    most: Arc<AtomicUsize>,
}

pub(crate) fn milliseconds(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

/// Patient enough for a busy machine.
pub(crate) fn patient() -> Limits {
    Limits { rate: Rate { bytes: 1_000, within: SOON }, ..Limits::default() }
}

impl Server {
    pub(crate) async fn start(limits: Limits) -> Self {
        Self::start_with(Options { limits, tls: None, drain: Duration::ZERO, grace: SOON, ready_path: "/readyz", connections: Arc::default() }).await
    }

    pub(crate) async fn encrypted(tls: Tls) -> Self {
        Self::start_with(Options {
            limits: patient(),
            tls: Some(tls),
            drain: Duration::ZERO,
            grace: SOON,
            ready_path: "/readyz",
            connections: Arc::default(),
        })
        .await
    }

    pub(crate) async fn start_with(options: Options) -> Self {
        let listener = TcpListener::bind((IpAddr::V4(Ipv4Addr::LOCALHOST), 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let counts = Counts::default();
        let (stop, stopped) = oneshot::channel();
        let most_at_once = Arc::clone(&counts.most);
        let ended = tokio::spawn(serve(listener, router(counts), options, async {
            let _ = stopped.await;
        }));
        Self { address, stop, ended, most_at_once }
    }

    pub(crate) async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.unwrap()
    }

    pub(crate) async fn raw(&self) -> Raw {
        Raw(self.connect().await)
    }

    /// Asks it to stop; what is given tells how many connections it cut off.
    pub(crate) fn stop(self) -> JoinHandle<usize> {
        self.stop.send(()).unwrap();
        self.ended
    }

    /// A whole request of its own.
    pub(crate) async fn get(&self, path: &str) -> String {
        let mut raw = self.raw().await;
        raw.say(&format!("GET {path} HTTP/1.1\r\nhost: here\r\nconnection: close\r\n\r\n")).await;
        raw.rest().await
    }
}

impl Raw {
    pub(crate) async fn say(&mut self, text: &str) {
        self.0.write_all(text.as_bytes()).await.unwrap();
    }

    pub(crate) async fn ask(&mut self, path: &str) {
        self.say(&format!("GET {path} HTTP/1.1\r\nhost: here\r\n\r\n")).await;
    }

    /// All that comes until the connection is closed.
    pub(crate) async fn rest(&mut self) -> String {
        let mut all = Vec::new();
        // A connection that is reset is closed as well.
        let _ = timeout(SOON, self.0.read_to_end(&mut all)).await.expect("the connection is closed");
        String::from_utf8_lossy(&all).into_owned()
    }

    /// What comes until it has this in it.
    pub(crate) async fn until(&mut self, expected: &str) -> String {
        let mut all = String::new();
        let read = async {
            while !all.contains(expected) {
                let mut some = [0; 4_096];
                let length = self.0.read(&mut some).await.unwrap();
                assert!(length > 0, "closed after {all:?}");
                all.push_str(&String::from_utf8_lossy(&some[..length]));
            }
        };
        timeout(SOON, read).await.unwrap_or_else(|_| panic!("no {expected:?} in what came"));
        all
    }
}

/// HTTP/2 on a stream, and how its connection ends.
pub(crate) async fn http2<S>(stream: S) -> (SendRequest<Empty<Bytes>>, JoinHandle<hyper::Result<()>>)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let (requests, connection) = hyper::client::conn::http2::handshake(TokioExecutor::new(), TokioIo::new(stream)).await.unwrap();
    (requests, tokio::spawn(connection))
}

pub(crate) fn request(path: &str) -> axum::http::Request<Empty<Bytes>> {
    axum::http::Request::get(format!("http://here{path}")).body(Empty::new()).unwrap()
}

/// Status and text.
pub(crate) async fn read(response: axum::http::Response<hyper::body::Incoming>) -> (u16, String) {
    let status = response.status().as_u16();
    let bytes = response.into_body().collect().await.unwrap().to_bytes();
    (status, String::from_utf8_lossy(&bytes).into_owned())
}

fn router(counts: Counts) -> Router {
    Router::new()
        .route("/", get(async || "hello\n"))
        .route("/readyz", get(async || "ready\n"))
        .route("/seen", get(async |request: Request| format!("{} {:?}\n", request.uri(), request.headers().get(header::HOST))))
        .route("/peer", get(async |ConnectInfo(peer): ConnectInfo<SocketAddr>| peer.ip().to_string()))
        .route("/length", post(length))
        .route("/slow/{milliseconds}", get(slow))
        .route("/large", get(async || Bytes::from(vec![b'x'; LARGE])))
        .route("/never", get(std::future::pending::<&'static str>))
        .route("/endless", get(async || Body::from_stream(futures::stream::repeat(Bytes::from(vec![b'x'; 64 << 10])).map(std::io::Result::Ok))))
        .with_state(counts)
}

async fn length(request: Request) -> (StatusCode, String) {
    match request.into_body().collect().await {
        Ok(body) => (StatusCode::OK, format!("{} bytes\n", body.to_bytes().len())),
        Err(_) => (StatusCode::BAD_REQUEST, "broken\n".to_owned()),
    }
}

async fn slow(State(counts): State<Counts>, Path(time): Path<u64>) -> &'static str {
    let now = counts.running.fetch_add(1, Ordering::SeqCst) + 1;
    counts.most.fetch_max(now, Ordering::SeqCst);
    sleep(milliseconds(time)).await;
    counts.running.fetch_sub(1, Ordering::SeqCst);
    "done\n"
}
