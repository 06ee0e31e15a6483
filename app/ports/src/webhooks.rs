//! Who is told of what happens in a store: addresses of other programs, to which every event is sent as it is in the change log.

use std::fmt;

use async_trait::async_trait;
use domain::{
    clock::Timestamp,
    ids::{DeliveryId, Seq, WebhookId},
};
use serde::{Deserialize, Serialize};

use crate::{Access, error::AppError};

/// How many a store can have.
pub const MOST_WEBHOOKS: u32 = 20;

/// The longest address, in characters.
pub const LONGEST_URL: usize = 2_000;

/// How long the secret from before is signed with as well.
pub const OLD_SECRET_SECONDS: i64 = 24 * 60 * 60;

/// How many deliveries are answered at once at most.
pub const MOST_DELIVERIES: u32 = 250;

macro_rules! events {
    ($($(#[$doc:meta])* $name:ident = $bit:literal, $text:literal, $label:literal;)*) => {
        /// What a webhook can be told.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum Event { $($(#[$doc])* $name),* }

        impl Event {
            pub const ALL: &[Self] = &[$(Self::$name),*];

            pub const fn name(self) -> &'static str {
                match self { $(Self::$name => $text),* }
            }

            pub fn from_name(name: &str) -> Option<Self> {
                match name { $($text => Some(Self::$name),)* _ => None }
            }

            /// What a person calls it.
            pub const fn label(self) -> &'static str {
                match self { $(Self::$name => $label),* }
            }

            const fn bit(self) -> i64 {
                match self { $(Self::$name => $bit),* }
            }
        }
    };
}

events! {
    ProductCreated = 1, "product.created", "A product was made";
    ProductUpdated = 2, "product.updated", "A product was changed";
    ProductDeleted = 4, "product.deleted", "A product went into the trash";
    ProductRestored = 8, "product.restored", "A product came back from the trash";
    ReviewDecided = 16, "review.decided", "A suggestion was decided upon";
    RunFinished = 32, "run.finished", "A run is over";
    ImportFinished = 64, "import.finished", "An import is over";
}

/// A set of events.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Events(i64);

impl Events {
    /// Those that stand in the change log.
    pub const IN_THE_LOG: Self = Self(31);
    /// Those of the jobs.
    pub const OF_JOBS: Self = Self(96);

    pub fn all() -> Self {
        Event::ALL.iter().copied().collect()
    }

    pub const fn contains(self, event: Event) -> bool {
        self.0 & event.bit() != 0
    }

    pub const fn overlaps(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    pub fn iter(self) -> impl Iterator<Item = Event> {
        Event::ALL.iter().copied().filter(move |event| self.contains(*event))
    }

    /// As it is kept. A new event gets the next bit, so that what is kept keeps its meaning.
    pub const fn bits(self) -> i64 {
        self.0
    }

    /// Bits that no event has are left out.
    pub fn from_bits(bits: i64) -> Self {
        Self(bits & Self::all().0)
    }
}

impl FromIterator<Event> for Events {
    fn from_iter<I: IntoIterator<Item = Event>>(events: I) -> Self {
        Self(events.into_iter().fold(0, |bits, event| bits | event.bit()))
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum WebhookState {
    Active,
    /// By a person. What happens meanwhile is told when it goes on.
    Paused,
    /// Nothing has come through for days, or the receiver wants no more; a person lets it go on.
    Failed,
}

impl WebhookState {
    pub const ALL: [Self; 3] = [Self::Active, Self::Paused, Self::Failed];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Paused => "paused",
            Self::Failed => "failed",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }
}

/// A webhook as owners see it. Its secret is never among it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WebhookView {
    pub id: WebhookId,
    pub url: String,
    pub events: Events,
    pub state: WebhookState,
    /// Why it has failed: a sentence.
    pub reason: String,
    pub created_at: Timestamp,
    /// When something came through last.
    pub delivered_at: Option<Timestamp>,
    /// Since when nothing does.
    pub failing_since: Option<Timestamp>,
    /// Until when the secret from before is signed with as well.
    pub old_secret_until: Option<Timestamp>,
    /// Up to which change the log has been looked through.
    pub seen: Seq,
    /// How many changes are behind that one.
    pub behind: u64,
    /// Deliveries that are on their way.
    pub waiting: u32,
}

/// What signs deliveries: `whsec_` and 32 bytes in base64, as the Standard Webhooks specification has it. Shown once, kept sealed,
/// never logged: it prints as dots.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct WebhookSecret(pub String);

impl WebhookSecret {
    pub const PREFIX: &str = "whsec_";
}

impl fmt::Debug for WebhookSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WebhookSecret(..)")
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewWebhook {
    /// `https://...`; `http://` where the operator allows the host.
    pub url: String,
    pub events: Events,
}

/// What is not there stays.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WebhookChange {
    pub url: Option<String>,
    pub events: Option<Events>,
    /// True pauses one that is active, false lets one go on that is not.
    pub paused: Option<bool>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum DeliveryState {
    Waiting,
    Delivered,
    /// Given up; it can be sent again by hand.
    Failed,
}

impl DeliveryState {
    pub const ALL: [Self; 3] = [Self::Waiting, Self::Delivered, Self::Failed];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Delivered => "delivered",
            Self::Failed => "failed",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }
}

