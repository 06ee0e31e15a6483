//! Numbers for texts: each text once, numbered from 0 in the order of arrival.

use std::{
    hash::{BuildHasher, RandomState},
    ops::Range,
};

use memchr::memmem;

use crate::column::{bytes_held, make_room};

/// Costs a text its bytes and about twelve more. A text is never removed: see [`Dictionary::retained`].
#[derive(Debug, Default)]
pub(crate) struct Dictionary {
    texts: Texts,
    /// An open hash table: 0 is free, else a number plus one. Its length is a power of two.
    slots: Vec<u32>,
    hasher: RandomState,
}

impl Dictionary {
    pub(crate) fn len(&self) -> usize {
        self.texts.len()
    }

    pub(crate) fn text(&self, id: u32) -> &str {
        self.texts.get(id)
    }

    /// The bytes of the text, which come without looking for the borders of letters.
    #[inline]
    pub(crate) fn bytes(&self, id: u32) -> &[u8] {
        self.texts.bytes(id)
    }

    pub(crate) fn find(&self, text: &str) -> Option<u32> {
        if self.slots.is_empty() {
            return None;
        }
        let slot = self.slot_of(text);
        self.slots[slot].checked_sub(1)
    }

    pub(crate) fn intern(&mut self, text: &str) -> u32 {
        if (self.len() + 1) * 4 > self.slots.len() * 3 {
            self.rehash((self.slots.len() * 2).max(16));
        }
        let slot = self.slot_of(text);
        if let Some(id) = self.slots[slot].checked_sub(1) {
            return id;
        }
        let id = self.texts.push(text);
        self.slots[slot] = id + 1;
        id
    }

    /// Visits the numbers of the texts that contain `needle`, ascending. The needle has no line break.
    pub(crate) fn containing(&self, needle: &str, found: impl FnMut(u32)) {
        self.texts.containing(needle, found);
    }

    /// The dictionary with only the texts that are kept, and the new number of each old one.
    pub(crate) fn retained(&self, keep: impl Fn(u32) -> bool) -> (Self, Vec<u32>) {
        let mut kept = Self { hasher: self.hasher.clone(), ..Self::default() };
        let renumbered = (0..self.len() as u32).map(|id| if keep(id) { kept.intern(self.text(id)) } else { 0 }).collect();
        kept.shrink();
        (kept, renumbered)
    }

    pub(crate) fn shrink(&mut self) {
        self.texts.shrink();
    }

    pub(crate) fn memory(&self) -> usize {
        self.texts.memory() + bytes_held(&self.slots)
    }

    /// Where the text is, or the free slot where it belongs. There is always a free slot.
    fn slot_of(&self, text: &str) -> usize {
        let mask = self.slots.len() - 1;
        let mut slot = self.hasher.hash_one(text) as usize & mask;
        while self.slots[slot].checked_sub(1).is_some_and(|id| self.bytes(id) != text.as_bytes()) {
            slot = (slot + 1) & mask;
        }
        slot
    }

    fn rehash(&mut self, len: usize) {
        self.slots = vec![0; len];
        let mask = len - 1;
        for id in 0..self.texts.len() as u32 {
            let mut slot = self.hasher.hash_one(self.texts.get(id)) as usize & mask;
            while self.slots[slot] != 0 {
                slot = (slot + 1) & mask;
            }
            self.slots[slot] = id + 1;
        }
    }
}

/// Texts one behind the other, each followed by a line break, up to 4 GiB.
#[derive(Debug, Default)]
pub(crate) struct Texts {
    arena: String,
    starts: Vec<u32>,
}

impl Texts {
    pub(crate) fn len(&self) -> usize {
        self.starts.len()
    }

    pub(crate) fn get(&self, id: u32) -> &str {
        &self.arena[self.range(id)]
    }

    #[inline]
    pub(crate) fn bytes(&self, id: u32) -> &[u8] {
        &self.arena.as_bytes()[self.range(id)]
    }

    pub(crate) fn push(&mut self, text: &str) -> u32 {
        let id = self.starts.len() as u32;
        make_room(&mut self.starts, 1);
        self.starts.push(self.arena.len() as u32);
        let more = text.len() + 1;
        if self.arena.capacity() - self.arena.len() < more {
            self.arena.reserve_exact(more.max(self.arena.len() / 8 + 64));
        }
        self.arena.push_str(text);
        self.arena.push('\n');
        id
    }

    pub(crate) fn containing(&self, needle: &str, mut found: impl FnMut(u32)) {
        let arena = self.arena.as_bytes();
        let finder = memmem::Finder::new(needle);
        let (mut at, mut id) = (0, 0);
        while let Some(offset) = arena.get(at..).and_then(|rest| finder.find(rest)) {
            id = self.text_at(id, (at + offset) as u32);
            if id >= self.len() {
                return;
            }
            found(id as u32);
            id += 1;
            let Some(next) = self.starts.get(id) else { return };
            at = *next as usize;
        }
    }

    pub(crate) fn shrink(&mut self) {
        self.arena.shrink_to_fit();
        self.starts.shrink_to_fit();
    }

    pub(crate) fn memory(&self) -> usize {
        self.arena.capacity() + bytes_held(&self.starts)
    }

    #[inline]
    fn range(&self, id: u32) -> Range<usize> {
        let start = self.starts[id as usize] as usize;
        let end = self.starts.get(id as usize + 1).map_or(self.arena.len(), |next| *next as usize);
        start..end - 1
    }

    /// The text a byte belongs to, which is `from` or a later one: mostly a near one, so steps double.
    fn text_at(&self, from: usize, byte: u32) -> usize {
        let (mut low, mut step) = (from, 1);
        while self.starts.get(low + step).is_some_and(|start| *start <= byte) {
            low += step;
            step *= 2;
        }
        let high = (low + step).min(self.starts.len());
        low + self.starts[low..high].partition_point(|start| *start <= byte) - 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_has_one_number() {
        let mut dictionary = Dictionary::default();

        let numbers: Vec<u32> = ["lamp", "", "red", "lamp", ""].map(|text| dictionary.intern(text)).into();

        assert_eq!(numbers, [0, 1, 2, 0, 1]);
        assert_eq!((dictionary.text(1), dictionary.text(2)), ("", "red"));
        assert_eq!((dictionary.find("red"), dictionary.find("re")), (Some(2), None));
    }

    #[test]
    fn infixes_are_found_once_a_text() {
        let mut dictionary = Dictionary::default();
        for text in ["banana", "x", "an", "nab", "n", "a"] {
            dictionary.intern(text);
        }
        let found = |needle: &str| {
            let mut ids = Vec::new();
            dictionary.containing(needle, |id| ids.push(id));
            ids
        };

        assert_eq!(found("an"), [0, 2]);
        assert_eq!(found("a"), [0, 2, 3, 5]);
        assert_eq!(found("na"), [0, 3]);
        assert_eq!(found("bananas"), [0; 0]);
        assert_eq!(found(""), [0, 1, 2, 3, 4, 5]);
    }

    #[test]
    fn retaining_renumbers() {
        let mut dictionary = Dictionary::default();
        for text in ["a", "b", "c", "d"] {
            dictionary.intern(text);
        }

        let (kept, renumbered) = dictionary.retained(|id| id % 2 == 1);

        assert_eq!((kept.len(), kept.text(renumbered[1]), kept.text(renumbered[3])), (2, "b", "d"));
        assert_eq!(kept.find("a"), None);
    }
}
