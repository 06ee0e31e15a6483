//! What came back, made into words.

mod json;
mod text;

use std::collections::{BTreeMap, HashSet};

use domain::{
    ids::ImageId,
    product::limits,
    words::{Words, part::Part},
};
use serde_json::{Map, Value};

use crate::{Question, prompt};

/// What was made of an answer.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Reading {
    /// What can be used.
    pub(crate) words: Words,
    /// What is wrong with the rest: sentences, for whoever answered and for the merchant.
    pub(crate) wrong: Vec<String>,
    /// There was nothing in it at all.
    pub(crate) empty: bool,
}

/// What an answer has to have.
#[derive(Clone, Debug)]
pub(crate) struct Wanted {
    parts: Vec<Part>,
    images: Vec<ImageId>,
}

impl Wanted {
    pub(crate) fn of(question: &Question) -> Self {
        Self { parts: prompt::wanted(question), images: question.source.images.iter().map(|(id, _)| *id).collect() }
    }

    /// Whether nothing is missing.
    pub(crate) fn has_all(&self, words: &Words) -> bool {
        self.parts.iter().all(|part| match part {
            Part::Title => words.title.is_some(),
            Part::Description => words.description.is_some(),
            Part::SeoTitle => words.seo_title.is_some(),
            Part::SeoDescription => words.seo_description.is_some(),
            Part::Tags => words.tags.is_some(),
            Part::Alt => !words.alts.is_empty(),
        })
    }

    pub(crate) fn read(&self, answer: &str) -> Reading {
        if answer.trim().is_empty() {
            return Reading { empty: true, wrong: vec!["The answer is empty.".into()], ..Reading::default() };
        }
        let names: Vec<&str> = self.parts.iter().map(|part| prompt::field(*part)).collect();
        let Some(fields) = json::object(answer, &names) else {
            return Reading { wrong: vec![format!("It is not a JSON object with the fields {}.", names.join(", "))], ..Reading::default() };
        };
        let mut reading = Reading::default();
        let mut blank = 0;
        for part in &self.parts {
            match self.part(*part, &fields, &mut reading.words) {
                Ok(()) => {}
                Err(Wrong::Empty) => {
                    blank += 1;
                    reading.wrong.push(format!("The field {} is empty.", prompt::field(*part)));
                }
                Err(Wrong::Other(says)) => reading.wrong.push(format!("The field {} {says}.", prompt::field(*part))),
            }
        }
        reading.empty = blank == self.parts.len();
        reading
    }

    fn part(&self, part: Part, fields: &Map<String, Value>, words: &mut Words) -> Result<(), Wrong> {
        let value = fields.get(prompt::field(part)).ok_or(Wrong::Other("is missing".into()))?;
        match part {
            Part::Title => words.title = Some(line(value, limits::TITLE)?),
            Part::SeoTitle => words.seo_title = Some(line(value, limits::SEO_TITLE)?),
            Part::SeoDescription => words.seo_description = Some(line(value, limits::SEO_DESCRIPTION)?),
            Part::Description => {
                let written = within(plain(value, "\n\n")?, limits::DESCRIPTION)?;
                if written.matches('<').count() > MOST_TAGS {
                    return Err(Wrong::Other(format!("has more than {MOST_TAGS} tags")));
                }
                let html = text::sanitised(&written);
                if text::is_blank(&html) {
                    return Err(Wrong::Empty);
                }
                words.description = Some(within(html, limits::DESCRIPTION)?);
            }
            Part::Tags => words.tags = Some(tags(value)?),
            Part::Alt => words.alts = self.alts(value)?,
        }
        Ok(())
    }

    /// In the order of the pictures. One too few leaves the last ones as they are.
    fn alts(&self, value: &Value) -> Result<BTreeMap<ImageId, String>, Wrong> {
        let texts: Vec<&Value> = match value {
            Value::Array(values) => values.iter().collect(),
            Value::String(_) => vec![value],
            _ => return Err(Wrong::Other("is not a list of texts".into())),
        };
        let alts: BTreeMap<ImageId, String> = texts
            .into_iter()
            .zip(&self.images)
            .filter_map(|(value, image)| {
                let value = value.as_object().and_then(|object| object.get("alt").or_else(|| object.get("text"))).unwrap_or(value);
                Some((*image, line(value, limits::SHORT_TEXT).ok()?))
            })
            .collect();
        if alts.is_empty() { Err(Wrong::Empty) } else { Ok(alts) }
    }
}

/// In a description. To read them takes time by the square of how deep they are in one another.
const MOST_TAGS: usize = 5_000;

enum Wrong {
    Empty,
    Other(String),
}

fn line(value: &Value, most: usize) -> Result<String, Wrong> {
    let line = text::line(&plain(value, " ")?);
    if line.is_empty() { Err(Wrong::Empty) } else { within(line, most) }
}

