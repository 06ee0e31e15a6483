//! Finding the products that have every word of a search, each anywhere inside a word of the title,
//! the vendor, the type or a tag.

use crate::{bits::BitSet, column::Column, filter::Search, index::CatalogueIndex};

/// A candidate's own words are looked at, rather than the candidates of the word, when those so far are
/// fewer than one in this many products.
const FEW: u32 = 32;
/// Looking at one product's words takes as long as adding this many products of a word.
const ROW_COST: u32 = 32;

impl CatalogueIndex {
    pub(crate) fn search(&self, search: &Search) -> BitSet {
        let mut found = self.having_all(&search.words);
        for ord in &search.also_found {
            if (ord as usize) < self.rows.len() {
                found.insert(ord);
            }
        }
        found.intersect(&self.rows.present);
        found
    }

    fn having_all(&self, words: &[String]) -> BitSet {
        let Some((first, others)) = words.split_first() else { return BitSet::new(self.rows.len()) };
        let mut found = self.having(&Matches::of(self, first));
        for word in others {
            let matches = Matches::of(self, word);
            if found.count() < self.len() / FEW {
                let missing: Vec<u32> = found.iter().filter(|ord| !self.has(*ord, &matches)).collect();
                for ord in missing {
                    found.remove(ord);
                }
            } else {
                found.intersect(&self.having(&matches));
            }
        }
        found
    }

    /// May have products that are no more.
    fn having(&self, matches: &Matches) -> BitSet {
        let mut found = BitSet::new(self.rows.len());
        add_where(&self.rows.vendor, &matches.vendors, self.rows.vendors.len(), &mut found);
        add_where(&self.rows.product_type, &matches.types, self.rows.types.len(), &mut found);
        let postings = [(&self.word_postings, &matches.words), (&self.tag_postings, &matches.tags)];
        // What many products have comes first: short words are in nearly every product, and then what is
        // left to look at is little.
        let mut left = 0;
        for (postings, ids) in postings {
            for id in ids.iter() {
                if postings.is_common(id) {
                    postings.add_to(id, &mut found);
                } else {
                    left += postings.count(id);
                }
            }
        }
        let unfound = self.rows.present.difference(&found);
        if unfound.count() < left / ROW_COST {
            unfound.iter().filter(|ord| self.has(*ord, matches)).for_each(|ord| found.insert(ord));
            return found;
        }
        for (postings, ids) in postings {
            ids.iter().filter(|id| !postings.is_common(*id)).for_each(|id| postings.add_to(id, &mut found));
        }
        found
    }

    fn has(&self, ord: u32, matches: &Matches) -> bool {
        let rows = &self.rows;
        matches.vendors.contains(rows.vendor.get(ord) as u32)
            || matches.types.contains(rows.product_type.get(ord) as u32)
            || rows.records.any(ord, |tag| matches.tags.contains(tag), |word| matches.words.contains(word))
    }
}

/// The dictionary's numbers whose text contains a word.
struct Matches {
    words: BitSet,
    tags: BitSet,
    vendors: BitSet,
    types: BitSet,
}

impl Matches {
    fn of(index: &CatalogueIndex, word: &str) -> Self {
        let rows = &index.rows;
        let mut matches = Self {
            words: BitSet::new(rows.words.len()),
            tags: BitSet::new(rows.tags.len()),
            vendors: BitSet::new(rows.vendors.len()),
            types: BitSet::new(rows.types.len()),
        };
        rows.words.containing(word, |id| matches.words.insert(id));
        rows.tags.containing(word, |id| matches.tags.insert(id));
        rows.vendors.containing(word, |id| matches.vendors.insert(id));
        rows.types.containing(word, |id| matches.types.insert(id));
        matches
    }
}

/// Adds the places whose value is in a set.
fn add_where(column: &Column, values: &BitSet, len: usize, found: &mut BitSet) {
    if values.count() > 0 {
        let is_in: Vec<bool> = (0..len as u32).map(|id| values.contains(id)).collect();
        column.add_where(found, |id| is_in.get(id as usize).is_some_and(|is_in| *is_in));
    }
}
