//! The files of a build: all of them are here before pages of it are offered.

use domain::worker::{Files, SCRIPT};
use js_sys::{Array, Promise};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Client, ClientQueryOptions, Request, Response};

use crate::{
    browser::{Outcome, delete, fetch, fetch_address, find, names, put, run, scope, text, told},
    caches::{files_of, may_go},
};

/// Fetches what pages cannot do without; fails when one of them is missing.
pub(crate) async fn install(files: &'static Files) -> Outcome<()> {
    fetch_all(files, &files.needed).await
}

/// Fetches the rest, as far as it is not here yet.
pub(crate) async fn fetch_rest(files: &'static Files) -> Outcome<()> {
    fetch_all(files, &files.later).await
}

/// A file under a name that never means another, of whichever build it is.
pub(crate) async fn hashed(files: &Files, request: Request) -> Outcome<(Response, Option<Keep>)> {
    match find(None, &request.url()).await {
        Some(kept) => Ok((kept, None)),
        None => fetched(files_of(&files.build), request).await,
    }
}

/// A file of this build under a name that every build has.
pub(crate) async fn named(files: &Files, request: Request) -> Outcome<(Response, Option<Keep>)> {
    match find(Some(&files_of(&files.build)), &request.url()).await {
        Some(kept) => Ok((kept, None)),
        None => Ok((fetch(&request).await?, None)),
    }
}

/// Something to put away once its asker has been answered.
pub(crate) struct Keep {
    cache: String,
    address: String,
    copy: Response,
}

impl Keep {
    pub(crate) async fn away(self) -> Outcome<()> {
        put(&self.cache, &self.address, &self.copy).await
    }
}

/// Fetches something, to be put into a cache if it may be.
pub(crate) async fn fetched(cache: String, request: Request) -> Outcome<(Response, Option<Keep>)> {
    let response = fetch(&request).await?;
    let keep = if told(&response).may_be_kept() { Some(Keep { cache, address: request.url(), copy: response.clone()? }) } else { None };
    Ok((response, keep))
}

/// Notes the tabs that were open when this build took over: they may be of another.
pub(crate) async fn note_tabs(files: &Files) -> Outcome<()> {
    let note = Response::new_with_opt_str(Some(&tabs().await?.iter().fold(String::new(), |all, tab| all + tab + "\n")))?;
    put(&files_of(&files.build), SCRIPT, &note).await
}

/// Deletes what other builds have left, unless it is still needed, or another build is on its way: what is its cannot be told from what is
/// left.
pub(crate) async fn tidy(files: &Files) -> Outcome<()> {
    let names = names().await?;
    let registration = scope().registration();
    if registration.waiting().is_some() || registration.installing().is_some() {
        return Ok(());
    }
    let others_open = match find(Some(&files_of(&files.build)), SCRIPT).await {
        Some(note) => {
            let noted = text(&note).await?;
            tabs().await?.iter().any(|tab| noted.includes(tab, 0))
        }
        None => false,
    };
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    for name in may_go(&names, &files.build, others_open) {
        delete(name).await?;
    }
    Ok(())
}

/// Fetches files at once.
async fn fetch_all(files: &'static Files, addresses: &'static [String]) -> Outcome<()> {
    let fetched: Array = addresses.iter().map(|address| run(fetch_one(files, address))).collect();
    JsFuture::from(Promise::all(&fetched)).await.map(drop)
}

async fn fetch_one(files: &Files, address: &str) -> Outcome<JsValue> {
    let own = files_of(&files.build);
    let is_hashed = address.starts_with(&files.hashed);
    let known = find(if is_hashed { None } else { Some(&own) }, address).await;
    let response = match known {
        Some(known) => known,
        None => fetch_address(address, !is_hashed).await?,
    };
    if !told(&response).may_be_kept() {
        return Err(address.into());
    }
    put(&own, address, &response).await?;
    Ok(JsValue::UNDEFINED)
}

/// The ids of all tabs there are.
async fn tabs() -> Outcome<Vec<String>> {
    let options = ClientQueryOptions::new();
    options.set_include_uncontrolled(true);
    let tabs: Array = JsFuture::from(scope().clients().match_all_with_options(&options)).await?.unchecked_into();
    Ok(tabs.iter().map(|tab| tab.unchecked_into::<Client>().id()).collect())
}
