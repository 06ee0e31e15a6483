//! Webhooks: which programs are told of what happens. For owners alone.

use axum::{
    extract::{Path, State, rejection::PathRejection},
    http::{HeaderMap, StatusCode, header},
    response::Response,
};
use domain::ids::WebhookId;
use ports::{
    Access,
    error::AppError,
    webhooks::{NewWebhook, WebhookChange, WebhookView},
};
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    ROOT,
    common::{Nothing, id, once_of, optional, shown, written},
    parameters::{IdempotencyKey, IfNoneMatch},
    webhooks_json::{NewWebhookJson, PatchJson, WebhookJson, WithSecret, events},
};
use crate::{
    answer::Answer,
    bearer::{Allowed, ReadWebhooks, WriteWebhooks},
    body::{Asked, JSON, MERGE_PATCH},
    idempotency::{Work, once},
    options::Api,
    problem::{Kind, Problem, problems},
};

problems!(WhenWebhooksRead: read);
problems!(WhenWebhookRead: read, NotFound);
problems!(WhenWebhookMade: write, UnsupportedMediaType, Unacceptable);
problems!(WhenWebhookChanged: write, NotFound, UnsupportedMediaType, Unacceptable);

/// The webhooks of the store.
#[derive(Serialize, ToSchema)]
#[schema(as = WebhookList)]
pub(crate) struct WebhookList<'a> {
    /// The oldest first.
    webhooks: Vec<WebhookJson<'a>>,
}

/// List webhooks
///
/// With how each fares. For owners alone, as an address may have a secret in it.
#[utoipa::path(
    get,
    path = "/webhooks",
    operation_id = "listWebhooks",
    tag = "Webhooks",
    params(IfNoneMatch),
    responses(
        (status = 200, description = "The webhooks", body = WebhookList<'static>, headers(("ETag" = String, description = "Strong: of the webhooks as they are now."))),
        (status = 304, description = "One has them already"),
        WhenWebhooksRead,
    ),
    security(("bearer" = ["webhooks:read"])),
)]
pub(crate) async fn list(State(api): State<Api>, allowed: Allowed<ReadWebhooks>, headers: HeaderMap) -> Result<Answer, Problem> {
    let webhooks = api.ports.webhooks.webhooks(&allowed.bearer.access).await?;
    shown(&WebhookList { webhooks: webhooks.iter().map(WebhookJson::of).collect() }, &headers)
}

/// Make a webhook
///
/// It is told of what happens from now on: each event is posted as JSON, signed as the Standard Webhooks specification has it, at least once,
/// those of one product one after the other. The secret that deliveries are signed with is in this answer and in no other: sent again with
/// the same `Idempotency-Key`, the request is answered without it.
#[utoipa::path(
    post,
    path = "/webhooks",
    operation_id = "createWebhook",
    tag = "Webhooks",
    params(
        IdempotencyKey,
    ),
    request_body(content = NewWebhookJson, content_type = "application/json"),
    responses(
        (status = 201, description = "The webhook, which is made", body = WithSecret<'static>, headers(
            ("Location" = String, description = "Where the webhook is."),
            ("Idempotency-Replayed" = String, description = "`true` when this is the answer of the first time."),
        )),
        WhenWebhookMade,
    ),
    security(("bearer" = ["webhooks:write"])),
)]
pub(crate) async fn create(State(api): State<Api>, allowed: Allowed<WriteWebhooks>, asked: Asked) -> Response {
    once(api, allowed.bearer, asked, create_now).await
}

async fn create_now(Work { api, bearer, asked, ids }: Work) -> Result<Answer, Problem> {
    let NewWebhookJson { url, events: names } = asked.json(JSON)?;
    let new = NewWebhook { url: no_nul(url)?, events: events(&names)? };
    let made = api.ports.webhooks.make_webhook(&bearer.access, Some(ids.webhook()), new).await;
    let (view, secret) = made.map_err(about_the_address)?;
    let answer = |secret| WithSecret { webhook: WebhookJson::of(&view), secret };
    let told = Answer::json(StatusCode::CREATED, &answer(None))?.text_header(header::LOCATION, &format!("{ROOT}/webhooks/{}", view.id));
    match &secret {
        Some(secret) => told.with_secret(&answer(Some(&secret.0))),
        None => Ok(told),
    }
}

/// Read a webhook
///
/// Where it goes, what it is told, and how it fares: whether deliveries arrive, and how many changes are behind. For owners alone.
#[utoipa::path(
    get,
    path = "/webhooks/{id}",
    operation_id = "getWebhook",
    tag = "Webhooks",
    params(
        ("id" = String, Path, description = "Its id.", format = "uuid"),
        IfNoneMatch,
    ),
    responses(
        (status = 200, description = "The webhook", body = WebhookJson<'static>, headers(("ETag" = String, description = "Strong: of the webhook as it is now."))),
        (status = 304, description = "One has it already"),
        WhenWebhookRead,
    ),
    security(("bearer" = ["webhooks:read"])),
)]
pub(crate) async fn read(
    State(api): State<Api>,
    allowed: Allowed<ReadWebhooks>,
    webhook: Result<Path<String>, PathRejection>,
    headers: HeaderMap,
) -> Result<Answer, Problem> {
    let view = find(&api, &allowed.bearer.access, id(webhook)?).await?;
    shown(&WebhookJson::of(&view), &headers)
}

