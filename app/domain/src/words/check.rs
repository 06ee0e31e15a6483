//! What is wrong with a suggestion.

#[cfg(test)]
mod tests;

use std::{
    borrow::Cow,
    collections::{HashMap, HashSet},
};

use serde::{Deserialize, Serialize};

use super::{
    Words,
    brief::{ALT_CHARACTERS, Brief, SEO_DESCRIPTION_CHARACTERS, SEO_TITLE_CHARACTERS},
    claim::{self, Supported, claims},
    html::plain,
    instruction,
    language::{self, guess},
    part::Part,
    source::Source,
    text::{characters, count, truncated},
    token::{find_phrase, folded},
};
use crate::fold::fold;

/// Something a reviewer should look at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    pub part: Part,
    pub kind: FindingKind,
    /// The place in the text; empty when it is about the whole.
    pub excerpt: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum FindingKind {
    /// It says something of the product that the record does not.
    Unsupported,
    Banned,
    /// A phrase that has to be there is not.
    MissingPhrase,
    TooLong,
    TooShort,
    WrongLanguage,
    /// It repeats an instruction that stood in the product's text.
    Instruction,
    /// The text is as it was.
    Unchanged,
}

/// Search engines fill up what is shorter with text of their own choice.
pub const SEO_TITLE_LEAST: u32 = 30;
pub const SEO_DESCRIPTION_LEAST: u32 = 70;

/// So many findings of a kind in one part: more tell nobody anything.
const MOST: usize = 40;
/// As much of a place as is shown.
const EXCERPT: usize = 120;

/// What is wrong with a suggestion for a product, part by part. Parts that were not written are not judged.
pub fn findings(words: &Words, source: &Source, brief: &Brief) -> Vec<Finding> {
    let texts = texts(words);
    if texts.is_empty() {
        return Vec::new();
    }
    let mut found = Found::default();
    unsupported(&texts, source, brief, &mut found);
    phrases(&texts, words, source, brief, &mut found);
    lengths(words, brief, &mut found);
    language_of(&texts, source, brief, &mut found);
    instructions(&texts, source, &mut found);
    unchanged(words, source, &mut found);
    let mut findings = found.findings;
    findings.sort_by_key(|finding| (finding.part, finding.kind));
    findings
}

/// Whether a text that is put behind a number makes a measure of it: `12` before `Pack of Socks`.
pub fn begins_with_a_unit(text: &str) -> bool {
    claim::begins_with_a_unit(text)
}

impl Finding {
    /// A sentence for a reviewer: what is wrong, and what to do.
    pub fn says(&self) -> String {
        let Self { part, kind, excerpt } = self;
        let label = part.label();
        match kind {
            FindingKind::Unsupported => format!("“{excerpt}” is nowhere in the record. Check it, or take it out."),
            FindingKind::Banned => format!("“{excerpt}” is banned by the brief. Say it in another way."),
            FindingKind::MissingPhrase => format!("The brief wants “{excerpt}”, which is missing."),
            FindingKind::TooLong if *part == Part::Alt => format!("A picture text is longer than {ALT_CHARACTERS} characters: “{excerpt}”."),
            FindingKind::TooLong => format!("{label}: longer than it may be. Shorten it."),
            FindingKind::TooShort => format!("{label}: shorter than it should be. Add what the record says."),
            FindingKind::WrongLanguage => format!("{label}: this is not written in {}.", language::name(excerpt)),
            FindingKind::Instruction => format!("“{excerpt}” speaks to the writer, not to a buyer. Take it out."),
            FindingKind::Unchanged => format!("{label}: the same as before."),
        }
    }
}

#[derive(Default)]
struct Found {
    findings: Vec<Finding>,
    known: HashSet<(Part, FindingKind, String)>,
}

