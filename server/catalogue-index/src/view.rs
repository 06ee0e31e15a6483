//! Which products a list has, as numbers: for whoever keeps them elsewhere.

use domain::{query::ListQuery, sync::wire::Span};
use roaring::RoaringBitmap;

use crate::{bits::BitSet, filter::Filter, index::CatalogueIndex};

/// Products of a list with the highest numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct View {
    /// In ascending order.
    pub spans: Vec<Span>,
    /// The length of the whole list.
    pub total: u32,
    /// Whether there are others with smaller numbers.
    pub more: bool,
}

impl CatalogueIndex {
    /// The products of a list whose numbers are below one, as many as are in `most` spans; those with the highest numbers.
    pub fn view(&self, query: &ListQuery, also_found: &RoaringBitmap, below: Option<u32>, most: usize) -> View {
        // In whatever order they are shown.
        let selection = self.selection(Filter::new(&query.view(), also_found));
        let (spans, more) = newest(selection.members(self), below.unwrap_or(u32::MAX), most);
        View { spans, total: selection.total, more }
    }
}

fn newest(members: &BitSet, below: u32, most: usize) -> (Vec<Span>, bool) {
    let mut spans: Vec<Span> = Vec::new();
    let mut ords = members.iter_down().skip_while(|ord| *ord >= below).peekable();
    while spans.len() < most
        && let Some(ord) = ords.next()
    {
        let mut span = Span { from: ord, count: 1 };
        while ords.next_if(|next| next + 1 == span.from).is_some() {
            span = Span { from: span.from - 1, count: span.count + 1 };
        }
        spans.push(span);
    }
    spans.reverse();
    (spans, ords.peek().is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(ords: &[u32]) -> BitSet {
        let mut bits = BitSet::new(1_000);
        for ord in ords {
            bits.insert(*ord);
        }
        bits
    }

    #[test]
    fn the_highest_numbers_come_first_and_the_rest_below_them() {
        let bits = set(&[0, 1, 2, 62, 63, 64, 65, 300, 999]);
        let spans = |all: &[(u32, u32)]| all.iter().map(|(from, count)| Span { from: *from, count: *count }).collect::<Vec<_>>();

        assert_eq!(newest(&bits, u32::MAX, 9), (spans(&[(0, 3), (62, 4), (300, 1), (999, 1)]), false));
        assert_eq!(newest(&bits, u32::MAX, 2), (spans(&[(300, 1), (999, 1)]), true));
        assert_eq!(newest(&bits, 300, 9), (spans(&[(0, 3), (62, 4)]), false));
        assert_eq!(newest(&bits, 64, 1), (spans(&[(62, 2)]), true));
        assert_eq!((newest(&bits, 0, 9), newest(&set(&[]), u32::MAX, 9)), ((Vec::new(), false), (Vec::new(), false)));
    }
}
