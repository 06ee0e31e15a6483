//! Products: the list, one, and the three ways to change what is there.

use std::sync::Arc;

use axum::{
    extract::{Path, RawQuery, State, rejection::PathRejection},
    http::{HeaderMap, StatusCode, header},
    response::Response,
};
use cache::{Cache, Finished, Made, Tag};
use domain::{
    handle::Handle,
    ids::ProductId,
    op::{Action, Op},
};
use ports::{
    Access, Ports,
    error::AppError,
    product::{Name, ProductView},
    products::{Bookmark, Part},
};
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    ROOT,
    common::{linked, next_address, once_of},
    filters::Wanted,
    if_match::{as_it_is, condition, condition_needed, edit, holds, upon_present, with_version},
    parameters::{IdempotencyKey, IfNoneMatch},
    product_input::{NewProduct, ProductPatch},
    product_json::{ListedProduct, ProductJson, Shown},
    products_cursor,
    receipts::{Sent, version},
};
use crate::{
    answer::Answer,
    bearer::{Allowed, ReadProducts, WriteProducts},
    body::{Asked, JSON, MERGE_PATCH},
    etag,
    fields::Fields,
    idempotency::{Work, once},
    kept::{self, Kept, ProductKey, Source, for_everybody},
    options::Api,
    problem::{Problem, problems},
};

problems!(WhenRead: read, InvalidRequest);
problems!(WhenOneRead: read, NotFound);
problems!(WhenMade: write, Conflict, UnsupportedMediaType, Unacceptable);
problems!(WhenChanged: write, NotFound, Conflict, ChangedMeanwhile, UnsupportedMediaType, Unacceptable, PreconditionRequired);
problems!(WhenRemoved: write, NotFound, Conflict, ChangedMeanwhile);

/// A part of a list.
#[derive(Serialize, ToSchema)]
#[schema(as = ProductPage)]
pub(crate) struct Page<'a> {
    #[schema(value_type = Vec<ListedProduct>)]
    products: Vec<Shown<'a>>,
    /// How many products the whole list has.
    #[schema(example = 731)]
    total: u32,
    /// The cursor of the part behind this one; null at the end.
    #[schema(required = true)]
    next: Option<String>,
}

/// List products
///
/// A part of the list, and a cursor for the next one. Read on with the cursor until there is none: every product that stays where it is in
/// the list comes once, whatever is changed meanwhile. `total` counts the whole list.
#[utoipa::path(
    get,
    path = "/products",
    operation_id = "listProducts",
    tag = "Products",
    params(
        ("q" = Option<String>, Query, description = "Words that must all be found in title, vendor, type, tags, handle, SKU or barcode.", max_length = 200),
        ("status" = Option<Vec<String>>, Query, description = "`active`, `draft` or `archived`; repeat it or put commas between for any of some."),
        ("vendor" = Option<Vec<String>>, Query, description = "Repeat it for any of some."),
        ("type" = Option<Vec<String>>, Query, description = "Repeat it for any of some."),
        ("tag" = Option<Vec<String>>, Query, description = "Repeat it for any of some."),
        ("optimisation" = Option<Vec<String>>, Query, description = "`none`, `queued`, `suggested`, `approved`, `rejected`, `published` or `failed`."),
        ("missing" = Option<Vec<String>>, Query, description = "`description`, `image`, `seo`, `alt`, `tags` or `short`: what a product lacks."),
        ("price_min" = Option<String>, Query, description = "The least price, a decimal number in the store's currency.", example = "19.90"),
        ("price_max" = Option<String>, Query, description = "The highest price, a decimal number in the store's currency."),
        ("sort" = Option<String>, Query, description = "`title`, `vendor`, `price` or `updated`, with `-` before it from the end. Without it: the last change first.", example = "-updated"),
        ("limit" = Option<u32>, Query, description = "How many products at most; 50 without it.", minimum = 1, maximum = 250),
        ("cursor" = Option<String>, Query, description = "`next` of the part before. It is good for the same list alone."),
        ("fields" = Option<String>, Query, description = "Which fields, with commas between them. Without it: those that a list tells without reading whole products.", example = "id,title,price"),
        IfNoneMatch,
    ),
    responses(
        (status = 200, description = "A part of the list", body = Page<'static>, headers(
            ("ETag" = String, description = "Strong: of this part of the list as it is now."),
            ("Link" = String, description = "`rel=\"next\"`: where the next part is (RFC 8288)."),
        ), example = json!({
            "products": [{"id": "0198c0de-0000-7000-8000-000000000001", "title": "Oak lamp", "price": "19.90"}],
            "total": 731,
            "next": "AQs1m2r0",
        })),
        (status = 304, description = "One has it already"),
        WhenRead,
    ),
    security(("bearer" = ["products:read"])),
)]
pub(crate) async fn list(
    State(api): State<Api>,
    allowed: Allowed<ReadProducts>,
    RawQuery(address): RawQuery,
    headers: HeaderMap,
) -> Result<Answer, Problem> {
    let who = allowed.bearer.access;
    let address = address.unwrap_or_default();
    let mut wanted = Wanted::read(&address)?;
    if wanted.has_prices() {
        wanted.in_currency(Box::pin(api.currency(&who)).await?)?;
    }
    let behind = wanted.behind(who.store)?;
    let kept = part(&api.ports, &api.options.cache, &who, wanted, behind).await?;
    listed(&kept, &address, &headers).ok_or_else(Problem::internal)
}

