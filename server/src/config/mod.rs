//! The configuration: read once from the environment, checked together, refused with a sentence that
//! says what to change. Nothing else in the program reads the environment.

pub mod alerts;
mod cdn;
mod connections;
mod database;
mod traces;

use std::{
    collections::HashMap,
    fmt,
    net::SocketAddr,
    path::{Path, PathBuf},
};

use limits::address::Proxies;
use store::{DatabaseOptions, Location};

pub use self::{
    cdn::{Cdn, CdnError, PurgeHook},
    connections::{Connections, ConnectionsError, TlsFiles},
    database::DatabaseError,
    traces::{Traces, TracesError},
};

/// Everything that can be set, with what holds when it is not.
#[derive(Clone, Debug)]
pub struct Config {
    /// `VITRINE_DATA_DIR`, default `./data`: the SQLite file, uploads on their way, and the secret that keys are sealed with.
    pub data_dir: PathBuf,
    /// `VITRINE_DATABASE_URL`, default `sqlite:` and `vitrine.db` in the data directory.
    pub database: Location,
    /// `VITRINE_DATABASE_REPLICA_URLS`, and the settings in `config/database.rs`.
    pub database_options: DatabaseOptions,
    /// `VITRINE_ADDR`, default `127.0.0.1:3000`.
    pub addr: SocketAddr,
    /// `VITRINE_METRICS_ADDRESS`: where Prometheus asks for figures, which are nobody else's; none: nowhere.
    pub metrics_addr: Option<SocketAddr>,
    /// `VITRINE_SITE_DIR`: the browser's files; by default beside the program, where a build leaves them.
    pub site_dir: Option<PathBuf>,
    /// `VITRINE_PUBLIC_URL`: the address people type, where it differs; `https://` makes cookies secure.
    pub public_url: Option<String>,
    /// `VITRINE_MAX_UPLOAD_MB`, default 4096.
    pub max_upload_bytes: u64,
    /// `VITRINE_ALLOW_PROVIDER_HOSTS`: hosts of AI providers that may be private addresses or without encryption, separated by
    /// commas; `*` for all.
    pub allowed_provider_hosts: String,
    /// `VITRINE_ALLOW_WEBHOOK_HOSTS`: hosts that webhooks may go to although they are private addresses or without encryption, in the
    /// same way.
    pub allowed_webhook_hosts: String,
    /// `VITRINE_SECRET_KEY`: what providers' keys are sealed with, as base64 or hex of 32 bytes; by default `secret.key` in the data
    /// directory.
    pub secret_key: Option<SecretKey>,
    /// `VITRINE_REDIS_URL`: a Redis that several processes share; none: each is for itself.
    pub redis_url: Option<RedisUrl>,
    /// What finished answers may take in memory: half of `VITRINE_MEMORY_CACHE_MB`, default 64. The other half is for what was read of
    /// products ([`DatabaseOptions::memory`]).
    pub memory_cache_bytes: u64,
    /// `VITRINE_TRUSTED_PROXIES`: addresses and networks whose `X-Forwarded-For` is believed, separated by commas; by default none.
    pub trusted_proxies: Proxies,
    /// `VITRINE_RATE_LIMIT`: how many times the usual limits hold, or `off`. By default 1, and 1000 while only this machine is served, without a
    /// proxy.
    pub rate_limit: Option<f64>,
    pub connections: Connections,
    /// A cache in front: the settings in `config/cdn.rs`.
    pub cdn: Cdn,
    /// `VITRINE_MEASURING`: `on` (default), or `off`: nothing is measured, of the server and in browsers.
    pub measuring: bool,
    /// `VITRINE_VITALS_SHARE`: the share of page views that browsers measure, from 0 (none) to 1 (default, all of them).
    pub vitals_share: f64,
    /// `VITRINE_ALERTS_FILE`: rules of alerts and whom they are told, as TOML; none: the built-in rules, on the page alone.
    pub alerts_file: Option<PathBuf>,
    /// What is kept of requests, and who else is told: the settings in `config/traces.rs`.
    pub traces: Traces,
    /// `VITRINE_LOG`, default `info`: a filter as tracing-subscriber has it.
    pub log_filter: String,
    /// `VITRINE_LOG_FORMAT`: `text` (default) or `json`.
    pub log_json: bool,
}

