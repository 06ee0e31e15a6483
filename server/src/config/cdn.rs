//! A cache in front of the server: where browsers fetch hashed files from, and how it is told what it keeps no longer.

use std::fmt;

use url::{Host, Url};

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cdn {
    /// `VITRINE_ASSET_BASE_URL`, without a slash at its end; empty: browsers fetch hashed files from where the page is.
    pub assets: String,
    /// `VITRINE_PURGE_URL`, and the settings beside it.
    pub purge: Option<PurgeHook>,
}

/// The request that makes a cache ask again.
#[derive(Clone, PartialEq, Eq)]
pub struct PurgeHook {
    pub url: String,
    /// `VITRINE_PURGE_METHOD`: POST, PURGE or BAN.
    pub method: &'static str,
    /// `VITRINE_PURGE_SECRET`.
    pub secret: Option<String>,
}

/// Without what nobody else may know: some have their secret in the address.
impl fmt::Debug for PurgeHook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PurgeHook").field("method", &self.method).finish_non_exhaustive()
    }
}

#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum CdnError {
    #[error(
        "VITRINE_ASSET_BASE_URL is {0:?}. Write it like https://cdn.example or https://cdn.example/vitrine: a host, and of a path letters, digits, -._~ and /."
    )]
    Assets(String),
    #[error(
        "VITRINE_ASSET_BASE_URL is {0:?}, and pages are reached by https://: a browser runs nothing on them that comes unencrypted. Write it with https://."
    )]
    NotEncrypted(String),
    #[error(
        "VITRINE_PURGE_URL is no address that can be asked. Write it like https://api.example.com/purge, and a secret into VITRINE_PURGE_SECRET."
    )]
    Purge,
    #[error("VITRINE_PURGE_METHOD is {0:?}. Write POST, PURGE or BAN.")]
    Method(String),
    #[error("VITRINE_PURGE_SECRET has a character that no header can hold. Write letters, digits and signs of ASCII.")]
    Secret,
    #[error("{0} is set and VITRINE_PURGE_URL is not. Set VITRINE_PURGE_URL to the address that is asked, or remove {0}.")]
    NoAddress(&'static str),
}

const ASSETS: &str = "VITRINE_ASSET_BASE_URL";
const PURGE: &str = "VITRINE_PURGE_URL";
const METHOD: &str = "VITRINE_PURGE_METHOD";
const SECRET: &str = "VITRINE_PURGE_SECRET";

/// Settings of this file.
pub(super) const NAMES: [&str; 4] = [ASSETS, PURGE, METHOD, SECRET];

pub(super) fn read<'a>(get: impl Fn(&str) -> Option<&'a str>, pages_are_encrypted: bool) -> Result<Cdn, CdnError> {
    let assets = match get(ASSETS) {
        None => String::new(),
        Some(url) => base(url).ok_or_else(|| CdnError::Assets(super::without_password(url)))?,
    };
    if pages_are_encrypted && assets.starts_with("http://") {
        return Err(CdnError::NotEncrypted(assets));
    }
    let method = match get(METHOD) {
        None | Some("POST") => "POST",
        Some("PURGE") => "PURGE",
        Some("BAN") => "BAN",
        Some(other) => return Err(CdnError::Method(other.to_owned())),
    };
    let secret = get(SECRET).map(str::to_owned);
    if secret.as_ref().is_some_and(|secret| !secret.bytes().all(|byte| matches!(byte, b' '..=b'~'))) {
        return Err(CdnError::Secret);
    }
    let purge = match get(PURGE) {
        Some(url) => Some(PurgeHook { url: asked(url).ok_or(CdnError::Purge)?, method, secret }),
        None => match [METHOD, SECRET].into_iter().find(|name| get(name).is_some()) {
            Some(alone) => return Err(CdnError::NoAddress(alone)),
            None => None,
        },
    };
    Ok(Cdn { assets, purge })
}

/// What stands before `/pkg/` in pages, scripts and the content security policy: nothing that would mean something else in one of them,
/// and no address in brackets, which a policy cannot name.
fn base(url: &str) -> Option<String> {
    let url = usual(url)?;
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte);
    let named = !matches!(url.host()?, Host::Ipv6(_)) && url.query().is_none();
    (named && url.path().bytes().all(plain)).then(|| url.as_str().trim_end_matches('/').to_owned())
}

