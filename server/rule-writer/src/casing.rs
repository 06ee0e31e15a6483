//! Capitals and small letters.

use std::collections::HashMap;

use domain::{
    fold::fold,
    words::text::{ABBREVIATIONS, is_shouted, is_shouting},
};

use crate::phrases::Phrases;

/// Units that are small wherever they stand behind a number.
const UNITS: &[&str] = &["mm", "cm", "m", "km", "g", "kg", "mg", "ml", "cl", "dl", "in", "ft", "oz", "lb", "gsm", "pcs", "pc", "pk", "x"];

/// Short forms that stay short forms in small letters. Others may be words, or claim a certificate.
const PLAIN: &[&str] = &[
    "LED", "USB", "HDMI", "TV", "UV", "DVD", "CD", "GPS", "NFC", "RFID", "RGB", "DIY", "BBQ", "XL", "XXL", "XXXL", "XS", "XXS", "PVC", "MDF", "LCD",
    "OLED", "QLED", "SSD", "HDD", "HEPA", "EVA", "TPU", "UHD", "VR",
];
/// Short forms that are words where everything is in capitals.
const WORDS: &[&str] = &["US", "AM", "CO", "PET", "RAL", "AC"];

/// How words are spelled whose capitals no rule knows: `GaN`, `McAllister`, as the record has them.
#[derive(Default)]
pub(crate) struct Spellings(HashMap<String, String>);

impl Spellings {
    /// Learns the words of a name as they are written.
    pub(crate) fn learn(&mut self, name: &str) {
        if !is_shouting(name) {
            self.learn_if(name, |word| word.contains(char::is_uppercase));
        } else if !name.contains(' ') {
            // A name in capitals that is one word may be written so.
            self.learn_if(name, |_| true);
        }
    }

    /// Learns the words of a text that have capitals inside.
    pub(crate) fn learn_inner(&mut self, text: &str) {
        self.learn_if(text, |word| word.chars().skip(1).any(char::is_uppercase) && word.contains(char::is_lowercase));
    }

    fn learn_if(&mut self, text: &str, is_known: impl Fn(&str) -> bool) {
        for word in text.split(|c: char| !c.is_alphanumeric()).filter(|word| word.chars().count() > 1 && is_known(word)) {
            self.0.entry(fold(word)).or_insert_with(|| word.to_owned());
        }
    }

    fn of(&self, word: &str) -> Option<&str> {
        self.0.get(&fold(word)).map(String::as_str)
    }
}

/// A name in capitals or in small letters as names are written; any other is left alone.
pub(crate) fn name(text: &str, spellings: &Spellings, phrases: &Phrases) -> String {
    let mut written = String::with_capacity(text.len());
    let mut before = "";
    for (index, word) in text.split(' ').enumerate() {
        if index > 0 {
            written.push(' ');
        }
        let is_small = index > 0 && !before.ends_with(':') && phrases.small.contains(&word.to_lowercase().as_str());
        let is_unit = before.ends_with(|c: char| c.is_ascii_digit()) && UNITS.contains(&word.to_lowercase().trim_end_matches(','));
        if is_small || is_unit {
            written.push_str(&word.to_lowercase());
        } else {
            word_of_name(&mut written, word, phrases.capitals || index == 0, spellings);
        }
        before = word;
    }
    same(written, text)
}

/// What was written, when it has the same letters: some alphabets have capitals that are two.
fn same(written: String, text: &str) -> String {
    if text.is_ascii() || fold(&written) == fold(text) { written } else { text.to_owned() }
}

/// A sentence whose capitals are too many in small letters, but for the first.
pub(crate) fn sentence(text: &str, spellings: &Spellings) -> String {
    if text.split_whitespace().filter(|word| is_shouted(word) && word.len() > 3).count() < 2 {
        return first_large(text);
    }
    let mut written = String::with_capacity(text.len());
    for (index, word) in text.split(' ').enumerate() {
        if index > 0 {
            written.push(' ');
        }
        if is_shouted(word) { word_of_name(&mut written, word, false, spellings) } else { written.push_str(word) }
    }
    first_large(&same(written, text))
}

