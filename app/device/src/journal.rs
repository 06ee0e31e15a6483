//! A second copy of what is saved, in Cache Storage: when the outbox is broken, a new one is made of this.

use domain::{
    ids::OpId,
    sync::{outbox::Saved, wire::Sealed},
};
use js_sys::{Array, Promise, Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Cache, CacheStorage, Request, Response};

/// What the name of each begins with; the store's follows.
const NAME: &str = "vitrine-journal-";

/// The stores that have one.
pub(crate) async fn stores() -> Result<Vec<String>, JsValue> {
    let names: Array = JsFuture::from(caches()?.keys()).await?.unchecked_into();
    Ok(names.iter().filter_map(|name| name.as_string()?.strip_prefix(NAME).map(str::to_owned)).collect())
}

fn caches() -> Result<CacheStorage, JsValue> {
    Reflect::get(&js_sys::global(), &"caches".into())?.dyn_into()
}

/// The journal of a store's outbox.
pub(crate) struct Journal(Cache);

impl Journal {
    pub(crate) async fn open(store: &str) -> Result<Self, JsValue> {
        Ok(Self(JsFuture::from(caches()?.open(&format!("{NAME}{store}"))).await?.unchecked_into()))
    }

    pub(crate) async fn keep(&self, saved: &Saved) -> Result<(), JsValue> {
        let mut bytes = Sealed::of(saved).bytes().to_vec();
        let response = Response::new_with_opt_u8_array(Some(&mut bytes))?;
        JsFuture::from(self.0.put_with_str(&address(saved.draft.id), &response)).await.map(drop)
    }

    /// All at once: one after the other they would keep the browser busy for longer than sending them did.
    pub(crate) async fn forget(&self, ops: &[OpId]) -> Result<(), JsValue> {
        let going: Array = ops.iter().map(|op| self.0.delete_with_str(&address(*op))).collect();
        JsFuture::from(Promise::all_settled(&going)).await.map(drop)
    }

    /// What it has, by name.
    pub(crate) async fn ops(&self) -> Result<Vec<OpId>, JsValue> {
        let keys: Array = JsFuture::from(self.0.keys()).await?.unchecked_into();
        let op = |key: JsValue| key.unchecked_ref::<Request>().url().rsplit_once('/')?.1.parse().ok();
        Ok(keys.iter().filter_map(op).collect())
    }

    /// In the order in which it was put there, which is that in which a cache tells what it has.
    pub(crate) async fn everything(&self) -> Result<Vec<Saved>, JsValue> {
        let keys: Array = JsFuture::from(self.0.keys()).await?.unchecked_into();
        let mut found = Vec::new();
        for key in keys.iter() {
            let kept = JsFuture::from(self.0.match_with_request(key.unchecked_ref::<Request>())).await?;
            let Ok(kept) = kept.dyn_into::<Response>() else { continue };
            let body: Promise = kept.array_buffer()?;
            let bytes = Uint8Array::new(&JsFuture::from(body).await?).to_vec();
            found.extend(Sealed::from_bytes(bytes).open::<Saved>().ok());
        }
        Ok(found)
    }
}

fn address(op: OpId) -> String {
    format!("/journal/{}", op.0.simple())
}
