//! What the outbox has of decisions, whichever page has put them there: an earlier one, before the browser was closed, or that of another tab.

use std::{
    cell::{Cell, RefCell},
    time::Duration,
};

use domain::{
    clock::Timestamp,
    ids::{OpId, ReviewId},
};
use leptos::{prelude::set_timeout, task::spawn_local};

use super::{SENT, Stage, TAKEN_BACK, has_page, heard, is_sent, take, tell_page, tell_page_later, with_page};
use crate::{
    device,
    review::{
        api,
        live::Approved,
        state::outbox::{Fate, Found, ended, faster, found},
    },
};

/// Several changes of the outbox are looked at once.
const SETTLED: Duration = Duration::from_millis(50);

/// How often it is looked whether something was thrown away, and how many times.
const LOOK: Duration = Duration::from_millis(100);
const LOOKS: u32 = 20;

/// Decisions that did not hold are told of when a page opens: so many at most, the latest. The others are on the page of changes.
const TOLD: usize = 10;

thread_local! {
    /// What waits to be sent.
    static WAITING: RefCell<Vec<(OpId, ReviewId, Timestamp)>> = const { RefCell::new(Vec::new()) };
    /// Of which this page has told that they did not hold.
    static IS_TOLD: RefCell<Vec<OpId>> = const { RefCell::new(Vec::new()) };
    static IS_COMING: Cell<bool> = const { Cell::new(false) };
}

pub(super) fn waiting() -> Vec<ReviewId> {
    WAITING.with_borrow(|all| all.iter().map(|(_, review, _)| *review).collect())
}

pub(super) fn waiting_since(since: Timestamp) -> Vec<ReviewId> {
    WAITING.with_borrow(|all| all.iter().filter(|(_, _, at)| *at <= since).map(|(_, review, _)| *review).collect())
}

pub(super) fn no_longer_waits(id: OpId) {
    WAITING.with_borrow_mut(|all| all.retain(|(op, ..)| *op != id));
}

pub(super) fn is_told(id: OpId) {
    IS_TOLD.with_borrow_mut(|all| all.push(id));
}

/// Another page tells of everything anew that nobody has looked at.
pub(super) fn forget_told() {
    IS_TOLD.with_borrow_mut(Vec::clear);
}

/// Looks through the outbox, a moment later, if there is anything here that it would be news for.
pub(super) fn look() {
    let is_wanted = has_page() || SENT.with_borrow(|all| !all.is_empty()) || TAKEN_BACK.with_borrow(|all| !all.is_empty());
    if is_wanted && !IS_COMING.replace(true) {
        set_timeout(
            || {
                IS_COMING.set(false);
                spawn_local(look_now());
            },
            SETTLED,
        );
    }
}

async fn look_now() {
    let found = found(&device::ops().await);
    let waits = |found: &&Found| found.fate == Fate::Waits;
    let is_taken_back = |found: &Found| TAKEN_BACK.with_borrow(|all| all.iter().any(|(op, _)| *op == found.op));
    WAITING.set(found.iter().filter(waits).map(|found| (found.op, found.review, found.at)).collect());
    for found in found.iter().filter(|found| is_sent(found.op) || is_taken_back(found)) {
        match &found.fate {
            fate if !is_sent(found.op) && !matches!(fate, Fate::Done(_)) => {}
            Fate::Waits => {
                if SENT.with_borrow(|all| all.iter().any(|sent| sent.id == found.op && sent.stage != Stage::Kept)) {
                    heard::kept(found.op);
                }
            }
            Fate::Done(end) => heard::has_ended(found.op, end, None),
            Fate::Open(end, seq) | Fate::Settled(end, seq) => heard::has_ended(found.op, end, *seq),
            Fate::ThrownAway => is_thrown_away(found.op),
        }
    }
    if !has_page() {
        return;
    }
    let reviews = self::waiting();
    with_page(|live| {
        live.leave_out(&reviews);
        live.fetch();
    });
    tell_page();
    tell_page_later();
    tell_open(&found).await;
}

/// Tells of decisions of earlier pages that did not hold.
async fn tell_open(found: &[Found]) {
    let is_new = |found: &&Found| matches!(found.fate, Fate::Open(..)) && !IS_TOLD.with_borrow(|all| all.contains(&found.op));
    for found in found.iter().rev().filter(is_new).take(TOLD) {
        let Fate::Open(end, seq) = &found.fate else { continue };
        is_told(found.op);
        // Without an answer there is nothing to tell it of; the next page tries again.
        let Ok(card) = api::read_card(found.review.to_string()).await else { continue };
        let next = faster(ended(end, *seq), card.as_ref());
        let title = card.map_or_else(|| "A product".to_owned(), |card| card.title);
        with_page(|live| live.did_not_hold((found.op, found.product), (title, found.review), &next));
    }
}

/// Takes a decision out of the outbox again. One that has ended meanwhile is taken back at the server.
pub(super) fn throw_away(id: OpId) {
    device::discard(id);
    see_thrown_away(id, LOOKS);
}

fn see_thrown_away(id: OpId, left: u32) {
    spawn_local(async move {
        let ops = device::ops().await;
        // It may have ended meanwhile, which was heard then.
        if !is_sent(id) {
            return;
        }
        let fate = found(&ops).into_iter().find(|found| found.op == id).map(|found| found.fate);
        match fate {
            Some(Fate::ThrownAway) => is_thrown_away(id),
            Some(Fate::Waits) if left > 0 => set_timeout(move || see_thrown_away(id, left - 1), LOOK),
            // It stays marked, and is taken back once it is sent.
            _ => look(),
        }
    });
}

/// It is no longer in the outbox, and its suggestion waits for a decision again.
fn is_thrown_away(id: OpId) {
    let Some(sent) = take(id) else { return };
    if let Some(words) = sent.verdict.words() {
        TAKEN_BACK.with_borrow_mut(|all| all.push((id, Approved::new(&sent.seat.card, words))));
    }
    with_page(|live| live.taken_back(sent.seat));
    tell_page();
}
