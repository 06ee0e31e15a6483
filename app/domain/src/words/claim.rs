//! What a text claims of a product: measures, numbers, codes, and words such as materials, colours, origins, certificates
//! and promises. Read the same way from a record and from a suggestion, so that what the record says is never in doubt.

mod lexicon;
mod measure;

use std::collections::HashSet;

use self::lexicon::PHRASES;
use super::token::{Token, fold_word, stem, tokens};
use crate::fold::fold;

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Claim {
    /// One of the claims that words make.
    Word(u16),
    /// A quantity and its amount.
    Measure(&'static str, i128),
    /// In thousandths.
    Number(i128),
    /// Letters and digits: `kr450`.
    Code(String),
}

pub(super) struct Said {
    pub(super) claim: Claim,
    pub(super) start: usize,
    pub(super) end: usize,
}

/// Everything the texts of a record support.
#[derive(Default)]
pub(super) struct Supported {
    claims: HashSet<Claim>,
    folded: String,
}

impl Supported {
    pub(super) fn add(&mut self, text: &str) {
        let read = read(text);
        self.claims.extend(read.said.into_iter().map(|said| said.claim));
        self.claims.extend(read.beside);
        self.folded.push_str(&fold(text));
        self.folded.push('\n');
    }

    pub(super) fn add_number(&mut self, number: usize) {
        self.claims.insert(Claim::Number(number as i128 * 1_000));
    }

    pub(super) fn has(&self, claim: &Claim) -> bool {
        self.claims.contains(claim) || matches!(claim, Claim::Word(word) if lexicon::is_within(*word, &self.folded))
    }
}

/// What a text claims, in its order.
pub(super) fn claims(text: &str) -> Vec<Said> {
    read(text).said
}

pub(super) fn begins_with_a_unit(text: &str) -> bool {
    tokens(text).next().is_some_and(|token| {
        let stem = stem(fold_word(token.text));
        measure::unit(&stem).is_some() || matches!(stem.as_str(), "x" | "×" | "bi" | "per")
    })
}

struct Read {
    said: Vec<Said>,
    /// What is not claimed, but supports a claim: the bare number of a measure, a shade of a colour.
    beside: Vec<Claim>,
}

struct Word<'a> {
    token: Token<'a>,
    folded: String,
    stem: String,
}

fn read(text: &str) -> Read {
    let words: Vec<Word<'_>> = tokens(text)
        .map(|token| {
            let folded = fold_word(token.text);
            Word { token, stem: stem(folded.clone()), folded }
        })
        .collect();
    let mut read = Read { said: Vec::new(), beside: Vec::new() };
    for at in 0..words.len() {
        read.number(text, &words, at);
        read.code(text, &words, at);
        read.phrases(text, &words, at);
    }
    read
}

impl Read {
    fn say(&mut self, claim: Claim, first: &Word<'_>, last: &Word<'_>) {
        self.said.push(Said { claim, start: first.token.start, end: last.token.end() });
    }

