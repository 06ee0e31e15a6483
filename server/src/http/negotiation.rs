//! What an answer of the API depends on beside its address: who asks, and in which form they take it.
//!
//! A compressed answer is another one than the plain, and has an entity tag of its own (RFC 9110, section 8.8.3.3): `"7"` and `"7.gzip"`.
//! It stays a strong one, or a change that is made on the condition of it (`If-Match`) would always be refused. Whoever sends the tag of a
//! form back means what it is a form of, so that nothing further inside knows of forms.

use axum::{
    extract::Request,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    middleware::Next,
    response::Response,
};

use super::{
    assets::accepts,
    shared::{Shared, is_document},
};

/// The codings that answers are compressed in. No tag has a full stop in it otherwise.
const CODINGS: [&str; 3] = ["gzip", "br", "zstd"];

/// Gives each form its tag, and says what else an answer depends on.
pub(crate) async fn tell(mut request: Request, next: Next) -> Response {
    // A product is the same in each of its forms.
    without_forms(request.headers_mut(), &header::IF_MATCH, &CODINGS);
    let known = known_forms(request.headers_mut());
    let is_shared = is_document(request.uri().path());
    let mut response = next.run(request).await;
    let is_known = response.status() == StatusCode::NOT_MODIFIED;
    if is_shared {
        response.extensions_mut().insert(Shared::Documents);
    }
    let headers = response.headers_mut();
    if let Some(tag) = tag_of_form(headers, is_known, &known) {
        headers.insert(header::ETAG, tag);
    }
    vary(headers, is_known, is_shared);
    response
}

/// The same for an answer that is kept, and was asked for without a condition.
pub(crate) fn tell_of(mut response: Response) -> Response {
    let headers = response.headers_mut();
    if let Some(tag) = tag_of_form(headers, false, &Known::default()) {
        headers.insert(header::ETAG, tag);
    }
    vary(headers, false, false);
    response
}

/// Forms of what somebody has, in codings that they still take.
#[derive(Default)]
struct Known {
    tags: String,
    codings: Vec<&'static str>,
}

/// A form that is no longer taken is not asked for: then it is answered with another one, and not with "you have it".
fn known_forms(headers: &mut HeaderMap) -> Known {
    let Some(tags) = tags_with_forms(headers, &header::IF_NONE_MATCH) else { return Known::default() };
    let codings: Vec<&str> = CODINGS.into_iter().filter(|coding| accepts(headers, coding)).collect();
    without_forms(headers, &header::IF_NONE_MATCH, &codings);
    Known { tags, codings }
}

/// The list of tags in a header, if a form is among them.
fn tags_with_forms(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    let lines: Vec<&str> = headers.get_all(name).iter().filter_map(|line| line.to_str().ok()).collect();
    let tags = lines.join(", ");
    tags.contains('.').then_some(tags)
}

fn without_forms(headers: &mut HeaderMap, name: &HeaderName, codings: &[&str]) {
    let Some(mut tags) = tags_with_forms(headers, name) else { return };
    for coding in codings {
        tags = tags.replace(&format!(".{coding}\""), "\"");
    }
    if let Ok(tags) = HeaderValue::try_from(tags) {
        headers.insert(name, tags);
    }
}

/// The tag of the form that is sent, or that somebody has already; none for the plain one.
fn tag_of_form(headers: &HeaderMap, is_known: bool, known: &Known) -> Option<HeaderValue> {
    let tag = headers.get(header::ETAG)?.to_str().ok()?;
    let of_form = |coding: &str| tag.strip_suffix('"').filter(|_| tag.starts_with('"')).map(|tag| format!("{tag}.{coding}\""));
    let tag = if is_known {
        known.codings.iter().filter_map(|coding| of_form(coding)).find(|tag| known.tags.contains(tag.as_str()))?
    } else {
        of_form(headers.get(header::CONTENT_ENCODING)?.to_str().ok()?)?
    };
    HeaderValue::try_from(tag).ok()
}

/// A browser's own cache would otherwise compare what one token is shown with what another is: products of two stores have the same
/// address and may have the same tag.
fn vary(headers: &mut HeaderMap, is_known: bool, is_shared: bool) {
    if headers.get(header::CACHE_CONTROL).is_some_and(|control| control == "no-store") {
        return;
    }
    if is_known && !headers.contains_key(header::VARY) {
        headers.append(header::VARY, HeaderValue::from_static("accept-encoding"));
    }
    if !is_shared {
        headers.append(header::VARY, HeaderValue::from_static("authorization"));
    }
}

