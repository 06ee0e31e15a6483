//! What search engines show: a title of 30 to 60 characters, a description of 70 to 155.

use std::collections::HashSet;

use domain::words::{
    brief::{SEO_DESCRIPTION_CHARACTERS, SEO_TITLE_CHARACTERS},
    check::{SEO_DESCRIPTION_LEAST, SEO_TITLE_LEAST},
    instruction, noise,
    text::{characters, is_shouting, sentences, stems, truncated},
};

use crate::{
    casing,
    clean::{closed, tidy},
    description::Description,
    record::Record,
    tags::is_for_people,
    title::{Title, add_attribute, attributes},
};

pub(crate) fn title(record: &Record<'_>, title: &Title) -> String {
    let (least, most) = (SEO_TITLE_LEAST as usize, SEO_TITLE_CHARACTERS as usize);
    if let Some(own) = good(&record.source.seo_title, least..=most, record, title) {
        return own;
    }
    let mut text = truncated(&title.text, most).to_owned();
    if text.is_empty() {
        return text;
    }
    for value in attributes(record) {
        add_attribute(&mut text, &value, least, most);
    }
    let known = |text: &str, word: &str| {
        let known: HashSet<String> = stems(text).collect();
        stems(word).all(|stem| known.contains(&stem))
    };
    for more in [&record.vendor, &record.kind] {
        let is_wanted = characters(&text) < least && !more.is_empty() && !known(&text, more) && !record.is_banned(more);
        if is_wanted && characters(&text) + 3 + characters(more) <= most {
            text.push_str(" | ");
            text.push_str(more);
        }
    }
    text
}

pub(crate) fn description(record: &Record<'_>, title: &Title, description: &Description, tags: &[String]) -> String {
    let (least, most) = (SEO_DESCRIPTION_LEAST as usize, SEO_DESCRIPTION_CHARACTERS as usize);
    let source = &record.source.seo_description;
    if let Some(own) = good(source, least..=most, record, title).or_else(|| good(&calmed(source, most), least..=most, record, title)) {
        return own;
    }
    let mut sentences = description.sentences().filter(|sentence| !sentence.ends_with(':')).peekable();
    let mut text = String::new();
    match sentences.peek() {
        Some(first) if names(first, &title.text) && characters(first) <= most => {}
        _ => text = first_line(record, title, description, most),
    }
    for sentence in sentences {
        let enough = characters(&text) >= least + 20;
        if !enough && characters(&text) + 1 + characters(sentence) <= most {
            push(&mut text, sentence);
        }
    }
    let mut more = if text.contains(": ") { Vec::new() } else { facts(record, description) };
    more.extend(beside(record, tags));
    for count in 1..=more.len() {
        if characters(&text) >= least {
            break;
        }
        let known: HashSet<String> = stems(&text).collect();
        let new: Vec<&str> = more[..count].iter().filter(|value| stems(value).any(|stem| !known.contains(&stem))).map(String::as_str).collect();
        let line = casing::first_large(&closed(&new.join(", ")));
        let is_enough = characters(&text) + 1 + characters(&line) >= least || count == more.len();
        if !new.is_empty() && is_enough && characters(&text) + 1 + characters(&line) <= most {
            push(&mut text, &line);
        }
    }
    // What somebody wrote is better than what is shorter than it should be.
    if characters(&text) < least
        && (least..=most).contains(&characters(source.trim()))
        && !record.is_banned(source)
        && !instruction::is_addressed(source)
    {
        return source.trim().to_owned();
    }
    truncated(&text, most).to_owned()
}

/// Of what kind it is, for texts that would be too short without.
fn beside(record: &Record<'_>, tags: &[String]) -> Vec<String> {
    let tags = tags.iter().filter(|tag| is_for_people(tag)).map(String::as_str);
    let mut beside: Vec<String> = [record.kind.as_str()].into_iter().chain(tags).map(|text| casing::small(text, &record.spellings)).collect();
    let mut seen = HashSet::new();
    beside.retain(|text| !text.is_empty() && characters(text) <= 40 && !record.is_banned(text) && seen.insert(stems(text).collect::<Vec<_>>()));
    beside
}

/// The sentences that do not advertise, as many as fit.
fn calmed(text: &str, most: usize) -> String {
    let mut calmed = String::new();
    for sentence in sentences(text).into_iter().filter(|sentence| noise::sales(sentence).is_none() && !instruction::is_addressed(sentence)) {
        if characters(&calmed) + 1 + characters(sentence) <= most {
            push(&mut calmed, sentence);
        }
    }
    calmed
}

/// What somebody wrote, when nothing is wrong with it.
fn good(own: &str, length: std::ops::RangeInclusive<usize>, record: &Record<'_>, title: &Title) -> Option<String> {
    let own = tidy(own);
    let is_calm = !is_shouting(&own) && noise::sales(&own).is_none() && noise::placeholder(&own).is_none() && !instruction::is_addressed(&own);
    (length.contains(&characters(&own)) && is_calm && !record.is_banned(&own) && names(&own, &title.text)).then(|| casing::first_large(&own))
}

/// Whether a text has half of the words of a title that mean something.
fn names(text: &str, title: &str) -> bool {
    let known: HashSet<String> = stems(text).collect();
    let telling: Vec<String> = stems(title).filter(|stem| stem.chars().count() > 2).collect();
    telling.iter().filter(|stem| known.contains(*stem)).count() * 2 >= telling.len()
}

/// The title with the facts beside it.
fn first_line(record: &Record<'_>, title: &Title, description: &Description, most: usize) -> String {
    if title.text.is_empty() {
        return String::new();
    }
    let known: HashSet<String> = stems(&title.text).collect();
    let mut facts = facts(record, description);
    facts.retain(|value| stems(value).any(|stem| !known.contains(&stem)));
    for count in (1..=facts.len()).rev() {
        let line = format!("{}: {}.", title.text, facts[..count].join(", "));
        if characters(&line) <= most {
            return line;
        }
    }
    closed(truncated(&title.text, most - 1))
}

/// Values that can stand in a row behind a name.
fn facts(record: &Record<'_>, description: &Description) -> Vec<String> {
    let mut facts: Vec<String> = attributes(record).iter().map(|value| casing::small(value, &record.spellings)).collect();
    facts.extend(description.lines().map(|line| casing::small(line, &record.spellings)));
    for fact in record.facts.iter().filter(|fact| fact.values.len() > 1) {
        let values: Vec<String> = fact.values.iter().map(|value| casing::small(value.trim(), &record.spellings)).collect();
        let name = casing::small(&fact.name, &record.spellings);
        let is_numbered = name.ends_with(|c: char| c.is_numeric());
        facts.push(if is_numbered { record.phrases.list(&values) } else { format!("{name} {}", record.phrases.list(&values)) });
    }
    let mut seen = HashSet::new();
    facts.retain(|fact| !record.is_banned(fact) && seen.insert(fact.clone()));
    facts
}

fn push(text: &mut String, sentence: &str) {
    if !text.is_empty() {
        text.push(' ');
    }
    text.push_str(sentence);
}
