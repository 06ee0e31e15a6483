//! What a description says without its markup, in blocks. Read as a browser reads it, once from front to back, so that
//! no text takes longer than its length.

use super::entities;

/// What a piece of a description is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Text,
    /// A heading, or a line that is bold throughout.
    Heading,
    Item,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    pub kind: Kind,
    /// Single spaces; a tab where a table has a new cell.
    pub text: String,
}

/// The text of some HTML, a line a block.
pub fn plain(html: &str) -> String {
    let mut text = String::with_capacity(html.len());
    for block in blocks(html) {
        if !text.is_empty() {
            text.push('\n');
        }
        text.extend(block.text.chars().map(|c| if c == '\t' { ' ' } else { c }));
    }
    text
}

/// The paragraphs, headings and list items of some HTML, without the empty ones. Text without any tag has a block a line.
pub fn blocks(html: &str) -> Vec<Block> {
    let mut reader = Reader::new(html);
    let mut rest = html;
    while let Some(at) = rest.find(['<', '&']) {
        reader.text(&rest[..at]);
        rest = if rest[at..].starts_with('<') { reader.markup(&rest[at..]) } else { reader.entity(&rest[at..]) };
    }
    reader.text(rest);
    reader.end_block();
    reader.blocks
}

const BLOCKS: &[&str] = &[
    "address",
    "article",
    "aside",
    "blockquote",
    "caption",
    "center",
    "details",
    "div",
    "dl",
    "dt",
    "fieldset",
    "figcaption",
    "figure",
    "footer",
    "form",
    "header",
    "hr",
    "legend",
    "main",
    "nav",
    "ol",
    "option",
    "p",
    "pre",
    "section",
    "select",
    "summary",
    "table",
    "tbody",
    "tfoot",
    "thead",
    "tr",
    "ul",
];
/// What stands in these is never shown.
const UNSEEN: &[&str] = &["script", "style", "iframe", "noscript", "template", "title", "textarea", "noframes"];

struct Reader {
    blocks: Vec<Block>,
    text: String,
    /// White space that is written before the next character, if there is one.
    gap: Option<char>,
    /// Whether the end of a line ends a block.
    lines: bool,
    bold: usize,
    has_plain: bool,
    item: bool,
    heading: bool,
}

impl Reader {
    fn new(html: &str) -> Self {
        let is_tag = |(at, _): (usize, &str)| html[at + 1..].starts_with(|c: char| c.is_ascii_alphabetic() || c == '/' || c == '!');
        let lines = !html.match_indices('<').any(is_tag);
        Self { blocks: Vec::new(), text: String::new(), gap: None, lines, bold: 0, has_plain: false, item: false, heading: false }
    }

    fn text(&mut self, text: &str) {
        for c in text.chars() {
            self.character(c);
        }
    }

    fn character(&mut self, c: char) {
        match c {
            '\n' | '\r' if self.lines => self.end_block(),
            '\t' if self.gap.is_none() => self.gap = Some('\t'),
            '\u{200b}' | '\u{200d}' | '\u{feff}' | '\u{ad}' => {}
            _ if c.is_whitespace() || c.is_control() || c == '\u{fffd}' => {
                // A line's indentation is no tab between cells.
                if c != '\t' {
                    self.gap = Some(if self.gap == Some('\t') && c != '\n' { '\t' } else { ' ' });
                }
            }
            _ => {
                if let Some(gap) = self.gap.take()
                    && !self.text.is_empty()
                {
                    self.text.push(gap);
                }
                self.has_plain |= self.bold == 0;
                self.text.push(c);
            }
        }
    }

    /// Reads what begins with an ampersand, and says what follows.
    fn entity<'a>(&mut self, from: &'a str) -> &'a str {
        let (text, rest) = entities::read(from);
        self.text(text.encode_utf8(&mut [0; 4]));
        rest
    }

    /// Reads what begins with `<`, and says what follows.
    fn markup<'a>(&mut self, from: &'a str) -> &'a str {
        let behind = |end: &str| from.split_once(end).map_or("", |(_, rest)| rest);
        if from.starts_with("<!--") {
            return behind("-->");
        }
        let closes = from[1..].starts_with('/');
        let inner = &from[1 + usize::from(closes)..];
        if !inner.starts_with(|c: char| c.is_ascii_alphabetic()) {
            if closes || inner.starts_with(['!', '?']) {
                return behind(">");
            }
            self.character('<');
            return &from[1..];
        }
        let length = inner.bytes().take_while(u8::is_ascii_alphanumeric).count();
        let name = inner[..length].to_ascii_lowercase();
        let rest = behind_tag(&inner[length..]);
        self.tag(&name, closes);
        if !closes && UNSEEN.contains(&name.as_str()) { behind_element(rest, &name) } else { rest }
    }

    fn tag(&mut self, name: &str, closes: bool) {
        match name {
            "br" if self.item || self.heading => self.gap = Some(' '),
            "br" => self.end_block(),
            "td" | "th" | "dd" if !closes => self.gap = Some('\t'),
            "dd" => self.end_block(),
            "li" => {
                self.end_block();
                self.item = !closes;
            }
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => {
                self.end_block();
                self.heading = !closes;
            }
            "b" | "strong" => self.bold = if closes { self.bold.saturating_sub(1) } else { self.bold + 1 },
            "dt" if closes => {}
            _ if BLOCKS.contains(&name) => {
                self.end_block();
                self.item &= !matches!(name, "ul" | "ol");
            }
            _ => {}
        }
    }

    fn end_block(&mut self) {
        self.gap = None;
        let has_plain = std::mem::take(&mut self.has_plain);
        if self.text.is_empty() {
            return;
        }
        let mut text = std::mem::take(&mut self.text);
        let mut kind = match (self.heading, self.item) {
            (true, _) => Kind::Heading,
            (_, true) => Kind::Item,
            _ if !has_plain && text.len() <= 120 => Kind::Heading,
            _ => Kind::Text,
        };
        if kind != Kind::Heading
            && let Some(unmarked) = without_bullet(&text)
        {
            text = String::from(unmarked);
            kind = Kind::Item;
        }
        self.blocks.push(Block { kind, text });
    }
}

