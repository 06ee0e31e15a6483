//! Views that a person has made available offline on a device, and how far that is. The whole catalogue is the view without a filter.
//!
//! This is what outlives a replica: with it and a server everything is there again. It is kept as text, a line a view, of which a later build
//! reads what it knows. What is told of progress is true of one replica, and of none that has replaced it.

use std::fmt::Write;

use super::{replica::Meta, wire::Extent};
use crate::{clock::Timestamp, ids::Seq, query::ListQuery};

/// Views that one may keep: nobody reads a longer list of them.
pub const MOST_PINS: usize = 20;
/// How long what is known of a view is good, in seconds, whatever has changed since.
pub const FRESH: i64 = 180;

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pins {
    pub pins: Vec<Pin>,
    /// Why it does not go on.
    pub trouble: Option<Trouble>,
    /// Whether rows may be held for a view that was removed.
    pub is_loose: bool,
}

/// A view that is to be here.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pin {
    /// As it stands in an address, without its order.
    pub view: String,
    /// Products it has, and how many of them there is room for. None while the server has not said it.
    pub told: Option<Told>,
    /// Products that are here.
    pub here: u32,
    /// How often the replica had changed by then.
    pub changes: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Told {
    pub of: u32,
    pub room: u32,
    /// The change up to which that is so, and when it was said, by the device's clock.
    pub seq: Seq,
    pub at: Timestamp,
}

/// What a person has of a store on this device.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OnDevice {
    pub figures: Figures,
    pub pins: Pins,
    /// Of the whole store, and as of when; none before anything has come.
    pub extent: Option<Extent>,
    pub at: Timestamp,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Figures {
    pub rows: usize,
    pub bytes: u64,
    /// The most bytes there may be.
    pub allowed: u64,
    /// Bytes of a row, about.
    pub each: u64,
    /// Rows there is room for.
    pub room: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// The server cannot be reached, or does not answer this yet.
    Away,
    /// The browser gives no more room.
    Full,
}

impl Pins {
    /// A line that makes no sense is left out.
    pub fn read(text: &str) -> Self {
        let mut pins = Self::default();
        for line in text.lines() {
            match line.strip_prefix('!') {
                Some("loose") => pins.is_loose = true,
                Some(trouble) => pins.trouble = [Trouble::Away, Trouble::Full].into_iter().find(|known| known.name() == trouble),
                None => pins.pins.extend(Pin::read(line)),
            }
        }
        pins
    }

    pub fn write(&self) -> String {
        let mut text = String::new();
        if let Some(trouble) = self.trouble {
            let _ = writeln!(text, "!{}", trouble.name());
        }
        if self.is_loose {
            text.push_str("!loose\n");
        }
        for pin in &self.pins {
            pin.write(&mut text);
        }
        text
    }

    pub fn find(&self, query: &ListQuery) -> Option<&Pin> {
        let view = query.view().to_address();
        self.pins.iter().find(|pin| pin.view == view)
    }

    /// Whether it is there now: there is no room for more than [`MOST_PINS`]. One that was there is tried again.
    pub fn add(&mut self, query: &ListQuery) -> bool {
        self.trouble = None;
        let view = query.view().to_address();
        if let Some(pin) = self.pins.iter_mut().find(|pin| pin.view == view) {
            pin.told = None;
            return true;
        }
        let has_room = self.has_room();
        if has_room {
            self.pins.push(Pin { view, ..Pin::default() });
        }
        has_room
    }

    pub const fn has_room(&self) -> bool {
        self.pins.len() < MOST_PINS
    }

    pub fn remove(&mut self, query: &ListQuery) {
        let view = query.view().to_address();
        self.pins.retain(|pin| pin.view != view);
        (self.trouble, self.is_loose) = (None, true);
        // Perhaps there is room now.
        for pin in self.pins.iter_mut().filter(|pin| !pin.is_whole()) {
            pin.told = None;
        }
    }

    /// That nothing is held any more for a view that was removed, which was so when there were these.
    pub fn settle(&mut self, views: &[String]) {
        if self.pins.iter().map(|pin| &pin.view).eq(views) {
            self.is_loose = false;
        }
    }

    pub fn views(&self) -> Vec<String> {
        self.pins.iter().map(|pin| pin.view.clone()).collect()
    }

    /// Whether there is something to be done, of a store that is at a change.
    pub fn is_open(&self, seq: Seq, now: Timestamp) -> bool {
        self.is_loose || self.pins.iter().any(|pin| !pin.is_done() || pin.is_due(seq, now))
    }

    /// Since when all of a list is here, as far as this is known: of some view that it is a part of.
    pub fn whole_since(&self, query: &ListQuery, meta: &Meta) -> Option<Timestamp> {
        let within = |pin: &&Pin| query.is_within(&ListQuery::from_address(&pin.view));
        self.pins.iter().filter(|pin| pin.is_whole_in(meta)).filter(within).filter_map(|pin| pin.told).map(|told| told.at).max()
    }
}

impl Pin {
    /// Whether everything that there is room for has come.
    pub fn is_done(&self) -> bool {
        self.told.is_some_and(|told| self.here >= told.room)
    }

    /// Whether all of it is here.
    pub fn is_whole(&self) -> bool {
        self.told.is_some_and(|told| self.here >= told.of)
    }

    /// Whether all of it is in a replica: one that was thrown away since, or is being fetched anew, does not have it.
    fn is_whole_in(&self, meta: &Meta) -> bool {
        self.is_whole() && meta.cookie.is_some() && meta.changes >= self.changes && meta.wanted.is_empty()
    }

    /// Whether the server has to be asked what there is in it.
    pub fn is_due(&self, seq: Seq, now: Timestamp) -> bool {
        self.told.is_none_or(|told| told.seq != seq && now.micros().abs_diff(told.at.micros()) >= FRESH.unsigned_abs() * 1_000_000)
    }

    fn read(line: &str) -> Option<Self> {
        let mut parts = line.split('\t');
        // What cannot be read would be another view.
        let view = parts.next().filter(|view| ListQuery::from_address(view).view().to_address() == *view)?.to_owned();
        let mut number = || parts.next().and_then(|part| part.parse::<i64>().ok());
        let told = (number(), number(), number(), number());
        let (here, changes) = (number(), number());
        let told = match told {
            (Some(of), Some(room), Some(seq), Some(at)) => {
                Some(Told { of: u32::try_from(of).ok()?, room: u32::try_from(room).ok()?, seq: Seq(seq), at: Timestamp::from_micros(at) })
            }
            _ => None,
        };
        let here = here.and_then(|here| u32::try_from(here).ok()).unwrap_or_default();
        Some(Self { view, told, here, changes: changes.and_then(|changes| u64::try_from(changes).ok()).unwrap_or_default() })
    }

    fn write(&self, text: &mut String) {
        text.push_str(&self.view);
        if let Some(Told { of, room, seq, at }) = self.told {
            let _ = write!(text, "\t{of}\t{room}\t{}\t{}\t{}\t{}", seq.0, at.micros(), self.here, self.changes);
        }
        text.push('\n');
    }
}

impl Trouble {
    const fn name(self) -> &'static str {
        match self {
            Self::Away => "away",
            Self::Full => "full",
        }
    }
}

#[cfg(test)]
mod tests;
