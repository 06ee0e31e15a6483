//! The beginning of a description that has little of its own: sentences made of facts.

use domain::words::text::count;

use crate::{
    casing,
    clean::closed,
    record::Record,
    role::{Role, role},
    title::Title,
};

/// Sentences made of facts alone: whose it is, and in what it can be had.
pub(super) fn sentences(record: &Record<'_>, title: &Title) -> Vec<String> {
    let mut sentences = Vec::new();
    sentences.extend(from_whom(record, title));
    sentences.extend(in_which(record));
    sentences.retain(|sentence| !record.is_banned(sentence));
    sentences
}

/// `Available in sizes S and M, in brass and black.`
fn in_which(record: &Record<'_>) -> Option<String> {
    let phrases = record.phrases;
    let values = |wanted: Role, words: usize| {
        let fact = record.facts.iter().find(|fact| role(&fact.name) == wanted && fact.values.len() > 1)?;
        let values: Vec<String> = fact.values.iter().map(|value| value.trim().to_owned()).collect();
        values.iter().all(|value| count(value) <= words && !value.contains(',')).then_some(values)
    };
    let sizes = values(Role::Size, 1).map(|sizes| phrases.in_sizes.replace("{}", &phrases.list(&sizes)));
    let colours = values(Role::Colour, 3).map(|colours| {
        let colours = colours.into_iter().map(|colour| if phrases.language == "de" { colour } else { casing::small(&colour, &record.spellings) });
        phrases.in_colours.replace("{}", &phrases.list(&colours.collect::<Vec<_>>()))
    });
    match (sizes, colours) {
        // The first word of both is the same.
        (Some(sizes), Some(colours)) => Some(format!("{}, {}", sizes.trim_end_matches('.'), colours.split_once(' ')?.1)),
        (sizes, colours) => sizes.or(colours),
    }
}

/// `The Ivy Table Lamp comes from Brackenside.`
fn from_whom(record: &Record<'_>, title: &Title) -> Option<String> {
    let (name, vendor) = (title.name.as_str(), record.vendor.as_str());
    let is_long = count(name) > 9 || name.is_empty();
    if vendor.is_empty() || is_long || record.is_banned(vendor) || record.is_banned(name) {
        return None;
    }
    if !record.phrases.is_english() {
        return Some(closed(&format!("{name} {} {vendor}", record.phrases.by)));
    }
    let has_article = ["the ", "a ", "an ", "our ", "your ", "my "].iter().any(|article| name.to_lowercase().starts_with(article));
    let article = if has_article || record.is_book() { "" } else { "the " };
    Some(match if record.is_book() { None } else { is_plural(name) } {
        Some(true) => casing::first_large(&closed(&format!("{article}{name} come from {vendor}"))),
        Some(false) => casing::first_large(&closed(&format!("{article}{name} comes from {vendor}"))),
        None => closed(&format!("From {vendor}: {article}{name}")),
    })
}

/// Whether a name is of many things; none when its last word does not tell.
fn is_plural(name: &str) -> Option<bool> {
    let words: Vec<String> = name.split_whitespace().map(str::to_lowercase).collect();
    let joins = ["of", "and", "&", "+", "/", "with", "for", "in", "set", "without", "x"];
    let ends_many = |word: &String| word.ends_with('s') && !["ss", "us", "is", "as", "lens", "'s", "’s"].iter().any(|end| word.ends_with(end));
    let (last, others) = words.split_last()?;
    let is_plain =
        last.chars().all(|c| c.is_alphabetic() || c == '-') && last.chars().count() > 2 && !words.iter().any(|word| joins.contains(&word.as_str()));
    // `Trainers Standard Width` are many, and the last word is not.
    (is_plain && !others.iter().any(ends_many)).then(|| ends_many(last))
}
