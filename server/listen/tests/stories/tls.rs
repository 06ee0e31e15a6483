//! Encrypted connections, and the certificate's successors.

use std::{fs, path::PathBuf, sync::Arc, time::Duration};

use listen::{Limits, Options, Tls};
use rcgen::{CertifiedKey, generate_simple_self_signed};
use rustls::{
    ClientConfig, RootCertStore,
    crypto::ring,
    pki_types::{CertificateDer, ServerName},
};
use tempfile::TempDir;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::{sleep, timeout},
};
use tokio_rustls::{TlsConnector, client::TlsStream};

use crate::support::{SOON, Server, http2, milliseconds, patient, read, request};

/// Two files in a folder of their own.
struct Pair {
    dir: TempDir,
    certificate: CertificateDer<'static>,
}

impl Pair {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let certificate = write(&dir);
        Self { dir, certificate }
    }

    fn files(&self) -> (PathBuf, PathBuf) {
        (self.dir.path().join("certificate.pem"), self.dir.path().join("key.pem"))
    }

    fn open(&self) -> Result<Tls, String> {
        let (certificate, key) = self.files();
        Tls::open(&certificate, &key).map_err(|error| error.to_string())
    }

    fn renew(&mut self) {
        self.certificate = write(&self.dir);
    }
}

fn write(dir: &TempDir) -> CertificateDer<'static> {
    let CertifiedKey { cert, signing_key } = generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    fs::write(dir.path().join("certificate.pem"), cert.pem()).unwrap();
    fs::write(dir.path().join("key.pem"), signing_key.serialize_pem()).unwrap();
    cert.der().clone()
}

async fn connect(server: &Server, trusted: &CertificateDer<'static>, protocols: &[&str]) -> std::io::Result<TlsStream<TcpStream>> {
    let mut roots = RootCertStore::empty();
    roots.add(trusted.clone()).unwrap();
    let mut config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = protocols.iter().map(|protocol| protocol.as_bytes().to_vec()).collect();
    TlsConnector::from(Arc::new(config)).connect(ServerName::try_from("localhost").unwrap(), server.connect().await).await
}

async fn ask(stream: &mut TlsStream<TcpStream>) -> String {
    stream.write_all(b"GET / HTTP/1.1\r\nhost: localhost\r\n\r\n").await.unwrap();
    let mut all = String::new();
    while !all.contains("hello") {
        let mut some = [0; 1_024];
        let length = timeout(SOON, stream.read(&mut some)).await.unwrap().unwrap();
        assert!(length > 0, "closed after {all:?}");
        all.push_str(&String::from_utf8_lossy(&some[..length]));
    }
    all
}

#[tokio::test]
async fn both_versions_are_spoken_as_agreed() {
    let pair = Pair::new();
    let server = Server::encrypted(pair.open().unwrap()).await;

    for protocols in [&["http/1.1"][..], &[]] {
        let mut first = connect(&server, &pair.certificate, protocols).await.unwrap();
        let answer = ask(&mut first).await;
        assert!(answer.contains("strict-transport-security: max-age=31536000"), "{answer}");
    }
    let second = connect(&server, &pair.certificate, &["h2", "http/1.1"]).await.unwrap();
    assert_eq!(second.get_ref().1.alpn_protocol(), Some(&b"h2"[..]));
    let (mut requests, _connection) = http2(second).await;
    let answer = requests.send_request(request("/")).await.unwrap();
    assert!(answer.headers().contains_key("strict-transport-security"), "{answer:?}");
    assert_eq!(read(answer).await, (200, "hello\n".to_owned()));
}

#[tokio::test]
async fn whoever_does_not_encrypt_is_told_to() {
    let pair = Pair::new();
    let server = Server::encrypted(pair.open().unwrap()).await;

    let answer = server.get("/").await;

    assert!(answer.starts_with("HTTP/1.1 400") && answer.contains("Write https:// before it."), "{answer}");
}

#[tokio::test]
async fn a_handshake_that_does_not_end_is_given_up() {
    let pair = Pair::new();
    let limits = Limits { hello: milliseconds(300), ..patient() };
    let server = Server::start_with(Options {
        limits,
        tls: Some(pair.open().unwrap()),
        drain: Duration::ZERO,
        grace: SOON,
        ready_path: "/readyz",
        connections: Arc::default(),
    })
    .await;
    let mut raw = server.raw().await;

    raw.0.write_all(&[0x16, 3, 1]).await.unwrap();

    assert_eq!(raw.rest().await, "");
}

#[test]
fn files_that_are_no_use_are_refused_with_what_to_do() {
    let (pair, other) = (Pair::new(), Pair::new());
    let (certificate, key) = pair.files();
    let whole = (fs::read(&certificate).unwrap(), fs::read(&key).unwrap());
    assert!(pair.open().is_ok());

    let refused = |certificate_pem: &[u8], key_pem: &[u8]| {
        fs::write(&certificate, certificate_pem).unwrap();
        fs::write(&key, key_pem).unwrap();
        pair.open().err().unwrap_or_default()
    };
    let no_certificate = refused(b"nothing", &whole.1);
    let no_key = refused(&whole.0, b"nothing");
    let not_paired = refused(&whole.0, &fs::read(other.files().1).unwrap());
    let garbage = refused(b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", &whole.1);
    fs::remove_file(&key).unwrap();
    let missing = pair.open().err().unwrap_or_default();

    assert!(no_certificate.starts_with("There is no certificate in ") && no_certificate.contains("PEM file"), "{no_certificate}");
    assert!(no_key.starts_with("There is no private key in ") && no_key.contains("without a passphrase"), "{no_key}");
    assert!(not_paired.contains("does not belong to the first certificate"), "{not_paired}");
    assert!(garbage.contains("is not understood"), "{garbage}");
    assert!(missing.contains("key.pem cannot be read"), "{missing}");
}

#[tokio::test]
async fn a_new_certificate_is_taken_and_nobody_is_cut_off() {
    let mut pair = Pair::new();
    let server = Server::encrypted(pair.open().unwrap().looking_every(milliseconds(50))).await;
    let before = pair.certificate.clone();
    let mut kept = connect(&server, &before, &[]).await.unwrap();
    ask(&mut kept).await;

    // Half of it first, as it may be seen: no key fits.
    let other = Pair::new();
    fs::copy(other.files().0, pair.files().0).unwrap();
    sleep(milliseconds(300)).await;
    assert!(connect(&server, &before, &[]).await.is_ok(), "the one before goes on");

    pair.renew();
    let renewed = async {
        while connect(&server, &pair.certificate, &[]).await.is_err() {
            sleep(milliseconds(20)).await;
        }
    };
    timeout(SOON, renewed).await.expect("new connections see the new certificate");

    assert!(connect(&server, &before, &[]).await.is_err(), "and the old one no longer");
    ask(&mut kept).await;
}
