//! Mail: servers that take it, refuse, hang at each step, talk without end, or lie about TLS.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use alerting::{Channel, Mail, MessageState, Outbox, Secret, Security, Sent, Smtp, Way};
use alerts::Severity;
use domain::clock::Clock;
use rustls::{
    ClientConfig, RootCertStore, ServerConfig,
    crypto::ring,
    pki_types::{CertificateDer, PrivateKeyDer},
};
use tokio::{
    io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader},
    net::TcpStream,
    time::Instant,
};
use tokio_rustls::TlsAcceptor;

use crate::support::{Bare, Listening, SHORT, TestClock, alerting, drip, nobody, outbox_with, parts, story};

const LONG: Duration = Duration::from_secs(5);

/// What a server does other than the usual.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Habit {
    Usual,
    NeverGreets,
    DripsTheGreeting,
    LineWithoutEnd,
    LinesWithoutEnd,
    /// An answer to one recipient.
    Refuses(&'static str, u16),
    RefusesTheLogin,
    HangsBehindTheMail,
    HangsAtTheGoodbye,
    NoStartTls,
    /// Sends what an encrypted server would, ahead of the encryption.
    Injects,
}

#[derive(Clone, Debug, Default)]
struct Taken {
    to: Vec<String>,
    data: String,
    is_encrypted: bool,
    login: String,
}

struct Server {
    listening: Listening,
    taken: Arc<Mutex<Vec<Taken>>>,
    certificate: CertificateDer<'static>,
}

impl Server {
    async fn new(habit: Habit, security: Security) -> Self {
        let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
        let certificate = made.cert.der().clone();
        let key = PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider())).with_safe_default_protocol_versions().unwrap();
        let tls = TlsAcceptor::from(Arc::new(config.with_no_client_auth().with_single_cert(vec![certificate.clone()], key).unwrap()));
        let taken = Arc::new(Mutex::new(Vec::new()));
        let noting = Arc::clone(&taken);
        let listening = Listening::new(move |stream| serve(stream, habit, security, tls.clone(), Arc::clone(&noting))).await;
        Self { listening, taken, certificate }
    }

    fn mail(&self, security: Security, is_trusted: bool) -> Mail {
        let mut roots = RootCertStore::empty();
        if is_trusted {
            roots.add(self.certificate.clone()).unwrap();
        }
        let tls = ClientConfig::builder_with_provider(Arc::new(ring::default_provider())).with_safe_default_protocol_versions().unwrap();
        let smtp = Smtp {
            host: "localhost".into(),
            port: self.listening.port,
            security,
            login: (security != Security::Plain).then(|| ("vitrine".into(), Secret::new("correct horse"))),
            from: "Vitrine <alerts@example.com>".into(),
        };
        Mail::new(smtp, Arc::new(tls.with_root_certificates(roots).with_no_client_auth()))
    }

    fn taken(&self) -> Vec<Taken> {
        self.taken.lock().unwrap().clone()
    }
}

async fn serve(mut stream: TcpStream, habit: Habit, security: Security, tls: TlsAcceptor, taken: Arc<Mutex<Vec<Taken>>>) -> std::io::Result<()> {
    match habit {
        Habit::NeverGreets => return std::future::pending().await,
        Habit::DripsTheGreeting => return drip(&mut stream, &format!("220-{}\r\n220 go\r\n", "slow ".repeat(100))).await,
        Habit::LineWithoutEnd => loop {
            stream.write_all(&[b'2'; 4_096]).await?;
        },
        Habit::LinesWithoutEnd => loop {
            stream.write_all(b"220-and on\r\n").await?;
        },
        _ => {}
    }
    match security {
        Security::Plain => talk(stream, habit, false, true, &taken).await.map(|_| ()),
        Security::Tls => talk(tls.accept(stream).await?, habit, true, true, &taken).await.map(|_| ()),
        Security::StartTls => match talk(stream, habit, false, true, &taken).await? {
            Some(stream) => talk(tls.accept(stream).await?, habit, true, false, &taken).await.map(|_| ()),
            None => Ok(()),
        },
    }
}

