//! The replica: the rows of a store that a device keeps, each for a reason. It may be dropped at any time, and nothing is lost with it.
//!
//! As with the outbox it is changed by transactions alone ([`Tx`]), which whoever has the storage carries out by [`apply`]. They need not
//! be strict: what a power cut takes is fetched again.
//!
//! Rules:
//! 1. Rows and the cookie they are as of are written in one transaction, and only onto the cookie they were asked for.
//! 2. A row is kept while there is a reason ([`Reason`]) for it. Rows with own work in them are never evicted.
//! 3. Parts of what is held are compared with the server by their sums at every pull. A segment with one that differs is a suspect, and fetched again.

mod apply;
mod fill;
mod hold;
mod room;
mod survey;

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::{Range, RangeInclusive},
};

use serde::{Deserialize, Serialize};

pub use self::{
    apply::apply,
    fill::{STEP, lacking},
    hold::{Hold, OPENED_DAYS, Reason},
    room::{MOST_BYTES, allowed, for_pins, kept, rows_in},
    survey::Survey,
};
use super::{
    hash::Sum,
    wire::{Cookie, Extent, Frames, Held, Row, SEGMENT, Sealed, Span},
};
use crate::{clock::Timestamp, ids::ProductId};

/// Rows in a page, the unit of storage.
pub const PAGE: u32 = 100;
/// Rows that are checked at once. To read them takes a few milliseconds, in which a page stands still.
const PART: u32 = 256;
const PARTS: usize = (SEGMENT / PART) as usize;
/// How many rows are kept when nobody says otherwise.
pub const KEPT: usize = 20_000;

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Replica {
    pub meta: Meta,
    /// By the number of their first row, divided by [`PAGE`].
    pub pages: BTreeMap<u32, Page>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Meta {
    pub cookie: Option<Cookie>,
    /// Of the rows' bytes.
    pub schema: u32,
    /// Rows there is a reason for and that are not there yet.
    #[serde(with = "as_spans")]
    pub wanted: BTreeSet<u32>,
    /// Segments that differ from the server's.
    pub suspects: BTreeSet<u32>,
    /// Segments of which there are rows.
    pub segments: BTreeSet<u32>,
    /// Of the whole store, when the replica was last made current; none before that.
    pub extent: Option<Extent>,
    /// When that was, by the device's clock: to be shown.
    pub at: Timestamp,
    /// How often rows were put in or taken out, so that whoever has them in memory can see whether they still are those.
    pub changes: u64,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Page {
    pub entries: BTreeMap<u32, Entry>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    pub hold: Hold,
    pub row: Option<Row>,
}

/// One transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tx {
    /// What a pull has to ask for. With `all`, everything that is held is compared. Otherwise so many parts of it are checked, from that
    /// of this turn on.
    Load {
        all: bool,
        turn: u32,
        checks: u32,
    },
    /// Makes the replica current. Does nothing when it is not at `from` any more, or has rows of another shape.
    Advance(Box<Advance>),
    /// Throws all rows away; what they were held for is kept, so that they are wanted again. Does nothing when the replica is
    /// not at `cookie` any more.
    Drop {
        cookie: Option<Cookie>,
    },
    Hold {
        rows: Vec<Span>,
        reason: Reason,
        at: Timestamp,
    },
    Unhold {
        rows: Vec<Span>,
        reason: Reason,
    },
    /// Throws rows away: see [`Survey::spare`].
    Forget {
        rows: Vec<Span>,
        /// As one knows them. A row that has another reason by now, or has one anew, stays.
        reasons: Hold,
        at: Timestamp,
        /// Products with ops in the outbox, whose rows stay. That is what counts: a reason here may have been lost with an earlier replica, or
        /// have outlived its op.
        mine: BTreeSet<ProductId>,
    },
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Advance {
    pub from: Option<Cookie>,
    pub frames: Frames,
    pub schema: u32,
    /// What the pull had compared and checked.
    pub compared: Vec<Held>,
    pub checked: Vec<Held>,
    /// Products of own ops: their rows are kept though nobody asked for them by number, as nobody could.
    pub mine: BTreeSet<ProductId>,
    pub at: Timestamp,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    Done,
    /// Nothing was written: the replica is somewhere else by now.
    Moved,
    Loaded(Loaded),
    Advanced {
        /// Segments that were found to differ, to be reported.
        drifted: Vec<u32>,
        /// Whether there is more to be asked for.
        more: bool,
    },
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loaded {
    pub cookie: Option<Cookie>,
    pub schema: u32,
    pub compare: Vec<Held>,
    pub check: Vec<Held>,
    pub want: Vec<Span>,
}

impl Page {
    /// Reads a page as it is stored. One with garbage in it is empty: its rows are wanted again when somebody asks for them.
    pub fn read(bytes: &Sealed) -> Self {
        bytes.open().unwrap_or_default()
    }

    pub fn write(&self) -> Sealed {
        Sealed::of(self)
    }
}

impl Tx {
    /// The pages a transaction reads; none means all of them.
    pub fn needs(&self, meta: &Meta) -> Option<BTreeSet<u32>> {
        match self {
            Self::Load { all: false, turn, checks } => {
                let suspects = meta.suspects.iter().map(|segment| rows_of(*segment));
                Some(suspects.chain(meta.to_check(*turn, *checks)).flat_map(pages_of).collect())
            }
            Self::Hold { rows, .. } | Self::Unhold { rows, .. } => Some(rows.iter().flat_map(|span| span.rows()).map(|ord| ord / PAGE).collect()),
            Self::Advance(advance) => {
                let rows = advance.frames.rows.iter().map(|row| row.ord / PAGE);
                let again = advance.checked.iter().filter(|held| advance.touches(held)).flat_map(Held::ords).map(|ord| ord / PAGE);
                Some(rows.chain(again).collect())
            }
            // Whole segments, to see whether anything is left of them.
            Self::Forget { rows, .. } => {
                let segments: BTreeSet<u32> = rows.iter().flat_map(|span| span.rows()).map(|ord| ord / SEGMENT).collect();
                Some(segments.into_iter().map(rows_of).flat_map(pages_of).collect())
            }
            Self::Load { .. } | Self::Drop { .. } => None,
        }
    }
}

impl Meta {
    /// The parts whose turn it is, of what is not suspected already: of turns that follow each other every part has one.
    fn to_check(&self, turn: u32, checks: u32) -> impl Iterator<Item = Range<u32>> {
        let sound: Vec<u32> = self.segments.difference(&self.suspects).copied().collect();
        let parts = sound.len() * PARTS;
        let turns = (0..parts.min(checks as usize)).map(move |at| (turn as usize + at) % parts);
        turns.map(move |at| {
            let from = rows_of(sound[at / PARTS]).start + (at % PARTS) as u32 * PART;
            from..from + PART
        })
    }
}

impl Replica {
    pub fn row(&self, ord: u32) -> Option<&Row> {
        self.pages.get(&(ord / PAGE))?.entries.get(&ord)?.row.as_ref()
    }

    pub fn rows(&self) -> impl Iterator<Item = &Row> {
        self.pages.values().flat_map(|page| page.entries.values()).filter_map(|entry| entry.row.as_ref())
    }

    /// What is held of rows of one segment, with its sum as the bytes have it now.
    pub fn held(&self, rows: Range<u32>) -> Option<Held> {
        let pages = self.pages.range(pages_of(rows.clone())).flat_map(|(_, page)| page.entries.values());
        let inside = || pages.clone().filter_map(|entry| entry.row.as_ref()).filter(|row| rows.contains(&row.ord));
        let sum = inside().fold(Sum::default(), |sum, row| sum.with(row.sum()));
        let spans = Span::of(inside().map(|row| row.ord));
        (!spans.is_empty()).then_some(Held { segment: rows.start / SEGMENT, rows: spans, sum })
    }
}

impl Advance {
    /// Whether there is news of a row that was checked: its sum is another by now.
    fn touches(&self, held: &Held) -> bool {
        self.frames.rows.iter().any(|row| held.rows.iter().any(|span| span.rows().contains(&row.ord)))
    }
}

/// Rows that follow each other take no room.
mod as_spans {
    use std::collections::BTreeSet;

    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use super::Span;

    pub(super) fn serialize<S: Serializer>(rows: &BTreeSet<u32>, serializer: S) -> Result<S::Ok, S::Error> {
        Span::of(rows.iter().copied()).serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<BTreeSet<u32>, D::Error> {
        Ok(Vec::<Span>::deserialize(deserializer)?.into_iter().flat_map(Span::rows).collect())
    }
}

const fn rows_of(segment: u32) -> Range<u32> {
    let first = segment.saturating_mul(SEGMENT);
    first..first.saturating_add(SEGMENT)
}

fn pages_of(rows: Range<u32>) -> RangeInclusive<u32> {
    rows.start / PAGE..=rows.end.saturating_sub(1) / PAGE
}

#[cfg(test)]
mod tests;
