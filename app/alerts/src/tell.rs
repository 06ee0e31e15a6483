//! Who is told what: compares how alerts stand with what a channel was told last.
//!
//! One message a group and no more than one in five minutes, unless it becomes worse; of all groups together no more than twenty in five
//! minutes, the last of them a sum of whatever is left. As it is states that are compared, nothing is lost when there is no room now, when it is
//! silenced, or while the channel cannot be reached: it is told later if it is still so, and what came and went meanwhile is told as over.

use std::collections::{BTreeMap, BTreeSet};

use domain::clock::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{Alert, AlertKey, CHANNEL_FAILS, Severity, Silence, State, numbers::seconds_between, silencing};

/// What a channel was told. One of each channel, kept by whoever keeps the alerts and written together with the letters.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    /// Since when it is told anything; what was over before is none of its business.
    began: Option<Timestamp>,
    alerts: BTreeMap<AlertKey, Last>,
    groups: BTreeMap<String, Group>,
    /// When letters were written lately.
    sent: Vec<Timestamp>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Last {
    episode: u64,
    firing: bool,
    at: Timestamp,
    /// In which letter: when that was given up, it was not told.
    letter: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Group {
    at: Timestamp,
    severity: Severity,
}

/// A channel, and how it fares.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subscriber<'a> {
    pub name: &'a str,
    /// What is less than this is not told here.
    pub least: Severity,
    /// Letters that were given up: what was in them is told anew.
    pub given_up: &'a BTreeSet<String>,
    /// Its last letter has failed and is tried again. Nothing is added meanwhile: what has become of it is told when it gets through.
    pub is_failing: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Letters within the window.
    pub most: usize,
    pub window_seconds: i64,
    /// Between two letters of a group.
    pub group_seconds: i64,
}

/// One message to one channel.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Letter {
    /// Of the round and the channel: the same when a round is done again, and another's never.
    pub id: String,
    pub channel: String,
    /// None of a sum of several.
    pub group: Option<String>,
    /// Worst first.
    pub lines: Vec<Line>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Line {
    pub kind: Kind,
    /// As it stood.
    pub alert: Alert,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    Firing,
    /// A reminder.
    Still,
    Resolved,
}

impl Default for Limits {
    fn default() -> Self {
        Self { most: 20, window_seconds: 300, group_seconds: 300 }
    }
}

impl Told {
    /// Whether it was told that this fires, and not yet that it is over.
    pub fn is_open(&self, key: &AlertKey) -> bool {
        self.alerts.get(key).is_some_and(|last| last.firing)
    }

    fn come_back_to(&mut self, now: Timestamp) {
        let back = |at: &mut Timestamp| *at = (*at).min(now);
        self.alerts.values_mut().for_each(|last| back(&mut last.at));
        self.groups.values_mut().for_each(|group| back(&mut group.at));
        self.sent.iter_mut().for_each(back);
    }
}

/// The letters to one channel of a round, and notes down that they are written. `round` is another number each time.
pub fn tell(
    told: &mut Told,
    to: &Subscriber<'_>,
    alerts: &[Alert],
    silences: &[Silence],
    (round, now): (u64, Timestamp),
    limits: &Limits,
) -> Vec<Letter> {
    told.come_back_to(now);
    let first = told.began.is_none();
    told.began.get_or_insert(now);
    let keys: BTreeSet<_> = alerts.iter().map(|alert| &alert.key).collect();
    told.alerts.retain(|key, last| last.firing || keys.contains(key));
    told.sent.retain(|sent| seconds_between(*sent, now) < limits.window_seconds);
    told.groups.retain(|_, group| seconds_between(group.at, now) < limits.group_seconds);

    let mut groups: BTreeMap<&str, Vec<Line>> = BTreeMap::new();
    for alert in alerts {
        let own = alert.key.rule == CHANNEL_FAILS && alert.key.subject == to.name;
        let known = told.alerts.get(&alert.key);
        if own || (alert.rule.severity < to.least && known.is_none_or(|last| !last.firing)) {
            continue;
        }
        match what_is_new(alert, known, to.given_up, silencing(silences, alert, now).is_some(), first, now) {
            New::Nothing => {}
            New::Quietly => {
                // Should what was told before be given up after all, it is known by its letter.
                let letter = known.map(|last| last.letter.clone()).unwrap_or_default();
                note(told, alert, letter, now);
            }
            New::Line(kind) => groups.entry(&alert.rule.group).or_default().push(Line { kind, alert: alert.clone() }),
        }
    }
    if to.is_failing {
        return Vec::new();
    }
    groups.retain(|name, lines| told.groups.get(*name).is_none_or(|last| worst(lines) > Some(last.severity)));

    let mut groups: Vec<(&str, Vec<Line>)> = groups.into_iter().collect();
    for (_, lines) in &mut groups {
        lines.sort_by_key(order);
    }
    groups.sort_by_key(|(_, lines)| lines.first().map(order));
    let free = limits.most.saturating_sub(told.sent.len());
    if free == 0 {
        return Vec::new();
    }
    // Where not all have room, the last one that has is a sum of the others.
    let alone = if groups.len() > free { free - 1 } else { groups.len() };
    let rest: Vec<Line> = groups.split_off(alone).into_iter().flat_map(|(_, lines)| lines).collect();
    let mut letters: Vec<_> = groups.into_iter().map(|(name, lines)| (Some(name.to_owned()), lines)).collect();
    if !rest.is_empty() {
        letters.push((None, rest));
    }
    letters.into_iter().enumerate().map(|(number, (group, lines))| written(told, to.name, group, lines, (round, number), now)).collect()
}

