//! What became of an op, as a problem when it was not done.

use domain::{field::Field, ids::Seq, product::Content};
use ports::product::Receipt;

use crate::problem::{Fault, Kind, Problem, push_pointer};

/// What an op was made of: what is at fault is pointed at in it.
#[derive(Clone, Copy)]
pub(super) enum Sent<'a> {
    /// A product that is to be made.
    New(&'a Content),
    /// What is to be changed in a product.
    Changes,
    /// A variant or a picture by itself.
    Part,
}

/// The product's version after it.
pub(super) fn version(receipt: Receipt, sent: Sent<'_>) -> Result<Seq, Problem> {
    match receipt {
        Receipt::Applied { seq } | Receipt::NoOp { seq } => Ok(seq),
        Receipt::Conflict(conflicts) => {
            let fault = |field: &Field| Fault::pointer(pointer(field, sent), "Somebody changed this meanwhile.");
            let faults = conflicts.iter().map(|conflict| fault(&conflict.field)).collect();
            Err(changed_meanwhile().with(faults))
        }
        // A handle is checked when it is read: what is left is that another product has it.
        Receipt::Rejected { field: Some(Field::Handle), reason } => Err(Problem::pointer(Kind::Conflict, "/handle", reason)),
        Receipt::Rejected { field: Some(field), reason } => Err(Problem::pointer(Kind::Unacceptable, pointer(&field, sent), reason)),
        Receipt::Rejected { field: None, reason } => Err(Problem::new(Kind::Conflict, reason)),
    }
}

pub(super) fn changed_meanwhile() -> Problem {
    Problem::new(Kind::ChangedMeanwhile, "Somebody changed this product meanwhile. Nothing was changed. Read it again, and decide again.")
}

/// Where a field stands in what was sent.
fn pointer(field: &Field, sent: Sent<'_>) -> String {
    let content = match sent {
        Sent::Part => return pointer_in_part(field),
        Sent::New(content) => Some(content),
        Sent::Changes => None,
    };
    let part = |list: &str, number: Option<usize>, name: Option<&str>| {
        let mut pointer = format!("/{list}");
        if let Some(number) = number {
            push_pointer(&mut pointer, &number.to_string());
        }
        if let Some(name) = name {
            push_pointer(&mut pointer, name);
        }
        pointer
    };
    let variant = |id| content.and_then(|content| content.variants.iter().position(|variant| variant.id == id));
    let image = |id| content.and_then(|content| content.images.iter().position(|image| image.id == id));
    match field {
        Field::Variant(id) => part("variants", variant(*id), None),
        Field::VariantField(id, field) => part("variants", variant(*id), Some(field.name())),
        Field::Image(id) => part("images", image(*id), None),
        Field::ImageField(id, field) => part("images", image(*id), Some(field.name())),
        Field::Extra(column) => {
            let mut pointer = "/extras".to_owned();
            push_pointer(&mut pointer, column);
            pointer
        }
        plain => format!("/{plain}"),
    }
}

fn pointer_in_part(field: &Field) -> String {
    match field {
        Field::VariantField(_, field) => format!("/{}", field.name()),
        Field::ImageField(_, field) => format!("/{}", field.name()),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use domain::{
        change::FieldConflict,
        clock::Timestamp,
        field::{ImageField, Value, VariantField},
        ids::{ImageId, VariantId},
        product::Variant,
    };

    use super::*;

    fn refused(receipt: Receipt, sent: Sent<'_>) -> (u16, String) {
        let problem = version(receipt, sent).unwrap_err();
        (problem.status(), serde_json::to_string(&problem).unwrap())
    }

    #[test]
    fn what_was_done_has_a_version() {
        assert_eq!(version(Receipt::Applied { seq: Seq(3) }, Sent::Changes), Ok(Seq(3)));
        assert_eq!(version(Receipt::NoOp { seq: Seq(2) }, Sent::Changes), Ok(Seq(2)));
    }

    #[test]
    fn a_rule_that_was_broken_is_pointed_at_where_it_was_sent() {
        let mut content = Content::new("lamp".parse().unwrap(), "Lamp");
        let id = |number| VariantId::new(Timestamp::from_micros(1), [number; 10]);
        content.variants = vec![Variant::new(id(1), 1), Variant::new(id(2), 2)];
        let rejected = |field| Receipt::Rejected { field: Some(field), reason: "No.".into() };

        for (field, pointer) in [
            (Field::SeoTitle, "/seo_title"),
            (Field::VariantField(id(2), VariantField::CompareAtPrice), "/variants/1/compare_at_price"),
            (Field::Variant(id(1)), "/variants/0"),
            (Field::Extra("Fit / cut".into()), "/extras/Fit ~1 cut"),
        ] {
            let (status, json) = refused(rejected(field), Sent::New(&content));
            assert!(status == 422 && json.contains(&format!("\"pointer\":\"{pointer}\"")), "{json}");
        }
    }

    #[test]
    fn a_handle_that_another_product_has_is_a_clash() {
        let (status, json) = refused(Receipt::Rejected { field: Some(Field::Handle), reason: "Another product has it.".into() }, Sent::Changes);
        assert!(status == 409 && json.contains("\"/handle\""), "{json}");
        assert_eq!(refused(Receipt::Rejected { field: None, reason: "In the trash.".into() }, Sent::Changes).0, 409);
    }

    #[test]
    fn a_change_in_the_same_moment_names_its_fields() {
        let conflict = FieldConflict { field: Field::Title, seen: Seq(1), current: Seq(2), theirs: Value::text("A"), mine: Value::text("B") };
        let (status, json) = refused(Receipt::Conflict(vec![conflict]), Sent::Changes);
        assert!(status == 412 && json.contains("\"/title\""), "{json}");
    }

    #[test]
    fn what_is_at_fault_in_a_part_is_pointed_at_in_the_part() {
        let variant = VariantId::new(Timestamp::from_micros(1), [1; 10]);
        let image = ImageId::new(Timestamp::from_micros(1), [1; 10]);
        let rejected = |field| refused(Receipt::Rejected { field: Some(field), reason: "No.".into() }, Sent::Part);
        let field = Field::VariantField(variant, VariantField::CompareAtPrice);
        let conflict = FieldConflict { field: field.clone(), seen: Seq(1), current: Seq(2), theirs: Value::None, mine: Value::Number(1) };

        for (field, pointer) in [(field, "/compare_at_price"), (Field::ImageField(image, ImageField::Alt), "/alt"), (Field::Variant(variant), "")] {
            let (status, json) = rejected(field);
            assert!(status == 422 && json.contains(&format!("\"pointer\":\"{pointer}\"")), "{json}");
        }
        let (status, json) = refused(Receipt::Conflict(vec![conflict]), Sent::Part);
        assert!(status == 412 && json.contains("\"pointer\":\"/compare_at_price\""), "{json}");
    }
}
