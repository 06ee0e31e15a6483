//! What can be wrong with an answer.

use std::fmt::Display;

use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Failure {
    /// Nobody answered at the address.
    Connect,
    /// The connection broke off before the end.
    Broken,
    /// No answer in time.
    Timeout,
    /// 429 or 503: not now.
    Refused,
    /// Any other 5xx.
    Server,
    /// 409 or 412: somebody else was first.
    Conflict,
    /// Any other status than the one that was expected.
    Status,
    /// The right status, and not what was asked for.
    Content,
}

#[derive(Clone, Debug)]
pub struct Failed {
    pub class: Failure,
    /// What it was, for a person to read.
    pub example: String,
}

/// As much of an answer as tells what is wrong.
const EXCERPT: usize = 300;

impl Failure {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Connect => "not connected",
            Self::Broken => "broken off",
            Self::Timeout => "no answer in time",
            Self::Refused => "refused (429, 503)",
            Self::Server => "server error (5xx)",
            Self::Conflict => "conflict (409, 412)",
            Self::Status => "unexpected status",
            Self::Content => "unexpected content",
        }
    }

    /// Whether the time it took is one that somebody waited for an answer. A quick refusal would make a run look fast.
    pub const fn is_waiting(self) -> bool {
        matches!(self, Self::Timeout | Self::Broken)
    }
}

impl Failed {
    pub fn new(class: Failure, example: impl Display) -> Self {
        Self { class, example: example.to_string() }
    }

    pub fn of_status(status: u16, body: &[u8]) -> Self {
        let class = match status {
            429 | 503 => Failure::Refused,
            500.. => Failure::Server,
            409 | 412 => Failure::Conflict,
            _ => Failure::Status,
        };
        let excerpt: String = String::from_utf8_lossy(body).chars().take(EXCERPT).collect();
        Self { class, example: format!("{status}: {excerpt}") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_tells_what_was_wrong() {
        let class = |status| Failed::of_status(status, b"").class;
        assert_eq!([503, 500, 412, 404, 204].map(class), [Failure::Refused, Failure::Server, Failure::Conflict, Failure::Status, Failure::Status]);
        assert_eq!(Failed::of_status(404, "ä".repeat(400).as_bytes()).example.chars().count(), EXCERPT + 5);
    }
}
