//! A run as the API shows it, and what it will take.

use domain::{
    handle::Handle,
    ids::{JobId, ProviderId, ReviewId},
    money::{Cost, Currency},
};
use ports::{
    jobs::JobState,
    runs::{Basis, Estimate, RunDetail, RunFailure, RunProgress, RunResult, RunSpec, RunView, Selection},
};
use serde::Serialize;
use utoipa::{ToSchema, openapi::Object};

use super::{common::one_of, runs_filter::RunFilter};
use crate::format;

/// Many products whose words are written anew.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Run)]
pub(crate) struct RunJson<'a> {
    #[schema(value_type = String, format = "uuid", example = "0198c0de-0000-7000-8000-000000000001")]
    id: JobId,
    #[schema(schema_with = state)]
    state: &'static str,
    /// By a person, by its cap, by the budget, or behind its sample: the message says which.
    paused: bool,
    /// It stops when what is on its way has come.
    cancelling: bool,
    /// What it is about, for people.
    #[schema(example = "214 products, missing a description")]
    subject: &'a str,
    /// The name of the person.
    #[schema(example = "Ada")]
    started_by: &'a str,
    #[schema(format = DateTime)]
    created_at: String,
    #[schema(format = DateTime, required = true)]
    started_at: Option<String>,
    #[schema(format = DateTime, required = true)]
    finished_at: Option<String>,
    /// Why it waits or failed: a sentence. Empty when there is nothing to say.
    message: &'a str,
    /// The name of who writes.
    provider: &'a str,
    progress: RunProgressJson,
    tokens_in: u64,
    tokens_out: u64,
    /// What it has cost so far, a decimal number.
    #[schema(example = "0.0042")]
    cost: String,
    /// The store's, as ISO 4217 has it: that of every amount.
    #[schema(example = "EUR")]
    currency: &'a str,
    /// How long the rest will take at the present pace; null while that is not known.
    #[schema(required = true)]
    seconds_left: Option<u64>,
    /// What it is to do. In one run alone, not in lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    spec: Option<RunSpecJson<'a>>,
    /// What the rest will take, once there is something to go by. In one run alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    estimate: Option<EstimateJson<'a>>,
    /// Suggestions of it that wait for a decision. In one run alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    open_reviews: Option<u64>,
}

/// Counts of products.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RunProgress)]
pub(crate) struct RunProgressJson {
    total: u64,
    /// With a suggestion to review.
    written: u64,
    /// Of those, taken from what was written for the same before, at no cost.
    reused: u64,
    /// With nothing to do.
    skipped: u64,
    failed: u64,
    /// Whether the sample is written, and somebody is to say whether to go on.
    sampled: bool,
}

/// What a run is to do.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RunSpec)]
pub(crate) struct RunSpecJson<'a> {
    /// The handles of its products, when they were named.
    #[schema(value_type = Option<Vec<String>>, required = true)]
    products: Option<&'a [Handle]>,
    /// By what its products were chosen, when they were not named.
    #[schema(required = true)]
    filter: Option<RunFilter>,
    #[schema(value_type = String, format = "uuid")]
    provider_id: ProviderId,
    #[schema(value_type = Vec<String>)]
    parts: Vec<&'static str>,
    only_empty: bool,
    again: bool,
    #[schema(required = true, example = "5.00")]
    cap: Option<String>,
    sample_first: bool,
}

/// What a run will take.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RunEstimate)]
pub(crate) struct EstimateJson<'a> {
    products: u64,
    tokens_in: TokenRange,
    tokens_out: TokenRange,
    /// Null when the price table has a hole: the note says where.
    #[schema(required = true)]
    cost: Option<CostRange>,
    /// As ISO 4217 has it.
    #[schema(example = "EUR")]
    currency: &'a str,
    #[schema(required = true)]
    seconds: Option<u64>,
    #[schema(schema_with = basis)]
    basis: &'static str,
    /// A sentence for a person; empty when there is nothing to say.
    note: &'a str,
    /// What is left of this month's budget, a decimal number; null without a budget.
    #[schema(required = true)]
    budget_left: Option<String>,
}

/// From the fifth to the ninety-fifth of a hundred.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TokenRange {
    likely: u64,
    least: u64,
    most: u64,
}

