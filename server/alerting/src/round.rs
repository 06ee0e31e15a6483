//! A round: how each rule stands, what is new, and who is told.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    sync::Arc,
};

use alerts::{Alert, AlertKey, Answer, Ask, Condition, DELIVERY, Figure, Rule, Site, Subscriber, retire, step, tell, write};
use async_trait::async_trait;
use domain::clock::{Clock, Timestamp};
use tokio::{
    sync::watch,
    time::{Instant, sleep, timeout, timeout_at},
};

use crate::{Book, Channel, Limits, Message, MessageState, NewMessage, Outbox, OutboxError, Sender, Sentence, Written, blind::Blind, sender::within};

/// The store of measurements.
#[async_trait]
pub trait Measures: Send + Sync {
    /// A figure of the window that ends now, one for each value of the dimensions that are split by: those of which there is any measurement,
    /// and for [`Figure::MinutesSince`] those that should report, until they say goodbye. A count of nothing is 0 where something else of the same
    /// kind was measured, and no answer otherwise.
    async fn measure(&self, ask: &Ask, now: Timestamp) -> Result<Vec<Measured>, Sentence>;
}

#[derive(Clone, Debug, PartialEq)]
pub struct Measured {
    /// The values of the dimensions that are split by, separated by spaces; nothing without any.
    pub subject: String,
    pub value: f64,
    /// What was found, in a sentence; of [`Figure::Found`] only.
    pub said: Option<String>,
}

/// Watches the rules.
pub struct Rounds {
    pub(crate) outbox: Arc<dyn Outbox>,
    pub(crate) measures: Arc<dyn Measures>,
    pub(crate) rules: Vec<Rule>,
    pub(crate) channels: Vec<Channel>,
    pub(crate) site: Site,
    pub(crate) clock: Arc<dyn Clock>,
    /// No other process has the same.
    pub(crate) holder: String,
    pub(crate) limits: Limits,
}

/// What came of looking.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Watched {
    /// Another process does it, or has just done it.
    NotOurs,
    /// It was taken over by another process; nothing of it was written.
    Lost,
    Done {
        letters: usize,
        /// Rules of which nothing could be asked: they are as they were.
        unread: usize,
    },
}

/// Of a rule that is split by something of which somebody outside makes up ever more.
const MOST_SUBJECTS: usize = 500;
/// What was given up is not followed by another letter at once: that would be tried, too.
const REST_SECONDS: i64 = 3_600;
/// Messages and silences are kept for so long.
const KEPT_SECONDS: i64 = 30 * 86_400;
const ROUNDS_BETWEEN_TIDYING: u64 = 60;

impl Rounds {
    /// Until it is told to stop.
    pub async fn run(self, sender: Arc<Sender>, mut stop: watch::Receiver<bool>) {
        let mut blind = Blind::default();
        while !*stop.borrow() {
            let round = self.round().await;
            if let Some(text) = blind.after(round.is_ok(), Instant::now(), &self.site) {
                sender.tell_all(&text).await;
            }
            let rest = match round {
                Ok(_) => self.limits.every / 4,
                Err(error) => {
                    tracing::warn!(%error, "how alerts stand could not be asked or written down");
                    self.limits.pause
                }
            };
            tokio::select! {
                () = sleep(rest) => {}
                _ = stop.wait_for(|stop| *stop) => break,
            }
        }
    }

    /// One look at all rules, if it is time and no other process does it.
    pub async fn round(&self) -> Result<Watched, OutboxError> {
        let (lease, every) = (self.limits.lease.as_secs() as i64, self.limits.every.as_secs() as i64);
        let begun = within(self.limits.attempt, self.outbox.begin_round(&self.holder, self.clock.now(), lease, every)).await?;
        let Some(book) = begun else { return Ok(Watched::NotOurs) };
        // Well before the lease ends, so that what was read is not written by two.
        let end = Instant::now() + self.limits.lease / 2;
        let mut asked = Asked { measures: &*self.measures, known: Vec::new(), said: BTreeMap::new(), limits: self.limits, end };
        let (mut readings, mut unread) = (BTreeMap::new(), BTreeMap::new());
        for rule in self.rules.iter().filter(|rule| !is_of_delivery(rule)) {
            match asked.read(rule, self.clock.now()).await {
                Ok(read) => {
                    readings.insert(rule.id.as_str(), read);
                }
                Err(Sentence(why)) => {
                    tracing::warn!(rule = rule.id, why, "a rule could not be looked at");
                    unread.insert(rule.id.clone(), why);
                }
            }
        }
        let now = self.clock.now();
        let fares = fares(&book.messages, &self.channels, now);
        for rule in self.rules.iter().filter(|rule| is_of_delivery(rule)) {
            readings.insert(&rule.id, fares.iter().map(|(name, fares)| (name.clone(), Some(fares.failing_minutes))).collect());
        }
        let (mut written, letters) = self.decide(&book, &readings, &asked.said, &fares, now);
        let could_not_be_read = unread.len();
        written.unread = unread;
        if !within(self.limits.attempt, self.outbox.end_round(&self.holder, now, &written)).await? {
            return Ok(Watched::Lost);
        }
        if book.round % ROUNDS_BETWEEN_TIDYING == 0 {
            within(self.limits.attempt, self.outbox.tidy(now.plus_seconds(-KEPT_SECONDS))).await?;
        }
        Ok(Watched::Done { letters, unread: could_not_be_read })
    }

