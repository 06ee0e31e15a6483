//! Where alerts are told.

use std::fmt;

use alerts::Severity;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Channel {
    /// Small letters, digits and dashes: it is part of the ids of letters.
    pub name: String,
    pub way: Way,
    /// What is less than this is not told here.
    pub least: Severity,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Way {
    /// Slack, and whatever understands the same.
    Webhook {
        url: Secret,
    },
    Mail {
        to: Vec<String>,
    },
    /// The page of alerts shows them; nothing is sent.
    Page,
}

/// Who knows it may act: the address of a webhook, a password. Neither logs nor errors show it.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}

impl Channel {
    /// Whether letters are written to it at all.
    pub(crate) fn is_sent_to(&self) -> bool {
        self.way != Way::Page
    }
}
