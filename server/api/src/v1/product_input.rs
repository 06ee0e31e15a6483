//! A product as it is sent: a new one whole, or a merge patch of one that is there.

use std::collections::BTreeMap;

use domain::{
    field::{Field, Value},
    handle::Handle,
    ids::{ImageId, VariantId},
    money::{Currency, Money},
    op::{Base, Edit},
    product::{Content, Image, InventoryPolicy, Status, Variant, limits},
};
use ports::product::ProductView;
use serde::Deserialize;
use utoipa::ToSchema;

use super::words;
use crate::{
    body::Object,
    format,
    ids::Ids,
    merge_patch::Member,
    problem::{Kind, Problem, push_pointer},
};

/// A product to be made.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewProduct {
    #[schema(example = "Oak lamp", min_length = 1, max_length = 255)]
    pub(crate) title: String,
    /// Its key in the store: lower-case letters, digits, `-` and `_`. Made of the title when it is left out.
    #[serde(default)]
    #[schema(example = "oak-lamp", max_length = 255)]
    handle: Option<String>,
    /// HTML.
    #[serde(default)]
    #[schema(max_length = 512_000)]
    description: Option<String>,
    #[serde(default)]
    #[schema(max_length = 512)]
    vendor: Option<String>,
    #[serde(default)]
    #[schema(max_length = 512)]
    product_type: Option<String>,
    #[serde(default)]
    #[schema(max_length = 512)]
    category: Option<String>,
    #[serde(default)]
    #[schema(max_items = 250)]
    tags: Option<Vec<String>>,
    /// `active` when it is left out.
    #[serde(default)]
    #[schema(schema_with = words::status)]
    status: Option<Status>,
    /// True when it is left out.
    #[serde(default)]
    published: Option<bool>,
    #[serde(default)]
    gift_card: Option<bool>,
    #[serde(default)]
    #[schema(max_length = 512)]
    seo_title: Option<String>,
    #[serde(default)]
    #[schema(max_length = 4_096)]
    seo_description: Option<String>,
    /// The names of its up to three options, in order.
    #[serde(default)]
    #[schema(max_items = 3)]
    option_names: Option<Vec<String>>,
    /// In the order shown.
    #[serde(default)]
    #[schema(value_type = Option<Vec<NewVariant>>, max_items = 2_048)]
    variants: Option<Vec<Object<NewVariant>>>,
    /// In the order shown.
    #[serde(default)]
    #[schema(value_type = Option<Vec<NewImage>>, max_items = 250)]
    images: Option<Vec<Object<NewImage>>>,
    /// Columns of the catalogue file, by their headers.
    #[serde(default)]
    extras: Option<BTreeMap<String, String>>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewVariant {
    /// One value for each of the product's options.
    #[schema(max_items = 3)]
    #[serde(default)]
    options: Option<Vec<String>>,
    #[schema(max_length = 512)]
    #[serde(default)]
    sku: Option<String>,
    #[schema(max_length = 512)]
    #[serde(default)]
    barcode: Option<String>,
    /// A decimal number in the store's currency.
    #[schema(example = "19.90")]
    #[serde(default)]
    price: Option<String>,
    #[serde(default)]
    compare_at_price: Option<String>,
    #[serde(default)]
    cost: Option<String>,
    /// True when it is left out.
    #[serde(default)]
    taxable: Option<bool>,
    #[serde(default)]
    inventory_quantity: Option<i64>,
    /// `deny` when it is left out.
    #[schema(schema_with = words::inventory_policy)]
    #[serde(default)]
    inventory_policy: Option<InventoryPolicy>,
    /// True when it is left out.
    #[serde(default)]
    requires_shipping: Option<bool>,
    #[serde(default)]
    weight_grams: Option<i64>,
    /// The address of its picture.
    #[schema(max_length = 2_048)]
    #[serde(default)]
    image: Option<String>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewImage {
    #[schema(example = "https://shop.example/lamp.jpg", min_length = 1, max_length = 2_048)]
    url: String,
    #[serde(default)]
    #[schema(max_length = 512)]
    alt: Option<String>,
}

/// A JSON merge patch (RFC 7396): what is not in it stays, and `null` takes away.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ProductPatch {
    #[schema(value_type = String, required = false, min_length = 1, max_length = 255, example = "Oak lamp, large")]
    #[serde(default)]
    title: Member<String>,
    #[schema(value_type = String, required = false, max_length = 255)]
    #[serde(default)]
    handle: Member<String>,
    /// HTML.
    #[schema(value_type = Option<String>, max_length = 512_000)]
    #[serde(default)]
    description: Member<String>,
    #[schema(value_type = Option<String>, max_length = 512)]
    #[serde(default)]
    vendor: Member<String>,
    #[schema(value_type = Option<String>, max_length = 512)]
    #[serde(default)]
    product_type: Member<String>,
    #[schema(value_type = Option<String>, max_length = 512)]
    #[serde(default)]
    category: Member<String>,
    /// All of them: a patch replaces a list as a whole.
    #[schema(value_type = Option<Vec<String>>, max_items = 250)]
    #[serde(default)]
    tags: Member<Vec<String>>,
    #[schema(schema_with = words::status, required = false)]
    #[serde(default)]
    status: Member<Status>,
    #[schema(value_type = bool, required = false)]
    #[serde(default)]
    published: Member<bool>,
    #[schema(value_type = bool, required = false)]
    #[serde(default)]
    gift_card: Member<bool>,
    #[schema(value_type = Option<String>, max_length = 512)]
    #[serde(default)]
    seo_title: Member<String>,
    #[schema(value_type = Option<String>, max_length = 4_096)]
    #[serde(default)]
    seo_description: Member<String>,
    #[schema(value_type = Option<Vec<String>>, max_items = 3)]
    #[serde(default)]
    option_names: Member<Vec<String>>,
    /// Columns by their headers: those not in it stay, and `null` takes one away.
    #[schema(value_type = Option<BTreeMap<String, Option<String>>>)]
    #[serde(default)]
    extras: Member<BTreeMap<String, Option<String>>>,
}

