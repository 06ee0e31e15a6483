//! Providers that do as they are told, set up in the store as an owner does it.

use std::{sync::Arc, time::Duration};

use domain::{clock::Timestamp, ids::ProviderId, money::Cost};
use ports::writing::{PriceView, ProviderDraft, ProviderKind, Writing};
use scripted_provider::{Scripted, Usual};
use tokio::{net::TcpListener, task::JoinHandle};

use super::World;

pub struct Provider {
    pub id: ProviderId,
    pub scripted: Arc<Scripted>,
    pub draft: ProviderDraft,
    listening: JoinHandle<std::io::Result<()>>,
}

/// Ten major units per million tokens sent, thirty per million that come.
pub const PRICE: (Cost, Cost) = (Cost(10_000_000), Cost(30_000_000));

pub fn slow(delay: Duration) -> Arc<Scripted> {
    Scripted::usually(Usual { delay, ..Usual::default() })
}

impl World {
    /// A provider with a price.
    pub async fn provider(&self, scripted: Arc<Scripted>, concurrency: u32) -> Provider {
        let provider = self.provider_without_price("Mistral", 0, scripted, concurrency).await;
        self.price(provider.id, PRICE).await;
        provider
    }

    pub async fn provider_without_price(&self, name: &str, position: u32, scripted: Arc<Scripted>, concurrency: u32) -> Provider {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let draft = ProviderDraft {
            id: None,
            kind: ProviderKind::OpenAi,
            name: name.into(),
            base_url: format!("http://{}/v1", listener.local_addr().unwrap()),
            model: "small".into(),
            key: Some("sk-very-secret".into()),
            concurrency,
            timeout_seconds: 30,
            position,
            enabled: true,
        };
        let id = self.writing().save_provider(&self.owner, draft.clone()).await.unwrap();
        let listening = tokio::spawn(Arc::clone(&scripted).listen(listener));
        Provider { id, scripted, draft: ProviderDraft { id: Some(id), ..draft }, listening }
    }

    pub async fn price(&self, provider: ProviderId, (input, output): (Cost, Cost)) {
        let price = PriceView { provider, model: "small".into(), from: Timestamp::default(), input, output };
        self.writing().save_price(&self.owner, price).await.unwrap();
    }
}

impl Provider {
    pub fn calls(&self) -> usize {
        self.scripted.seen().len()
    }
}

impl Drop for Provider {
    fn drop(&mut self) {
        self.listening.abort();
    }
}
