use std::collections::BTreeMap;

use domain::{
    field::Value,
    ids::UserId,
    money::{Cost, Currency},
    sync::outbox::Draft,
    words::{Words, score::Scores},
};

use super::*;
use crate::review::state::seat::tests::card;

#[test]
fn what_cannot_be_kept_is_handed_over_again_after_longer_and_longer() {
    let wait = |tries| not_kept(&AppError::Unreachable, tries);

    assert_eq!([wait(0), wait(1), wait(2)], [1, 2, 4].map(|seconds| Next::Again(Duration::from_secs(seconds))));
    assert_eq!(wait(400), Next::Again(Duration::from_secs(32)));
    assert!(matches!(not_kept(&AppError::SignedOut, 0), Next::Wait(_)));
}

#[test]
fn p03_every_end_has_a_consequence() {
    let title = Differing { field: Field::Title, base: Value::text("a"), theirs: Value::text("b"), mine: Value::text("c") };
    let conflict = FieldConflict { field: Field::Title, seen: Seq(0), current: Seq(9), theirs: Value::text("b"), mine: Value::text("c") };
    let next = |end| ended(&end, Some(Seq(9)));

    assert_eq!([next(End::Applied), next(End::NoOp)], [Next::Rest, Next::Rest]);
    assert_eq!(next(End::Conflict(Conflict::Stale(vec![title]))), Next::Edited(vec![conflict]));
    assert!(matches!(next(End::Conflict(Conflict::Decided(Decided::Approved))), Next::Gone(_)));
    assert!(matches!(next(End::Rejected(Refusal::NotFound)), Next::Gone(_)));
    assert_eq!(next(End::Rejected(Refusal::Invalid(Field::Title, "Too long.".into()))), Next::Refused("Title: Too long.".into()));
    assert_eq!(next(End::Rejected(Refusal::Invalid(Field::Optimisation, "Say more.".into()))), Next::Refused("Say more.".into()));
    assert!(matches!(next(End::Rejected(Refusal::NotAllowed)), Next::Refused(_)));
}

#[test]
fn a_decision_that_comes_too_late_says_what_was_faster() {
    let told = |status, who: &str| {
        let decided = ports::review::Decided { who: who.into(), at: Timestamp::default(), reason: String::new() };
        let now = Card { status, decided: Some(decided), ..card(1) };
        match faster(Next::Gone(String::new()), Some(&now)) {
            Next::Gone(words) => words.strip_suffix(". Your decision changed nothing.").unwrap_or_default().to_owned(),
            other => format!("{other:?}"),
        }
    };

    assert_eq!(told(ReviewStatus::Approved, "Ann"), "Ann has approved it before you");
    assert_eq!(told(ReviewStatus::Rejected, ""), "somebody has rejected it before you");
    assert_eq!(told(ReviewStatus::Changes, "Ann"), "Ann has asked for changes before you");
    // Nobody has decided about it: a later suggestion came, or somebody put a version into the product.
    assert_eq!(told(ReviewStatus::Superseded, ""), "other words took its place");
    assert_eq!(told(ReviewStatus::Superseded, "Ann"), "other words took its place, which Ann has chosen");
    assert_eq!(told(ReviewStatus::Open, "Ann"), "Refused(\"Your decision did not hold.\")");
    assert_eq!(faster(Next::Refused("No.".into()), None), Next::Gone(GONE.to_owned()));
    assert_eq!(faster(Next::Edited(Vec::new()), Some(&card(1))), Next::Edited(Vec::new()));
}

#[test]
fn what_came_first_is_told_of_the_end_alone_where_the_suggestion_cannot_be_asked_for() {
    assert_eq!(too_late(Decided::Approved), "somebody has approved it before you. Your decision changed nothing.");
    assert_eq!(too_late(Decided::Rejected), "somebody has rejected it before you. Your decision changed nothing.");
    // An end does not tell the two apart.
    assert_eq!(too_late(Decided::Superseded), "it was sent back before you, or other words took its place. Your decision changed nothing.");
    let end = End::Conflict(Conflict::Decided(Decided::Rejected));
    assert_eq!(ended(&end, None), Next::Gone(too_late(Decided::Rejected)));
}

fn saved(number: u8, intent: Intent, state: State) -> Saved {
    let at = Timestamp::from_micros(i64::from(number));
    let payload = Payload { intent, at, batch: None }.seal();
    let draft =
        Draft { id: OpId::new(at, [number; 10]), lane: card(1).product, user: UserId::new(Timestamp::default(), [0; 10]), payload, row: None, at };
    Saved { number: number.into(), reducer: 2, draft, state }
}

fn rejected(number: u8, about: u8, state: State) -> Saved {
    let Card { review, version, .. } = card(about);
    saved(number, Intent::Review { review, version, verdict: Verdict::Reject { reason: String::new() } }, state)
}

#[test]
fn p03_what_the_outbox_has_of_decisions_is_found_by_every_page() {
    let too_late = || State::Ended { end: End::Conflict(Conflict::Decided(Decided::Approved)), seq: Some(Seq(7)), at: Timestamp::default() };
    let ops = [
        rejected(1, 1, too_late()),
        rejected(2, 2, too_late()),
        saved(3, Intent::Delete, State::Pending),
        rejected(4, 3, State::Pending),
        saved(5, Intent::KeepTheirs { conflict: OpId::new(Timestamp::from_micros(2), [2; 10]) }, State::Pending),
    ];

    let found = found(&ops);

    let seen: Vec<_> = found.iter().map(|found| (found.review, std::mem::discriminant(&found.fate))).collect();
    let end = || End::Conflict(Conflict::Decided(Decided::Approved));
    let expected = [(1, Fate::Open(end(), None)), (2, Fate::Settled(end(), None)), (3, Fate::Waits)];
    assert_eq!(seen, expected.map(|(about, fate)| (card(about).review, std::mem::discriminant(&fate))));
}

fn titled(title: &str) -> Words {
    Words { title: Some(title.into()), ..Words::default() }
}

fn version(number: u8, before: &str, title: &str) -> VersionView {
    VersionView {
        id: VersionId::new(Timestamp::from_micros(i64::from(number)), [number; 10]),
        number: number.into(),
        created_at: Timestamp::default(),
        by: String::new(),
        model: String::new(),
        run: None,
        words: titled(title),
        before: Words { description: Some("same".into()), ..titled(before) },
        scores_before: Scores::default(),
        scores_after: Scores::default(),
        findings: Vec::new(),
        tokens_in: 0,
        tokens_out: 0,
        cost: Cost::ZERO,
        remark: String::new(),
        active: false,
        status: None,
        decided: None,
    }
}

fn view(versions: Vec<VersionView>) -> VersionsView {
    VersionsView {
        product: ProductId::new(Timestamp::default(), [0; 10]),
        handle: "lamp".parse().unwrap(),
        title: String::new(),
        now: Words::default(),
        original: Some(Words { description: Some("other".into()), ..titled("a") }),
        seen: BTreeMap::new(),
        versions,
        currency: Currency::EUR,
        may_decide: true,
    }
}

#[test]
fn an_approval_is_taken_back_by_what_was_there_before() {
    let versions = [version(1, "a", "b"), version(2, "b", "c"), version(3, "typed by hand", "d")];
    let ids = versions.each_ref().map(|version| version.id);
    let view = view(versions.into());

    assert_eq!(ids.map(|id| way_back(&view, id)), [Way::Original, Way::Version(ids[0]), Way::None]);
}
