//! Pokes: how soon a device asks after one, and how soon it asks for more of them when their stream has ended. Losing any of them is harmless.

use super::core::between;

/// Milliseconds between two pulls at least; twice as many each time that there was more than one change in between, up to the most, and half as many
/// each time that there was not.
const LEAST_GAP: u64 = 200;
const MOST_GAP: u64 = 5_000;
/// After so many gaps without a poke it is as if there had been none.
const QUIET: u64 = 4;

const LEAST_WAIT: u64 = 1_000;
const MOST_WAIT: u64 = 60_000;

/// Keeps what is asked in bounds while an import changes something ten times a second. A single change is asked for at once.
#[derive(Clone, Copy, Debug, Default)]
pub struct Pace {
    /// When it was last asked, or will be.
    asked: Option<u64>,
    gap: u64,
    /// Whether there was a poke that an earlier one had seen to.
    crowded: bool,
}

impl Pace {
    /// After how many milliseconds to ask, for a poke at this moment. None where an earlier one has seen to that.
    pub fn poked(&mut self, now: u64) -> Option<u64> {
        let at = match self.asked {
            Some(asked) if asked > now => {
                self.crowded = true;
                return None;
            }
            Some(asked) if now - asked <= self.gap * QUIET => {
                self.gap = if self.crowded { (self.gap * 2).min(MOST_GAP) } else { (self.gap / 2).max(LEAST_GAP) };
                now.max(asked + self.gap)
            }
            _ => {
                self.gap = LEAST_GAP;
                now
            }
        };
        (self.asked, self.crowded) = (Some(at), false);
        Some(at - now)
    }
}

/// The milliseconds until a stream that has ended so often in a row, from 1, is asked for again: between a half and all of what grows each time,
/// by chance, so that those whom a server has left do not come back together.
pub const fn until_again(times: u32, chance: u8) -> u64 {
    between(LEAST_WAIT, MOST_WAIT, times, chance)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn p16_a_change_now_and_then_is_asked_for_at_once() {
        let mut pace = Pace::default();

        let waits: Vec<_> = (0..50).map(|edit| pace.poked(edit * 1_000)).collect();

        assert_eq!(waits, [Some(0); 50]);
    }

    #[test]
    fn p16_two_changes_in_the_same_moment_are_both_seen_soon() {
        let mut pace = Pace::default();

        assert_eq!([pace.poked(1_000), pace.poked(1_010), pace.poked(1_020)], [Some(0), Some(190), None]);
    }

    #[test]
    fn p16_of_some_who_work_at_once_each_change_is_seen_soon() {
        let mut pace = Pace::default();

        // Three people, each with a change in less than a second.
        let longest = (0..600).filter_map(|change| pace.poked(change * 290)).max();

        assert!(longest <= Some(LEAST_GAP), "{longest:?}");
    }

    #[test]
    fn p16_what_changes_all_the_time_is_asked_for_ever_more_seldom_and_always_again() {
        let mut pace = Pace::default();

        let asked: Vec<u64> = (0..600).filter_map(|tenth| pace.poked(tenth * 100).map(|wait| tenth * 100 + wait)).collect();

        assert!(asked.len() < 20, "{asked:?}");
        let gaps: Vec<u64> = asked.windows(2).map(|pair| pair[1] - pair[0]).collect();
        assert_eq!((gaps.first(), gaps.iter().max()), (Some(&LEAST_GAP), Some(&MOST_GAP)), "{gaps:?}");
        // After some rest it is as in the beginning.
        assert_eq!(pace.poked(200_000), Some(0));
        assert_eq!(pace.poked(201_000), Some(0));
    }

    #[test]
    fn p16_a_stream_that_ends_again_and_again_is_asked_for_ever_more_seldom() {
        assert_eq!((until_again(1, 255), until_again(2, 255), until_again(1, 0)), (1_000, 2_000, 500));
        assert_eq!((until_again(7, 255), until_again(u32::MAX, 255), until_again(u32::MAX, 0)), (60_000, 60_000, 30_000));
    }
}
