//! The server function of the places of performance. It answers HTML, which the server alone writes.

use leptos::prelude::*;
use ports::error::AppError;

#[cfg(feature = "ssr")]
use crate::context::answer_status;
use crate::wire::Read;

/// What is in the page at an address: `/performance/vitals?range=7d`.
#[server(prefix = "/api/fn", endpoint = "performance/open", protocol = Read)]
pub(crate) async fn open_performance(address: String) -> Result<String, AppError> {
    super::answer::page(&address).await.inspect_err(answer_status)
}
