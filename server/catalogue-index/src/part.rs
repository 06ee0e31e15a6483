//! Parts of a list from a remembered place on, for whoever reads all of a list that changes meanwhile: a row's number says
//! nothing any more when rows before it have come or gone, but what it was sorted by does.

use domain::{
    ids::Seq,
    money::Money,
    query::{ListQuery, SortKey},
};
use roaring::RoaringBitmap;

use crate::{filter::Filter, index::CatalogueIndex, rows::Key};

/// A place in a sorted list: that of a product, by what it was sorted by when it stood there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bookmark {
    pub ord: u32,
    pub value: SortValue,
}

/// What a list is sorted by, of one product.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SortValue {
    /// The sort key of a title or a vendor, which is less than the text: it is what places are compared by.
    Text(String),
    Price(Option<Money>),
    Updated(Seq),
}

/// Some rows of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// In the list's order.
    pub ords: Vec<u32>,
    /// The length of the whole list.
    pub total: u32,
    /// The place of the last of them, if any row is behind it.
    pub next: Option<Bookmark>,
}

impl CatalogueIndex {
    /// The first `count` rows behind a bookmark, or of the whole list. It does not matter whether the product of the bookmark is
    /// still there, in the list, or what it was. `None` when the bookmark is of a list that is sorted by something else.
    pub fn behind(&self, query: &ListQuery, also_found: &RoaringBitmap, bookmark: Option<&Bookmark>, count: u32) -> Option<Part> {
        let sort = query.sort;
        let place = match bookmark {
            Some(bookmark) => Some((bookmark.value.key(sort.key)?, bookmark.ord)),
            None => None,
        };
        let selection = self.selection(Filter::new(query, also_found));
        let total = selection.total;
        let start = place.map_or(0, |(key, ord)| self.row_behind(&selection, sort, &key, ord));
        let end = start.saturating_add(count).min(total);
        let ords = self.window(&selection, sort, start..end);
        let last = || match ords.last() {
            Some(ord) => Some(Bookmark { ord: *ord, value: self.rows.sort_value(sort.key, *ord) }),
            // Asked for no rows: one is where one was.
            None => bookmark.cloned(),
        };
        let next = if end < total { last() } else { None };
        Some(Part { ords, total, next })
    }
}

impl SortValue {
    /// The place in an order; none in one by something else.
    fn key(&self, sort: SortKey) -> Option<Key> {
        match (self, sort) {
            (Self::Text(key), SortKey::Title) => Some(Key::Title(key.as_bytes().to_vec())),
            (Self::Text(key), SortKey::Vendor) => Some(Key::GivenVendor(key.as_bytes().to_vec())),
            (Self::Price(price), SortKey::Price) => Some(Key::Price(*price)),
            (Self::Updated(seq), SortKey::Updated) => Some(Key::Updated(*seq)),
            _ => None,
        }
    }
}
