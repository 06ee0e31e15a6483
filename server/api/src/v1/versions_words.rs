//! Words of a product as they are sent and shown, and what is thought of them.

use std::collections::BTreeMap;

use domain::{
    field::{Field, ImageField, Value},
    ids::{ImageId, Seq},
    words::{
        Words,
        check::{Finding, FindingKind},
        part::Part,
        score::{Point, Score, Scores},
    },
};
use serde::{Deserialize, Serialize};
use utoipa::{ToSchema, openapi::Object};

use super::common::one_of;
use crate::problem::{Kind, Problem, push_pointer};

/// Texts of a product. What is not in it was not written, or is not meant.
#[derive(Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Words)]
pub(crate) struct WordsJson {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "Oak Table Lamp")]
    title: Option<String>,
    /// HTML: sanitise it before you show it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    seo_title: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    seo_description: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    tags: Option<Vec<String>>,
    /// The alternative texts of pictures, by the pictures' ids.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[schema(value_type = BTreeMap<String, String>, required = false)]
    alts: BTreeMap<ImageId, String>,
}

impl From<WordsJson> for Words {
    fn from(words: WordsJson) -> Self {
        let WordsJson { title, description, seo_title, seo_description, tags, alts } = words;
        Self { title, description, seo_title, seo_description, tags, alts }
    }
}

impl From<&Words> for WordsJson {
    fn from(words: &Words) -> Self {
        let Words { title, description, seo_title, seo_description, tags, alts } = words.clone();
        Self { title, description, seo_title, seo_description, tags, alts }
    }
}

/// Where a field stands in [`WordsJson`].
pub(super) fn pointer(field: &Field) -> String {
    match field {
        Field::ImageField(image, ImageField::Alt) => format!("/alts/{image}"),
        field => format!("/{field}"),
    }
}

/// Words made of their fields; what is no field of words is left out.
pub(super) fn words_of(fields: impl IntoIterator<Item = (Field, Value)>) -> Words {
    let mut words = Words::default();
    for (field, value) in fields {
        match (field, value) {
            (Field::Title, Value::Text(text)) => words.title = Some(text),
            (Field::Description, Value::Text(text)) => words.description = Some(text),
            (Field::SeoTitle, Value::Text(text)) => words.seo_title = Some(text),
            (Field::SeoDescription, Value::Text(text)) => words.seo_description = Some(text),
            (Field::Tags, Value::List(tags)) => words.tags = Some(tags),
            (Field::ImageField(image, ImageField::Alt), Value::Text(text)) => {
                words.alts.insert(image, text);
            }
            _ => {}
        }
    }
    words
}

/// What a field of words holds: a text, or tags.
#[derive(Debug, PartialEq, Serialize, ToSchema)]
#[serde(untagged)]
#[schema(as = TextOrTags)]
pub(crate) enum TextJson {
    Text(String),
    Tags(Vec<String>),
}

impl TextJson {
    /// None for nothing; words have no other kinds of values.
    pub(super) fn of(value: &Value) -> Option<Self> {
        match value {
            Value::Text(text) => Some(Self::Text(text.clone())),
            Value::List(tags) => Some(Self::Tags(tags.clone())),
            _ => None,
        }
    }
}

/// The versions of fields that whoever decides has seen, by the fields' names.
pub(super) fn seen(sent: BTreeMap<String, i64>) -> Result<BTreeMap<Field, Seq>, Problem> {
    let mut seen = BTreeMap::new();
    for (name, version) in sent {
        let field = name.parse::<Field>().ok().filter(|field| Part::of(field).is_some()).ok_or_else(|| {
            let mut pointer = "/seen".to_owned();
            push_pointer(&mut pointer, &name);
            Problem::pointer(Kind::Unacceptable, pointer, format!("{name:?} is not a field of a product's words."))
        })?;
        seen.insert(field, Seq(version));
    }
    Ok(seen)
}

/// How good the words are.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Scores)]
pub(crate) struct ScoresJson<'a> {
    /// For the people who read.
    quality: ScoreJson<'a>,
    /// For search engines.
    seo: ScoreJson<'a>,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Score)]
pub(crate) struct ScoreJson<'a> {
    /// 0 to 100.
    #[schema(example = 83)]
    value: u8,
    /// The rules, and what came of each.
    points: Vec<PointJson<'a>>,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ScorePoint)]
pub(crate) struct PointJson<'a> {
    got: u8,
    of: u8,
    /// A sentence: what is good, or what is wrong and what would be better.
    says: &'a str,
}

/// Something that somebody should look at.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Finding)]
pub(crate) struct FindingJson<'a> {
    #[schema(schema_with = part)]
    part: &'static str,
    #[schema(schema_with = kind)]
    kind: &'static str,
    /// The place in the text; empty when it is about the whole.
    excerpt: &'a str,
}