/// With a capital at its start, unless it begins as `iPhone` does.
pub(crate) fn first_large(text: &str) -> String {
    let mut characters = text.chars();
    match characters.next() {
        Some(first) if first.is_lowercase() && !characters.as_str().starts_with(char::is_uppercase) => {
            same(first.to_uppercase().chain(characters).collect(), text)
        }
        _ => text.to_owned(),
    }
}

/// In small letters inside a sentence, but for what has capitals for a reason.
pub(crate) fn small(phrase: &str, spellings: &Spellings) -> String {
    let small_word = |word: &str| {
        let keeps = word.chars().count() == 1
            || word.chars().skip(1).any(|c| c.is_uppercase() || c.is_numeric())
            || ABBREVIATIONS.contains(&word)
            || spellings.of(word).is_some();
        if keeps { word.to_owned() } else { word.to_lowercase() }
    };
    same(phrase.split(' ').map(small_word).collect::<Vec<_>>().join(" "), phrase)
}

fn word_of_name(to: &mut String, word: &str, large: bool, spellings: &Spellings) {
    let has_digit = word.contains(|c: char| c.is_ascii_digit());
    // `kr-450` and `s2` are codes; `2nd` and `50cm` are not.
    let letters = word.chars().take_while(|c| c.is_alphabetic()).count();
    if has_digit && (1..=3).contains(&letters) && word.chars().filter(|c| c.is_alphabetic()).count() <= 4 {
        to.push_str(&word.to_uppercase());
        return;
    }
    let mut rest = word;
    while !rest.is_empty() {
        let end = rest.find(|c: char| !c.is_alphanumeric() && c != '\'' && c != '’').unwrap_or(rest.len());
        part_of_name(to, &rest[..end], large, has_digit, spellings);
        let mark = rest[end..].chars().next().map_or(0, char::len_utf8);
        to.push_str(&rest[end..end + mark]);
        rest = &rest[end + mark..];
    }
}

fn part_of_name(to: &mut String, part: &str, large: bool, has_digit: bool, spellings: &Spellings) {
    let upper = part.to_uppercase();
    if let Some(spelling) = spellings.of(part) {
        to.push_str(spelling);
    } else if PLAIN.contains(&upper.as_str()) || part == upper && ABBREVIATIONS.contains(&part) && !WORDS.contains(&part) {
        to.push_str(&upper);
    } else if part.starts_with(|c: char| c.is_ascii_digit()) || part.chars().count() == 1 && has_digit {
        to.push_str(&if part.len() <= 3 && part.ends_with(['k', 'K', 'w', 'W', 'v', 'V']) { upper } else { part.to_lowercase() });
    } else if large {
        let mut characters = part.chars();
        to.extend(characters.next().into_iter().flat_map(char::to_uppercase));
        to.push_str(&characters.as_str().to_lowercase());
    } else {
        to.push_str(&part.to_lowercase());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_written_as_names_are() {
        let mut spellings = Spellings::default();
        spellings.learn("McAllister Electric");
        let phrases = Phrases::of("", "en");
        let written = |text| name(text, &spellings, phrases);
        assert_eq!(written("MCALLISTER IVY TABLE LAMP WITH USB-C PORT, 50 X 30 CM"), "McAllister Ivy Table Lamp with USB-C Port, 50 x 30 cm");
        assert_eq!(written("kr-450 led lamp, 40w"), "KR-450 LED Lamp, 40W");
        assert_eq!(written("women's t-shirt: a guide"), "Women's T-Shirt: A Guide");
        assert_eq!(name("LAMPE AVEC ABAT-JOUR", &spellings, Phrases::of("", "fr")), "Lampe avec abat-jour");
    }

    #[test]
    fn a_shouted_sentence_is_calmed_and_others_are_left() {
        let spellings = Spellings::default();
        assert_eq!(sentence("SOFT LIGHT WITH LED", &spellings), "Soft light with LED");
        assert_eq!(sentence("the ASUS lamp", &spellings), "The ASUS lamp");
    }
}
