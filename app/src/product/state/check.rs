//! Whether a value fits its field, told before it is sent: by the rules of the domain itself, and by what a browser
//! will show.

use domain::{
    field::{Field, ImageField, Value},
    handle::Handle,
    ids::{ImageId, VariantId},
    product::{Content, Image, InvalidValue, Variant},
};

/// The value as the server would keep it, or why it would not do.
pub(in crate::product) fn check(field: &Field, value: Value) -> Result<Value, String> {
    let value = kept(field, value).map_err(|reason| reason.to_string())?;
    match (field, &value) {
        // An import may bring other addresses; nobody types one and then wonders where the picture is.
        (Field::ImageField(_, ImageField::Url), Value::Text(address)) if !can_show(address) => {
            Err("Pictures are shown only from addresses that begin with https://, or with / for this server.".to_owned())
        }
        _ => Ok(value),
    }
}

/// Whether the content security policy lets a picture be shown: from this server, or over a line nobody else reads.
pub(in crate::product) fn can_show(address: &str) -> bool {
    let secure = address.as_bytes().get(..8).is_some_and(|start| start.eq_ignore_ascii_case(b"https://"));
    (secure && address.len() > 8) || (address.starts_with('/') && !address.starts_with("//") && address.len() > 1)
}

fn kept(field: &Field, value: Value) -> Result<Value, InvalidValue> {
    let mut scratch = Content::new(Handle::from_title("x").ok_or(InvalidValue::Empty)?, "x");
    match field {
        Field::VariantField(id, _) => scratch.variants.push(Variant::new(*id, 1)),
        Field::ImageField(id, _) => scratch.images.push(Image { id: *id, position: 1, url: String::new(), alt: String::new() }),
        _ => {}
    }
    scratch.set(field, value)?;
    Ok(scratch.get(field))
}

/// A new variant as a whole.
pub(in crate::product) fn new_variant(id: VariantId, position: i64, options: usize) -> Value {
    let variant = Variant { options: vec![String::new(); options], ..Variant::new(id, position) };
    whole(&Field::Variant(id), |scratch| scratch.variants.push(variant))
}

/// A new picture as a whole.
pub(in crate::product) fn new_image(id: ImageId, position: i64, url: String) -> Value {
    whole(&Field::Image(id), |scratch| scratch.images.push(Image { id, position, url, alt: String::new() }))
}

fn whole(field: &Field, put: impl FnOnce(&mut Content)) -> Value {
    let Some(handle) = Handle::from_title("x") else { return Value::None };
    let mut scratch = Content::new(handle, "x");
    put(&mut scratch);
    scratch.get(field)
}
