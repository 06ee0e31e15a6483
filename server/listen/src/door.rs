//! A request, from the connection to the router and back.

use std::{convert::Infallible, net::SocketAddr, pin::Pin, sync::Arc, time::Duration};

use axum::{
    body::Body,
    extract::{ConnectInfo, Request as RouterRequest},
    http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode, Uri, Version, header, request::Parts},
};
use hyper::{body::Incoming, service::Service};
use tokio::time::{Instant, sleep_until};
use tower_service::Service as _;

use crate::{
    body::{Arrival, Intake, Outflow},
    plain,
    serve::{Phase, Shared},
    watch::{Running, Watch},
};

/// A year, for this address alone: what else its domain serves is not for us to say.
const ONLY_HTTPS: HeaderValue = HeaderValue::from_static("max-age=31536000");

/// One connection's way to the router.
#[derive(Clone)]
pub(crate) struct Door {
    pub(crate) shared: Arc<Shared>,
    pub(crate) watch: Arc<Watch>,
    pub(crate) peer: SocketAddr,
    pub(crate) secure: bool,
}

impl Service<Request<Incoming>> for Door {
    type Response = Response<Outflow>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>> + Send>>;

    fn call(&self, request: Request<Incoming>) -> Self::Future {
        let running = self.watch.begin();
        let door = self.clone();
        Box::pin(async move { Ok(door.answer(request, running).await) })
    }
}

impl Door {
    async fn answer(self, request: Request<Incoming>, running: Running) -> Response<Outflow> {
        let (is_http1, begun) = (request.version() < Version::HTTP_2, Instant::now());
        let (mut response, broken_off) = match self.refused(&request) {
            Some(response) => (response, true),
            None => self.ask(request).await,
        };
        let headers = response.headers_mut();
        if broken_off {
            tell(headers, begun.elapsed());
        }
        if is_http1 && (broken_off || self.shared.phase() != Phase::Serving) {
            headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
        }
        if self.secure {
            headers.insert(header::STRICT_TRANSPORT_SECURITY, ONLY_HTTPS);
        }
        let way = self.watch.answer();
        response.map(|body| Outflow::new(body, way, running))
    }

    /// What no router needs to see.
    fn refused(&self, request: &Request<Incoming>) -> Option<Response<Body>> {
        let is_api = is_api(request.uri());
        if request.headers().len() > self.shared.limits.headers {
            let says = format!("This request has more than {} headers. Send fewer.", self.shared.limits.headers);
            return Some(plain::sentence(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE, &says, is_api));
        }
        // Two of them, or none, is how one server is made to see another address than the proxy before it.
        if request.version() == Version::HTTP_11 && request.headers().get_all(header::HOST).iter().count() != 1 {
            return Some(plain::sentence(StatusCode::BAD_REQUEST, "A request of HTTP/1.1 has one Host header. Send it.", is_api));
        }
        if self.shared.phase() != Phase::Serving && request.uri().path() == self.shared.ready_path {
            return Some(plain::sentence(StatusCode::SERVICE_UNAVAILABLE, "stopping", false));
        }
        None
    }

    /// Asks the router; true when its answer was not waited for, or the request not to its end.
    async fn ask(&self, request: Request<Incoming>) -> (Response<Body>, bool) {
        let arrival = Arc::new(Arrival::new());
        let is_api = is_api(request.uri());
        let request = self.as_the_router_expects(request, Arc::clone(&arrival));
        let mut router = self.shared.router.clone();
        let mut answered = std::pin::pin!(router.call(request));
        let limit = self.shared.limits.request;
        let mut overdue = std::pin::pin!(sleep_until(arrival.last() + limit));
        loop {
            tokio::select! {
                biased;
                Ok(response) = answered.as_mut() => {
                    if arrival.is_too_slow() {
                        let says = "The request came too slowly and was not waited for any longer. Nothing was done. Try again over a better connection.";
                        return (plain::sentence(StatusCode::REQUEST_TIMEOUT, says, is_api), true);
                    }
                    return (response, false);
                }
                () = overdue.as_mut() => {
                    let until = arrival.last() + limit;
                    if until <= Instant::now() {
                        tracing::warn!(seconds = limit.as_secs(), "a request was given up, as it took too long");
                        return (too_long(is_api), true);
                    }
                    overdue.as_mut().reset(until);
                }
            }
        }
    }

    fn as_the_router_expects(&self, request: Request<Incoming>, arrival: Arc<Arrival>) -> RouterRequest {
        let (mut parts, body) = request.into_parts();
        with_host(&mut parts);
        parts.extensions.insert(ConnectInfo(self.peer));
        Request::from_parts(parts, Body::new(Intake::new(body, self.shared.limits.rate, arrival)))
    }
}

/// How an answer was made that is not the router's, as the router tells of its own (RFC 9211): nothing was asked.
fn tell(headers: &mut HeaderMap, took: Duration) {
    headers.insert("cache-status", HeaderValue::from_static("vitrine-memory; fwd=bypass"));
    if let Ok(time) = HeaderValue::try_from(format!("total;dur={:.3}", took.as_secs_f64() * 1_000.0)) {
        headers.insert("server-timing", time);
    }
}

/// HTTP/2 has the host in the address, and HTTP/1.1 may: behind this it is a header always, and the address begins with its path.
fn with_host(parts: &mut Parts) {
    if parts.method == Method::CONNECT {
        return;
    }
    let Some(authority) = parts.uri.authority() else { return };
    // Without the name of a user, which nobody is told.
    let host = authority.as_str().rsplit('@').next().unwrap_or_default();
    if let Ok(host) = HeaderValue::from_str(host) {
        parts.headers.insert(header::HOST, host);
    }
    if let Some(path) = parts.uri.path_and_query().cloned() {
        parts.uri = Uri::from(path);
    }
}

fn is_api(address: &Uri) -> bool {
    address.path().starts_with("/api/")
}

fn too_long(is_api: bool) -> Response<Body> {
    let says = "This took too long and was given up. Try again in a minute, or ask for less at once.";
    let mut response = plain::sentence(StatusCode::SERVICE_UNAVAILABLE, says, is_api);
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("60"));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(address: &str, host: Option<&str>) -> (String, String) {
        let mut request = Request::builder().uri(address);
        if let Some(host) = host {
            request = request.header("host", host);
        }
        let (mut parts, ()) = request.body(()).unwrap().into_parts();
        with_host(&mut parts);
        let host = parts.headers.get("host").map(|host| host.to_str().unwrap().to_owned()).unwrap_or_default();
        (parts.uri.to_string(), host)
    }

    #[test]
    fn the_host_is_a_header_whatever_the_version() {
        assert_eq!(seen("/products?q=a", Some("shop.test")), ("/products?q=a".into(), "shop.test".into()));
        assert_eq!(seen("https://shop.test:8443/products?q=a", None), ("/products?q=a".into(), "shop.test:8443".into()));
        assert_eq!(seen("http://me@shop.test", Some("other.test")), ("/".into(), "shop.test".into()));
    }
}
