//! Reading and writing one field of a product.

use std::fmt;

use super::{Content, Image, InventoryPolicy, OptimisationStatus, Product, Status, Variant, limits, record};
use crate::{
    field::{Field, ImageField, Value, VariantField},
    handle::{Handle, InvalidHandle},
    ids::{ImageId, VariantId},
    money::{InvalidMoney, Money},
};

/// Why a value cannot be put into a field, as a sentence for the person who typed it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InvalidValue {
    Empty,
    TooLong {
        characters: usize,
        limit: usize,
    },
    TooMany {
        count: usize,
        limit: usize,
    },
    WrongKind,
    NotOneOf(&'static [&'static str]),
    Handle(InvalidHandle),
    Money(InvalidMoney),
    NoSuchPart,
    /// A part of a new product has the id of another.
    Twice,
}

impl fmt::Display for InvalidValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("This cannot be empty."),
            Self::TooLong { characters, limit } => write!(f, "This has {characters} characters; the limit is {limit}."),
            Self::TooMany { count, limit } => write!(f, "There are {count} of these; the limit is {limit}."),
            Self::WrongKind => f.write_str("This kind of value does not belong here."),
            Self::NotOneOf(allowed) => write!(f, "Choose one of: {}.", allowed.join(", ")),
            Self::Handle(error) => error.fmt(f),
            Self::Money(error) => error.fmt(f),
            Self::NoSuchPart => f.write_str("This variant or picture is no longer there."),
            Self::Twice => f.write_str("This variant or picture is there twice."),
        }
    }
}

impl std::error::Error for InvalidValue {}

impl Product {
    /// What a field holds; [`Value::None`] for a part that is not there.
    pub fn get(&self, field: &Field) -> Value {
        match field {
            Field::Deleted => Value::Flag(self.deleted),
            Field::Optimisation => Value::text(self.optimisation.name()),
            field => self.content.get(field),
        }
    }

    pub fn set(&mut self, field: &Field, value: Value) -> Result<(), InvalidValue> {
        match field {
            Field::Deleted => {
                self.deleted = flag(value)?;
                Ok(())
            }
            Field::Optimisation => {
                self.optimisation = OptimisationStatus::from_name(&text(value, 16)?).ok_or(InvalidValue::WrongKind)?;
                Ok(())
            }
            field => self.content.set(field, value),
        }
    }
}

impl Content {
    pub fn get(&self, field: &Field) -> Value {
        match field {
            Field::Title => Value::text(&self.title),
            Field::Handle => Value::text(self.handle.as_str()),
            Field::Description => Value::text(&self.description),
            Field::Vendor => Value::text(&self.vendor),
            Field::ProductType => Value::text(&self.product_type),
            Field::Category => Value::text(&self.category),
            Field::Tags => Value::List(self.tags.clone()),
            Field::Status => Value::text(self.status.name()),
            Field::Published => Value::Flag(self.published),
            Field::GiftCard => Value::Flag(self.gift_card),
            Field::SeoTitle => Value::text(&self.seo_title),
            Field::SeoDescription => Value::text(&self.seo_description),
            Field::OptionNames => Value::List(self.option_names.clone()),
            Field::Extra(column) => self.extras.get(column).map_or(Value::None, Value::text),
            Field::Variant(id) => self.variant(*id).map_or(Value::None, |variant| Value::Record(record::of_variant(variant))),
            Field::VariantField(id, field) => self.variant(*id).map_or(Value::None, |variant| variant.get(*field)),
            Field::Image(id) => self.image(*id).map_or(Value::None, |image| Value::Record(record::of_image(image))),
            Field::ImageField(id, field) => self.image(*id).map_or(Value::None, |image| image.get(*field)),
            Field::Deleted | Field::Optimisation => Value::None,
        }
    }

