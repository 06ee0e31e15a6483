//! One of two texts: its words, the tags around them, and how it is written with marks.

use crate::ui::{
    diff::common::Token,
    html::{Bit, bits},
};

/// Tags without an end.
const VOID: [&str; 3] = ["br", "hr", "img"];

/// Tags within a line. All others begin and end a paragraph.
const INLINE: [&str; 16] = ["a", "abbr", "b", "code", "del", "em", "i", "img", "ins", "s", "small", "strong", "sub", "sup", "u", "span"];

pub(super) struct Side<'a> {
    parts: Vec<Part<'a>>,
    pub(super) words: Vec<Word>,
    /// The same words, to be compared.
    pub(super) tokens: Vec<Token<'a>>,
}

#[derive(Clone, Copy)]
enum Part<'a> {
    /// A tag as it stands there.
    Open(&'a str),
    Close(&'a str),
    Space(&'a str),
    Word(&'a str),
}

#[derive(Clone, Copy, Default)]
pub(super) struct Word {
    /// The same word on the other side.
    pub(super) mate: Option<usize>,
    /// The paragraph it is in.
    pub(super) block: usize,
    is_marked: bool,
}

impl<'a> Side<'a> {
    /// Takes cleaned HTML apart. What was left open in it is closed, and what was never opened is not.
    pub(super) fn of(html: &'a str) -> Self {
        let mut side = Self { parts: Vec::new(), words: Vec::new(), tokens: Vec::new() };
        let mut open: Vec<&'a str> = Vec::new();
        let mut block = 0;
        for bit in bits(html) {
            match bit {
                Bit::Text(text) => side.take_text(text, block),
                Bit::Open(tag, name) => {
                    side.end_before(name, &mut open);
                    block += usize::from(!INLINE.contains(&name));
                    side.parts.push(Part::Open(tag));
                    if !VOID.contains(&name) {
                        open.push(name);
                    }
                }
                Bit::Close(name) => {
                    if open.contains(&name) {
                        while let Some(last) = open.pop() {
                            side.parts.push(Part::Close(last));
                            if last == name {
                                break;
                            }
                        }
                        block += usize::from(!INLINE.contains(&name));
                    }
                }
            }
        }
        side.parts.extend(open.iter().rev().map(|name| Part::Close(name)));
        side
    }

    /// Closes what a browser would close by itself before a tag, so that both agree what is inside what.
    fn end_before(&mut self, name: &str, open: &mut Vec<&'a str>) {
        let ended: &[&str] = match name {
            "li" => &["p", "li"],
            "dt" | "dd" => &["p", "dt", "dd"],
            "td" | "th" => &["p", "td", "th"],
            "tr" => &["p", "td", "th", "tr"],
            "thead" | "tbody" | "tfoot" => &["p", "td", "th", "tr", "thead", "tbody", "tfoot", "caption"],
            name if INLINE.contains(&name) || name == "br" => &[],
            _ => &["p"],
        };
        for one in ended {
            if open.last() == Some(one) {
                open.pop();
                self.parts.push(Part::Close(one));
            }
        }
    }

    fn take_text(&mut self, text: &'a str, block: usize) {
        let mut rest = text;
        while let Some(first) = rest.chars().next() {
            let until = |end: fn(char) -> bool| rest.find(end).unwrap_or(rest.len());
            let (length, is_space) = if first.is_whitespace() {
                (until(|c| !c.is_whitespace()), true)
            } else if first.is_alphanumeric() {
                (until(|c| !c.is_alphanumeric()), false)
            } else if first == '&' {
                (entity(rest), false)
            } else {
                (first.len_utf8(), false)
            };
            let (piece, after) = rest.split_at(length);
            rest = after;
            if is_space {
                self.parts.push(Part::Space(piece));
            } else {
                self.parts.push(Part::Word(piece));
                self.words.push(Word { block, ..Word::default() });
                self.tokens.push(Token::new(meant(piece)));
            }
        }
    }

    /// Marks every place where the words of another text stand, in small letters or capitals.
    pub(super) fn mark(&mut self, other: &Side<'_>) {
        let count = other.tokens.len();
        if count == 0 {
            return;
        }
        let is_same = |(a, b): (&Token<'_>, &Token<'_>)| a.text().eq_ignore_ascii_case(b.text());
        for at in 0..(self.tokens.len() + 1).saturating_sub(count) {
            if self.tokens[at..].iter().zip(&other.tokens).all(is_same) {
                self.words[at..at + count].iter_mut().for_each(|word| word.is_marked = true);
            }
        }
    }

    /// The text again, with marks around what has no mate on the other side.
    pub(super) fn html(&self, tag: &str) -> String {
        let mut pen = Pen { out: String::with_capacity(self.parts.len() * 8), tag, open: Marks::default(), space: "" };
        let mut words = self.words.iter();
        for part in &self.parts {
            match part {
                Part::Space(space) => {
                    pen.space();
                    pen.space = space;
                }
                Part::Word(text) => {
                    let word = words.next().copied().unwrap_or_default();
                    pen.word(text, Marks { changed: word.mate.is_none(), marked: word.is_marked });
                }
                Part::Open(tag) => pen.tag(&[tag]),
                Part::Close(name) => pen.tag(&["</", name, ">"]),
            }
        }
        pen.tag(&[]);
        pen.out
    }
}

#[derive(Clone, Copy, Default, PartialEq)]
struct Marks {
    changed: bool,
    marked: bool,
}

struct Pen<'a> {
    out: String,
    tag: &'a str,
    open: Marks,
    /// White space that is inside a mark when the mark goes on behind it.
    space: &'a str,
}

impl Pen<'_> {
    fn word(&mut self, text: &str, marks: Marks) {
        if marks == self.open {
            self.space();
        } else {
            // The outer mark goes on, where only the inner one begins or ends.
            if self.open.marked {
                self.out.push_str("</mark>");
            }
            if self.open.changed && !marks.changed {
                self.end();
            }
            self.space();
            if marks.changed && !self.open.changed {
                self.out.push('<');
                self.out.push_str(self.tag);
                self.out.push('>');
            }
            if marks.marked {
                self.out.push_str("<mark>");
            }
            self.open = marks;
        }
        self.out.push_str(text);
    }

    fn tag(&mut self, parts: &[&str]) {
        if self.open.marked {
            self.out.push_str("</mark>");
        }
        if self.open.changed {
            // What a change ends with before a tag belongs to it.
            self.space();
            self.end();
        }
        self.open = Marks::default();
        self.space();
        for part in parts {
            self.out.push_str(part);
        }
    }

    fn space(&mut self) {
        self.out.push_str(std::mem::take(&mut self.space));
    }

    fn end(&mut self) {
        self.out.push_str("</");
        self.out.push_str(&self.tag[..3]);
        self.out.push('>');
    }
}

pub(super) fn letters(token: &Token<'_>) -> usize {
    let text = token.text();
    if text.starts_with(char::is_alphanumeric) { text.chars().count() } else { 0 }
}

/// How long the entity at the start of a text is; one sign when it is none.
fn entity(text: &str) -> usize {
    let name = text[1..].bytes().take(32).take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'#').count();
    if name > 0 && text.as_bytes().get(name + 1) == Some(&b';') { name + 2 } else { 1 }
}

/// What is the same, however it is written.
fn meant(word: &str) -> &str {
    match word {
        "&amp;" => "&",
        "&quot;" | "&#34;" => "\"",
        "&#39;" | "&apos;" => "'",
        "&gt;" => ">",
        word => word,
    }
}