fn asked(url: &str) -> Option<String> {
    usual(url).map(String::from)
}

fn usual(url: &str) -> Option<Url> {
    let url = Url::parse(url).ok()?;
    let bare = url.username().is_empty() && url.password().is_none() && url.fragment().is_none();
    (matches!(url.scheme(), "https" | "http") && url.has_host() && bare).then_some(url)
}

#[cfg(test)]
mod tests {
    use super::super::Config;

    fn refused(settings: &[(&str, &str)]) -> String {
        Config::of(settings).unwrap_err().to_string()
    }

    #[test]
    fn hashed_files_come_from_where_the_page_is_or_from_elsewhere() {
        let assets = |url| Config::of(&[("VITRINE_ASSET_BASE_URL", url)]).unwrap().cdn.assets;

        assert_eq!(Config::of(&[]).unwrap().cdn, super::Cdn::default());
        assert_eq!(assets("https://CDN.example:443/"), "https://cdn.example");
        assert_eq!(assets("https://cdn.example/shop/v1/"), "https://cdn.example/shop/v1");
        assert_eq!(assets("http://127.0.0.1:8080"), "http://127.0.0.1:8080");
    }

    #[test]
    fn what_would_mean_something_else_in_a_page_is_no_base() {
        for wrong in [
            "cdn.example",
            "//cdn.example",
            "ftp://cdn.example",
            "https://me:secret@cdn.example",
            "https://cdn.example/?a=b",
            "https://cdn.example/#a",
            "https://cdn.example/a;script-src *",
            "https://cdn.example/'unsafe-inline'",
            "https://cdn.example/%22",
            "https://[::1]/",
        ] {
            let refused = refused(&[("VITRINE_ASSET_BASE_URL", wrong)]);
            assert!(refused.contains("Write it like https://cdn.example") && !refused.contains("secret@"), "{refused}");
        }
        let unencrypted = refused(&[("VITRINE_ASSET_BASE_URL", "http://cdn.example"), ("VITRINE_PUBLIC_URL", "https://shop.test")]);
        assert!(unencrypted.ends_with("Write it with https://."), "{unencrypted}");
    }

    #[test]
    fn a_cache_is_told_with_a_secret_that_is_not_printed() {
        let settings = [("VITRINE_PURGE_URL", "http://127.0.0.1:6081/key7"), ("VITRINE_PURGE_METHOD", "BAN"), ("VITRINE_PURGE_SECRET", "abc def")];
        let config = Config::of(&settings).unwrap();

        let hook = config.cdn.purge.as_ref().unwrap();
        assert_eq!((hook.url.as_str(), hook.method, hook.secret.as_deref()), ("http://127.0.0.1:6081/key7", "BAN", Some("abc def")));
        let printed = format!("{config:?}");
        assert!(!printed.contains("abc def") && !printed.contains("key7"), "{printed}");
        let usual = Config::of(&settings[..1]).unwrap().cdn.purge.unwrap();
        assert_eq!((usual.method, usual.secret), ("POST", None));
    }

    #[test]
    fn a_hook_that_cannot_be_meant_is_refused() {
        for wrong in ["api.example.com/purge", "ftp://example.com", "https://me:secret@example.com/"] {
            let refused = refused(&[("VITRINE_PURGE_URL", wrong)]);
            assert!(refused.starts_with("VITRINE_PURGE_URL is no address") && !refused.contains("secret@"), "{refused}");
        }
        let url = ("VITRINE_PURGE_URL", "https://example.com");
        assert_eq!(refused(&[url, ("VITRINE_PURGE_METHOD", "purge")]), "VITRINE_PURGE_METHOD is \"purge\". Write POST, PURGE or BAN.");
        let secret = refused(&[url, ("VITRINE_PURGE_SECRET", "geheim\u{fc}")]);
        assert!(secret.contains("no header can hold") && !secret.contains("geheim"), "{secret}");
        assert!(refused(&[("VITRINE_PURGE_SECRET", "a")]).starts_with("VITRINE_PURGE_SECRET is set and VITRINE_PURGE_URL is not."));
        assert!(refused(&[("VITRINE_PURGE_METHOD", "BAN")]).starts_with("VITRINE_PURGE_METHOD is set and VITRINE_PURGE_URL is not."));
    }
}
