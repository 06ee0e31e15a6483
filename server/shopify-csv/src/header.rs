//! The header: which column means what, in either dialect.

use std::{borrow::Cow, collections::BTreeMap, sync::Arc};

use domain::field::{Field, VariantField};

use crate::{
    MAX_COLUMN_NAME,
    bad::{FileError, some_of, start_of},
    guard,
    record::KeptColumns,
};

/// What a column is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Handle,
    Product(Field),
    OptionName(usize),
    OptionValue(usize),
    Variant(VariantField),
    ImageUrl,
    ImagePosition,
    ImageAlt,
    /// Kept without being understood.
    ProductExtra,
    VariantExtra,
}

/// Every column of the newer dialect, in its order: its name there, its name in the classic dialect, its purpose.
pub(crate) const KNOWN: &[(&str, &str, Kind)] = &[
    ("Title", "Title", Kind::Product(Field::Title)),
    ("URL handle", "Handle", Kind::Handle),
    ("Description", "Body (HTML)", Kind::Product(Field::Description)),
    ("Vendor", "Vendor", Kind::Product(Field::Vendor)),
    ("Product category", "Product Category", Kind::Product(Field::Category)),
    ("Type", "Type", Kind::Product(Field::ProductType)),
    ("Tags", "Tags", Kind::Product(Field::Tags)),
    ("Published on online store", "Published", Kind::Product(Field::Published)),
    ("Status", "Status", Kind::Product(Field::Status)),
    ("SKU", "Variant SKU", Kind::Variant(VariantField::Sku)),
    ("Barcode", "Variant Barcode", Kind::Variant(VariantField::Barcode)),
    ("Option1 name", "Option1 Name", Kind::OptionName(0)),
    ("Option1 value", "Option1 Value", Kind::OptionValue(0)),
    ("Option1 Linked To", "Option1 Linked To", Kind::ProductExtra),
    ("Option2 name", "Option2 Name", Kind::OptionName(1)),
    ("Option2 value", "Option2 Value", Kind::OptionValue(1)),
    ("Option2 Linked To", "Option2 Linked To", Kind::ProductExtra),
    ("Option3 name", "Option3 Name", Kind::OptionName(2)),
    ("Option3 value", "Option3 Value", Kind::OptionValue(2)),
    ("Option3 Linked To", "Option3 Linked To", Kind::ProductExtra),
    ("Price", "Variant Price", Kind::Variant(VariantField::Price)),
    ("Compare-at price", "Variant Compare At Price", Kind::Variant(VariantField::CompareAtPrice)),
    ("Cost per item", "Cost per item", Kind::Variant(VariantField::Cost)),
    ("Charge tax", "Variant Taxable", Kind::Variant(VariantField::Taxable)),
    ("Tax code", "Variant Tax Code", Kind::VariantExtra),
    ("Unit price total measure", "Unit Price Total Measure", Kind::VariantExtra),
    ("Unit price total measure unit", "Unit Price Total Measure Unit", Kind::VariantExtra),
    ("Unit price base measure", "Unit Price Base Measure", Kind::VariantExtra),
    ("Unit price base measure unit", "Unit Price Base Measure Unit", Kind::VariantExtra),
    ("Inventory tracker", "Variant Inventory Tracker", Kind::VariantExtra),
    ("Inventory quantity", "Variant Inventory Qty", Kind::Variant(VariantField::InventoryQuantity)),
    ("Continue selling when out of stock", "Variant Inventory Policy", Kind::Variant(VariantField::InventoryPolicy)),
    ("Weight value (grams)", "Variant Grams", Kind::Variant(VariantField::WeightGrams)),
    ("Weight unit for display", "Variant Weight Unit", Kind::VariantExtra),
    ("Requires shipping", "Variant Requires Shipping", Kind::Variant(VariantField::RequiresShipping)),
    ("Fulfillment service", "Variant Fulfillment Service", Kind::VariantExtra),
    ("Product image URL", "Image Src", Kind::ImageUrl),
    ("Image position", "Image Position", Kind::ImagePosition),
    ("Image alt text", "Image Alt Text", Kind::ImageAlt),
    ("Variant image URL", "Variant Image", Kind::Variant(VariantField::Image)),
    ("Gift card", "Gift Card", Kind::Product(Field::GiftCard)),
    ("SEO title", "SEO Title", Kind::Product(Field::SeoTitle)),
    ("SEO description", "SEO Description", Kind::Product(Field::SeoDescription)),
    ("Color (product.metafields.shopify.color-pattern)", "Color (product.metafields.shopify.color-pattern)", Kind::ProductExtra),
    ("Google Shopping / Google product category", "Google Shopping / Google Product Category", Kind::ProductExtra),
    ("Google Shopping / Gender", "Google Shopping / Gender", Kind::ProductExtra),
    ("Google Shopping / Age group", "Google Shopping / Age Group", Kind::ProductExtra),
    ("Google Shopping / Manufacturer part number (MPN)", "Google Shopping / MPN", Kind::ProductExtra),
    ("Google Shopping / Ad group name", "Google Shopping / AdWords Grouping", Kind::ProductExtra),
    ("Google Shopping / Ads labels", "Google Shopping / AdWords Labels", Kind::ProductExtra),
    ("Google Shopping / Condition", "Google Shopping / Condition", Kind::ProductExtra),
    ("Google Shopping / Custom product", "Google Shopping / Custom Product", Kind::ProductExtra),
    ("Google Shopping / Custom label 0", "Google Shopping / Custom Label 0", Kind::ProductExtra),
    ("Google Shopping / Custom label 1", "Google Shopping / Custom Label 1", Kind::ProductExtra),
    ("Google Shopping / Custom label 2", "Google Shopping / Custom Label 2", Kind::ProductExtra),
    ("Google Shopping / Custom label 3", "Google Shopping / Custom Label 3", Kind::ProductExtra),
    ("Google Shopping / Custom label 4", "Google Shopping / Custom Label 4", Kind::ProductExtra),
];

