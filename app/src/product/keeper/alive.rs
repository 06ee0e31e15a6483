//! Keepers in a browser: what they hear of the outbox, and those of this tab.

use std::{cell::RefCell, time::Duration};

use domain::{
    field::Field,
    ids::{OpId, ProductId},
};
use leptos::{prelude::*, task::spawn_local};
use ports::{error::AppError, product::Receipt};

use super::{Keeper, News};
use crate::{
    changes::api::names,
    device::{Heard, listen, ops_of},
    product::{
        api::{Opened, open_product, product_history},
        state::{
            answer::{Next, receipt},
            history,
        },
    },
};

/// Several edits in a row ask for the history once.
const SETTLED: Duration = Duration::from_millis(300);

/// Several changes of somebody else, too. Of one it is to be seen soon.
const NEWS_SETTLED: Duration = Duration::from_millis(20);

/// Whether the outbox is being read: however often it changes meanwhile, it is read once more.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Adopting {
    #[default]
    No,
    Once,
    OnceMore,
}

thread_local! {
    static OPEN: RefCell<Vec<Keeper>> = const { RefCell::new(Vec::new()) };
    static LISTENING: RefCell<bool> = const { RefCell::new(false) };
}

/// The keeper of a product that is still open; those with nothing left to do are let go.
pub(super) fn find(product: ProductId) -> Option<Keeper> {
    OPEN.with_borrow_mut(|all| {
        all.retain(Keeper::is_busy);
        all.iter().find(|keeper| keeper.desk.read_untracked().product() == product).cloned()
    })
}

pub(super) fn keep(keeper: Keeper) {
    OPEN.with_borrow_mut(|all| all.push(keeper));
    if !LISTENING.replace(true) {
        listen(|heard| {
            let all = OPEN.with_borrow(Clone::clone);
            all.iter().filter(|keeper| keeper.concerns(heard)).for_each(|keeper| keeper.hear(heard));
        });
        // For as long as the tab lives: unsaved work may be on any page.
        window_event_listener_untyped("beforeunload", |event| {
            if OPEN.with_borrow(|all| all.iter().any(Keeper::is_unsaved)) {
                event.prevent_default();
            }
        });
        window_event_listener_untyped("online", |_| {
            let all = OPEN.with_borrow(Clone::clone);
            all.iter().for_each(Keeper::try_again);
        });
    }
}

impl Keeper {
    pub fn refresh_history(&self) {
        if self.asking.get_value() {
            return;
        }
        self.asking.set_value(true);
        let keeper = self.clone();
        set_timeout(
            move || {
                keeper.asking.set_value(false);
                spawn_local(async move {
                    let product = keeper.desk.read_untracked().product();
                    // Without it the list is only older; the next save asks again.
                    if let Ok(latest) = product_history(product, None).await {
                        keeper.history.update(|known| history::renew(known, latest));
                    }
                });
            },
            SETTLED,
        );
    }

    fn concerns(&self, heard: &Heard) -> bool {
        match heard {
            Heard::Kept(id) | Heard::NotKept(id, _) | Heard::Ended(id, ..) => self.desk.read_untracked().has_sent(*id),
            Heard::Changed => true,
            Heard::News(news) => {
                let desk = self.desk.read_untracked();
                news.iter().any(|(product, seq)| *product == desk.product() && desk.is_news(*seq))
            }
            Heard::Stock => false,
        }
    }

    /// What is heard of this device's outbox.
    fn hear(&self, heard: &Heard) {
        match heard {
            Heard::Kept(id) => {
                self.desk.update(|desk| desk.kept(*id));
                self.saved(*id);
                self.pump();
            }
            Heard::NotKept(id, error) => self.ended(*id, Err(error.clone())),
            Heard::Ended(id, end, seq) => self.ended(*id, Ok(receipt(end, *seq))),
            Heard::Changed => self.adopt(),
            Heard::News(_) => self.renew(),
            Heard::Stock => {}
        }
    }

    fn ended(&self, id: OpId, answer: Result<Receipt, AppError>) {
        match self.desk.try_update(|desk| desk.answered(id, answer)) {
            Some(Next::Saved) => {
                self.refresh_history();
                self.saved(id);
            }
            Some(Next::Conflict) => self.refresh_history(),
            Some(Next::Again(wait)) => {
                let later = self.clone();
                set_timeout(move || later.again(id), wait);
            }
            Some(Next::Rest) | None => {}
        }
        self.pump();
        self.catch_up();
    }

    fn saved(&self, edit: OpId) {
        let mut due = Vec::new();
        self.then.update_value(|all| due.extend(all.extract_if(.., |(id, _)| *id == edit)));
        for (_, then) in due {
            then();
        }
    }

    /// Asks for the product anew: somebody else has changed it.
    fn renew(&self) {
        match self.news.get_value() {
            News::None | News::Later => self.news.set_value(News::Asked),
            // What is answered may be from before.
            News::Asked | News::Again => return self.news.set_value(News::Again),
        }
        let keeper = self.clone();
        set_timeout(
            move || {
                spawn_local(async move {
                    let next = keeper.asked_anew().await;
                    let again = keeper.news.get_value() == News::Again;
                    keeper.news.set_value(next);
                    if again {
                        keeper.renew();
                    }
                });
            },
            NEWS_SETTLED,
        );
    }

    async fn asked_anew(&self) -> News {
        // Without an answer the page is only older.
        let Some(opened) = self.opened_by_now().await else { return News::None };
        // What is being typed is typed upon what was seen: a later version would hide that somebody else was there.
        if !self.typed.read_value().is_empty() {
            return News::Later;
        }
        match self.desk.try_update(|desk| desk.renew(&opened.product)).flatten() {
            Some(is_whole) => {
                self.history.update(|known| history::renew(known, opened.history));
                if is_whole { News::None } else { News::Later }
            }
            None => News::None,
        }
    }

    /// The product as the server has it, by whatever handle.
    async fn opened_by_now(&self) -> Option<Opened> {
        let (product, handle) = {
            let desk = self.desk.read_untracked();
            (desk.product(), desk.saved(&Field::Handle).to_string())
        };
        let opened = open_product(handle, String::new()).await.ok()?;
        if let Some(opened) = opened.filter(|opened| opened.product.id == product) {
            return Some(opened);
        }
        // Somebody has given it another one.
        let known = names(product.to_string()).await.ok()?;
        let (_, handle, _) = known.into_iter().find(|(id, ..)| *id == product)?;
        open_product(handle.to_string(), String::new()).await.ok()?
    }

    /// Nobody is at a field any more, perhaps.
    pub(super) fn catch_up(&self) {
        if self.news.get_value() == News::Later && self.typed.read_value().is_empty() {
            self.renew();
        }
    }

    /// Takes over what the outbox has of the product: edits of an earlier page, or of another tab.
    pub(super) fn adopt(&self) {
        if self.adopting.get_value() != Adopting::No {
            self.adopting.set_value(Adopting::OnceMore);
            return;
        }
        self.adopting.set_value(Adopting::Once);
        let keeper = self.clone();
        spawn_local(async move {
            let product = keeper.desk.read_untracked().product();
            let ops = ops_of(product).await;
            if !ops.is_empty() {
                let news = keeper.desk.try_update(|desk| desk.adopt(&ops)).unwrap_or_default();
                if !news.is_empty() {
                    keeper.refresh_history();
                }
                keeper.pump();
            }
            let is_again = keeper.adopting.get_value() == Adopting::OnceMore;
            keeper.adopting.set_value(Adopting::No);
            if is_again {
                keeper.adopt();
            }
        });
    }
}
