//! The log of a webhook: what was sent to it, tests, and what is sent again.

use axum::{
    extract::{Path, RawQuery, State, rejection::PathRejection},
    http::{HeaderMap, StatusCode},
    response::Response,
};
use domain::ids::{DeliveryId, Seq, WebhookId};
use ports::webhooks::{DeliveryBookmark, MOST_DELIVERIES, Since};
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    common::{Nothing, id, once_of, optional, shown_part},
    parameters::{IdempotencyKey, IfNoneMatch, Parameters},
    webhooks_json::{DeliveryJson, ReplayJson},
};
use crate::{
    answer::Answer,
    bearer::{Allowed, ReadWebhooks, WriteWebhooks},
    body::{Asked, JSON},
    cursor::List,
    format,
    idempotency::Work,
    options::Api,
    problem::{Kind, Problem, problems},
};

const DEFAULT_LIMIT: u32 = 50;

problems!(WhenDeliveriesRead: read, InvalidRequest, NotFound);
problems!(WhenReplayed: write, NotFound, UnsupportedMediaType, Unacceptable);

/// A part of a webhook's log.
#[derive(Serialize, ToSchema)]
#[schema(as = WebhookDeliveryPage)]
pub(crate) struct DeliveryPageJson<'a> {
    /// The latest first.
    deliveries: Vec<DeliveryJson<'a>>,
    /// The cursor of the part behind this one; null at the end.
    #[schema(required = true)]
    next: Option<String>,
}

/// List deliveries
///
/// What was sent to a webhook and what waits to be, the latest attempt first. It is kept for a week, and 5,000 lines at most.
#[utoipa::path(
    get,
    path = "/webhooks/{id}/deliveries",
    operation_id = "listWebhookDeliveries",
    tag = "Webhooks",
    params(
        ("id" = String, Path, description = "The webhook's id.", format = "uuid"),
        ("limit" = Option<u32>, Query, description = "How many at most; 50 without it.", minimum = 1, maximum = 250),
        ("cursor" = Option<String>, Query, description = "`next` of the part before."),
        IfNoneMatch,
    ),
    responses(
        (status = 200, description = "A part of the log", body = DeliveryPageJson<'static>, headers(
            ("ETag" = String, description = "Strong: of this part as it is now."),
            ("Link" = String, description = "`rel=\"next\"`: where the next part is (RFC 8288)."),
        )),
        (status = 304, description = "One has it already"),
        WhenDeliveriesRead,
    ),
    security(("bearer" = ["webhooks:read"])),
)]
pub(crate) async fn list(
    State(api): State<Api>,
    allowed: Allowed<ReadWebhooks>,
    webhook: Result<Path<String>, PathRejection>,
    RawQuery(address): RawQuery,
    headers: HeaderMap,
) -> Result<Answer, Problem> {
    let (who, id, address) = (&allowed.bearer.access, id::<WebhookId>(webhook)?, address.unwrap_or_default());
    let (parameters, limit) = Parameters::of_part(&address, MOST_DELIVERIES, DEFAULT_LIMIT)?;
    let list = List::of(who.store, &("deliveries", id));
    let behind = parameters.cursor::<DeliveryBookmark>(list)?;
    let page = api.ports.webhooks.deliveries(who, id, behind, limit).await?;
    let next = page.next.and_then(|bookmark| list.write(&bookmark));
    let told = DeliveryPageJson { deliveries: page.deliveries.iter().map(DeliveryJson::of).collect(), next };
    shown_part(&told, &headers, &format!("/webhooks/{id}/deliveries"), &address, told.next.as_deref())
}

/// Send a test
///
/// An event `webhook.test`, sent at once, also to a webhook that is paused. The answer says what came of it.
#[utoipa::path(
    post,
    path = "/webhooks/{id}/test",
    operation_id = "testWebhook",
    tag = "Webhooks",
    params(
        ("id" = String, Path, description = "The webhook's id.", format = "uuid"),
        IdempotencyKey,
    ),
    responses(
        (status = 200, description = "What came of it: `delivered` or `failed`", body = DeliveryJson<'static>, headers(
            ("Idempotency-Replayed" = String, description = "`true` when this is the answer of the first time."),
        )),
        WhenReplayed,
    ),
    security(("bearer" = ["webhooks:write"])),
)]
pub(crate) async fn test(
    State(api): State<Api>,
    allowed: Allowed<WriteWebhooks>,
    webhook: Result<Path<String>, PathRejection>,
    asked: Asked,
) -> Response {
    once_of(api, allowed.bearer, id(webhook), asked, test_now).await
}

