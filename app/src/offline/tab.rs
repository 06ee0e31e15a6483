//! The store as it is in this tab's memory: made when it is first asked for, and looked at before each answer whether it still is what the
//! device has. Nobody has to tell that something has changed, so that it does not matter who was asleep.

use std::cell::RefCell;

use ::device::Reader;
use domain::{
    clock::Timestamp,
    query::ListQuery,
    sync::{
        body::SCHEMA,
        outbox::{Failed, Saved},
        replica::Meta,
    },
};
use held::{About, Filling, HeldStore, Moment};

use super::turn::turn;

struct Tab {
    about: About,
    reader: Reader,
    meta: Meta,
    ops: Vec<Saved>,
    held: HeldStore,
}

/// Since when all of a list is here, which there may be though not all of the store is.
pub(super) type Since<'a> = dyn Fn(&ListQuery) -> Option<Timestamp> + 'a;

thread_local! {
    static TAB: RefCell<Option<Tab>> = const { RefCell::new(None) };
}

/// Does something with what the device has of a store; none when its storage cannot be read.
pub(super) async fn with<T>(about: About, act: impl FnOnce(&HeldStore, &Since<'_>) -> T) -> Option<T> {
    let _turn = turn().await;
    let kept = TAB.take().filter(|tab| (tab.about.store, tab.about.user) == (about.store, about.user));
    let current = match kept {
        Some(mut tab) => match tab.keep_current().await {
            Ok(()) => Ok(tab),
            // A dead handle is not used again.
            Err(_) => Tab::open(about).await,
        },
        None => Tab::open(about).await,
    };
    let tab = current.ok()?;
    let done = act(&tab.held, &|query| tab.reader.pins().whole_since(query, &tab.meta));
    TAB.set(Some(tab));
    Some(done)
}

impl Tab {
    async fn open(about: About) -> Result<Self, Failed> {
        let reader = Reader::open(about.store, about.user).await?;
        let (meta, ops, held) = read(&reader, about).await?;
        Ok(Self { about, reader, meta, ops, held })
    }

    async fn keep_current(&mut self) -> Result<(), Failed> {
        let meta = self.reader.meta().await?;
        if (meta.changes, meta.schema) != (self.meta.changes, self.meta.schema) {
            (self.meta, self.ops, self.held) = read(&self.reader, self.about).await?;
            return Ok(());
        }
        let ops = self.reader.ops().await?;
        if meta != self.meta || ops != self.ops {
            self.held.put(moment(&meta), Vec::new(), &ops);
            (self.meta, self.ops) = (meta, ops);
        }
        Ok(())
    }
}

async fn read(reader: &Reader, about: About) -> Result<(Meta, Vec<Saved>, HeldStore), Failed> {
    let begin = |meta: &Meta| (Filling::new(about, moment(meta), &[]), meta.schema == SCHEMA);
    let add = |(filling, is_readable): &mut (Filling, bool), rows| {
        // Of another shape nothing can be read: they will be fetched anew.
        if *is_readable {
            filling.add(rows);
        }
    };
    let (meta, (filling, _)) = reader.rows(begin, add).await?;
    let mut held = filling.finish();
    let ops = reader.ops().await?;
    held.changed(&ops);
    Ok((meta, ops, held))
}

fn moment(meta: &Meta) -> Moment {
    Moment { cookie: meta.cookie, extent: meta.extent, at: meta.at }
}
