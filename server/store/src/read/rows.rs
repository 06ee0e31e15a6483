//! Rows as they come out of the tables.

use std::sync::Arc;

use domain::{
    clock::Timestamp,
    handle::Handle,
    ids::{ImageId, ProductId, Seq, VariantId},
    money::Money,
    product::{Content, Image, InventoryPolicy, OptimisationStatus, Product, Status, Variant, Versions},
};
use ports::products::{Row as ListRow, Summary};
use uuid::Uuid;

use crate::{
    codec::{from_json, from_row, ord_of, unreadable, word},
    write::Bookkeeping,
};

/// A product without its variants and images.
pub(crate) struct ProductRow {
    pub(crate) key: i64,
    pub(crate) product: Product,
    pub(crate) kept: Bookkeeping,
}

pub(crate) struct VariantRow {
    pub(crate) product_key: i64,
    pub(crate) variant: Variant,
}

pub(crate) struct ImageRow {
    pub(crate) product_key: i64,
    pub(crate) image: Image,
}

/// A line of the list.
pub(crate) struct LineRow(pub(crate) ListRow);

/// What lists tell of a product, and which product it is.
#[derive(Clone)]
pub(crate) struct SummaryRow {
    pub(crate) key: i64,
    pub(crate) deleted: bool,
    pub(crate) summary: Arc<Summary>,
}

/// What the list index keeps of a product.
pub(crate) struct EntryRow {
    pub(crate) key: i64,
    pub(crate) seq: Seq,
    pub(crate) title: String,
    pub(crate) vendor: String,
    pub(crate) product_type: String,
    pub(crate) tags: Vec<String>,
    pub(crate) status: Status,
    pub(crate) optimisation: OptimisationStatus,
    pub(crate) missing: i64,
    pub(crate) price: Option<Money>,
    pub(crate) deleted: bool,
}

impl ProductRow {
    /// What lists tell of it, once it has its parts.
    pub(crate) fn summary(&self) -> Summary {
        let at = Timestamp::from_micros;
        Summary::new(&self.product, at(self.kept.created_at), at(self.kept.updated_at))
    }
}

impl SummaryRow {
    /// As a line of the list.
    pub(crate) fn line(&self) -> ListRow {
        ListRow::from(&*self.summary)
    }
}

from_row!(ProductRow, |row| {
    let versions = Versions {
        created: Seq(row.try_get("created_seq")?),
        latest: Seq(row.try_get("updated_seq")?),
        fields: map(row.try_get("field_versions")?, "field versions")?,
    };
    let content = Content {
        handle: handle(row.try_get("handle")?)?,
        title: row.try_get("title")?,
        description: row.try_get("description")?,
        vendor: row.try_get("vendor")?,
        product_type: row.try_get("product_type")?,
        category: row.try_get("category")?,
        tags: list(row.try_get("tags")?, "tags")?,
        status: word(row.try_get("status")?, Status::from_name, "status")?,
        published: row.try_get("published")?,
        gift_card: row.try_get("gift_card")?,
        seo_title: row.try_get("seo_title")?,
        seo_description: row.try_get("seo_description")?,
        option_names: list(row.try_get("option_names")?, "option names")?,
        variants: Vec::new(),
        images: Vec::new(),
        extras: map(row.try_get("extras")?, "extras")?,
    };
    let key: i64 = row.try_get("key")?;
    let product = Product {
        id: ProductId(row.try_get("id")?),
        ord: ord_of(key),
        content,
        optimisation: word(row.try_get("optimization_status")?, OptimisationStatus::from_name, "optimisation status")?,
        deleted: row.try_get("deleted")?,
        versions,
    };
    let kept = Bookkeeping {
        last_optimized: row.try_get("last_optimized")?,
        created_at: row.try_get("created_at")?,
        updated_at: row.try_get("updated_at")?,
    };
    Ok(Self { key, product, kept })
});

