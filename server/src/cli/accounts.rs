//! `store add`, `user add`, `migrate`.

use std::{
    io::{BufRead, BufReader, Read},
    path::Path,
    process::ExitCode,
};

use anyhow::Context;
use domain::role::Role;

use super::{
    store_named,
    tell::{note, tell},
};
use crate::{compose::open_store, config::Config};

pub(super) async fn add_store(config: &Config, slug: &str, name: &str, currency: &str) -> anyhow::Result<ExitCode> {
    let currency = currency.parse()?;
    let store = open_store(config).await?;
    let made = store.create_store(slug, name, currency).await;
    // First: a process that ends without saying so is believed to be there for a while.
    store.close().await;
    let made = made?;
    tell(format!("Store {} ({}) is there, with prices in {}.", made.name, made.slug, made.currency.code()))?;
    Ok(ExitCode::SUCCESS)
}

pub(super) async fn add_user(
    config: &Config,
    email: &str,
    name: Option<&str>,
    slug: &str,
    role: Role,
    password_file: Option<&Path>,
) -> anyhow::Result<ExitCode> {
    let store = open_store(config).await?;
    let added = async {
        let shop = store_named(&store, slug).await?;
        let known = store.user_by_email(email).await?;
        let user = if let Some(known) = known {
            known
        } else {
            let password = read_password(password_file)?;
            let name = name.unwrap_or_else(|| email.split('@').next().unwrap_or(email));
            store.create_user(email, name, &password).await?
        };
        store.set_member(user, &shop, role).await?;
        anyhow::Ok((shop, known.is_some()))
    };
    let added = added.await;
    store.close().await;
    let (shop, is_known) = added?;
    if is_known {
        tell(format!("{email} is there already: the name and the password stay as they are."))?;
    }
    tell(format!("{email} is {} of {}.", role.name(), shop.slug))?;
    Ok(ExitCode::SUCCESS)
}

pub(super) async fn migrate(config: &Config) -> anyhow::Result<ExitCode> {
    let store = open_store(config).await?;
    let answers = store.ping().await;
    store.close().await;
    answers?;
    tell("The database is up to date.")?;
    Ok(ExitCode::SUCCESS)
}

fn read_password(file: Option<&Path>) -> anyhow::Result<String> {
    let mut text = String::new();
    if let Some(path) = file {
        text = std::fs::read_to_string(path)
            .with_context(|| format!("The password file {} cannot be read. Check its name and that it may be read.", path.display()))?;
    } else {
        note("Password (at least 10 characters), then Enter:");
        let mut input = BufReader::new(std::io::stdin().take(4_096));
        input.read_line(&mut text).context("The password could not be read from standard input. Give it in a file, with --password-file.")?;
    }
    Ok(text.lines().next().unwrap_or_default().to_owned())
}
