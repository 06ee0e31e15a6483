//! A text as a row of folded words, so that phrases are found whatever their case, accents or spaces.

use std::collections::HashMap;

use crate::fold::fold;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Token<'a> {
    pub(super) text: &'a str,
    pub(super) start: usize,
}

impl Token<'_> {
    pub(super) const fn end(&self) -> usize {
        self.start + self.text.len()
    }

    pub(super) fn is_number(&self) -> bool {
        self.text.starts_with(|c: char| c.is_ascii_digit())
    }
}

/// Signs that mean something by themselves.
const SIGNS: &[char] = &['%', '°', '€', '$', '£', '#', '&', '+', '×'];

/// Words, numbers (`1,000`, `2.5`) and signs. A unit is a word of its own: `100ml` is `100`, `ml`; `50x30` is `50`, `x`, `30`.
pub(super) fn tokens(text: &str) -> impl Iterator<Item = Token<'_>> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let start = at + text[at..].find(|c: char| c.is_alphanumeric() || SIGNS.contains(&c))?;
        let rest = &text[start..];
        let length = length(rest);
        at = start + length;
        Some(Token { text: &rest[..length], start })
    })
}

/// Of the token that a text begins with.
fn length(text: &str) -> usize {
    let bytes = text.as_bytes();
    let digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    if digit(0) {
        let mut end = 1;
        while digit(end) || matches!(bytes.get(end), Some(b'.' | b',')) && digit(end + 1) {
            end += 1;
        }
        return end;
    }
    if matches!(bytes[0], b'x' | b'X') && digit(1) {
        return 1;
    }
    if text.starts_with(SIGNS) {
        return text.chars().next().map_or(1, char::len_utf8);
    }
    text.find(|c: char| !c.is_alphanumeric()).unwrap_or(text.len())
}

/// One token folded: some signs fold to a space and more.
pub(super) fn fold_word(word: &str) -> String {
    let mut folded = fold(word);
    if !word.is_ascii() {
        folded.retain(|c| !c.is_whitespace());
    }
    folded
}

/// The folded tokens of a text with a space around each.
pub fn folded(text: &str) -> String {
    let mut folded = String::with_capacity(text.len() + 2);
    folded.push(' ');
    for token in tokens(text) {
        folded.push_str(&fold_word(token.text));
        folded.push(' ');
    }
    folded
}

/// Where a phrase stands in a text in whole words, as it stands there.
pub fn find_phrase<'a>(text: &'a str, phrase: &str) -> Option<&'a str> {
    let needle = folded(phrase);
    if needle.trim().is_empty() {
        let phrase = phrase.trim();
        return text.find(phrase).filter(|_| !phrase.is_empty()).map(|at| &text[at..at + phrase.len()]);
    }
    let mut hay = String::with_capacity(text.len() + 2);
    hay.push(' ');
    let mut places = Vec::new();
    for token in tokens(text) {
        places.push((hay.len(), token));
        hay.push_str(&fold_word(token.text));
        hay.push(' ');
    }
    let at = hay.find(&needle)? + 1;
    let first = places.partition_point(|(place, _)| *place < at);
    let last = places.partition_point(|(place, _)| *place < at + needle.len() - 2).saturating_sub(1);
    Some(&text[places.get(first)?.1.start..places.get(last)?.1.end()])
}

/// Folded phrases, by the word they begin with: a text is gone through once, however many they are.
pub(super) struct PhraseSet(HashMap<&'static str, Vec<&'static str>>);

