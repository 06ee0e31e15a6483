//! The versions of a product's words, as the API shows them.

use std::collections::BTreeMap;

use domain::{
    handle::Handle,
    ids::{JobId, ProductId, VersionId},
    money::Currency,
};
use ports::review::{ReviewStatus, VersionView, VersionsView};
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    reviews_json::DecidedJson,
    versions_words::{FindingJson, ScoresJson, WordsJson},
};
use crate::format;

/// A part of what was written for a product, and what it says now.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Versions)]
pub(crate) struct VersionsJson<'a> {
    #[schema(value_type = String, format = "uuid")]
    product_id: ProductId,
    #[schema(value_type = String, example = "oak-lamp")]
    handle: &'a Handle,
    title: &'a str,
    /// What the product says.
    now: WordsJson,
    /// What it said before anything was written for it; null when nothing was.
    #[schema(required = true)]
    original: Option<WordsJson>,
    /// The version that each field of its words has now: what one has seen when one has read this.
    #[schema(example = json!({"title": 12}))]
    seen: BTreeMap<String, i64>,
    /// The latest first.
    versions: Vec<VersionJson<'a>>,
    /// The cursor of the part behind this one; null at the end.
    #[schema(required = true)]
    next: Option<String>,
}

/// A set of words that was written for a product: by whom, for what, and what was thought of it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Version)]
pub(crate) struct VersionJson<'a> {
    #[schema(value_type = String, format = "uuid", example = "0198c0de-0000-7000-8000-000000000003")]
    id: VersionId,
    /// From 1 in its product.
    number: u32,
    #[schema(format = DateTime)]
    created_at: String,
    /// The name of the provider, or of the person who edited it.
    by: &'a str,
    model: &'a str,
    /// The run that has written it.
    #[schema(value_type = Option<String>, format = "uuid", required = true)]
    run_id: Option<JobId>,
    words: WordsJson,
    /// What the product said when it was written.
    before: WordsJson,
    scores_before: ScoresJson<'a>,
    scores_after: ScoresJson<'a>,
    findings: Vec<FindingJson<'a>>,
    tokens_in: u64,
    tokens_out: u64,
    /// A decimal number.
    #[schema(example = "0.0042")]
    cost: String,
    /// The store's, as ISO 4217 has it.
    #[schema(example = "EUR")]
    currency: &'a str,
    /// What the writer was asked to do differently, when it was.
    remark: &'a str,
    /// Whether its words are the product's.
    active: bool,
    /// How its review stands: `open`, `approved`, `rejected`, `changes` or `superseded`; null when there is none.
    #[schema(value_type = Option<String>, required = true)]
    status: Option<&'static str>,
    /// What was decided about it.
    #[schema(required = true)]
    decided: Option<DecidedJson<'a>>,
}

impl<'a> VersionsJson<'a> {
    pub(super) fn of(view: &'a VersionsView, next: Option<String>) -> Self {
        Self {
            product_id: view.product,
            handle: &view.handle,
            title: &view.title,
            now: WordsJson::from(&view.now),
            original: view.original.as_ref().map(WordsJson::from),
            seen: view.seen.iter().map(|(field, version)| (field.to_string(), version.0)).collect(),
            versions: view.versions.iter().map(|version| VersionJson::of(version, &view.currency)).collect(),
            next,
        }
    }

    pub(super) fn next(&self) -> Option<&str> {
        self.next.as_deref()
    }
}

impl<'a> VersionJson<'a> {
    pub(super) fn of(version: &'a VersionView, currency: &'a Currency) -> Self {
        Self {
            id: version.id,
            number: version.number,
            created_at: format::time(version.created_at),
            by: &version.by,
            model: &version.model,
            run_id: version.run,
            words: WordsJson::from(&version.words),
            before: WordsJson::from(&version.before),
            scores_before: ScoresJson::of(&version.scores_before),
            scores_after: ScoresJson::of(&version.scores_after),
            findings: version.findings.iter().map(FindingJson::of).collect(),
            tokens_in: version.tokens_in,
            tokens_out: version.tokens_out,
            cost: version.cost.plain(),
            currency: currency.code(),
            remark: &version.remark,
            active: version.active,
            status: version.status.map(ReviewStatus::name),
            decided: version.decided.as_ref().map(DecidedJson::of),
        }
    }
}

#[cfg(test)]
mod tests {
    use domain::{
        clock::Timestamp,
        field::Field,
        ids::Seq,
        money::Cost,
        words::{Words, score::Scores},
    };
    use serde_json::json;

    use super::*;

    #[test]
    fn versions_are_told_with_what_the_product_says() {
        let at = Timestamp::from_micros(1_700_000_000_000_000);
        let title = |text: &str| Words { title: Some(text.into()), ..Words::default() };
        let version = VersionView {
            id: VersionId::new(at, [1; 10]),
            number: 1,
            created_at: at,
            by: "Built-in rules".into(),
            model: String::new(),
            run: None,
            words: title("Oak Lamp"),
            before: title("Lamp"),
            scores_before: Scores::default(),
            scores_after: Scores::default(),
            findings: Vec::new(),
            tokens_in: 10,
            tokens_out: 20,
            cost: Cost(1),
            remark: String::new(),
            active: true,
            status: Some(ReviewStatus::Approved),
            decided: None,
        };
        let view = VersionsView {
            product: ProductId::new(at, [2; 10]),
            handle: "lamp".parse().unwrap(),
            title: "Oak Lamp".into(),
            now: title("Oak Lamp"),
            original: Some(title("Lamp")),
            seen: BTreeMap::from([(Field::Title, Seq(7))]),
            versions: vec![version],
            currency: Currency::EUR,
            may_decide: true,
        };

        let written = serde_json::to_value(VersionsJson::of(&view, None)).unwrap();

        assert_eq!(
            (&written["now"], &written["original"], &written["seen"]),
            (&json!({"title": "Oak Lamp"}), &json!({"title": "Lamp"}), &json!({"title": 7}))
        );
        let version = &written["versions"][0];
        assert_eq!((&version["status"], &version["active"], &version["decided"]), (&json!("approved"), &json!(true), &json!(null)));
        assert_eq!((&version["cost"], &version["currency"], &version["words"]), (&json!("0.000001"), &json!("EUR"), &json!({"title": "Oak Lamp"})));
    }
}