enum New {
    Nothing,
    /// Noted as told, although nobody is.
    Quietly,
    Line(Kind),
}

fn what_is_new(alert: &Alert, known: Option<&Last>, given_up: &BTreeSet<String>, silenced: bool, first: bool, now: Timestamp) -> New {
    let instance = &alert.instance;
    let lost = known.is_some_and(|last| given_up.contains(&last.letter));
    match (instance.is_firing(), known) {
        (true, Some(last)) if last.firing && !lost => {
            let due = alert.rule.remind_minutes > 0 && seconds_between(last.at, now) >= i64::from(alert.rule.remind_minutes) * 60;
            if due && !silenced && alert.seen_to().is_none() { New::Line(Kind::Still) } else { New::Nothing }
        }
        (true, _) => {
            if silenced {
                New::Nothing
            } else {
                New::Line(Kind::Firing)
            }
        }
        // Also when it is silenced by now: what was told is closed.
        (false, Some(last)) if last.firing || lost => New::Line(Kind::Resolved),
        (false, known) if known.map_or(0, |last| last.episode) < instance.episode => {
            // It has fired and is over since: there was no room, or a silence.
            if silenced || first || !matches!(instance.state, State::Resolved { .. }) { New::Quietly } else { New::Line(Kind::Resolved) }
        }
        (false, _) => New::Nothing,
    }
}

fn written(told: &mut Told, channel: &str, group: Option<String>, lines: Vec<Line>, (round, number): (u64, usize), now: Timestamp) -> Letter {
    let id = format!("r{round}-{channel}-{number}");
    for line in &lines {
        // A reminder that is given up takes nothing back.
        let kept = if line.kind == Kind::Still { told.alerts.get(&line.alert.key).map(|last| last.letter.clone()) } else { None };
        note(told, &line.alert, kept.unwrap_or_else(|| id.clone()), now);
        let (name, severity) = (line.alert.rule.group.clone(), line.alert.rule.severity);
        told.groups
            .entry(name)
            .and_modify(|group| *group = Group { at: now, severity: group.severity.max(severity) })
            .or_insert(Group { at: now, severity });
    }
    told.sent.push(now);
    Letter { id, channel: channel.to_owned(), group, lines }
}

fn note(told: &mut Told, alert: &Alert, letter: String, now: Timestamp) {
    let last = Last { episode: alert.instance.episode, firing: alert.instance.is_firing(), at: now, letter };
    told.alerts.insert(alert.key.clone(), last);
}

/// How bad what newly fires is.
fn worst(lines: &[Line]) -> Option<Severity> {
    lines.iter().filter(|line| line.kind == Kind::Firing).map(|line| line.alert.rule.severity).max()
}

/// Worst first, then what fires before what is over, then the oldest.
fn order(line: &Line) -> (std::cmp::Reverse<Severity>, Kind, Timestamp, AlertKey) {
    let since = match line.alert.instance.state {
        State::Firing { since } | State::Pending { since } | State::Resolved { since, .. } => since,
        State::Ok => Timestamp::default(),
    };
    (std::cmp::Reverse(line.alert.rule.severity), line.kind, since, line.alert.key.clone())
}