/// A line of a webhook's log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeliveryView {
    pub id: DeliveryId,
    /// The event's name; `webhook.test` of one that a person has sent, `product.batch` of many events at once.
    pub event: String,
    /// What it is about, for people: the product's handle, the file's name, how many events.
    pub subject: String,
    /// The change it tells of, the first of many; none of what is not in the change log.
    pub seq: Option<Seq>,
    pub happened_at: Timestamp,
    pub state: DeliveryState,
    pub attempts: u32,
    /// When it is tried next, while it waits.
    pub due_at: Option<Timestamp>,
    /// The last attempt, or when it came into the log.
    pub noted_at: Timestamp,
    /// What the receiver answered last.
    pub status: Option<u16>,
    pub milliseconds: Option<u32>,
    /// The beginning of that answer as text, or why there was none. Whatever somebody else has written.
    pub answer: String,
}

/// A place in a webhook's log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeliveryBookmark {
    pub noted_at: Timestamp,
    pub id: DeliveryId,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeliveryPage {
    /// The latest first.
    pub deliveries: Vec<DeliveryView>,
    pub next: Option<DeliveryBookmark>,
}

/// From where on everything is told once more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Since {
    /// What comes behind this change.
    Change(Seq),
    /// What happened from this moment on.
    Moment(Timestamp),
}

/// For owners alone, reading too: an address may have a secret in it.
#[async_trait]
pub trait Webhooks: Send + Sync {
    /// The oldest first.
    async fn webhooks(&self, who: &Access) -> Result<Vec<WebhookView>, AppError>;

    async fn webhook(&self, who: &Access, id: WebhookId) -> Result<Option<WebhookView>, AppError>;

    /// Makes one, which is told of what happens from now on; [`MOST_WEBHOOKS`] at most. The secret is in the answer and nowhere else.
    /// With an id that is there already nothing is made, and the secret is not told again.
    async fn make_webhook(&self, who: &Access, id: Option<WebhookId>, new: NewWebhook) -> Result<(WebhookView, Option<WebhookSecret>), AppError>;

    async fn change_webhook(&self, who: &Access, id: WebhookId, change: WebhookChange) -> Result<WebhookView, AppError>;

    /// Its log goes with it.
    async fn remove_webhook(&self, who: &Access, id: WebhookId) -> Result<(), AppError>;

    /// A new secret. For [`OLD_SECRET_SECONDS`] deliveries are signed with the one from before as well: until then.
    async fn rotate_secret(&self, who: &Access, id: WebhookId) -> Result<(WebhookSecret, Timestamp), AppError>;

    /// Sends an event that says that it is a test, at once, also when the webhook is paused, and says what came of it.
    async fn test_webhook(&self, who: &Access, id: WebhookId) -> Result<DeliveryView, AppError>;

    /// The log, the latest first, behind a bookmark; [`MOST_DELIVERIES`] at most.
    async fn deliveries(&self, who: &Access, id: WebhookId, behind: Option<DeliveryBookmark>, count: u32) -> Result<DeliveryPage, AppError>;

    /// Sends one once more, under the same id. One that waits for its next attempt has it now.
    async fn replay(&self, who: &Access, id: WebhookId, delivery: DeliveryId) -> Result<(), AppError>;

    /// Tells of everything once more since a change or a moment, in its order and under the same ids.
    async fn replay_since(&self, who: &Access, id: WebhookId, since: Since) -> Result<(), AppError>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_of_events_is_kept_as_bits() {
        let some: Events = [Event::RunFinished, Event::ProductCreated].into_iter().collect();

        assert_eq!(Events::from_bits(some.bits()), some);
        assert_eq!(some.iter().map(Event::name).collect::<Vec<_>>(), ["product.created", "run.finished"]);
        assert_eq!(Events::from_bits(i64::MAX), Events::all());
        assert!(some.contains(Event::RunFinished) && !some.contains(Event::ImportFinished));
    }

    #[test]
    fn every_event_is_in_the_log_or_of_jobs() {
        assert_eq!(Events::IN_THE_LOG.bits() | Events::OF_JOBS.bits(), Events::all().bits());
        assert!(!Events::IN_THE_LOG.overlaps(Events::OF_JOBS));
        for event in Event::ALL {
            assert_eq!(Event::from_name(event.name()), Some(*event));
            let of_jobs = matches!(event, Event::RunFinished | Event::ImportFinished);
            assert_eq!(Events::OF_JOBS.contains(*event), of_jobs, "{event:?}");
        }
    }

    #[test]
    fn a_secret_prints_as_dots() {
        assert_eq!(format!("{:?}", WebhookSecret("whsec_abc".into())), "WebhookSecret(..)");
    }
}
