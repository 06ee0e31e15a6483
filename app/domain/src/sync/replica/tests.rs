use super::*;
use crate::{
    ids::Seq,
    sync::{hash::Chain, wire::Extent},
};

const NOW: Timestamp = Timestamp::from_micros(1_000_000);

fn at(seq: i64) -> Cookie {
    Cookie { epoch: 1, seq: Seq(seq), hash: Chain(seq as u64) }
}

fn row(ord: u32, version: i64) -> Row {
    Row { ord, product: ProductId(uuid::Uuid::from_u128(ord.into())), version: Seq(version), body: Sealed::of(&(ord, version)) }
}

fn hold(replica: &mut Replica, ords: &[u32], reason: Reason) {
    apply(replica, &Tx::Hold { rows: Span::of(ords.iter().copied()), reason, at: NOW }, &mut BTreeSet::new());
}

fn advance(replica: &mut Replica, from: Option<Cookie>, rows: Vec<Row>, to: i64, checked: Vec<Held>, sums: Vec<Sum>) -> Reply {
    let frames = Frames { rows, ended: Vec::new(), sums, cookie: at(to), extent: Extent { rows: 5_000, products: 4_000 } };
    let advance = Advance { from, frames, schema: 1, compared: Vec::new(), checked, mine: BTreeSet::new(), at: NOW };
    apply(replica, &Tx::Advance(Box::new(advance)), &mut BTreeSet::new())
}

/// Rows that are there because they were on the screen.
fn forget(ords: &[u32]) -> Tx {
    let reasons = Hold::default().with(Reason::Viewport, NOW);
    Tx::Forget { rows: Span::of(ords.iter().copied()), reasons, at: NOW, mine: BTreeSet::new() }
}

fn load(replica: &mut Replica, all: bool) -> Loaded {
    let Reply::Loaded(loaded) = apply(replica, &Tx::Load { all, turn: 0, checks: 12 }, &mut BTreeSet::new()) else { panic!() };
    loaded
}

fn with_rows(ords: &[u32]) -> Replica {
    let mut replica = Replica::default();
    hold(&mut replica, ords, Reason::Viewport);
    advance(&mut replica, None, ords.iter().map(|ord| row(*ord, 1)).collect(), 1, Vec::new(), Vec::new());
    replica
}

#[test]
fn p14_rows_that_are_held_and_not_there_are_wanted() {
    let mut replica = Replica::default();
    hold(&mut replica, &[5, 6, 2_000], Reason::Pinned);
    assert_eq!(load(&mut replica, false).want, Span::of([5, 6, 2_000]));

    advance(&mut replica, None, vec![row(5, 1), row(6, 1), row(7, 1)], 1, Vec::new(), Vec::new());

    assert_eq!(load(&mut replica, false).want, Span::of([2_000]));
    assert_eq!(replica.rows().map(|row| row.ord).collect::<Vec<_>>(), [5, 6], "a row that nobody wants is not kept");
}

#[test]
fn p07_frames_for_another_cookie_are_not_applied() {
    let mut replica = with_rows(&[1]);
    advance(&mut replica, Some(at(1)), vec![row(1, 9)], 9, Vec::new(), Vec::new());

    assert_eq!(advance(&mut replica, Some(at(1)), vec![row(1, 5)], 5, Vec::new(), Vec::new()), Reply::Moved);
    assert_eq!(replica.row(1).map(|row| row.version), Some(Seq(9)));
}

#[test]
fn p06_a_row_that_has_drifted_is_found_by_the_sum_and_compared_next_time() {
    let mut replica = with_rows(&[1, 2, 1_500]);
    let sums: Vec<Sum> = load(&mut replica, false).check.iter().map(|held| held.sum).collect();
    replica.pages.get_mut(&0).unwrap().entries.get_mut(&2).unwrap().row.as_mut().unwrap().body = Sealed::of(&"garbage");

    let checked = load(&mut replica, false).check;
    let reply = advance(&mut replica, Some(at(1)), Vec::new(), 2, checked, sums);

    assert_eq!(reply, Reply::Advanced { drifted: vec![0], more: true });
    assert_eq!(load(&mut replica, false).compare.iter().map(|held| held.segment).collect::<Vec<_>>(), [0]);
}

#[test]
fn p09_dropped_rows_are_wanted_again() {
    let mut replica = with_rows(&[1, 2]);

    apply(&mut replica, &Tx::Drop { cookie: Some(at(1)) }, &mut BTreeSet::new());

    assert_eq!((replica.rows().count(), replica.meta.cookie), (0, None));
    assert_eq!(load(&mut replica, false).want, Span::of([1, 2]));
}

