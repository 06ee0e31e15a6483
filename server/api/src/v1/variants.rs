//! The variants of a product.

use axum::{
    extract::{Path, State, rejection::PathRejection},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use domain::{
    field::{Field, Value},
    ids::{ProductId, Seq, VariantId},
    op::Edit,
};
use ports::product::ProductView;
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    ROOT,
    parameters::{IdempotencyKey, IfNoneMatch},
    parts::{Condition, Decided, Names, ids_of, with_version},
    product_json::VariantJson,
    products::{find, named},
    variants_input::VariantFields,
};
use crate::{
    answer::Answer,
    bearer::{Allowed, ReadProducts, WriteProducts},
    body::{Asked, JSON, MERGE_PATCH},
    etag,
    idempotency::{Work, once},
    options::Api,
    problem::{Problem, problems},
};

problems!(WhenVariantsRead: read, NotFound);
problems!(WhenVariantMade: write, NotFound, Conflict, ChangedMeanwhile, UnsupportedMediaType, Unacceptable);
problems!(WhenVariantChanged: write, NotFound, Conflict, ChangedMeanwhile, UnsupportedMediaType, Unacceptable, PreconditionRequired);
problems!(WhenVariantRemoved: write, NotFound, Conflict, ChangedMeanwhile);

/// All variants of a product.
#[derive(Serialize, ToSchema)]
#[schema(as = VariantList)]
pub(crate) struct VariantList<'a> {
    /// In the order shown.
    variants: Vec<VariantJson<'a>>,
    #[schema(value_type = String, format = "uuid")]
    product_id: ProductId,
    /// The store's, as ISO 4217 has it: that of every amount.
    #[schema(example = "EUR")]
    currency: &'a str,
    /// The product's.
    #[schema(value_type = i64, example = 12)]
    version: Seq,
}

/// A variant with what is needed to read it alone.
#[derive(Serialize, ToSchema)]
#[schema(as = ProductVariant)]
pub(crate) struct ProductVariant<'a> {
    #[serde(flatten)]
    variant: VariantJson<'a>,
    #[schema(value_type = String, format = "uuid")]
    product_id: ProductId,
    /// The store's, as ISO 4217 has it: that of every amount.
    #[schema(example = "EUR")]
    currency: &'a str,
    /// The product's.
    #[schema(value_type = i64, example = 12)]
    version: Seq,
}

/// List the variants of a product
///
/// All of them. The entity tag is the product's version.
#[utoipa::path(
    get,
    path = "/products/{product}/variants",
    operation_id = "listVariants",
    tag = "Variants",
    params(
        ("product" = String, Path, description = "Its id or its handle.", example = "oak-lamp"),
        IfNoneMatch,
    ),
    responses(
        (status = 200, description = "The variants", body = VariantList<'static>, headers(("ETag" = String, description = "Strong: the product's version.")), example = json!({
            "variants": [{
                "id": "0198c0de-0000-7000-8000-000000000002", "position": 1, "options": ["Large"], "sku": "OAK-L", "barcode": "", "price": "19.90",
                "compare_at_price": null, "cost": null, "taxable": true, "inventory_quantity": 3, "inventory_policy": "deny",
                "requires_shipping": true, "weight_grams": 1500, "image": "",
            }],
            "product_id": "0198c0de-0000-7000-8000-000000000001", "currency": "EUR", "version": 12,
        })),
        (status = 304, description = "One has them already"),
        WhenVariantsRead,
    ),
    security(("bearer" = ["products:read"])),
)]
pub(crate) async fn list(
    State(api): State<Api>,
    allowed: Allowed<ReadProducts>,
    product: Result<Path<String>, PathRejection>,
    headers: HeaderMap,
) -> Result<Answer, Problem> {
    let view = find(&api, &allowed.bearer.access, &named(product)?).await?.ok_or_else(Problem::not_found)?;
    let variants = view.variants.iter().map(|variant| VariantJson::of(variant, view.currency)).collect();
    let all = VariantList { variants, product_id: view.id, currency: view.currency.code(), version: view.versions.latest };
    Ok(Answer::json(StatusCode::OK, &all)?.tagged(&etag::of_version(view.versions.latest), &headers))
}