/// The same, if it is kept and nothing has to be asked for it.
pub(crate) async fn list_at_hand(api: &Api, who: &Access, address: &str, headers: &HeaderMap) -> Option<Answer> {
    let wanted = Wanted::read(address).ok().filter(|wanted| !wanted.has_prices())?;
    let behind = wanted.behind(who.store).ok()?;
    let kept = kept::at_hand(api, who, &wanted.key(who.store, behind.as_ref())).await?;
    listed(&kept, address, headers)
}

fn listed(kept: &Kept, address: &str, headers: &HeaderMap) -> Option<Answer> {
    let finished = kept.finished.as_ref()?;
    let answer = Answer::kept(kept, finished, headers);
    Some(match finished.text_beside() {
        Some(next) => linked(answer, &next_address("/products", address, next)),
        None => answer,
    })
}

/// Makes the first part of a store's list ready, as it is asked for without anything: before a program says that it is.
pub async fn warm(ports: &Ports, cache: &Cache, who: &Access) -> Result<(), AppError> {
    let Ok(wanted) = Wanted::read("") else { return Ok(()) };
    match part(ports, cache, who, wanted, None).await {
        Ok(_) => Ok(()),
        Err(_) => Err(AppError::Internal),
    }
}

/// A part of a list as it is kept, with the next one's cursor beside it.
async fn part(ports: &Ports, cache: &Cache, who: &Access, wanted: Wanted, behind: Option<Bookmark>) -> Result<Kept, Problem> {
    let wanted = Arc::new((wanted, behind));
    let source = Source::default();
    let load = {
        let (ports, who, wanted, source) = (ports.clone(), for_everybody(who), wanted.clone(), source.clone());
        move || async move { finish_part(&ports, &who, &wanted.0, wanted.1.as_ref(), &source).await }
    };
    let (wanted, behind) = &*wanted;
    Ok(kept::get(ports, cache, who, &wanted.key(who.store, behind.as_ref()), load).await?.made_of(&source))
}

async fn finish_part(ports: &Ports, who: &Access, wanted: &Wanted, behind: Option<&Bookmark>, source: &Source) -> Result<Made<Finished>, AppError> {
    let part = ports.catalogue.part(who, &wanted.query, behind, wanted.limit).await?;
    // Of whole products nobody says where they are from.
    if !wanted.fields.need_the_whole() {
        source.note(part.read, part.products.len());
    }
    let next = part.next.as_ref().and_then(|bookmark| products_cursor::write(who.store, &wanted.query, bookmark));
    let whole = if wanted.fields.need_the_whole() { whole(ports, who, &part).await? } else { Vec::new() };
    let page = Page { products: shown(&part, &whole, wanted.fields), total: part.total, next };
    let content = to_json(&page)?;
    let finished = Finished::new("application/json", &etag::of_bytes(&content), content).beside(page.next.as_deref());
    Ok(Made { value: Some(finished), tag: Tag::Group })
}

