//! How the program is connected to, and how it ends. The rest of it is told by the tests of the crate `listen`.

use std::{
    fs::{self, File},
    io,
    path::PathBuf,
    process::{Child, Command},
    sync::Arc,
    time::Duration,
};

use listen::raise_descriptors;
use rcgen::{CertifiedKey, generate_simple_self_signed};
use rustls::{
    ClientConfig, RootCertStore,
    crypto::ring,
    pki_types::{CertificateDer, ServerName},
};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::TcpStream,
    time::{Instant, sleep, timeout},
};
use tokio_rustls::{TlsConnector, client::TlsStream};

use crate::support::{Client, Engine, Program};

const SOON: Duration = Duration::from_secs(10);

/// The program, to be stopped by signals.
struct Served {
    child: Child,
    /// As it is told, with its scheme.
    address: String,
    log: PathBuf,
}

impl Served {
    async fn with(program: &Program, settings: &[(&str, &str)]) -> Self {
        let log = program.dir().join("signals.log");
        let file = File::create(&log).unwrap();
        let mut command = program.command(&["serve"]);
        let child = command.envs(settings.iter().copied()).stdout(file.try_clone().unwrap()).stderr(file).spawn().unwrap();
        let mut served = Self { child, address: String::new(), log };
        let begun = Instant::now();
        while served.address.is_empty() {
            assert!(begun.elapsed() < SOON && served.child.try_wait().unwrap().is_none(), "{}", served.log());
            sleep(Duration::from_millis(20)).await;
            let log = served.log();
            // A line that is there to its end.
            let told = log.split_inclusive('\n').find_map(|line| line.strip_prefix("Vitrine is at ")?.strip_suffix('\n'));
            told.unwrap_or_default().clone_into(&mut served.address);
        }
        served
    }

    fn log(&self) -> String {
        fs::read_to_string(&self.log).unwrap_or_default()
    }

    fn signal(&self, name: &str) {
        assert!(Command::new("kill").args([name, &self.child.id().to_string()]).status().unwrap().success());
    }

    /// Its exit code.
    async fn ended(&mut self) -> i32 {
        let begun = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status.code().unwrap_or(-1);
            }
            assert!(begun.elapsed() < SOON * 3, "it does not end: {}", self.log());
            sleep(Duration::from_millis(20)).await;
        }
    }

    fn client(&self) -> Client {
        Client::new(self.address.clone())
    }

    async fn connect(&self) -> TcpStream {
        let (_, address) = self.address.split_once("://").unwrap();
        TcpStream::connect(address).await.unwrap()
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A certificate in two files.
fn certificate(program: &Program) -> (CertificateDer<'static>, String, String) {
    let CertifiedKey { cert, signing_key } = generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let path = |path: PathBuf| path.to_str().unwrap().to_owned();
    let files = (path(program.file("certificate.pem", cert.pem())), path(program.file("key.pem", signing_key.serialize_pem())));
    (cert.der().clone(), files.0, files.1)
}

async fn encrypted(served: &Served, trusted: &CertificateDer<'static>) -> io::Result<TlsStream<TcpStream>> {
    let mut roots = RootCertStore::empty();
    roots.add(trusted.clone()).unwrap();
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider())).with_safe_default_protocol_versions().unwrap();
    let config = config.with_root_certificates(roots).with_no_client_auth();
    TlsConnector::from(Arc::new(config)).connect(ServerName::try_from("localhost").unwrap(), served.connect().await).await
}

/// All that comes until the connection is closed.
async fn rest(stream: &mut (impl AsyncRead + Unpin)) -> String {
    let mut all = Vec::new();
    let _ = timeout(SOON, stream.read_to_end(&mut all)).await.expect("the connection is closed");
    String::from_utf8_lossy(&all).into_owned()
}

async fn say(stream: &mut (impl AsyncWrite + Unpin), text: &str) {
    stream.write_all(text.as_bytes()).await.unwrap();
    stream.flush().await.unwrap();
}

