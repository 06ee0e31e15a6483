//! A round: one webhook, leased for as long as there is something to be sent to it.

use std::{collections::VecDeque, sync::Arc, time::Duration};

use domain::ids::{DeliveryId, Seq, WebhookId};
use ports::webhooks::{DeliveryState, Events, WebhookState};
use store::{
    Store, StoreError, StoreRef,
    webhooks::{FULL_OF_MANY, Flown, MANY, NewDelivery, Parcel, Taken, WebhookRow},
};
use tokio::{
    sync::watch,
    task::JoinSet,
    time::{Instant, sleep},
};

use super::{
    body,
    post::Post,
    schedule,
    send::{Attempt, Came},
};

/// How many deliveries of one webhook are in the air at once, each of another product.
const AT_ONCE: usize = 8;
/// How many changes are read at once.
const BATCH: u32 = 800;
/// With so many on their way the log is not read on; with [`FULL_OF_MANY`] where each of them tells of many changes.
pub(super) const FULL: u32 = 500;
/// How many are taken out of the table at once.
const READY: u32 = 64;
const JOBS: u32 = 100;

/// How long a process is believed to be alive: what a crashed one had goes on after this.
const LEASE_SECONDS: i64 = 30;
const RENEW: Duration = Duration::from_secs(5);
/// How soon it is heard, while something is in the air, that there is more to send or that somebody wants it to stop.
const TICK: Duration = Duration::from_millis(250);
/// After a failure.
const PAUSE: Duration = Duration::from_secs(1);

pub(super) struct Round {
    pub(super) store: Store,
    pub(super) post: Arc<Post>,
    pub(super) id: WebhookId,
    /// Under which name it is leased.
    pub(super) holder: String,
    pub(super) stop: watch::Receiver<bool>,
}

/// What is being sent. Dropped, it is broken off.
#[derive(Default)]
struct Air {
    tasks: JoinSet<(Parcel, Attempt)>,
    ids: Vec<DeliveryId>,
    product_keys: Vec<i64>,
}

impl Air {
    fn land(&mut self, parcel: &Parcel) {
        if let Some(place) = self.ids.iter().position(|id| *id == parcel.id) {
            self.ids.swap_remove(place);
            self.product_keys.swap_remove(place);
        }
    }
}

impl Round {
    pub(super) async fn run(self) {
        match self.store.lease_webhook(self.id, &self.holder, LEASE_SECONDS).await {
            Ok(Some(at)) => {
                if let Err(error) = self.send(&at).await {
                    match error {
                        StoreError::LeaseLost => tracing::debug!(webhook.id = %self.id, "a webhook was taken over or is gone"),
                        error => tracing::warn!(webhook.id = %self.id, %error, "what a webhook is told could not be read or written down"),
                    }
                    // What has failed would most likely fail again at once.
                    let mut stop = self.stop.clone();
                    tokio::select! {
                        () = sleep(PAUSE) => {}
                        _ = stop.wait_for(|stop| *stop) => {}
                    }
                }
                if let Err(error) = self.store.release_webhook(self.id, &self.holder).await {
                    tracing::warn!(webhook.id = %self.id, %error, "a webhook could not be given back; it is free in some seconds");
                }
            }
            Ok(None) => {}
            Err(error) => tracing::warn!(webhook.id = %self.id, %error, "a webhook could not be taken"),
        }
    }

    async fn send(&self, at: &StoreRef) -> Result<(), StoreError> {
        let (mut air, mut ready) = (Air::default(), VecDeque::<Parcel>::new());
        let (mut held, mut first, mut sent, mut seen) = (Instant::now(), true, 0, Seq(0));
        let mut url = None;
        loop {
            let is_time = held.elapsed() >= RENEW;
            if is_time {
                if !self.store.renew_webhook(self.id, &self.holder, LEASE_SECONDS).await? {
                    return Err(StoreError::LeaseLost);
                }
                held = Instant::now();
                if sent > 0 {
                    self.store.trim_webhook_log(self.id).await?;
                    sent = 0;
                }
            }
            let hook = self.store.leased_webhook(self.id, &self.holder).await?.ok_or(StoreError::LeaseLost)?;
            let moved = url.replace(hook.url.clone()).is_some_and(|before| before != hook.url);
            if hook.seen < seen || moved {
                // Somebody has told it to begin again, or elsewhere: what is in the air would be behind what comes now.
                (air, ready) = (Air::default(), VecDeque::new());
            }
            seen = hook.seen;
            let mut more = false;
            if self.goes(&hook) {
                if first || is_time {
                    self.take_in_jobs(at, &hook).await?;
                    first = false;
                }
                (seen, more) = self.take_in_changes(at, &hook).await?;
                if ready.is_empty() {
                    ready = self.store.ready_to_send(self.id, &air.ids, READY).await?.into();
                }
            } else {
                ready.clear();
            }
            if !self.launch(at, &hook, &mut ready, &mut air).await? || (air.ids.is_empty() && !more) {
                break;
            }
            let came = self.landed(&mut air, more).await?;
            sent += came.len();
            if !came.is_empty() {
                self.note(&hook, came).await?;
            }
        }
        if sent > 0 {
            self.store.trim_webhook_log(self.id).await?;
        }
        Ok(())
    }

