//! Windows of a list, and where in it a product stands.

use std::{cmp::Ordering, ops::Range};

use domain::query::{ListQuery, Sort, SortKey, Window};
use roaring::RoaringBitmap;

use crate::{filter::Filter, index::CatalogueIndex, rows::Key, selection::Selection};

/// Rows of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listing {
    /// The products of the window in the list's order: fewer than asked for where the list ends.
    pub ords: Vec<u32>,
    /// The length of the whole list.
    pub total: u32,
}

/// Where a product stands in a list, and what stands beside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Around {
    /// From 0.
    pub position: u32,
    /// The length of the whole list.
    pub total: u32,
    pub previous: Option<u32>,
    pub next: Option<u32>,
}

impl CatalogueIndex {
    /// The rows of a window. `also_found` are the products that a search finds by what the index does not
    /// know: handle, SKU, barcode. Filters narrow them too; without a search they mean nothing.
    pub fn list(&self, window: &Window, also_found: &RoaringBitmap) -> Listing {
        let selection = self.selection(Filter::new(&window.query, also_found));
        let total = selection.total;
        let start = window.start.min(total);
        let end = start.saturating_add(window.count).min(total);
        Listing { ords: self.window(&selection, window.query.sort, start..end), total }
    }

    /// The row of a product in a list, from 0; `None` where the list does not have it.
    pub fn position(&self, query: &ListQuery, also_found: &RoaringBitmap, ord: u32) -> Option<u32> {
        if !self.rows.present.contains(ord) {
            return None;
        }
        let selection = self.selection(Filter::new(query, also_found));
        let is_member = selection.members(self).contains(ord);
        is_member.then(|| self.row_behind(&selection, query.sort, &self.rows.key(query.sort.key, ord), ord) - 1)
    }

    /// The products before and behind one in a list; `None` where the list does not have it.
    pub fn around(&self, query: &ListQuery, also_found: &RoaringBitmap, ord: u32) -> Option<Around> {
        let position = self.position(query, also_found, ord)?;
        let start = position.saturating_sub(1);
        let Listing { ords, total } = self.list(&Window { query: query.clone(), start, count: position - start + 2 }, also_found);
        let here = usize::from(position > 0);
        let beside = |at: Option<usize>| at.and_then(|at| ords.get(at)).copied();
        Some(Around { position, total, previous: beside(here.checked_sub(1)), next: beside(Some(here + 1)) })
    }

    /// Whether the next answer about a list takes microseconds, as what it needs was worked out before: else it may be some
    /// milliseconds, for which others should not have to wait.
    pub fn is_at_hand(&self, query: &ListQuery, also_found: &RoaringBitmap) -> bool {
        query.is_unfiltered() || self.kept(&Filter::new(query, also_found)).is_some_and(|selection| selection.has_starts(query.sort.key))
    }

    /// Rows of a list, none of which is behind its end.
    pub(crate) fn window(&self, selection: &Selection, sort: Sort, rows: Range<u32>) -> Vec<u32> {
        let mut ords = Vec::with_capacity(rows.len());
        if rows.is_empty() {
            return ords;
        }
        if sort.descending {
            let turned = if sort.key == SortKey::Price { selection.priced } else { selection.total };
            self.descending(selection, sort.key, turned, rows, &mut ords);
        } else {
            self.ascending(selection, sort.key, rows, &mut ords);
        }
        ords
    }

    /// The first row of a list behind the place that `ord` has, were its key `key`: one more than its own row, where it has one.
    pub(crate) fn row_behind(&self, selection: &Selection, sort: Sort, key: &Key, ord: u32) -> u32 {
        let Sort { key: by, descending } = sort;
        let order = &self.orders[by as usize];
        // Up to the place a list ascends to it; a descending one comes to what is before it, and not to itself again.
        let (chunk, offset) = order.place(|other| match self.rows.compare(other, key, ord) {
            Ordering::Less => true,
            Ordering::Equal => !descending,
            Ordering::Greater => false,
        });
        let members = selection.members(self);
        let in_chunk = order.chunks().get(chunk).map_or(0, |chunk| chunk[..offset].iter().filter(|other| members.contains(**other)).count());
        let ascending = selection.starts(self, by)[chunk] + in_chunk as u32;
        match key {
            _ if !descending => ascending,
            Key::Price(Some(_)) => selection.priced - ascending,
            // Behind those with a price, and there from behind.
            Key::Price(None) => selection.priced + selection.total - ascending,
            _ => selection.total - ascending,
        }
    }

    /// Adds the rows of an ascending list.
    fn ascending(&self, selection: &Selection, key: SortKey, rows: Range<u32>, ords: &mut Vec<u32>) {
        let starts = selection.starts(self, key);
        let chunk = starts.partition_point(|start| *start <= rows.start) - 1;
        let skipped = (rows.start - starts[chunk]) as usize;
        let (members, everything) = (selection.members(self), selection.is_everything());
        // A chunk without a member is stepped over, so that the few rows of a rare word are near each other.
        let chunks = self.orders[key as usize].chunks().iter().zip(starts.windows(2)).skip(chunk);
        let candidates = chunks.filter(|(_, bounds)| bounds[0] < bounds[1]).flat_map(|(chunk, _)| chunk).copied();
        ords.extend(candidates.filter(|ord| everything || members.contains(*ord)).skip(skipped).take(rows.len()));
    }

    /// Adds the rows of a descending list, which is the first `turned` rows of the ascending one from behind,
    /// and then the others from behind: products without a price stay last.
    fn descending(&self, selection: &Selection, key: SortKey, turned: u32, rows: Range<u32>, ords: &mut Vec<u32>) {
        for (low, high) in [(0, turned), (turned, selection.total)] {
            let (start, end) = (rows.start.clamp(low, high), rows.end.clamp(low, high));
            if start < end {
                let before = ords.len();
                self.ascending(selection, key, low + high - end..low + high - start, ords);
                ords[before..].reverse();
            }
        }
    }
}
