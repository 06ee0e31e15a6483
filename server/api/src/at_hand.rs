//! Answers that are there already, given before anything is routed. Nothing is asked of the database for them, so that they need no place
//! at the door; and what is around a route takes longer than they do.

use axum::{
    http::{HeaderMap, HeaderName, Method, Uri, header},
    response::{IntoResponse, Response},
};
use domain::scope::Scope;
use ports::tokens::Bearer;

use crate::{ROOT, answer::understands_gzip, bearer, options::Api, v1};

/// Knows what is kept of the API's answers; made with its router.
#[derive(Clone)]
pub struct AtHand(pub(crate) Api);

/// With one of these it depends on more than who asks and what for.
const CONDITIONS: [HeaderName; 5] = [header::IF_NONE_MATCH, header::IF_MATCH, header::IF_MODIFIED_SINCE, header::IF_UNMODIFIED_SINCE, header::RANGE];

impl AtHand {
    /// The answer to a request for a list or a product, if it is kept as it is sent. None otherwise, whatever the reason: the request
    /// then goes its way, on which it is also told what is wrong with it.
    pub async fn answer(&self, method: &Method, address: &Uri, headers: &HeaderMap) -> Option<Response> {
        let below = address.path().strip_prefix(ROOT)?.strip_prefix("/v1/products")?;
        if method != Method::GET || CONDITIONS.iter().any(|name| headers.contains_key(name)) || !takes_what_is_kept(headers) {
            return None;
        }
        let who = self.bearer(headers)?.access;
        let answer = match below.strip_prefix('/') {
            None if below.is_empty() => v1::products::list_at_hand(&self.0, &who, address.query().unwrap_or_default(), headers).await?,
            Some(name) if is_plain(name) => v1::products::one_at_hand(&self.0, &who, name, headers).await?,
            _ => return None,
        };
        Some(answer.into_response())
    }

    fn bearer(&self, headers: &HeaderMap) -> Option<Bearer> {
        let secret = bearer::secret(headers).ok()?;
        self.0.ports.tokens.known_bearer(&secret).filter(|bearer| bearer.scopes.contains(Scope::ReadProducts))
    }
}

/// It is kept plain and as gzip; any other form is made on the way.
fn takes_what_is_kept(headers: &HeaderMap) -> bool {
    !headers.contains_key(header::ACCEPT_ENCODING) || understands_gzip(headers)
}

/// Whether it is the same with and without what an address escapes.
fn is_plain(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn a_name_is_looked_up_as_it_stands_or_not_at_all() {
        assert!(["oak-lamp", "0198c0de-0000-7000-8000-000000000001", "A_1"].into_iter().all(is_plain));
        assert!(!["", "oak%2Dlamp", "oak/variants", "lampe-ö", "a.b", "a b"].into_iter().any(is_plain));
    }

    #[test]
    fn whoever_takes_another_form_alone_is_not_given_what_is_kept() {
        let takes = |codings: &'static str| takes_what_is_kept(&HeaderMap::from_iter([(header::ACCEPT_ENCODING, HeaderValue::from_static(codings))]));
        assert!(takes_what_is_kept(&HeaderMap::new()) && takes("gzip") && takes("br, gzip;q=0.1"));
        assert!(!["", "br", "zstd", "identity", "*", "gzip;q=0"].into_iter().any(takes));
    }
}
