//! Words that praise or sell and say nothing of the product, and those that only keep a place.

use std::sync::LazyLock;

use super::token::{PhraseSet, find_phrase, folded};

/// Phrases of advertising, folded.
const SALES: &[&str] = &[
    "best price",
    "best prices",
    "best deal",
    "lowest price",
    "low price",
    "cheap",
    "cheapest",
    "free shipping",
    "free gift",
    "free delivery",
    "fast delivery",
    "fast shipping",
    "while stock lasts",
    "while stocks last",
    "while supplies last",
    "order now",
    "order today",
    "buy now",
    "buy here",
    "buy it here",
    "buy today",
    "please buy",
    "shop now",
    "hurry",
    "limited time",
    "limited offer",
    "special offer",
    "hot sale",
    "big sale",
    "flash sale",
    "clearance",
    "don t miss",
    "click here",
    "top quality",
    "highest quality",
    "high quality",
    "good quality",
    "great quality",
    "best quality",
    "super quality",
    "great gift idea",
    "perfect gift",
    "must have",
    "money back",
    "satisfaction guaranteed",
    "100 original",
    "hot item",
    "new arrival",
    "many people like it",
    "now in our new shop",
    "contact us",
    "free returns",
    "in stock",
    "ready to ship",
    "ships today",
    "versandkostenfrei",
    "gratis versand",
    "kostenloser versand",
    "bestpreis",
    "top qualitat",
    "beste qualitat",
    "jetzt kaufen",
    "jetzt bestellen",
    "nur solange der vorrat reicht",
    "nur solange vorrat reicht",
    "sonderangebot",
    "livraison gratuite",
    "meilleur prix",
    "achetez maintenant",
    "envio gratis",
    "mejor precio",
    "compra ahora",
    "spedizione gratuita",
    "miglior prezzo",
    "gratis verzending",
    "frete gratis",
    "melhor preco",
];
/// What stands where a text is to come, folded.
const PLACEHOLDERS: &[&str] = &[
    "lorem ipsum",
    "todo",
    "tbc",
    "tbd",
    "text to follow",
    "text follows",
    "description to follow",
    "coming soon",
    "description here",
    "insert description",
    "insert text",
    "add description",
    "no description",
    "see picture",
    "see pictures",
    "see photo",
    "as described by the manufacturer",
    "placeholder",
    "xxx",
    "text folgt",
    "beschreibung folgt",
    "siehe bild",
    "a completer",
    "por completar",
    "da completare",
];
/// These are placeholders only when nothing else stands there.
const ALONE: &[&str] =
    &[" n a ", " na ", " none ", " null ", " test ", " asdf ", " x ", " description ", " beschreibung ", " k a ", " undefined ", " unknown "];

/// The first phrase of advertising in a text, as it stands there.
pub fn sales(text: &str) -> Option<&str> {
    static SET: LazyLock<PhraseSet> = LazyLock::new(|| PhraseSet::new(SALES));
    SET.find(&folded(text)).and_then(|phrase| find_phrase(text, phrase)).or_else(|| exclamations(text))
}

/// More than one exclamation mark at a place.
fn exclamations(text: &str) -> Option<&str> {
    let at = text.find("!!").or_else(|| text.find("! !"))?;
    let length = text[at..].find(|c: char| c != '!' && c != ' ').unwrap_or(text.len() - at);
    Some(text[at..at + length].trim_end())
}

/// The first words in a text that only keep a place, as they stand there.
pub fn placeholder(text: &str) -> Option<&str> {
    static SET: LazyLock<PhraseSet> = LazyLock::new(|| PhraseSet::new(PLACEHOLDERS));
    let hay = folded(text);
    if ALONE.contains(&hay.as_str()) {
        return Some(text.trim());
    }
    SET.find(&hay).and_then(|phrase| find_phrase(text, phrase))
}

/// Whether an alternative text is what a camera or a shop system calls a picture.
pub fn is_file_name(alt: &str) -> bool {
    let alt = alt.trim();
    let lower = alt.to_ascii_lowercase();
    let has_ending =
        [".jpg", ".jpeg", ".png", ".webp", ".gif", ".heic", ".avif", ".svg", ".bmp", ".tif", ".tiff"].iter().any(|end| lower.ends_with(end));
    let is_numbered = ["img", "dsc", "dscn", "pic", "image", "photo", "picture", "bild", "screenshot"].iter().any(|start| {
        lower.strip_prefix(start).is_some_and(|rest| rest.chars().all(|c| c.is_ascii_digit() || matches!(c, '_' | '-' | ' ' | '(' | ')')))
    });
    let is_code = !alt.is_empty() && !alt.contains(char::is_whitespace) && alt.contains(['_', '-']) && alt.contains(|c: char| c.is_ascii_digit());
    has_ending || is_numbered || is_code || !alt.is_empty() && !alt.contains(char::is_alphabetic)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn advertising_is_found_as_it_stands() {
        assert_eq!(sales("Lamp, FREE  Shipping today"), Some("FREE  Shipping"));
        assert_eq!(sales("Wow !!! Lamp"), Some("!!!"));
        assert_eq!(sales("A cheaply priced lamp!"), None);
    }

    #[test]
    fn placeholders_are_found() {
        assert_eq!(placeholder("Lorem ipsum dolor"), Some("Lorem ipsum"));
        assert_eq!(placeholder(" N/A "), Some("N/A"));
        assert_eq!(placeholder("A test of patience"), None);
        assert_eq!(placeholder(""), None);
    }

    #[test]
    fn names_of_files_are_no_description() {
        assert!(["IMG_2408.jpg", "DSC 0012", "front.PNG", "sku-1234_b", "0012"].into_iter().all(is_file_name));
        assert!(!["", "Lamp", "Blue lamp, view 2", "T-shirt", "Image of a lamp"].into_iter().any(is_file_name));
    }
}
