//! Words, sentences and capitals of plain text.

pub use super::token::{find_phrase, folded, stem, stems};

/// Short forms that are written in capitals without being shouted.
pub const ABBREVIATIONS: &[&str] = &[
    "ABS", "AC", "AM", "ANC", "ASC", "BBQ", "BPA", "CD", "CE", "CO", "DAB", "DC", "DIN", "DIY", "DVD", "ENC", "EU", "EVA", "FDA", "FM", "FSC",
    "GOTS", "GPS", "GRS", "HD", "HDD", "HDMI", "HEPA", "IP", "ISO", "LCD", "LED", "MDF", "MSC", "NFC", "OEKO", "OLED", "PC", "PE", "PEFC", "PET",
    "PLA", "PP", "PU", "PVC", "QLED", "RAL", "RFID", "RGB", "RWS", "SPF", "SSD", "TEX", "TPU", "TSA", "TV", "UHD", "UK", "UL", "UPF", "US", "USA",
    "USB", "UV", "VR", "WC", "XL", "XS", "XXL", "XXS", "XXXL",
];

/// How many words a text has: what stands between spaces and has a letter or a digit.
pub fn count(text: &str) -> usize {
    words(text).count()
}

pub fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split_whitespace().filter(|word| word.contains(char::is_alphanumeric))
}

/// How many characters a person sees.
pub fn characters(text: &str) -> usize {
    text.chars().count()
}

/// What ends in a point without ending a sentence.
const SHORTENED: &[&str] = &[
    "approx", "art", "bzw", "ca", "co", "dr", "eg", "e.g", "etc", "evtl", "excl", "fig", "ggf", "ie", "i.e", "incl", "inkl", "jr", "max", "min",
    "mind", "mr", "mrs", "ms", "no", "nr", "p.ej", "resp", "sr", "st", "std", "u.a", "vol", "vs", "z.b", "zzgl",
];

/// The sentences of a text, without the white space around them; the end of a line ends one.
pub fn sentences(text: &str) -> Vec<&str> {
    let mut sentences = Vec::new();
    let mut start = 0;
    let mut characters = text.char_indices().peekable();
    while let Some((at, c)) = characters.next() {
        let end = match c {
            '\n' => at,
            '。' | '！' | '？' => at + c.len_utf8(),
            '.' | '!' | '?' | '…' => {
                let mut end = at + c.len_utf8();
                while let Some((at, c)) =
                    characters.next_if(|(_, c)| matches!(c, '.' | '!' | '?' | '…' | ')' | ']' | '"' | '”' | '“' | '’' | '\'' | '»'))
                {
                    end = at + c.len_utf8();
                }
                if !ends_here(&text[start..at], c, &text[end..]) {
                    continue;
                }
                end
            }
            _ => continue,
        };
        sentences.push(text[start..end].trim());
        start = end;
    }
    sentences.push(text[start..].trim());
    sentences.retain(|sentence| !sentence.is_empty());
    sentences
}

pub fn first_sentence(text: &str) -> &str {
    // The first thousand characters hold it.
    let head = text.char_indices().nth(1_000).map_or(text, |(at, _)| &text[..at]);
    sentences(head).first().copied().unwrap_or("")
}

fn ends_here(before: &str, mark: char, after: &str) -> bool {
    let Some(next) = after.chars().next() else { return true };
    if !next.is_whitespace() {
        return false;
    }
    if mark != '.' && mark != '…' {
        return true;
    }
    // A word is short: only the end is looked at.
    let from = before.char_indices().rev().nth(8).map_or(0, |(at, _)| at);
    let mut words = before[from..].rsplit([' ', '\n', '(', '\u{a0}']);
    let word = words.next().unwrap_or("");
    // A name's initial, but not the last of `S, M and L` or the unit of `3 L`.
    let is_last_of_a_list = words.next().is_some_and(|word| {
        word.ends_with(|c: char| c == ',' || c.is_ascii_digit()) || ["and", "or", "und", "oder", "et", "y", "e", "en"].contains(&word)
    });
    let is_initial = word.chars().count() == 1 && word.chars().all(char::is_uppercase) && !is_last_of_a_list;
    if is_initial || SHORTENED.iter().any(|known| known.eq_ignore_ascii_case(word)) {
        return false;
    }
    // A small letter goes on with the sentence.
    !after.chars().take(8).find(|c| !c.is_whitespace()).is_some_and(char::is_lowercase)
}

