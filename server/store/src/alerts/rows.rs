//! What is kept of alerts, as it comes out of the tables and goes into them.

use domain::clock::Timestamp;

use crate::{
    codec::{from_row, word},
    sql::{Kind as Column, Table},
    write::{Record, Sink},
};

/// How everything stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Book {
    /// How many rounds have ended.
    pub round: u64,
    /// When the last one has.
    pub ended_at: Option<Timestamp>,
    /// Which rules it could not look at.
    pub unread: String,
    pub notes: Vec<Note>,
    /// In their order: all that wait, what was given up lately, and of each channel the last that was delivered.
    pub messages: Vec<Message>,
}

/// A text with a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    pub kind: Kind,
    pub name: String,
    pub body: String,
    /// Of an alert who sees to it; empty: nobody.
    pub seen: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Alert,
    /// What a channel was told.
    Told,
    Silence,
}

/// What came of a round. Names with their texts are in place of what there was.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Written {
    /// Of which round: [`Book::round`].
    pub round: u64,
    pub alerts: Vec<(String, String)>,
    /// Names of alerts.
    pub forgotten: Vec<String>,
    pub told: Vec<(String, String)>,
    /// Which rules could not be looked at.
    pub unread: String,
    /// In their order. One whose id is there stays as it is.
    pub messages: Vec<NewMessage>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewMessage {
    pub id: String,
    pub channel: String,
    pub subject: String,
    pub body: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    pub id: String,
    pub channel: String,
    pub subject: String,
    pub body: String,
    pub state: State,
    pub attempts: u32,
    pub created_at: Timestamp,
    pub due_at: Timestamp,
    pub noted_at: Timestamp,
    pub answer: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    Waiting,
    Delivered,
    GivenUp,
}

impl Kind {
    const ALL: [Self; 3] = [Self::Alert, Self::Told, Self::Silence];

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Alert => "alert",
            Self::Told => "told",
            Self::Silence => "silence",
        }
    }

    fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

impl State {
    const ALL: [Self; 3] = [Self::Waiting, Self::Delivered, Self::GivenUp];

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Delivered => "delivered",
            Self::GivenUp => "given_up",
        }
    }

    fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }
}

/// Rounds and people write different columns of the same row: who sees to an alert stays when it is replaced.
pub(super) static NOTES: Table = Table {
    name: "alert_notes",
    columns: &[("kind", Column::Text), ("name", Column::Text), ("body", Column::Text), ("seen", Column::Text), ("until", Column::Int)],
    key: &["kind", "name"],
    fixed: &["seen"],
};

/// A note on its way into the table.
pub(super) struct NoteRecord<'a> {
    pub(super) kind: Kind,
    pub(super) name: &'a str,
    pub(super) body: &'a str,
    pub(super) until: Option<Timestamp>,
}

impl<'a> NoteRecord<'a> {
    pub(super) const fn new(kind: Kind, name: &'a str, body: &'a str) -> Self {
        Self { kind, name, body, until: None }
    }
}

impl Record for NoteRecord<'_> {
    fn put(&self, sink: &mut impl Sink) {
        sink.text(self.kind.name());
        sink.text(&kept(self.name));
        sink.text(&kept(self.body));
        sink.text("");
        sink.int(self.until.map(Timestamp::micros));
    }
}

/// PostgreSQL keeps no zero in a text.
pub(super) fn kept(text: &str) -> String {
    text.replace('\0', "\u{fffd}")
}

from_row!(Note, |row| {
    let kind = word(row.try_get(0)?, Kind::from_name, "kind of a note of alerts")?;
    Ok(Self { kind, name: row.try_get(1)?, body: row.try_get(2)?, seen: row.try_get(3)? })
});

from_row!(Message, |row| {
    let moment = |at: usize| row.try_get::<i64, _>(at).map(Timestamp::from_micros);
    Ok(Self {
        id: row.try_get(0)?,
        channel: row.try_get(1)?,
        subject: row.try_get(2)?,
        body: row.try_get(3)?,
        state: word(row.try_get(4)?, State::from_name, "state of a message of alerts")?,
        attempts: row.try_get::<i64, _>(5)?.clamp(0, i64::from(u32::MAX)) as u32,
        created_at: moment(6)?,
        due_at: moment(7)?,
        noted_at: moment(8)?,
        answer: row.try_get(9)?,
    })
});
