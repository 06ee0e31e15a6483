//! The store as it is in this tab's memory: made when it is first asked for, and looked at before each answer whether it still is what the
//! device has. Nobody has to tell that something has changed, so that it does not matter who was asleep.
//!
//! A list can be looked at when the newest products have been read. The others come behind them, in steps between which the page lives.

use std::{cell::RefCell, future::poll_fn, task::Poll, time::Duration};

use ::device::Reader;
use domain::{
    clock::Timestamp,
    query::ListQuery,
    sync::{
        body::SCHEMA,
        outbox::{Failed, Saved},
        replica::{KEPT, Meta, PAGE},
        wire::Row,
    },
};
use held::{About, HeldStore, Moment};
use leptos::{
    prelude::{set_timeout, window},
    task::spawn_local,
};
use web_sys::Event;

use super::{READ, turn::turn};

/// Pages that are read before the first answer, and in each step after it.
const FIRST: usize = KEPT / PAGE as usize;
const STEP: usize = 20;

struct Tab {
    about: About,
    reader: Reader,
    meta: Meta,
    ops: Vec<Saved>,
    held: HeldStore,
    /// The numbers of the pages that are still to be read, in their order: the newest are the last.
    rest: Vec<u32>,
}

/// What is needed for an answer.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Needs {
    /// What is there first. The page is told when there is more.
    First,
    All,
}

/// Since when all of a list is here, which there may be though not all of the store is.
pub(super) type Since<'a> = dyn Fn(&ListQuery) -> Option<Timestamp> + 'a;

thread_local! {
    static TAB: RefCell<Option<Tab>> = const { RefCell::new(None) };
}

/// Does something with what the device has of a store; none when its storage cannot be read.
pub(super) async fn with<T>(about: About, needs: Needs, act: impl FnOnce(&HeldStore, &Since<'_>) -> T) -> Option<T> {
    let _turn = turn().await;
    let kept = TAB.take().filter(|tab| (tab.about.store, tab.about.user) == (about.store, about.user));
    let was_reading = kept.as_ref().is_some_and(|tab| !tab.rest.is_empty());
    let current = match kept {
        Some(mut tab) => match tab.keep_current().await {
            Ok(()) => Ok(tab),
            // A dead handle is not used again.
            Err(_) => Tab::open(about).await,
        },
        None => Tab::open(about).await,
    };
    let mut tab = current.ok()?;
    while needs == Needs::All && !tab.rest.is_empty() {
        tab.read_on().await.ok()?;
    }
    // Of a part of what is here nothing is the whole.
    let done = act(&tab.held, &|query| tab.rest.is_empty().then(|| tab.reader.pins().whole_since(query, &tab.meta))?);
    if !tab.rest.is_empty() && !was_reading {
        spawn_local(read_the_rest());
    }
    TAB.set(Some(tab));
    Some(done)
}

async fn read_the_rest() {
    loop {
        breathe().await;
        let _turn = turn().await;
        let Some(mut tab) = TAB.take() else { return };
        // What cannot be read now is read when somebody asks again. They are not told to: they would ask for ever.
        if tab.read_on().await.is_err() {
            return;
        }
        let is_done = tab.rest.is_empty();
        TAB.set(Some(tab));
        if is_done {
            break;
        }
    }
    if let Ok(event) = Event::new(READ) {
        let _ = window().dispatch_event(&event);
    }
}

/// Lets the page do what it has to do.
async fn breathe() {
    let mut is_set = false;
    poll_fn(|context| {
        if std::mem::replace(&mut is_set, true) {
            return Poll::Ready(());
        }
        let waker = context.waker().clone();
        set_timeout(move || waker.wake(), Duration::ZERO);
        Poll::Pending
    })
    .await;
}

impl Tab {
    async fn open(about: About) -> Result<Self, Failed> {
        let reader = Reader::open(about.store, about.user).await?;
        let (meta, ops, held, rest) = read(&reader, about).await?;
        Ok(Self { about, reader, meta, ops, held, rest })
    }

    async fn keep_current(&mut self) -> Result<(), Failed> {
        let meta = self.reader.meta().await?;
        if (meta.changes, meta.schema) != (self.meta.changes, self.meta.schema) {
            (self.meta, self.ops, self.held, self.rest) = read(&self.reader, self.about).await?;
            return Ok(());
        }
        let ops = self.reader.ops().await?;
        if meta != self.meta || ops != self.ops {
            self.held.put(moment(&meta), Vec::new(), &ops);
            (self.meta, self.ops) = (meta, ops);
        }
        Ok(())
    }

    /// The newest of the pages that are not here yet.
    async fn read_on(&mut self) -> Result<(), Failed> {
        let pages = self.rest.split_off(self.rest.len().saturating_sub(STEP));
        let (meta, rows) = rows(&self.reader, &pages).await?;
        if (meta.changes, meta.schema) == (self.meta.changes, self.meta.schema) {
            self.held.put(moment(&meta), rows, &self.ops);
            return Ok(());
        }
        // They are of another moment than those that are here.
        (self.meta, self.ops, self.held, self.rest) = read(&self.reader, self.about).await?;
        Ok(())
    }
}

async fn read(reader: &Reader, about: About) -> Result<(Meta, Vec<Saved>, HeldStore, Vec<u32>), Failed> {
    loop {
        let (before, mut rest) = reader.pages().await?;
        let first = rest.split_off(rest.len().saturating_sub(FIRST));
        let (meta, rows) = rows(reader, &first).await?;
        if meta.changes == before.changes {
            let ops = reader.ops().await?;
            let held = HeldStore::new(about, moment(&meta), rows, &ops);
            return Ok((meta, ops, held, rest));
        }
    }
}

async fn rows(reader: &Reader, pages: &[u32]) -> Result<(Meta, Vec<Row>), Failed> {
    let (meta, rows) = match (pages.first(), pages.last()) {
        (Some(first), Some(last)) => reader.rows(*first..=*last).await?,
        _ => (reader.meta().await?, Vec::new()),
    };
    // Of another shape nothing can be read: they will be fetched anew.
    let is_readable = meta.schema == SCHEMA;
    Ok((meta, if is_readable { rows } else { Vec::new() }))
}

fn moment(meta: &Meta) -> Moment {
    Moment { cookie: meta.cookie, extent: meta.extent, at: meta.at }
}
