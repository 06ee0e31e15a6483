//! What a title calls its product with a slip of the finger: `Pillocwase` is no other thing beside `Pillowcase`.

use domain::{
    fold::fold,
    words::{
        html::plain,
        source::Source,
        text::{characters, find_phrase},
    },
};

use super::whole::singular;
use crate::{
    casing,
    record::Record,
    slip::{Slip, slip},
};

/// A word of fewer letters may be a word of its own, but where two letters are swapped.
const SURE: usize = 6;

/// The title with the right spelling, where it has a word that is one of `what` the product is but for a slip. One that may be a word of
/// its own, a name or another form stays as it is. None where there is no such word.
pub(super) fn meant(title: &str, what: &str, record: &Record<'_>) -> Option<String> {
    let names: Vec<String> = what
        .split(|c: char| c.is_whitespace() || matches!(c, '/' | '&' | '>' | ',' | '+'))
        .filter(|name| is_plain(name))
        .map(|name| if name.contains(char::is_lowercase) { name.to_owned() } else { name.to_lowercase() })
        .flat_map(|name| [singular(&name, record), name])
        .collect();
    let folded: Vec<String> = names.iter().map(|name| fold(name)).collect();
    let mut is_meant = false;
    let spelt = |word: &str| {
        let bare = word.trim_matches(|c: char| !c.is_alphanumeric());
        let plain = fold(bare);
        let nearest = folded.iter().zip(&names).filter_map(|(name, spelling)| Some((slip(&plain, name)?, spelling))).min_by_key(|(slip, _)| *slip);
        let Some((slip, spelling)) = nearest.filter(|_| is_plain(bare)) else { return word.to_owned() };
        is_meant = true;
        if is_sure(slip, bare, record) { word.replacen(bare, &written(spelling, bare), 1) } else { word.to_owned() }
    };
    let title = title.split(' ').map(spelt).collect::<Vec<_>>().join(" ");
    is_meant.then_some(title)
}

fn is_plain(word: &str) -> bool {
    word.contains(char::is_alphabetic) && word.chars().all(|c| c.is_alphabetic() || matches!(c, '-' | '\'' | '’'))
}

/// Whether the record leaves no doubt: the word stands nowhere else in it, and is not another form of the right one.
fn is_sure(slip: Slip, word: &str, record: &Record<'_>) -> bool {
    let Source { vendor, tags, options, facts, description, .. } = record.source;
    let says = |text: &str| find_phrase(text, word).is_some();
    (slip.is_swap || characters(word) >= SURE && !slip.is_ending)
        && !says(vendor)
        && !tags.iter().any(|tag| says(tag))
        && !options.iter().flat_map(|(_, values)| values).any(|value| says(value))
        && !facts.values().any(|value| says(value))
        && !says(&plain(description))
}

/// A spelling with a capital where the word has one.
fn written(spelling: &str, word: &str) -> String {
    if word.starts_with(char::is_lowercase) { spelling.to_lowercase() } else { casing::first_large(spelling) }
}
