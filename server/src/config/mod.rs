//! The configuration: read once from the environment, checked together, refused with a sentence that
//! says what to change. Nothing else in the program reads the environment.

use std::{
    collections::HashMap,
    fmt,
    net::SocketAddr,
    path::{Path, PathBuf},
};

use store::Location;

/// Everything that can be set, with what holds when it is not.
#[derive(Clone, Debug)]
pub struct Config {
    /// `VITRINE_DATA_DIR`, default `./data`: the SQLite file, uploads on their way, and the secret that keys are sealed with.
    pub data_dir: PathBuf,
    /// `VITRINE_DATABASE_URL`, default `sqlite:` and `vitrine.db` in the data directory.
    pub database: Location,
    /// `VITRINE_ADDR`, default `127.0.0.1:3000`.
    pub addr: SocketAddr,
    /// `VITRINE_SITE_DIR`: the browser's files; by default beside the program, where a build leaves them.
    pub site_dir: Option<PathBuf>,
    /// `VITRINE_PUBLIC_URL`: the address people type, where it differs; `https://` makes cookies secure.
    pub public_url: Option<String>,
    /// `VITRINE_MAX_UPLOAD_MB`, default 4096.
    pub max_upload_bytes: u64,
    /// `VITRINE_ALLOW_PROVIDER_HOSTS`: hosts of AI providers that may be private addresses or without encryption, separated by
    /// commas; `*` for all.
    pub allowed_provider_hosts: String,
    /// `VITRINE_SECRET_KEY`: what providers' keys are sealed with, as base64 or hex of 32 bytes; by default `secret.key` in the data
    /// directory.
    pub secret_key: Option<SecretKey>,
    /// `VITRINE_LOG`, default `info`: a filter as tracing-subscriber has it.
    pub log_filter: String,
    /// `VITRINE_LOG_FORMAT`: `text` (default) or `json`.
    pub log_json: bool,
}

#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum ConfigError {
    #[error("VITRINE_ADDR is {0:?}, which is not an address. Write it like 127.0.0.1:3000.")]
    Addr(String),
    #[error("VITRINE_DATABASE_URL is {0:?}, which is not understood. Write sqlite:FILE or postgres://USER@HOST/DATABASE.")]
    Database(String),
    #[error("VITRINE_MAX_UPLOAD_MB is {0:?}. Write a whole number of megabytes from 1 to 1000000.")]
    MaxUpload(String),
    #[error("VITRINE_LOG_FORMAT is {0:?}. Write text or json.")]
    LogFormat(String),
    #[error("VITRINE_PUBLIC_URL is {0:?}. Write it like https://vitrine.example.")]
    PublicUrl(String),
    #[error("{0} is not a setting of Vitrine. The settings are: {known}.", known = KNOWN.join(", "))]
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

const KNOWN: [&str; 10] = [
    "VITRINE_DATA_DIR",
    "VITRINE_DATABASE_URL",
    "VITRINE_ADDR",
    "VITRINE_SITE_DIR",
    "VITRINE_PUBLIC_URL",
    "VITRINE_MAX_UPLOAD_MB",
    "VITRINE_ALLOW_PROVIDER_HOSTS",
    "VITRINE_SECRET_KEY",
    "VITRINE_LOG",
    "VITRINE_LOG_FORMAT",
];

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
    if let Some(unknown) = settings.keys().find(|name| !KNOWN.contains(&name.as_str())) {
        return Err(ConfigError::Unknown(unknown.clone()));
    }
    let get = |name: &str| settings.get(name).map(|value| value.trim()).filter(|value| !value.is_empty());

    let data_dir = PathBuf::from(get("VITRINE_DATA_DIR").unwrap_or("./data"));
    let database = match get("VITRINE_DATABASE_URL") {
        None => Location::Sqlite(data_dir.join("vitrine.db")),
        Some(url) => Location::from_url(url).map_err(|_| ConfigError::Database(without_password(url)))?,
    };
    let addr = get("VITRINE_ADDR").unwrap_or("127.0.0.1:3000");
    let addr = addr.parse().map_err(|_| ConfigError::Addr(addr.to_owned()))?;
    let public_url = get("VITRINE_PUBLIC_URL").map(|url| url.trim_end_matches('/').to_owned());
    if let Some(url) = &public_url
        && !(url.starts_with("https://") || url.starts_with("http://"))
    {
        return Err(ConfigError::PublicUrl(url.clone()));
    }
    let megabytes = get("VITRINE_MAX_UPLOAD_MB").unwrap_or("4096");
    let max_upload_bytes = match megabytes.parse::<u64>() {
        Ok(megabytes @ 1..=1_000_000) => megabytes << 20,
        _ => return Err(ConfigError::MaxUpload(megabytes.to_owned())),
    };
    let log_json = match get("VITRINE_LOG_FORMAT").unwrap_or("text") {
        "text" => false,
        "json" => true,
        other => return Err(ConfigError::LogFormat(other.to_owned())),
    };
    Ok(Config {
        data_dir,
        database,
        addr,
        site_dir: get("VITRINE_SITE_DIR").map(PathBuf::from),
        public_url,
        max_upload_bytes,
        allowed_provider_hosts: get("VITRINE_ALLOW_PROVIDER_HOSTS").unwrap_or_default().to_owned(),
        secret_key: get("VITRINE_SECRET_KEY").map(|key| SecretKey(key.to_owned())),
        log_filter: get("VITRINE_LOG").unwrap_or("info").to_owned(),
        log_json,
    })
}

impl Config {
    /// Whether cookies may only travel encrypted.
    pub fn is_https(&self) -> bool {
        self.public_url.as_deref().is_some_and(|url| url.starts_with("https://"))
    }

    /// Whether only this machine is meant to be served.
    pub fn is_for_this_machine(&self) -> bool {
        self.addr.ip().is_loopback() && self.public_url.is_none()
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

/// A database address without its password, for showing.
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
    }

    #[test]
    fn what_is_set_wrong_is_refused_with_what_to_change() {
        let refused = |name: &str, value: &str| Config::of(&[(name, value)]).unwrap_err().to_string();

        assert_eq!(refused("VITRINE_ADDR", "localhost"), "VITRINE_ADDR is \"localhost\", which is not an address. Write it like 127.0.0.1:3000.");
        assert!(refused("VITRINE_DATABASE_URL", "mysql://x").contains("Write sqlite:FILE or postgres://USER@HOST/DATABASE"));
        assert!(refused("VITRINE_MAX_UPLOAD_MB", "0").contains("whole number of megabytes"));
        assert!(refused("VITRINE_LOG_FORMAT", "xml").contains("text or json"));
        assert!(refused("VITRINE_PORT", "80").contains("is not a setting"));
    }

    #[test]
    fn a_secret_is_not_printed_with_the_configuration() {
        let config = Config::of(&[("VITRINE_SECRET_KEY", "abcdef")]).unwrap();
        assert!(config.secret_key.is_some() && !format!("{config:?}").contains("abcdef"));
    }

    #[test]
    fn a_refused_database_address_does_not_show_its_password() {
        let refused = Config::of(&[("VITRINE_DATABASE_URL", "mysql://me:secret@host/db")]).unwrap_err().to_string();
        assert!(!refused.contains("secret"), "{refused}");
    }
}
