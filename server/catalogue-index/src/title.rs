//! A title as pieces: its words and what stands between them, each a number of the dictionary. The space
//! between two words is left out, as nearly all words have one.

use std::cmp::Ordering;

use crate::{dictionary::Dictionary, records::Ids};

/// Whether a piece is a word: letters and digits. Other pieces have none of these.
pub(crate) fn is_word(piece: &str) -> bool {
    piece.chars().next().is_some_and(char::is_alphanumeric)
}

/// The pieces of a sort key.
pub(crate) fn split(key: &str) -> impl Iterator<Item = &str> {
    let mut rest = key;
    let mut after_word = false;
    std::iter::from_fn(move || {
        if after_word
            && let Some(spaced) = rest.strip_prefix(' ')
            && is_word(spaced)
        {
            rest = spaced;
        }
        after_word = is_word(rest);
        let end = rest.find(|c: char| c.is_alphanumeric() != after_word).unwrap_or(rest.len());
        let (piece, behind) = rest.split_at(end);
        rest = behind;
        (!piece.is_empty()).then_some(piece)
    })
}

/// The texts that make up the sort key again.
pub(crate) fn texts<'a>(words: &'a Dictionary, pieces: Ids<'a>) -> Texts<'a> {
    Texts { words, pieces, after_word: false, waiting: None }
}

pub(crate) struct Texts<'a> {
    words: &'a Dictionary,
    pieces: Ids<'a>,
    after_word: bool,
    /// What comes after a space that was left out.
    waiting: Option<&'a [u8]>,
}

impl<'a> Iterator for Texts<'a> {
    type Item = &'a [u8];

    #[inline]
    fn next(&mut self) -> Option<&'a [u8]> {
        if let Some(text) = self.waiting.take() {
            return Some(text);
        }
        let piece = self.pieces.next()?;
        let text = self.words.bytes(piece);
        let is_word = match text.first() {
            Some(byte) if byte.is_ascii() => byte.is_ascii_alphanumeric(),
            _ => is_word(self.words.text(piece)),
        };
        if std::mem::replace(&mut self.after_word, is_word) && is_word {
            self.waiting = Some(text);
            return Some(b" ");
        }
        Some(text)
    }
}

/// Compares a title with a sort key.
pub(crate) fn compare(words: &Dictionary, pieces: Ids<'_>, key: &[u8]) -> Ordering {
    let mut rest = key;
    for text in texts(words, pieces) {
        let common = text.len().min(rest.len());
        match text[..common].cmp(&rest[..common]) {
            Ordering::Equal if text.len() > common => return Ordering::Greater,
            Ordering::Equal => rest = &rest[common..],
            different => return different,
        }
    }
    if rest.is_empty() { Ordering::Equal } else { Ordering::Less }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::records::Records;

    #[test]
    fn a_title_is_put_together_again() {
        let mut words = Dictionary::default();
        let mut records = Records::default();
        records.grow(1);
        for key in ["", "lamp", "red lamp, 2 x (new)", "- a -", "?", "a  b", "ランプ – 赤"] {
            let pieces: Vec<u32> = split(key).map(|piece| words.intern(piece)).collect();
            records.put(0, &[], &pieces);

            let text: Vec<u8> = texts(&words, records.title(0)).flatten().copied().collect();

            assert_eq!(String::from_utf8(text).unwrap(), key);
        }
        assert_eq!(split("red lamp, 2 x").collect::<Vec<_>>(), ["red", "lamp", ", ", "2", "x"]);
    }

    #[test]
    fn titles_compare_like_their_text() {
        let keys = ["", "lamp", "lamp 2", "lamp, red", "lamp-x", "lamp_x", "lamp0", "lamps", "lämp", "(lamp)", "lamp – x"];
        let mut words = Dictionary::default();
        let mut records = Records::default();
        records.grow(1);
        for left in keys {
            let pieces: Vec<u32> = split(left).map(|piece| words.intern(piece)).collect();
            records.put(0, &[], &pieces);
            for right in keys {
                assert_eq!(compare(&words, records.title(0), right.as_bytes()), left.cmp(right), "{left:?} and {right:?}");
            }
        }
    }
}
