//! The replica in `IndexedDB`: pages of rows as bytes. It may be deleted at any time.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::RangeInclusive,
};

use domain::sync::{
    outbox::Failed,
    replica::{Meta, Page, Replica, Reply, Tx, apply},
};
use js_sys::Array;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{IdbDatabase, IdbKeyRange, IdbObjectStore};

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
    Shape { name: format!("vitrine-replica-{store}-{user}"), version: 2, stores: &[PAGES, META], upgrade }
}

/// Of an earlier build's shape nothing is kept.
fn upgrade(db: &IdbDatabase) -> Result<(), JsValue> {
    let there = db.object_store_names();
    for name in [PAGES, META] {
        if there.contains(name) {
            db.delete_object_store(name)?;
        }
    }
    db.create_object_store(PAGES)?;
    db.create_object_store(META)?;
    Ok(())
}

/// What is known of it, without its rows.
pub(crate) async fn meta(db: &Db) -> Result<Meta, Failed> {
    let on = db.begin(Mode::Read)?;
    Ok(read_meta(&on.store(META)?).await?.unwrap_or_default())
}

/// The numbers of the pages there are, and what is known of their rows.
pub(crate) async fn numbers(db: &Db) -> Result<(Meta, Vec<u32>), Failed> {
    let on = db.begin(Mode::Read)?;
    let (pages, meta) = (on.store(PAGES)?, on.store(META)?);
    let Some(meta) = read_meta(&meta).await? else { return Ok((Meta::default(), Vec::new())) };
    let keys: Array = answer(pages.get_all_keys().map_err(|error| failed(&error))?).await?.unchecked_into();
    Ok((meta, keys.iter().filter_map(|key| key.as_f64().map(number_of)).collect()))
}

/// Some of the pages, as of one moment.
pub(crate) async fn some(db: &Db, numbers: RangeInclusive<u32>) -> Result<Replica, Failed> {
    let on = db.begin(Mode::Read)?;
    let (pages, meta) = (on.store(PAGES)?, on.store(META)?);
    let Some(meta) = read_meta(&meta).await? else { return Ok(Replica::default()) };
    let range = IdbKeyRange::bound(&(*numbers.start()).into(), &(*numbers.end()).into()).map_err(|error| failed(&error))?;
    Ok(Replica { meta, pages: all_of(&pages, Some(&range)).await? })
}

/// One transaction.
pub(crate) async fn carry_out(db: &Db, tx: &Tx) -> Result<Reply, Failed> {
    let on = db.begin(if matches!(tx, Tx::Load { .. }) { Mode::Read } else { Mode::Write })?;
    let (pages, meta) = (on.store(PAGES)?, on.store(META)?);
    let before = read_meta(&meta).await?;
    let mut replica = match &before {
        Some(meta) => Replica { pages: read(&pages, tx.needs(meta).as_ref()).await?, meta: meta.clone() },
        None => Replica::default(),
    };
    let mut written = BTreeSet::new();
    let reply = apply(&mut replica, tx, &mut written);
    if matches!(tx, Tx::Load { .. }) {
        return Ok(reply);
    }
    if before.is_none() {
        pages.clear().map_err(|error| failed(&error))?;
    }
    for number in written {
        match replica.pages.get(&number).filter(|page| !page.entries.is_empty()) {
            Some(page) => drop(pages.put_with_key(&bytes(&page.write()), &number.into()).map_err(|error| failed(&error))?),
            None => drop(pages.delete(&number.into()).map_err(|error| failed(&error))?),
        }
    }
    if before.as_ref() != Some(&replica.meta) {
        let kept = bytes(&domain::sync::wire::Sealed::of(&replica.meta));
        meta.put_with_key(&kept, &ONLY.into()).map_err(|error| failed(&error))?;
    }
    on.done().await.map(|()| reply)
}

/// None when there is none, or garbage: then whatever rows there are do not count, and everything is fetched again.
async fn read_meta(meta: &IdbObjectStore) -> Result<Option<Meta>, Failed> {
    let kept = answer(meta.get(&ONLY.into()).map_err(|error| failed(&error))?).await?;
    Ok(sealed(&kept).and_then(|kept| kept.open().ok()))
}

/// The pages with these numbers, or all.
async fn read(pages: &IdbObjectStore, wanted: Option<&BTreeSet<u32>>) -> Result<BTreeMap<u32, Page>, Failed> {
    let Some(wanted) = wanted else { return all_of(pages, None).await };
    // All are asked for before the first is waited for.
    let asked: Result<Vec<_>, JsValue> = wanted.iter().map(|number| Ok((*number, pages.get(&(*number).into())?))).collect();
    let mut found = BTreeMap::new();
    for (number, request) in asked.map_err(|error| failed(&error))? {
        if let Some(page) = page_of(&answer(request).await?) {
            found.insert(number, page);
        }
    }
    Ok(found)
}

async fn all_of(pages: &IdbObjectStore, range: Option<&IdbKeyRange>) -> Result<BTreeMap<u32, Page>, Failed> {
    let range = range.map_or(JsValue::UNDEFINED, JsValue::from);
    let keys = pages.get_all_keys_with_key(&range).map_err(|error| failed(&error))?;
    let all = pages.get_all_with_key(&range).map_err(|error| failed(&error))?;
    let (keys, all): (Array, Array) = (answer(keys).await?.unchecked_into(), answer(all).await?.unchecked_into());
    let number = |key: JsValue| key.as_f64().map(number_of);
    Ok(keys.iter().zip(all.iter()).filter_map(|(key, bytes)| Some((number(key)?, page_of(&bytes)?))).collect())
}

fn page_of(bytes: &JsValue) -> Option<Page> {
    sealed(bytes).map(|bytes| Page::read(&bytes))
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it was a u32")]
const fn number_of(key: f64) -> u32 {
    key as u32
}
