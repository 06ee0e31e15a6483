//! The port of devices: who may, then what.

use async_trait::async_trait;
use domain::{
    ids::Seq,
    query::ListQuery,
    role::Permission,
    sync::{
        hash::Chain,
        server::{in_history, open},
        wire::{Cookie, Pull, PullAnswer, Push, PushAnswer, Sealed, ViewRows},
    },
};
use ports::{Access, devices::Devices, error::AppError};

use crate::{
    Store, StoreError, StoreRef,
    db::{Tx, within},
    sql,
    write::Pushed,
};

#[async_trait]
impl Devices for Store {
    async fn push(&self, who: &Access, push: &Push) -> Result<PushAnswer, AppError> {
        let store = self.allowed(who, Permission::Browse).await?;
        if let Some(witness) = push.witness {
            let mut tx = self.db().begin_to_read().await?;
            let head = head(&mut tx, &store).await?;
            if !knows(&mut tx, &store, head, witness).await? {
                return Ok(PushAnswer::Reset { head });
            }
        }
        let pushed = Pushed { user: who.user, role: who.role, device: push.device, ops: push.ops.iter().map(open).collect() };
        let this = self.clone();
        self.to_its_end(async move {
            let (head, told) = this.write_pushed(&store, &pushed).await?;
            Ok(PushAnswer::Results { head, results: told.iter().map(Sealed::of).collect() })
        })
        .await
    }

    async fn pull(&self, who: &Access, pull: &Pull) -> Result<PullAnswer, AppError> {
        let store = self.allowed(who, Permission::Browse).await?;
        Ok(self.frames_of(&store, pull).await?)
    }

    async fn rows(&self, who: &Access, query: &ListQuery, below: Option<u32>) -> Result<ViewRows, AppError> {
        let store = self.allowed(who, Permission::Browse).await?;
        Ok(self.view_of(&store, query, below).await?)
    }
}

/// Where a store's history is.
pub(crate) async fn head(tx: &mut Tx<'_>, store: &StoreRef) -> Result<Cookie, StoreError> {
    let (epoch, seq, link): (i64, i64, i64) = within!(tx, |on| sqlx::query_as(sql::HEAD).bind(store.num).fetch_one(on))?;
    Ok(Cookie { epoch: epoch.cast_unsigned(), seq: Seq(seq), hash: Chain(link.cast_unsigned()) })
}

/// Whether a place is in a store's history.
pub(crate) async fn knows(tx: &mut Tx<'_>, store: &StoreRef, head: Cookie, cookie: Cookie) -> Result<bool, StoreError> {
    if cookie.seq == head.seq {
        return Ok(in_history(cookie, head, Some(head.hash)));
    }
    let link: Option<(Option<i64>,)> = within!(tx, |on| sqlx::query_as(sql::LINK).bind(store.num).bind(cookie.seq.0).fetch_optional(on))?;
    // Before everything there is nothing that could differ.
    let link = if cookie.seq == Seq(0) { Some(0) } else { link.and_then(|(link,)| link) };
    Ok(in_history(cookie, head, link.map(|link| Chain(link.cast_unsigned()))))
}
