//! What changed between two texts, word by word. A word, a tag, a space and a mark are each one token.

pub(crate) mod common;

use leptos::prelude::*;

use self::common::{Token, common};
use super::at_once::at_once;

/// How much of an unchanged stretch is shown on each side of a change, in characters.
const AROUND: usize = 40;

/// Longer changes are cut when they are shown.
const LONGEST: usize = 600;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Piece {
    Same(String),
    Gone(String),
    New(String),
}

/// The differences from one text to another, marked by weight and background.
#[component]
pub(crate) fn Diff(before: String, after: String) -> impl IntoView {
    let pieces = shortened(words(&before, &after));
    let nothing = before.is_empty() && after.is_empty();
    let mut shown = Vec::with_capacity(pieces.len());
    let mut pieces = pieces.into_iter().peekable();
    while let Some(piece) = pieces.next() {
        shown.push(match piece {
            Piece::Same(text) => at_once(view! { <span>{text}</span> }),
            Piece::Gone(text) => {
                // Read as two words, not as one.
                let space = matches!(pieces.peek(), Some(Piece::New(_))).then_some(" ");
                at_once(view! { <del>{text}</del>{space} })
            }
            Piece::New(text) => at_once(view! { <ins>{text}</ins> }),
        });
    }
    view! {
        <p class="diff">
            {shown}
            {nothing.then(|| view! { <span class="muted">"(empty)"</span> })}
        </p>
    }
}

pub(crate) fn words(before: &str, after: &str) -> Vec<Piece> {
    let hashed = |text| tokens(text).into_iter().map(Token::new).collect::<Vec<_>>();
    let (old, new) = (hashed(before), hashed(after));
    let mut run = Run::default();
    let (mut x, mut y) = (0, 0);
    for (a, b) in common(&old, &new) {
        run.changed(&old[x..a], &new[y..b]);
        run.same(old[a].text());
        (x, y) = (a + 1, b + 1);
    }
    run.changed(&old[x..], &new[y..]);
    let pieces = run.finish();
    if is_scattered(&pieces, before, after) { vec![Piece::Gone(before.to_owned()), Piece::New(after.to_owned())] } else { pieces }
}

/// Whether so little is the same, in so many places, that both are easier to read whole.
fn is_scattered(pieces: &[Piece], before: &str, after: &str) -> bool {
    let letters = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).count();
    let same = |piece: &Piece| if let Piece::Same(text) = piece { letters(text) } else { 0 };
    let both = letters(before).min(letters(after));
    both > 0 && pieces.len() > 3 && pieces.iter().map(same).sum::<usize>() * 3 < both
}

/// The same with long unchanged stretches and long changes cut.
fn shortened(pieces: Vec<Piece>) -> Vec<Piece> {
    let last = pieces.len().saturating_sub(1);
    let cut = |at: usize, piece: Piece| match piece {
        Piece::Same(text) => Piece::Same(middle_cut(&text, if at == 0 { 0 } else { AROUND }, if at == last { 0 } else { AROUND })),
        Piece::Gone(text) => Piece::Gone(middle_cut(&text, LONGEST, 0)),
        Piece::New(text) => Piece::New(middle_cut(&text, LONGEST, 0)),
    };
    pieces.into_iter().enumerate().map(|(at, piece)| cut(at, piece)).collect()
}

/// The first `head` and the last `tail` characters of a text that is much longer than both.
fn middle_cut(text: &str, head: usize, tail: usize) -> String {
    let count = text.chars().count();
    if count <= head + tail + 20 {
        return text.to_owned();
    }
    let first: String = text.chars().take(head).collect();
    let last: String = text.chars().skip(count - tail).collect();
    format!("{first}…{last}")
}

fn tokens(text: &str) -> Vec<&str> {
    let mut tokens = Vec::new();
    let mut rest = text;
    // Behind the last end of a tag nothing is looked for: a text of many `<` would take for ever.
    let behind_tags = text.len() - text.rfind('>').map_or(0, |at| at + 1);
    while let Some(first) = rest.chars().next() {
        let length = if first == '<' && rest.len() > behind_tags && rest[1..].starts_with(|c: char| c.is_ascii_alphabetic() || c == '/') {
            rest.find('>').map_or(1, |at| at + 1)
        } else if first.is_whitespace() {
            rest.find(|c: char| !c.is_whitespace()).unwrap_or(rest.len())
        } else if first.is_alphanumeric() {
            rest.find(|c: char| !c.is_alphanumeric()).unwrap_or(rest.len())
        } else {
            first.len_utf8()
        };
        tokens.push(&rest[..length]);
        rest = &rest[length..];
    }
    tokens
}

