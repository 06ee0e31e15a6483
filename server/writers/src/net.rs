//! The way out: HTTP/1.1 over TLS, to addresses that were checked. It follows no redirect, uses no proxy and keeps no cookie.

use std::{
    error::Error,
    io,
    net::SocketAddr,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use async_trait::async_trait;
use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt, Full, combinators::UnsyncBoxBody};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::{
    client::legacy::{
        Client,
        connect::{HttpConnector, dns::Name},
    },
    rt::{TokioExecutor, TokioTimer},
};
use rustls::crypto::CryptoProvider;
use tower_service::Service;
use url::Url;

use crate::guard::{Allowed, Forbidden, Lookup, system_lookup};

const CONNECT: Duration = Duration::from_secs(10);
/// Longer than most servers keep a connection that nobody uses.
const IDLE: Duration = Duration::from_secs(50);

pub type Body = UnsyncBoxBody<Bytes, Box<dyn Error + Send + Sync>>;

/// Sends a request and gives the answer once its head is there.
#[async_trait]
pub trait Wire: Send + Sync {
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Body>, Broken>;
}

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Broken {
    /// The address may not be asked: a sentence.
    #[error("{0}")]
    Forbidden(String),
    /// Nothing was sent.
    #[error("{0}")]
    Unreachable(String),
    /// It was sent, and nothing came back.
    #[error("{0}")]
    Lost(String),
}

/// The network.
pub struct Net {
    /// None where TLS cannot be spoken. Whoever asks a provider is told so; the rest of the program does without.
    client: Option<Client<HttpsConnector<HttpConnector<Resolver>>, Full<Bytes>>>,
    allowed: Arc<Allowed>,
}

impl Net {
    pub fn new(allowed: Allowed) -> Self {
        Self::looking_up(allowed, system_lookup())
    }

    pub(crate) fn looking_up(allowed: Allowed, lookup: Lookup) -> Self {
        Self::speaking(rustls::crypto::ring::default_provider(), allowed, lookup)
    }

    fn speaking(ciphers: CryptoProvider, allowed: Allowed, lookup: Lookup) -> Self {
        let allowed = Arc::new(allowed);
        let mut tcp = HttpConnector::new_with_resolver(Resolver { allowed: Arc::clone(&allowed), lookup });
        tcp.enforce_http(false);
        tcp.set_nodelay(true);
        tcp.set_connect_timeout(Some(CONNECT));
        let tls = tls_of(ciphers).inspect_err(|error| tracing::error!(%error, "no other server can be asked, as TLS cannot be spoken")).ok();
        let client = tls.map(|tls| {
            let connector = HttpsConnectorBuilder::new().with_tls_config(tls).https_or_http().enable_http1().wrap_connector(tcp);
            Client::builder(TokioExecutor::new()).pool_idle_timeout(IDLE).pool_timer(TokioTimer::new()).build(connector)
        });
        Self { client, allowed }
    }
}

#[async_trait]
impl Wire for Net {
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Body>, Broken> {
        let url = Url::parse(&request.uri().to_string()).map_err(|error| Broken::Forbidden(format!("This is not an address: {error}.")))?;
        self.allowed.check(&url).map_err(|Forbidden(says)| Broken::Forbidden(says))?;
        let client = self.client.as_ref().ok_or_else(|| Broken::Unreachable("this server cannot speak TLS, its log says why".to_owned()))?;
        match client.request(request.map(Full::new)).await {
            Ok(response) => Ok(response.map(|body| body.map_err(Into::into).boxed_unsync())),
            Err(error) => Err(broken(&error)),
        }
    }
}

fn broken(error: &hyper_util::client::legacy::Error) -> Broken {
    if let Some(Forbidden(says)) = forbidden(error) {
        return Broken::Forbidden(says.clone());
    }
    let mut deepest: &dyn Error = error;
    while let Some(source) = deepest.source() {
        deepest = source;
    }
    tracing::debug!(%error, cause = %deepest, "another server could not be asked");
    if error.is_connect() { Broken::Unreachable(deepest.to_string()) } else { Broken::Lost(deepest.to_string()) }
}

/// What the guard said, wherever in the chain of causes it stands.
fn forbidden<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a Forbidden> {
    let mut next = Some(error);
    while let Some(error) = next {
        let inner = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        if let Some(found) = inner.and_then(|inner| inner.downcast_ref()).or_else(|| error.downcast_ref()) {
            return Some(found);
        }
        next = error.source();
    }
    None
}

/// How this program speaks TLS to others, for what is not HTTP. Reads the certificates of the machine.
pub fn tls() -> Result<Arc<rustls::ClientConfig>, rustls::Error> {
    tls_of(rustls::crypto::ring::default_provider()).map(Arc::new)
}

/// The certificates that the machine trusts; Mozilla's where it has none, as in a bare container.
fn tls_of(ciphers: CryptoProvider) -> Result<rustls::ClientConfig, rustls::Error> {
    let mut roots = rustls::RootCertStore::empty();
    let found = rustls_native_certs::load_native_certs();
    for error in &found.errors {
        tracing::warn!(%error, "a certificate of this machine could not be read");
    }
    roots.add_parsable_certificates(found.certs);
    if roots.is_empty() {
        roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    }
    let builder = rustls::ClientConfig::builder_with_provider(Arc::new(ciphers)).with_safe_default_protocol_versions()?;
    Ok(builder.with_root_certificates(roots).with_no_client_auth())
}

/// Looks names up and lets nothing through that may not be asked, so that what was checked is what is connected to.
#[derive(Clone)]
struct Resolver {
    allowed: Arc<Allowed>,
    lookup: Lookup,
}

impl Service<Name> for Resolver {
    type Response = std::vec::IntoIter<SocketAddr>;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, io::Error>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), io::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, name: Name) -> Self::Future {
        let Self { allowed, lookup } = self.clone();
        Box::pin(async move {
            let found = allowed.resolve(&lookup, name.as_str()).await?;
            Ok(found.into_iter().map(|ip| SocketAddr::new(ip, 0)).collect::<Vec<_>>().into_iter())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(url: &str) -> Request<Bytes> {
        Request::post(url).body(Bytes::new()).unwrap()
    }

    #[tokio::test]
    async fn a_name_is_checked_where_it_is_looked_up() {
        let net = Net::looking_up(Allowed::default(), Arc::new(|_| Box::pin(async { Ok(vec![[127, 0, 0, 1].into()]) })));

        let broken = net.send(request("https://innocent.example/v1")).await.err();

        let says = "innocent.example leads to 127.0.0.1, which is a private address. \
                    The operator can allow it with VITRINE_ALLOW_PROVIDER_HOSTS=innocent.example.";
        assert_eq!(broken, Some(Broken::Forbidden(says.to_owned())));
    }

    #[tokio::test]
    async fn where_tls_cannot_be_spoken_whoever_asks_is_told() {
        let ciphers = CryptoProvider { cipher_suites: Vec::new(), ..rustls::crypto::ring::default_provider() };
        let net = Net::speaking(ciphers, Allowed::default(), system_lookup());

        let broken = net.send(request("https://api.example.com/v1")).await.err();

        assert_eq!(broken, Some(Broken::Unreachable("this server cannot speak TLS, its log says why".to_owned())));
    }

    #[tokio::test]
    async fn a_number_is_checked_although_nobody_looks_it_up() {
        let broken = Net::new(Allowed::default()).send(request("https://[::ffff:10.0.0.1]/v1")).await.err();

        assert!(matches!(broken, Some(Broken::Forbidden(says)) if says.contains("is a private address")));
    }
}
