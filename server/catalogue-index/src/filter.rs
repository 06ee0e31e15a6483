//! A query without its order, in one form: what a selection is kept under.

use domain::{
    fold,
    product::{Missing, OptimisationStatus, Status},
    query::{Facet, ListQuery, Sort},
};
use roaring::RoaringBitmap;

use crate::{
    bits::BitSet,
    column::retain,
    entry::MissingSet,
    rows::{Flags, Rows},
    values::Values,
};

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Filter {
    pub(crate) search: Option<Search>,
    /// The query's filters: no search, default order, values sorted.
    filters: ListQuery,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Search {
    /// Folded, the longest first, none inside another. Without a word nothing is found.
    pub(crate) words: Vec<String>,
    /// Products that are found whatever their words.
    pub(crate) also_found: RoaringBitmap,
}

impl Filter {
    pub(crate) fn new(query: &ListQuery, also_found: &RoaringBitmap) -> Self {
        let search = (!query.search.trim().is_empty()).then(|| Search { words: longest(fold::words(&query.search)), also_found: also_found.clone() });
        let mut filters = ListQuery { search: String::new(), sort: Sort::default(), ..query.clone() };
        filters.status.sort_unstable();
        filters.vendor.sort_unstable();
        filters.product_type.sort_unstable();
        filters.tag.sort_unstable();
        filters.optimisation.sort_unstable();
        filters.missing.sort_unstable();
        Self { search, filters }
    }

    /// Without what was chosen of a facet.
    pub(crate) fn without(mut self, facet: Facet) -> Self {
        let filters = &mut self.filters;
        match facet {
            Facet::Status => filters.status.clear(),
            Facet::Optimisation => filters.optimisation.clear(),
            Facet::Missing => filters.missing.clear(),
            Facet::Vendor => filters.vendor.clear(),
            Facet::ProductType => filters.product_type.clear(),
            Facet::Tag => filters.tag.clear(),
        }
        self
    }

    /// The search alone.
    pub(crate) fn only_search(&self) -> Self {
        Self { search: self.search.clone(), filters: ListQuery::default() }
    }

    pub(crate) fn has_filters(&self) -> bool {
        !self.filters.is_unfiltered()
    }

    /// Takes out of a set what the filters do not let through. `tagged` adds the products of a tag.
    pub(crate) fn narrow(&self, rows: &Rows, bits: &mut BitSet, tagged: impl Fn(u32, &mut BitSet)) {
        let ListQuery { search: _, status, vendor, product_type, tag, optimisation, missing, price_min, price_max, sort: _ } = &self.filters;
        if !tag.is_empty() {
            let mut any = BitSet::new(rows.len());
            tag.iter().filter_map(|tag| rows.tags.find(tag)).for_each(|tag| tagged(tag, &mut any));
            bits.intersect(&any);
        }
        if !vendor.is_empty() {
            let chosen = chosen(&rows.vendors, vendor);
            rows.vendor.retain(bits, |id| chosen.get(id as usize).is_some_and(|chosen| *chosen));
        }
        if !product_type.is_empty() {
            let chosen = chosen(&rows.types, product_type);
            rows.product_type.retain(bits, |id| chosen.get(id as usize).is_some_and(|chosen| *chosen));
        }
        if !(status.is_empty() && optimisation.is_empty() && missing.is_empty()) {
            let passing = passing(status, optimisation, missing);
            retain(&rows.flags, bits, |flags| passing[flags.place()]);
        }
        if price_min.is_some() || price_max.is_some() {
            let (low, high) = (price_min.map_or(i64::MIN, |price| price.0), price_max.map_or(i64::MAX, |price| price.0));
            bits.intersect(&rows.priced);
            rows.price.retain(bits, |price| low <= price && price <= high);
        }
    }
}

/// Leaves out words that are found wherever another one is.
fn longest(mut words: Vec<String>) -> Vec<String> {
    words.sort_unstable_by(|left, right| right.len().cmp(&left.len()).then_with(|| left.cmp(right)));
    let mut kept: Vec<String> = Vec::with_capacity(words.len());
    for word in words {
        if !kept.iter().any(|longer| longer.contains(&word)) {
            kept.push(word);
        }
    }
    kept
}

fn chosen(values: &Values, names: &[String]) -> Vec<bool> {
    let mut chosen = vec![false; values.len()];
    names.iter().filter_map(|name| values.find(name)).for_each(|id| chosen[id as usize] = true);
    chosen
}

/// For each value of the flags whether it passes.
fn passing(status: &[Status], optimisation: &[OptimisationStatus], missing: &[Missing]) -> Vec<bool> {
    let missing_any: MissingSet = missing.iter().copied().collect();
    let passes = |flags: Flags| {
        (status.is_empty() || status.iter().any(|status| *status as usize == flags.status()))
            && (optimisation.is_empty() || optimisation.iter().any(|status| *status as usize == flags.optimisation()))
            && (missing.is_empty() || flags.missing().intersects(missing_any))
    };
    Flags::every().map(passes).collect()
}
