//! How much a device may keep.

use super::{KEPT, STEP, Survey};
use crate::sync::wire::Span;

/// The most bytes of rows, however much room a device has.
pub const MOST_BYTES: u64 = 200_000_000;
/// Where a browser does not say how much it gives.
const UNTOLD: u64 = 50_000_000;
/// Of a row, before some are there to be measured: above what most have.
const USUAL: usize = 1_000;
/// From so many rows on they tell what one takes.
const ENOUGH: usize = 100;

/// The most bytes of rows where a browser gives so many to all that the site keeps.
pub fn allowed(quota: Option<u64>) -> u64 {
    quota.map_or(UNTOLD, |quota| quota / 10).min(MOST_BYTES)
}

/// How many rows there is room for in so many bytes, and how many bytes one takes, by those that are there.
pub fn rows_in(allowed: u64, survey: &Survey) -> (usize, usize) {
    let each = if survey.rows < ENOUGH { USUAL } else { survey.bytes.div_ceil(survey.rows).max(1) };
    (usize::try_from(allowed / each as u64).unwrap_or(usize::MAX), each)
}

/// How many of the rows there is room for views may have. What is new needs some.
pub const fn for_pins(room: usize) -> usize {
    room - if room / 10 < STEP { room / 10 } else { STEP }
}

/// How many rows are kept at most, of a store with so many: the newest [`KEPT`], and those of views beside them.
pub fn kept(rows: u32, room: usize, pinned: &[Span]) -> usize {
    let newest = Span { from: rows.saturating_sub(KEPT as u32), count: rows.min(KEPT as u32) };
    Span::total(&Span::union(pinned, &[newest])).max(KEPT).min(room)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn p14_a_device_keeps_a_tenth_of_what_the_browser_gives_and_never_more_than_200_mb() {
        assert_eq!(allowed(Some(500_000_000)), 50_000_000);
        assert_eq!((allowed(Some(u64::MAX)), allowed(None)), (MOST_BYTES, UNTOLD));
        assert_eq!(rows_in(50_000_000, &Survey::default()), (50_000, 1_000));
        let measured = Survey { bytes: 100_100, rows: 200, ..Survey::default() };
        assert_eq!(rows_in(50_000_000, &measured), (99_800, 501));
    }

    #[test]
    fn p14_views_are_kept_beside_the_newest_products_as_far_as_there_is_room() {
        let old = [Span { from: 0, count: 5_000 }];
        let new = [Span { from: 90_000, count: 5_000 }];

        assert_eq!((kept(100_000, 200_000, &[]), kept(100_000, 200_000, &old), kept(100_000, 200_000, &new)), (KEPT, 25_000, KEPT));
        assert_eq!((kept(100_000, 9_000, &old), kept(3, 200_000, &[])), (9_000, KEPT));
        assert_eq!((for_pins(100_000), for_pins(1_000), for_pins(0)), (98_000, 900, 0));
    }
}