/// Columns that are there once for each market.
const MARKETS: &[(&str, &str, Kind)] = &[
    ("Included / ", "Included / ", Kind::ProductExtra),
    ("Price / ", "Price / ", Kind::VariantExtra),
    ("Compare-at price / ", "Compare At Price / ", Kind::VariantExtra),
];

/// What a trimmed header text means, and its name in the newer dialect.
pub(crate) fn classify(text: &str) -> (Cow<'_, str>, Kind) {
    let same = |known: &str| known.eq_ignore_ascii_case(text);
    if let Some((name, _, kind)) = KNOWN.iter().find(|(newer, classic, _)| same(newer) || same(classic)) {
        return (Cow::Borrowed(name), kind.clone());
    }
    for (newer, classic, kind) in MARKETS {
        for prefix in [newer, classic] {
            if let Some((start, market)) = text.split_at_checked(prefix.len())
                && start.eq_ignore_ascii_case(prefix)
                && !market.trim().is_empty()
            {
                return (Cow::Owned(format!("{newer}{market}")), kind.clone());
            }
        }
    }
    let kind = if text.contains("(variant.metafields.") { Kind::VariantExtra } else { Kind::ProductExtra };
    (Cow::Borrowed(text), kind)
}

/// Where each kind of cell stands in a row.
#[derive(Default)]
pub(crate) struct Header {
    /// As the file spells them.
    pub(crate) texts: Vec<String>,
    pub(crate) handle: Option<usize>,
    pub(crate) title: Option<usize>,
    /// Title included.
    pub(crate) product: Vec<(usize, Field)>,
    pub(crate) product_extras: Vec<(usize, String)>,
    pub(crate) option_names: [Option<usize>; 3],
    pub(crate) option_values: [Option<usize>; 3],
    pub(crate) variant: Vec<(usize, VariantField)>,
    pub(crate) variant_extras: Vec<(usize, String)>,
    pub(crate) image_url: Option<usize>,
    pub(crate) image_position: Option<usize>,
    pub(crate) image_alt: Option<usize>,
    /// The kept columns again, without their places.
    pub(crate) kept: Arc<KeptColumns>,
    /// Columns without a name.
    pub(crate) unnamed: Vec<usize>,
}