    fn goes(&self, hook: &WebhookRow) -> bool {
        hook.state == WebhookState::Active && hook.health.rests_until <= self.post.now() && !*self.stop.borrow()
    }

    /// Reads on in the log: how far, and whether there is more to read.
    async fn take_in_changes(&self, at: &StoreRef, hook: &WebhookRow) -> Result<(Seq, bool), StoreError> {
        let many = hook.last.0 - hook.seen.0 >= i64::from(MANY);
        let full = if many { FULL_OF_MANY } else { FULL };
        if !hook.events.overlaps(Events::IN_THE_LOG) || hook.seen >= hook.last || hook.waiting >= full {
            return Ok((hook.seen, false));
        }
        let changes = self.store.changes_behind(at, hook.seen, BATCH).await?;
        let deliveries = body::of_changes(hook.id, hook.events, at, &changes, many);
        let last = changes.last().map_or(hook.last, |change| change.seq);
        let taken = self.store.take_in_changes(hook.id, &self.holder, (hook.seen, last), &deliveries).await?;
        Ok(match taken {
            Taken::Done => (last, last < hook.last),
            Taken::MovedOn => (hook.seen, true),
        })
    }

    async fn take_in_jobs(&self, at: &StoreRef, hook: &WebhookRow) -> Result<(), StoreError> {
        if !hook.events.overlaps(Events::OF_JOBS) {
            return Ok(());
        }
        let jobs = self.store.untold_jobs(hook.id, JOBS).await?;
        let deliveries: Vec<NewDelivery> = jobs.iter().filter_map(|job| body::of_job(hook.id, at, job)).collect();
        if !deliveries.is_empty() {
            self.store.take_in_jobs(hook.id, &self.holder, &deliveries).await?;
        }
        Ok(())
    }

    /// Sends what is ready, as far as there is room. False when nothing can be signed.
    async fn launch(&self, at: &StoreRef, hook: &WebhookRow, ready: &mut VecDeque<Parcel>, air: &mut Air) -> Result<bool, StoreError> {
        if ready.is_empty() {
            return Ok(true);
        }
        let keys = match self.post.keys(at.id, hook) {
            Ok(keys) => keys,
            Err(sentence) => {
                self.store.note_flown(hook.id, &self.holder, &[], hook.health, Some(sentence)).await?;
                return Ok(false);
            }
        };
        while air.ids.len() < AT_ONCE
            && let Some(parcel) = ready.pop_front()
        {
            // Somebody has asked for it meanwhile: it is taken out of the table again when what it waits for has landed.
            if air.product_keys.iter().any(|key| parcel.waits_for(*key)) {
                continue;
            }
            air.ids.push(parcel.id);
            air.product_keys.push(parcel.product_key);
            let (post, keys, url) = (Arc::clone(&self.post), Arc::clone(&keys), hook.url.clone());
            air.tasks.spawn(async move {
                let attempt = post.send(&url, &keys, parcel.id, &parcel.body).await;
                (parcel, attempt)
            });
        }
        Ok(true)
    }

    /// What has come back: at once what is there when there is something else to do, else the first after a while.
    async fn landed(&self, air: &mut Air, at_once: bool) -> Result<Vec<(Parcel, Attempt)>, StoreError> {
        let mut came = Vec::new();
        if !at_once {
            tokio::select! {
                Some(one) = air.tasks.join_next() => came.push(one),
                () = sleep(TICK) => {}
            }
        }
        while let Some(one) = air.tasks.try_join_next() {
            came.push(one);
        }
        // A panic: the round ends, and what was in the air is sent by the next.
        let came: Vec<_> = came.into_iter().collect::<Result<_, _>>().map_err(|error| {
            tracing::error!(webhook.id = %self.id, %error, "a delivery was broken off");
            StoreError::LeaseLost
        })?;
        for (parcel, _) in &came {
            air.land(parcel);
        }
        Ok(came)
    }

    async fn note(&self, hook: &WebhookRow, came: Vec<(Parcel, Attempt)>) -> Result<(), StoreError> {
        let (mut health, mut failed) = (hook.health, None);
        let now = self.post.now();
        let mut flown = Vec::with_capacity(came.len());
        for (parcel, attempt) in came {
            failed = schedule::fares(&mut health, &attempt.came, now).or(failed);
            let (state, due_at) = match &attempt.came {
                Came::Delivered => (DeliveryState::Delivered, now),
                Came::Gone => (DeliveryState::Failed, now),
                Came::Failed { retry_after, .. } => match schedule::wait(parcel.attempts, *retry_after, self.post.chance()) {
                    Some(wait) => (DeliveryState::Waiting, domain::clock::Timestamp::from_micros(now.micros() + wait.as_micros() as i64)),
                    None => (DeliveryState::Failed, now),
                },
            };
            let Attempt { status, milliseconds, answer, .. } = attempt;
            tracing::debug!(webhook.id = %self.id, delivery.id = %parcel.id, delivery.status = status, duration_ms = milliseconds, "a delivery was tried");
            flown.push(Flown { id: parcel.id, state, due_at, at: now, status, milliseconds, answer });
        }
        if let Some(reason) = &failed {
            tracing::warn!(webhook.id = %self.id, reason, "a webhook is sent nothing more");
        }
        self.store.note_flown(self.id, &self.holder, &flown, health, failed.as_deref()).await
    }
}
