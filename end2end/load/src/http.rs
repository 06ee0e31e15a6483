//! Asking over HTTP/1.1, on connections that are kept. Everything is done on one thread, whose processor time is the generator's.

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr, ToSocketAddrs},
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU32, Ordering},
    },
};

use anyhow::{Context, bail};
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Request, StatusCode, Uri};
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use tokio::{
    net::TcpSocket,
    sync::{Semaphore, SemaphorePermit},
};

use crate::failure::{Failed, Failure};

pub type Asked = Request<Full<Bytes>>;

/// Where the server answers.
#[derive(Clone, Debug)]
pub struct Site {
    pub address: SocketAddr,
    pub host: HeaderValue,
}

pub struct Connection {
    sender: SendRequest<Full<Bytes>>,
}

/// An answer, read to its end.
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Site {
    pub fn from_url(url: &str) -> anyhow::Result<Self> {
        let uri: Uri = url.parse().with_context(|| format!("{url:?} is not an address. Write it like http://127.0.0.1:3000."))?;
        if uri.scheme_str() != Some("http") {
            bail!("{url:?} cannot be asked: only http:// can. Aim at the server itself, not at what encrypts for it.");
        }
        let authority = uri.authority().with_context(|| format!("{url:?} names no host."))?;
        let host = authority.host().trim_start_matches('[').trim_end_matches(']');
        let address = (host, authority.port_u16().unwrap_or(80))
            .to_socket_addrs()
            .with_context(|| format!("The host {host} is not known. Check its name."))?
            .next()
            .with_context(|| format!("The host {host} has no address."))?;
        Ok(Self { address, host: HeaderValue::from_str(authority.as_str())? })
    }

    /// `nth` chooses where from. On this machine every caller has an address of its own, as people have: the server counts wrong
    /// passwords, and more, by address.
    pub async fn connect(&self, nth: u32) -> Result<Connection, Failed> {
        let failed = |error: std::io::Error| Failed::new(Failure::Connect, error);
        let socket = if self.address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }.map_err(failed)?;
        if self.address.ip() == IpAddr::V4(Ipv4Addr::LOCALHOST) {
            socket.bind(SocketAddr::new(own_address(nth), 0)).map_err(failed)?;
        }
        let stream = socket.connect(self.address).await.map_err(failed)?;
        stream.set_nodelay(true).map_err(failed)?;
        let (sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(|error| Failed::new(Failure::Connect, error))?;
        // What breaks a connection is told to whoever asks over it.
        tokio::spawn(async move { drop(connection.await) });
        Ok(Connection { sender })
    }
}

/// One of 64,000 addresses of this machine.
fn own_address(nth: u32) -> IpAddr {
    let nth = nth % (256 * 250);
    IpAddr::V4(Ipv4Addr::new(127, 1, (nth / 250) as u8, (nth % 250) as u8 + 1))
}

impl Connection {
    /// False once the server has closed it.
    pub async fn is_open(&mut self) -> bool {
        self.sender.ready().await.is_ok()
    }

    pub async fn ask(&mut self, request: Asked) -> Result<Answer, Failed> {
        let broken = |error: hyper::Error| Failed::new(Failure::Broken, error);
        let (parts, body) = self.sender.send_request(request).await.map_err(broken)?.into_parts();
        let body = body.collect().await.map_err(broken)?.to_bytes();
        Ok(Answer { status: parts.status, headers: parts.headers, body })
    }
}

/// Connections for requests that come by themselves.
pub struct Pool {
    site: Site,
    free: Mutex<Vec<Connection>>,
    turns: Semaphore,
    made: AtomicU32,
}

/// A connection of one's own, for as long as it takes.
pub struct Taken<'a> {
    pub connection: Connection,
    _turn: SemaphorePermit<'a>,
}

impl Pool {
    pub fn new(site: Site, most: u32) -> Self {
        Self { site, free: Mutex::default(), turns: Semaphore::new(most as usize), made: AtomicU32::new(0) }
    }

    /// Waits for its turn when all are in use: that is how long whoever asks waits, too.
    pub async fn take(&self) -> Result<Taken<'_>, Failed> {
        let turn = self.turns.acquire().await.map_err(|error| Failed::new(Failure::Connect, error))?;
        while let Some(mut connection) = self.pop() {
            if connection.is_open().await {
                return Ok(Taken { connection, _turn: turn });
            }
        }
        let connection = self.site.connect(self.made.fetch_add(1, Ordering::Relaxed)).await?;
        Ok(Taken { connection, _turn: turn })
    }

    /// A connection that was not given back, as one whose answer was not waited for, is closed.
    pub fn give_back(&self, taken: Taken<'_>) {
        self.free.lock().unwrap_or_else(PoisonError::into_inner).push(taken.connection);
    }

    fn pop(&self) -> Option<Connection> {
        self.free.lock().unwrap_or_else(PoisonError::into_inner).pop()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_read_as_it_is_typed() {
        let site = Site::from_url("http://127.0.0.1:3000").unwrap();
        assert_eq!((site.address.to_string().as_str(), &site.host), ("127.0.0.1:3000", &HeaderValue::from_static("127.0.0.1:3000")));
        assert_eq!(Site::from_url("http://[::1]:3000/").unwrap().address.to_string(), "[::1]:3000");
        for wrong in ["", "127.0.0.1", "https://shop.test", "http://"] {
            assert!(Site::from_url(wrong).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn callers_have_addresses_of_their_own() {
        assert_eq!(own_address(0).to_string(), "127.1.0.1");
        assert_eq!(own_address(999).to_string(), "127.1.3.250");
        assert_eq!(own_address(64_000), own_address(0));
    }
}
