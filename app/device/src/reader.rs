//! What a person has of a store on this device, for pages that are shown without a network. It only reads: no engine is needed for it.

use std::ops::RangeInclusive;

use domain::{
    ids::{StoreId, UserId},
    sync::{
        outbox::{Failed, Saved},
        pins::Pins,
        replica::{Meta, Replica},
        wire::Row,
    },
};

use crate::{idb::Db, known::Known, outbox, pins, replica};

/// Both databases, open, and which views are to be here. One that has failed is not asked again: open another.
pub struct Reader {
    replica: Db,
    outbox: Db,
    known: Known,
    board: pins::Board,
}

impl Reader {
    /// Neither is made when it is not there: an engine that finds no outbox knows by that that it was lost.
    pub async fn open(store: StoreId, user: UserId) -> Result<Self, Failed> {
        let (store, user) = (store.0.simple().to_string(), user.0.simple().to_string());
        let replica = Db::open(&replica::shape(&store, &user).if_there()).await?;
        let board = pins::Board::new(&store, &user);
        Ok(Self { replica, board, outbox: Db::open(&outbox::shape(&store).if_there()).await?, known: Known::default() })
    }

    /// What is known of the rows without reading them.
    pub async fn meta(&self) -> Result<Meta, Failed> {
        replica::meta(&self.replica).await
    }

    /// The numbers of the pages there are in their order, and what their rows are as of.
    pub async fn pages(&self) -> Result<(Meta, Vec<u32>), Failed> {
        replica::numbers(&self.replica).await
    }

    /// The rows of some pages in their order, and what they are as of. Read ops after them: of what ends meanwhile is then known that the rows lack it.
    pub async fn rows(&self, pages: RangeInclusive<u32>) -> Result<(Meta, Vec<Row>), Failed> {
        let Replica { meta, pages } = replica::some(&self.replica, pages).await?;
        let entries = pages.into_values().flat_map(|page| page.entries.into_values());
        Ok((meta, entries.filter_map(|entry| entry.row).collect()))
    }

    /// Views that were made available offline, and how far that is.
    pub fn pins(&self) -> Pins {
        self.board.read()
    }

    /// Every op of the store, whoever it is of.
    pub async fn ops(&self) -> Result<Vec<Saved>, Failed> {
        self.known.current(&self.outbox).await?;
        Ok(self.known.ops().values().cloned().collect())
    }
}