impl Found {
    fn add(&mut self, part: Part, kind: FindingKind, excerpt: &str) {
        let excerpt = truncated(excerpt, EXCERPT);
        let is_enough = self.known.iter().filter(|(known, of, _)| (*known, *of) == (part, kind)).count() >= MOST;
        if !is_enough && self.known.insert((part, kind, fold(excerpt))) {
            self.findings.push(Finding { part, kind, excerpt: excerpt.to_owned() });
        }
    }
}

/// What is written, as a reader sees it.
fn texts(words: &Words) -> Vec<(Part, Cow<'_, str>)> {
    let mut texts = Vec::new();
    let mut add = |part, text: &'_ Option<String>| texts.extend(text.clone().map(|text| (part, Cow::Owned(text))));
    add(Part::Title, &words.title);
    add(Part::Description, &words.description.as_deref().map(plain));
    add(Part::SeoTitle, &words.seo_title);
    add(Part::SeoDescription, &words.seo_description);
    texts.extend(words.tags.iter().flatten().map(|tag| (Part::Tags, Cow::Borrowed(tag.as_str()))));
    texts.extend(words.alts.values().map(|alt| (Part::Alt, Cow::Borrowed(alt.as_str()))));
    texts
}

fn unsupported(texts: &[(Part, Cow<'_, str>)], source: &Source, brief: &Brief, found: &mut Found) {
    let mut supported = Supported::default();
    supported.add(&plain(&source.description));
    record(source, |text| {
        supported.add(text);
        // A line end is a space where there is one line; and some titles hold entities or tags, whose meaning is said too.
        if text.contains('\n') {
            supported.add(&text.replace('\n', " "));
        }
        if text.contains(['<', '&', '\n']) || !text.is_ascii() {
            supported.add(&plain(text).replace('\n', " "));
        }
    });
    // What the merchant wants said is the merchant's claim.
    brief.required.iter().for_each(|phrase| supported.add(&phrase.split_whitespace().collect::<Vec<_>>().join(" ")));
    // The second of three pictures may be called so.
    (1..=source.images.len()).for_each(|number| supported.add_number(number));
    let mut judged = HashMap::new();
    for (part, text) in texts {
        let all = claims(text).into_iter();
        let wrong = all.filter(|said| !*judged.entry(said.claim.clone()).or_insert_with(|| supported.has(&said.claim)));
        for said in wrong.take(MOST) {
            found.add(*part, FindingKind::Unsupported, &text[said.start..said.end]);
        }
    }
}

/// Every text of a record but the description.
fn record(source: &Source, mut each: impl FnMut(&str)) {
    let Source { title, description: _, vendor, product_type, category, tags, seo_title, seo_description, options, facts, images } = source;
    let mut all = |text: &String| each(text);
    [title, vendor, product_type, category, seo_title, seo_description].into_iter().for_each(&mut all);
    tags.iter().for_each(&mut all);
    options.iter().flat_map(|(name, values)| std::iter::once(name).chain(values)).for_each(&mut all);
    facts.iter().flat_map(|(name, value)| [name, value]).for_each(&mut all);
    images.iter().map(|(_, alt)| alt).for_each(&mut all);
}

fn phrases(texts: &[(Part, Cow<'_, str>)], words: &Words, source: &Source, brief: &Brief, found: &mut Found) {
    for (part, text) in texts {
        for place in brief.banned.iter().filter_map(|phrase| find_phrase(text, phrase)) {
            found.add(*part, FindingKind::Banned, place);
        }
    }
    // A phrase that is wanted may stand in any part, so only who writes sentences is asked for it.
    let asked = [Part::Description, Part::SeoDescription, Part::Title, Part::SeoTitle];
    let Some(part) = asked.into_iter().find(|part| texts.iter().any(|(written, _)| written == part)) else { return };
    let before = source.words();
    let complete = words.over(&before);
    let complete = self::texts(&complete);
    for phrase in &brief.required {
        let is_there = complete.iter().any(|(_, text)| find_phrase(text, phrase).is_some());
        if !is_there && !phrase.trim().is_empty() {
            found.add(part, FindingKind::MissingPhrase, phrase.trim());
        }
    }
}

fn lengths(words: &Words, brief: &Brief, found: &mut Found) {
    let mut judge = |part, length: Option<usize>, least: u32, most: u32| {
        let Some(length) = length else { return };
        if length < least as usize {
            found.add(part, FindingKind::TooShort, "");
        } else if length > most as usize {
            found.add(part, FindingKind::TooLong, "");
        }
    };
    let length = |text: &Option<String>| text.as_deref().map(|text| characters(text.trim()));
    judge(Part::Title, length(&words.title), 1, brief.title_characters);
    let (least, most) = brief.description_words;
    judge(Part::Description, words.description.as_deref().map(|html| count(&plain(html))), least, most);
    judge(Part::SeoTitle, length(&words.seo_title), SEO_TITLE_LEAST, SEO_TITLE_CHARACTERS);
    judge(Part::SeoDescription, length(&words.seo_description), SEO_DESCRIPTION_LEAST, SEO_DESCRIPTION_CHARACTERS);
    for alt in words.alts.values() {
        if characters(alt) > ALT_CHARACTERS as usize {
            found.add(Part::Alt, FindingKind::TooLong, truncated(alt, 40));
        } else if alt.trim().is_empty() {
            found.add(Part::Alt, FindingKind::TooShort, "");
        }
    }
}

fn language_of(texts: &[(Part, Cow<'_, str>)], source: &Source, brief: &Brief, found: &mut Found) {
    let own = || guess(&format!("{}\n{}", source.title, plain(&source.description)));
    let wanted = if brief.language.trim().is_empty() { own() } else { language::known(&brief.language) };
    let Some(wanted) = wanted else { return };
    let sentences = texts.iter().filter(|(part, _)| matches!(part, Part::Title | Part::Description | Part::SeoTitle | Part::SeoDescription));
    let is_wrong = |text: &str| language::is_in_another_script(text) || guess(text).is_some_and(|language| language != wanted);
    for (part, _) in sentences.filter(|(_, text)| is_wrong(text)) {
        found.add(*part, FindingKind::WrongLanguage, wanted);
    }
}

fn instructions(texts: &[(Part, Cow<'_, str>)], source: &Source, found: &mut Found) {
    let mut dictated = instruction::dictated(&plain(&source.description));
    record(source, |text| dictated.extend(instruction::dictated(text)));
    for (part, text) in texts {
        for (sentence, _) in instruction::addressed(text).into_iter().filter(|(_, is_addressed)| *is_addressed) {
            found.add(*part, FindingKind::Instruction, sentence);
        }
        if dictated.is_empty() {
            continue;
        }
        let text_folded = folded(text);
        for said in dictated.iter().filter(|said| text_folded.contains(said.as_str())).take(MOST) {
            found.add(*part, FindingKind::Instruction, find_phrase(text, said).unwrap_or(said.trim()));
        }
    }
}

fn unchanged(words: &Words, source: &Source, found: &mut Found) {
    let mut judge = |part, is_same: bool| {
        if is_same {
            found.add(part, FindingKind::Unchanged, "");
        }
    };
    let same = |text: &Option<String>, before: &str| text.as_deref().is_some_and(|text| text.trim() == before.trim());
    judge(Part::Title, same(&words.title, &source.title));
    judge(Part::Description, same(&words.description, &source.description));
    judge(Part::SeoTitle, same(&words.seo_title, &source.seo_title));
    judge(Part::SeoDescription, same(&words.seo_description, &source.seo_description));
    judge(Part::Tags, words.tags.as_ref() == Some(&source.tags));
    let before = |id| source.images.iter().find(|(known, _)| known == id).map(|(_, alt)| alt);
    judge(Part::Alt, !words.alts.is_empty() && words.alts.iter().all(|(id, alt)| before(id) == Some(alt)));
}
