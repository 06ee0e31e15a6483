//! Taking in a form with a file. Whatever is sent, little of it is in memory, and what comes to the disk is deleted again
//! unless a job takes it.

use std::{future::poll_fn, io, path::PathBuf, pin::Pin, time::Duration};

use axum::{
    body::{Body, HttpBody},
    extract::{Multipart, Request, multipart::Field},
    http::header,
};
use ports::{ImportOptions, Upload, error::AppError};
use tokio::{
    fs::{self, File},
    io::{AsyncWriteExt, BufWriter},
    time::{self, Instant},
};

use crate::config::Config;

/// A form as somebody has filled it in.
#[derive(Default)]
pub(super) struct Form {
    pub(super) options: ImportOptions,
    /// The store its page was about; none when it does not say.
    pub(super) store: Option<String>,
    /// None when no file was chosen.
    pub(super) file: Option<Arrived>,
}

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

/// The parts of a form that hold a word, and those that it does not have.
const SMALL: usize = 1 << 10;
/// How many parts a form may have: more than it has.
const PARTS: usize = 16;
/// What a form takes around its file.
const AROUND: u64 = 64 << 10;
/// How long the rest of a refused upload is taken and thrown away. A browser shows an answer only when it could send all, and
/// else says that the connection was reset.
const PATIENCE: Duration = Duration::from_secs(30);

/// Reads a form to its end, or until it is refused.
pub(super) async fn form(config: &Config, request: Request) -> Result<Form, Refused> {
    let length = request.headers().get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    if length.is_some_and(|length| length > config.max_upload_bytes.saturating_add(AROUND)) {
        discard(request.into_body()).await;
        return Err(Refused::TooLarge(config.max_upload_bytes >> 20));
    }
    let mut parts = axum::RequestExt::extract::<Multipart, _>(request).await.map_err(|_| broken())?;
    let mut form = Form::default();
    for _ in 0..PARTS {
        let Some(mut part) = parts.next_field().await.map_err(|_| broken())? else { return Ok(form) };
        if let Err(refused) = take(config, &mut form, &mut part).await {
            let until = Instant::now() + PATIENCE;
            let _ = time::timeout_at(until, rest_of(part)).await;
            let _ = time::timeout_at(until, rest_of_all(parts)).await;
            return Err(refused);
        }
    }
    let _ = time::timeout(PATIENCE, rest_of_all(parts)).await;
    Err(broken().into())
}

/// Takes what nobody wants to have, within bounds.
pub(super) async fn discard(mut body: Body) {
    let all = async { while let Some(Ok(_)) = poll_fn(|context| Pin::new(&mut body).poll_frame(context)).await {} };
    let _ = time::timeout(PATIENCE, all).await;
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

async fn take(config: &Config, form: &mut Form, part: &mut Field<'_>) -> Result<(), Refused> {
    match part.name() {
        Some("dry_run") => form.options.dry_run = is_checked(&small(part).await?),
        Some("store") => form.store = Some(small(part).await?),
        Some("overwrite") => form.options.overwrite = is_checked(&small(part).await?),
        Some("file") => {
            let name: String = part.file_name().unwrap_or_default().chars().filter(|c| !c.is_control()).take(200).collect();
            if name.is_empty() {
                // What a browser sends when no file was chosen.
                small(part).await?;
            } else if form.file.is_some() {
                return Err(AppError::Invalid("There is more than one file. Nothing was imported; send one file at a time.".into()).into());
            } else {
                form.file = Some(to_disk(config, name, part).await?);
            }
        }
        _ => {
            small(part).await?;
        }
    }
    Ok(())
}

async fn small(part: &mut Field<'_>) -> Result<String, Refused> {
    let mut bytes = Vec::new();
    while let Some(chunk) = part.chunk().await.map_err(|_| broken())? {
        if bytes.len() + chunk.len() > SMALL {
            return Err(broken().into());
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

async fn to_disk(config: &Config, name: String, part: &mut Field<'_>) -> Result<Arrived, Refused> {
    let dir = config.uploads_dir();
    fs::create_dir_all(&dir).await.map_err(|error| not_kept(&error))?;
    let mut random = [0; 16];
    getrandom::fill(&mut random).map_err(|_| AppError::Internal)?;
    let arrived = Arrived { name, path: dir.join(format!("{:032x}.part", u128::from_be_bytes(random))) };
    let mut file = BufWriter::with_capacity(1 << 20, File::create(&arrived.path).await.map_err(|error| not_kept(&error))?);
    let mut size = 0_u64;
    while let Some(bytes) = part.chunk().await.map_err(|_| broken())? {
        size += bytes.len() as u64;
        if size > config.max_upload_bytes {
            return Err(Refused::TooLarge(config.max_upload_bytes >> 20));
        }
        file.write_all(&bytes).await.map_err(|error| not_kept(&error))?;
    }
    file.flush().await.map_err(|error| not_kept(&error))?;
    file.get_ref().sync_all().await.map_err(|error| not_kept(&error))?;
    Ok(arrived)
}

async fn rest_of(mut part: Field<'_>) {
    while let Ok(Some(_)) = part.chunk().await {}
}

async fn rest_of_all(mut parts: Multipart) {
    while let Ok(Some(part)) = parts.next_field().await {
        rest_of(part).await;
    }
}

fn is_checked(value: &str) -> bool {
    matches!(value, "on" | "true" | "1" | "yes")
}

fn broken() -> AppError {
    AppError::Invalid("The upload broke off or was not understood. Nothing was imported. Try again.".into())
}

fn not_kept(error: &io::Error) -> AppError {
    tracing::error!(%error, "an upload could not be written");
    AppError::Unavailable(
        "The server could not keep the file: its disk is full or cannot be written. Nothing was imported. Tell whoever runs the server, and try again."
            .into(),
    )
}
