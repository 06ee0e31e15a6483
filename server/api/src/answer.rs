//! An answer as finished bytes, so that it can be told by its entity tag, and kept to be given again.

use axum::{
    body::Body,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;

use crate::{etag::Tags, problem::Problem};

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: Vec<(HeaderName, HeaderValue)>,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn new(status: StatusCode, content_type: &'static str, body: Vec<u8>) -> Self {
        Self { status, headers: vec![(header::CONTENT_TYPE, HeaderValue::from_static(content_type))], body }
    }

    pub(crate) fn json(status: StatusCode, content: &impl Serialize) -> Result<Self, Problem> {
        let body = serde_json::to_vec(content).map_err(|error| {
            tracing::error!(%error, "an answer could not be written");
            Problem::internal()
        })?;
        Ok(Self::new(status, "application/json", body))
    }

    pub(crate) const fn empty(status: StatusCode) -> Self {
        Self { status, headers: Vec::new(), body: Vec::new() }
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
            self.body.clear();
            self.headers.retain(|(name, _)| name != header::CONTENT_TYPE);
        }
        self.text_header(header::ETAG, etag)
    }
}

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        let mut response = Response::new(Body::from(self.body));
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
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
    fn whoever_has_the_content_is_not_sent_it_again() {
        let answer = || Answer::json(StatusCode::OK, &[1, 2]).unwrap();

        let known = answer().tagged("\"7\"", &asked("\"6\", W/\"7\""));
        let other = answer().tagged("\"7\"", &asked("\"6\""));
        let nonsense = answer().tagged("\"7\"", &asked("7"));

        assert_eq!((known.status, known.body.len()), (StatusCode::NOT_MODIFIED, 0));
        assert_eq!(known.headers, [(header::ETAG, HeaderValue::from_static("\"7\""))]);
        assert_eq!((other.status, other.body.as_slice()), (StatusCode::OK, &b"[1,2]"[..]));
        assert_eq!(nonsense.status, StatusCode::OK);
    }
}
