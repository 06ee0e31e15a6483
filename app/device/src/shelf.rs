//! The shelf in `IndexedDB`: the server's last answers to some questions, by key. It may be deleted at any time, and garbage in it is as good as
//! nothing. `domain::sync::shelf` says what has to go.
//!
//! `answers` has the bytes of [`Answer`], `slips` those of its [`Slip`], so that nobody has to read all answers to know what there is.

use domain::{
    ids::{StoreId, UserId},
    sync::{
        outbox::Failed,
        shelf::{Answer, Slip, surplus},
        whose,
        wire::Sealed,
    },
};
use js_sys::Array;
use serde::de::DeserializeOwned;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{IdbDatabase, IdbKeyRange, IdbObjectStore};

use crate::{
    http,
    idb::{Db, Mode, Shape, answer, failed},
    outbox::{bytes, sealed},
};

const ANSWERS: &str = "answers";
const SLIPS: &str = "slips";

/// What one person has of one store. One that has failed is not asked again: open another.
pub struct Shelf {
    db: Db,
    whose: (StoreId, UserId),
}

impl Shelf {
    /// Makes it when it is not there.
    pub async fn open(store: StoreId, user: UserId) -> Result<Self, Failed> {
        Ok(Self { db: Db::open(&shape(store, user)).await?, whose: (store, user) })
    }

    /// None is made: what was taken away when somebody signed out stays away.
    pub async fn of(store: StoreId, user: UserId) -> Result<Self, Failed> {
        Ok(Self { db: Db::open(&shape(store, user).if_there()).await?, whose: (store, user) })
    }

    pub async fn get(&self, key: &str) -> Result<Option<Answer>, Failed> {
        let on = self.db.begin(Mode::Read)?;
        let request = on.store(ANSWERS)?.get(&key.into()).map_err(|error| failed(&error))?;
        Ok(read(&answer(request).await?))
    }

    /// Every answer with a key that begins like this.
    pub async fn under(&self, beginning: &str) -> Result<Vec<(String, Answer)>, Failed> {
        let on = self.db.begin(Mode::Read)?;
        let range = IdbKeyRange::bound(&beginning.into(), &format!("{beginning}\u{ffff}").into()).map_err(|error| failed(&error))?;
        everything(&on.store(ANSWERS)?, Some(&range)).await
    }

    pub async fn slips(&self) -> Result<Vec<(String, Slip)>, Failed> {
        let on = self.db.begin(Mode::Read)?;
        everything(&on.store(SLIPS)?, None).await
    }

    /// Puts an answer in the place of the one before, and takes out what is too much then.
    pub async fn put(&self, key: &str, kept: &Answer) -> Result<(), Failed> {
        if !kept.fits() {
            return Ok(());
        }
        let on = self.db.begin(Mode::Write)?;
        let (answers, slips) = (on.store(ANSWERS)?, on.store(SLIPS)?);
        put(&answers, key, &Sealed::of(kept))?;
        put(&slips, key, &Sealed::of(&kept.slip))?;
        for key in surplus(&everything(&slips, None).await?) {
            for store in [&answers, &slips] {
                store.delete(&key.as_str().into()).map_err(|error| failed(&error))?;
            }
        }
        on.done().await
    }

    /// Asks the server, before anybody wants to know. None when there is no answer, or one that is somebody else's.
    pub async fn ask(&self, address: &str) -> Option<Vec<u8>> {
        http::get_for(address, self.whose).await
    }
}

fn shape(store: StoreId, user: UserId) -> Shape {
    Shape { name: whose::name("shelf", store, user), version: 1, stores: &[ANSWERS, SLIPS], upgrade }
}

fn upgrade(db: &IdbDatabase) -> Result<(), JsValue> {
    db.create_object_store(ANSWERS)?;
    db.create_object_store(SLIPS)?;
    Ok(())
}

fn put(store: &IdbObjectStore, key: &str, kept: &Sealed) -> Result<(), Failed> {
    store.put_with_key(&bytes(kept), &key.into()).map(drop).map_err(|error| failed(&error))
}

fn read<T: DeserializeOwned>(kept: &JsValue) -> Option<T> {
    sealed(kept)?.open().ok()
}

/// What cannot be read is left out.
async fn everything<T: DeserializeOwned>(store: &IdbObjectStore, range: Option<&IdbKeyRange>) -> Result<Vec<(String, T)>, Failed> {
    let range = range.map_or(JsValue::UNDEFINED, JsValue::from);
    let keys = store.get_all_keys_with_key(&range).map_err(|error| failed(&error))?;
    let all = store.get_all_with_key(&range).map_err(|error| failed(&error))?;
    let (keys, all): (Array, Array) = (answer(keys).await?.unchecked_into(), answer(all).await?.unchecked_into());
    Ok(keys.iter().zip(all.iter()).filter_map(|(key, kept)| Some((key.as_string()?, read(&kept)?))).collect())
}
