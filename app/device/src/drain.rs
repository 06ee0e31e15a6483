//! Sending what waits, of whichever store, without anybody looking at it: what the worker does while no tab is open, and a tab for the stores that it
//! is not in.
//!
//! Who may send is the server's to say: of a person who is not signed in nothing goes out, not even to be refused.

use std::{
    cell::Cell,
    collections::{BTreeMap, BTreeSet},
    rc::Rc,
};

use domain::{
    ids::{StoreId, UserId},
    sync::{
        outbox::{Failed, Saved},
        shown::Stopped,
        wire::{PROTO, Pull, PullReply, Sealed, Trouble},
    },
};

use crate::{
    chance::{now, sleep},
    engine::{Engine, Notice},
    http,
    idb::{Db, named_like},
    journal::{self, Journal},
    outbox,
};

/// How often an engine is looked after.
const LOOK: f64 = 50.0;

/// Whose changes wait, by the store and then by the person.
type Waiting = BTreeMap<String, BTreeMap<UserId, usize>>;

/// How many changes of a person wait in stores other than one.
pub async fn waiting_elsewhere(here: StoreId, user: UserId) -> usize {
    let here = here.0.simple().to_string();
    let waiting = waiting(|store| *store != here).await;
    waiting.values().filter_map(|people| people.get(&user)).sum()
}

/// Sends what waits of a person in stores other than one. It takes so many milliseconds at most; how much waits still.
pub async fn drain_elsewhere(here: StoreId, user: UserId, most: u64) -> usize {
    let here = here.0.simple().to_string();
    drain(|store| *store != here, |other| other == user, most).await
}

/// Sends what waits of whoever is signed in.
pub async fn drain_everything(most: u64) -> usize {
    drain(|_| true, |_| true, most).await
}

async fn drain(is_meant: impl Fn(&String) -> bool, is_of: impl Fn(UserId) -> bool, most: u64) -> usize {
    let until = now().mono + most;
    let mut left = 0;
    for (store, people) in waiting(is_meant).await {
        for (user, count) in people.into_iter().filter(|(user, _)| is_of(*user)) {
            left += match may_send(&store, user).await {
                Ok(true) => send(store.clone(), user, until).await.unwrap_or(count),
                // It waits for them.
                Ok(false) => 0,
                Err(()) => count,
            };
        }
    }
    left
}

/// Whether it is this person who is signed in: an answer to a question about nothing says so.
async fn may_send(store: &str, user: UserId) -> Result<bool, ()> {
    let question = Pull { proto: PROTO, user: Some(user), ..Pull::default() };
    let answered: Result<PullReply, Trouble> = http::ask(&format!("/sync/v1/pull?store={store}"), &Sealed::of(&question), || ()).await;
    match answered {
        Err(Trouble::SignIn) => Ok(false),
        Err(Trouble::Lost | Trouble::Foreign | Trouble::Busy(_) | Trouble::Failed(_)) => Err(()),
        // What else there is to be said the engine is told, too.
        Ok(_) | Err(Trouble::Forbidden | Trouble::TooLarge | Trouble::Upgrade) => Ok(true),
    }
}

/// Until nothing is left that can be sent, or it is late. How much is left; none where the outbox was not even read.
async fn send(store: String, user: UserId, until: u64) -> Option<usize> {
    let is_stopped = Rc::new(Cell::new(false));
    let stopped = Rc::clone(&is_stopped);
    let engine = Engine::draining(store, user, move |notice| {
        if let Notice::Indicator(indicator) = notice {
            // A build that is too old for anything else may still send.
            stopped.set(indicator.trouble == Some(Stopped::SignIn));
        }
    });
    loop {
        match engine.found() {
            Some((0, all)) => return Some(all),
            _ if is_stopped.get() => return Some(0),
            found if now().mono >= until => return found.map(|(_, all)| all),
            _ => sleep(LOOK).await,
        }
    }
}

async fn waiting(is_meant: impl Fn(&String) -> bool) -> Waiting {
    let named = named_like(outbox::NAME).await;
    let with_outbox: BTreeSet<String> = named.iter().filter_map(|name| name.strip_prefix(outbox::NAME)).map(str::to_owned).collect();
    // A browser that does not tell of its databases tells of these, and so does an outbox that was lost.
    let with_journal = journal::stores().await.unwrap_or_default();
    let stores: BTreeSet<String> = with_outbox.iter().cloned().chain(with_journal).filter(is_meant).collect();
    let mut waiting = Waiting::new();
    for store in stores {
        for saved in ops(&store).await {
            *waiting.entry(store.clone()).or_default().entry(saved.draft.user).or_default() += 1;
        }
    }
    waiting
}

/// What has not ended. What cannot be read now is there the next time.
async fn ops(store: &str) -> Vec<Saved> {
    let kept: Result<Vec<Saved>, Failed> = async {
        // An outbox is made by an engine alone, which sees by that that there was none.
        let db = Db::open(&outbox::shape(store).if_there()).await?;
        outbox::waiting(&db).await
    }
    .await;
    match kept {
        Ok(kept) => kept,
        Err(_) => match Journal::open(store).await {
            Ok(journal) => journal.everything().await.unwrap_or_default(),
            Err(_) => Vec::new(),
        },
    }
}
