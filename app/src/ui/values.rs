//! Fields and their values in words.

use domain::{
    field::{Field, ImageField, Value, VariantField},
    money::{Currency, Money},
    product::InventoryPolicy,
};

use super::format;

pub(crate) fn label(field: &Field) -> String {
    field.label().to_owned()
}

/// A value as a person reads it; nothing as an empty text.
pub(crate) fn readable(field: &Field, value: &Value, currency: Currency) -> String {
    match (field, value) {
        (Field::VariantField(_, field), Value::Number(number)) => of_variant(*field, *number, currency),
        (Field::VariantField(_, VariantField::Options) | Field::OptionNames, Value::List(items)) => items.join(" / "),
        (Field::VariantField(_, VariantField::InventoryPolicy), Value::Text(text)) => {
            InventoryPolicy::from_name(text).map_or_else(String::new, |policy| sold_out(policy).to_owned())
        }
        (Field::Status, Value::Text(text)) => capital(text),
        (Field::Variant(_), Value::Record(record)) => {
            let part = |name: VariantField| {
                let value = record.get(name.name())?;
                let text = match value {
                    Value::List(items) => items.join(" / "),
                    Value::Number(number) => of_variant(name, *number, currency),
                    value => value.to_string(),
                };
                (!text.is_empty()).then_some(text)
            };
            let parts: Vec<String> = [VariantField::Options, VariantField::Sku, VariantField::Price].into_iter().filter_map(part).collect();
            if parts.is_empty() { "a variant".to_owned() } else { parts.join(", ") }
        }
        (Field::Image(_), Value::Record(record)) => {
            let part = |name: ImageField| record.get(name.name()).map(Value::to_string).filter(|text| !text.is_empty());
            part(ImageField::Alt).or_else(|| part(ImageField::Url)).unwrap_or_default()
        }
        (_, value) => value.to_string(),
    }
}

/// What happens to a variant that is sold out.
pub(crate) const fn sold_out(policy: InventoryPolicy) -> &'static str {
    match policy {
        InventoryPolicy::Deny => "Stop selling",
        InventoryPolicy::Continue => "Continue selling",
    }
}

fn of_variant(field: VariantField, number: i64, currency: Currency) -> String {
    match field {
        VariantField::Price | VariantField::CompareAtPrice | VariantField::Cost => format::money(Money(number), currency),
        VariantField::WeightGrams => format!("{number} g"),
        _ => number.to_string(),
    }
}

/// `active` as `Active`.
pub(crate) fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

#[cfg(test)]
mod tests {
    use domain::{clock::Timestamp, ids::VariantId};

    use super::*;

    #[test]
    fn values_are_told_as_a_person_reads_them() {
        let id = VariantId::new(Timestamp::from_micros(1), [0; 10]);
        let told = |field: Field, value: Value| readable(&field, &value, Currency::EUR);

        assert_eq!(told(Field::VariantField(id, VariantField::Price), Value::Number(129_900)), "€1,299.00");
        assert_eq!(told(Field::Status, Value::text("active")), "Active");
        assert_eq!(told(Field::Tags, Value::List(vec!["a".into(), "b".into()])), "a, b");
        assert_eq!(told(Field::Title, Value::None), "");
        let record = [("options".to_owned(), Value::List(vec!["Oak".into(), "120".into()])), ("price".to_owned(), Value::Number(5))];
        assert_eq!(told(Field::Variant(id), Value::Record(record.into())), "Oak / 120, €0.05");
    }
}