    fn decide(
        &self,
        book: &Book,
        readings: &BTreeMap<&str, Readings>,
        said: &Said,
        fares: &BTreeMap<String, Fares>,
        now: Timestamp,
    ) -> (Written, usize) {
        let said = |rule: &Rule, subject: &str| said.get(&(rule.what.found()?.to_owned(), subject.to_owned())).cloned();
        let mut alerts: BTreeMap<AlertKey, Alert> = BTreeMap::new();
        let mut changed = BTreeSet::new();
        for known in &book.alerts {
            let mut alert = known.clone();
            let rule = self.rules.iter().find(|rule| rule.id == known.key.rule);
            let reading = rule.and_then(|rule| readings.get(rule.id.as_str())).map(|read| read.get(&known.key.subject).copied());
            alert.instance = match (rule, reading) {
                (None, _) => retire(alert.instance, now).0,
                // Nothing could be asked: that says nothing about it.
                (Some(_), None) => alert.instance,
                (Some(rule), Some(None)) if rule.what.is_absence() && !rule.what.by().is_empty() => retire(alert.instance, now).0,
                // What is not among what there is to find is not so any more.
                (Some(rule), Some(None)) if rule.what.found().is_some() && alert.instance.is_bad() => step(rule, alert.instance, Some(0.0), now).0,
                (Some(rule), Some(reading)) => step(rule, alert.instance, reading.flatten(), now).0,
            };
            if let Some(rule) = rule {
                alert.rule = rule.clone();
                alert.instance.said = said(rule, &alert.key.subject).or(alert.instance.said);
            }
            if alert != *known {
                changed.insert(alert.key.clone());
            }
            alerts.insert(alert.key.clone(), alert);
        }
        for rule in &self.rules {
            let Some(read) = readings.get(rule.id.as_str()) else { continue };
            let there = book.alerts.iter().filter(|alert| alert.key.rule == rule.id).count();
            let new: Vec<_> = read.iter().filter(|(subject, _)| !alerts.contains_key(&AlertKey::new(&rule.id, *subject))).collect();
            let room = MOST_SUBJECTS.saturating_sub(there);
            if new.len() > room {
                tracing::warn!(rule = rule.id, left_out = new.len() - room, "a rule is split by more than can be watched");
            }
            for (subject, reading) in new.into_iter().take(room) {
                let mut alert = Alert::new(rule.clone(), subject);
                alert.instance = step(rule, alert.instance, *reading, now).0;
                alert.instance.said = said(rule, subject);
                changed.insert(alert.key.clone());
                alerts.insert(alert.key.clone(), alert);
            }
        }
        let all: Vec<Alert> = alerts.into_values().collect();
        let mut told = BTreeMap::new();
        let mut messages = Vec::new();
        for channel in self.channels.iter().filter(|channel| channel.is_sent_to()) {
            let mut of_channel = book.told.get(&channel.name).cloned().unwrap_or_default();
            let fares = &fares[&channel.name];
            let to = Subscriber { name: &channel.name, least: channel.least, given_up: &fares.given_up, is_failing: fares.is_failing };
            for letter in tell(&mut of_channel, &to, &all, &book.silences, (book.round, now), &alerts::Limits::default()) {
                let text = write(&letter, &self.site, now);
                messages.push(NewMessage { id: letter.id, channel: letter.channel, subject: text.subject, body: text.body });
            }
            if book.told.get(&channel.name) != Some(&of_channel) {
                told.insert(channel.name.clone(), of_channel);
            }
        }
        let told_now = |channel: &Channel| told.get(&channel.name).or_else(|| book.told.get(&channel.name));
        let is_open = |alert: &Alert| self.channels.iter().filter_map(told_now).any(|told| told.is_open(&alert.key));
        let (mut kept, mut forgotten) = (Vec::new(), Vec::new());
        for alert in all {
            let has_rule = self.rules.iter().any(|rule| rule.id == alert.key.rule && (alert.key.subject.is_empty() == rule.what.by().is_empty()));
            let is_over = if has_rule {
                alert.instance.is_forgettable(now) && !alert.key.subject.is_empty()
            } else {
                alert.instance.state == alerts::State::Ok
            };
            if is_over && !is_open(&alert) {
                if book.alerts.iter().any(|known| known.key == alert.key) {
                    forgotten.push(alert.key);
                }
            } else if changed.contains(&alert.key) {
                kept.push(alert);
            }
        }
        let letters = messages.len();
        (Written { round: book.round, alerts: kept, forgotten, told, messages, unread: BTreeMap::new() }, letters)
    }
}