#[test]
fn p09_a_page_with_garbage_in_it_is_empty() {
    let replica = with_rows(&[1]);
    let sealed = replica.pages[&0].write();

    assert_eq!(Page::read(&sealed), replica.pages[&0]);
    assert_eq!(Page::read(&Sealed::from_bytes(vec![255; 9])), Page::default());
}

#[test]
fn p14_rows_are_forgotten_and_own_work_never() {
    let mut replica = with_rows(&[1, 2, 3, 2_000]);
    hold(&mut replica, &[2], Reason::Conflict);
    hold(&mut replica, &[3], Reason::Pending);
    hold(&mut replica, &[7], Reason::Pinned);
    let all = Span::of([1, 2, 3, 7, 2_000]);

    let reasons = Hold::default().with(Reason::Viewport, NOW).with(Reason::Pinned, NOW);
    apply(&mut replica, &Tx::Forget { rows: all, reasons, at: NOW, mine: [ProductId(uuid::Uuid::from_u128(1))].into() }, &mut BTreeSet::new());

    let left: Vec<u32> = replica.rows().map(|row| row.ord).collect();
    assert_eq!(left, [1, 2], "a reason that has outlived its op is none");
    assert_eq!((&replica.meta.segments, load(&mut replica.clone(), false).want), (&[0].into(), Vec::new()));
}

#[test]
fn p10_a_row_that_another_tab_has_found_a_reason_for_is_not_forgotten() {
    let mut replica = with_rows(&[1, 2]);
    hold(&mut replica, &[2], Reason::Pinned);

    let tx = forget(&[1, 2]);
    apply(&mut replica, &tx, &mut BTreeSet::new());

    assert_eq!(replica.rows().map(|row| row.ord).collect::<Vec<_>>(), [2]);
}

#[test]
fn p06_a_segment_of_which_nothing_is_left_is_no_suspect_any_more() {
    let mut replica = with_rows(&[1, 2_000]);
    replica.meta.suspects.insert(1);

    apply(&mut replica, &forget(&[2_000]), &mut BTreeSet::new());

    assert_eq!(advance(&mut replica, Some(at(1)), Vec::new(), 2, Vec::new(), Vec::new()), Reply::Advanced { drifted: Vec::new(), more: false });
}

#[test]
fn p12_rows_of_different_shapes_are_not_mixed() {
    let mut replica = with_rows(&[1]);
    replica.meta.schema = 7;
    assert_eq!(advance(&mut replica, Some(at(1)), vec![row(1, 2)], 2, Vec::new(), Vec::new()), Reply::Moved);

    apply(&mut replica, &Tx::Drop { cookie: Some(at(1)) }, &mut BTreeSet::new());
    advance(&mut replica, None, vec![row(1, 2)], 2, Vec::new(), Vec::new());

    assert_eq!((replica.rows().count(), replica.meta.schema), (1, 1));
}

#[test]
fn p06_every_row_has_its_turn_to_be_checked() {
    let replica = with_rows(&[7, 5 * SEGMENT + 3]);

    let checked: BTreeSet<u32> = (0..2).flat_map(|turn| replica.meta.to_check(turn * 4, 4)).flatten().collect();

    assert_eq!(checked, rows_of(0).chain(rows_of(5)).collect());
}

#[test]
fn p06_a_row_that_changes_while_it_is_checked_is_no_drift() {
    let mut replica = with_rows(&[1, 2]);
    let checked = load(&mut replica, false).check;
    let now = with_rows(&[1]).held(0..9).unwrap().sum.with(row(2, 2).sum());

    let reply = advance(&mut replica, Some(at(1)), vec![row(2, 2)], 2, checked, vec![now]);

    assert_eq!(reply, Reply::Advanced { drifted: Vec::new(), more: false });
}

#[test]
fn p10_it_is_known_what_part_of_the_store_is_here_and_whether_rows_have_changed() {
    let mut replica = with_rows(&[1, 2]);
    let after_rows = replica.meta.changes;
    assert_eq!((replica.meta.extent, replica.meta.at), (Some(Extent { rows: 5_000, products: 4_000 }), NOW));

    advance(&mut replica, Some(at(1)), Vec::new(), 2, Vec::new(), Vec::new());
    assert_eq!(replica.meta.changes, after_rows);

    apply(&mut replica, &forget(&[1]), &mut BTreeSet::new());
    let after_eviction = replica.meta.changes;
    apply(&mut replica, &Tx::Drop { cookie: Some(at(2)) }, &mut BTreeSet::new());
    assert!(after_rows < after_eviction && after_eviction < replica.meta.changes);
}
