//! Sends the letters: of each channel one after the other, and each channel for itself, so that one that hangs keeps nobody else waiting.

use std::{fmt, sync::Arc, time::Duration};

use alerts::{Site, Text, test_text};
use domain::clock::Clock;
use tokio::{
    sync::watch,
    task::JoinSet,
    time::{sleep, timeout},
};

use crate::{
    Channel, Mail, Message, Outbox, OutboxError, Outcome, Post, Way,
    schedule::{Came, Failure, outcome},
    webhook,
};

/// How long things may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// One attempt as a whole, from the name of the host to the last answer, of mail until the server asks for the message; and one question to the outbox
    /// or the measurements.
    pub attempt: Duration,
    /// A process that has said nothing for so long is gone: what it had is another's. Longer than an attempt by mail, which takes six of the others, and
    /// noting it down.
    pub lease: Duration,
    /// How soon what was written by another process is seen.
    pub look: Duration,
    /// After a failure of the outbox.
    pub pause: Duration,
    /// For so long a letter is tried.
    pub keep_trying: Duration,
    /// How far apart rounds are.
    pub every: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            attempt: Duration::from_secs(10),
            lease: Duration::from_secs(90),
            look: Duration::from_secs(5),
            pause: Duration::from_secs(2),
            keep_trying: Duration::from_hours(24),
            every: Duration::from_mins(1),
        }
    }
}

/// A number in 0 to 1, another each time.
pub type Chance = Arc<dyn Fn() -> f64 + Send + Sync>;

/// A sentence for a person, that says what to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Sentence(pub String);

/// What came of looking for something to send.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sent {
    Nothing,
    Delivered,
    Again,
    GivenUp,
    /// It was taken over by another process while it was being sent: that one notes down what comes of it.
    Lost,
}

pub struct Sender {
    pub(crate) outbox: Arc<dyn Outbox>,
    pub(crate) post: Arc<dyn Post>,
    pub(crate) mail: Option<Mail>,
    pub(crate) channels: Vec<Channel>,
    pub(crate) site: Site,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) chance: Chance,
    /// No other process has the same.
    pub(crate) holder: String,
    pub(crate) limits: Limits,
}

impl Sender {
    /// Sends the next letter of a channel, if one is due.
    pub async fn send_next(&self, channel: &Channel) -> Result<Sent, OutboxError> {
        if !channel.is_sent_to() {
            return Ok(Sent::Nothing);
        }
        let lease = self.limits.lease.as_secs() as i64;
        let Some(message) = self.asked(self.outbox.claim(&channel.name, &self.holder, self.clock.now(), lease)).await? else {
            return Ok(Sent::Nothing);
        };
        let text = Text { subject: message.subject.clone(), body: message.body.clone() };
        let came = self.attempt(channel, &message.id, &text, message.created_at).await;
        let now = self.clock.now();
        let outcome = outcome(&message, came, now, self.limits.keep_trying, (self.chance)());
        log(channel, &message, &outcome);
        if !self.asked(self.outbox.note(&self.holder, &message.id, now, &outcome)).await? {
            return Ok(Sent::Lost);
        }
        Ok(match outcome {
            Outcome::Delivered { .. } => Sent::Delivered,
            Outcome::Again { .. } => Sent::Again,
            Outcome::GivenUp { .. } => Sent::GivenUp,
        })
    }

    /// Sends a test to a channel now, once, past the outbox. An error says what is wrong, as the channel says it.
    pub async fn send_test(&self, channel: &str) -> Result<(), Sentence> {
        let Some(channel) = self.channels.iter().find(|known| known.name == channel) else {
            return Err(Sentence(format!("There is no channel \"{channel}\". Look into the file of rules for what they are called.")));
        };
        if !channel.is_sent_to() {
            return Err(Sentence(format!("Nothing is sent to \"{}\": its alerts are on the page of alerts.", channel.name)));
        }
        let now = self.clock.now();
        let id = format!("test-{}-{}", channel.name, now.micros());
        self.attempt(channel, &id, &test_text(&channel.name, &self.site), now).await.map(|_| ()).map_err(|failure| Sentence(failure.why))
    }