#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum ConfigError {
    #[error("VITRINE_ADDR is {0:?}, which is not an address. Write it like 127.0.0.1:3000.")]
    Addr(String),
    #[error("VITRINE_METRICS_ADDRESS is {0:?}, which is not an address. Write it like 127.0.0.1:9464.")]
    MetricsAddr(String),
    #[error("VITRINE_METRICS_ADDRESS is {0}, where VITRINE_ADDR has everybody else. Give it a port of its own, such as 9464.")]
    MetricsForEverybody(SocketAddr),
    #[error("VITRINE_DATABASE_URL is {0:?}, which is not understood. Write sqlite:FILE or postgres://USER@HOST/DATABASE.")]
    Database(String),
    #[error("VITRINE_MAX_UPLOAD_MB is {0:?}. Write a whole number of megabytes from 1 to 1000000.")]
    MaxUpload(String),
    #[error("VITRINE_REDIS_URL is {0:?}. Write it like redis://127.0.0.1:6379, or rediss://HOST:PORT for an encrypted connection.")]
    Redis(String),
    #[error("VITRINE_MEMORY_CACHE_MB is {0:?}. Write a whole number of megabytes from 1 to 100000.")]
    MemoryCache(String),
    #[error("VITRINE_TRUSTED_PROXIES has {0:?}, which is no address. Write addresses or networks like 127.0.0.1, 10.0.0.0/8, separated by commas.")]
    TrustedProxies(String),
    #[error("VITRINE_RATE_LIMIT is {0:?}. Write how many times the usual limits shall hold, from 0.01 to 1000, or off.")]
    RateLimit(String),
    #[error("VITRINE_MEASURING is {0:?}. Write on or off.")]
    Measuring(String),
    #[error("VITRINE_VITALS_SHARE is {0:?}. Write which share of page views browsers shall measure, from 0 to 1.")]
    VitalsShare(String),
    #[error("VITRINE_LOG_FORMAT is {0:?}. Write text or json.")]
    LogFormat(String),
    #[error("VITRINE_PUBLIC_URL is {0:?}. Write it like https://vitrine.example.")]
    PublicUrl(String),
    #[error(transparent)]
    Connections(#[from] ConnectionsError),
    #[error(transparent)]
    DatabaseOptions(#[from] DatabaseError),
    #[error(transparent)]
    Cdn(#[from] CdnError),
    #[error(transparent)]
    Traces(#[from] TracesError),
    #[error("{0} is not a setting of Vitrine. The settings are: {known}.", known = known().collect::<Vec<_>>().join(", "))]
    Unknown(String),
    #[error("{0} is not readable as text. Set it again.")]
    NotText(String),
}

/// Prints as dots, as the configuration may be printed.
#[derive(Clone)]
pub struct SecretKey(pub String);

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretKey(..)")
    }
}

/// Prints as dots: there may be a password in it.
#[derive(Clone)]
pub struct RedisUrl(pub String);

impl fmt::Debug for RedisUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RedisUrl(..)")
    }
}

/// While nobody else can reach the program there is nobody to protect it from, and whoever measures it asks from one address.
const ON_THIS_MACHINE: f64 = 1_000.0;

const KNOWN: &[&str] = &[
    "VITRINE_DATA_DIR",
    "VITRINE_DATABASE_URL",
    "VITRINE_ADDR",
    "VITRINE_METRICS_ADDRESS",
    "VITRINE_SITE_DIR",
    "VITRINE_PUBLIC_URL",
    "VITRINE_MAX_UPLOAD_MB",
    "VITRINE_ALLOW_PROVIDER_HOSTS",
    "VITRINE_ALLOW_WEBHOOK_HOSTS",
    "VITRINE_SECRET_KEY",
    "VITRINE_REDIS_URL",
    "VITRINE_MEMORY_CACHE_MB",
    "VITRINE_TRUSTED_PROXIES",
    "VITRINE_RATE_LIMIT",
    "VITRINE_TLS_CERT",
    "VITRINE_TLS_KEY",
    "VITRINE_MAX_CONNECTIONS",
    "VITRINE_MAX_CONNECTIONS_PER_ADDRESS",
    "VITRINE_IDLE_SECONDS",
    "VITRINE_REQUEST_SECONDS",
    "VITRINE_DRAIN_SECONDS",
    "VITRINE_MEASURING",
    "VITRINE_VITALS_SHARE",
    "VITRINE_ALERTS_FILE",
    "VITRINE_LOG",
    "VITRINE_LOG_FORMAT",
];

/// All settings there are.
fn known() -> impl Iterator<Item = &'static str> {
    KNOWN.iter().chain(&database::NAMES).chain(&cdn::NAMES).chain(&traces::NAMES).copied()
}

