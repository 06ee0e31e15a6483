//! Decisions on their way. They outlive the page: what is not sent yet goes on its way from any other page, and closing the
//! window asks first.

use std::cell::{Cell, RefCell};

use domain::ids::{OpId, ProductId, ReviewId};
use leptos::{
    prelude::{set_timeout, window_event_listener_untyped},
    task::spawn_local,
};
use ports::{
    error::AppError,
    review::{Decision, Outcome, Queue, Verdict},
};

use super::{Approved, Page};
use crate::{
    review::{
        api,
        state::{
            address::card_address,
            outbox::{Next, next},
            seat::Seat,
        },
    },
    ui::unsaved::{Outstanding, Unsaved},
};

struct Sent {
    decision: Decision,
    seat: Seat,
    tries: u32,
    waits: Waits,
    /// Whether it is taken back once it is sent.
    undo: bool,
}

/// Whether it got no answer and waits to be sent again.
#[derive(Clone, PartialEq)]
enum Waits {
    No,
    ForAWhile,
    /// They have to do something first: this.
    ForThePerson(String),
}

thread_local! {
    static SENT: RefCell<Vec<Sent>> = const { RefCell::new(Vec::new()) };
    static PAGE: Cell<Option<Page>> = const { Cell::new(None) };
    static UNSAVED: Cell<Option<Unsaved>> = const { Cell::new(None) };
    static LISTENING: Cell<bool> = const { Cell::new(false) };
}

/// From now on the page is told what becomes of decisions.
pub(super) fn attend(page: Page, unsaved: Option<Unsaved>) {
    PAGE.set(Some(page));
    UNSAVED.set(unsaved);
    if !LISTENING.replace(true) {
        // For as long as the tab lives.
        window_event_listener_untyped("beforeunload", |event| {
            if count() > 0 {
                event.prevent_default();
            }
        });
        window_event_listener_untyped("online", |_| send_all());
    }
}

pub(super) fn leave() {
    PAGE.set(None);
}

pub(super) fn count() -> usize {
    SENT.with_borrow(Vec::len)
}

/// A part of the queue without what was decided about, which the server may not know yet.
pub(super) fn without_sent(mut queue: Queue) -> Queue {
    SENT.with_borrow(|all| queue.cards.retain(|card| !all.iter().any(|sent| sent.decision.review == card.review)));
    queue
}

pub(super) fn send(decision: Decision, seat: Seat) {
    let id = decision.op_id;
    SENT.with_borrow_mut(|all| all.push(Sent { decision, seat, tries: 0, waits: Waits::No, undo: false }));
    go(id);
}

/// Sends again what waits.
pub(super) fn send_all() {
    let waiting: Vec<OpId> = SENT.with_borrow(|all| all.iter().filter(|sent| sent.waits != Waits::No).map(|sent| sent.decision.op_id).collect());
    waiting.into_iter().for_each(go);
}

/// Has an approval taken back once it is sent; whether it is on its way.
pub(super) fn undo_when_sent(review: ReviewId) -> bool {
    SENT.with_borrow_mut(|all| {
        let sent = all.iter_mut().find(|sent| sent.decision.review == review);
        sent.map(|sent| sent.undo = true).is_some()
    })
}

/// What was left to be looked at is looked at.
pub(super) fn settle(product: ProductId) {
    tell_frame(product, String::new(), [0, 0, 0]);
}

fn go(id: OpId) {
    let decision = SENT.with_borrow_mut(|all| {
        let sent = all.iter_mut().find(|sent| sent.decision.op_id == id)?;
        sent.waits = Waits::No;
        Some((sent.decision.clone(), sent.seat.card.product, sent.tries))
    });
    let Some((decision, product, tries)) = decision else { return };
    tell_frame(product, card_address(decision.review), if tries == 0 { [1, 0, 0] } else { [0, 1, 0] });
    tell_page();
    spawn_local(async move {
        let answer = api::decide(decision).await;
        answered(id, &answer);
    });
}

fn answered(id: OpId, answer: &Result<Outcome, AppError>) {
    let next = SENT.with_borrow_mut(|all| {
        let at = all.iter().position(|sent| sent.decision.op_id == id)?;
        let sent = &mut all[at];
        let next = next(answer, sent.tries);
        sent.tries += 1;
        Some(match &next {
            Next::Again(_) => {
                sent.waits = Waits::ForAWhile;
                (next, None)
            }
            Next::Wait(reason) => {
                sent.waits = Waits::ForThePerson(reason.clone());
                (next, None)
            }
            _ => (next, Some(all.remove(at))),
        })
    });
    let Some((next, sent)) = next else { return };
    match (&next, sent) {
        (Next::Again(wait), _) => set_timeout(
            move || {
                // Sent by the person meanwhile, it is on its way already.
                if SENT.with_borrow(|all| all.iter().any(|sent| sent.decision.op_id == id && sent.waits != Waits::No)) {
                    go(id);
                }
            },
            *wait,
        ),
        (Next::Rest, Some(sent)) => {
            settle(sent.seat.card.product);
            if let (true, Verdict::Approve { words, .. }) = (sent.undo, sent.decision.verdict) {
                let approved = Approved::new(&sent.seat.card, words);
                with_page(|live| live.take_back(approved));
            }
        }
        (_, Some(sent)) => {
            let (product, address) = (sent.seat.card.product, card_address(sent.decision.review));
            let is_told = with_page(|live| live.came_back(sent.seat, &next));
            // Where the page is gone the frame says it, with the way back.
            tell_frame(product, address, if is_told { [0, 0, 0] } else { [0, 0, 1] });
        }
        (_, None) => {}
    }
    tell_page();
}

fn with_page(act: impl FnOnce(&mut super::Live)) -> bool {
    PAGE.get().and_then(|page| page.with(act)).is_some()
}

/// How many wait to be sent again, and what for. A moment later, as the page may be at work just now.
fn tell_page() {
    spawn_local(async {
        let (count, stopped) = SENT.with_borrow(|all| {
            let waiting: Vec<&Sent> = all.iter().filter(|sent| sent.tries > 0).collect();
            let stopped = waiting.iter().find_map(|sent| if let Waits::ForThePerson(reason) = &sent.waits { Some(reason.clone()) } else { None });
            (waiting.len(), stopped)
        });
        with_page(|live| live.draw_unsent(count, stopped.as_deref()));
    });
}

fn tell_frame(product: ProductId, address: String, [saving, failed, conflicts]: [usize; 3]) {
    if let Some(unsaved) = UNSAVED.get() {
        unsaved.tell(Outstanding { product, address, saving, failed, conflicts });
    }
}
