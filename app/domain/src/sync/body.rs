//! A product as a device keeps it: all of it, so that it can be looked at and changed without a network.

use serde::{Deserialize, Serialize};

use super::wire::{Row, Sealed, Unreadable};
use crate::{
    clock::Timestamp,
    product::{Content, OptimisationStatus, Product, Versions},
};

/// Goes up when [`Body`] looks different: a replica with rows of another is dropped and fetched again.
pub const SCHEMA: u32 = 1;

/// What is sealed in a row.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Body {
    pub content: Content,
    pub optimisation: OptimisationStatus,
    pub deleted: bool,
    pub versions: Versions,
    pub updated_at: Timestamp,
}

/// The same, of a product that is somebody else's.
#[derive(Serialize)]
struct Borrowed<'a> {
    content: &'a Content,
    optimisation: OptimisationStatus,
    deleted: bool,
    versions: &'a Versions,
    updated_at: Timestamp,
}

/// A product as it is sent.
pub fn row(product: &Product, updated_at: Timestamp) -> Row {
    let Product { id, ord, content, optimisation, deleted, versions } = product;
    let body = Borrowed { content, optimisation: *optimisation, deleted: *deleted, versions, updated_at };
    Row { ord: *ord, product: *id, version: versions.latest, body: Sealed::of(&body) }
}

/// A product as it came, and when it was changed last.
pub fn product(row: &Row) -> Result<(Product, Timestamp), Unreadable> {
    let Body { content, optimisation, deleted, versions, updated_at } = row.body.open()?;
    Ok((Product { id: row.product, ord: row.ord, content, optimisation, deleted, versions }, updated_at))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        handle::Handle,
        ids::{ProductId, Seq, VariantId},
        money::Money,
        product::Variant,
    };

    #[test]
    fn p06_a_row_is_the_product_and_always_the_same_bytes() {
        let mut content = Content::new("oak-lamp".parse::<Handle>().unwrap(), "Oak lamp");
        content.extras.insert("Metafield: custom.wood".into(), "oak".into());
        content.variants.push(Variant { price: Some(Money(1_990)), ..Variant::new(VariantId(uuid::Uuid::from_u128(7)), 1) });
        let versions = Versions::new(Seq(9));
        let id = ProductId(uuid::Uuid::from_u128(1));
        let lamp = Product { id, ord: 4, content, optimisation: OptimisationStatus::None, deleted: false, versions };
        let at = Timestamp::from_micros(5);

        let sent = row(&lamp, at);

        assert_eq!((sent.ord, sent.version, product(&sent)), (4, Seq(9), Ok((lamp.clone(), at))));
        assert_eq!(row(&lamp, at).sum(), sent.sum());
        assert_ne!(row(&lamp, Timestamp::from_micros(6)).sum(), sent.sum());
    }
}
