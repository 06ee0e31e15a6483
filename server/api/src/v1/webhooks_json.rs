//! Webhooks and deliveries as the API shows them, and as they are sent to it.

use domain::ids::{DeliveryId, Seq, WebhookId};
use ports::webhooks::{DeliveryState, DeliveryView, Event, Events, WebhookState, WebhookView};
use serde::{Deserialize, Serialize};
use utoipa::{ToSchema, openapi::Object};

use super::common::one_of;
use crate::{
    format,
    problem::{Kind, Problem},
};

/// An address that is told of what happens in the store.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Webhook)]
pub(crate) struct WebhookJson<'a> {
    #[schema(value_type = String, format = "uuid")]
    id: WebhookId,
    #[schema(example = "https://hooks.shop.example/vitrine")]
    url: &'a str,
    #[schema(value_type = Vec<String>, example = json!(["product.created", "product.updated"]))]
    events: Vec<&'static str>,
    #[schema(schema_with = state)]
    state: &'static str,
    /// Why it has failed: a sentence, or nothing.
    reason: &'a str,
    #[schema(format = DateTime)]
    created_at: String,
    /// When something arrived last.
    #[schema(format = DateTime, required = true)]
    delivered_at: Option<String>,
    /// Since when nothing does; null while all is well.
    #[schema(format = DateTime, required = true)]
    failing_since: Option<String>,
    /// Until when deliveries are signed with the secret from before as well.
    #[schema(format = DateTime, required = true)]
    old_secret_until: Option<String>,
    /// Up to which change the log has been looked through.
    #[schema(value_type = i64, example = 12)]
    seen: Seq,
    /// How many changes are behind that one.
    behind: u64,
    /// How many deliveries are on their way.
    waiting: u32,
}

/// A webhook with the secret that its deliveries are signed with.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = WebhookWithSecret)]
pub(crate) struct WithSecret<'a> {
    #[serde(flatten)]
    pub(super) webhook: WebhookJson<'a>,
    /// Shown once: null when the request was done before.
    #[schema(required = true, example = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")]
    pub(super) secret: Option<&'a str>,
}

/// A webhook that is to be made.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewWebhook)]
pub(crate) struct NewWebhookJson {
    /// Begins with `https://`; with `http://` where the operator of the server allows the host.
    #[schema(max_length = 2_000, example = "https://hooks.shop.example/vitrine")]
    pub(super) url: String,
    /// What it is told: of `product.created`, `product.updated`, `product.deleted`, `product.restored`, `review.decided`, `run.finished`
    /// and `import.finished`. When many products change at once, it is told of them in a `product.batch`, which has the events within it.
    #[schema(min_items = 1, example = json!(["product.created", "product.updated"]))]
    pub(super) events: Vec<String>,
}

/// What is to be changed; what is left out stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = WebhookPatch)]
pub(crate) struct PatchJson {
    #[serde(default)]
    #[schema(max_length = 2_000, nullable = false)]
    pub(super) url: Option<String>,
    #[serde(default)]
    #[schema(min_items = 1, nullable = false)]
    pub(super) events: Option<Vec<String>>,
    /// True has it wait: what happens meanwhile is told when it goes on. False lets it go on, also after it has failed.
    #[serde(default)]
    #[schema(nullable = false)]
    pub(super) paused: Option<bool>,
}

/// From where on everything is told once more. Name one of the two.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = WebhookReplay)]
pub(crate) struct ReplayJson {
    /// What comes behind this change; 0 is everything.
    #[serde(default)]
    #[schema(minimum = 0, nullable = false)]
    pub(super) after: Option<i64>,
    /// What happened from this moment on (RFC 3339, UTC), jobs among it as far as they are in the webhook's log.
    #[serde(default)]
    #[schema(format = DateTime, nullable = false, example = "2026-11-25T14:30:00Z")]
    pub(super) since: Option<String>,
}

