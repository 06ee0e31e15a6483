//! The values of a facet as merchants wrote them, numbered.

use domain::fold;

use crate::dictionary::{Dictionary, Texts};

#[derive(Debug, Default)]
pub(crate) struct Values {
    written: Dictionary,
    /// For each value the key it is sorted and searched by.
    keys: Texts,
}

impl Values {
    /// One more than the largest number.
    pub(crate) fn len(&self) -> usize {
        self.written.len()
    }

    pub(crate) fn intern(&mut self, value: &str) -> u32 {
        let id = self.written.intern(value);
        if id as usize == self.keys.len() {
            self.keys.push(&fold::sort_key(value));
        }
        id
    }

    pub(crate) fn find(&self, value: &str) -> Option<u32> {
        self.written.find(value)
    }

    pub(crate) fn text(&self, id: u32) -> &str {
        self.written.text(id)
    }

    pub(crate) fn key(&self, id: u32) -> &str {
        self.keys.get(id)
    }

    /// Visits the values whose key contains a needle, ascending.
    pub(crate) fn containing(&self, needle: &str, found: impl FnMut(u32)) {
        self.keys.containing(needle, found);
    }

    /// The values that are kept, and the new number of each old one.
    pub(crate) fn retained(&self, keep: impl Fn(u32) -> bool) -> (Self, Vec<u32>) {
        let mut keys = Texts::default();
        for id in (0..self.len() as u32).filter(|id| keep(*id)) {
            keys.push(self.key(id));
        }
        keys.shrink();
        let (written, renumbered) = self.written.retained(keep);
        (Self { written, keys }, renumbered)
    }

    pub(crate) fn shrink(&mut self) {
        self.written.shrink();
        self.keys.shrink();
    }

    pub(crate) fn memory(&self) -> usize {
        self.written.memory() + self.keys.memory()
    }
}
