//! Which addresses may be asked. A merchant types them, so without this the server would fetch from inside its own network
//! whatever somebody likes.

mod ranges;

use std::{io, net::IpAddr, sync::Arc};

use futures::future::BoxFuture;
use url::{Host, Position, Url};

pub use self::ranges::is_private;

/// The hosts that the operator allows although they are private or speak no TLS.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Allowed {
    all: bool,
    hosts: Vec<String>,
    purpose: &'static Purpose,
}

/// What is asked for: one kind of address is not allowed for the sake of another.
#[derive(Debug, PartialEq, Eq)]
struct Purpose {
    /// The setting that fills [`Allowed`].
    setting: &'static str,
    whose: &'static str,
    example: &'static str,
}

static PROVIDERS: Purpose = Purpose { setting: "VITRINE_ALLOW_PROVIDER_HOSTS", whose: "a provider", example: "https://api.example.com/v1" };
static WEBHOOKS: Purpose = Purpose { setting: "VITRINE_ALLOW_WEBHOOK_HOSTS", whose: "a receiver", example: "https://example.com/hooks/vitrine" };

/// How a name becomes addresses; a test has its own.
pub(crate) type Lookup = Arc<dyn Fn(String) -> BoxFuture<'static, io::Result<Vec<IpAddr>>> + Send + Sync>;

/// An address that may not be asked: a sentence.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Forbidden(pub(crate) String);

impl Allowed {
    /// Of providers: hosts separated by commas, with a port or without; `*` for all.
    pub fn parse(text: &str) -> Self {
        Self::of(text, &PROVIDERS)
    }

    /// Of webhooks, in the same way.
    pub fn for_webhooks(text: &str) -> Self {
        Self::of(text, &WEBHOOKS)
    }

    fn of(text: &str, purpose: &'static Purpose) -> Self {
        let hosts: Vec<String> = text.split([',', ' ']).map(bare).filter(|host| !host.is_empty()).collect();
        Self { all: hosts.iter().any(|host| host == "*"), hosts, purpose }
    }

    /// Whether an address may be asked, as far as it shows before its name is looked up; else a sentence.
    pub fn permits(&self, url: &Url) -> Result<(), String> {
        self.check(url).map_err(|Forbidden(sentence)| sentence)
    }

    fn names(&self, host: &str, port: Option<u16>) -> bool {
        let host = bare(host);
        self.all || self.hosts.iter().any(|known| *known == host || port.is_some_and(|port| *known == format!("{host}:{port}")))
    }

    /// Whether an address may be asked, as far as it shows before its name is looked up.
    pub(crate) fn check(&self, url: &Url) -> Result<(), Forbidden> {
        let host = url.host_str().filter(|host| !host.is_empty()).ok_or_else(|| {
            Forbidden(format!("{} is not the address of {}. Write it like {}.", shown(url), self.purpose.whose, self.purpose.example))
        })?;
        let named = self.names(host, url.port_or_known_default());
        // The name is looked up without its port: what is trusted on one port is refused on the others here.
        let elsewhere = self.hosts.iter().any(|known| known.strip_prefix(&bare(host)).is_some_and(|rest| rest.starts_with(':')));
        if elsewhere && !named {
            return Err(Forbidden(format!("{host} is allowed on another port than this. {}", self.remedy(host))));
        }
        match url.scheme() {
            "https" => {}
            "http" if named => {}
            "http" => return Err(Forbidden(format!("{} is not encrypted: write it with https. {}", shown(url), self.remedy(host)))),
            other => return Err(Forbidden(format!("The address of {} begins with https, not with {other}.", self.purpose.whose))),
        }
        let literal = match url.host() {
            Some(Host::Ipv4(ip)) => IpAddr::from(ip),
            Some(Host::Ipv6(ip)) => IpAddr::from(ip),
            _ => return Ok(()),
        };
        if !named && is_private(literal) {
            return Err(Forbidden(format!("{literal} is a private address. {}", self.remedy(host))));
        }
        Ok(())
    }

    /// The addresses of a name, all of which may be asked. What is connected to is what comes out of here.
    pub(crate) async fn resolve(&self, lookup: &Lookup, host: &str) -> Result<Vec<IpAddr>, io::Error> {
        let found = lookup(host.to_owned()).await?;
        // `check` has seen to the port.
        let named = self.all || self.hosts.iter().any(|known| known.rsplit_once(':').map_or(known.as_str(), |(name, _)| name) == bare(host));
        match found.iter().find(|ip| !named && is_private(**ip)) {
            Some(ip) => Err(io::Error::new(
                io::ErrorKind::PermissionDenied,
                Forbidden(format!("{host} leads to {ip}, which is a private address. {}", self.remedy(host))),
            )),
            None => Ok(found),
        }
    }

    fn remedy(&self, host: &str) -> String {
        format!("The operator can allow it with {}={}.", self.purpose.setting, bare(host))
    }
}

impl Default for Allowed {
    fn default() -> Self {
        Self::parse("")
    }
}

