//! The generic cell rate algorithm (ITU-T I.371, Annex A): a bucket that holds `burst` points and gets one back every interval, kept as
//! one number, the moment at which it is full again. What lies between the present and that moment is the key's debt.
//!
//! Time is in microseconds, which Lua's numbers hold exactly, since some moment that does not matter.

/// How much somebody may ask: so many points at once, and one more every interval.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quota {
    interval: u64,
    burst: u32,
}

/// How somebody stands after a decision.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// Points that are left now.
    pub remaining: u32,
    /// Seconds until all of them are back.
    pub full_in: u64,
    /// Seconds until what was refused would be let through.
    pub wait: u64,
}

const SECOND: u64 = 1_000_000;
const SLOWEST: f64 = 3_600.0 * SECOND as f64;
const LARGEST: u32 = 10_000_000;

impl Quota {
    /// The interval is rounded up: never more than was said, but for what is lost in the division.
    pub fn new(burst: u32, per_second: f64) -> Self {
        // What is no rate is the slowest.
        let per_second = if per_second.is_finite() && per_second > 0.0 { per_second } else { 0.0 };
        let interval = (SECOND as f64 / per_second - 1e-6).ceil().clamp(1.0, SLOWEST) as u64;
        Self { interval, burst: burst.clamp(1, LARGEST) }
    }

    /// As many times as much, but never less at once than what costs the most.
    #[must_use]
    pub fn times(self, factor: f64, at_least: u32) -> Self {
        let burst = (f64::from(self.burst) * factor).round().clamp(0.0, f64::from(LARGEST)) as u32;
        Self::new(burst.max(at_least), SECOND as f64 / self.interval as f64 * factor)
    }

    pub const fn burst(self) -> u32 {
        self.burst
    }

    /// Seconds in which a bucket that was emptied is full again.
    pub const fn window(self) -> u64 {
        self.span().div_ceil(SECOND)
    }

    /// The largest debt.
    pub(crate) const fn span(self) -> u64 {
        self.interval * self.burst as u64
    }

    /// What points cost in debt. Nothing costs more than a full bucket: it could never be had.
    pub(crate) const fn price(self, points: u32) -> u64 {
        let points = if points > self.burst { self.burst } else { points };
        self.interval * points as u64
    }

    /// The debt of a key that is full again at a moment. Never more than there can be: a clock that was set back locks nobody out.
    pub(crate) fn debt(self, full_at: u64, now: u64) -> u64 {
        full_at.saturating_sub(now).min(self.span())
    }

    /// The debt afterwards; none when it would be too much.
    pub(crate) fn charge(self, debt: u64, points: u32) -> Option<u64> {
        let after = debt + self.price(points);
        (after <= self.span()).then_some(after)
    }

    pub(crate) fn standing(self, debt: u64, points: u32) -> Standing {
        let debt = debt.min(self.span());
        Standing {
            remaining: u32::try_from((self.span() - debt) / self.interval).unwrap_or(u32::MAX),
            full_in: debt.div_ceil(SECOND),
            wait: (debt + self.price(points)).saturating_sub(self.span()).div_ceil(SECOND),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_is_full_again_after_its_window() {
        let quota = Quota::new(600, 50.0);
        assert_eq!((quota.burst(), quota.window(), quota.span()), (600, 12, 12 * SECOND));
    }

    #[test]
    fn a_rate_that_is_no_whole_interval_is_never_exceeded() {
        let quota = Quota::new(300, 300.0);
        assert_eq!(quota.span(), 300 * 3_334);
    }

    #[test]
    fn nonsense_is_the_slowest_and_nothing_overflows() {
        for per_second in [0.0, -1.0, f64::NAN, f64::INFINITY, 1e-300] {
            let quota = Quota::new(u32::MAX, per_second);
            assert!(quota.charge(quota.span(), u32::MAX).is_none() && quota.charge(0, u32::MAX) == Some(quota.span()), "{per_second}");
            assert_eq!(quota.price(1), 3_600 * SECOND, "{per_second}");
        }
        assert_eq!(Quota::new(0, 1.0).burst(), 1);
    }

    #[test]
    fn a_quota_that_is_made_smaller_still_holds_what_costs_the_most() {
        let quota = Quota::new(600, 50.0);

        assert_eq!(quota.times(0.02, 10), Quota::new(12, 1.0));
        assert_eq!(quota.times(0.001, 10).burst(), 10);
        assert_eq!(quota.times(1_000.0, 10), Quota::new(600_000, 50_000.0));
    }

    #[test]
    fn whoever_is_refused_is_told_how_long_to_wait() {
        let quota = Quota::new(10, 1.0);

        assert_eq!(quota.standing(0, 1), Standing { remaining: 10, full_in: 0, wait: 0 });
        assert_eq!(quota.standing(9_500_000, 5), Standing { remaining: 0, full_in: 10, wait: 5 });
    }
}
