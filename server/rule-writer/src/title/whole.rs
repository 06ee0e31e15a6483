//! What a title leaves out or misspells that the record knows: what the product is, and which one.

use std::collections::HashSet;

use domain::words::text::{count, is_all_small, stems};

use super::misspelt;
use crate::{casing, clean::can_join, record::Record, role::Role};

/// With what it is, where the title leaves that out.
pub(super) fn completed(rest: String, record: &Record<'_>) -> String {
    let mut rest = rest;
    let known: HashSet<String> = stems(&rest).collect();
    let shares = |text: &str| stems(text).any(|stem| stem.len() > 2 && known.contains(&stem));
    let named = |text: &str| if is_all_small(text) { casing::name(text, &record.spellings, record.phrases) } else { text.to_owned() };
    let is_part_of = |text: &str| {
        let stems: HashSet<String> = stems(text).collect();
        known.iter().all(|stem| stems.contains(stem))
    };
    if record.is_book() {
        return rest;
    }
    let item = record.value(Role::Item).filter(|item| count(item) <= 4 && !record.is_banned(item));
    let names = || item.into_iter().chain([record.kind.as_str()]);
    let spelt = if names().any(shares) { None } else { names().find_map(|name| misspelt::meant(&rest, name, record)) };
    match (item, spelt) {
        (Some(item), _) if is_part_of(item) => rest = named(item),
        (_, Some(spelt)) => rest = spelt,
        (Some(item), _) if !shares(item) && count(&rest) <= 3 && can_join(&rest, item) => rest = [&rest, " ", &named(item)].concat(),
        _ if count(&rest) <= 1 && !record.kind.is_empty() && !shares(&record.kind) && is_simple(&record.kind) && can_join(&rest, &record.kind) => {
            rest = [&rest, " ", &singular(&record.kind, record)].concat();
        }
        _ => {}
    }
    if let Some(model) = record.value(Role::Model).filter(|model| count(model) <= 3 && !record.is_banned(model))
        && count(&rest) <= 3
        && can_join(model, &rest)
        && !stems(model).any(|stem| known.contains(&stem))
    {
        rest = [model, " ", &rest].concat();
    }
    rest.trim().to_owned()
}

/// Whether a product type can stand for one product.
fn is_simple(kind: &str) -> bool {
    count(kind) <= 3 && !kind.contains(['&', '>', '/', ',', '+'])
}

/// Things that are many when they are one.
const MANY: &[&str] = &[
    "trousers",
    "jeans",
    "shorts",
    "leggings",
    "scissors",
    "headphones",
    "earphones",
    "earbuds",
    "glasses",
    "sunglasses",
    "pants",
    "tights",
    "socks",
    "gloves",
    "slippers",
    "boots",
    "shoes",
    "sneakers",
    "trainers",
    "sandals",
    "pliers",
    "series",
    "binoculars",
    "accessories",
    "goods",
    "electronics",
    "textiles",
    "essentials",
    "pyjamas",
    "pajamas",
    "chinos",
    "mittens",
    "cards",
    "pencils",
    "snacks",
    "sweets",
];

pub(super) fn singular(kind: &str, record: &Record<'_>) -> String {
    let last = kind.rsplit(' ').next().unwrap_or(kind).to_lowercase();
    if !record.phrases.is_english() || MANY.contains(&last.as_str()) || last.ends_with("ss") || last.ends_with("us") || last.ends_with("is") {
        return kind.to_owned();
    }
    if let Some(stem) = kind.strip_suffix("ies") {
        return format!("{stem}y");
    }
    let without_es = ["sses", "shes", "ches", "xes"].iter().any(|end| last.ends_with(end));
    kind.strip_suffix(if without_es { "es" } else { "s" }).unwrap_or(kind).to_owned()
}
