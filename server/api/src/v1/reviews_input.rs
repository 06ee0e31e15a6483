//! A decision as it is sent, and the verdict that it comes to.

use std::collections::BTreeMap;

use domain::{
    field::{Field, Value},
    words::Words,
};
use ports::review::{Card, Verdict};
use serde::Deserialize;
use utoipa::ToSchema;

use super::versions_words::{WordsJson, pointer, seen, words_of};
use crate::{
    body::Object,
    problem::{Kind, Problem},
};

/// What is decided about a suggestion.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ReviewDecision)]
pub(crate) struct NewDecision {
    decision: DecisionVerb,
    /// Of one that is approved: the names of the fields that are accepted. Without it, all of them.
    #[serde(default)]
    #[schema(min_items = 1, example = json!(["title"]))]
    fields: Option<Vec<String>>,
    /// Of one that is approved: other texts for fields that are accepted.
    #[serde(default)]
    #[schema(value_type = Option<WordsJson>)]
    edits: Option<Object<WordsJson>>,
    /// Of one that is approved: the versions that were seen of fields which somebody has changed since, by their names. What is there is
    /// replaced when it is of the version that was seen.
    #[serde(default)]
    #[schema(example = json!({"title": 14}))]
    seen: Option<BTreeMap<String, i64>>,
    /// Of one that is rejected: why.
    #[serde(default)]
    #[schema(max_length = 2_000)]
    reason: Option<String>,
    /// Of one that is written again: what is to be different.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 2_000)]
    remark: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum DecisionVerb {
    Approve,
    Reject,
    RequestChanges,
}

impl NewDecision {
    pub(super) fn verdict(self, card: &Card) -> Result<Verdict, Problem> {
        self.has_what_belongs_to_it()?;
        match self.decision {
            DecisionVerb::Approve => {
                let accepted = accepted(self.fields.as_deref(), card)?;
                let edits = self.edits.map(|Object(words)| Words::from(words)).unwrap_or_default();
                // What was changed and changed back is what whoever decides has seen.
                let mut versions: BTreeMap<_, _> = card.fields.iter().map(|field| (field.field.clone(), field.base)).collect();
                versions.extend(seen(self.seen.unwrap_or_default())?);
                Ok(Verdict::Approve { words: words_of(edited(accepted, &edits)?), seen: versions })
            }
            DecisionVerb::Reject => Ok(Verdict::Reject { reason: self.reason.unwrap_or_default() }),
            DecisionVerb::RequestChanges => match self.remark {
                Some(remark) if !remark.trim().is_empty() => Ok(Verdict::Changes { remark }),
                _ => Err(Problem::pointer(Kind::Unacceptable, "/remark", "Say in a remark what is to be written differently.")),
            },
        }
    }

    /// A reason that is sent along with an approval was meant for something else.
    fn has_what_belongs_to_it(&self) -> Result<(), Problem> {
        let Self { decision, fields, edits, seen, reason, remark } = self;
        let belongs = [
            ("fields", fields.is_some(), DecisionVerb::Approve, "an approval"),
            ("edits", edits.is_some(), DecisionVerb::Approve, "an approval"),
            ("seen", seen.is_some(), DecisionVerb::Approve, "an approval"),
            ("reason", reason.is_some(), DecisionVerb::Reject, "a rejection"),
            ("remark", remark.is_some(), DecisionVerb::RequestChanges, "a request for changes"),
        ];
        match belongs.into_iter().find(|(_, is_sent, verb, _)| *is_sent && verb != decision) {
            Some((name, _, _, to)) => {
                Err(Problem::pointer(Kind::Unacceptable, format!("/{name}"), format!("This belongs to {to}. Leave it out, or decide otherwise.")))
            }
            None => Ok(()),
        }
    }
}

/// The suggested texts that are accepted.
fn accepted(names: Option<&[String]>, card: &Card) -> Result<BTreeMap<Field, Value>, Problem> {
    let suggested = || card.fields.iter().map(|field| (field.field.clone(), field.after.clone()));
    let Some(names) = names else { return Ok(suggested().collect()) };
    if names.is_empty() {
        return Err(Problem::pointer(Kind::Unacceptable, "/fields", "Name at least one field, or reject the suggestion."));
    }
    let mut accepted = BTreeMap::new();
    for (index, name) in names.iter().enumerate() {
        let wrong = || {
            let detail = format!("{name:?} was not written in this suggestion. Its fields are told by their names in it.");
            Problem::pointer(Kind::Unacceptable, format!("/fields/{index}"), detail)
        };
        let (field, value) = suggested().find(|(field, _)| field.to_string() == *name).ok_or_else(wrong)?;
        accepted.insert(field, value);
    }
    Ok(accepted)
}

fn edited(mut accepted: BTreeMap<Field, Value>, edits: &Words) -> Result<BTreeMap<Field, Value>, Problem> {
    for (field, value) in edits.fields() {
        let Some(suggested) = accepted.get_mut(&field) else {
            let detail = "This is not among the fields that are accepted. Approve what was written, and change the rest in the product.";
            return Err(Problem::pointer(Kind::Unacceptable, format!("/edits{}", pointer(&field)), detail));
        };
        *suggested = value;
    }
    Ok(accepted)
}

#[cfg(test)]
mod tests {
    use domain::ids::Seq;