#[cfg(test)]
mod tests {
    use axum::{Router, body::Body, middleware::from_fn, response::IntoResponse, routing::get};
    use tower::ServiceExt;

    use super::*;

    /// What is asked inside, as its answer's body; compressed when the address says so.
    async fn inside(request: Request) -> Response {
        let heard = |name: HeaderName| request.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
        let known = heard(header::IF_NONE_MATCH);
        let mut response = format!("{}|{known}", heard(header::IF_MATCH)).into_response();
        if known.contains("\"7\"") {
            *response.status_mut() = StatusCode::NOT_MODIFIED;
        } else if let Some(coding) = request.uri().query() {
            response.headers_mut().insert(header::CONTENT_ENCODING, coding.parse().unwrap());
            response.headers_mut().insert(header::VARY, HeaderValue::from_static("accept-encoding"));
        }
        response.headers_mut().insert(header::ETAG, HeaderValue::from_static("\"7\""));
        response
    }

    async fn asked(address: &str, headers: &[(HeaderName, &str)]) -> (StatusCode, String, String, String) {
        let mut request = Request::get(address).body(Body::empty()).unwrap();
        for (name, value) in headers {
            request.headers_mut().append(name, value.parse().unwrap());
        }
        let response = Router::new().route("/", get(inside)).layer(from_fn(tell)).oneshot(request).await.unwrap();
        let all = |name: HeaderName| response.headers().get_all(name).iter().map(|line| line.to_str().unwrap()).collect::<Vec<_>>().join(", ");
        let (tag, vary, status) = (all(header::ETAG), all(header::VARY), response.status());
        let body = axum::body::to_bytes(response.into_body(), 1_000).await.unwrap();
        (status, tag, vary, String::from_utf8(body.to_vec()).unwrap())
    }

    #[tokio::test]
    async fn each_form_has_a_tag_of_its_own() {
        for (address, expected) in [("/", "\"7\""), ("/?gzip", "\"7.gzip\""), ("/?br", "\"7.br\""), ("/?zstd", "\"7.zstd\"")] {
            let (status, tag, vary, _) = asked(address, &[]).await;
            assert_eq!((status, tag.as_str(), vary.ends_with("authorization")), (StatusCode::OK, expected, true), "{address}");
        }
    }

    #[tokio::test]
    async fn a_condition_is_made_with_any_form() {
        let tags = [(header::IF_MATCH, "\"6.br\", \"7.gzip\""), (header::IF_MATCH, "W/\"8\"")];

        let (_, _, _, heard) = asked("/", &tags).await;

        assert_eq!(heard, "\"6\", \"7\", W/\"8\"|");
    }

    #[tokio::test]
    async fn whoever_has_a_form_is_told_by_its_tag() {
        let gzip = (header::ACCEPT_ENCODING, "gzip, br");

        let has = asked("/?gzip", &[gzip.clone(), (header::IF_NONE_MATCH, "\"7.gzip\"")]).await;
        let has_plain = asked("/?gzip", &[gzip.clone(), (header::IF_NONE_MATCH, "\"7\"")]).await;
        let has_old = asked("/?gzip", &[gzip, (header::IF_NONE_MATCH, "\"6.gzip\"")]).await;

        assert_eq!((has.0, has.1.as_str(), has.2.as_str()), (StatusCode::NOT_MODIFIED, "\"7.gzip\"", "accept-encoding, authorization"));
        assert_eq!((has_plain.0, has_plain.1.as_str()), (StatusCode::NOT_MODIFIED, "\"7\""));
        assert_eq!((has_old.0, has_old.1.as_str()), (StatusCode::OK, "\"7.gzip\""));
    }

    #[tokio::test]
    async fn a_form_that_is_no_longer_taken_is_not_what_somebody_has() {
        let plain = (header::ACCEPT_ENCODING, "identity");

        let (status, tag, _, _) = asked("/", &[plain, (header::IF_NONE_MATCH, "\"7.gzip\"")]).await;

        assert_eq!((status, tag.as_str()), (StatusCode::OK, "\"7\""));
    }
}
