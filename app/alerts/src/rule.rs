//! A rule, and an alert: a rule together with what it is about.

use std::{fmt, str::FromStr};

use domain::clock::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{Condition, Instance, Unit};

/// When somebody is to be told of something, and how badly.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Rule {
    /// Small letters, digits and dashes: it stands in addresses and never changes.
    pub id: String,
    /// For people, as the beginning of a sentence: "Pages appear slowly".
    pub name: String,
    pub what: Condition,
    pub unit: Unit,
    /// So long it has to be bad before anybody is told.
    pub for_minutes: u32,
    /// So long it has to be well before it is said to be over.
    pub clear_minutes: u32,
    /// While it fires and nobody has acknowledged it, it is told again after so many minutes; 0 is never.
    pub remind_minutes: u32,
    pub severity: Severity,
    /// What is told in one message.
    pub group: String,
    /// The page on which to look further: a path, as `/speed`.
    pub page: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing.
    Note,
    /// Somebody should look within the day.
    Warning,
    /// Somebody should look now.
    Critical,
}

/// Which alert: the rule, and what of it, as the name of a process or a route. Nothing for a rule about one series.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct AlertKey {
    pub rule: String,
    pub subject: String,
}

/// An alert as it is kept and shown.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Alert {
    pub key: AlertKey,
    /// As it was when it was last looked at: the words for what ended are those it began with.
    pub rule: Rule,
    pub instance: Instance,
    /// Written by people and not by rounds, so that neither overwrites the other.
    pub acknowledged: Option<Acknowledged>,
}

/// Somebody has seen it and sees to it. Ends with the alert.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Acknowledged {
    pub by: String,
    pub at: Timestamp,
    /// Of which firing: see [`Instance::episode`].
    pub episode: u64,
}

/// How long a text of a rule may be, in characters.
const LONGEST: usize = 80;
/// Longer than any series is kept.
const MOST_MINUTES: u32 = 31 * 24 * 60;

impl Rule {
    /// Whether it can be watched; else a sentence that says what to change.
    pub fn check(&self) -> Result<(), String> {
        let (id, name) = (&self.id, &self.name);
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if id.is_empty() || id.len() > LONGEST || !id.chars().all(plain) {
            return Err(format!("\"{id}\" cannot be the id of a rule: write 1 to {LONGEST} small letters, digits and dashes."));
        }
        for (what, text) in [("name", name), ("group", &self.group)] {
            if text.trim().is_empty() || text.chars().count() > LONGEST || text.chars().any(char::is_control) {
                return Err(format!("The {what} of the rule \"{id}\" has to be one line of 1 to {LONGEST} characters."));
            }
        }
        if !self.page.is_empty() && (!self.page.starts_with('/') || self.page.starts_with("//") || self.page.chars().any(char::is_whitespace)) {
            return Err(format!("The page of the rule \"{id}\" is a path on this server: begin it with one /, as in /speed."));
        }
        for (what, minutes) in [("for_minutes", self.for_minutes), ("clear_minutes", self.clear_minutes), ("remind_minutes", self.remind_minutes)] {
            if minutes > MOST_MINUTES {
                return Err(format!("{what} of the rule \"{id}\" is more than a month: write {MOST_MINUTES} or less."));
            }
        }
        self.what.check().map_err(|why| format!("The rule \"{id}\": {why}"))
    }
}

impl Alert {
    /// Of what has not been looked at yet.
    pub fn new(rule: Rule, subject: impl Into<String>) -> Self {
        Self { key: AlertKey::new(rule.id.clone(), subject), rule, instance: Instance::default(), acknowledged: None }
    }

    /// Who sees to what fires now.
    pub fn seen_to(&self) -> Option<&Acknowledged> {
        self.acknowledged.as_ref().filter(|seen| self.instance.is_firing() && seen.episode == self.instance.episode)
    }
}

impl AlertKey {
    pub fn new(rule: impl Into<String>, subject: impl Into<String>) -> Self {
        Self { rule: rule.into(), subject: subject.into() }
    }
}

impl fmt::Display for AlertKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.subject.is_empty() { f.write_str(&self.rule) } else { write!(f, "{}@{}", self.rule, self.subject) }
    }
}

impl FromStr for AlertKey {
    type Err = std::convert::Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (rule, subject) = text.split_once('@').unwrap_or((text, ""));
        Ok(Self::new(rule, subject))
    }
}

impl From<AlertKey> for String {
    fn from(key: AlertKey) -> Self {
        key.to_string()
    }
}

impl From<String> for AlertKey {
    fn from(text: String) -> Self {
        let Ok(key) = text.parse();
        key
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Note => "Note",
            Self::Warning => "Warning",
            Self::Critical => "Critical",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::builtin;

    #[test]
    fn a_key_is_read_as_it_is_written_whatever_the_subject_is() {
        for key in [AlertKey::new("disk", ""), AlertKey::new("process", "web-1"), AlertKey::new("lcp", "/a@b/<x>&\"")] {
            let json = serde_json::to_string(&key).unwrap();

            assert_eq!(serde_json::from_str::<AlertKey>(&json).unwrap(), key, "{json}");
        }
    }

    #[test]
    fn a_rule_that_cannot_be_watched_is_refused_with_what_to_change() {
        let with = |change: fn(&mut Rule)| {
            let mut rule = builtin().remove(0);
            change(&mut rule);
            rule.check().unwrap_err()
        };

        assert!(with(|rule| rule.id = "Slow pages".into()).contains("small letters, digits and dashes"));
        assert!(with(|rule| rule.name = "two\nlines".into()).contains("one line"));
        assert!(with(|rule| rule.group = " ".into()).contains("group"));
        assert!(with(|rule| rule.page = "https://elsewhere.example/".into()).contains("a path on this server"));
        assert!(with(|rule| rule.page = "//elsewhere.example/".into()).contains("a path on this server"));
        assert!(with(|rule| rule.for_minutes = u32::MAX).contains("a month"));
    }
}