async fn whole(ports: &Ports, who: &Access, part: &Part) -> Result<Vec<ProductView>, AppError> {
    let ids: Vec<ProductId> = part.products.iter().map(|product| product.id).collect();
    ports.catalogue.products(who, &ids).await
}

fn to_json(content: &impl Serialize) -> Result<Vec<u8>, AppError> {
    serde_json::to_vec(content).map_err(|error| {
        tracing::error!(%error, "an answer could not be written");
        AppError::Internal
    })
}

/// The products of a part with the fields that were chosen. One that has gone into the trash since is left out when it is needed whole.
fn shown<'a>(part: &'a Part, whole: &'a [ProductView], fields: Fields) -> Vec<Shown<'a>> {
    let show = |product| Shown { product, fields };
    if fields.need_the_whole() {
        // Both are in the same order.
        let mut summaries = part.products.iter();
        let both = |view: &'a ProductView| summaries.find(|summary| summary.id == view.id).map(|summary| ProductJson::of_both(view, summary));
        whole.iter().filter_map(both).map(show).collect()
    } else {
        part.products.iter().map(|summary| ProductJson::of_summary(summary, part.currency)).map(show).collect()
    }
}

/// Read a product
///
/// With everything that is known of it. Its entity tag is its version.
#[utoipa::path(
    get,
    path = "/products/{product}",
    operation_id = "getProduct",
    tag = "Products",
    params(
        ("product" = String, Path, description = "Its id or its handle.", example = "oak-lamp"),
        IfNoneMatch,
    ),
    responses(
        (status = 200, description = "The product", body = ProductJson<'static>, headers(("ETag" = String, description = "Strong: the product's version."))),
        (status = 304, description = "One has it already"),
        WhenOneRead,
    ),
    security(("bearer" = ["products:read"])),
)]
pub(crate) async fn read(
    State(api): State<Api>,
    allowed: Allowed<ReadProducts>,
    product: Result<Path<String>, PathRejection>,
    headers: HeaderMap,
) -> Result<Answer, Problem> {
    let (who, name) = (allowed.bearer.access, named(product)?);
    let source = Source::default();
    let load = {
        let (ports, who, name, source) = (api.ports.clone(), for_everybody(&who), name.clone(), source.clone());
        move || async move { finish_product(&ports, &who, &name, &source).await }
    };
    let key = ProductKey { store: who.store, name: &name };
    let kept = kept::get(&api.ports, &api.options.cache, &who, &key, load).await?.made_of(&source);
    let finished = kept.finished.as_ref().ok_or_else(Problem::not_found)?;
    Ok(Answer::kept(&kept, finished, &headers))
}

/// The same, if it is kept and nothing has to be asked for it.
pub(crate) async fn one_at_hand(api: &Api, who: &Access, name: &str, headers: &HeaderMap) -> Option<Answer> {
    let kept = kept::at_hand(api, who, &ProductKey { store: who.store, name }).await?;
    Some(Answer::kept(&kept, kept.finished.as_ref()?, headers))
}

async fn finish_product(ports: &Ports, who: &Access, name: &str, source: &Source) -> Result<Made<Finished>, AppError> {
    let known = in_memory(ports, who, name).await?;
    let read = u32::from(known.is_none());
    let found = if known.is_some() { known } else { look_for(ports, who, name).await? };
    // Any product may come to be called so.
    let Some(view) = found else { return Ok(Made { value: None, tag: Tag::Group }) };
    source.note(read, 1);
    let content = to_json(&Shown { product: ProductJson::of_view(&view), fields: Fields::ONE })?;
    // One that was found by a handle that looks like an id gives way to one that has the id.
    let is_sure = as_id(name).is_none_or(|id| id == view.id);
    let tag = if is_sure { Tag::Member(view.id.0.as_u128()) } else { Tag::Group };
    Ok(Made { value: Some(Finished::new("application/json", &etag::of_version(view.versions.latest), content)), tag })
}

