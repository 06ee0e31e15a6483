//! A text that is never shown.

use std::fmt;

use zeroize::Zeroizing;

/// A provider's key. It prints as dots, and its memory is wiped when it is dropped.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    pub fn new(text: impl Into<String>) -> Self {
        Self(Zeroizing::new(text.into()))
    }

    /// For the one who sends or seals it.
    pub fn expose(&self) -> &str {
        &self.0
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// A text without the secret in it, should somebody have repeated it.
    pub(crate) fn blotted(&self, text: &str) -> String {
        if self.0.len() < 4 { text.to_owned() } else { text.replace(self.0.as_str(), DOTS) }
    }
}

const DOTS: &str = "••••";

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(DOTS)
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(DOTS)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_prints_as_dots() {
        let secret = Secret::new("sk-very-secret");

        assert_eq!(format!("{secret} {secret:?} {:?}", Some(&secret)), "•••• •••• Some(••••)");
        assert_eq!(secret.blotted("Incorrect key: sk-very-secret."), "Incorrect key: ••••.");
    }
}
