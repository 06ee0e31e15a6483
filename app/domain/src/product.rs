//! A product with its variants and images, and how each field of it is read and written.

mod fields;
mod record;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use self::fields::InvalidValue;
use crate::{
    field::Field,
    handle::Handle,
    ids::{ImageId, ProductId, Seq, VariantId},
    money::Money,
};

/// The longest texts that are accepted, in characters.
pub mod limits {
    pub const TITLE: usize = 255;
    /// Descriptions are HTML; Shopify's own limit is about 500 kB.
    pub const DESCRIPTION: usize = 512_000;
    /// Vendor, type, category, SKU, barcode, option name or value, alternative text.
    pub const SHORT_TEXT: usize = 512;
    pub const SEO_TITLE: usize = 512;
    pub const SEO_DESCRIPTION: usize = 4_096;
    pub const URL: usize = 2_048;
    pub const TAG: usize = 255;
    pub const TAGS: usize = 250;
    pub const VARIANTS: usize = 2_048;
    pub const IMAGES: usize = 250;
    pub const OPTIONS: usize = 3;
    /// One kept column's text.
    pub const EXTRA: usize = 65_536;
}

/// A description of fewer characters, markup and all but the white space around it left out, is but a few words. A migration says
/// the same in SQL, where markup cannot be told from words.
pub const SHORT_DESCRIPTION: usize = 120;

#[derive(Clone, Debug, PartialEq)]
pub struct Product {
    pub id: ProductId,
    /// The product's number in its store, from 0 without gaps: the row of the list index.
    pub ord: u32,
    pub content: Content,
    pub optimisation: OptimisationStatus,
    pub deleted: bool,
    pub versions: Versions,
}

/// What a merchant edits: everything of a product but its identity and its bookkeeping.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Content {
    pub handle: Handle,
    pub title: String,
    /// HTML as it was given; sanitised when it is shown.
    pub description: String,
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
    pub variants: Vec<Variant>,
    pub images: Vec<Image>,
    /// Columns of the catalogue file that are kept and given back: metafields, markets, Google Shopping.
    /// Keyed by the column's header.
    pub extras: BTreeMap<String, String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Variant {
    pub id: VariantId,
    /// From 1, in the order shown.
    pub position: i64,
    /// One value for each of the product's options.
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
    pub extras: BTreeMap<String, String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Image {
    pub id: ImageId,
    /// From 1, in the order shown.
    pub position: i64,
    pub url: String,
    pub alt: String,
}

/// The sequence number of the last change of each field.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Versions {
    /// When the product was made: the version of every field that has not changed since.
    pub created: Seq,
    /// When anything of it changed last.
    pub latest: Seq,
    pub fields: BTreeMap<Field, Seq>,
}

macro_rules! words {
    ($(#[$doc:meta])* $name:ident, default $default:ident { $($variant:ident = $text:literal),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum $name { $(#[serde(rename = $text)] $variant),* }

        impl $name {
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// As it is stored and sent.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $text),* }
            }

            pub fn from_name(name: &str) -> Option<Self> {
                match name { $($text => Some(Self::$variant),)* _ => None }
            }
        }

        impl Default for $name {
            fn default() -> Self {
                Self::$default
            }
        }
    };
}

words!(
    /// Whether a product is offered.
    Status, default Active { Active = "active", Draft = "draft", Archived = "archived" }
);
words!(
    /// What may happen when a variant is out of stock.
    InventoryPolicy, default Deny { Deny = "deny", Continue = "continue" }
);
words!(
    /// How far the improvement of a product's words has come.
    OptimisationStatus, default None {
        None = "none", Queued = "queued", Suggested = "suggested", Approved = "approved", Rejected = "rejected", Published = "published", Failed = "failed",
    }
);
words!(
    /// Content that a merchant would want and a product lacks. Their places are bits in the database: new ones come last.
    Missing, default Description {
        Description = "description", Image = "image", Seo = "seo", Alt = "alt", Tags = "tags", Short = "short",
    }
);

impl Versions {
    pub fn new(created: Seq) -> Self {
        Self { created, latest: created, fields: BTreeMap::new() }
    }

    pub fn of(&self, field: &Field) -> Seq {
        self.fields.get(field).copied().unwrap_or(self.created)
    }

