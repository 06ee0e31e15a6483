//! The replica in `IndexedDB`: pages of rows as bytes. It may be deleted at any time.

use std::collections::{BTreeMap, BTreeSet};

use domain::sync::{
    outbox::Failed,
    replica::{Meta, Page, Replica, Reply, Tx, apply},
};
use js_sys::Array;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{IdbDatabase, IdbObjectStore};

use crate::{
    idb::{Db, Mode, Shape, answer, failed},
    outbox::{bytes, sealed},
};

pub(crate) const PAGES: &str = "pages";
pub(crate) const META: &str = "meta";
/// The key of the only record of `meta`.
const ONLY: f64 = 0.0;

/// What a person keeps of a store: nobody else sees it.
pub(crate) fn shape(store: &str, user: &str) -> Shape {
    Shape { name: format!("vitrine-replica-{store}-{user}"), version: 1, stores: &[PAGES, META], upgrade }
}

fn upgrade(db: &IdbDatabase) -> Result<(), JsValue> {
    db.create_object_store(PAGES)?;
    db.create_object_store(META)?;
    Ok(())
}

/// What is known of it, without its rows.
pub(crate) async fn meta(db: &Db) -> Result<Meta, Failed> {
    let on = db.begin(Mode::Read)?;
    read_meta(&on.store(META)?).await
}

/// One transaction.
pub(crate) async fn carry_out(db: &Db, tx: &Tx) -> Result<Reply, Failed> {
    let on = db.begin(if matches!(tx, Tx::Load { .. }) { Mode::Read } else { Mode::Write })?;
    let (pages, meta) = (on.store(PAGES)?, on.store(META)?);
    let before = read_meta(&meta).await?;
    let mut replica = Replica { pages: read(&pages, tx.needs(&before).as_ref()).await?, meta: before.clone() };
    let mut written = BTreeSet::new();
    let reply = apply(&mut replica, tx, &mut written);
    if matches!(tx, Tx::Load { .. }) {
        return Ok(reply);
    }
    for number in written {
        match replica.pages.get(&number).filter(|page| !page.entries.is_empty()) {
            Some(page) => drop(pages.put_with_key(&bytes(&page.write()), &number.into()).map_err(|error| failed(&error))?),
            None => drop(pages.delete(&number.into()).map_err(|error| failed(&error))?),
        }
    }
    if before != replica.meta {
        let kept = bytes(&domain::sync::wire::Sealed::of(&replica.meta));
        meta.put_with_key(&kept, &ONLY.into()).map_err(|error| failed(&error))?;
    }
    on.done().await.map(|()| reply)
}

/// With garbage in it, it is empty: everything is fetched again.
pub(crate) async fn read_meta(meta: &IdbObjectStore) -> Result<Meta, Failed> {
    let kept = answer(meta.get(&ONLY.into()).map_err(|error| failed(&error))?).await?;
    Ok(sealed(&kept).and_then(|kept| kept.open().ok()).unwrap_or_default())
}

/// The pages with these numbers, or all.
async fn read(pages: &IdbObjectStore, wanted: Option<&BTreeSet<u32>>) -> Result<BTreeMap<u32, Page>, Failed> {
    let page = |bytes: &JsValue| sealed(bytes).map(|bytes| Page::read(&bytes));
    let Some(wanted) = wanted else {
        let keys = pages.get_all_keys().map_err(|error| failed(&error))?;
        let all = pages.get_all().map_err(|error| failed(&error))?;
        let (keys, all): (Array, Array) = (answer(keys).await?.unchecked_into(), answer(all).await?.unchecked_into());
        let number = |key: JsValue| key.as_f64().map(number_of);
        return Ok(keys.iter().zip(all.iter()).filter_map(|(key, bytes)| Some((number(key)?, page(&bytes)?))).collect());
    };
    // All are asked for before the first is waited for.
    let asked: Result<Vec<_>, JsValue> = wanted.iter().map(|number| Ok((*number, pages.get(&(*number).into())?))).collect();
    let mut found = BTreeMap::new();
    for (number, request) in asked.map_err(|error| failed(&error))? {
        if let Some(page) = page(&answer(request).await?) {
            found.insert(number, page);
        }
    }
    Ok(found)
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it was a u32")]
const fn number_of(key: f64) -> u32 {
    key as u32
}