fn within(text: String, most: usize) -> Result<String, Wrong> {
    if text.chars().count() > most { Err(Wrong::Other(format!("is longer than {most} characters"))) } else { Ok(text) }
}

/// A text, also where it came as a list of texts or as a number.
fn plain(value: &Value, between: &str) -> Result<String, Wrong> {
    match value {
        Value::String(text) => Ok(text.clone()),
        Value::Number(number) => Ok(number.to_string()),
        Value::Array(values) if values.iter().all(Value::is_string) => Ok(values.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(between)),
        Value::Null => Err(Wrong::Empty),
        _ => Err(Wrong::Other("is not a text".into())),
    }
}

/// Each once, also where they came as one text with commas.
fn tags(value: &Value) -> Result<Vec<String>, Wrong> {
    let given: Vec<String> = match value {
        Value::String(text) => text.split([',', ';', '\n']).map(text::line).collect(),
        Value::Array(values) => values.iter().filter_map(|value| plain(value, " ").ok()).map(|tag| text::line(&tag)).collect(),
        Value::Null => return Err(Wrong::Empty),
        _ => return Err(Wrong::Other("is not a list of texts".into())),
    };
    let mut tags: Vec<String> = Vec::new();
    let mut known = HashSet::new();
    for tag in given {
        // A comma ends a tag in the catalogue file.
        let tag = tag.replace(',', " ").trim().trim_start_matches('#').to_owned();
        if !tag.is_empty() && tag.chars().count() <= limits::TAG && tags.len() < limits::TAGS && known.insert(tag.to_lowercase()) {
            tags.push(tag);
        }
    }
    if tags.is_empty() { Err(Wrong::Empty) } else { Ok(tags) }
}

#[cfg(test)]
mod tests {
    use domain::{clock::Timestamp, words::source::Source};
    use proptest::prelude::*;

    use super::*;

    fn image(random: u8) -> ImageId {
        ImageId::new(Timestamp::default(), [random; 10])
    }

    fn wanted(parts: &[Part]) -> Wanted {
        let source = Source { images: vec![(image(1), String::new()), (image(2), String::new())], ..Source::default() };
        Wanted::of(&Question { source, parts: parts.to_vec(), ..Question::default() })
    }

    fn title(answer: &str) -> Option<String> {
        wanted(&[Part::Title]).read(answer).words.title
    }

    #[test]
    fn every_part_is_read() {
        let answer = r#"{"title":"Oak lamp","description":"<p>Oak.</p>","seo_title":"Lamp","seo_description":"A lamp.","tags":["oak","lamp"],"alts":["Front","Side"]}"#;

        let reading = wanted(&Part::ALL).read(answer);

        assert_eq!(reading.wrong, Vec::<String>::new());
        assert_eq!(
            reading.words,
            Words {
                title: Some("Oak lamp".into()),
                description: Some("<p>Oak.</p>".into()),
                seo_title: Some("Lamp".into()),
                seo_description: Some("A lamp.".into()),
                tags: Some(vec!["oak".into(), "lamp".into()]),
                alts: BTreeMap::from([(image(1), "Front".into()), (image(2), "Side".into())]),
            }
        );
    }

    #[test]
    fn what_is_around_the_object_is_left_out() {
        for answer in [
            "```json\n{\"title\":\"Oak\"}\n```",
            "```\n{\"title\":\"Oak\"}\n```",
            "Here you are {as asked}: {\"title\":\"Oak\"} Enjoy!",
            "\u{feff}{\"title\":\"Oak\"}",
            "{\"title\":\"Oak\",}",
            "{\"title\":\"Oak\"",
            "{\"title\":\"Oak\", \"desc",
            "{'title': 'Oak'}",
            "{title: \"Oak\"}",
            "{\"title\":\"Oak\" \"x\":1}",
            "[{\"title\":\"Oak\"}]",
            "{\"thoughts\":{\"a\":[1,2]},\"title\":\"Oak\",\"more\":null}",
            "<think>{\"plan\": \"x\"}</think>{\"title\":\"Oak\"}",
        ] {
            assert_eq!(title(answer).as_deref(), Some("Oak"), "{answer}");
        }
    }

    #[test]
    fn half_a_text_is_not_taken_for_a_whole_one() {
        let reading = wanted(&[Part::Title, Part::Description]).read("{\"title\":\"Oak\",\"description\":\"<p>The lamp is made of so");

        assert_eq!(reading.words.title.as_deref(), Some("Oak"));
        assert_eq!(reading.words.description, None);
        assert_eq!(reading.wrong, ["The field description is missing."]);
    }