    /// Tells all channels something once, past the outbox: for when that is what is wrong.
    pub(crate) async fn tell_all(&self, text: &Text) {
        let now = self.clock.now();
        for channel in self.channels.iter().filter(|channel| channel.is_sent_to()) {
            let id = format!("blind-{}-{}", channel.name, now.micros());
            match self.attempt(channel, &id, text, now).await {
                Ok(_) => tracing::info!(channel = channel.name, subject = text.subject, "a channel was told past the database"),
                Err(failure) => tracing::error!(channel = channel.name, subject = text.subject, why = failure.why, "a channel could not be told"),
            }
        }
    }

    /// Until it is told to stop; what is in the air then is sent to its end.
    pub async fn run(self: Arc<Self>, stop: watch::Receiver<bool>) {
        let mut channels = JoinSet::new();
        for channel in self.channels.iter().filter(|channel| channel.is_sent_to()).cloned() {
            channels.spawn(Arc::clone(&self).run_channel(channel, stop.clone()));
        }
        while channels.join_next().await.is_some() {}
    }

    async fn run_channel(self: Arc<Self>, channel: Channel, mut stop: watch::Receiver<bool>) {
        while !*stop.borrow() {
            let rest = match self.send_next(&channel).await {
                Ok(Sent::Delivered | Sent::GivenUp) => continue,
                Ok(_) => self.limits.look,
                Err(error) => {
                    tracing::warn!(channel = channel.name, %error, "what is to be sent could not be asked or written down");
                    self.limits.pause
                }
            };
            // Whoever could stop it is gone: that is the end too.
            tokio::select! {
                () = sleep(rest) => {}
                _ = stop.wait_for(|stop| *stop) => break,
            }
        }
    }

    async fn attempt(&self, channel: &Channel, id: &str, text: &Text, at: domain::clock::Timestamp) -> Came {
        let limit = self.limits.attempt;
        match &channel.way {
            Way::Webhook { url } => {
                let sending = webhook::send(&*self.post, url, id, text, self.clock.now());
                timeout(limit, sending).await.unwrap_or_else(|_| Err(Failure::late(limit)))
            }
            Way::Mail { to } => match &self.mail {
                Some(mail) => mail.send(to, id, text, at, limit).await,
                None => Err(Failure::passing("There is no mail server: name one under [smtp] in the file of rules.".to_owned())),
            },
            Way::Page => Ok(String::new()),
        }
    }

    async fn asked<T>(&self, asking: impl Future<Output = Result<T, OutboxError>>) -> Result<T, OutboxError> {
        within(self.limits.attempt, asking).await
    }
}

/// An outbox that hangs has failed.
pub(crate) async fn within<T>(limit: Duration, asking: impl Future<Output = Result<T, OutboxError>>) -> Result<T, OutboxError> {
    timeout(limit, asking).await.unwrap_or_else(|_| Err(OutboxError("The store of alerts did not answer in time.".to_owned())))
}

fn log(channel: &Channel, message: &Message, outcome: &Outcome) {
    let (channel, id, attempts) = (&channel.name, &message.id, message.attempts + 1);
    match outcome {
        Outcome::Delivered { .. } => tracing::debug!(channel, id, attempts, "alerts were told"),
        Outcome::Again { due_at, answer } => tracing::warn!(channel, id, attempts, %due_at, answer, "alerts could not be told yet"),
        Outcome::GivenUp { answer } => tracing::error!(channel, id, attempts, answer, "alerts could not be told, and are given up"),
    }
}

impl fmt::Debug for Sender {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sender").field("holder", &self.holder).field("channels", &self.channels).finish_non_exhaustive()
    }
}
