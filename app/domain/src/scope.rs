//! What a token of the API may be used for. A scope narrows what the person's role allows; it never widens it.

use std::fmt;

use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Scope {
    ReadProducts,
    WriteProducts,
    /// Jobs, imports and exports.
    ReadJobs,
    WriteJobs,
    /// Runs and versions.
    ReadRuns,
    WriteRuns,
    ReadReviews,
    WriteReviews,
    ReadUsage,
    ReadMembers,
    ReadWebhooks,
    WriteWebhooks,
}

/// A set of scopes. As text they stand one behind the other with spaces between them (RFC 6749, section 3.3).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Scopes(u32);

impl Scope {
    pub const ALL: [Self; 12] = [
        Self::ReadProducts,
        Self::WriteProducts,
        Self::ReadJobs,
        Self::WriteJobs,
        Self::ReadRuns,
        Self::WriteRuns,
        Self::ReadReviews,
        Self::WriteReviews,
        Self::ReadUsage,
        Self::ReadMembers,
        Self::ReadWebhooks,
        Self::WriteWebhooks,
    ];

    pub const fn name(self) -> &'static str {
        match self {
            Self::ReadProducts => "products:read",
            Self::WriteProducts => "products:write",
            Self::ReadJobs => "jobs:read",
            Self::WriteJobs => "jobs:write",
            Self::ReadRuns => "runs:read",
            Self::WriteRuns => "runs:write",
            Self::ReadReviews => "reviews:read",
            Self::WriteReviews => "reviews:write",
            Self::ReadUsage => "usage:read",
            Self::ReadMembers => "members:read",
            Self::ReadWebhooks => "webhooks:read",
            Self::WriteWebhooks => "webhooks:write",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scope| scope.name() == name)
    }
}

impl Scopes {
    pub const NONE: Self = Self(0);

    pub fn all() -> Self {
        Scope::ALL.into_iter().collect()
    }

    pub const fn contains(self, scope: Scope) -> bool {
        self.0 & 1 << scope as u32 != 0
    }

    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    pub fn iter(self) -> impl Iterator<Item = Scope> {
        Scope::ALL.into_iter().filter(move |scope| self.contains(*scope))
    }

    /// As it is kept. A new scope gets the next bit, so that what is kept keeps its meaning.
    pub const fn bits(self) -> u32 {
        self.0
    }

    /// Bits that no scope has are left out.
    pub fn from_bits(bits: u32) -> Self {
        Self(bits & Self::all().0)
    }

    /// Reads names with spaces between them; the first that is not known is the error.
    pub fn parse(text: &str) -> Result<Self, String> {
        text.split_whitespace().map(|name| Scope::from_name(name).ok_or_else(|| name.to_owned())).collect()
    }
}

impl FromIterator<Scope> for Scopes {
    fn from_iter<I: IntoIterator<Item = Scope>>(scopes: I) -> Self {
        Self(scopes.into_iter().fold(0, |bits, scope| bits | 1 << scope as u32))
    }
}

impl fmt::Display for Scopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, scope) in self.iter().enumerate() {
            if at > 0 {
                f.write_str(" ")?;
            }
            f.write_str(scope.name())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_is_read_as_it_is_written() {
        let some: Scopes = [Scope::WriteProducts, Scope::ReadProducts].into_iter().collect();

        assert_eq!(some.to_string(), "products:read products:write");
        assert_eq!(Scopes::parse(&some.to_string()), Ok(some));
        assert_eq!(Scopes::parse("products:read all"), Err("all".to_owned()));
        assert!(!some.contains(Scope::ReadJobs) && Scopes::all().contains(Scope::WriteWebhooks));
    }

    #[test]
    fn bits_of_no_scope_mean_nothing() {
        assert_eq!(Scopes::from_bits(u32::MAX), Scopes::all());
        assert_eq!(Scopes::from_bits(Scopes::all().bits()), Scopes::all());
        assert!(Scopes::from_bits(1 << 31).is_empty());
    }
}
