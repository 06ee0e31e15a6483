//! Folding: how text is compared when it is searched, sorted or matched. Done here and never by a
//! database, so that both engines and the list index agree to the letter.

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

/// Lower case without diacritics: `Crème BRÛLÉE` becomes `creme brulee`, `Straße` becomes `strasse`.
pub fn fold(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    let mut folded = String::with_capacity(text.len());
    for c in text.nfkd().filter(|c| !is_combining_mark(*c)) {
        match c {
            'ß' | 'ẞ' => folded.push_str("ss"),
            'æ' | 'Æ' => folded.push_str("ae"),
            'œ' | 'Œ' => folded.push_str("oe"),
            'ø' | 'Ø' => folded.push('o'),
            'đ' | 'Đ' => folded.push('d'),
            'ł' | 'Ł' => folded.push('l'),
            'ı' => folded.push('i'),
            _ => folded.extend(c.to_lowercase().filter(|c| !is_combining_mark(*c))),
        }
    }
    folded
}

/// The key text sorts by: folded, with outer spaces removed and runs of white space made one space.
pub fn sort_key(text: &str) -> String {
    let folded = fold(text);
    let mut key = String::with_capacity(folded.len());
    for word in folded.split_whitespace() {
        if !key.is_empty() {
            key.push(' ');
        }
        key.push_str(word);
    }
    key
}

/// The words a search looks for, folded: runs of letters and digits.
pub fn words(text: &str) -> Vec<String> {
    fold(text).split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folding_ignores_case_and_diacritics() {
        assert_eq!(fold("Crème BRÛLÉE"), "creme brulee");
        assert_eq!(fold("Straße"), "strasse");
        assert_eq!(fold("İstanbul ılık"), "istanbul ilik");
        assert_eq!(fold("ﬁne ①"), "fine 1");
        assert_eq!(fold("Đurđević Łódź Ørsted"), "durdevic lodz orsted");
    }

    #[test]
    fn folding_twice_changes_nothing() {
        for text in ["ẞtraße", "ŒUVRE", "e\u{301}", "日本語", "ΑΣ ΟΔΟΣ"] {
            assert_eq!(fold(&fold(text)), fold(text));
        }
    }

    #[test]
    fn a_sort_key_has_single_spaces() {
        assert_eq!(sort_key("  Blue \u{a0} Lamp\t2 "), "blue lamp 2");
    }

    #[test]
    fn words_are_letters_and_digits() {
        assert_eq!(words("T-Shirt, 100% Baumwöle!"), ["t", "shirt", "100", "baumwole"]);
    }
}
