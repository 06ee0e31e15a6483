//! The outbox in `IndexedDB`: `domain::sync::outbox` says what each transaction does, and this carries it out.
//!
//! `ops` has a record for each op: its number (the key), its id, whether it waits (only then is it in the index), and the bytes of
//! [`Saved`]. `meta` has one record. What is there is never changed by an upgrade, only added to.

use std::collections::BTreeMap;

use domain::{
    ids::{DeviceId, OpId},
    sync::{
        outbox::{Failed, Meta, Needs, Outbox, Reply, Saved, Tx, apply},
        wire::Sealed,
    },
};
use js_sys::{Array, Object, Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{IdbDatabase, IdbIndexParameters, IdbKeyRange, IdbObjectStore, IdbObjectStoreParameters, IdbRequest};

use crate::{
    chance::random,
    idb::{Db, Mode, Shape, Transaction, answer, failed},
};

const OPS: &str = "ops";
const META: &str = "meta";
const NUMBER: &str = "number";
const ID: &str = "id";
const WAITS: &str = "waits";
const BYTES: &str = "bytes";
/// The key of the only record of `meta`.
const ONLY: f64 = 0.0;

/// What the name of each begins with; the store's follows.
pub(crate) const NAME: &str = "vitrine-outbox-";

/// The outbox of a store, shared by all tabs and the worker.
pub(crate) fn shape(store: &str) -> Shape {
    Shape { name: format!("{NAME}{store}"), version: 1, stores: &[OPS, META], upgrade }
}

fn upgrade(db: &IdbDatabase) -> Result<(), JsValue> {
    let keyed = IdbObjectStoreParameters::new();
    keyed.set_key_path(&NUMBER.into());
    let ops = db.create_object_store_with_optional_parameters(OPS, &keyed)?;
    let unique = IdbIndexParameters::new();
    unique.set_unique(true);
    ops.create_index_with_str_and_optional_parameters(ID, ID, &unique)?;
    ops.create_index_with_str(WAITS, WAITS)?;
    db.create_object_store(META)?;
    Ok(())
}

/// One transaction. What was told is so only once this has returned.
pub(crate) async fn carry_out(db: &Db, tx: &Tx) -> Result<Reply, Failed> {
    let on = db.begin(if tx.is_read() { Mode::Read } else { Mode::Strict })?;
    let (ops, meta) = (on.store(OPS)?, on.store(META)?);
    // All is asked for before the first is waited for: somebody waits for the words that it is saved.
    let found = asked(&ops, &tx.needs())?;
    let before = read_meta(&meta).await?;
    let known = match &before {
        Some(meta) => meta.clone(),
        None => Meta { next_number: last_number(&ops).await? + 1, ..Outbox::new(new_device()).meta },
    };
    let mut outbox = Outbox { meta: known, ops: found.found().await? };
    let mut written = Vec::new();
    let reply = apply(&mut outbox, tx, &mut written);
    if tx.is_read() {
        return Ok(reply);
    }
    for number in written {
        match outbox.ops.get(&number) {
            Some(saved) => put(&ops, saved)?,
            None => drop(ops.delete(&key(number)).map_err(|error| failed(&error))?),
        }
    }
    if before.as_ref() != Some(&outbox.meta) {
        meta.put_with_key(&bytes(&Sealed::of(&outbox.meta)), &ONLY.into()).map_err(|error| failed(&error))?;
    }
    on.done().await.map(|()| reply)
}

/// What waits, what has a number above one, and some others.
pub(crate) async fn changed(db: &Db, above: u64, others: &Needs) -> Result<BTreeMap<u64, Saved>, Failed> {
    let on: Transaction = db.begin(Mode::Read)?;
    let ops = on.store(OPS)?;
    let range = IdbKeyRange::lower_bound_with_open(&key(above), true).map_err(|error| failed(&error))?;
    let newer = ops.get_all_with_key(&range).map_err(|error| failed(&error))?;
    let mut found = read_ops(&ops, others).await?;
    // Those that were waited for and are not there any more are not among them, as they were too old.
    found.extend(read_ops(&ops, &Needs::Waiting).await?);
    found.extend(opened(answer(newer).await?.unchecked_into()));
    Ok(found)
}

/// What has not ended.
pub(crate) async fn waiting(db: &Db) -> Result<Vec<Saved>, Failed> {
    let on: Transaction = db.begin(Mode::Read)?;
    Ok(read_ops(&on.store(OPS)?, &Needs::Waiting).await?.into_values().collect())
}

/// Those of some ops that have ended.
pub(crate) async fn ended(db: &Db, ops: Vec<OpId>) -> Result<Vec<OpId>, Failed> {
    let on: Transaction = db.begin(Mode::Read)?;
    let known = read_ops(&on.store(OPS)?, &Needs::Ops(ops)).await?;
    Ok(known.into_values().filter(|saved| !saved.is_waiting()).map(|saved| saved.draft.id).collect())
}

async fn read_meta(meta: &IdbObjectStore) -> Result<Option<Meta>, Failed> {
    let kept = answer(meta.get(&ONLY.into()).map_err(|error| failed(&error))?).await?;
    // Where it cannot be read, the device gets another name, under which no number has been used.
    Ok(sealed(&kept).and_then(|kept| kept.open().ok()))
}

/// Of all the ops there are; 0 without any.
async fn last_number(ops: &IdbObjectStore) -> Result<u64, Failed> {
    let keys: Array = answer(ops.get_all_keys().map_err(|error| failed(&error))?).await?.unchecked_into();
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it was a u64")]
    let last = keys.at(-1).as_f64().unwrap_or_default() as u64;
    Ok(last)
}

async fn read_ops(ops: &IdbObjectStore, needs: &Needs) -> Result<BTreeMap<u64, Saved>, Failed> {
    asked(ops, needs)?.found().await
}

/// Requests that are under way.
enum Asked {
    Nothing,
    Many(IdbRequest),
    Each(Vec<IdbRequest>),
}

fn asked(ops: &IdbObjectStore, needs: &Needs) -> Result<Asked, Failed> {
    Ok(match needs {
        Needs::Nothing => Asked::Nothing,
        Needs::All => Asked::Many(ops.get_all().map_err(|error| failed(&error))?),
        Needs::Waiting => Asked::Many(ops.index(WAITS).and_then(|waits| waits.get_all()).map_err(|error| failed(&error))?),
        Needs::Ops(ids) => {
            let by_id = ops.index(ID).map_err(|error| failed(&error))?;
            let each: Result<Vec<_>, JsValue> = ids.iter().map(|id| by_id.get(&name(*id))).collect();
            Asked::Each(each.map_err(|error| failed(&error))?)
        }
    })
}

impl Asked {
    async fn found(self) -> Result<BTreeMap<u64, Saved>, Failed> {
        let found: Array = match self {
            Self::Nothing => return Ok(BTreeMap::new()),
            Self::Many(request) => answer(request).await?.unchecked_into(),
            Self::Each(requests) => {
                let found = Array::new();
                for request in requests {
                    let op = answer(request).await?;
                    if !op.is_undefined() {
                        found.push(&op);
                    }
                }
                found
            }
        };
        Ok(opened(found).collect())
    }
}

/// An op that cannot be read any more stays where it is: a later build may know it.
fn opened(records: Array) -> impl Iterator<Item = (u64, Saved)> {
    let saved = |record: JsValue| Reflect::get(&record, &BYTES.into()).ok().and_then(|bytes| sealed(&bytes)?.open::<Saved>().ok());
    records.into_iter().filter_map(saved).map(|saved| (saved.number, saved))
}

fn put(ops: &IdbObjectStore, saved: &Saved) -> Result<(), Failed> {
    let record = Object::new();
    let set = |name: &str, value: JsValue| Reflect::set(&record, &name.into(), &value).map(drop);
    let waits = if saved.is_waiting() { set(WAITS, 1.into()) } else { Ok(()) };
    set(NUMBER, key(saved.number))
        .and(set(ID, name(saved.draft.id)))
        .and(set(BYTES, bytes(&Sealed::of(saved)).into()))
        .and(waits)
        .and_then(|()| ops.put(&record).map(drop))
        .map_err(|error| failed(&error))
}

/// Numbers are counted from 1, and no device comes to what a float cannot tell apart.
#[expect(clippy::cast_precision_loss, reason = "below 2^53")]
fn key(number: u64) -> JsValue {
    JsValue::from_f64(number as f64)
}

fn name(op: OpId) -> JsValue {
    op.0.simple().to_string().into()
}

pub(crate) fn bytes(sealed: &Sealed) -> Uint8Array {
    Uint8Array::from(sealed.bytes())
}

pub(crate) fn sealed(value: &JsValue) -> Option<Sealed> {
    value.dyn_ref::<Uint8Array>().map(|bytes| Sealed::from_bytes(bytes.to_vec()))
}

fn new_device() -> DeviceId {
    DeviceId(uuid::Builder::from_random_bytes(random()).into_uuid())
}
