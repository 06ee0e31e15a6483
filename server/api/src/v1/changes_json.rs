//! A change of a field, and what a field holds, as the API shows them.

use domain::{
    change::ChangeKind,
    field::{Field, Value, VariantField},
    ids::{ProductId, Seq},
    money::{Currency, Money},
};
use ports::changes::LoggedChange;
use serde::Serialize;
use serde_json::{Number, Value as Json};
use utoipa::{
    ToSchema,
    openapi::{Object, ObjectBuilder, Type, schema::SchemaType},
};

use super::common::one_of;
use crate::format;

/// One field of a product from one value to another, or a product as a whole. Changes with the same `seq` were made together.
#[derive(Debug, PartialEq, Serialize, ToSchema)]
#[schema(as = Change)]
pub(crate) struct ChangeJson<'a> {
    /// Its number in the store, in the order of commits.
    #[schema(value_type = i64, example = 12)]
    seq: Seq,
    /// RFC 3339, UTC.
    #[schema(format = DateTime, example = "2026-11-02T08:30:00.000000Z")]
    at: String,
    #[schema(value_type = String, format = "uuid", example = "0198c0de-0000-7000-8000-000000000001")]
    product_id: ProductId,
    /// The product's handle now.
    #[schema(example = "oak-lamp")]
    handle: &'a str,
    #[schema(schema_with = kind)]
    kind: &'static str,
    /// Which field: as a product has it, `extra:COLUMN`, `variant:ID` or `image:ID` for one as a whole, `variant:ID:price` or
    /// `image:ID:alt` for a field of one, `deleted` for the trash. Null when the product was made: what it was made with is what it
    /// is now, taken back through `before` of every later change.
    #[schema(required = true, example = "title")]
    field: Option<String>,
    /// What was there: null for nothing.
    #[schema(schema_with = value, required = true)]
    before: Json,
    /// What is there now: null for nothing.
    #[schema(schema_with = value, required = true)]
    after: Json,
    /// Through which door it came: `page`, `api`, `import`, `demo`, `command_line`, `run`, `review` or `device`.
    #[schema(example = "api")]
    source: &'static str,
    /// The name of the person; null when nobody can be named.
    #[schema(required = true, example = "Ada")]
    user: Option<&'a str>,
}

/// A change of a product is one of each of its fields; one that lists none is one all the same.
pub(super) fn changes(change: &LoggedChange, currency: Currency) -> impl Iterator<Item = ChangeJson<'_>> {
    let bare = move |field, before, after| ChangeJson {
        seq: change.seq,
        at: format::time(change.at),
        product_id: change.product,
        handle: change.handle.as_str(),
        kind: change.kind.name(),
        field,
        before,
        after,
        source: change.source.name(),
        user: Some(change.who.as_str()).filter(|who| !who.is_empty()),
    };
    let whole = change.fields.is_empty().then(|| bare(None, Json::Null, Json::Null));
    let fields = change.fields.iter().map(move |of| {
        let json = |value| json(&of.field, value, currency);
        bare(Some(of.field.to_string()), json(&of.before), json(&of.after))
    });
    whole.into_iter().chain(fields)
}

/// What a field holds. Amounts are decimal numbers as text, as everywhere.
pub(super) fn json(field: &Field, value: &Value, currency: Currency) -> Json {
    match (field, value) {
        (Field::VariantField(_, field), value) => json_of(is_money(*field), value, currency),
        (Field::Variant(_), Value::Record(record)) => {
            let member =
                |(name, value): (&String, &Value)| (name.clone(), json_of(VariantField::from_name(name).is_some_and(is_money), value, currency));
            Json::Object(record.iter().map(member).collect())
        }
        (_, value) => json_of(false, value, currency),
    }
}

const fn is_money(field: VariantField) -> bool {
    matches!(field, VariantField::Price | VariantField::CompareAtPrice | VariantField::Cost)
}

fn json_of(is_money: bool, value: &Value, currency: Currency) -> Json {
    match value {
        Value::None => Json::Null,
        Value::Flag(flag) => Json::Bool(*flag),
        Value::Number(amount) if is_money => Json::String(format::money(Money(*amount), currency)),
        Value::Number(number) => Json::Number(Number::from(*number)),
        Value::Text(text) => Json::String(text.clone()),
        Value::List(items) => Json::Array(items.iter().cloned().map(Json::String).collect()),
        Value::Record(record) => Json::Object(record.iter().map(|(name, value)| (name.clone(), json_of(false, value, currency))).collect()),
    }
}

