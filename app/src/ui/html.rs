//! Clean HTML: what the description editor keeps of what was typed, pasted or stored. Everything that
//! comes out was put together here from a list of known tags, with no other `<` in it; so it can be shown.

mod tag;

use self::tag::{Tag, Tags, read_tag};

pub(crate) struct Cleaned {
    pub html: String,
    /// Whether something was left out that somebody may have meant: styles, classes, embedded things.
    pub lost: bool,
}

/// The tags that are kept.
pub(crate) const KEPT: &[&str] = &[
    "a",
    "abbr",
    "b",
    "blockquote",
    "br",
    "caption",
    "code",
    "dd",
    "del",
    "div",
    "dl",
    "dt",
    "em",
    "figcaption",
    "figure",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "i",
    "img",
    "ins",
    "li",
    "ol",
    "p",
    "pre",
    "s",
    "small",
    "strong",
    "sub",
    "sup",
    "table",
    "tbody",
    "td",
    "tfoot",
    "th",
    "thead",
    "tr",
    "u",
    "ul",
];

/// The attributes that every kept tag keeps.
pub(crate) const ANYWHERE: &[&str] = &["title", "lang", "dir"];

/// The attributes that some tags keep besides.
pub(crate) const ATTRIBUTES: &[(&str, &[&str])] = &[
    ("a", &["href", "target", "rel"]),
    ("img", &["src", "alt", "width", "height"]),
    ("ol", &["start"]),
    ("td", &["colspan", "rowspan"]),
    ("th", &["colspan", "rowspan"]),
];

/// Tags whose content goes with them.
pub(crate) const HOLLOW: &[&str] =
    &["script", "style", "iframe", "object", "noscript", "template", "svg", "math", "title", "textarea", "select", "noembed", "noframes", "xmp"];

/// Tags nobody misses when they are gone: their content stays.
const IDLE: &[&str] = &["span", "meta", "html", "head", "body", "font"];

pub(crate) fn clean(html: &str) -> Cleaned {
    let mut out = String::with_capacity(html.len());
    let mut lost = false;
    let mut tags = Tags::default();
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        if let Some(after) = rest.strip_prefix("<!--") {
            rest = after.find("-->").map_or("", |end| &after[end + 3..]);
        } else if rest.starts_with("<!") || rest.starts_with("<?") {
            rest = rest.find('>').map_or("", |end| &rest[end + 1..]);
        } else if let Some((tag, after)) = tags.read(rest) {
            rest = after;
            if HOLLOW.contains(&tag.name.as_str()) {
                lost = true;
                if !tag.closing {
                    rest = behind_end(rest, &tag.name);
                }
            } else if KEPT.contains(&tag.name.as_str()) {
                lost |= put(&tag, &mut out);
            } else {
                lost |= !IDLE.contains(&tag.name.as_str()) || tag.attributes.iter().any(|(name, _)| !is_idle(name));
            }
        } else {
            out.push_str("&lt;");
            rest = &rest[1..];
        }
    }
    out.push_str(rest);
    Cleaned { html: out, lost }
}

/// What the editor holds, as it is stored: nothing when there is nothing to see, and always in a block.
pub(crate) fn stored(edited: &str) -> String {
    let html = clean(edited).html;
    let html = html.trim();
    if !html.contains("<img") && !html.contains("<hr") && text(html).trim().is_empty() {
        return String::new();
    }
    if html.contains('<') { html.to_owned() } else { format!("<p>{html}</p>") }
}

/// The words of some HTML, without its tags; the commonest entities are read.
pub(crate) fn text(html: &str) -> String {
    let mut out = String::new();
    let mut tags = Tags::default();
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        out.push_str(&rest[..at]);
        if let Some((tag, after)) = tags.read(&rest[at..]) {
            if !matches!(tag.name.as_str(), "a" | "b" | "i" | "em" | "strong" | "span" | "u") && !out.ends_with(' ') {
                out.push(' ');
            }
            rest = if HOLLOW.contains(&tag.name.as_str()) && !tag.closing { behind_end(after, &tag.name) } else { after };
        } else {
            out.push('<');
            rest = &rest[at + 1..];
        }
    }
    out.push_str(rest);
    if out.contains('&') {
        out =
            out.replace("&nbsp;", " ").replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&#39;", "'").replace("&amp;", "&");
    }
    out
}

/// Cleaned HTML, taken apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Bit<'a> {
    Text(&'a str),
    /// A tag as it stands there, and its name.
    Open(&'a str, &'a str),
    Close(&'a str),
}

/// Takes apart what [`clean`] has put together: nothing else may be given to it.
pub(crate) fn bits(cleaned: &str) -> Vec<Bit<'_>> {
    let mut bits = Vec::new();
    let mut rest = cleaned;
    while let Some(at) = rest.find('<') {
        if at > 0 {
            bits.push(Bit::Text(&rest[..at]));
        }
        rest = &rest[at..];
        let mut is_quoted = false;
        let end = rest.bytes().position(|byte| {
            is_quoted ^= byte == b'"';
            byte == b'>' && !is_quoted
        });
        let (tag, after) = rest.split_at(end.map_or(rest.len(), |end| end + 1));
        rest = after;
        let inside = tag.trim_start_matches('<').trim_end_matches('>');
        bits.push(match inside.strip_prefix('/') {
            Some(name) => Bit::Close(name),
            None => Bit::Open(tag, inside.split(' ').next().unwrap_or(inside)),
        });
    }
    if !rest.is_empty() {
        bits.push(Bit::Text(rest));
    }
    bits
}

/// A text as it stands inside an element.
pub(crate) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}