/// Set by scripts and tests, and none of the program's business.
const IGNORED: [&str; 3] = ["VITRINE_ROOT", "VITRINE_CACHE", "VITRINE_TEST_"];

/// Reads the environment.
pub fn load() -> Result<Config, ConfigError> {
    let mut settings = HashMap::new();
    for (name, value) in std::env::vars_os() {
        let Some(name) = name.to_str().filter(|name| name.starts_with("VITRINE_") && !IGNORED.iter().any(|ignored| name.starts_with(ignored))) else {
            continue;
        };
        let value = value.into_string().map_err(|_| ConfigError::NotText(name.to_owned()))?;
        settings.insert(name.to_owned(), value);
    }
    from_settings(&settings)
}

fn from_settings(settings: &HashMap<String, String>) -> Result<Config, ConfigError> {
    if let Some(unknown) = settings.keys().find(|name| !known().any(|known| known == name.as_str())) {
        return Err(ConfigError::Unknown(unknown.clone()));
    }
    let get = |name: &str| settings.get(name).map(|value| value.trim()).filter(|value| !value.is_empty());

    let data_dir = PathBuf::from(get("VITRINE_DATA_DIR").unwrap_or("./data"));
    let database = match get("VITRINE_DATABASE_URL") {
        None => Location::Sqlite(data_dir.join("vitrine.db")),
        Some(url) => Location::from_url(url).map_err(|_| ConfigError::Database(without_password(url)))?,
    };
    let mut database_options = database::read(get, &database)?;
    let addr = get("VITRINE_ADDR").unwrap_or("127.0.0.1:3000");
    let addr = addr.parse().map_err(|_| ConfigError::Addr(addr.to_owned()))?;
    let metrics_addr = get("VITRINE_METRICS_ADDRESS").map(|address| metrics_addr(address, addr)).transpose()?;
    let public_url = get("VITRINE_PUBLIC_URL").map(|url| url.trim_end_matches('/').to_owned());
    if let Some(url) = &public_url
        && !(url.starts_with("https://") || url.starts_with("http://"))
    {
        return Err(ConfigError::PublicUrl(url.clone()));
    }
    let connections = connections::read(get, public_url.as_deref())?;
    let encrypted = connections.tls.is_some() || public_url.as_deref().is_some_and(|url| url.starts_with("https://"));
    let cdn = cdn::read(get, encrypted)?;
    let megabytes = get("VITRINE_MAX_UPLOAD_MB").unwrap_or("4096");
    let max_upload_bytes = match megabytes.parse::<u64>() {
        Ok(megabytes @ 1..=1_000_000) => megabytes << 20,
        _ => return Err(ConfigError::MaxUpload(megabytes.to_owned())),
    };
    let redis_url = get("VITRINE_REDIS_URL").map(redis_url).transpose()?;
    let megabytes = get("VITRINE_MEMORY_CACHE_MB").unwrap_or("64");
    let memory_cache_bytes = match megabytes.parse::<u64>() {
        Ok(megabytes @ 1..=100_000) => megabytes << 19,
        _ => return Err(ConfigError::MemoryCache(megabytes.to_owned())),
    };
    database_options.memory = memory_cache_bytes;
    let trusted_proxies = get("VITRINE_TRUSTED_PROXIES").unwrap_or_default();
    let trusted_proxies: Proxies = trusted_proxies.parse().map_err(|part: limits::address::NoNetwork| ConfigError::TrustedProxies(part.0))?;
    let rate_limit = match get("VITRINE_RATE_LIMIT") {
        // Behind a proxy the whole world comes from this machine.
        None if is_for_this_machine(addr, public_url.as_deref()) && trusted_proxies.is_empty() => Some(ON_THIS_MACHINE),
        None => Some(1.0),
        Some("off") => None,
        Some(times) => Some(rate_limit(times).ok_or_else(|| ConfigError::RateLimit(times.to_owned()))?),
    };
    let measuring = match get("VITRINE_MEASURING").unwrap_or("on") {
        "on" => true,
        "off" => false,
        other => return Err(ConfigError::Measuring(other.to_owned())),
    };
    let share = get("VITRINE_VITALS_SHARE").unwrap_or("1");
    let vitals_share = share.parse().ok().filter(|share| (0.0..=1.0).contains(share)).ok_or_else(|| ConfigError::VitalsShare(share.to_owned()))?;
    let log_json = match get("VITRINE_LOG_FORMAT").unwrap_or("text") {
        "text" => false,
        "json" => true,
        other => return Err(ConfigError::LogFormat(other.to_owned())),
    };
    Ok(Config {
        data_dir,
        database,
        database_options,
        addr,
        metrics_addr,
        site_dir: get("VITRINE_SITE_DIR").map(PathBuf::from),
        public_url,
        max_upload_bytes,
        allowed_provider_hosts: get("VITRINE_ALLOW_PROVIDER_HOSTS").unwrap_or_default().to_owned(),
        allowed_webhook_hosts: get("VITRINE_ALLOW_WEBHOOK_HOSTS").unwrap_or_default().to_owned(),
        secret_key: get("VITRINE_SECRET_KEY").map(|key| SecretKey(key.to_owned())),
        redis_url,
        memory_cache_bytes,
        trusted_proxies,
        rate_limit,
        connections,
        cdn,
        measuring,
        vitals_share,
        alerts_file: get("VITRINE_ALERTS_FILE").map(PathBuf::from),
        traces: traces::read(get)?,
        log_filter: get("VITRINE_LOG").unwrap_or("info").to_owned(),
        log_json,
    })
}

