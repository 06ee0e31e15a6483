use std::time::Duration;

use domain::{
    change::FieldConflict,
    clock::Timestamp,
    field::{Field, ImageField, Value, VariantField},
    ids::{ImageId, OpId, ProductId, Seq, VariantId},
    money::Currency,
    product::{Content, Image, OptimisationStatus, Product, Variant, Versions},
    sync::{
        end::{Conflict, Differing, End},
        intent::{Intent, Payload, Seen, Wanted},
        outbox::{Draft, Saved, State as Kept},
    },
};
use ports::{
    error::AppError,
    product::{ProductView, Receipt},
};

use super::{
    Desk, State,
    act::Outgoing,
    answer::Next,
    check::{check, new_variant},
    input::{Kind, as_shown, with_tags},
};

fn at(number: u8) -> (Timestamp, [u8; 10]) {
    (Timestamp::from_micros(i64::from(number)), [number; 10])
}

fn op(number: u8) -> OpId {
    let (moment, random) = at(number);
    OpId::new(moment, random)
}

fn variant(number: u8) -> VariantId {
    let (moment, random) = at(number);
    VariantId::new(moment, random)
}

fn image(number: u8) -> ImageId {
    let (moment, random) = at(number);
    ImageId::new(moment, random)
}

fn price(number: u8) -> Field {
    Field::VariantField(variant(number), VariantField::Price)
}

fn desk() -> Desk {
    let mut content = Content::new("lamp".parse().unwrap(), "Lamp");
    content.variants = vec![Variant::new(variant(1), 1), Variant::new(variant(2), 2)];
    content.images = (1..=3).map(|n| Image { id: image(n), position: i64::from(n), url: format!("/{n}.jpg"), alt: String::new() }).collect();
    let (moment, random) = at(1);
    let id = ProductId::new(moment, random);
    let product = Product { id, ord: 0, content, optimisation: OptimisationStatus::None, deleted: false, versions: Versions::new(Seq(1)) };
    Desk::new(&ProductView::new(product, Currency::EUR, moment, true))
}

/// Handed over and kept.
fn sent(desk: &mut Desk) -> Outgoing {
    let edit = desk.start().expect("an edit to keep");
    desk.kept(edit.id);
    edit
}

fn wanted(edit: &Outgoing) -> &Wanted {
    let Intent::Edit(fields) = &edit.intent else { panic!("{edit:?}") };
    &fields[0]
}

fn seen(edit: &Outgoing) -> Seen {
    wanted(edit).seen
}

fn in_outbox(number: u8, intent: Intent, state: Kept) -> Saved {
    let (moment, random) = at(1);
    let payload = Payload { intent, at: moment, batch: None }.seal();
    let user = domain::ids::UserId::new(moment, random);
    let draft = Draft { id: op(number), lane: ProductId::new(moment, random), user, payload, row: None, at: moment };
    Saved { number: number.into(), reducer: 1, draft, state }
}

fn title(value: &str) -> Intent {
    Intent::edit(Field::Title, Seen::At(Seq(1)), Value::text("Lamp"), Value::text(value))
}

fn ended(end: End, seq: i64) -> Kept {
    Kept::Ended { end, seq: Some(Seq(seq)), at: Timestamp::from_micros(1) }
}

fn conflict(field: Field, current: i64, theirs: &str, mine: &str) -> Receipt {
    let conflict = FieldConflict { field, seen: Seq(1), current: Seq(current), theirs: Value::text(theirs), mine: Value::text(mine) };
    Receipt::Conflict(vec![conflict])
}

#[test]
fn what_is_typed_is_shown_at_once_and_saved_only_when_the_server_says_so() {
    let mut desk = desk();

    desk.commit(op(1), Field::Title, Value::text("Blue lamp"));
    assert_eq!((desk.shown(&Field::Title), desk.saved(&Field::Title)), (Value::text("Blue lamp"), Value::text("Lamp")));
    assert_eq!(desk.state(&Field::Title), State::Saving);

    let edit = sent(&mut desk);
    assert_eq!((seen(&edit), &wanted(&edit).was), (Seen::At(Seq(1)), &Value::text("Lamp")));
    assert_eq!((desk.state(&Field::Title), desk.is_unsaved()), (State::Kept, false));
    assert_eq!(desk.answered(edit.id, Ok(Receipt::Applied { seq: Seq(7) })), Next::Saved);
    assert_eq!((desk.state(&Field::Title), desk.saved(&Field::Title)), (State::Saved, Value::text("Blue lamp")));
    assert!(!desk.is_unsaved());
}