/// Read a variant
///
/// By itself. The entity tag is the product's version.
#[utoipa::path(
    get,
    path = "/products/{product}/variants/{id}",
    operation_id = "getVariant",
    tag = "Variants",
    params(
        ("product" = String, Path, description = "The product's id or its handle.", example = "oak-lamp"),
        ("id" = String, Path, description = "The variant's id.", format = "uuid"),
        IfNoneMatch,
    ),
    responses(
        (status = 200, description = "The variant", body = ProductVariant<'static>, headers(("ETag" = String, description = "Strong: the product's version."))),
        (status = 304, description = "One has it already"),
        WhenVariantsRead,
    ),
    security(("bearer" = ["products:read"])),
)]
pub(crate) async fn read(State(api): State<Api>, allowed: Allowed<ReadProducts>, names: Names, headers: HeaderMap) -> Result<Answer, Problem> {
    let (product, id) = ids_of::<VariantId>(names)?;
    let view = find(&api, &allowed.bearer.access, &product).await?.ok_or_else(Problem::not_found)?;
    Ok(one(StatusCode::OK, &view, id)?.tagged(&etag::of_version(view.versions.latest), &headers))
}

/// Add a variant
///
/// Everything may be left out: the price is then none, and the place behind all others. With `If-Match` it is added only if nobody has
/// changed the product since.
#[utoipa::path(
    post,
    path = "/products/{product}/variants",
    operation_id = "createVariant",
    tag = "Variants",
    params(
        ("product" = String, Path, description = "Its id or its handle.", example = "oak-lamp"),
        ("If-Match" = Option<String>, Header, description = "The entity tag of the product, when nobody may have changed it since."),
        IdempotencyKey,
    ),
    request_body(content = VariantFields, content_type = "application/json", example = json!({
        "options": ["Large"], "sku": "OAK-L", "price": "29.90", "inventory_quantity": 3,
    })),
    responses(
        (status = 201, description = "The variant, which is added", body = ProductVariant<'static>, headers(
            ("ETag" = String, description = "Strong: the product's version."),
            ("Location" = String, description = "Where the variant is."),
            ("Idempotency-Replayed" = String, description = "`true` when this is the answer of the first time."),
        )),
        WhenVariantMade,
    ),
    security(("bearer" = ["products:write"])),
)]
pub(crate) async fn create(
    State(api): State<Api>,
    allowed: Allowed<WriteProducts>,
    product: Result<Path<String>, PathRejection>,
    asked: Asked,
) -> Response {
    match named(product) {
        Ok(product) => once(api, allowed.bearer, asked, move |work| create_now(work, product)).await,
        Err(problem) => problem.into_response(),
    }
}

async fn create_now(work: Work, product: String) -> Result<Answer, Problem> {
    let fields: VariantFields = work.asked.json(JSON)?;
    let id = work.ids.variant(0, 0);
    // Added by this very request, whose answer was lost: its version has gone on with that, and its place is taken by itself.
    if let Some(view) = find(&work.api, &work.bearer.access, &product).await?
        && view.variants.iter().any(|variant| variant.id == id)
    {
        return made(&view, id);
    }
    let decided = Decided::of(&work, &product, Condition::Optional).await?;
    let edits = fields.added(id, &decided.view, decided.base)?;
    made(&decided.edit(&work, edits).await?, id)
}

fn made(view: &ProductView, id: VariantId) -> Result<Answer, Problem> {
    let address = format!("{ROOT}/products/{}/variants/{id}", view.id);
    Ok(with_version(one(StatusCode::CREATED, view, id)?.text_header(header::LOCATION, &address), view))
}

