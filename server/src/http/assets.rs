//! The browser's files, compressed when they were built. A hashed file never changes and is kept for a
//! year; a missing one is a 404 and never a page, so that a chunk that is gone is not taken for HTML.

use std::path::Path;

use axum::{
    Router,
    body::Body,
    extract::{Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use domain::worker::MARKER;
use ports::error::AppError;
use tower::ServiceExt;
use tower_http::services::ServeDir;

use super::{errors, shared::Shared, state::AppState};
use crate::site::Site;

/// What a build leaves beside a file, the smallest first: of those that somebody likes equally well this is the one to send.
const FORMS: [&str; 3] = ["br", "zstd", "gzip"];

/// Said of hashed files that pages fetch from elsewhere: which page it is makes no difference, so that a cache keeps one answer for all.
const ANYBODY: HeaderValue = HeaderValue::from_static("*");
const TIMING_ALLOW_ORIGIN: HeaderName = HeaderName::from_static("timing-allow-origin");

#[derive(Clone)]
struct Hashed {
    files: ServeDir,
    /// Whether pages fetch them from another origin than their own.
    from_elsewhere: bool,
}

/// `/pkg/...`
pub(crate) fn hashed(site: &Site) -> Router {
    let hashed = Hashed { files: files(&site.dir.join("pkg")), from_elsewhere: !site.assets.is_empty() };
    Router::new().fallback(serve_hashed).with_state(hashed)
}

/// Icons, the manifest; and a page that says so for what is not there.
pub(crate) fn public(state: AppState) -> Router {
    Router::new().fallback(serve_public).with_state(state)
}

/// What file systems take, in bytes, with the ending of a form behind it.
const LONGEST_NAME: usize = 255 - ".zst".len();
const LONGEST_PATH: usize = 2_048;

async fn serve_hashed(State(hashed): State<Hashed>, request: Request) -> Response {
    let mut response = serve(hashed.files, request).await;
    // While one works on it the names are plain and the files change.
    let lifetime = if is_there(&response) && !cfg!(debug_assertions) { "public, max-age=31536000, immutable" } else { "no-store" };
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static(lifetime));
    if hashed.from_elsewhere {
        response.headers_mut().insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, ANYBODY);
        response.headers_mut().insert(TIMING_ALLOW_ORIGIN, ANYBODY);
        // Or the service worker would not see that it is ours.
        response.headers_mut().insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static(MARKER.0));
    }
    response
}

async fn serve_public(State(state): State<AppState>, request: Request) -> Response {
    let mut response = serve(files(&state.site.dir), request).await;
    if matches!(response.status(), StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED) {
        return errors::page(&state, &AppError::NotFound);
    }
    if is_there(&response) {
        response.extensions_mut().insert(Shared::Site);
    }
    response
}

fn is_there(response: &Response) -> bool {
    response.status().is_success() || response.status() == StatusCode::NOT_MODIFIED
}

fn files(dir: &Path) -> ServeDir {
    ServeDir::new(dir)
        .precompressed_br()
        .precompressed_zstd()
        .precompressed_gzip()
        .append_index_html_on_directories(false)
        .ignore_multi_range_requests(true)
}

/// Each form has a tag of its own, from its size and the time it was made at.
async fn serve(files: ServeDir, request: Request) -> Response {
    // The system would say that it cannot look, and not that there is none.
    let path = request.uri().path();
    if path.len() > LONGEST_PATH || path.contains("%00") || path.split('/').any(|name| name.len() > LONGEST_NAME) {
        return StatusCode::NOT_FOUND.into_response();
    }
    let (mut parts, _) = request.into_parts();
    match liked(&parts.headers) {
        Some(liked) => parts.headers.insert(header::ACCEPT_ENCODING, liked),
        None => parts.headers.remove(header::ACCEPT_ENCODING),
    };
    let mut response = match if_range(&mut parts.headers) {
        // The part of a file as it was: asked for on the condition that it still is, or else as a whole.
        Some(tag) => {
            let mut part = parts.clone();
            part.headers.insert(header::IF_MATCH, tag);
            let response = ask(&files, part).await;
            if response.status() == StatusCode::PRECONDITION_FAILED {
                parts.headers.remove(header::RANGE);
                ask(&files, parts).await
            } else {
                response
            }
        }
        None => ask(&files, parts).await,
    };
    if is_there(&response) {
        response.headers_mut().insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    }
    response
}

async fn ask(files: &ServeDir, parts: Parts) -> Response {
    match files.clone().oneshot(Request::from_parts(parts, Body::empty())).await {
        Ok(response) => response.into_response(),
        Err(never) => match never {},
    }
}

