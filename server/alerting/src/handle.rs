//! Puts rounds and sending together, and ends them.

use std::{sync::Arc, time::Duration};

use alerts::{Rule, Site};
use domain::clock::Clock;
use tokio::{sync::watch, task::JoinSet, time::timeout};

use crate::{Chance, Channel, Limits, Mail, Measures, Outbox, Post, Rounds, Sender};

/// What alerts need of the rest of the program.
#[derive(Clone)]
pub struct Parts {
    pub outbox: Arc<dyn Outbox>,
    pub measures: Arc<dyn Measures>,
    pub post: Arc<dyn Post>,
    pub clock: Arc<dyn Clock>,
    pub chance: Chance,
    pub rules: Vec<Rule>,
    pub channels: Vec<Channel>,
    pub site: Site,
    /// A name that no other process has, nor had, as one with chance in it.
    pub holder: String,
    pub limits: Limits,
}

/// Rounds and sending, not begun.
#[derive(Debug)]
pub struct Alerting {
    pub rounds: Rounds,
    pub sender: Arc<Sender>,
}

/// Running. Dropped, it ends as it would in a crash: [`AlertingHandle::stop`] is the gentle way.
#[derive(Debug)]
pub struct AlertingHandle {
    /// For the test button.
    pub sender: Arc<Sender>,
    stop: watch::Sender<bool>,
    tasks: JoinSet<()>,
}

impl Alerting {
    pub fn new(parts: Parts, mail: Option<Mail>) -> Self {
        let Parts { outbox, measures, post, clock, chance, rules, channels, site, holder, limits } = parts;
        let sender = Sender {
            outbox: Arc::clone(&outbox),
            post,
            mail,
            channels: channels.clone(),
            site: site.clone(),
            clock: Arc::clone(&clock),
            chance,
            holder: holder.clone(),
            limits,
        };
        Self { rounds: Rounds { outbox, measures, rules, channels, site, clock, holder, limits }, sender: Arc::new(sender) }
    }

    pub fn start(self) -> AlertingHandle {
        let (stop, stopping) = watch::channel(false);
        let mut tasks = JoinSet::new();
        tasks.spawn(self.rounds.run(Arc::clone(&self.sender), stopping.clone()));
        tasks.spawn(Arc::clone(&self.sender).run(stopping));
        AlertingHandle { sender: self.sender, stop, tasks }
    }
}

impl AlertingHandle {
    /// Lets what is in the air land, for `grace` at most; what does not is sent again by another process, or after the start.
    pub async fn stop(mut self, grace: Duration) {
        self.stop.send_replace(true);
        let ended = async { while self.tasks.join_next().await.is_some() {} };
        if timeout(grace, ended).await.is_err() {
            tracing::info!("an alert was cut off; it is sent again");
        }
    }
}

impl std::fmt::Debug for Parts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Parts").field("holder", &self.holder).finish_non_exhaustive()
    }
}