    fn number(&mut self, text: &str, words: &[Word<'_>], at: usize) {
        let word = &words[at];
        if !word.token.is_number() {
            if let Some(number) = measure::spoken(&word.folded).filter(|_| are_together(text, words, at))
                && let Some((quantity, factor)) = words.get(at + 1).and_then(|next| measure::unit(&next.stem))
            {
                self.say(Claim::Measure(quantity, number * i128::from(factor)), word, &words[at + 1]);
                self.beside.push(Claim::Number(number));
            }
            return;
        }
        let Some(number) = measure::number(word.token.text) else {
            return self.say(Claim::Code(word.folded.clone()), word, word);
        };
        match unit_behind(text, words, at) {
            Some((quantity, factor, unit)) => {
                self.say(Claim::Measure(quantity, number * i128::from(factor)), word, &words[unit]);
                self.beside.push(Claim::Number(number));
            }
            None => self.say(Claim::Number(number), word, word),
        }
    }

    /// Letters with digits behind them: together, or with a dash between, which is the same.
    fn code(&mut self, text: &str, words: &[Word<'_>], at: usize) {
        let word = &words[at];
        if word.token.text.starts_with(|c: char| c.is_alphabetic()) && word.token.text.ends_with(|c: char| c.is_ascii_digit()) {
            let digits = word.folded.trim_start_matches(|c: char| !c.is_ascii_digit());
            self.beside.extend(measure::number(digits).map(Claim::Number));
            self.say(Claim::Code(word.folded.clone()), word, word);
        } else if let Some(next) = words.get(at + 1).filter(|next| next.token.is_number())
            && word.token.text.len() <= 4
            && matches!(text.get(word.token.end()..next.token.start), Some("-" | " "))
        {
            self.beside.push(Claim::Code(format!("{}{}", word.folded, next.folded)));
        }
    }

    fn phrases(&mut self, text: &str, words: &[Word<'_>], at: usize) {
        let word = &words[at];
        let is_next = |stem: &String, at: usize| words.get(at).is_some_and(|word| word.stem == *stem) && are_together(text, words, at - 1);
        let stands_at = |rest: &[String]| rest.iter().zip(at + 1..).all(|(stem, at)| is_next(stem, at));
        for phrase in PHRASES.get(&word.stem).into_iter().flatten() {
            let is_written = !phrase.in_capitals || word.token.text.chars().all(char::is_uppercase);
            if !is_written || !stands_at(&phrase.rest) {
                continue;
            }
            if phrase.makes {
                self.say(Claim::Word(phrase.claim), word, &words[at + phrase.rest.len()]);
            } else {
                self.beside.push(Claim::Word(phrase.claim));
            }
        }
    }
}

/// Whether nothing stands between a word and the next that ends a thought: spaces, dashes and ornaments do not.
fn are_together(text: &str, words: &[Word<'_>], at: usize) -> bool {
    let between = words.get(at).zip(words.get(at + 1)).and_then(|(word, next)| text.get(word.token.end()..next.token.start));
    between.is_some_and(|between| !between.contains(|c| "\n.,;:!?…|()[]{}<>=\"/\\。！？“”„«»".contains(c)))
}

/// The unit of a number, and which word it is; `50 x 30 cm` has one for both.
fn unit_behind(text: &str, words: &[Word<'_>], at: usize) -> Option<(&'static str, i64, usize)> {
    // A currency may stand before its amount.
    if let Some(before) = at
        .checked_sub(1)
        .and_then(|before| words.get(before))
        .filter(|before| matches!(before.token.text, "€" | "$" | "£") && are_together(text, words, at - 1))
    {
        return measure::unit(&before.stem).map(|(quantity, factor)| (quantity, factor, at));
    }
    let mut last = at;
    // Height, width and depth are the most that stand together.
    for _ in 0..3 {
        // Other quotes may be quotes.
        if text[words[last].token.end()..].starts_with('″') {
            return measure::unit("in").map(|(quantity, factor)| (quantity, factor, last));
        }
        let next = words.get(last + 1).filter(|_| are_together(text, words, last))?;
        if next.folded == "per" && words.get(last + 2).is_some_and(|word| word.folded == "cent") {
            return measure::unit("%").map(|(quantity, factor)| (quantity, factor, last + 2));
        }
        // "2 in 1" has no inches.
        let is_word_between = matches!(next.folded.as_str(), "in" | "an") && words.get(last + 2).is_some_and(|word| word.token.is_number());
        if let Some((quantity, factor)) = measure::unit(&next.stem).filter(|_| !is_word_between) {
            return Some((quantity, factor, last + 1));
        }
        let goes_on = matches!(next.folded.as_str(), "x" | "×" | "by");
        last = (goes_on && words.get(last + 2)?.token.is_number() && are_together(text, words, last + 1)).then_some(last + 2)?;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unsupported<'a>(record: &str, text: &'a str) -> Vec<&'a str> {
        let mut supported = Supported::default();
        supported.add(record);
        claims(text).into_iter().filter(|said| !supported.has(&said.claim)).map(|said| &text[said.start..said.end]).collect()
    }

    #[test]
    fn the_same_said_otherwise_is_supported() {
        for (record, text) in [
            ("100% cotton", "Made of 100 % Cotton"),
            ("Height 42 cm", "420 mm, or 42 centimetres high"),
            ("50 x 30 cm", "50 cm x 30 cm and 50cm×30cm"),
            ("2,700 K", "2700 K"),
            ("two-year guarantee", "A 2 year warranty"),
            ("navy", "navy blue"),
            ("Model KR-450", "the KR450 and the KR-450"),
            ("Lederjacke", "aus Leder"),
            ("waterproof", "wasserdicht und water-proof"),
            ("hand-made by us", "Handmade"),
            ("0,5 l", "500 ml"),
            ("dishwasher safe", "spülmaschinenfest"),
            ("Pack: 3 pairs", "3 pair"),
        ] {
            assert_eq!(unsupported(record, text), [""; 0], "{record} -> {text}");
        }
    }

    #[test]
    fn what_the_record_does_not_say_is_marked() {
        for (record, text, expected) in [
            ("cotton shirt", "100% organic cotton, made in Portugal", vec!["100%", "organic", "Portugal"]),
            ("42 cm", "42 mm and 43 cm", vec!["42 mm", "43 cm"]),
            ("A lamp", "A CE-marked lamp with a ten-year guarantee", vec!["CE", "ten-year", "guarantee"]),
            ("blue", "red and blue", vec!["red"]),
            ("A case", "IP67 waterproof", vec!["IP67", "waterproof"]),
            ("A chair", "ce n'est pas, a chair by hand", vec![]),
            ("two things", "2 in 1", vec!["2", "1"]),
            ("42 pieces. Sugar, free of dust", "42. Pieces, sugar-free", vec!["sugar-free"]),
        ] {
            assert_eq!(unsupported(record, text), expected, "{record} -> {text}");
        }
    }
}