/// Gives the stream back when it is to be encrypted.
async fn talk<S: AsyncRead + AsyncWrite + Unpin>(
    stream: S,
    habit: Habit,
    is_encrypted: bool,
    greets: bool,
    taken: &Mutex<Vec<Taken>>,
) -> std::io::Result<Option<S>> {
    let mut stream = BufReader::new(stream);
    if greets {
        stream.write_all(b"220 mail.example.com\r\n").await?;
    }
    let mut mail = Taken { is_encrypted, ..Taken::default() };
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await? == 0 {
            return Ok(None);
        }
        let answer = match line.trim_end() {
            hello if hello.starts_with("EHLO") => match (is_encrypted, habit) {
                (false, Habit::NoStartTls) => "250 mail.example.com\r\n",
                (false, _) => "250-mail.example.com\r\n250 STARTTLS\r\n",
                (true, _) => "250-mail.example.com\r\n250 AUTH PLAIN LOGIN\r\n",
            }
            .to_owned(),
            "STARTTLS" if habit == Habit::Injects => {
                stream.write_all(b"220 go\r\n250-mail.example.com\r\n250 AUTH PLAIN\r\n235 in\r\n250 ok\r\n250 ok\r\n354 go\r\n250 ok\r\n").await?;
                return Ok(Some(stream.into_inner()));
            }
            "STARTTLS" => {
                stream.write_all(b"220 go\r\n").await?;
                return Ok(Some(stream.into_inner()));
            }
            login if login.starts_with("AUTH") => {
                mail.login = login.to_owned();
                if habit == Habit::RefusesTheLogin { "535 not with correct horse\r\n" } else { "235 in\r\n" }.to_owned()
            }
            to if to.starts_with("RCPT TO:") => {
                let to = to["RCPT TO:<".len()..].trim_end_matches('>').to_owned();
                match habit {
                    Habit::Refuses(whom, code) if to == whom => format!("{code} not here\r\n"),
                    _ => {
                        mail.to.push(to);
                        "250 ok\r\n".to_owned()
                    }
                }
            }
            "DATA" => {
                stream.write_all(b"354 go\r\n").await?;
                while !mail.data.ends_with("\r\n.\r\n") {
                    stream.read_line(&mut mail.data).await?;
                }
                taken.lock().unwrap().push(mail.clone());
                if habit == Habit::HangsBehindTheMail {
                    return std::future::pending().await;
                }
                "250 queued\r\n".to_owned()
            }
            "QUIT" if habit == Habit::HangsAtTheGoodbye => return std::future::pending().await,
            "QUIT" => "221 bye\r\n".to_owned(),
            _ => "250 ok\r\n".to_owned(),
        };
        stream.write_all(answer.as_bytes()).await?;
    }
}

fn channel(to: &[&str]) -> Channel {
    Channel { name: "mail".into(), way: Way::Mail { to: to.iter().map(|to| (*to).to_owned()).collect() }, least: Severity::Note }
}

/// One attempt of one message to two people: how it ended, what was noted, and how long it took.
async fn attempt(mail: Mail, limit: Duration) -> (Sent, String, Duration) {
    let clock = TestClock::new();
    let outbox = outbox_with(clock.now(), "mail", &["m1"]).await;
    let channel = channel(&["ada@example.com", "ben@example.com"]);
    let mut parts = parts(outbox.clone(), Arc::new(Bare), clock, vec![channel.clone()]);
    parts.limits.attempt = limit;
    let sender = alerting(parts, Some(mail)).sender;
    let began = Instant::now();
    let sent = sender.send_next(&channel).await.unwrap();
    let message = outbox.messages(1).await.unwrap().remove(0);
    assert_eq!(message.state == MessageState::Delivered, sent == Sent::Delivered);
    (sent, message.answer, began.elapsed())
}

async fn with(habit: Habit, security: Security) -> (Sent, String, Duration, Vec<Taken>) {
    let server = Server::new(habit, security).await;
    let hangs = matches!(habit, Habit::NeverGreets | Habit::DripsTheGreeting | Habit::HangsBehindTheMail);
    let (sent, answer, took) = attempt(server.mail(security, true), if hangs { SHORT } else { LONG }).await;
    (sent, answer, took, server.taken())
}

#[tokio::test]
async fn mail_comes_in_all_three_ways() {
    story(async {
        for security in [Security::Plain, Security::StartTls, Security::Tls] {
            let (sent, answer, _, taken) = with(Habit::Usual, security).await;

            assert_eq!((sent, answer.as_str()), (Sent::Delivered, "The mail server took it."), "{security:?}");
            assert_eq!((taken.len(), taken[0].is_encrypted, taken[0].to.len()), (1, security != Security::Plain, 2), "{security:?}");
            assert_eq!(taken[0].login.is_empty(), security == Security::Plain);
            assert!(taken[0].data.contains("Subject: Subject of m1\r\n") && taken[0].data.contains("a < b & <!channel>"), "{}", taken[0].data);
            assert!(taken[0].data.contains("Message-ID: <m1."), "{}", taken[0].data);
        }
    })
    .await;
}

