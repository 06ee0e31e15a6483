//! What the reader gives.

use std::{collections::BTreeMap, sync::Arc};

use domain::{
    field::{Field, Value, VariantField},
    handle::Handle,
};

use crate::bad::BadRow;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Item {
    Product(ProductRecord),
    Bad(BadRow),
}

/// All rows of one product, checked: every value fits its field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProductRecord {
    /// The line of its first row.
    pub line: u64,
    /// Where in the input the next product begins: how far one has come, and where to resume
    /// ([`crate::Reader::resuming_at`]).
    pub end: u64,
    /// The file's, or made of the title where the file has none.
    pub handle: Handle,
    /// One for each product-level column of the file, the handle's excepted; a blank text is an empty text.
    /// What cannot be blank (status, published, gift card, option names) is absent when its cell is, and
    /// so is a kept column ([`Field::Extra`]).
    pub fields: Vec<(Field, Value)>,
    pub variants: Vec<VariantRecord>,
    pub images: Vec<ImageRecord>,
    /// The file's, the same for all its products: which kept columns are blank and which are not there.
    pub kept: Arc<KeptColumns>,
}

/// The columns of a file that are kept without being understood, by their names in the newer dialect.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeptColumns {
    pub product: Vec<String>,
    pub variant: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VariantRecord {
    pub line: u64,
    /// Without blank ones at the end, so empty when the file does not say.
    pub options: Vec<String>,
    /// One for each variant-level column of the file. A blank amount or number is [`Value::None`]; a
    /// blank flag or policy is absent.
    pub fields: Vec<(VariantField, Value)>,
    /// Kept columns that are not blank. One that belongs to the product is here when a later row fills it.
    pub extras: BTreeMap<String, String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImageRecord {
    pub line: u64,
    pub url: String,
    /// None when the file has no such column.
    pub alt: Option<String>,
    /// None when the file does not say.
    pub position: Option<i64>,
}

impl ProductRecord {
    /// What its kept columns take in memory beyond their texts in the file: each value has its column's name beside it,
    /// so that a file of many narrow columns is far larger there than on the disk.
    pub fn kept_bytes(&self) -> u64 {
        kept_fields(&self.fields) + self.variants.iter().map(|variant| kept_extras(&variant.extras)).sum::<u64>()
    }

    /// What the file says about a field; none when it says nothing.
    pub fn get(&self, field: &Field) -> Option<&Value> {
        self.fields.iter().find(|(known, _)| known == field).map(|(_, value)| value)
    }
}

/// What a kept value takes besides two texts.
const KEPT_VALUE: u64 = 64;

pub(crate) fn kept_fields(fields: &[(Field, Value)]) -> u64 {
    let columns = fields.iter().map(|(field, _)| if let Field::Extra(column) = field { column.len() as u64 + KEPT_VALUE } else { 0 });
    columns.sum()
}

pub(crate) fn kept_extras(extras: &BTreeMap<String, String>) -> u64 {
    extras.keys().map(|column| column.len() as u64 + KEPT_VALUE).sum()
}
