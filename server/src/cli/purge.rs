//! `purge`: tells a cache in front of the server to ask again.

use std::process::ExitCode;

use super::tell::tell;
use crate::{config::Config, purge::Purge};

pub(super) async fn purge(config: &Config) -> anyhow::Result<ExitCode> {
    let Some(hook) = config.cdn.purge.clone() else {
        anyhow::bail!("VITRINE_PURGE_URL is not set, so there is no cache to tell. Set it to the address that is asked.")
    };
    Purge::open(hook).ask().await?;
    tell("The cache in front asks again for what changes with a release.")?;
    Ok(ExitCode::SUCCESS)
}