#[test]
fn edits_of_one_field_are_kept_in_order_each_upon_the_one_before() {
    let mut desk = desk();
    desk.commit(op(1), Field::Title, Value::text("A"));
    let first = desk.start().unwrap();
    desk.commit(op(2), Field::Title, Value::text("B"));
    desk.commit(op(3), Field::Title, Value::text("C"));

    assert_eq!(desk.start(), None);
    desk.kept(first.id);

    let second = sent(&mut desk);
    assert_eq!((seen(&second), &wanted(&second).was, &wanted(&second).value), (Seen::After(op(1), Seq(1)), &Value::text("A"), &Value::text("C")));
    assert_eq!(desk.start(), None);
}

#[test]
fn an_edit_upon_one_that_is_done_is_upon_what_that_made() {
    let mut desk = desk();
    desk.commit(op(1), Field::Title, Value::text("A"));
    sent(&mut desk);
    desk.answered(op(1), Ok(Receipt::Applied { seq: Seq(5) }));
    desk.commit(op(2), Field::Title, Value::text("B"));

    let second = sent(&mut desk);

    assert_eq!((seen(&second), &wanted(&second).was), (Seen::At(Seq(5)), &Value::text("A")));
}

#[test]
fn edits_of_different_fields_do_not_wait_for_each_other() {
    let mut desk = desk();
    desk.commit(op(1), Field::Title, Value::text("A"));
    desk.commit(op(2), Field::Vendor, Value::text("B"));
    desk.commit(op(3), price(1), Value::Number(5));
    desk.commit(op(4), Field::Variant(variant(1)), Value::None);

    assert_eq!((0..3).map(|_| desk.start().unwrap().id).collect::<Vec<_>>(), [op(1), op(2), op(3)]);
    // The variant goes only after its price is kept.
    assert_eq!(desk.start(), None);
    assert_eq!(desk.variants(), [variant(2)]);
    desk.kept(op(3));
    assert_eq!(seen(&sent(&mut desk)), Seen::After(op(3), Seq(1)));
}

#[test]
fn p01_an_edit_that_could_not_be_kept_is_tried_again_as_it_was() {
    let mut desk = desk();
    desk.commit(op(1), Field::Title, Value::text("A"));
    let first = desk.start().unwrap();

    assert_eq!(desk.answered(op(1), Err(AppError::Unreachable)), Next::Again(Duration::from_secs(1)));
    assert!(matches!(desk.state(&Field::Title), State::Failed(_)));
    desk.commit(op(2), Field::Title, Value::text("B"));
    assert_eq!((desk.start(), desk.shown(&Field::Title)), (None, Value::text("B")));

    assert_eq!(desk.again(op(1)), Some(first));
    assert_eq!(desk.again(op(1)), None);
    assert_eq!(desk.answered(op(1), Err(AppError::Unreachable)), Next::Again(Duration::from_secs(2)));
    desk.again(op(1));
    desk.kept(op(1));
    assert_eq!(wanted(&sent(&mut desk)).value, Value::text("B"));
}

#[test]
fn the_trash_is_an_intent_of_its_own() {
    let mut desk = desk();
    desk.commit(op(1), Field::Deleted, Value::Flag(true));

    assert_eq!((sent(&mut desk).intent, desk.deleted()), (Intent::Delete, true));
    desk.answered(op(1), Ok(Receipt::Applied { seq: Seq(4) }));
    desk.commit(op(2), Field::Deleted, Value::Flag(false));
    assert_eq!((sent(&mut desk).intent, desk.deleted()), (Intent::Restore, false));
}

#[test]
fn p07_what_the_outbox_has_is_shown_also_by_another_page() {
    let mut desk = desk();

    let news = desk.adopt(&[in_outbox(1, title("A"), Kept::Pending), in_outbox(2, title("B"), Kept::Pending)]);

    assert_eq!((desk.shown(&Field::Title), desk.state(&Field::Title), news.len()), (Value::text("B"), State::Kept, 0));
    assert!(!desk.is_unsaved() && desk.is_busy() && desk.has_sent(op(2)) && !desk.has_sent(op(3)));
    desk.adopt(&[in_outbox(1, title("A"), ended(End::Applied, 5)), in_outbox(2, title("B"), ended(End::Applied, 6))]);
    assert_eq!((desk.saved(&Field::Title), desk.state(&Field::Title), desk.is_busy()), (Value::text("B"), State::Saved, false));
}

