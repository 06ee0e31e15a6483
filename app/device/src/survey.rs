//! Looking through the replica a few pages at a time, so that a page on the screen does not stand still however much there is, and asking the browser
//! how much there may be.

use std::collections::BTreeSet;

use domain::{
    ids::ProductId,
    sync::{
        outbox::Failed,
        replica::{Page, Survey, allowed},
    },
};
use js_sys::{Array, Function, Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::IdbKeyRange;

use crate::{
    chance::now,
    idb::{Db, Mode, Transaction, answer, failed},
    outbox::{self, sealed},
    replica::PAGES,
};

/// Pages that are read at once: some milliseconds of work.
const PART: u32 = 20;

/// Rows become old while nobody looks, and what has waiting ops may not say so of itself.
pub(crate) async fn survey(replica: &Db, outbox: &Db) -> Result<Survey, Failed> {
    let mine = mine(outbox).await?;
    let mut survey = Survey::default();
    let mut from = 0;
    while let Some(next) = look(replica, from, &mine, &mut survey).await? {
        from = next;
    }
    Ok(survey)
}

/// Products with waiting ops.
pub(crate) async fn mine(outbox: &Db) -> Result<BTreeSet<ProductId>, Failed> {
    Ok(outbox::waiting(outbox).await?.iter().map(|op| op.draft.lane).collect())
}

/// Looks at some pages; where to go on.
async fn look(replica: &Db, from: u32, mine: &BTreeSet<ProductId>, survey: &mut Survey) -> Result<Option<u32>, Failed> {
    let on = replica.begin(Mode::Read)?;
    let (pages, next) = part(&on, from).await?;
    let at = now().wall;
    for (page, bytes) in pages {
        survey.add(&page, bytes, mine, at);
    }
    Ok(next)
}

/// Some pages from a number on with how many bytes each has, and where to go on.
pub(crate) async fn part(on: &Transaction, from: u32) -> Result<(Vec<(Page, usize)>, Option<u32>), Failed> {
    let pages = on.store(PAGES)?;
    let range = IdbKeyRange::lower_bound(&from.into()).map_err(|error| failed(&error))?;
    let keys = pages.get_all_keys_with_key_and_limit(&range, PART).map_err(|error| failed(&error))?;
    let all = pages.get_all_with_key_and_limit(&range, PART).map_err(|error| failed(&error))?;
    let (keys, all): (Array, Array) = (answer(keys).await?.unchecked_into(), answer(all).await?.unchecked_into());
    let page = |bytes: JsValue| sealed(&bytes).map(|bytes| (Page::read(&bytes), bytes.bytes().len()));
    let last = keys.length().checked_sub(1).filter(|last| last + 1 == PART).and_then(|last| keys.get(last).as_f64());
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it was a u32")]
    Ok((all.iter().filter_map(page).collect(), last.map(|last| last as u32 + 1)))
}

/// The most bytes that rows may take here.
pub(crate) async fn most_bytes() -> u64 {
    allowed(quota().await)
}

async fn quota() -> Option<u64> {
    let of = |value: &JsValue, name: &str| Reflect::get(value, &name.into()).ok();
    let storage = of(&of(&js_sys::global(), "navigator")?, "storage").filter(JsValue::is_object)?;
    let estimate: Function = of(&storage, "estimate")?.dyn_into().ok()?;
    let told = JsFuture::from(estimate.call0(&storage).ok()?.dyn_into::<Promise>().ok()?).await.ok()?;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "bytes, in a whole number")]
    of(&told, "quota")?.as_f64().map(|quota| quota as u64)
}
