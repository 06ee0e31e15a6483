//! How good words are, point by point.

mod quality;
mod seo;
#[cfg(test)]
mod tests;

use std::collections::HashSet;

use serde::{Deserialize, Serialize};

use super::{
    Words,
    brief::{ALT_CHARACTERS, Brief},
    html::{Block, blocks},
    noise::is_file_name,
    source::Source,
    text::{characters, count},
    token::stems,
};

/// Quality for the people who read, and for search engines.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scores {
    pub quality: Score,
    pub seo: Score,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Score {
    /// 0 to 100: the points that were got, of those that could be.
    pub value: u8,
    pub points: Vec<Point>,
}

/// One rule and what came of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Point {
    pub got: u8,
    pub of: u8,
    /// A sentence: what is good, or what is wrong and what would be better.
    pub says: String,
}

/// How good all the words of a product are; what was not written anew is to be among them ([`Words::over`]).
pub fn scores(words: &Words, source: &Source, brief: &Brief) -> Scores {
    let read = Read::new(words, source, brief);
    Scores { quality: score(quality::points(&read)), seo: score(seo::points(&read)) }
}

fn score(points: Vec<Point>) -> Score {
    let (got, of) = points.iter().fold((0, 0), |(got, of), point| (got + u32::from(point.got), of + u32::from(point.of)));
    // Half a point is rounded up.
    let value = (got * 200 + of).checked_div(of * 2).map_or(0, |value| value.min(100) as u8);
    Score { value, points }
}

/// The words and what is known of them, read once.
struct Read<'a> {
    brief: &'a Brief,
    source: &'a Source,
    title: &'a str,
    seo_title: &'a str,
    seo_description: &'a str,
    tags: &'a [String],
    alts: Vec<&'a str>,
    blocks: Vec<Block>,
    /// Of the description.
    words: usize,
    title_stems: Vec<String>,
    stems: HashSet<String>,
}

impl<'a> Read<'a> {
    fn new(words: &'a Words, source: &'a Source, brief: &'a Brief) -> Self {
        let text = |text: &'a Option<String>| text.as_deref().unwrap_or_default().trim();
        let blocks = blocks(text(&words.description));
        Self {
            brief,
            source,
            title: text(&words.title),
            seo_title: text(&words.seo_title),
            seo_description: text(&words.seo_description),
            tags: words.tags.as_deref().unwrap_or_default(),
            // In the pictures' order; those of other products do not count.
            alts: source.images.iter().map(|(id, _)| words.alts.get(id).map_or("", |alt| alt.trim())).collect(),
            words: blocks.iter().map(|block| count(&block.text)).sum(),
            title_stems: stems(text(&words.title)).collect(),
            stems: blocks.iter().flat_map(|block| stems(&block.text)).collect(),
            blocks,
        }
    }

    /// Of the words of a text that mean something, the share that a text has, in hundredths.
    fn share(wanted: &[String], has: impl Fn(&String) -> bool) -> usize {
        let telling = || wanted.iter().filter(|stem| is_telling(stem));
        (telling().filter(|stem| has(stem)).count() * 100).checked_div(telling().count()).unwrap_or(0)
    }
}

fn is_telling(stem: &str) -> bool {
    stem.chars().count() >= 3 && !["the", "and", "for", "with", "from", "und", "mit", "fur", "aus", "des", "les", "per", "con"].contains(&stem)
}

/// A part of the points, rounded down, by how much of something there is.
fn part(of: u8, has: usize, wants: usize) -> u8 {
    (usize::from(of) * has.min(wants)).checked_div(wants).map_or(of, |got| got as u8)
}

fn point(got: u8, of: u8, says: impl Into<String>) -> Point {
    Point { got, of, says: says.into() }
}

/// The number with its noun.
fn counted(number: usize, one: &str, many: &str) -> String {
    if number == 1 { format!("1 {one}") } else { format!("{number} {many}") }
}

/// Enough of a text to judge how it sounds.
const HEARD: usize = 20_000;

/// Texts for pictures that tell somebody something: as many, and how many differ.
fn useful_alts(alts: &[&str]) -> (usize, usize) {
    let useful: Vec<&str> =
        alts.iter().copied().filter(|alt| characters(alt) >= 4 && !is_file_name(alt) && characters(alt) <= ALT_CHARACTERS as usize).collect();
    let different: HashSet<&str> = useful.iter().copied().collect();
    (useful.len(), different.len())
}
