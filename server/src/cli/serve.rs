//! `serve`: answers until it is asked to stop, then finishes what is running.

use std::{net::SocketAddr, process::ExitCode, time::Duration};

use tokio::net::TcpListener;

use super::tell::tell;
use crate::{compose::compose, config::Config};

/// How long requests may take to finish once the program was asked to stop.
const GRACE: Duration = Duration::from_secs(20);

pub(super) async fn serve(config: &Config) -> anyhow::Result<ExitCode> {
    // The address first: a port in use is said before a database is touched.
    let listener = TcpListener::bind(config.addr).await.map_err(|error| match error.kind() {
        std::io::ErrorKind::AddrInUse => {
            anyhow::anyhow!("The address {} is in use: another program answers there. Stop it, or set VITRINE_ADDR.", config.addr)
        }
        std::io::ErrorKind::PermissionDenied => {
            anyhow::anyhow!("The address {} needs rights this program does not have. Set VITRINE_ADDR to a port above 1024.", config.addr)
        }
        _ => anyhow::anyhow!("The address {} cannot be used ({error}). Set VITRINE_ADDR.", config.addr),
    })?;
    let composed = compose(config).await?;
    let address = listener.local_addr()?;
    if let Err(error) = tell(format!("Vitrine is at http://{address}")) {
        tracing::warn!(%error, "where the program answers could not be told");
    }
    let service = composed.router.into_make_service_with_connect_info::<SocketAddr>();
    let (stopping, stopped) = tokio::sync::oneshot::channel::<()>();
    let server = axum::serve(listener, service).with_graceful_shutdown(async move {
        asked_to_stop().await;
        tracing::info!("stopping: finishing what is running");
        let _ = stopping.send(());
    });
    let grace = async {
        let _ = stopped.await;
        tokio::time::sleep(GRACE).await;
    };
    tokio::select! {
        done = std::future::IntoFuture::into_future(server) => done?,
        () = grace => tracing::warn!("some requests did not finish in {} s and were cut off", GRACE.as_secs()),
    }
    composed.worker.stop().await;
    Ok(ExitCode::SUCCESS)
}

async fn asked_to_stop() {
    let interrupt = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        let Ok(mut terminate) = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) else {
            let _ = interrupt.await;
            return;
        };
        tokio::select! {
            _ = interrupt => {}
            _ = terminate.recv() => {}
        }
    }
    #[cfg(not(unix))]
    let _ = interrupt.await;
}