impl<'a> ScoresJson<'a> {
    pub(super) fn of(scores: &'a Scores) -> Self {
        Self { quality: ScoreJson::of(&scores.quality), seo: ScoreJson::of(&scores.seo) }
    }
}

impl<'a> ScoreJson<'a> {
    fn of(score: &'a Score) -> Self {
        let point = |point: &'a Point| PointJson { got: point.got, of: point.of, says: &point.says };
        Self { value: score.value, points: score.points.iter().map(point).collect() }
    }
}

impl<'a> FindingJson<'a> {
    pub(super) fn of(finding: &'a Finding) -> Self {
        Self { part: finding.part.name(), kind: kind_name(finding.kind), excerpt: &finding.excerpt }
    }
}

pub(super) fn part() -> Object {
    one_of(Part::ALL.map(Part::name), "A part of a product's words. `alt` is the alternative text of a picture.")
}

fn kind() -> Object {
    let kinds = [
        FindingKind::Unsupported,
        FindingKind::Banned,
        FindingKind::MissingPhrase,
        FindingKind::TooLong,
        FindingKind::TooShort,
        FindingKind::WrongLanguage,
        FindingKind::Instruction,
        FindingKind::Unchanged,
    ];
    let says = "`unsupported`: it says what the product's record does not. `instruction`: it repeats an instruction that stood in the \
                product's text.";
    one_of(kinds.map(kind_name), says)
}

const fn kind_name(kind: FindingKind) -> &'static str {
    match kind {
        FindingKind::Unsupported => "unsupported",
        FindingKind::Banned => "banned",
        FindingKind::MissingPhrase => "missing_phrase",
        FindingKind::TooLong => "too_long",
        FindingKind::TooShort => "too_short",
        FindingKind::WrongLanguage => "wrong_language",
        FindingKind::Instruction => "instruction",
        FindingKind::Unchanged => "unchanged",
    }
}

#[cfg(test)]
mod tests {
    use domain::clock::Timestamp;

    use super::*;
    use crate::body::from_json;

    fn picture() -> ImageId {
        ImageId::new(Timestamp::from_micros(1), [1; 10])
    }

    #[test]
    fn words_come_back_as_they_were_sent() {
        let json = format!(r#"{{"title":"Lamp","tags":["oak"],"alts":{{"{}":"A lamp"}}}}"#, picture());
        let words = Words::from(from_json::<WordsJson>(json.as_bytes()).unwrap());

        assert_eq!(
            (words.title.as_deref(), words.alts.get(&picture()).map(String::as_str), &words.description),
            (Some("Lamp"), Some("A lamp"), &None)
        );
        assert_eq!(serde_json::to_string(&WordsJson::from(&words)).unwrap(), json);
        assert_eq!(words_of(words.fields()), words);
    }

    #[test]
    fn what_is_wrong_with_words_is_pointed_at() {
        for (json, pointer) in [(r#"{"colour":"red"}"#, "/colour"), (r#"{"title":5}"#, "/title"), (r#"{"tags":["a",1]}"#, "/tags/1")] {
            let problem = serde_json::to_value(from_json::<WordsJson>(json.as_bytes()).unwrap_err()).unwrap();
            assert_eq!(problem["errors"][0]["pointer"], pointer, "{json}");
        }
        assert!(from_json::<WordsJson>(br#"{"alts":{"first":"A lamp"}}"#).is_err());
    }

    #[test]
    fn every_field_of_words_has_its_place() {
        assert_eq!(pointer(&Field::SeoTitle), "/seo_title");
        assert_eq!(pointer(&Field::ImageField(picture(), ImageField::Alt)), format!("/alts/{}", picture()));
    }

    #[test]
    fn a_version_that_was_seen_is_one_of_a_field_of_words() {
        let sent = |name: &str| BTreeMap::from([(name.to_owned(), 7)]);

        assert_eq!(seen(sent("title")), Ok(BTreeMap::from([(Field::Title, Seq(7))])));
        let alt = format!("image:{}:alt", picture());
        assert_eq!(seen(sent(&alt)).unwrap().into_keys().next(), Some(Field::ImageField(picture(), ImageField::Alt)));
        for name in ["vendor", "colour", "a/b"] {
            assert!(serde_json::to_string(&seen(sent(name)).unwrap_err()).unwrap().contains(&format!("\"/seen/{}\"", name.replace('/', "~1"))));
        }
    }

    #[test]
    fn a_value_is_a_text_or_tags() {
        assert_eq!(TextJson::of(&Value::text("a")), Some(TextJson::Text("a".into())));
        assert_eq!(TextJson::of(&Value::None), None);
        assert_eq!(serde_json::to_string(&TextJson::of(&Value::List(vec!["a".into()]))).unwrap(), r#"["a"]"#);
    }
}
