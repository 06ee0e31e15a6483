//! What a record means for the catalogue: a new product, or the edits that make a known one agree.

use domain::{
    field::{Field, ImageField, Value, VariantField},
    ids::{ImageId, VariantId},
    op::{Base, Edit},
    product::{Content, Image, InvalidValue, Variant},
};

use crate::{
    bad::BadRow,
    record::{ImageRecord, ProductRecord, VariantRecord},
};

/// Where new ids come from.
pub trait Ids {
    fn variant(&mut self) -> VariantId;
    fn image(&mut self) -> ImageId;
}

/// The new product a record describes. It needs a title, which a file made for updates may lack.
pub fn content(record: ProductRecord, ids: &mut dyn Ids) -> Result<Content, BadRow> {
    let ProductRecord { line, handle, fields, variants, images, .. } = record;
    if !fields.iter().any(|(field, _)| *field == Field::Title) {
        return Err(BadRow::new(
            line,
            "",
            handle.as_str(),
            "There is no product with this handle, and a new one needs a title. Add the Title column.",
        ));
    }
    let mut content = Content::new(handle, "");
    for (field, value) in fields {
        content.set(&field, value).map_err(|error| refused(line, &error))?;
    }
    for (variant, position) in variants.into_iter().zip(1..) {
        let variant = new_variant(variant, content.option_names.len(), ids.variant(), position)?;
        content.variants.push(variant);
    }
    let mut last: i64 = 0;
    for ImageRecord { url, alt, position, .. } in images {
        last = position.unwrap_or_else(|| last.saturating_add(1));
        content.images.push(Image { id: ids.image(), position: last, url, alt: alt.unwrap_or_default() });
    }
    content.images.sort_by_key(|image| image.position);
    Ok(content)
}

/// The edits that make `existing` agree with the file: none when it does already. Columns that the file
/// does not have are left alone, and so are variants and images it does not mention. Fails when a row does
/// not say which of several variants it means.
pub fn edits(record: &ProductRecord, existing: &Content, ids: &mut dyn Ids) -> Result<Vec<Edit>, BadRow> {
    let mut edits = Vec::new();
    for (field, value) in &record.fields {
        let same = match (field, value) {
            (Field::OptionNames, Value::List(names)) => trimmed(names) == trimmed(&existing.option_names),
            _ => existing.get(field) == *value,
        };
        if !same {
            edits.push(edit(field.clone(), value.clone()));
        }
    }
    for column in existing.extras.keys().filter(|column| record.kept.product.contains(column)) {
        let field = Field::Extra(column.clone());
        if record.get(&field).is_none() {
            edits.push(edit(field, Value::None));
        }
    }
    edit_variants(record, existing, ids, &mut edits)?;
    edit_images(record, existing, ids, &mut edits);
    Ok(edits)
}

fn edit(field: Field, value: Value) -> Edit {
    Edit { field, base: Base::Any, value }
}

fn refused(line: u64, error: &InvalidValue) -> BadRow {
    BadRow::new(line, "", "", error.to_string())
}

fn edit_variants(record: &ProductRecord, existing: &Content, ids: &mut dyn Ids, edits: &mut Vec<Edit>) -> Result<(), BadRow> {
    let options = match record.get(&Field::OptionNames) {
        Some(Value::List(names)) => names.len(),
        _ => existing.option_names.len(),
    };
    let matches = match_variants(&record.variants, &existing.variants);
    let mut last = existing.variants.iter().map(|variant| variant.position).max().unwrap_or(0);
    for (variant, matched) in record.variants.iter().zip(matches) {
        if let Some(at) = matched {
            edit_variant(record, variant, existing, &existing.variants[at], options, edits)?;
        } else if key(&variant.options).is_empty() && existing.variants.iter().any(|known| !key(&known.options).is_empty()) {
            let reason = "This product has several variants, and this row does not say which one it means. Fill in the option values or a known SKU.";
            return Err(BadRow::new(variant.line, "", sku(variant).unwrap_or_default(), reason));
        } else {
            last = last.saturating_add(1);
            let new = new_variant(variant.clone(), options, ids.variant(), last)?;
            edits.push(set_variant(existing, new));
        }
    }
    Ok(())
}

fn edit_variant(
    product: &ProductRecord,
    record: &VariantRecord,
    content: &Content,
    existing: &Variant,
    options: usize,
    edits: &mut Vec<Edit>,
) -> Result<(), BadRow> {
    let mut changed: Vec<(VariantField, Value)> = Vec::new();
    if !record.options.is_empty() && trimmed(&record.options) != trimmed(&existing.options) {
        changed.push((VariantField::Options, Value::List(padded(record.options.clone(), options))));
    }
    for (field, value) in &record.fields {
        if existing.get(*field) != *value {
            changed.push((*field, value.clone()));
        }
    }
    let mut extras = existing.extras.clone();
    // On the first row the product's kept columns are about the product.
    let said = |column: &String| product.kept.variant.contains(column) || (record.line != product.line && product.kept.product.contains(column));
    extras.retain(|column, _| !said(column));
    extras.extend(record.extras.clone());
    if extras == existing.extras {
        edits.extend(changed.into_iter().map(|(field, value)| edit(Field::VariantField(existing.id, field), value)));
        return Ok(());
    }
    // Kept columns of a variant are no fields of their own: the variant is set as a whole.
    let mut whole = Variant { extras, ..existing.clone() };
    for (field, value) in changed {
        whole.set(field, value).map_err(|error| refused(record.line, &error))?;
    }
    edits.push(set_variant(content, whole));
    Ok(())
}