    pub fn set(&mut self, field: &Field, value: Value) -> Result<(), InvalidValue> {
        match field {
            Field::Title => {
                let title = text(value, limits::TITLE)?;
                if title.trim().is_empty() {
                    return Err(InvalidValue::Empty);
                }
                self.title = title;
            }
            Field::Handle => self.handle = text(value, Handle::MAX_CHARS)?.parse().map_err(InvalidValue::Handle)?,
            Field::Description => self.description = text(value, limits::DESCRIPTION)?,
            Field::Vendor => self.vendor = text(value, limits::SHORT_TEXT)?,
            Field::ProductType => self.product_type = text(value, limits::SHORT_TEXT)?,
            Field::Category => self.category = text(value, limits::SHORT_TEXT)?,
            Field::Tags => self.tags = tags(list(value, limits::TAG, limits::TAGS)?),
            Field::Status => {
                self.status = Status::from_name(&text(value, 16)?).ok_or(InvalidValue::NotOneOf(&["active", "draft", "archived"]))?;
            }
            Field::Published => self.published = flag(value)?,
            Field::GiftCard => self.gift_card = flag(value)?,
            Field::SeoTitle => self.seo_title = text(value, limits::SEO_TITLE)?,
            Field::SeoDescription => self.seo_description = text(value, limits::SEO_DESCRIPTION)?,
            Field::OptionNames => self.option_names = list(value, limits::SHORT_TEXT, limits::OPTIONS)?,
            Field::Extra(column) => match value {
                Value::None => {
                    self.extras.remove(column);
                }
                value => {
                    self.extras.insert(column.clone(), text(value, limits::EXTRA)?);
                }
            },
            Field::Variant(id) => self.set_variant(*id, value)?,
            Field::VariantField(id, field) => {
                let variant = self.variants.iter_mut().find(|variant| variant.id == *id).ok_or(InvalidValue::NoSuchPart)?;
                variant.set(*field, value)?;
                if *field == VariantField::Position {
                    self.variants.sort_by_key(|variant| variant.position);
                }
            }
            Field::Image(id) => self.set_image(*id, value)?,
            Field::ImageField(id, field) => {
                let image = self.images.iter_mut().find(|image| image.id == *id).ok_or(InvalidValue::NoSuchPart)?;
                image.set(*field, value)?;
                if *field == ImageField::Position {
                    self.images.sort_by_key(|image| image.position);
                }
            }
            Field::Deleted | Field::Optimisation => return Err(InvalidValue::WrongKind),
        }
        Ok(())
    }

    /// Checks and cleans the variants, images and kept columns of a product that is made, as editing them would.
    pub(crate) fn check_parts(&mut self) -> Result<(), (Field, InvalidValue)> {
        let twice = |field: Field| (field, InvalidValue::Twice);
        let too_many = |field: Field, count: usize, limit: usize| Err((field, InvalidValue::TooMany { count, limit }));
        if let Some(variant) = self.variants.get(limits::VARIANTS) {
            return too_many(Field::Variant(variant.id), self.variants.len(), limits::VARIANTS);
        }
        if let Some(image) = self.images.get(limits::IMAGES) {
            return too_many(Field::Image(image.id), self.images.len(), limits::IMAGES);
        }
        let mut ids: Vec<VariantId> = self.variants.iter().map(|variant| variant.id).collect();
        ids.sort_unstable();
        if let Some(pair) = ids.windows(2).find(|pair| pair[0] == pair[1]) {
            return Err(twice(Field::Variant(pair[0])));
        }
        let mut ids: Vec<ImageId> = self.images.iter().map(|image| image.id).collect();
        ids.sort_unstable();
        if let Some(pair) = ids.windows(2).find(|pair| pair[0] == pair[1]) {
            return Err(twice(Field::Image(pair[0])));
        }
        // An import makes millions of parts, nearly all of them plainly right: only the others go the long way.
        for variant in self.variants.iter_mut().filter(|variant| !variant.is_plain()) {
            for field in VariantField::ALL {
                let value = variant.get(*field);
                variant.set(*field, value).map_err(|reason| (Field::VariantField(variant.id, *field), reason))?;
            }
            for text in variant.extras.values_mut().filter(|text| !is_plain(text, limits::EXTRA)) {
                *text = self::text(Value::text(text.as_str()), limits::EXTRA).map_err(|reason| (Field::Variant(variant.id), reason))?;
            }
        }
        for image in self
            .images
            .iter_mut()
            .filter(|image| image.url.is_empty() || !is_plain(&image.url, limits::URL) || !is_plain(&image.alt, limits::SHORT_TEXT))
        {
            for field in ImageField::ALL {
                let value = image.get(*field);
                image.set(*field, value).map_err(|reason| (Field::ImageField(image.id, *field), reason))?;
            }
        }
        for (column, text) in self.extras.iter_mut().filter(|(_, text)| !is_plain(text, limits::EXTRA)) {
            *text = self::text(Value::text(text.as_str()), limits::EXTRA).map_err(|reason| (Field::Extra(column.clone()), reason))?;
        }
        Ok(())
    }