    use super::{super::reviews_json::tests::card, *};
    use crate::body::from_json;

    fn verdict(json: &str) -> Result<Verdict, Problem> {
        from_json::<NewDecision>(json.as_bytes())?.verdict(&card())
    }

    fn approved(json: &str) -> (Words, BTreeMap<Field, Seq>) {
        match verdict(json) {
            Ok(Verdict::Approve { words, seen }) => (words, seen),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn what_is_approved_is_what_was_suggested() {
        let (words, seen) = approved(r#"{"decision":"approve"}"#);

        assert_eq!(words, Words { title: Some("Oak Lamp".into()), tags: Some(vec!["oak".into()]), ..Words::default() });
        assert_eq!(seen, BTreeMap::from([(Field::Title, Seq(3)), (Field::Tags, Seq(3))]));
    }

    #[test]
    fn some_fields_are_accepted_and_some_of_them_are_edited() {
        let (words, seen) = approved(r#"{"decision":"approve","fields":["title"],"edits":{"title":"Oak lamp"},"seen":{"title":9}}"#);

        assert_eq!(words, Words { title: Some("Oak lamp".into()), ..Words::default() });
        assert_eq!(seen[&Field::Title], Seq(9));
    }

    #[test]
    fn others_are_decided_with_words_for_whoever_wrote_it() {
        assert_eq!(verdict(r#"{"decision":"reject"}"#), Ok(Verdict::Reject { reason: String::new() }));
        assert_eq!(verdict(r#"{"decision":"request_changes","remark":"Shorter."}"#), Ok(Verdict::Changes { remark: "Shorter.".into() }));
    }

    #[test]
    fn what_is_wrong_is_pointed_at() {
        for (json, status, pointer) in [
            ("{}", 400, "/decision"),
            (r#"{"decision":"maybe"}"#, 400, "/decision"),
            (r#"{"decision":"approve","verdict":1}"#, 400, "/verdict"),
            (r#"{"decision":"approve","fields":[]}"#, 422, "/fields"),
            (r#"{"decision":"approve","fields":["title","description"]}"#, 422, "/fields/1"),
            (r#"{"decision":"approve","edits":{"description":"A"}}"#, 422, "/edits/description"),
            (r#"{"decision":"approve","edits":{"colour":"A"}}"#, 400, "/edits/colour"),
            (r#"{"decision":"approve","fields":["tags"],"edits":{"title":"A"}}"#, 422, "/edits/title"),
            (r#"{"decision":"approve","seen":{"vendor":1}}"#, 422, "/seen/vendor"),
            (r#"{"decision":"approve","seen":{"title":"1"}}"#, 400, "/seen/title"),
            (r#"{"decision":"approve","reason":"Good."}"#, 422, "/reason"),
            (r#"{"decision":"reject","fields":["title"]}"#, 422, "/fields"),
            (r#"{"decision":"reject","remark":"No."}"#, 422, "/remark"),
            (r#"{"decision":"request_changes","remark":" "}"#, 422, "/remark"),
            (r#"{"decision":"request_changes"}"#, 422, "/remark"),
        ] {
            let problem = serde_json::to_value(verdict(json).unwrap_err()).unwrap();
            let named = problem["errors"][0]["pointer"].as_str().unwrap();
            assert!(problem["status"] == status && named.starts_with(pointer), "{json}: {problem}");
        }
    }
}
