//! Decisions on their way. They go through the outbox of this device and outlive the page: what is kept there is sent from any other page, also
//! after the browser was closed. Closing the window asks first while one is nowhere but on the screen.

mod heard;
mod known;

use std::cell::{Cell, RefCell};

use domain::{
    clock::Timestamp,
    ids::{OpId, ProductId, ReviewId},
    sync::intent::{Intent, Verdict},
};
use leptos::{
    prelude::{set_timeout, window_event_listener_untyped},
    task::spawn_local,
};

use super::{Approved, Page};
use crate::{
    device,
    review::state::{address::card_address, seat::Seat},
    ui::{
        chance::new_op,
        time::now,
        unsaved::{Outstanding, Unsaved},
    },
};

struct Sent {
    id: OpId,
    verdict: Verdict,
    seat: Seat,
    at: Timestamp,
    /// How often it was handed over in vain.
    tries: u32,
    stage: Stage,
    /// Whether it is taken back as soon as that can be.
    undo: bool,
}

#[derive(Clone, PartialEq)]
enum Stage {
    /// On its way to the outbox.
    Going,
    Kept,
    /// It could neither be kept nor sent, and is handed over again.
    Stopped,
    /// The same, once the person has done something: this.
    ForThePerson(String),
}

thread_local! {
    static SENT: RefCell<Vec<Sent>> = const { RefCell::new(Vec::new()) };
    /// Taken back before they were sent, as far as this device knows.
    static TAKEN_BACK: RefCell<Vec<(OpId, Approved)>> = const { RefCell::new(Vec::new()) };
    static PAGE: Cell<Option<Page>> = const { Cell::new(None) };
    static UNSAVED: Cell<Option<Unsaved>> = const { Cell::new(None) };
    static LISTENING: Cell<bool> = const { Cell::new(false) };
}

/// A decision that is sent sooner is not worth a word.
const SOON: i64 = 3;

/// From now on the page is told what becomes of decisions.
pub(super) fn attend(page: Page, unsaved: Option<Unsaved>) {
    PAGE.set(Some(page));
    UNSAVED.set(unsaved);
    if !LISTENING.replace(true) {
        // For as long as the tab lives.
        window_event_listener_untyped("beforeunload", |event| {
            if SENT.with_borrow(|all| all.iter().any(|sent| sent.stage != Stage::Kept)) {
                event.prevent_default();
            }
        });
        window_event_listener_untyped("online", |_| send_all());
        heard::listen();
    }
    known::forget_told();
    known::look();
}

pub(super) fn leave() {
    PAGE.set(None);
}

pub(super) fn send(verdict: Verdict, seat: Seat) {
    let id = new_op();
    SENT.with_borrow_mut(|all| all.push(Sent { id, verdict, seat, at: now(), tries: 0, stage: Stage::Going, undo: false }));
    go(id);
}

/// Hands over again what could not be kept.
pub(super) fn send_all() {
    let is_stopped = |sent: &&Sent| matches!(sent.stage, Stage::Stopped | Stage::ForThePerson(_));
    let stopped: Vec<OpId> = SENT.with_borrow(|all| all.iter().filter(is_stopped).map(|sent| sent.id).collect());
    stopped.into_iter().for_each(go);
}

/// Takes an approval back that is not at the server yet; whether it is still on its way.
pub(super) fn take_back(review: ReviewId) -> bool {
    let found = SENT.with_borrow_mut(|all| {
        let sent = all.iter_mut().find(|sent| sent.seat.card.review == review)?;
        sent.undo = true;
        Some((sent.id, sent.stage == Stage::Kept))
    });
    if let Some((id, true)) = found {
        known::throw_away(id);
    }
    found.is_some()
}

/// What was left to be looked at is looked at.
pub(super) fn settle(product: ProductId) {
    tell_frame(product, String::new(), [0, 0, 0]);
}

/// The person knows that a decision did not hold.
pub(super) fn close(conflict: OpId, product: ProductId) {
    device::save(new_op(), product, Intent::KeepTheirs { conflict });
}

/// Suggestions that are decided about and that the server may still count among those that wait.
pub(super) fn reviews() -> Vec<ReviewId> {
    let mut reviews = known::waiting();
    SENT.with_borrow(|all| {
        for review in all.iter().map(|sent| sent.seat.card.review) {
            if !reviews.contains(&review) {
                reviews.push(review);
            }
        }
    });
    reviews
}

fn go(id: OpId) {
    let found = SENT.with_borrow_mut(|all| {
        let sent = all.iter_mut().find(|sent| sent.id == id)?;
        sent.stage = Stage::Going;
        let card = &sent.seat.card;
        let intent = Intent::Review { review: card.review, version: card.version, verdict: sent.verdict.clone() };
        Some((card.product, card.review, intent, sent.tries))
    });
    let Some((product, review, intent, tries)) = found else { return };
    tell_frame(product, card_address(review), if tries == 0 { [1, 0, 0] } else { [0, 1, 0] });
    tell_page();
    device::save(id, product, intent);
}

fn is_sent(id: OpId) -> bool {
    SENT.with_borrow(|all| all.iter().any(|sent| sent.id == id))
}

fn take(id: OpId) -> Option<Sent> {
    known::no_longer_waits(id);
    SENT.with_borrow_mut(|all| all.iter().position(|sent| sent.id == id).map(|at| all.remove(at)))
}

fn has_page() -> bool {
    PAGE.get().is_some()
}

pub(super) fn with_page(act: impl FnOnce(&mut super::Live)) -> bool {
    PAGE.get().and_then(|page| page.with(act)).is_some()
}

/// How many wait, and what for. A moment later, as the page may be at work just now.
fn tell_page() {
    spawn_local(async {
        let (unsent, stopped) = SENT.with_borrow(|all| {
            let unsent = all.iter().filter(|sent| sent.tries > 0 && sent.stage != Stage::Kept).count();
            let stopped = all.iter().find_map(|sent| if let Stage::ForThePerson(reason) = &sent.stage { Some(reason.clone()) } else { None });
            (unsent, stopped)
        });
        let kept = waits_for_long();
        with_page(|live| live.draw_unsent(unsent, stopped.as_deref(), kept));
    });
}

/// How many are on this device for longer than sending takes.
fn waits_for_long() -> usize {
    let since = now().plus_seconds(-SOON);
    let mut long = known::waiting_since(since);
    SENT.with_borrow(|all| {
        for sent in all.iter().filter(|sent| sent.stage == Stage::Kept && sent.at <= since && !sent.undo) {
            if !long.contains(&sent.seat.card.review) {
                long.push(sent.seat.card.review);
            }
        }
    });
    long.len()
}

/// What is not sent soon is told.
fn tell_page_later() {
    // A moment more: by then it is old enough.
    let wait = std::time::Duration::from_millis(SOON.unsigned_abs() * 1_000 + 100);
    set_timeout(tell_page, wait);
}

fn tell_frame(product: ProductId, address: String, [saving, failed, conflicts]: [usize; 3]) {
    if let Some(unsaved) = UNSAVED.get() {
        unsaved.tell(Outstanding { product, address, saving, failed, conflicts });
    }
}
