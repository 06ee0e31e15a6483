//! The shelf: the server's last answers to a few questions, for pages that are shown without a network. It is one person's in one store, says
//! of when each answer is, and may be thrown away at any time.
//!
//! Answers stay as the server gave them, so that a build reads those that it has asked for itself and no others.

use serde::{Deserialize, Serialize};

use crate::{clock::Timestamp, ids::Seq};

/// The most answers on a shelf, and how much they take together.
pub const MOST_ANSWERS: usize = 200;
pub const MOST_BYTES: usize = 5_000_000;

/// Seconds after which a question is asked again: when the store has changed since, and in any case.
const SOON: i64 = 180;
const LATE: i64 = 1_800;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    pub slip: Slip,
    /// As it came.
    pub bytes: Vec<u8>,
}

/// What is known of an answer without reading it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Slip {
    /// The build that has asked.
    pub build: String,
    /// By the device's clock.
    pub at: Timestamp,
    /// A change of the store that it knows of; it may know of later ones.
    pub seq: Seq,
    pub bytes: usize,
}

impl Answer {
    pub fn new(build: String, at: Timestamp, seq: Seq, bytes: Vec<u8>) -> Self {
        Self { slip: Slip { build, at, seq, bytes: bytes.len() }, bytes }
    }

    /// One that takes more than a part of the shelf would push out too much else.
    pub const fn fits(&self) -> bool {
        self.bytes.len() <= MOST_BYTES / 4
    }
}

impl Slip {
    /// Whether it is time to ask again, with the store at a change.
    pub fn is_due(&self, build: &str, now: Timestamp, seq: Seq) -> bool {
        let age = (now.micros() - self.at.micros()) / 1_000_000;
        // A clock that was set back makes it of tomorrow.
        self.build != build || !(0..LATE).contains(&age) || (age >= SOON && self.seq != seq)
    }
}

/// Which of the answers that are there have to go: the oldest, until the rest is within bounds.
pub fn surplus<K: Clone>(there: &[(K, Slip)]) -> Vec<K> {
    let mut newest: Vec<&(K, Slip)> = there.iter().collect();
    newest.sort_by_key(|(_, slip)| std::cmp::Reverse(slip.at));
    let (mut count, mut bytes) = (0, 0_usize);
    let goes = |(_, slip): &&&(K, Slip)| {
        count += 1;
        bytes = bytes.saturating_add(slip.bytes);
        count > MOST_ANSWERS || bytes > MOST_BYTES
    };
    newest.iter().filter(goes).map(|(key, _)| key.clone()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOON: Timestamp = Timestamp::from_micros(1_709_209_845_000_000);

    fn slip(seconds: i64, bytes: usize) -> Slip {
        Slip { build: "b1".into(), at: NOON.plus_seconds(seconds), seq: Seq(7), bytes }
    }

    #[test]
    fn p14_the_oldest_answers_go_when_there_are_too_many() {
        let there: Vec<_> = (0..MOST_ANSWERS as i64 + 3).map(|at| (at, slip(at, 10))).collect();

        let mut goes = surplus(&there);
        goes.sort_unstable();

        assert_eq!(goes, [0, 1, 2]);
        assert_eq!(surplus(&there[3..]), [0_i64; 0]);
    }

    #[test]
    fn p14_the_oldest_answers_go_when_they_take_too_much() {
        let third = MOST_BYTES / 3;
        let there = [("oldest", slip(0, third)), ("newest", slip(9, third)), ("older", slip(3, third + 9)), ("newer", slip(5, third))];

        assert_eq!(surplus(&there), ["older", "oldest"]);
        assert!(!Answer::new(String::new(), NOON, Seq(1), vec![0; MOST_BYTES / 2]).fits());
    }

    #[test]
    fn p10_a_question_is_asked_again_once_the_store_has_changed_and_some_minutes_have_passed() {
        let due = |seconds, seq| slip(0, 1).is_due("b1", NOON.plus_seconds(seconds), Seq(seq));

        assert_eq!([due(10, 7), due(10, 8), due(200, 7)], [false; 3]);
        assert_eq!([due(200, 8), due(1_900, 7), due(-10, 7)], [true; 3]);
        assert!(slip(0, 1).is_due("b2", NOON, Seq(7)));
    }
}