/// Change a variant
///
/// By a JSON merge patch (RFC 7396). `If-Match` names the version of the product that the change was decided upon: when somebody has changed
/// the product since, nothing is done and the answer is 412.
#[utoipa::path(
    patch,
    path = "/products/{product}/variants/{id}",
    operation_id = "updateVariant",
    tag = "Variants",
    params(
        ("product" = String, Path, description = "The product's id or its handle.", example = "oak-lamp"),
        ("id" = String, Path, description = "The variant's id.", format = "uuid"),
        ("If-Match" = String, Header, description = "The entity tag of the product, or `*` for whatever is there.", example = "\"12\""),
        IdempotencyKey,
    ),
    request_body(
        description = "What is not in it stays, and `null` takes away.",
        content(
            (VariantFields = "application/merge-patch+json", example = json!({"price": "24.90", "compare_at_price": null})),
            (VariantFields = "application/json", example = json!({"price": "24.90", "compare_at_price": null})),
        ),
    ),
    responses(
        (status = 200, description = "The variant as it is now", body = ProductVariant<'static>, headers(
            ("ETag" = String, description = "Strong: the product's version."),
            ("Idempotency-Replayed" = String, description = "`true` when this is the answer of the first time."),
        )),
        WhenVariantChanged,
    ),
    security(("bearer" = ["products:write"])),
)]
pub(crate) async fn change(State(api): State<Api>, allowed: Allowed<WriteProducts>, names: Names, asked: Asked) -> Response {
    match ids_of::<VariantId>(names) {
        Ok((product, id)) => once(api, allowed.bearer, asked, move |work| change_now(work, product, id)).await,
        Err(problem) => problem.into_response(),
    }
}

async fn change_now(work: Work, product: String, id: VariantId) -> Result<Answer, Problem> {
    let fields: VariantFields = work.asked.json(MERGE_PATCH)?;
    let decided = Decided::of(&work, &product, Condition::Needed).await?;
    is_there(&decided.view, id)?;
    let edits = fields.changed(id, &decided.view, decided.base)?;
    let view = decided.edit(&work, edits).await?;
    Ok(with_version(one(StatusCode::OK, &view, id)?, &view))
}

/// Remove a variant
///
/// It can be put back from the product's history in the browser.
#[utoipa::path(
    delete,
    path = "/products/{product}/variants/{id}",
    operation_id = "deleteVariant",
    tag = "Variants",
    params(
        ("product" = String, Path, description = "The product's id or its handle.", example = "oak-lamp"),
        ("id" = String, Path, description = "The variant's id.", format = "uuid"),
        ("If-Match" = Option<String>, Header, description = "The entity tag of the product, when nobody may have changed it since."),
        IdempotencyKey,
    ),
    responses(
        (status = 204, description = "It is removed", headers(
            ("ETag" = String, description = "Strong: the product's version."),
            ("Idempotency-Replayed" = String, description = "`true` when this is the answer of the first time."),
        )),
        WhenVariantRemoved,
    ),
    security(("bearer" = ["products:write"])),
)]
pub(crate) async fn remove(State(api): State<Api>, allowed: Allowed<WriteProducts>, names: Names, asked: Asked) -> Response {
    match ids_of::<VariantId>(names) {
        Ok((product, id)) => once(api, allowed.bearer, asked, move |work| remove_now(work, product, id)).await,
        Err(problem) => problem.into_response(),
    }
}

async fn remove_now(work: Work, product: String, id: VariantId) -> Result<Answer, Problem> {
    let decided = Decided::of(&work, &product, Condition::Optional).await?;
    if !decided.is_done() {
        is_there(&decided.view, id)?;
    }
    let edits = vec![Edit { field: Field::Variant(id), base: decided.base, value: Value::None }];
    let view = decided.edit(&work, edits).await?;
    Ok(with_version(Answer::empty(StatusCode::NO_CONTENT), &view))
}

fn is_there(view: &ProductView, id: VariantId) -> Result<(), Problem> {
    if view.variants.iter().any(|variant| variant.id == id) { Ok(()) } else { Err(Problem::not_found()) }
}

fn one(status: StatusCode, view: &ProductView, id: VariantId) -> Result<Answer, Problem> {
    let variant = view.variants.iter().find(|variant| variant.id == id).ok_or_else(Problem::not_found)?;
    let variant = VariantJson::of(variant, view.currency);
    Answer::json(status, &ProductVariant { variant, product_id: view.id, currency: view.currency.code(), version: view.versions.latest })
}
