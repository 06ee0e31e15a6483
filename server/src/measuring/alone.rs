//! How many traces of browsers alone are kept: anybody can say of any page that it was slow, and what they say must not fill the table.

use std::{
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

/// In a minute, of all routes together: enough to see what is slow.
const MOST: u32 = 12;
const MINUTE: Duration = Duration::from_mins(1);

#[derive(Debug, Default)]
pub(super) struct Allowance(Mutex<Option<(Instant, u32)>>);

impl Allowance {
    /// Whether there is room for another one.
    pub(super) fn take(&self, now: Instant) -> bool {
        let mut taken = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (began, count) = taken.filter(|(began, _)| now.saturating_duration_since(*began) < MINUTE).unwrap_or((now, 0));
        let has_room = count < MOST;
        *taken = Some((began, count + u32::from(has_room)));
        has_room
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn so_many_are_kept_in_a_minute_and_as_many_in_the_next() {
        let (allowance, now) = (Allowance::default(), Instant::now());
        let taken = |at: Instant| (0..1_000).filter(|_| allowance.take(at)).count();

        assert_eq!([taken(now), taken(now + MINUTE / 2), taken(now + MINUTE), taken(now + MINUTE)], [12, 0, 12, 0]);
    }
}