impl NewProduct {
    /// `index` is that of the part of a batch.
    pub(crate) fn content(self, ids: &Ids, index: usize, currency: Currency) -> Result<Content, Problem> {
        let handle = match &self.handle {
            Some(handle) => read_handle(handle)?,
            None => Handle::from_title(&self.title).ok_or_else(|| {
                let detail = "The title has no letter or digit that a handle could be made of. Send a handle.";
                Problem::pointer(Kind::Unacceptable, "/handle", detail)
            })?,
        };
        let mut content = Content::new(handle, self.title);
        content.description = self.description.unwrap_or_default();
        content.vendor = self.vendor.unwrap_or_default();
        content.product_type = self.product_type.unwrap_or_default();
        content.category = self.category.unwrap_or_default();
        content.tags = self.tags.unwrap_or_default();
        content.status = self.status.unwrap_or_default();
        content.published = self.published.unwrap_or(true);
        content.gift_card = self.gift_card.unwrap_or(false);
        content.seo_title = self.seo_title.unwrap_or_default();
        content.seo_description = self.seo_description.unwrap_or_default();
        content.option_names = self.option_names.unwrap_or_default();
        for (number, Object(variant)) in self.variants.into_iter().flatten().enumerate() {
            let variant = variant.variant(ids.variant(index, number), number, currency)?;
            content.variants.push(variant);
        }
        for (number, Object(image)) in self.images.into_iter().flatten().enumerate() {
            content.images.push(image.image(ids.image(index, number), number));
        }
        for (column, text) in self.extras.into_iter().flatten() {
            check_column(&column)?;
            content.extras.insert(column, text);
        }
        Ok(content)
    }
}

impl NewVariant {
    fn variant(self, id: VariantId, number: usize, currency: Currency) -> Result<Variant, Problem> {
        let money = |name: &str, text: Option<String>| -> Result<Option<Money>, Problem> {
            let wrong = |reason| Problem::pointer(Kind::Unacceptable, format!("/variants/{number}/{name}"), format!("{reason}"));
            text.map(|text| format::read_money(&text, currency).map_err(wrong)).transpose()
        };
        let bare = Variant::new(id, position(number));
        Ok(Variant {
            price: money("price", self.price)?,
            compare_at_price: money("compare_at_price", self.compare_at_price)?,
            cost: money("cost", self.cost)?,
            options: self.options.unwrap_or_default(),
            sku: self.sku.unwrap_or_default(),
            barcode: self.barcode.unwrap_or_default(),
            taxable: self.taxable.unwrap_or(bare.taxable),
            inventory_quantity: self.inventory_quantity,
            inventory_policy: self.inventory_policy.unwrap_or_default(),
            requires_shipping: self.requires_shipping.unwrap_or(bare.requires_shipping),
            weight_grams: self.weight_grams,
            image: self.image.unwrap_or_default(),
            ..bare
        })
    }
}