    pub fn variant(&self, id: VariantId) -> Option<&Variant> {
        self.variants.iter().find(|variant| variant.id == id)
    }

    pub fn image(&self, id: ImageId) -> Option<&Image> {
        self.images.iter().find(|image| image.id == id)
    }

    fn set_variant(&mut self, id: VariantId, value: Value) -> Result<(), InvalidValue> {
        let at = self.variants.iter().position(|variant| variant.id == id);
        match (value, at) {
            (Value::None, Some(at)) => {
                self.variants.remove(at);
            }
            (Value::None, None) => {}
            (Value::Record(record), at) => {
                let variant = record::to_variant(id, record)?;
                match at {
                    Some(at) => self.variants[at] = variant,
                    None if self.variants.len() >= limits::VARIANTS => {
                        return Err(InvalidValue::TooMany { count: self.variants.len() + 1, limit: limits::VARIANTS });
                    }
                    None => self.variants.push(variant),
                }
                self.variants.sort_by_key(|variant| variant.position);
            }
            _ => return Err(InvalidValue::WrongKind),
        }
        Ok(())
    }

    fn set_image(&mut self, id: ImageId, value: Value) -> Result<(), InvalidValue> {
        let at = self.images.iter().position(|image| image.id == id);
        match (value, at) {
            (Value::None, Some(at)) => {
                self.images.remove(at);
            }
            (Value::None, None) => {}
            (Value::Record(record), at) => {
                let image = record::to_image(id, record)?;
                match at {
                    Some(at) => self.images[at] = image,
                    None if self.images.len() >= limits::IMAGES => {
                        return Err(InvalidValue::TooMany { count: self.images.len() + 1, limit: limits::IMAGES });
                    }
                    None => self.images.push(image),
                }
                self.images.sort_by_key(|image| image.position);
            }
            _ => return Err(InvalidValue::WrongKind),
        }
        Ok(())
    }
}

impl Variant {
    /// Whether setting every field to what it is would change nothing and be allowed; it may be so otherwise too.
    fn is_plain(&self) -> bool {
        let allowed = |money: Option<Money>| money.is_none_or(|money| (0..=Money::MAX.0).contains(&money.0));
        [self.price, self.compare_at_price, self.cost].into_iter().all(allowed)
            && [&self.sku, &self.barcode].into_iter().chain(&self.options).all(|text| is_plain(text, limits::SHORT_TEXT))
            && self.options.len() <= limits::OPTIONS
            && is_plain(&self.image, limits::URL)
            && self.extras.values().all(|text| is_plain(text, limits::EXTRA))
    }

    pub fn get(&self, field: VariantField) -> Value {
        match field {
            VariantField::Options => Value::List(self.options.clone()),
            VariantField::Sku => Value::text(&self.sku),
            VariantField::Barcode => Value::text(&self.barcode),
            VariantField::Price => Value::number(self.price.map(|price| price.0)),
            VariantField::CompareAtPrice => Value::number(self.compare_at_price.map(|price| price.0)),
            VariantField::Cost => Value::number(self.cost.map(|cost| cost.0)),
            VariantField::Taxable => Value::Flag(self.taxable),
            VariantField::InventoryQuantity => Value::number(self.inventory_quantity),
            VariantField::InventoryPolicy => Value::text(self.inventory_policy.name()),
            VariantField::RequiresShipping => Value::Flag(self.requires_shipping),
            VariantField::WeightGrams => Value::number(self.weight_grams),
            VariantField::Image => Value::text(&self.image),
            VariantField::Position => Value::Number(self.position),
        }
    }

