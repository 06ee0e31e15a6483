//! Where a list of any length stands behind a scrollbar of bounded length.
//!
//! Browsers cap an element at 17 to 33 million pixels, which is less than a million rows. Beyond
//! [`TALLEST`] the scrollbar is a map of the list: dragged, it leads to the place it points at; turned by a
//! wheel or a finger, the rows move pixel by pixel as anywhere else, and once they rest the scrollbar is
//! put where it belongs. Both ends of the map are to scale, so that nobody runs into an end too early.

use std::ops::Range;

const TALLEST: f64 = 8_000_000.0;
/// This much at both ends is to scale.
const TO_SCALE: f64 = 1_000_000.0;
/// Rows kept around the visible ones, at least.
#[cfg(feature = "hydrate")]
const SPARE_ROWS: u32 = 16;

/// `at` is the pixel of the whole list at the upper edge, `top` what the browser calls `scrollTop`.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Scroll {
    rows: u32,
    row_height: f64,
    view: f64,
    top: f64,
    /// `at - top`, whole, so that rows stay sharp.
    offset: f64,
}

impl Scroll {
    pub(crate) fn new(rows: u32) -> Self {
        Self { rows, row_height: 40.0, view: 0.0, top: 0.0, offset: 0.0 }
    }

    pub(crate) fn rows(&self) -> u32 {
        self.rows
    }

    /// How tall the body of the list is on the page.
    pub(crate) fn height(&self) -> u32 {
        self.length().min(TALLEST) as u32
    }

    /// Where a row stands in the body.
    pub(crate) fn row_top(&self, row: u32) -> i64 {
        (f64::from(row) * self.row_height - self.offset) as i64
    }

    /// The rows one sees, even in part.
    pub(crate) fn visible(&self) -> Range<u32> {
        let end = ((self.at() + self.view) / self.row_height).ceil() as u32;
        self.first().min(self.rows)..end.min(self.rows)
    }

    /// The row at the upper edge. A browser that scales the page puts it a part of a pixel too high.
    pub(crate) fn first(&self) -> u32 {
        ((self.at() + 1.0) / self.row_height) as u32
    }

    /// How many rows fit as a whole.
    pub(crate) fn fitting(&self) -> u32 {
        ((self.view / self.row_height) as u32).max(1)
    }

    /// How many rows are drawn for all that can be seen, with some to spare.
    #[cfg(feature = "hydrate")]
    pub(crate) fn slots(&self) -> u32 {
        self.fitting() + 2 + 2 * SPARE_ROWS
    }

    /// The rows that are drawn when there are so many slots.
    pub(crate) fn drawn(&self, slots: u32) -> Range<u32> {
        let visible = self.visible();
        let spare = slots.saturating_sub(visible.len() as u32);
        let start = visible.start.saturating_sub(spare / 2).min(self.rows.saturating_sub(slots));
        start..(start + slots).min(self.rows)
    }

    /// The person has scrolled. How far the list has moved, in rows.
    pub(crate) fn scrolled(&mut self, top: f64) -> f64 {
        let before = self.at();
        let by = top - self.top;
        self.top = top;
        // One pixel of the scrollbar's handle is farther than a wheel or a finger goes in one frame.
        let dragged = by.abs() > self.run() / self.view.max(1.0) / 2.0;
        let at_an_end = top <= 0.0 || top >= self.run();
        if self.is_mapped() && (dragged || at_an_end) {
            self.offset = (self.at_of(top) - top).round();
        }
        (self.at() - before).abs() / self.row_height
    }

    /// Where the scrollbar belongs now that the list rests, when that is elsewhere. The rows stay.
    pub(crate) fn settle(&mut self) -> Option<f64> {
        let by = (self.top_of(self.at()) - self.top).round();
        if by.abs() < 1.0 {
            return None;
        }
        self.top += by;
        self.offset -= by;
        Some(self.top)
    }

    /// Puts a row at the upper edge. Where the scrollbar then belongs.
    pub(crate) fn jump(&mut self, row: u32) -> f64 {
        self.go(f64::from(row) * self.row_height)
    }

