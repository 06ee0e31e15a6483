//! The reducer: what an op does to a product. Pure, and the same in the browser, where it shows the
//! result before the server has answered.
//!
//! The rules, in order:
//! 1. a value that is already there is no change, however old the op's base;
//! 2. a field that changed after the version the editor saw is a conflict, and then nothing of the op is done;
//! 3. a value that does not fit its field is refused with a reason, and then nothing of the op is done.

use std::fmt;

use crate::{
    change::{ChangeKind, FieldChange, FieldConflict},
    field::{Field, Value},
    ids::ProductId,
    op::{Action, Base, Edit, Op},
    product::{InvalidValue, OptimisationStatus, Product, Versions},
};

// On 32 bits the variants are smaller and the lint is silent.
#[cfg_attr(
    target_pointer_width = "64",
    expect(clippy::large_enum_variant, reason = "made once an op and taken apart at once: a box would only be one more allocation")
)]
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    Applied(Applied),
    /// Everything the op wanted is already so.
    NoOp,
    Conflict(Vec<FieldConflict>),
    Rejected(Rejection),
}

/// The new state. Its versions still lack the sequence number, which the store takes last.
#[derive(Clone, Debug, PartialEq)]
pub struct Applied {
    pub product: Product,
    pub kind: ChangeKind,
    pub fields: Vec<FieldChange>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rejection {
    /// The product is not there, or not any more.
    NotFound,
    /// The product is in the trash; restore it first.
    Deleted,
    /// A product with this id is there already, with other content.
    Exists,
    Invalid {
        field: Field,
        reason: InvalidValue,
    },
}

impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotFound => f.write_str("This product is no longer there."),
            Self::Deleted => f.write_str("This product is in the trash. Restore it to edit it."),
            Self::Exists => f.write_str("This product has been made already."),
            Self::Invalid { reason, .. } => reason.fmt(f),
        }
    }
}

impl std::error::Error for Rejection {}

/// Decides what `op` does to `state`, which is none for a product that is not there.
pub fn reduce(state: Option<&Product>, op: &Op) -> Outcome {
    match (&op.action, state) {
        (Action::Create(content), None) => create(op.product, content.as_ref().clone()),
        (Action::Create(content), Some(product)) if product.content == **content => Outcome::NoOp,
        (Action::Create(_), Some(_)) => Outcome::Rejected(Rejection::Exists),
        (_, None) => Outcome::Rejected(Rejection::NotFound),
        (Action::Edit(edits), Some(product)) if product.deleted && !ends_waiting(edits) => Outcome::Rejected(Rejection::Deleted),
        (Action::Edit(edits), Some(product)) => edit(product, edits),
        (Action::Delete, Some(product)) => set_deleted(product, true),
        (Action::Restore, Some(product)) => set_deleted(product, false),
    }
}

/// Whether an edit says no more than that nothing waits for a product: its suggestion was rejected, its run has failed. That comes
/// true in the trash too, and must not be forgotten when it is restored.
fn ends_waiting(edits: &[Edit]) -> bool {
    let ended = |value: &Value| [OptimisationStatus::Rejected, OptimisationStatus::Failed].iter().any(|status| *value == Value::text(status.name()));
    !edits.is_empty() && edits.iter().all(|edit| edit.field == Field::Optimisation && ended(&edit.value))
}

fn create(id: ProductId, content: crate::product::Content) -> Outcome {
    let mut product = Product { id, ord: 0, content, optimisation: OptimisationStatus::None, deleted: false, versions: Versions::default() };
    // Everything a field checks when it is edited is checked when it is made.
    for field in [
        Field::Title,
        Field::Description,
        Field::Vendor,
        Field::ProductType,
        Field::Category,
        Field::Tags,
        Field::SeoTitle,
        Field::SeoDescription,
        Field::OptionNames,
    ] {
        let value = product.content.get(&field);
        if let Err(reason) = product.content.set(&field, value) {
            return Outcome::Rejected(Rejection::Invalid { field, reason });
        }
    }
    if let Err((field, reason)) = product.content.check_parts() {
        return Outcome::Rejected(Rejection::Invalid { field, reason });
    }
    Outcome::Applied(Applied { product, kind: ChangeKind::Created, fields: Vec::new() })
}

