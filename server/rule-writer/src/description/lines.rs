//! The list of facts behind a description.

use std::collections::HashSet;

use domain::words::text::{count, stems};

use crate::{
    casing,
    reading::Spec,
    record::Record,
    role::{Role, role},
};

/// Facts that the text does not say yet, as lines of a list, as long as there is room.
pub(super) struct Lines<'a> {
    pub(super) known: HashSet<String>,
    pub(super) of_title: HashSet<String>,
    pub(super) list: Vec<String>,
    pub(super) room: &'a mut usize,
}

impl Lines<'_> {
    pub(super) fn add_facts(&mut self, record: &Record<'_>) {
        for line in &record.reading.lines {
            self.push(line.clone());
        }
        // One of several sizes is no size of its own.
        let is_option = |spec: &&Spec| {
            spec.role != Role::Other
                && record.facts.iter().any(|fact| role(&fact.name) == spec.role && fact.values.len() > 1 && fact.values.contains(&spec.value))
        };
        for spec in record.reading.specs.iter().filter(|spec| !spec.is_listed && !is_option(spec)) {
            match spec.role {
                Role::Code => {}
                Role::Item | Role::Model | Role::Brand => self.add(record, &spec.name, &spec.value, true),
                _ => self.add(record, &spec.name, &spec.value, false),
            }
        }
        for fact in &record.facts {
            let name = casing::first_large(&fact.name);
            self.add(record, &name, &fact.values.iter().map(|value| value.trim()).collect::<Vec<_>>().join(", "), false);
        }
        if !record.vendor.is_empty() {
            self.add(record, record.phrases.brand, &record.vendor, false);
        }
    }

    /// Adds a fact, unless the description says it, or the title does where that is enough.
    pub(super) fn add(&mut self, record: &Record<'_>, name: &str, value: &str, or_title: bool) {
        let is_known = stems(value).all(|stem| self.known.contains(&stem) || or_title && self.of_title.contains(&stem));
        let line = format!("{name}: {value}");
        if !is_known && !record.is_banned(&line) {
            self.push(line);
        }
    }

    pub(super) fn add_line(&mut self, record: &Record<'_>, line: &str) {
        if !stems(line).all(|stem| self.known.contains(&stem)) && !record.is_banned(line) {
            self.push(casing::first_large(line));
        }
    }

    pub(super) fn push(&mut self, line: String) {
        let words = count(&line);
        if words <= *self.room {
            *self.room -= words;
            self.known.extend(stems(&line));
            self.list.push(line);
        }
    }

    pub(super) fn add_tags(&mut self, record: &Record<'_>, tags: &[String]) {
        let is_said = |tag: &String| stems(tag).all(|stem| self.known.contains(&stem) || self.of_title.contains(&stem));
        let telling: Vec<String> = tags.iter().filter(|tag| crate::tags::is_for_people(tag) && !is_said(tag)).take(6).cloned().collect();
        // What is filed already is not filed again for a tag that came later.
        let is_filed = record.reading.specs.iter().any(|spec| spec.name == record.phrases.filed_under);
        if !telling.is_empty() && !is_filed {
            self.add(record, record.phrases.filed_under, &telling.join(", "), false);
        }
    }
}