#[test]
fn p07_what_another_tab_has_saved_is_shown_and_never_older_than_before() {
    let mut desk = desk();
    let old = in_outbox(1, title("Old"), ended(End::Applied, 1));

    assert_eq!(desk.adopt(&[old.clone(), in_outbox(2, title("New"), ended(End::Applied, 9))]), [op(2)]);
    assert_eq!(desk.adopt(&[old]), []);

    assert_eq!((desk.saved(&Field::Title), desk.version(&Field::Title)), (Value::text("New"), Seq(9)));
}

#[test]
fn p07_an_answer_that_comes_late_takes_nothing_back() {
    let mut desk = desk();
    let known = desk.version(&Field::Title);
    desk.adopt(&[in_outbox(1, title("Approved"), Kept::Pending)]);

    desk.adopt(&[in_outbox(1, title("Approved"), ended(End::Applied, known.0 - 1))]);

    assert_eq!((desk.shown(&Field::Title), desk.state(&Field::Title)), (Value::text("Lamp"), State::Clean));
    assert_eq!(desk.version(&Field::Title), known);
}

#[test]
fn p03_a_conflict_that_was_left_open_is_there_again() {
    let differing = Differing { field: Field::Title, base: Value::text("Oak"), theirs: Value::text("Lamp"), mine: Value::text("Mine") };
    let open = in_outbox(1, title("Mine"), ended(End::Conflict(Conflict::Fields(vec![differing])), 3));
    let (mut left, mut settled, mut decided) = (desk(), desk(), desk());

    left.adopt(std::slice::from_ref(&open));
    settled.adopt(&[open.clone(), in_outbox(2, Intent::KeepTheirs { conflict: op(1) }, Kept::Pending)]);
    decided.adopt(&[open, in_outbox(2, title("Mine"), Kept::Pending)]);

    let State::Conflict(conflict) = left.state(&Field::Title) else { panic!() };
    assert_eq!((conflict.theirs, conflict.mine), (Value::text("Lamp"), Value::text("Mine")));
    assert_eq!((settled.state(&Field::Title), decided.state(&Field::Title)), (State::Clean, State::Kept));
}

#[test]
fn a_refused_value_stays_with_its_reason_until_it_is_changed_or_given_up() {
    let mut desk = desk();
    desk.commit(op(1), Field::Handle, Value::text("taken"));
    sent(&mut desk);
    desk.answered(op(1), Ok(Receipt::Rejected { field: Some(Field::Handle), reason: "Taken.".into() }));

    assert_eq!((desk.shown(&Field::Handle), desk.state(&Field::Handle)), (Value::text("taken"), State::Invalid("Taken.".into())));
    assert!(desk.is_unsaved());
    desk.discard(&Field::Handle);
    assert_eq!((desk.shown(&Field::Handle), desk.state(&Field::Handle)), (Value::text("lamp"), State::Clean));

    desk.commit(op(2), Field::Handle, Value::text("taken"));
    sent(&mut desk);
    desk.answered(op(2), Err(AppError::Forbidden));
    desk.commit(op(3), Field::Handle, Value::text("free"));
    assert_eq!(wanted(&sent(&mut desk)).value, Value::text("free"));
}

#[test]
fn a_conflict_shows_both_and_ends_as_the_person_decides() {
    let mut desk = desk();
    desk.commit(op(1), Field::Title, Value::text("Mine"));
    desk.start();
    // Typed while the first was on its way: that is what is wanted now.
    desk.commit(op(2), Field::Title, Value::text("Mine, newer"));
    assert_eq!(desk.answered(op(1), Ok(conflict(Field::Title, 8, "Theirs", "Mine"))), Next::Conflict);

    let State::Conflict(conflict) = desk.state(&Field::Title) else { panic!() };
    assert_eq!((conflict.theirs, conflict.mine), (Value::text("Theirs"), Value::text("Mine, newer")));
    assert_eq!((desk.start(), desk.shown(&Field::Title)), (None, Value::text("Mine, newer")));

    let mut other = desk.clone();
    other.keep_theirs(op(4), &Field::Title);
    assert_eq!(other.shown(&Field::Title), Value::text("Theirs"));
    assert_eq!((sent(&mut other).intent, other.is_unsaved()), (Intent::KeepTheirs { conflict: op(1) }, false));

    desk.keep_mine(op(3), &Field::Title);
    let edit = sent(&mut desk);
    assert_eq!((seen(&edit), &wanted(&edit).was, &wanted(&edit).value), (Seen::At(Seq(8)), &Value::text("Theirs"), &Value::text("Mine, newer")));
}

