//! What came of an attempt, and when the next one is made.

use std::time::Duration;

use domain::clock::Timestamp;

use crate::{Message, Outcome};

/// What came of an attempt: what to note down.
pub(crate) type Came = Result<String, Failure>;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Failure {
    /// A sentence.
    pub(crate) why: String,
    pub(crate) retry_after: Option<Duration>,
    /// It is about this message: waiting a day for it would keep those behind it from being sent.
    pub(crate) is_lasting: bool,
}

/// After each attempt that failed, in seconds; the last goes on. Not longer, as whoever is back wants to know.
const WAITS: [u64; 5] = [5, 15, 60, 300, 900];
/// What is at fault itself is tried so often.
const LASTING_ATTEMPTS: u32 = 3;

impl Failure {
    pub(crate) const fn passing(why: String) -> Self {
        Self { why, retry_after: None, is_lasting: false }
    }

    pub(crate) fn late(limit: Duration) -> Self {
        Self::passing(format!("It did not answer within {} seconds.", limit.as_secs().max(1)))
    }
}

/// What is noted after an attempt. `chance` is in 0 to 1: a fifth more or less, so that what failed together does not come back together. Within
/// `keep_trying` of when it was written it is tried, the last time at its end.
pub(crate) fn outcome(message: &Message, came: Came, now: Timestamp, keep_trying: Duration, chance: f64) -> Outcome {
    let failure = match came {
        Ok(answer) => return Outcome::Delivered { answer },
        Err(failure) => failure,
    };
    // Written by a clock that ran ahead: it counts from now.
    let created = message.created_at.min(now);
    let end = Timestamp::from_micros(created.micros().saturating_add(micros(keep_trying)));
    if end <= now || (failure.is_lasting && message.attempts + 1 >= LASTING_ATTEMPTS) {
        return Outcome::GivenUp { answer: failure.why };
    }
    let seconds = WAITS.get(message.attempts as usize).or(WAITS.last()).copied().unwrap_or_default();
    let wait = Duration::from_secs(seconds).mul_f64(0.8 + 0.4 * chance.clamp(0.0, 1.0)).max(failure.retry_after.unwrap_or_default());
    let due_at = Timestamp::from_micros(now.micros().saturating_add(micros(wait))).min(end);
    Outcome::Again { due_at, answer: failure.why }
}

fn micros(duration: Duration) -> i64 {
    i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::MessageState;

    const NOW: Timestamp = Timestamp::from_micros(1_760_000_000_000_000);
    const DAY: Duration = Duration::from_hours(24);

    fn message(attempts: u32) -> Message {
        let (id, channel, subject, body, answer) = Default::default();
        Message { id, channel, subject, body, answer, attempts, state: MessageState::Waiting, created_at: NOW, due_at: NOW, noted_at: NOW }
    }

    fn failed(retry_after: Option<u64>, is_lasting: bool) -> Came {
        Err(Failure { retry_after: retry_after.map(Duration::from_secs), is_lasting, ..Failure::passing("No.".to_owned()) })
    }

    /// Seconds until the next attempt.
    fn wait(attempts: u32, retry_after: Option<u64>) -> Option<i64> {
        match outcome(&message(attempts), failed(retry_after, false), NOW, DAY, 0.5) {
            Outcome::Again { due_at, .. } => Some((due_at.micros() - NOW.micros()) / 1_000_000),
            _ => None,
        }
    }

    #[test]
    fn it_is_tried_soon_and_then_every_quarter_of_an_hour() {
        assert_eq!([0, 1, 2, 3, 4, 90].map(|attempts| wait(attempts, None)), [5, 15, 60, 300, 900, 900].map(Some));
    }

    #[test]
    fn a_receiver_says_when_to_come_back_but_not_behind_the_end() {
        assert_eq!([wait(0, Some(90)), wait(4, Some(90)), wait(0, Some(1_000_000))], [Some(90), Some(900), Some(86_400)]);
    }

    #[test]
    fn what_is_at_fault_itself_does_not_keep_others_waiting() {
        let third = |is_lasting| outcome(&message(2), failed(None, is_lasting), NOW, DAY, 0.5);

        assert_eq!(third(true), Outcome::GivenUp { answer: "No.".into() });
        assert!(matches!(third(false), Outcome::Again { .. }));
    }

    proptest! {
        #[test]
        fn it_is_tried_for_a_day_and_then_given_up(retry_after in prop::option::of(0_u64..200_000), chance in 0.0..=1.0) {
            let (mut now, mut attempts) = (NOW, 0);
            loop {
                match outcome(&message(attempts), failed(retry_after, false), now, DAY, chance) {
                    Outcome::Again { due_at, .. } => {
                        prop_assert!(due_at > now || retry_after.is_none());
                        now = due_at;
                    }
                    Outcome::GivenUp { .. } => break,
                    Outcome::Delivered { .. } => prop_assert!(false, "it was not"),
                }
                attempts += 1;
                prop_assert!(attempts < 200);
            }
            prop_assert_eq!(now, NOW.plus_seconds(86_400), "the last attempt is at the end of the day");
        }
    }
}
