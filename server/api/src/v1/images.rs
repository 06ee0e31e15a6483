//! The pictures of a product.

use axum::{
    extract::{Path, State, rejection::PathRejection},
    http::{HeaderMap, StatusCode},
    response::Response,
};
use domain::{
    field::Field,
    ids::{ImageId, ProductId, Seq},
};
use ports::product::ProductView;
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    common::once_of,
    images_input::{ImagePatch, NewProductImage},
    parameters::{IdempotencyKey, IfNoneMatch},
    parts::{self, Names, Part, ids_of},
    product_json::ImageJson,
    products::{find, named},
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

problems!(WhenImagesRead: read, NotFound);
problems!(WhenImageMade: write, NotFound, Conflict, ChangedMeanwhile, UnsupportedMediaType, Unacceptable);
problems!(WhenImageChanged: write, NotFound, Conflict, ChangedMeanwhile, UnsupportedMediaType, Unacceptable, PreconditionRequired);
problems!(WhenImageRemoved: write, NotFound, Conflict, ChangedMeanwhile);

/// All pictures of a product.
#[derive(Serialize, ToSchema)]
#[schema(as = ImageList)]
pub(crate) struct ImageList<'a> {
    /// In the order shown.
    images: Vec<ImageJson<'a>>,
    #[schema(value_type = String, format = "uuid")]
    product_id: ProductId,
    /// The product's.
    #[schema(value_type = i64, example = 12)]
    version: Seq,
}

/// A picture of a product.
#[derive(Serialize, ToSchema)]
#[schema(as = ProductImage)]
pub(crate) struct ProductImage<'a> {
    #[serde(flatten)]
    image: ImageJson<'a>,
    #[schema(value_type = String, format = "uuid")]
    product_id: ProductId,
    /// The product's.
    #[schema(value_type = i64, example = 12)]
    version: Seq,
}

/// List the pictures of a product
///
/// All of them. The entity tag is the product's version.
#[utoipa::path(
    get,
    path = "/products/{product}/images",
    operation_id = "listImages",
    tag = "Images",
    params(
        ("product" = String, Path, description = "Its id or its handle.", example = "oak-lamp"),
        IfNoneMatch,
    ),
    responses(
        (status = 200, description = "The pictures", body = ImageList<'static>, headers(("ETag" = String, description = "Strong: the product's version.")), example = json!({
            "images": [{"id": "0198c0de-0000-7000-8000-000000000003", "position": 1, "url": "https://shop.example/lamp.jpg", "alt": "An oak lamp"}],
            "product_id": "0198c0de-0000-7000-8000-000000000001", "version": 12,
        })),
        (status = 304, description = "One has them already"),
        WhenImagesRead,
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
    let images = view.images.iter().map(ImageJson::of).collect();
    let all = ImageList { images, product_id: view.id, version: view.versions.latest };
    Ok(Answer::json(StatusCode::OK, &all)?.tagged(&etag::of_version(view.versions.latest), &headers))
}

/// Read a picture
///
/// By itself. The entity tag is the product's version.
#[utoipa::path(
    get,
    path = "/products/{product}/images/{id}",
    operation_id = "getImage",
    tag = "Images",
    params(
        ("product" = String, Path, description = "The product's id or its handle.", example = "oak-lamp"),
        ("id" = String, Path, description = "The picture's id.", format = "uuid"),
        IfNoneMatch,
    ),
    responses(
        (status = 200, description = "The picture", body = ProductImage<'static>, headers(("ETag" = String, description = "Strong: the product's version."))),
        (status = 304, description = "One has it already"),
        WhenImagesRead,
    ),
    security(("bearer" = ["products:read"])),
)]
pub(crate) async fn read(State(api): State<Api>, allowed: Allowed<ReadProducts>, names: Names, headers: HeaderMap) -> Result<Answer, Problem> {
    let (product, id) = ids_of::<ImageId>(names)?;
    let view = find(&api, &allowed.bearer.access, &product).await?.ok_or_else(Problem::not_found)?;
    Ok(id.answer(StatusCode::OK, &view)?.tagged(&etag::of_version(view.versions.latest), &headers))
}

