//! How long one side has waited for the other, and for how much.

use std::time::Duration;

use tokio::time::Instant;

use crate::limits::Rate;

/// Only waiting counts, so that whoever is quick is not blamed for a slow database. Enough bytes begin it anew: what somebody
/// did well an hour ago does not pay for an hour of nothing.
#[derive(Debug, Default)]
pub(crate) struct Pace {
    since: Option<Instant>,
    waited: Duration,
    bytes: u64,
}

impl Pace {
    /// Begins to wait, or goes on.
    pub(crate) fn wait(&mut self, now: Instant) {
        self.since.get_or_insert(now);
    }

    /// Ends the wait.
    pub(crate) fn rest(&mut self, now: Instant) {
        if let Some(since) = self.since.take() {
            self.waited += now.saturating_duration_since(since);
        }
    }

    /// Something has got through.
    pub(crate) fn passed(&mut self, bytes: usize, rate: Rate) {
        self.bytes += bytes as u64;
        if self.bytes >= rate.bytes {
            self.bytes = 0;
            self.waited = Duration::ZERO;
        }
    }

    /// Something has got through of what is waited for.
    pub(crate) fn goes_on(&mut self, bytes: usize, rate: Rate, now: Instant) {
        if self.since.is_some() {
            self.rest(now);
            self.passed(bytes, rate);
            self.wait(now);
        }
    }

    pub(crate) fn is_too_slow(&self, now: Instant, rate: Rate) -> bool {
        let waiting = self.since.map_or(Duration::ZERO, |since| now.saturating_duration_since(since));
        self.waited + waiting >= rate.within
    }

    /// When it becomes too slow if nothing more gets through.
    pub(crate) fn deadline(&self, now: Instant, rate: Rate) -> Instant {
        self.since.unwrap_or(now) + rate.within.saturating_sub(self.waited)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE: Rate = Rate { bytes: 1_000, within: Duration::from_secs(30) };

    fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn only_waiting_counts() {
        let (mut pace, start) = (Pace::default(), Instant::now());

        pace.wait(start);
        pace.rest(start + seconds(20));
        assert!(!pace.is_too_slow(start + seconds(1_000), RATE));

        pace.wait(start + seconds(1_000));
        assert_eq!(pace.deadline(start + seconds(1_001), RATE), start + seconds(1_010));
        assert!(!pace.is_too_slow(start + seconds(1_009), RATE) && pace.is_too_slow(start + seconds(1_010), RATE));
    }

    #[test]
    fn a_byte_now_and_then_is_too_slow_and_enough_of_them_begin_anew() {
        let (mut pace, mut now) = (Pace::default(), Instant::now());
        for _ in 0..29 {
            pace.wait(now);
            now += seconds(1);
            pace.rest(now);
            pace.passed(1, RATE);
        }
        assert!(!pace.is_too_slow(now, RATE));

        pace.passed(971, RATE);
        pace.wait(now);
        assert!(!pace.is_too_slow(now + seconds(29), RATE) && pace.is_too_slow(now + seconds(30), RATE));
    }

    #[test]
    fn what_came_long_ago_pays_for_nothing() {
        let (mut pace, now) = (Pace::default(), Instant::now());
        pace.passed(1_000_000_000, RATE);
        pace.wait(now);

        assert!(pace.is_too_slow(now + seconds(30), RATE));
    }
}
