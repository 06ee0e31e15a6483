//! What each transaction does.

use std::collections::BTreeSet;

use super::{Advance, Entry, Hold, Loaded, PAGE, Reason, Replica, Reply, Tx, rows_of};
use crate::sync::{
    hash::Sum,
    wire::{Held, MOST_WANTED, SEGMENT, Span},
};

/// Carries a transaction out, on a replica that has in memory the pages it needs. The pages that were written are added to `written`.
pub fn apply(replica: &mut Replica, tx: &Tx, written: &mut BTreeSet<u32>) -> Reply {
    match tx {
        Tx::Load { all, turn, checks } => Reply::Loaded(load(replica, *all, *turn, *checks)),
        Tx::Advance(given) if given.from != replica.meta.cookie => Reply::Moved,
        Tx::Advance(given) => advance(replica, given, written),
        Tx::Drop { cookie } if *cookie != replica.meta.cookie => Reply::Moved,
        Tx::Drop { .. } => {
            drop_rows(replica, written);
            Reply::Done
        }
        Tx::Hold { rows, reason, at } => {
            for ord in rows.iter().flat_map(|span| span.rows()).take(MOST_WANTED) {
                let entry = replica.pages.entry(ord / PAGE).or_default().entries.entry(ord).or_default();
                entry.hold = entry.hold.with(*reason, *at);
                if entry.row.is_none() {
                    replica.meta.wanted.insert(ord);
                }
                written.insert(ord / PAGE);
            }
            Reply::Done
        }
        Tx::Unhold { rows, reason } => {
            for ord in rows.iter().flat_map(|span| span.rows()) {
                if let Some(entry) = replica.pages.get_mut(&(ord / PAGE)).and_then(|page| page.entries.get_mut(&ord)) {
                    entry.hold = entry.hold.without(*reason);
                    written.insert(ord / PAGE);
                }
            }
            Reply::Done
        }
        Tx::Forget { rows, reasons, at, mine } => {
            let is_as_known = |entry: &Entry| entry.hold.aged(*at).without(Reason::Pending).is_within(*reasons);
            let stays = |entry: &Entry| match &entry.row {
                Some(row) => mine.contains(&row.product) || !is_as_known(entry),
                // Whose it is is not known yet.
                None => entry.hold.has(Reason::Pending) || !is_as_known(entry),
            };
            forget(replica, rows, stays, written);
            Reply::Done
        }
    }
}

fn load(replica: &Replica, all: bool, turn: u32, checks: u32) -> Loaded {
    let meta = &replica.meta;
    let compare = if all { &meta.segments } else { &meta.suspects };
    let checks = if all { 0 } else { checks };
    Loaded {
        cookie: replica.meta.cookie,
        schema: replica.meta.schema,
        compare: compare.iter().filter_map(|segment| replica.held(rows_of(*segment))).collect(),
        check: meta.to_check(turn, checks).filter_map(|rows| replica.held(rows)).collect(),
        want: Span::of(replica.meta.wanted.iter().copied().take(MOST_WANTED)),
    }
}

fn advance(replica: &mut Replica, given: &Advance, written: &mut BTreeSet<u32>) -> Reply {
    let meta = &mut replica.meta;
    if meta.cookie.is_some() && meta.schema != given.schema {
        return Reply::Moved;
    }
    meta.schema = given.schema;
    for held in &given.compared {
        meta.suspects.remove(&held.segment);
    }
    meta.cookie = Some(given.frames.cookie);
    (meta.extent, meta.at) = (Some(given.frames.extent), given.at);
    for row in &given.frames.rows {
        let page = row.ord / PAGE;
        let mine = given.mine.contains(&row.product);
        if mine {
            let entry = replica.pages.entry(page).or_default().entries.entry(row.ord).or_default();
            entry.hold = entry.hold.with(Reason::Opened, given.at);
        }
        if let Some(entry) = replica.pages.get_mut(&page).and_then(|page| page.entries.get_mut(&row.ord)) {
            entry.row = Some(row.clone());
            replica.meta.segments.insert(row.ord / SEGMENT);
            replica.meta.wanted.remove(&row.ord);
            written.insert(page);
        }
    }
    replica.meta.changes += u64::from(!given.frames.rows.is_empty());
    let sums = given.checked.iter().zip(&given.frames.sums);
    let mut drifted: Vec<u32> = sums.filter(|(held, sum)| differs(replica, given, held, **sum)).map(|(held, _)| held.segment).collect();
    drifted.dedup();
    replica.meta.suspects.extend(&drifted);
    let more = !replica.meta.suspects.is_empty();
    Reply::Advanced { drifted, more }
}

/// Whether the rows that were asked about have another sum. Those of which one was evicted meanwhile are asked about another time.
fn differs(replica: &Replica, given: &Advance, held: &Held, sum: Sum) -> bool {
    if !given.touches(held) {
        return held.sum != sum;
    }
    let mut own = Sum::default();
    for ord in held.ords() {
        let Some(row) = replica.row(ord).filter(|_| ord / SEGMENT == held.segment) else { return false };
        own = own.with(row.sum());
    }
    own != sum
}

fn drop_rows(replica: &mut Replica, written: &mut BTreeSet<u32>) {
    replica.meta.cookie = None;
    replica.meta.suspects.clear();
    replica.meta.segments.clear();
    replica.meta.changes += 1;
    for (number, page) in &mut replica.pages {
        written.insert(*number);
        for (ord, entry) in &mut page.entries {
            entry.row = None;
            replica.meta.wanted.insert(*ord);
        }
    }
}

fn forget(replica: &mut Replica, rows: &[Span], stays: impl Fn(&Entry) -> bool, written: &mut BTreeSet<u32>) {
    let mut segments = BTreeSet::new();
    for ord in rows.iter().flat_map(|span| span.rows()) {
        let Some(page) = replica.pages.get_mut(&(ord / PAGE)) else { continue };
        if page.entries.get(&ord).is_some_and(|entry| !stays(entry)) {
            page.entries.remove(&ord);
            replica.meta.wanted.remove(&ord);
            segments.insert(ord / SEGMENT);
            written.insert(ord / PAGE);
        }
    }
    replica.meta.changes += u64::from(!segments.is_empty());
    for segment in segments {
        if replica.held(rows_of(segment)).is_none() {
            replica.meta.segments.remove(&segment);
            // Nothing is left that could be compared.
            replica.meta.suspects.remove(&segment);
        }
    }
    replica.pages.retain(|_, page| !page.entries.is_empty());
}

// So that the ranks above keep their meaning.
const _: () = assert!(Reason::Viewport as u8 == 1 && size_of::<Hold>() <= 16);