/// Gathers tokens into pieces. A lone space between two changes becomes a part of both, which reads better.
#[derive(Default)]
struct Run {
    pieces: Vec<Piece>,
    gone: String,
    new: String,
    /// Unchanged white space behind a change that may go on.
    space: String,
}

impl Run {
    fn same(&mut self, token: &str) {
        let changing = !self.gone.is_empty() || !self.new.is_empty();
        if changing && self.space.is_empty() && token.trim().is_empty() {
            self.space.push_str(token);
            return;
        }
        self.flush();
        match self.pieces.last_mut() {
            Some(Piece::Same(text)) => text.push_str(token),
            _ => self.pieces.push(Piece::Same(token.to_owned())),
        }
    }

    fn changed(&mut self, gone: &[Token<'_>], new: &[Token<'_>]) {
        if gone.is_empty() && new.is_empty() {
            return;
        }
        let space = std::mem::take(&mut self.space);
        self.gone.push_str(&space);
        self.new.push_str(&space);
        self.gone.extend(gone.iter().map(Token::text));
        self.new.extend(new.iter().map(Token::text));
    }

    fn flush(&mut self) {
        let (gone, new, space) = (std::mem::take(&mut self.gone), std::mem::take(&mut self.new), std::mem::take(&mut self.space));
        if !gone.is_empty() {
            self.pieces.push(Piece::Gone(gone));
        }
        if !new.is_empty() {
            self.pieces.push(Piece::New(new));
        }
        if !space.is_empty() {
            self.pieces.push(Piece::Same(space));
        }
    }

    fn finish(mut self) -> Vec<Piece> {
        self.flush();
        self.pieces
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(before: &str, after: &str) -> String {
        let told = |piece: &Piece| match piece {
            Piece::Same(text) => text.clone(),
            Piece::Gone(text) => format!("[-{text}]"),
            Piece::New(text) => format!("[+{text}]"),
        };
        words(before, after).iter().map(told).collect()
    }

    #[test]
    fn a_changed_word_is_told() {
        assert_eq!(told("a red lamp", "a blue lamp"), "a [-red][+blue] lamp");
        assert_eq!(told("Desk", "Desk, oak"), "Desk[+, oak]");
        assert_eq!(told("", "Desk"), "[+Desk]");
        assert_eq!(told("same", "same"), "same");
    }

    #[test]
    fn changes_beside_each_other_are_one() {
        assert_eq!(told("old red lamp here", "new blue lamp here"), "[-old red][+new blue] lamp here");
    }

    #[test]
    fn a_tag_is_one_word() {
        assert_eq!(told("<p>Oak</p>", "<p><b>Oak</b></p>"), "<p>[+<b>]Oak[+</b>]</p>");
        assert_eq!(told("2 < 3", "2 < 4"), "2 < [-3][+4]");
    }

    #[test]
    fn texts_with_little_in_common_are_told_whole() {
        assert_eq!(told("willow-olvale-loafers-291", "new-handle-x"), "[-willow-olvale-loafers-291][+new-handle-x]");
    }

    #[test]
    fn both_texts_can_be_put_together_again() {
        let cases = [("a b c d e f", "a x c f e"), ("one two", "three four five"), ("ä b", "b ä"), ("x", ""), ("a a a b", "b a a a")];
        for (before, after) in cases {
            let pieces = words(before, after);
            let side = |new: bool| -> String {
                let part = |piece: &Piece| match piece {
                    Piece::Same(text) => text.clone(),
                    Piece::Gone(text) if !new => text.clone(),
                    Piece::New(text) if new => text.clone(),
                    _ => String::new(),
                };
                pieces.iter().map(part).collect()
            };
            assert_eq!((side(false).as_str(), side(true).as_str()), (before, after));
        }
    }

    #[test]
    fn texts_that_differ_too_much_are_replaced_whole() {
        let before: String = (0..5_000).flat_map(|n| ["a".to_owned(), n.to_string(), " ".to_owned()]).collect();
        let after: String = (0..5_000).flat_map(|n| ["b".to_owned(), n.to_string(), " ".to_owned()]).collect();

        // The space at the end is the same.
        assert_eq!(words(&before, &after).len(), 3);
    }

    #[test]
    fn many_tags_that_never_end_are_read_once() {
        let open = "<a".repeat(250_000);

        assert_eq!(words(&open, "<a").len(), 2);
        assert_eq!(tokens("<b>a<b"), ["<b>", "a", "<", "b"]);
    }

    #[test]
    fn what_has_not_changed_is_shown_only_around_a_change() {
        let before = format!("{} red", "word ".repeat(100));
        let after = format!("{} blue", "word ".repeat(100));

        let shown = shortened(words(&before, &after));

        let Some(Piece::Same(text)) = shown.first() else { panic!("{shown:?}") };
        assert!(text.starts_with('…') && text.chars().count() < 60, "{text}");
    }
}
