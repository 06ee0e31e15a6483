//! What routes, statements and their like are called: words that stand in the program, and are few.

use std::{
    borrow::Cow,
    collections::HashSet,
    fmt,
    sync::{PoisonError, RwLock},
};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// Printable ASCII, at most [`LONGEST_NAME`] bytes.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Name(Cow<'static, str>);

pub const LONGEST_NAME: usize = 128;

/// What all others are called when there are too many names.
pub const OTHERS: &str = "others";

/// Names that are known only while the program runs, such as routes: so many are told apart.
const MOST_NAMES: usize = 1_024;

impl Name {
    /// Of a word that stands in the program. What is no name in it is left out.
    pub fn fixed(text: &'static str) -> Self {
        if is_name(text) { Self(Cow::Borrowed(text)) } else { Self(Cow::Owned(cleaned(text))) }
    }

    /// Of what came from outside; none where it is no name.
    pub fn parse(text: &str) -> Option<Self> {
        is_name(text).then(|| Self(Cow::Owned(text.to_owned())))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The same text for ever. There is room for a thousand of them, which routes and kinds of jobs are; what comes after is [`OTHERS`], so
/// that nobody who makes up names fills the memory.
pub fn intern(text: &str) -> &'static str {
    static NAMES: RwLock<Option<HashSet<&'static str>>> = RwLock::new(None);
    let known = NAMES.read().unwrap_or_else(PoisonError::into_inner).as_ref().and_then(|names| names.get(text).copied());
    if let Some(known) = known {
        return known;
    }
    if !is_name(text) {
        return OTHERS;
    }
    let mut names = NAMES.write().unwrap_or_else(PoisonError::into_inner);
    let names = names.get_or_insert_default();
    match names.get(text) {
        Some(known) => known,
        None if names.len() >= MOST_NAMES => OTHERS,
        None => {
            let name: &'static str = String::leak(text.to_owned());
            names.insert(name);
            name
        }
    }
}

fn is_name(text: &str) -> bool {
    text.len() <= LONGEST_NAME && text.bytes().all(is_of_names)
}

fn is_of_names(byte: u8) -> bool {
    (b' '..=b'~').contains(&byte)
}

fn cleaned(text: &str) -> String {
    text.bytes().filter(|byte| is_of_names(*byte)).take(LONGEST_NAME).map(char::from).collect()
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl Serialize for Name {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Name {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        if is_name(&text) { Ok(Self(Cow::Owned(text))) } else { Err(de::Error::custom("this is no name of a span")) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_came_from_outside_is_printable_and_short() {
        assert_eq!(Name::parse("GET /products/{handle}").unwrap().as_str(), "GET /products/{handle}");
        assert_eq!(Name::parse("a\nb"), None);
        assert_eq!(Name::parse("café"), None);
        assert_eq!(Name::parse(&"a".repeat(LONGEST_NAME + 1)), None);
    }

    #[test]
    fn a_word_of_the_program_is_cut_rather_than_refused() {
        assert_eq!(Name::fixed("a\u{7f}b\tc").as_str(), "abc");
        assert_eq!(Name::fixed("plain"), Name::parse("plain").unwrap());
    }

    #[test]
    fn the_same_name_is_kept_once_and_made_up_ones_have_an_end() {
        let first = intern("/products/{handle}");

        let again = intern(&String::from("/products/{handle}"));
        let made_up: Vec<_> = (0..MOST_NAMES + 10).map(|number| intern(&format!("/made/up/{number}"))).collect();

        assert!(std::ptr::eq(first, again));
        assert_eq!(made_up.iter().filter(|name| **name == OTHERS).count(), 11);
        assert_eq!(intern("/products/{handle}"), first);
        assert_eq!(intern("no\nname"), OTHERS);
    }
}