fn put(tag: &Tag, out: &mut String) -> bool {
    let mut lost = false;
    out.push('<');
    if tag.closing {
        out.push('/');
    }
    out.push_str(&tag.name);
    for (name, value) in tag.attributes.iter().filter(|_| !tag.closing) {
        if is_kept(&tag.name, name) && may_be(name, value) {
            out.push(' ');
            out.push_str(name);
            out.push_str("=\"");
            out.push_str(&value.replace('"', "&quot;").replace('<', "&lt;"));
            out.push('"');
        } else {
            lost |= !is_idle(name);
        }
    }
    out.push('>');
    lost
}

fn is_kept(tag: &str, attribute: &str) -> bool {
    ANYWHERE.contains(&attribute) || ATTRIBUTES.iter().any(|(known, own)| *known == tag && own.contains(&attribute))
}

/// Left behind by other editors, and never meant.
fn is_idle(attribute: &str) -> bool {
    attribute.starts_with("data-") || attribute.starts_with("aria-") || matches!(attribute, "charset" | "contenteditable" | "spellcheck")
}

/// Whether a kept attribute may have a value: of addresses only those whose beginning shows, without reading
/// entities, that they run nothing.
pub(crate) fn may_be(attribute: &str, value: &str) -> bool {
    if !matches!(attribute, "href" | "src") {
        return true;
    }
    let address = value.trim().to_ascii_lowercase();
    ["https://", "http://", "mailto:", "tel:", "/", "#", "?"].iter().any(|start| address.starts_with(start))
}

/// What stands behind the end of a hollow tag.
fn behind_end<'a>(text: &'a str, name: &str) -> &'a str {
    let mut rest = text;
    while let Some(at) = rest.find("</") {
        let end = &rest[at..];
        rest = &end[2..];
        let is_name = rest.as_bytes().get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name.as_bytes()));
        if is_name && rest[name.len()..].starts_with(|c: char| c.is_ascii_whitespace() || matches!(c, '/' | '>')) {
            return read_tag(end).map_or("", |(_, after)| after);
        }
    }
    ""
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_tags_and_their_attributes_are_kept() {
        let html = r#"<p>Oak &amp; <b>oil</b></p><ul><li>One<br></li></ul><a href="https://x.test/?a=1&amp;b" title="x">x</a>"#;

        let cleaned = clean(html);

        assert_eq!(cleaned.html, html);
        assert!(!cleaned.lost);
    }

    #[test]
    fn nothing_that_runs_comes_through() {
        let cases = [
            ("<script>alert(1)</script>a", "a"),
            ("<p onclick=\"x()\">a</p>", "<p>a</p>"),
            ("<a href=\"javascript:x()\">a</a>", "<a>a</a>"),
            ("<a href=\"java&#115;cript:x()\">a</a>", "<a>a</a>"),
            ("<img src=x onerror=alert(1)>", "<img>"),
            ("<svg><script>x</script></svg>a", "a"),
            ("<style>*{}</style >a", "a"),
            ("<iframe src=\"https://x\">", ""),
            ("<!--<img src=x>-->a", "a"),
            ("<a title='\"><img src=x>'>a</a>", "<a title=\"&quot;>&lt;img src=x>\">a</a>"),
            ("<p <script>x</script>", "<p>x"),
            ("a < b", "a &lt; b"),
            ("<p", "&lt;p"),
        ];
        for (given, kept) in cases {
            assert_eq!(clean(given).html, kept, "{given}");
        }
    }

    #[test]
    fn what_was_meant_and_is_lost_is_told() {
        for html in ["<p style=\"color:red\">a</p>", "<div class=x>a</div>", "<iframe></iframe>", "<video></video>", "<span style=x>a</span>"] {
            assert!(clean(html).lost, "{html}");
        }
        for html in ["<meta charset=utf-8><p data-mce-fragment=1>a</p>", "<span>a</span>", "<!-- a --><p>a</p>", ""] {
            assert!(!clean(html).lost, "{html}");
        }
    }

    #[test]
    fn what_cannot_be_seen_is_stored_as_nothing() {
        assert_eq!(["<p><br></p>", " ", "<div>&nbsp;</div>"].map(stored), ["", "", ""]);
        assert_eq!(stored("Oak"), "<p>Oak</p>");
        assert_eq!(stored("<p>Oak</p>"), "<p>Oak</p>");
    }

    /// Read again for each of its tags, one of these would take hours.
    #[test]
    fn no_text_takes_long() {
        for piece in ["<a", "<a ", "<a b=\"", "<a b='\"", "</a ", "<script>", "<script></a ", "<script></script ", "<!--", "<p>"] {
            let html = piece.repeat(500_000 / piece.len());
            for html in [html.clone(), html + ">"] {
                assert!(!stored(&html).contains("<script"), "{piece}");
                text(&html);
            }
        }
    }

    #[test]
    fn cleaned_html_is_taken_apart() {
        let html = clean("<a title='1>2' href=/x>a<br></a> b < c").html;

        let bits = bits(&html);

        let tag = r#"<a title="1>2" href="/x">"#;
        assert_eq!(bits, [Bit::Open(tag, "a"), Bit::Text("a"), Bit::Open("<br>", "br"), Bit::Close("a"), Bit::Text(" b &lt; c")]);
    }

    #[test]
    fn the_words_of_html_are_read() {
        assert_eq!(text("<p>Oak &amp; <b>oi</b>l</p><p>two</p>").trim(), "Oak & oil two");
    }

    #[test]
    fn cleaning_twice_is_cleaning_once() {
        for html in ["<p>a<b>c</b>", "a<b", "<a href='/x' class=y>&lt;</a>", "<table><tr><td colspan=2>x</table>"] {
            let once = clean(html).html;
            assert_eq!(clean(&once).html, once);
        }
    }
}
