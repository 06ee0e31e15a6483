//! Pages are compressed as a whole: they leave the server whole anyway, and one that is as long as is known needs no room for what might
//! still come. Piece by piece, a megabyte is laid out and cleared for ten kilobytes, which was a tenth of what a page takes.

use std::cell::RefCell;

use axum::{
    body::{Body, Bytes, to_bytes},
    extract::Request,
    http::{HeaderMap, HeaderValue, header},
    middleware::Next,
    response::Response,
};
use zstd::bulk::Compressor;

/// A tenth of a millisecond for thirty kilobytes. One level higher takes a third more for some bytes less.
const LEVEL: i32 = 3;

/// Below this the headers are most of an answer.
const WORTH_IT: usize = 1_024;

thread_local! {
    /// What it works in is cleared once and used for every page of a thread.
    static COMPRESSOR: RefCell<Option<Compressor<'static>>> = const { RefCell::new(None) };
}

/// Compresses a page for whoever takes Zstandard (RFC 8878) as gladly as anything else; others are left to the layer outside.
pub(crate) async fn compressed(request: Request, next: Next) -> Response {
    let takes = takes_zstd(request.headers());
    let response = next.run(request).await;
    if !takes || !is_page(response.headers()) {
        return response;
    }
    let (mut head, body) = response.into_parts();
    let page = match to_bytes(body, usize::MAX).await {
        Ok(page) => page,
        Err(error) => {
            tracing::error!(%error, "a page was not made to its end");
            return super::errors::panicked(Box::new(error));
        }
    };
    head.headers.append(header::VARY, HeaderValue::from_static("accept-encoding"));
    let body = match compress(&page) {
        Some(body) => {
            head.headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("zstd"));
            body
        }
        None => page,
    };
    head.headers.insert(header::CONTENT_LENGTH, HeaderValue::from(body.len()));
    Response::from_parts(head, Body::from(body))
}

fn takes_zstd(headers: &HeaderMap) -> bool {
    let mut lines = headers.get_all(header::ACCEPT_ENCODING).iter();
    match (lines.next().map(HeaderValue::to_str), lines.next()) {
        // Where some are liked better than others, it is more to weigh.
        (Some(Ok(line)), None) => !line.contains(';') && line.split(',').any(|coding| coding.trim().eq_ignore_ascii_case("zstd")),
        _ => false,
    }
}

fn is_page(headers: &HeaderMap) -> bool {
    !headers.contains_key(header::CONTENT_ENCODING)
        && headers.get(header::CONTENT_TYPE).is_some_and(|content| content.as_bytes().starts_with(b"text/html"))
}

/// None where it is not worth it.
fn compress(page: &Bytes) -> Option<Bytes> {
    if page.len() < WORTH_IT {
        return None;
    }
    COMPRESSOR.with_borrow_mut(|compressor| {
        if compressor.is_none() {
            *compressor = Compressor::new(LEVEL).ok();
        }
        compressor.as_mut()?.compress(page).ok().map(Bytes::from)
    })
}

#[cfg(test)]
mod tests {
    use axum::{Router, http::StatusCode, middleware::from_fn, response::Html, routing::get};
    use tower::ServiceExt;

    use super::*;

    async fn asked(address: &str, codings: &str) -> (StatusCode, HeaderMap, Bytes) {
        let long = || async { Html("<p>lamp</p>".repeat(500)) };
        let pages =
            Router::new().route("/", get(long)).route("/short", get(|| async { Html("lamp") })).route("/text", get(|| async { "lamp".repeat(999) }));
        let request = Request::get(address).header(header::ACCEPT_ENCODING, codings).body(Body::empty()).unwrap();
        let response = pages.layer(from_fn(compressed)).oneshot(request).await.unwrap();
        let (head, body) = response.into_parts();
        (head.status, head.headers, to_bytes(body, usize::MAX).await.unwrap())
    }

    #[tokio::test]
    async fn a_page_is_compressed_for_a_browser_and_is_the_same() {
        let (status, headers, body) = asked("/", "gzip, deflate, br, zstd").await;

        let page = zstd::stream::decode_all(&body[..]).unwrap();
        assert_eq!((status, page.len()), (StatusCode::OK, 500 * "<p>lamp</p>".len()));
        assert_eq!((&headers[header::CONTENT_ENCODING], &headers[header::VARY]), (&"zstd".parse().unwrap(), &"accept-encoding".parse().unwrap()));
        assert_eq!(headers[header::CONTENT_LENGTH], body.len().to_string());
    }

    #[tokio::test]
    async fn what_is_short_is_no_page_or_is_taken_in_another_form_is_left_alone() {
        for (address, codings) in [("/short", "zstd"), ("/text", "zstd"), ("/", "gzip, br"), ("/", "gzip, zstd;q=0"), ("/", "")] {
            let (_, headers, _) = asked(address, codings).await;
            assert!(!headers.contains_key(header::CONTENT_ENCODING), "{address} {codings}");
        }
    }
}
