//! What a device keeps without being asked: the newest products of the store.

use super::Survey;
use crate::sync::wire::Span;

/// Rows that are asked for at once, so that a list can be used before all of them are there, and a line that breaks loses little.
pub const STEP: usize = 2_000;

/// The rows to ask for next, the newest first: of `rows` there are in the store, those of `survey` are there or asked for. Up to `kept` of them any
/// that are not; beyond that those only that are newer than all, in whose place the oldest will go.
pub fn lacking(rows: u32, kept: usize, survey: &Survey) -> Vec<Span> {
    let room = kept.saturating_sub(survey.len());
    let newest = survey.newest().map_or(0, |ord| ord + 1);
    let oldest = rows.saturating_sub(u32::try_from(kept).unwrap_or(u32::MAX));
    let from = if room == 0 { newest.max(oldest) } else { 0 };
    let most = if room == 0 { STEP.min(kept) } else { STEP.min(room) };
    let mut lacking: Vec<u32> = (from..rows).rev().filter(|ord| !survey.has(*ord)).take(most).collect();
    lacking.reverse();
    Span::of(lacking)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        clock::Timestamp,
        sync::replica::{KEPT, Reason},
    };

    fn held(rows: impl IntoIterator<Item = u32>) -> Survey {
        let mut survey = Survey::default();
        survey.hold(&Span::of(rows), Reason::Viewport, Timestamp::default());
        survey
    }

    fn fill(rows: u32, kept: usize, survey: &mut Survey) -> usize {
        (0..100)
            .take_while(|_| {
                let asked = lacking(rows, kept, survey);
                survey.hold(&asked, Reason::Viewport, Timestamp::default());
                !asked.is_empty()
            })
            .count()
    }

    #[test]
    fn p14_the_newest_are_asked_for_first_and_in_steps() {
        assert_eq!(lacking(100_000, KEPT, &held([7, 99_999])), [Span { from: 97_999, count: 2_000 }]);
        assert_eq!(lacking(0, KEPT, &held([])), []);
        assert_eq!(lacking(3, KEPT, &held([])), [Span { from: 0, count: 3 }]);
        assert_eq!(lacking(3, 0, &held([])), [], "a device without any room");
    }

    #[test]
    fn p14_no_more_are_kept_than_there_is_room_for() {
        let mut survey = held([7]);

        assert_eq!(fill(100_000, KEPT, &mut survey), KEPT / STEP);
        assert_eq!((survey.len(), survey.has(7), survey.has(80_000), survey.has(80_001)), (KEPT, true, false, true));
        let mut little = held([]);
        fill(100_000, 700, &mut little);
        assert_eq!((little.len(), little.has(99_300)), (700, true));
    }

    #[test]
    fn p14_new_products_come_in_where_there_is_no_room_and_gaps_stay() {
        assert_eq!(lacking(100_003, KEPT, &held(80_000..100_000)), [Span { from: 100_000, count: 3 }]);
        let with_gap = held((80_001..100_000).chain([5]).collect::<std::collections::BTreeSet<u32>>());
        assert_eq!(lacking(100_000, KEPT, &with_gap), []);
    }
}