#[tokio::test]
async fn a_server_that_hangs_drips_or_talks_without_end_has_failed_when_the_time_is_up() {
    story(async {
        for habit in [Habit::NeverGreets, Habit::DripsTheGreeting, Habit::LineWithoutEnd, Habit::LinesWithoutEnd, Habit::HangsBehindTheMail] {
            for security in [Security::Plain, Security::StartTls] {
                let (sent, answer, took, _) = with(habit, security).await;

                assert_eq!(sent, Sent::Again, "{habit:?} {security:?}: {answer}");
                let (most, says) = if habit == Habit::HangsBehindTheMail { (SHORT * 9, "did not say in time") } else { (SHORT * 5, "") };
                assert!(took < most && answer.contains(says) && answer.ends_with('.'), "{habit:?} {security:?}: {took:?} {answer}");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn no_server_fills_the_memory() {
    story(async {
        for (habit, security, says) in [
            (Habit::LineWithoutEnd, Security::Plain, "more than anybody has to say"),
            (Habit::LinesWithoutEnd, Security::Plain, "more than anybody has to say"),
            (Habit::LineWithoutEnd, Security::StartTls, "a line without an end"),
            (Habit::LinesWithoutEnd, Security::StartTls, "more than 100 lines"),
        ] {
            let (_, answer, _, _) = with(habit, security).await;

            assert!(answer.contains(says), "{habit:?} {security:?}: {answer}");
        }
    })
    .await;
}

#[tokio::test]
async fn what_was_taken_is_delivered_although_the_goodbye_hangs() {
    story(async {
        let clock = TestClock::new();
        let server = Server::new(Habit::HangsAtTheGoodbye, Security::Plain).await;
        let outbox = outbox_with(clock.now(), "mail", &["m1"]).await;
        let parts = parts(outbox, Arc::new(Bare), clock, vec![channel(&["ada@example.com"])]);
        let sender = alerting(parts, Some(server.mail(Security::Plain, true))).sender;

        assert_eq!(sender.send_next(&channel(&["ada@example.com"])).await.unwrap(), Sent::Delivered);
        assert_eq!(server.taken().len(), 1);
    })
    .await;
}

#[tokio::test]
async fn one_dead_address_keeps_nobody_else_from_being_told() {
    story(async {
        let (sent, answer, _, taken) = with(Habit::Refuses("ada@example.com", 550), Security::Plain).await;

        assert_eq!((sent, taken[0].to.as_slice()), (Sent::Delivered, &["ben@example.com".to_owned()][..]));
        assert!(answer.contains("nothing for ada@example.com") && answer.contains("550"), "{answer}");
    })
    .await;
}

#[tokio::test]
async fn when_nobody_is_taken_it_is_tried_again() {
    story(async {
        let server = Server::new(Habit::Refuses("ada@example.com", 450), Security::Plain).await;
        let clock = TestClock::new();
        let outbox = outbox_with(clock.now(), "mail", &["m1"]).await;
        let channel = channel(&["ada@example.com"]);
        let sender = alerting(parts(outbox, Arc::new(Bare), clock, vec![channel.clone()]), Some(server.mail(Security::Plain, true))).sender;

        assert_eq!(sender.send_next(&channel).await.unwrap(), Sent::Again);
        assert!(server.taken().is_empty());
        assert!(sender.send_test("mail").await.unwrap_err().to_string().contains("takes nothing for ada@example.com"));
    })
    .await;
}

#[tokio::test]
async fn nothing_is_said_without_encryption_that_was_asked_for() {
    story(async {
        let (sent, answer, _, taken) = with(Habit::NoStartTls, Security::StartTls).await;
        assert_eq!((sent, taken.len()), (Sent::Again, 0));
        assert!(answer.contains("does not offer STARTTLS"), "{answer}");

        for security in [Security::StartTls, Security::Tls] {
            let server = Server::new(Habit::Usual, security).await;
            let (sent, answer, _) = attempt(server.mail(security, false), LONG).await;
            assert_eq!((sent, server.taken().len()), (Sent::Again, 0), "{security:?}");
            assert!(answer.contains("could not be spoken to with TLS"), "{answer}");
        }
    })
    .await;
}

#[tokio::test]
async fn what_is_sent_ahead_of_the_encryption_is_not_taken_for_an_answer() {
    story(async {
        let (sent, answer, _, taken) = with(Habit::Injects, Security::StartTls).await;

        assert_eq!((sent, taken.len()), (Sent::Again, 0), "{answer}");
        assert!(answer.contains("TLS"), "{answer}");
    })
    .await;
}

#[tokio::test]
async fn a_wrong_password_is_said_and_not_shown() {
    story(async {
        let (sent, answer, _, _) = with(Habit::RefusesTheLogin, Security::Tls).await;

        assert_eq!(sent, Sent::Again);
        assert!(answer.contains("does not let vitrine in (535)") && !answer.contains("horse"), "{answer}");
    })
    .await;
}

#[tokio::test]
async fn a_server_that_is_not_there_has_failed() {
    story(async {
        let mut server = Server::new(Habit::Usual, Security::Plain).await;
        server.listening.port = nobody().await;

        let (sent, answer, _) = attempt(server.mail(Security::Plain, true), LONG).await;

        assert_eq!(sent, Sent::Again);
        assert!(answer.contains("could not be reached"), "{answer}");
    })
    .await;
}
