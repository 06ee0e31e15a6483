//! A product that was refused, as a bad row of the file.

use domain::{
    field::{Field, ImageField, VariantField},
    handle::Handle,
};
use ports::jobs::BadRow;
use shopify_csv::MAX_COLUMN_NAME;

pub(crate) fn row(line: u64, handle: &Handle, field: Option<&Field>, reason: String) -> BadRow {
    let field = field.unwrap_or(&Field::Handle);
    let value = if *field == Field::Handle { handle.to_string() } else { String::new() };
    BadRow { line, column: column(field).chars().take(MAX_COLUMN_NAME).collect(), value, reason }
}

pub(crate) fn conflict(line: u64, handle: &Handle) -> BadRow {
    row(line, handle, None, "Somebody changed this product while the file was imported. Import it again to overwrite that.".into())
}

pub(crate) fn just_made(line: u64, handle: &Handle) -> BadRow {
    row(line, handle, None, "Somebody made a product with this handle while the file was imported. Import it again to overwrite that.".into())
}

/// The column of the file that holds a field, as the newer template spells it.
fn column(field: &Field) -> String {
    let name = match field {
        Field::Title => "Title",
        Field::Handle | Field::Deleted | Field::Optimisation => "URL handle",
        Field::Description => "Description",
        Field::Vendor => "Vendor",
        Field::ProductType => "Type",
        Field::Category => "Product category",
        Field::Tags => "Tags",
        Field::Status => "Status",
        Field::Published => "Published on online store",
        Field::GiftCard => "Gift card",
        Field::SeoTitle => "SEO title",
        Field::SeoDescription => "SEO description",
        Field::OptionNames => "Option1 name",
        Field::Extra(column) => column,
        Field::Variant(_) => "SKU",
        Field::VariantField(_, field) => match field {
            VariantField::Options | VariantField::Position => "Option1 value",
            VariantField::Sku => "SKU",
            VariantField::Barcode => "Barcode",
            VariantField::Price => "Price",
            VariantField::CompareAtPrice => "Compare-at price",
            VariantField::Cost => "Cost per item",
            VariantField::Taxable => "Charge tax",
            VariantField::InventoryQuantity => "Inventory quantity",
            VariantField::InventoryPolicy => "Continue selling when out of stock",
            VariantField::RequiresShipping => "Requires shipping",
            VariantField::WeightGrams => "Weight value (grams)",
            VariantField::Image => "Variant image URL",
        },
        Field::Image(_) | Field::ImageField(_, ImageField::Url) => "Product image URL",
        Field::ImageField(_, ImageField::Alt) => "Image alt text",
        Field::ImageField(_, ImageField::Position) => "Image position",
    };
    name.to_owned()
}