async fn test_now(Work { api, bearer, asked, .. }: Work, id: WebhookId) -> Result<Answer, Problem> {
    optional::<Nothing>(&asked)?;
    let delivery = api.ports.webhooks.test_webhook(&bearer.access, id).await?;
    Answer::json(StatusCode::OK, &DeliveryJson::of(&delivery))
}

/// Send a delivery again
///
/// Under the id that it had. One that waits for its next attempt has it now.
#[utoipa::path(
    post,
    path = "/webhooks/{id}/deliveries/{delivery}/replay",
    operation_id = "replayWebhookDelivery",
    tag = "Webhooks",
    params(
        ("id" = String, Path, description = "The webhook's id.", format = "uuid"),
        ("delivery" = String, Path, description = "The delivery's id.", format = "uuid"),
        IdempotencyKey,
    ),
    responses(
        (status = 202, description = "It is on its way", headers(
            ("Idempotency-Replayed" = String, description = "`true` when this is the answer of the first time."),
        )),
        WhenReplayed,
    ),
    security(("bearer" = ["webhooks:write"])),
)]
pub(crate) async fn replay(
    State(api): State<Api>,
    allowed: Allowed<WriteWebhooks>,
    path: Result<Path<(String, String)>, PathRejection>,
    asked: Asked,
) -> Response {
    let ids = path.ok().and_then(|Path((webhook, delivery))| Some((webhook.parse::<WebhookId>().ok()?, delivery.parse::<DeliveryId>().ok()?)));
    once_of(api, allowed.bearer, ids.ok_or_else(Problem::not_found), asked, replay_now).await
}

async fn replay_now(Work { api, bearer, asked, .. }: Work, (webhook, delivery): (WebhookId, DeliveryId)) -> Result<Answer, Problem> {
    optional::<Nothing>(&asked)?;
    api.ports.webhooks.replay(&bearer.access, webhook, delivery).await?;
    Ok(Answer::empty(StatusCode::ACCEPTED))
}

/// Send everything again
///
/// All that happened since a change or a moment, in its order and under the ids that it had.
#[utoipa::path(
    post,
    path = "/webhooks/{id}/replay",
    operation_id = "replayWebhook",
    tag = "Webhooks",
    params(
        ("id" = String, Path, description = "The webhook's id.", format = "uuid"),
        IdempotencyKey,
    ),
    request_body(content = ReplayJson, content_type = "application/json", example = json!({"after": 1200})),
    responses(
        (status = 202, description = "It is on its way", headers(
            ("Idempotency-Replayed" = String, description = "`true` when this is the answer of the first time."),
        )),
        WhenReplayed,
    ),
    security(("bearer" = ["webhooks:write"])),
)]
pub(crate) async fn replay_since(
    State(api): State<Api>,
    allowed: Allowed<WriteWebhooks>,
    webhook: Result<Path<String>, PathRejection>,
    asked: Asked,
) -> Response {
    once_of(api, allowed.bearer, id(webhook), asked, replay_since_now).await
}

async fn replay_since_now(Work { api, bearer, asked, .. }: Work, id: WebhookId) -> Result<Answer, Problem> {
    let since = since(asked.json(JSON)?)?;
    api.ports.webhooks.replay_since(&bearer.access, id, since).await?;
    Ok(Answer::empty(StatusCode::ACCEPTED))
}

fn since(replay: ReplayJson) -> Result<Since, Problem> {
    match (replay.after, replay.since) {
        (Some(after), None) if after >= 0 => Ok(Since::Change(Seq(after))),
        (Some(_), None) => Err(Problem::pointer(Kind::Unacceptable, "/after", "The number of a change is 0 or more.")),
        (None, Some(text)) => {
            let wrong = || Problem::pointer(Kind::Unacceptable, "/since", "Write a moment in UTC like 2026-11-25T14:30:00Z.");
            format::read_time(&text).map(Since::Moment).ok_or_else(wrong)
        }
        _ => Err(Problem::pointer(Kind::Unacceptable, "", "Name either after or since.")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_of_two_says_from_where_on() {
        let since = |after, text: Option<&str>| since(ReplayJson { after, since: text.map(str::to_owned) }).map_err(|problem| problem.status());

        assert_eq!(since(Some(0), None), Ok(Since::Change(Seq(0))));
        assert!(matches!(since(None, Some("2026-11-25T14:30:00Z")), Ok(Since::Moment(_))));
        assert_eq!([since(None, None), since(Some(1), Some("2026-11-25T14:30:00Z")), since(Some(-1), None), since(None, Some("now"))], [Err(422); 4]);
    }
}
