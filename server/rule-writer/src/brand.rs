//! Whose a product is, in its title.

use domain::{fold::fold, words::text::stems};

use crate::{record::Record, slip::is_slip};

/// What stands in a vendor's place when nobody has named one.
const NO_NAMES: &[&str] = &[
    "",
    "default",
    "default vendor",
    "vendor",
    "brand",
    "unbranded",
    "no brand",
    "generic",
    "my store",
    "store",
    "shop",
    "other",
    "misc",
    "various",
    "-",
];

pub(crate) fn is_no_name(name: &str) -> bool {
    NO_NAMES.contains(&fold(name).trim()) || !name.contains(char::is_alphabetic) || name.contains(['/', '@']) || name.contains(".com")
}

/// First words of names that do not stand for the name.
const COMMON: &[&str] = &[
    "the", "little", "house", "studio", "old", "atelier", "blue", "north", "casa", "good", "twin", "new", "home", "green", "red", "black", "white",
    "big", "die", "das", "der", "la", "le", "el",
];

/// A title in two: the brand it is to begin with, and the rest.
pub(crate) fn split(title: &str, record: &Record<'_>) -> (String, String) {
    let own = |title: &str| (String::new(), title.to_owned());
    if record.vendor.is_empty() || record.is_book() || record.is_banned(&record.vendor) {
        return own(title);
    }
    let words: Vec<&str> = title.split(' ').collect();
    let vendor: Vec<&str> = record.vendor.split(' ').collect();
    if let Some(length) = misspelt(&words, &vendor) {
        return (vendor[..length].join(" "), words[length..].join(" "));
    }
    let Some((at, length)) = find(&words, &vendor) else {
        return (short(&vendor, title), title.to_owned());
    };
    let end = at + length;
    if at == 0 {
        return (words[..end].join(" "), words[end..].join(" ").trim_start_matches(['-', '–', '|', ',', ':', ' ']).to_owned());
    }
    // Only from the end, where a shop's system has put it: a word in the middle may be a word like any other.
    let joins = |word: &str| matches!(fold(word).as_str(), "by" | "von" | "from" | "de" | "di" | "van" | "|" | "-" | "–" | "·" | "/");
    let before = at - usize::from(joins(words[at - 1]));
    let ends_before = words[at - 1].ends_with(',');
    if end == words.len() && before > 0 && (before < at || ends_before) {
        return (words[at..end].join(" "), words[..before].join(" ").trim_end_matches(',').to_owned());
    }
    own(title)
}

/// How many words at the start are the vendor's name with a slip of the finger in one of them.
fn misspelt(words: &[&str], vendor: &[&str]) -> Option<usize> {
    let pairs: Vec<(String, String)> = words.iter().zip(vendor).map(|(word, name)| (fold(word), fold(name))).collect();
    let mut wrong = pairs.iter().filter(|(word, name)| word != name);
    if let (Some((word, name)), None) = (wrong.next(), wrong.next())
        && pairs.len() == vendor.len()
        && vendor.len() > 1
        && (is_slip(word, name) || word.len().abs_diff(name.len()) <= 1 && name.len() > 3 && word.get(..1) == name.get(..1))
    {
        return Some(vendor.len());
    }
    let (first, name) = pairs.first()?;
    (first.len() > 4 && is_slip(first, name) && !COMMON.contains(&name.as_str())).then_some(1)
}

/// Where a name stands among words, whole or in its first words.
fn find(words: &[&str], name: &[&str]) -> Option<(usize, usize)> {
    let plain = |word: &&str| fold(word.trim_matches(|c: char| !c.is_alphanumeric() && c != '&'));
    let (words, name): (Vec<String>, Vec<String>) = (words.iter().map(plain).collect(), name.iter().map(plain).collect());
    (1..=name.len()).rev().filter(|length| stands_alone(&name[..*length], name.len())).find_map(|length| {
        let at = words.windows(length).position(|window| window == &name[..length])?;
        Some((at, length))
    })
}

/// Whether the first words of a name stand for all of it.
fn stands_alone(words: &[String], all: usize) -> bool {
    let [first, ..] = words else { return false };
    words.len() == all
        || words.last().is_some_and(|last| last.len() > 2) && (words.len() > 1 || first.len() >= 4 && !COMMON.contains(&first.as_str()))
}

/// A name without the trade behind it when the title says that already: `Larch Lamps` before `Table Lamp` is `Larch`.
fn short(vendor: &[&str], title: &str) -> String {
    let title: Vec<String> = stems(title).collect();
    let kept = vendor.iter().position(|word| stems(word).any(|stem| stem.len() > 2 && title.contains(&stem))).unwrap_or(vendor.len());
    let folded: Vec<String> = vendor.iter().map(|word| fold(word)).collect();
    if kept > 0 && stands_alone(&folded[..kept], vendor.len()) { vendor[..kept].join(" ") } else { vendor.join(" ") }
}
