//! An outbox in memory, for tests and as the plainest statement of what one does.

use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use alerts::{Acknowledged, Alert, AlertKey, Silence, Told};
use async_trait::async_trait;
use domain::clock::Timestamp;

use crate::{Book, LONGEST_WAIT_SECONDS, Message, MessageState, Outbox, OutboxError, Outcome, Written};

#[derive(Debug, Default)]
pub struct MemoryOutbox {
    kept: Mutex<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    round: u64,
    began_at: Option<Timestamp>,
    ended_at: Option<Timestamp>,
    unread: BTreeMap<String, String>,
    held: Option<Lease>,
    alerts: BTreeMap<AlertKey, Alert>,
    told: BTreeMap<String, Told>,
    silences: BTreeMap<String, Silence>,
    /// In their order.
    messages: Vec<(Message, Option<Lease>)>,
}

#[derive(Clone, Debug)]
struct Lease {
    by: String,
    until: Timestamp,
}

const GIVEN_UP_SECONDS: i64 = 2 * 86_400;

impl MemoryOutbox {
    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kept {
    fn book(&self) -> Book {
        let given_up = self.messages.iter().map(|(message, _)| message.noted_at).max().unwrap_or_default().plus_seconds(-GIVEN_UP_SECONDS);
        let last = |channel: &str| {
            let mut delivered = self.messages.iter().filter(|(message, _)| message.channel == channel && message.state == MessageState::Delivered);
            delivered.next_back().map(|(message, _)| message.id.clone())
        };
        let is_wanted = |message: &Message| match message.state {
            MessageState::Waiting => true,
            MessageState::GivenUp => message.noted_at >= given_up,
            MessageState::Delivered => last(&message.channel).as_ref() == Some(&message.id),
        };
        Book {
            round: self.round,
            ended_at: self.ended_at,
            unread: self.unread.clone(),
            alerts: self.alerts.values().cloned().collect(),
            told: self.told.clone(),
            silences: self.silences.values().cloned().collect(),
            messages: self.messages.iter().map(|(message, _)| message).filter(|message| is_wanted(message)).cloned().collect(),
        }
    }
}

/// Whether somebody else has it.
fn is_taken(held: Option<&Lease>, holder: &str, now: Timestamp, lease_seconds: i64) -> bool {
    held.is_some_and(|held| held.by != holder && held.until > now && held.until <= now.plus_seconds(lease_seconds))
}

#[async_trait]
impl Outbox for MemoryOutbox {
    async fn begin_round(&self, holder: &str, now: Timestamp, lease_seconds: i64, every_seconds: i64) -> Result<Option<Book>, OutboxError> {
        let mut kept = self.kept();
        let is_mine = kept.held.as_ref().is_some_and(|held| held.by == holder);
        let is_early = kept.began_at.is_some_and(|began| began <= now && now < began.plus_seconds(every_seconds));
        if is_taken(kept.held.as_ref(), holder, now, lease_seconds) || (is_early && !is_mine && kept.held.is_none()) {
            return Ok(None);
        }
        kept.held = Some(Lease { by: holder.to_owned(), until: now.plus_seconds(lease_seconds) });
        kept.began_at = Some(now);
        Ok(Some(kept.book()))
    }

    async fn end_round(&self, holder: &str, now: Timestamp, written: &Written) -> Result<bool, OutboxError> {
        let mut kept = self.kept();
        if kept.held.as_ref().is_none_or(|held| held.by != holder) || kept.round != written.round {
            return Ok(false);
        }
        for alert in &written.alerts {
            let acknowledged = kept.alerts.get(&alert.key).and_then(|known| known.acknowledged.clone());
            kept.alerts.insert(alert.key.clone(), Alert { acknowledged, ..alert.clone() });
        }
        for key in &written.forgotten {
            kept.alerts.remove(key);
        }
        kept.told.extend(written.told.clone());
        kept.unread.clone_from(&written.unread);
        kept.ended_at = Some(now);
        for new in &written.messages {
            if kept.messages.iter().any(|(known, _)| known.id == new.id) {
                continue;
            }
            let message = Message {
                id: new.id.clone(),
                channel: new.channel.clone(),
                subject: new.subject.clone(),
                body: new.body.clone(),
                state: MessageState::Waiting,
                attempts: 0,
                created_at: now,
                due_at: now,
                noted_at: now,
                answer: String::new(),
            };
            kept.messages.push((message, None));
        }
        kept.held = None;
        kept.round += 1;
        Ok(true)
    }

    async fn book(&self) -> Result<Book, OutboxError> {
        Ok(self.kept().book())
    }

    async fn silence(&self, silence: &Silence) -> Result<(), OutboxError> {
        self.kept().silences.insert(silence.id.clone(), silence.clone());
        Ok(())
    }

    async fn unsilence(&self, id: &str) -> Result<bool, OutboxError> {
        Ok(self.kept().silences.remove(id).is_some())
    }

    async fn acknowledge(&self, key: &AlertKey, by: Option<&Acknowledged>) -> Result<bool, OutboxError> {
        let mut kept = self.kept();
        let alert = kept.alerts.get_mut(key);
        Ok(alert.map(|alert| alert.acknowledged = by.cloned()).is_some())
    }

    async fn claim(&self, channel: &str, holder: &str, now: Timestamp, lease_seconds: i64) -> Result<Option<Message>, OutboxError> {
        let mut kept = self.kept();
        let mut waiting = kept.messages.iter_mut().filter(|(message, _)| message.channel == channel && message.state == MessageState::Waiting);
        let Some((message, held)) = waiting.next() else { return Ok(None) };
        let is_due = message.due_at <= now || message.due_at > now.plus_seconds(LONGEST_WAIT_SECONDS);
        if !is_due || is_taken(held.as_ref(), holder, now, lease_seconds) {
            return Ok(None);
        }
        *held = Some(Lease { by: holder.to_owned(), until: now.plus_seconds(lease_seconds) });
        Ok(Some(message.clone()))
    }

    async fn note(&self, holder: &str, id: &str, now: Timestamp, outcome: &Outcome) -> Result<bool, OutboxError> {
        let mut kept = self.kept();
        let found = kept.messages.iter_mut().find(|(message, held)| {
            message.id == id && message.state == MessageState::Waiting && held.as_ref().is_some_and(|held| held.by == holder)
        });
        let Some((message, held)) = found else { return Ok(false) };
        let (state, due_at, answer) = match outcome {
            Outcome::Delivered { answer } => (MessageState::Delivered, message.due_at, answer),
            Outcome::Again { due_at, answer } => (MessageState::Waiting, *due_at, answer),
            Outcome::GivenUp { answer } => (MessageState::GivenUp, message.due_at, answer),
        };
        (message.state, message.due_at, message.noted_at) = (state, due_at, now);
        message.answer.clone_from(answer);
        message.attempts += 1;
        *held = None;
        Ok(true)
    }

    async fn messages(&self, most: u32) -> Result<Vec<Message>, OutboxError> {
        Ok(self.kept().messages.iter().rev().take(most as usize).map(|(message, _)| message.clone()).collect())
    }

    async fn tidy(&self, before: Timestamp) -> Result<u64, OutboxError> {
        let mut kept = self.kept();
        let count = |kept: &Kept| kept.messages.len() + kept.silences.len();
        let there = count(&kept);
        kept.messages.retain(|(message, _)| message.state == MessageState::Waiting || message.noted_at >= before);
        kept.silences.retain(|_, silence| silence.until >= before);
        Ok((there - count(&kept)) as u64)
    }
}
