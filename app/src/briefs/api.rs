//! The server functions of the brief. They answer HTML, which the server alone writes.

use leptos::prelude::*;
use ports::error::AppError;

#[cfg(feature = "ssr")]
use crate::context::answer_status;
use crate::wire::{Read, Write};

/// What is in the page at a search: the store's brief, or with `template=Lamps` that of a product type.
#[server(prefix = "/api/fn", endpoint = "briefs/page", protocol = Read)]
pub(crate) async fn open_briefs(search: String) -> Result<String, AppError> {
    super::answer::page(&search).await.inspect_err(answer_status)
}

/// What a provider makes of one product with the brief as it is saved.
#[server(prefix = "/api/fn", endpoint = "briefs/preview", protocol = Write)]
pub(crate) async fn preview_words(handle: String, provider: String) -> Result<String, AppError> {
    super::answer::preview(&handle, &provider).await.inspect_err(answer_status)
}