/// The tag that a part is asked for with; without one there is nothing to compare with, and the whole is sent instead.
fn if_range(headers: &mut HeaderMap) -> Option<HeaderValue> {
    let tag = headers.remove(header::IF_RANGE)?;
    if headers.contains_key(header::RANGE) && tag.as_bytes().starts_with(b"\"") && !headers.contains_key(header::IF_MATCH) {
        return Some(tag);
    }
    headers.remove(header::RANGE);
    None
}

/// Whether somebody takes a form.
pub(super) fn accepts(headers: &HeaderMap, form: &str) -> bool {
    liked(headers).is_some_and(|liked| liked.to_str().is_ok_and(|liked| liked.split(", ").any(|one| one.starts_with(form))))
}

/// The forms that somebody takes, the best first, as `ServeDir` reads it; none when they want the file as it is.
fn liked(headers: &HeaderMap) -> Option<HeaderValue> {
    let mut weights: Vec<(&str, f32)> = Vec::new();
    for accepted in headers.get_all(header::ACCEPT_ENCODING).iter().filter_map(|line| line.to_str().ok()).flat_map(|line| line.split(',')) {
        let (coding, weight) = accepted.split_once(';').map_or((accepted, Some(1.0)), |(coding, weight)| (coding, read_weight(weight)));
        if let Some(weight) = weight {
            weights.push((coding.trim(), weight));
        }
    }
    let weight_of = |coding: &str| weights.iter().find(|(named, _)| named.eq_ignore_ascii_case(coding)).map(|(_, weight)| *weight);
    let others = weight_of("*").unwrap_or_default();
    let as_it_is = weight_of("identity").unwrap_or_default();
    let mut liked: Vec<(&str, f32)> =
        FORMS.iter().map(|form| (*form, weight_of(form).unwrap_or(others))).filter(|(_, weight)| *weight > 0.0 && *weight >= as_it_is).collect();
    liked.sort_by(|(_, one), (_, other)| other.total_cmp(one));
    let list: Vec<String> = liked.iter().zip(["1", "0.9", "0.8"]).map(|((form, _), weight)| format!("{form};q={weight}")).collect();
    if list.is_empty() { None } else { HeaderValue::try_from(list.join(", ")).ok() }
}

fn read_weight(text: &str) -> Option<f32> {
    let weight = text.trim().strip_prefix(['q', 'Q'])?.strip_prefix('=')?.parse().ok()?;
    (0.0..=1.0).contains(&weight).then_some(weight)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn liked_of(accepts: &'static str) -> String {
        let headers = HeaderMap::from_iter([(header::ACCEPT_ENCODING, HeaderValue::from_static(accepts))]);
        liked(&headers).map(|liked| liked.to_str().unwrap().to_owned()).unwrap_or_default()
    }

    #[test]
    fn of_what_is_liked_equally_the_smallest_is_sent() {
        assert_eq!(liked_of("gzip, deflate, br, zstd"), "br;q=1, zstd;q=0.9, gzip;q=0.8");
        assert_eq!(liked_of("*"), "br;q=1, zstd;q=0.9, gzip;q=0.8");
        assert_eq!(liked_of("gzip"), "gzip;q=1");
    }

    #[test]
    fn weights_come_first() {
        assert_eq!(liked_of("br;q=0.5, gzip;q=0.8, zstd; q=0.6"), "gzip;q=1, zstd;q=0.9, br;q=0.8");
        assert_eq!(liked_of("br;q=0, *;q=0.1"), "zstd;q=1, gzip;q=0.9");
        assert_eq!(liked_of("identity, gzip;q=0.5"), "");
        assert_eq!(liked_of("GZIP ; Q=1.0, br;q=2, zstd;q="), "gzip;q=1");
    }

    #[test]
    fn nothing_said_is_the_file_as_it_is() {
        assert_eq!(liked(&HeaderMap::new()), None);
        assert_eq!(liked_of(""), "");
        assert_eq!(liked_of("compress, deflate"), "");
    }

    #[test]
    fn a_form_is_taken_by_whoever_likes_it() {
        let headers = HeaderMap::from_iter([(header::ACCEPT_ENCODING, HeaderValue::from_static("gzip, br;q=0"))]);

        assert!(accepts(&headers, "gzip") && !accepts(&headers, "br") && !accepts(&headers, "zstd"));
        assert!(!accepts(&HeaderMap::new(), "gzip"));
    }

    #[test]
    fn a_part_is_asked_for_with_a_tag_or_not_at_all() {
        let asked = |tag: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::RANGE, HeaderValue::from_static("bytes=0-1"));
            headers.insert(header::IF_RANGE, HeaderValue::from_static(tag));
            let condition = if_range(&mut headers);
            (condition.is_some(), headers.contains_key(header::RANGE))
        };

        assert_eq!(asked("\"a\""), (true, true));
        assert_eq!(asked("W/\"a\""), (false, false));
        assert_eq!(asked("Wed, 21 Oct 2026 07:28:00 GMT"), (false, false));
    }
}