impl Config {
    /// Whether cookies may only travel encrypted.
    pub fn is_https(&self) -> bool {
        self.connections.tls.is_some() || self.public_url.as_deref().is_some_and(|url| url.starts_with("https://"))
    }

    /// Whether only this machine is meant to be served.
    pub fn is_for_this_machine(&self) -> bool {
        is_for_this_machine(self.addr, self.public_url.as_deref())
    }

    pub fn uploads_dir(&self) -> PathBuf {
        self.data_dir.join("uploads")
    }

    /// What the browser's files are looked for in, best first.
    pub fn site_candidates(&self, program: &Path) -> Vec<PathBuf> {
        if let Some(dir) = &self.site_dir {
            return vec![dir.clone()];
        }
        let beside = program.parent().map(Path::to_path_buf).unwrap_or_default();
        vec![beside.join("site"), beside.join("../site"), PathBuf::from("target/site")]
    }
}

fn metrics_addr(address: &str, everybody: SocketAddr) -> Result<SocketAddr, ConfigError> {
    let own: SocketAddr = address.parse().map_err(|_| ConfigError::MetricsAddr(address.to_owned()))?;
    let same = own.ip() == everybody.ip() || own.ip().is_unspecified() || everybody.ip().is_unspecified();
    // Port 0 is whichever is free.
    if same && own.port() == everybody.port() && own.port() != 0 {
        return Err(ConfigError::MetricsForEverybody(own));
    }
    Ok(own)
}

const fn is_for_this_machine(addr: SocketAddr, public_url: Option<&str>) -> bool {
    addr.ip().is_loopback() && public_url.is_none()
}

fn redis_url(url: &str) -> Result<RedisUrl, ConfigError> {
    let rest = url.strip_prefix("redis://").or_else(|| url.strip_prefix("rediss://"));
    // Behind the password, if there is one.
    match rest.map(|rest| rest.rsplit_once('@').map_or(rest, |(_, host)| host)) {
        Some(host) if !host.is_empty() && !host.starts_with(['/', ':', '?', '#']) => Ok(RedisUrl(url.to_owned())),
        _ => Err(ConfigError::Redis(without_password(url))),
    }
}

fn rate_limit(times: &str) -> Option<f64> {
    times.parse().ok().filter(|times| (0.01..=1_000.0).contains(times))
}

/// An address without its password, for showing.
fn without_password(url: &str) -> String {
    match (url.find("://"), url.rfind('@')) {
        (Some(scheme), Some(at)) if scheme + 3 < at => match url[scheme + 3..at].find(':') {
            Some(colon) => format!("{}:...{}", &url[..scheme + 3 + colon], &url[at..]),
            None => url.to_owned(),
        },
        _ => url.to_owned(),
    }
}