impl PhraseSet {
    pub(super) fn new(phrases: &[&'static str]) -> Self {
        let mut set: HashMap<&str, Vec<&str>> = HashMap::new();
        for phrase in phrases {
            set.entry(phrase.split(' ').next().unwrap_or_default()).or_default().push(phrase);
        }
        Self(set)
    }

    /// The first of them in a folded text.
    pub(super) fn find(&self, folded: &str) -> Option<&'static str> {
        let mut rest = folded.trim_start();
        while !rest.is_empty() {
            let word = rest.split(' ').next().unwrap_or_default();
            let is_here = |phrase: &&&str| rest.strip_prefix(**phrase).is_some_and(|behind| behind.starts_with(' '));
            if let Some(found) = self.0.get(word).and_then(|phrases| phrases.iter().find(is_here)) {
                return Some(found);
            }
            rest = rest[word.len()..].trim_start();
        }
        None
    }
}

/// A folded word without its plural, roughly: what is compared, never shown.
pub fn stem(mut folded: String) -> String {
    let strip = |word: &mut String, count: usize| word.truncate(word.len() - count);
    if folded.len() > 3 && folded.is_ascii() {
        if ["knives", "shelves", "scarves", "loaves", "halves"].iter().any(|end| folded.ends_with(end)) {
            strip(&mut folded, 3);
            folded.push_str(if folded.ends_with("kni") { "fe" } else { "f" });
        } else if ["sses", "shes", "ches", "xes", "zes", "oes"].iter().any(|end| folded.ends_with(end)) || folded.ends_with("ies") {
            strip(&mut folded, 2);
        } else if folded.ends_with('s') && !["ss", "us", "is"].iter().any(|end| folded.ends_with(end)) {
            strip(&mut folded, 1);
        }
        if folded.ends_with('y') {
            strip(&mut folded, 1);
            folded.push('i');
        }
    }
    folded
}

/// The stems of a text's words.
pub fn stems(text: &str) -> impl Iterator<Item = String> {
    tokens(text).map(|token| stem(fold_word(token.text)))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn texts(text: &str) -> Vec<&str> {
        tokens(text).map(|token| token.text).collect()
    }

    #[test]
    fn numbers_and_units_are_told_apart() {
        assert_eq!(
            texts("100% cotton, 1,000ml; 50x30 cm KR-450 2.5."),
            ["100", "%", "cotton", "1,000", "ml", "50", "x", "30", "cm", "KR", "450", "2.5"]
        );
    }

    #[test]
    fn a_phrase_is_found_in_whole_words_whatever_their_case() {
        assert_eq!(find_phrase("The Best-Price  ever", "best price"), Some("Best-Price"));
        assert_eq!(find_phrase("Crème BRÛLÉE", "brulee"), Some("BRÛLÉE"));
        assert_eq!(find_phrase("The bestprice", "best"), None);
        assert_eq!(find_phrase("Wow!!! ", "!!!"), Some("!!!"));
        assert_eq!(find_phrase("anything", " "), None);
        assert_eq!(find_phrase("\u{fe72}a b", "b"), Some("b"));
    }

    #[test]
    fn one_and_many_are_the_same_word() {
        for (one, many) in [
            ("lamp", "lamps"),
            ("glass", "glasses"),
            ("berry", "berries"),
            ("box", "boxes"),
            ("canvas", "canvas"),
            ("dress", "dresses"),
            ("knife", "knives"),
        ] {
            assert_eq!(stem(one.to_owned()), stem(many.to_owned()), "{one}");
        }
    }

    proptest! {
        #[test]
        fn a_phrase_of_a_text_is_found_in_it(text in "[a-cA-C1-3x.,% é×-]{0,60}") {
            let words: Vec<&str> = text.split(' ').filter(|word| !word.is_empty()).collect();
            if let Some(phrase) = words.get(1..).map(|words| words.join(" ")).filter(|phrase| !folded(phrase).trim().is_empty()) {
                prop_assert!(find_phrase(&text, &phrase).is_some());
            }
        }

        #[test]
        fn any_text_has_tokens(text in "\\PC{0,100}") {
            for token in tokens(&text) {
                prop_assert_eq!(&text[token.start..token.end()], token.text);
            }
            prop_assert!(folded(&text).starts_with(' '));
        }
    }
}
