//! Version 1: its resources, each a file beside this one.

mod auth;
mod batch;
mod changes;
mod changes_json;
mod common;
mod exports;
mod filters;
mod if_match;
mod images;
mod images_input;
mod imports;
mod imports_bad_rows;
mod jobs;
mod jobs_json;
mod members;
mod parameters;
mod parts;
mod product_input;
mod product_json;
pub(crate) mod products;
mod products_cursor;
mod receipts;
mod reviews;
mod reviews_decision;
mod reviews_input;
mod reviews_json;
mod reviews_many;
mod reviews_outcome;
mod reviews_queue;
mod runs;
mod runs_filter;
mod runs_input;
mod runs_json;
mod runs_providers;
mod runs_results;
mod runs_steering;
mod usage;
mod usage_days;
mod usage_json;
mod variants;
mod variants_input;
mod versions;
mod versions_json;
mod versions_words;
mod webhooks;
mod webhooks_deliveries;
mod webhooks_json;
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
        .routes(routes!(variants::list, variants::create))
        .routes(routes!(variants::read, variants::change, variants::remove))
        .routes(routes!(images::list, images::create))
        .routes(routes!(images::read, images::change, images::remove))
        .routes(routes!(changes::list))
        .routes(routes!(imports::start))
        .routes(routes!(imports::confirm))
        .routes(routes!(imports_bad_rows::list))
        .routes(routes!(exports::products))
        .routes(routes!(jobs::list))
        .routes(routes!(jobs::read))
        .routes(routes!(jobs::cancel))
        .routes(routes!(runs::list, runs::start))
        .routes(routes!(runs::estimate))
        .routes(routes!(runs::read))
        .routes(routes!(runs_results::results))
        .routes(routes!(runs_results::failures))
        .routes(routes!(runs_steering::pause))
        .routes(routes!(runs_steering::resume))
        .routes(routes!(runs_steering::cancel))
        .routes(routes!(runs_steering::retry))
        .routes(routes!(runs_providers::list))
        .routes(routes!(versions::list))
        .routes(routes!(versions::read))
        .routes(routes!(versions::activate))
        .routes(routes!(versions::roll_back))
        .routes(routes!(reviews::list))
        .routes(routes!(reviews::read))
        .routes(routes!(reviews::reviewers))
        .routes(routes!(reviews_decision::decide))
        .routes(routes!(reviews_decision::assign))
        .routes(routes!(reviews_decision::judge))
        .routes(routes!(reviews_many::approve))
        .routes(routes!(usage::read))
        .routes(routes!(usage::calls))
        .routes(routes!(members::list))
        .routes(routes!(webhooks::list, webhooks::create))
        .routes(routes!(webhooks::read, webhooks::change, webhooks::remove))
        .routes(routes!(webhooks::rotate))
        .routes(routes!(webhooks_deliveries::list))
        .routes(routes!(webhooks_deliveries::test))
        .routes(routes!(webhooks_deliveries::replay))
        .routes(routes!(webhooks_deliveries::replay_since))
}

/// What was there before there were versions, by its address below `/api` and below [`ROOT`].
pub(crate) fn before_versions() -> [(&'static str, MethodRouter<Api>); 2] {
    [("/auth/login", post(auth::log_in)), ("/products", get(products::list).post(products::create))]
}
