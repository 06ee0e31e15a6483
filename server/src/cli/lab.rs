//! `lab add`, `capacity add`: what was measured of the program, kept where its pages show it.

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::Context;
use capacity::{
    lab::{self, Record},
    steps,
};

use super::tell::tell;
use crate::{
    compose::open_store,
    config::Config,
    lab::{add_capacity, add_lab},
};

/// Every file is read before any is kept: of several either all are, or none.
pub(super) async fn add(config: &Config, files: &[PathBuf]) -> anyhow::Result<ExitCode> {
    let mut records = Vec::with_capacity(files.len());
    for file in files {
        let text = read(file, lab::MOST_BYTES)?;
        let record = Record::read(&text).map_err(|error| anyhow::anyhow!("{}: {error} Nothing was kept.", file.display()))?;
        records.push((file, record));
    }
    let store = open_store(config).await?;
    let mut told = Vec::new();
    let kept = async {
        for (file, record) in &records {
            let said = if add_lab(&store, record).await? { "is kept" } else { "was kept before: nothing was changed" };
            told.push(format!("{} {said}.", file.display()));
        }
        anyhow::Ok(())
    };
    let kept = kept.await;
    // First: a process that ends without saying so is believed to be there for a while.
    store.close().await;
    for line in told {
        tell(line)?;
    }
    kept?;
    Ok(ExitCode::SUCCESS)
}

pub(super) async fn add_run(config: &Config, file: &Path, servers: u32) -> anyhow::Result<ExitCode> {
    let text = read(file, steps::MOST_BYTES)?;
    let store = open_store(config).await?;
    let said = add_capacity(&store, &text, servers).await;
    store.close().await;
    let said = said.map_err(|error| anyhow::anyhow!("{}: {error} Nothing was kept.", file.display()))?;
    for line in said {
        tell(line)?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Not more than may be in it.
fn read(file: &Path, most: usize) -> anyhow::Result<String> {
    let unreadable = || format!("The file {} cannot be read. Check its name and that it may be read.", file.display());
    let length = std::fs::metadata(file).with_context(unreadable)?.len();
    if length > most as u64 {
        anyhow::bail!("The file {} has {length} bytes, and {most} are the most that is read.", file.display());
    }
    std::fs::read_to_string(file).with_context(unreadable)
}
