//! Answers that are given before, or instead of, the router's.

use axum::{
    body::Body,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};

/// A sentence; for programs as RFC 9457 has it.
pub(crate) fn sentence(status: StatusCode, says: &str, is_api: bool) -> Response {
    let (kind, body) = if is_api {
        let title = status.canonical_reason().unwrap_or("Error");
        let problem = serde_json::json!({ "type": "about:blank", "title": title, "status": status.as_u16(), "detail": says });
        ("application/problem+json", problem.to_string())
    } else {
        ("text/plain; charset=utf-8", format!("{says}\n"))
    };
    let mut response = (status, Body::from(body)).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

/// The same as bytes of HTTP/1.1, for a connection that nothing is read from. It is closed with it.
pub(crate) fn bytes(status: StatusCode, says: &str, also: &str) -> String {
    let length = says.len() + 1;
    format!("HTTP/1.1 {status}\r\ncontent-type: text/plain; charset=utf-8\r\ncontent-length: {length}\r\n{also}connection: close\r\n\r\n{says}\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_is_a_whole_answer() {
        assert_eq!(
            bytes(StatusCode::SERVICE_UNAVAILABLE, "Come back.", "retry-after: 5\r\n"),
            "HTTP/1.1 503 Service Unavailable\r\ncontent-type: text/plain; charset=utf-8\r\ncontent-length: 11\r\nretry-after: 5\r\nconnection: close\r\n\r\nCome back.\n"
        );
    }
}
