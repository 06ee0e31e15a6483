//! Files that arrive, from a browser or from a program. Little of a file is in memory, and what comes to the disk is deleted again
//! unless a job takes it.

use std::{future::poll_fn, io, path::PathBuf, pin::Pin, time::Duration};

use axum::{
    body::{Body, Bytes, HttpBody},
    http::{HeaderMap, header},
};
use futures::{Stream, TryStreamExt};
use ports::{Upload, error::AppError};
use tokio::{
    fs::{self, File},
    io::{AsyncWriteExt, BufWriter},
    time,
};

use crate::config::Config;

/// A file that no job has yet. It is deleted with this; a job that takes it moves it away.
pub(super) struct Arrived {
    name: String,
    path: PathBuf,
}

/// Why an upload is refused.
pub(super) enum Refused {
    /// 413: larger than so many megabytes.
    TooLarge(u64),
    Because(AppError),
}

/// How long the rest of a refused upload is taken and thrown away. A browser shows an answer only when it could send all, and
/// else says that the connection was reset.
pub(super) const PATIENCE: Duration = Duration::from_secs(30);

/// Takes what nobody wants to have, within bounds.
pub(super) async fn discard(mut body: Body) {
    let _ = time::timeout(PATIENCE, rest(&mut body)).await;
}

/// Puts a file on the disk that is the whole body, for good.
pub(super) async fn whole_body(
    config: &Config,
    name: String,
    headers: &HeaderMap,
    body: Body,
    seen: &mut (dyn for<'b> FnMut(&'b [u8]) + Send),
) -> Result<Arrived, Refused> {
    if length(headers).is_some_and(|length| length > config.max_upload_bytes) {
        discard(body).await;
        return Err(too_large(config));
    }
    let mut pieces = body.into_data_stream();
    let arrived = to_disk(config, name, &mut pieces, seen).await;
    if arrived.is_err() {
        let all = async { while let Ok(Some(_)) = pieces.try_next().await {} };
        let _ = time::timeout(PATIENCE, all).await;
    }
    arrived
}

/// Puts a file on the disk piece by piece, for good. `seen` is shown every piece.
pub(super) async fn to_disk<E>(
    config: &Config,
    name: String,
    pieces: &mut (impl Stream<Item = Result<Bytes, E>> + Unpin),
    seen: &mut (dyn for<'b> FnMut(&'b [u8]) + Send),
) -> Result<Arrived, Refused> {
    let dir = config.uploads_dir();
    fs::create_dir_all(&dir).await.map_err(|error| not_kept(&error))?;
    let mut random = [0; 16];
    getrandom::fill(&mut random).map_err(|_| AppError::Internal)?;
    let arrived = Arrived { name, path: dir.join(format!("{:032x}.part", u128::from_be_bytes(random))) };
    let mut file = BufWriter::with_capacity(1 << 20, File::create(&arrived.path).await.map_err(|error| not_kept(&error))?);
    let mut size = 0_u64;
    let mut receiving = traces::receiving();
    while let Some(bytes) = pieces.try_next().await.map_err(|_| broken())? {
        receiving.pause();
        size += bytes.len() as u64;
        if size > config.max_upload_bytes {
            return Err(too_large(config));
        }
        seen(&bytes);
        file.write_all(&bytes).await.map_err(|error| not_kept(&error))?;
        receiving.go_on();
    }
    drop(receiving);
    file.flush().await.map_err(|error| not_kept(&error))?;
    file.get_ref().sync_all().await.map_err(|error| not_kept(&error))?;
    Ok(arrived)
}

/// How long a body will be; none when it does not say.
pub(super) fn length(headers: &HeaderMap) -> Option<u64> {
    headers.get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

pub(super) const fn too_large(config: &Config) -> Refused {
    Refused::TooLarge(config.max_upload_bytes >> 20)
}

pub(super) fn broken() -> AppError {
    AppError::Invalid("The upload broke off or was not understood. Nothing was imported. Try again.".into())
}

impl Arrived {
    pub(super) fn upload(&self) -> Upload {
        Upload { file_name: self.name.clone(), path: self.path.clone() }
    }
}

impl Drop for Arrived {
    fn drop(&mut self) {
        // Most often a job has taken it and it is no longer there.
        let _ = std::fs::remove_file(&self.path);
    }
}

impl From<AppError> for Refused {
    fn from(error: AppError) -> Self {
        Self::Because(error)
    }
}

async fn rest(body: &mut Body) {
    while let Some(Ok(_)) = poll_fn(|context| Pin::new(&mut *body).poll_frame(context)).await {}
}

fn not_kept(error: &io::Error) -> AppError {
    tracing::error!(%error, "an upload could not be written");
    AppError::Unavailable(
        "The server could not keep the file: its disk is full or cannot be written. Nothing was imported. Tell whoever runs the server, and try again."
            .into(),
    )
}
