//! The certificate, and its successors.

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

use rustls::{
    InconsistentKeys, ServerConfig,
    crypto::{CryptoProvider, ring},
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
    server::{ClientHello, ResolvesServerCert},
    sign::CertifiedKey,
};
use tokio::net::TcpStream;
use tokio_rustls::{Accept, TlsAcceptor};

/// A certificate and its key are renewed by other programs, which cannot tell this one.
const LOOK: Duration = Duration::from_mins(1);

/// Encrypts connections, with the certificate and the key that are in two files.
#[derive(Clone)]
pub struct Tls {
    files: Files,
    opened: Arc<Content>,
    looks: Duration,
    current: Arc<Current>,
    acceptor: TlsAcceptor,
}

/// Why two files are no use.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    #[error("{} cannot be read ({error}). Check its name and that it may be read.", path.display())]
    Unreadable { path: PathBuf, error: io::Error },
    #[error("There is no certificate in {}. It has to be a PEM file: the server's certificate first, then those between it and the root.", .0.display())]
    NoCertificate(PathBuf),
    #[error("There is no private key in {}. It has to be a PEM file, and the key without a passphrase.", .0.display())]
    NoKey(PathBuf),
    #[error("The key in {} does not belong to the first certificate in {}. Check that both are of the same request.", key.display(), certificate.display())]
    NoPair { certificate: PathBuf, key: PathBuf },
    #[error("The certificate in {} or the key in {} is not understood ({error}). Have them issued again.", certificate.display(), key.display())]
    NotUnderstood { certificate: PathBuf, key: PathBuf, error: rustls::Error },
}

#[derive(Clone)]
struct Files {
    certificate: PathBuf,
    key: PathBuf,
}

/// What is in the files, to see whether it is something new.
#[derive(PartialEq, Eq)]
struct Content {
    certificate: Vec<u8>,
    key: Vec<u8>,
}

/// The certificate for connections that begin now. Those that are there keep theirs.
#[derive(Debug)]
struct Current(RwLock<Arc<CertifiedKey>>);

impl Tls {
    pub fn open(certificate: &Path, key: &Path) -> Result<Self, TlsError> {
        let files = Files { certificate: certificate.to_owned(), key: key.to_owned() };
        let provider = Arc::new(ring::default_provider());
        let opened = Arc::new(files.read()?);
        let current = Arc::new(Current(RwLock::new(Arc::new(files.pair(&opened, &provider)?))));
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|error| files.not_understood(error))?
            .with_no_client_auth()
            .with_cert_resolver(Arc::<Current>::clone(&current));
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        Ok(Self { files, opened, looks: LOOK, current, acceptor: TlsAcceptor::from(Arc::new(config)) })
    }

    /// How often the files are looked at; a minute when nothing is said.
    #[must_use]
    pub fn looking_every(self, looks: Duration) -> Self {
        Self { looks, ..self }
    }

    pub(crate) fn accept(&self, stream: TcpStream) -> Accept<TcpStream> {
        self.acceptor.accept(stream)
    }

    /// Takes what is new in the files, every minute and on SIGHUP. What is no use is told, and what was there goes on.
    pub(crate) async fn keep_current(self) {
        let provider = ring::default_provider();
        let mut hangup = Hangup::new();
        let mut known = self.opened;
        loop {
            tokio::select! {
                () = tokio::time::sleep(self.looks) => {}
                () = hangup.heard() => {}
            }
            let files = self.files.clone();
            let Ok(read) = tokio::task::spawn_blocking(move || files.read()).await else { continue };
            let content = match read {
                Ok(content) if *known == content => continue,
                Ok(content) => content,
                Err(error) => {
                    tracing::error!(%error, "the certificate could not be looked at; the one that is there goes on");
                    continue;
                }
            };
            match self.files.pair(&content, &provider) {
                Ok(pair) => {
                    *self.current.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(pair);
                    tracing::info!("the certificate is a new one");
                }
                Err(error) => tracing::error!(%error, "the new certificate is no use; the one before goes on"),
            }
            known = Arc::new(content);
        }
    }
}

impl Files {
    fn read(&self) -> Result<Content, TlsError> {
        let read = |path: &Path| fs::read(path).map_err(|error| TlsError::Unreadable { path: path.to_owned(), error });
        Ok(Content { certificate: read(&self.certificate)?, key: read(&self.key)? })
    }

    fn pair(&self, content: &Content, provider: &CryptoProvider) -> Result<CertifiedKey, TlsError> {
        let no_certificate = || TlsError::NoCertificate(self.certificate.clone());
        let chain: Vec<_> = CertificateDer::pem_slice_iter(&content.certificate).collect::<Result<_, _>>().map_err(|_| no_certificate())?;
        if chain.is_empty() {
            return Err(no_certificate());
        }
        let key = PrivateKeyDer::from_pem_slice(&content.key).map_err(|_| TlsError::NoKey(self.key.clone()))?;
        CertifiedKey::from_der(chain, key, provider).map_err(|error| match error {
            rustls::Error::InconsistentKeys(InconsistentKeys::KeyMismatch) => {
                TlsError::NoPair { certificate: self.certificate.clone(), key: self.key.clone() }
            }
            error => self.not_understood(error),
        })
    }

    fn not_understood(&self, error: rustls::Error) -> TlsError {
        TlsError::NotUnderstood { certificate: self.certificate.clone(), key: self.key.clone(), error }
    }
}

impl ResolvesServerCert for Current {
    fn resolve(&self, _hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner)))
    }
}

/// SIGHUP, where there is such a thing.
struct Hangup {
    #[cfg(unix)]
    signal: Option<tokio::signal::unix::Signal>,
}

impl Hangup {
    fn new() -> Self {
        Self {
            #[cfg(unix)]
            signal: tokio::signal::unix::signal(tokio::signal::unix::SignalKind::hangup()).ok(),
        }
    }

    async fn heard(&mut self) {
        #[cfg(unix)]
        if let Some(signal) = &mut self.signal
            && signal.recv().await.is_some()
        {
            return;
        }
        std::future::pending::<()>().await;
    }
}
