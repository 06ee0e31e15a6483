//! Rows by their numbers, many at once.

use serde::{Deserialize, Serialize};

use super::SEGMENT;
use crate::sync::hash::Sum;

/// Which rows of a segment are held.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Held {
    pub segment: u32,
    pub rows: Vec<Span>,
    pub sum: Sum,
}

/// Rows by their numbers in the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Span {
    pub from: u32,
    pub count: u32,
}

impl Span {
    pub const fn rows(self) -> std::ops::Range<u32> {
        self.from..self.from.saturating_add(self.count)
    }

    /// Numbers in ascending order, as spans.
    pub fn of(ords: impl IntoIterator<Item = u32>) -> Vec<Self> {
        let mut spans: Vec<Self> = Vec::new();
        for ord in ords {
            match spans.last_mut() {
                Some(last) if last.from + last.count == ord => last.count += 1,
                _ => spans.push(Self { from: ord, count: 1 }),
            }
        }
        spans
    }
}

impl Held {
    pub fn ords(&self) -> impl Iterator<Item = u32> {
        self.rows.iter().flat_map(|span| span.rows())
    }

    /// Whether its rows are in its segment, each once.
    pub fn is_sound(&self) -> bool {
        let first = u64::from(self.segment) * u64::from(SEGMENT);
        let mut free = first;
        self.rows.iter().all(|span| {
            let (from, end) = (u64::from(span.from), u64::from(span.from) + u64::from(span.count));
            let fits = from >= free && end > from && end <= first + u64::from(SEGMENT);
            free = end;
            fits
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spans<const N: usize>(all: [(u32, u32); N]) -> Vec<Span> {
        all.map(|(from, count)| Span { from, count }).to_vec()
    }

    #[test]
    fn numbers_are_put_together_as_spans() {
        let all = Span::of([1, 2, 3, 7, 9, 10]);

        assert_eq!(all, spans([(1, 3), (7, 1), (9, 2)]));
        assert_eq!(Span::of(all.iter().flat_map(|span| span.rows())), all);
    }

    #[test]
    fn what_is_held_of_a_segment_is_in_it_and_there_once() {
        let is_sound = |rows| Held { segment: 2, rows, sum: Sum(0) }.is_sound();

        assert!(is_sound(spans([(2_048, 1_024)])) && is_sound(spans([(2_048, 1), (2_050, 7)])));
        for wrong in
            [[(2_047, 1), (2_048, 1)], [(3_071, 2), (3_073, 1)], [(2_048, 2), (2_049, 1)], [(2_050, 1), (2_048, 1)], [(2_048, 0), (2_049, 1)]]
        {
            assert!(!is_sound(spans(wrong)), "{wrong:?}");
        }
        assert!(!is_sound(spans([(2_048, u32::MAX)])) && !Held { segment: u32::MAX, rows: spans([(0, 1)]), sum: Sum(0) }.is_sound());
    }
}
