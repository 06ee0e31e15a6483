use super::*;
use crate::{
    clock::Timestamp,
    field::{Field, Value},
    ids::ReviewId,
    product::{Content, OptimisationStatus, Versions},
    sync::{
        end::{Conflict, Differing},
        intent::{Seen, Verdict},
        outbox::Draft,
    },
};

const USER: UserId = UserId(uuid::Uuid::from_u128(1));

fn lamp() -> Product {
    Product {
        id: ProductId(uuid::Uuid::from_u128(7)),
        ord: 0,
        content: Content::new("lamp".parse().unwrap(), "Lamp"),
        optimisation: OptimisationStatus::None,
        deleted: false,
        versions: Versions::new(Seq(1)),
    }
}

fn facts(product: &Product) -> Facts<'_> {
    Facts {
        user: USER,
        role: Role::Editor,
        recorded: None,
        numbered: None,
        product: Some(product),
        suggestion: None,
        handle_taken: false,
        after: &[],
    }
}

fn seal(intent: Intent) -> Sealed {
    Payload { intent, at: Timestamp::default(), batch: None }.seal()
}

fn sent(n: u128, title: &str) -> SentOp {
    let payload = seal(Intent::edit(Field::Title, Seen::At(Seq(1)), Value::text("Lamp"), Value::text(title)));
    SentOp { id: OpId(uuid::Uuid::from_u128(n)), number: n as u64, lane: lamp().id, reducer: REDUCER, payload }
}

fn opened(op: &SentOp) -> Incoming {
    open(&Sealed::of(op)).unwrap()
}

fn recorded(op: &SentOp, end: End) -> Recorded {
    Recorded { hash: op.hash(), user: USER, end, seq: Seq(4) }
}

#[test]
fn p02_an_op_that_is_sent_again_gets_its_result_again() {
    let (product, op) = (lamp(), sent(1, "Blue lamp"));
    let known = recorded(&op, End::Applied);
    let under_another_number = SentOp { number: 99, ..op.clone() };

    let told = Session::default().decide(&opened(&under_another_number), &Facts { recorded: Some(&known), ..facts(&product) });

    assert_eq!(told, Decision::Told(Told::Ended(Ended { op: op.id, end: End::Applied, seq: Seq(4) })));
}

#[test]
fn p02_an_id_that_is_used_for_something_else_is_refused() {
    let (product, op) = (lamp(), sent(1, "Blue lamp"));
    let known = recorded(&op, End::Applied);
    let other = SentOp { payload: sent(1, "Red lamp").payload, ..op.clone() };
    let decide = |op: &SentOp, facts: Facts<'_>| Session::default().decide(&opened(op), &facts);

    assert_eq!(decide(&other, Facts { recorded: Some(&known), ..facts(&product) }), Decision::Told(Told::Reused(op.id)));
    let stranger = Facts { user: UserId(uuid::Uuid::from_u128(2)), recorded: Some(&known), ..facts(&product) };
    assert_eq!(decide(&op, stranger), Decision::Told(Told::Reused(op.id)));
}

#[test]
fn p02_a_number_that_is_used_twice_makes_the_device_take_another_id() {
    let (product, mut session) = (lamp(), Session::default());

    let first = session.decide(&opened(&sent(2, "Blue lamp")), &Facts { numbered: Some(OpId(uuid::Uuid::from_u128(9))), ..facts(&product) });
    let next = session.decide(&opened(&sent(3, "Red lamp")), &facts(&product));

    assert_eq!([first, next], [2, 3].map(|n| Decision::Told(Told::Rekey(OpId(uuid::Uuid::from_u128(n))))));
}

#[test]
fn p05_an_op_of_later_rules_stops_its_lane_and_no_other() {
    let (product, mut session) = (lamp(), Session::default());
    let later = SentOp { reducer: REDUCER + 1, ..sent(1, "Blue lamp") };
    let elsewhere = SentOp { lane: ProductId(uuid::Uuid::from_u128(8)), ..sent(3, "Red lamp") };

    let decided: Vec<Decision> = [later, sent(2, "Red lamp"), elsewhere].iter().map(|op| session.decide(&opened(op), &facts(&product))).collect();

    assert!(matches!(decided[..], [Decision::Told(Told::Later(_)), Decision::Told(Told::Later(_)), Decision::Write(_)]), "{decided:?}");
}

