//! One connection, from its first byte to its last.

use std::{net::SocketAddr, pin::Pin, sync::Arc, time::Duration};

use axum::http::StatusCode;
use bytes::{Bytes, BytesMut};
use hyper::server::conn::{http1, http2};
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::TcpStream,
    sync::watch,
    time::{Instant, sleep, timeout},
};

use crate::{
    door::Door,
    io::Watched,
    plain,
    serve::{Phase, Shared},
    tls::Tls,
    watch::{Verdict, Watch},
};

/// How long a connection is open for a last request once no new ones are taken: somebody who is busy is told in the answer to it,
/// and is not cut off in the middle of a sentence.
pub(crate) const LAST_CALL: Duration = Duration::from_millis(500);
/// How long somebody on HTTP/2 has to say goodbye, and the end of an answer may stand still.
const GOODBYE: Duration = Duration::from_secs(5);
/// What HTTP/2 begins with (RFC 9113, section 3.4).
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
/// What a TLS handshake begins with.
const HANDSHAKE: u8 = 0x16;

/// Serves a connection to its end.
pub(crate) async fn attend(stream: TcpStream, peer: SocketAddr, shared: Arc<Shared>, mut phase: watch::Receiver<Phase>) {
    // Without it the last part of an answer waits until the one before is confirmed.
    let _ = stream.set_nodelay(true);
    let Some(first) = first_byte(&stream, &shared, &mut phase).await else { return };
    let Some(tls) = shared.tls.clone() else { return converse(stream, None, peer, shared, phase).await };
    if first == HANDSHAKE {
        let Some((stream, is_http2)) = encrypted(stream, &tls, &shared).await else { return };
        converse(stream, is_http2, peer, shared, phase).await;
    } else {
        told_to_encrypt(stream).await;
    }
}

/// Waits for somebody to say something, without taking it.
async fn first_byte(stream: &TcpStream, shared: &Shared, phase: &mut watch::Receiver<Phase>) -> Option<u8> {
    let patience = if shared.is_crowded() { shared.limits.hello.min(shared.limits.idle_when_crowded) } else { shared.limits.hello };
    let mut byte = [0];
    let last_call = async {
        let _ = phase.wait_for(|phase| *phase >= Phase::Closing).await;
        sleep(LAST_CALL).await;
    };
    tokio::select! {
        peeked = stream.peek(&mut byte) => peeked.is_ok_and(|length| length == 1).then_some(byte[0]),
        () = sleep(patience) => None,
        () = last_call => None,
    }
}

/// The stream inside, and whether both sides have agreed on HTTP/2; none when it came to nothing.
async fn encrypted(stream: TcpStream, tls: &Tls, shared: &Shared) -> Option<(tokio_rustls::server::TlsStream<TcpStream>, Option<bool>)> {
    match timeout(shared.limits.hello, tls.accept(stream)).await {
        Ok(Ok(stream)) => {
            let agreed = stream.get_ref().1.alpn_protocol().map(|protocol| protocol == b"h2");
            Some((stream, agreed))
        }
        Ok(Err(error)) => {
            tracing::debug!(%error, "a TLS handshake failed");
            None
        }
        Err(_) => {
            tracing::debug!("a TLS handshake did not come to its end");
            None
        }
    }
}

async fn told_to_encrypt(mut stream: TcpStream) {
    let says = "This address is served encrypted. Write https:// before it.";
    let answer = async {
        stream.write_all(plain::bytes(StatusCode::BAD_REQUEST, says, "").as_bytes()).await?;
        stream.shutdown().await?;
        // What was sent is taken, as the answer is lost when it is not.
        let mut rest = [0; 1_024];
        while stream.read(&mut rest).await? > 0 {}
        std::io::Result::Ok(())
    };
    let _ = timeout(Duration::from_secs(1), answer).await;
}

/// Speaks HTTP: the version both sides have agreed on, or the one that somebody begins with.
async fn converse<S>(mut stream: S, agreed: Option<bool>, peer: SocketAddr, shared: Arc<Shared>, phase: watch::Receiver<Phase>)
where
    S: AsyncRead + AsyncWrite + Secure + Unpin + Send + 'static,
{
    let begun = match agreed {
        Some(is_http2) => Some((Bytes::new(), is_http2)),
        None => timeout(shared.limits.head, beginning(&mut stream)).await.ok().flatten(),
    };
    let Some((first, is_http2)) = begun else { return };
    let watch = Arc::new(Watch::new(Arc::clone(&shared.limits), is_http2, !first.is_empty()));
    let door = Door { shared: Arc::clone(&shared), watch: Arc::clone(&watch), peer, secure: S::SECURE };
    let io = TokioIo::new(Watched::new(stream, first, Arc::clone(&watch)));
    let held = Held { shared: Arc::clone(&shared), watch, phase };
    if is_http2 {
        held.drive(shared.http2.serve_connection(io, door)).await;
    } else {
        held.drive(shared.http1.serve_connection(io, door)).await;
    }
}

