//! Cumulative Layout Shift.

use super::entry::{Entry, Shift};

/// Milliseconds between two shifts after which another window begins.
const GAP: f64 = 1_000.0;
/// Milliseconds that a window has at most.
const LONGEST: f64 = 5_000.0;

/// The sum of the worst window of shifts that nobody has brought about.
pub fn cls(entries: &[Entry]) -> f64 {
    let shifts = entries.iter().filter_map(|entry| match entry {
        Entry::LayoutShift(shift) if !shift.had_recent_input => Some(shift),
        _ => None,
    });
    let mut worst = 0.0_f64;
    let mut open: Option<Window> = None;
    for shift in shifts {
        let window = match open {
            Some(window) if window.takes(shift) => Window { last: shift.start_time, sum: window.sum + shift.value, ..window },
            _ => Window { first: shift.start_time, last: shift.start_time, sum: shift.value },
        };
        worst = worst.max(window.sum);
        open = Some(window);
    }
    worst
}

#[derive(Clone, Copy)]
struct Window {
    first: f64,
    last: f64,
    sum: f64,
}

impl Window {
    fn takes(self, shift: &Shift) -> bool {
        shift.start_time - self.last < GAP && shift.start_time - self.first < LONGEST
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn shift(start_time: f64, value: f64) -> Entry {
        Entry::LayoutShift(Shift { start_time, value, had_recent_input: false })
    }

    #[test]
    fn a_window_ends_with_a_second_of_rest() {
        assert!((cls(&[shift(0.0, 0.1), shift(999.0, 0.1), shift(1_999.0, 0.15)]) - 0.2).abs() < 1e-9);
    }

    #[test]
    fn a_window_has_five_seconds_at_most() {
        let steady: Vec<Entry> = (0..10).map(|number| shift(f64::from(number) * 900.0, 0.01)).collect();

        // 0 to 4,500 ms are six, and the rest begin anew.
        assert!((cls(&steady) - 0.06).abs() < 1e-9);
    }

    #[test]
    fn what_somebody_has_brought_about_does_not_count() {
        let expected = Entry::LayoutShift(Shift { start_time: 10.0, value: 0.9, had_recent_input: true });
        assert!((cls(&[shift(0.0, 0.1), expected]) - 0.1).abs() < 1e-9);
    }

    /// Windows laid out first, and summed then.
    fn by_windows(shifts: &[(f64, f64)]) -> f64 {
        let mut windows: Vec<Vec<(f64, f64)>> = Vec::new();
        for shift in shifts {
            match windows.last_mut() {
                Some(window) if shift.0 - window[window.len() - 1].0 < 1_000.0 && shift.0 - window[0].0 < 5_000.0 => window.push(*shift),
                _ => windows.push(vec![*shift]),
            }
        }
        windows.iter().map(|window| window.iter().map(|(_, value)| value).sum()).fold(0.0, f64::max)
    }

    proptest! {
        #[test]
        fn it_is_the_worst_of_all_windows(steps in prop::collection::vec((0_u16..2_500, 1_u16..500), 0..60)) {
            let mut now = 0.0;
            let shifts: Vec<(f64, f64)> = steps.iter().map(|(step, value)| { now += f64::from(*step); (now, f64::from(*value) / 1_000.0) }).collect();
            let entries: Vec<Entry> = shifts.iter().map(|(time, value)| shift(*time, *value)).collect();

            let score = cls(&entries);

            prop_assert!((score - by_windows(&shifts)).abs() < 1e-9);
            prop_assert!(shifts.iter().all(|(_, value)| *value <= score + 1e-9));
            prop_assert!(score <= shifts.iter().map(|(_, value)| value).sum::<f64>() + 1e-9);
        }
    }
}
