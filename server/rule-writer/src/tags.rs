//! Tags: the record's, and those that everybody would look for.

use std::collections::HashSet;

use domain::{
    product::limits,
    words::text::{characters, count, is_all_small, stems},
};

use crate::{
    clean::tidy,
    record::Record,
    role::{Role, role},
};

/// Up to this many are added to.
const ENOUGH: usize = 12;

pub(crate) fn write(record: &Record<'_>) -> Vec<String> {
    let mut known = HashSet::new();
    let mut tags = Vec::new();
    let mut add = |tag: &str| {
        let tag = tag.trim();
        let key: Vec<String> = stems(tag).collect();
        if !key.is_empty() && !record.is_banned(tag) && characters(tag) <= limits::TAG && known.insert(key) {
            tags.push(tag.to_owned());
        }
        tags.len()
    };
    for tag in &record.source.tags {
        add(tag);
    }
    let is_small = !record.source.tags.is_empty() && record.source.tags.iter().all(|tag| is_all_small(tag) || !tag.contains(char::is_alphabetic));
    for tag in of_facts(record) {
        let tag = if is_small { tag.to_lowercase() } else { tag };
        if add(&tag) >= ENOUGH {
            break;
        }
    }
    tags
}

/// What it is, whose, of what kind, and in which colours and materials it comes.
fn of_facts(record: &Record<'_>) -> Vec<String> {
    let mut tags = vec![record.kind.clone(), record.vendor.clone()];
    tags.extend(record.source.category.rsplit('>').next().map(|leaf| tidy(leaf.trim())));
    tags.extend([Role::Material, Role::Feature].into_iter().filter_map(|role| record.value(role)).map(str::to_owned));
    for fact in record.facts.iter().filter(|fact| matches!(role(&fact.name), Role::Colour | Role::Material)) {
        tags.extend(fact.values.iter().map(|value| value.trim().to_owned()));
    }
    tags.retain(|tag| count(tag) <= 4 && !tag.contains([',', ';', '/']));
    tags
}

/// Tags by which a shop sorts its work.
const OF_THE_SHOP: &[&str] = &[
    "new",
    "sale",
    "bestseller",
    "clearance",
    "gift idea",
    "online only",
    "free shipping",
    "back in stock",
    "staff pick",
    "black friday",
    "last chance",
    "pre-order",
    "preorder",
    "exclusive",
    "b2b",
    "wholesale",
    "no returns",
    "newsletter",
    "check photos",
    "todo",
    "imported",
    "bundle",
    "fragile",
    "hidden",
    "test",
    "draft",
    "featured",
    "promo",
    "import",
    "archive",
];

/// Whether a tag tells a buyer something.
pub(crate) fn is_for_people(tag: &str) -> bool {
    let is_code = tag.contains(|c: char| c.is_ascii_digit() || matches!(c, '_' | ':' | '='));
    !is_code && !OF_THE_SHOP.iter().any(|known| tag.trim().eq_ignore_ascii_case(known)) && !tag.starts_with("supplier") && characters(tag) <= 40
}
