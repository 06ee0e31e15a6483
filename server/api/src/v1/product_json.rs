//! A product as the API shows it.

use std::collections::BTreeMap;

use domain::{
    clock::Timestamp,
    ids::{ImageId, ProductId, Seq, VariantId},
    money::{Currency, Money},
    product::{InventoryPolicy, OptimisationStatus, Status},
};
use ports::{
    product::{ImageView, ProductView, VariantView},
    products::Summary,
};
use serde::{Serialize, Serializer, ser::SerializeMap};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{RefOr, Schema},
};

use super::words;
use crate::{
    fields::{Fields, Name},
    format,
};

/// A product of the store's catalogue.
#[derive(Debug, ToSchema)]
#[schema(as = Product)]
pub(crate) struct ProductJson<'a> {
    #[schema(value_type = String, format = "uuid", example = "0198c0de-0000-7000-8000-000000000001")]
    pub(crate) id: ProductId,
    /// Its key in the store, and the last part of its address.
    #[schema(example = "oak-lamp")]
    handle: &'a str,
    #[schema(example = "Oak lamp")]
    title: &'a str,
    /// HTML as it was given: sanitise it before you show it.
    description: &'a str,
    vendor: &'a str,
    product_type: &'a str,
    category: &'a str,
    #[schema(value_type = Vec<String>)]
    tags: &'a [String],
    #[schema(schema_with = words::status)]
    status: Status,
    published: bool,
    gift_card: bool,
    seo_title: &'a str,
    seo_description: &'a str,
    /// The names of its up to three options, in order.
    #[schema(value_type = Vec<String>)]
    option_names: &'a [String],
    variants: Vec<VariantJson<'a>>,
    images: Vec<ImageJson<'a>>,
    /// Columns of the catalogue file that are kept as they are, by their headers.
    #[schema(value_type = BTreeMap<String, String>)]
    extras: Option<&'a BTreeMap<String, String>>,
    #[schema(schema_with = words::optimisation)]
    optimisation: OptimisationStatus,
    /// The lowest price of its variants, a decimal number; null when none has a price.
    #[schema(value_type = Option<String>, required = true, example = "19.90")]
    price: Option<Money>,
    /// The highest price of its variants, a decimal number.
    #[schema(value_type = Option<String>, required = true, example = "29.90")]
    highest_price: Option<Money>,
    /// The store's, as ISO 4217 has it: that of every amount.
    #[schema(value_type = String, example = "EUR")]
    currency: Currency,
    variant_count: u32,
    image_count: u32,
    /// The address of its first picture; null when there is none.
    #[schema(required = true)]
    thumbnail: Option<&'a str>,
    /// The number of its last change: what the entity tag of the product is made of.
    #[schema(value_type = i64, example = 12)]
    version: Seq,
    /// When it was made (RFC 3339, UTC). In lists alone.
    #[schema(value_type = String, format = DateTime, required = false, example = "2026-11-02T08:30:00.000000Z")]
    created_at: Option<Timestamp>,
    /// When it was changed last (RFC 3339, UTC).
    #[schema(value_type = String, format = DateTime, example = "2026-11-02T08:30:00.000000Z")]
    updated_at: Timestamp,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Variant)]
pub(crate) struct VariantJson<'a> {
    #[schema(value_type = String, format = "uuid")]
    id: VariantId,
    /// From 1, in the order shown.
    position: i64,
    /// One value for each of the product's options.
    #[schema(value_type = Vec<String>)]
    options: &'a [String],
    sku: &'a str,
    barcode: &'a str,
    /// A decimal number in the product's currency.
    #[schema(required = true, example = "19.90")]
    price: Option<String>,
    /// What it cost before, a decimal number.
    #[schema(required = true)]
    compare_at_price: Option<String>,
    /// What the merchant pays, a decimal number.
    #[schema(required = true)]
    cost: Option<String>,
    taxable: bool,
    #[schema(required = true)]
    inventory_quantity: Option<i64>,
    #[schema(schema_with = words::inventory_policy)]
    inventory_policy: InventoryPolicy,
    requires_shipping: bool,
    #[schema(required = true)]
    weight_grams: Option<i64>,
    /// The address of its picture; empty when it has none of its own.
    image: &'a str,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Image)]
pub(crate) struct ImageJson<'a> {
    #[schema(value_type = String, format = "uuid")]
    id: ImageId,
    /// From 1, in the order shown.
    position: i64,
    url: &'a str,
    /// What it shows, for whoever cannot see it.
    alt: &'a str,
}

