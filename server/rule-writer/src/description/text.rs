//! A description while it is worked on.

use std::collections::HashSet;

use domain::{
    fold::sort_key,
    words::text::{count, find_phrase, stems},
};

use crate::{html::Piece, reading::is_known, record::Record};

pub(super) struct Text {
    pub(super) pieces: Vec<Piece>,
}

impl Text {
    pub(super) fn each(&self) -> impl Iterator<Item = &str> {
        self.pieces
            .iter()
            .flat_map(|piece| match piece {
                Piece::Heading(text) => std::slice::from_ref(text).iter(),
                Piece::Paragraph(texts) | Piece::List(texts) => texts.iter(),
            })
            .map(String::as_str)
    }

    pub(super) fn count(&self) -> usize {
        self.each().map(count).sum()
    }

    pub(super) fn prose(&self) -> usize {
        self.pieces
            .iter()
            .map(|piece| if let Piece::Paragraph(sentences) = piece { sentences.iter().map(|sentence| count(sentence)).sum() } else { 0 })
            .sum()
    }

    pub(super) fn stems(&self) -> HashSet<String> {
        self.each().flat_map(stems).collect()
    }

    pub(super) fn has(&self, phrase: &str) -> bool {
        self.each().any(|text| find_phrase(text, phrase).is_some())
    }

    pub(super) fn paragraphs(&mut self) -> impl DoubleEndedIterator<Item = &mut Vec<String>> {
        self.pieces.iter_mut().filter_map(|piece| if let Piece::Paragraph(sentences) = piece { Some(sentences) } else { None })
    }

    pub(super) fn without(&mut self, sentences: &[String]) {
        let keys: Vec<String> = sentences.iter().map(|sentence| sort_key(sentence)).collect();
        self.paragraphs().for_each(|paragraph| paragraph.retain(|sentence| !keys.contains(&sort_key(sentence))));
        self.tidy();
    }

    pub(super) fn tidy(&mut self) {
        self.pieces.retain(|piece| !matches!(piece, Piece::Paragraph(texts) | Piece::List(texts) if texts.is_empty()));
    }

    /// Begins with sentences that are made of facts; a list of the same facts is left as it is.
    pub(super) fn begin(&mut self, mut sentences: Vec<String>, known: &HashSet<String>, record: &Record<'_>) {
        let own: HashSet<String> = self.stems();
        // What a list says already is not said again, but for whose it is.
        let adds = |sentence: &String| stems(sentence).any(|stem| stem.len() > 2 && !own.contains(&stem));
        let keep =
            sentences.iter().map(|sentence| sentence.contains(&record.vendor) && !record.vendor.is_empty() || adds(sentence)).collect::<Vec<_>>();
        let mut keep = keep.into_iter();
        sentences.retain(|_| keep.next().unwrap_or(true));
        let says_more =
            |sentence: &&String| stems(sentence).filter(|stem| stem.len() > 2 && !known.contains(stem)).count() > 2 && !is_known(sentence, known);
        let says_more = |sentence: &&String| says_more(sentence) && !sentences.iter().any(|opening| sentence.starts_with(opening.as_str()));
        let beside = record.reading.beside.iter().filter(says_more).take(2).cloned().collect::<Vec<_>>();
        for paragraph in [beside, sentences].into_iter().filter(|paragraph| !paragraph.is_empty()) {
            self.pieces.insert(0, Piece::Paragraph(paragraph));
        }
    }

    /// Leaves out sentences from the end, then lines, until there are few enough words. What has to be there stays.
    pub(super) fn shorten(&mut self, most: usize, record: &Record<'_>) {
        let mut over = self.count().saturating_sub(most);
        let stays = |text: &String| record.brief.required.iter().any(|phrase| find_phrase(text, phrase).is_some());
        let mut is_first = true;
        let firsts: Vec<bool> = self.pieces.iter().map(|piece| matches!(piece, Piece::Paragraph(_)) && std::mem::take(&mut is_first)).collect();
        for lists in [false, true] {
            for (piece, is_first) in self.pieces.iter_mut().zip(&firsts).rev() {
                let texts = match piece {
                    Piece::Paragraph(texts) if !lists => texts,
                    Piece::List(texts) if lists => texts,
                    _ => continue,
                };
                while over > 0 && texts.len() > usize::from(*is_first) && !texts.last().is_some_and(stays) {
                    over = over.saturating_sub(texts.pop().map_or(0, |text| count(&text)));
                }
            }
        }
        self.tidy();
        self.without_lone_headings();
    }

    /// Without headings and sentences that only say the title again, but for those it would be begun with.
    pub(super) fn without_known(&mut self, opening: &[String], known: &HashSet<String>, record: &Record<'_>) {
        self.pieces.retain(|piece| !matches!(piece, Piece::Heading(text) if is_known(text, known)));
        let is_wanted =
            |sentence: &String| record.brief.required.iter().any(|phrase| find_phrase(sentence, phrase).is_some()) || opening.contains(sentence);
        self.paragraphs().for_each(|paragraph| paragraph.retain(|sentence| !is_known(sentence, known) || is_wanted(sentence)));
        self.tidy();
    }

    pub(super) fn without_lone_headings(&mut self) {
        let mut at = 0;
        while at < self.pieces.len() {
            let is_heading = |piece: Option<&Piece>| matches!(piece, Some(Piece::Heading(_)) | None);
            if is_heading(self.pieces.get(at)) && is_heading(self.pieces.get(at + 1)) { drop(self.pieces.remove(at)) } else { at += 1 }
        }
    }

    /// Parts long paragraphs.
    pub(super) fn split_long(&mut self) {
        const SENTENCES: usize = 4;
        const WORDS: usize = 70;
        let mut split = Vec::with_capacity(self.pieces.len());
        for piece in self.pieces.drain(..) {
            let Piece::Paragraph(sentences) = piece else {
                split.push(piece);
                continue;
            };
            let is_long = sentences.len() > SENTENCES || sentences.iter().map(|sentence| count(sentence)).sum::<usize>() > WORDS;
            if !is_long {
                split.push(Piece::Paragraph(sentences));
                continue;
            }
            let mut part: Vec<String> = Vec::new();
            for sentence in sentences {
                let words: usize = part.iter().map(|sentence| count(sentence)).sum();
                if part.len() == SENTENCES - 1 || !part.is_empty() && words + count(&sentence) > WORDS {
                    split.push(Piece::Paragraph(std::mem::take(&mut part)));
                }
                part.push(sentence);
            }
            split.push(Piece::Paragraph(part));
        }
        self.pieces = split;
    }

    /// Adds lines to the last list, or makes one.
    pub(super) fn list(&mut self, lines: Vec<String>) {
        if lines.is_empty() {
            return;
        }
        match self.pieces.iter_mut().rev().find_map(|piece| if let Piece::List(lines) = piece { Some(lines) } else { None }) {
            Some(list) => list.extend(lines),
            None => self.pieces.push(Piece::List(lines)),
        }
    }
}
