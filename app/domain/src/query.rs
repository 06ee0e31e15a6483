//! What a list is asked for: search, filters and order, with the whole of it in the page's address.

mod address;
mod within;

pub use self::address::{encode, pairs};

use serde::{Deserialize, Serialize};

use crate::{
    money::Money,
    product::{Missing, OptimisationStatus, Status},
};

/// Which products, in which order. Values of one filter are alternatives; filters narrow each other.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ListQuery {
    /// Words that must all be found in title, vendor, type, tags, handle, SKU or barcode.
    pub search: String,
    pub status: Vec<Status>,
    pub vendor: Vec<String>,
    pub product_type: Vec<String>,
    pub tag: Vec<String>,
    pub optimisation: Vec<OptimisationStatus>,
    pub missing: Vec<Missing>,
    pub price_min: Option<Money>,
    pub price_max: Option<Money>,
    pub sort: Sort,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Sort {
    pub key: SortKey,
    pub descending: bool,
}

/// What a list can be ordered by. Equal keys are ordered by age, so that the order is total.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum SortKey {
    Title,
    Vendor,
    /// The lowest variant's; products without a price come last in both directions.
    Price,
    /// The last change.
    Updated,
}

/// Rows `start..start + count` of a list.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Window {
    pub query: ListQuery,
    pub start: u32,
    pub count: u32,
}

/// The dimensions a list can be filtered by, each with counts per value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Facet {
    Status,
    Optimisation,
    Missing,
    Vendor,
    ProductType,
    Tag,
}

/// One value of a facet and how many products of the list have it, were it chosen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FacetCount {
    pub value: String,
    pub count: u32,
}

impl SortKey {
    pub const ALL: [Self; 4] = [Self::Title, Self::Vendor, Self::Price, Self::Updated];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Title => "title",
            Self::Vendor => "vendor",
            Self::Price => "price",
            Self::Updated => "updated",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|key| key.name() == name)
    }
}

impl Facet {
    pub const ALL: [Self; 6] = [Self::Status, Self::Optimisation, Self::Missing, Self::Vendor, Self::ProductType, Self::Tag];

    /// As it stands in the address.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Status => "status",
            Self::Optimisation => "optimisation",
            Self::Missing => "missing",
            Self::Vendor => "vendor",
            Self::ProductType => "type",
            Self::Tag => "tag",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|facet| facet.name() == name)
    }
}

/// The last change first: what one worked on is on top.
impl Default for Sort {
    fn default() -> Self {
        Self { key: SortKey::Updated, descending: true }
    }
}

impl ListQuery {
    /// Whether any product of the store is in the list.
    pub fn is_unfiltered(&self) -> bool {
        let Self { search, status, vendor, product_type, tag, optimisation, missing, price_min, price_max, sort: _ } = self;
        search.trim().is_empty()
            && status.is_empty()
            && vendor.is_empty()
            && product_type.is_empty()
            && tag.is_empty()
            && optimisation.is_empty()
            && missing.is_empty()
            && price_min.is_none()
            && price_max.is_none()
    }

    /// What a search looks for among handles, SKUs and barcodes, which it finds by their beginnings. Fewer characters begin more of them than
    /// anybody reads, and most are found by their titles.
    pub fn beginning(&self) -> Option<&str> {
        const SHORTEST: usize = 3;
        let search = self.search.trim();
        (search.chars().count() >= SHORTEST && !search.chars().any(char::is_control)).then_some(search)
    }

    /// The chosen values of a facet, as they stand in the address.
    pub fn chosen(&self, facet: Facet) -> Vec<String> {
        match facet {
            Facet::Status => self.status.iter().map(|status| status.name().to_owned()).collect(),
            Facet::Optimisation => self.optimisation.iter().map(|status| status.name().to_owned()).collect(),
            Facet::Missing => self.missing.iter().map(|missing| missing.name().to_owned()).collect(),
            Facet::Vendor => self.vendor.clone(),
            Facet::ProductType => self.product_type.clone(),
            Facet::Tag => self.tag.clone(),
        }
    }

    /// The query with a value of a facet chosen, or no longer chosen when it was.
    #[must_use]
    pub fn toggled(&self, facet: Facet, value: &str) -> Self {
        let mut query = self.clone();
        match facet {
            Facet::Status => toggle(&mut query.status, Status::from_name(value)),
            Facet::Optimisation => toggle(&mut query.optimisation, OptimisationStatus::from_name(value)),
            Facet::Missing => toggle(&mut query.missing, Missing::from_name(value)),
            Facet::Vendor => toggle(&mut query.vendor, Some(value.to_owned())),
            Facet::ProductType => toggle(&mut query.product_type, Some(value.to_owned())),
            Facet::Tag => toggle(&mut query.tag, Some(value.to_owned())),
        }
        query
    }
}

fn toggle<T: PartialEq>(chosen: &mut Vec<T>, value: Option<T>) {
    let Some(value) = value else { return };
    match chosen.iter().position(|known| *known == value) {
        Some(at) => {
            chosen.remove(at);
        }
        None => chosen.push(value),
    }
}
