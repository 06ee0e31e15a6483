//! How many products of a list have each value of a facet.

use std::{borrow::Cow, cmp::Ordering, sync::OnceLock};

use domain::{
    fold,
    product::{Missing, OptimisationStatus, Status},
    query::{Facet, FacetCount, ListQuery},
};
use roaring::RoaringBitmap;

use crate::{
    bits::{BitSet, Ones},
    column::Column,
    filter::Filter,
    index::CatalogueIndex,
    rows::Flags,
    selection::{FlagCounts, Selection},
    values::Values,
};

/// The values of a facet that are worth showing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FacetValues {
    /// The chosen ones first; each part by count, the largest first, then by name.
    pub values: Vec<FacetCount>,
    /// How many there would be without a limit.
    pub distinct: u32,
}

impl CatalogueIndex {
    /// The values of a facet whose name contains `containing`, however written, with how many products the
    /// list would have, were each chosen alone: what is chosen of the facet itself does not narrow the
    /// counts. What is chosen is always among the values, even above `limit`, which is for all of them.
    pub fn facet(&self, query: &ListQuery, also_found: &RoaringBitmap, facet: Facet, limit: usize, containing: &str) -> FacetValues {
        let selection = self.selection(Filter::new(query, also_found).without(facet));
        let needle = fold::sort_key(containing);
        let mut chosen = query.chosen(facet);
        chosen.sort_unstable();
        chosen.dedup();
        let answer = Answer { chosen, needle, limit };
        let counts = &selection.counts;
        match facet {
            Facet::Status => answer.of_names(&names(Status::ALL, Status::name, &self.flag_counts(&selection).status)),
            Facet::Optimisation => {
                answer.of_names(&names(OptimisationStatus::ALL, OptimisationStatus::name, &self.flag_counts(&selection).optimisation))
            }
            Facet::Missing => answer.of_names(&names(Missing::ALL, Missing::name, &self.flag_counts(&selection).missing)),
            Facet::Vendor => {
                let count = || self.column_counts(&selection, &self.rows.vendor, &self.vendor_counts);
                answer.of_values(&self.rows.vendors, &kept_if_short(&counts.vendors, count))
            }
            Facet::ProductType => {
                let count = || self.column_counts(&selection, &self.rows.product_type, &self.type_counts);
                answer.of_values(&self.rows.types, &kept_if_short(&counts.types, count))
            }
            Facet::Tag => answer.of_values(&self.rows.tags, &kept_if_short(&counts.tags, || self.tag_counts(&selection))),
        }
    }

    fn flag_counts<'a>(&self, selection: &'a Selection) -> &'a FlagCounts {
        selection.counts.flags.get_or_init(|| {
            // Four counters for each, so that equal neighbours do not wait for each other.
            let mut counts = vec![[0_u32; 4]; Flags::COUNT];
            for (word, flags) in selection.members(self).words().iter().zip(self.rows.flags.chunks(64)) {
                if *word == u64::MAX {
                    flags.iter().enumerate().for_each(|(at, flags)| counts[flags.place()][at % 4] += 1);
                } else {
                    Ones(*word).for_each(|at| counts[flags[at as usize].place()][at as usize % 4] += 1);
                }
            }
            let mut sums = FlagCounts::default();
            for (flags, counts) in Flags::every().zip(counts) {
                let count: u32 = counts.iter().sum();
                // No product has the flags that stand for nothing.
                if count > 0 {
                    sums.add(flags, count);
                }
            }
            sums
        })
    }

    fn column_counts(&self, selection: &Selection, column: &Column, all: &[u32]) -> Vec<(u32, u32)> {
        let mut counts = vec![0; all.len()];
        self.count_fewer(selection, all, &mut counts, |members, counts| column.visit(members, |id| counts[id as usize] += 1));
        present(&counts)
    }

    fn tag_counts(&self, selection: &Selection) -> Vec<(u32, u32)> {
        let tags = 0..self.rows.tags.len() as u32;
        let all: Vec<u32> = tags.clone().map(|tag| self.tag_postings.count(tag)).collect();
        let mut counts = vec![0; all.len()];
        self.count_fewer(selection, &all, &mut counts, |members, counts| {
            if members.count() < self.len() / TAG_ROWS {
                members.iter().for_each(|ord| self.rows.records.tags(ord).for_each(|tag| counts[tag as usize] += 1));
            } else {
                tags.clone().for_each(|tag| counts[tag as usize] = self.tag_postings.count_in(tag, members));
            }
        });
        present(&counts)
    }

    /// Counts the members, or those that are not where these are fewer, and takes them from all.
    fn count_fewer(&self, selection: &Selection, all: &[u32], counts: &mut [u32], count: impl Fn(&BitSet, &mut [u32])) {
        if selection.is_everything() {
            counts.copy_from_slice(all);
        } else if selection.total > self.len() / 2 {
            count(&self.rows.present.difference(selection.members(self)), counts);
            counts.iter_mut().zip(all).for_each(|(count, all)| *count = all - *count);
        } else {
            count(selection.members(self), counts);
        }
    }
}

