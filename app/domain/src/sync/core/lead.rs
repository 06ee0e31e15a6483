//! When something is done, and when again after it failed.

use super::{Now, backoff};
use crate::sync::wire::Trouble;

/// One of the two things a core does by itself.
#[derive(Debug, Default)]
pub(super) struct Lead {
    /// Whether there is something to be done.
    pub(super) due: bool,
    pub(super) busy: bool,
    /// Until somebody signs in.
    pub(super) paused: bool,
    pub(super) attempts: u32,
    pub(super) not_before: u64,
}

#[derive(Debug, Default)]
pub(super) struct Lane {
    pub(super) attempts: u32,
    pub(super) until: u64,
}

impl Lead {
    pub(super) const fn ready(&self, now: Now) -> bool {
        self.due && !self.busy && !self.paused && now.mono >= self.not_before
    }

    pub(super) fn failed(&mut self, now: Now, trouble: Trouble) {
        self.due = true;
        self.busy = false;
        self.attempts = self.attempts.saturating_add(1);
        let asked = if let Trouble::Busy(Some(seconds)) = trouble { u64::from(seconds).saturating_mul(1_000) } else { 0 };
        // Spread over a second, as everybody was told the same.
        let asked = if asked == 0 { 0 } else { asked.min(900_000) + u64::from(now.random[0]) * 4 };
        self.not_before = now.mono + backoff(self.attempts, now.random[1]).max(asked);
    }

    pub(super) const fn worked(&mut self) {
        (self.busy, self.attempts, self.not_before) = (false, 0, 0);
    }
}
