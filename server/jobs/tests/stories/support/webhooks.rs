//! Webhooks and those who send to them.

use std::{sync::Arc, time::Duration};

use domain::{
    clock::Timestamp,
    field::{Field, Value},
    ids::{OpId, ProductId, WebhookId},
    op::{Action, Base, Edit, Op},
    product::Content,
};
use jobs::{Couriers, CouriersHandle, Post, WebhooksService};
use ports::webhooks::{DeliveryView, Event, Events, NewWebhook, WebhookChange, WebhookView, Webhooks};
use store::OsEntropy;

use super::{Receiver, World};

/// A receiver that says nothing is waited for so long.
pub const PATIENCE: Duration = Duration::from_secs(1);

pub fn products() -> Events {
    [Event::ProductCreated, Event::ProductUpdated, Event::ProductDeleted, Event::ProductRestored].into_iter().collect()
}

impl World {
    /// Any address may be asked: receivers are on this machine.
    pub fn post(&self) -> Arc<Post> {
        Arc::new(Post::open(self.desk.clone(), "*").waiting(PATIENCE))
    }

    pub fn webhooks(&self) -> WebhooksService {
        WebhooksService::new(self.store.clone(), self.post())
    }

    pub fn couriers(&self) -> CouriersHandle {
        Couriers::start(self.store.clone(), self.post())
    }

    /// A webhook and its secret.
    pub async fn webhook(&self, receiver: &Receiver, events: Events) -> (WebhookId, String) {
        let new = NewWebhook { url: receiver.url.clone(), events };
        let (view, secret) = self.webhooks().make_webhook(&self.owner, None, new).await.unwrap();
        (view.id, secret.unwrap().0)
    }

    pub async fn hook(&self, id: WebhookId) -> WebhookView {
        self.webhooks().webhook(&self.owner, id).await.unwrap().unwrap()
    }

    pub async fn pause(&self, id: WebhookId, paused: bool) {
        let change = WebhookChange { paused: Some(paused), ..WebhookChange::default() };
        self.webhooks().change_webhook(&self.owner, id, change).await.unwrap();
    }

    pub async fn deliveries(&self, id: WebhookId) -> Vec<DeliveryView> {
        self.webhooks().deliveries(&self.owner, id, None, 250).await.unwrap().deliveries
    }

    /// The log once it is as expected.
    pub async fn until_log(&self, id: WebhookId, expected: impl Fn(&[DeliveryView]) -> bool) -> Vec<DeliveryView> {
        for _ in 0..6_000 {
            let log = self.deliveries(id).await;
            if expected(&log) {
                return log;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("waited too long: {:?}", self.deliveries(id).await);
    }

    pub async fn make(&self, handle: &str) -> ProductId {
        self.make_many(std::slice::from_ref(&handle)).await.remove(0)
    }

    pub async fn make_many(&self, handles: &[impl AsRef<str>]) -> Vec<ProductId> {
        let ids: Vec<ProductId> = handles.iter().map(|_| ProductId(fresh())).collect();
        let content = |handle: &str| Content::new(handle.parse().unwrap(), handle);
        let create = |(handle, id): (&_, &ProductId)| {
            let handle: &str = AsRef::<str>::as_ref(handle);
            Op { id: OpId(fresh()), product: *id, action: Action::Create(Box::new(content(handle))) }
        };
        self.write(handles.iter().zip(&ids).map(create).collect()).await;
        ids
    }

    pub async fn retitle(&self, products: &[ProductId], title: &str) {
        let edit = Edit { field: Field::Title, base: Base::Any, value: Value::text(title) };
        let op = |product: &ProductId| Op { id: OpId(fresh()), product: *product, action: Action::Edit(vec![edit.clone()]) };
        self.write(products.iter().map(op).collect()).await;
    }
}

fn fresh() -> uuid::Uuid {
    let mut random = [0; 10];
    store::Entropy::fill(&OsEntropy, &mut random);
    OpId::new(Timestamp::from_micros(1_760_000_000_000_000), random).0
}
