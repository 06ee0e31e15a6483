use domain::query::SortKey;

use crate::{
    entry::Entry,
    index::{CatalogueIndex, Parts},
    postings::Postings,
    sort, title,
};

/// Makes an index of many products at once: sorts once and needs little memory beside the index.
#[derive(Debug)]
pub struct Builder {
    index: CatalogueIndex,
}

impl Builder {
    pub(crate) fn new() -> Self {
        Self { index: CatalogueIndex::new() }
    }

    /// Takes a product, in any order; the last one of an ord counts.
    ///
    /// # Panics
    /// When the ord is not below [`Entry::ORDS`].
    pub fn push<T: AsRef<str>>(&mut self, entry: &Entry<'_, T>) {
        let parts = Parts::new(&mut self.index.rows, entry);
        self.index.rows.records.put(entry.ord, &parts.tags, &parts.title);
        self.index.rows.set(entry.ord, &parts.row);
    }

    pub fn finish(mut self) -> CatalogueIndex {
        self.index.rows.shrink();
        for key in SortKey::ALL {
            self.index.orders[key as usize] = sort::order(&self.index.rows, key);
        }
        self.post();
        self.index
    }

    /// In ascending order of the products, so that every list grows at its end.
    fn post(&mut self) {
        let CatalogueIndex { rows, word_postings, tag_postings, vendor_counts, type_counts, .. } = &mut self.index;
        let mut words = vec![0; rows.words.len()];
        let mut tags = vec![0; rows.tags.len()];
        for ord in rows.present.iter() {
            rows.records.tags(ord).for_each(|tag| tags[tag as usize] += 1);
            rows.records.title(ord).for_each(|piece| words[piece as usize] += 1);
        }
        let is_word: Vec<bool> = (0..words.len() as u32).map(|piece| title::is_word(rows.words.text(piece))).collect();
        words.iter_mut().zip(&is_word).filter(|(_, is_word)| !**is_word).for_each(|(count, _)| *count = 0);
        *word_postings = Postings::with_room(&words);
        *tag_postings = Postings::with_room(&tags);
        drop((words, tags));
        for ord in rows.present.iter() {
            rows.records.tags(ord).for_each(|tag| tag_postings.insert(tag, ord));
            rows.records.title(ord).filter(|piece| is_word[*piece as usize]).for_each(|piece| word_postings.insert(piece, ord));
        }
        word_postings.shrink();
        tag_postings.shrink();
        *vendor_counts = vec![0; rows.vendors.len()];
        *type_counts = vec![0; rows.types.len()];
        rows.vendor.visit(&rows.present, |vendor| vendor_counts[vendor as usize] += 1);
        rows.product_type.visit(&rows.present, |product_type| type_counts[product_type as usize] += 1);
    }
}
