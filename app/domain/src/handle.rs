//! A handle: the product's key inside its store, and the last part of its address.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::fold::fold;

/// 1 to 255 characters of lower-case letters, digits, `-` and `_`; letters of any script.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Handle(String);

impl Handle {
    pub const MAX_CHARS: usize = 255;

    /// The handle a title suggests: `Crème Brûlée (2 pcs)` becomes `creme-brulee-2-pcs`.
    /// None when the title has no letter or digit.
    pub fn from_title(title: &str) -> Option<Self> {
        let mut text = String::with_capacity(title.len());
        for c in fold(title).chars() {
            if c.is_alphanumeric() {
                text.push(c);
            } else if !text.is_empty() && !text.ends_with('-') {
                text.push('-');
            }
        }
        let text: String = text.trim_end_matches('-').chars().take(Self::MAX_CHARS).collect();
        if text.is_empty() { None } else { Some(Self(text.trim_end_matches('-').to_owned())) }
    }

    /// This handle with a number behind it, cut so that it stays within the limit.
    #[must_use]
    pub fn numbered(&self, number: u32) -> Self {
        let suffix = format!("-{number}");
        let stem: String = self.0.chars().take(Self::MAX_CHARS - suffix.len()).collect();
        Self(stem + &suffix)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidHandle;

impl fmt::Display for InvalidHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("A handle has 1 to 255 lower-case letters, digits, - and _, with no spaces.")
    }
}

impl std::error::Error for InvalidHandle {}

impl FromStr for Handle {
    type Err = InvalidHandle;

    fn from_str(text: &str) -> Result<Self, InvalidHandle> {
        let allowed = |c: char| (c.is_alphanumeric() && !c.is_uppercase()) || c == '-' || c == '_';
        if text.is_empty() || text.len() > 4 * Self::MAX_CHARS || text.chars().count() > Self::MAX_CHARS || !text.chars().all(allowed) {
            return Err(InvalidHandle);
        }
        Ok(Self(text.to_owned()))
    }
}

impl TryFrom<String> for Handle {
    type Error = InvalidHandle;

    fn try_from(text: String) -> Result<Self, InvalidHandle> {
        text.parse()
    }
}

impl From<Handle> for String {
    fn from(handle: Handle) -> Self {
        handle.0
    }
}

impl fmt::Display for Handle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_suggests_a_handle() {
        assert_eq!(Handle::from_title("Crème Brûlée (2 pcs)").map(String::from).as_deref(), Some("creme-brulee-2-pcs"));
        assert_eq!(Handle::from_title(" -- "), None);
        assert!(Handle::from_title(&"ab ".repeat(300)).is_some_and(|handle| handle.as_str().len() <= 255));
    }

    #[test]
    fn a_handle_is_checked_when_it_is_read() {
        assert!("blue-lamp_2".parse::<Handle>().is_ok());
        for bad in ["", "Blue", "blue lamp", "a/b", &"a".repeat(256)] {
            assert_eq!(bad.parse::<Handle>(), Err(InvalidHandle), "{bad:?}");
        }
    }

    #[test]
    fn a_numbered_handle_stays_within_the_limit() {
        let long: Handle = "a".repeat(255).parse().unwrap();
        assert_eq!(long.numbered(12).as_str().len(), 255);
        assert!(long.numbered(12).as_str().ends_with("-12"));
    }
}
