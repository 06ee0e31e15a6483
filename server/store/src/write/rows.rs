//! Rows on their way into a table. Which value goes into which column is said once; how they travel is the
//! engine's own.

use catalogue_index::MissingSet;
use domain::{
    fold::fold,
    ids::{DeviceId, OpId, Seq, UserId},
    product::{Image, Product, Variant},
};
use ports::product::Source;
use uuid::Uuid;

use crate::codec::{key_of, to_json};

/// Takes the values of a row, column by column.
pub(crate) trait Sink {
    fn int(&mut self, value: Option<i64>);
    fn flag(&mut self, value: bool);
    fn text(&mut self, value: &str) {
        self.maybe_text(Some(value));
    }
    fn maybe_text(&mut self, value: Option<&str>);
    fn id(&mut self, value: Option<Uuid>);
    fn bytes(&mut self, value: &[u8]);
}

/// A row of a table: it gives its values in the order of the table's columns.
pub(crate) trait Record {
    fn put(&self, sink: &mut impl Sink);
}

impl<R: Record> Record for &R {
    fn put(&self, sink: &mut impl Sink) {
        (**self).put(sink);
    }
}

pub(super) struct ProductRecord<'a> {
    pub(super) store_num: i64,
    pub(super) product: &'a Product,
    pub(super) stored: Bookkeeping,
}

/// What is kept of a product beside the product.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Bookkeeping {
    /// Microseconds since 1970.
    pub(crate) last_optimized: Option<i64>,
    pub(crate) created_at: i64,
    pub(crate) updated_at: i64,
}

pub(super) struct VariantRecord<'a> {
    pub(super) store_num: i64,
    pub(super) product_key: i64,
    pub(super) variant: &'a Variant,
}

pub(super) struct CodesRecord {
    pub(super) product_key: i64,
    pub(super) text: String,
}

pub(super) struct ImageRecord<'a> {
    pub(super) product_key: i64,
    pub(super) image: &'a Image,
}

pub(super) struct ChangeRecord<'a> {
    pub(super) store_num: i64,
    pub(super) seq: Seq,
    pub(super) product_key: i64,
    pub(super) op: OpId,
    pub(super) kind: &'static str,
    /// JSON
    pub(super) fields: &'a str,
    pub(super) author: &'a super::Author,
    pub(super) source: Source,
    pub(super) at: i64,
    pub(super) link: i64,
}

pub(super) struct ResultRecord<'a> {
    pub(super) op: OpId,
    pub(super) store_num: i64,
    pub(super) payload_hash: &'a [u8],
    /// JSON
    pub(super) receipt: String,
    pub(super) at: i64,
    /// None for an op that came from no device.
    pub(super) from: Option<FromDevice>,
}

/// What is kept of an op of a device besides.
#[derive(Clone, Copy)]
pub(super) struct FromDevice {
    pub(super) user: UserId,
    pub(super) device: DeviceId,
    pub(super) number: i64,
    pub(super) seq: Seq,
    pub(super) link: i64,
    pub(super) is_conflict: bool,
}

pub(super) struct ItemRecord<'a> {
    pub(super) job: Uuid,
    pub(super) item: &'a super::JobItem,
}

/// What a product lacks, one bit each.
pub(crate) fn missing_bits(product: &Product) -> i64 {
    i64::from(MissingSet::of(&product.content).bits())
}

