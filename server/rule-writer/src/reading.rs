//! What a description says, sorted: sentences, lines of lists, and facts that somebody wrote as pairs.

mod shapes;

use std::collections::HashSet;

use domain::{
    fold::sort_key,
    words::{
        brief::Brief,
        html::{Block, Kind, blocks},
        instruction, noise,
        text::{count, find_phrase, stems},
    },
};

pub(crate) use self::shapes::is_known;
use self::shapes::{CONNECTING, PRAISE, fragments, has_grammar, is_sentence, is_telling, is_value, pair, specifications};
use crate::{
    casing::{self, Spellings},
    clean,
    html::Piece,
    record::is_banned,
    role::{Role, role},
};

pub(crate) struct Context<'a> {
    pub(crate) brief: &'a Brief,
    pub(crate) spellings: &'a Spellings,
    /// The stems of what the title says and whose it is: saying only that again says nothing.
    pub(crate) known: HashSet<String>,
    /// The stems of what it is: the product type.
    pub(crate) things: HashSet<String>,
}

#[derive(Default)]
pub(crate) struct Reading {
    pub(crate) pieces: Vec<Piece>,
    /// Lines that belong into a list and stood in none.
    pub(crate) lines: Vec<String>,
    /// Whole sentences that are said to search engines only.
    pub(crate) beside: Vec<String>,
    /// Facts that were written as pairs, in lists or not.
    pub(crate) specs: Vec<Spec>,
}

pub(crate) struct Spec {
    pub(crate) name: String,
    pub(crate) value: String,
    pub(crate) role: Role,
    /// Whether it stands in a list that is kept.
    pub(crate) is_listed: bool,
}

pub(crate) fn read(html: &str, seo_description: &str, context: &Context<'_>) -> Reading {
    let mut reader = Reader { context, reading: Reading::default(), seen: HashSet::new() };
    for block in blocks(html) {
        reader.block(&block);
    }
    // A heading above nothing heads nothing.
    let mut pieces = std::mem::take(&mut reader.reading.pieces);
    while matches!(pieces.last(), Some(Piece::Heading(_))) {
        pieces.pop();
    }
    let mut beside = Vec::new();
    for (sentence, is_addressed) in instruction::addressed(seo_description) {
        if !is_addressed
            && has_grammar(sentence)
            && count(sentence) > 4
            && !is_about_the_page(sentence)
            && noise::sales(sentence).is_none()
            && let Some(sentence) = reader.sentence(sentence)
        {
            reader.prose(&sentence, &mut beside);
        }
    }
    Reading { pieces, beside, ..reader.reading }
}

struct Reader<'a> {
    context: &'a Context<'a>,
    reading: Reading,
    /// Sentences and lines, so that none is there twice.
    seen: HashSet<String>,
}