/// Whether a word is written in capitals that it does not need: no short form, no model number.
pub fn is_shouted(word: &str) -> bool {
    let word = word.trim_matches(|c: char| !c.is_alphanumeric());
    let letters = word.chars().filter(|c| c.is_alphabetic()).count();
    letters >= 3
        && word.chars().all(|c| c.is_uppercase() || !c.is_alphanumeric())
        && !word.split(|c: char| !c.is_alphanumeric()).all(|part| ABBREVIATIONS.contains(&part) || part.chars().count() < 2)
}

/// Whether most of a text is in capitals.
pub fn is_shouting(text: &str) -> bool {
    let (mut shouted, mut spoken, mut longest) = (0_usize, 0_usize, 0_usize);
    for word in words(text) {
        if is_shouted(word) {
            shouted += 1;
            longest = longest.max(word.chars().count());
        } else if word.chars().filter(|c| c.is_alphabetic()).count() >= 3 && !word.chars().any(char::is_numeric) {
            spoken += 1;
        }
    }
    (shouted >= 2 || longest >= 5) && shouted > spoken
}

/// Whether a name has no capital at all, as nobody writes a name.
pub fn is_all_small(text: &str) -> bool {
    text.contains(char::is_lowercase) && !text.contains(char::is_uppercase)
}

/// As much of a text as has at most some characters, up to the end of a word, without what then hangs at the end.
pub fn truncated(text: &str, characters: usize) -> &str {
    let text = text.trim();
    let Some((end, next)) = text.char_indices().nth(characters) else { return text };
    let head = &text[..end];
    let kept = if next.is_whitespace() { head } else { head.rfind(char::is_whitespace).map_or_else(|| within_a_word(head), |at| &head[..at]) };
    kept.trim_end_matches(|c: char| c.is_whitespace() || matches!(c, ',' | ';' | ':' | '-' | '–' | '—' | '|' | '/' | '&' | '+' | '('))
}

/// Of the beginning of a long word what can stand for itself: half a number is another number.
fn within_a_word(head: &str) -> &str {
    match head.rfind(|c: char| !c.is_alphanumeric() && !matches!(c, '.' | ',')) {
        Some(at) => &head[..at],
        None if head.contains(char::is_numeric) => "",
        None => head,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn sentences_end_where_a_reader_ends_them() {
        let text = "It holds 2.5 l, e.g. soup. \"Really?\" Approx. 3 kg! See No. 7… Dr. J. Oakes made it.\nNew line";
        assert_eq!(
            sentences(text),
            ["It holds 2.5 l, e.g. soup.", "\"Really?\"", "Approx. 3 kg!", "See No. 7…", "Dr. J. Oakes made it.", "New line"]
        );
        assert_eq!(sentences("Sizes S, M and L. In red."), ["Sizes S, M and L.", "In red."]);
        assert_eq!(sentences("It holds 3 L. In red."), ["It holds 3 L.", "In red."]);
        assert_eq!(first_sentence("  One. Two."), "One.");
        assert_eq!(first_sentence(""), "");
    }

    #[test]
    fn capitals_are_shouting_unless_a_word_needs_them() {
        assert!(is_shouting("BRACKENSIDE IVY TABLE LAMP") && is_shouting("LAMPS"));
        assert!(!is_shouting("KR-450 USB-C Charger") && !is_shouting("LED TV") && !is_shouting("IKEA lamp in oak") && !is_shouting("日本語"));
        assert!(is_shouted("LAMP,") && !is_shouted("LED") && !is_shouted("USB-C") && !is_shouted("Lamp") && !is_shouted("XL"));
    }

    #[test]
    fn a_text_is_cut_behind_a_word() {
        assert_eq!(truncated("Ivy Table Lamp, Opal", 15), "Ivy Table Lamp");
        assert_eq!(truncated("Ivy Table Lamp", 14), "Ivy Table Lamp");
        assert_eq!(truncated("Ivy Table Lamp", 12), "Ivy Table");
        assert_eq!(truncated("Größenverstellbar", 5), "Größe");
        assert_eq!(truncated("Ivy/1234567", 6), "Ivy");
        assert_eq!(truncated("1234567", 6), "");
    }

    proptest! {
        #[test]
        fn sentences_leave_nothing_out(text in "[a-cA-C.!?…)\" \nÄ。]{0,120}") {
            let joined: String = sentences(&text).concat().split_whitespace().collect();
            prop_assert_eq!(joined, text.split_whitespace().collect::<String>());
        }

        #[test]
        fn what_is_cut_is_short_enough_and_was_there(text in "\\PC{0,80}", limit in 0_usize..90) {
            let cut = truncated(&text, limit);
            prop_assert!(characters(cut) <= limit && text.contains(cut));
        }
    }
}
