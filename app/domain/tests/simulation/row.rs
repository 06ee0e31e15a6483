//! What a device is sent of a product in these worlds.

use std::collections::BTreeMap;

use domain::{
    field::{Field, VariantField},
    ids::{ProductId, Seq, VariantId},
    money::Money,
    product::{Content, OptimisationStatus, Product, Variant, Versions},
    sync::wire::{Row, Sealed},
};
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Body {
    pub id: ProductId,
    pub ord: u32,
    pub title: String,
    pub vendor: String,
    pub product_type: String,
    pub variant: Option<VariantId>,
    pub price: Option<i64>,
    pub deleted: bool,
    pub created: Seq,
    pub versions: Vec<(u8, Seq)>,
}

/// As it is sent.
pub fn row(product: &Product) -> Row {
    let content = &product.content;
    let field = |field: &Field| match field {
        Field::Title => Some(0),
        Field::Vendor => Some(1),
        Field::ProductType => Some(2),
        Field::VariantField(_, VariantField::Price) => Some(3),
        _ => None,
    };
    let body = Body {
        id: product.id,
        ord: product.ord,
        title: content.title.clone(),
        vendor: content.vendor.clone(),
        product_type: content.product_type.clone(),
        variant: content.variants.first().map(|variant| variant.id),
        price: content.price().map(|price| price.0),
        deleted: product.deleted,
        created: product.versions.created,
        versions: product.versions.fields.iter().filter_map(|(of, seq)| field(of).map(|of| (of, *seq))).collect(),
    };
    Row { ord: product.ord, product: product.id, version: product.versions.latest, body: Sealed::of(&body) }
}

/// As a device reads it; none when it is garbage.
pub fn product(row: &Row) -> Option<Product> {
    let body: Body = row.body.open().ok()?;
    let handle = format!("p-{}", body.id).parse().ok()?;
    let mut content = Content::new(handle, body.title);
    (content.vendor, content.product_type) = (body.vendor, body.product_type);
    if let Some(id) = body.variant {
        content.variants.push(Variant { price: body.price.map(Money), ..Variant::new(id, 1) });
    }
    let field = |of: u8| match of {
        0 => Some(Field::Title),
        1 => Some(Field::Vendor),
        2 => Some(Field::ProductType),
        _ => body.variant.map(|id| Field::VariantField(id, VariantField::Price)),
    };
    let fields: BTreeMap<Field, Seq> = body.versions.iter().filter_map(|(of, seq)| field(*of).map(|of| (of, *seq))).collect();
    let versions = Versions { created: body.created, latest: row.version, fields };
    Some(Product { id: body.id, ord: body.ord, content, optimisation: OptimisationStatus::None, deleted: body.deleted, versions })
}