impl NewImage {
    fn image(self, id: ImageId, number: usize) -> Image {
        Image { id, position: position(number), url: self.url, alt: self.alt.unwrap_or_default() }
    }
}

impl ProductPatch {
    /// What it comes to for a product that is there.
    pub(crate) fn edits(self, product: &ProductView, base: Base) -> Result<Vec<Edit>, Problem> {
        let mut edits: Vec<Edit> = Vec::new();
        let mut put = |field: Field, value: Option<Value>| {
            if let Some(value) = value {
                edits.push(Edit { field, base, value });
            }
        };
        let text = |member: Member<String>| member.or_default().map(Value::Text);
        let list = |member: Member<Vec<String>>| member.or_default().map(Value::List);
        put(Field::Title, text(self.title));
        if let Some(handle) = kept("handle", self.handle)? {
            put(Field::Handle, Some(Value::text(read_handle(&handle)?.as_str())));
        }
        put(Field::Description, text(self.description));
        put(Field::Vendor, text(self.vendor));
        put(Field::ProductType, text(self.product_type));
        put(Field::Category, text(self.category));
        put(Field::Tags, list(self.tags));
        put(Field::Status, kept("status", self.status)?.map(|status| Value::text(status.name())));
        put(Field::Published, kept("published", self.published)?.map(Value::Flag));
        put(Field::GiftCard, kept("gift_card", self.gift_card)?.map(Value::Flag));
        put(Field::SeoTitle, text(self.seo_title));
        put(Field::SeoDescription, text(self.seo_description));
        put(Field::OptionNames, list(self.option_names));
        let columns = match self.extras {
            Member::Absent => BTreeMap::new(),
            Member::Null => product.extras.keys().map(|column| (column.clone(), None)).collect(),
            Member::Is(columns) => columns,
        };
        for (column, text) in columns {
            check_column(&column)?;
            put(Field::Extra(column), Some(text.map_or(Value::None, Value::Text)));
        }
        Ok(edits)
    }
}

fn position(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX - 1) + 1
}

fn read_handle(text: &str) -> Result<Handle, Problem> {
    text.parse().map_err(|reason: domain::handle::InvalidHandle| Problem::pointer(Kind::Unacceptable, "/handle", reason.to_string()))
}

/// A field that every product has.
fn kept<T>(name: &str, member: Member<T>) -> Result<Option<T>, Problem> {
    match member {
        Member::Absent => Ok(None),
        Member::Null => Err(Problem::pointer(Kind::Unacceptable, format!("/{name}"), "Every product has this: it cannot be taken away.")),
        Member::Is(value) => Ok(Some(value)),
    }
}

/// A header of the catalogue file: it is a part of a field's name, in which the database keeps it.
fn check_column(column: &str) -> Result<(), Problem> {
    if !column.is_empty() && column.chars().count() <= limits::SHORT_TEXT && !column.contains('\0') {
        return Ok(());
    }
    let mut pointer = "/extras".to_owned();
    push_pointer(&mut pointer, column);
    Err(Problem::pointer(Kind::Unacceptable, pointer, format!("The name of a column has 1 to {} characters.", limits::SHORT_TEXT)))
}

#[cfg(test)]
mod tests {
    use domain::{
        clock::Timestamp,
        ids::{Seq, StoreId, UserId},
        role::Role,
    };
    use ports::Access;

    use super::{super::product_json::tests::view, *};
    use crate::body::from_json;

    fn ids() -> Ids {
        let at = Timestamp::from_micros(1);
        Ids::of_key(&Access { user: UserId::new(at, [1; 10]), store: StoreId::new(at, [2; 10]), role: Role::Owner }, "key", &[0; 32])
    }

    fn made(json: &str) -> Result<Content, Problem> {
        from_json::<NewProduct>(json.as_bytes())?.content(&ids(), 0, Currency::EUR)
    }

    fn edits(json: &str) -> Result<Vec<(Field, Value)>, Problem> {
        let edits = from_json::<ProductPatch>(json.as_bytes())?.edits(&view(), Base::Seen(Seq(7)))?;
        assert!(edits.iter().all(|edit| edit.base == Base::Seen(Seq(7))));
        Ok(edits.into_iter().map(|edit| (edit.field, edit.value)).collect())
    }

