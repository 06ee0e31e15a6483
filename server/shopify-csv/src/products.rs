//! Which rows belong together: the products of a file, one after the other.

use std::{borrow::Cow, collections::VecDeque};

use domain::{handle::Handle, money::Currency};

use crate::{
    MAX_PRODUCT,
    bad::BadRow,
    cell,
    group::{Group, NOT_UTF8},
    header::Header,
    record::Item,
    row::Row,
    seen::Seen,
};

/// Where a row stands.
#[derive(Clone, Copy)]
pub(crate) struct Place {
    pub(crate) line: u64,
    pub(crate) begin: u64,
    pub(crate) end: u64,
}

pub(crate) struct Products {
    pub(crate) header: Header,
    currency: Currency,
    /// Rows up to here were given before, and are not given again.
    pub(crate) resume: u64,
    seen: Seen,
    /// The product whose rows are being read.
    group: Option<Group>,
    pub(crate) ready: VecDeque<Item>,
}

impl Products {
    pub(crate) fn new(header: Header, currency: Currency) -> Self {
        Self { header, currency, resume: 0, seen: Seen::default(), group: None, ready: VecDeque::new() }
    }

    /// Takes the next row.
    pub(crate) fn row(&mut self, row: &Row<'_>, place: Place) {
        let Some(filled) = row.first_filled() else { return };
        let handle = match self.header.handle.map(|at| row.cell(at)) {
            Some(Ok(handle)) => handle,
            Some(Err(_)) => {
                let at = self.header.handle.unwrap_or_default();
                let bad = BadRow::new(place.line, self.header.text(at), &row.lossy(at), NOT_UTF8);
                return self.bad(place, bad);
            }
            None => Cow::Borrowed(""),
        };
        let handle = handle.trim();
        if handle.is_empty() {
            let title = self.header.title.map(|at| row.lossy(at)).unwrap_or_default();
            if title.trim().is_empty() {
                let reason = "This row has neither a handle nor a title, so it belongs to no product.";
                let bad = BadRow::new(place.line, self.header.text(filled), &row.lossy(filled), reason);
                return self.bad(place, bad);
            }
            self.begin_unnamed(&title, place);
        } else {
            self.begin(handle, place);
        }
        let Some(group) = self.group.as_mut().filter(|group| !group.silent) else { return };
        group.size += row.len() as u64;
        if group.size > MAX_PRODUCT {
            let reason = format!("The rows of this product take more than {} MiB. Split it or shorten its texts.", MAX_PRODUCT >> 20);
            let bad = BadRow::new(place.line, "", handle, reason);
            (group.bad, group.silent) = (true, true);
            self.bad(place, bad);
        } else if place.end > self.resume {
            group.add(row, place.line, &self.header, self.currency, &mut self.ready);
        }
    }

    /// Takes note of a row that cannot be read; of its handle too, when it could be read that far.
    pub(crate) fn broken(&mut self, handle: Option<&str>, place: Place, bad: BadRow) {
        if let Some(handle) = handle.map(str::trim).filter(|handle| !handle.is_empty()) {
            self.begin(handle, place);
            if let Some(group) = &mut self.group {
                group.bad = true;
                // Where the first row is lost, the others say nothing on their own.
                group.silent |= group.is_empty();
            }
        }
        self.bad(place, bad);
    }

    /// The product is complete: the next one begins at `end`.
    pub(crate) fn finish(&mut self, end: u64) {
        let resumed = end <= self.resume;
        self.ready.extend(self.group.take().filter(|_| !resumed).and_then(|group| group.finish(end, &self.header)).map(Item::Product));
    }

    fn bad(&mut self, place: Place, bad: BadRow) {
        if place.end > self.resume {
            self.ready.push_back(Item::Bad(bad));
        }
    }

    /// Begins the product with this handle, unless it is the one being read.
    fn begin(&mut self, key: &str, place: Place) {
        if self.group.as_ref().is_some_and(|group| group.key == key) {
            return;
        }
        self.finish(place.begin);
        let column = self.header.text(self.header.handle.unwrap_or_default()).to_owned();
        let mut group = Group::new(key, place.line);
        match cell::handle(key) {
            // What else is wrong with it is worth knowing, so its cells are looked at.
            Err(reason) => self.bad(place, BadRow::new(place.line, column, key, reason)),
            Ok(handle) => {
                if let Some(line) = self.seen.line(key) {
                    let reason = format!("This handle was used on line {line} already; rows of one product must stand together.");
                    self.bad(place, BadRow::new(place.line, column, key, reason));
                    group.silent = true;
                } else {
                    self.seen.insert(key, place.line);
                    group.handle = Some(handle);
                }
            }
        }
        self.group = Some(group);
    }

    /// Begins a product that has a title and no handle.
    fn begin_unnamed(&mut self, title: &str, place: Place) {
        self.finish(place.begin);
        let mut group = Group::new("", place.line);
        if let Some(handle) = self.derive(title) {
            self.seen.insert(handle.as_str(), place.line);
            group.handle = Some(handle);
        } else {
            let column = self.header.text(self.header.title.unwrap_or_default()).to_owned();
            let reason = "This title has no letter or digit to make a handle of. Give the product a handle.";
            self.bad(place, BadRow::new(place.line, column, title, reason));
        }
        self.group = Some(group);
    }

    /// A handle made of the title, numbered when it is used already. The same file gives the same handles.
    fn derive(&self, title: &str) -> Option<Handle> {
        let handle = Handle::from_title(title)?;
        let used = |handle: &Handle| self.seen.line(handle.as_str()).is_some();
        if !used(&handle) {
            return Some(handle);
        }
        // The numbers used so far have no gaps, or few: doubling and halving finds a free one quickly.
        let (mut taken, mut free) = (1, 2);
        while used(&handle.numbered(free)) {
            (taken, free) = (free, free * 2);
        }
        while free - taken > 1 {
            let middle = taken + (free - taken) / 2;
            if used(&handle.numbered(middle)) { taken = middle } else { free = middle }
        }
        Some(handle.numbered(free))
    }
}
