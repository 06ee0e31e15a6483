//! Reading what was sent, and saying where in it something is wrong.

use std::{fmt, marker::PhantomData};

use axum::{
    body::Body,
    extract::{FromRequest, Request},
    http::{HeaderMap, Method, Uri, header},
};
use bytes::Bytes;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use serde::{
    Deserialize, Deserializer,
    de::{DeserializeOwned, MapAccess, Visitor, value::MapAccessDeserializer},
};
use serde_path_to_error::{Path, Segment};

use crate::problem::{Kind, Problem, push_pointer};

/// The largest body.
pub(crate) const LIMIT: usize = 1024 * 1024;

pub(crate) const JSON: &[&str] = &["application/json"];
pub(crate) const MERGE_PATCH: &[&str] = &["application/merge-patch+json", "application/json"];

/// A request that writes, as it was sent.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) method: Method,
    pub(crate) address: Uri,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl<S: Send + Sync> FromRequest<S> for Asked {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        let (parts, body) = request.into_parts();
        let address = parts.extensions.get::<axum::extract::OriginalUri>().map_or(parts.uri, |address| address.0.clone());
        Ok(Self { method: parts.method, address, headers: parts.headers, body: read(body).await? })
    }
}

async fn read(body: Body) -> Result<Bytes, Problem> {
    match Limited::new(body, LIMIT).collect().await {
        Ok(whole) => Ok(whole.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Err(Problem::new(Kind::TooLarge, "The body has more than 1 MB. Send it in several parts.")),
        Err(error) => {
            tracing::debug!(%error, "a body broke off");
            Err(Problem::new(Kind::InvalidRequest, "The body broke off before its end. Send it again."))
        }
    }
}

impl Asked {
    /// Reads the body as JSON of one of some kinds.
    pub(crate) fn json<T: DeserializeOwned>(&self, kinds: &[&str]) -> Result<T, Problem> {
        let sent = self.headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        let essence = sent.split(';').next().unwrap_or_default().trim();
        if !kinds.iter().any(|kind| kind.eq_ignore_ascii_case(essence)) {
            let detail = format!("Send the body as {}, and say so in the header Content-Type.", kinds.join(" or as "));
            return Err(Problem::new(Kind::UnsupportedMediaType, detail));
        }
        from_json(&self.body)
    }
}

pub(crate) fn from_json<T: DeserializeOwned>(body: &[u8]) -> Result<T, Problem> {
    let mut reader = serde_json::Deserializer::from_slice(body);
    let Object(value) = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let mut pointer = pointer(error.path());
        let inner = error.into_inner();
        if let Some(name) = named(&inner.to_string()) {
            push_pointer(&mut pointer, name);
        }
        if inner.is_data() { Problem::pointer(Kind::InvalidRequest, pointer, sentence(&inner)) } else { broken(&inner) }
    })?;
    reader.end().map_err(|error| broken(&error))?;
    Ok(value)
}

fn broken(error: &serde_json::Error) -> Problem {
    let detail = format!("The body is not JSON: something is wrong at line {}, column {}.", error.line(), error.column());
    Problem::pointer(Kind::InvalidRequest, "", detail)
}

fn pointer(path: &Path) -> String {
    let mut pointer = String::new();
    for segment in path {
        match segment {
            Segment::Seq { index } => push_pointer(&mut pointer, &index.to_string()),
            Segment::Map { key } => push_pointer(&mut pointer, key),
            Segment::Enum { variant } => push_pointer(&mut pointer, variant),
            Segment::Unknown => {}
        }
    }
    pointer
}

/// The field that is not there, or is there twice: the path ends before it.
fn named(text: &str) -> Option<&str> {
    text.strip_prefix("missing field `").or_else(|| text.strip_prefix("duplicate field `"))?.split('`').next()
}

/// What is an object in JSON. Read by itself, a struct would take a list of its fields' values as well.
#[derive(Debug)]
pub(crate) struct Object<T>(pub(crate) T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members<T>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>> Visitor<'de> for Members<T> {
            type Value = T;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<T, A::Error> {
                T::deserialize(MapAccessDeserializer::new(members))
            }
        }

        deserializer.deserialize_map(Members(PhantomData)).map(Self)
    }
}

/// Without the place, which the pointer names.
fn sentence(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let text = text.split(" at line ").next().unwrap_or_default();
    let mut letters = text.chars();
    let first = letters.next().into_iter().flat_map(char::to_uppercase);
    first.chain(letters).chain(['.']).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Outer {
        #[expect(dead_code, reason = "it is read alone")]
        title: String,
        #[serde(default)]
        #[expect(dead_code, reason = "it is read alone")]
        parts: Vec<Object<Inner>>,
        #[serde(default)]
        #[expect(dead_code, reason = "it is read alone")]
        extras: BTreeMap<String, String>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Inner {
        #[expect(dead_code, reason = "it is read alone")]
        sku: String,
    }

    fn problem(json: &str) -> String {
        serde_json::to_string(&from_json::<Outer>(json.as_bytes()).unwrap_err()).unwrap()
    }

    #[test]
    fn the_field_at_fault_is_named() {
        for (json, pointer) in [
            (r#"{"title":5}"#, "/title"),
            (r#"{"title":"a","colour":1}"#, "/colour"),
            (r#"{"title":"a","parts":[{"sku":"1"},{"sku":null}]}"#, "/parts/1/sku"),
            (r#"{"title":"a","parts":[{"sku":"1","a/b":2}]}"#, "/parts/0/a~1b"),
            (r#"{"title":"a","extras":{"Fit / ~":5}}"#, "/extras/Fit ~1 ~0"),
            ("{}", "/title"),
            (r#"{"title":"a","parts":[{}]}"#, "/parts/0/sku"),
            ("[]", ""),
            (r#"["a"]"#, ""),
            (r#"{"title":"a","parts":[["1"]]}"#, "/parts/0"),
            (r#"{"title":"a","parts":{}}"#, "/parts"),
            (r#"{"title":"a","title":"b"}"#, "/title"),
        ] {
            let problem = problem(json);
            assert!(problem.contains("\"status\":400") && problem.contains(&format!(r#""pointer":"{pointer}""#)), "{json}: {problem}");
        }
    }

    #[test]
    fn what_is_wrong_is_a_sentence_without_a_place() {
        assert!(problem(r#"{"title":5}"#).contains("\"Invalid type: integer `5`, expected a string.\""));
        assert!(problem("{}").contains("\"Missing field `title`.\""));
    }

    #[test]
    fn what_is_no_json_is_told_with_its_place() {
        for json in ["", "{", "{\"title\":\"a\"", "nonsense", "{\"title\":\"a\"} {}", "\u{feff}{}"] {
            assert!(problem(json).contains("The body is not JSON"), "{json}: {}", problem(json));
        }
        // Deeper than any reader follows.
        assert!(problem(&"[".repeat(100_000)).contains("\"status\":400"));
    }
}