/// Make a product
///
/// With its variants and pictures. A handle is made of the title when none is sent; one that another product has is a conflict.
#[utoipa::path(
    post,
    path = "/products",
    operation_id = "createProduct",
    tag = "Products",
    params(
        IdempotencyKey,
    ),
    request_body(content = NewProduct, content_type = "application/json", example = json!({
        "title": "Oak lamp", "vendor": "Acme", "tags": ["oak", "lighting"], "variants": [{"sku": "OAK-1", "price": "19.90"}],
    })),
    responses(
        (status = 201, description = "The product, which is made", body = ProductJson<'static>, headers(
            ("ETag" = String, description = "Strong: the product's version."),
            ("Location" = String, description = "Where the product is."),
            ("Idempotency-Replayed" = String, description = "`true` when this is the answer of the first time."),
        )),
        WhenMade,
    ),
    security(("bearer" = ["products:write"])),
)]
pub(crate) async fn create(State(api): State<Api>, allowed: Allowed<WriteProducts>, asked: Asked) -> Response {
    once(api, allowed.bearer, asked, create_now).await
}

async fn create_now(work: Work) -> Result<Answer, Problem> {
    let Work { api, bearer, asked, ids } = &work;
    let who = &bearer.access;
    let new: NewProduct = asked.json(JSON)?;
    let content = new.content(ids, 0, api.currency(who).await?)?;
    let op = Op { id: ids.op(0), product: ids.product(0), action: Action::Create(Box::new(content.clone())) };
    let version = version(work.submit(op).await?, Sent::New(&content))?;
    let view = as_it_is(&work, ids.product(0), version).await?;
    let made = one(StatusCode::CREATED, &view)?.text_header(header::LOCATION, &format!("{ROOT}/products/{}", view.id));
    Ok(with_version(made, &view))
}

/// Change a product
///
/// By a JSON merge patch (RFC 7396). `If-Match` names the version that the change was decided upon: when somebody has changed the product
/// since, nothing is done and the answer is 412.
#[utoipa::path(
    patch,
    path = "/products/{product}",
    operation_id = "updateProduct",
    tag = "Products",
    params(
        ("product" = String, Path, description = "Its id or its handle.", example = "oak-lamp"),
        ("If-Match" = String, Header, description = "The entity tag of the product, or `*` for whatever is there.", example = "\"12\""),
        IdempotencyKey,
    ),
    request_body(
        description = "What is not in it stays, and `null` takes away.",
        content(
            (ProductPatch = "application/merge-patch+json", example = json!({"title": "Oak lamp, large", "vendor": null})),
            (ProductPatch = "application/json", example = json!({"title": "Oak lamp, large", "vendor": null})),
        ),
    ),
    responses(
        (status = 200, description = "The product as it is now", body = ProductJson<'static>, headers(
            ("ETag" = String, description = "Strong: the product's version."),
            ("Idempotency-Replayed" = String, description = "`true` when this is the answer of the first time."),
        )),
        WhenChanged,
    ),
    security(("bearer" = ["products:write"])),
)]
pub(crate) async fn change(
    State(api): State<Api>,
    allowed: Allowed<WriteProducts>,
    product: Result<Path<String>, PathRejection>,
    asked: Asked,
) -> Response {
    once_of(api, allowed.bearer, named(product), asked, change_now).await
}

async fn change_now(work: Work, name: String) -> Result<Answer, Problem> {
    let tags = condition_needed(&work.asked)?;
    let patch: ProductPatch = work.asked.json(MERGE_PATCH)?;
    let view = edit(&work, &name, Some(tags), Sent::Changes, |view, base| patch.clone().edits(view, base)).await?;
    Ok(with_version(one(StatusCode::OK, &view)?, &view))
}

