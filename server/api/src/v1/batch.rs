//! Many changes of products in one request.

use axum::{extract::State, http::StatusCode, response::Response};
use domain::{
    ids::{ProductId, Seq},
    op::{Action, Base, Op},
};
use ports::product::{ProductView, Receipt};
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;

use super::{
    parameters::IdempotencyKey,
    product_input::{NewProduct, ProductPatch},
    products::find,
    receipts::{Sent, changed_meanwhile, version},
};
use crate::{
    answer::Answer,
    bearer::{Allowed, WriteProducts},
    body::{Asked, JSON, Object},
    idempotency::{Work, once},
    options::Api,
    problem::{Kind, Problem, problems},
};

/// Each is a write of its own: this many take a second or so.
const MOST: usize = 100;

problems!(WhenMany: write, UnsupportedMediaType, Unacceptable);

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ProductBatch)]
pub(crate) struct Batch {
    /// Done one after the other, each by itself: one that fails stops none of the others.
    #[schema(min_items = 1, max_items = 100)]
    operations: Vec<Operation>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[schema(as = ProductOperation)]
pub(crate) enum Operation {
    #[serde(deserialize_with = "object")]
    Create(Box<NewProduct>),
    #[serde(deserialize_with = "object")]
    Update(Box<Update>),
    #[serde(deserialize_with = "object")]
    Delete(Box<Delete>),
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ProductUpdate)]
pub(crate) struct Update {
    /// Its id or its handle.
    product: String,
    /// The version that the change was decided upon; left out, whatever is there is replaced.
    #[serde(default)]
    version: Option<i64>,
    #[schema(value_type = ProductPatch)]
    changes: Object<ProductPatch>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ProductDeletion)]
pub(crate) struct Delete {
    /// Its id or its handle.
    product: String,
    /// Left out, it goes whatever has been changed.
    #[serde(default)]
    version: Option<i64>,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ProductBatchResults)]
pub(crate) struct BatchResults {
    /// One for each operation, in their order.
    results: Vec<BatchResult>,
}

/// What became of one operation.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ProductBatchResult)]
pub(crate) struct BatchResult {
    /// What the operation alone would have been answered with.
    #[schema(example = 201)]
    status: u16,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = "uuid", nullable = false)]
    id: Option<ProductId>,
    /// The product's version now.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<i64>, nullable = false)]
    version: Option<Seq>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    problem: Option<Problem>,
}

fn object<'de, T: Deserialize<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<Box<T>, D::Error> {
    Object::deserialize(deserializer).map(|Object(value)| Box::new(value))
}

/// Make, change and delete many products
///
/// Up to 100 operations, each done by itself and answered by itself. Pointers of problems begin at the body.
#[utoipa::path(
    post,
    path = "/products/batch",
    operation_id = "batchProducts",
    tag = "Products",
    params(
        IdempotencyKey,
    ),
    request_body(content = Batch, content_type = "application/json", example = json!({"operations": [
        {"create": {"title": "Oak lamp"}},
        {"update": {"product": "pine-lamp", "version": 12, "changes": {"status": "draft"}}},
        {"delete": {"product": "old-lamp"}},
    ]})),
    responses(
        (status = 200, description = "What became of each operation", body = BatchResults, headers(
            ("Idempotency-Replayed" = String, description = "`true` when this is the answer of the first time."),
        )),
        WhenMany,
    ),
    security(("bearer" = ["products:write"])),
)]
pub(crate) async fn batch(State(api): State<Api>, allowed: Allowed<WriteProducts>, asked: Asked) -> Response {
    once(api, allowed.bearer, asked, batch_now).await
}

async fn batch_now(work: Work) -> Result<Answer, Problem> {
    let Batch { operations } = work.asked.json(JSON)?;
    if !(1..=MOST).contains(&operations.len()) {
        let detail = format!("There are {} operations. Send 1 to {MOST} at once.", operations.len());
        return Err(Problem::pointer(Kind::Unacceptable, "/operations", detail));
    }
    let mut results = Vec::with_capacity(operations.len());
    for (index, operation) in operations.into_iter().enumerate() {
        results.push(match one(&work, index, operation).await {
            Ok(result) => result,
            Err(problem) => BatchResult { status: problem.status(), id: None, version: None, problem: Some(problem) },
        });
    }
    // A role that may do nothing, and a server that can do nothing now, are no matter of one operation.
    let first = results[0].status;
    let of_all = if matches!(first, 500 | 503) && results.iter().all(|result| result.status == first) { first } else { 403 };
    if results.iter().all(|result| result.problem.is_some())
        && let Some(at) = results.iter().position(|result| result.status == of_all)
        && let Some(problem) = results.swap_remove(at).problem
    {
        return Err(problem);
    }
    Answer::json(StatusCode::OK, &BatchResults { results })
}