    /// Moves no more than it takes to see a row as a whole.
    pub(crate) fn reveal(&mut self, row: u32) -> Option<f64> {
        let upper = f64::from(row) * self.row_height;
        let lower = upper + self.row_height - self.view;
        if self.at() > upper {
            Some(self.near(upper))
        } else if self.at() < lower {
            Some(self.near(lower))
        } else {
            None
        }
    }

    /// The list has become longer or shorter; it stays where it is as far as it can.
    pub(crate) fn set_rows(&mut self, rows: u32) -> f64 {
        self.rows = rows;
        self.go(self.at())
    }

    /// The window or the rows have another size; the upper row stays.
    pub(crate) fn resize(&mut self, row_height: f64, view: f64) -> f64 {
        let row = self.at() / self.row_height;
        self.row_height = row_height;
        self.view = view;
        self.go(row * row_height)
    }

    fn near(&mut self, at: f64) -> f64 {
        let top = at - self.offset;
        let far = (at - self.at()).abs() > 4.0 * self.view;
        if far || top < 0.0 || top > self.run() {
            return self.go(at);
        }
        self.top = top;
        top
    }

    fn go(&mut self, at: f64) -> f64 {
        let at = within(at, self.reach());
        self.top = within(self.top_of(at).round(), self.run());
        self.offset = (at - self.top).round();
        self.top
    }

    fn at(&self) -> f64 {
        within(self.top + self.offset, self.reach())
    }

    fn length(&self) -> f64 {
        f64::from(self.rows) * self.row_height
    }

    fn is_mapped(&self) -> bool {
        self.length() > TALLEST
    }

    /// The largest `at`.
    fn reach(&self) -> f64 {
        (self.length() - self.view).max(0.0)
    }

    /// The largest `top`.
    fn run(&self) -> f64 {
        (self.length().min(TALLEST) - self.view).max(0.0)
    }

    /// Pixels of the list for one of the scrollbar, between the ends that are to scale.
    fn scale(&self) -> f64 {
        (self.reach() - 2.0 * TO_SCALE) / (self.run() - 2.0 * TO_SCALE)
    }

    fn at_of(&self, top: f64) -> f64 {
        let (reach, run) = (self.reach(), self.run());
        let at = if !self.is_mapped() || top <= TO_SCALE {
            top
        } else if top >= run - TO_SCALE {
            reach - (run - top)
        } else {
            TO_SCALE + (top - TO_SCALE) * self.scale()
        };
        within(at, reach)
    }

    fn top_of(&self, at: f64) -> f64 {
        let (reach, run) = (self.reach(), self.run());
        if !self.is_mapped() || at <= TO_SCALE {
            at
        } else if at >= reach - TO_SCALE {
            run - (reach - at)
        } else {
            TO_SCALE + (at - TO_SCALE) / self.scale()
        }
    }
}

