//! Descriptions: what the record's says, cleaned and in order, and a list of the facts it leaves out.

mod lines;
mod opening;
mod text;

use domain::words::text::{count, find_phrase, stems};

use self::{lines::Lines, text::Text};
use crate::{
    clean::closed,
    html::{self, Piece},
    record::Record,
    title::Title,
};

pub(crate) struct Description {
    pieces: Vec<Piece>,
}

impl Description {
    /// Empty when the record says nothing that could be said.
    pub(crate) fn html(&self) -> String {
        html::write(&self.pieces)
    }

    pub(crate) fn sentences(&self) -> impl Iterator<Item = &str> {
        self.pieces
            .iter()
            .filter_map(|piece| if let Piece::Paragraph(sentences) = piece { Some(sentences) } else { None })
            .flatten()
            .map(String::as_str)
    }

    /// Short lines of lists that are no pairs.
    pub(crate) fn lines(&self) -> impl Iterator<Item = &str> {
        let lines = self.pieces.iter().filter_map(|piece| if let Piece::List(lines) = piece { Some(lines) } else { None }).flatten();
        lines.map(String::as_str).filter(|line| !line.contains(':') && count(line) <= 4)
    }
}

/// With fewer words of its own a description is begun with a sentence made of facts.
const POOR: usize = 15;

pub(crate) fn write(record: &Record<'_>, title: &Title, tags: &[String]) -> Description {
    let (least, most) = (record.brief.description_words.0 as usize, (record.brief.description_words.1 as usize).max(1));
    let mut text = Text { pieces: record.reading.pieces.clone() };
    let required: Vec<String> = record.brief.required.iter().map(|phrase| phrase.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
    let required: Vec<String> = required.into_iter().filter(|phrase| !phrase.is_empty() && !record.is_banned(phrase)).collect();
    let opening = opening::sentences(record, title);
    let mut known = record.known.clone();
    known.extend(stems(&title.text));
    text.without_known(&opening, &known, record);
    let with_opening = text.pieces.clone();
    text.without(&opening);
    if text.prose() < POOR {
        text.begin(opening, &known, record);
    } else {
        text.pieces = with_opening;
    }
    let missing: Vec<String> = required.into_iter().filter(|phrase| !text.has(phrase) && find_phrase(&title.text, phrase).is_none()).collect();
    let most = most.saturating_sub(missing.iter().map(|phrase| count(phrase)).sum());
    text.shorten(most, record);
    text.split_long();
    let mut room = most.saturating_sub(text.count());
    let mut lines = Lines { known: text.stems(), of_title: stems(&title.text).collect(), list: Vec::new(), room: &mut room };
    lines.add_facts(record);
    let has = |lines: &Lines<'_>| most.saturating_sub(*lines.room);
    // What the title has behind its name is worth a line where it is cut off, or where there is little else.
    for part in &title.parts {
        if has(&lines) < least || find_phrase(&title.text, part).is_none() {
            lines.add_line(record, part);
        }
    }
    if has(&lines) < least && !record.kind.is_empty() {
        lines.add(record, record.phrases.kind, &record.kind, true);
    }
    if has(&lines) < least {
        lines.add_tags(record, tags);
    }
    let lines = lines.list;
    text.list(lines);
    for phrase in missing {
        text.pieces.push(Piece::Paragraph(vec![closed(&phrase)]));
    }
    Description { pieces: text.pieces }
}
