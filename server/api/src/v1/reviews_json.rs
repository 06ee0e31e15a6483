//! A suggestion with all that is needed to decide about it, as the API shows it.

use domain::{
    handle::Handle,
    ids::{JobId, ProductId, ReviewId, Seq, UserId, VersionId},
    money::Currency,
};
use ports::review::{Card, CardField, Decided, ReviewStatus};
use serde::Serialize;
use utoipa::{ToSchema, openapi::Object};

use super::{
    common::one_of,
    versions_words::{FindingJson, ScoresJson, TextJson, part},
};
use crate::format;

/// A suggestion for the words of a product, and what was decided about it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Review)]
pub(crate) struct ReviewJson<'a> {
    #[schema(value_type = String, format = "uuid", example = "0198c0de-0000-7000-8000-000000000002")]
    id: ReviewId,
    /// The version of the product's words that it is about.
    #[schema(value_type = String, format = "uuid")]
    version_id: VersionId,
    #[schema(schema_with = status)]
    status: &'static str,
    #[schema(value_type = String, format = "uuid")]
    product_id: ProductId,
    /// The product's.
    #[schema(value_type = String, example = "oak-lamp")]
    handle: &'a Handle,
    /// The product's present title.
    title: &'a str,
    vendor: &'a str,
    product_type: &'a str,
    /// The address of the product's first picture; null when it has none.
    #[schema(required = true)]
    thumbnail: Option<&'a str>,
    #[schema(format = DateTime)]
    created_at: String,
    /// The run that has written it.
    #[schema(value_type = Option<String>, format = "uuid", required = true)]
    run_id: Option<JobId>,
    /// The name of who has written it.
    provider: &'a str,
    model: &'a str,
    /// What it cost, a decimal number.
    #[schema(example = "0.0042")]
    cost: String,
    /// The store's, as ISO 4217 has it: that of every amount.
    #[schema(example = "EUR")]
    currency: &'a str,
    /// Who is to decide; null when nobody in particular is.
    #[schema(required = true)]
    assignee: Option<ReviewerJson<'a>>,
    /// What was decided; null while it is open.
    #[schema(required = true)]
    decided: Option<DecidedJson<'a>>,
    /// What is suggested, field by field.
    fields: Vec<ReviewFieldJson<'a>>,
    scores_before: ScoresJson<'a>,
    scores_after: ScoresJson<'a>,
    /// What somebody should look at.
    findings: Vec<FindingJson<'a>>,
    /// What the writer was asked to do differently, when it was.
    remark: &'a str,
}

/// One field of a suggestion.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ReviewField)]
pub(crate) struct ReviewFieldJson<'a> {
    /// Its name: what a decision calls it by.
    #[schema(example = "title")]
    field: String,
    #[schema(schema_with = part)]
    part: &'static str,
    /// The address of the picture that an alternative text is for; null for other fields.
    #[schema(required = true)]
    image: Option<&'a str>,
    /// As it was when the suggestion was written.
    #[schema(required = true)]
    before: Option<TextJson>,
    #[schema(required = true)]
    after: Option<TextJson>,
    /// The version that `before` has.
    #[schema(value_type = i64, example = 12)]
    base: Seq,
    /// What is there now, when somebody changed it since; null otherwise.
    #[schema(required = true)]
    changed_since: Option<ChangedSince>,
}

/// What is there now.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ChangedSince {
    #[schema(required = true)]
    value: Option<TextJson>,
    /// Its version: a decision that replaces it says that this was seen.
    #[schema(value_type = i64, example = 14)]
    version: Seq,
}

/// Somebody who decides about suggestions.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Reviewer)]
pub(crate) struct ReviewerJson<'a> {
    #[schema(value_type = String, format = "uuid")]
    id: UserId,
    #[schema(example = "Ada")]
    name: &'a str,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Decided)]
pub(crate) struct DecidedJson<'a> {
    /// The person's name.
    #[schema(example = "Ada")]
    by: &'a str,
    #[schema(format = DateTime)]
    at: String,
    /// Why, or what is to be written differently.
    reason: &'a str,
}

impl<'a> ReviewJson<'a> {
    pub(super) fn of(card: &'a Card, currency: &'a Currency) -> Self {
        Self {
            id: card.review,
            version_id: card.version,
            status: card.status.name(),
            product_id: card.product,
            handle: &card.handle,
            title: &card.title,
            vendor: &card.vendor,
            product_type: &card.product_type,
            thumbnail: there(&card.thumbnail),
            created_at: format::time(card.created_at),
            run_id: card.run,
            provider: &card.provider,
            model: &card.model,
            cost: card.cost.plain(),
            currency: currency.code(),
            assignee: card.assignee.as_ref().map(ReviewerJson::of),
            decided: card.decided.as_ref().map(DecidedJson::of),
            fields: card.fields.iter().map(ReviewFieldJson::of).collect(),
            scores_before: ScoresJson::of(&card.scores_before),
            scores_after: ScoresJson::of(&card.scores_after),
            findings: card.findings.iter().map(FindingJson::of).collect(),
            remark: &card.remark,
        }
    }
}