/// A line that somebody made a list item of by hand.
fn without_bullet(text: &str) -> Option<&str> {
    let rest = text.strip_prefix(['•', '●', '▪', '◦', '✓', '✔', '·']).or_else(|| {
        let rest = text.strip_prefix(['-', '*', '–', '—'])?;
        rest.starts_with([' ', '\t']).then_some(rest)
    })?;
    let rest = rest.trim_start();
    (!rest.is_empty()).then_some(rest)
}

/// What follows the `>` that ends a tag: not one in a quoted value.
fn behind_tag(attributes: &str) -> &str {
    let mut quote = None;
    let mut is_value = false;
    for (at, b) in attributes.bytes().enumerate() {
        match (quote, b) {
            (Some(open), _) => {
                if b == open {
                    quote = None;
                }
            }
            (None, b'"' | b'\'') if is_value => quote = Some(b),
            (None, b'>') => return &attributes[at + 1..],
            _ => {}
        }
        is_value = b == b'=' || is_value && b.is_ascii_whitespace();
    }
    ""
}

/// What follows the closing tag of an element whose content is no text.
fn behind_element<'a>(content: &'a str, name: &str) -> &'a str {
    let closing = |at: &usize| content.get(at + 2..at + 2 + name.len()).is_some_and(|found| found.eq_ignore_ascii_case(name));
    match content.match_indices("</").map(|(at, _)| at).find(closing) {
        Some(at) => behind_tag(&content[at + 2 + name.len()..]),
        None => "",
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn kinds(html: &str) -> Vec<(Kind, String)> {
        blocks(html).into_iter().map(|block| (block.kind, block.text)).collect()
    }

    #[test]
    fn paragraphs_headings_and_items_are_told_apart() {
        let html = "<h2>Ivy</h2><p>Warm,\n  even <b>light</b>.</p><ul><li>Size:&nbsp;42 cm</li><li>Opal <br>glass</li></ul>Behind";
        let expected = [
            (Kind::Heading, "Ivy"),
            (Kind::Text, "Warm, even light."),
            (Kind::Item, "Size: 42 cm"),
            (Kind::Item, "Opal glass"),
            (Kind::Text, "Behind"),
        ];
        assert_eq!(kinds(html), expected.map(|(kind, text)| (kind, text.to_owned())));
    }

    #[test]
    fn what_a_browser_does_not_show_is_not_text() {
        assert_eq!(plain("a<script>if (a < b) { '<p>' }</script>b<!-- c <p> -->d<style>p > a {}</STYLE >e<p title='x > y'>f"), "abde\nf");
        assert_eq!(plain("<p>a</p><script>never closed <p>b</p>"), "a");
        assert_eq!(plain("seen <a href=\"unclosed"), "seen");
    }

    #[test]
    fn a_less_than_sign_is_text() {
        assert_eq!(plain("weighs < 3 kg & costs <5 &amp; more &lt;p&gt;"), "weighs < 3 kg & costs <5 & more <p>");
    }

    #[test]
    fn lines_of_a_text_without_tags_are_blocks_and_bullets_are_items() {
        assert_eq!(
            kinds("First line\n\n- one\n• two\nlast"),
            [(Kind::Text, "First line"), (Kind::Item, "one"), (Kind::Item, "two"), (Kind::Text, "last")].map(|(kind, text)| (kind, text.to_owned()))
        );
    }

    #[test]
    fn cells_are_kept_apart() {
        assert_eq!(plain("<table><tr><td>Size</td><td>42 cm</td></tr><tr><th>Colour</th><td>red</td></tr></table>"), "Size 42 cm\nColour red");
        assert_eq!(blocks("<dl><dt>Size</dt><dd>42 cm</dd></dl>")[0].text, "Size\t42 cm");
        assert_eq!(blocks("Size\t42 cm<br/>Colour\tred")[1].text, "Colour\tred");
    }

    #[test]
    fn half_a_million_of_unclosed_anything_is_read_at_once() {
        for piece in ["<a", "<", "&", "<!--", "</", "<script>", "<a href=\"", "&#", "<p>a", "<b>", "<li>x"] {
            let started = std::time::Instant::now();
            plain(&piece.repeat(250_000));
            assert!(started.elapsed().as_secs() < 5, "{piece}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read(html in "[<>/!&;#a-z\"'= \\-\n\tÄ€日\u{200b}]{0,200}") {
            let text = plain(&html);
            prop_assert!(text.len() <= html.len() * 3);
            prop_assert!(!text.contains('\t') && !text.contains("\n\n"));
        }
    }
}