impl Header {
    pub(crate) fn parse(texts: Vec<String>) -> Result<Self, FileError> {
        let mut header = Self::default();
        let mut names: BTreeMap<String, &str> = BTreeMap::new();
        let mut twice: Vec<String> = Vec::new();
        for (at, text) in texts.iter().enumerate() {
            if text.is_empty() {
                header.unnamed.push(at);
                continue;
            }
            let (name, kind) = classify(text);
            let name = name.into_owned();
            match kind {
                Kind::Handle => header.handle = Some(at),
                Kind::Product(field) => {
                    if field == Field::Title {
                        header.title = Some(at);
                    }
                    header.product.push((at, field));
                }
                Kind::OptionName(option) => header.option_names[option] = Some(at),
                Kind::OptionValue(option) => header.option_values[option] = Some(at),
                Kind::Variant(field) => header.variant.push((at, field)),
                Kind::ImageUrl => header.image_url = Some(at),
                Kind::ImagePosition => header.image_position = Some(at),
                Kind::ImageAlt => header.image_alt = Some(at),
                Kind::ProductExtra => header.product_extras.push((at, name.clone())),
                Kind::VariantExtra => header.variant_extras.push((at, name.clone())),
            }
            if let Some(first) = names.insert(name, text) {
                twice.push(if first == text { text.clone() } else { format!("{first} and {text}") });
            }
        }
        if header.handle.is_none() && header.title.is_none() {
            let mut named: Vec<String> = texts.into_iter().filter(|text| !text.is_empty()).collect();
            if named.is_empty() {
                named.push("none with a name".to_owned());
            }
            return Err(FileError::MissingColumns { found: some_of(&named) });
        }
        // Every product keeps the names of its columns, and every bad row the name of its own.
        for text in texts.iter().filter(|text| text.len() > MAX_COLUMN_NAME) {
            let characters = text.chars().count();
            if characters > MAX_COLUMN_NAME {
                return Err(FileError::ColumnNameTooLong { start: start_of(text), characters, limit: MAX_COLUMN_NAME });
            }
        }
        if !twice.is_empty() {
            return Err(FileError::DuplicateColumns { found: some_of(&twice) });
        }
        let names = |columns: &[(usize, String)]| columns.iter().map(|(_, name)| name.clone()).collect();
        header.kept = Arc::new(KeptColumns { product: names(&header.product_extras), variant: names(&header.variant_extras) });
        header.texts = texts;
        Ok(header)
    }

    pub(crate) fn len(&self) -> usize {
        self.texts.len()
    }

    /// The header above a cell; empty where there is none.
    pub(crate) fn text(&self, at: usize) -> &str {
        self.texts.get(at).map_or("", String::as_str)
    }
}

/// A header cell as it is looked up: without surrounding spaces and without the guard against formulas.
pub(crate) fn clean(cell: &str) -> String {
    guard::unprotect(Cow::Borrowed(cell.trim().trim_start_matches('\u{feff}'))).trim().to_owned()
}

/// How many of these columns Vitrine knows: the delimiter that finds the most is the right one.
pub(crate) fn known(texts: &[String]) -> usize {
    texts.iter().filter(|text| KNOWN.iter().any(|(newer, classic, _)| newer.eq_ignore_ascii_case(text) || classic.eq_ignore_ascii_case(text))).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newer_template_has_57_columns() {
        assert_eq!(KNOWN.len(), 57);
    }

    #[test]
    fn both_dialects_and_odd_spellings_mean_the_same_column() {
        for (text, name) in [
            ("Variant SKU", "SKU"),
            ("BODY (html)", "Description"),
            ("url HANDLE", "URL handle"),
            ("Google Shopping / MPN", "Google Shopping / Manufacturer part number (MPN)"),
            ("compare at price / Germany", "Compare-at price / Germany"),
            ("included / Germany", "Included / Germany"),
            ("Fit (product.metafields.custom.fit)", "Fit (product.metafields.custom.fit)"),
        ] {
            assert_eq!(classify(text).0, name);
        }
    }

    #[test]
    fn what_belongs_to_a_variant_is_told_from_what_belongs_to_the_product() {
        assert_eq!(classify("Price / Germany").1, Kind::VariantExtra);
        assert_eq!(classify("Variant Weight Unit").1, Kind::VariantExtra);
        assert_eq!(classify("Fit (variant.metafields.custom.fit)").1, Kind::VariantExtra);
        assert_eq!(classify("Included / Germany").1, Kind::ProductExtra);
        assert_eq!(classify("Collection").1, Kind::ProductExtra);
    }
}
