//! A variant or an image as one value, for adding, removing and restoring it whole.

use std::collections::BTreeMap;

use super::{Image, InvalidValue, Variant, limits};
use crate::{
    field::{ImageField, Value, VariantField},
    ids::{ImageId, VariantId},
};

type Record = BTreeMap<String, Value>;

/// The prefix of kept columns inside a variant's record.
const EXTRA: &str = "extra:";

pub(super) fn of_variant(variant: &Variant) -> Record {
    let fields = VariantField::ALL.iter().map(|field| (field.name().to_owned(), variant.get(*field)));
    let extras = variant.extras.iter().map(|(column, text)| (format!("{EXTRA}{column}"), Value::text(text)));
    fields.chain(extras).collect()
}

pub(super) fn to_variant(id: VariantId, record: Record) -> Result<Variant, InvalidValue> {
    let mut variant = Variant::new(id, 1);
    for (name, value) in record {
        if let Some(column) = name.strip_prefix(EXTRA) {
            match value {
                Value::Text(text) if text.len() <= 4 * limits::EXTRA => variant.extras.insert(column.to_owned(), text),
                _ => return Err(InvalidValue::WrongKind),
            };
        } else {
            variant.set(VariantField::from_name(&name).ok_or(InvalidValue::WrongKind)?, value)?;
        }
    }
    Ok(variant)
}

pub(super) fn of_image(image: &Image) -> Record {
    ImageField::ALL.iter().map(|field| (field.name().to_owned(), image.get(*field))).collect()
}

pub(super) fn to_image(id: ImageId, record: Record) -> Result<Image, InvalidValue> {
    let mut image = Image { id, position: 1, url: String::new(), alt: String::new() };
    for (name, value) in record {
        image.set(ImageField::from_name(&name).ok_or(InvalidValue::WrongKind)?, value)?;
    }
    if image.url.is_empty() { Err(InvalidValue::Empty) } else { Ok(image) }
}
