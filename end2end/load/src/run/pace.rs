//! Keeps to a schedule, on a thread of its own: the timers of the runtime are a millisecond coarse, which is as long as many answers take.

use std::{
    thread,
    time::{Duration, Instant},
};

use tokio::sync::mpsc::UnboundedSender;

/// Says of each request that it is due when it is, until nobody listens.
pub(super) fn pace(begun: Instant, schedule: impl Iterator<Item = Duration>, due: &UnboundedSender<Duration>) {
    for at in schedule {
        let wait = (begun + at).saturating_duration_since(Instant::now());
        if !wait.is_zero() {
            thread::sleep(wait);
        }
        if due.send(at).is_err() {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::sync::mpsc::unbounded_channel;

    use super::*;

    #[test]
    fn nothing_is_due_before_its_time_and_nothing_is_left_out() {
        let (sender, mut due) = unbounded_channel();
        let begun = Instant::now();

        pace(begun, (0..20).map(Duration::from_millis), &sender);

        assert!(begun.elapsed() >= Duration::from_millis(19));
        drop(sender);
        assert_eq!(std::iter::from_fn(|| due.blocking_recv()).collect::<Vec<_>>(), (0..20).map(Duration::from_millis).collect::<Vec<_>>());
    }

    #[test]
    fn what_is_late_is_said_at_once() {
        let (sender, mut due) = unbounded_channel();
        let begun = Instant::now().checked_sub(Duration::from_mins(1)).unwrap();

        pace(begun, (0..1_000).map(Duration::from_millis), &sender);

        assert!(begun.elapsed() < Duration::from_secs(61));
        assert_eq!(due.blocking_recv(), Some(Duration::ZERO));
    }
}