fn kind() -> Object {
    let kinds = [ChangeKind::Created, ChangeKind::Edited, ChangeKind::Deleted, ChangeKind::Restored];
    one_of(kinds.map(ChangeKind::name), "What happened to the product: `deleted` put it into the trash, `restored` took it out again.")
}

/// What a field can hold.
pub(super) fn value() -> Object {
    let kinds = vec![Type::String, Type::Integer, Type::Boolean, Type::Array, Type::Object, Type::Null];
    let says = "As the field has it: text, a whole number, yes or no, a list of texts; a variant or a picture as an object; null for nothing. \
                Amounts are decimal numbers as text in the store's currency.";
    ObjectBuilder::new().schema_type(SchemaType::Array(kinds)).description(Some(says)).build()
}

#[cfg(test)]
mod tests {
    use domain::{
        change::FieldChange,
        clock::Timestamp,
        field::ImageField,
        ids::{ImageId, VariantId},
    };
    use ports::product::Source;
    use serde_json::json;

    use super::*;

    fn logged(fields: Vec<FieldChange>) -> LoggedChange {
        LoggedChange {
            seq: Seq(7),
            at: Timestamp::from_micros(1_709_209_845_000_042),
            product: ProductId::new(Timestamp::from_micros(1), [0; 10]),
            handle: "lamp".parse().unwrap(),
            kind: if fields.is_empty() { ChangeKind::Created } else { ChangeKind::Edited },
            fields,
            source: Source::Page,
            who: "Ada".into(),
        }
    }

    fn written(change: &LoggedChange) -> Vec<Json> {
        changes(change, Currency::EUR).map(|change| serde_json::to_value(change).unwrap()).collect()
    }

    fn shown(field: Field, value: Value) -> Json {
        json(&field, &value, Currency::EUR)
    }

    #[test]
    fn a_change_is_one_of_each_of_its_fields() {
        let of = |field, before: &str, after: &str| FieldChange { field, before: Value::text(before), after: Value::text(after) };

        let written = written(&logged(vec![of(Field::Title, "a", "b"), of(Field::Extra("Fit".into()), "", "Wide")]));

        let expected = json!({
            "seq": 7, "at": "2024-02-29T12:30:45.000042Z", "product_id": logged(Vec::new()).product, "handle": "lamp", "kind": "edited",
            "field": "title", "before": "a", "after": "b", "source": "page", "user": "Ada",
        });
        assert_eq!(written[0], expected);
        assert_eq!((written.len(), &written[1]["seq"], &written[1]["field"]), (2, &json!(7), &json!("extra:Fit")));
    }

    #[test]
    fn a_creation_lists_no_field_and_is_told() {
        let written = written(&LoggedChange { who: String::new(), ..logged(Vec::new()) });

        assert_eq!((written.len(), &written[0]["kind"]), (1, &json!("created")));
        assert!(["field", "before", "after", "user"].iter().all(|name| written[0][name].is_null()), "{written:?}");
    }

    #[test]
    fn amounts_are_text_wherever_they_stand() {
        let variant = VariantId::new(Timestamp::from_micros(1), [1; 10]);
        let record = [("price".to_owned(), Value::Number(1_990)), ("weight_grams".to_owned(), Value::Number(5)), ("cost".to_owned(), Value::None)];

        assert_eq!(shown(Field::VariantField(variant, VariantField::Price), Value::Number(1_990)), json!("19.90"));
        assert_eq!(shown(Field::VariantField(variant, VariantField::Price), Value::None), Json::Null);
        assert_eq!(shown(Field::VariantField(variant, VariantField::WeightGrams), Value::Number(5)), json!(5));
        let whole = shown(Field::Variant(variant), Value::Record(record.into_iter().collect()));
        assert_eq!(whole, json!({"price": "19.90", "weight_grams": 5, "cost": null}));
    }

    #[test]
    fn other_values_are_as_json_has_them() {
        let image = ImageId::new(Timestamp::from_micros(1), [1; 10]);

        assert_eq!(shown(Field::Tags, Value::List(vec!["a".into(), "b".into()])), json!(["a", "b"]));
        assert_eq!(shown(Field::Deleted, Value::Flag(true)), json!(true));
        assert_eq!(shown(Field::ImageField(image, ImageField::Position), Value::Number(2)), json!(2));
        assert_eq!(shown(Field::Image(image), Value::Record([("alt".to_owned(), Value::text("A"))].into())), json!({"alt": "A"}));
    }
}
