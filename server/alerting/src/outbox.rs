//! What has to be kept: how alerts stand, what was told, and the letters on their way.
//!
//! Several processes ask it at once. Time is passed in, and is the asking process's: clocks of processes differ by seconds, and one that was
//! set back blocks nothing for longer than the waits below.

use std::collections::BTreeMap;

use alerts::{Acknowledged, Alert, AlertKey, Silence, Told};
use async_trait::async_trait;
use domain::clock::Timestamp;
use serde::{Deserialize, Serialize};

/// No message waits longer for its next attempt. What is due later than this from now was noted by a clock that ran ahead, and is due.
pub const LONGEST_WAIT_SECONDS: i64 = 86_400;

#[async_trait]
pub trait Outbox: Send + Sync {
    /// Takes the next round for `lease_seconds`, and gives all that it needs. None when another holder has it (`held_until` is in the future,
    /// by no more than `lease_seconds`), or when the last one began less than `every_seconds` ago; a last one that lies ahead is no reason.
    /// A holder that asks again has it again. Names of holders are never used by two processes.
    async fn begin_round(&self, holder: &str, now: Timestamp, lease_seconds: i64, every_seconds: i64) -> Result<Option<Book>, OutboxError>;

    /// Writes what came of a round, in one transaction, gives the round back, and counts [`Book::round`] up. False, and nothing is written,
    /// when the holder has it no more or `written.round` is not the current one. Acknowledgements are not touched; a message whose id is there
    /// stays as it is.
    async fn end_round(&self, holder: &str, now: Timestamp, written: &Written) -> Result<bool, OutboxError>;

    /// How everything stands, for pages.
    async fn book(&self) -> Result<Book, OutboxError>;

    /// Puts a silence, in place of one with the same id.
    async fn silence(&self, silence: &Silence) -> Result<(), OutboxError>;

    /// Takes a silence away; false when there is none.
    async fn unsilence(&self, id: &str) -> Result<bool, OutboxError>;

    /// Notes who sees to an alert, or that nobody does; false when there is no such alert.
    async fn acknowledge(&self, key: &AlertKey, by: Option<&Acknowledged>) -> Result<bool, OutboxError>;

    /// Takes the oldest waiting message of a channel for `lease_seconds`, when it is due (`due_at` is not in the future, or by more than
    /// [`LONGEST_WAIT_SECONDS`]) and nobody else has it (as with rounds). Never one behind it: letters of a channel arrive in their order.
    async fn claim(&self, channel: &str, holder: &str, now: Timestamp, lease_seconds: i64) -> Result<Option<Message>, OutboxError>;

    /// Notes what came of an attempt, counts it, and gives the message back. False, and nothing is written, when the holder has it no more.
    async fn note(&self, holder: &str, id: &str, now: Timestamp, outcome: &Outcome) -> Result<bool, OutboxError>;

    /// The newest messages, newest first, for pages.
    async fn messages(&self, most: u32) -> Result<Vec<Message>, OutboxError>;

    /// Drops messages that were delivered or given up before a moment, and silences that ended before it; how many.
    async fn tidy(&self, before: Timestamp) -> Result<u64, OutboxError>;
}

/// All that a round needs.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Book {
    /// How many rounds have ended.
    pub round: u64,
    /// When the last one has.
    pub ended_at: Option<Timestamp>,
    /// The ids of rules that it could not look at, each with a sentence that says why.
    pub unread: BTreeMap<String, String>,
    /// In the order of their keys.
    pub alerts: Vec<Alert>,
    /// By channel.
    pub told: BTreeMap<String, Told>,
    /// Those that have not been tidied away; also some that are over.
    pub silences: Vec<Silence>,
    /// In their order: all that wait, all that were given up within two days, and of each channel the last that was delivered.
    pub messages: Vec<Message>,
}

/// What came of a round.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Written {
    /// Of which round: [`Book::round`].
    pub round: u64,
    /// Those that have changed, in place of what there was.
    pub alerts: Vec<Alert>,
    pub forgotten: Vec<AlertKey>,
    pub told: BTreeMap<String, Told>,
    /// [`Book::unread`]: all of them.
    pub unread: BTreeMap<String, String>,
    /// In their order.
    pub messages: Vec<NewMessage>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewMessage {
    pub id: String,
    pub channel: String,
    pub subject: String,
    /// Plain text; what a channel needs is made of it when it is sent.
    pub body: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    pub id: String,
    pub channel: String,
    pub subject: String,
    pub body: String,
    pub state: MessageState,
    /// How often it was tried, without the attempt that is being made.
    pub attempts: u32,
    pub created_at: Timestamp,
    pub due_at: Timestamp,
    /// The last attempt, or when it was written.
    pub noted_at: Timestamp,
    /// What came of the last attempt, for people.
    pub answer: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MessageState {
    Waiting,
    Delivered,
    GivenUp,
}

/// What came of an attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    Delivered { answer: String },
    Again { due_at: Timestamp, answer: String },
    GivenUp { answer: String },
}

/// The store could not be asked: a sentence.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct OutboxError(pub String);
