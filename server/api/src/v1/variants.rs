//! The variants of a product.

use axum::{
    extract::{Path, State, rejection::PathRejection},
    http::{HeaderMap, StatusCode},
    response::Response,
};
use domain::{
    field::Field,
    ids::{ProductId, Seq, VariantId},
};
use ports::product::ProductView;
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    common::once_of,
    parameters::{IdempotencyKey, IfNoneMatch},
    parts::{self, Names, Part, ids_of},
    product_json::VariantJson,
    products::{find, named},
    variants_input::VariantFields,
};
use crate::{
    answer::Answer,
    bearer::{Allowed, ReadProducts, WriteProducts},
    body::{Asked, JSON, MERGE_PATCH},
    etag,
    idempotency::Work,
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
    Ok(id.answer(StatusCode::OK, &view)?.tagged(&etag::of_version(view.versions.latest), &headers))
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
    once_of(api, allowed.bearer, named(product), asked, create_now).await
}

async fn create_now(work: Work, product: String) -> Result<Answer, Problem> {
    let fields: VariantFields = work.asked.json(JSON)?;
    let id = work.ids.variant(0, 0);
    parts::add(&work, &product, id, |view, base| fields.clone().added(id, view, base)).await
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
    once_of(api, allowed.bearer, ids_of(names), asked, change_now).await
}

async fn change_now(work: Work, (product, id): (String, VariantId)) -> Result<Answer, Problem> {
    let fields: VariantFields = work.asked.json(MERGE_PATCH)?;
    parts::change(&work, &product, id, |view, base| fields.clone().changed(id, view, base)).await
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
    once_of(api, allowed.bearer, ids_of(names), asked, parts::remove::<VariantId>).await
}

impl Part for VariantId {
    const LIST: &'static str = "variants";

    fn field(self) -> Field {
        Field::Variant(self)
    }

    fn is_in(self, product: &ProductView) -> bool {
        product.variants.iter().any(|variant| variant.id == self)
    }

    fn answer(self, status: StatusCode, product: &ProductView) -> Result<Answer, Problem> {
        let variant = product.variants.iter().find(|variant| variant.id == self).ok_or_else(Problem::not_found)?;
        let (variant, currency) = (VariantJson::of(variant, product.currency), product.currency.code());
        Answer::json(status, &ProductVariant { variant, product_id: product.id, currency, version: product.versions.latest })
    }
}
