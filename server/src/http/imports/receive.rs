//! Taking in a form with a file.

use axum::extract::{Multipart, Request, multipart::Field};
use ports::{ImportOptions, error::AppError};
use tokio::time::{self, Instant};

use crate::{
    config::Config,
    http::uploads::{Arrived, PATIENCE, Refused, broken, discard, length, to_disk, too_large},
};

/// A form as somebody has filled it in.
#[derive(Default)]
pub(super) struct Form {
    pub(super) options: ImportOptions,
    /// The store its page was about; none when it does not say.
    pub(super) store: Option<String>,
    /// None when no file was chosen.
    pub(super) file: Option<Arrived>,
}

/// The parts of a form that hold a word, and those that it does not have.
const SMALL: usize = 1 << 10;
/// How many parts a form may have: more than it has.
const PARTS: usize = 16;
/// What a form takes around its file.
const AROUND: u64 = 64 << 10;

/// Reads a form to its end, or until it is refused.
pub(super) async fn form(config: &Config, request: Request) -> Result<Form, Refused> {
    if length(request.headers()).is_some_and(|length| length > config.max_upload_bytes.saturating_add(AROUND)) {
        discard(request.into_body()).await;
        return Err(too_large(config));
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
                form.file = Some(to_disk(config, name, part, &mut |_| {}).await?);
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
