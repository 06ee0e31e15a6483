//! The server function of webhooks. It answers HTML, which the server alone writes. What is done is for forms: what a new secret is
//! leaves the server in a page that is never kept.

use leptos::prelude::*;
use ports::error::AppError;

#[cfg(feature = "ssr")]
use crate::context::answer_status;
use crate::wire::Read;

/// What is in the page at a search: all webhooks, with `new=` or `edit=` the form for one, with `log=` what was sent to one.
#[server(prefix = "/api/fn", endpoint = "webhooks/page", protocol = Read)]
pub(crate) async fn open_webhooks(search: String) -> Result<String, AppError> {
    super::answer::page(&search).await.inspect_err(answer_status)
}
