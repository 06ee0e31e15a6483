//! What the list shows, as it travels.

use std::sync::Arc;

use domain::{
    clock::Timestamp,
    handle::Handle,
    ids::{ProductId, Seq, StoreId},
    money::{Currency, Money},
    product::{OptimisationStatus, Product, Status},
    query::{Facet, FacetCount},
};
use serde::{Deserialize, Serialize};

/// Rows and values of a facet that are answered at once.
pub const MOST_ROWS: u32 = 1_000;
pub const MOST_VALUES: usize = 50;

/// One line of the list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Row {
    pub handle: Handle,
    pub title: String,
    pub status: Status,
    pub optimisation: OptimisationStatus,
    pub vendor: String,
    pub product_type: String,
    /// The lowest and the highest price of its variants.
    pub price: Option<Money>,
    pub highest_price: Option<Money>,
    pub variants: u32,
    /// The address of the first picture; empty when there is none.
    pub thumbnail: String,
    pub updated_at: Timestamp,
}

/// Rows `start..` of a list, with how many there are in all.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Listing {
    pub start: u32,
    pub rows: Vec<Row>,
    /// Products in this list.
    pub total: u32,
    /// Products in the store.
    pub of: u32,
    /// The change up to which the list is current.
    pub as_of: Seq,
    pub currency: Currency,
    /// Whose products these are: the person may have gone to another store in another tab.
    pub store: StoreId,
    /// What part of the store these are of, where they are what a device has; none from the server.
    pub held: Option<Held>,
}

/// What a device has of a store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Held {
    /// Products on it.
    pub rows: u32,
    /// Products in the store; none when it is not known.
    pub of: Option<u32>,
    /// Whether all of this list is on it, though not all of the store may be.
    pub has_list: bool,
    /// When that was so, by the device's clock.
    pub as_of: Timestamp,
}

/// A remembered place in a sorted list: behind which product a part of it ended, and by which value that product stood there. It
/// holds whatever has happened to the product since.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bookmark {
    pub ord: u32,
    pub value: SortValue,
}

/// What a list is sorted by, of one product.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum SortValue {
    /// A title or a vendor.
    Text(String),
    Price(Option<Money>),
    Updated(Seq),
}

/// A part of a list as programs read it, from a bookmark on.
#[derive(Clone, Debug, PartialEq)]
pub struct Part {
    pub products: Vec<Arc<Summary>>,
    /// How many of them had to be read for it; the others were in memory.
    pub read: u32,
    /// Products in this list.
    pub total: u32,
    /// Behind the last of these; none at the end of the list.
    pub next: Option<Bookmark>,
    /// The change up to which it is current.
    pub as_of: Seq,
    pub currency: Currency,
}

/// What a list tells of a product without reading the whole of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Summary {
    pub id: ProductId,
    pub handle: Handle,
    pub title: String,
    pub vendor: String,
    pub product_type: String,
    pub tags: Vec<String>,
    pub status: Status,
    pub optimisation: OptimisationStatus,
    /// The lowest and the highest price of its variants.
    pub price: Option<Money>,
    pub highest_price: Option<Money>,
    pub variants: u32,
    pub images: u32,
    /// The address of the first picture; empty when there is none.
    pub thumbnail: String,
    /// Its last change.
    pub version: Seq,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

impl Summary {
    pub fn new(product: &Product, created_at: Timestamp, updated_at: Timestamp) -> Self {
        let Product { id, content, optimisation, versions, .. } = product;
        Self {
            id: *id,
            handle: content.handle.clone(),
            title: content.title.clone(),
            vendor: content.vendor.clone(),
            product_type: content.product_type.clone(),
            tags: content.tags.clone(),
            status: content.status,
            optimisation: *optimisation,
            price: content.price(),
            highest_price: content.highest_price(),
            variants: content.variants.len() as u32,
            images: content.images.len() as u32,
            thumbnail: content.thumbnail().map(|image| image.url.clone()).unwrap_or_default(),
            version: versions.latest,
            created_at,
            updated_at,
        }
    }
}

impl Row {
    pub fn new(product: &Product, updated_at: Timestamp) -> Self {
        // A line does not tell when its product was made.
        Self::from(&Summary::new(product, updated_at, updated_at))
    }
}

impl From<&Summary> for Row {
    fn from(summary: &Summary) -> Self {
        Self {
            handle: summary.handle.clone(),
            title: summary.title.clone(),
            status: summary.status,
            optimisation: summary.optimisation,
            vendor: summary.vendor.clone(),
            product_type: summary.product_type.clone(),
            price: summary.price,
            highest_price: summary.highest_price,
            variants: summary.variants,
            thumbnail: summary.thumbnail.clone(),
            updated_at: summary.updated_at,
        }
    }
}

impl Held {
    /// Whether nothing of the store is missing here.
    pub fn is_whole(self) -> bool {
        self.of.is_some_and(|of| self.rows >= of)
    }

    /// Whether nothing of this list is.
    pub fn has_all(self) -> bool {
        self.has_list || self.is_whole()
    }
}

/// The rows a page opens with, and what one can filter by.
#[derive(Clone, Debug, PartialEq)]
pub struct Opening {
    pub listing: Listing,
    /// The first values of every facet; empty while they are not known, which is for seconds after a start.
    pub facets: Vec<FacetValues>,
}

/// The values of one facet: the chosen first, then the commonest.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FacetValues {
    pub facet: Facet,
    pub values: Vec<FacetCount>,
    /// How many values there are in all, shown or not.
    pub distinct: u32,
}
