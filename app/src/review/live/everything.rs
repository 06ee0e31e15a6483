//! Approving all without findings, after a look at the others.

use domain::clock::Timestamp;
use leptos::task::spawn_local;
use ports::{
    error::AppError,
    review::{ManyOutcome, Queue, QueueFilter},
};
use web_sys::HtmlDialogElement;

use super::Live;
use crate::{
    review::{
        api,
        markup::{All, all},
        state::address::{address, print},
    },
    ui::format::number,
};

/// Those with findings that are shown.
const SHOWN: u32 = 10;

/// What was agreed to: how many, and up to when they were written.
#[derive(Default)]
pub(super) struct Everything {
    count: u64,
    until: Option<Timestamp>,
}

impl Live {
    pub(super) fn ask_for_all(&mut self) {
        self.everything = Everything::default();
        self.fill("all-dialog", &all(&All::Counting).into_string());
        if let Some(dialog) = self.find_as::<HtmlDialogElement>("#all") {
            let _ = dialog.show_modal();
        }
        let page = self.page;
        let filter = self.place.filter.clone();
        spawn_local(async move {
            let answer = both(&filter).await;
            page.with(|live| match answer {
                Ok((odd, newest)) => {
                    // By the server's clock, and none that comes while one looks.
                    live.everything = Everything { count: newest.total, until: newest.cards.first().map(|card| card.created_at) };
                    live.fill("all-dialog", &all(&All::Asks { odd: &odd, count: newest.total }).into_string());
                    live.focus("#all [data-act=close]");
                }
                Err(error) => live.fill("all-dialog", &all(&All::Failed(&error)).into_string()),
            });
        });
    }

    pub(super) fn approve_all(&mut self) {
        // Pressed twice, it is done once.
        let Everything { count, until: Some(until) } = std::mem::take(&mut self.everything) else { return };
        self.fill("all-dialog", &all(&All::Approving(count)).into_string());
        self.focus("#all [data-act=close]");
        let page = self.page;
        let filter = print(&QueueFilter { odd: None, ..self.place.filter.clone() });
        spawn_local(async move {
            let answer = api::approve_all(filter, until).await;
            page.with(|live| live.approved_all(&answer));
        });
    }

    fn approved_all(&mut self, answer: &Result<ManyOutcome, AppError>) {
        match answer {
            Ok(outcome) => {
                if let Some(dialog) = self.find_as::<HtmlDialogElement>("#all") {
                    dialog.close();
                }
                let words = told(outcome);
                self.tell(&words);
                if outcome.stale + outcome.refused > 0 {
                    let here = address(&self.place.filter);
                    self.note("All without findings".to_owned(), words, (here, "Look at the queue"));
                } else {
                    self.toast(words, None);
                }
            }
            Err(error) => {
                let words = format!("{error} Some may be approved already: the queue shows what is left.");
                self.fill("all-dialog", &all(&All::Failed(error)).into_string());
                self.tell(&words);
            }
        }
        self.open();
    }
}

/// The first with findings, and the latest without.
async fn both(filter: &QueueFilter) -> Result<(Queue, Queue), AppError> {
    let of = |odd: bool, newest: bool| print(&QueueFilter { odd: Some(odd), newest, ..filter.clone() });
    let odd = api::read_queue(of(true, false), String::new(), SHOWN).await?;
    let newest = api::read_queue(of(false, true), String::new(), 1).await?;
    Ok((odd, newest))
}

/// `196 approved. 2 stay in the queue: their products were edited since.`
fn told(outcome: &ManyOutcome) -> String {
    let ManyOutcome { approved, already, stale, refused } = *outcome;
    let mut words = format!("{} approved.", number(approved));
    let parts = [
        (already, "were decided by somebody else before."),
        (stale, "stay in the queue: their products were edited since."),
        (refused, "stay in the queue: their words do not fit."),
    ];
    for (count, rest) in parts.into_iter().filter(|(count, _)| *count > 0) {
        words.push(' ');
        words.push_str(&number(count));
        words.push(' ');
        words.push_str(rest);
    }
    words
}
