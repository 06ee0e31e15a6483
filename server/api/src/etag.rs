//! Entity tags and the conditions that are made with them (RFC 9110, sections 8.8.3 and 13.1).

use axum::http::{HeaderMap, HeaderName};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use domain::ids::Seq;
use sha2::{Digest, Sha256};

/// A strong one, with its quotes.
pub(crate) fn of_version(version: Seq) -> String {
    format!("\"{version}\"")
}

/// A strong one of finished bytes.
pub(crate) fn of_bytes(bytes: &[u8]) -> String {
    format!("\"{}\"", URL_SAFE_NO_PAD.encode(&Sha256::digest(bytes)[..18]))
}

/// What a condition names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Tags {
    /// `*`: whatever is there.
    Any,
    These(Vec<Tag>),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Tag {
    weak: bool,
    /// With its quotes.
    opaque: String,
}

/// The header is there, but is no list of entity tags.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NoTags;

impl Tags {
    /// None when the header is not there. Several lines of it are one list.
    pub(crate) fn of(headers: &HeaderMap, name: &HeaderName) -> Result<Option<Self>, NoTags> {
        let mut lines = Vec::new();
        for line in headers.get_all(name) {
            lines.push(line.to_str().map_err(|_| NoTags)?);
        }
        if lines.is_empty() { Ok(None) } else { Self::read(&lines.join(",")).map(Some) }
    }

    pub(crate) fn read(text: &str) -> Result<Self, NoTags> {
        if text.trim() == "*" {
            return Ok(Self::Any);
        }
        let mut tags = Vec::new();
        let mut rest = text.trim_start_matches([' ', '\t', ',']);
        while !rest.is_empty() {
            let (weak, quoted) = rest.strip_prefix("W/").map_or((false, rest), |quoted| (true, quoted));
            let inside = quoted.strip_prefix('"').ok_or(NoTags)?;
            let end = inside.find('"').ok_or(NoTags)?;
            if !inside[..end].chars().all(|c| c == '!' || ('#'..='~').contains(&c) || !c.is_ascii()) {
                return Err(NoTags);
            }
            tags.push(Tag { weak, opaque: quoted[..end + 2].to_owned() });
            let behind = inside[end + 1..].trim_start_matches([' ', '\t']);
            if !behind.is_empty() && !behind.starts_with(',') {
                return Err(NoTags);
            }
            rest = behind.trim_start_matches([' ', '\t', ',']);
        }
        if tags.is_empty() { Err(NoTags) } else { Ok(Self::These(tags)) }
    }

    /// As `If-Match` compares: a weak tag is never the same as another.
    pub(crate) fn holds(&self, etag: &str) -> bool {
        match self {
            Self::Any => true,
            Self::These(tags) => tags.iter().any(|tag| !tag.weak && tag.opaque == etag),
        }
    }

    /// As `If-None-Match` compares: a proxy that compresses makes a tag weak, and it is still the same content.
    pub(crate) fn knows(&self, etag: &str) -> bool {
        match self {
            Self::Any => true,
            Self::These(tags) => tags.iter().any(|tag| tag.opaque == etag),
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderValue, header};

    use super::*;

    #[test]
    fn a_list_of_tags_is_read_as_rfc_9110_has_it() {
        let tag = |weak, opaque: &str| Tag { weak, opaque: opaque.to_owned() };

        assert_eq!(Tags::read("*"), Ok(Tags::Any));
        assert_eq!(Tags::read("\"xyzzy\""), Ok(Tags::These(vec![tag(false, "\"xyzzy\"")])));
        let three = vec![tag(false, "\"a,b\""), tag(true, "\"c\""), tag(false, "\"\"")];
        assert_eq!(Tags::read("\"a,b\", W/\"c\" ,,\"\""), Ok(Tags::These(three)));
    }

    #[test]
    fn what_is_no_list_of_tags_is_refused() {
        for text in ["", "7", "\"7", "7\"", "w/\"7\"", "\"7\" \"8\"", "*, \"7\"", "\"a b\"", "W/7", ","] {
            assert_eq!(Tags::read(text), Err(NoTags), "{text:?}");
        }
    }

    #[test]
    fn one_condition_compares_strongly_and_the_other_weakly() {
        let tags = Tags::read("W/\"7\", \"8\"").unwrap();

        assert!(!tags.holds("\"7\"") && tags.holds("\"8\"") && !tags.holds("\"9\""));
        assert!(tags.knows("\"7\"") && tags.knows("\"8\"") && !tags.knows("\"9\""));
        assert!(Tags::Any.holds("\"7\"") && Tags::Any.knows("\"7\""));
    }

    #[test]
    fn lines_of_a_header_are_one_list() {
        let mut headers = HeaderMap::new();
        assert_eq!(Tags::of(&headers, &header::IF_MATCH), Ok(None));
        headers.append(header::IF_MATCH, HeaderValue::from_static("\"1\""));
        headers.append(header::IF_MATCH, HeaderValue::from_static("\"2\""));

        let tags = Tags::of(&headers, &header::IF_MATCH).unwrap().unwrap();

        assert!(tags.holds("\"1\"") && tags.holds("\"2\""));
    }

    #[test]
    fn a_tag_of_bytes_is_theirs_alone() {
        assert_eq!(of_bytes(b"a"), of_bytes(b"a"));
        assert_ne!(of_bytes(b"a"), of_bytes(b"b"));
        assert!(Tags::read(&of_bytes(b"a")).unwrap().holds(&of_bytes(b"a")));
        assert_eq!(of_version(Seq(7)), "\"7\"");
    }
}
