use super::*;
use crate::{
    clock::Timestamp,
    ids::{VariantId, VersionId},
    money::Money,
    product::{OptimisationStatus, Variant, Versions},
};

fn lamp() -> Product {
    let mut content = Content::new("lamp".parse().unwrap(), "Lamp");
    let mut variant = Variant::new(VariantId::new(Timestamp::from_micros(1), [1; 10]), 1);
    variant.price = Some(Money(1_000));
    content.variants.push(variant);
    Product {
        id: ProductId::new(Timestamp::from_micros(1), [0; 10]),
        ord: 0,
        content,
        optimisation: OptimisationStatus::Suggested,
        deleted: false,
        versions: Versions::new(Seq(5)),
    }
}

fn op(n: u128) -> OpId {
    OpId(uuid::Uuid::from_u128(n))
}

fn judge(product: &Product, intent: &Intent) -> Judged {
    evaluate(op(1), product.id, intent, Some(product), None, |_| None)
}

fn title(seen: Seen, was: &str, value: &str) -> Intent {
    Intent::edit(Field::Title, seen, Value::text(was), Value::text(value))
}

#[test]
fn p04_a_value_that_was_not_seen_is_not_replaced_though_its_version_fits() {
    let judged = judge(&lamp(), &title(Seen::At(Seq(9)), "Lantern", "Blue lamp"));

    let differing = Differing { field: Field::Title, base: Value::text("Lantern"), theirs: Value::text("Lamp"), mine: Value::text("Blue lamp") };
    assert_eq!(judged, Judged::Ends(End::Conflict(Conflict::Fields(vec![differing]))));
}

#[test]
fn an_edit_on_top_of_an_own_op_is_based_on_what_that_made() {
    let mut product = lamp();
    product.content.title = "Blue lamp".into();
    product.versions.set(Field::Title, Seq(7));
    let upon = title(Seen::After(op(7), Seq(5)), "Blue lamp", "Bluer lamp");

    let judged = evaluate(op(8), product.id, &upon, Some(&product), None, |own| (own == op(7)).then_some(Seq(7)));

    assert!(matches!(judged, Judged::Changes(..)), "{judged:?}");
}

#[test]
fn p04_an_edit_on_top_of_an_own_op_that_was_not_done_is_based_on_what_was_before() {
    let judged = judge(&lamp(), &title(Seen::After(op(7), Seq(5)), "Blue lamp", "Bluer lamp"));

    assert!(matches!(judged, Judged::Ends(End::Conflict(_))), "{judged:?}");
}

#[test]
fn a_seen_value_is_compared_as_its_field_writes_it() {
    let mut product = lamp();
    product.content.tags = vec!["oak".into()];
    let edit = Intent::edit(Field::Tags, Seen::At(Seq(5)), Value::List(vec![" oak ".into(), "oak".into()]), Value::List(vec!["pine".into()]));

    assert!(matches!(judge(&product, &edit), Judged::Changes(..)));
}

#[test]
fn a_price_is_adjusted_from_what_it_is_now() {
    let mut product = lamp();
    product.content.variants[0].price = Some(Money(2_000));

    let Judged::Changes(applied, None) = judge(&product, &Intent::AdjustPrice { variants: Vec::new(), basis_points: -1_000 }) else { panic!() };

    assert_eq!(applied.product.content.variants[0].price, Some(Money(1_800)));
}

#[test]
fn a_suggestion_is_decided_once_and_for_what_it_was_written_for() {
    let product = lamp();
    let suggestion = |decided, title: &str| Suggestion {
        id: VersionId(uuid::Uuid::nil()),
        decided,
        source: [(Field::Title, (Seq(5), Value::text(title)))].into(),
        words: vec![(Field::Title, Value::text("Oak lamp"))],
    };
    let decide = |product: &Product, approve, suggestion: &Suggestion| {
        evaluate(op(1), product.id, &Intent::Decide { version: suggestion.id, approve }, Some(product), Some(suggestion), |_| None)
    };

    let Judged::Changes(applied, Some(Decided::Approved)) = decide(&product, true, &suggestion(None, "Lamp")) else { panic!() };
    assert_eq!((applied.product.content.title.as_str(), applied.product.optimisation), ("Oak lamp", OptimisationStatus::Published));
    assert_eq!(decide(&product, true, &suggestion(Some(Decided::Approved), "Lamp")), Judged::Ends(End::NoOp));
    let other = decide(&product, true, &suggestion(Some(Decided::Rejected), "Lamp"));
    assert_eq!(other, Judged::Ends(End::Conflict(Conflict::Decided(Decided::Rejected))));

    let mut edited = product.clone();
    edited.content.title = "Red lamp".into();
    edited.versions.set(Field::Title, Seq(6));
    assert!(matches!(decide(&edited, true, &suggestion(None, "Lamp")), Judged::Ends(End::Conflict(Conflict::Stale(_)))));
    assert!(matches!(decide(&edited, false, &suggestion(None, "Lamp")), Judged::Changes(_, Some(Decided::Rejected))));
}

#[test]
fn a_product_is_shown_with_own_ops_on_it() {
    let ops = [title(Seen::At(Seq(5)), "Lamp", "Blue lamp"), Intent::AdjustPrice { variants: Vec::new(), basis_points: 5_000 }];

    let shown = shown(lamp(), &ops);

    assert_eq!((shown.content.title.as_str(), shown.content.price()), ("Blue lamp", Some(Money(1_500))));
}

#[test]
fn p04_what_is_removed_without_being_seen_as_a_whole_is_judged_by_its_version() {
    let product = lamp();
    let variant = Field::Variant(product.content.variants[0].id);
    let removal = |seen| judge(&product, &Intent::edit(variant.clone(), Seen::At(Seq(seen)), Value::None, Value::None));

    assert!(matches!(removal(5), Judged::Changes(..)), "{:?}", removal(5));
    assert!(matches!(removal(4), Judged::Ends(End::Conflict(_))), "{:?}", removal(4));
}
