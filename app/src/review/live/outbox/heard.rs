//! What is heard of the device's outbox, and what that means for the decisions of this tab.

use domain::{
    ids::{OpId, Seq},
    sync::end::{Conflict, End},
};
use leptos::{prelude::set_timeout, task::spawn_local};
use ports::error::AppError;

use super::{SENT, Sent, Stage, TAKEN_BACK, go, is_sent, known, settle, take, tell_frame, tell_page, tell_page_later, with_page};
use crate::{
    device::{self, Heard},
    review::{
        api,
        live::{Approved, decide::take_back},
        state::{
            address::card_address,
            outbox::{Next, ended, faster, not_kept},
        },
    },
};

/// Each is heard a moment later: what is saved may be refused at once, while the page is still at work.
pub(super) fn listen() {
    device::listen(|heard| match heard {
        Heard::Kept(id) if is_sent(*id) => later(*id, kept),
        Heard::NotKept(id, error) if is_sent(*id) => {
            let error = error.clone();
            later(*id, move |id| failed(id, &error));
        }
        Heard::Ended(id, end, seq) => {
            let (end, seq) = (end.clone(), *seq);
            later(*id, move |id| has_ended(id, &end, seq));
        }
        Heard::Changed => known::look(),
        Heard::Kept(_) | Heard::NotKept(..) | Heard::News(_) | Heard::Stock => {}
    });
}

fn later(id: OpId, act: impl FnOnce(OpId) + 'static) {
    spawn_local(async move { act(id) });
}

/// It is on the disk of this device.
pub(super) fn kept(id: OpId) {
    let found = SENT.with_borrow_mut(|all| {
        let sent = all.iter_mut().find(|sent| sent.id == id)?;
        sent.stage = Stage::Kept;
        Some((sent.seat.card.product, sent.undo))
    });
    let Some((product, undo)) = found else { return };
    settle(product);
    tell_page();
    tell_page_later();
    if undo {
        known::throw_away(id);
    }
}

fn failed(id: OpId, error: &AppError) {
    let wait = SENT.with_borrow_mut(|all| {
        let sent = all.iter_mut().find(|sent| sent.id == id)?;
        let (stage, wait) = match not_kept(error, sent.tries) {
            Next::Wait(reason) => (Stage::ForThePerson(reason), None),
            Next::Again(wait) => (Stage::Stopped, Some(wait)),
            _ => (Stage::Stopped, None),
        };
        sent.stage = stage;
        sent.tries += 1;
        tell_frame(sent.seat.card.product, card_address(sent.seat.card.review), [0, 1, 0]);
        wait
    });
    if let Some(wait) = wait {
        set_timeout(
            move || {
                // Handed over by the person meanwhile, it is on its way already.
                if SENT.with_borrow(|all| all.iter().any(|sent| sent.id == id && sent.stage == Stage::Stopped)) {
                    go(id);
                }
            },
            wait,
        );
    }
    tell_page();
}

/// What has become of one, for good: whoever has sent it.
pub(super) fn has_ended(id: OpId, end: &End, seq: Option<Seq>) {
    let Some(sent) = take(id) else {
        let taken_back = TAKEN_BACK.with_borrow_mut(|all| all.iter().position(|(taken, _)| *taken == id).map(|at| all.remove(at)));
        match taken_back {
            // It was under way already when it was taken back.
            Some((_, approved)) if has_changed(end) => {
                with_page(|live| live.leave_out(&[approved.review]));
                take_back(approved);
            }
            Some(_) => {}
            // Perhaps it is of an earlier page.
            None => known::look(),
        }
        return;
    };
    known::is_told(id);
    match ended(end, seq) {
        Next::Rest => {
            settle(sent.seat.card.product);
            if let (true, Some(words)) = (sent.undo && has_changed(end), sent.verdict.words()) {
                take_back(Approved::new(&sent.seat.card, words));
            }
        }
        next if matches!(end, End::Conflict(Conflict::Decided(_))) => spawn_local(async move {
            // Without an answer it is not said by whom.
            let next = match api::read_card(sent.seat.card.review.to_string()).await {
                Ok(card) => faster(next, card.as_ref()),
                Err(_) => next,
            };
            came_back(sent, &next);
        }),
        next => came_back(sent, &next),
    }
    tell_page();
}

/// Whether there is something to be taken back: what somebody else has approved in the same words stays.
const fn has_changed(end: &End) -> bool {
    matches!(end, End::Applied | End::Merged)
}

fn came_back(sent: Sent, next: &Next) {
    let (id, product, address) = (sent.id, sent.seat.card.product, card_address(sent.seat.card.review));
    let is_told = with_page(|live| live.came_back(id, sent.seat, next));
    // Where the page is gone the frame says it, with the way back.
    tell_frame(product, address, if is_told { [0, 0, 0] } else { [0, 0, 1] });
}
