//! Who looks which webhooks have something to be sent.

use std::{collections::HashMap, sync::Arc, time::Duration};

use domain::ids::WebhookId;
use store::Store;
use tokio::{
    sync::{broadcast::error::RecvError, watch},
    task::{Id, JoinSet},
    time::{Instant, sleep, timeout},
};

use super::{
    post::Post,
    round::{FULL, Round},
};

/// Sends what webhooks are to be told, of all stores. Several processes share the work: each webhook is one's at a time.
#[derive(Debug)]
pub struct Couriers;

/// Running couriers. Dropped, they end as they would in a crash: [`CouriersHandle::stop`] is the gentle way.
#[derive(Debug)]
pub struct CouriersHandle {
    stop: watch::Sender<bool>,
    task: JoinSet<()>,
}

/// What another process has committed is found within this, and what waits for its next attempt.
const LOOK: Duration = Duration::from_millis(250);
/// Commits that come one after the other are looked at together.
const BREATH: Duration = Duration::from_millis(10);
/// After a failure of the database.
const PAUSE: Duration = Duration::from_secs(2);
/// How many webhooks are begun at once.
const ROUNDS: u32 = 256;
/// How often logs are looked through for lines that are too old; those of webhooks that send something also then.
const TIDY: Duration = Duration::from_hours(1);
/// What is in the air has so long to land when the program ends; it is sent again by the next.
const GRACE: Duration = Duration::from_secs(5);

impl Couriers {
    pub fn start(store: Store, post: Arc<Post>) -> CouriersHandle {
        let (stop, stopping) = watch::channel(false);
        let mut name = [0; 8];
        post.desk.entropy.fill(&mut name);
        let looking = Looking { store, post, name: format!("courier {:016x}", u64::from_be_bytes(name)), stop: stopping };
        let mut task = JoinSet::new();
        task.spawn(looking.run());
        CouriersHandle { stop, task }
    }
}

impl CouriersHandle {
    /// Lets what is in the air land, and gives the webhooks back.
    pub async fn stop(mut self) {
        self.stop.send_replace(true);
        let ended = async { while self.task.join_next().await.is_some() {} };
        if timeout(GRACE, ended).await.is_err() {
            tracing::info!("some deliveries were cut off; they are sent again after the start");
        }
    }

    /// Drops everything at once, as a crash would: leases run out by themselves.
    pub async fn abort(mut self) {
        self.task.shutdown().await;
    }
}

struct Looking {
    store: Store,
    post: Arc<Post>,
    name: String,
    stop: watch::Receiver<bool>,
}

impl Looking {
    async fn run(mut self) {
        let mut changes = self.store.changes();
        let mut rounds: JoinSet<()> = JoinSet::new();
        let mut busy: HashMap<Id, WebhookId> = HashMap::new();
        let mut number = 0_u64;
        let mut tidied = Instant::now();
        while !self.is_stopping() {
            if tidied.elapsed() >= TIDY {
                tidied = Instant::now();
                if let Err(error) = self.store.trim_webhook_logs().await {
                    tracing::warn!(%error, "old lines of webhooks' logs could not be dropped; the next try is in an hour");
                }
            }
            match self.store.webhooks_with_work(FULL, ROUNDS).await {
                Ok(ids) => {
                    for id in ids {
                        if busy.values().any(|known| *known == id) {
                            continue;
                        }
                        number += 1;
                        let (store, post, stop) = (self.store.clone(), Arc::clone(&self.post), self.stop.clone());
                        // A name of its own: what an earlier round has left behind is not taken for this one's.
                        let round = Round { store, post, id, holder: format!("{}/{number}", self.name), stop };
                        busy.insert(rounds.spawn(round.run()).id(), id);
                    }
                }
                Err(error) => {
                    tracing::warn!(%error, "which webhooks have something to be sent could not be asked");
                    sleep(PAUSE).await;
                }
            }
            let mut committed = None;
            tokio::select! {
                () = sleep(LOOK) => {}
                () = self.post.wake.notified() => {}
                told = changes.recv() => committed = Some(told),
                Some(ended) = rounds.join_next_with_id() => forget(&mut busy, ended),
                _ = self.stop.wait_for(|stop| *stop) => {}
            }
            match committed {
                None => {}
                Some(Err(RecvError::Closed)) => sleep(LOOK).await,
                Some(_) => {
                    sleep(BREATH).await;
                    // Whatever came meanwhile is looked at together.
                    changes = changes.resubscribe();
                }
            }
            while let Some(ended) = rounds.try_join_next_with_id() {
                forget(&mut busy, ended);
            }
        }
        // They hear it too.
        while rounds.join_next().await.is_some() {}
    }

    /// Whoever could ask is gone: that is the end too.
    fn is_stopping(&self) -> bool {
        *self.stop.borrow() || self.stop.has_changed().is_err()
    }
}

fn forget(busy: &mut HashMap<Id, WebhookId>, ended: Result<(Id, ()), tokio::task::JoinError>) {
    match ended {
        Ok((id, ())) => {
            busy.remove(&id);
        }
        Err(error) => {
            tracing::error!(%error, "a round of deliveries panicked");
            busy.remove(&error.id());
        }
    }
}
