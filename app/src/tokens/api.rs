//! The server function of tokens. It answers HTML, which the server alone writes. Making and ending one is for forms: what a new
//! token's secret is leaves the server in a page that is never kept.

use leptos::prelude::*;
use ports::error::AppError;

#[cfg(feature = "ssr")]
use crate::context::answer_status;
use crate::wire::Read;

/// What is in the page at a search: the latest tokens, with `all=` all of them, with `new=` the form for one.
#[server(prefix = "/api/fn", endpoint = "tokens/page", protocol = Read)]
pub(crate) async fn open_tokens(search: String) -> Result<String, AppError> {
    super::answer::page(&search).await.inspect_err(answer_status)
}
