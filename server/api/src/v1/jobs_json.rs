//! A job as the API shows it.

use domain::{ids::JobId, money::Currency};
use ports::jobs::{BadRow, JobDetail, JobKind, JobState, JobView, PlannedChange, Progress};
use serde::Serialize;
use serde_json::Value as Json;
use utoipa::{ToSchema, openapi::Object};

use super::{changes_json, common::one_of};
use crate::format;

/// An import, or the dry run of one.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Job)]
pub(crate) struct JobJson<'a> {
    #[schema(value_type = String, format = "uuid", example = "0198c0de-0000-7000-8000-00000000000a")]
    id: JobId,
    #[schema(schema_with = kind)]
    kind: &'static str,
    #[schema(schema_with = state)]
    state: &'static str,
    #[schema(example = "shop.csv")]
    file_name: &'a str,
    /// The name of the person; null when nobody can be named.
    #[schema(required = true, example = "Ada")]
    started_by: Option<&'a str>,
    /// RFC 3339, UTC.
    #[schema(format = DateTime, example = "2026-11-02T08:30:00.000000Z")]
    created_at: String,
    /// Null while it waits.
    #[schema(format = DateTime, required = true)]
    started_at: Option<String>,
    /// Null until it is over.
    #[schema(format = DateTime, required = true)]
    finished_at: Option<String>,
    progress: ProgressJson,
    /// Why it failed, or why it waits to be tried again: a sentence, or nothing.
    message: &'a str,
    /// Whether it was asked to stop and has not done so yet.
    cancelling: bool,
}

/// How far a job is.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = JobProgress)]
pub(crate) struct ProgressJson {
    /// Of the file, that were read.
    bytes: u64,
    bytes_total: u64,
    /// Products that are new; of a dry run, that would be.
    created: u64,
    changed: u64,
    unchanged: u64,
    /// Known products that are left alone because `overwrite` was not asked for.
    skipped: u64,
    /// Rows that could not be used.
    bad_rows: u64,
}

/// A job with what it was asked to do and a sample of what it does.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = JobDetail)]
pub(crate) struct JobDetailJson<'a> {
    #[serde(flatten)]
    job: JobJson<'a>,
    /// Whether known products are overwritten.
    overwrite: bool,
    /// Of a dry run, what it would do to the first products, 200 at most.
    planned: Vec<PlannedJson<'a>>,
}

/// What an import would do to one product.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PlannedChange)]
pub(crate) struct PlannedJson<'a> {
    handle: &'a str,
    title: &'a str,
    /// Whether the product would be new.
    new: bool,
    fields: Vec<PlannedFieldJson>,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PlannedField)]
pub(crate) struct PlannedFieldJson {
    /// Named as in the change log.
    #[schema(example = "title")]
    field: String,
    #[schema(schema_with = changes_json::value, required = true)]
    before: Json,
    #[schema(schema_with = changes_json::value, required = true)]
    after: Json,
}

/// A row of a file that could not be used.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = BadRow)]
pub(crate) struct BadRowJson<'a> {
    /// Of the file, from 1.
    #[schema(example = 3)]
    line: u64,
    #[schema(example = "Variant Price")]
    column: &'a str,
    #[schema(example = "-5")]
    value: &'a str,
    /// A sentence for a person.
    reason: &'a str,
}

impl<'a> JobJson<'a> {
    pub(super) fn of(job: &'a JobView) -> Self {
        Self {
            id: job.id,
            kind: job.kind.name(),
            state: job.state.name(),
            file_name: &job.subject,
            started_by: Some(job.who.as_str()).filter(|who| !who.is_empty()),
            created_at: format::time(job.created_at),
            started_at: job.started_at.map(format::time),
            finished_at: job.finished_at.map(format::time),
            progress: ProgressJson::of(job.progress),
            message: &job.message,
            cancelling: job.cancelling,
        }
    }
}

impl ProgressJson {
    const fn of(progress: Progress) -> Self {
        let Progress { bytes, bytes_total, created, changed, unchanged, skipped, bad } = progress;
        Self { bytes, bytes_total, created, changed, unchanged, skipped, bad_rows: bad }
    }
}

impl<'a> JobDetailJson<'a> {
    pub(super) fn of(detail: &'a JobDetail, currency: Currency) -> Self {
        let planned = detail.planned.iter().map(|planned| PlannedJson::of(planned, currency)).collect();
        Self { job: JobJson::of(&detail.job), overwrite: detail.overwrite, planned }
    }
}

impl<'a> PlannedJson<'a> {
    fn of(planned: &'a PlannedChange, currency: Currency) -> Self {
        let fields = planned.fields.iter().map(|change| PlannedFieldJson {
            field: change.field.to_string(),
            before: changes_json::json(&change.field, &change.before, currency),
            after: changes_json::json(&change.field, &change.after, currency),
        });
        Self { handle: &planned.handle, title: &planned.title, new: planned.new, fields: fields.collect() }
    }
}

impl<'a> BadRowJson<'a> {
    pub(super) fn of(row: &'a BadRow) -> Self {
        Self { line: row.line, column: &row.column, value: &row.value, reason: &row.reason }
    }
}

fn kind() -> Object {
    one_of([JobKind::Import, JobKind::DryRun].map(JobKind::name), "A dry run tells what an import would do, and writes nothing.")
}

fn state() -> Object {
    let states = [JobState::Queued, JobState::Running, JobState::Done, JobState::Failed, JobState::Cancelled];
    one_of(states.map(JobState::name), "The last three are over.")
}

#[cfg(test)]
mod tests {
    use domain::{
        change::FieldChange,
        clock::Timestamp,
        field::{Field, Value, VariantField},
        ids::VariantId,
    };
    use serde_json::json;

    use super::*;

    fn detail() -> JobDetail {
        let at = Timestamp::from_micros(1_709_209_845_000_042);
        let job = JobView {
            id: JobId::new(at, [0; 10]),
            kind: JobKind::DryRun,
            state: JobState::Running,
            subject: "shop.csv".into(),
            who: String::new(),
            created_at: at,
            started_at: Some(at),
            finished_at: None,
            progress: Progress { bytes: 5, bytes_total: 10, created: 1, bad: 2, ..Progress::default() },
            message: String::new(),
            cancelling: false,
        };
        let price = Field::VariantField(VariantId::new(at, [1; 10]), VariantField::Price);
        let fields = vec![FieldChange { field: price, before: Value::None, after: Value::Number(1_990) }];
        let planned = vec![PlannedChange { handle: "lamp".into(), title: "Lamp".into(), new: false, fields }];
        JobDetail { job, bad_rows: Vec::new(), planned, overwrite: true }
    }

    #[test]
    fn a_job_is_written_with_what_it_does() {
        let written = serde_json::to_value(JobDetailJson::of(&detail(), Currency::EUR)).unwrap();

        assert_eq!((&written["kind"], &written["state"], &written["file_name"]), (&json!("dry_run"), &json!("running"), &json!("shop.csv")));
        assert_eq!((&written["started_at"], &written["finished_at"]), (&json!("2024-02-29T12:30:45.000042Z"), &Json::Null));
        assert_eq!((&written["progress"]["bad_rows"], &written["started_by"], &written["overwrite"]), (&json!(2), &Json::Null, &json!(true)));
        assert_eq!((&written["planned"][0]["handle"], &written["planned"][0]["fields"][0]["after"]), (&json!("lamp"), &json!("19.90")));
    }
}
