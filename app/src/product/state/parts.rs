//! A product as fields and their values, and the order of its variants and pictures.

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    field::{Field, ImageField, Value, VariantField},
    ids::{ImageId, VariantId},
    money::Money,
};
use ports::product::{ImageView, ProductView, VariantView};

use super::Desk;

impl Desk {
    /// The variants in the order shown, those on their way among them.
    pub fn variants(&self) -> Vec<VariantId> {
        let id = |field: &Field| match field {
            Field::VariantField(id, VariantField::Position) | Field::Variant(id) => Some(*id),
            _ => None,
        };
        self.in_order(id, Field::Variant, |id| Field::VariantField(id, VariantField::Position))
    }

    pub fn images(&self) -> Vec<ImageId> {
        let id = |field: &Field| match field {
            Field::ImageField(id, ImageField::Position) | Field::Image(id) => Some(*id),
            _ => None,
        };
        self.in_order(id, Field::Image, |id| Field::ImageField(id, ImageField::Position))
    }

    fn in_order<I: Copy + Ord>(&self, id: impl Fn(&Field) -> Option<I>, whole: impl Fn(I) -> Field, position: impl Fn(I) -> Field) -> Vec<I> {
        let pending = self.ops.iter().flat_map(|op| op.edits.iter().map(|(field, _)| field));
        let mut ids: Vec<I> = self.saved.keys().chain(pending).chain(self.needs.keys()).filter_map(id).collect();
        ids.sort_unstable();
        ids.dedup();
        ids.retain(|id| self.is_there(&whole(*id), &position(*id)));
        let place = |id: &I| if let Value::Number(place) = self.shown(&position(*id)) { place } else { i64::MAX };
        ids.sort_by_cached_key(|id| (place(id), *id));
        ids
    }

    fn is_there(&self, whole: &Field, position: &Field) -> bool {
        match self.mine(whole) {
            Some(value) => !value.is_none(),
            None => self.saved.contains_key(position),
        }
    }

    /// Whether a field is shown as a value already. A variant or picture as a whole is only there or not,
    /// and of one that is not there nothing can be changed.
    pub(super) fn is_so(&self, field: &Field, value: &Value) -> bool {
        match field {
            Field::Variant(_) | Field::Image(_) => value.is_none() && !self.has(field),
            field => self.shown(field) == *value || !self.has(field),
        }
    }

    /// Whether the variant or picture that a field is, or is a part of, is shown; true of all other fields.
    pub fn has(&self, field: &Field) -> bool {
        match field {
            Field::Variant(id) | Field::VariantField(id, _) => self.is_there(&Field::Variant(*id), &Field::VariantField(*id, VariantField::Position)),
            Field::Image(id) | Field::ImageField(id, _) => self.is_there(&Field::Image(*id), &Field::ImageField(*id, ImageField::Position)),
            _ => true,
        }
    }

    /// A variant's name: its options, or its place.
    pub fn variant_name(&self, id: VariantId) -> String {
        match self.shown(&Field::VariantField(id, VariantField::Options)) {
            Value::List(options) if options.iter().any(|option| !option.is_empty()) => options.join(" / "),
            _ => match self.shown(&Field::VariantField(id, VariantField::Position)) {
                Value::Number(place) => format!("Variant {place}"),
                _ => "Variant".to_owned(),
            },
        }
    }

    /// The lowest and the highest price shown.
    pub fn price_range(&self) -> Option<(Money, Money)> {
        let price =
            |id: VariantId| if let Value::Number(price) = self.shown(&Field::VariantField(id, VariantField::Price)) { Some(price) } else { None };
        let prices: Vec<i64> = self.variants().into_iter().filter_map(price).collect();
        Some((Money(*prices.iter().min()?), Money(*prices.iter().max()?)))
    }

    /// The edits that move a variant or a picture by some places: all positions that change.
    pub fn moved(&self, part: &Field, by: isize) -> Vec<(Field, Value)> {
        let mut order = self.siblings(part);
        let Some(from) = order.iter().position(|other| other == part) else { return Vec::new() };
        let Some(to) = from.checked_add_signed(by).filter(|to| *to < order.len()) else { return Vec::new() };
        let moved = order.remove(from);
        order.insert(to, moved);
        let position = |(at, part): (usize, Field)| Some((position_of(&part)?, Value::Number(at as i64 + 1)));
        order.into_iter().enumerate().filter_map(position).filter(|(field, value)| self.shown(field) != *value).collect()
    }

    /// The variant or picture behind one, or before it when it is the last.
    pub fn neighbour(&self, part: &Field) -> Option<Field> {
        let mut order = self.siblings(part);
        let at = order.iter().position(|other| other == part)?;
        order.remove(at);
        order.into_iter().take(at + 1).next_back()
    }

    /// All variants, or all pictures, in the order shown.
    pub fn siblings(&self, part: &Field) -> Vec<Field> {
        match part {
            Field::Variant(_) => self.variants().into_iter().map(Field::Variant).collect(),
            Field::Image(_) => self.images().into_iter().map(Field::Image).collect(),
            _ => Vec::new(),
        }
    }

    /// The columns of the file that nothing else on the page is about.
    pub fn extras(&self) -> Vec<Field> {
        let pending = self.ops.iter().flat_map(|op| op.edits.iter().map(|(field, _)| field));
        let all = self.saved.keys().chain(pending).chain(self.needs.keys());
        all.filter(|field| matches!(field, Field::Extra(_))).collect::<BTreeSet<_>>().into_iter().cloned().collect()
    }

