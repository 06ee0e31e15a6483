//! What tests begin with.

use domain::{
    clock::Timestamp,
    ids::{DeliveryId, Seq, WebhookId},
};
use ports::webhooks::{DeliveryState, DeliveryView, Event, WebhookState, WebhookView};

pub(super) const NOW: Timestamp = Timestamp::from_micros(1_764_028_800_000_000);

pub(super) fn webhook() -> WebhookView {
    WebhookView {
        id: WebhookId::new(NOW, [1; 10]),
        url: "https://example.com/<i>hook?key=\"1\"".into(),
        events: [Event::ProductUpdated, Event::RunFinished].into_iter().collect(),
        state: WebhookState::Active,
        reason: String::new(),
        created_at: NOW.plus_seconds(-864_000),
        delivered_at: Some(NOW.plus_seconds(-300)),
        failing_since: None,
        old_secret_until: None,
        seen: Seq(1_000),
        behind: 0,
        waiting: 0,
    }
}

pub(super) fn delivery() -> DeliveryView {
    DeliveryView {
        id: DeliveryId::new(NOW, [2; 10]),
        event: "product.updated".into(),
        subject: "oak-lamp".into(),
        seq: Some(Seq(12)),
        happened_at: NOW.plus_seconds(-60),
        state: DeliveryState::Waiting,
        attempts: 3,
        due_at: Some(NOW.plus_seconds(90)),
        noted_at: NOW.plus_seconds(-30),
        status: Some(500),
        milliseconds: Some(120),
        answer: "<script>alert(1)</script>".into(),
    }
}
