//! One attempt by mail: lettre's messages and its side of SMTP, over a connection of ours.
//!
//! Ours, because of three things that lettre leaves open: a line without an end would fill the memory, what somebody in the middle sends
//! ahead of STARTTLS would be taken for the encrypted answer, and TLS would be another than the rest of the program has.

mod wire;

use std::{net::IpAddr, sync::Arc, time::Duration};

use alerts::Text;
use domain::clock::Timestamp;
use lettre::{
    Address, Message as Letter,
    message::{
        Mailbox,
        header::{ContentType, HeaderName, HeaderValue},
    },
    transport::smtp::{
        authentication::{Credentials, DEFAULT_MECHANISMS},
        client::AsyncSmtpConnection,
        commands::{Data, Mail as MailFrom, Rcpt},
        extension::ClientId,
    },
};
use rustls::ClientConfig;
use tokio::time::timeout;

use crate::{
    Secret,
    schedule::{Came, Failure},
};

/// A mail server, and as whom it is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Smtp {
    pub host: String,
    pub port: u16,
    pub security: Security,
    pub login: Option<(String, Secret)>,
    /// From whom alerts come, as in `Vitrine <alerts@example.com>`.
    pub from: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Security {
    /// From the first byte, as on port 465.
    Tls,
    /// Asked for before anything is said, and never done without, as on port 587.
    StartTls,
    /// Nothing: for a server on this machine.
    Plain,
}

/// Sends mail.
pub struct Mail {
    smtp: Smtp,
    tls: Arc<ClientConfig>,
}

/// After a message was taken nothing is lost any more: the goodbye is not waited for.
const GOODBYE: Duration = Duration::from_millis(500);

/// Attempts that a mail server may take over a message: many look it through before they say that they took it. RFC 5321, 4.5.3.2.6 would have it be given
/// ten minutes; the lease has one and a half.
const TAKES: u32 = 5;

impl Mail {
    /// With the TLS that the rest of the program asks others with.
    pub fn new(smtp: Smtp, tls: Arc<ClientConfig>) -> Self {
        Self { smtp, tls }
    }

    /// Until the server asks for the message it has `attempt`, and for the message and until it says that it took it [`TAKES`] of them.
    pub(crate) async fn send(&self, to: &[String], id: &str, text: &Text, at: Timestamp, attempt: Duration) -> Came {
        let (from, to) = (mailbox(&self.smtp.from).map_err(Failure::passing)?, mailboxes(to).map_err(Failure::passing)?);
        let letter = letter(&from, &to, id, text, at).map_err(|error| Failure { is_lasting: true, ..Failure::passing(error) })?;
        let asked = async {
            let mut connection = self.connect(&from).await.map_err(Failure::passing)?;
            let refused = offer(&mut connection, &from, &to).await?;
            Ok((connection, refused))
        };
        let (mut connection, refused) = timeout(attempt, asked).await.map_err(|_| Failure::late(attempt))??;
        // Whoever has the message and does not say so will most likely deliver it: it is not sent for a day.
        let in_doubt =
            |_| Failure { is_lasting: true, ..Failure::passing("The mail server has it, and did not say in time that it took it.".to_owned()) };
        timeout(attempt * TAKES, connection.message(&letter.formatted())).await.map_err(in_doubt)?.map_err(not_taken)?;
        let _ = timeout(GOODBYE, connection.quit()).await;
        let but = if refused.is_empty() { String::new() } else { format!(" It takes nothing for {}.", refused.join("; ")) };
        Ok(format!("The mail server took it.{but}"))
    }

    async fn connect(&self, from: &Mailbox) -> Result<AsyncSmtpConnection, String> {
        let Smtp { host, port, security, login, .. } = &self.smtp;
        let hello = ClientId::Domain(from.email.domain().to_owned());
        let stream = wire::open(host, *port, *security, &hello, &self.tls).await.map_err(|why| format!("The mail server {host}:{port} {why}."))?;
        let refused = |error| format!("The mail server {host}:{port} did not go on: {error}.");
        let mut connection = AsyncSmtpConnection::connect_with_transport(stream, &hello).await.map_err(refused)?;
        if let Some((user, password)) = login {
            let credentials = Credentials::new(user.clone(), password.expose().to_owned());
            // What the server says to a wrong password may have it in it.
            connection.auth(DEFAULT_MECHANISMS, &credentials).await.map_err(|error| {
                let status = error.status().map(|code| format!(" ({code})")).unwrap_or_default();
                format!("The mail server {host}:{port} does not let {user} in{status}. Check the name and the password.")
            })?;
        }
        Ok(connection)
    }
}

