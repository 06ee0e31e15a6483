//! The tags and the title of each product as dictionary numbers: about twenty bytes a product.

use crate::{
    column::{bytes_held, grow},
    varint,
};

/// Records are never moved by a write, so that none waits for megabytes to be copied.
const SEGMENT: usize = 256 * 1024;
const NONE: u32 = u32::MAX;

/// Record: number of tags, tags ascending, number of title pieces, title pieces; all varints.
#[derive(Debug, Default)]
pub(crate) struct Records {
    /// Byte `i` of segment `s` has the address `s * SEGMENT + i`. A record lies in one segment; one that
    /// is longer than a segment is followed by empty ones.
    segments: Vec<Vec<u8>>,
    /// The address of each product's record.
    addresses: Vec<u32>,
    /// Bytes in use, and bytes of records that were replaced.
    used: usize,
    wasted: usize,
}

impl Records {
    pub(crate) fn grow(&mut self, len: usize) {
        let before = self.addresses.len();
        grow(&mut self.addresses, len);
        self.addresses[before..].fill(NONE);
    }

    pub(crate) fn put(&mut self, ord: u32, tags: &[u32], title: &[u32]) {
        let mut record = Vec::with_capacity(64);
        for ids in [tags, title] {
            varint::push(&mut record, ids.len() as u32);
            for id in ids {
                varint::push(&mut record, *id);
            }
        }
        let before = self.length(ord);
        self.wasted += before;
        self.used += record.len();
        if record.len() <= before {
            let (segment, start) = self.place(ord);
            self.segments[segment][start..start + record.len()].copy_from_slice(&record);
            // What was in the way is overwritten; only the rest of it is wasted.
            self.wasted -= record.len();
            self.used -= record.len();
        } else {
            self.addresses[ord as usize] = self.append(&record);
        }
    }

    pub(crate) fn remove(&mut self, ord: u32) {
        self.wasted += self.length(ord);
        self.addresses[ord as usize] = NONE;
    }

    pub(crate) fn tags(&self, ord: u32) -> Ids<'_> {
        Ids::new(self.bytes(ord))
    }

    /// The pieces of the title.
    pub(crate) fn title(&self, ord: u32) -> Ids<'_> {
        Ids::new(self.tags(ord).skipped())
    }

    /// Whether a tag or a piece of the title passes: one way through the record.
    pub(crate) fn any(&self, ord: u32, is_tag: impl Fn(u32) -> bool, is_piece: impl Fn(u32) -> bool) -> bool {
        let mut tags = self.tags(ord);
        tags.by_ref().any(is_tag) || Ids::new(tags.skipped()).any(is_piece)
    }

    /// Whether a quarter of the bytes is waste.
    pub(crate) fn is_wasteful(&self) -> bool {
        self.wasted > SEGMENT && self.wasted * 4 > self.used
    }

    pub(crate) fn shrink(&mut self) {
        self.addresses.shrink_to_fit();
        if let Some(last) = self.segments.last_mut() {
            last.shrink_to_fit();
        }
    }

    pub(crate) fn memory(&self) -> usize {
        self.segments.iter().map(Vec::capacity).sum::<usize>() + bytes_held(&self.segments) + bytes_held(&self.addresses)
    }

    fn append(&mut self, record: &[u8]) -> u32 {
        let full = self.segments.last().is_none_or(|last| last.len() + record.len() > SEGMENT);
        if full {
            let beyond = self.segments.last().map_or(0, |last| last.len().saturating_sub(1) / SEGMENT);
            self.segments.extend((0..beyond).map(|_| Vec::new()));
            self.segments.push(Vec::with_capacity(record.len().max(SEGMENT)));
        }
        let segment = self.segments.len() - 1;
        let start = self.segments[segment].len();
        self.segments[segment].extend_from_slice(record);
        (segment * SEGMENT + start) as u32
    }

    fn place(&self, ord: u32) -> (usize, usize) {
        let address = self.addresses[ord as usize] as usize;
        (address / SEGMENT, address % SEGMENT)
    }

    /// From the start of the record to the end of its segment; nothing where there is none.
    fn bytes(&self, ord: u32) -> &[u8] {
        match self.addresses.get(ord as usize) {
            None | Some(&NONE) => &[],
            Some(_) => {
                let (segment, start) = self.place(ord);
                &self.segments[segment][start..]
            }
        }
    }

    fn length(&self, ord: u32) -> usize {
        let bytes = self.bytes(ord);
        bytes.len() - self.title(ord).skipped().len()
    }
}

/// A list of numbers inside a record.
#[derive(Clone)]
pub(crate) struct Ids<'a> {
    left: u32,
    bytes: &'a [u8],
}

impl<'a> Ids<'a> {
    fn new(mut bytes: &'a [u8]) -> Self {
        let left = varint::next(&mut bytes).unwrap_or(0);
        Self { left, bytes }
    }

    /// What follows the list.
    fn skipped(mut self) -> &'a [u8] {
        while self.next().is_some() {}
        self.bytes
    }
}

impl Iterator for Ids<'_> {
    type Item = u32;

    #[inline]
    fn next(&mut self) -> Option<u32> {
        self.left = self.left.checked_sub(1)?;
        varint::next(&mut self.bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(records: &Records, ord: u32) -> (Vec<u32>, Vec<u32>) {
        (records.tags(ord).collect(), records.title(ord).collect())
    }

    #[test]
    fn records_are_replaced_in_place_or_moved() {
        let mut records = Records::default();
        records.grow(3);
        records.put(0, &[1, 300], &[5, 6, 7]);
        records.put(2, &[], &[9]);

        records.put(0, &[1], &[70_000]);
        records.put(2, &[1, 2, 3], &[4, 5]);

        assert_eq!(read(&records, 0), (vec![1], vec![70_000]));
        assert_eq!(read(&records, 1), (vec![], vec![]));
        assert_eq!(read(&records, 2), (vec![1, 2, 3], vec![4, 5]));
        assert_eq!(records.wasted, 2 + 3);
    }

    #[test]
    fn a_record_longer_than_a_segment_is_kept_whole() {
        let mut records = Records::default();
        records.grow(4);
        let long: Vec<u32> = (0..SEGMENT as u32).collect();

        records.put(0, &[1], &[1]);
        records.put(1, &long, &[2]);
        records.put(2, &[3], &[3]);
        records.remove(0);

        assert_eq!(read(&records, 0), (vec![], vec![]));
        assert_eq!(read(&records, 1), (long, vec![2]));
        assert_eq!(read(&records, 2), (vec![3], vec![3]));
    }
}
