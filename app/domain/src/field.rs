//! A field: the smallest part of a product that can be edited, versioned, conflicted and restored on
//! its own. A variant or an image as a whole is a field too: setting it adds or replaces it, setting it
//! to nothing removes it.

use std::{collections::BTreeMap, fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::ids::{ImageId, VariantId};

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Field {
    Title,
    Handle,
    Description,
    Vendor,
    ProductType,
    Category,
    Tags,
    Status,
    Published,
    GiftCard,
    SeoTitle,
    SeoDescription,
    /// The names of the up to three options, in order.
    OptionNames,
    /// A column of the catalogue file that Vitrine keeps and gives back without understanding it.
    Extra(String),
    Variant(VariantId),
    VariantField(VariantId, VariantField),
    Image(ImageId),
    ImageField(ImageId, ImageField),
    /// Whether the product is in the trash.
    Deleted,
    /// How far the improvement of its words has come. Set by runs and reviews, never by a page's edit.
    Optimisation,
}

macro_rules! named {
    ($(#[$doc:meta])* $name:ident { $($variant:ident = $text:literal),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($variant),* }

        impl $name {
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $text),* }
            }

            pub fn from_name(name: &str) -> Option<Self> {
                match name { $($text => Some(Self::$variant),)* _ => None }
            }
        }
    };
}

named!(VariantField {
    Options = "options",
    Sku = "sku",
    Barcode = "barcode",
    Price = "price",
    CompareAtPrice = "compare_at_price",
    Cost = "cost",
    Taxable = "taxable",
    InventoryQuantity = "inventory_quantity",
    InventoryPolicy = "inventory_policy",
    RequiresShipping = "requires_shipping",
    WeightGrams = "weight_grams",
    Image = "image",
    Position = "position",
});

named!(ImageField {
    Url = "url",
    Alt = "alt",
    Position = "position",
});

/// What a field holds. Money is an integer of minor units.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Value {
    #[default]
    #[serde(rename = "none")]
    None,
    #[serde(rename = "flag")]
    Flag(bool),
    #[serde(rename = "number")]
    Number(i64),
    #[serde(rename = "text")]
    Text(String),
    #[serde(rename = "list")]
    List(Vec<String>),
    /// A variant or an image as a whole.
    #[serde(rename = "record")]
    Record(BTreeMap<String, Value>),
}

impl Field {
    /// The variant or image a field is a part of.
    pub const fn whole(&self) -> Option<Self> {
        match self {
            Self::VariantField(id, _) => Some(Self::Variant(*id)),
            Self::ImageField(id, _) => Some(Self::Image(*id)),
            _ => None,
        }
    }

    /// What a person calls it.
    pub fn label(&self) -> &str {
        match self {
            Self::Title => "Title",
            Self::Handle => "Handle",
            Self::Description => "Description",
            Self::Vendor => "Vendor",
            Self::ProductType => "Type",
            Self::Category => "Category",
            Self::Tags => "Tags",
            Self::Status => "Status",
            Self::Published => "Published",
            Self::GiftCard => "Gift card",
            Self::SeoTitle => "SEO title",
            Self::SeoDescription => "SEO description",
            Self::OptionNames => "Options",
            Self::Variant(_) => "Variant",
            Self::Image(_) => "Picture",
            Self::Deleted => "Trash",
            Self::Optimisation => "Optimisation",
            Self::Extra(column) => column,
            Self::VariantField(_, field) => field.label(),
            Self::ImageField(_, field) => field.label(),
        }
    }

    /// Whether one is a part of the other.
    pub fn overlaps(&self, other: &Self) -> bool {
        self.whole().as_ref() == Some(other) || other.whole().as_ref() == Some(self)
    }
}

impl VariantField {
    /// What a person calls it.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Options => "Variant options",
            Self::Sku => "SKU",
            Self::Barcode => "Barcode",
            Self::Price => "Price",
            Self::CompareAtPrice => "Compare at",
            Self::Cost => "Cost",
            Self::Taxable => "Taxed",
            Self::InventoryQuantity => "Quantity",
            Self::InventoryPolicy => "When sold out",
            Self::RequiresShipping => "Needs shipping",
            Self::WeightGrams => "Weight in grams",
            Self::Image => "Variant picture",
            Self::Position => "Variant order",
        }
    }
}

impl ImageField {
    /// What a person calls it.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Url => "Picture address",
            Self::Alt => "Picture text",
            Self::Position => "Picture order",
        }
    }
}

impl Value {
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    pub fn number(number: Option<i64>) -> Self {
        number.map_or(Self::None, Self::Number)
    }

    pub const fn is_none(&self) -> bool {
        matches!(self, Self::None)
    }
}

/// For people: lists joined by commas, records as `name: value`, nothing as an empty text.
impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => Ok(()),
            Self::Flag(flag) => f.write_str(if *flag { "yes" } else { "no" }),
            Self::Number(number) => number.fmt(f),
            Self::Text(text) => f.write_str(text),
            Self::List(items) => f.write_str(&items.join(", ")),
            Self::Record(record) => {
                let mut first = true;
                for (name, value) in record.iter().filter(|(_, value)| !value.is_none()) {
                    if !first {
                        f.write_str(", ")?;
                    }
                    first = false;
                    write!(f, "{name}: {value}")?;
                }
                Ok(())
            }
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownField(pub String);