#[tokio::test]
async fn fifty_requests_outlive_the_word_to_stop() {
    let program = Program::with_shop(Engine::Sqlite);
    let mut served = Served::with(&program, &[]).await;
    let mut streams = Vec::new();
    for _ in 0..50 {
        let mut stream = served.connect().await;
        say(&mut stream, "GET /sign-in HTTP/1.1\r\n").await;
        streams.push(stream);
    }

    served.signal("-TERM");
    sleep(Duration::from_millis(300)).await;
    for stream in &mut streams {
        say(stream, "host: localhost\r\n\r\n").await;
    }

    for stream in &mut streams {
        let answer = rest(stream).await;
        assert!(answer.starts_with("HTTP/1.1 200 OK") && answer.contains("connection: close") && answer.ends_with("</html>"), "{answer}");
    }
    assert_eq!(served.ended().await, 0);
}

#[tokio::test]
async fn an_upload_on_its_way_is_kept_when_the_program_stops() {
    let program = Program::new(Engine::Sqlite);
    program.fill();
    let mut served = Served::with(&program, &[]).await;
    let cookie = served.client().sign_in("owner@demo.test", "vitrine-demo").await.cookie().to_owned();
    let body = "--x\r\ncontent-disposition: form-data; name=\"file\"; filename=\"a.csv\"\r\n\r\nHandle,Title\nlate,Late\n\r\n--x--\r\n";
    let mut stream = served.connect().await;
    let head = format!("content-type: multipart/form-data; boundary=x\r\ncontent-length: {}\r\n\r\n", body.len());
    say(&mut stream, &format!("POST /imports HTTP/1.1\r\nhost: localhost\r\ncookie: {cookie}\r\n{head}{}", &body[..90])).await;

    served.signal("-TERM");
    sleep(Duration::from_secs(1)).await;
    say(&mut stream, &body[90..]).await;

    let answer = rest(&mut stream).await;
    assert!(answer.starts_with("HTTP/1.1 303") && answer.contains("location: /imports/"), "{answer}");
    assert_eq!(served.ended().await, 0);
    assert_eq!((program.sql("SELECT count(*) FROM jobs"), program.uploads()), ("1".into(), 1), "it waits for the next start");
}

#[tokio::test]
async fn a_load_balancer_is_told_first_and_a_second_word_ends_it() {
    let program = Program::with_shop(Engine::Sqlite);
    let mut served = Served::with(&program, &[("VITRINE_DRAIN_SECONDS", "60")]).await;
    let begun = Instant::now();
    while served.client().get("/readyz").await.status != 200 {
        assert!(begun.elapsed() < SOON, "{}", served.log());
        sleep(Duration::from_millis(20)).await;
    }

    served.signal("-TERM");
    sleep(Duration::from_millis(300)).await;

    let (ready, page) = (served.client().get("/readyz").await, served.client().get("/sign-in").await);
    assert_eq!((ready.status, ready.text.as_str(), page.status), (503, "stopping\n", 200));
    served.signal("-INT");
    assert_eq!(served.ended().await, 1);
    assert!(served.log().contains("asked to stop a second time"), "{}", served.log());
}

#[tokio::test]
async fn encrypted_it_says_so_and_keeps_its_cookies_to_itself() {
    let program = Program::new(Engine::Sqlite);
    program.fill();
    let (trusted, certificate, key) = certificate(&program);
    let served = Served::with(&program, &[("VITRINE_TLS_CERT", &certificate), ("VITRINE_TLS_KEY", &key)]).await;
    assert!(served.address.starts_with("https://"), "{}", served.address);

    let mut stream = encrypted(&served, &trusted).await.unwrap();
    let form = "email=owner%40demo.test&password=vitrine-demo";
    let head = format!("content-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\nconnection: close\r\n", form.len());
    say(&mut stream, &format!("POST /sign-in HTTP/1.1\r\nhost: localhost\r\norigin: https://localhost\r\n{head}\r\n{form}")).await;

    let answer = rest(&mut stream).await;
    assert!(answer.starts_with("HTTP/1.1 303"), "{answer}");
    assert!(answer.contains("strict-transport-security: max-age=31536000\r\n"), "{answer}");
    assert!(answer.lines().any(|line| line.starts_with("set-cookie: vitrine_session=") && line.ends_with("; Secure")), "{answer}");
}

