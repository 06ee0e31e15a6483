//! The address for figures, beside the one for everybody.

use std::{net::SocketAddr, time::Duration};

use axum::Router;
use listen::{Limits, Options};
use tokio::{net::TcpListener, sync::oneshot, task::JoinHandle};

use super::tell::tell;

/// It answers to the end: how a program stops is worth knowing.
pub(super) struct Figures {
    task: JoinHandle<usize>,
    stopping: oneshot::Sender<()>,
}

/// Prometheus asks every some seconds, and is one or two.
const CONNECTIONS: usize = 64;
const GRACE: Duration = Duration::from_secs(1);

pub(super) async fn bind(addr: SocketAddr) -> anyhow::Result<TcpListener> {
    TcpListener::bind(addr).await.map_err(|error| {
        anyhow::anyhow!("The address {addr} cannot be used for figures ({error}). Set VITRINE_METRICS_ADDRESS to one of this machine that is free.")
    })
}

impl Figures {
    pub(super) fn serve(listener: TcpListener, router: Router) -> anyhow::Result<Self> {
        let address = listener.local_addr()?;
        if let Err(error) = tell(format!("Figures for Prometheus are at http://{address}/metrics")) {
            tracing::warn!(%error, "where figures are could not be told");
        }
        let limits = Limits { connections: CONNECTIONS, ..Limits::default() };
        let options =
            Options { limits, tls: None, drain: Duration::ZERO, grace: GRACE, ready_path: "/readyz", connections: std::sync::Arc::default() };
        let (stopping, stopped) = oneshot::channel::<()>();
        let stop = async {
            let _ = stopped.await;
        };
        Ok(Self { task: tokio::spawn(listen::serve(listener, router, options, stop)), stopping })
    }

    pub(super) async fn stop(self) -> anyhow::Result<()> {
        drop(self.stopping);
        self.task.await?;
        Ok(())
    }
}
