//! A product's record, read once for all the parts that are written of it.

use std::collections::HashSet;

use domain::words::{
    brief::Brief,
    facts::{Fact, facts},
    html::plain,
    noise,
    source::Source,
    text::{find_phrase, is_all_small, is_shouting, stems},
};

use crate::{
    brand,
    casing::{self, Spellings},
    clean::tidy,
    phrases::Phrases,
    reading::{self, Reading},
    role::{Role, role},
};

pub(crate) struct Record<'a> {
    pub(crate) source: &'a Source,
    pub(crate) brief: &'a Brief,
    pub(crate) phrases: &'static Phrases,
    pub(crate) spellings: Spellings,
    /// Empty when the record's says nothing.
    pub(crate) vendor: String,
    /// The product type; empty likewise.
    pub(crate) kind: String,
    /// The stems of the title, the vendor and the type.
    pub(crate) known: HashSet<String>,
    /// Options and metafields.
    pub(crate) facts: Vec<Fact>,
    /// What the description says.
    pub(crate) reading: Reading,
}

impl<'a> Record<'a> {
    pub(crate) fn new(source: &'a Source, brief: &'a Brief) -> Self {
        let phrases = Phrases::of(&plain(&source.description), &brief.language);
        let mut spellings = Spellings::default();
        spellings.learn(&source.vendor);
        for text in [&source.title, &source.product_type, &source.seo_title, &source.description] {
            spellings.learn_inner(text);
        }
        let vendor = said(&source.vendor, &spellings, phrases);
        let kind = said(&source.product_type, &spellings, phrases);
        let known: HashSet<String> = [source.title.as_str(), &vendor, &kind].into_iter().flat_map(stems).collect();
        let context = reading::Context { brief, spellings: &spellings, known, things: stems(&kind).collect() };
        let reading = reading::read(&source.description, &source.seo_description, &context);
        let known = context.known;
        let mut facts = facts(source);
        facts.retain(|fact| fact.values.len() <= MOST_VALUES && !fact.values.iter().any(|value| is_banned(brief, value)));
        Self { source, brief, phrases, spellings, vendor, kind, known, facts, reading }
    }

    pub(crate) fn is_banned(&self, text: &str) -> bool {
        is_banned(self.brief, text)
    }

    /// Whether its title is a work's, to which nothing is added.
    pub(crate) fn is_book(&self) -> bool {
        let is_book = |text: &str| {
            stems(text)
                .any(|stem| ["book", "novel", "buch", "livre", "libro", "boek", "livro", "cookbook", "ebook", "fiction"].contains(&stem.as_str()))
        };
        is_book(&self.source.product_type) || is_book(&self.source.category)
    }

    /// The one value that a fact of this kind has, if it has one.
    pub(crate) fn value(&self, wanted: Role) -> Option<&str> {
        let has_several = self.facts.iter().any(|fact| role(&fact.name) == wanted && fact.values.len() > 1);
        if has_several {
            return None;
        }
        let spec = self.reading.specs.iter().find(|spec| spec.role == wanted).map(|spec| spec.value.as_str());
        let fact = || match self.facts.iter().find(|fact| role(&fact.name) == wanted)?.values.as_slice() {
            [value] => Some(value.as_str()),
            _ => None,
        };
        spec.or_else(fact)
    }

    /// Whether a word stands in the record outside its title.
    pub(crate) fn mentions(&self, word: &str) -> bool {
        let Source { description, tags, product_type, category, seo_title, seo_description, options, facts, .. } = self.source;
        let has = |text: &str| find_phrase(text, word).is_some();
        [product_type, category, seo_title, seo_description].into_iter().any(|text| has(text))
            || tags.iter().any(|tag| has(tag))
            || options.iter().flat_map(|(_, values)| values).any(|value| has(value))
            || facts.values().any(|value| has(value))
            || has(&plain(description))
    }
}

/// More values than these are a table, not a line.
const MOST_VALUES: usize = 16;

pub(crate) fn is_banned(brief: &Brief, text: &str) -> bool {
    brief.banned.iter().any(|phrase| find_phrase(text, phrase).is_some())
}

/// A name as a name is written; empty when it only keeps a place.
fn said(name: &str, spellings: &Spellings, phrases: &Phrases) -> String {
    let name = tidy(&plain(name));
    if noise::placeholder(&name).is_some() || brand::is_no_name(&name) {
        return String::new();
    }
    if is_all_small(&name) || is_shouting(&name) && name.contains(' ') { casing::name(&name, spellings, phrases) } else { name }
}
