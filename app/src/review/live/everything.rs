//! Approving all without findings, after a look at the others.

use leptos::{prelude::set_timeout, task::spawn_local};
use ports::{
    error::AppError,
    review::{Cursor, ManyOutcome, Queue, QueueFilter},
};
use web_sys::HtmlDialogElement;

use super::Live;
use crate::review::{
    api,
    markup::{All, all, all_line},
    state::{
        address::{address, print},
        everything::{Everything, Step},
    },
};

/// Those with findings that are shown.
const SHOWN: u32 = 10;

impl Live {
    /// Counts, and asks; while it goes on it shows how far it is.
    pub(super) fn ask_for_all(&mut self) {
        if self.everything.as_ref().is_some_and(|everything| everything.runs) {
            self.show_all();
            return;
        }
        self.everything = None;
        self.draw_all(&All::Counting);
        self.show_all();
        let page = self.page;
        let filter = self.place.filter.clone();
        spawn_local(async move {
            let answer = both(&filter).await;
            page.with(|live| match answer {
                // It was begun meanwhile, after another look.
                _ if live.everything.as_ref().is_some_and(|everything| everything.runs) => {}
                Ok((odd, newest)) => {
                    // By the server's clock, and none that comes while one looks.
                    let until = newest.cards.first().map(|card| card.created_at);
                    live.everything = until.map(|until| Everything::new(print(&QueueFilter { odd: None, ..filter }), until, newest.total));
                    live.draw_all(&All::Asks { odd: &odd, count: newest.total });
                    live.focus("#all [data-act=close]");
                }
                Err(error) => live.draw_all(&All::Failed(&error)),
            });
        });
    }

    /// Begins, or goes on.
    pub(super) fn approve_all(&mut self) {
        // Pressed twice, it is done once.
        let Some(everything) = self.everything.as_mut().filter(|everything| !everything.runs) else { return };
        everything.start();
        if let Some(everything) = &self.everything {
            self.draw_all(&All::Approving(everything));
        }
        self.focus("#all [data-act=all-stop]");
        self.approve_next();
    }

    pub(super) fn stop_all(&mut self) {
        if let Some(everything) = &mut self.everything {
            everything.stops = true;
        }
        self.draw_line();
    }

    fn approve_next(&self) {
        let Some(Everything { filter, until, behind, .. }) = self.everything.clone() else { return };
        let page = self.page;
        spawn_local(async move {
            let answer = api::approve_some(filter, until, behind).await;
            page.with(|live| live.approved_some(answer));
        });
    }

    fn approved_some(&mut self, answer: Result<(ManyOutcome, Option<Cursor>), AppError>) {
        let Some(everything) = &mut self.everything else { return };
        let step = everything.take(answer);
        let words = everything.told();
        match step {
            Step::Next => {
                self.draw_line();
                self.approve_next();
                return;
            }
            Step::Again(wait) => {
                self.draw_line();
                let page = self.page;
                set_timeout(
                    move || {
                        page.with(|live| live.approve_next());
                    },
                    wait,
                );
                return;
            }
            Step::Halt(error) => {
                self.draw_all(&All::Halted(&words, error.as_ref()));
                self.show_all();
                self.focus("#all [data-act=all-now]");
            }
            Step::Over => {
                let has_left = everything.has_left();
                self.everything = None;
                self.close("all");
                if has_left {
                    let here = address(&self.place.filter);
                    self.note("All without findings".to_owned(), words.clone(), (here, "Look at the queue"));
                } else {
                    self.toast(words.clone(), None);
                }
            }
        }
        self.tell(&words);
        self.open();
    }

    fn draw_all(&self, what: &All<'_>) {
        self.fill("all-dialog", &all(what).into_string());
    }

    /// How far it is. The buttons beside it keep the keyboard.
    fn draw_line(&self) {
        if let Some(everything) = &self.everything {
            self.fill("all-line", &all_line(everything).into_string());
        }
    }

    fn show_all(&self) {
        if let Some(dialog) = self.find_as::<HtmlDialogElement>("#all") {
            let _ = dialog.show_modal();
        }
    }
}

/// The first with findings, and the latest without.
async fn both(filter: &QueueFilter) -> Result<(Queue, Queue), AppError> {
    let of = |odd: bool, newest: bool| print(&QueueFilter { odd: Some(odd), newest, ..filter.clone() });
    let odd = api::read_queue(of(true, false), String::new(), SHOWN).await?;
    let newest = api::read_queue(of(false, true), String::new(), 1).await?;
    // What is agreed to has to be what is there now.
    if odd.held.is_some() || newest.held.is_some() {
        return Err(AppError::Unreachable);
    }
    Ok((odd, newest))
}
