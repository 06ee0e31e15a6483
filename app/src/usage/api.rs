//! The server function of usage.

use leptos::prelude::*;
use ports::{error::AppError, usage::UsageView};

#[cfg(feature = "ssr")]
use super::state::range::Range;
#[cfg(feature = "ssr")]
use crate::context::{Now, answer_status, authorised};
use crate::wire::Read;

/// `address` is that of the page, behind the `?`: days are counted back from the server's today.
#[server(prefix = "/api/fn", endpoint = "usage/get", protocol = Read)]
pub(crate) async fn usage_of(address: String) -> Result<UsageView, AppError> {
    let (ports, access) = authorised().inspect_err(answer_status)?;
    let Now(now) = use_context::<Now>().ok_or(AppError::Internal)?;
    ports.usage.usage(&access, Range::read(&address).days(now)).await.inspect_err(answer_status)
}
