//! The port of webhooks: what owners do with them.

use std::sync::Arc;

use async_trait::async_trait;
use domain::clock::Timestamp;
use domain::{
    ids::{DeliveryId, WebhookId},
    role::Permission,
};
use ports::{
    Access,
    error::AppError,
    webhooks::{
        DeliveryBookmark, DeliveryPage, DeliveryState, DeliveryView, Events, LONGEST_URL, MOST_DELIVERIES, NewWebhook, OLD_SECRET_SECONDS, Since,
        WebhookChange, WebhookSecret, WebhookState, WebhookView, Webhooks,
    },
};
use store::{
    Store, StoreError, StoreRef,
    webhooks::{Flown, NewWebhookRow, WebhookRow},
};
use url::Url;
use writers::Allowed;

use super::{body, post::Post, send::Came};

#[derive(Debug)]
pub struct WebhooksService {
    store: Store,
    post: Arc<Post>,
}

impl WebhooksService {
    /// `post` is that of the couriers of this process, if it has some.
    pub fn new(store: Store, post: Arc<Post>) -> Self {
        Self { store, post }
    }

    async fn at(&self, who: &Access) -> Result<Arc<StoreRef>, AppError> {
        if !who.role.may(Permission::Manage) {
            return Err(AppError::Forbidden);
        }
        self.store.store_by_id(who.store).await?.ok_or(AppError::NotFound)
    }

    async fn row(&self, at: &StoreRef, id: WebhookId) -> Result<WebhookRow, AppError> {
        self.store.webhook_of(at, id).await?.ok_or(AppError::NotFound)
    }
}

#[async_trait]
impl Webhooks for WebhooksService {
    async fn webhooks(&self, who: &Access) -> Result<Vec<WebhookView>, AppError> {
        let at = self.at(who).await?;
        let now = self.post.now();
        Ok(self.store.webhooks_of(&at).await?.into_iter().map(|row| view(row, now)).collect())
    }

    async fn webhook(&self, who: &Access, id: WebhookId) -> Result<Option<WebhookView>, AppError> {
        let at = self.at(who).await?;
        Ok(self.store.webhook_of(&at, id).await?.map(|row| view(row, self.post.now())))
    }

    async fn make_webhook(&self, who: &Access, id: Option<WebhookId>, new: NewWebhook) -> Result<(WebhookView, Option<WebhookSecret>), AppError> {
        let at = self.at(who).await?;
        let url = address(&new.url, self.post.allowed())?;
        let events = wanted(new.events)?;
        if let Some(id) = id
            && let Some(known) = self.store.webhook_of(&at, id).await?
        {
            return Ok((view(known, self.post.now()), None));
        }
        let id = id.unwrap_or_else(|| self.store.new_webhook_id());
        let (secret, sealed_secret) = self.post.make_secret(at.id, id)?;
        match self.store.add_webhook(&at, NewWebhookRow { id, url: &url, events, sealed_secret: &sealed_secret }).await {
            Ok(()) => {
                tracing::info!(store.slug = at.slug, webhook.id = %id, "a webhook was made");
                Ok((view(self.row(&at, id).await?, self.post.now()), Some(secret)))
            }
            // Somebody has made it in the same moment.
            Err(StoreError::Race(_)) => Ok((view(self.row(&at, id).await?, self.post.now()), None)),
            Err(error) => Err(error.into()),
        }
    }

    async fn change_webhook(&self, who: &Access, id: WebhookId, change: WebhookChange) -> Result<WebhookView, AppError> {
        let at = self.at(who).await?;
        let known = self.row(&at, id).await?;
        let url = match &change.url {
            Some(url) => address(url, self.post.allowed())?,
            None => known.url,
        };
        let events = change.events.map_or(Ok(known.events), wanted)?;
        let state = match (change.paused, known.state) {
            (Some(true), WebhookState::Active) => WebhookState::Paused,
            (Some(false), _) => WebhookState::Active,
            (_, state) => state,
        };
        if !self.store.change_webhook_row(&at, id, &url, events, state).await? {
            return Err(AppError::NotFound);
        }
        self.post.wake.notify_one();
        Ok(view(self.row(&at, id).await?, self.post.now()))
    }

    async fn remove_webhook(&self, who: &Access, id: WebhookId) -> Result<(), AppError> {
        let at = self.at(who).await?;
        if !self.store.remove_webhook_row(&at, id).await? {
            return Err(AppError::NotFound);
        }
        tracing::info!(store.slug = at.slug, webhook.id = %id, "a webhook was removed");
        Ok(())
    }

    async fn rotate_secret(&self, who: &Access, id: WebhookId) -> Result<(WebhookSecret, Timestamp), AppError> {
        let at = self.at(who).await?;
        let (secret, sealed) = self.post.make_secret(at.id, id)?;
        let until = self.post.now().plus_seconds(OLD_SECRET_SECONDS);
        if !self.store.rotate_webhook(&at, id, &sealed, until).await? {
            return Err(AppError::NotFound);
        }
        tracing::info!(store.slug = at.slug, webhook.id = %id, "a webhook has a new secret");
        Ok((secret, until))
    }

