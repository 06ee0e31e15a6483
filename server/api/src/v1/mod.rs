//! Version 1: its resources, each a file beside this one.

mod auth;
mod batch;
mod filters;
mod product_input;
mod product_json;
pub(crate) mod products;
mod receipts;
mod words;

use axum::routing::{MethodRouter, get, post};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{openapi, options::Api};

/// Where it is.
pub(crate) const ROOT: &str = "/api/v1";

/// Every resource. A new one is a file with its handlers, and its line here.
pub(crate) fn resources() -> OpenApiRouter<Api> {
    OpenApiRouter::with_openapi(openapi::head())
        .routes(routes!(auth::log_in))
        .routes(routes!(products::list, products::create))
        .routes(routes!(batch::batch))
        .routes(routes!(products::read, products::change, products::remove))
}

/// What was there before there were versions, by its address below `/api` and below [`ROOT`].
pub(crate) fn before_versions() -> [(&'static str, MethodRouter<Api>); 2] {
    [("/auth/login", post(auth::log_in)), ("/products", get(products::list).post(products::create))]
}
