//! The products that pass a filter, with what lists and facets need to know of them, worked out when it is
//! first asked for.

use std::sync::OnceLock;

use domain::{
    product::{Missing, OptimisationStatus, Status},
    query::SortKey,
};

use crate::{bits::BitSet, filter::Filter, index::CatalogueIndex, rows::Flags};

#[derive(Debug)]
pub(crate) struct Selection {
    /// `None` is all products.
    bits: Option<BitSet>,
    pub(crate) total: u32,
    pub(crate) priced: u32,
    starts: [OnceLock<Vec<u32>>; SortKey::ALL.len()],
    pub(crate) counts: Counts,
}

/// Products by value.
#[derive(Debug, Default)]
pub(crate) struct Counts {
    pub(crate) flags: OnceLock<FlagCounts>,
    /// A value's number and how many products have it, where any has.
    pub(crate) vendors: OnceLock<Vec<(u32, u32)>>,
    pub(crate) types: OnceLock<Vec<(u32, u32)>>,
    pub(crate) tags: OnceLock<Vec<(u32, u32)>>,
}

/// By the places in `Status::ALL`, `OptimisationStatus::ALL` and `Missing::ALL`.
#[derive(Debug, Default)]
pub(crate) struct FlagCounts {
    pub(crate) status: [u32; Status::ALL.len()],
    pub(crate) optimisation: [u32; OptimisationStatus::ALL.len()],
    pub(crate) missing: [u32; Missing::ALL.len()],
}

impl FlagCounts {
    /// Products with these flags.
    pub(crate) fn add(&mut self, flags: Flags, products: u32) {
        self.status[flags.status()] += products;
        self.optimisation[flags.optimisation()] += products;
        for (count, _) in self.missing.iter_mut().zip(Missing::ALL).filter(|(_, missing)| flags.missing().contains(**missing)) {
            *count += products;
        }
    }
}

impl Selection {
    pub(crate) fn new(index: &CatalogueIndex, filter: &Filter) -> Self {
        let rows = &index.rows;
        let bits = match (&filter.search, filter.has_filters()) {
            (None, false) => None,
            (Some(search), false) => Some(index.search(search)),
            (search, true) => {
                // The search alone is a selection of its own: facets need it with other filters.
                let searched = search.as_ref().map(|_| index.selection(filter.only_search()));
                let mut bits = searched.as_ref().and_then(|searched| searched.bits.as_ref()).unwrap_or(&rows.present).clone();
                filter.narrow(rows, &mut bits, |tag, any| index.tag_postings.add_to(tag, any));
                Some(bits)
            }
        };
        let members = bits.as_ref().unwrap_or(&rows.present);
        let (total, priced) = (members.count(), members.intersection_count(&rows.priced));
        Self { bits, total, priced, starts: Default::default(), counts: Counts::default() }
    }

    pub(crate) fn is_everything(&self) -> bool {
        self.bits.is_none()
    }

    pub(crate) fn members<'a>(&'a self, index: &'a CatalogueIndex) -> &'a BitSet {
        self.bits.as_ref().unwrap_or(&index.rows.present)
    }

    /// For each chunk of an order how many members stand before it, and at the end how many there are.
    pub(crate) fn starts(&self, index: &CatalogueIndex, key: SortKey) -> &[u32] {
        self.starts[key as usize].get_or_init(|| {
            let chunks = index.orders[key as usize].chunks();
            let mut starts = Vec::with_capacity(chunks.len() + 1);
            let mut before = 0;
            starts.push(0);
            for chunk in chunks {
                before += match &self.bits {
                    None => chunk.len() as u32,
                    Some(bits) => chunk.iter().map(|ord| u32::from(bits.contains(*ord))).sum(),
                };
                starts.push(before);
            }
            starts
        })
    }

    /// Whether the starts of an order are known.
    pub(crate) fn has_starts(&self, key: SortKey) -> bool {
        self.starts[key as usize].get().is_some()
    }

    pub(crate) fn memory(&self) -> usize {
        let starts: usize = self.starts.iter().filter_map(OnceLock::get).map(Vec::capacity).sum();
        let values: usize =
            [&self.counts.vendors, &self.counts.types, &self.counts.tags].into_iter().filter_map(OnceLock::get).map(Vec::capacity).sum();
        self.bits.as_ref().map_or(0, BitSet::memory) + starts * size_of::<u32>() + values * size_of::<(u32, u32)>()
    }
}
