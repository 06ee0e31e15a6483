//! What a piece of text is by its shape: a sentence, a fragment, a pair, a supplier's sheet.

use std::collections::HashSet;

use domain::words::{
    noise,
    text::{count, stems},
};

use crate::role::{Role, role};

/// Whether a short sentence says only what is known.
pub(crate) fn is_known(sentence: &str, known: &HashSet<String>) -> bool {
    count(sentence) <= 14 && stems(sentence).all(|stem| stem.len() < 3 || CONNECTING.contains(&stem.as_str()) || known.contains(&stem))
}

/// Words that join others.
pub(super) const CONNECTING: &[&str] = &[
    "the", "and", "with", "from", "for", "this", "these", "made", "come", "von", "und", "mit", "aus", "les", "des", "del", "van", "met", "com",
    "por", "una", "un", "in", "of", "by", "a", "an", "is", "are",
];
/// Words that praise.
pub(super) const PRAISE: &[&str] = &["original", "new", "top", "best", "nice", "very", "super", "great", "good", "qualiti", "wow", "neu"];

/// Words that only whole sentences have.
pub(super) const GRAMMAR: &[&str] = &[
    "is",
    "are",
    "was",
    "were",
    "be",
    "been",
    "has",
    "have",
    "had",
    "will",
    "would",
    "can",
    "could",
    "may",
    "the",
    "this",
    "that",
    "these",
    "it",
    "its",
    "you",
    "your",
    "we",
    "our",
    "they",
    "he",
    "she",
    "do",
    "does",
    "not",
    "der",
    "die",
    "das",
    "ist",
    "sind",
    "hat",
    "wird",
    "ein",
    "eine",
    "sie",
    "wir",
    "le",
    "la",
    "les",
    "est",
    "une",
    "vous",
    "el",
    "los",
    "las",
    "es",
    "una",
    "il",
    "lo",
    "gli",
    "het",
    "een",
    "os",
    "as",
    "um",
    "uma",
    "so",
    "when",
    "if",
    "but",
    "available",
    "erhältlich",
    "disponible",
    "disponibile",
    "verkrijgbaar",
    "disponível",
];

pub(super) fn is_sentence(text: &str) -> bool {
    count(text) > 6 && text.ends_with(['.', '!', '?', '…']) || count(text) > 16
}

pub(super) fn has_grammar(text: &str) -> bool {
    text.split(|c: char| !c.is_alphanumeric()).any(|word| GRAMMAR.contains(&word.to_lowercase().as_str()))
}

/// The parts of a line that is no sentence: `Opal glass, dimmable.`
pub(super) fn fragments(sentence: &str) -> Option<Vec<&str>> {
    let words = count(sentence);
    if has_grammar(sentence) || words > 14 || sentence.contains(['?', ':', '"']) {
        return None;
    }
    let parts: Vec<&str> = sentence.split(", ").collect();
    (words <= 5 || parts.iter().all(|part| count(part) <= 5)).then_some(parts)
}

pub(super) fn is_telling(text: &str) -> bool {
    text.contains(char::is_alphabetic) && noise::placeholder(text).is_none()
}

pub(super) fn is_value(text: &str) -> bool {
    text.contains(char::is_alphanumeric) && noise::placeholder(text).is_none()
}

/// The pieces of a text that is a supplier's sheet: pairs between semicolons, bars or line ends.
pub(super) fn specifications(text: &str) -> Option<Vec<&str>> {
    for mark in [';', '|'] {
        let pieces: Vec<&str> = text.split(mark).map(str::trim).filter(|piece| !piece.is_empty()).collect();
        let pairs = pieces.iter().filter(|piece| pair(piece, true).is_some()).count();
        if pieces.len() >= 3 && pairs * 3 >= pieces.len() * 2 {
            return Some(pieces);
        }
    }
    let is_code = || role(text.trim_end_matches(|c: char| c.is_ascii_digit() || c == ' ')) == Role::Code;
    (pair(text, false).is_some() || is_code()).then(|| vec![text])
}

/// A name and a value, `Material: opal glass`; `listed` where one is to be expected.
pub(super) fn pair(text: &str, listed: bool) -> Option<(&str, &str)> {
    let at = text.find(['\t', '=', ':'])?;
    let (name, value) = (text[..at].trim(), text[at + 1..].trim());
    let is_name = name.len() <= 32 && (1..=3).contains(&count(name)) && name.starts_with(char::is_alphabetic) && !name.contains(['.', ',', '!', '?']);
    let is_name = is_name || role(name) != Role::Other;
    let is_value = !value.is_empty() && value.len() <= 120 && !value.starts_with('/') && !value.contains(". ") && !value.contains(['\t', '=', '?']);
    let is_short = listed || count(value) <= 6 && !value.ends_with(['.', '!']) && !has_grammar(value);
    (is_name && is_value && is_short).then_some((name, value))
}