    /// The pictures a variant can have, as addresses and words: none, the product's, and the one it has.
    pub fn picture_choices(&self, variant: VariantId) -> Vec<(String, String)> {
        let text = |field: Field| self.shown(&field).to_string();
        let name = |url: &str| url.split(['?', '#']).next().and_then(|path| path.rsplit('/').next()).unwrap_or_default().to_owned();
        let mut choices = vec![(String::new(), "None".to_owned())];
        for (id, number) in self.images().into_iter().zip(1..) {
            let (url, alt) = (text(Field::ImageField(id, ImageField::Url)), text(Field::ImageField(id, ImageField::Alt)));
            let word = format!("{number}: {}", if alt.is_empty() { name(&url) } else { alt });
            choices.push((url, word));
        }
        let own = text(Field::VariantField(variant, VariantField::Image));
        if !choices.iter().any(|(url, _)| *url == own) {
            let word = name(&own);
            choices.push((own, word));
        }
        choices
    }

    /// The place behind the last of some parts.
    pub fn next_place(&self, positions: impl Iterator<Item = Field>) -> i64 {
        let place = |field: Field| if let Value::Number(place) = self.shown(&field) { Some(place) } else { None };
        positions.filter_map(place).max().unwrap_or(0) + 1
    }

    pub(super) fn set_saved(&mut self, field: &Field, value: Value) {
        match field {
            Field::Variant(id) => {
                for name in VariantField::ALL {
                    self.set_part(Field::VariantField(*id, *name), &value);
                }
            }
            Field::Image(id) => {
                for name in ImageField::ALL {
                    self.set_part(Field::ImageField(*id, *name), &value);
                }
            }
            field => {
                self.saved.insert(field.clone(), value);
            }
        }
    }

    fn set_part(&mut self, field: Field, whole: &Value) {
        if whole.is_none() {
            self.saved.remove(&field);
        } else {
            let value = part_of(whole, &field);
            self.saved.insert(field, value);
        }
    }
}

/// Where a variant or a picture stands among the others.
const fn position_of(part: &Field) -> Option<Field> {
    match part {
        Field::Variant(id) => Some(Field::VariantField(*id, VariantField::Position)),
        Field::Image(id) => Some(Field::ImageField(*id, ImageField::Position)),
        _ => None,
    }
}

/// What a field is inside the value of the variant or picture it is a part of.
pub(super) fn part_of(whole: &Value, field: &Field) -> Value {
    let name = match field {
        Field::VariantField(_, name) => name.name(),
        Field::ImageField(_, name) => name.name(),
        _ => return Value::None,
    };
    if let Value::Record(record) = whole { record.get(name).cloned().unwrap_or_default() } else { Value::None }
}

pub(super) fn values_of(view: &ProductView) -> BTreeMap<Field, Value> {
    let mut values = BTreeMap::from([
        (Field::Title, Value::text(&view.title)),
        (Field::Handle, Value::text(view.handle.as_str())),
        (Field::Description, Value::text(&view.description)),
        (Field::Vendor, Value::text(&view.vendor)),
        (Field::ProductType, Value::text(&view.product_type)),
        (Field::Category, Value::text(&view.category)),
        (Field::Tags, Value::List(view.tags.clone())),
        (Field::Status, Value::text(view.status.name())),
        (Field::Published, Value::Flag(view.published)),
        (Field::GiftCard, Value::Flag(view.gift_card)),
        (Field::SeoTitle, Value::text(&view.seo_title)),
        (Field::SeoDescription, Value::text(&view.seo_description)),
        (Field::OptionNames, Value::List(view.option_names.clone())),
        (Field::Deleted, Value::Flag(view.deleted)),
    ]);
    for variant in &view.variants {
        for name in VariantField::ALL {
            values.insert(Field::VariantField(variant.id, *name), of_variant(variant, *name));
        }
    }
    for image in &view.images {
        for name in ImageField::ALL {
            values.insert(Field::ImageField(image.id, *name), of_image(image, *name));
        }
    }
    values.extend(view.extras.iter().map(|(column, text)| (Field::Extra(column.clone()), Value::text(text))));
    values
}

fn of_variant(variant: &VariantView, field: VariantField) -> Value {
    match field {
        VariantField::Options => Value::List(variant.options.clone()),
        VariantField::Sku => Value::text(&variant.sku),
        VariantField::Barcode => Value::text(&variant.barcode),
        VariantField::Price => Value::number(variant.price.map(|price| price.0)),
        VariantField::CompareAtPrice => Value::number(variant.compare_at_price.map(|price| price.0)),
        VariantField::Cost => Value::number(variant.cost.map(|cost| cost.0)),
        VariantField::Taxable => Value::Flag(variant.taxable),
        VariantField::InventoryQuantity => Value::number(variant.inventory_quantity),
        VariantField::InventoryPolicy => Value::text(variant.inventory_policy.name()),
        VariantField::RequiresShipping => Value::Flag(variant.requires_shipping),
        VariantField::WeightGrams => Value::number(variant.weight_grams),
        VariantField::Image => Value::text(&variant.image),
        VariantField::Position => Value::Number(variant.position),
    }
}

fn of_image(image: &ImageView, field: ImageField) -> Value {
    match field {
        ImageField::Url => Value::text(&image.url),
        ImageField::Alt => Value::text(&image.alt),
        ImageField::Position => Value::Number(image.position),
    }
}
