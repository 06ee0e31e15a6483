//! How a lookup was answered, for headers and figures.

use std::{
    fmt::Write,
    time::{Duration, Instant},
};

use traces::Kind;

use crate::Namespace;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outcome {
    pub served: Served,
    /// Where it came from.
    pub tier: Tier,
    /// Since it was made.
    pub age: Duration,
    /// Seconds it is fresh for; less than 0 when it should have been made anew.
    pub ttl: i64,
    /// Whether somebody else's load was waited for.
    pub joined: bool,
    pub sharing: Sharing,
    /// How long the lookup took, without the load.
    pub took: Duration,
    /// How long the load took; none when nothing was loaded.
    pub load: Option<Duration>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Served {
    Hit,
    /// What was there before, while it is made anew.
    Stale,
    Miss,
    /// Not looked up at all.
    Bypass,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tier {
    Memory,
    Shared,
    /// It was made.
    Origin,
}

/// What the tier that processes share had to do with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sharing {
    /// There is none, or nobody asked it.
    None,
    Reached,
    /// It does not answer, or keeps nothing.
    Unavailable,
}

impl Outcome {
    /// As members of `Cache-Status` (RFC 9211), a member a tier, that nearest to the origin first.
    pub fn cache_status(&self) -> String {
        let mut text = String::with_capacity(80);
        let collapsed = if self.joined { "; collapsed" } else { "" };
        // Writing to a text does not fail.
        let _ = match (self.served, self.tier) {
            (Served::Bypass, _) => write!(text, "vitrine-memory; fwd=bypass"),
            (_, Tier::Memory) => write!(text, "vitrine-memory; hit; ttl={}", self.ttl),
            (_, Tier::Shared) => write!(text, "vitrine-redis; hit; ttl={}, vitrine-memory; fwd=miss; stored{collapsed}", self.ttl),
            (_, Tier::Origin) => {
                let redis = match self.sharing {
                    Sharing::None => "",
                    Sharing::Reached => "vitrine-redis; fwd=miss; stored, ",
                    Sharing::Unavailable => "vitrine-redis; fwd=miss; detail=unavailable, ",
                };
                write!(text, "{redis}vitrine-memory; fwd=miss; stored{collapsed}")
            }
        };
        text
    }

    /// Notes it in the trace of the request that asked.
    #[must_use]
    pub(crate) fn noted(self, namespace: &Namespace, begun: Instant) -> Self {
        traces::happened(Kind::Cache, || namespace.name, begun, self.took, false, &[("result", self.word().into())]);
        self
    }

    const fn word(&self) -> &'static str {
        match (self.served, self.tier) {
            (Served::Hit, _) => "hit",
            (Served::Stale, _) => "stale",
            (Served::Miss, Tier::Shared) => "shared",
            (Served::Miss, _) => "miss",
            (Served::Bypass, _) => "bypass",
        }
    }

    /// As metrics of `Server-Timing`, in milliseconds.
    pub fn server_timing(&self) -> String {
        let mut text = String::with_capacity(40);
        let mut tell = |what: &str, time: Duration| {
            let micros = time.as_micros();
            let _ = write!(text, "{what};dur={}.{:03}", micros / 1_000, micros % 1_000);
        };
        tell("cache", self.took);
        if let Some(load) = self.load {
            tell(", db", load);
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(served: Served, tier: Tier) -> Outcome {
        let age = Duration::from_secs(1);
        Outcome { served, tier, age, ttl: 29, joined: false, sharing: Sharing::Reached, took: Duration::from_micros(12), load: None }
    }

    #[test]
    fn each_tier_says_what_it_did() {
        assert_eq!(outcome(Served::Hit, Tier::Memory).cache_status(), "vitrine-memory; hit; ttl=29");
        assert_eq!(Outcome { ttl: -3, ..outcome(Served::Stale, Tier::Memory) }.cache_status(), "vitrine-memory; hit; ttl=-3");
        assert_eq!(outcome(Served::Miss, Tier::Shared).cache_status(), "vitrine-redis; hit; ttl=29, vitrine-memory; fwd=miss; stored");
        assert_eq!(outcome(Served::Miss, Tier::Origin).cache_status(), "vitrine-redis; fwd=miss; stored, vitrine-memory; fwd=miss; stored");
        let away = Outcome { sharing: Sharing::Unavailable, ..outcome(Served::Miss, Tier::Origin) };
        assert_eq!(away.cache_status(), "vitrine-redis; fwd=miss; detail=unavailable, vitrine-memory; fwd=miss; stored");
        let alone = Outcome { sharing: Sharing::None, joined: true, ..outcome(Served::Miss, Tier::Origin) };
        assert_eq!(alone.cache_status(), "vitrine-memory; fwd=miss; stored; collapsed");
        assert_eq!(outcome(Served::Bypass, Tier::Origin).cache_status(), "vitrine-memory; fwd=bypass");
    }

    #[test]
    fn times_are_told_in_milliseconds() {
        let loaded = Outcome { load: Some(Duration::from_micros(1_500)), ..outcome(Served::Miss, Tier::Origin) };
        assert_eq!(loaded.server_timing(), "cache;dur=0.012, db;dur=1.500");
    }
}
