//! Accepting connections, until the last one has ended.

use std::{
    io,
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use axum::{Router, http::StatusCode};
use hyper::server::conn::{http1, http2};
use hyper_util::rt::{TokioExecutor, TokioTimer};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::watch,
    time::{Instant, sleep, timeout},
};

use crate::{
    connection::attend,
    limits::Limits,
    plain,
    seats::{Connections, Full, Seats},
    tls::Tls,
};

pub struct Options {
    pub limits: Limits,
    /// None serves without encryption, for a proxy in front or for this machine.
    pub tls: Option<Tls>,
    /// How long everything goes on after it was asked to stop, while a load balancer finds out that this server is not ready.
    pub drain: Duration,
    /// How long requests may take to finish then.
    pub grace: Duration,
    /// The address that says whether the server is ready: not from the moment on that it was asked to stop.
    pub ready_path: &'static str,
    /// Where it is told how many there are.
    pub connections: Arc<Connections>,
}

/// How far the end is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Phase {
    Serving,
    /// Asked to stop; everything goes on, but that it was asked is said.
    Draining,
    /// No new connections, and no further requests on those there are.
    Closing,
    /// Nothing is waited for.
    Over,
}

/// What connections share.
pub(crate) struct Shared {
    pub(crate) router: Router,
    pub(crate) limits: Arc<Limits>,
    pub(crate) tls: Option<Tls>,
    pub(crate) ready_path: &'static str,
    pub(crate) http1: http1::Builder,
    pub(crate) http2: http2::Builder<TokioExecutor>,
    seats: Arc<Seats>,
    phase: watch::Sender<Phase>,
    /// When a refusal was told of last.
    told: Mutex<Option<Instant>>,
}

const TOLD_EVERY: Duration = Duration::from_secs(10);
/// An answer's bytes that wait for somebody to take them, per request.
const SEND_BUFFER: usize = 128 << 10;

/// Serves until `stop` and then finishes what is running. How many connections were cut off, as they did not come to their end.
pub async fn serve(listener: TcpListener, router: Router, options: Options, stop: impl Future<Output = ()>) -> usize {
    let reloads = options.tls.clone().map(|tls| tokio::spawn(tls.keep_current()));
    let drain = options.drain;
    let grace = options.grace;
    let shared = Arc::new(Shared::new(router, options));
    {
        let asked = async {
            stop.await;
            shared.phase.send_replace(Phase::Draining);
            sleep(drain).await;
        };
        let mut asked = std::pin::pin!(asked);
        let mut door = Accepting::new(&listener);
        loop {
            tokio::select! {
                biased;
                () = asked.as_mut() => break,
                (stream, peer) = door.next(&shared) => shared.welcome(stream, peer),
            }
        }
    }
    shared.welcome_the_queue(listener);
    shared.phase.send_replace(Phase::Closing);
    // Each connection holds a receiver to its end.
    let cut_off = match timeout(grace, shared.phase.closed()).await {
        Ok(()) => 0,
        Err(_) => shared.seats.taken(),
    };
    shared.phase.send_replace(Phase::Over);
    if let Some(reloads) = reloads {
        reloads.abort();
    }
    cut_off
}

impl Shared {
    fn new(router: Router, options: Options) -> Self {
        let limits = options.limits;
        let mut http1 = http1::Builder::new();
        // The head's time is watched from here: hyper's clock runs between requests too.
        http1.header_read_timeout(None).max_header_size(limits.head_bytes as usize);
        let mut http2 = http2::Builder::new(TokioExecutor::new());
        http2
            .timer(TokioTimer::new())
            .max_concurrent_streams(limits.streams)
            .max_header_list_size(limits.head_bytes)
            .max_send_buf_size(SEND_BUFFER)
            .keep_alive_interval(limits.ping)
            .keep_alive_timeout(limits.pong);
        Self {
            seats: Seats::new(&limits, options.connections),
            limits: Arc::new(limits),
            router,
            tls: options.tls,
            ready_path: options.ready_path,
            http1,
            http2,
            phase: watch::Sender::new(Phase::Serving),
            told: Mutex::new(None),
        }
    }