/// Says from whom and for whom it is, until the server asks for the message. Those that a server takes get it, and the others are given; it has failed
/// when that is everybody.
async fn offer(connection: &mut AsyncSmtpConnection, from: &Mailbox, to: &[Mailbox]) -> Result<Vec<String>, Failure> {
    connection.command(MailFrom::new(Some(from.email.clone()), vec![])).await.map_err(not_taken)?;
    let mut refused = Vec::new();
    for mailbox in to {
        if let Err(error) = connection.command(Rcpt::new(mailbox.email.clone(), vec![])).await {
            if error.status().is_none() {
                return Err(not_taken(error));
            }
            refused.push(format!("{}: {error}", mailbox.email));
        }
    }
    if refused.len() == to.len() {
        return Err(Failure::passing(format!("The mail server takes nothing for {}.", refused.join("; "))));
    }
    connection.command(Data).await.map_err(not_taken)?;
    Ok(refused)
}

fn not_taken(error: lettre::transport::smtp::Error) -> Failure {
    Failure::passing(format!("The mail server did not take it: {error}."))
}

/// Whether something is an address of mail; else a sentence.
pub(crate) fn mailbox(text: &str) -> Result<Mailbox, String> {
    let invalid = || format!("\"{text}\" is no address of mail. Write it like ops@example.com.");
    let mailbox: Mailbox = text.parse().map_err(|_| invalid())?;
    // As Unicode it takes an extension that few servers have.
    if String::from(AsRef::<str>::as_ref(&mailbox.email)).is_ascii() { Ok(mailbox) } else { Err(invalid()) }
}

fn mailboxes(texts: &[String]) -> Result<Vec<Mailbox>, String> {
    texts.iter().map(|text| mailbox(text)).collect()
}

fn letter(from: &Mailbox, to: &[Mailbox], id: &str, text: &Text, at: Timestamp) -> Result<Letter, String> {
    let date = std::time::UNIX_EPOCH + Duration::from_micros(u64::try_from(at.micros()).unwrap_or_default());
    let mut builder = Letter::builder().from(from.clone()).subject(text.subject.clone()).date(date).message_id(Some(message_id(id, at, &from.email)));
    for mailbox in to {
        builder = builder.to(mailbox.clone());
    }
    // RFC 3834: nobody's holiday answers this.
    builder = builder.raw_header(HeaderValue::new(HeaderName::new_from_ascii_str("Auto-Submitted"), "auto-generated".to_owned()));
    let body = text.body.replace("\r\n", "\n").replace('\n', "\r\n");
    builder.header(ContentType::TEXT_PLAIN).body(body).map_err(|error| format!("No mail can be made of this: {error}."))
}

/// The same when it is sent again, so that a mail program shows it once.
fn message_id(id: &str, at: Timestamp, from: &Address) -> String {
    format!("<{id}.{}@{}>", at.micros(), from.domain())
}

/// Whether a host is this machine.
pub(crate) fn is_here(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost") || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

impl std::fmt::Debug for Mail {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Mail").field("smtp", &self.smtp).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_micros(1_760_000_000_000_000);

    fn formatted(subject: &str, body: &str) -> String {
        let from = mailbox("Vitrine <alerts@example.com>").unwrap();
        let text = Text { subject: subject.to_owned(), body: body.to_owned() };
        let letter = letter(&from, &mailboxes(&["a@example.com".into(), "b@example.com".into()]).unwrap(), "r1-ops-0", &text, NOW).unwrap();
        String::from_utf8(letter.formatted()).unwrap()
    }

    #[test]
    fn a_mail_has_what_mail_programs_go_by() {
        let mail = formatted("[Critical] Requests fail", "Since 20:21.\nLook.\n");

        for line in [
            "From: Vitrine <alerts@example.com>\r\n",
            "To: a@example.com, b@example.com\r\n",
            "Subject: [Critical] Requests fail\r\n",
            "Message-ID: <r1-ops-0.1760000000000000@example.com>\r\n",
            "Auto-Submitted: auto-generated\r\n",
            "Date: Thu, 09 Oct 2025 08:53:20 +0000\r\n",
            "\r\n\r\nSince 20:21.\r\nLook.\r\n",
        ] {
            assert!(mail.contains(line), "{line:?} is not in {mail}");
        }
    }

    #[test]
    fn no_text_becomes_a_header_and_all_of_it_is_ascii() {
        let mail = formatted("Käse\r\nBcc: everybody@example.com", "Grüße …\n.\nQUIT\n");

        assert!(mail.is_ascii());
        assert!(!mail.lines().any(|line| line.starts_with("Bcc:")), "{mail}");
    }

    #[test]
    fn what_is_no_address_is_said_to_be_none() {
        for text in ["", "ops", "ops@", "a@example.com\r\nRCPT TO:<b@example.com>", "kåre@example.com"] {
            assert!(mailbox(text).is_err_and(|why| why.contains("no address of mail")), "{text}");
        }
    }

    #[test]
    fn this_machine_is_known_by_its_names() {
        assert_eq!(["localhost", "127.0.0.1", "::1", "10.0.0.1", "localhost.example.com"].map(is_here), [true, true, true, false, false]);
    }
}