/// Decimal numbers, from the fifth to the ninety-fifth of a hundred.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CostRange {
    #[schema(example = "3.20")]
    likely: String,
    #[schema(example = "2.80")]
    least: String,
    #[schema(example = "3.90")]
    most: String,
}

/// A suggestion that a run has written.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RunResult)]
pub(crate) struct RunResultJson<'a> {
    /// The product's handle.
    #[schema(value_type = String, example = "oak-lamp")]
    handle: &'a Handle,
    title_before: &'a str,
    title_after: &'a str,
    /// For the people who read, 0 to 100.
    quality_before: u8,
    quality_after: u8,
    /// For search engines, 0 to 100.
    seo_before: u8,
    seo_after: u8,
    /// How many things somebody should look at.
    findings: u32,
    /// A decimal number.
    cost: String,
    /// Taken from what was written for the same before.
    reused: bool,
    /// The review that waits for it, or was made of it.
    #[schema(value_type = Option<String>, format = "uuid", required = true)]
    review_id: Option<ReviewId>,
}

/// A product that a run could not write for.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RunFailure)]
pub(crate) struct RunFailureJson<'a> {
    /// The product's handle; null when it is gone.
    #[schema(required = true)]
    handle: Option<&'a str>,
    title: &'a str,
    /// A sentence for a person.
    reason: &'a str,
}

impl<'a> RunJson<'a> {
    pub(super) fn of(run: &'a RunView) -> Self {
        let RunProgress { total, written, reused, skipped, failed, tokens_in, tokens_out, cost, sampled } = run.progress;
        Self {
            id: run.id,
            state: run.state.name(),
            paused: run.paused,
            cancelling: run.cancelling,
            subject: &run.subject,
            started_by: &run.who,
            created_at: format::time(run.created_at),
            started_at: run.started_at.map(format::time),
            finished_at: run.finished_at.map(format::time),
            message: &run.message,
            provider: &run.provider,
            progress: RunProgressJson { total, written, reused, skipped, failed, sampled },
            tokens_in,
            tokens_out,
            cost: cost.plain(),
            currency: run.currency.code(),
            seconds_left: run.seconds_left,
            spec: None,
            estimate: None,
            open_reviews: None,
        }
    }

    pub(super) fn of_detail(detail: &'a RunDetail) -> Self {
        Self {
            spec: Some(RunSpecJson::of(&detail.spec, detail.run.currency)),
            estimate: detail.estimate.as_ref().map(|estimate| EstimateJson::of(estimate, &detail.run.currency)),
            open_reviews: Some(detail.open_reviews),
            ..Self::of(&detail.run)
        }
    }
}

impl<'a> RunSpecJson<'a> {
    fn of(spec: &'a RunSpec, currency: Currency) -> Self {
        let (products, filter) = match &spec.selection {
            Selection::Products(handles) => (Some(handles.as_slice()), None),
            Selection::Matching(query) => (None, Some(RunFilter::of(query, currency))),
        };
        Self {
            products,
            filter,
            provider_id: spec.provider,
            parts: spec.parts.iter().map(|part| part.name()).collect(),
            only_empty: spec.only_empty,
            again: spec.again,
            cap: spec.cap.map(Cost::plain),
            sample_first: spec.sample_first,
        }
    }
}

impl<'a> EstimateJson<'a> {
    pub(super) fn of(estimate: &'a Estimate, currency: &'a Currency) -> Self {
        let tokens = |(likely, least, most)| TokenRange { likely, least, most };
        let cost = |(likely, least, most): (Cost, Cost, Cost)| CostRange { likely: likely.plain(), least: least.plain(), most: most.plain() };
        Self {
            products: estimate.products,
            tokens_in: tokens(estimate.tokens_in),
            tokens_out: tokens(estimate.tokens_out),
            cost: estimate.cost.map(cost),
            currency: currency.code(),
            seconds: estimate.seconds,
            basis: basis_name(estimate.basis),
            note: &estimate.note,
            budget_left: estimate.budget_left.map(Cost::plain),
        }
    }
}

impl<'a> RunResultJson<'a> {
    pub(super) fn of(result: &'a RunResult) -> Self {
        Self {
            handle: &result.handle,
            title_before: &result.title_before,
            title_after: &result.title_after,
            quality_before: result.quality.0,
            quality_after: result.quality.1,
            seo_before: result.seo.0,
            seo_after: result.seo.1,
            findings: result.findings,
            cost: result.cost.plain(),
            reused: result.reused,
            review_id: result.review,
        }
    }
}