/// By subject.
type Readings = BTreeMap<String, Answer>;
/// By subject.
type Figures = BTreeMap<String, f64>;
/// What was found, by the series of findings and the subject.
type Said = BTreeMap<(String, String), String>;

/// What was asked in this round already, as several rules look at the same.
struct Asked<'a> {
    measures: &'a dyn Measures,
    known: Vec<(Ask, Result<Figures, Sentence>)>,
    said: Said,
    limits: Limits,
    end: Instant,
}

impl Asked<'_> {
    /// The readings of a rule, by subject.
    async fn read(&mut self, rule: &Rule, now: Timestamp) -> Result<Readings, Sentence> {
        let mut answers = Vec::new();
        for ask in rule.what.asks() {
            answers.push(self.ask(ask, now).await?);
        }
        let mut subjects: BTreeSet<&String> = answers.iter().flat_map(BTreeMap::keys).collect();
        let nothing = String::new();
        if rule.what.by().is_empty() {
            subjects = BTreeSet::from([&nothing]);
        }
        let reading = |subject: &String| {
            let of_subject: Vec<_> = answers.iter().map(|answer| answer.get(subject).copied()).collect();
            (subject.clone(), rule.what.reading(&of_subject))
        };
        Ok(subjects.into_iter().map(reading).collect())
    }

    async fn ask(&mut self, ask: Ask, now: Timestamp) -> Result<Figures, Sentence> {
        if let Some((_, known)) = self.known.iter().find(|(known, _)| *known == ask) {
            return known.clone();
        }
        let late = || Err(Sentence("The measurements did not come in time.".to_owned()));
        let asking = timeout(self.limits.attempt, self.measures.measure(&ask, now));
        let came = timeout_at(self.end, asking).await.map_or_else(|_| late(), |came| came.unwrap_or_else(|_| late()));
        let mut figures = |measured: Vec<Measured>| {
            let one = |Measured { subject, value, said }| {
                if let Some(said) = said {
                    self.said.insert((ask.of.series.clone(), String::clone(&subject)), said);
                }
                (subject, value)
            };
            measured.into_iter().map(one).collect()
        };
        let came = came.map(&mut figures);
        self.known.push((ask, came.clone()));
        came
    }
}

/// How a channel fares.
struct Fares {
    given_up: BTreeSet<String>,
    is_failing: bool,
    /// For how long nothing has come through that should have; 0 when it works.
    failing_minutes: f64,
}

fn fares(messages: &[Message], channels: &[Channel], now: Timestamp) -> BTreeMap<String, Fares> {
    let of = |channel: &Channel| {
        let own = || messages.iter().filter(|message| message.channel == channel.name);
        let given_up = || own().filter(|message| message.state == MessageState::GivenUp);
        let tried = own().find(|message| message.state == MessageState::Waiting && message.attempts > 0);
        let delivered = own().filter(|message| message.state == MessageState::Delivered).map(|message| message.noted_at).max();
        // Those since which nothing came through.
        let lost = || given_up().filter(|message| delivered.is_none_or(|delivered| message.noted_at > delivered));
        let rests = lost().any(|message| seconds_since(message.noted_at, now) < REST_SECONDS);
        let since = lost().chain(tried).map(|message| message.created_at).min();
        Fares {
            given_up: given_up().map(|message| message.id.clone()).collect(),
            is_failing: tried.is_some() || rests,
            failing_minutes: since.map_or(0.0, |since| (seconds_since(since, now) / 60) as f64),
        }
    };
    channels.iter().filter(|channel| channel.is_sent_to()).map(|channel| (channel.name.clone(), of(channel))).collect()
}

fn seconds_since(at: Timestamp, now: Timestamp) -> i64 {
    now.micros().saturating_sub(at.micros()).max(0) / 1_000_000
}

fn is_of_delivery(rule: &Rule) -> bool {
    matches!(&rule.what, Condition::Threshold { of, figure: Figure::Max, .. } if of.series == DELIVERY)
}

impl fmt::Debug for Rounds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rounds").field("holder", &self.holder).field("rules", &self.rules.len()).finish_non_exhaustive()
    }
}