    #[test]
    fn values_of_other_types_are_taken_where_it_is_clear_what_they_mean() {
        let reading = wanted(&[Part::Title, Part::Description, Part::Tags, Part::Alt])
            .read(r#"{"title":["Oak","lamp"],"description":["One.","Two."],"tags":"oak, #Lamp, OAK","alts":[{"alt":"Front"},{"position":2,"text":"Side"}]}"#);

        assert_eq!(reading.words.title.as_deref(), Some("Oak lamp"));
        assert_eq!(reading.words.description.as_deref(), Some("<p>One.</p><p>Two.</p>"));
        assert_eq!(reading.words.tags, Some(vec!["oak".into(), "Lamp".into()]));
        assert_eq!(reading.words.alts.len(), 2);
    }

    #[test]
    fn values_that_mean_nothing_are_wrong() {
        let reading = wanted(&[Part::Title, Part::SeoTitle, Part::Tags]).read(r#"{"title":{"a":1},"seo_title":true,"tags":7}"#);

        assert_eq!(reading.words, Words::default());
        assert_eq!(reading.wrong, ["The field title is not a text.", "The field seo_title is not a text.", "The field tags is not a list of texts."]);
        assert!(!reading.empty);
    }

    #[test]
    fn empty_texts_are_no_texts() {
        for answer in ["", "  \n", r#"{"title":" ","description":"<p> </p>"}"#, r#"{"title":null,"description":""}"#] {
            let reading = wanted(&[Part::Title, Part::Description]).read(answer);
            assert!(reading.empty && reading.words == Words::default(), "{answer}: {reading:?}");
        }
    }

    #[test]
    fn what_is_too_long_for_the_catalogue_is_wrong() {
        let reading = wanted(&[Part::Title]).read(&format!("{{\"title\":\"{}\"}}", "o".repeat(256)));

        assert_eq!((reading.words.title, reading.wrong), (None, vec!["The field title is longer than 255 characters.".into()]));
    }

    #[test]
    fn an_answer_that_is_made_to_take_long_is_read_at_once() {
        let begun = std::time::Instant::now();
        let tags = (0..249).map(|n| format!("tag {n}")).chain((0..200_000).map(|_| "tag 248".to_owned())).collect::<Vec<_>>();
        let deep = |count| serde_json::json!({ "description": "<ul>".repeat(count) + "Oak", "tags": tags }).to_string();

        for (answer, wrong) in [
            (deep(120_000), "The field description has more than 5000 tags."),
            (deep(200_000), "The field description is longer than 512000 characters."),
            ("{\"a\":[".repeat(250_000), "It is not a JSON object with the fields description, tags."),
            ("{'a".repeat(600_000), "It is not a JSON object with the fields description, tags."),
        ] {
            let reading = wanted(&[Part::Description, Part::Tags]).read(&answer);
            assert_eq!(reading.wrong, [wrong]);
            assert!(reading.words.tags.is_none_or(|tags| tags.len() == 249));
        }

        // Without its bounds it would be minutes.
        assert!(begun.elapsed().as_secs() < 20, "{:?}", begun.elapsed());
        assert!(wanted(&[Part::Description]).read(&deep(4_000)).words.description.is_some());
    }

    #[test]
    fn a_description_keeps_the_allowed_tags_only() {
        let answer = r#"{"description":"<h2>Oak</h2><p onclick=\"x()\">A <b>fine</b> <a href=\"https://x.test\">lamp</a><script>x()</script></p>"}"#;

        let description = wanted(&[Part::Description]).read(answer).words.description;

        assert_eq!(description.as_deref(), Some("<p>Oak</p><p>A <strong>fine</strong> lamp</p>"));
    }

    proptest! {
        #[test]
        fn no_answer_is_too_strange(answer in "([{}\\[\\]\",:\\\\'`]|title|description|tags|null|[a-z0-9é語\n ])*") {
            let _ = wanted(&Part::ALL).read(&answer);
        }

        #[test]
        fn cut_anywhere_it_never_gives_half_a_text(at in any::<prop::sample::Index>()) {
            let answer = r#"{"title":"Oak \"lamp\" ü","description":"<p>One {two}</p>","tags":["a","b"]}"#;
            let mut at = at.index(answer.len());
            while !answer.is_char_boundary(at) { at -= 1; }
            let words = wanted(&[Part::Title, Part::Description]).read(&answer[..at]).words;
            let whole = words.title.is_none_or(|title| title == "Oak \"lamp\" ü") && words.description.is_none_or(|description| description == "<p>One {two}</p>");
            prop_assert!(whole);
        }

        #[test]
        fn what_was_written_well_is_read_as_it_was(written in "[a-zA-Zé語 ]{0,30}[a-z]") {
            let answer = serde_json::json!({ "title": written }).to_string();
            let expected = written.split_whitespace().collect::<Vec<_>>().join(" ");
            prop_assert_eq!(title(&answer), Some(expected));
        }
    }
}
