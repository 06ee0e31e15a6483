//! Deciding: the next suggestion is shown at once, the decision is on its way.

use std::time::Duration;

use domain::{
    ids::{OpId, ProductId, ReviewId},
    sync::intent::Verdict,
};
use leptos::{prelude::set_timeout, task::spawn_local};
use ports::review::{Outcome, VersionsView};
use web_sys::{HtmlElement, HtmlInputElement};

use super::{Approved, Due, Live, Toast, outbox, says};
use crate::{
    review::{
        api,
        markup::{Note, card::heard, parts::label},
        state::{
            address::card_address,
            desk::Desk,
            outbox::{Next, Way, done, way_back},
            seat::{Seat, Stop},
        },
    },
    ui::chance::new_op,
};

/// Long enough to read it and to reach the button.
const STAYS: Duration = Duration::from_secs(8);

impl Live {
    pub(super) fn accept(&mut self) {
        if !self.may_decide() {
            return;
        }
        let Some(seat) = self.shown() else { return };
        match seat.accept() {
            Ok(verdict) => self.decide(verdict),
            Err(Stop::Nothing) => {
                self.tell("Nothing is ticked. Tick at least one field, or reject the suggestion.");
                self.warn("Nothing is ticked. Tick at least one field, or reject the suggestion.");
            }
            Err(Stop::Edited(at)) => {
                let name = seat.card.fields.get(at).map_or_else(String::new, |field| label(&field.field));
                let words = format!("{name} was edited since. Untick it, or tick “Replace what is there now”.");
                self.tell(&words);
                self.warn(&words);
                if let Some(tick) = self.find_as::<HtmlElement>(&format!("#field-{at} [data-act=replace]")) {
                    let _ = tick.focus();
                }
            }
        }
    }

    pub(super) fn decide(&mut self, verdict: Verdict) {
        if !self.may_decide() {
            return;
        }
        let Some(seat) = self.desk.as_mut().and_then(Desk::take) else { return };
        let word = done(&verdict);
        let undo = verdict.words().map(|words| Approved::new(&seat.card, words));
        self.draw_head();
        self.draw_card();
        self.draw_decide();
        self.scroll_up();
        let next = self.shown().map_or_else(|| "Nothing is left.".to_owned(), |next| format!("Next: {}", heard(next)));
        self.tell(&format!("{word}: {}. {next}", seat.card.title));
        self.toast(format!("{word}: {}", seat.card.title), undo);
        outbox::send(verdict, seat);
        self.fetch();
    }

    pub(super) fn go(&mut self, by: isize) {
        if self.desk.as_mut().is_some_and(|desk| desk.go(by)) {
            self.draw_head();
            self.draw_card();
            self.draw_decide();
            self.scroll_up();
            let told = self.shown().map(heard).unwrap_or_default();
            self.tell(&told);
            self.fetch();
        }
    }

    pub(super) fn go_to(&mut self, review: ReviewId) -> bool {
        self.desk.as_mut().is_some_and(|desk| desk.go_to(review))
    }

    pub(super) fn toggle(&mut self, at: usize) {
        if !self.may_decide() {
            return;
        }
        let Some(draft) = self.shown_mut().and_then(|seat| seat.drafts.get_mut(at)) else { return };
        draft.is_on = !draft.is_on;
        let is_on = draft.is_on;
        if let Some(section) = self.find(&format!("#field-{at}")) {
            let _ = section.toggle_attribute_with_force("data-on", is_on);
        }
        if let Some(tick) = self.find_as::<HtmlInputElement>(&format!("#field-{at} [data-act=toggle]")) {
            tick.set_checked(is_on);
        }
        let name = self.shown().and_then(|seat| seat.card.fields.get(at)).map_or_else(String::new, |field| label(&field.field));
        self.tell(&format!("{name}: {}", if is_on { "accepted" } else { "left as it is" }));
    }

    pub(super) fn edit(&mut self) {
        if !self.may_decide() {
            return;
        }
        let Some(seat) = self.shown_mut() else { return };
        seat.is_editing = !seat.is_editing;
        let is_editing = seat.is_editing;
        self.redraw();
        if is_editing && let Some(input) = self.find_as::<HtmlElement>("[data-edit]") {
            let _ = input.focus();
        }
    }

    pub(super) fn revert(&mut self, at: usize) {
        let Some(seat) = self.shown_mut() else { return };
        seat.revert(at);
        let review = seat.card.review;
        self.judge_soon(review);
        self.redraw();
        if let Some(input) = self.find_as::<HtmlElement>(&format!("[data-edit='{at}']")) {
            let _ = input.focus();
        }
    }

    /// What came of a decision that was made on this page.
    pub(super) fn came_back(&mut self, op: OpId, mut seat: Seat, next: &Next) {
        let about = (seat.card.title.clone(), seat.card.review);
        let product = seat.card.product;
        // Its note does not stand beside one that says that it worked.
        self.toasts.retain(|toast| toast.undo.as_ref().is_none_or(|undo| undo.review != about.1));
        self.draw_toasts();
        match next {
            Next::Gone(_) => {
                if let Some(desk) = &mut self.desk {
                    desk.lost();
                }
            }
            Next::Edited(conflicts) => {
                seat.note(conflicts);
                self.give_back(seat);
            }
            Next::Refused(_) => self.give_back(seat),
            Next::Rest | Next::Again(_) | Next::Wait(_) => return,
        }
        self.did_not_hold((op, product), about, next);
        self.draw_head();
    }