/// A list of fewer than one in this many products has its tags counted product by product, others tag by tag.
const TAG_ROWS: u32 = 6;
/// Longer counts are not kept with the selection.
const KEPT_COUNTS: usize = 1 << 16;

/// What is asked of a facet.
struct Answer {
    /// Sorted.
    chosen: Vec<String>,
    /// Folded.
    needle: String,
    limit: usize,
}

impl Answer {
    fn of_names(&self, counts: &[(&str, u32)]) -> FacetValues {
        let matching = |(name, count): &&(&str, u32)| *count > 0 && !self.is_chosen(name) && name.contains(&self.needle);
        let others: Vec<(&str, &str, u32)> = counts.iter().filter(matching).map(|(name, count)| (*name, *name, *count)).collect();
        let count_of = |name: &str| counts.iter().find(|(known, _)| *known == name).map_or(0, |(_, count)| *count);
        self.put_together(others, count_of)
    }

    fn of_values(&self, values: &Values, counts: &[(u32, u32)]) -> FacetValues {
        let is_match: Option<BitSet> = (!self.needle.is_empty()).then(|| {
            let mut found = BitSet::new(values.len());
            values.containing(&self.needle, |id| found.insert(id));
            found
        });
        let others: Vec<(&str, &str, u32)> = counts
            .iter()
            .filter(|(id, _)| is_match.as_ref().is_none_or(|found| found.contains(*id)))
            .map(|(id, count)| (values.key(*id), values.text(*id), *count))
            .filter(|(_, name, _)| !name.is_empty() && !self.is_chosen(name))
            .collect();
        let count_of = |name: &str| {
            let place = values.find(name).and_then(|id| counts.binary_search_by_key(&id, |(id, _)| *id).ok());
            place.map_or(0, |place| counts[place].1)
        };
        self.put_together(others, count_of)
    }

    /// `others` are key, name and count of what is not chosen.
    fn put_together(&self, mut others: Vec<(&str, &str, u32)>, count_of: impl Fn(&str) -> u32) -> FacetValues {
        let distinct = (self.chosen.len() + others.len()) as u32;
        let room = self.limit.saturating_sub(self.chosen.len());
        if room < others.len() {
            if room > 0 {
                others.select_nth_unstable_by(room - 1, by_count);
            }
            others.truncate(room);
        }
        others.sort_unstable_by(by_count);
        let keys: Vec<String> = self.chosen.iter().map(|name| fold::sort_key(name)).collect();
        let mut chosen: Vec<(&str, &str, u32)> =
            keys.iter().zip(&self.chosen).map(|(key, name)| (key.as_str(), name.as_str(), count_of(name))).collect();
        chosen.sort_unstable_by(by_count);
        let values = chosen.into_iter().chain(others).map(|(_, name, count)| FacetCount { value: name.to_owned(), count }).collect();
        FacetValues { values, distinct }
    }

    fn is_chosen(&self, name: &str) -> bool {
        self.chosen.binary_search_by(|chosen| chosen.as_str().cmp(name)).is_ok()
    }
}

/// The largest count first, then by key, then as written.
fn by_count(left: &(&str, &str, u32), right: &(&str, &str, u32)) -> Ordering {
    right.2.cmp(&left.2).then_with(|| (left.0, left.1).cmp(&(right.0, right.1)))
}

fn names<T: Copy>(all: &[T], name: impl Fn(T) -> &'static str, counts: &[u32]) -> Vec<(&'static str, u32)> {
    all.iter().map(|one| name(*one)).zip(counts.iter().copied()).collect()
}

/// The values any product has.
fn present(counts: &[u32]) -> Vec<(u32, u32)> {
    (0..).zip(counts.iter().copied()).filter(|(_, count)| *count > 0).collect()
}

fn kept_if_short(kept: &OnceLock<Vec<(u32, u32)>>, count: impl FnOnce() -> Vec<(u32, u32)>) -> Cow<'_, [(u32, u32)]> {
    if let Some(counts) = kept.get() {
        return Cow::Borrowed(counts);
    }
    let counts = count();
    if counts.len() > KEPT_COUNTS { Cow::Owned(counts) } else { Cow::Borrowed(kept.get_or_init(|| counts)) }
}
