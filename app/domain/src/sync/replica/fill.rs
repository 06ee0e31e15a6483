//! What a device keeps without being asked: the newest products of the store.

use std::collections::BTreeSet;

use super::KEPT;
use crate::sync::wire::Span;

/// Rows that are asked for at once, so that a list can be used before all of them are there, and a line that breaks loses little.
pub const STEP: usize = 2_000;

/// The rows to ask for next, the newest first: of `rows` there are in the store, `held` are there or asked for. Up to [`KEPT`] of them any
/// that are not; beyond that those only that are newer than all, in whose place the oldest will go.
pub fn lacking(rows: u32, held: &BTreeSet<u32>) -> Vec<Span> {
    let room = KEPT.saturating_sub(held.len());
    let newest = held.last().map_or(0, |ord| ord + 1);
    let from = if room == 0 { newest.max(rows.saturating_sub(KEPT as u32)) } else { 0 };
    let most = if room == 0 { STEP } else { STEP.min(room) };
    let mut lacking: Vec<u32> = (from..rows).rev().filter(|ord| !held.contains(ord)).take(most).collect();
    lacking.reverse();
    Span::of(lacking)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fill(rows: u32, held: &mut BTreeSet<u32>) -> usize {
        (0..100)
            .take_while(|_| {
                let asked = lacking(rows, held);
                held.extend(asked.iter().flat_map(|span| span.rows()));
                !asked.is_empty()
            })
            .count()
    }

    #[test]
    fn the_newest_are_asked_for_first_and_in_steps() {
        let held = BTreeSet::from([7, 99_999]);

        assert_eq!(lacking(100_000, &held), [Span { from: 97_999, count: 2_000 }]);
        assert_eq!(lacking(0, &BTreeSet::new()), []);
        assert_eq!(lacking(3, &BTreeSet::new()), [Span { from: 0, count: 3 }]);
    }

    #[test]
    fn p14_no_more_are_kept_than_there_is_room_for() {
        let mut held = BTreeSet::from([7]);

        assert_eq!(fill(100_000, &mut held), KEPT / STEP);
        assert_eq!((held.len(), held.first(), held.range(100..).next()), (KEPT, Some(&7), Some(&80_001)));
    }

    #[test]
    fn new_products_come_in_where_there_is_no_room_and_gaps_stay() {
        let mut held: BTreeSet<u32> = (80_000..100_000).collect();

        assert_eq!(lacking(100_003, &held), [Span { from: 100_000, count: 3 }]);
        held.remove(&80_000);
        held.insert(5);
        assert_eq!(lacking(100_000, &held), []);
    }
}