    /// Says that a decision did not hold, whichever page it was made on.
    pub(super) fn did_not_hold(&mut self, (op, product): (OpId, ProductId), (title, review): (String, ReviewId), next: &Next) {
        let (words, way) = match next {
            Next::Gone(words) => (words.clone(), "Look at it"),
            Next::Edited(_) => {
                let words = "it was edited since, and your decision changed nothing. It is back in the queue, with what is there now.";
                (words.to_owned(), "Go back to it")
            }
            Next::Refused(reason) => (format!("{reason} The suggestion is back in the queue."), "Go back to it"),
            Next::Rest | Next::Again(_) | Next::Wait(_) => return,
        };
        self.tell(&format!("{title}: {words}"));
        let number = self.note(title, words, (card_address(review), way));
        // Where another decision is wanted, that settles it.
        let is_over = matches!(next, Next::Gone(_));
        self.due.push(Due { note: number, op, product, is_over });
    }

    /// An approval was taken back before it was sent.
    pub(super) fn taken_back(&mut self, seat: Seat) {
        let title = seat.card.title.clone();
        self.give_back(seat);
        self.draw_head();
        self.tell(&format!("Taken back: {title} waits for a decision again."));
        self.toast(format!("Taken back: {title}"), None);
    }

    /// Leaves out what is decided about and not sent yet.
    pub(super) fn leave_out(&mut self, reviews: &[ReviewId]) {
        if self.is_asked() {
            // What is said there is about the one that is shown: it stays until that is closed.
            self.left_out.extend(reviews);
            return;
        }
        let before = self.shown().map(|seat| seat.card.review);
        if !self.desk.as_mut().is_some_and(|desk| desk.leave_out(reviews)) {
            return;
        }
        self.draw_head();
        if self.shown().map(|seat| seat.card.review) != before {
            self.draw_card();
        }
        self.draw_decide();
    }

    fn give_back(&mut self, seat: Seat) {
        let was_empty = self.shown().is_none();
        if let Some(desk) = &mut self.desk {
            desk.give_back(seat);
        }
        if was_empty {
            self.draw_card();
        }
        self.draw_decide();
    }

    pub(super) fn note(&mut self, title: String, words: String, way: (String, &'static str)) -> u32 {
        let number = self.next_number();
        self.notes.push(Note { number, title, words, way });
        self.draw_notes();
        number
    }

    pub(super) fn toast(&mut self, words: String, undo: Option<Approved>) {
        let number = self.next_number();
        // More than a few hide the page.
        if self.toasts.len() > 2 {
            self.toasts.remove(0);
        }
        self.toasts.push(Toast { number, words, undo });
        self.draw_toasts();
        let page = self.page;
        set_timeout(
            move || {
                page.with(|live| live.close_toast(number));
            },
            STAYS,
        );
    }

    fn warn(&mut self, words: &str) {
        self.toast(words.to_owned(), None);
    }

    pub(super) fn close_toast(&mut self, number: u32) {
        self.toasts.retain(|toast| toast.number != number);
        self.draw_toasts();
    }

    /// Takes an approval back: out of the outbox of this device, or once it is at the server.
    pub(super) fn undo(&mut self, number: u32) {
        let Some(approved) = self.toasts.iter().find(|toast| toast.number == number).and_then(|toast| toast.undo.clone()) else { return };
        self.close_toast(number);
        if outbox::take_back(approved.review) {
            self.tell("It is taken back as soon as it can be.");
        } else {
            take_back(approved);
        }
    }
}

/// Takes an approval back that the server has, whichever page is shown by now.
pub(super) fn take_back(approved: Approved) {
    spawn_local(async move {
        let answer = ask_back(&approved).await;
        outbox::with_page(|live| {
            let Approved { title, handle, .. } = approved;
            match answer {
                Ok(()) => {
                    live.tell(&format!("Taken back: {title} says what it said before."));
                    live.toast(format!("Taken back: {title}"), None);
                }
                Err(words) => {
                    live.tell(&format!("{title}: {words}"));
                    live.note(title, words, (format!("/products/{handle}/versions"), "Look at its versions"));
                }
            }
        });
    });
}

/// Nothing is put over what somebody has written since.
async fn ask_back(approved: &Approved) -> Result<(), String> {
    let view = api::read_versions(approved.handle.to_string()).await.map_err(|error| error.to_string())?;
    let Some(view) = view else { return Err("it is not there any more.".to_owned()) };
    if !says(&view.now, &approved.words) {
        return Err("it was edited since, so nothing was taken back.".to_owned());
    }
    let VersionsView { product, seen, .. } = &view;
    let outcome = match way_back(&view, approved.version) {
        Way::Original => api::roll_back(new_op(), *product, seen.clone()).await,
        Way::Version(version) => api::activate(new_op(), version, seen.clone()).await,
        Way::None => return Err("what it said before is no version of it. Its history has it.".to_owned()),
    };
    match outcome {
        Ok(Outcome::Done) => Ok(()),
        Ok(Outcome::Already { .. } | Outcome::Stale(_)) => Err("it was edited since, so nothing was taken back.".to_owned()),
        Ok(Outcome::Refused(reason)) => Err(reason),
        Err(error) => Err(format!("it was not taken back. {error}")),
    }
}