/// `f64::clamp` would bring 15 kB of code along, to print numbers when it panics.
fn within(value: f64, most: f64) -> f64 {
    value.min(most).max(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(rows: u32) -> Scroll {
        let mut scroll = Scroll::new(rows);
        scroll.resize(40.0, 720.0);
        scroll
    }

    #[test]
    fn a_short_list_scrolls_as_any_element() {
        let mut scroll = list(1_000);

        assert_eq!(scroll.height(), 40_000);
        scroll.scrolled(30_020.0);
        assert_eq!(scroll.visible(), 750..769);
        assert_eq!(scroll.row_top(750), 30_000);
        assert_eq!(scroll.settle(), None);
    }

    #[test]
    fn the_scrollbar_of_a_million_rows_is_bounded_and_reaches_both_ends() {
        let mut scroll = list(1_000_000);

        assert_eq!(scroll.height(), TALLEST as u32);
        scroll.scrolled(TALLEST - 720.0);
        assert_eq!(scroll.visible(), 999_982..1_000_000);
        assert_eq!(scroll.row_top(999_999), TALLEST as i64 - 40);
        scroll.scrolled(0.0);
        assert_eq!(scroll.visible(), 0..18);
        assert_eq!(scroll.row_top(0), 0);
    }

    #[test]
    fn a_drag_leads_to_the_place_the_scrollbar_points_at() {
        let mut scroll = list(1_000_000);
        scroll.scrolled(TALLEST / 2.0 - 360.0);

        assert!((499_990..500_010).contains(&scroll.first()), "{}", scroll.first());
    }

    #[test]
    fn a_wheel_moves_rows_pixel_by_pixel_anywhere() {
        for row in [0, 20_000, 400_000, 900_000] {
            let mut scroll = list(1_000_000);
            let mut top = scroll.jump(row);
            for _ in 0..500 {
                top += 100.0;
                scroll.scrolled(top);
            }
            assert_eq!(scroll.first(), row + 1_250);
        }
    }

    #[test]
    fn every_row_passes_by_under_a_wheel_that_rests_now_and_then() {
        let mut scroll = list(300_000);
        let (mut top, mut seen, mut turns) = (0.0, scroll.visible().end, 0);
        while scroll.visible().end < 300_000 {
            top = (top + 600.0_f64).min(scroll.run());
            scroll.scrolled(top);
            assert!(scroll.visible().start <= seen, "row {seen} was passed over at {:?}", scroll.visible());
            seen = scroll.visible().end;
            turns += 1;
            if turns % 50 == 0 {
                top = scroll.settle().unwrap_or(top);
            }
        }
    }

    #[test]
    fn settling_moves_the_scrollbar_and_no_row() {
        let mut scroll = list(1_000_000);
        let top = scroll.jump(500_000);
        scroll.scrolled(top + 4_000.0);
        let (first, upper) = (scroll.first(), scroll.row_top(500_100) - scroll.top as i64);

        let settled = scroll.settle().expect("it has drifted");

        assert_eq!((scroll.first(), scroll.row_top(500_100) - settled as i64), (first, upper));
        assert_eq!(scroll.settle(), None);
    }

    #[test]
    fn the_browser_telling_of_our_own_jump_moves_nothing() {
        for row in [0, 7, 24_990, 25_010, 500_000, 975_000, 999_999] {
            let mut scroll = list(1_000_000);
            let top = scroll.jump(row);
            let before = scroll.clone();
            scroll.scrolled(top);
            assert_eq!(scroll, before);
            assert_eq!(scroll.first(), row.min(999_982));
        }
    }

    #[test]
    fn a_row_that_was_put_a_pixel_too_high_is_still_the_upper_one() {
        let mut scroll = list(1_000);
        let top = scroll.jump(500);
        scroll.scrolled(top - 1.0);

        assert_eq!(scroll.first(), 500);
    }

    #[test]
    fn map_and_scale_agree() {
        let scroll = list(2_000_000);
        let mut last = -1.0;
        for step in 0..=1_000 {
            let top = scroll.run() * f64::from(step) / 1_000.0;
            let at = scroll.at_of(top);
            assert!(at > last, "the map goes back at {top}");
            assert!((scroll.top_of(at) - top).abs() < 0.001);
            last = at;
        }
    }

    #[test]
    fn a_row_is_revealed_with_the_least_movement() {
        let mut scroll = list(1_000_000);
        scroll.jump(500_000);

        assert_eq!(scroll.reveal(500_010), None);
        assert!(scroll.reveal(500_018).is_some());
        assert_eq!(scroll.first(), 500_001);
        assert!(scroll.reveal(499_000).is_some());
        assert_eq!(scroll.first(), 499_000);
        assert!(scroll.reveal(999_999).is_some());
        assert_eq!(scroll.visible().end, 1_000_000);
    }

    #[test]
    fn the_upper_row_stays_when_sizes_change() {
        let mut scroll = list(1_000_000);
        scroll.jump(731_400);
        scroll.resize(64.0, 600.0);
        assert_eq!(scroll.first(), 731_400);
        scroll.set_rows(10);
        assert_eq!(scroll.visible(), 0..10);
    }

    #[test]
    fn rows_are_drawn_around_the_visible_ones() {
        let mut scroll = list(1_000);
        assert_eq!(scroll.drawn(52), 0..52);
        scroll.jump(100);
        assert_eq!(scroll.drawn(52), 83..135);
        scroll.jump(999);
        assert_eq!(scroll.drawn(52), 948..1_000);
        assert_eq!(list(3).drawn(52), 0..3);
        assert_eq!(list(0).drawn(52), 0..0);
    }
}