/// Change a webhook
///
/// Its address, what it is told, and whether it waits. One that has failed goes on with `"paused": false`.
#[utoipa::path(
    patch,
    path = "/webhooks/{id}",
    operation_id = "updateWebhook",
    tag = "Webhooks",
    params(
        ("id" = String, Path, description = "Its id.", format = "uuid"),
        IdempotencyKey,
    ),
    request_body(
        description = "What is not in it stays.",
        content(
            (PatchJson = "application/merge-patch+json", example = json!({"paused": true})),
            (PatchJson = "application/json", example = json!({"paused": true})),
        ),
    ),
    responses(
        (status = 200, description = "The webhook as it is now", body = WebhookJson<'static>, headers(
            ("ETag" = String, description = "Strong: of the webhook as it is now."),
            ("Idempotency-Replayed" = String, description = "`true` when this is the answer of the first time."),
        )),
        WhenWebhookChanged,
    ),
    security(("bearer" = ["webhooks:write"])),
)]
pub(crate) async fn change(
    State(api): State<Api>,
    allowed: Allowed<WriteWebhooks>,
    webhook: Result<Path<String>, PathRejection>,
    asked: Asked,
) -> Response {
    once_of(api, allowed.bearer, id(webhook), asked, change_now).await
}

async fn change_now(Work { api, bearer, asked, .. }: Work, id: WebhookId) -> Result<Answer, Problem> {
    let PatchJson { url, events: names, paused } = asked.json(MERGE_PATCH)?;
    let change = WebhookChange { url: url.map(no_nul).transpose()?, events: names.as_deref().map(events).transpose()?, paused };
    let view = api.ports.webhooks.change_webhook(&bearer.access, id, change).await.map_err(about_the_address)?;
    written(StatusCode::OK, &WebhookJson::of(&view))
}

/// Remove a webhook
///
/// It is told of nothing more, and its log goes with it.
#[utoipa::path(
    delete,
    path = "/webhooks/{id}",
    operation_id = "deleteWebhook",
    tag = "Webhooks",
    params(
        ("id" = String, Path, description = "Its id.", format = "uuid"),
        IdempotencyKey,
    ),
    responses(
        (status = 204, description = "It is gone", headers(
            ("Idempotency-Replayed" = String, description = "`true` when this is the answer of the first time."),
        )),
        WhenWebhookChanged,
    ),
    security(("bearer" = ["webhooks:write"])),
)]
pub(crate) async fn remove(
    State(api): State<Api>,
    allowed: Allowed<WriteWebhooks>,
    webhook: Result<Path<String>, PathRejection>,
    asked: Asked,
) -> Response {
    once_of(api, allowed.bearer, id(webhook), asked, remove_now).await
}

async fn remove_now(Work { api, bearer, .. }: Work, id: WebhookId) -> Result<Answer, Problem> {
    api.ports.webhooks.remove_webhook(&bearer.access, id).await?;
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}

/// Make a new secret
///
/// For a day deliveries are signed with the one from before as well. The new one is in this answer and in no other: sent again with the same
/// `Idempotency-Key`, the request is answered without it.
#[utoipa::path(
    post,
    path = "/webhooks/{id}/secret",
    operation_id = "rotateWebhookSecret",
    tag = "Webhooks",
    params(
        ("id" = String, Path, description = "Its id.", format = "uuid"),
        IdempotencyKey,
    ),
    responses(
        (status = 200, description = "The webhook with its new secret", body = WithSecret<'static>, headers(
            ("Idempotency-Replayed" = String, description = "`true` when this is the answer of the first time."),
        )),
        WhenWebhookChanged,
    ),
    security(("bearer" = ["webhooks:write"])),
)]
pub(crate) async fn rotate(
    State(api): State<Api>,
    allowed: Allowed<WriteWebhooks>,
    webhook: Result<Path<String>, PathRejection>,
    asked: Asked,
) -> Response {
    once_of(api, allowed.bearer, id(webhook), asked, rotate_now).await
}

async fn rotate_now(Work { api, bearer, asked, .. }: Work, id: WebhookId) -> Result<Answer, Problem> {
    optional::<Nothing>(&asked)?;
    let (secret, _) = api.ports.webhooks.rotate_secret(&bearer.access, id).await?;
    let view = find(&api, &bearer.access, id).await?;
    let answer = |secret| WithSecret { webhook: WebhookJson::of(&view), secret };
    Answer::json(StatusCode::OK, &answer(None))?.with_secret(&answer(Some(&secret.0)))
}

pub(super) async fn find(api: &Api, who: &Access, id: WebhookId) -> Result<WebhookView, Problem> {
    api.ports.webhooks.webhook(who, id).await?.ok_or_else(Problem::not_found)
}

fn no_nul(url: String) -> Result<String, Problem> {
    if url.contains('\0') { Err(Problem::pointer(Kind::InvalidRequest, "/url", "A text has no NUL character.")) } else { Ok(url) }
}

/// What is refused beside what was read already is the address, unless there are too many.
fn about_the_address(error: AppError) -> Problem {
    match error {
        AppError::Invalid(sentence) if sentence.contains("address") || sentence.contains("allow") => {
            Problem::pointer(Kind::Unacceptable, "/url", sentence)
        }
        error => error.into(),
    }
}
