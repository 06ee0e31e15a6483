//! Which requests are kept as traces, and which collector is told of them.

use url::Url;

#[derive(Clone, Debug, PartialEq)]
pub struct Traces {
    /// `VITRINE_TRACES_SHARE`, default 0.01: of requests with which nothing is wrong. Those that are slow or fail are kept anyhow.
    pub share: f64,
    /// `VITRINE_OTLP_URL`: the address of a collector that takes OTLP over HTTP, without a slash at its end; none: nobody is told.
    pub collector: Option<String>,
}

#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum TracesError {
    #[error("VITRINE_TRACES_SHARE is {0:?}. Write which share of all requests is kept as traces, from 0 to 1, such as 0.01.")]
    Share(String),
    #[error(
        "VITRINE_OTLP_URL is no address of a collector. Write it like http://127.0.0.1:4318, without a user, a question mark and /v1/traces, which are added."
    )]
    Collector,
}

const SHARE: &str = "VITRINE_TRACES_SHARE";
const COLLECTOR: &str = "VITRINE_OTLP_URL";

/// Settings of this file.
pub(super) const NAMES: [&str; 2] = [COLLECTOR, SHARE];

pub(super) fn read<'a>(get: impl Fn(&str) -> Option<&'a str>) -> Result<Traces, TracesError> {
    let share = match get(SHARE) {
        None => 0.01,
        Some(share) => share.parse().ok().filter(|share| (0.0..=1.0).contains(share)).ok_or_else(|| TracesError::Share(share.to_owned()))?,
    };
    let collector = get(COLLECTOR).map(|url| base(url).ok_or(TracesError::Collector)).transpose()?;
    Ok(Traces { share, collector })
}

fn base(url: &str) -> Option<String> {
    let url = Url::parse(url).ok()?;
    let is_usual = matches!(url.scheme(), "http" | "https") && url.host().is_some();
    let is_bare = url.username().is_empty() && url.password().is_none() && url.query().is_none() && url.fragment().is_none();
    (is_usual && is_bare && !url.path().contains("/v1/")).then(|| url.as_str().trim_end_matches('/').to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(name: &'static str, value: &'static str) -> Result<Traces, TracesError> {
        read(|asked| (asked == name).then_some(value))
    }

    #[test]
    fn one_in_a_hundred_is_kept_and_nobody_is_told() {
        assert_eq!(read(|_| None), Ok(Traces { share: 0.01, collector: None }));
    }

    #[test]
    fn a_share_is_from_nothing_to_all() {
        assert!(of(SHARE, "0").is_ok_and(|traces| traces.share <= 0.0) && of(SHARE, "1.0").is_ok_and(|traces| traces.share >= 1.0));
        for other in ["-0.1", "1.1", "NaN", "1 %", "all"] {
            assert_eq!(of(SHARE, other), Err(TracesError::Share(other.to_owned())));
        }
    }

    #[test]
    fn a_collector_is_named_by_its_base_address() {
        let named = |url| of(COLLECTOR, url).unwrap().collector;

        assert_eq!(named("http://127.0.0.1:4318/").as_deref(), Some("http://127.0.0.1:4318"));
        assert_eq!(named("https://collector.example/otlp").as_deref(), Some("https://collector.example/otlp"));
        for other in ["127.0.0.1:4318", "grpc://a:4317", "http://a/v1/traces", "http://u:p@a", "http://a?b=c", "http://"] {
            assert_eq!(of(COLLECTOR, other), Err(TracesError::Collector), "{other}");
        }
    }
}
