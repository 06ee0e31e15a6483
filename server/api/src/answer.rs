//! An answer as finished bytes, so that it can be told by its entity tag, and kept to be given again.

use axum::{
    body::Body,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use cache::Finished;
use serde::Serialize;

use crate::{
    etag::Tags,
    kept::{Kept, value},
    problem::Problem,
};

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: Vec<(HeaderName, HeaderValue)>,
    pub(crate) body: Bytes,
    /// What goes out in place of the body, the first time alone: it has a secret in it, which nobody keeps.
    pub(crate) once: Option<Bytes>,
}

impl Answer {
    pub(crate) fn new(status: StatusCode, content_type: &'static str, body: Vec<u8>) -> Self {
        Self { status, headers: vec![(header::CONTENT_TYPE, HeaderValue::from_static(content_type))], body: body.into(), once: None }
    }

    pub(crate) fn json(status: StatusCode, content: &impl Serialize) -> Result<Self, Problem> {
        let body = serde_json::to_vec(content).map_err(|error| {
            tracing::error!(%error, "an answer could not be written");
            Problem::internal()
        })?;
        Ok(Self::new(status, "application/json", body))
    }

    pub(crate) const fn empty(status: StatusCode) -> Self {
        Self { status, headers: Vec::new(), body: Bytes::new(), once: None }
    }

    /// What is kept, with how it was come by; nothing of it is copied. It goes out compressed to whoever understands it, as it was once.
    pub(crate) fn kept(kept: &Kept, finished: &Finished, asked: &HeaderMap) -> Self {
        let mut answer = Self { status: StatusCode::OK, headers: Vec::with_capacity(8), body: finished.content().clone(), once: None };
        let content_type = value(finished.content_type());
        answer.headers.extend(content_type.map(|content_type| (header::CONTENT_TYPE, content_type)));
        answer.headers.extend(kept.told().into_iter().filter_map(|(name, text)| Some((name, value(&text)?))));
        answer = answer.tagged(finished.etag(), asked);
        if answer.status == StatusCode::OK
            && understands_gzip(asked)
            && let Some(compressed) = finished.gzip()
        {
            answer.body = compressed.clone();
            answer = answer.header(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        }
        answer.header(header::VARY, HeaderValue::from_static("accept-encoding"))
    }

    /// With a secret in it: `content` goes out and nobody may keep it. Sent again by its key, the request is answered with what is in
    /// this answer, which is without.
    pub(crate) fn with_secret(mut self, content: &impl Serialize) -> Result<Self, Problem> {
        self.once = Some(Self::json(self.status, content)?.body);
        Ok(self.header(header::CACHE_CONTROL, HeaderValue::from_static("no-store")))
    }

    #[must_use]
    pub(crate) fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.push((name, value));
        self
    }

    /// With a value that is made of what somebody sent: one that no header can hold is left out.
    #[must_use]
    pub(crate) fn text_header(self, name: HeaderName, value: &str) -> Self {
        match HeaderValue::from_str(value) {
            Ok(value) => self.header(name, value),
            Err(_) => self,
        }
    }

    /// With its entity tag; without its content for whoever has it already.
    #[must_use]
    pub(crate) fn tagged(mut self, etag: &str, asked: &HeaderMap) -> Self {
        // A condition that is no list of tags is none: the content is never wrong.
        if let Ok(Some(known)) = Tags::of(asked, &header::IF_NONE_MATCH)
            && known.knows(etag)
        {
            self.status = StatusCode::NOT_MODIFIED;
            self.body = Bytes::new();
            self.headers.retain(|(name, _)| name != header::CONTENT_TYPE);
        }
        self.text_header(header::ETAG, etag)
    }
}

/// Whether a request names gzip among what it accepts, and does not refuse it (RFC 9110, section 12.5.3).
pub(crate) fn understands_gzip(asked: &HeaderMap) -> bool {
    let named = asked.get_all(header::ACCEPT_ENCODING).iter().filter_map(|line| line.to_str().ok()).flat_map(|line| line.split(','));
    named.into_iter().any(|coding| {
        let (name, weight) = coding.split_once(';').unwrap_or((coding, ""));
        let refused = weight.trim().strip_prefix("q=").is_some_and(|weight| weight.trim_matches(['0', '.']).is_empty());
        name.trim().eq_ignore_ascii_case("gzip") && !refused
    })
}

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        let mut response = Response::new(Body::from(self.once.unwrap_or(self.body)));
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        // And as many for those who have something to add on the way.
        headers.reserve(2 * self.headers.len());
        for (name, value) in self.headers {
            headers.append(name, value);
        }
        // What depends on who asks is asked for again each time.
        headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("private, no-cache"));
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(etags: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(header::IF_NONE_MATCH, HeaderValue::from_static(etags))])
    }

    #[test]
    fn gzip_is_sent_to_those_who_name_it() {
        let accepts = |codings: &'static str| understands_gzip(&HeaderMap::from_iter([(header::ACCEPT_ENCODING, HeaderValue::from_static(codings))]));
        for codings in ["gzip", "br, GZIP;q=0.5", "deflate, gzip, br"] {
            assert!(accepts(codings), "{codings}");
        }
        for codings in ["", "br", "gzip;q=0", "gzip; q=0.000", "*", "identity"] {
            assert!(!accepts(codings), "{codings}");
        }
        assert!(!understands_gzip(&HeaderMap::new()));
    }

    #[test]
    fn whoever_has_the_content_is_not_sent_it_again() {
        let answer = || Answer::json(StatusCode::OK, &[1, 2]).unwrap();

        let known = answer().tagged("\"7\"", &asked("\"6\", W/\"7\""));
        let other = answer().tagged("\"7\"", &asked("\"6\""));
        let nonsense = answer().tagged("\"7\"", &asked("7"));

        assert_eq!((known.status, known.body.len()), (StatusCode::NOT_MODIFIED, 0));
        assert_eq!(known.headers, [(header::ETAG, HeaderValue::from_static("\"7\""))]);
        assert_eq!((other.status, &other.body[..]), (StatusCode::OK, &b"[1,2]"[..]));
        assert_eq!(nonsense.status, StatusCode::OK);
    }
}