#[test]
fn typing_on_in_a_conflict_changes_only_mine() {
    let mut desk = desk();
    desk.commit(op(1), Field::Title, Value::text("Mine"));
    sent(&mut desk);
    desk.answered(op(1), Ok(conflict(Field::Title, 8, "Theirs", "Mine")));

    assert!(desk.is_disputed(&Field::Title));
    assert_eq!(desk.commit(op(2), Field::Title, Value::text("Better")), None);

    let State::Conflict(conflict) = desk.state(&Field::Title) else { panic!() };
    assert_eq!((conflict.mine, desk.start()), (Value::text("Better"), None));
}

#[test]
fn a_variant_can_be_added_edited_and_removed() {
    let mut desk = desk();
    desk.commit(op(1), Field::Variant(variant(9)), new_variant(variant(9), 3, 1));
    assert_eq!(desk.variants(), [variant(1), variant(2), variant(9)]);
    desk.commit(op(2), price(9), Value::Number(500));
    assert_eq!(desk.price_range().map(|(low, _)| low.0), Some(500));

    sent(&mut desk);
    assert_eq!(seen(&sent(&mut desk)).own(), Some(op(1)));
    desk.answered(op(1), Ok(Receipt::Applied { seq: Seq(4) }));
    desk.answered(op(2), Ok(Receipt::Applied { seq: Seq(5) }));
    desk.commit(op(3), Field::Variant(variant(9)), Value::None);
    assert_eq!(seen(&sent(&mut desk)), Seen::At(Seq(5)));
    desk.answered(op(3), Ok(Receipt::Applied { seq: Seq(6) }));
    assert_eq!((desk.variants(), desk.saved(&price(9))), (vec![variant(1), variant(2)], Value::None));
}

#[test]
fn a_removal_that_is_refused_brings_the_variant_back_when_given_up() {
    let mut desk = desk();
    desk.commit(op(1), Field::Variant(variant(1)), Value::None);
    sent(&mut desk);
    desk.answered(op(1), Ok(Receipt::Rejected { field: None, reason: "No.".into() }));

    assert_eq!(desk.needing(|_| true), [Field::Variant(variant(1))]);
    assert_eq!(desk.state(&Field::Variant(variant(1))), State::Invalid("No.".into()));
    desk.discard(&Field::Variant(variant(1)));
    assert_eq!(desk.variants(), [variant(1), variant(2)]);
}

#[test]
fn moving_a_picture_changes_the_places_between() {
    let mut desk = desk();
    let position = |n: u8| Field::ImageField(image(n), ImageField::Position);
    let picture = |n: u8| Field::Image(image(n));

    assert_eq!(desk.moved(&picture(3), -1), [(position(3), Value::Number(2)), (position(2), Value::Number(3))]);
    assert!(desk.moved(&picture(1), -1).is_empty() && desk.moved(&picture(3), 1).is_empty());
    assert_eq!((desk.neighbour(&picture(1)), desk.neighbour(&picture(3))), (Some(picture(2)), Some(picture(2))));

    desk.commit_all(op(1), desk.moved(&picture(3), -1));
    assert_eq!(desk.images(), [image(1), image(3), image(2)]);
    let Intent::Edit(fields) = sent(&mut desk).intent else { panic!() };
    assert_eq!(fields.len(), 2);
    let theirs = FieldConflict { field: position(3), seen: Seq(1), current: Seq(6), theirs: Value::Number(1), mine: Value::Number(2) };
    desk.answered(op(1), Ok(Receipt::Conflict(vec![theirs])));
    assert!(desk.notice().is_some() && !desk.is_unsaved());
    assert_eq!(desk.images(), [image(1), image(3), image(2)]);
}

#[test]
fn moving_a_variant_changes_the_places_between() {
    let mut desk = desk();

    desk.commit_all(op(1), desk.moved(&Field::Variant(variant(1)), 1));

    assert_eq!(desk.variants(), [variant(2), variant(1)]);
    assert!(desk.moved(&Field::Variant(variant(1)), 1).is_empty());
}

