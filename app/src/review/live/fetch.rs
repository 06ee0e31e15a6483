//! Fetches the queue, in parts and ahead.

use leptos::task::spawn_local;
use ports::{
    error::AppError,
    review::{Card, Queue},
};

use super::{Live, outbox};
use crate::{
    review::{
        api,
        state::{
            address::{Place, print, print_cursor},
            desk::{Desk, PART},
        },
    },
    ui::mark::mark,
};

impl Live {
    /// Fetches the first part of what the address asks for.
    pub(super) fn open(&mut self) {
        self.question += 1;
        self.is_asking = true;
        let (page, question, place) = (self.page, self.question, self.place.clone());
        spawn_local(async move {
            let answer = opening(&place).await;
            page.with(|live| live.opened(question, answer));
        });
    }

    fn opened(&mut self, question: u32, answer: Result<(Queue, Option<Card>), AppError>) {
        if question != self.question {
            return;
        }
        self.is_asking = false;
        let before = self.shown().map(|seat| seat.card.review);
        match answer {
            Ok((queue, first)) => {
                if let Some(card) = &first {
                    // What was left there to be looked at is being looked at.
                    outbox::settle(card.product);
                }
                self.failure = None;
                self.desk = Some(Desk::new(queue, first));
                // Also the first one: what is decided about is not asked for twice.
                if let Some(desk) = &mut self.desk {
                    desk.leave_out(&outbox::reviews());
                }
                self.is_anew &= self.shown().is_none();
            }
            Err(error) => {
                self.failure = Some(error);
                self.desk = None;
            }
        }
        if before != self.shown().map(|seat| seat.card.review) {
            // They ask about another one than the one that is shown now.
            self.close("reject");
            self.close("changes");
        }
        self.draw();
        let _ = self.root.set_attribute("data-ready", "");
        if self.failure.is_none() {
            mark("vitrine:data-ready");
        }
        self.fetch();
        self.know_people();
    }

    /// Whether the server is there again: what the device had in its place is asked for anew, unless one is in the middle of it.
    pub(super) fn look_for_the_server(&mut self) {
        if self.is_asking || !self.is_held() || self.is_in_the_middle() {
            return;
        }
        self.is_asking = true;
        // The one that is shown stays where it is.
        let place = Place { card: self.shown().map(|seat| seat.card.review).or(self.place.card), ..self.place.clone() };
        let (page, question) = (self.page, self.question);
        spawn_local(async move {
            let answer = opening(&place).await;
            page.with(|live| {
                if question != live.question {
                    return;
                }
                live.is_asking = false;
                if answer.as_ref().is_ok_and(|(queue, _)| queue.held.is_none()) && !live.is_in_the_middle() {
                    live.opened(question, answer);
                }
            });
        });
    }

    /// Whether the reviewer has begun to choose, to write or to say why.
    fn is_in_the_middle(&self) -> bool {
        self.is_asked() || self.desk.as_ref().is_some_and(Desk::is_touched)
    }

    /// Goes to another queue, or to another suggestion.
    pub(super) fn follow(&mut self, place: Place) {
        if place == self.place {
            return;
        }
        self.close_dialogs();
        let is_here = place.filter == self.place.filter && place.card.is_some_and(|card| self.go_to(card));
        self.place = place;
        if is_here {
            self.draw();
            return;
        }
        self.desk = None;
        self.failure = None;
        self.draw();
        self.open();
    }

    /// Asks for the next part when few are left.
    pub(super) fn fetch(&mut self) {
        if self.is_asking {
            return;
        }
        let Some(cursor) = self.desk.as_ref().and_then(Desk::wants) else { return };
        self.is_asking = true;
        let (page, question) = (self.page, self.question);
        let filter = print(&self.place.filter);
        spawn_local(async move {
            let answer = api::read_queue(filter, print_cursor(Some(cursor)), PART).await;
            page.with(|live| live.got(question, answer));
        });
    }

    fn got(&mut self, question: u32, answer: Result<Queue, AppError>) {
        if question != self.question {
            return;
        }
        self.is_asking = false;
        match answer {
            Ok(part) => {
                let was_empty = self.shown().is_none();
                if let Some(desk) = &mut self.desk {
                    desk.put(part, &outbox::reviews());
                }
                self.is_anew &= self.shown().is_none();
                if was_empty {
                    self.draw();
                } else {
                    self.draw_head();
                    self.draw_decide();
                }
                self.fetch();
            }
            // What the device has is a list of its own, of another moment.
            Err(AppError::Unreachable | AppError::Unavailable(_)) if self.shown().is_none() && !self.is_anew => {
                self.is_anew = true;
                self.open();
            }
            Err(error) => {
                // What is here can be decided meanwhile; the next decision asks again.
                if self.shown().is_none() {
                    self.failure = Some(error);
                    self.draw();
                }
            }
        }
    }

    fn know_people(&mut self) {
        if self.people.is_some() || self.is_held() || !self.desk.as_ref().is_some_and(|desk| desk.may_decide) {
            return;
        }
        let page = self.page;
        spawn_local(async move {
            // Without them one can decide all the same.
            if let Ok(people) = api::read_reviewers().await {
                page.with(|live| {
                    live.people = Some(people);
                    live.draw_assigned();
                });
            }
        });
    }
}

async fn opening(place: &Place) -> Result<(Queue, Option<Card>), AppError> {
    let queue = api::read_queue(print(&place.filter), String::new(), PART).await?;
    let first = match place.card {
        Some(card) => api::read_card(card.to_string()).await?,
        None => None,
    };
    Ok((queue, first))
}
