//! `serve`: answers until it is asked to stop, then finishes what is running.

use std::{io, net::SocketAddr, process::ExitCode, time::Duration};

use listen::{Limits, Options, Tls, raise_descriptors};
use tokio::{net::TcpSocket, sync::oneshot, time::timeout};

use super::{
    figures::{self, Figures},
    tell::tell,
};
use crate::{
    compose::compose,
    config::{Config, TlsFiles},
    purge::Purge,
};

/// How long requests may take to finish once the program was asked to stop.
const GRACE: Duration = Duration::from_secs(20);
/// How long the database may take to be closed.
const CLOSES: Duration = Duration::from_secs(5);
/// Connections that may wait to be accepted; the system has a limit of its own, which is often the same.
const BACKLOG: u32 = 4_096;
/// Files that are open beside connections: databases, uploads, what is read for somebody.
const OTHER_FILES: u64 = 256;

pub(super) async fn serve(config: &Config) -> anyhow::Result<ExitCode> {
    let mut signals = Signals::new()?;
    // The address first: a port in use is said before a database is touched. It is listened to last: until then a proxy in front finds
    // nobody here and asks another server, where a connection that was accepted would wait.
    let unusable = |error| unusable(config.addr, &error);
    let socket = reserve(config.addr).map_err(unusable)?;
    let figures = match config.metrics_addr {
        Some(addr) => Some(figures::bind(addr).await?),
        None => None,
    };
    let tls = config.connections.tls.as_ref().map(open).transpose()?;
    let composed = compose(config).await?;
    let listener = socket.listen(BACKLOG).map_err(unusable)?;
    let (scheme, address) = (if tls.is_some() { "https" } else { "http" }, listener.local_addr()?);
    if let Err(error) = tell(format!("Vitrine is at {scheme}://{address}")) {
        tracing::warn!(%error, "where the program answers could not be told");
    }
    if let Some(hook) = config.cdn.purge.clone() {
        Purge::open(hook).tell_of_start(config.connections.drain);
    }
    let figures = figures.map(|listener| Figures::serve(listener, composed.figures)).transpose()?;
    let options = Options {
        limits: limits(config),
        tls,
        drain: config.connections.drain,
        grace: GRACE,
        ready_path: "/readyz",
        connections: composed.connections,
    };
    let (stopping, stopped) = oneshot::channel::<()>();
    let worker = tokio::spawn(async move {
        let _ = stopped.await;
        tokio::join!(composed.worker.stop(), composed.couriers.stop(), composed.alerting.stop());
    });
    let stop = async {
        signals.next().await;
        tracing::info!("stopping: finishing what is running");
        let _ = stopping.send(());
        composed.stopping.send_replace(true);
        tokio::spawn(async move {
            signals.next().await;
            tracing::warn!("asked to stop a second time: stopping at once");
            std::process::exit(1);
        });
    };
    let cut_off = listen::serve(listener, composed.router, options, stop).await;
    if cut_off > 0 {
        tracing::warn!(connections = cut_off, "some requests did not finish in {} s and were cut off", GRACE.as_secs());
    }
    worker.await?;
    if let Some(figures) = figures {
        figures.stop().await?;
    }
    let _ = timeout(CLOSES, composed.measuring.stop()).await;
    // What is still at it was cut off.
    let _ = timeout(CLOSES, composed.store.close()).await;
    Ok(ExitCode::SUCCESS)
}

/// Takes an address without listening to it. One that another program listens to cannot be had.
fn reserve(addr: SocketAddr) -> io::Result<TcpSocket> {
    let socket = if addr.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    // Connections of the program before linger for a minute and are in nobody's way; elsewhere than on Unix it would let two listen.
    #[cfg(unix)]
    socket.set_reuseaddr(true)?;
    socket.bind(addr)?;
    Ok(socket)
}

fn unusable(addr: SocketAddr, error: &io::Error) -> anyhow::Error {
    match error.kind() {
        io::ErrorKind::AddrInUse => anyhow::anyhow!("The address {addr} is in use: another program answers there. Stop it, or set VITRINE_ADDR."),
        io::ErrorKind::PermissionDenied => {
            anyhow::anyhow!("The address {addr} needs rights this program does not have. Set VITRINE_ADDR to a port above 1024.")
        }
        _ => anyhow::anyhow!("The address {addr} cannot be used ({error}). Set VITRINE_ADDR."),
    }
}

fn open(files: &TlsFiles) -> anyhow::Result<Tls> {
    Tls::open(&files.certificate, &files.key).map_err(|error| anyhow::anyhow!("{error} The files are named by VITRINE_TLS_CERT and VITRINE_TLS_KEY."))
}

/// As many connections as are wanted, or as the system has files for.
fn limits(config: &Config) -> Limits {
    let mut limits = config.connections.limits.clone();
    if let Some(files) = raise_descriptors() {
        let possible = usize::try_from(files.saturating_sub(OTHER_FILES).max(1)).unwrap_or(usize::MAX);
        if possible < limits.connections {
            tracing::warn!(wanted = limits.connections, possible, "the system allows fewer connections; raise its limit of open files (ulimit -n)");
            limits.connections = possible;
        }
    }
    limits
}

/// What asks the program to stop: Ctrl-C, and SIGTERM where there is such a thing.
#[cfg(unix)]
struct Signals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    fn new() -> std::io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

#[cfg(not(unix))]
struct Signals;

#[cfg(not(unix))]
impl Signals {
    #[expect(clippy::unnecessary_wraps, reason = "as with signals that cannot be listened to")]
    fn new() -> std::io::Result<Self> {
        Ok(Self)
    }

    async fn next(&mut self) {
        let _ = tokio::signal::ctrl_c().await;
    }
}

#[cfg(test)]
mod tests {
    use std::net::TcpStream;

    use super::*;

    #[tokio::test]
    async fn an_address_is_taken_before_anybody_is_answered_there() {
        let socket = reserve("127.0.0.1:0".parse().unwrap()).unwrap();
        let addr = socket.local_addr().unwrap();
        assert_eq!(TcpStream::connect(addr).unwrap_err().kind(), io::ErrorKind::ConnectionRefused);

        let _listener = socket.listen(BACKLOG).unwrap();

        assert!(TcpStream::connect(addr).is_ok());
        assert_eq!(reserve(addr).unwrap_err().kind(), io::ErrorKind::AddrInUse);
    }
}