#[cfg(test)]
impl Config {
    /// As a test wants it.
    pub(crate) fn of(settings: &[(&str, &str)]) -> Result<Self, ConfigError> {
        from_settings(&settings.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_set_is_an_embedded_database_on_loopback() {
        let config = Config::of(&[]).unwrap();

        assert_eq!(config.database, Location::Sqlite("./data/vitrine.db".into()));
        assert_eq!(config.addr.to_string(), "127.0.0.1:3000");
        assert!(!config.is_https() && config.is_for_this_machine());
        assert_eq!(config.metrics_addr, None);
    }

    #[test]
    fn figures_have_an_address_of_their_own() {
        let figures = |own, everybody| Config::of(&[("VITRINE_METRICS_ADDRESS", own), ("VITRINE_ADDR", everybody)]);

        assert_eq!(figures("10.0.0.7:9464", "0.0.0.0:3000").unwrap().metrics_addr, "10.0.0.7:9464".parse().ok());
        assert!(figures("127.0.0.1:0", "127.0.0.1:0").is_ok());
        for (own, everybody) in [("127.0.0.1:3000", "127.0.0.1:3000"), ("127.0.0.1:3000", "0.0.0.0:3000"), ("0.0.0.0:3000", "127.0.0.1:3000")] {
            let refused = figures(own, everybody).unwrap_err().to_string();
            assert!(refused.contains("Give it a port of its own"), "{refused}");
        }
        assert!(figures("9464", "0.0.0.0:3000").unwrap_err().to_string().contains("Write it like 127.0.0.1:9464."));
    }

    #[test]
    fn what_is_set_wrong_is_refused_with_what_to_change() {
        let refused = |name: &str, value: &str| Config::of(&[(name, value)]).unwrap_err().to_string();

        assert_eq!(refused("VITRINE_ADDR", "localhost"), "VITRINE_ADDR is \"localhost\", which is not an address. Write it like 127.0.0.1:3000.");
        assert!(refused("VITRINE_DATABASE_URL", "mysql://x").contains("Write sqlite:FILE or postgres://USER@HOST/DATABASE"));
        assert!(refused("VITRINE_MAX_UPLOAD_MB", "0").contains("whole number of megabytes"));
        assert!(refused("VITRINE_LOG_FORMAT", "xml").contains("text or json"));
        assert!(refused("VITRINE_MEMORY_CACHE_MB", "0").contains("whole number of megabytes"));
        assert!(refused("VITRINE_REDIS_URL", "127.0.0.1:6379").contains("Write it like redis://127.0.0.1:6379"));
        for wrong in ["redis://", "redis://:6379", "redis://:secret@", "rediss://me:secret@/2"] {
            assert!(refused("VITRINE_REDIS_URL", wrong).contains("Write it like"), "{wrong}");
        }
        assert!(refused("VITRINE_TRUSTED_PROXIES", "10.0.0.0/8, nginx").starts_with("VITRINE_TRUSTED_PROXIES has \"nginx\", which is no address."));
        for wrong in ["0", "on", "-1", "1001", "nan", "inf"] {
            assert!(refused("VITRINE_RATE_LIMIT", wrong).contains("from 0.01 to 1000, or off"), "{wrong}");
        }
        assert!(refused("VITRINE_PORT", "80").contains("is not a setting"));
    }

    #[test]
    fn a_secret_is_not_printed_with_the_configuration() {
        let config = Config::of(&[("VITRINE_SECRET_KEY", "abcdef")]).unwrap();
        assert!(config.secret_key.is_some() && !format!("{config:?}").contains("abcdef"));
    }

    #[test]
    fn limits_hold_for_whoever_is_not_at_this_machine() {
        let limit = |settings: &[(&str, &str)]| Config::of(settings).unwrap().rate_limit;

        assert_eq!(limit(&[]), Some(1_000.0));
        assert_eq!(limit(&[("VITRINE_ADDR", "0.0.0.0:3000")]), Some(1.0));
        assert_eq!(limit(&[("VITRINE_PUBLIC_URL", "https://vitrine.example")]), Some(1.0));
        assert_eq!(limit(&[("VITRINE_TRUSTED_PROXIES", "127.0.0.1")]), Some(1.0));
        assert_eq!(limit(&[("VITRINE_RATE_LIMIT", "0.5")]), Some(0.5));
        assert_eq!(limit(&[("VITRINE_RATE_LIMIT", "off")]), None);
    }

    #[test]
    fn the_address_of_a_redis_is_not_printed_with_the_configuration() {
        let config = Config::of(&[("VITRINE_REDIS_URL", "redis://:hunter2@127.0.0.1:6379/2")]).unwrap();
        assert!(config.redis_url.is_some() && !format!("{config:?}").contains("hunter2"));
        let refused = Config::of(&[("VITRINE_REDIS_URL", "http://:hunter2@127.0.0.1")]).unwrap_err().to_string();
        assert!(!refused.contains("hunter2"), "{refused}");
    }

    #[test]
    fn a_refused_database_address_does_not_show_its_password() {
        let refused = Config::of(&[("VITRINE_DATABASE_URL", "mysql://me:secret@host/db")]).unwrap_err().to_string();
        assert!(!refused.contains("secret"), "{refused}");
    }
}
