//! Windows of a list, and where in it a product stands.

use std::ops::Range;

use domain::query::{ListQuery, SortKey, Window};
use roaring::RoaringBitmap;

use crate::{filter::Filter, index::CatalogueIndex, selection::Selection};

/// Rows of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listing {
    /// The products of the window in the list's order: fewer than asked for where the list ends.
    pub ords: Vec<u32>,
    /// The length of the whole list.
    pub total: u32,
}

impl CatalogueIndex {
    /// The rows of a window. `also_found` are the products that a search finds by what the index does not
    /// know: handle, SKU, barcode. Filters narrow them too; without a search they mean nothing.
    pub fn list(&self, window: &Window, also_found: &RoaringBitmap) -> Listing {
        let selection = self.selection(Filter::new(&window.query, also_found));
        let total = selection.total;
        let start = window.start.min(total);
        let end = start.saturating_add(window.count).min(total);
        let mut ords = Vec::with_capacity((end - start) as usize);
        let sort = window.query.sort;
        if start < end {
            if sort.descending {
                let last_first = if sort.key == SortKey::Price { selection.priced } else { total };
                self.descending(&selection, sort.key, last_first, start..end, &mut ords);
            } else {
                self.ascending(&selection, sort.key, start..end, &mut ords);
            }
        }
        Listing { ords, total }
    }

    /// The row of a product in a list, from 0; `None` where the list does not have it.
    pub fn position(&self, query: &ListQuery, also_found: &RoaringBitmap, ord: u32) -> Option<u32> {
        if !self.rows.present.contains(ord) {
            return None;
        }
        let selection = self.selection(Filter::new(query, also_found));
        let members = selection.members(self);
        if !members.contains(ord) {
            return None;
        }
        let key = query.sort.key;
        let order = &self.orders[key as usize];
        let place = self.rows.key(key, ord);
        let (chunk, offset) = order.place(|other| self.rows.precedes(other, &place, ord));
        let before = order.chunks()[chunk][..offset].iter().filter(|other| members.contains(**other)).count();
        let ascending = selection.starts(self, key)[chunk] + before as u32;
        if !query.sort.descending {
            return Some(ascending);
        }
        if key == SortKey::Price && ascending < selection.priced {
            return Some(selection.priced - 1 - ascending);
        }
        let unpriced_from = if key == SortKey::Price { selection.priced } else { 0 };
        Some(selection.total - 1 - (ascending - unpriced_from))
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
