//! What a person has of a store on this device, for pages that are shown without a network. It only reads: no engine is needed for it.

use domain::{
    ids::{StoreId, UserId},
    sync::{
        outbox::{Failed, Saved},
        pins::Pins,
        replica::Meta,
        wire::Row,
    },
};

use wasm_bindgen::JsValue;

use crate::{
    idb::{Db, Mode, Shape},
    outbox,
    pins::Shelf,
    replica, survey,
};

/// Both databases, open. One that has failed is not asked again: open another.
pub struct Reader {
    replica: Db,
    outbox: Db,
    shelf: Shelf,
}

impl Reader {
    /// Neither is made when it is not there: an engine that finds no outbox knows by that that it was lost.
    pub async fn open(store: StoreId, user: UserId) -> Result<Self, Failed> {
        let (store, user) = (store.0.simple().to_string(), user.0.simple().to_string());
        let as_it_is = |shape: Shape| Shape { upgrade: |_| Err(JsValue::NULL), ..shape };
        let replica = Db::open(&as_it_is(replica::shape(&store, &user))).await?;
        let shelf = Shelf::new(&store, &user);
        Ok(Self { replica, shelf, outbox: Db::open(&as_it_is(outbox::shape(&store))).await? })
    }

    /// What is known of the rows without reading them.
    pub async fn meta(&self) -> Result<Meta, Failed> {
        replica::meta(&self.replica).await
    }

    /// All rows in their order, part by part with room for others in between, and what they are as of: all of one moment. Read ops after them: of
    /// what ends meanwhile is then known that the rows lack it.
    pub async fn rows<T>(&self, begin: impl FnOnce(&Meta) -> T, mut add: impl FnMut(&mut T, Vec<Row>)) -> Result<(Meta, T), Failed> {
        let on = self.replica.begin(Mode::Read)?;
        let meta = replica::read_meta(&on.store(replica::META)?).await?;
        let mut made = begin(&meta);
        let mut from = Some(0);
        while let Some(first) = from {
            let (pages, next) = survey::part(&on, first).await?;
            let entries = pages.into_iter().flat_map(|(page, _)| page.entries.into_values());
            add(&mut made, entries.filter_map(|entry| entry.row).collect());
            from = next;
        }
        Ok((meta, made))
    }

    /// Views that were made available offline, and how far that is.
    pub fn pins(&self) -> Pins {
        self.shelf.read()
    }

    /// Every op of the store, whoever it is of.
    pub async fn ops(&self) -> Result<Vec<Saved>, Failed> {
        outbox::everything(&self.outbox).await
    }
}