    pub(crate) fn phase(&self) -> Phase {
        *self.phase.borrow()
    }

    /// Whether those who do nothing have to make room.
    pub(crate) fn is_crowded(&self) -> bool {
        self.seats.are_scarce()
    }

    fn welcome(self: &Arc<Self>, stream: TcpStream, peer: SocketAddr) {
        match self.seats.take(peer.ip()) {
            Ok(seat) => {
                let (shared, phase) = (Arc::clone(self), self.phase.subscribe());
                tokio::spawn(async move {
                    attend(stream, peer, shared, phase).await;
                    drop(seat);
                });
            }
            Err(full) => {
                self.tell_of_a_refusal(peer, full);
                if self.tls.is_none() {
                    refuse(stream, full);
                }
            }
        }
    }

    /// Once in a while: who floods the server shall not flood its log as well.
    fn tell_of_a_refusal(&self, peer: SocketAddr, full: Full) {
        let now = Instant::now();
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        if told.is_none_or(|told| now.saturating_duration_since(told) >= TOLD_EVERY) {
            *told = Some(now);
            tracing::warn!(address = %peer.ip(), full = ?full, connections = self.seats.taken(), "connections are refused");
        }
    }

    /// Whoever has connected already, and was not let in yet, is served: closed with them, the listener would cut them off.
    fn welcome_the_queue(self: &Arc<Self>, listener: TcpListener) {
        let Ok(listener) = listener.into_std() else { return };
        while let Ok((stream, peer)) = listener.accept() {
            if stream.set_nonblocking(true).is_ok()
                && let Ok(stream) = TcpStream::from_std(stream)
            {
                self.welcome(stream, peer);
            }
        }
    }
}

/// Says so, as far as it can be said without waiting.
fn refuse(stream: TcpStream, full: Full) {
    let says = match full {
        Full::Everywhere => "There are too many connections at the moment. Try again in some seconds.",
        Full::ForThisAddress => "There are too many connections from your address. Close some, or try again in some seconds.",
    };
    if let Ok(mut stream) = stream.into_std() {
        let answer = plain::bytes(StatusCode::SERVICE_UNAVAILABLE, says, "retry-after: 5\r\n");
        let _ = io::Write::write(&mut stream, answer.as_bytes());
        let _ = stream.shutdown(std::net::Shutdown::Write);
    }
}

/// The door, and how long it stays shut after it could not be opened.
struct Accepting<'a> {
    listener: &'a TcpListener,
    pause: Duration,
}

const FIRST_PAUSE: Duration = Duration::from_millis(10);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

impl<'a> Accepting<'a> {
    fn new(listener: &'a TcpListener) -> Self {
        Self { listener, pause: FIRST_PAUSE }
    }

    /// The next connection. That there can be none, as when no file can be opened, is told and waited out.
    async fn next(&mut self, shared: &Shared) -> (TcpStream, SocketAddr) {
        loop {
            match self.listener.accept().await {
                Ok(accepted) => {
                    self.pause = FIRST_PAUSE;
                    return accepted;
                }
                Err(error) if is_of_one_connection(&error) => {}
                Err(error) => {
                    tracing::error!(%error, connections = shared.seats.taken(), "no connection can be accepted; trying again");
                    sleep(self.pause).await;
                    self.pause = (self.pause * 2).min(LONGEST_PAUSE);
                }
            }
        }
    }
}

/// Whoever connected has gone again.
fn is_of_one_connection(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset, Interrupted};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset | Interrupted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_connection_that_has_gone_is_no_reason_to_pause() {
        assert!(is_of_one_connection(&io::ErrorKind::ConnectionAborted.into()));
        #[cfg(target_os = "linux")]
        assert!(!is_of_one_connection(&io::Error::from_raw_os_error(24)), "no more files");
    }
}