#[test]
fn p05_what_cannot_be_read_is_refused_alone() {
    let product = lamp();
    let poison = SentOp { payload: Sealed::from_bytes(vec![255; 9]), ..sent(1, "") };

    let Decision::Write(write) = Session::default().decide(&opened(&poison), &facts(&product)) else { panic!() };

    assert_eq!((write.end, write.applied), (End::Rejected(Refusal::Unreadable), None));
    assert_eq!(open(&Sealed::from_bytes(vec![255; 9])), Err(Told::Unreadable));
}

#[test]
fn p04_a_conflict_keeps_all_three_sides() {
    let mut product = lamp();
    product.content.title = "Red lamp".into();
    product.versions.set(Field::Title, Seq(3));

    let Decision::Write(write) = Session::default().decide(&opened(&sent(1, "Blue lamp")), &facts(&product)) else { panic!() };

    let [base, theirs, mine] = ["Lamp", "Red lamp", "Blue lamp"].map(Value::text);
    assert_eq!(write.end, End::Conflict(Conflict::Fields(vec![Differing { field: Field::Title, base, theirs, mine }])));
}

#[test]
fn p13_a_reviewer_may_not_edit_and_is_told_so() {
    let product = lamp();

    let decision = Session::default().decide(&opened(&sent(1, "Blue lamp")), &Facts { role: Role::Reviewer, ..facts(&product) });

    assert!(matches!(decision, Decision::Write(Write { end: End::Rejected(Refusal::NotAllowed), .. })), "{decision:?}");
}

#[test]
fn p12_an_old_build_may_send_what_it_has() {
    let refused = |call, proto, protos| refused(call, (proto, Some(USER)), USER, protos);

    assert_eq!(refused(Call::Push, 1, (1, 2)), None);
    assert_eq!(refused(Call::Pull, 1, (1, 2)), Some(426));
    assert_eq!(refused(Call::Push, 1, (2, 2)), Some(426));
    assert_eq!(refused(Call::Pull, 2, (1, 2)), None);
}

#[test]
fn p13_ops_do_not_go_as_whoever_has_signed_in_meanwhile() {
    let other = UserId(uuid::Uuid::from_u128(2));

    assert_eq!(refused(Call::Push, (1, Some(USER)), other, (1, 1)), Some(401));
    assert_eq!(refused(Call::Pull, (1, None), other, (1, 1)), Some(401));
}

#[test]
fn p12_an_op_of_rules_that_a_server_may_not_know_says_so() {
    let draft =
        |intent| Draft { id: OpId(uuid::Uuid::nil()), lane: lamp().id, user: USER, payload: seal(intent), row: None, at: Timestamp::default() };
    let verdict = Verdict::Reject { reason: String::new() };
    let review = Intent::Review { review: ReviewId(uuid::Uuid::nil()), version: VersionId(uuid::Uuid::nil()), verdict };

    assert_eq!((draft(Intent::Delete).rules(), draft(review).rules()), (1, 2));
    assert_eq!(Draft { payload: Sealed::default(), ..draft(Intent::Delete) }.rules(), REDUCER);
}

#[test]
fn p03_a_decision_that_changes_nothing_of_the_product_is_written_all_the_same() {
    let product = Product { optimisation: OptimisationStatus::Rejected, ..lamp() };
    let version = VersionId(uuid::Uuid::from_u128(3));
    let suggestion = Suggestion { id: version, decided: None, source: std::collections::BTreeMap::new(), words: Vec::new() };
    let verdict = Verdict::Reject { reason: "No.".into() };
    let payload = seal(Intent::Review { review: ReviewId(uuid::Uuid::nil()), version, verdict });
    let op = SentOp { payload, ..sent(1, "") };

    let decided = Session::default().decide(&opened(&op), &Facts { suggestion: Some(&suggestion), ..facts(&product) });

    let Decision::Write(write) = decided else { panic!("{decided:?}") };
    assert_eq!((write.end, write.applied, write.decided), (End::NoOp, None, Some((version, Decided::Rejected))));
}
