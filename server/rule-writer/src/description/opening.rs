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
    for fact in &record.facts {
        let role = role(&fact.name);
        let values: Vec<String> = fact.values.iter().map(|value| value.trim().to_owned()).collect();
        let is_plain = values.len() > 1 && values.iter().all(|value| count(value) <= 3 && !value.contains(','));
        match role {
            Role::Colour if is_plain => {
                let is_german = record.phrases.language == "de";
                let values: Vec<String> =
                    values.iter().map(|value| if is_german { value.clone() } else { casing::small(value, &record.spellings) }).collect();
                sentences.push(record.phrases.in_colours.replace("{}", &record.phrases.list(&values)));
            }
            Role::Size if is_plain && values.iter().all(|value| count(value) == 1) => {
                sentences.push(record.phrases.in_sizes.replace("{}", &record.phrases.list(&values)));
            }
            _ => {}
        }
    }
    sentences.retain(|sentence| !record.is_banned(sentence));
    sentences
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