#[test]
fn a_variant_may_have_any_picture_of_the_product_or_the_one_it_has() {
    let mut desk = desk();
    let words = |desk: &Desk| desk.picture_choices(variant(1)).into_iter().map(|(_, word)| word).collect::<Vec<_>>();
    desk.commit(op(1), Field::ImageField(image(2), ImageField::Alt), Value::text("Oak"));
    assert_eq!(words(&desk), ["None", "1: 1.jpg", "2: Oak", "3: 3.jpg"]);

    desk.commit(op(2), Field::VariantField(variant(1), VariantField::Image), Value::text("https://x.test/old.jpg?v=1"));

    assert_eq!(words(&desk), ["None", "1: 1.jpg", "2: Oak", "3: 3.jpg", "old.jpg"]);
}

#[test]
fn other_columns_are_shown_as_long_as_anything_is_known_of_them() {
    let mut desk = desk();
    let column = |name: &str| Field::Extra(name.to_owned());
    assert!(desk.extras().is_empty());

    desk.commit(op(1), column("Fit"), Value::text("Slim"));
    desk.commit(op(2), column("Care"), Value::text("Dust it"));

    assert_eq!(desk.extras(), [column("Care"), column("Fit")]);
}

#[test]
fn what_does_not_fit_is_kept_with_its_reason_until_it_does_or_is_given_up() {
    let mut desk = desk();
    desk.refuse(price(1), Value::text("12,0O"), "Not an amount.".into());
    assert_eq!((desk.shown(&price(1)), desk.state(&price(1))), (Value::text("12,0O"), State::Invalid("Not an amount.".into())));
    assert!(desk.is_unsaved() && desk.start().is_none());

    let mut other = desk.clone();
    other.discard(&price(1));
    assert_eq!((other.shown(&price(1)), other.is_unsaved()), (Value::None, false));

    assert_eq!(desk.commit(op(1), price(1), Value::Number(1_200)), Some(op(1)));
    assert_eq!((desk.shown(&price(1)), desk.state(&price(1))), (Value::Number(1_200), State::Saving));
}

#[test]
fn an_edit_is_named_by_the_op_that_carries_it() {
    let mut desk = desk();
    assert_eq!(desk.commit(op(1), Field::Title, Value::text("A")), Some(op(1)));
    assert_eq!(desk.commit(op(2), Field::Title, Value::text("B")), Some(op(1)));
    assert_eq!(desk.commit(op(3), Field::Vendor, Value::text("")), None);
}

#[test]
fn the_worst_state_stands_for_all() {
    let mut desk = desk();
    desk.commit(op(1), price(1), Value::Number(1));
    desk.refuse(price(2), Value::text("x"), "Not an amount.".into());

    assert_eq!(desk.state_of_all(|field| matches!(field, Field::VariantField(..))), State::Invalid("Not an amount.".into()));
    assert_eq!(desk.state_of_all(|field| matches!(field, Field::ImageField(..))), State::Clean);
    assert_eq!((desk.tally().saving, desk.tally().failed, desk.tally().conflicts), (1, 1, 0));
}

#[test]
fn values_are_checked_by_the_rules_of_the_domain() {
    assert_eq!(check(&Field::Title, Value::text(" ")).unwrap_err(), "This cannot be empty.");
    assert_eq!(check(&Field::Tags, Value::List(vec![" a ".into(), "a".into()])), Ok(Value::List(vec!["a".into()])));
    assert!(check(&price(1), Value::Number(-1)).is_err());
    assert!(check(&Field::ImageField(image(1), ImageField::Alt), Value::text("Oak")).is_ok());
}

#[test]
fn a_picture_is_where_a_browser_will_show_it() {
    let url = |address: &str| check(&Field::ImageField(image(1), ImageField::Url), Value::text(address));

    for good in ["https://x.test/1.jpg", "HTTPS://x.test/1.jpg", "/pictures/1.jpg"] {
        assert_eq!(url(good), Ok(Value::text(good)));
    }
    for bad in ["http://x.test/1.jpg", "//x.test/1.jpg", "1.jpg", "https://", "/", "javascript:x()", ""] {
        assert!(url(bad).is_err(), "{bad:?}");
    }
}

