//! The files of a build: all of them are here before pages of it are offered.

use domain::worker::{Files, SCRIPT};
use web_sys::{Request, Response};

use crate::{
    browser::{Outcome, ask, drop, fetch, find, names, note, others_come, put, tabs, text, told},
    caches::{files_of, may_go},
};

/// Fetches what pages cannot do without; fails when one of them is missing.
pub(crate) async fn install(files: &Files) -> Outcome<()> {
    fetch_all(files, &files.needed).await
}

/// Fetches the rest, as far as it is not here yet, and what the browser has thrown away.
pub(crate) async fn fetch_rest(files: &Files) -> Outcome<()> {
    fetch_all(files, &files.needed).await?;
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
        put(&self.cache, &self.address, &self.copy).await.map(|_| ())
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
    note(&files_of(&files.build), SCRIPT, &tabs().await?).await.map(|_| ())
}

/// Drops what other builds have left, unless it is still needed, or another build is on its way: what is its cannot be told from what is
/// left.
pub(crate) async fn tidy(files: &Files) -> Outcome<()> {
    let names = names().await?;
    if others_come() {
        return Ok(());
    }
    // Without a note this build is only about to take over.
    let Some(noted) = find(Some(&files_of(&files.build)), SCRIPT).await else { return Ok(()) };
    let noted = text(&noted).await?;
    let others_open = tabs().await?.as_string().unwrap_or_default().split('\n').any(|tab| !tab.is_empty() && noted.includes(tab, 0));
    for name in may_go(&names, &files.build, others_open) {
        drop(name).await?;
    }
    Ok(())
}

/// Fetches files one after the other: somebody may be waiting for something else.
async fn fetch_all(files: &Files, addresses: &[String]) -> Outcome<()> {
    let own = files_of(&files.build);
    for address in addresses {
        let is_hashed = address.starts_with(&files.hashed);
        let response = match find(if is_hashed { None } else { Some(&own) }, address).await {
            Some(known) => known,
            None => ask(address, !is_hashed).await?,
        };
        if !told(&response).may_be_kept() {
            return Err(address.into());
        }
        put(&own, address, &response).await?;
    }
    Ok(())
}