impl<'a> RunFailureJson<'a> {
    pub(super) fn of(failure: &'a RunFailure) -> Self {
        Self { handle: Some(failure.handle.as_str()).filter(|handle| !handle.is_empty()), title: &failure.title, reason: &failure.reason }
    }
}

fn state() -> Object {
    let states = [JobState::Queued, JobState::Running, JobState::Done, JobState::Failed, JobState::Cancelled];
    one_of(states.map(JobState::name), "Where it stands. One that is paused is queued, or running until it notices.")
}

fn basis() -> Object {
    one_of(
        [Basis::Lengths, Basis::Measured, Basis::Sample].map(basis_name),
        "What it rests on: lengths of texts, the provider's latest answers, or the run's own first products.",
    )
}

const fn basis_name(basis: Basis) -> &'static str {
    match basis {
        Basis::Lengths => "lengths",
        Basis::Measured => "measured",
        Basis::Sample => "sample",
    }
}

#[cfg(test)]
mod tests {
    use domain::{clock::Timestamp, query::ListQuery, words::part::Part};
    use serde_json::{Value, json};

    use super::*;

    fn detail() -> RunDetail {
        let at = Timestamp::from_micros(1_700_000_000_000_000);
        let progress =
            RunProgress { total: 60, written: 10, tokens_in: 500, tokens_out: 200, cost: Cost(4_200), sampled: true, ..RunProgress::default() };
        let run = RunView {
            id: JobId::new(at, [1; 10]),
            state: JobState::Queued,
            paused: true,
            cancelling: false,
            subject: "60 products".into(),
            who: "Ada".into(),
            created_at: at,
            started_at: Some(at),
            finished_at: None,
            message: "The sample is ready.".into(),
            progress,
            provider: "Built-in rules".into(),
            currency: Currency::EUR,
            seconds_left: None,
        };
        let spec = RunSpec {
            selection: Selection::Matching(ListQuery::default()),
            provider: ProviderId::BUILT_IN,
            parts: vec![Part::SeoTitle],
            only_empty: false,
            again: false,
            cap: Some(Cost(5_000_000)),
            sample_first: true,
        };
        let estimate = Estimate {
            products: 50,
            tokens_in: (3, 2, 4),
            tokens_out: (1, 1, 1),
            cost: Some((Cost(21_000), Cost(20_000), Cost(30_000))),
            seconds: Some(9),
            basis: Basis::Sample,
            note: String::new(),
            budget_left: None,
        };
        RunDetail { run, spec, results: Vec::new(), failures: Vec::new(), estimate: Some(estimate), open_reviews: 10 }
    }

    #[test]
    fn a_run_tells_how_far_it_is_and_what_it_cost() {
        let detail = detail();
        let written = serde_json::to_value(RunJson::of_detail(&detail)).unwrap();

        assert_eq!((&written["state"], &written["paused"], &written["progress"]["written"]), (&json!("queued"), &json!(true), &json!(10)));
        assert_eq!(
            (&written["cost"], &written["currency"], &written["created_at"]),
            (&json!("0.0042"), &json!("EUR"), &json!("2023-11-14T22:13:20.000000Z"))
        );
        assert_eq!(
            (&written["spec"]["cap"], &written["spec"]["parts"], &written["spec"]["products"]),
            (&json!("5.00"), &json!(["seo_title"]), &Value::Null)
        );
        assert_eq!(written["estimate"]["cost"], json!({"likely": "0.021", "least": "0.02", "most": "0.03"}));
        assert_eq!((&written["finished_at"], &written["open_reviews"]), (&Value::Null, &json!(10)));
    }

    #[test]
    fn a_run_of_a_list_has_no_more_than_lists_tell() {
        let detail = detail();
        let written = serde_json::to_value(RunJson::of(&detail.run)).unwrap();

        assert!(["spec", "estimate", "open_reviews"].iter().all(|name| written.get(name).is_none()), "{written}");
    }

    #[test]
    fn a_product_that_is_gone_has_no_handle() {
        let failure = RunFailure { handle: String::new(), title: "Lamp".into(), reason: "It is in the trash.".into() };
        assert_eq!(serde_json::to_value(RunFailureJson::of(&failure)).unwrap()["handle"], Value::Null);
    }
}