impl fmt::Display for UnknownField {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "There is no field named {:?}.", self.0)
    }
}

impl std::error::Error for UnknownField {}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Title => f.write_str("title"),
            Self::Handle => f.write_str("handle"),
            Self::Description => f.write_str("description"),
            Self::Vendor => f.write_str("vendor"),
            Self::ProductType => f.write_str("product_type"),
            Self::Category => f.write_str("category"),
            Self::Tags => f.write_str("tags"),
            Self::Status => f.write_str("status"),
            Self::Published => f.write_str("published"),
            Self::GiftCard => f.write_str("gift_card"),
            Self::SeoTitle => f.write_str("seo_title"),
            Self::SeoDescription => f.write_str("seo_description"),
            Self::OptionNames => f.write_str("option_names"),
            Self::Deleted => f.write_str("deleted"),
            Self::Optimisation => f.write_str("optimisation"),
            Self::Extra(column) => write!(f, "extra:{column}"),
            Self::Variant(id) => write!(f, "variant:{id}"),
            Self::VariantField(id, field) => write!(f, "variant:{id}:{}", field.name()),
            Self::Image(id) => write!(f, "image:{id}"),
            Self::ImageField(id, field) => write!(f, "image:{id}:{}", field.name()),
        }
    }
}

impl FromStr for Field {
    type Err = UnknownField;

    fn from_str(text: &str) -> Result<Self, UnknownField> {
        let unknown = || UnknownField(text.to_owned());
        let plain = match text {
            "title" => Some(Self::Title),
            "handle" => Some(Self::Handle),
            "description" => Some(Self::Description),
            "vendor" => Some(Self::Vendor),
            "product_type" => Some(Self::ProductType),
            "category" => Some(Self::Category),
            "tags" => Some(Self::Tags),
            "status" => Some(Self::Status),
            "published" => Some(Self::Published),
            "gift_card" => Some(Self::GiftCard),
            "seo_title" => Some(Self::SeoTitle),
            "seo_description" => Some(Self::SeoDescription),
            "option_names" => Some(Self::OptionNames),
            "deleted" => Some(Self::Deleted),
            "optimisation" => Some(Self::Optimisation),
            _ => None,
        };
        if let Some(field) = plain {
            return Ok(field);
        }
        let (kind, rest) = text.split_once(':').ok_or_else(unknown)?;
        match kind {
            "extra" if !rest.is_empty() => Ok(Self::Extra(rest.to_owned())),
            "variant" => match rest.split_once(':') {
                None => rest.parse().map(Self::Variant).map_err(|_| unknown()),
                Some((id, name)) => {
                    let field = VariantField::from_name(name).ok_or_else(unknown)?;
                    id.parse().map(|id| Self::VariantField(id, field)).map_err(|_| unknown())
                }
            },
            "image" => match rest.split_once(':') {
                None => rest.parse().map(Self::Image).map_err(|_| unknown()),
                Some((id, name)) => {
                    let field = ImageField::from_name(name).ok_or_else(unknown)?;
                    id.parse().map(|id| Self::ImageField(id, field)).map_err(|_| unknown())
                }
            },
            _ => Err(unknown()),
        }
    }
}

impl TryFrom<String> for Field {
    type Error = UnknownField;

    fn try_from(text: String) -> Result<Self, UnknownField> {
        text.parse()
    }
}

impl From<Field> for String {
    fn from(field: Field) -> Self {
        field.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Timestamp;

    #[test]
    fn every_field_survives_its_name() {
        let variant = VariantId::new(Timestamp::from_micros(1), [1; 10]);
        let image = ImageId::new(Timestamp::from_micros(1), [2; 10]);
        let mut fields = vec![
            Field::Title,
            Field::Handle,
            Field::Description,
            Field::Vendor,
            Field::ProductType,
            Field::Category,
            Field::Tags,
            Field::Status,
            Field::Published,
            Field::GiftCard,
            Field::SeoTitle,
            Field::SeoDescription,
            Field::OptionNames,
            Field::Deleted,
            Field::Optimisation,
            Field::Extra("Included / [market]: x".into()),
            Field::Variant(variant),
            Field::Image(image),
        ];
        fields.extend(VariantField::ALL.iter().map(|field| Field::VariantField(variant, *field)));
        fields.extend(ImageField::ALL.iter().map(|field| Field::ImageField(image, *field)));

        for field in fields {
            assert_eq!(field.to_string().parse(), Ok(field));
        }
    }

    #[test]
    fn an_unknown_name_is_refused() {
        for name in ["", "colour", "extra:", "variant:x", "variant:x:price", "image:", "title:x"] {
            assert!(name.parse::<Field>().is_err(), "{name:?}");
        }
    }
}
