//! Titles: whose it is, what it is, and what sets it apart, as far as the record knows.

mod cleaning;
mod misspelt;
mod whole;

use std::collections::HashSet;

use domain::words::text::{characters, count, find_phrase, stems, truncated};

use self::{
    cleaning::{cleaned, undoubled},
    whole::completed,
};
use crate::{
    brand, casing,
    clean::{can_join, tidy, without},
    record::Record,
    role::Role,
};

pub(crate) struct Title {
    pub(crate) text: String,
    /// What it is called, without whose it is and what sets it apart.
    pub(crate) name: String,
    /// What the record's title has behind that.
    pub(crate) parts: Vec<String>,
}

/// A title that is shorter gets what sets the product apart.
const ENOUGH: usize = 30;
/// The least a brief can ask for, and the longest that is of use to anybody.
const LIMITS: (usize, usize) = (12, 255);

pub(crate) fn write(record: &Record<'_>) -> Title {
    let most = (record.brief.title_characters as usize).clamp(LIMITS.0, LIMITS.1);
    let own = undoubled(&cleaned(record));
    let (brand, rest) = brand::split(&own, record);
    let parts = rest.split(", ").skip(1).filter(|part| part.contains(char::is_alphabetic) && count(part) <= 5).map(str::to_owned).collect();
    let mut rest = unbanned(&completed(rest, record), record);
    // A brand that the title had is kept before what sets the product apart; one that it had not is added where it fits.
    let room = most.saturating_sub(characters(&brand) + 1);
    let had_brand = find_phrase(&own, &brand).is_some() && room * 2 > most;
    let mut text = if brand.is_empty() || characters(&rest) > room && !had_brand || !can_join(&brand, &rest) {
        rest = shortened(&rest, most);
        rest.clone()
    } else {
        rest = shortened(&rest, room);
        [&brand, " ", &rest].concat().trim().to_owned()
    };
    if !record.is_book() && !text.is_empty() {
        for value in attributes(record) {
            add_attribute(&mut text, &value, ENOUGH, most);
        }
    }
    let text = shortened(&casing::first_large(&unbanned(&text, record)), most);
    let name = rest.split(", ").next().unwrap_or_default().to_owned();
    Title { text, name, parts }
}

/// Adds what a text does not say yet, where it is shorter than it could be.
pub(crate) fn add_attribute(text: &mut String, value: &str, enough: usize, most: usize) {
    let known: HashSet<String> = stems(text).collect();
    let is_new = stems(value).any(|stem| !known.contains(&stem)) && !stems(value).any(|stem| stem.len() > 2 && known.contains(&stem));
    if is_new && characters(text) < enough && characters(text) + 2 + characters(value) <= most {
        text.push_str(", ");
        text.push_str(value);
    }
}

/// What sets the product apart, the most telling first.
pub(crate) fn attributes(record: &Record<'_>) -> Vec<String> {
    [Role::Material, Role::Feature, Role::Colour, Role::Size]
        .into_iter()
        .filter_map(|role| record.value(role))
        .filter(|value| count(value) <= 4 && characters(value) <= 28 && !record.is_banned(value) && !value.contains([',', ';']))
        .map(casing::first_large)
        .collect()
}

fn is_small(word: &str) -> bool {
    [
        "the", "from", "a", "an", "and", "for", "with", "of", "in", "to", "without", "by", "on", "&", "+", "/", "und", "mit", "für", "aus", "et",
        "avec", "pour", "de", "y", "con", "e", "per", "en", "met", "voor", "com", "para",
    ]
    .contains(&word.to_lowercase().as_str())
}

fn unbanned(title: &str, record: &Record<'_>) -> String {
    let mut title = title.to_owned();
    for phrase in &record.brief.banned {
        title = without(title, |title| find_phrase(title, phrase));
    }
    tidy(&title).trim_matches(|c: char| c.is_whitespace() || matches!(c, ',' | '-' | '|')).to_owned()
}

/// Within a number of characters: first what sets it apart is left out, then what stands at the end.
fn shortened(title: &str, most: usize) -> String {
    let mut title = title;
    while characters(title) > most
        && let Some((head, _)) = title.rsplit_once(", ")
        && characters(head) * 2 >= most
    {
        title = head;
    }
    if characters(title) <= most {
        return title.to_owned();
    }
    let mut cut = truncated(title, most);
    while let Some((head, last)) = cut.rsplit_once(' ')
        && is_small(last)
    {
        cut = head.trim_end_matches([',', ' ']);
    }
    cut.to_owned()
}