/// Put a product into the trash
///
/// It is no longer listed, and can be restored in the browser with all its history.
#[utoipa::path(
    delete,
    path = "/products/{product}",
    operation_id = "deleteProduct",
    tag = "Products",
    params(
        ("product" = String, Path, description = "Its id or its handle.", example = "oak-lamp"),
        ("If-Match" = Option<String>, Header, description = "The entity tag of the product, when it is to go only if nobody has changed it since."),
        IdempotencyKey,
    ),
    responses(
        (status = 204, description = "It is in the trash", headers(
            ("Idempotency-Replayed" = String, description = "`true` when this is the answer of the first time."),
        )),
        WhenRemoved,
    ),
    security(("bearer" = ["products:write"])),
)]
pub(crate) async fn remove(
    State(api): State<Api>,
    allowed: Allowed<WriteProducts>,
    product: Result<Path<String>, PathRejection>,
    asked: Asked,
) -> Response {
    once_of(api, allowed.bearer, named(product), asked, remove_now).await
}

async fn remove_now(work: Work, name: String) -> Result<Answer, Problem> {
    let Work { asked, ids, .. } = &work;
    let tags = condition(asked)?;
    if let Some(receipt) = work.done_before(0).await? {
        version(receipt, Sent::Changes)?;
        return Ok(Answer::empty(StatusCode::NO_CONTENT));
    }
    let decide = |view: &ProductView| {
        holds(tags.as_ref(), view)?;
        Ok::<Op, Problem>(Op { id: ids.op(0), product: view.id, action: Action::Delete })
    };
    let (_, receipt) = upon_present(&work, &name, decide).await?;
    version(receipt, Sent::Changes)?;
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}

/// A product by its id or its handle; none in the trash. In a request that may write it is as the tables have it.
pub(super) async fn find(api: &Api, who: &Access, name: &str) -> Result<Option<ProductView>, Problem> {
    Ok(look_for(&api.ports, who, name).await?)
}

/// The same from memory, to be changed by [`Work::submit_upon`]; none when it has to be read.
pub(super) async fn known(work: &Work, name: &str) -> Result<Option<ProductView>, Problem> {
    Ok(in_memory(&work.api.ports, &work.bearer.access, name).await?)
}

async fn in_memory(ports: &Ports, who: &Access, name: &str) -> Result<Option<ProductView>, AppError> {
    // What looks like an id may be a handle as well, but of a product only that gives way to the one that has the id: that is read.
    if let Some(id) = as_id(name) {
        return ports.catalogue.known(who, Name::Id(id)).await;
    }
    let Ok(handle) = name.parse::<Handle>() else { return Ok(None) };
    ports.catalogue.known(who, Name::Handle(&handle)).await
}

async fn look_for(ports: &Ports, who: &Access, name: &str) -> Result<Option<ProductView>, AppError> {
    if let Some(id) = as_id(name)
        && let Some(view) = ports.catalogue.products(who, &[id]).await?.pop()
    {
        return Ok(Some(view));
    }
    // What can be no handle is none.
    let Ok(handle) = name.parse::<Handle>() else { return Ok(None) };
    Ok(ports.catalogue.product(who, &handle).await?.filter(|view| !view.deleted))
}

/// As ids are written in answers.
fn as_id(name: &str) -> Option<ProductId> {
    if name.len() == 36 { name.parse().ok() } else { None }
}

pub(super) async fn by_id(api: &Api, who: &Access, id: ProductId) -> Result<Option<ProductView>, Problem> {
    Ok(api.ports.catalogue.products(who, &[id]).await?.pop())
}

fn one(status: StatusCode, view: &ProductView) -> Result<Answer, Problem> {
    Answer::json(status, &Shown { product: ProductJson::of_view(view), fields: Fields::ONE })
}

/// The part of the address that names a product.
pub(super) fn named(product: Result<Path<String>, PathRejection>) -> Result<String, Problem> {
    product.map(|Path(name)| name).map_err(|_| Problem::not_found())
}
