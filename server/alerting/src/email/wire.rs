//! A connection to a mail server: bounded, and encrypted before anything is said that matters.

use std::{
    fmt, io,
    net::SocketAddr,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use lettre::transport::smtp::{client::AsyncTokioStream, extension::ClientId};
use rustls::{ClientConfig, pki_types::ServerName};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadBuf},
    net::TcpStream,
};
use tokio_rustls::TlsConnector;

use super::Security;

/// Nobody has so much to say about one message; and lettre reads an answer from its beginning again with each of its lines.
const MOST_READ: usize = 16 * 1024;
const LONGEST_LINE: usize = 1_000;
const MOST_LINES: usize = 100;
/// What lettre waits for behind STARTTLS, where a server does not greet again.
const GREETED: &[u8] = b"220 encrypted\r\n";

/// What was connected to and is encrypted as it should be; else the end of a sentence that begins with the server.
pub(super) async fn open(
    host: &str,
    port: u16,
    security: Security,
    hello: &ClientId,
    tls: &Arc<ClientConfig>,
) -> Result<Box<dyn AsyncTokioStream>, String> {
    let mut stream = TcpStream::connect((host, port)).await.map_err(|error| format!("could not be reached: {error}"))?;
    let peer = stream.peer_addr().map_err(|error| format!("was lost at once: {error}"))?;
    // It only costs some milliseconds when this fails.
    let _ = stream.set_nodelay(true);
    if security == Security::Plain {
        return Ok(Box::new(Bounded { inner: stream, first: b"", left: MOST_READ, peer }));
    }
    if security == Security::StartTls {
        ask_for_tls(&mut stream, hello).await?;
    }
    let name = ServerName::try_from(host.to_owned()).map_err(|_| "has a name for which there are no certificates".to_owned())?;
    let inner =
        TlsConnector::from(Arc::clone(tls)).connect(name, stream).await.map_err(|error| format!("could not be spoken to with TLS: {error}"))?;
    let first = if security == Security::StartTls { GREETED } else { b"" };
    Ok(Box::new(Bounded { inner, first, left: MOST_READ, peer }))
}

/// Reads byte by byte, so that nothing that was sent ahead of the encryption is taken for what comes behind it.
async fn ask_for_tls(stream: &mut TcpStream, hello: &ClientId) -> Result<(), String> {
    expect(stream, 220, "did not greet").await?;
    tell(stream, &format!("EHLO {hello}\r\n")).await?;
    let offers = expect(stream, 250, "did not answer the greeting").await?;
    if !offers.iter().any(|line| line.eq_ignore_ascii_case("STARTTLS")) {
        return Err("does not offer STARTTLS, and nothing is sent without encryption".to_owned());
    }
    tell(stream, "STARTTLS\r\n").await?;
    expect(stream, 220, "did not begin TLS").await.map(|_| ())
}

async fn tell(stream: &mut TcpStream, line: &str) -> Result<(), String> {
    stream.write_all(line.as_bytes()).await.map_err(|error| format!("was lost: {error}"))
}

/// The lines of an answer, without their codes.
async fn expect(stream: &mut TcpStream, code: u16, otherwise: &str) -> Result<Vec<String>, String> {
    let mut lines = Vec::new();
    while lines.len() < MOST_LINES {
        let line = read_line(stream).await?;
        let (said, rest) = line.split_at_checked(3).ok_or_else(|| format!("{otherwise}: it said {line:?}"))?;
        if said.parse() != Ok(code) {
            return Err(format!("{otherwise}: it said {line:?}"));
        }
        lines.push(rest.get(1..).unwrap_or_default().to_owned());
        if !rest.starts_with('-') {
            return Ok(lines);
        }
    }
    Err(format!("{otherwise}: it said more than {MOST_LINES} lines"))
}

async fn read_line(stream: &mut TcpStream) -> Result<String, String> {
    let mut line = Vec::new();
    while line.len() < LONGEST_LINE {
        match stream.read_u8().await {
            Ok(b'\n') => return Ok(String::from_utf8_lossy(&line).trim_end().to_owned()),
            Ok(byte) => line.push(byte),
            Err(error) => return Err(format!("was lost: {error}")),
        }
    }
    Err("sent a line without an end".to_owned())
}

/// Gives `first` before anything else, and no more than is left.
struct Bounded<S> {
    inner: S,
    first: &'static [u8],
    left: usize,
    peer: SocketAddr,
}

impl<S: AsyncRead + Unpin> AsyncRead for Bounded<S> {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        if !self.first.is_empty() {
            let (now, later) = self.first.split_at(self.first.len().min(buffer.remaining()));
            buffer.put_slice(now);
            self.first = later;
            return Poll::Ready(Ok(()));
        }
        if self.left == 0 {
            return Poll::Ready(Err(io::Error::other("it says more than anybody has to say")));
        }
        let before = buffer.filled().len();
        let came = Pin::new(&mut self.inner).poll_read(context, buffer);
        self.left = self.left.saturating_sub(buffer.filled().len() - before);
        came
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Bounded<S> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.inner).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(context)
    }
}

impl<S: AsyncRead + AsyncWrite + Send + Sync + Unpin> AsyncTokioStream for Bounded<S> {
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        Ok(self.peer)
    }
}

impl<S> fmt::Debug for Bounded<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Bounded").field("peer", &self.peer).finish_non_exhaustive()
    }
}