    pub fn set(&mut self, field: VariantField, value: Value) -> Result<(), InvalidValue> {
        match field {
            VariantField::Options => self.options = list(value, limits::SHORT_TEXT, limits::OPTIONS)?,
            VariantField::Sku => self.sku = text(value, limits::SHORT_TEXT)?,
            VariantField::Barcode => self.barcode = text(value, limits::SHORT_TEXT)?,
            VariantField::Price => self.price = money(value)?,
            VariantField::CompareAtPrice => self.compare_at_price = money(value)?,
            VariantField::Cost => self.cost = money(value)?,
            VariantField::Taxable => self.taxable = flag(value)?,
            VariantField::InventoryQuantity => self.inventory_quantity = number(value)?,
            VariantField::InventoryPolicy => {
                self.inventory_policy = InventoryPolicy::from_name(&text(value, 16)?).ok_or(InvalidValue::NotOneOf(&["deny", "continue"]))?;
            }
            VariantField::RequiresShipping => self.requires_shipping = flag(value)?,
            VariantField::WeightGrams => self.weight_grams = number(value)?,
            VariantField::Image => self.image = text(value, limits::URL)?,
            VariantField::Position => self.position = number(value)?.ok_or(InvalidValue::Empty)?,
        }
        Ok(())
    }
}

impl Image {
    pub fn get(&self, field: ImageField) -> Value {
        match field {
            ImageField::Url => Value::text(&self.url),
            ImageField::Alt => Value::text(&self.alt),
            ImageField::Position => Value::Number(self.position),
        }
    }

    pub fn set(&mut self, field: ImageField, value: Value) -> Result<(), InvalidValue> {
        match field {
            ImageField::Url => {
                let url = text(value, limits::URL)?;
                if url.is_empty() {
                    return Err(InvalidValue::Empty);
                }
                self.url = url;
            }
            ImageField::Alt => self.alt = text(value, limits::SHORT_TEXT)?,
            ImageField::Position => self.position = number(value)?.ok_or(InvalidValue::Empty)?,
        }
        Ok(())
    }
}

/// Whether a text is short enough without counting its characters, and has nothing to be taken out.
fn is_plain(text: &str, limit: usize) -> bool {
    text.len() <= limit && !text.as_bytes().contains(&0)
}

fn text(value: Value, limit: usize) -> Result<String, InvalidValue> {
    let text = match value {
        Value::None => return Ok(String::new()),
        // Neither engine's text can hold U+0000 on both sides; nobody means it.
        Value::Text(text) if text.contains('\0') => text.replace('\0', ""),
        Value::Text(text) => text,
        _ => return Err(InvalidValue::WrongKind),
    };
    // Bytes bound characters: most texts need no counting.
    if text.len() > limit {
        let characters = text.chars().count();
        if characters > limit {
            return Err(InvalidValue::TooLong { characters, limit });
        }
    }
    Ok(text)
}

fn list(value: Value, limit: usize, most: usize) -> Result<Vec<String>, InvalidValue> {
    match value {
        Value::None => Ok(Vec::new()),
        Value::List(items) if items.len() > most => Err(InvalidValue::TooMany { count: items.len(), limit: most }),
        Value::List(items) => items.into_iter().map(|item| text(Value::Text(item), limit)).collect(),
        _ => Err(InvalidValue::WrongKind),
    }
}

/// Trimmed, without empty ones, each once, in the order given.
fn tags(given: Vec<String>) -> Vec<String> {
    let mut tags: Vec<String> = Vec::with_capacity(given.len());
    for tag in given {
        let tag = tag.trim();
        if !tag.is_empty() && !tags.iter().any(|known| known == tag) {
            tags.push(tag.to_owned());
        }
    }
    tags
}

fn flag(value: Value) -> Result<bool, InvalidValue> {
    if let Value::Flag(flag) = value { Ok(flag) } else { Err(InvalidValue::WrongKind) }
}

fn number(value: Value) -> Result<Option<i64>, InvalidValue> {
    match value {
        Value::None => Ok(None),
        Value::Number(number) => Ok(Some(number)),
        _ => Err(InvalidValue::WrongKind),
    }
}

fn money(value: Value) -> Result<Option<Money>, InvalidValue> {
    match number(value)? {
        Some(amount) if amount < 0 => Err(InvalidValue::Money(InvalidMoney::Negative)),
        Some(amount) if amount > Money::MAX.0 => Err(InvalidValue::Money(InvalidMoney::TooLarge)),
        amount => Ok(amount.map(Money)),
    }
}