async fn one(work: &Work, index: usize, operation: Operation) -> Result<BatchResult, Problem> {
    match operation {
        Operation::Create(new) => create(work, index, *new).await.map_err(|problem| problem.under(&format!("/operations/{index}/create"))),
        Operation::Update(update) => {
            change(work, index, *update).await.map_err(|problem| problem.under(&format!("/operations/{index}/update/changes")))
        }
        Operation::Delete(delete) => remove(work, index, *delete).await,
    }
}

async fn create(work: &Work, index: usize, new: NewProduct) -> Result<BatchResult, Problem> {
    let Work { api, bearer, ids, .. } = work;
    let content = new.content(ids, index, api.currency(&bearer.access).await?)?;
    let op = Op { id: ids.op(index), product: ids.product(index), action: Action::Create(Box::new(content.clone())) };
    let version = version(work.submit(op).await?, Sent::New(&content))?;
    Ok(done(201, ids.product(index), version))
}

async fn change(work: &Work, index: usize, update: Update) -> Result<BatchResult, Problem> {
    let Work { api, bearer, ids, .. } = work;
    let who = &bearer.access;
    let before = work.done_before(index).await?;
    let view = find(api, who, &update.product).await?.ok_or_else(Problem::not_found)?;
    if let Some(receipt) = before {
        return Ok(done(200, view.id, version(receipt, Sent::Changes)?));
    }
    let base = match update.version {
        None => Base::Any,
        Some(seen) if Seq(seen) == view.versions.latest => Base::Seen(view.versions.latest),
        Some(_) => return Err(changed_meanwhile()),
    };
    let edits = update.changes.0.edits(&view, base)?;
    let op = Op { id: ids.op(index), product: view.id, action: Action::Edit(edits) };
    let receipt = if update.version.is_some() { upon(work, op, &view).await? } else { work.submit(op).await? };
    Ok(done(200, view.id, version(receipt, Sent::Changes)?))
}

async fn remove(work: &Work, index: usize, delete: Delete) -> Result<BatchResult, Problem> {
    let Work { api, bearer, ids, .. } = work;
    let who = &bearer.access;
    if let Some(receipt) = work.done_before(index).await? {
        let version = version(receipt, Sent::Changes)?;
        return Ok(BatchResult { status: 204, id: delete.product.parse().ok(), version: Some(version), problem: None });
    }
    let view = find(api, who, &delete.product).await?.ok_or_else(Problem::not_found)?;
    if delete.version.is_some_and(|seen| Seq(seen) != view.versions.latest) {
        return Err(changed_meanwhile());
    }
    let op = Op { id: ids.op(index), product: view.id, action: Action::Delete };
    let receipt = if delete.version.is_some() { upon(work, op, &view).await? } else { work.submit(op).await? };
    Ok(done(204, view.id, version(receipt, Sent::Changes)?))
}

/// Does an op if the product still is what somebody decided upon.
async fn upon(work: &Work, op: Op, view: &ProductView) -> Result<Receipt, Problem> {
    work.submit_upon(op, view.versions.latest).await?.ok_or_else(changed_meanwhile)
}

const fn done(status: u16, id: ProductId, version: Seq) -> BatchResult {
    BatchResult { status, id: Some(id), version: Some(version), problem: None }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::body::from_json;

    #[test]
    fn an_operation_is_named_by_what_it_does() {
        let batch: Batch =
            from_json(br#"{"operations":[{"create":{"title":"A"}},{"update":{"product":"b","changes":{}}},{"delete":{"product":"c","version":3}}]}"#)
                .unwrap();
        assert!(
            matches!(&batch.operations[..], [Operation::Create(_), Operation::Update(_), Operation::Delete(delete)] if delete.version == Some(3))
        );
    }

    #[test]
    fn what_is_wrong_with_an_operation_is_pointed_at() {
        for (json, pointer) in [
            (r#"{"operations":[{"create":{"title":"A"}},{"update":{"product":"b","changes":{"colour":1}}}]}"#, "/operations/1/update/changes/colour"),
            (r#"{"operations":[{"create":{"title":1}}]}"#, "/operations/0/create/title"),
            (r#"{"operations":[{"move":{}}]}"#, "/operations/0"),
            (r#"{"operations":{}}"#, "/operations"),
            (r#"{"operations":[{"delete":["lamp"]}]}"#, "/operations/0/delete"),
            (r#"{"operations":[{"update":{"product":"b","changes":["A"]}}]}"#, "/operations/0/update/changes"),
        ] {
            let problem = serde_json::to_value(from_json::<Batch>(json.as_bytes()).unwrap_err()).unwrap();
            assert!(problem["errors"][0]["pointer"].as_str().unwrap().starts_with(pointer), "{json}: {problem}");
        }
    }
}