    /// The latest version of a field, of the whole it is a part of, and of its own parts: whoever replaces
    /// a variant must have seen its price, and whoever sets the price must have seen the variant.
    pub fn current(&self, field: &Field) -> Seq {
        let related = self.fields.iter().filter(|(other, _)| field.overlaps(other)).map(|(_, seq)| *seq).max();
        related.map_or(self.of(field), |related| self.of(field).max(related))
    }

    pub fn set(&mut self, field: Field, seq: Seq) {
        self.latest = self.latest.max(seq);
        self.fields.insert(field, seq);
    }
}

impl Content {
    /// A product with nothing but its key and its title.
    pub fn new(handle: Handle, title: impl Into<String>) -> Self {
        Self {
            handle,
            title: title.into(),
            description: String::new(),
            vendor: String::new(),
            product_type: String::new(),
            category: String::new(),
            tags: Vec::new(),
            status: Status::Active,
            published: true,
            gift_card: false,
            seo_title: String::new(),
            seo_description: String::new(),
            option_names: Vec::new(),
            variants: Vec::new(),
            images: Vec::new(),
            extras: BTreeMap::new(),
        }
    }

    /// The lowest price of a variant: the one a list shows and sorts by.
    pub fn price(&self) -> Option<Money> {
        self.variants.iter().filter_map(|variant| variant.price).min()
    }

    pub fn highest_price(&self) -> Option<Money> {
        self.variants.iter().filter_map(|variant| variant.price).max()
    }

    /// The picture a list shows.
    pub fn thumbnail(&self) -> Option<&Image> {
        self.images.iter().min_by_key(|image| image.position)
    }

    pub fn is_missing(&self, what: Missing) -> bool {
        match what {
            Missing::Description => self.description.trim().is_empty(),
            Missing::Image => self.images.is_empty(),
            Missing::Seo => self.seo_title.trim().is_empty() || self.seo_description.trim().is_empty(),
            // A product without a picture lacks that, and no text for it.
            Missing::Alt => self.images.iter().any(|image| image.alt.trim().is_empty()),
            Missing::Tags => self.tags.is_empty(),
            // Nothing at all is no short description: that is another kind.
            Missing::Short => {
                let description = self.description.trim();
                !description.is_empty() && description.chars().nth(SHORT_DESCRIPTION - 1).is_none()
            }
        }
    }
}

impl Variant {
    pub fn new(id: VariantId, position: i64) -> Self {
        Self {
            id,
            position,
            options: Vec::new(),
            sku: String::new(),
            barcode: String::new(),
            price: None,
            compare_at_price: None,
            cost: None,
            taxable: true,
            inventory_quantity: None,
            inventory_policy: InventoryPolicy::Deny,
            requires_shipping: true,
            weight_grams: None,
            image: String::new(),
            extras: BTreeMap::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Timestamp;

    fn lamp() -> Content {
        Content::new("lamp".parse().unwrap(), "Lamp")
    }

    fn picture(alt: &str) -> Image {
        Image { id: ImageId::new(Timestamp::from_micros(0), [0; 10]), position: 1, url: "https://example.com/1.jpg".into(), alt: alt.into() }
    }

    fn described(description: impl Into<String>) -> Content {
        Content { description: description.into(), ..lamp() }
    }

    #[test]
    fn a_bare_product_lacks_each_thing_once() {
        let lacks: Vec<Missing> = Missing::ALL.iter().copied().filter(|missing| lamp().is_missing(*missing)).collect();

        // No text for a picture that is not there, and no short description where there is none.
        assert_eq!(lacks, [Missing::Description, Missing::Image, Missing::Seo, Missing::Tags]);
    }

    #[test]
    fn one_picture_without_a_text_is_enough() {
        let with = |alts: &[&str]| Content { images: alts.iter().map(|alt| picture(alt)).collect(), ..lamp() }.is_missing(Missing::Alt);

        assert!(with(&["A lamp", ""]) && with(&["\u{a0}\t"]));
        assert!(!with(&["A lamp", "The same from behind"]));
    }

    #[test]
    fn a_description_is_short_below_a_number_of_characters_without_the_space_around_it() {
        let short = |description: String| described(description).is_missing(Missing::Short);

        assert!(short("é".repeat(SHORT_DESCRIPTION - 1)) && !short("é".repeat(SHORT_DESCRIPTION)));
        assert!(short(format!("\u{3000}\n<p>Oak.</p>{}", " ".repeat(SHORT_DESCRIPTION))));
        assert!(!short(" \u{2028} ".into()) && described(" \u{2028} ").is_missing(Missing::Description));
    }
}