fn edit_images(record: &ProductRecord, existing: &Content, ids: &mut dyn Ids, edits: &mut Vec<Edit>) {
    let matches = match_images(&record.images, &existing.images);
    let mut last = existing.images.iter().map(|image| image.position).max().unwrap_or(0);
    for (image, matched) in record.images.iter().zip(matches) {
        let Some(known) = matched.map(|at| &existing.images[at]) else {
            last = image.position.unwrap_or_else(|| last.saturating_add(1));
            let new = Image { id: ids.image(), position: last, url: image.url.clone(), alt: image.alt.clone().unwrap_or_default() };
            edits.push(set_image(existing, new));
            continue;
        };
        if let Some(alt) = image.alt.as_ref().filter(|alt| **alt != known.alt) {
            edits.push(edit(Field::ImageField(known.id, ImageField::Alt), Value::text(alt)));
        }
        if let Some(position) = image.position.filter(|position| *position != known.position) {
            edits.push(edit(Field::ImageField(known.id, ImageField::Position), Value::Number(position)));
        }
    }
}

/// Adds a variant or replaces it as a whole.
fn set_variant(product: &Content, variant: Variant) -> Edit {
    let field = Field::Variant(variant.id);
    let mut content = Content::new(product.handle.clone(), "");
    content.variants.push(variant);
    let value = content.get(&field);
    edit(field, value)
}

fn set_image(product: &Content, image: Image) -> Edit {
    let field = Field::Image(image.id);
    let mut content = Content::new(product.handle.clone(), "");
    content.images.push(image);
    let value = content.get(&field);
    edit(field, value)
}

fn new_variant(record: VariantRecord, options: usize, id: VariantId, position: i64) -> Result<Variant, BadRow> {
    let VariantRecord { line, options: values, fields, extras } = record;
    let mut variant = Variant::new(id, position);
    variant.options = padded(values, options);
    for (field, value) in fields {
        variant.set(field, value).map_err(|error| refused(line, &error))?;
    }
    variant.extras = extras;
    Ok(variant)
}

/// Which existing variant each of the file's is: by option values, and by SKU where the file has none.
/// Of several that fit, one with the same SKU goes first.
fn match_variants(file: &[VariantRecord], existing: &[Variant]) -> Vec<Option<usize>> {
    let alone = file.len() == 1 && existing.len() == 1;
    let unsaid = |a: &VariantRecord| key(&a.options).is_empty();
    let same_options = |a: &VariantRecord, b: &Variant| key(&a.options) == key(&b.options);
    let same = |a: &VariantRecord, b: &Variant| same_options(a, b) && sku(a).is_none_or(|sku| sku == b.sku);
    let by_options = |a: &VariantRecord, b: &Variant| !unsaid(a) && same_options(a, b);
    let by_sku = |a: &VariantRecord, b: &Variant| unsaid(a) && !b.sku.is_empty() && sku(a) == Some(b.sku.as_str());
    let by_rest = |a: &VariantRecord, b: &Variant| unsaid(a) && (same_options(a, b) || alone);
    matched(file, existing, &[&same, &by_options, &by_sku, &by_rest])
}

/// Which existing image each of the file's is: by address, and among the same addresses by what else agrees.
fn match_images(file: &[ImageRecord], existing: &[Image]) -> Vec<Option<usize>> {
    let same_url = |a: &ImageRecord, b: &Image| a.url == b.url;
    let same_alt = |a: &ImageRecord, b: &Image| same_url(a, b) && a.alt.as_ref().is_none_or(|alt| *alt == b.alt);
    let same = |a: &ImageRecord, b: &Image| same_alt(a, b) && a.position == Some(b.position);
    matched(file, existing, &[&same, &same_alt, &same_url])
}

type Rule<'a, A, B> = &'a dyn Fn(&A, &B) -> bool;

/// Pairs each of `file` with at most one of `existing`, trying one rule after the other for all.
fn matched<A, B>(file: &[A], existing: &[B], rules: &[Rule<'_, A, B>]) -> Vec<Option<usize>> {
    let mut pairs = vec![None; file.len()];
    let mut taken = vec![false; existing.len()];
    for rule in rules {
        for (at, a) in file.iter().enumerate() {
            if pairs[at].is_some() {
                continue;
            }
            // Most often a file has the order of the catalogue.
            let likely = (at < existing.len() && !taken[at] && rule(a, &existing[at])).then_some(at);
            let pair = likely.or_else(|| existing.iter().enumerate().position(|(at, b)| !taken[at] && rule(a, b)));
            if let Some(pair) = pair {
                taken[pair] = true;
                pairs[at] = Some(pair);
            }
        }
    }
    pairs
}

/// Options without blank ones at the end, however many the product has.
fn trimmed(options: &[String]) -> &[String] {
    let len = options.iter().rposition(|option| !option.is_empty()).map_or(0, |last| last + 1);
    &options[..len]
}

/// What tells a variant from the others of its product: nothing for the one variant of a product without options.
fn key(options: &[String]) -> &[String] {
    match trimmed(options) {
        [only] if only == "Default Title" => &[],
        options => options,
    }
}

/// None when the file has no such column.
fn sku(record: &VariantRecord) -> Option<&str> {
    record.fields.iter().find_map(|(field, value)| match value {
        Value::Text(sku) if *field == VariantField::Sku => Some(sku.as_str()),
        _ => None,
    })
}

fn padded(mut options: Vec<String>, len: usize) -> Vec<String> {
    options.resize(options.len().max(len), String::new());
    options
}
