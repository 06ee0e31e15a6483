//! The document of the API (OpenAPI 3.1), from its handlers.

use axum::{http::HeaderMap, routing::MethodRouter};
use utoipa::{
    OpenApi,
    openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme},
};

use crate::{
    answer::Answer,
    etag,
    options::Api,
    problem::{Fault, Problem},
    v1,
};

/// What stands above the operations.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Vitrine",
        version = "1",
        description = "The API of a Vitrine store.\n\nA program asks with a token in `Authorization: Bearer`, which a person makes on the settings page: \
            it asks in that person's name, in one store, and may what the person's role and the token's scopes allow.\n\nAmounts are decimal \
            numbers as text (`\"19.90\"`) in the store's currency, times are RFC 3339 in UTC, ids are UUIDs. What goes wrong is told as problem \
            details (RFC 9457) that name the field at fault. New fields may be added to answers at any time; what is there keeps its meaning, \
            and goes away with a new version alone."
    ),
    servers((url = "/api/v1")),
    tags(
        (name = "Logging in", description = "A token for a password."),
        (name = "Products", description = "The catalogue of a store."),
        (name = "Variants", description = "What a product can be bought as."),
        (name = "Images", description = "The pictures of a product."),
        (name = "Changes", description = "What happened to products, for whoever keeps up with it."),
        (name = "Imports and exports", description = "Catalogue files."),
        (name = "Jobs", description = "Imports at work in the background."),
        (name = "Runs", description = "Better words for many products, written in the background: every suggestion waits for a review."),
        (name = "Versions", description = "What was written for a product, and which of it the product says."),
        (name = "Reviews", description = "Suggestions that wait for somebody's decision."),
        (name = "Usage", description = "What writing has cost."),
        (name = "Members", description = "Who belongs to the store."),
        (name = "Webhooks", description = "Programs that are told of what happens."),
    ),
    components(schemas(Problem, Fault)),
)]
struct Head;

pub(crate) fn head() -> utoipa::openapi::OpenApi {
    let mut head = Head::openapi();
    let says = "A token that was made on the settings page, or by logging in. The names at an operation are the scopes that it needs.";
    let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).description(Some(says)).build();
    head.components.get_or_insert_default().add_security_scheme("bearer", SecurityScheme::Http(bearer));
    // Whose work the program is stands in the program.
    head.info.license = None;
    head.info.contact = None;
    head
}

/// The document of version 1 as it is served, with an end of line.
pub fn document() -> String {
    finished(v1::resources().split_for_parts().1)
}

pub(crate) fn finished(document: utoipa::openapi::OpenApi) -> String {
    // Made of plain strings and maps: it can always be written.
    let mut text = document.to_pretty_json().unwrap_or_default();
    text.push('\n');
    text
}

/// The same bytes for everybody.
pub(crate) fn served(document: &str) -> MethodRouter<Api> {
    let etag = etag::of_bytes(document.as_bytes());
    let answer = Answer::new(axum::http::StatusCode::OK, "application/json", document.as_bytes().to_vec());
    axum::routing::get(move |headers: HeaderMap| {
        let answer = answer.clone().tagged(&etag, &headers);
        async move { answer }
    })
}
