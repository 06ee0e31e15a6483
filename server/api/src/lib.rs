//! The REST API, over the same ports as the pages: versions of it, the resources of each version, and the document that tells programs
//! what there is. It knows no cookie: who asks stands in `Authorization`, so that another site's page can do nothing in
//! somebody's name.
//!
//! A resource is a file in the folder of its version and a line in that version's router ([`v1`]).

mod answer;
mod at_hand;
mod bearer;
mod body;
mod currency;
mod cursor;
mod deprecated;
mod docs;
mod etag;
mod fields;
mod format;
mod idempotency;
mod ids;
mod kept;
mod merge_patch;
mod openapi;
mod options;
mod problem;
mod v1;

use axum::{Router, routing::get};
use ports::Ports;
use tower_http::catch_panic::CatchPanicLayer;

pub use self::{
    at_hand::AtHand,
    openapi::document,
    options::{ApiOptions, Arrived, Files, Gate, NotReceived, RandomBytes, Writing},
    v1::products::warm,
};
use self::{openapi::served, options::Api};

/// Where the API is mounted.
pub const ROOT: &str = "/api";

/// Every address of the API, to be nested under [`ROOT`], and what is kept of its answers. The resources of version 1 are in
/// [`v1::resources`].
pub fn router(ports: Ports, options: ApiOptions) -> (Router, AtHand) {
    let api = Api::new(ports, options);
    let (v1, document) = v1::resources().split_for_parts();
    let v1 = v1
        .route("/openapi.json", served(&openapi::finished(document)))
        .route("/docs", get(docs::page))
        .route("/docs/docs.js", get(docs::script))
        .route("/docs/docs.css", get(docs::style));
    let router = Router::new()
        .nest("/v1", v1)
        .merge(deprecated::aliases(&api))
        .route("/problems/{slug}", get(problem::explained))
        .method_not_allowed_fallback(problem::method_not_allowed)
        .fallback(problem::no_such_address)
        .layer(CatchPanicLayer::custom(problem::panicked))
        .with_state(api.clone());
    (router, AtHand(api))
}
