//! What a person has on this device, and what they want to have.

use domain::{
    query::ListQuery,
    sync::{
        outbox::Failed,
        pins::{OnDevice, Pins},
    },
};

use super::{Engine, Notice};
use crate::replica;

impl Engine {
    /// Makes a view available here, or goes on with it. Whether that could be written down.
    pub fn pin(&self, query: &ListQuery) -> bool {
        let done = self.0.keeper.pin(query);
        self.pins_changed();
        done
    }

    pub fn unpin(&self, query: &ListQuery) {
        self.0.keeper.unpin(query);
        self.pins_changed();
    }

    /// Also by another tab.
    pub fn pins_changed(&self) {
        (self.0.tell)(Notice::Kept);
        self.0.go(async move |this| this.keep().await);
    }

    pub fn pins(&self) -> Pins {
        self.0.keeper.pins()
    }

    /// Somebody looks at a product: it stays here for a while.
    pub fn opened(&self, row: u32) {
        self.0.keeper.opened(row);
        self.0.go(async move |this| this.keep().await);
    }

    pub fn reviewing(&self) {
        self.0.keeper.reviewing();
        self.0.go(async move |this| this.keep().await);
    }

    pub async fn on_device(&self) -> Result<OnDevice, Failed> {
        let (db, outbox) = (self.0.replica().await?, self.0.outbox().await?);
        let figures = self.0.keeper.figures(&db, &outbox).await?;
        let meta = replica::meta(&db).await?;
        Ok(OnDevice { figures, pins: self.pins(), extent: meta.extent, at: meta.at })
    }
}