/// The system's own.
pub(crate) fn system_lookup() -> Lookup {
    Arc::new(|host| {
        Box::pin(async move {
            let found = tokio::net::lookup_host((host.as_str(), 0)).await?;
            Ok(found.map(|address| address.ip()).collect())
        })
    })
}

/// An address without what may be a secret in it.
fn shown(url: &Url) -> &str {
    &url[..Position::AfterPath]
}

fn bare(host: &str) -> String {
    let host = host.trim().trim_end_matches('.').to_lowercase();
    match host.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        // A bare IPv6 address has colons of its own: with a port it is written in brackets.
        Some((ip, "")) => ip.to_owned(),
        Some((ip, port)) => format!("{ip}{port}"),
        None => host,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(allowed: &str, url: &str) -> Result<(), String> {
        Allowed::parse(allowed).check(&Url::parse(url).unwrap()).map_err(|error| error.0)
    }

    fn resolves_to(ip: &'static str) -> Lookup {
        Arc::new(move |_| Box::pin(async move { Ok(vec![ip.parse().unwrap()]) }))
    }

    #[test]
    fn a_private_address_is_refused_with_what_the_operator_can_do() {
        let refused = check("", "https://127.0.0.1:8080/v1").unwrap_err();

        assert_eq!(refused, "127.0.0.1 is a private address. The operator can allow it with VITRINE_ALLOW_PROVIDER_HOSTS=127.0.0.1.");
    }

    #[test]
    fn an_address_in_disguise_is_the_same_address() {
        for url in [
            "https://2130706433/",
            "https://0x7f.1/",
            "https://127.1/",
            "https://0/",
            "https://[::1]/",
            "https://[::ffff:169.254.169.254]/",
            "https://[::ffff:7f00:1]/",
            "https://169.254.169.254/latest/",
            "https://[fd00:ec2::254]/",
            "https://user@10.0.0.1/",
            "https://017700000001/",
        ] {
            assert!(check("", url).is_err(), "{url}");
        }
    }

    #[test]
    fn the_operator_allows_hosts_by_name_with_or_without_a_port() {
        assert_eq!(check("127.0.0.1, ollama", "http://127.0.0.1:11434/v1"), Ok(()));
        assert_eq!(check("127.0.0.1, ollama", "http://ollama:11434/v1"), Ok(()));
        assert_eq!(check("127.0.0.1:11434", "http://127.0.0.1:11434/v1"), Ok(()));
        assert_eq!(check("[::1]:11434", "http://[::1]:11434/v1"), Ok(()));
        assert_eq!(check("::1", "http://[::1]:11434/v1"), Ok(()));
        assert_eq!(check("*", "http://10.1.2.3/v1"), Ok(()));
        assert!(check("127.0.0.1:11434", "http://127.0.0.1:5432/v1").is_err());
        assert!(check("ollama:11434", "https://ollama:5432/v1").is_err());
        assert!(check("ollama", "http://127.0.0.1/v1").is_err());
    }

    #[test]
    fn without_encryption_nothing_is_asked_that_the_operator_did_not_allow() {
        let refused = check("", "http://api.example.com/v1").unwrap_err();

        assert!(refused.starts_with("http://api.example.com/v1 is not encrypted: write it with https"), "{refused}");
        assert_eq!(check("", "http://api.example.com/v1?key=sk-1#sk-1"), Err(refused), "what is behind the path may be a key");
        assert_eq!(check("", "https://api.example.com/v1"), Ok(()));
        assert_eq!(check("", "https://8.8.8.8/v1"), Ok(()));
        assert!(check("*", "file:///etc/passwd").is_err());
        assert!(check("*", "ftp://example.com/").is_err());
    }

    #[test]
    fn what_is_allowed_for_providers_is_not_allowed_for_webhooks() {
        let url = Url::parse("http://127.0.0.1:9000/hook?token=1").unwrap();

        let refused = Allowed::for_webhooks("").permits(&url).unwrap_err();

        assert!(refused.ends_with("The operator can allow it with VITRINE_ALLOW_WEBHOOK_HOSTS=127.0.0.1."), "{refused}");
        assert_eq!(Allowed::for_webhooks("127.0.0.1").permits(&url), Ok(()));
    }

    #[tokio::test]
    async fn a_name_that_leads_to_a_private_address_is_refused() {
        let refused = Allowed::default().resolve(&resolves_to("169.254.169.254"), "innocent.example").await.unwrap_err();

        assert_eq!(
            refused.to_string(),
            "innocent.example leads to 169.254.169.254, which is a private address. \
             The operator can allow it with VITRINE_ALLOW_PROVIDER_HOSTS=innocent.example."
        );
    }

    #[tokio::test]
    async fn a_name_that_the_operator_allows_may_lead_anywhere() {
        let found = Allowed::parse("ollama").resolve(&resolves_to("172.17.0.2"), "ollama").await.unwrap();

        assert_eq!(found, ["172.17.0.2".parse::<IpAddr>().unwrap()]);
    }
}