fn edit(product: &Product, edits: &[Edit]) -> Outcome {
    let mut next = product.clone();
    let mut fields: Vec<FieldChange> = Vec::new();
    let mut conflicts = Vec::new();
    for Edit { field, base, value } in edits {
        let before = next.get(field);
        if let Err(reason) = next.set(field, value.clone()) {
            return Outcome::Rejected(Rejection::Invalid { field: field.clone(), reason });
        }
        let after = next.get(field);
        if before == after {
            continue;
        }
        let current = product.versions.current(field);
        match base {
            Base::Seen(seen) if *seen < current => {
                conflicts.push(FieldConflict { field: field.clone(), seen: *seen, current, theirs: product.get(field), mine: value.clone() });
            }
            _ => match fields.iter_mut().find(|change| change.field == *field) {
                Some(change) => change.after = after,
                None => fields.push(FieldChange { field: field.clone(), before, after }),
            },
        }
    }
    if !conflicts.is_empty() {
        return Outcome::Conflict(conflicts);
    }
    fields.retain(|change| change.before != change.after);
    if fields.is_empty() {
        return Outcome::NoOp;
    }
    Outcome::Applied(Applied { product: next, kind: ChangeKind::Edited, fields })
}

fn set_deleted(product: &Product, deleted: bool) -> Outcome {
    if product.deleted == deleted {
        return Outcome::NoOp;
    }
    let mut next = product.clone();
    next.deleted = deleted;
    let kind = if deleted { ChangeKind::Deleted } else { ChangeKind::Restored };
    let change = FieldChange { field: Field::Deleted, before: Value::Flag(!deleted), after: Value::Flag(deleted) };
    Outcome::Applied(Applied { product: next, kind, fields: vec![change] })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        clock::Timestamp,
        field::VariantField,
        ids::{OpId, Seq, VariantId},
        product::{Content, Variant},
    };

    fn product() -> Product {
        let mut content = Content::new("lamp".parse().unwrap(), "Lamp");
        content.variants.push(Variant::new(variant_id(), 1));
        Product {
            id: ProductId::new(Timestamp::from_micros(1), [0; 10]),
            ord: 0,
            content,
            optimisation: OptimisationStatus::None,
            deleted: false,
            versions: Versions::new(Seq(1)),
        }
    }

    fn variant_id() -> VariantId {
        VariantId::new(Timestamp::from_micros(1), [1; 10])
    }

    fn edit_of(product: &Product, edits: &[(Field, Base, Value)]) -> Op {
        let edits = edits.iter().cloned().map(|(field, base, value)| Edit { field, base, value }).collect();
        Op { id: OpId::new(Timestamp::from_micros(2), [0; 10]), product: product.id, action: Action::Edit(edits) }
    }

    #[test]
    fn an_edit_changes_its_field_and_keeps_what_was_there() {
        let product = product();

        let outcome = reduce(Some(&product), &edit_of(&product, &[(Field::Title, Base::Seen(Seq(1)), Value::text("Blue lamp"))]));

        let Outcome::Applied(applied) = outcome else { panic!("{outcome:?}") };
        assert_eq!(applied.product.content.title, "Blue lamp");
        assert_eq!(applied.fields, [FieldChange { field: Field::Title, before: Value::text("Lamp"), after: Value::text("Blue lamp") }]);
    }

    #[test]
    fn parts_are_checked_when_a_product_is_made() {
        let made = |change: fn(&mut Content)| {
            let mut content = product().content;
            change(&mut content);
            let op = Op { action: Action::Create(Box::new(content)), ..edit_of(&product(), &[]) };
            match reduce(None, &op) {
                Outcome::Applied(applied) => Ok(applied.product.content),
                Outcome::Rejected(Rejection::Invalid { field, reason }) => Err((field, reason)),
                other => panic!("{other:?}"),
            }
        };
        let field = |field| Field::VariantField(variant_id(), field);

        assert_eq!(made(|content| content.variants.push(content.variants[0].clone())), Err((Field::Variant(variant_id()), InvalidValue::Twice)));
        assert_eq!(
            made(|content| content.variants[0].price = Some(crate::money::Money(-1))),
            Err((field(VariantField::Price), InvalidValue::Money(crate::money::InvalidMoney::Negative)))
        );
        assert!(made(|content| content.variants[0].sku = "x".repeat(600)).is_err());
        assert!(made(|content| content.extras.insert("Note".into(), "x".repeat(70_000)).map_or((), drop)).is_err());
        assert_eq!(made(|content| content.variants[0].sku = "a\0b".into()).map(|content| content.variants[0].sku.clone()), Ok("ab".into()));
    }

    #[test]
    fn an_edit_of_a_field_somebody_changed_is_a_conflict_that_keeps_both() {
        let mut product = product();
        product.content.title = "Red lamp".into();
        product.versions.set(Field::Title, Seq(5));

        let outcome = reduce(Some(&product), &edit_of(&product, &[(Field::Title, Base::Seen(Seq(1)), Value::text("Blue lamp"))]));

        let Outcome::Conflict(conflicts) = outcome else { panic!("{outcome:?}") };
        assert_eq!((&conflicts[0].theirs, &conflicts[0].mine), (&Value::text("Red lamp"), &Value::text("Blue lamp")));
    }

    #[test]
    fn edits_of_different_fields_do_not_disturb_each_other() {
        let mut product = product();
        product.versions.set(Field::Title, Seq(5));

        let outcome = reduce(Some(&product), &edit_of(&product, &[(Field::Vendor, Base::Seen(Seq(1)), Value::text("Acme"))]));

        assert!(matches!(outcome, Outcome::Applied(_)));
    }

    #[test]
    fn the_same_value_is_no_change_however_old_the_base() {
        let mut product = product();
        product.versions.set(Field::Title, Seq(5));

        let outcome = reduce(Some(&product), &edit_of(&product, &[(Field::Title, Base::Seen(Seq(1)), Value::text("Lamp"))]));

        assert_eq!(outcome, Outcome::NoOp);
    }

    #[test]
    fn an_op_is_done_whole_or_not_at_all() {
        let product = product();
        let edits = [(Field::Vendor, Base::Any, Value::text("Acme")), (Field::Title, Base::Any, Value::text("  "))];

        let outcome = reduce(Some(&product), &edit_of(&product, &edits));

        assert_eq!(outcome, Outcome::Rejected(Rejection::Invalid { field: Field::Title, reason: InvalidValue::Empty }));
    }

    #[test]
    fn removing_a_variant_whose_price_was_changed_unseen_is_a_conflict() {
        let mut product = product();
        product.versions.set(Field::VariantField(variant_id(), VariantField::Price), Seq(9));

        let outcome = reduce(Some(&product), &edit_of(&product, &[(Field::Variant(variant_id()), Base::Seen(Seq(1)), Value::None)]));

        assert!(matches!(outcome, Outcome::Conflict(_)), "{outcome:?}");
    }

    #[test]
    fn a_removed_variant_comes_back_with_the_value_from_the_log() {
        let product = product();
        let field = Field::Variant(variant_id());
        let Outcome::Applied(removed) = reduce(Some(&product), &edit_of(&product, &[(field.clone(), Base::Any, Value::None)])) else { panic!() };

        let back = reduce(Some(&removed.product), &edit_of(&product, &[(field, Base::Any, removed.fields[0].before.clone())]));

        let Outcome::Applied(back) = back else { panic!("{back:?}") };
        assert_eq!(back.product.content, product.content);
    }

    #[test]
    fn a_deleted_product_is_restored_before_it_is_edited() {
        let product = product();
        let delete = Op { action: Action::Delete, ..edit_of(&product, &[]) };
        let Outcome::Applied(deleted) = reduce(Some(&product), &delete) else { panic!() };

        let refused = reduce(Some(&deleted.product), &edit_of(&product, &[(Field::Title, Base::Any, Value::text("X"))]));
        assert_eq!(refused, Outcome::Rejected(Rejection::Deleted));

        let said = |status: OptimisationStatus| edit_of(&product, &[(Field::Optimisation, Base::Any, Value::text(status.name()))]);
        assert_eq!(reduce(Some(&deleted.product), &said(OptimisationStatus::Queued)), Outcome::Rejected(Rejection::Deleted));
        assert_eq!(reduce(Some(&deleted.product), &edit_of(&product, &[])), Outcome::Rejected(Rejection::Deleted));
        let Outcome::Applied(rejected) = reduce(Some(&deleted.product), &said(OptimisationStatus::Rejected)) else { panic!() };
        assert_eq!((rejected.product.deleted, rejected.product.optimisation), (true, OptimisationStatus::Rejected));

        let restore = Op { action: Action::Restore, ..delete };
        let Outcome::Applied(restored) = reduce(Some(&deleted.product), &restore) else { panic!() };
        assert_eq!(restored.product.content, product.content);
    }
}
