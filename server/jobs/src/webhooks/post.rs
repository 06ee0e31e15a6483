//! What sending needs: the way out, and what signs.

use std::{sync::Arc, time::Duration};

use domain::{
    clock::Timestamp,
    ids::{DeliveryId, StoreId, WebhookId},
};
use ports::{error::AppError, webhooks::WebhookSecret};
use store::webhooks::WebhookRow;
use tokio::sync::Notify;
use traces::{Outcome, Tracer};
use writers::{Allowed, Net, Secret, Wire};

use super::{
    send::{Attempt, Came, attempt},
    sign::{self, Key},
};
use crate::{Desk, traced::Piece};

/// A receiver that takes longer has failed; it should say that it has got something, and do its work behind that.
const PATIENCE: Duration = Duration::from_secs(15);

/// A delivery that takes longer is kept as a trace.
const SLOW: Duration = Duration::from_secs(5);

/// Shared by the couriers and the service of a process.
pub struct Post {
    pub(super) desk: Arc<Desk>,
    wire: Arc<dyn Wire>,
    allowed: Allowed,
    patience: Duration,
    tracer: Option<Tracer>,
    /// Tells the couriers of this process that there is something to do.
    pub(super) wake: Notify,
}

impl Post {
    /// Over the network, by the guard that providers are asked through: private addresses and those without encryption are refused unless
    /// the operator allows their hosts, separated by commas; `*` for all.
    pub fn open(desk: Arc<Desk>, allowed_hosts: &str) -> Self {
        let allowed = Allowed::for_webhooks(allowed_hosts);
        let wire = Arc::new(Net::new(allowed.clone()));
        Self { desk, wire, allowed, patience: PATIENCE, tracer: None, wake: Notify::new() }
    }

    /// Records what is sent.
    #[must_use]
    pub fn traced(self, tracer: Option<Tracer>) -> Self {
        Self { tracer, ..self }
    }

    /// With another limit for a receiver to answer.
    #[must_use]
    pub fn waiting(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    /// The way out, for others who send to addresses that somebody has typed.
    pub fn wire(&self) -> Arc<dyn Wire> {
        self.wire.clone()
    }

    pub(super) fn now(&self) -> Timestamp {
        self.desk.clock.now()
    }

    pub(super) const fn allowed(&self) -> &Allowed {
        &self.allowed
    }

    /// A number in 0 to 1.
    pub(super) fn chance(&self) -> f64 {
        let mut bytes = [0; 4];
        self.desk.entropy.fill(&mut bytes);
        f64::from(u32::from_le_bytes(bytes)) / f64::from(u32::MAX)
    }

    /// A new secret, and as it is kept.
    pub(super) fn make_secret(&self, store: StoreId, webhook: WebhookId) -> Result<(WebhookSecret, Vec<u8>), AppError> {
        let mut bytes = [0; 32];
        self.desk.entropy.fill(&mut bytes);
        let secret = sign::secret(&bytes);
        let sealed = self.desk.vault.seal(store, webhook.0.as_bytes(), &Secret::new(secret.0.clone())).map_err(|error| {
            tracing::error!(%error, "a webhook's secret could not be sealed");
            AppError::Internal
        })?;
        Ok((secret, sealed))
    }

    /// What a webhook's deliveries are signed with now: its secret, and for a day the one from before. Else a sentence.
    pub(super) fn keys(&self, store: StoreId, webhook: &WebhookRow) -> Result<Arc<[Key]>, &'static str> {
        let unsealed = |sealed: &[u8]| match self.desk.vault.unseal(store, webhook.id.0.as_bytes(), sealed) {
            Ok(secret) => Key::of(secret.expose()),
            Err(error) => {
                tracing::warn!(webhook.id = %webhook.id, %error, "a webhook's secret could not be read");
                None
            }
        };
        let current = unsealed(&webhook.sealed_secret).ok_or(UNREADABLE)?;
        let old = webhook.old_secret.as_ref().filter(|(_, until)| *until > self.now());
        let old = old.and_then(|(sealed, _)| unsealed(sealed));
        Ok([Some(current), old].into_iter().flatten().collect())
    }

    pub(super) async fn send(&self, url: &str, keys: &[Key], id: DeliveryId, body: &str) -> Attempt {
        let clock = &*self.desk.clock;
        let piece = Piece { tracer: self.tracer.as_ref(), clock, name: "webhook delivery", slow: Some(SLOW), due: None };
        let ended = |attempt: &Attempt| match attempt.came {
            Came::Failed { .. } => (Outcome::Failed, "failed"),
            Came::Delivered | Came::Gone => (Outcome::Done, "done"),
        };
        piece.recorded(attempt(&*self.wire, clock, self.patience, url, keys, id, body), ended).await
    }
}

const UNREADABLE: &str = "Its secret cannot be read with this installation's own. Make a new secret, and let it go on.";

impl std::fmt::Debug for Post {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Post").field("patience", &self.patience).finish_non_exhaustive()
    }
}
