//! Reading one tag, as forgivingly as a browser does (WHATWG HTML, section 13.2.5).

pub(super) struct Tag {
    /// In lower case.
    pub name: String,
    pub closing: bool,
    /// Names in lower case; values as they stand, entities and all.
    pub attributes: Vec<(String, String)>,
}

/// Reads the tags of one text. A tag that never ends is found out by looking through all that follows: after a few
/// of those what follows is taken for plain text, so that no text takes long.
#[derive(Default)]
pub(super) struct Tags {
    endless: u32,
}

const MOST_ENDLESS: u32 = 8;

impl Tags {
    /// The tag at the start of a text that begins with `<`, and what stands behind it. None when it is no tag.
    pub fn read<'a>(&mut self, text: &'a str) -> Option<(Tag, &'a str)> {
        if self.endless >= MOST_ENDLESS || name_of(text).is_none() {
            return None;
        }
        let read = read_tag(text);
        self.endless += u32::from(read.is_none());
        read
    }
}

/// The tag at the start of a text that begins with `<`, and what stands behind it. None when it is no
/// tag, or when it never ends.
pub(super) fn read_tag(text: &str) -> Option<(Tag, &str)> {
    let (closing, rest) = name_of(text)?;
    let (name, mut rest) = split(rest, |c| c.is_ascii_whitespace() || c == '/' || c == '>');
    let mut tag = Tag { name: name.to_ascii_lowercase(), closing, attributes: Vec::new() };
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_ascii_whitespace() || c == '/');
        if let Some(after) = rest.strip_prefix('>') {
            return Some((tag, after));
        }
        if rest.is_empty() {
            return None;
        }
        let (name, after) = attribute_name(rest);
        let (value, after) = match after.trim_start().strip_prefix('=') {
            Some(value) => attribute_value(value.trim_start())?,
            None => ("", after),
        };
        tag.attributes.push((name.to_ascii_lowercase(), value.to_owned()));
        rest = after;
    }
}

/// Whether a tag is a closing one, and its name with what follows it.
fn name_of(text: &str) -> Option<(bool, &str)> {
    let rest = text.strip_prefix('<')?;
    let (closing, rest) = rest.strip_prefix('/').map_or((false, rest), |rest| (true, rest));
    rest.starts_with(|c: char| c.is_ascii_alphabetic()).then_some((closing, rest))
}

/// A name may begin with any character, `=` too; then it goes on to the next that cannot be a part of it.
fn attribute_name(text: &str) -> (&str, &str) {
    let first = text.chars().next().map_or(0, char::len_utf8);
    let (more, _) = split(&text[first..], |c| c.is_ascii_whitespace() || matches!(c, '/' | '>' | '='));
    text.split_at(first + more.len())
}

fn attribute_value(text: &str) -> Option<(&str, &str)> {
    for quote in ['"', '\''] {
        if let Some(quoted) = text.strip_prefix(quote) {
            let end = quoted.find(quote)?;
            return Some((&quoted[..end], &quoted[end + 1..]));
        }
    }
    Some(split(text, |c| c.is_ascii_whitespace() || c == '>'))
}

fn split(text: &str, end: impl Fn(char) -> bool) -> (&str, &str) {
    text.split_at(text.find(end).unwrap_or(text.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_read_however_it_is_written() {
        let Some((tag, rest)) = read_tag("<A HREF = '/x' disabled data-y=1/>z") else { panic!() };

        assert_eq!((tag.name.as_str(), tag.closing, rest), ("a", false, "z"));
        assert_eq!(tag.attributes, [("href".into(), "/x".into()), ("disabled".into(), String::new()), ("data-y".into(), "1/".into())]);
        assert!(read_tag("</p>").is_some_and(|(tag, _)| tag.closing));
        assert!(["", "<", "< p>", "<p", "<p a='>", "<3>"].iter().all(|text| read_tag(text).is_none()));
    }
}
