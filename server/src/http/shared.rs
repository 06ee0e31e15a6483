//! What caches that people share (a CDN, Varnish, nginx) may keep of the answers: files of the site, pictures of the demo, and what tells
//! programs about the API. It is the same for everybody and changes with a release alone. Everything else is somebody's, and `private`.
//!
//! Hashed files need none of this: under their name there is never anything else.

use axum::{
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::Response,
};
use limits::headers::{RATELIMIT, RATELIMIT_POLICY};

/// Which of them an answer is, laid beside it by its handler. A cache is told by these names what it keeps no longer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shared {
    Site,
    Demo,
    Documents,
}

const SITE: &str = "vitrine-site";
const DEMO: &str = "vitrine-demo";
const DOCUMENTS: &str = "vitrine-docs";

/// The names of all.
pub(crate) const TAGS: [&str; 3] = [SITE, DEMO, DOCUMENTS];

/// Said to a cache that can be told (RFC 9213): it keeps them for longer than browsers, who cannot, and shows what it has while the server
/// is away.
const FOR_THE_CDN: HeaderValue = HeaderValue::from_static("max-age=86400, stale-while-revalidate=60, stale-if-error=604800");
const CDN_CACHE_CONTROL: HeaderName = HeaderName::from_static("cdn-cache-control");
/// The same list of names as Fastly and Varnish call it, and as Cloudflare does.
const SURROGATE_KEY: HeaderName = HeaderName::from_static("surrogate-key");
const CACHE_TAG: HeaderName = HeaderName::from_static("cache-tag");

impl Shared {
    const fn tag(self) -> &'static str {
        match self {
            Self::Site => SITE,
            Self::Demo => DEMO,
            Self::Documents => DOCUMENTS,
        }
    }

    /// How long a browser keeps it.
    const fn for_browsers(self) -> &'static str {
        match self {
            Self::Site => "public, max-age=3600, stale-while-revalidate=86400",
            // Drawn from its number alone.
            Self::Demo => "public, max-age=31536000, immutable",
            // Whoever reads them wants to know what holds now.
            Self::Documents => "public, no-cache",
        }
    }
}

/// Writes the headers of what may be shared; `can_be_told` is whether there is a cache in front that hears of a new release.
pub(crate) fn mark(response: &mut Response, can_be_told: bool) {
    let Some(shared) = response.extensions_mut().remove::<Shared>() else { return };
    if !(response.status().is_success() || response.status() == StatusCode::NOT_MODIFIED) {
        return;
    }
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(shared.for_browsers()));
    forget_who_asked(headers);
    if can_be_told {
        headers.insert(CDN_CACHE_CONTROL, FOR_THE_CDN);
        headers.insert(SURROGATE_KEY, HeaderValue::from_static(shared.tag()));
        headers.insert(CACHE_TAG, HeaderValue::from_static(shared.tag()));
    }
}

/// What is given to everybody says nothing of how the first who asked stood.
fn forget_who_asked(headers: &mut HeaderMap) {
    for name in [RATELIMIT, RATELIMIT_POLICY, header::SET_COOKIE] {
        headers.remove(name);
    }
}

/// Of the API this is the same for everybody: its document, and the page to try it. The path is that below where it is mounted.
pub(super) fn is_document(path: &str) -> bool {
    path == "/v1/openapi.json" || path.strip_prefix("/v1/docs").is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use axum::response::IntoResponse;

    use super::*;

    fn marked(status: StatusCode, shared: Option<Shared>, can_be_told: bool) -> HeaderMap {
        let headers = [(header::CACHE_CONTROL, "private, no-cache"), (RATELIMIT, "\"address\";r=7;t=1"), (header::SET_COOKIE, "a=b")];
        let mut response = (status, headers).into_response();
        if let Some(shared) = shared {
            response.extensions_mut().insert(shared);
        }
        mark(&mut response, can_be_told);
        response.headers().clone()
    }

    #[test]
    fn what_is_the_same_for_everybody_says_so_and_names_nobody() {
        let headers = marked(StatusCode::OK, Some(Shared::Site), true);

        assert_eq!(headers[header::CACHE_CONTROL], "public, max-age=3600, stale-while-revalidate=86400");
        assert_eq!((&headers[SURROGATE_KEY], &headers[CACHE_TAG]), (&HeaderValue::from_static(SITE), &HeaderValue::from_static(SITE)));
        assert!(headers[CDN_CACHE_CONTROL].to_str().unwrap().starts_with("max-age=86400"));
        assert!(!headers.contains_key(RATELIMIT) && !headers.contains_key(header::SET_COOKIE), "{headers:?}");
    }

    #[test]
    fn a_cache_that_cannot_be_told_keeps_it_as_a_browser_does() {
        let headers = marked(StatusCode::NOT_MODIFIED, Some(Shared::Documents), false);

        assert_eq!(headers[header::CACHE_CONTROL], "public, no-cache");
        assert!([CDN_CACHE_CONTROL, SURROGATE_KEY, CACHE_TAG].iter().all(|name| !headers.contains_key(name)), "{headers:?}");
    }

    #[test]
    fn what_is_somebodys_or_went_wrong_stays_private() {
        for headers in [marked(StatusCode::OK, None, true), marked(StatusCode::NOT_FOUND, Some(Shared::Demo), true)] {
            assert_eq!(headers[header::CACHE_CONTROL], "private, no-cache");
            assert!(headers.contains_key(RATELIMIT) && !headers.contains_key(SURROGATE_KEY), "{headers:?}");
        }
    }

    #[test]
    fn a_name_is_as_short_as_every_cache_takes_it() {
        assert!(TAGS.iter().all(|tag| tag.len() <= 12));
    }
}
