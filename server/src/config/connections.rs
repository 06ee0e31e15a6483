//! How the server is connected to: encrypted or not, how many at once, and for how long.

use std::{path::PathBuf, time::Duration};

use listen::{Limits, PerAddress};

#[derive(Clone, Debug)]
pub struct Connections {
    /// `VITRINE_TLS_CERT` and `VITRINE_TLS_KEY`: both or neither.
    pub tls: Option<TlsFiles>,
    /// `VITRINE_DRAIN_SECONDS`, default 0.
    pub drain: Duration,
    /// `VITRINE_MAX_CONNECTIONS`, `VITRINE_MAX_CONNECTIONS_PER_ADDRESS`, `VITRINE_IDLE_SECONDS`, `VITRINE_REQUEST_SECONDS`.
    pub limits: Limits,
}

/// Two PEM files. What is in them is looked at when the server starts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlsFiles {
    pub certificate: PathBuf,
    pub key: PathBuf,
}

#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum ConnectionsError {
    #[error("{set} is set and {missing} is not. Set both, to two PEM files, or neither.")]
    HalfTls { set: &'static str, missing: &'static str },
    #[error("VITRINE_PUBLIC_URL is {0:?}, but with VITRINE_TLS_CERT the server is reached encrypted. Write it with https://.")]
    NotEncrypted(String),
    #[error("{name} is {value:?}. Write a whole number from {least} to {most}.")]
    Number { name: &'static str, value: String, least: u64, most: u64 },
}

const CERT: &str = "VITRINE_TLS_CERT";
const KEY: &str = "VITRINE_TLS_KEY";

pub(super) fn read<'a>(get: impl Fn(&str) -> Option<&'a str>, public_url: Option<&str>) -> Result<Connections, ConnectionsError> {
    let tls = match (get(CERT), get(KEY)) {
        (Some(certificate), Some(key)) => Some(TlsFiles { certificate: certificate.into(), key: key.into() }),
        (None, None) => None,
        (Some(_), None) => return Err(ConnectionsError::HalfTls { set: CERT, missing: KEY }),
        (None, Some(_)) => return Err(ConnectionsError::HalfTls { set: KEY, missing: CERT }),
    };
    if let Some(url) = public_url.filter(|url| tls.is_some() && !url.starts_with("https://")) {
        return Err(ConnectionsError::NotEncrypted(url.to_owned()));
    }
    let number = |name: &'static str, least: u64, most: u64| match get(name) {
        None => Ok(None),
        Some(value) => match value.parse::<u64>() {
            Ok(number) if (least..=most).contains(&number) => Ok(Some(number)),
            _ => Err(ConnectionsError::Number { name, value: value.to_owned(), least, most }),
        },
    };
    let mut limits = Limits::default();
    if let Some(connections) = number("VITRINE_MAX_CONNECTIONS", 1, 1_000_000)? {
        limits.connections = connections as usize;
    }
    if let Some(connections) = number("VITRINE_MAX_CONNECTIONS_PER_ADDRESS", 1, 1_000_000)? {
        limits.per_address = PerAddress { connections: connections as usize, this_machine_too: true };
    }
    if let Some(seconds) = number("VITRINE_IDLE_SECONDS", 1, 3_600)? {
        limits.idle = Duration::from_secs(seconds);
    }
    if let Some(seconds) = number("VITRINE_REQUEST_SECONDS", 1, 3_600)? {
        limits.request = Duration::from_secs(seconds);
    }
    let drain = Duration::from_secs(number("VITRINE_DRAIN_SECONDS", 0, 300)?.unwrap_or_default());
    Ok(Connections { tls, drain, limits })
}

#[cfg(test)]
mod tests {
    use super::super::Config;

    fn refused(settings: &[(&str, &str)]) -> String {
        Config::of(settings).unwrap_err().to_string()
    }

    #[test]
    fn a_certificate_and_a_key_make_it_encrypted() {
        let config =
            Config::of(&[("VITRINE_TLS_CERT", "/a.pem"), ("VITRINE_TLS_KEY", "/b.pem"), ("VITRINE_PUBLIC_URL", "https://shop.test")]).unwrap();

        let files = config.connections.tls.as_ref().unwrap();
        assert_eq!((files.certificate.to_str(), files.key.to_str()), (Some("/a.pem"), Some("/b.pem")));
        assert!(config.is_https());
        assert!(!Config::of(&[]).unwrap().is_https());
    }

    #[test]
    fn what_contradicts_itself_is_refused() {
        let half = "VITRINE_TLS_KEY is set and VITRINE_TLS_CERT is not. Set both, to two PEM files, or neither.";
        assert_eq!(refused(&[("VITRINE_TLS_KEY", "/b.pem")]), half);
        assert!(refused(&[("VITRINE_TLS_CERT", "/a.pem")]).starts_with("VITRINE_TLS_CERT is set and VITRINE_TLS_KEY is not."));
        let plain = refused(&[("VITRINE_TLS_CERT", "/a.pem"), ("VITRINE_TLS_KEY", "/b.pem"), ("VITRINE_PUBLIC_URL", "http://shop.test")]);
        assert!(plain.ends_with("the server is reached encrypted. Write it with https://."), "{plain}");
    }

    #[test]
    fn numbers_have_their_bounds() {
        assert_eq!(refused(&[("VITRINE_DRAIN_SECONDS", "301")]), "VITRINE_DRAIN_SECONDS is \"301\". Write a whole number from 0 to 300.");
        for name in ["VITRINE_MAX_CONNECTIONS", "VITRINE_MAX_CONNECTIONS_PER_ADDRESS", "VITRINE_IDLE_SECONDS", "VITRINE_REQUEST_SECONDS"] {
            for value in ["0", "-1", "many", "1.5", "1000001"] {
                assert!(refused(&[(name, value)]).contains("Write a whole number from 1 to "), "{name}={value}");
            }
        }
        let limits = Config::of(&[("VITRINE_MAX_CONNECTIONS_PER_ADDRESS", "7")]).unwrap().connections.limits;
        assert!(limits.per_address.connections == 7 && limits.per_address.this_machine_too);
    }
}