impl<'a> ReviewFieldJson<'a> {
    fn of(field: &'a CardField) -> Self {
        let changed_since = field.changed_since.as_ref();
        Self {
            field: field.field.to_string(),
            part: field.part.name(),
            image: there(&field.image),
            before: TextJson::of(&field.before),
            after: TextJson::of(&field.after),
            base: field.base,
            changed_since: changed_since.map(|(value, version)| ChangedSince { value: TextJson::of(value), version: *version }),
        }
    }
}

impl<'a> ReviewerJson<'a> {
    pub(super) fn of((id, name): &'a (UserId, String)) -> Self {
        Self { id: *id, name }
    }
}

impl<'a> DecidedJson<'a> {
    pub(super) fn of(decided: &'a Decided) -> Self {
        Self { by: &decided.who, at: format::time(decided.at), reason: &decided.reason }
    }
}

pub(super) fn status() -> Object {
    let says = "`open`: it waits for a decision. `changes`: it was sent back to be written again. `superseded`: other words took its place.";
    one_of(ReviewStatus::ALL.map(ReviewStatus::name), says)
}

fn there(text: &str) -> Option<&str> {
    Some(text).filter(|text| !text.is_empty())
}

#[cfg(test)]
pub(super) mod tests {
    use domain::{
        clock::Timestamp,
        field::{Field, Value},
        money::Cost,
        words::{
            check::{Finding, FindingKind},
            part::Part,
            score::Scores,
        },
    };
    use serde_json::json;

    use super::*;

    /// With a title that was changed since, and tags.
    pub(in super::super) fn card() -> Card {
        let at = Timestamp::from_micros(1_700_000_000_000_000);
        let field =
            |field, part, before, after, changed_since| CardField { field, part, image: String::new(), before, after, base: Seq(3), changed_since };
        let list = |tags: &[&str]| Value::List(tags.iter().map(|tag| (*tag).to_owned()).collect());
        Card {
            review: ReviewId::new(at, [1; 10]),
            version: VersionId::new(at, [2; 10]),
            status: ReviewStatus::Open,
            product: ProductId::new(at, [3; 10]),
            handle: "lamp".parse().unwrap(),
            title: "Lamp!".into(),
            vendor: "Acme".into(),
            product_type: "Lamps".into(),
            thumbnail: String::new(),
            created_at: at,
            run: None,
            provider: "Built-in rules".into(),
            model: String::new(),
            cost: Cost(4_200),
            assignee: Some((UserId::new(at, [4; 10]), "Ada".into())),
            decided: None,
            fields: vec![
                field(Field::Title, Part::Title, Value::text("Lamp"), Value::text("Oak Lamp"), Some((Value::text("Lamp!"), Seq(9)))),
                field(Field::Tags, Part::Tags, list(&[]), list(&["oak"]), None),
            ],
            scores_before: Scores::default(),
            scores_after: Scores::default(),
            findings: vec![Finding { part: Part::Title, kind: FindingKind::WrongLanguage, excerpt: "en".into() }],
            remark: String::new(),
        }
    }

    #[test]
    fn a_suggestion_is_told_field_by_field() {
        let written = serde_json::to_value(ReviewJson::of(&card(), &Currency::EUR)).unwrap();

        assert_eq!((&written["status"], &written["cost"], &written["currency"]), (&json!("open"), &json!("0.0042"), &json!("EUR")));
        let [title, tags] = written["fields"].as_array().unwrap().as_slice() else { panic!("{written}") };
        assert_eq!(
            (&title["field"], &title["after"], &title["changed_since"]),
            (&json!("title"), &json!("Oak Lamp"), &json!({"value": "Lamp!", "version": 9}))
        );
        assert_eq!((&tags["before"], &tags["after"], &tags["changed_since"]), (&json!([]), &json!(["oak"]), &json!(null)));
        assert_eq!(written["findings"], json!([{"part": "title", "kind": "wrong_language", "excerpt": "en"}]));
        assert_eq!((&written["assignee"]["name"], &written["decided"], &written["thumbnail"]), (&json!("Ada"), &json!(null), &json!(null)));
    }
}
