//! Which traces are kept although nothing is wrong with them: a share, chosen by ids that were made here, as whoever asks could choose one that is
//! kept each time.

use crate::id::{TraceId, mix};

/// A share of all traces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Share {
    /// Of 2^64, less one; none of none.
    most: Option<u64>,
    seed: u64,
}

impl Share {
    /// Between 0 and 1. Processes that are given the same seed agree.
    pub fn new(share: f64, seed: u64) -> Self {
        // What is no share is none.
        let most = if share >= 1.0 { Some(u64::MAX) } else { (share > 0.0).then(|| (share * 2.0_f64.powi(64)) as u64) };
        Self { most, seed }
    }

    /// The id is mixed: of what chance it was made is not asked.
    pub fn takes(self, id: TraceId) -> bool {
        let (high, low) = ((id.number() >> 64) as u64, id.number() as u64);
        self.most.is_some_and(|most| mix(high ^ mix(low ^ self.seed)) <= most)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(share: f64, seed: u64) -> Vec<u128> {
        let share = Share::new(share, seed);
        (1..=20_000).filter(|number| share.takes(TraceId::new(*number).unwrap())).collect()
    }

    #[test]
    fn about_the_share_is_taken_even_of_ids_that_count_up() {
        let taken = taken(0.1, 5).len();

        assert!((1_800..2_200).contains(&taken), "{taken}");
    }

    #[test]
    fn processes_agree_and_a_larger_share_has_the_smaller_one_in_it() {
        let (small, large) = (taken(0.05, 9), taken(0.2, 9));

        assert_eq!(small, taken(0.05, 9));
        assert!(small.iter().all(|id| large.contains(id)));
        assert_ne!(small, taken(0.05, 10));
    }

    #[test]
    fn all_is_all_and_nothing_is_nothing() {
        assert_eq!(taken(1.0, 0).len(), 20_000);
        for nothing in [0.0, -1.0, f64::NAN] {
            assert!(taken(nothing, 0).is_empty(), "{nothing}");
        }
    }
}