#[tokio::test]
async fn a_renewed_certificate_is_taken_on_a_hangup() {
    let program = Program::with_shop(Engine::Sqlite);
    let (before, path, key) = certificate(&program);
    let served = Served::with(&program, &[("VITRINE_TLS_CERT", &path), ("VITRINE_TLS_KEY", &key)]).await;
    let mut kept = encrypted(&served, &before).await.unwrap();

    let (after, ..) = certificate(&program);
    served.signal("-HUP");

    let renewed = async {
        while encrypted(&served, &after).await.is_err() {
            sleep(Duration::from_millis(20)).await;
        }
    };
    timeout(SOON, renewed).await.expect("new connections see the new certificate");
    say(&mut kept, "GET /healthz HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n").await;
    assert!(rest(&mut kept).await.ends_with("alive\n"), "nobody is cut off");
}

#[test]
fn a_certificate_that_is_no_use_is_refused() {
    let program = Program::new(Engine::Sqlite);
    let (_, certificate, key) = certificate(&program);
    let nothing = program.file("nothing.pem", "");

    for (certificate, key, says) in [
        (certificate.as_str(), "/nowhere/key.pem", "/nowhere/key.pem cannot be read"),
        (nothing.to_str().unwrap(), key.as_str(), "There is no certificate in "),
        (certificate.as_str(), nothing.to_str().unwrap(), "There is no private key in "),
        (certificate.as_str(), "", "VITRINE_TLS_CERT is set and VITRINE_TLS_KEY is not."),
    ] {
        let output = program.run_with(&["serve"], &[("VITRINE_TLS_CERT", certificate), ("VITRINE_TLS_KEY", key)]);
        assert!(output.code == 1 && output.text.contains(says), "{says}: {}", output.text);
        assert!(!output.text.contains("Vitrine is at"), "{}", output.text);
    }
    assert!(!program.data_dir().exists(), "no database was touched");
}

#[tokio::test]
async fn ten_thousand_that_do_nothing_disturb_nobody() {
    let many = raise_descriptors().map_or(10_000, |most| most.saturating_sub(500)).min(10_000);
    let program = Program::with_shop(Engine::Sqlite);
    let served = Served::with(&program, &[]).await;
    let mut idle = Vec::new();
    for _ in 0..many {
        idle.push(served.connect().await);
    }

    let (client, begun) = (served.client(), Instant::now());
    for _ in 0..20 {
        assert_eq!(client.get("/sign-in").await.status, 200);
    }

    assert!(begun.elapsed() < SOON / 2, "{:?} with {} idle connections", begun.elapsed(), idle.len());
}

#[tokio::test]
async fn connections_have_their_number_and_their_time() {
    let program = Program::with_shop(Engine::Sqlite);
    let served = Served::with(&program, &[("VITRINE_MAX_CONNECTIONS", "1"), ("VITRINE_IDLE_SECONDS", "1")]).await;
    let mut held = served.connect().await;
    say(&mut held, "GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n").await;
    let mut some = [0; 1_024];
    let length = held.read(&mut some).await.unwrap();
    assert!(some[..length].starts_with(b"HTTP/1.1 200"));

    let refused = rest(&mut served.connect().await).await;

    assert!(refused.starts_with("HTTP/1.1 503") && refused.contains("Try again in some seconds."), "{refused}");
    rest(&mut held).await;
    let begun = Instant::now();
    while !rest(&mut asked(&served).await).await.starts_with("HTTP/1.1 200") {
        assert!(begun.elapsed() < SOON, "an unused connection makes room");
        sleep(Duration::from_millis(50)).await;
    }
}

async fn asked(served: &Served) -> TcpStream {
    let mut stream = served.connect().await;
    // Refused, it may be closed already.
    let _ = stream.write_all(b"GET /healthz HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n").await;
    stream
}
