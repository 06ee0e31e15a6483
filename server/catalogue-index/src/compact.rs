//! Clearing away texts that no product has and records that were replaced. It takes some tenths of a second
//! for a million products, once in some hundred thousand titles changed.

use crate::{bits::BitSet, column::Column, index::CatalogueIndex, records::Records};

impl CatalogueIndex {
    pub(crate) fn compact_if_wasteful(&mut self) {
        let texts = self.rows.words.len() + self.rows.vendors.len() + self.rows.types.len() + self.rows.tags.len();
        let unused_limit = (texts / 4).max(self.rows.len() / 16).max(1024);
        if self.unused > unused_limit || self.rows.records.is_wasteful() {
            self.compact();
        }
    }

    pub(crate) fn compact(&mut self) {
        let rows = &mut self.rows;
        let (mut words, mut tags) = (BitSet::new(rows.words.len()), BitSet::new(rows.tags.len()));
        for ord in rows.present.iter() {
            rows.records.title(ord).for_each(|piece| words.insert(piece));
            rows.records.tags(ord).for_each(|tag| tags.insert(tag));
        }
        let (kept_words, new_words) = rows.words.retained(|id| words.contains(id));
        let (kept_tags, new_tags) = rows.tags.retained(|id| tags.contains(id));
        (rows.words, rows.tags) = (kept_words, kept_tags);
        self.word_postings.renumber(&new_words, |id| words.contains(id));
        self.tag_postings.renumber(&new_tags, |id| tags.contains(id));

        let mut records = Records::default();
        records.grow(rows.len());
        for ord in rows.present.iter() {
            let tags: Vec<u32> = rows.records.tags(ord).map(|tag| new_tags[tag as usize]).collect();
            let title: Vec<u32> = rows.records.title(ord).map(|piece| new_words[piece as usize]).collect();
            records.put(ord, &tags, &title);
        }
        records.shrink();
        rows.records = records;

        for (values, column, counts) in
            [(&mut rows.vendors, &mut rows.vendor, &mut self.vendor_counts), (&mut rows.types, &mut rows.product_type, &mut self.type_counts)]
        {
            let (kept, renumbered) = values.retained(|id| counts[id as usize] > 0);
            *values = kept;
            renumber(column, &rows.present, &renumbered);
            counts.retain(|count| *count > 0);
        }
        self.unused = 0;
    }
}

fn renumber(column: &mut Column, present: &BitSet, renumbered: &[u32]) {
    for ord in 0..column.len() as u32 {
        let id = if present.contains(ord) { renumbered[column.get(ord) as usize] } else { 0 };
        column.set(ord, i64::from(id));
    }
}