impl Record for ProductRecord<'_> {
    fn put(&self, sink: &mut impl Sink) {
        let Product { id, ord, content, optimisation, deleted, versions } = self.product;
        sink.int(Some(key_of(self.store_num, *ord)));
        sink.int(Some(self.store_num));
        sink.id(Some(id.0));
        sink.text(content.handle.as_str());
        sink.text(&content.title);
        sink.text(&content.vendor);
        sink.text(&content.product_type);
        sink.text(content.status.name());
        sink.text(optimisation.name());
        sink.int(content.price().map(|price| price.0));
        sink.int(content.highest_price().map(|price| price.0));
        sink.int(Some(content.variants.len() as i64));
        sink.int(Some(content.images.len() as i64));
        sink.text(content.thumbnail().map_or("", |image| &image.url));
        sink.int(Some(missing_bits(self.product)));
        sink.text(&json_list(&content.tags));
        sink.flag(*deleted);
        sink.flag(content.published);
        sink.flag(content.gift_card);
        sink.int(self.stored.last_optimized);
        sink.int(Some(versions.created.0));
        sink.int(Some(versions.latest.0));
        sink.int(Some(self.stored.created_at));
        sink.int(Some(self.stored.updated_at));
        sink.text(&content.category);
        sink.text(&json_list(&content.option_names));
        sink.text(&content.seo_title);
        sink.text(&content.seo_description);
        sink.text(&if versions.fields.is_empty() { "{}".into() } else { to_json(&versions.fields) });
        sink.text(&json_map(&content.extras));
        sink.text(&content.description);
    }
}

impl Record for VariantRecord<'_> {
    fn put(&self, sink: &mut impl Sink) {
        let variant = self.variant;
        sink.int(Some(self.product_key));
        sink.id(Some(variant.id.0));
        sink.int(Some(self.store_num));
        sink.int(Some(variant.position));
        sink.text(&json_list(&variant.options));
        sink.text(&variant.sku);
        sink.text(&fold(&variant.sku));
        sink.text(&variant.barcode);
        sink.int(variant.price.map(|price| price.0));
        sink.int(variant.compare_at_price.map(|price| price.0));
        sink.int(variant.cost.map(|cost| cost.0));
        sink.flag(variant.taxable);
        sink.int(variant.inventory_quantity);
        sink.text(variant.inventory_policy.name());
        sink.flag(variant.requires_shipping);
        sink.int(variant.weight_grams);
        sink.text(&variant.image);
        sink.text(&json_map(&variant.extras));
    }
}

impl Record for ImageRecord<'_> {
    fn put(&self, sink: &mut impl Sink) {
        sink.int(Some(self.product_key));
        sink.id(Some(self.image.id.0));
        sink.int(Some(self.image.position));
        sink.text(&self.image.url);
        sink.text(&self.image.alt);
    }
}

impl Record for CodesRecord {
    fn put(&self, sink: &mut impl Sink) {
        sink.int(Some(self.product_key));
        sink.text(&self.text);
    }
}

impl Record for ChangeRecord<'_> {
    fn put(&self, sink: &mut impl Sink) {
        sink.int(Some(self.store_num));
        sink.int(Some(self.seq.0));
        sink.int(Some(self.product_key));
        sink.id(Some(self.op.0));
        sink.text(self.kind);
        sink.text(self.fields);
        sink.id(self.author.user.map(|user| user.0));
        sink.text(self.source.name());
        sink.id(self.author.job.map(|job| job.0));
        sink.int(Some(self.at));
        sink.int(Some(self.link));
    }
}

impl Record for ResultRecord<'_> {
    fn put(&self, sink: &mut impl Sink) {
        let from = self.from.as_ref();
        sink.id(Some(self.op.0));
        sink.int(Some(self.store_num));
        sink.bytes(self.payload_hash);
        sink.text(&self.receipt);
        sink.int(Some(self.at));
        sink.id(from.map(|from| from.user.0));
        sink.id(from.map(|from| from.device.0));
        sink.int(from.map(|from| from.number));
        sink.int(from.map(|from| from.seq.0));
        sink.int(from.map(|from| from.link));
        sink.maybe_text(from.filter(|from| from.is_conflict).map(|_| "open"));
    }
}

impl Record for ItemRecord<'_> {
    fn put(&self, sink: &mut impl Sink) {
        sink.id(Some(self.job));
        sink.text(self.item.kind.name());
        sink.int(Some(self.item.number));
        sink.text(&self.item.detail);
    }
}

fn json_list(items: &[String]) -> String {
    if items.is_empty() { "[]".into() } else { to_json(items) }
}

fn json_map(map: &std::collections::BTreeMap<String, String>) -> String {
    if map.is_empty() { "{}".into() } else { to_json(map) }
}
