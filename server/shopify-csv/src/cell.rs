//! Reading one cell as the value of its field. An error is a sentence for the person who has to mend it.

use std::borrow::Cow;

use domain::{
    field::{Field, Value, VariantField},
    handle::Handle,
    money::{Currency, Money},
    product::{InvalidValue, InventoryPolicy, Status, limits},
};

type Parsed = Result<Option<Value>, String>;

/// None says that a blank cell leaves this field as it is.
pub(crate) fn product(field: &Field, cell: Cow<'_, str>) -> Parsed {
    match field {
        Field::Title if cell.trim().is_empty() => Err("The first row of a product needs its title.".to_owned()),
        Field::Title => text(cell, limits::TITLE),
        Field::Description => text(cell, limits::DESCRIPTION),
        Field::SeoTitle => text(cell, limits::SEO_TITLE),
        Field::SeoDescription => text(cell, limits::SEO_DESCRIPTION),
        Field::Tags => tags(&cell),
        Field::Status => word(&cell, |name| Status::from_name(name).map(Status::name), &["active", "draft", "archived"]),
        Field::Published | Field::GiftCard => flag(&cell),
        _ => text(cell, limits::SHORT_TEXT),
    }
}

/// None says that a blank cell leaves this field as it is.
pub(crate) fn variant(field: VariantField, cell: Cow<'_, str>, currency: Currency) -> Parsed {
    match field {
        VariantField::Price | VariantField::CompareAtPrice | VariantField::Cost => money(&cell, currency),
        VariantField::Taxable | VariantField::RequiresShipping => flag(&cell),
        VariantField::InventoryQuantity => integer(&cell).map(|number| Some(Value::number(number))),
        VariantField::InventoryPolicy => policy(&cell),
        VariantField::WeightGrams => weight(&cell),
        VariantField::Image => url(&cell).map(|url| Some(Value::Text(url))),
        _ => text(cell, limits::SHORT_TEXT),
    }
}

pub(crate) fn handle(cell: &str) -> Result<Handle, String> {
    cell.parse::<Handle>().map_err(|error| error.to_string())
}

pub(crate) fn short_text(cell: Cow<'_, str>) -> Result<String, String> {
    limited(cell, limits::SHORT_TEXT)
}

pub(crate) fn url(cell: &str) -> Result<String, String> {
    limited(Cow::Borrowed(cell.trim()), limits::URL)
}

pub(crate) fn extra(cell: Cow<'_, str>) -> Result<String, String> {
    limited(cell, limits::EXTRA)
}

/// None for a blank cell. Spreadsheets write `5.0` for 5.
pub(crate) fn integer(cell: &str) -> Result<Option<i64>, String> {
    let cell = cell.trim();
    if cell.is_empty() {
        return Ok(None);
    }
    let whole = match cell.split_once('.') {
        Some((whole, zeros)) if !zeros.is_empty() && zeros.bytes().all(|b| b == b'0') => whole,
        _ => cell,
    };
    whole.parse().map(Some).map_err(|_| "This is not a whole number. Write it like 12.".to_owned())
}

fn text(cell: Cow<'_, str>, limit: usize) -> Parsed {
    limited(cell, limit).map(|text| Some(Value::Text(text)))
}

fn limited(cell: Cow<'_, str>, limit: usize) -> Result<String, String> {
    // As the domain does it: nobody means U+0000.
    let text = if cell.contains('\0') { cell.replace('\0', "") } else { cell.into_owned() };
    if text.len() > limit {
        let characters = text.chars().count();
        if characters > limit {
            return Err(InvalidValue::TooLong { characters, limit }.to_string());
        }
    }
    Ok(text)
}

fn tags(cell: &str) -> Parsed {
    let mut tags: Vec<String> = Vec::new();
    for tag in cell.split(',').map(str::trim).filter(|tag| !tag.is_empty()) {
        let tag = limited(Cow::Borrowed(tag), limits::TAG)?;
        if !tags.contains(&tag) {
            tags.push(tag);
        }
        if tags.len() > limits::TAGS {
            let count = cell.split(',').count();
            return Err(InvalidValue::TooMany { count, limit: limits::TAGS }.to_string());
        }
    }
    Ok(Some(Value::List(tags)))
}