/// One event on its way to a webhook, or what came of it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = WebhookDelivery)]
pub(crate) struct DeliveryJson<'a> {
    /// In the header `webhook-id` it stands as `msg_` and the same without hyphens.
    #[schema(value_type = String, format = "uuid")]
    id: DeliveryId,
    #[schema(example = "product.updated")]
    event: &'a str,
    /// What it is about, for people: the product's handle, the file's name.
    #[schema(example = "oak-lamp")]
    subject: &'a str,
    /// The change that it tells of; null of what is not in the change log.
    #[schema(value_type = Option<i64>, required = true)]
    seq: Option<Seq>,
    #[schema(format = DateTime)]
    happened_at: String,
    #[schema(schema_with = delivery_state)]
    state: &'static str,
    attempts: u32,
    /// When it is tried next; null when it is not.
    #[schema(format = DateTime, required = true)]
    due_at: Option<String>,
    /// The last attempt, or when it came into the log.
    #[schema(format = DateTime)]
    noted_at: String,
    /// What the receiver answered last; null when there was no answer.
    #[schema(required = true)]
    status: Option<u16>,
    #[schema(required = true)]
    milliseconds: Option<u32>,
    /// The beginning of that answer as text, or why there was none. Whatever somebody else has written.
    answer: &'a str,
}

impl<'a> WebhookJson<'a> {
    pub(super) fn of(view: &'a WebhookView) -> Self {
        Self {
            id: view.id,
            url: &view.url,
            events: view.events.iter().map(Event::name).collect(),
            state: view.state.name(),
            reason: &view.reason,
            created_at: format::time(view.created_at),
            delivered_at: view.delivered_at.map(format::time),
            failing_since: view.failing_since.map(format::time),
            old_secret_until: view.old_secret_until.map(format::time),
            seen: view.seen,
            behind: view.behind,
            waiting: view.waiting,
        }
    }
}

impl<'a> DeliveryJson<'a> {
    pub(super) fn of(view: &'a DeliveryView) -> Self {
        Self {
            id: view.id,
            event: &view.event,
            subject: &view.subject,
            seq: view.seq,
            happened_at: format::time(view.happened_at),
            state: view.state.name(),
            attempts: view.attempts,
            due_at: view.due_at.map(format::time),
            noted_at: format::time(view.noted_at),
            status: view.status,
            milliseconds: view.milliseconds,
            answer: &view.answer,
        }
    }
}

/// Reads the names of events.
pub(super) fn events(names: &[String]) -> Result<Events, Problem> {
    if names.is_empty() {
        return Err(Problem::pointer(Kind::Unacceptable, "/events", "Name at least one event to be told of."));
    }
    let read = |(number, name): (usize, &String)| {
        Event::from_name(name).ok_or_else(|| {
            let known = Event::ALL.iter().map(|event| event.name()).collect::<Vec<_>>().join(", ");
            Problem::pointer(Kind::Unacceptable, format!("/events/{number}"), format!("{name:?} is no event. There are: {known}."))
        })
    };
    names.iter().enumerate().map(read).collect()
}

fn state() -> Object {
    one_of(
        WebhookState::ALL.map(WebhookState::name),
        "`paused` by a person; `failed` when nothing arrived for three days, or the receiver answered 410.",
    )
}

fn delivery_state() -> Object {
    one_of(DeliveryState::ALL.map(DeliveryState::name), "`failed` is given up: it was tried for a day.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_read_by_their_names() {
        let read = |names: &[&str]| {
            events(&names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>()).map_err(|problem| serde_json::to_value(&problem).unwrap())
        };

        assert_eq!(read(&["run.finished", "product.created"]).unwrap(), [Event::RunFinished, Event::ProductCreated].into_iter().collect());
        assert_eq!(read(&[]).unwrap_err()["errors"][0]["pointer"], "/events");
        let unknown = read(&["product.created", "product.sold"]).unwrap_err();
        assert_eq!((&unknown["status"], unknown["errors"][0]["pointer"].as_str()), (&serde_json::json!(422), Some("/events/1")));
    }
}
