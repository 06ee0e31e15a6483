use super::*;
use crate::{
    field::{Field, Value},
    sync::{
        end::{Conflict, Differing},
        golden,
        hash::Chain,
        intent::Decided,
    },
};

const USER: UserId = UserId(uuid::Uuid::from_u128(1));
const LANE: ProductId = ProductId(uuid::Uuid::from_u128(1));
const DAY: i64 = 86_400;

fn id(n: u128) -> OpId {
    OpId(uuid::Uuid::from_u128(n))
}

fn draft(n: u128) -> Draft {
    Draft { id: id(n), lane: LANE, user: USER, payload: Sealed::of(&n), row: None, at: Timestamp::from_micros(n as i64) }
}

fn with_ops(count: u128) -> Outbox {
    let mut outbox = Outbox::new(DeviceId(uuid::Uuid::from_u128(1)));
    for n in 1..=count {
        apply(&mut outbox, &Tx::Save(draft(n)), &mut Vec::new());
    }
    outbox
}

fn at(seq: i64) -> Cookie {
    Cookie { epoch: 1, seq: Seq(seq), hash: Chain(seq as u64) }
}

fn settle(outbox: &mut Outbox, n: u128, witness: Option<Cookie>, seq: i64, day: i64) -> Reply {
    let ended = vec![Ended { op: id(n), end: End::Applied, seq: Seq(seq) }];
    let tx = Tx::Settle { witness, head: at(seq), at: Timestamp::default().plus_seconds(day * DAY), ended };
    apply(outbox, &tx, &mut Vec::new())
}

fn pending(outbox: &mut Outbox) -> Vec<u64> {
    let Reply::Loaded(loaded) = apply(outbox, &Tx::Load { user: USER, skip: BTreeSet::new() }, &mut Vec::new()) else { panic!() };
    loaded.pending.iter().map(|saved| saved.number).collect()
}

/// What an outbox has is read by builds of eighteen months: none of these bytes is changed, and new states come last.
#[test]
fn p12_what_earlier_builds_have_kept_is_still_read() {
    let ended = |end| State::Ended { end, seq: Some(Seq(300)), at: Timestamp::from_micros(1_700_000_000_000_000) };
    let differing = Differing { field: Field::Title, base: Value::text("a"), theirs: Value::text("b"), mine: Value::text("c") };
    // All that is the same whatever has become of it.
    let before = "e8070210000000000000000000000000000000021000000000000000000000000000000003100000000000000000000000000000000102040501060e";
    for (state, bytes) in [
        (State::Pending, "00"),
        (State::Quarantined, "01"),
        (ended(End::Applied), "020001d8048080f28183898506"),
        (ended(End::Merged), "020101d8048080f28183898506"),
        (ended(End::NoOp), "020201d8048080f28183898506"),
        (ended(End::Conflict(Conflict::Fields(vec![differing.clone()]))), "02030001057469746c6503016103016203016301d8048080f28183898506"),
        (ended(End::Conflict(Conflict::Decided(Decided::Rejected))), "0203010101d8048080f28183898506"),
        (ended(End::Conflict(Conflict::Stale(vec![differing]))), "02030201057469746c6503016103016203016301d8048080f28183898506"),
        (ended(End::Rejected(Refusal::Invalid(Field::Title, "No.".into()))), "020404057469746c65034e6f2e01d8048080f28183898506"),
        (State::Ended { end: End::Rejected(Refusal::TooLarge), seq: None, at: Timestamp::from_micros(1) }, "0204080002"),
        (State::Discarded { at: Timestamp::from_micros(1) }, "0302"),
    ] {
        let draft = Draft { id: id(2), lane: ProductId(uuid::Uuid::from_u128(3)), payload: Sealed::from_bytes(vec![4, 5]), row: Some(6), ..draft(7) };
        let saved = Saved { number: 1_000, reducer: 2, draft, state };
        let bytes = format!("{before}{bytes}");

        assert_eq!(golden::sealed(&bytes).open::<Saved>(), Ok(saved.clone()), "{bytes}");
        // A tab of an earlier build reads what this one writes.
        assert!(golden::hex(&Sealed::of(&saved)).starts_with(&bytes), "{saved:?}");
    }

    let device = DeviceId(uuid::Uuid::from_u128(8));
    for (meta, bytes) in [
        (
            Meta { device, next_number: 9, resets: 10, witness: Some(at(11)), heard: Timestamp::from_micros(12) },
            "1000000000000000000000000000000008090a0101160b18",
        ),
        (Outbox::new(device).meta, "100000000000000000000000000000000801000000"),
    ] {
        assert_eq!(golden::sealed(bytes).open::<Meta>(), Ok(meta.clone()), "{bytes}");
        assert!(golden::hex(&Sealed::of(&meta)).starts_with(bytes), "{meta:?}");
    }
}

#[test]
fn p02_an_op_that_is_saved_twice_is_there_once() {
    let mut outbox = with_ops(2);

    apply(&mut outbox, &Tx::Save(draft(1)), &mut Vec::new());

    assert_eq!(pending(&mut outbox), [1, 2]);
}