    async fn test_webhook(&self, who: &Access, id: WebhookId) -> Result<DeliveryView, AppError> {
        let at = self.at(who).await?;
        let hook = self.row(&at, id).await?;
        let keys = self.post.keys(at.id, &hook).map_err(|sentence| AppError::Invalid(sentence.to_owned()))?;
        let began = self.post.now();
        let new = body::of_test(DeliveryId::new(began, self.post.desk.chance()), &at, began);
        let attempt = self.post.send(&hook.url, &keys, new.id, &new.body).await;
        let now = self.post.now();
        let state = if attempt.came == Came::Delivered { DeliveryState::Delivered } else { DeliveryState::Failed };
        let flown =
            Flown { id: new.id, state, due_at: now, at: now, status: attempt.status, milliseconds: attempt.milliseconds, answer: attempt.answer };
        if !self.store.note_delivery(&at, id, &new, &flown).await? {
            return Err(AppError::NotFound);
        }
        self.store.trim_webhook_log(id).await?;
        self.store.webhook_delivery(&at, id, new.id).await?.ok_or(AppError::NotFound)
    }

    async fn deliveries(&self, who: &Access, id: WebhookId, behind: Option<DeliveryBookmark>, count: u32) -> Result<DeliveryPage, AppError> {
        let at = self.at(who).await?;
        self.row(&at, id).await?;
        Ok(self.store.webhook_log(&at, id, behind, count.clamp(1, MOST_DELIVERIES)).await?)
    }

    async fn replay(&self, who: &Access, id: WebhookId, delivery: DeliveryId) -> Result<(), AppError> {
        let at = self.at(who).await?;
        if !self.store.replay_delivery(&at, id, delivery).await? {
            return Err(AppError::NotFound);
        }
        self.post.wake.notify_one();
        Ok(())
    }

    async fn replay_since(&self, who: &Access, id: WebhookId, since: Since) -> Result<(), AppError> {
        let at = self.at(who).await?;
        if !self.store.rewind_webhook(&at, id, since).await? {
            return Err(AppError::NotFound);
        }
        self.post.wake.notify_one();
        Ok(())
    }
}

/// The address as it is kept. Where its name leads is found out when something is sent: it may lead elsewhere by then.
fn address(text: &str, allowed: &Allowed) -> Result<String, AppError> {
    let text = text.trim();
    let invalid = |sentence: String| Err(AppError::Invalid(sentence));
    if text.chars().count() > LONGEST_URL {
        return invalid(format!("The address may have {LONGEST_URL} characters at most."));
    }
    let Ok(mut url) = Url::parse(text) else {
        return invalid("This is not an address. Write it like https://example.com/hooks/vitrine.".into());
    };
    if !url.username().is_empty() || url.password().is_some() {
        return invalid("The address has a name or a password in it. Deliveries are signed: leave them out.".into());
    }
    url.set_fragment(None);
    allowed.permits(&url).map_err(AppError::Invalid)?;
    Ok(url.into())
}

fn wanted(events: Events) -> Result<Events, AppError> {
    if events.is_empty() { Err(AppError::Invalid("Choose at least one event to be told of.".into())) } else { Ok(events) }
}

fn view(row: WebhookRow, now: Timestamp) -> WebhookView {
    WebhookView {
        id: row.id,
        url: row.url,
        events: row.events,
        state: row.state,
        reason: row.reason,
        created_at: row.created_at,
        delivered_at: row.health.delivered_at,
        failing_since: row.health.failing_since,
        old_secret_until: row.old_secret.map(|(_, until)| until).filter(|until| *until > now),
        seen: row.seen,
        behind: if row.events.overlaps(Events::IN_THE_LOG) { (row.last.0 - row.seen.0).max(0) as u64 } else { 0 },
        waiting: row.waiting,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(text: &str) -> Result<String, String> {
        address(text, &Allowed::for_webhooks("127.0.0.1:9000")).map_err(|error| error.to_string())
    }

    #[test]
    fn an_address_is_kept_as_it_is_asked() {
        assert_eq!(kept(" https://Example.com/hooks?key=1#top "), Ok("https://example.com/hooks?key=1".into()));
        assert_eq!(kept("http://127.0.0.1:9000/hook"), Ok("http://127.0.0.1:9000/hook".into()));
    }

    #[test]
    fn an_address_that_may_not_be_asked_is_refused_with_what_to_do() {
        let long = format!("https://example.com/{}", "a".repeat(2_000));
        for (text, says) in [
            ("", "not an address"),
            ("example.com/hook", "not an address"),
            ("ftp://example.com/", "begins with https"),
            ("http://example.com/hook", "VITRINE_ALLOW_WEBHOOK_HOSTS"),
            ("https://10.0.0.1/hook", "private address"),
            ("http://127.0.0.1:5432/", "another port"),
            ("https://me:secret@example.com/", "name or a password"),
            (long.as_str(), "2000 characters"),
        ] {
            assert!(kept(text).is_err_and(|why| why.contains(says)), "{text}: {:?}", kept(text));
        }
    }
}