impl<'a> ProductJson<'a> {
    pub(crate) fn of_view(view: &'a ProductView) -> Self {
        let prices = || view.variants.iter().filter_map(|variant| variant.price);
        let currency = view.currency;
        Self {
            id: view.id,
            handle: view.handle.as_str(),
            title: &view.title,
            description: &view.description,
            vendor: &view.vendor,
            product_type: &view.product_type,
            category: &view.category,
            tags: &view.tags,
            status: view.status,
            published: view.published,
            gift_card: view.gift_card,
            seo_title: &view.seo_title,
            seo_description: &view.seo_description,
            option_names: &view.option_names,
            variants: view.variants.iter().map(|variant| VariantJson::of(variant, currency)).collect(),
            images: view.images.iter().map(ImageJson::of).collect(),
            extras: Some(&view.extras),
            optimisation: view.optimisation,
            price: prices().min(),
            highest_price: prices().max(),
            currency,
            variant_count: u32::try_from(view.variants.len()).unwrap_or(u32::MAX),
            image_count: u32::try_from(view.images.len()).unwrap_or(u32::MAX),
            thumbnail: view.images.iter().min_by_key(|image| image.position).map(|image| image.url.as_str()),
            version: view.versions.latest,
            created_at: None,
            updated_at: view.updated_at,
        }
    }

    /// Without what a list does not tell of a product: that is not to be chosen.
    pub(crate) fn of_summary(summary: &'a Summary, currency: Currency) -> Self {
        Self {
            id: summary.id,
            handle: summary.handle.as_str(),
            title: &summary.title,
            description: "",
            vendor: &summary.vendor,
            product_type: &summary.product_type,
            category: "",
            tags: &summary.tags,
            status: summary.status,
            published: false,
            gift_card: false,
            seo_title: "",
            seo_description: "",
            option_names: &[],
            variants: Vec::new(),
            images: Vec::new(),
            extras: None,
            optimisation: summary.optimisation,
            price: summary.price,
            highest_price: summary.highest_price,
            currency,
            variant_count: summary.variants,
            image_count: summary.images,
            thumbnail: Some(summary.thumbnail.as_str()).filter(|address| !address.is_empty()),
            version: summary.version,
            created_at: Some(summary.created_at),
            updated_at: summary.updated_at,
        }
    }

    /// A product that was read as a whole for a list.
    pub(crate) fn of_both(view: &'a ProductView, summary: &Summary) -> Self {
        Self { created_at: Some(summary.created_at), ..Self::of_view(view) }
    }
}

impl<'a> VariantJson<'a> {
    pub(super) fn of(variant: &'a VariantView, currency: Currency) -> Self {
        let money = |amount: Option<Money>| amount.map(|amount| format::money(amount, currency));
        Self {
            id: variant.id,
            position: variant.position,
            options: &variant.options,
            sku: &variant.sku,
            barcode: &variant.barcode,
            price: money(variant.price),
            compare_at_price: money(variant.compare_at_price),
            cost: money(variant.cost),
            taxable: variant.taxable,
            inventory_quantity: variant.inventory_quantity,
            inventory_policy: variant.inventory_policy,
            requires_shipping: variant.requires_shipping,
            weight_grams: variant.weight_grams,
            image: &variant.image,
        }
    }
}

impl<'a> ImageJson<'a> {
    pub(super) fn of(image: &'a ImageView) -> Self {
        Self { id: image.id, position: image.position, url: &image.url, alt: &image.alt }
    }
}

/// A product with the fields that were chosen.
pub(crate) struct Shown<'a> {
    pub(crate) product: ProductJson<'a>,
    pub(crate) fields: Fields,
}

