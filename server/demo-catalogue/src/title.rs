//! Titles, more than half of them good.

mod poor;

use crate::{
    article::Article,
    random::{Purpose, Random},
    shelf::Naming,
};

/// How much care a product's words were given.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Quality {
    Good,
    Poor,
}

/// The share of good titles, in hundredths.
const GOOD: usize = 55;

pub(crate) fn draw(article: &Article) -> (String, Quality) {
    let mut random = Random::new(article.n, Purpose::Title);
    if random.percent(GOOD) { (good(article, &mut random), Quality::Good) } else { (poor::draw(article, &mut random), Quality::Poor) }
}

/// Whose it is, what it is called, what it is, and what sets it apart.
fn good(article: &Article, random: &mut Random) -> String {
    let mut title = Title::new();
    if article.department.naming == Naming::Book {
        title.word(&article.name);
        match random.weighted(&[40, 40, 20]) {
            0 => title.behind(": ", article.noun),
            1 => title.behind(": ", article.noun).behind(", ", article.attribute),
            _ => title.behind(", ", article.attribute),
        };
        return title.text;
    }
    title.word(&article.vendor.brand);
    let distinction = if article.has_one_measure() { article.measure } else { article.attribute };
    match random.weighted(&[46, 12, 8, 9, 3, 12, 10]) {
        0 => title.word(&article.name).word(article.noun),
        1 => title.word(&article.name).word(article.noun).behind(", ", article.material),
        2 => title.word(&article.name).word(article.noun).behind(", ", article.attribute),
        3 => title.word(&article.name).word(article.material).word(article.noun),
        4 if article.department.naming == Naming::Collection => {
            title.word(article.material).word(article.noun).behind(", ", article.attribute).behind(", ", distinction)
        }
        5 if article.has_one_colour() => title.word(&article.name).word(article.noun).behind(", ", article.colour().name),
        _ => title.word(&article.name).word(article.noun).behind(", ", distinction),
    };
    title.text
}

struct Title {
    text: String,
}

impl Title {
    fn new() -> Self {
        Self { text: String::with_capacity(72) }
    }

    fn word(&mut self, word: &str) -> &mut Self {
        let separator = if self.text.is_empty() { "" } else { " " };
        self.behind(separator, word)
    }

    /// Adds a phrase, but not one that has just been said.
    fn behind(&mut self, separator: &str, phrase: &str) -> &mut Self {
        if !self.text.ends_with(phrase) {
            self.text.push_str(separator);
            self.text.push_str(phrase);
        }
        self
    }
}
