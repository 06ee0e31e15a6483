//! Why a row is kept.

use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;

/// Rows that were opened are kept for so long.
pub const OPENED_DAYS: i64 = 30;

/// In the order in which they are given up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Reason {
    /// It was on the screen of late.
    Viewport = 1,
    /// Its page was opened in the last [`OPENED_DAYS`].
    Opened = 2,
    /// It waits in the review queue.
    Review = 4,
    /// It is in a view that was made available offline.
    Pinned = 8,
    /// From here on there is own work in it: such a row is never evicted.
    Draft = 16,
    Conflict = 32,
    Pending = 64,
}

/// The reasons there are for a row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hold {
    reasons: u8,
    /// When the last reason was given, by the device's clock.
    at: Timestamp,
}

impl Hold {
    pub const fn is_none(self) -> bool {
        self.reasons == 0
    }

    pub const fn has(self, reason: Reason) -> bool {
        self.reasons & reason as u8 != 0
    }

    #[must_use]
    pub fn with(self, reason: Reason, at: Timestamp) -> Self {
        Self { reasons: self.reasons | reason as u8, at: self.at.max(at) }
    }

    #[must_use]
    pub const fn without(self, reason: Reason) -> Self {
        Self { reasons: self.reasons & !(reason as u8), at: self.at }
    }

    /// Whether there is no other reason than these.
    pub const fn is_within(self, other: Self) -> bool {
        self.reasons & !other.reasons == 0
    }

    pub const fn has_own_work(self) -> bool {
        self.reasons >= Reason::Draft as u8
    }

    /// Without a reason that has become too old.
    #[must_use]
    pub fn aged(self, now: Timestamp) -> Self {
        let since = now.plus_seconds(-OPENED_DAYS * 86_400);
        if self.at < since { self.without(Reason::Opened).without(Reason::Viewport) } else { self }
    }

    /// How important a row is, and then how recent, to the day: of those of one day the products that were made first are given up first.
    pub const fn rank(self) -> (u8, i64) {
        (self.reasons, self.at.micros().div_euclid(86_400_000_000))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn p14_reasons_come_and_go_one_by_one() {
        let now = Timestamp::from_micros(1);
        let hold = Hold::default().with(Reason::Pending, now).with(Reason::Viewport, now);

        assert!(hold.has_own_work() && hold.has(Reason::Viewport));
        assert!(!hold.without(Reason::Pending).has_own_work());
        assert!(hold.without(Reason::Pending).is_within(hold) && !hold.is_within(hold.without(Reason::Pending)));
        assert!(hold.without(Reason::Pending).without(Reason::Viewport).is_none());
        assert!(hold.aged(now.plus_seconds(31 * 86_400)).has(Reason::Pending));
        assert!(!hold.aged(now.plus_seconds(31 * 86_400)).has(Reason::Viewport));
    }
}
