//! The server function of the database's figures. It answers HTML, which the server alone writes.

use leptos::prelude::*;
use ports::error::AppError;

#[cfg(feature = "ssr")]
use crate::context::answer_status;
use crate::wire::Read;

/// What is in the page at a search: with `sort=` the statements in that order.
#[server(prefix = "/api/fn", endpoint = "performance/database", protocol = Read)]
pub(crate) async fn open_database(search: String) -> Result<String, AppError> {
    super::answer::page(&search).await.inspect_err(answer_status)
}