impl Reader<'_> {
    fn block(&mut self, block: &Block) {
        match block.kind {
            Kind::Item => self.item(&block.text),
            Kind::Heading if !is_sentence(&block.text) => self.heading(&block.text),
            _ => self.text(&block.text),
        }
    }

    fn heading(&mut self, text: &str) {
        let Some(text) = clean::sentence(text).map(|text| casing::sentence(&text, self.context.spellings)) else { return };
        if !is_known(&text, &self.context.known) && !is_banned(self.context.brief, &text) && self.seen.insert(sort_key(&text)) {
            self.reading.pieces.push(Piece::Heading(text));
        }
    }

    fn item(&mut self, text: &str) {
        if is_addressed(text) {
            return;
        }
        if let Some((name, value)) = pair(text, true) {
            let (name, value) = (casing::first_large(&clean::tidy(name)), clean::opened(&clean::tidy(value)));
            let role = role(&name);
            if role == Role::Code || !is_value(&value) {
                return;
            }
            let line = format!("{name}: {value}");
            self.reading.specs.push(Spec { name, value, role, is_listed: true });
            return self.line(&line);
        }
        if let Some(line) = self.sentence(text) {
            self.line(&clean::opened(&line));
        }
    }

    /// A line of a list that is kept.
    fn line(&mut self, line: &str) {
        let line = casing::first_large(line);
        if is_banned(self.context.brief, &line) || !self.seen.insert(sort_key(&line)) {
            return;
        }
        match self.reading.pieces.last_mut() {
            Some(Piece::List(lines)) => lines.push(line),
            _ => self.reading.pieces.push(Piece::List(vec![line])),
        }
    }

    fn text(&mut self, text: &str) {
        if let Some(specs) = specifications(text) {
            return specs.into_iter().for_each(|piece| self.specification(piece));
        }
        let mut sentences = Vec::new();
        for (sentence, is_addressed) in instruction::addressed(text) {
            if self.is_required(sentence) {
                sentences.push(clean::closed(sentence));
            } else if !is_addressed && let Some(sentence) = self.sentence(sentence) {
                self.prose(&sentence, &mut sentences);
            }
        }
        if !sentences.is_empty() {
            self.reading.pieces.push(Piece::Paragraph(sentences));
        }
    }

    fn prose(&mut self, sentence: &str, sentences: &mut Vec<String>) {
        if let Some(parts) = fragments(sentence) {
            let lines: Vec<String> = parts.into_iter().filter_map(|part| self.unknown_part(part)).collect();
            for line in lines {
                if !is_banned(self.context.brief, &line) && self.seen.insert(sort_key(&line)) {
                    self.reading.lines.push(line);
                }
            }
        } else if self.seen.insert(sort_key(sentence)) {
            sentences.push(clean::closed(sentence));
        }
    }

    fn specification(&mut self, piece: &str) {
        let Some((name, value)) = pair(piece, true) else {
            // Something between the pairs; a number behind the last is a code.
            let is_code = role(piece.trim_end_matches(|c: char| c.is_ascii_digit() || c == ' ')) == Role::Code;
            if !is_code && let Some(line) = self.sentence(piece).and_then(|line| self.unknown_part(&line)) {
                self.reading.lines.push(clean::opened(&line));
            }
            return;
        };
        let (name, value) = (casing::first_large(&clean::tidy(name)), clean::opened(&clean::tidy(value)));
        let role = role(&name);
        if is_value(&value) && !is_banned(self.context.brief, &format!("{name} {value}")) && !is_addressed(piece) {
            self.reading.specs.push(Spec { name, value, role, is_listed: false });
        }
    }

    /// A sentence as it may stand in a text.
    fn sentence(&self, sentence: &str) -> Option<String> {
        let sentence = casing::sentence(&clean::sentence(sentence)?, self.context.spellings);
        (!is_banned(self.context.brief, &sentence)).then_some(sentence)
    }

    fn is_required(&self, sentence: &str) -> bool {
        self.context.brief.required.iter().any(|phrase| find_phrase(sentence, phrase).is_some()) && !is_banned(self.context.brief, sentence)
    }

    /// A part of a line without the words at its ends that the title has; none when nothing is left.
    fn unknown_part(&self, part: &str) -> Option<String> {
        let words: Vec<&str> = part.split_whitespace().collect();
        let all = |word: &&str, is: &dyn Fn(&String) -> bool| {
            let mut stems = stems(word).peekable();
            stems.peek().is_none() || stems.all(|stem| is(&stem))
        };
        let is_empty = |word: &&str| all(word, &|stem| CONNECTING.contains(&stem.as_str()) || PRAISE.contains(&stem.as_str()));
        let is_known = |word: &&str| is_empty(word) || all(word, &|stem| self.context.known.contains(stem));
        let mut from = words.iter().position(|word| !is_known(word))?;
        let mut to = words.iter().rposition(|word| !is_known(word))?;
        // One word of the title may belong to this line: `Button-down collar`. What the thing is, or a phrase, does not.
        let is_thing = |word: &&str| is_empty(word) || all(word, &|stem| self.context.things.contains(stem));
        if from == 1 && !is_thing(&words[0]) {
            from = 0;
        }
        if to + 2 == words.len() && !is_thing(&words[to + 1]) {
            to += 1;
        }
        // `42 cm` is whole, even if the title has a 42.
        let from = from - words[..from].iter().rev().take_while(|word| word.starts_with(|c: char| c.is_ascii_digit())).count();
        let left = words[from..=to].join(" ");
        let left = left.trim_matches(|c: char| !c.is_alphanumeric() && !matches!(c, '%' | '"' | '″' | ')' | '('));
        is_telling(left).then(|| casing::first_large(left))
    }
}

/// Sentences in search results often promise a page, which is no description of a product.
fn is_about_the_page(sentence: &str) -> bool {
    let words = [
        "details",
        "advice",
        "discover",
        "shop",
        "looking",
        "browse",
        "explore",
        "see",
        "find",
        "read",
        "entdecken",
        "entdecke",
        "découvrez",
        "descubre",
        "scopri",
    ];
    sentence.split(|c: char| !c.is_alphanumeric()).any(|word| words.contains(&word.to_lowercase().as_str()))
}

/// Whether any sentence of a text speaks to a writer.
fn is_addressed(text: &str) -> bool {
    instruction::addressed(text).iter().any(|(_, is_addressed)| *is_addressed)
}
