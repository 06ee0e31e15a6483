//! The database as an outbox, which all processes of an installation share. Alerts are kept as JSON; what a later version has written and this one does
//! not understand is as if it were not there.

use std::collections::BTreeMap;

use ::store::{Store, StoreError, alerts as rows};
use alerts::{Acknowledged, Alert, AlertKey, Silence};
use async_trait::async_trait;
use domain::clock::Timestamp;
use serde::{Serialize, de::DeserializeOwned};

use crate::{Book, LONGEST_WAIT_SECONDS, Message, MessageState, NewMessage, Outbox, OutboxError, Outcome, Written};

#[async_trait]
impl Outbox for Store {
    async fn begin_round(&self, holder: &str, now: Timestamp, lease_seconds: i64, every_seconds: i64) -> Result<Option<Book>, OutboxError> {
        Ok(self.begin_alert_round(holder, now, lease_seconds, every_seconds).await?.map(book))
    }

    async fn end_round(&self, holder: &str, now: Timestamp, written: &Written) -> Result<bool, OutboxError> {
        let rows = rows::Written {
            round: written.round,
            alerts: written.alerts.iter().map(|alert| (alert.key.to_string(), json(&Alert { acknowledged: None, ..alert.clone() }))).collect(),
            forgotten: written.forgotten.iter().map(ToString::to_string).collect(),
            told: written.told.iter().map(|(channel, told)| (channel.clone(), json(told))).collect(),
            unread: if written.unread.is_empty() { String::new() } else { json(&written.unread) },
            messages: written.messages.iter().map(new_row).collect(),
        };
        Ok(self.end_alert_round(holder, now, &rows).await?)
    }

    async fn book(&self) -> Result<Book, OutboxError> {
        Ok(book(self.alert_book().await?))
    }

    async fn silence(&self, silence: &Silence) -> Result<(), OutboxError> {
        Ok(self.put_alert_silence(&silence.id, &json(silence), silence.until).await?)
    }

    async fn unsilence(&self, id: &str) -> Result<bool, OutboxError> {
        Ok(self.remove_alert_silence(id).await?)
    }

    async fn acknowledge(&self, key: &AlertKey, by: Option<&Acknowledged>) -> Result<bool, OutboxError> {
        Ok(self.note_alert_seen(&key.to_string(), &by.map(json).unwrap_or_default()).await?)
    }

    async fn claim(&self, channel: &str, holder: &str, now: Timestamp, lease_seconds: i64) -> Result<Option<Message>, OutboxError> {
        Ok(self.claim_alert_message(channel, holder, now, lease_seconds, LONGEST_WAIT_SECONDS).await?.map(message))
    }

    async fn note(&self, holder: &str, id: &str, now: Timestamp, outcome: &Outcome) -> Result<bool, OutboxError> {
        let (state, due_at, answer) = match outcome {
            Outcome::Delivered { answer } => (rows::State::Delivered, None, answer),
            Outcome::Again { due_at, answer } => (rows::State::Waiting, Some(*due_at), answer),
            Outcome::GivenUp { answer } => (rows::State::GivenUp, None, answer),
        };
        Ok(self.note_alert_message(holder, id, now, state, due_at, answer).await?)
    }

    async fn messages(&self, most: u32) -> Result<Vec<Message>, OutboxError> {
        Ok(self.alert_messages(most).await?.into_iter().map(message).collect())
    }

    async fn tidy(&self, before: Timestamp) -> Result<u64, OutboxError> {
        Ok(self.tidy_alerts(before).await?)
    }
}

fn book(rows: rows::Book) -> Book {
    let unread = if rows.unread.is_empty() { None } else { read("unread", &rows.unread) };
    let mut book = Book {
        round: rows.round,
        ended_at: rows.ended_at,
        unread: unread.unwrap_or_default(),
        messages: rows.messages.into_iter().map(message).collect(),
        ..Book::default()
    };
    for note in rows.notes {
        match note.kind {
            rows::Kind::Alert => {
                let acknowledged = if note.seen.is_empty() { None } else { read(&note.name, &note.seen) };
                book.alerts.extend(read(&note.name, &note.body).map(|alert| Alert { acknowledged, ..alert }));
            }
            rows::Kind::Told => book.told.extend(read(&note.name, &note.body).map(|told| (note.name, told)).into_iter().collect::<BTreeMap<_, _>>()),
            rows::Kind::Silence => book.silences.extend(read::<Silence>(&note.name, &note.body)),
        }
    }
    // Databases have their own order of texts.
    book.alerts.sort_by(|one, other| one.key.cmp(&other.key));
    book
}

fn message(row: rows::Message) -> Message {
    let rows::Message { id, channel, subject, body, state, attempts, created_at, due_at, noted_at, answer } = row;
    let state = match state {
        rows::State::Waiting => MessageState::Waiting,
        rows::State::Delivered => MessageState::Delivered,
        rows::State::GivenUp => MessageState::GivenUp,
    };
    Message { id, channel, subject, body, state, attempts, created_at, due_at, noted_at, answer }
}

fn new_row(new: &NewMessage) -> rows::NewMessage {
    let NewMessage { id, channel, subject, body } = new.clone();
    rows::NewMessage { id, channel, subject, body }
}

fn json(value: &impl Serialize) -> String {
    // Maps with text keys, lists, texts and numbers: their serialisation cannot fail.
    serde_json::to_string(value).unwrap_or_default()
}

fn read<T: DeserializeOwned>(name: &str, text: &str) -> Option<T> {
    serde_json::from_str(text).inspect_err(|error| tracing::warn!(name, %error, "something that was kept of alerts is not understood")).ok()
}

impl From<StoreError> for OutboxError {
    fn from(error: StoreError) -> Self {
        Self(error.to_string())
    }
}
