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
        self.from..self.end()
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

    /// Rows in spans that do not overlap.
    pub fn total(spans: &[Self]) -> usize {
        spans.iter().map(|span| span.count as usize).sum()
    }

    /// Two lists of spans in ascending order as one.
    pub fn union(one: &[Self], other: &[Self]) -> Vec<Self> {
        let mut both: Vec<Self> = one.iter().chain(other).copied().filter(|span| span.count > 0).collect();
        both.sort_unstable_by_key(|span| span.from);
        let mut union: Vec<Self> = Vec::with_capacity(both.len());
        for span in both {
            match union.last_mut() {
                Some(last) if span.from <= last.end() => last.count = last.count.max(span.end() - last.from),
                _ => union.push(span),
            }
        }
        union
    }

    /// As many rows as that, with the highest numbers, of spans in ascending order.
    pub fn newest(spans: &[Self], most: usize) -> Vec<Self> {
        let mut room = u32::try_from(most).unwrap_or(u32::MAX);
        let mut newest = Vec::new();
        for span in spans.iter().rev() {
            let count = span.count.min(room);
            if count == 0 {
                break;
            }
            newest.push(Self { from: span.end() - count, count });
            room -= count;
        }
        newest.reverse();
        newest
    }

    /// Of spans in ascending order what is not below a number.
    pub fn from(spans: &[Self], first: u32) -> Vec<Self> {
        let cut = |span: &Self| Self { from: span.from.max(first), count: span.end().saturating_sub(span.from.max(first)) };
        spans.iter().map(cut).filter(|span| span.count > 0).collect()
    }

    /// In parts of so many rows at most.
    pub fn parts(spans: &[Self], most: usize) -> Vec<Vec<Self>> {
        let mut rest = spans.to_vec();
        let mut parts = Vec::new();
        while let Some(first) = rest.first() {
            let part = Self::newest(&rest, most.max(1));
            let from = part.first().map_or(first.from, |span| span.from);
            rest = rest
                .iter()
                .map(|span| Self { count: span.end().min(from).saturating_sub(span.from), ..*span })
                .filter(|span| span.count > 0)
                .collect();
            parts.push(part);
        }
        parts
    }

    /// Whether a row is in spans in ascending order.
    pub fn have(spans: &[Self], ord: u32) -> bool {
        let behind = spans.partition_point(|span| span.from <= ord);
        behind.checked_sub(1).and_then(|at| spans.get(at)).is_some_and(|span| ord < span.end())
    }

    /// The number behind the last row.
    pub const fn end(self) -> u32 {
        self.from.saturating_add(self.count)
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
    fn spans_are_put_together_cut_and_looked_into() {
        let one = spans([(0, 5), (10, 5), (30, 1)]);
        let both = Span::union(&one, &spans([(3, 4), (15, 5), (40, 0)]));

        assert_eq!((both.clone(), Span::total(&both)), (spans([(0, 7), (10, 10), (30, 1)]), 18));
        assert_eq!(Span::newest(&both, 4), spans([(17, 3), (30, 1)]));
        assert_eq!((Span::newest(&both, 0), Span::newest(&both, 99)), (Vec::new(), both.clone()));
        assert_eq!([0, 6, 7, 9, 10, 19, 20, 30, 31].map(|ord| Span::have(&both, ord)), [true, true, false, false, true, true, false, true, false]);
        assert!(!Span::have(&[], 0));
        assert_eq!((Span::from(&both, 12), Span::from(&both, 31)), (spans([(12, 8), (30, 1)]).clone(), Vec::new()));
        assert_eq!(Span::parts(&both, 8), [spans([(13, 7), (30, 1)]).clone(), spans([(2, 5), (10, 3)]).clone(), spans([(0, 2)]).clone()]);
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
