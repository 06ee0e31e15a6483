use super::*;
use crate::{
    clock::Timestamp,
    ids::{ReviewId, VariantId, VersionId},
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
fn p04_an_edit_on_top_of_an_own_op_is_based_on_what_that_made() {
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
fn p04_a_seen_value_is_compared_as_its_field_writes_it() {
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
fn p04_a_suggestion_is_decided_once_and_for_what_it_was_written_for() {
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

/// Of a lamp that was called `Lamp` at version 5, with a new title and a search title.
fn suggested(decided: Option<Decided>) -> Suggestion {
    Suggestion {
        id: VersionId(uuid::Uuid::nil()),
        decided,
        source: [(Field::Title, (Seq(5), Value::text("Lamp")))].into(),
        words: vec![(Field::Title, Value::text("Oak lamp")), (Field::SeoTitle, Value::text("Oak lamp | Shop"))],
    }
}

fn says(verdict: Verdict) -> Intent {
    Intent::Review { review: ReviewId(uuid::Uuid::nil()), version: VersionId(uuid::Uuid::nil()), verdict }
}

fn approve(seen: Seq, was: &str, title: &str) -> Intent {
    let title = Wanted { field: Field::Title, value: Value::text(title), seen: Seen::At(seen), was: Value::text(was) };
    says(Verdict::Approve(vec![title]))
}

fn reviewed(product: &Product, suggestion: &Suggestion, intent: &Intent) -> Judged {
    evaluate(op(1), product.id, intent, Some(product), Some(suggestion), |own| (own == op(7)).then_some(Seq(7)))
}

fn retitled(title: &str) -> Product {
    let mut product = lamp();
    product.content.title = title.into();
    product.versions.set(Field::Title, Seq(7));
    product
}

#[test]
fn what_is_approved_is_in_the_product_as_it_was_edited_and_ticked() {
    let Judged::Changes(applied, Some(Decided::Approved)) = reviewed(&lamp(), &suggested(None), &approve(Seq(5), "Lamp", "Lamp of oak")) else {
        panic!()
    };

    let content = &applied.product.content;
    assert_eq!(
        (content.title.as_str(), content.seo_title.as_str(), applied.product.optimisation),
        ("Lamp of oak", "", OptimisationStatus::Published)
    );
}

#[test]
fn a_suggestion_is_rejected_or_sent_back_whatever_was_edited_since() {
    let edited = retitled("Red lamp");
    let status = |verdict| match reviewed(&edited, &suggested(None), &says(verdict)) {
        Judged::Changes(applied, decided) => (applied.product.optimisation, applied.product.content.title, decided),
        other => panic!("{other:?}"),
    };

    let rejected = status(Verdict::Reject { reason: "Not oak.".into() });
    let sent_back = status(Verdict::Changes { remark: "Say that it is oak.".into() });

    assert_eq!(rejected, (OptimisationStatus::Rejected, "Red lamp".into(), Some(Decided::Rejected)));
    assert_eq!(sent_back, (OptimisationStatus::Queued, "Red lamp".into(), Some(Decided::Superseded)));
}

#[test]
fn p04_an_approval_replaces_nothing_that_the_reviewer_has_not_seen() {
    let edited = retitled("Red lamp");
    let stale = |intent: &Intent| match reviewed(&edited, &suggested(None), intent) {
        Judged::Ends(End::Conflict(Conflict::Stale(fields))) => fields,
        other => panic!("{other:?}"),
    };

    let sides = Differing { field: Field::Title, base: Value::text("Lamp"), theirs: Value::text("Red lamp"), mine: Value::text("Oak lamp") };
    assert_eq!(stale(&approve(Seq(5), "Lamp", "Oak lamp")), [sides]);
    // A restored server counts its versions anew.
    assert_eq!(stale(&approve(Seq(9), "Lamp", "Oak lamp")).len(), 1);
    // Seen, and agreed to be replaced.
    assert!(matches!(reviewed(&edited, &suggested(None), &approve(Seq(7), "Red lamp", "Oak lamp")), Judged::Changes(..)));
    let own = Wanted { field: Field::Title, value: Value::text("Oak lamp"), seen: Seen::After(op(7), Seq(5)), was: Value::text("Red lamp") };
    assert!(matches!(reviewed(&edited, &suggested(None), &says(Verdict::Approve(vec![own]))), Judged::Changes(..)));
}

#[test]
fn p04_of_two_reviewers_the_second_is_told_unless_both_want_the_same() {
    let reject = says(Verdict::Reject { reason: "Not oak.".into() });
    let sent_back = says(Verdict::Changes { remark: "Shorter.".into() });
    let same = approve(Seq(5), "Lamp", "Oak lamp");
    let other_words = approve(Seq(5), "Lamp", "Lamp of oak");
    let approved = |intent: &Intent| reviewed(&retitled("Oak lamp"), &suggested(Some(Decided::Approved)), intent);
    let conflict = |decided| Judged::Ends(End::Conflict(Conflict::Decided(decided)));

    assert_eq!(
        [approved(&same), reviewed(&lamp(), &suggested(Some(Decided::Rejected)), &reject)],
        [Judged::Ends(End::NoOp), Judged::Ends(End::NoOp)]
    );
    for intent in [&reject, &sent_back, &other_words] {
        assert_eq!(approved(intent), conflict(Decided::Approved), "{intent:?}");
    }
    // A remark that nobody will read is no remark.
    assert_eq!(reviewed(&lamp(), &suggested(Some(Decided::Superseded)), &sent_back), conflict(Decided::Superseded));
}

#[test]
fn a_decision_that_changes_nothing_of_the_product_is_one() {
    let mut product = retitled("Oak lamp");
    product.optimisation = OptimisationStatus::Published;

    assert_eq!(reviewed(&product, &suggested(None), &approve(Seq(5), "Lamp", "Oak lamp")), Judged::Decides(Decided::Approved));
}

#[test]
fn p03_what_cannot_be_said_of_a_suggestion_is_refused_with_a_reason() {
    let vendor = Wanted { field: Field::Vendor, value: Value::text("Acme"), seen: Seen::At(Seq(5)), was: Value::None };
    for verdict in [Verdict::Approve(Vec::new()), Verdict::Approve(vec![vendor]), Verdict::Changes { remark: " ".into() }] {
        let judged = reviewed(&lamp(), &suggested(None), &says(verdict));
        assert!(matches!(judged, Judged::Ends(End::Rejected(Refusal::Invalid(..)))), "{judged:?}");
    }
    assert!(matches!(
        reviewed(&lamp(), &suggested(None), &approve(Seq(5), "Lamp", " ")),
        Judged::Ends(End::Rejected(Refusal::Invalid(Field::Title, _)))
    ));
    let unknown = judge(&lamp(), &approve(Seq(5), "Lamp", "Oak lamp"));
    assert_eq!(unknown, Judged::Ends(End::Rejected(Refusal::NotFound)));
}

#[test]
fn a_product_is_shown_as_it_was_decided() {
    let shown = shown(lamp(), &[approve(Seq(5), "Lamp", "Oak lamp")]);

    assert_eq!((shown.content.title.as_str(), shown.optimisation), ("Oak lamp", OptimisationStatus::Published));
}

#[test]
fn p07_a_product_is_shown_with_own_ops_on_it() {
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
