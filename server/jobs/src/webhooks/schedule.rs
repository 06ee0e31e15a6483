//! When a delivery is tried again, and how a webhook fares.

use std::time::Duration;

use domain::clock::Timestamp;
use store::webhooks::Health;

use super::send::Came;

/// How long to wait after each attempt that failed, in seconds: together about a day.
const WAITS: [u64; 10] = [5, 30, 120, 600, 1_800, 3_600, 7_200, 14_400, 28_800, 28_800];

/// No receiver puts a delivery off for longer.
const LONGEST: Duration = Duration::from_hours(24);

/// A webhook to which nothing has come through for so long is sent nothing more until a person lets it go on.
const PATIENCE_SECONDS: i64 = 3 * 24 * 60 * 60;

/// After so many failures one after the other all deliveries wait for a while, as it is the receiver that fails and not one of them.
const IN_A_ROW: u32 = 8;
const FIRST_REST: u64 = 5;
const LONGEST_REST: u64 = 300;

/// How long a delivery waits that has failed once more after `attempts` others; none when it is given up. `chance` is in 0 to 1: a
/// fifth more or less, so that what failed together does not come back together.
pub(super) fn wait(attempts: u32, retry_after: Option<Duration>, chance: f64) -> Option<Duration> {
    let seconds = *WAITS.get(attempts as usize)?;
    let wait = Duration::from_secs(seconds).mul_f64(0.8 + 0.4 * chance.clamp(0.0, 1.0));
    Some(wait.max(retry_after.unwrap_or_default()).min(LONGEST))
}

/// How a webhook fares after an attempt; with a reason it has failed.
pub(super) fn fares(health: &mut Health, came: &Came, now: Timestamp) -> Option<String> {
    match came {
        Came::Delivered => {
            *health = Health { failures: 0, failing_since: None, delivered_at: Some(now), rests_until: health.rests_until };
            None
        }
        Came::Gone => {
            health.failures = health.failures.saturating_add(1);
            health.failing_since.get_or_insert(now);
            Some("The receiver answered that it is gone for good (410). Correct the address, or let it go on when the receiver is back.".to_owned())
        }
        Came::Failed { retry_after, busy } => {
            health.failures = health.failures.saturating_add(1);
            let since = *health.failing_since.get_or_insert(now);
            let mut rest = Duration::ZERO;
            if *busy {
                rest = retry_after.unwrap_or_default().min(LONGEST);
            }
            if let Some(rounds) = health.failures.checked_sub(IN_A_ROW) {
                let doubled = FIRST_REST.saturating_mul(2_u64.saturating_pow(rounds / IN_A_ROW)).min(LONGEST_REST);
                rest = rest.max(Duration::from_secs(doubled));
            }
            if rest > Duration::ZERO {
                health.rests_until = health.rests_until.max(now.plus_seconds(rest.as_secs() as i64));
            }
            (since.plus_seconds(PATIENCE_SECONDS) <= now).then(|| {
                "Nothing has come through for three days. Look into the log below for why, and let it go on when the receiver is back.".to_owned()
            })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_micros(1_760_000_000_000_000);
    const FAILED: Came = Came::Failed { retry_after: None, busy: false };

    #[test]
    fn a_delivery_is_tried_for_about_a_day() {
        let all: Duration = (0..).map_while(|attempts| wait(attempts, None, 0.5)).sum();

        assert!((Duration::from_hours(23)..Duration::from_hours(25)).contains(&all), "{all:?}");
        assert_eq!((wait(0, None, 0.0), wait(0, None, 1.0)), (Some(Duration::from_secs(4)), Some(Duration::from_secs(6))));
        assert_eq!(wait(10, Some(Duration::from_secs(1)), 0.5), None);
    }

    #[test]
    fn a_receiver_says_when_to_come_back_but_for_a_day_at_most() {
        assert_eq!(wait(0, Some(Duration::from_secs(90)), 0.5), Some(Duration::from_secs(90)));
        assert_eq!(wait(3, Some(Duration::from_secs(90)), 0.5), Some(Duration::from_mins(10)));
        assert_eq!(wait(0, Some(Duration::from_hours(100)), 0.5), Some(LONGEST));
    }

    #[test]
    fn after_three_days_of_failures_a_webhook_has_failed() {
        let mut health = Health::default();

        assert_eq!(fares(&mut health, &FAILED, NOW), None);
        assert_eq!(fares(&mut health, &FAILED, NOW.plus_seconds(PATIENCE_SECONDS - 1)), None);
        assert!(fares(&mut health, &FAILED, NOW.plus_seconds(PATIENCE_SECONDS)).is_some_and(|why| why.contains("three days")));

        assert_eq!(fares(&mut health, &Came::Delivered, NOW.plus_seconds(PATIENCE_SECONDS)), None);
        assert_eq!((health.failures, health.failing_since), (0, None));
        assert_eq!(fares(&mut health, &FAILED, NOW.plus_seconds(2 * PATIENCE_SECONDS)), None);
    }

    #[test]
    fn a_receiver_that_is_gone_ends_it_at_once() {
        assert!(fares(&mut Health::default(), &Came::Gone, NOW).is_some_and(|why| why.contains("410")));
    }

    #[test]
    fn a_receiver_that_fails_again_and_again_or_asks_for_it_is_left_alone_for_a_while() {
        let mut health = Health::default();
        for _ in 0..IN_A_ROW - 1 {
            fares(&mut health, &FAILED, NOW);
        }
        assert_eq!(health.rests_until, Timestamp::default());
        fares(&mut health, &FAILED, NOW);
        assert_eq!(health.rests_until, NOW.plus_seconds(5));
        for _ in 0..1_000 {
            fares(&mut health, &FAILED, NOW);
        }
        assert_eq!(health.rests_until, NOW.plus_seconds(300));

        let mut health = Health::default();
        fares(&mut health, &Came::Failed { retry_after: Some(Duration::from_mins(1)), busy: true }, NOW);
        assert_eq!(health.rests_until, NOW.plus_seconds(60));
    }
}