fn word(cell: &str, known: impl Fn(&str) -> Option<&'static str>, allowed: &'static [&'static str]) -> Parsed {
    match cell.trim() {
        "" => Ok(None),
        word => {
            let name = known(&word.to_ascii_lowercase()).ok_or_else(|| InvalidValue::NotOneOf(allowed).to_string())?;
            Ok(Some(Value::text(name)))
        }
    }
}

fn policy(cell: &str) -> Parsed {
    let known = |word: &str| match word {
        // The newer header asks "Continue selling when out of stock", which people answer.
        "true" | "yes" => Some(InventoryPolicy::Continue.name()),
        "false" | "no" => Some(InventoryPolicy::Deny.name()),
        word => InventoryPolicy::from_name(word).map(InventoryPolicy::name),
    };
    word(cell, known, &["deny", "continue"])
}

fn flag(cell: &str) -> Parsed {
    let cell = cell.trim();
    let is = |words: &[&str]| words.iter().any(|word| cell.eq_ignore_ascii_case(word));
    if cell.is_empty() {
        Ok(None)
    } else if is(&["true", "yes", "1"]) {
        Ok(Some(Value::Flag(true)))
    } else if is(&["false", "no", "0"]) {
        Ok(Some(Value::Flag(false)))
    } else {
        Err("This is neither TRUE nor FALSE.".to_owned())
    }
}

fn money(cell: &str, currency: Currency) -> Parsed {
    if cell.trim().is_empty() {
        return Ok(Some(Value::None));
    }
    Money::parse(cell, currency).map(|money| Some(Value::Number(money.0))).map_err(|error| error.to_string())
}

/// Grams, of which a fraction is rounded.
fn weight(cell: &str) -> Parsed {
    const NOT_A_WEIGHT: &str = "This is not a weight in grams. Write it like 250 or 250.5.";
    /// A thousand tonnes.
    const MOST: f64 = 1e9;
    let cell = cell.trim();
    if cell.is_empty() {
        return Ok(Some(Value::None));
    }
    if !cell.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'-')) {
        return Err(NOT_A_WEIGHT.to_owned());
    }
    let grams: f64 = cell.parse().map_err(|_| NOT_A_WEIGHT.to_owned())?;
    if grams < 0.0 {
        return Err("A weight cannot be negative.".to_owned());
    }
    if grams > MOST {
        return Err("This weight is too large: the limit is 1,000,000,000 grams.".to_owned());
    }
    Ok(Some(Value::Number(grams.round() as i64)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(field: VariantField, cell: &str) -> Parsed {
        variant(field, Cow::Borrowed(cell), Currency::EUR)
    }

    #[test]
    fn numbers_are_read_as_spreadsheets_write_them() {
        assert_eq!(read(VariantField::InventoryQuantity, " -5 "), Ok(Some(Value::Number(-5))));
        assert_eq!(read(VariantField::InventoryQuantity, "12.0"), Ok(Some(Value::Number(12))));
        assert_eq!(read(VariantField::InventoryQuantity, ""), Ok(Some(Value::None)));
        assert_eq!(read(VariantField::WeightGrams, "249.6"), Ok(Some(Value::Number(250))));
        assert_eq!(read(VariantField::Price, "1,299.00"), Ok(Some(Value::Number(129_900))));
    }

    #[test]
    fn garbage_is_refused_with_a_sentence() {
        for (field, cell, reason) in [
            (VariantField::InventoryQuantity, "1.5", "This is not a whole number. Write it like 12."),
            (VariantField::InventoryQuantity, "99999999999999999999", "This is not a whole number. Write it like 12."),
            (VariantField::WeightGrams, "-1", "A weight cannot be negative."),
            (VariantField::WeightGrams, "inf", "This is not a weight in grams. Write it like 250 or 250.5."),
            (VariantField::WeightGrams, "99999999999", "This weight is too large: the limit is 1,000,000,000 grams."),
            (VariantField::Taxable, "maybe", "This is neither TRUE nor FALSE."),
            (VariantField::InventoryPolicy, "stop", "Choose one of: deny, continue."),
            (VariantField::Price, "-1", "An amount cannot be negative."),
        ] {
            assert_eq!(read(field, cell), Err(reason.to_owned()));
        }
    }

    #[test]
    fn words_are_read_in_any_case() {
        assert_eq!(product(&Field::Status, Cow::Borrowed(" Archived")), Ok(Some(Value::text("archived"))));
        assert_eq!(product(&Field::Published, Cow::Borrowed("true")), Ok(Some(Value::Flag(true))));
        assert_eq!(read(VariantField::InventoryPolicy, "DENY"), Ok(Some(Value::text("deny"))));
        assert_eq!(read(VariantField::InventoryPolicy, "Continue"), Ok(Some(Value::text("continue"))));
    }

    #[test]
    fn tags_are_trimmed_and_each_is_kept_once() {
        let tags = product(&Field::Tags, Cow::Borrowed(" sale,new , sale,,"));

        assert_eq!(tags, Ok(Some(Value::List(vec!["sale".into(), "new".into()]))));
    }
}