#[test]
fn p03_an_end_is_kept_for_ninety_days_of_the_servers_clock() {
    let mut outbox = with_ops(2);
    settle(&mut outbox, 1, None, 1, 1);
    settle(&mut outbox, 2, Some(at(1)), 2, KEPT_DAYS + 1);
    let prune = |outbox: &mut Outbox| {
        let mut written = Vec::new();
        apply(outbox, &Tx::Prune, &mut written);
        written
    };

    assert!(prune(&mut outbox).is_empty());
    outbox.meta.heard = outbox.meta.heard.plus_seconds(1);
    assert_eq!(prune(&mut outbox), [1]);
    assert_eq!(outbox.ops.len(), 1);
}

#[test]
fn p03_the_days_of_what_ended_before_the_server_was_heard_begin_when_it_is() {
    let mut outbox = with_ops(2);
    apply(&mut outbox, &Tx::Discard { ops: vec![id(1)] }, &mut Vec::new());
    settle(&mut outbox, 2, None, 1, 20_000);

    apply(&mut outbox, &Tx::Prune, &mut Vec::new());

    assert_eq!(outbox.ops[&1].state, State::Discarded { at: Timestamp::default().plus_seconds(20_000 * DAY) });
}

#[test]
fn p03_what_was_thrown_away_too_late_is_shown_as_it_ended() {
    let mut outbox = with_ops(1);
    apply(&mut outbox, &Tx::Discard { ops: vec![id(1)] }, &mut Vec::new());

    settle(&mut outbox, 1, None, 1, 0);

    assert!(matches!(outbox.ops[&1].state, State::Ended { .. }));
}

#[test]
fn p15_a_result_of_a_server_that_went_back_does_not_count() {
    let mut outbox = with_ops(2);
    apply(&mut outbox, &Tx::Reset { witness: None, head: at(5), at: Timestamp::default() }, &mut Vec::new());

    assert_eq!(settle(&mut outbox, 1, None, 9, 0), Reply::Moved);
    assert_eq!(settle(&mut outbox, 1, Some(at(5)), 6, 0), Reply::Settled(vec![id(1)]));
    assert_eq!(settle(&mut outbox, 2, Some(at(5)), 7, 0), Reply::Moved, "as a server that has lost the first one could say it too");
}

#[test]
fn p15_what_ended_in_the_last_days_is_pending_again_however_long_ago_that_is() {
    let mut outbox = with_ops(3);
    settle(&mut outbox, 1, None, 1, 0);
    settle(&mut outbox, 2, Some(at(1)), 2, 10);
    let much_later = Timestamp::default().plus_seconds(400 * DAY);

    apply(&mut outbox, &Tx::Reset { witness: Some(at(2)), head: at(1), at: much_later }, &mut Vec::new());
    let again = Tx::Reset { witness: Some(at(2)), head: at(1), at: much_later };

    assert_eq!(pending(&mut outbox), [2, 3]);
    assert_eq!(apply(&mut outbox, &again, &mut Vec::new()), Reply::Moved);
}

#[test]
fn p13_ops_go_as_the_person_who_made_them_and_nobody_else_sees_them() {
    let mut outbox = with_ops(1);
    let other = UserId(uuid::Uuid::from_u128(2));

    let Reply::Loaded(loaded) = apply(&mut outbox, &Tx::Load { user: other, skip: BTreeSet::new() }, &mut Vec::new()) else { panic!() };

    assert_eq!((loaded.pending.len(), loaded.count), (0, 0));
}

#[test]
fn p13_what_is_in_quarantine_waits_and_is_let_out_again() {
    let mut outbox = with_ops(2);
    apply(&mut outbox, &Tx::Quarantine { ops: vec![id(1)] }, &mut Vec::new());
    assert!(pending(&mut outbox).is_empty(), "what is behind it in its lane waits with it");

    apply(&mut outbox, &Tx::Release { user: USER }, &mut Vec::new());

    assert_eq!(pending(&mut outbox), [1, 2]);
}

#[test]
fn p01_a_lost_outbox_is_made_anew_of_the_journal() {
    let before = with_ops(2);
    let mut outbox = Outbox::new(DeviceId(uuid::Uuid::from_u128(2)));

    apply(&mut outbox, &Tx::Recover { journal: before.ops.values().cloned().collect() }, &mut Vec::new());
    apply(&mut outbox, &Tx::Save(draft(3)), &mut Vec::new());

    assert_eq!(pending(&mut outbox), [1, 2, 3]);
}

#[test]
fn p05_a_push_takes_what_fits_and_at_least_one() {
    let outbox = with_ops(3);
    let mut ops: Vec<Saved> = outbox.ops.into_values().collect();
    ops[0].draft.payload = Sealed::from_bytes(vec![0; 300_000]);

    assert_eq!(compose(&ops, 100).len(), 1);
    assert_eq!(compose(&ops[1..], 100).len(), 2);
    assert_eq!(compose(&ops[1..], 1).len(), 1);
}

#[test]
fn p07_an_applied_op_is_shown_until_the_replica_has_it() {
    let mut outbox = with_ops(1);
    settle(&mut outbox, 1, None, 7, 0);
    let saved = &outbox.ops[&1];

    assert!(saved.is_ahead_of(Some(at(6))) && saved.is_ahead_of(None));
    assert!(!saved.is_ahead_of(Some(at(7))));
    let decided = State::Ended { end: End::Conflict(Conflict::Decided(Decided::Approved)), seq: Some(Seq(9)), at: Timestamp::default() };
    assert!(!Saved { state: decided, ..saved.clone() }.is_ahead_of(Some(at(6))));
}
