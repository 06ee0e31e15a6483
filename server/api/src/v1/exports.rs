//! Catalogues that go out.

use axum::{
    extract::State,
    http::header,
    response::{IntoResponse, Response},
};

use crate::{
    bearer::{Allowed, ReadJobs},
    options::Api,
    problem::{Problem, problems},
};

problems!(WhenExported: read);

/// Export the catalogue
///
/// Every product that is not in the trash, as the Shopify product CSV, which can be imported again. It is made while it is read, and is never
/// in memory as a whole: a reader that is slow makes it slow, and one that goes away ends it. When it cannot be made to its end, the connection
/// breaks off. In a large store the first bytes take some seconds, as the header names the columns of all products.
#[utoipa::path(
    get,
    path = "/exports/products.csv",
    operation_id = "exportProducts",
    tag = "Imports and exports",
    responses(
        (status = 200, description = "The catalogue", content_type = "text/csv", body = String, example = "Title,URL handle,Price\nOak lamp,oak-lamp,19.90\n"),
        WhenExported,
    ),
    security(("bearer" = ["jobs:read"])),
)]
pub(crate) async fn products(State(api): State<Api>, allowed: Allowed<ReadJobs>) -> Result<Response, Problem> {
    let catalogue = api.options.files.catalogue(&allowed.bearer.access).await?;
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"products.csv\""),
        (header::CACHE_CONTROL, "private, no-cache"),
    ];
    Ok((headers, catalogue).into_response())
}