    fn refused<T: std::fmt::Debug>(outcome: Result<T, Problem>, status: u16, pointer: &str) {
        let problem = outcome.unwrap_err();
        let json = serde_json::to_string(&problem).unwrap();
        assert!(problem.status() == status && json.contains(&format!("\"pointer\":\"{pointer}\"")), "{json}");
    }

    #[test]
    fn a_product_is_made_of_a_title_alone() {
        assert_eq!(made(r#"{"title":"Crème lamp"}"#).unwrap(), Content::new("creme-lamp".parse().unwrap(), "Crème lamp"));
    }

    #[test]
    fn parts_stand_in_the_order_they_were_sent_in() {
        let json = r#"{"title":"Lamp","handle":"l","option_names":["Size"],"variants":[{"options":["S"],"price":"19.9"},{"sku":"M-1","taxable":false}],
            "images":[{"url":"https://shop.test/1.jpg"},{"url":"https://shop.test/2.jpg","alt":"From behind"}],"extras":{"Fit":"Wide"}}"#;

        let content = made(json).unwrap();

        assert_eq!(
            content.variants.iter().map(|variant| (variant.position, variant.price, variant.taxable)).collect::<Vec<_>>(),
            [(1, Some(Money(1_990)), true), (2, None, false)]
        );
        assert_eq!(content.images.iter().map(|image| (image.position, image.alt.as_str())).collect::<Vec<_>>(), [(1, ""), (2, "From behind")]);
        assert_ne!(content.variants[0].id, content.variants[1].id);
        assert_eq!(made(json).unwrap(), content, "sent again it is the same");
    }

    #[test]
    fn what_is_wrong_with_a_new_product_is_pointed_at() {
        for (json, status, pointer) in [
            (r#"{"title":"Lamp","colour":"red"}"#, 400, "/colour"),
            (r#"{"title":"Lamp","id":"x"}"#, 400, "/id"),
            (r#"{"title":"Lamp","status":"sold"}"#, 400, "/status"),
            (r#"{"title":"Lamp","variants":[{"price":19.9}]}"#, 400, "/variants/0/price"),
            (r#"{"title":"Lamp","variants":[{},{"price":"19,90"}]}"#, 422, "/variants/1/price"),
            (r#"{"title":"Lamp","variants":[{"cost":"-1"}]}"#, 422, "/variants/0/cost"),
            (r#"{"title":"Lamp","handle":"A B"}"#, 422, "/handle"),
            (r#"{"title":"!"}"#, 422, "/handle"),
            (r#"{"title":"Lamp","extras":{"":"x"}}"#, 422, "/extras/"),
            (r#"{"handle":"lamp"}"#, 400, "/title"),
        ] {
            refused(made(json), status, pointer);
        }
    }

    #[test]
    fn a_patch_comes_to_the_edits_of_what_is_in_it() {
        assert_eq!(edits("{}").unwrap(), []);
        let patch = r#"{"title":"Lamp 2","vendor":null,"tags":["a"],"status":"draft","published":false,"extras":{"Fit":null,"Cut":"Slim"}}"#;
        assert_eq!(
            edits(patch).unwrap(),
            [
                (Field::Title, Value::text("Lamp 2")),
                (Field::Vendor, Value::text("")),
                (Field::Tags, Value::List(vec!["a".into()])),
                (Field::Status, Value::text("draft")),
                (Field::Published, Value::Flag(false)),
                (Field::Extra("Cut".into()), Value::text("Slim")),
                (Field::Extra("Fit".into()), Value::None),
            ]
        );
        assert_eq!(edits(r#"{"extras":null,"tags":null}"#).unwrap(), [(Field::Tags, Value::List(vec![])), (Field::Extra("Fit".into()), Value::None)]);
    }

    #[test]
    fn what_is_wrong_with_a_patch_is_pointed_at() {
        for (json, status, pointer) in [
            (r#"{"version":8}"#, 400, "/version"),
            (r#"{"variants":[]}"#, 400, "/variants"),
            (r#"{"tags":"a"}"#, 400, "/tags"),
            (r#"{"extras":{"Fit":1}}"#, 400, "/extras/Fit"),
            (r#"{"handle":null}"#, 422, "/handle"),
            (r#"{"handle":"A"}"#, 422, "/handle"),
            (r#"{"status":null}"#, 422, "/status"),
            (r#"{"gift_card":null}"#, 422, "/gift_card"),
            (r#"{"extras":{"\u0000":"x"}}"#, 422, "/extras/\\u0000"),
        ] {
            refused(edits(json), status, pointer);
        }
    }
}
