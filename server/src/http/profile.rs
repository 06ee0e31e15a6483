//! Where the processors' time went, as files for tools that draw it. Its page is one of the places of performance.

use std::io::Write;

use axum::{
    extract::{Request, State},
    http::header,
    response::{IntoResponse, Response},
};
use flate2::{Compression, write::GzEncoder};
use ports::{Access, error::AppError, profiles::Profile};
use profile::protobuf;

use super::{errors, session, state::AppState};

/// `GET /performance/profile.pb`: as `pprof` reads it, which is compressed.
pub(crate) async fn for_pprof(State(state): State<AppState>, request: Request) -> Response {
    file(&state, request, "application/octet-stream", "profile.pb", compressed).await
}

/// `GET /performance/profile.txt`: a line a stack.
pub(crate) async fn collapsed(State(state): State<AppState>, request: Request) -> Response {
    file(&state, request, "text/plain; charset=utf-8", "profile.txt", |profile| Ok(profile::collapsed::write(&profile.samples).into_bytes())).await
}

type Written = fn(&Profile) -> Result<Vec<u8>, std::io::Error>;

async fn file(state: &AppState, request: Request, kind: &'static str, name: &str, written: Written) -> Response {
    // Not the request itself: its body is for one thread.
    match made(state, session::access(&request), written).await {
        Ok(file) => {
            let headers = [(header::CONTENT_TYPE, kind.to_owned()), (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\""))];
            (headers, file).into_response()
        }
        Err(error) => errors::page(state, &error),
    }
}

async fn made(state: &AppState, who: Result<Access, AppError>, written: Written) -> Result<Vec<u8>, AppError> {
    let latest = state.ports.profiles.latest(&who?).await?.latest.ok_or(AppError::NotFound)?;
    let made = tokio::task::spawn_blocking(move || written(&latest)).await;
    made.map_err(std::io::Error::other).flatten().map_err(|error| {
        tracing::error!(%error, "a profile could not be written");
        AppError::Internal
    })
}

fn compressed(profile: &Profile) -> Result<Vec<u8>, std::io::Error> {
    let began_at = u64::try_from(profile.began_at.micros()).unwrap_or(0);
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(&protobuf::write(&profile.samples, began_at, &format!("vitrine, build {}", profile.build)))?;
    encoder.finish()
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use domain::clock::Timestamp;
    use flate2::read::GzDecoder;
    use profile::Builder;

    use super::*;

    #[test]
    fn a_file_for_pprof_is_compressed_and_says_of_which_build_it_is() {
        let mut builder = Builder::default();
        builder.add("worker", [(profile::Function { name: "work".into(), ..Default::default() }, 7)], 3);
        let profile = Profile { began_at: Timestamp::from_micros(5), build: "abc".into(), samples: builder.finish(99, 1_000) };

        let file = compressed(&profile).unwrap();

        let mut read = Vec::new();
        GzDecoder::new(&file[..]).read_to_end(&mut read).unwrap();
        assert_eq!(read, protobuf::write(&profile.samples, 5, "vitrine, build abc"));
        assert!(read.windows(4).any(|part| part == b"work"));
    }
}