from_row!(VariantRow, |row| {
    let money = |amount: Option<i64>| amount.map(Money);
    let variant = Variant {
        id: VariantId(row.try_get("id")?),
        position: row.try_get("position")?,
        options: list(row.try_get("options")?, "options")?,
        sku: row.try_get("sku")?,
        barcode: row.try_get("barcode")?,
        price: money(row.try_get("price")?),
        compare_at_price: money(row.try_get("compare_at_price")?),
        cost: money(row.try_get("cost")?),
        taxable: row.try_get("taxable")?,
        inventory_quantity: row.try_get("inventory_quantity")?,
        inventory_policy: word(row.try_get("inventory_policy")?, InventoryPolicy::from_name, "inventory policy")?,
        requires_shipping: row.try_get("requires_shipping")?,
        weight_grams: row.try_get("weight_grams")?,
        image: row.try_get("image")?,
        extras: map(row.try_get("extras")?, "extras")?,
    };
    Ok(Self { product_key: row.try_get("product_key")?, variant })
});

from_row!(ImageRow, |row| {
    let image =
        Image { id: ImageId(row.try_get::<Uuid, _>("id")?), position: row.try_get("position")?, url: row.try_get("url")?, alt: row.try_get("alt")? };
    Ok(Self { product_key: row.try_get("product_key")?, image })
});

from_row!(LineRow, |row| {
    let line = ListRow {
        handle: handle(row.try_get(1)?)?,
        title: row.try_get(2)?,
        status: word(row.try_get(3)?, Status::from_name, "status")?,
        optimisation: word(row.try_get(4)?, OptimisationStatus::from_name, "optimisation status")?,
        vendor: row.try_get(5)?,
        product_type: row.try_get(6)?,
        price: row.try_get::<Option<i64>, _>(7)?.map(Money),
        highest_price: row.try_get::<Option<i64>, _>(8)?.map(Money),
        variants: row.try_get::<i64, _>(9)? as u32,
        thumbnail: row.try_get(10)?,
        updated_at: Timestamp::from_micros(row.try_get(11)?),
    };
    Ok(Self(line))
});

from_row!(SummaryRow, |row| {
    let summary = Summary {
        id: ProductId(row.try_get(1)?),
        handle: handle(row.try_get(2)?)?,
        title: row.try_get(3)?,
        vendor: row.try_get(4)?,
        product_type: row.try_get(5)?,
        tags: list(row.try_get(6)?, "tags")?,
        status: word(row.try_get(7)?, Status::from_name, "status")?,
        optimisation: word(row.try_get(8)?, OptimisationStatus::from_name, "optimisation status")?,
        price: row.try_get::<Option<i64>, _>(9)?.map(Money),
        highest_price: row.try_get::<Option<i64>, _>(10)?.map(Money),
        variants: row.try_get::<i64, _>(11)? as u32,
        images: row.try_get::<i64, _>(12)? as u32,
        thumbnail: row.try_get(13)?,
        version: Seq(row.try_get(14)?),
        created_at: Timestamp::from_micros(row.try_get(15)?),
        updated_at: Timestamp::from_micros(row.try_get(16)?),
    };
    Ok(Self { key: row.try_get(0)?, deleted: row.try_get(17)?, summary: Arc::new(summary) })
});

from_row!(EntryRow, |row| {
    Ok(Self {
        key: row.try_get(0)?,
        seq: Seq(row.try_get(1)?),
        title: row.try_get(2)?,
        vendor: row.try_get(3)?,
        product_type: row.try_get(4)?,
        tags: list(row.try_get(5)?, "tags")?,
        status: word(row.try_get(6)?, Status::from_name, "status")?,
        optimisation: word(row.try_get(7)?, OptimisationStatus::from_name, "optimisation status")?,
        missing: row.try_get(8)?,
        price: row.try_get::<Option<i64>, _>(9)?.map(Money),
        deleted: row.try_get(10)?,
    })
});

fn handle(text: &str) -> Result<Handle, sqlx::Error> {
    text.parse().map_err(|_| unreadable(format!("the handle {text:?}")))
}

fn list(json: &str, what: &str) -> Result<Vec<String>, sqlx::Error> {
    if json == "[]" { Ok(Vec::new()) } else { from_json(json, what) }
}

fn map<T: Default + serde::de::DeserializeOwned>(json: &str, what: &str) -> Result<T, sqlx::Error> {
    if json == "{}" { Ok(T::default()) } else { from_json(json, what) }
}