impl Serialize for Shown<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { product, fields } = self;
        let money = |amount: Option<Money>| amount.map(|amount| format::money(amount, product.currency));
        let mut map = serializer.serialize_map(None)?;
        macro_rules! put {
            ($($name:ident => $value:expr,)*) => {
                $(if fields.has(Name::$name) {
                    map.serialize_entry(Name::$name.text(), &$value)?;
                })*
            };
        }
        put! {
            Id => product.id,
            Handle => product.handle,
            Title => product.title,
            Description => product.description,
            Vendor => product.vendor,
            ProductType => product.product_type,
            Category => product.category,
            Tags => product.tags,
            Status => product.status,
            Published => product.published,
            GiftCard => product.gift_card,
            SeoTitle => product.seo_title,
            SeoDescription => product.seo_description,
            OptionNames => product.option_names,
            Variants => product.variants,
            Images => product.images,
            Extras => product.extras,
            Optimisation => product.optimisation,
            Price => money(product.price),
            HighestPrice => money(product.highest_price),
            Currency => product.currency.code(),
            VariantCount => product.variant_count,
            ImageCount => product.image_count,
            Thumbnail => product.thumbnail,
            Version => product.version,
            CreatedAt => product.created_at.map(format::time),
            UpdatedAt => format::time(product.updated_at),
        }
        map.end()
    }
}

/// A product of a list: the fields that were chosen.
pub(crate) struct ListedProduct;

impl PartialSchema for ListedProduct {
    fn schema() -> RefOr<Schema> {
        let mut schema = <ProductJson<'static> as PartialSchema>::schema();
        if let RefOr::T(Schema::Object(object)) = &mut schema {
            object.required.clear();
            object.description =
                Some("A product of a list: the fields that were chosen, or what a list tells without reading whole products.".into());
        }
        schema
    }
}

impl ToSchema for ListedProduct {
    fn name() -> std::borrow::Cow<'static, str> {
        "ListedProduct".into()
    }

    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        <ProductJson<'static> as ToSchema>::schemas(schemas);
    }
}

#[cfg(test)]
pub(super) mod tests {
    use domain::product::{Content, Image, Product, Variant, Versions};

    use super::*;

    pub(in super::super) fn view() -> ProductView {
        let at = Timestamp::from_micros(1_700_000_000_000_000);
        let mut content = Content::new("lamp".parse().unwrap(), "Lamp");
        content.extras.insert("Fit".into(), "Wide".into());
        content.variants.push(Variant { price: Some(Money(1_990)), ..Variant::new(VariantId::new(at, [1; 10]), 1) });
        content.variants.push(Variant { price: Some(Money(990)), ..Variant::new(VariantId::new(at, [2; 10]), 2) });
        content.images.push(Image { id: ImageId::new(at, [3; 10]), position: 1, url: "https://shop.test/1.jpg".into(), alt: String::new() });
        let id = ProductId::new(at, [0; 10]);
        let product = Product { id, ord: 0, content, optimisation: OptimisationStatus::None, deleted: false, versions: Versions::new(Seq(7)) };
        ProductView::new(product, Currency::EUR, at, true)
    }

    fn written(fields: Fields) -> serde_json::Value {
        let view = view();
        serde_json::to_value(Shown { product: ProductJson::of_view(&view), fields }).unwrap()
    }

    #[test]
    fn a_product_is_written_with_the_fields_that_were_chosen() {
        let chosen = written(Fields::parse("price,title,highest_price,currency,version,thumbnail,updated_at").unwrap());

        let expected = serde_json::json!({
            "title": "Lamp", "price": "9.90", "highest_price": "19.90", "currency": "EUR", "thumbnail": "https://shop.test/1.jpg",
            "version": 7, "updated_at": "2023-11-14T22:13:20.000000Z",
        });
        assert_eq!(chosen, expected);
    }

    #[test]
    fn the_document_has_every_field_that_is_written_and_no_other() {
        let RefOr::T(Schema::Object(schema)) = <ProductJson<'static> as PartialSchema>::schema() else { panic!() };
        let described: std::collections::BTreeSet<&str> = schema.properties.keys().map(String::as_str).collect();
        assert_eq!(described, Name::ALL.iter().map(|name| name.text()).collect());

        let serde_json::Value::Object(one) = written(Fields::ONE) else { panic!() };
        let mut required = schema.required.clone();
        required.sort();
        let mut there: Vec<String> = one.keys().cloned().collect();
        there.sort();
        assert_eq!(there, required);
    }

    #[test]
    fn what_is_not_there_is_null() {
        let mut view = view();
        view.variants.clear();
        view.images.clear();

        let written = serde_json::to_value(Shown { product: ProductJson::of_view(&view), fields: Fields::ONE }).unwrap();

        assert!(written["price"].is_null() && written["thumbnail"].is_null());
        assert_eq!((&written["variants"], &written["extras"]["Fit"]), (&serde_json::json!([]), &serde_json::json!("Wide")));
    }
}
