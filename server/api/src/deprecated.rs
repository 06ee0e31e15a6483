//! Addresses that will go away: they serve what has taken their place, and say so, and it is counted who still asks there.

use std::sync::Arc;

use axum::{
    Router,
    extract::{Request, State},
    http::{HeaderName, HeaderValue, Uri, header},
    middleware::{Next, from_fn_with_state},
    response::Response,
};

use crate::{
    bearer::Caller,
    options::Api,
    v1::{ROOT, before_versions},
};

/// RFC 9745: since when, in seconds since 1970. The first of November 2026.
const DEPRECATED: (HeaderName, HeaderValue) = (HeaderName::from_static("deprecation"), HeaderValue::from_static("@1793491200"));

/// RFC 8594: when they may be gone.
const SUNSET: (HeaderName, HeaderValue) = (HeaderName::from_static("sunset"), HeaderValue::from_static("Mon, 01 Nov 2027 00:00:00 GMT"));

/// The addresses there were before there were versions.
pub(crate) fn aliases(api: &Api) -> Router<Api> {
    let routes = before_versions().into_iter().fold(Router::new(), |router, (path, methods)| router.route(path, methods));
    routes.route_layer(from_fn_with_state(api.clone(), mark))
}

/// Marks what is answered, and counts the call of whoever was let in.
async fn mark(State(api): State<Api>, mut request: Request, next: Next) -> Response {
    let caller = Arc::new(Caller::default());
    request.extensions_mut().insert(caller.clone());
    let route = format!("{} {}{}", request.method(), crate::ROOT, request.uri().path());
    let successor = successor(request.uri());
    let mut response = next.run(request).await;
    if let Some((store, token)) = caller.0.get() {
        api.ports.deprecated.count(*store, *token, &route).await;
    }
    let headers = response.headers_mut();
    headers.extend([DEPRECATED, SUNSET]);
    if let Some(successor) = successor {
        headers.append(header::LINK, successor);
    }
    response
}

/// What has taken its place. The address is one of [`before_versions`], below where the API is mounted.
fn successor(address: &Uri) -> Option<HeaderValue> {
    HeaderValue::from_str(&format!("<{ROOT}{}>; rel=\"successor-version\"", address.path())).ok()
}

#[cfg(test)]
mod tests {
    use domain::clock::Timestamp;

    use super::*;

    #[test]
    fn a_year_lies_between_the_dates() {
        let since: i64 = DEPRECATED.1.to_str().unwrap().trim_start_matches('@').parse().unwrap();

        assert_eq!(Timestamp::from_micros(since * 1_000_000).civil(), (2026, 11, 1, 0, 0, 0));
        assert_eq!(SUNSET.1, "Mon, 01 Nov 2027 00:00:00 GMT");
    }

    #[test]
    fn what_has_taken_its_place_is_named() {
        assert_eq!(successor(&Uri::from_static("/products")).unwrap(), "</api/v1/products>; rel=\"successor-version\"");
    }
}