/// Reads until it is clear which version is spoken: what was read, and whether it is HTTP/2.
async fn beginning(stream: &mut (impl AsyncRead + Unpin)) -> Option<(Bytes, bool)> {
    let mut first = BytesMut::with_capacity(PREFACE.len());
    loop {
        let mut byte = [0; PREFACE.len()];
        let length = stream.read(&mut byte[..PREFACE.len() - first.len()]).await.ok()?;
        if length == 0 {
            return None;
        }
        first.extend_from_slice(&byte[..length]);
        if !PREFACE.starts_with(&first) {
            return Some((first.freeze(), false));
        }
        if first.len() == PREFACE.len() {
            return Some((first.freeze(), true));
        }
    }
}

/// Whether a stream is encrypted.
trait Secure {
    const SECURE: bool;
}

impl Secure for TcpStream {
    const SECURE: bool = false;
}

impl Secure for tokio_rustls::server::TlsStream<TcpStream> {
    const SECURE: bool = true;
}

/// What hyper makes of a connection, of either version.
trait Conversation: Future<Output = hyper::Result<()>> {
    const IS_HTTP2: bool;

    /// Lets it end after what is running.
    fn finish(self: Pin<&mut Self>);
}

impl<S: AsyncRead + AsyncWrite + Unpin + 'static> Conversation for http1::Connection<TokioIo<Watched<S>>, Door> {
    const IS_HTTP2: bool = false;

    fn finish(self: Pin<&mut Self>) {
        self.graceful_shutdown();
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin + 'static> Conversation for http2::Connection<TokioIo<Watched<S>>, Door, TokioExecutor> {
    const IS_HTTP2: bool = true;

    fn finish(self: Pin<&mut Self>) {
        self.graceful_shutdown();
    }
}

/// What a connection is held to.
struct Held {
    shared: Arc<Shared>,
    watch: Arc<Watch>,
    phase: watch::Receiver<Phase>,
}

impl Held {
    async fn drive<C: Conversation>(mut self, conversation: C) {
        let mut conversation = std::pin::pin!(conversation);
        let mut tick = self.shared.limits.tick();
        let mut look = std::pin::pin!(sleep(Duration::ZERO));
        let mut leaving: Option<Instant> = None;
        // What was said before this connection was made counts too.
        self.phase.mark_changed();
        loop {
            tokio::select! {
                ended = conversation.as_mut() => {
                    if let Err(error) = ended {
                        tracing::debug!(%error, "a connection broke");
                    }
                    return;
                }
                changed = self.phase.changed() => {
                    let phase = *self.phase.borrow_and_update();
                    if changed.is_err() || phase == Phase::Over {
                        return;
                    }
                    if phase == Phase::Closing {
                        self.watch.close();
                        tick = tick.min(LAST_CALL / 5);
                        // With HTTP/1.1 it is said in the next answer.
                        if C::IS_HTTP2 {
                            conversation.as_mut().finish();
                            leaving.get_or_insert_with(Instant::now);
                        }
                    }
                }
                () = look.as_mut() => match self.watch.verdict(Instant::now(), self.shared.is_crowded()) {
                    Verdict::Fine => {}
                    Verdict::Unused if leaving.is_none() => {
                        conversation.as_mut().finish();
                        leaving = Some(Instant::now());
                    }
                    Verdict::Unused if leaving.is_some_and(|since| since.elapsed() >= GOODBYE) && self.watch.is_quiet_for(GOODBYE, Instant::now()) => return,
                    Verdict::Unused => {}
                    Verdict::Cut(why) => {
                        tracing::debug!(why, "a connection was cut off");
                        return;
                    }
                },
            }
            look.as_mut().reset(Instant::now() + tick);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn begun(parts: &[&[u8]]) -> Option<(Vec<u8>, bool)> {
        let (mut here, mut there) = tokio::io::duplex(64);
        let parts: Vec<Vec<u8>> = parts.iter().map(|part| part.to_vec()).collect();
        tokio::spawn(async move {
            for part in parts {
                here.write_all(&part).await.unwrap();
                tokio::task::yield_now().await;
            }
        });
        beginning(&mut there).await.map(|(first, is_http2)| (first.to_vec(), is_http2))
    }

    #[tokio::test]
    async fn the_version_is_known_by_how_somebody_begins() {
        assert_eq!(begun(&[b"GET / HTTP/1.1\r\n"]).await.unwrap(), (b"GET / HTTP/1.1\r\n".to_vec(), false));
        assert_eq!(begun(&[PREFACE]).await.unwrap(), (PREFACE.to_vec(), true));
    }

    #[tokio::test]
    async fn a_beginning_in_pieces_is_read_to_where_it_is_clear() {
        assert_eq!(begun(&[b"P", b"OST / HTTP/1.1"]).await.unwrap().0[..2], *b"PO");
        assert_eq!(begun(&[&PREFACE[..5], &PREFACE[5..]]).await.unwrap(), (PREFACE.to_vec(), true));
        assert_eq!(begun(&[&PREFACE[..5]]).await, None);
    }
}
