//! A database of one's own on the PostgreSQL that tests use.

use std::process::Command;

use anyhow::{Context, bail};

/// Goes away with the value.
pub struct Database {
    server: String,
    name: String,
    pub url: String,
}

impl Database {
    /// `server` is the address of any database of the server.
    pub fn make(server: &str) -> anyhow::Result<Self> {
        let name = format!("load_{}", std::process::id());
        let (head, _) =
            server.rsplit_once('/').context("The address of PostgreSQL names no database. Write it like postgres://USER@HOST/postgres.")?;
        let database = Self { server: server.to_owned(), url: format!("{head}/{name}"), name };
        database.tell(&format!("CREATE DATABASE {}", database.name))?;
        Ok(database)
    }

    fn tell(&self, statement: &str) -> anyhow::Result<()> {
        let done = Command::new("psql").args([&self.server, "-v", "ON_ERROR_STOP=1", "-qc", statement]).output();
        let done = done.context("psql cannot be run. Install it with: apt-get install postgresql-client")?;
        if !done.status.success() {
            bail!("PostgreSQL refused {statement:?}: {}", String::from_utf8_lossy(&done.stderr).trim());
        }
        Ok(())
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        if let Err(error) = self.tell(&format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name)) {
            crate::tell::note(format!("load: {error}"));
        }
    }
}
