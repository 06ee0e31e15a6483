//! Texts as a catalogue has them.

use std::sync::LazyLock;

use ammonia::Builder;
use domain::words::html::plain;

const KEPT: [&str; 6] = ["p", "ul", "li", "strong", "em", "br"];
/// What is said with another tag than the one that was asked for.
const SAME: [(&str, &str); 4] = [("b", "strong"), ("i", "em"), ("ol", "ul"), ("div", "p")];

/// One line: without control characters, and with single spaces.
pub(super) fn line(text: &str) -> String {
    let visible: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    visible.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A description with the allowed tags only. Plain text is made into paragraphs.
pub(super) fn sanitised(description: &str) -> String {
    static RULES: LazyLock<Builder<'static>> = LazyLock::new(|| {
        let mut rules = Builder::empty();
        rules.tags(KEPT.into_iter().collect()).clean_content_tags(["script", "style"].into());
        rules
    });
    let visible: String = description.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t')).collect();
    if !visible.contains('<') {
        return paragraphs(&visible);
    }
    RULES.clean(&renamed(&visible)).to_string().trim().to_owned()
}

/// Whether nobody would see anything.
pub(super) fn is_blank(html: &str) -> bool {
    plain(html).is_empty()
}

fn paragraphs(text: &str) -> String {
    let text = text.replace("\r\n", "\n");
    let blocks = text.split("\n\n").map(str::trim).filter(|block| !block.is_empty());
    // Entities that are there already stay what they are.
    let texts = blocks.map(|block| Builder::empty().clean(block).to_string().replace('\n', "<br>"));
    texts.flat_map(|text| ["<p>".to_owned(), text, "</p>".to_owned()]).collect()
}

/// Tags that mean the same, and headings, under an allowed name.
fn renamed(html: &str) -> String {
    let mut renamed = String::with_capacity(html.len());
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        renamed.push_str(&rest[..=at]);
        rest = &rest[at + 1..];
        if let Some(behind) = rest.strip_prefix('/') {
            renamed.push('/');
            rest = behind;
        }
        let end = rest.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(rest.len());
        let name = rest[..end].to_ascii_lowercase();
        let heading = matches!(name.as_bytes(), [b'h', b'1'..=b'6']);
        let same = SAME.iter().find(|(from, _)| *from == name).map(|(_, to)| *to);
        renamed.push_str(if heading { "p" } else { same.unwrap_or(&rest[..end]) });
        rest = &rest[end..];
    }
    renamed.push_str(rest);
    renamed
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn plain_text_becomes_paragraphs() {
        assert_eq!(sanitised("Oak & brass.\n\nBy hand,\nin two sizes."), "<p>Oak &amp; brass.</p><p>By hand,<br>in two sizes.</p>");
    }

    #[test]
    fn a_line_has_single_spaces() {
        assert_eq!(line(" Oak\u{0}\n  lamp\t"), "Oak lamp");
    }

    #[test]
    fn tags_without_text_are_blank() {
        assert!(is_blank("<p> <br></p><ul><li>&nbsp;</li></ul>"));
        assert!(!is_blank("<p>a</p>"));
    }

    proptest! {
        #[test]
        fn nothing_but_the_allowed_tags_comes_out(html in "(<|>|/|b|h1|div|script|img src=x onerror=y|a|p|ul|li|strong|style|svg|&lt;|\"|'|!--|[ a-z])*") {
            let clean = sanitised(&html);
            let open = clean.match_indices('<').all(|(at, _)| {
                let rest = clean[at + 1..].trim_start_matches('/');
                KEPT.iter().any(|tag| rest.starts_with(&format!("{tag}>")))
            });
            prop_assert!(open, "{clean}");
        }

        #[test]
        fn clean_stays_clean(html in "(<p>|</p>|<br>|<b>|</b>|<ul>|<li>|</li>|</ul>|[a-z&;é ])*") {
            let once = sanitised(&html);
            if once.contains('<') {
                prop_assert_eq!(sanitised(&once), once);
            }
        }
    }
}