/// Add a picture
///
/// By its address on the web, behind all others unless a position is sent. With `If-Match` it is added only if nobody has changed the product
/// since.
#[utoipa::path(
    post,
    path = "/products/{product}/images",
    operation_id = "createImage",
    tag = "Images",
    params(
        ("product" = String, Path, description = "Its id or its handle.", example = "oak-lamp"),
        ("If-Match" = Option<String>, Header, description = "The entity tag of the product, when nobody may have changed it since."),
        IdempotencyKey,
    ),
    request_body(content = NewProductImage, content_type = "application/json", example = json!({
        "url": "https://shop.example/lamp.jpg", "alt": "An oak lamp",
    })),
    responses(
        (status = 201, description = "The picture, which is added", body = ProductImage<'static>, headers(
            ("ETag" = String, description = "Strong: the product's version."),
            ("Location" = String, description = "Where the picture's entry is."),
            ("Idempotency-Replayed" = String, description = "`true` when this is the answer of the first time."),
        )),
        WhenImageMade,
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
    let new: NewProductImage = work.asked.json(JSON)?;
    let id = work.ids.image(0, 0);
    parts::add(&work, &product, id, |view, base| new.clone().added(id, view, base)).await
}

/// Change a picture
///
/// By a JSON merge patch (RFC 7396). `If-Match` names the version of the product that the change was decided upon: when somebody has changed
/// the product since, nothing is done and the answer is 412.
#[utoipa::path(
    patch,
    path = "/products/{product}/images/{id}",
    operation_id = "updateImage",
    tag = "Images",
    params(
        ("product" = String, Path, description = "The product's id or its handle.", example = "oak-lamp"),
        ("id" = String, Path, description = "The picture's id.", format = "uuid"),
        ("If-Match" = String, Header, description = "The entity tag of the product, or `*` for whatever is there.", example = "\"12\""),
        IdempotencyKey,
    ),
    request_body(
        description = "What is not in it stays, and `null` takes away.",
        content(
            (ImagePatch = "application/merge-patch+json", example = json!({"alt": "An oak lamp from behind", "position": 1})),
            (ImagePatch = "application/json", example = json!({"alt": "An oak lamp from behind", "position": 1})),
        ),
    ),
    responses(
        (status = 200, description = "The picture as it is now", body = ProductImage<'static>, headers(
            ("ETag" = String, description = "Strong: the product's version."),
            ("Idempotency-Replayed" = String, description = "`true` when this is the answer of the first time."),
        )),
        WhenImageChanged,
    ),
    security(("bearer" = ["products:write"])),
)]
pub(crate) async fn change(State(api): State<Api>, allowed: Allowed<WriteProducts>, names: Names, asked: Asked) -> Response {
    once_of(api, allowed.bearer, ids_of(names), asked, change_now).await
}

async fn change_now(work: Work, (product, id): (String, ImageId)) -> Result<Answer, Problem> {
    let patch: ImagePatch = work.asked.json(MERGE_PATCH)?;
    parts::change(&work, &product, id, |view, base| patch.clone().changed(id, view, base)).await
}

/// Remove a picture
///
/// It can be put back from the product's history in the browser.
#[utoipa::path(
    delete,
    path = "/products/{product}/images/{id}",
    operation_id = "deleteImage",
    tag = "Images",
    params(
        ("product" = String, Path, description = "The product's id or its handle.", example = "oak-lamp"),
        ("id" = String, Path, description = "The picture's id.", format = "uuid"),
        ("If-Match" = Option<String>, Header, description = "The entity tag of the product, when nobody may have changed it since."),
        IdempotencyKey,
    ),
    responses(
        (status = 204, description = "It is removed", headers(
            ("ETag" = String, description = "Strong: the product's version."),
            ("Idempotency-Replayed" = String, description = "`true` when this is the answer of the first time."),
        )),
        WhenImageRemoved,
    ),
    security(("bearer" = ["products:write"])),
)]
pub(crate) async fn remove(State(api): State<Api>, allowed: Allowed<WriteProducts>, names: Names, asked: Asked) -> Response {
    once_of(api, allowed.bearer, ids_of(names), asked, parts::remove::<ImageId>).await
}

impl Part for ImageId {
    const LIST: &'static str = "images";

    fn field(self) -> Field {
        Field::Image(self)
    }

    fn is_in(self, product: &ProductView) -> bool {
        product.images.iter().any(|image| image.id == self)
    }

    fn answer(self, status: StatusCode, product: &ProductView) -> Result<Answer, Problem> {
        let image = product.images.iter().find(|image| image.id == self).ok_or_else(Problem::not_found)?;
        let image = ImageJson::of(image);
        Answer::json(status, &ProductImage { image, product_id: product.id, version: product.versions.latest })
    }
}