#[test]
fn inputs_show_values_and_read_them_again() {
    let euro = Kind::Money(Currency::EUR);
    assert_eq!((euro.show(&Value::Number(1_290)), euro.read("12,90", &Value::None)), ("12.90".into(), Ok(Value::Number(1_290))));
    assert_eq!((euro.show(&Value::None), euro.read(" ", &Value::None)), (String::new(), Ok(Value::None)));
    assert_eq!(euro.show(&Value::text("12,0O")), "12,0O");
    assert!(euro.read("12,0O", &Value::None).is_err() && Kind::Number.read("1.5", &Value::None).is_err());
    assert_eq!(Kind::Number.read("1,200", &Value::None), Ok(Value::Number(1_200)));

    let list = |items: &[&str]| Value::List(items.iter().map(|item| (*item).to_owned()).collect());
    assert_eq!(Kind::Item(1).read("120", &list(&["Oak"])), Ok(list(&["Oak", "120"])));
    assert_eq!(Kind::Item(1).read("", &list(&["Oak", "120"])), Ok(list(&["Oak"])));
    assert_eq!(Kind::Item(0).read("", &list(&["Oak", "120"])), Ok(list(&["", "120"])));
    assert_eq!(Kind::Item(1).show(&list(&["Oak", "120"])), "120");
}

#[test]
fn a_text_is_compared_as_an_input_shows_it() {
    assert_eq!((as_shown("a\r\nb", true), as_shown("a\r\nb", false)), ("a\nb".into(), "ab".into()));
    assert_eq!(with_tags(&["oak".into()], "desk, oak,, wood "), ["oak", "desk", "wood"]);
}

/// The product as somebody else has made it.
fn renewed(seq: i64, change: impl FnOnce(&mut Content, &mut Versions)) -> ProductView {
    let mut content = Content::new("lamp".parse().unwrap(), "Lamp");
    content.variants = vec![Variant::new(variant(1), 1), Variant::new(variant(2), 2)];
    content.images = (1..=3).map(|n| Image { id: image(n), position: i64::from(n), url: format!("/{n}.jpg"), alt: String::new() }).collect();
    let mut versions = Versions::new(Seq(1));
    change(&mut content, &mut versions);
    versions.latest = Seq(seq);
    let (moment, random) = at(1);
    let id = ProductId::new(moment, random);
    ProductView::new(Product { id, ord: 0, content, optimisation: OptimisationStatus::None, deleted: false, versions }, Currency::EUR, moment, true)
}

#[test]
fn what_others_have_changed_is_shown() {
    let mut desk = desk();
    let view = renewed(7, |content, versions| {
        "Table lamp".clone_into(&mut content.title);
        content.variants.pop();
        versions.set(Field::Title, Seq(6));
        versions.set(Field::Variant(variant(2)), Seq(7));
    });

    assert!(desk.is_news(Seq(7)));
    assert_eq!(desk.renew(&view), Some(true));

    assert_eq!((desk.shown(&Field::Title), desk.version(&Field::Title)), (Value::text("Table lamp"), Seq(6)));
    assert_eq!(desk.variants(), [variant(1)]);
    assert!(!desk.is_news(Seq(7)) && desk.is_news(Seq(8)));
    // Of two answers the older one may come second.
    assert_eq!(desk.renew(&renewed(6, |_, _| ())), None);
    assert_eq!(desk.shown(&Field::Title), Value::text("Table lamp"));
}

#[test]
fn p04_what_somebody_is_at_stays_upon_what_they_have_seen() {
    let mut desk = desk();
    desk.commit(op(1), Field::Title, Value::text("Desk lamp"));
    let view = renewed(7, |content, versions| {
        "Table lamp".clone_into(&mut content.title);
        "Oak & Co".clone_into(&mut content.vendor);
        versions.set(Field::Title, Seq(6));
        versions.set(Field::Vendor, Seq(7));
    });

    assert_eq!(desk.renew(&view), Some(false));

    assert_eq!((desk.shown(&Field::Title), desk.shown(&Field::Vendor)), (Value::text("Desk lamp"), Value::text("Oak & Co")));
    let sent = desk.start().unwrap();
    let Intent::Edit(wanted) = sent.intent else { panic!("{sent:?}") };
    assert_eq!((wanted[0].seen, &wanted[0].was), (Seen::At(Seq(1)), &Value::text("Lamp")));
}
