//! The server functions of providers. They answer HTML, which the server alone writes.

use leptos::prelude::*;
use ports::error::AppError;

#[cfg(feature = "ssr")]
use crate::context::answer_status;
use crate::wire::{Read, Write};

/// What is in the page at a search: all providers, or with `edit=` or `new=` the form for one.
#[server(prefix = "/api/fn", endpoint = "providers/page", protocol = Read)]
pub(crate) async fn open_providers(search: String) -> Result<String, AppError> {
    super::answer::page(&search).await.inspect_err(answer_status)
}

/// Asks a provider for a first word.
#[server(prefix = "/api/fn", endpoint = "providers/try", protocol = Write)]
pub(crate) async fn try_provider(id: String) -> Result<String, AppError> {
    super::answer::trial(&id).await.inspect_err(answer_status)
}
