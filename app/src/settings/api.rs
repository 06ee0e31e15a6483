//! The server function of the settings.

use leptos::prelude::*;
use ports::{error::AppError, people::MemberView};

#[cfg(feature = "ssr")]
use crate::context::{answer_status, authorised};
use crate::wire::Read;

#[server(prefix = "/api/fn", endpoint = "settings/members", protocol = Read)]
pub(crate) async fn list_members() -> Result<Vec<MemberView>, AppError> {
    let (ports, access) = authorised().inspect_err(answer_status)?;
    ports.people.members(&access).await.inspect_err(answer_status)
}
