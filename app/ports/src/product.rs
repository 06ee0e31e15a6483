//! A product, its history and what an edit came to, as they travel.

use std::collections::BTreeMap;

use domain::{
    change::{ChangeKind, FieldChange, FieldConflict},
    clock::Timestamp,
    field::Field,
    handle::Handle,
    ids::{ImageId, OpId, ProductId, Seq, VariantId},
    money::{Currency, Money},
    op::Edit,
    product::{InventoryPolicy, OptimisationStatus, Product, Status, Versions},
};
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ProductView {
    pub id: ProductId,
    /// Its row in the store.
    pub ord: u32,
    pub handle: Handle,
    pub title: String,
    /// The HTML as it is stored, for the editor.
    pub description: String,
    /// The same HTML with everything removed that could run or reach outside, for showing.
    pub description_shown: String,
    pub vendor: String,
    pub product_type: String,
    pub category: String,
    pub tags: Vec<String>,
    pub status: Status,
    pub published: bool,
    pub gift_card: bool,
    pub seo_title: String,
    pub seo_description: String,
    pub option_names: Vec<String>,
    pub variants: Vec<VariantView>,
    pub images: Vec<ImageView>,
    pub extras: BTreeMap<String, String>,
    pub optimisation: OptimisationStatus,
    pub deleted: bool,
    pub versions: Versions,
    pub updated_at: Timestamp,
    pub currency: Currency,
    /// Whether the person looking may change it.
    pub editable: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct VariantView {
    pub id: VariantId,
    pub position: i64,
    pub options: Vec<String>,
    pub sku: String,
    pub barcode: String,
    pub price: Option<Money>,
    pub compare_at_price: Option<Money>,
    pub cost: Option<Money>,
    pub taxable: bool,
    pub inventory_quantity: Option<i64>,
    pub inventory_policy: InventoryPolicy,
    pub requires_shipping: bool,
    pub weight_grams: Option<i64>,
    pub image: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ImageView {
    pub id: ImageId,
    pub position: i64,
    pub url: String,
    pub alt: String,
}

/// What a product is called by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Name<'a> {
    Id(ProductId),
    Handle(&'a Handle),
}

/// Where a product stands in the list one came from.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Neighbours {
    /// From 0; none when the product is no longer in that list.
    pub position: Option<u32>,
    pub total: u32,
    pub previous: Option<Handle>,
    pub next: Option<Handle>,
}

/// One change of a product: who, when, what.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HistoryEntry {
    pub seq: Seq,
    pub at: Timestamp,
    /// The person's name; empty when nobody can be named any more.
    pub who: String,
    pub source: Source,
    pub kind: ChangeKind,
    pub fields: Vec<FieldChange>,
}

/// Through which door a change came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Source {
    Page,
    Import,
    Demo,
    CommandLine,
    /// A run has written a suggestion.
    Run,
    /// A suggestion was decided upon.
    Review,
    /// A program has asked for it.
    Api,
    /// Somebody saved it on a device, which may have been without a network.
    Device,
}

/// How an op is submitted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Submission {
    pub source: Source,
    /// Whether whoever submits it knows its id and may do so again: then what became of it is kept for good.
    pub may_be_retried: bool,
}

impl From<Source> for Submission {
    fn from(source: Source) -> Self {
        Self { source, may_be_retried: true }
    }
}

/// Edits of one product, sent by its page. Sending the same twice does it once.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EditRequest {
    pub op_id: OpId,
    pub product: ProductId,
    pub edits: Vec<Edit>,
}

/// What became of an op.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Receipt {
    /// Done, as change `seq`.
    Applied {
        seq: Seq,
    },
    /// It was so already. The fields are at these versions.
    NoOp {
        seq: Seq,
    },
    Conflict(Vec<FieldConflict>),
    /// Refused: which field, when it is about one, and a sentence that says why.
    Rejected {
        field: Option<Field>,
        reason: String,
    },
}

impl Source {
    pub const ALL: [Self; 8] = [Self::Page, Self::Import, Self::Demo, Self::CommandLine, Self::Run, Self::Review, Self::Api, Self::Device];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Page => "page",
            Self::Import => "import",
            Self::Demo => "demo",
            Self::CommandLine => "command_line",
            Self::Run => "run",
            Self::Review => "review",
            Self::Api => "api",
            Self::Device => "device",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|source| source.name() == name)
    }

    /// Whether a person or a program waits for the answer. What comes in great numbers, nobody does.
    pub const fn is_waited_for(self) -> bool {
        matches!(self, Self::Page | Self::CommandLine | Self::Review | Self::Api | Self::Device)
    }
}

impl ProductView {
    /// `description_shown` is left empty: who builds a view for showing sanitises it.
    pub fn new(product: Product, currency: Currency, updated_at: Timestamp, editable: bool) -> Self {
        let Product { id, ord, content, optimisation, deleted, versions } = product;
        Self {
            id,
            ord,
            handle: content.handle,
            title: content.title,
            description: content.description,
            description_shown: String::new(),
            vendor: content.vendor,
            product_type: content.product_type,
            category: content.category,
            tags: content.tags,
            status: content.status,
            published: content.published,
            gift_card: content.gift_card,
            seo_title: content.seo_title,
            seo_description: content.seo_description,
            option_names: content.option_names,
            variants: content.variants.into_iter().map(VariantView::from).collect(),
            images: content.images.into_iter().map(ImageView::from).collect(),
            extras: content.extras,
            optimisation,
            deleted,
            versions,
            updated_at,
            currency,
            editable,
        }
    }
}

impl From<domain::product::Variant> for VariantView {
    fn from(variant: domain::product::Variant) -> Self {
        Self {
            id: variant.id,
            position: variant.position,
            options: variant.options,
            sku: variant.sku,
            barcode: variant.barcode,
            price: variant.price,
            compare_at_price: variant.compare_at_price,
            cost: variant.cost,
            taxable: variant.taxable,
            inventory_quantity: variant.inventory_quantity,
            inventory_policy: variant.inventory_policy,
            requires_shipping: variant.requires_shipping,
            weight_grams: variant.weight_grams,
            image: variant.image,
        }
    }
}

impl From<domain::product::Image> for ImageView {
    fn from(image: domain::product::Image) -> Self {
        Self { id: image.id, position: image.position, url: image.url, alt: image.alt }
    }
}
